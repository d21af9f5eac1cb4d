//! The order page in every state.

mod odd;
mod transfers;

use crate::pages::{frame, totals};
use edgetill::pages::{
    Billing, EmailCode, Fact, Hidden, IssuedCode, LateMoney, LateOutcome, Line, OrderPage,
    OrderStatus, Pace, PayAction, PayStep, PaymentFacts, Refresh, ReviewPage, SendForm, Totals,
};
use shared::time::Timestamp;

/// 21 November 2026, 18:01 UTC.
const PLACED_AT: Timestamp = Timestamp(1_795_284_063);
const MINUTE_S: i64 = 60;

/// Every state with its name.
pub(crate) fn all() -> Vec<(&'static str, OrderPage)> {
    let mut pages = vec![
        ("order-awaiting", awaiting()),
        ("order-awaiting-email", awaiting_email(code_sent(None))),
        (
            "order-awaiting-email-error",
            awaiting_email(code_sent(Some("This code is not right; 4 tries are left."))),
        ),
        (
            "order-awaiting-email-last",
            awaiting_email(EmailCode {
                good: None,
                another: None,
                ..code_sent(None)
            }),
        ),
        ("order-confirming", confirming(true)),
        ("order-confirming-still", confirming(false)),
        (
            "order-confirming-days",
            ended(OrderStatus::Confirming(Pace::Days)),
        ),
        ("order-unconfirmed", unconfirmed()),
        ("order-confirmed", confirmed()),
        ("order-confirmed-nothing-due", nothing_due()),
        ("order-confirmed-refund-begun", refund_begun()),
        ("order-confirmed-refunded", refunded()),
        ("order-not-paid", not_paid()),
        ("order-transfer", transfers::transferring(Vec::new())),
        ("order-transfer-errors", transfers::proof_refused()),
        ("order-in-review", transfers::in_review(12)),
        ("order-in-review-late", transfers::in_review(41)),
        ("order-rejected", transfers::rejected(true)),
        ("order-rejected-last", transfers::rejected(false)),
        ("order-reversed", since_confirmed(OrderStatus::Reversed)),
        ("order-refunded", since_confirmed(OrderStatus::Refunded)),
        ("order-jpy-20-lines", odd::jpy_many_lines()),
        ("order-long-words", odd::long_words()),
        ("order-hostile", odd::hostile()),
        ("order-ended-hostile", odd::hostile_ended()),
    ];
    pages.extend(closed());
    pages
}

fn closed() -> Vec<(&'static str, OrderPage)> {
    let expired = |late| {
        ended(OrderStatus::Expired {
            expired_at: later(60),
            late,
        })
    };
    let cancelled = |late| {
        ended(OrderStatus::Cancelled {
            cancelled_at: later(7),
            late,
        })
    };
    let applied = LateOutcome::Applied {
        order_number: "M2WQ-8R5C-TXN7-4".into(),
    };
    vec![
        (
            "order-expired",
            OrderPage {
                payment: None,
                ..expired(None)
            },
        ),
        (
            "order-expired-late-held",
            expired(Some(late(LateOutcome::Held))),
        ),
        (
            "order-confirmed-codes",
            OrderPage {
                codes: codes(),
                ..confirmed()
            },
        ),
        (
            "order-cancelled",
            OrderPage {
                payment: None,
                ..cancelled(None)
            },
        ),
        (
            "order-superseded",
            ended(OrderStatus::Superseded {
                replaced_at: later(7),
                by: other(),
                late: Some(late(LateOutcome::Held)),
            }),
        ),
        (
            "order-in-place-of-another",
            OrderPage {
                replaces: Some(other()),
                ..awaiting()
            },
        ),
        (
            "order-confirmed-carried",
            OrderPage {
                payment: None,
                replaces: Some(other()),
                status: OrderStatus::Confirmed {
                    confirmed_at: later(4),
                    carried: Some(other()),
                },
                ..confirmed()
            },
        ),
        (
            "order-cancelled-late-refunded",
            cancelled(Some(late(LateOutcome::Refunded))),
        ),
        (
            "order-cancelled-late-applied",
            cancelled(Some(late(applied))),
        ),
    ]
}

fn later(minutes: i64) -> Timestamp {
    PLACED_AT.plus(minutes.saturating_mul(MINUTE_S))
}

fn late(outcome: LateOutcome) -> LateMoney {
    LateMoney {
        amount: "USD 116.62".into(),
        received_at: later(75),
        outcome,
    }
}

fn line(product: &str, quantity: &str, unit_price: &str, amount: &str) -> Line {
    Line {
        product: product.into(),
        period: "12 months".into(),
        quantity: quantity.into(),
        unit_price: unit_price.into(),
        amount: amount.into(),
    }
}

fn codes() -> Vec<IssuedCode> {
    let code = |code: &str, used: &str, state| IssuedCode {
        code: code.into(),
        gives: "one Site Backup (12 months) free".into(),
        used: used.into(),
        ends_at: Some(later(365 * 24 * 60)),
        state,
    };
    vec![
        code("K2ED-5SR3-Q06W-2D", "0 of 10", None),
        code("KAQ7-4T9X-W2F3-C5", "10 of 10", None),
        code("K9MZ-0B6Z-QJ5H-8V", "1 of 10", Some("paused")),
    ]
}

fn awaiting() -> OrderPage {
    OrderPage {
        frame: frame(),
        order_number: "7K3M-9QXP-2D4R-T".into(),
        placed_at: PLACED_AT,
        status: OrderStatus::AwaitingPayment {
            pay_by: later(24 * 60),
            due: "USD 116.62".into(),
            left: false,
        },
        subscription_id: None,
        payment: None,
        facts: vec![],
        lines: vec![line("Backup", "2", "USD 49.00", "USD 98.00")],
        totals: totals(),
        customer: ("Ada Nakamura".into(), "ada@nakamura.example".into()),
        billing: Billing {
            name: "Jürgen Weiß".into(),
            company: Some("Weiß & Söhne GmbH".into()),
            address: ["Lange Straße 12", "38640 Goslar", "Germany"]
                .map(Into::into)
                .into(),
            tax_id: Some("DE123456789".into()),
        },
        codes: Vec::new(),
        email_code: None,
        transfer: None,
        pay: vec![pay_by_card(), pay_by_paypal()],
        change_href: Some("/orders/7K3M-9QXP-2D4R-T/change".into()),
        replaces: None,
        cancel_href: Some("/orders/7K3M-9QXP-2D4R-T/cancel".into()),
    }
}

fn awaiting_email(email_code: EmailCode) -> OrderPage {
    OrderPage {
        status: OrderStatus::AwaitingEmail {
            email: "ada@nakamura.example".into(),
            confirm_by: later(60),
        },
        email_code: Some(email_code),
        pay: Vec::new(),
        ..awaiting()
    }
}

fn code_sent(error: Option<&str>) -> EmailCode {
    EmailCode {
        action: "/orders/7K3M-9QXP-2D4R-T/email-confirmation".into(),
        good: Some((later(15), "4 tries".into())),
        another: Some((
            later(1),
            SendForm {
                action: "/orders/7K3M-9QXP-2D4R-T/email-code".into(),
                hidden: vec![Hidden::new(
                    "idempotency_key",
                    "code-2-of-this-order-by-mail",
                )],
            },
        )),
        typed: error.map_or("", |_| "1234 5678").into(),
        error: error.map(Into::into),
    }
}

fn pay_by_card() -> PayAction {
    PayAction {
        label: "Pay by card".into(),
        note: "You continue on the secure page of Stripe.".into(),
        step: PayStep::Send(send("stripe")),
    }
}

fn send(method: &str) -> SendForm {
    SendForm {
        action: "/orders/7K3M-9QXP-2D4R-T/pay".into(),
        hidden: vec![
            Hidden::new("method", method),
            Hidden::new("idempotency_key", "5f0c2a9e7d114b6f"),
        ],
    }
}

fn pay_by_paypal() -> PayAction {
    PayAction {
        label: "Continue with PayPal".into(),
        note: "You check the order once more before you pay.".into(),
        step: PayStep::Review {
            href: "/orders/7K3M-9QXP-2D4R-T/review?method=paypal".into(),
            figures: figures(),
        },
    }
}

fn figures() -> Vec<(String, String)> {
    [
        ("Price without tax", "USD 98.00"),
        ("Tax (19 %, Germany)", "USD 18.62"),
        ("Total to pay", "USD 116.62"),
    ]
    .map(|(name, amount)| (name.into(), amount.into()))
    .into()
}

/// The last look before PayPal's page.
pub(crate) fn review() -> ReviewPage {
    let order = awaiting();
    ReviewPage {
        frame: order.frame,
        order_number: order.order_number,
        lines: order.lines,
        figures: figures(),
        billing: order.billing,
        label: "Pay with PayPal".into(),
        note: "You continue on PayPal's page, and nothing is charged before you agree there."
            .into(),
        send: send("paypal"),
        order_href: "/orders/7K3M-9QXP-2D4R-T".into(),
    }
}

/// The same with text that tries to leave its place.
pub(crate) fn review_hostile() -> ReviewPage {
    let text = crate::hostile();
    let order = odd::hostile();
    ReviewPage {
        frame: order.frame,
        order_number: text.clone(),
        lines: order.lines,
        figures: vec![(text.clone(), text.clone())],
        billing: order.billing,
        label: text.clone(),
        note: text.clone(),
        send: SendForm {
            action: text.clone(),
            hidden: vec![Hidden::new(text.clone(), text.clone())],
        },
        order_href: text,
    }
}

fn payment() -> PaymentFacts {
    PaymentFacts {
        reference: "P-4V9T-K2HD".into(),
        paid_by: Some("Visa card ending in 4242".into()),
    }
}

/// Another order.
fn other() -> (String, String) {
    let number = "M2WQ-8R5C-TXN7-4";
    (number.into(), format!("/orders/{number}"))
}

/// A state after a payment had begun, without anything to do.
fn ended(status: OrderStatus) -> OrderPage {
    OrderPage {
        status,
        payment: Some(payment()),
        pay: vec![],
        change_href: None,
        cancel_href: None,
        ..awaiting()
    }
}

/// A state of an order that was confirmed once.
fn since_confirmed(status: OrderStatus) -> OrderPage {
    OrderPage {
        subscription_id: Some("S-7K3M-9QXP-2D4R".into()),
        ..ended(status)
    }
}

fn confirming(refreshes: bool) -> OrderPage {
    let refresh = if refreshes {
        Refresh::On {
            stop_href: "?refresh=off".into(),
        }
    } else {
        Refresh::Off {
            resume_href: "?refresh=on".into(),
        }
    };
    let status = OrderStatus::Confirming(Pace::Minutes {
        as_of: later(3),
        promised_at: later(32),
        refresh,
    });
    OrderPage {
        payment: Some(PaymentFacts {
            paid_by: None,
            ..payment()
        }),
        change_href: Some("/orders/7K3M-9QXP-2D4R-T/change".into()),
        cancel_href: Some("/orders/7K3M-9QXP-2D4R-T/cancel".into()),
        ..ended(status)
    }
}

fn unconfirmed() -> OrderPage {
    ended(OrderStatus::Unconfirmed { begun_at: later(2) })
}

fn confirmed() -> OrderPage {
    since_confirmed(OrderStatus::Confirmed {
        confirmed_at: later(4),
        carried: None,
    })
}

fn nothing_due() -> OrderPage {
    OrderPage {
        payment: None,
        totals: Totals {
            list_price: "USD 98.00".into(),
            discount_label: "Discount".into(),
            discount: "−USD 98.00".into(),
            tax_label: "Tax (19 %, Germany)".into(),
            tax: "USD 0.00".into(),
            total: "USD 0.00".into(),
        },
        ..confirmed()
    }
}

fn refund_begun() -> OrderPage {
    OrderPage {
        facts: vec![Fact::RefundBegun { at: later(9_000) }],
        ..confirmed()
    }
}

fn refunded() -> OrderPage {
    let facts = vec![
        Fact::GivenBack {
            amount: "10.77 EUR".into(),
            tax: "1.71 EUR".into(),
            lines: vec![
                ("Site Backup".into(), "5.38 EUR".into()),
                ("Uptime Watch".into(), "5.39 EUR".into()),
            ],
            begun_at: Some(later(9_000)),
        },
        Fact::Disputed { at: later(12_000) },
    ];
    OrderPage {
        facts,
        ..confirmed()
    }
}

fn not_paid() -> OrderPage {
    OrderPage {
        status: OrderStatus::NotPaid {
            pay_by: later(24 * 60),
        },
        payment: Some(payment()),
        ..awaiting()
    }
}

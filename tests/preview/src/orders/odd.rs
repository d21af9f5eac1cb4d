//! What is long, many or hostile.

use edgetill::pages::{
    AccountFacts, Billing, EmailCode, Fact, FieldError, Hidden, IssuedCode, LateMoney, LateOutcome,
    Line, OrderPage, OrderStatus, PayAction, PayStep, PaymentFacts, SendForm, Totals, Transfer,
    Upload,
};

use super::{PLACED_AT, awaiting, later, line, unconfirmed};
use crate::pages::{hostile_frame, hostile_totals};

pub(super) fn jpy_many_lines() -> OrderPage {
    let long = "Workgroup Continuity and Disaster Recovery Suite, Edition 2027";
    let lines = (1..=20).map(|n| {
        let product = if n % 4 == 0 { long } else { "Backup for teams" };
        line(product, "1", "JPY 58,800", "JPY 58,800")
    });
    OrderPage {
        order_number: "7K3M9QXP2D4RT".into(),
        status: OrderStatus::AwaitingPayment {
            pay_by: later(24 * 60),
            due: "JPY 1,058,400".into(),
            left: true,
        },
        lines: lines.collect(),
        totals: Totals {
            list_price: "JPY 1,176,000".into(),
            discount_label: "Discount".into(),
            discount: "−JPY 117,600".into(),
            tax_label: "Tax included (10 %, Japan)".into(),
            tax: "JPY 96,218".into(),
            total: "JPY 1,058,400".into(),
        },
        ..awaiting()
    }
}

/// What a buyer or provider can make long; the figures stay ours.
pub(super) fn long_words() -> OrderPage {
    let word = "W".repeat(500);
    let long_line = Line {
        period: word.clone(),
        ..line(&word, "1", "USD 98.00", "USD 98.00")
    };
    OrderPage {
        lines: vec![long_line],
        payment: Some(PaymentFacts {
            reference: word.clone(),
            paid_by: Some(word.clone()),
        }),
        customer: (word.clone(), word.clone()),
        billing: Billing {
            name: word.clone(),
            company: Some(word.clone()),
            address: vec![word.clone()],
            tax_id: Some(word),
        },
        ..unconfirmed()
    }
}

pub(super) fn hostile() -> OrderPage {
    let text = crate::hostile();
    let action = |step| PayAction {
        label: text.clone(),
        note: text.clone(),
        step,
    };
    let send = PayStep::Send(SendForm {
        action: text.clone(),
        hidden: vec![Hidden::new(text.clone(), text.clone())],
    });
    let review = PayStep::Review {
        href: text.clone(),
        figures: vec![(text.clone(), text.clone())],
    };
    OrderPage {
        frame: hostile_frame(),
        order_number: text.clone(),
        placed_at: PLACED_AT,
        email_code: Some(EmailCode {
            action: text.clone(),
            good: Some((PLACED_AT, text.clone())),
            another: Some((
                PLACED_AT,
                SendForm {
                    action: text.clone(),
                    hidden: Vec::new(),
                },
            )),
            typed: text.clone(),
            error: None,
        }),
        codes: vec![IssuedCode {
            code: text.clone(),
            gives: text.clone(),
            used: text.clone(),
            ends_at: None,
            state: None,
        }],
        status: OrderStatus::Confirmed {
            confirmed_at: PLACED_AT,
            carried: Some((text.clone(), text.clone())),
        },
        subscription_id: Some(text.clone()),
        payment: Some(PaymentFacts {
            reference: text.clone(),
            paid_by: Some(text.clone()),
        }),
        facts: vec![Fact::GivenBack {
            amount: text.clone(),
            tax: text.clone(),
            lines: vec![(text.clone(), text.clone())],
            begun_at: None,
        }],
        lines: vec![Line {
            product: text.clone(),
            period: text.clone(),
            quantity: text.clone(),
            unit_price: text.clone(),
            amount: text.clone(),
        }],
        totals: hostile_totals(),
        customer: (text.clone(), text.clone()),
        billing: Billing {
            name: text.clone(),
            company: Some(text.clone()),
            address: vec![text.clone(), text.clone()],
            tax_id: Some(text.clone()),
        },
        transfer: Some(Transfer {
            due: text.clone(),
            reference: text.clone(),
            until: PLACED_AT,
            accounts: vec![AccountFacts {
                id: text.clone(),
                bank: text.clone(),
                facts: vec![("Account number", text.clone())],
                note: text.clone(),
            }],
            upload: Some(Upload {
                action: text.clone(),
                replaces: false,
                account: text.clone(),
                transfer_reference: text.clone(),
                errors: vec![FieldError {
                    field: "file".into(),
                    message: text.clone(),
                }],
            }),
        }),
        pay: vec![action(send), action(review)],
        change_href: Some(text.clone()),
        replaces: Some((text.clone(), text.clone())),
        cancel_href: Some(text),
    }
}

pub(super) fn hostile_ended() -> OrderPage {
    let text = crate::hostile();
    let late = LateMoney {
        amount: text.clone(),
        received_at: PLACED_AT,
        outcome: LateOutcome::Applied {
            order_number: text.clone(),
        },
    };
    let facts = vec![Fact::Disputed { at: PLACED_AT }];
    let status = OrderStatus::Expired {
        expired_at: PLACED_AT,
        late: Some(late),
    };
    OrderPage {
        status,
        facts,
        ..hostile()
    }
}

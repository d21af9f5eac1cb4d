//! The mails.

use crate::hostile;
use shared::bank::{BankAccount, BankAccountId};
use shared::email::{
    About, Address, Email, HeldBecause, Message, OneLine, OrderExpired, OrderLine, OrderReceived,
    PaymentConfirmed, PaymentHeld, PaymentUnconfirmed, Shop, StaffAlert, Summary, compose,
};
use shared::money::Currency;
use shared::proof::RejectionCode;
use std::error::Error;

/// A mail with its name: `<mail>-<state>`.
pub type Sample = (&'static str, Email);

/// Every mail in every state.
pub fn all() -> Result<Vec<Sample>, Box<dyn Error>> {
    let unknown = PaymentUnconfirmed {
        paid_by: None,
        ..payment_unconfirmed()
    };
    let free = PaymentConfirmed {
        paid_by: None,
        summary: Summary {
            discount: Some("−USD 288.00 (K2ED-5SR3-Q06W-2D)".into()),
            tax: "USD 0.00".into(),
            total: "USD 0.00".into(),
            ..summary()
        },
        ..payment_confirmed()
    };
    let with_codes = PaymentConfirmed {
        codes: ["K2ED-5SR3-Q06W-2D", "KAQ7-4T9X-W2F3-C5"]
            .map(|code| {
                (
                    code.into(),
                    "one Site Backup (12 months) free, 10 times, until 22 November 2027, 18:00 UTC"
                        .into(),
                )
            })
            .into(),
        ..payment_confirmed()
    };
    let expired = PaymentHeld {
        because: HeldBecause::Expired,
        ..payment_held()
    };
    Ok(vec![
        sample("order_received", &order_received())?,
        sample("order_received-20-lines", &order_received_many())?,
        sample("order_received-hostile", &order_received_hostile())?,
        sample("payment_confirmed", &payment_confirmed())?,
        sample("payment_confirmed-nothing-due", &free)?,
        sample("payment_confirmed-codes", &with_codes)?,
        sample("email_code", &about().email_code("1234 5678", UNTIL))?,
        sample("payment_unconfirmed", &payment_unconfirmed())?,
        sample("payment_unconfirmed-payer-unknown", &unknown)?,
        sample("order_expired", &order_expired())?,
        sample("payment_held-cancelled", &payment_held())?,
        sample("payment_held-expired", &expired)?,
        sample(
            "transfer_details",
            &about().details("USD 342.72", UNTIL, &accounts()?),
        )?,
        sample("review_late", &about().review_late("P-4V9T-K2HD"))?,
        sample(
            "proof_rejected",
            &about().rejected(
                RejectionCode::Unreadable,
                "It ends above the amount.",
                false,
            ),
        )?,
        sample(
            "proof_rejected-last",
            &about().rejected(RejectionCode::NotReceived, "", true),
        )?,
        sample("payment_failed", &about().failed(UNTIL))?,
        sample("payment_short", &about().short("USD 330.00", "USD 12.72"))?,
        sample("payment_reversed", &about().reversed("USD 342.72", true))?,
        sample(
            "payment_reversed-part",
            &about().reversed("USD 330.00", false),
        )?,
        sample("staff_alert", &staff_alert())?,
        sample("staff_alert-hostile", &staff_alert_hostile())?,
    ])
}

fn sample(name: &'static str, message: &impl Message) -> Result<Sample, Box<dyn Error>> {
    Ok((
        name,
        compose(Address::parse("ada@nakamura.example")?, message)?,
    ))
}

fn shop() -> Shop {
    Shop {
        name: "Lumen Software".into(),
        support_email: "support@lumen.example".into(),
    }
}

fn number() -> OneLine {
    "7K3M-9QXP-2D4R-T".into()
}

const UNTIL: &str = "22 November 2026, 18:01 UTC";

fn about() -> About {
    About {
        shop: shop(),
        order_number: number(),
        order_url: "https://pay.lumen.example/orders/7K3M-9QXP-2D4R-T?token=Q2hhbmdlIG1l".into(),
    }
}

fn accounts() -> Result<Vec<BankAccount>, Box<dyn Error>> {
    let account = |id: &str, bank: &str, routing: &str| -> Result<BankAccount, Box<dyn Error>> {
        Ok(BankAccount {
            bank_account_id: BankAccountId::parse(id)?,
            currency: Currency::parse("USD")?,
            bank_name: bank.into(),
            holder: "Lumen Software Inc.".into(),
            account_number: "000123456789".into(),
            routing: routing.into(),
            note: String::new(),
        })
    };
    Ok(vec![
        account("harbor-usd", "Harbor Savings", "021000021")?,
        account("meridian-usd", "Meridian Bank", "")?,
    ])
}

fn line(product: &str, quantity: &str, amount: &str) -> OrderLine {
    OrderLine {
        product: product.into(),
        period: "12 months".into(),
        quantity: quantity.into(),
        amount: amount.into(),
    }
}

fn summary() -> Summary {
    Summary {
        lines: vec![
            line("Backup", "2", "USD 98.00"),
            line("Backup for teams", "1", "USD 190.00"),
        ],
        list_price: "USD 288.00".into(),
        discount: None,
        tax_label: "Tax (19 %, Germany)".into(),
        tax: "USD 54.72".into(),
        total: "USD 342.72".into(),
    }
}

fn order_received() -> OrderReceived {
    OrderReceived {
        shop: shop(),
        order_number: number(),
        order_url: "https://pay.lumen.example/orders/7K3M-9QXP-2D4R-T?token=Q2hhbmdlIG1l".into(),
        summary: summary(),
        pay_by: "22 November 2026, 18:01 UTC".into(),
    }
}

fn order_received_many() -> OrderReceived {
    let long = "Workgroup Continuity and Disaster Recovery Suite, Edition 2027";
    OrderReceived {
        summary: Summary {
            lines: (1..=20)
                .map(|n| {
                    line(
                        if n % 4 == 0 { long } else { "Backup" },
                        "1",
                        "58,800\u{a0}JPY",
                    )
                })
                .collect(),
            list_price: "1,176,000\u{a0}JPY".into(),
            discount: Some("−117,600\u{a0}JPY".into()),
            tax_label: "Tax included (10 %, Japan)".into(),
            tax: "96,218\u{a0}JPY".into(),
            total: "1,058,400\u{a0}JPY".into(),
        },
        ..order_received()
    }
}

/// Hostile text that also tries to start a header and a line of its own.
fn hostile_lines() -> OneLine {
    OneLine::new(&format!(
        "a\r\nBcc: all@example.com\r\n\r\nPay here: {}",
        hostile()
    ))
}

fn order_received_hostile() -> OrderReceived {
    let text = hostile_lines;
    OrderReceived {
        shop: Shop {
            name: text(),
            support_email: text(),
        },
        order_number: text(),
        order_url: text(),
        summary: Summary {
            lines: vec![OrderLine {
                product: text(),
                period: text(),
                quantity: text(),
                amount: text(),
            }],
            list_price: text(),
            discount: Some(text()),
            tax_label: text(),
            tax: text(),
            total: text(),
        },
        pay_by: text(),
    }
}

fn payment_confirmed() -> PaymentConfirmed {
    PaymentConfirmed {
        shop: shop(),
        order_number: number(),
        order_url: "https://pay.lumen.example/orders/7K3M-9QXP-2D4R-T?token=Q2hhbmdlIG1l".into(),
        subscription_id: "S-7K3M-9QXP-2D4R".into(),
        paid_by: Some("Visa card ending in 4242".into()),
        summary: summary(),
        codes: Vec::new(),
    }
}

fn payment_unconfirmed() -> PaymentUnconfirmed {
    PaymentUnconfirmed {
        shop: shop(),
        order_number: number(),
        total: "USD 342.72".into(),
        payment_reference: "P-4V9T-K2HD".into(),
        paid_by: Some("Visa card ending in 4242".into()),
    }
}

fn order_expired() -> OrderExpired {
    OrderExpired {
        shop: shop(),
        order_number: number(),
        total: "USD 342.72".into(),
        shop_url: "https://pay.lumen.example/".into(),
    }
}

fn payment_held() -> PaymentHeld {
    PaymentHeld {
        shop: shop(),
        order_number: number(),
        because: HeldBecause::Cancelled,
        received: "USD 342.72".into(),
        payment_reference: "P-4V9T-K2HD".into(),
    }
}

fn staff_alert() -> StaffAlert {
    StaffAlert {
        shop_name: "Lumen Software".into(),
        kind: "Payment not confirmed after 30 minutes".into(),
        order_number: Some(number()),
        subject: "P4V9TK2HD8M3QX".into(),
        since: "21 November 2026, 12:00 UTC".into(),
        url: "https://shop.example/staff/cases?kind=payment_unconfirmed&subject=P4V9TK2HD8M3QX"
            .into(),
        what_to_do: "Look up payment P-4V9T-K2HD at Stripe. If it is complete, settle the order."
            .into(),
    }
}

fn staff_alert_hostile() -> StaffAlert {
    StaffAlert {
        shop_name: hostile_lines(),
        kind: hostile_lines(),
        order_number: Some(hostile_lines()),
        subject: hostile_lines(),
        since: hostile_lines(),
        url: hostile_lines(),
        what_to_do: hostile_lines(),
    }
}

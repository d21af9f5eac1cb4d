//! Bank transfers in every state.

use edgetill::pages::{
    AccountFacts, FieldError, OrderPage, OrderStatus, PaymentFacts, Transfer, Upload,
};

use super::{awaiting, later, payment};

pub(super) fn transfer(replaces: bool, errors: Vec<FieldError>) -> Transfer {
    let facts = |number: &str, routing: &str| {
        vec![
            ("Account holder", "Lumen Tools Inc.".to_owned()),
            ("Account number", number.to_owned()),
            ("BIC or routing number", routing.to_owned()),
        ]
    };
    Transfer {
        due: "USD 116.62".into(),
        reference: "7K3M9QXP2D4RT".into(),
        until: later(24 * 60),
        accounts: vec![
            AccountFacts {
                id: "harbor-usd".into(),
                bank: "Harbor Savings".into(),
                facts: facts("000123456789", "021000021"),
                note: "For transfers within the United States.".into(),
            },
            AccountFacts {
                id: "meridian-usd".into(),
                bank: "Meridian Bank".into(),
                facts: facts("DE02 1203 0000 0000 2020 51", "BYLADEM1001"),
                note: String::new(),
            },
        ],
        upload: Some(Upload {
            action: "/orders/7K3M-9QXP-2D4R-T/proof".into(),
            replaces,
            account: if errors.is_empty() {
                ""
            } else {
                "meridian-usd"
            }
            .into(),
            transfer_reference: if errors.is_empty() { "" } else { "NTRF 4711" }.into(),
            errors,
        }),
    }
}

pub(super) fn transferring(errors: Vec<FieldError>) -> OrderPage {
    OrderPage {
        transfer: Some(transfer(false, errors)),
        payment: Some(PaymentFacts {
            paid_by: None,
            ..payment()
        }),
        ..awaiting()
    }
}

pub(super) fn proof_refused() -> OrderPage {
    let error = |field: &str, message: &str| FieldError {
        field: field.into(),
        message: message.into(),
    };
    transferring(vec![
        error(
            "bank_account",
            "Choose the account that you transferred to.",
        ),
        error("file", "Choose the file that shows your transfer."),
    ])
}

pub(super) fn in_review(minutes: i64) -> OrderPage {
    OrderPage {
        status: OrderStatus::InReview {
            file: "transfer-\u{202e}gnp.exe of the bank.png".into(),
            bank: "Meridian Bank".into(),
            handed_in_at: later(10),
            as_of: later(minutes),
            promised_at: later(40),
        },
        transfer: Some(transfer(true, Vec::new())),
        pay: vec![],
        ..transferring(Vec::new())
    }
}

pub(super) fn rejected(again: bool) -> OrderPage {
    OrderPage {
        status: OrderStatus::Rejected {
            reason: "We could not read the document. It ends above the amount.".into(),
            again,
            pay_by: later(48 * 60),
        },
        transfer: again.then(|| transfer(false, Vec::new())),
        ..transferring(Vec::new())
    }
}

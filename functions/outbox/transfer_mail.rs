//! The mails that are letters, about bank transfers, codes and payments that fail late: what their words
//! need, from the order's row and the payload.

use serde::de::DeserializeOwned;
use shared::bank::BankAccount;
use shared::config::Settings;
use shared::email::{About, Letter, OneLine};
use shared::id::{EmailCode, PaymentId};
use shared::money::Money;
use shared::order::Order;
use shared::outbox::MessageKind;
use shared::proof::RejectionCode;
use shared::record::Record;
use shared::time::Timestamp;

use super::deliver::Pending;
use super::mail::shop;
use crate::storefront::access;

#[derive(Record)]
struct Details {
    #[record(part)]
    due: Money,
    until: Timestamp,
    #[record(parts)]
    accounts: Vec<BankAccount>,
}

#[derive(Record)]
struct Code {
    seed: String,
    until: Timestamp,
}

#[derive(Record)]
struct Late {
    payment_id: PaymentId,
}

#[derive(Record)]
struct Rejected {
    code: RejectionCode,
    reason: String,
    is_last: bool,
}

#[derive(Record)]
struct Short {
    #[record(part)]
    paid: Money,
    #[record(part)]
    due: Money,
}

#[derive(Record)]
struct Reversed {
    #[record(part)]
    amount: Money,
    access_ended: bool,
}

/// Words a mail; the error says why it cannot be.
pub(super) fn letter(
    settings: &Settings,
    message: &Pending,
    order: &Order,
) -> Result<Letter, String> {
    let links = settings.links.as_ref().ok_or("LINK_SECRET is not set")?;
    let about = About {
        shop: shop(settings),
        order_number: OneLine::new(&order.order_number.to_string()),
        order_url: OneLine::new(&access::link(settings, links, order)),
    };
    let letter = match message.key.kind {
        MessageKind::MailEmailCode => {
            let told: Code = payload(message)?;
            let secret = access::secret(links, order);
            let code = EmailCode::derive(secret, &order.code_for(&told.seed));
            about.email_code(&code.reveal(), &told.until.readable())
        }
        MessageKind::MailPaymentFailed => about.failed(&order.expires_at.readable()),
        MessageKind::MailTransferDetails => {
            let told: Details = payload(message)?;
            about.details(&told.due.display(), &told.until.readable(), &told.accounts)
        }
        MessageKind::MailReviewLate => {
            let told: Late = payload(message)?;
            about.review_late(&told.payment_id.to_string())
        }
        MessageKind::MailProofRejected => {
            let told: Rejected = payload(message)?;
            about.rejected(told.code, &told.reason, told.is_last)
        }
        MessageKind::MailPaymentShort => {
            let told: Short = payload(message)?;
            about.short(&told.paid.display(), &told.due.display())
        }
        MessageKind::MailPaymentReversed => {
            let told: Reversed = payload(message)?;
            about.reversed(&told.amount.display(), told.access_ended)
        }
        MessageKind::MailOrderReceived
        | MessageKind::MailPaymentConfirmed
        | MessageKind::MailPaymentUnconfirmed
        | MessageKind::MailOrderExpired
        | MessageKind::MailPaymentHeld
        | MessageKind::MailStaffAlert
        | MessageKind::Release
        | MessageKind::Revocation => return Err("not a letter".into()),
    };
    Ok(letter)
}

fn payload<T: DeserializeOwned>(message: &Pending) -> Result<T, String> {
    serde_json::from_value(message.payload.clone()).map_err(|error| error.to_string())
}

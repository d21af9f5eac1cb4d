//! The mails: their words, as text and as HTML.
//!
//! In scope: composing a mail from finished strings. Out of scope: whether, when and by whom it is
//! sent (the outbox and the sender do that).
//!
//! A folder per mail holds its view struct, `text.txt` and `html.html`; `summary/` is a part of several.
//! What must hold:
//! - nothing that a buyer typed into a form is in a mail, except to staff: the address on an order
//!   is unproven, and a name such as "visit example.com" would make us send somebody's spam;
//! - the only secret a mail may carry is the order link that is passed in;
//! - every value is [`OneLine`], so that none can add a header, or a line that looks like ours.

mod address;
pub mod age;
mod email_code;
mod letter;
mod one_line;
mod order_expired;
mod order_received;
mod payment_confirmed;
mod payment_held;
mod payment_unconfirmed;
mod staff_alert;
mod summary;
mod transfer;

pub use address::{Address, AddressError};
pub use letter::{Fact, Letter};
pub use one_line::OneLine;
pub use order_expired::OrderExpired;
pub use order_received::OrderReceived;
pub use payment_confirmed::PaymentConfirmed;
pub use payment_held::{HeldBecause, PaymentHeld};
pub use payment_unconfirmed::PaymentUnconfirmed;
pub use staff_alert::StaffAlert;
pub use summary::{OrderLine, Summary};
pub use transfer::About;

/// A mail, ready to be handed to a sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email {
    /// The only recipient.
    pub to: Address,
    /// The subject header.
    pub subject: OneLine,
    /// The body as plain text, lines ending in LF.
    pub text: String,
    /// The same body as an HTML document.
    pub html: String,
}

/// Who writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shop {
    /// The shop's name, as the buyer knows it.
    pub name: OneLine,
    /// Where buyers reach support.
    pub support_email: OneLine,
}

/// One kind of mail.
pub trait Message {
    /// The subject, before it is made one line.
    fn subject(&self) -> String;
    /// The plain-text body. An error is a fault of ours.
    fn text(&self) -> Result<String, askama::Error>;
    /// The HTML body. An error is a fault of ours.
    fn html(&self) -> Result<String, askama::Error>;
}

/// Composes a mail. An error is a fault of ours.
pub fn compose(to: Address, message: &impl Message) -> Result<Email, askama::Error> {
    Ok(Email {
        to,
        subject: OneLine::new(&message.subject()),
        text: message.text()?,
        html: message.html()?,
    })
}

/// Implements [`Message`] for a view struct from the two templates in its folder, which see it as
/// `mail`.
macro_rules! message {
    ($view:ident, $text:tt, $html:tt, |$mail:ident| $subject:expr) => {
        #[derive(askama::Template)]
        #[template(path = $text)]
        struct Text<'a> {
            mail: &'a $view,
        }

        #[derive(askama::Template)]
        #[template(path = $html)]
        struct Html<'a> {
            mail: &'a $view,
        }

        impl crate::email::Message for $view {
            fn subject(&self) -> String {
                let $mail = self;
                $subject
            }

            fn text(&self) -> Result<String, askama::Error> {
                askama::Template::render(&Text { mail: self })
            }

            fn html(&self) -> Result<String, askama::Error> {
                askama::Template::render(&Html { mail: self })
            }
        }
    };
}
use message;

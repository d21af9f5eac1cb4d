//! To staff, when something needs a person.

use super::{OneLine, message};

/// Something needs a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffAlert {
    /// The shop it is about; staff may serve several.
    pub shop_name: OneLine,
    /// What happened: `Payment unconfirmed`.
    pub kind: OneLine,
    /// The order it is about, if it is about one.
    pub order_number: Option<OneLine>,
    /// What else names it: a proof, an event, a payment at the provider.
    pub subject: OneLine,
    /// When it came in: `21 November 2026, 12:00 UTC`.
    pub since: OneLine,
    /// Where staff decide about it.
    pub url: OneLine,
    /// What to do, in a sentence or two.
    pub what_to_do: OneLine,
}

message!(
    StaffAlert,
    "staff_alert/text.txt",
    "staff_alert/html.html",
    |mail| {
        let order = mail.order_number.as_ref();
        let about = order.map_or_else(String::new, |number| format!(": order {number}"));
        format!("[{}] {}{about}", mail.shop_name, mail.kind)
    }
);

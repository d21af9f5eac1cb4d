//! To staff, when something needs a person.

use super::{OneLine, age, message};

/// Something needs a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffAlert {
    /// The shop it is about; staff may serve several.
    pub shop_name: OneLine,
    /// What happened: `Payment not confirmed after 30 minutes`.
    pub kind: OneLine,
    /// The order it is about.
    pub order_number: OneLine,
    /// How long it has been so, in seconds.
    pub age_s: i64,
    /// What to do, in a sentence or two.
    pub what_to_do: OneLine,
}

impl StaffAlert {
    fn age(&self) -> String {
        age::in_words(self.age_s)
    }
}

message!(
    StaffAlert,
    "staff_alert/text.txt",
    "staff_alert/html.html",
    |mail| format!(
        "[{}] {}: order {}",
        mail.shop_name, mail.kind, mail.order_number
    )
);

//! The states of an order, as stored and shown.

use serde::Serialize;

use crate::record::StoredText;

/// Where an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, StoredText)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OrderState {
    /// Nothing or not all of it is paid.
    Unpaid,
    /// A proof of a bank transfer waits for staff.
    InReview,
    /// The proof was not good; the buyer may try again.
    Rejected,
    /// Paid in full; production has been told.
    Confirmed,
    /// Ended by the buyer or staff.
    Cancelled,
    /// Ended by its deadline.
    Expired,
    /// Replaced by another order.
    Superseded,
}

impl OrderState {
    /// Every state, in the order of the schema.
    pub const ALL: [Self; 7] = [
        Self::Unpaid,
        Self::InReview,
        Self::Rejected,
        Self::Confirmed,
        Self::Cancelled,
        Self::Expired,
        Self::Superseded,
    ];

    /// The text in the database and in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unpaid => "unpaid",
            Self::InReview => "in_review",
            Self::Rejected => "rejected",
            Self::Confirmed => "confirmed",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::Superseded => "superseded",
        }
    }

    /// Whether money that arrives still belongs to the order.
    #[must_use]
    pub fn takes_money(self) -> bool {
        matches!(self, Self::Unpaid | Self::InReview | Self::Rejected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_order_state_text_unchanged() {
        let texts: Vec<_> = OrderState::ALL.iter().map(|s| s.as_str()).collect();
        assert_eq!(
            texts,
            [
                "unpaid",
                "in_review",
                "rejected",
                "confirmed",
                "cancelled",
                "expired",
                "superseded"
            ]
        );
        for state in OrderState::ALL {
            assert_eq!(serde_json::to_value(state).unwrap(), state.as_str());
        }
    }
}

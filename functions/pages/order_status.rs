//! Where an order stands, in plain words.

use shared::time::Timestamp;

/// Where an order stands, with what its words need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderStatus {
    /// The customer has to show that the address is theirs (A40).
    AwaitingEmail {
        /// The address.
        email: String,
        /// When the order expires otherwise.
        confirm_by: Timestamp,
    },
    /// Nobody has paid, and nothing is under way.
    AwaitingPayment {
        /// When the order expires.
        pay_by: Timestamp,
        /// The formatted amount that is still due.
        due: String,
        /// Whether the last attempt to pay has ended, and nothing was taken by any.
        left: bool,
    },
    /// A payment has begun and its outcome is not known.
    Confirming(Pace),
    /// As before, but the 30 minutes that were promised are over (A18, S50).
    Unconfirmed {
        /// When the payment was begun.
        begun_at: Timestamp,
    },
    /// Staff look at a proof (A35).
    InReview {
        /// What its sender called the file.
        file: String,
        /// The bank that they say they transferred to; empty when its account was retired long ago.
        bank: String,
        /// When it was handed in.
        handed_in_at: Timestamp,
        /// When this page was made.
        as_of: Timestamp,
        /// When the 30 minutes are over.
        promised_at: Timestamp,
    },
    /// The proof was turned down (A34).
    Rejected {
        /// Why.
        reason: String,
        /// Whether another one is taken.
        again: bool,
        /// When the order expires.
        pay_by: Timestamp,
    },
    /// It was paid, and the money was taken back (S69).
    Reversed,
    /// It was paid, and all of the money was given back (S82).
    Refunded,
    /// The money is there.
    Confirmed {
        /// When it was confirmed.
        confirmed_at: Timestamp,
        /// The order that it replaces, if what was paid for that one covers it: number and page.
        carried: Option<(String, String)>,
    },
    /// The provider said that the payment failed or was not completed; the order can still be paid.
    NotPaid {
        /// When the order expires.
        pay_by: Timestamp,
    },
    /// The time to pay is over.
    Expired {
        /// When it expired.
        expired_at: Timestamp,
        /// Money that came in afterwards.
        late: Option<LateMoney>,
    },
    /// Another order took its place.
    Superseded {
        /// When.
        replaced_at: Timestamp,
        /// The number of that order, and its page.
        by: (String, String),
        /// Money that came in afterwards.
        late: Option<LateMoney>,
    },
    /// Cancelled.
    Cancelled {
        /// When it was cancelled.
        cancelled_at: Timestamp,
        /// Money that came in afterwards.
        late: Option<LateMoney>,
    },
}

/// How long a confirmation takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pace {
    /// Normally seconds; the 30-minute promise holds (A18).
    Minutes {
        /// When this page was made.
        as_of: Timestamp,
        /// When the 30 minutes are over.
        promised_at: Timestamp,
        /// Whether the page reloads itself.
        refresh: Refresh,
    },
    /// A bank debit or the like, which takes days (S58).
    Days,
}

/// Whether the page reloads itself. It can be switched off, as WCAG 2.2.1 asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refresh {
    /// It does.
    On {
        /// The same page without reloading.
        stop_href: String,
    },
    /// It does not.
    Off {
        /// The same page with reloading.
        resume_href: String,
    },
}

/// Money that came in after the order had ended (S21).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LateMoney {
    /// The formatted amount.
    pub amount: String,
    /// When it came in.
    pub received_at: Timestamp,
    /// What became of it.
    pub outcome: LateOutcome,
}

/// What became of late money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LateOutcome {
    /// It is set aside until staff refund it or write to the buyer.
    Held,
    /// It was sent back.
    Refunded,
    /// It pays the order that replaced this one.
    Applied {
        /// The number of that order.
        order_number: String,
    },
}

/// Seconds between reloads while a confirmation is expected at any moment, and after that.
const REFRESH_SOON_S: u32 = 5;
const REFRESH_LATER_S: u32 = 30;
/// With less than this left of the 30 minutes, the first two are over.
const REFRESH_SOON_LEFT_S: i64 = 28 * 60;

impl OrderStatus {
    /// The state in plain words; the heading and the page's title.
    pub(super) fn words(&self) -> &'static str {
        match self {
            Self::AwaitingEmail { .. } => "Please confirm your e-mail address",
            Self::AwaitingPayment { .. } => "Awaiting payment",
            Self::Confirming(_) => "Confirming your payment",
            Self::Unconfirmed { .. } => "We could not confirm your payment yet",
            Self::InReview { .. } => "Your proof is being reviewed",
            Self::Rejected { .. } => "We could not accept your proof",
            Self::Reversed => "The payment was taken back",
            Self::Refunded => "Refunded",
            Self::Confirmed { .. } => "Confirmed",
            Self::NotPaid { .. } => "Not paid",
            Self::Expired { .. } => "Expired",
            Self::Superseded { .. } => "Replaced by another order",
            Self::Cancelled { .. } => "Cancelled",
        }
    }

    /// The state as a class of the stylesheet.
    pub(super) fn class(&self) -> &'static str {
        match self {
            Self::AwaitingEmail { .. } | Self::AwaitingPayment { .. } => "awaiting",
            Self::Confirming(_) | Self::InReview { .. } => "confirming",
            Self::Unconfirmed { .. }
            | Self::NotPaid { .. }
            | Self::Rejected { .. }
            | Self::Reversed => "attention",
            Self::Confirmed { .. } => "confirmed",
            Self::Refunded
            | Self::Expired { .. }
            | Self::Superseded { .. }
            | Self::Cancelled { .. } => "ended",
        }
    }

    /// Whether money may have come from the buyer. Only then may the page name who paid.
    pub(super) fn may_have_money(&self) -> bool {
        match self {
            Self::AwaitingEmail { .. }
            | Self::AwaitingPayment { .. }
            | Self::NotPaid { .. }
            | Self::InReview { .. }
            | Self::Rejected { .. } => false,
            Self::Confirming(_)
            | Self::Unconfirmed { .. }
            | Self::Reversed
            | Self::Refunded
            | Self::Confirmed { .. } => true,
            Self::Expired { late, .. }
            | Self::Superseded { late, .. }
            | Self::Cancelled { late, .. } => late.is_some(),
        }
    }

    /// Whether the buyer says that they have paid, by a proof that is or was looked at.
    pub(super) fn has_proof(&self) -> bool {
        matches!(self, Self::InReview { .. } | Self::Rejected { .. })
    }

    /// Seconds until the page reloads itself; `None` when it does not.
    pub(super) fn refresh_s(&self) -> Option<u32> {
        let Self::Confirming(Pace::Minutes {
            as_of,
            promised_at,
            refresh: Refresh::On { .. },
        }) = self
        else {
            return None;
        };
        let soon = promised_at.seconds_since(*as_of) > REFRESH_SOON_LEFT_S;
        Some(if soon {
            REFRESH_SOON_S
        } else {
            REFRESH_LATER_S
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn confirming(seconds_left: i64, refresh: Refresh) -> OrderStatus {
        OrderStatus::Confirming(Pace::Minutes {
            as_of: Timestamp(1_000),
            promised_at: Timestamp(1_000).plus(seconds_left),
            refresh,
        })
    }

    #[test]
    fn the_page_reloads_often_at_first_and_never_when_switched_off() {
        let on = Refresh::On {
            stop_href: "?refresh=off".into(),
        };
        assert_eq!(confirming(30 * 60, on.clone()).refresh_s(), Some(5));
        assert_eq!(confirming(28 * 60, on.clone()).refresh_s(), Some(30));
        assert_eq!(confirming(1, on).refresh_s(), Some(30));
        let off = Refresh::Off {
            resume_href: "?".into(),
        };
        assert_eq!(confirming(30 * 60, off).refresh_s(), None);
    }

    #[test]
    fn s58_a_payment_that_takes_days_does_not_reload_the_page() {
        assert_eq!(OrderStatus::Confirming(Pace::Days).refresh_s(), None);
    }
}

//! The order page: what was ordered, where its payment stands, and what may be done next.

use super::{Frame, Hidden, Line, Totals};
use askama::Template;
use shared::time::Timestamp;

/// An order as its buyer sees it. A36: the order number is always on it.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "order.html")]
pub struct OrderPage {
    /// What stands around the page.
    pub frame: Frame,
    /// The public order number, as printed everywhere. Without hyphens of its own it is shown in
    /// groups of four.
    pub order_number: String,
    /// When the order was made.
    pub placed_at: Timestamp,
    /// Where the order stands.
    pub status: OrderStatus,
    /// The payment that the status is about, if one was begun (A19).
    pub payment: Option<PaymentFacts>,
    /// What happened to the money later; refunds and disputes leave the status as it is.
    pub facts: Vec<Fact>,
    /// What was ordered.
    pub lines: Vec<Line>,
    /// What it comes to.
    pub totals: Totals,
    /// Who will use it: name and e-mail address.
    pub customer: (String, String),
    /// Who is billed.
    pub billing: Billing,
    /// The ways to pay that are open now (A12); empty when paying is not what comes next.
    pub pay: Vec<PayAction>,
    /// Leads to the question before cancelling; `None` when the order cannot be cancelled.
    pub cancel_href: Option<String>,
}

/// Where an order stands, with what its words need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderStatus {
    /// Nobody has paid, and nothing is under way.
    AwaitingPayment {
        /// When the order expires.
        pay_by: Timestamp,
    },
    /// A payment has begun and its outcome is not known.
    Confirming(Pace),
    /// As before, but the 30 minutes that were promised are over (A18, S50).
    Unconfirmed {
        /// When the payment was begun.
        begun_at: Timestamp,
    },
    /// The money is there.
    Confirmed {
        /// When it was confirmed.
        confirmed_at: Timestamp,
        /// What the buyer quotes to support from now on.
        subscription_id: String,
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

/// What identifies a payment to support (A19, A20).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentFacts {
    /// The payment's reference.
    pub reference: String,
    /// Who or what pays: `Visa card ending in 4242`; unknown until the provider tells.
    pub paid_by: Option<String>,
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

/// A later movement of the order's money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// Money went back to the buyer.
    Refunded {
        /// The formatted amount.
        amount: String,
        /// When.
        at: Timestamp,
    },
    /// The payment is disputed at the buyer's bank.
    Disputed {
        /// The formatted amount.
        amount: String,
        /// When it was opened.
        at: Timestamp,
    },
}

/// Who is billed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Billing {
    /// The person.
    pub name: String,
    /// The company.
    pub company: Option<String>,
    /// The address, a line each, country last.
    pub address: Vec<String>,
    /// The tax number.
    pub tax_id: Option<String>,
}

/// One way to pay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayAction {
    /// The button: `Pay by card`.
    pub label: String,
    /// What happens next: `You continue on the secure page of Stripe.`
    pub note: String,
    /// Where the form is sent.
    pub action: String,
    /// What the form carries, such as the idempotency key.
    pub hidden: Vec<Hidden>,
}

/// Seconds between reloads while a confirmation is expected at any moment, and after that.
const REFRESH_SOON_S: u32 = 5;
const REFRESH_LATER_S: u32 = 30;
/// With less than this left of the 30 minutes, the first two are over.
const REFRESH_SOON_LEFT_S: i64 = 28 * 60;

impl OrderPage {
    /// The order number in groups, for reading aloud.
    fn number_groups(&self) -> Vec<String> {
        if self.order_number.contains('-') {
            return self.order_number.split('-').map(str::to_owned).collect();
        }
        let characters: Vec<char> = self.order_number.chars().collect();
        characters.chunks(4).map(|group| group.iter().collect()).collect()
    }

    /// A mail address for support that brings the order number along (RFC 6068).
    fn support_href(&self) -> String {
        let subject = format!("Order {}", self.order_number);
        format!("mailto:{}?subject={}", self.frame.support_email, percent_encoded(&subject))
    }
}

impl OrderStatus {
    /// The state in plain words; the heading and the page's title.
    fn words(&self) -> &'static str {
        match self {
            Self::AwaitingPayment { .. } => "Awaiting payment",
            Self::Confirming(_) => "Confirming your payment",
            Self::Unconfirmed { .. } => "We could not confirm your payment yet",
            Self::Confirmed { .. } => "Confirmed",
            Self::NotPaid { .. } => "Not paid",
            Self::Expired { .. } => "Expired",
            Self::Cancelled { .. } => "Cancelled",
        }
    }

    /// The state as a class of the stylesheet.
    fn class(&self) -> &'static str {
        match self {
            Self::AwaitingPayment { .. } => "awaiting",
            Self::Confirming(_) => "confirming",
            Self::Unconfirmed { .. } | Self::NotPaid { .. } => "attention",
            Self::Confirmed { .. } => "confirmed",
            Self::Expired { .. } | Self::Cancelled { .. } => "ended",
        }
    }

    /// Seconds until the page reloads itself; `None` when it does not.
    fn refresh_s(&self) -> Option<u32> {
        let Self::Confirming(Pace::Minutes { as_of, promised_at, refresh: Refresh::On { .. } }) =
            self
        else {
            return None;
        };
        let soon = promised_at.seconds_since(*as_of) > REFRESH_SOON_LEFT_S;
        Some(if soon { REFRESH_SOON_S } else { REFRESH_LATER_S })
    }
}

/// Percent-encodes all but the unreserved characters (RFC 3986, 2.3).
fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
        out
    })
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
        let on = Refresh::On { stop_href: "?refresh=off".into() };
        assert_eq!(confirming(30 * 60, on.clone()).refresh_s(), Some(5));
        assert_eq!(confirming(28 * 60, on.clone()).refresh_s(), Some(30));
        assert_eq!(confirming(1, on).refresh_s(), Some(30));
        let off = Refresh::Off { resume_href: "?".into() };
        assert_eq!(confirming(30 * 60, off).refresh_s(), None);
    }

    #[test]
    fn s58_a_payment_that_takes_days_does_not_reload_the_page() {
        assert_eq!(OrderStatus::Confirming(Pace::Days).refresh_s(), None);
    }

    #[test]
    fn a_mail_subject_cannot_leave_its_place_in_the_link() {
        assert_eq!(percent_encoded("Order A&B ü"), "Order%20A%26B%20%C3%BC");
    }
}

//! Coupons that are bought: a product says what each unit of it issues, the order freezes that, and the
//! codes come into being with its confirmation.

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::Terms;
use crate::id::{CouponCode, OrderNumber};
use crate::pricing::{Cart, PricingError};
use crate::record::{Record, json_text};
use crate::statement::Statement;
use crate::store::coupons;
use crate::time::Timestamp;

/// The most codes that one order issues.
pub const CODES_MAX: u32 = 100;
const USES_MAX: u32 = 1_000_000;
const DAYS_MAX: u32 = 3_650;
const EACH_MAX: u32 = 10;
const DAY_S: i64 = 86_400;

/// What a unit of a product issues.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Record)]
pub struct Issue {
    /// What the code is worth.
    pub terms: Terms,
    /// How often it can be used.
    pub uses: u32,
    /// How often one customer can use it, up to ten times; none for as often as there are uses.
    pub uses_per_customer: Option<u32>,
    /// For how many days from the confirmation; none for ever.
    pub valid_days: Option<u32>,
}

/// What an order issues once it is confirmed: so many codes of a kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Record)]
pub struct OrderIssue {
    /// What each code is.
    #[record(part)]
    pub issue: Issue,
    /// How many codes.
    pub codes: u32,
}

impl Issue {
    /// Whether the figures are within their limits.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let days = self.valid_days.unwrap_or(1);
        let each = self.uses_per_customer.unwrap_or(1);
        (1..=USES_MAX).contains(&self.uses)
            && (1..=EACH_MAX).contains(&each)
            && (1..=DAYS_MAX).contains(&days)
    }

    /// When a code that is made now ends.
    fn ends_at(&self, now: Timestamp) -> Option<Timestamp> {
        let days = self.valid_days?;
        Some(now.plus(i64::from(days).saturating_mul(DAY_S)))
    }
}

/// What each code of an order that was confirmed then is good for, in the order in which they were made;
/// for people.
pub fn good_for(issues: &[OrderIssue], confirmed_at: Timestamp) -> impl Iterator<Item = String> {
    let of_kind = move |OrderIssue { issue, codes }: &OrderIssue| {
        let uses = match issue.uses {
            1 => "once".to_owned(),
            uses => format!("{uses} times"),
        };
        let until = issue.ends_at(confirmed_at);
        let until = until.map(|until| format!(", until {}", until.readable()));
        let words = format!("{}, {uses}{}", issue.terms, until.unwrap_or_default());
        (0..*codes).map(move |_| words.clone())
    };
    issues.iter().flat_map(of_kind)
}

/// What a cart issues once it is paid; one code for each unit.
pub fn of_cart(cart: &Cart<'_>) -> Result<Vec<OrderIssue>, PricingError> {
    let mut left = CODES_MAX;
    let mut issues = Vec::new();
    for (index, item) in cart.items.iter().enumerate() {
        if let Some(issue) = &item.price.product.issues {
            let taken = left.checked_sub(item.quantity);
            left = taken.ok_or(PricingError::TooManyCodes { index })?;
            issues.push(OrderIssue {
                issue: issue.clone(),
                codes: item.quantity,
            });
        }
    }
    Ok(issues)
}

/// The codes of a confirmed order and their rows. `seed` is random and told to nobody: a code is 60
/// bits of its hash with the code's place.
#[must_use]
pub fn issue(
    issues: &[OrderIssue],
    order: &OrderNumber,
    seed: &[u8; 16],
    now: Timestamp,
) -> (Vec<CouponCode>, Vec<Statement>) {
    let mut all = Vec::new();
    let mut rows = Vec::new();
    for OrderIssue { issue, codes } in issues {
        let from = u32::try_from(all.len()).unwrap_or(u32::MAX);
        let places = from..from.saturating_add(*codes);
        let codes: Vec<CouponCode> = places.map(|place| code(seed, place)).collect();
        rows.push(coupons::ISSUE_CODES.bind([
            json_text(&codes).into(),
            json_text(&issue.terms).into(),
            now.into(),
            issue.ends_at(now).into(),
            issue.uses.into(),
            order.into(),
            issue.uses_per_customer.into(),
        ]));
        all.extend(codes);
    }
    (all, rows)
}

fn code(seed: &[u8; 16], place: u32) -> CouponCode {
    let hash: [u8; 32] = Sha256::new()
        .chain_update(seed)
        .chain_update(place.to_be_bytes())
        .finalize()
        .into();
    CouponCode::from_random(hash.first_chunk().copied().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_one_order_all_differ_and_those_of_another_seed_too() {
        let all: std::collections::BTreeSet<CouponCode> = [[1; 16], [2; 16]]
            .iter()
            .flat_map(|seed| (0..CODES_MAX).map(|place| code(seed, place)))
            .collect();
        assert_eq!(all.len(), 200);
    }

    #[test]
    fn stored_issues_format_unchanged() {
        let stored = r#"{"terms":{"benefit":"percent","percent":"20"},"uses":10,"uses_per_customer":1,"valid_days":365}"#;
        let issue: Issue = serde_json::from_str(stored).unwrap();
        assert_eq!(serde_json::to_string(&issue).unwrap(), stored);
        let least = r#"{"terms":{"benefit":"percent","percent":"20"},"uses":10}"#;
        let least: Issue = serde_json::from_str(least).unwrap();
        assert_eq!((least.uses_per_customer, least.valid_days), (None, None));
        assert!(issue.is_sound() && least.is_sound());
        for (uses, each) in [(0, Some(1)), (10, Some(0)), (10, Some(11))] {
            let unsound = Issue {
                uses,
                uses_per_customer: each,
                ..issue.clone()
            };
            assert!(!unsound.is_sound(), "{uses} {each:?}");
        }
    }
}

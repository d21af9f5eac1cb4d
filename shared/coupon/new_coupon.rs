//! A coupon that staff make.

use super::{Benefit, Coupon, Terms, TermsError};
use crate::catalogue::{Period, ProductId};
use crate::field::FieldProblem;
use crate::id::CouponCode;
use crate::money::{Currency, Money};
use crate::record::{Record, json_text};
use crate::statement::Statement;
use crate::store::coupons;
use crate::tax::TaxPercent;
use crate::time::Timestamp;

const USES_MAX: i64 = 1_000_000;
const PER_CUSTOMER_MAX: i64 = 10;
const DAYS_MAX: i64 = 3_650;
const DAY_S: i64 = 86_400;
const NOTE_CHARS_MAX: usize = 200;

/// What a coupon is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCoupon {
    /// What it is worth.
    pub terms: Terms,
    uses_max: i64,
    per_customer: Option<i64>,
    /// From when on it can be used; none for at once.
    starts: Option<Timestamp>,
    days: Option<i64>,
    note: String,
}

/// A product for a period, as the catalogue sells it.
#[derive(Debug, Clone, PartialEq, Eq, Record)]
pub struct Plan {
    product_id: ProductId,
    product_name: String,
    #[serde(rename = "period_months")]
    period: Period,
}

impl NewCoupon {
    /// The field that takes a day.
    pub const STARTS: &'static str = "starts";
    /// The fields of its form: name, label, whether it may stay empty, and what to know.
    pub const FIELDS: [(&'static str, &'static str, bool, &'static str); 9] = [
        (
            "gives",
            "Gives",
            false,
            "20 % off; amounts such as 5.00 EUR, 6.00 USD off; or a plan such as site-backup 12 free.",
        ),
        ("uses", "How often in all", false, ""),
        (
            "per_customer",
            "How often each customer",
            true,
            "1 to 10; empty for no limit.",
        ),
        (
            Self::STARTS,
            "From which day",
            true,
            "Such as 2026-12-01, from midnight UTC; empty for at once.",
        ),
        ("days", "For how many days", true, "Empty for ever."),
        (
            "products",
            "Only for products",
            true,
            "Their ids, with commas.",
        ),
        (
            "currencies",
            "Only in currencies",
            true,
            "Their codes, with commas.",
        ),
        (
            "minimums",
            "From a list price of",
            true,
            "Such as 50.00 EUR, 60.00 USD.",
        ),
        ("note", "Note for staff", true, ""),
    ];

    /// Parses what was typed into each field; every problem at once.
    pub fn parse<'a>(typed: impl Fn(&str) -> &'a str) -> Result<Self, Vec<FieldProblem>> {
        let mut problems = Vec::new();
        let mut wrong = |field: &str, message: &str| {
            problems.push(FieldProblem::new(field, "invalid", message));
        };
        let number = |text: &str, max: i64| {
            let number = text.parse::<i64>().ok();
            number.filter(|number| (1..=max).contains(number))
        };
        let uses_max = number(typed("uses"), USES_MAX).unwrap_or_else(|| {
            wrong(
                "uses",
                "Please enter a whole number from 1 to 1000000, such as 100.",
            );
            0
        });
        let mut optional = |field: &str, max: i64, message: &str| match typed(field) {
            "" => None,
            text => {
                let number = number(text, max);
                if number.is_none() {
                    wrong(field, message);
                }
                number
            }
        };
        let per_customer = optional(
            "per_customer",
            PER_CUSTOMER_MAX,
            "Please enter a whole number from 1 to 10, such as 1, or nothing.",
        );
        let days = optional(
            "days",
            DAYS_MAX,
            "Please enter a whole number from 1 to 3650, such as 30, or nothing.",
        );
        let starts = Timestamp::start_of(typed(Self::STARTS));
        if starts.is_none() && !typed(Self::STARTS).is_empty() {
            wrong(Self::STARTS, "Please enter a day such as 2026-12-01.");
        }
        let benefit = benefit_of(typed("gives"));
        let products = list(typed("products"), |text| ProductId::parse(text).ok());
        let currencies = list(typed("currencies"), |text| Currency::parse(text).ok());
        let minimums = list(typed("minimums"), money_of);
        for (field, is_read, message) in [
            (
                "gives",
                benefit.is_some(),
                "Please enter a percentage such as 20 % off, amounts such as 5.00 EUR, 6.00 USD off \
                 (a dot before the decimals, a comma between two amounts), or a plan such as \
                 site-backup 12 free.",
            ),
            (
                "products",
                products.is_some(),
                "Please enter ids of products with commas, such as site-backup, studio.",
            ),
            (
                "currencies",
                currencies.is_some(),
                "Please enter codes of currencies with commas, such as EUR, USD.",
            ),
            (
                "minimums",
                minimums.is_some(),
                "Please enter amounts such as 50.00 EUR, 60.00 USD: a dot before the decimals, a \
                 comma between two amounts.",
            ),
        ] {
            if !is_read {
                wrong(field, message);
            }
        }
        let note = typed("note").to_owned();
        if note.chars().count() > NOTE_CHARS_MAX {
            wrong("note", "Please use at most 200 characters.");
        }
        let parts = benefit.zip(products).zip(currencies).zip(minimums);
        let terms = parts.and_then(|(((benefit, products), currencies), minimums)| {
            Terms::new(benefit, products, currencies, minimums)
                .map_err(|error| wrong(field_of(error), &format!("Please {error}.")))
                .ok()
        });
        match terms {
            Some(terms) if problems.is_empty() => Ok(Self {
                terms,
                uses_max,
                per_customer,
                starts,
                days,
                note,
            }),
            _ => Err(problems),
        }
    }

    /// The products that it names.
    #[must_use]
    pub fn named(&self) -> Vec<&ProductId> {
        let plan = match &self.terms.benefit {
            Benefit::FreePlan { product, .. } => Some(product),
            Benefit::Percent(_) | Benefit::Amount(_) => None,
        };
        self.terms.products.iter().chain(plan).collect()
    }

    /// Takes the name of the product that is free from `sold`, the plans of [`Self::named`]. An error
    /// is what of it nobody can buy, so that the coupon would be good for nothing.
    pub fn name_plan(&mut self, sold: &[Plan]) -> Result<(), Vec<FieldProblem>> {
        let mut problems = Vec::new();
        if let Benefit::FreePlan { product, period } = &self.terms.benefit {
            let mut plans = sold.iter();
            let plan = plans.find(|plan| plan.product_id == *product && plan.period == *period);
            self.terms.product_name = plan.map(|plan| plan.product_name.clone());
            if plan.is_none() {
                let message = "The catalogue has no such product for so many months. \
                               Please enter an id and months that it has, such as site-backup 12 free.";
                problems.push(FieldProblem::new("gives", "unknown_plan", message));
            }
        }
        let is_sold = |id: &ProductId| sold.iter().any(|plan| plan.product_id == *id);
        if let Some(id) = self.terms.products.iter().find(|id| !is_sold(id)) {
            let message = format!("The catalogue has no product {}.", id.as_str());
            problems.push(FieldProblem::new("products", "unknown_product", &message));
        }
        if problems.is_empty() {
            Ok(())
        } else {
            Err(problems)
        }
    }

    /// Whether a coupon that is there is what this, not named yet, would make.
    #[must_use]
    pub fn is(&self, made: &Coupon, note: &str) -> bool {
        let unnamed = Terms {
            product_name: None,
            ..made.terms.clone()
        };
        unnamed == self.terms && i64::from(made.uses_max) == self.uses_max && note == self.note
    }

    /// Its row; `by` as the history names them.
    #[must_use]
    pub fn insert(&self, code: CouponCode, by: &str, now: Timestamp) -> Statement {
        let starts = self.starts.unwrap_or(now);
        let days = self.days.map(|days| days.saturating_mul(DAY_S));
        let ends = days.map(|seconds| starts.plus(seconds));
        coupons::INSERT_COUPON.bind([
            code.into(),
            json_text(&self.terms).into(),
            now.into(),
            ends.into(),
            self.uses_max.into(),
            self.per_customer.into(),
            self.note.as_str().into(),
            by.into(),
            starts.into(),
        ])
    }
}

/// Where terms that break a rule were typed.
fn field_of(error: TermsError) -> &'static str {
    match error {
        TermsError::Percent | TermsError::Amounts | TermsError::Plan => "gives",
        TermsError::Minimums => "minimums",
        TermsError::TooMany => "products",
    }
}

/// Reads `20 %`, `5.00 EUR, 6.00 USD` or `site-backup 12 free`; `off` may follow the first two.
fn benefit_of(text: &str) -> Option<Benefit> {
    let text = text.trim();
    if let Some(plan) = text.strip_suffix("free") {
        let mut words = plan.split_whitespace();
        let product = ProductId::parse(words.next()?).ok()?;
        let months = match words.next() {
            Some(months) => Some(months.parse().ok()?),
            None => None,
        };
        let period = Period::from_months(months).ok()?;
        return words
            .next()
            .is_none()
            .then_some(Benefit::FreePlan { product, period });
    }
    let text = text.strip_suffix("off").unwrap_or(text).trim();
    if let Some(percent) = text.strip_suffix('%') {
        return TaxPercent::parse(percent.trim()).ok().map(Benefit::Percent);
    }
    list(text, money_of).map(Benefit::Amount)
}

/// Reads a list with commas; `None` when one of them is nothing. An empty text is an empty list.
fn list<T>(text: &str, read: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    let parts = text
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty());
    parts.map(read).collect()
}

fn money_of(text: &str) -> Option<Money> {
    let (amount, code) = text.trim().rsplit_once(' ')?;
    let currency = Currency::parse(code.trim()).ok()?;
    Money::from_decimal(amount.trim(), currency).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(changes: &[(&'static str, &'static str)]) -> Result<NewCoupon, Vec<FieldProblem>> {
        NewCoupon::parse(|name| {
            let other = changes.iter().find(|(field, _)| *field == name);
            match (other, name) {
                (Some((_, value)), _) => value,
                (None, "gives") => "20 % off",
                (None, "uses") => "100",
                _ => "",
            }
        })
    }

    #[test]
    fn a_coupon_is_made_from_what_people_write() {
        for (gives, shown) in [
            ("20 % off", "20 % off"),
            ("12.5%", "12.5 % off"),
            ("5.00 EUR, 600 JPY off", "5.00\u{a0}EUR or 600\u{a0}JPY off"),
            ("site-backup 12 free", "one site-backup (12 months) free"),
            ("trial free", "one trial (one-off) free"),
        ] {
            let coupon = made(&[("gives", gives)]).unwrap();
            assert_eq!(coupon.terms.to_string(), shown);
        }
        let limits = [
            ("per_customer", "2"),
            ("starts", "2026-12-01"),
            ("days", "30"),
            ("products", "editor, site-backup"),
            ("currencies", "EUR,USD"),
            ("minimums", "50.00 EUR, 60.00 USD"),
        ];
        let coupon = made(&limits).unwrap();
        assert_eq!(coupon.terms.products.len(), 2);
        assert_eq!(coupon.terms.minimums[1].amount_minor, 6_000);
        assert_eq!((coupon.per_customer, coupon.days), (Some(2), Some(30)));
        let starts = coupon.starts.map(Timestamp::rfc3339);
        assert_eq!(starts.as_deref(), Some("2026-12-01T00:00:00Z"));
    }

    #[test]
    fn what_is_wrong_is_told_by_field_and_all_at_once() {
        for (field, value) in [
            ("gives", ""),
            ("gives", "0 %"),
            ("gives", "-5.00 EUR"),
            ("gives", "5 EUR, 6 EUR"),
            ("gives", "much"),
            ("gives", "site backup 12 13 free"),
            ("uses", "0"),
            ("uses", "many"),
            ("per_customer", "11"),
            ("starts", "2026-02-30"),
            ("starts", "soon"),
            ("days", "0"),
            ("products", "Not a slug"),
            ("currencies", "euro"),
            ("minimums", "50"),
            ("minimums", "50,00 EUR"),
            ("minimums", "-1.00 EUR"),
            ("minimums", "50.00 EUR, 60.00 EUR"),
        ] {
            let problems = made(&[(field, value)]).unwrap_err();
            assert_eq!(problems.len(), 1, "{field} {value}: {problems:?}");
            assert_eq!(problems[0].field, field, "{value}");
            let message = &problems[0].message;
            assert!(message.contains("such as "), "{field} {value}: {message}");
        }
        assert_eq!(made(&[("uses", ""), ("days", "x")]).unwrap_err().len(), 2);
    }
}

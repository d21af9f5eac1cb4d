//! Whether the figures of a purchase unit add up (Orders v2, issues of `POST /v2/checkout/orders`).

use serde_json::Value;

use super::error::{ApiError, Detail};
use super::money::{self, Objection};

/// The amount of a purchase unit that is of the right form, in minor units of its currency; or every
/// objection to its figures.
pub(crate) fn total(unit: &Value) -> Result<(i64, String), ApiError> {
    let mut figures = Figures {
        place: place(unit),
        currency: text(unit, "/amount/currency_code").to_owned(),
        details: Vec::new(),
    };
    let amount = figures.read(unit, "/amount");
    if amount == Some(0) {
        let description = "Must be greater than zero. If the currency supports decimals, only two \
                           decimal place precision is supported.";
        figures.object(
            "CANNOT_BE_ZERO_OR_NEGATIVE",
            description,
            unit,
            "/amount/value",
        );
    }
    let parts = figures.breakdown(unit);
    let items = figures.items(unit);
    if figures.details.is_empty() {
        figures.compare(unit, amount, &parts, &items);
    }
    match amount {
        Some(amount) if figures.details.is_empty() => Ok((amount, figures.currency)),
        _ => Err(ApiError::unprocessable(figures.details)),
    }
}

/// Signs of the parts in the sum that must equal the amount.
const PARTS: [(&str, i128); 7] = [
    ("item_total", 1),
    ("tax_total", 1),
    ("shipping", 1),
    ("handling", 1),
    ("insurance", 1),
    ("shipping_discount", -1),
    ("discount", -1),
];

struct Figures {
    place: String,
    currency: String,
    details: Vec<Detail>,
}

/// The parts of a breakdown that are there, in the order of [`PARTS`].
type Parts = [Option<i64>; PARTS.len()];

/// Sums over the items; of the tax only where an item has one.
#[derive(Default)]
struct Items {
    total: Option<i128>,
    tax: Option<i128>,
}

impl Figures {
    fn breakdown(&mut self, unit: &Value) -> Parts {
        PARTS.map(|(name, _)| {
            let pointer = format!("/amount/breakdown/{name}");
            unit.pointer(&pointer)?;
            self.read(unit, &pointer)
        })
    }

    fn items(&mut self, unit: &Value) -> Items {
        let count = unit["items"].as_array().map_or(0, Vec::len);
        let mut sums = Items::default();
        for index in 0..count {
            let quantity: i128 = text(unit, &format!("/items/{index}/quantity"))
                .parse()
                .unwrap_or(0);
            let add = |sum: &mut Option<i128>, price: Option<i64>| {
                if let Some(price) = price {
                    *sum = Some(sum.unwrap_or(0) + i128::from(price) * quantity);
                }
            };
            let unit_amount = self.read(unit, &format!("/items/{index}/unit_amount"));
            add(&mut sums.total, unit_amount);
            let tax = format!("/items/{index}/tax");
            if unit.pointer(&tax).is_some() {
                let tax = self.read(unit, &tax);
                add(&mut sums.tax, tax);
            }
        }
        sums
    }

    fn compare(&mut self, unit: &Value, amount: Option<i64>, parts: &Parts, items: &Items) {
        let [item_total, tax_total, ..] = *parts;
        self.compare_sum(unit, items.total, item_total, &ITEM_TOTAL);
        self.compare_sum(unit, items.tax, tax_total, &TAX_TOTAL);
        if parts.iter().all(Option::is_none) {
            return;
        }
        let sum =
            |(part, (_, sign)): (&Option<i64>, &(&str, i128))| i128::from(part.unwrap_or(0)) * sign;
        let sum: i128 = parts.iter().zip(&PARTS).map(sum).sum();
        if amount.map(i128::from) != Some(sum) {
            let description = "Should equal item_total + tax_total + shipping + handling + \
                               insurance - shipping_discount - discount.";
            self.object("AMOUNT_MISMATCH", description, unit, "/amount/value");
        }
    }

    fn compare_sum(&mut self, unit: &Value, sum: Option<i128>, given: Option<i64>, rule: &SumRule) {
        let pointer = format!("/amount/breakdown/{}", rule.part);
        match (sum, given) {
            (Some(_), None) => self.object(rule.required.0, rule.required.1, unit, &pointer),
            (Some(sum), Some(given)) if sum != i128::from(given) => {
                let value = format!("{pointer}/value");
                self.object(rule.mismatch.0, rule.mismatch.1, unit, &value);
            }
            _ => {}
        }
    }

    /// The amount at a place, or an objection to it.
    fn read(&mut self, unit: &Value, pointer: &str) -> Option<i64> {
        let code = format!("{pointer}/currency_code");
        let value = format!("{pointer}/value");
        let currency = text(unit, &code);
        if currency != self.currency {
            let description = "Multiple differing values of currency_code are not supported. Entire \
                               Order request must have the same currency_code.";
            self.object("MULTI_CURRENCY_ORDER", description, unit, &code);
            return None;
        }
        match money::minor(text(unit, &value), currency) {
            Ok(minor) => Some(minor),
            Err(objection) => {
                let (issue, description) = objection.issue();
                let about_code = objection == Objection::UnknownCurrency;
                let place = if about_code { &code } else { &value };
                self.object(issue, description, unit, place);
                None
            }
        }
    }

    fn object(&mut self, issue: &'static str, description: &str, unit: &Value, pointer: &str) {
        let found = unit.pointer(pointer).and_then(Value::as_str);
        let field = format!("{}{pointer}", self.place);
        self.details
            .push(Detail::new(issue, description).at(field, found));
    }
}

struct SumRule {
    part: &'static str,
    required: (&'static str, &'static str),
    mismatch: (&'static str, &'static str),
}

const ITEM_TOTAL: SumRule = SumRule {
    part: "item_total",
    required: (
        "ITEM_TOTAL_REQUIRED",
        "If item details are specified (items.unit_amount and items.quantity) corresponding \
         amount.breakdown.item_total is required.",
    ),
    mismatch: (
        "ITEM_TOTAL_MISMATCH",
        "Should equal sum of (unit_amount * quantity) across all items for a given purchase_unit.",
    ),
};

const TAX_TOTAL: SumRule = SumRule {
    part: "tax_total",
    required: (
        "TAX_TOTAL_REQUIRED",
        "If item details are specified (items.tax_total and items.quantity) corresponding \
         amount.breakdown.tax_total is required.",
    ),
    mismatch: (
        "TAX_TOTAL_MISMATCH",
        "Should equal sum of (tax * quantity) across all items for a given purchase_unit.",
    ),
};

fn place(unit: &Value) -> String {
    let reference = unit["reference_id"].as_str().unwrap_or("default");
    format!("/purchase_units/@reference_id=='{reference}'")
}

fn text<'a>(unit: &'a Value, pointer: &str) -> &'a str {
    unit.pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

//! Looking a coupon up: what a code is worth here, and how often one may ask.
//!
//! Every try is counted in the batch that reads the code, whether the code is good, unknown, used up or
//! somebody else's: one round trip, the same rows, the same answer but for what a good one is worth
//! (D03, S85).

use serde_json::json;
use shared::api::answer::{CouponAnswer, CouponView};
use shared::api::refusal::Refusal;
use shared::catalogue::Period;
use shared::coupon::{Coupon, CouponProblem, typed};
use shared::field::FieldProblem;
use shared::id::CouponCode;
use shared::money::Currency;
use shared::pricing::{Cart, Discount};
use shared::statement::Statement;
use shared::store::coupons;
use shared::store::guard::Guard;
use shared::time::Timestamp;

use super::quote::parse_currency;
use crate::digest::sha256_hex;
use crate::failure::Failure;
use crate::http::Request;
use crate::world::{CommitError, Fault, Rows, World};

/// Tries of one client within a minute.
const TRIES_MAX: i64 = 20;

/// A code that somebody has typed, and who.
#[derive(Debug, Clone)]
pub struct Typed {
    /// The code, whose check symbol fits.
    pub code: CouponCode,
    client: String,
}

impl Typed {
    /// Reads what was typed; `None` for nothing.
    pub fn read(text: Option<&str>, request: &Request) -> Result<Option<Self>, FieldProblem> {
        let code = typed(text.unwrap_or_default())?;
        Ok(code.map(|code| Self {
            code,
            client: format!("client:{}", sha256_hex(request.network().as_bytes())),
        }))
    }

    /// The statements that read the coupon and count the try, in this order.
    #[must_use]
    pub fn reading(&self, now: Timestamp) -> [Statement; 2] {
        let client = self.client.as_str();
        [
            coupons::COUPON.bind([self.code.into()]),
            coupons::COUNT_TRY.bind([client.into(), now.into(), TRIES_MAX.into()]),
        ]
    }

    /// What it takes off a cart, from the rows of [`Typed::reading`], when a use of the coupon
    /// `given_back` is free again. The reason for nothing stands in the log, without the code.
    pub fn discount<W: World>(
        &self,
        world: &W,
        rows: Option<&Rows>,
        cart: &Cart<'_>,
        given_back: Option<CouponCode>,
    ) -> Result<Discount, Failure> {
        let mut coupon = found(rows)?;
        if let Some(coupon) = coupon.as_mut().filter(|_| given_back == Some(self.code)) {
            coupon.uses = coupon.uses.saturating_sub(1);
        }
        let discount = coupon
            .ok_or(CouponProblem::Unknown)
            .and_then(|coupon| coupon.discount(cart, world.now()));
        discount.map_err(|problem| refused(world, problem))
    }
}

/// Why there is no discount: in the log with its reason, to the caller without.
pub fn refused<W: World>(world: &W, problem: CouponProblem) -> Failure {
    note(world, problem);
    Refusal::InvalidFields(vec![problem.field()]).into()
}

fn note<W: World>(world: &W, problem: CouponProblem) {
    world.log(&json!({ "level": "info", "coupon": problem.to_string() }));
}

fn found(rows: Option<&Rows>) -> Result<Option<Coupon>, Fault> {
    rows.map_or(Ok(None), Rows::first)
}

/// Reads, and counts a try if one of the statements does.
pub async fn read_counting<W: World>(
    world: &W,
    statements: &[Statement],
) -> Result<Vec<Rows>, Failure> {
    let counts = |statement: &Statement| statement.sql.name == coupons::COUNT_TRY.name;
    if !statements.iter().any(counts) {
        return Ok(world.query(statements).await?);
    }
    match world.commit(statements).await {
        Ok(rows) => Ok(rows),
        Err(CommitError::Fault(fault)) => Err(fault.into()),
        Err(CommitError::Lost(why)) => Err(Fault::Database(why).into()),
        Err(CommitError::Guard(why)) if Guard::from_message(&why) == Guard::TriesUsedUp => {
            Err(Refusal::TooManyRequests.into())
        }
        Err(CommitError::Guard(why)) => Err(Fault::Internal(why).into()),
    }
}

/// `GET /v1/coupons/{code}?product=…&period_months=…&currency=…`: whether a code is for something.
/// Reserves nothing.
pub async fn look_up<W: World>(
    world: &W,
    request: &Request,
    code: &str,
) -> Result<CouponAnswer, Failure> {
    let (product, period, currency, typed) = asked(request, code)?;
    let rows = read_counting(world, &typed.reading(world.now())).await?;
    let checked = found(rows.first())?
        .ok_or(CouponProblem::Unknown)
        .and_then(|coupon| {
            coupon.check(world.now())?;
            coupon.terms.covers(&product, period, currency)?;
            Ok(coupon)
        });
    if let Err(problem) = &checked {
        note(world, *problem);
    }
    Ok(CouponAnswer {
        coupon: CouponView::of(checked),
    })
}

fn asked(request: &Request, code: &str) -> Result<(String, Period, Currency, Typed), Failure> {
    let value = |name: &str| request.query_value(name).unwrap_or_default();
    let (product, months) = (value("product"), value("period_months"));
    let required = |name: &str| FieldProblem::new(name, "required", "Please fill in this field.");
    let product_given = if product.is_empty() {
        Err(required("product"))
    } else {
        Ok(())
    };
    let period = match months.as_str() {
        "" => Ok(Period::OneOff),
        // What is no number is no period.
        months => Period::from_months(Some(months.parse().unwrap_or(-1))),
    };
    let period = period
        .map_err(|error| FieldProblem::new("period_months", "out_of_range", error.to_string()));
    let currency = parse_currency(&value("currency"));
    let code =
        Typed::read(Some(code), request).and_then(|typed| typed.ok_or_else(|| required("coupon")));
    match (period, currency, code, product_given) {
        (Ok(period), Ok(currency), Ok(code), Ok(())) => Ok((product, period, currency, code)),
        (period, currency, code, product) => {
            let problems = [product.err(), period.err(), currency.err(), code.err()];
            Err(Refusal::InvalidFields(problems.into_iter().flatten().collect()).into())
        }
    }
}

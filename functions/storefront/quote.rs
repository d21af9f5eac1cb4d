//! What a cart costs: the catalogue's prices, the tax of a place, what a coupon takes off. Nothing is
//! written but that a code was tried.

use shared::api::body::QuoteBody;
use shared::api::refusal::Refusal;
use shared::catalogue::Price;
use shared::config::Settings;
use shared::country::Country;
use shared::coupon::issue::{OrderIssue, of_cart};
use shared::distinct::distinct;
use shared::field::FieldProblem;
use shared::id::CouponCode;
use shared::money::Currency;
use shared::pricing::{Cart, Discount, ItemRequest, LINES_MAX, PricingError, Quote};
use shared::record::json_text;
use shared::statement::Statement;
use shared::store::catalogue;
use shared::tax::{TaxRate, TaxRule, normal_region};
use shared::time::Timestamp;

use super::coupon::{Typed, read_counting};
use crate::context::Context;
use crate::failure::Failure;
use crate::world::{Fault, Rows, World};

/// `POST /v1/quotes`: one round trip. Of the coupon `given_back` an order that is being replaced gives a
/// use back.
pub async fn create_quote<W: World>(
    cx: &Context<'_, W>,
    body: &QuoteBody,
    given_back: Option<CouponCode>,
) -> Result<Quote, Failure> {
    let place = Place::parse(&body.country, body.region.as_deref());
    let currency = parse_currency(&body.currency);
    let coupon = Typed::read(body.coupon.as_deref(), cx.request);
    let wanted = match (place, currency, check_count(&body.items), coupon) {
        (Ok(place), Ok(currency), Ok(()), Ok(coupon)) => Wanted {
            items: &body.items,
            currency,
            place,
            coupon,
            given_back,
        },
        (place, currency, count, coupon) => {
            let problems = [place.err(), currency.err(), count.err(), coupon.err()];
            return Err(Refusal::InvalidFields(problems.into_iter().flatten().collect()).into());
        }
    };
    let rows = read_counting(cx.world, &wanted.reading(cx.world.now())).await?;
    Ok(wanted.price(cx.world, cx.settings, &rows)?.quote)
}

/// What a cart costs, and what it issues once that is paid.
#[derive(Debug, Clone)]
pub struct Priced {
    /// The price.
    pub quote: Quote,
    /// The coupons.
    pub issues: Vec<OrderIssue>,
}

/// Refuses a cart of too many items before it costs a read.
pub fn check_count(items: &[ItemRequest]) -> Result<(), FieldProblem> {
    if (1..=LINES_MAX).contains(&items.len()) {
        Ok(())
    } else {
        Err(PricingError::ItemCount(items.len()).problem())
    }
}

/// Reads a currency code.
pub fn parse_currency(code: &str) -> Result<Currency, FieldProblem> {
    Currency::parse(code).map_err(|_| {
        let message = "Give an upper-case ISO 4217 code, such as EUR.";
        FieldProblem::new("currency", "unknown_currency", message)
    })
}

/// Where the buyer is, as far as tax asks.
#[derive(Debug, Clone)]
pub struct Place {
    /// The billing country.
    pub country: Country,
    /// The region, as typed.
    pub region: Option<String>,
    /// The field that the region was typed in.
    pub region_field: &'static str,
}

impl Place {
    fn parse(country: &str, region: Option<&str>) -> Result<Self, FieldProblem> {
        Country::parse(country)
            .map(|country| Self {
                country,
                region: region.map(str::to_owned),
                region_field: "region",
            })
            .map_err(|_| {
                let message = "Give a two-letter ISO 3166-1 code, such as DE.";
                FieldProblem::new("country", "unknown_country", message)
            })
    }
}

/// What is to be priced, as far as it could be parsed.
#[derive(Debug, Clone)]
pub struct Wanted<'a> {
    /// The items as asked for.
    pub items: &'a [ItemRequest],
    /// In which currency.
    pub currency: Currency,
    /// For a buyer where.
    pub place: Place,
    /// With which coupon, if any.
    pub coupon: Option<Typed>,
    /// The coupon of which an order that is being replaced gives a use back.
    pub given_back: Option<CouponCode>,
}

impl Wanted<'_> {
    /// The statements that a price needs. With a coupon they count a try: see [`read_counting`].
    #[must_use]
    pub fn reading(&self, now: Timestamp) -> Vec<Statement> {
        let products = distinct(self.items.iter().map(|item| item.product.as_str()));
        let (country, region) = (self.place.country.code(), self.place.region.as_deref());
        let region = normal_region(region.unwrap_or_default());
        let mut statements = vec![
            catalogue::PRICES.bind([json_text(&products).into(), self.currency.code().into()]),
            catalogue::TAX_RATES.bind([country.into(), region.into()]),
        ];
        if let Some(coupon) = &self.coupon {
            statements.extend(coupon.reading(now));
        }
        statements
    }

    /// The price from the rows of [`Wanted::reading`]; more may follow them.
    pub fn price<W: World>(
        &self,
        world: &W,
        settings: &Settings,
        rows: &[Rows],
    ) -> Result<Priced, Failure> {
        let [prices, rates, more @ ..] = rows else {
            return Err(Fault::Rows("prices and tax rates were expected".into()).into());
        };
        let (prices, _): (Vec<Price>, usize) = prices.parse_good();
        let rates: Vec<TaxRate> = rates.parse()?;
        let place = &self.place;
        let rule = TaxRule::choose(&rates, place.country, place.region.as_deref())
            .map_err(|error| error.problem(place.region_field));
        let cart = Cart::find(self.items, &prices, self.currency).map_err(|error| error.problem());
        let (rule, cart) = match (rule, cart) {
            (Ok(rule), Ok(cart)) => (rule, cart),
            (rule, cart) => {
                let problems = [rule.err(), cart.err()];
                return Err(
                    Refusal::InvalidFields(problems.into_iter().flatten().collect()).into(),
                );
            }
        };
        let refused = |error: PricingError| Refusal::InvalidFields(vec![error.problem()]);
        let discount = match &self.coupon {
            Some(coupon) => coupon.discount(world, more.first(), &cart, self.given_back)?,
            None => Discount::none(self.currency),
        };
        Ok(Priced {
            quote: cart
                .quote(&rule, settings.tax_mode, &discount)
                .map_err(refused)?,
            issues: of_cart(&cart).map_err(refused)?,
        })
    }
}

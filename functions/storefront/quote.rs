//! What a cart costs: the catalogue's prices, the tax of a place. Nothing is written.

use shared::api::body::QuoteBody;
use shared::api::refusal::Refusal;
use shared::catalogue::Price;
use shared::config::Settings;
use shared::country::Country;
use shared::distinct::distinct;
use shared::field::FieldProblem;
use shared::money::Currency;
use shared::pricing::{Cart, Discount, ItemRequest, LINES_MAX, PricingError, Quote};
use shared::record::json_text;
use shared::statement::Statement;
use shared::store::catalogue;
use shared::tax::{TaxRate, TaxRule};

use crate::failure::Failure;
use crate::world::{Fault, Rows, World};

/// `POST /v1/quotes`: one read.
pub async fn create_quote<W: World>(
    world: &W,
    settings: &Settings,
    body: &QuoteBody,
) -> Result<Quote, Failure> {
    let place = Place::parse(&body.country, body.region.as_deref());
    let currency = parse_currency(&body.currency);
    let (place, currency) = match (place, currency, check_count(&body.items)) {
        (Ok(place), Ok(currency), Ok(())) => (place, currency),
        (place, currency, count) => {
            let problems = [place.err(), currency.err(), count.err()];
            return Err(Refusal::InvalidFields(problems.into_iter().flatten().collect()).into());
        }
    };
    let rows = world.query(&reading(&body.items, currency, &place)).await?;
    price(settings, &body.items, currency, &place, &rows)
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
}

impl Place {
    fn parse(country: &str, region: Option<&str>) -> Result<Self, FieldProblem> {
        let region = region.map(str::trim).filter(|region| !region.is_empty());
        Country::parse(country)
            .map(|country| Self {
                country,
                region: region.map(str::to_owned),
            })
            .map_err(|_| {
                let message = "Give a two-letter ISO 3166-1 code, such as DE.";
                FieldProblem::new("country", "unknown_country", message)
            })
    }
}

/// The reads that a price needs.
#[must_use]
pub fn reading(items: &[ItemRequest], currency: Currency, place: &Place) -> [Statement; 2] {
    let products = distinct(items.iter().map(|item| item.product.as_str()));
    let region = place.region.as_deref().unwrap_or_default().to_uppercase();
    [
        catalogue::PRICES.bind([json_text(&products).into(), currency.code().into()]),
        catalogue::TAX_RATE.bind([place.country.code().into(), region.into()]),
    ]
}

/// The price of a cart from the rows of [`reading`].
pub fn price(
    settings: &Settings,
    items: &[ItemRequest],
    currency: Currency,
    place: &Place,
    rows: &[Rows],
) -> Result<Quote, Failure> {
    let [prices, rates, ..] = rows else {
        return Err(Fault::Rows("prices and a tax rate were expected".into()).into());
    };
    let (prices, _): (Vec<Price>, usize) = prices.parse_good()?;
    let rates: Vec<TaxRate> = rates.parse()?;
    let rule = TaxRule::choose(&rates, place.country, place.region.as_deref());
    let discount = Discount::none(currency);
    Cart::find(items, &prices, currency)
        .and_then(|cart| cart.quote(&rule, settings.tax_mode, &discount))
        .map_err(|error| Refusal::InvalidFields(vec![error.problem()]).into())
}

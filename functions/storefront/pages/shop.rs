//! The shop's page.

use shared::api::answer::{ProductList, ProductView};
use shared::config::Settings;
use shared::country::Country;
use shared::distinct::distinct;
use shared::id::OrderNumber;
use shared::tax::TaxMode;

use super::{frame, show};
use crate::failure::Failure;
use crate::http::{Reply, Request};
use crate::pages;

/// The shop's page for the currency and country that the query names, or likely ones.
pub fn shop(settings: &Settings, request: &Request, list: &ProductList) -> Result<Reply, Failure> {
    let prices = list.products.iter().flat_map(|product| &product.prices);
    let currencies = distinct(prices.map(|price| price.unit_amount.currency.code()));
    let wanted = request.query_value("currency").unwrap_or_default();
    let is_offered = |code: &&str| currencies.contains(code);
    let currency = [wanted.as_str(), "USD"].into_iter().find(is_offered);
    let currency = currency.or(currencies.first().copied()).unwrap_or_default();
    let country = country_of(request);
    let change = request.query_value("change");
    let change = change.and_then(|number| OrderNumber::parse(&number).ok());
    let target = change.map_or_else(
        || "/checkout".to_owned(),
        |number| format!("/orders/{}/change", number.as_str()),
    );
    let products = list
        .products
        .iter()
        .map(|item| product(item, &target, currency, country))
        .collect();
    let page = pages::ShopPage {
        frame: frame(settings),
        change: change.map(|number| number.as_str().to_owned()),
        currencies: currencies
            .iter()
            .map(|code| choice(code, code, *code == currency))
            .collect(),
        countries: Country::all()
            .map(|each| choice(each.code(), each.name(), Some(each) == country))
            .collect(),
        tax_note: tax_note(settings.tax_mode).to_owned(),
        products,
    };
    show(200, &page)
}

fn tax_note(mode: TaxMode) -> &'static str {
    match mode {
        TaxMode::Exclusive => "Prices are without tax, which depends on your country.",
        TaxMode::Inclusive => "Prices include tax, which depends on your country.",
    }
}

fn choice(value: &str, label: &str, selected: bool) -> pages::Choice {
    pages::Choice {
        value: value.to_owned(),
        label: label.to_owned(),
        selected,
    }
}

/// The country of the query, else the one that the platform saw, else none: a list then shows its
/// first.
fn country_of(request: &Request) -> Option<Country> {
    let asked = request.query_value("country");
    let seen = request.header("cf-ipcountry").map(str::to_owned);
    let fallback = Some("DE".to_owned());
    let mut codes = [asked, seen, fallback].into_iter().flatten();
    codes.find_map(|code| Country::parse(&code).ok())
}

fn product(
    item: &ProductView,
    target: &str,
    currency: &str,
    country: Option<Country>,
) -> pages::Product {
    let prices = item
        .prices
        .iter()
        .filter(|price| price.unit_amount.currency.code() == currency);
    pages::Product {
        name: item.name.clone(),
        description: item.description.clone(),
        prices: prices
            .map(|price| pages::PriceRow {
                period: price.period.to_string(),
                price: price.unit_amount.display(),
                note: None,
                href: format!(
                    "{target}?product={}&period_months={}&currency={currency}&country={}",
                    item.product,
                    price
                        .period
                        .months()
                        .map(|months| months.to_string())
                        .unwrap_or_default(),
                    country.map(Country::code).unwrap_or_default(),
                ),
            })
            .collect(),
    }
}

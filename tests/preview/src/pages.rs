//! Shop, checkout, cancellation, problem and not-found pages.

use crate::{Sample, orders};
use askama::Template;
use edgetill::pages::{
    CancelPage, CartLine, CheckoutField, CheckoutForm, CheckoutPage, Choice, Country, FieldError,
    Frame, Hidden, NotFoundPage, PriceRow, ProblemPage, Product, ShopPage, Totals,
};

/// Every page in every state.
pub fn all() -> Result<Vec<Sample>, askama::Error> {
    let mut samples = vec![
        sample("shop-usd", &shop())?,
        sample("shop-jpy", &shop_jpy())?,
        sample("shop-empty", &ShopPage { products: vec![], ..shop() })?,
        sample("shop-long", &shop_long())?,
        sample("checkout-empty", &checkout())?,
        sample("checkout-filled", &checkout_filled())?,
        sample("checkout-errors", &checkout_errors())?,
        sample("checkout-20-lines", &checkout_many())?,
        sample("checkout-hostile", &checkout_hostile())?,
        sample("cancel", &cancel())?,
        sample("problem-fault", &problem())?,
        sample("problem-hostile", &problem_hostile())?,
        sample("not-found", &NotFoundPage { frame: frame() })?,
    ];
    for (name, page) in orders::all() {
        samples.push(sample(name, &page)?);
    }
    Ok(samples)
}

fn sample(name: &'static str, page: &impl Template) -> Result<Sample, askama::Error> {
    Ok(Sample { name, html: page.render()? })
}

pub(crate) fn frame() -> Frame {
    Frame {
        shop_name: "Lumen Software".into(),
        support_email: "support@lumen.example".into(),
        test_mode: false,
    }
}

pub(crate) fn hostile_frame() -> Frame {
    let text = crate::hostile();
    Frame { shop_name: text.clone(), support_email: text, test_mode: true }
}

fn choice(value: &str, label: &str, selected: bool) -> Choice {
    Choice { value: value.into(), label: label.into(), selected }
}

fn price(period: &str, price: &str, note: Option<&str>) -> PriceRow {
    PriceRow {
        period: period.into(),
        price: price.into(),
        note: note.map(Into::into),
        href: "/checkout?price=price_1".into(),
    }
}

fn product(name: &str, description: &str, prices: Vec<PriceRow>) -> Product {
    Product { name: name.into(), description: description.into(), prices }
}

fn shop() -> ShopPage {
    ShopPage {
        frame: Frame { test_mode: true, ..frame() },
        currencies: vec![
            choice("EUR", "EUR – Euro", false),
            choice("JPY", "JPY – Yen", false),
            choice("USD", "USD – US dollar", true),
        ],
        countries: vec![
            choice("DE", "Germany", true),
            choice("JP", "Japan", false),
            choice("US", "United States", false),
        ],
        tax_note: "Prices are without tax. For Germany, 19 % is added.".into(),
        products: vec![
            product(
                "Backup",
                "Keeps a copy of every file, on your own storage.",
                vec![
                    price("1 month", "USD 4.90", None),
                    price("12 months", "USD 49.00", Some("USD 4.08 a month")),
                    price("24 months", "USD 89.00", Some("USD 3.71 a month")),
                ],
            ),
            product(
                "Backup for teams",
                "One place for the copies of up to 25 people.",
                vec![
                    price("1 month", "USD 19.00", None),
                    price("12 months", "USD 190.00", Some("USD 15.83 a month")),
                    price("24 months", "USD 1,344.00", Some("USD 14.00 a month")),
                ],
            ),
            product("Restore drill", "", vec![price("No end date", "USD 250.00", None)]),
        ],
    }
}

fn shop_jpy() -> ShopPage {
    let mut page = shop();
    page.frame.test_mode = false;
    page.tax_note = "Prices include 10 % tax for Japan.".into();
    for choice in &mut page.currencies {
        choice.selected = choice.value == "JPY";
    }
    page.products = vec![
        product(
            "Backup",
            "Keeps a copy of every file, on your own storage.",
            vec![
                price("1 month", "JPY 700", None),
                price("12 months", "JPY 7,000", Some("JPY 583 a month")),
            ],
        ),
        product("Backup for teams", "One place for the copies of up to 25 people.", vec![]),
    ];
    page
}

fn shop_long() -> ShopPage {
    let long = "Workgroup Continuity and Disaster Recovery Suite, Edition 2027";
    let mut page = shop();
    page.frame.shop_name = "The Quite Long Name of a Small Software House in the Harz".into();
    page.products = vec![product(
        long,
        &format!("{long}. ").repeat(6),
        vec![price("24 months, renewed yearly", "USD 90,071,992,547,409.91", Some(long))],
    )];
    page
}

fn countries() -> Vec<Country> {
    [("DE", "Germany"), ("JP", "Japan"), ("US", "United States")]
        .map(|(code, name)| Country { code: code.into(), name: name.into() })
        .into()
}

fn cart_line(product: &str, number: usize) -> CartLine {
    CartLine {
        product: product.into(),
        period: "12 months".into(),
        unit_price: "USD 49.00".into(),
        amount: "USD 98.00".into(),
        quantity_name: format!("quantity_{number}"),
        quantity: "2".into(),
    }
}

fn checkout() -> CheckoutPage {
    CheckoutPage {
        frame: frame(),
        action: "/checkout".into(),
        idempotency_key: "5f0c2a9e7d114b6f".into(),
        hidden: vec![Hidden::new("price_1", "backup-12-usd"), Hidden::new("currency", "USD")],
        lines: vec![cart_line("Backup", 1)],
        totals: Totals {
            list_price: "USD 98.00".into(),
            discount: "USD 0.00".into(),
            tax_label: "Tax (19 %, Germany)".into(),
            tax: "USD 18.62".into(),
            total: "USD 116.62".into(),
        },
        notice: None,
        form: CheckoutForm::default(),
        countries: countries(),
        errors: vec![],
    }
}

fn filled_form() -> CheckoutForm {
    let mut form = CheckoutForm::default();
    for (name, value) in [
        ("customer_name", "Ada Nakamura"),
        ("customer_email", "ada@nakamura.example"),
        ("billing_name", "Jürgen Weiß"),
        ("billing_company", "Weiß & Söhne GmbH"),
        ("billing_line1", "Lange Straße 12"),
        ("billing_city", "Goslar"),
        ("billing_region", "Niedersachsen"),
        ("billing_postal_code", "38640"),
        ("billing_country", "DE"),
        ("billing_tax_id", "DE123456789"),
    ] {
        form.set(name, value);
    }
    form
}

fn checkout_filled() -> CheckoutPage {
    CheckoutPage {
        form: filled_form(),
        notice: Some(
            "The billing country changed the tax, and with it the total. Please check it, then \
             place the order again."
                .into(),
        ),
        ..checkout()
    }
}

fn error(field: &str, message: &str) -> FieldError {
    FieldError { field: field.into(), message: message.into() }
}

fn checkout_errors() -> CheckoutPage {
    let mut page = CheckoutPage { form: filled_form(), ..checkout() };
    page.form.set("customer_email", "ada@");
    page.form.set("billing_postal_code", "");
    page.form.set("billing_country", "");
    page.lines.iter_mut().for_each(|line| line.quantity = "two".into());
    page.errors = vec![
        error("quantity_1", "Enter the quantity as a whole number from 1 to 999."),
        error("customer_email", "Enter a whole e-mail address, such as name@example.com."),
        error("billing_postal_code", "Enter the postal code."),
        error("billing_country", "Choose the country."),
        error("coupon", "This shop takes no coupons yet."),
    ];
    page
}

fn checkout_many() -> CheckoutPage {
    let long = "Workgroup Continuity and Disaster Recovery Suite, Edition 2027";
    let lines = (1..=20).map(|n| cart_line(if n % 5 == 0 { long } else { "Backup" }, n)).collect();
    CheckoutPage { lines, ..checkout() }
}

fn checkout_hostile() -> CheckoutPage {
    let text = crate::hostile();
    let mut form = CheckoutForm::default();
    let mut errors = vec![error("quantity_1", &text), error(&text, &text)];
    for field in CheckoutField::ALL {
        form.set(field.name(), text.clone());
        errors.push(error(field.name(), &text));
    }
    CheckoutPage {
        frame: hostile_frame(),
        action: text.clone(),
        idempotency_key: text.clone(),
        hidden: vec![Hidden::new(text.clone(), text.clone())],
        lines: vec![CartLine {
            product: text.clone(),
            period: text.clone(),
            unit_price: text.clone(),
            amount: text.clone(),
            quantity_name: "quantity_1".into(),
            quantity: text.clone(),
        }],
        totals: hostile_totals(),
        notice: Some(text.clone()),
        form,
        countries: vec![Country { code: text.clone(), name: text }],
        errors,
    }
}

pub(crate) fn hostile_totals() -> Totals {
    let text = crate::hostile();
    Totals {
        list_price: text.clone(),
        discount: text.clone(),
        tax_label: text.clone(),
        tax: text.clone(),
        total: text,
    }
}

fn cancel() -> CancelPage {
    CancelPage {
        frame: frame(),
        order_number: "7K3M-9QXP-2D4R-T".into(),
        total: "USD 116.62".into(),
        action: "/orders/7K3M-9QXP-2D4R-T/cancel".into(),
        hidden: vec![Hidden::new("idempotency_key", "5f0c2a9e7d114b6f")],
        order_href: "/orders/7K3M-9QXP-2D4R-T".into(),
    }
}

fn problem() -> ProblemPage {
    ProblemPage {
        frame: frame(),
        title: "We could not do this right now".into(),
        detail: "Nothing was changed and nothing was charged. Please try again in a minute.".into(),
        request_id: "9f2c41d07ab3".into(),
        next: Some(("/orders/7K3M-9QXP-2D4R-T".into(), "Back to the order".into())),
    }
}

fn problem_hostile() -> ProblemPage {
    let text = crate::hostile();
    ProblemPage {
        frame: hostile_frame(),
        title: text.clone(),
        detail: text.clone(),
        request_id: text.clone(),
        next: Some((text.clone(), text)),
    }
}

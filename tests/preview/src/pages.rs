//! All pages; here the shop, cancellation, problem and not-found page.

use crate::{Sample, checkouts, orders, staff, staff_coupons};
use askama::Template;
use edgetill::pages::{
    CancelPage, Choice, Frame, Hidden, NotFoundPage, PriceRow, ProblemPage, Product, SendForm,
    ShopPage, Totals,
};

/// Every page in every state.
pub fn all() -> Result<Vec<Sample>, askama::Error> {
    let mut samples = vec![
        sample("shop-usd", &shop())?,
        sample("shop-jpy", &shop_jpy())?,
        sample(
            "shop-empty",
            &ShopPage {
                products: vec![],
                ..shop()
            },
        )?,
        sample("shop-long", &shop_long())?,
        sample("shop-hostile", &shop_hostile())?,
        sample("cancel", &cancel())?,
        sample("cancel-hostile", &cancel_hostile())?,
        sample("review", &orders::review())?,
        sample("review-hostile", &orders::review_hostile())?,
        sample("problem-fault", &problem())?,
        sample("problem-again", &problem_again())?,
        sample("problem-hostile", &problem_hostile())?,
        sample("not-found", &NotFoundPage { frame: frame() })?,
    ];
    for (name, page) in checkouts::all() {
        samples.push(sample(name, &page)?);
    }
    for (name, page) in orders::all() {
        samples.push(sample(name, &page)?);
    }
    for (name, page) in staff::all() {
        samples.push(sample(name, &page)?);
    }
    samples.extend(staff_coupons::all());
    Ok(samples)
}

fn sample(name: &'static str, page: &impl Template) -> Result<Sample, askama::Error> {
    Ok(Sample {
        name,
        html: page.render()?,
    })
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
    Frame {
        shop_name: text.clone(),
        support_email: text,
        test_mode: true,
    }
}

fn choice(value: &str, label: &str, selected: bool) -> Choice {
    Choice {
        value: value.into(),
        label: label.into(),
        selected,
    }
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
    Product {
        name: name.into(),
        description: description.into(),
        prices,
    }
}

fn shop() -> ShopPage {
    ShopPage {
        frame: Frame {
            test_mode: true,
            ..frame()
        },
        change: None,
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
            product(
                "Restore drill",
                "",
                vec![price("No end date", "USD 250.00", None)],
            ),
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
        product(
            "Backup for teams",
            "One place for the copies of up to 25 people.",
            vec![],
        ),
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
        vec![price(
            "24 months, renewed yearly",
            "JPY 120,000,000",
            Some(long),
        )],
    )];
    page
}

fn shop_hostile() -> ShopPage {
    let text = crate::hostile();
    let choice = choice(&text, &text, true);
    ShopPage {
        frame: hostile_frame(),
        change: Some(text.clone()),
        currencies: vec![choice.clone()],
        countries: vec![choice],
        tax_note: text.clone(),
        products: vec![
            product(&text, &text, vec![]),
            product(
                &text,
                &text,
                vec![PriceRow {
                    period: text.clone(),
                    price: text.clone(),
                    note: Some(text.clone()),
                    href: text.clone(),
                }],
            ),
        ],
    }
}

/// Of two units at USD 49.00, without a coupon.
pub(crate) fn totals() -> Totals {
    Totals {
        list_price: "USD 98.00".into(),
        discount_label: "Discount".into(),
        discount: "USD 0.00".into(),
        tax_label: "Tax (19 %, Germany)".into(),
        tax: "USD 18.62".into(),
        total: "USD 116.62".into(),
    }
}

pub(crate) fn hostile_totals() -> Totals {
    let text = crate::hostile();
    Totals {
        list_price: text.clone(),
        discount_label: text.clone(),
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
        received: None,
        action: "/orders/7K3M-9QXP-2D4R-T/cancel".into(),
        hidden: vec![Hidden::new("idempotency_key", "5f0c2a9e7d114b6f")],
        in_review: false,
        order_href: "/orders/7K3M-9QXP-2D4R-T".into(),
    }
}

fn cancel_hostile() -> CancelPage {
    let text = crate::hostile();
    CancelPage {
        frame: hostile_frame(),
        order_number: text.clone(),
        total: text.clone(),
        received: Some(text.clone()),
        action: text.clone(),
        hidden: vec![Hidden::new(text.clone(), text.clone())],
        in_review: true,
        order_href: text,
    }
}

fn problem() -> ProblemPage {
    ProblemPage {
        frame: frame(),
        title: "We could not do this right now".into(),
        detail: "Nothing was changed and nothing was charged. Please try again in a minute.".into(),
        request_id: "9f2c41d07ab3".into(),
        again: None,
        next: Some((
            "/orders/7K3M-9QXP-2D4R-T".into(),
            "Back to the order".into(),
        )),
    }
}

fn problem_again() -> ProblemPage {
    ProblemPage {
        again: Some(SendForm {
            action: "/checkout".into(),
            hidden: vec![Hidden::new("customer_name", "Ada Lovelace")],
        }),
        next: None,
        ..problem()
    }
}

fn problem_hostile() -> ProblemPage {
    let text = crate::hostile();
    ProblemPage {
        frame: hostile_frame(),
        title: text.clone(),
        detail: text.clone(),
        request_id: text.clone(),
        again: Some(SendForm {
            action: text.clone(),
            hidden: vec![Hidden::new(text.clone(), text.clone())],
        }),
        next: Some((text.clone(), text)),
    }
}

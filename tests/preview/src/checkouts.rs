//! The checkout in every state.

use crate::pages::{frame, hostile_frame, hostile_totals, totals};
use edgetill::pages::{
    CartLine, CheckoutField, CheckoutForm, CheckoutPage, Country, FieldError, Hidden, ReplacedOrder,
};

/// Every state with its name.
pub(crate) fn all() -> Vec<(&'static str, CheckoutPage)> {
    vec![
        ("checkout-empty", checkout()),
        ("checkout-filled", checkout_filled()),
        ("checkout-errors", checkout_errors()),
        ("checkout-region", checkout_region()),
        ("checkout-20-lines", checkout_many()),
        ("checkout-long-words", checkout_long_words()),
        ("checkout-change", checkout_change()),
        ("checkout-hostile", checkout_hostile()),
    ]
}

fn countries() -> Vec<Country> {
    [("DE", "Germany"), ("JP", "Japan"), ("US", "United States")]
        .map(|(code, name)| Country {
            code: code.into(),
            name: name.into(),
        })
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
        replaces: None,
        action: "/checkout".into(),
        idempotency_key: "5f0c2a9e7d114b6f".into(),
        hidden: vec![
            Hidden::new("price_1", "backup-12-usd"),
            Hidden::new("currency", "USD"),
        ],
        lines: vec![cart_line("Backup", 1)],
        totals: totals(),
        region_needed: false,
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
        ("coupon", "K2ED-5SR3-Q06W-2D"),
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
    FieldError {
        field: field.into(),
        message: message.into(),
    }
}

/// Where the tax depends on a region that nobody has told.
fn checkout_region() -> CheckoutPage {
    let mut page = CheckoutPage {
        region_needed: true,
        ..checkout()
    };
    page.form.set("billing_country", "US");
    page.totals.tax_label = "Tax".into();
    page.totals.tax = "not known yet".into();
    page.totals.total.push_str(" plus tax");
    page
}

fn checkout_change() -> CheckoutPage {
    CheckoutPage {
        action: "/orders/7K3M-9QXP-2D4R-T/change".into(),
        replaces: Some(ReplacedOrder {
            order_number: "7K3M-9QXP-2D4R-T".into(),
            order_href: "/orders/7K3M-9QXP-2D4R-T".into(),
            products_href: "/?change=7K3M9QXP2D4RT&currency=USD&country=DE".into(),
            received: Some("USD 20.00".into()),
            in_review: true,
        }),
        ..checkout_filled()
    }
}

fn checkout_errors() -> CheckoutPage {
    let mut page = CheckoutPage {
        form: filled_form(),
        ..checkout()
    };
    page.form.set("customer_email", "ada@");
    page.form.set("billing_postal_code", "");
    page.form.set("billing_country", "");
    page.lines
        .iter_mut()
        .for_each(|line| line.quantity = "two".into());
    page.errors = vec![
        error(
            "quantity_1",
            "Enter the quantity as a whole number from 1 to 999.",
        ),
        error(
            "customer_email",
            "Enter a whole e-mail address, such as name@example.com.",
        ),
        error("billing_postal_code", "Enter the postal code."),
        error("billing_country", "Choose the country."),
        error(
            "coupon",
            "This code cannot be used for this order. Check it, or order without it.",
        ),
        error("items", "The total is too large."),
    ];
    page
}

fn checkout_many() -> CheckoutPage {
    let long = "Workgroup Continuity and Disaster Recovery Suite, Edition 2027";
    let lines = (1..=20)
        .map(|n| cart_line(if n % 5 == 0 { long } else { "Backup" }, n))
        .collect();
    CheckoutPage {
        lines,
        ..checkout()
    }
}

/// What a buyer can make long; the figures stay ours.
fn checkout_long_words() -> CheckoutPage {
    let word = "W".repeat(500);
    let mut page = CheckoutPage {
        lines: vec![cart_line(&word, 1)],
        ..checkout()
    };
    for field in CheckoutField::ALL {
        page.form.set(field.name(), word.clone());
        page.errors.push(error(field.name(), &word));
    }
    page
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
        replaces: Some(ReplacedOrder {
            order_number: text.clone(),
            order_href: text.clone(),
            products_href: text.clone(),
            received: Some(text.clone()),
            in_review: true,
        }),
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
        region_needed: false,
        notice: Some(text.clone()),
        form,
        countries: vec![Country {
            code: text.clone(),
            name: text,
        }],
        errors,
    }
}

//! The examples of the document; tests hold them against their schemas and send those of bodies.

use serde_json::{Value as Json, json};

const NUMBER: &str = "AV9CFQFQ8FYTMB";
const GROUPED: &str = "AV9C-FQFQ-8FYT-MB";
const TOKEN: &str = "W4M3XK9T0B6ZQJ5H8V2NSRCEDY";

fn eur(amount: i64) -> Json {
    json!({ "amount": amount, "currency": "EUR" })
}

pub(crate) fn product_list() -> Json {
    json!({ "products": [{
        "product": "site-backup",
        "name": "Site Backup",
        "description": "Nightly copies of one website, kept for 90 days.",
        "prices": [{ "period_months": 12, "unit_amount": eur(10_000) }],
    }] })
}

pub(crate) fn quote_body() -> Json {
    json!({
        "items": [{ "product": "site-backup", "period_months": 12, "quantity": 1 }],
        "currency": "EUR",
        "country": "DE",
    })
}

fn quote() -> Json {
    json!({
        "lines": [{
            "product": "site-backup",
            "name": "Site Backup",
            "period_months": 12,
            "quantity": 1,
            "unit_amount": eur(10_000),
            "list_amount": eur(10_000),
            "discount": eur(0),
            "net": eur(10_000),
            "tax": eur(1_900),
            "total": eur(11_900),
        }],
        "subtotal": eur(10_000),
        "discount": eur(0),
        "tax": eur(1_900),
        "total": eur(11_900),
        "tax_name": "VAT",
        "tax_percent": "19",
        "tax_mode": "exclusive",
        "currency": "EUR",
    })
}

pub(crate) fn quote_answer() -> Json {
    json!({ "quote": quote() })
}

pub(crate) fn coupon_answer() -> Json {
    json!({
        "coupon": { "usable": true, "message": "20 % off", "ends_at": "2026-12-31T23:59:59Z" }
    })
}

pub(crate) fn order_body() -> Json {
    let mut body = common::order_body();
    body["expected_total"] = json!(11_900);
    body
}

pub(crate) fn created_answer() -> Json {
    json!({
        "order_number": NUMBER,
        "order_number_grouped": GROUPED,
        "token": TOKEN,
        "url": format!("https://shop.example/orders/{NUMBER}?token={TOKEN}"),
    })
}

fn order(status: &str) -> Json {
    json!({
        "order_number": NUMBER,
        "order_number_grouped": GROUPED,
        "status": status,
        "actions": [],
        "methods": [],
        "quote": quote(),
        "paid": eur(0),
        "due": eur(11_900),
        "customer": { "name": "Ada Lovelace", "email": "ada@example.com" },
        "billing": {
            "name": "Ada Lovelace",
            "company": null,
            "line1": "Musterstr. 1",
            "line2": null,
            "city": "Berlin",
            "region": null,
            "postal_code": "10115",
            "country": "DE",
            "tax_id": null,
        },
        "created_at": "2026-11-21T18:00:00Z",
        "expires_at": "2026-11-22T18:00:00Z",
    })
}

/// A confirmed one.
pub(crate) fn order_answer() -> Json {
    let mut order = order("confirmed");
    order["paid"] = eur(11_900);
    order["due"] = eur(0);
    order["confirmed_at"] = json!("2026-11-21T18:03:20Z");
    order["subscription_id"] = json!("S8J2K4M6N0P3QX");
    order["paid_by"] = json!("Visa ending 4242, Ada Lovelace");
    order["payment"] = payment();
    order["payment"]["state"] = json!("paid");
    let payment = order["payment"].as_object_mut().expect("an object");
    payment.remove("redirect_url");
    json!({ "order": order })
}

/// One whose address is to be confirmed.
pub(crate) fn awaiting_email() -> Json {
    let mut order = order("awaiting_email");
    order["actions"] = json!(["confirm_email", "cancel", "replace"]);
    order["quote"]["coupon"] = json!("K2ED5SR3Q06W2D");
    order["email_confirmation"] = json!({
        "state": "needed",
        "expires_at": "2026-11-21T18:16:00Z",
        "tries_left": 5,
        "send_again_at": "2026-11-21T18:02:00Z",
    });
    json!({ "order": order })
}

pub(crate) fn email_confirmation_body() -> Json {
    json!({ "code": "1234 5678" })
}

pub(crate) fn cancelled_answer() -> Json {
    json!({ "order": order("cancelled") })
}

pub(crate) fn cancel_body() -> Json {
    json!({ "despite_review": true })
}

pub(crate) fn proof_answer() -> Json {
    json!({ "proof": {
        "proof_id": "D2ED5SR3Q06W2M",
        "state": "waiting",
        "bank_account_id": "main-eur",
        "file_name": "transfer.png",
        "uploaded_at": "2026-11-21T18:10:00Z",
        "review_by": "2026-11-21T18:40:00Z",
    } })
}

pub(crate) fn payment_body() -> Json {
    json!({ "method": "stripe" })
}

fn payment() -> Json {
    json!({
        "payment_id": "PPJRZEZEGZNN9Y",
        "method": "stripe",
        "state": "open",
        "amount": eur(11_900),
        "started_at": "2026-11-21T18:01:00Z",
        "redirect_url": "https://checkout.stripe.com/c/pay/cs_test_a1",
    })
}

pub(crate) fn payment_answer() -> Json {
    json!({ "payment": payment() })
}

pub(crate) fn event_answer() -> Json {
    json!({ "received": true })
}

pub(crate) fn healthy() -> Json {
    json!({
        "status": "green",
        "doors": { "orders": true, "stripe": true, "paypal": true, "staff": true, "mail": true, "release": true },
        "cron": { "alive": true, "last_run": "2026-11-21T18:03:00Z" },
        "problems": [],
    })
}

pub(crate) fn unhealthy() -> Json {
    json!({
        "status": "red",
        "doors": { "orders": true, "stripe": false, "paypal": false, "staff": false, "mail": true, "release": true },
        "cron": { "alive": true, "last_run": "2026-11-21T18:03:00Z" },
        "problems": [{ "setting": "STRIPE_SECRET_KEY", "problem": "is not set" }],
    })
}

//! Real replies fit the document, and everything that the document promises can happen.

mod coupons;
mod payments;
mod replacements;

use common::{Buyer, Trouble, eur, json_of, paypal_event, told};
use sandbox::stripe::Outcome;
use serde_json::{Value as Json, json};
use shared::api::route::{ROUTES, RouteSpec};
use shared::http::Method;
use shared::proof::samples::{chunk, pdf, png, png_of};

use self::coupons::{coupons, email_codes};
use self::payments::{payments_in_doubt, payments_refused};
use self::replacements::replacements;
use crate::examples::{order_body, quote_body};
use crate::watched::{Watch, Watched, code};

const KEY: &str = "key-of-20-characters";
const JSON: (&str, &str) = ("content-type", "application/json");

/// What no test here can meet: operation, code, and why.
const UNMET: &[(&str, &str, &str)] = &[
    (
        "create_payment",
        "payment_live",
        "takes two requests in the same instant",
    ),
    (
        "list_products",
        "internal",
        "a price that cannot be read hides itself only",
    ),
    (
        "read_health",
        "internal",
        "its one row holds nothing but integers",
    ),
];

#[test]
fn every_reply_fits_the_document_and_everything_in_it_can_be_met() {
    let watch = Watch::new();
    a_whole_sale(&watch);
    what_every_route_refuses(&watch);
    troubles_of_ours(&watch);
    closed_doors(&watch);
    bad_bodies(&watch);
    orders_refused(&watch);
    payments_refused(&watch);
    payments_in_doubt(&watch);
    bad_events(&watch);
    transfers(&watch);
    coupons(&watch);
    replacements(&watch);
    email_codes(&watch);

    let seen = watch.seen();
    let unmet: Vec<_> = watch
        .promised()
        .into_iter()
        .filter(|promise| !seen.contains(promise))
        .filter(|(id, _, code)| !UNMET.iter().any(|unmet| unmet.0 == id && unmet.1 == code))
        .collect();
    assert!(unmet.is_empty(), "promised and never met: {unmet:#?}");
}

fn an_order(shop: &Watched<'_>) -> Buyer {
    shop.order_of(&order_body(), "order-key-of-the-first")
}

fn pay_at_provider(shop: &Watched<'_>, outcome: Outcome) {
    let session = shop.session();
    assert!(shop.shop.try_to_pay_at_stripe(&session, outcome));
}

fn a_whole_sale(watch: &Watch) {
    let shop = Watched::open(watch);
    shop.get("/v1/products");
    shop.get("/healthz");
    shop.post("/v1/quotes", "", "", &quote_body());
    let buyer = an_order(&shop);
    assert_eq!(shop.read(&buyer)["status"], "awaiting_payment");
    assert_eq!(shop.pay(&buyer, KEY), "");
    pay_at_provider(&shop, Outcome::Paid);
    shop.deliver();
    assert_eq!(shop.read(&buyer)["status"], "confirmed");
    assert_eq!(
        shop.pay(&buyer, "another-key-of-20-characters"),
        "already_paid"
    );
    assert_eq!(shop.cancel(&buyer), "already_paid");
    for (minor, status) in [(Some(500), "confirmed"), (None, "refunded")] {
        let intent = shop.shop.value("SELECT capture_ref FROM payments");
        let intent = intent.as_str().expect("a capture");
        shop.shop.refund_at_stripe(intent, minor);
        shop.deliver();
        let view = shop.read(&buyer);
        assert_eq!(view["status"], status);
        assert_eq!(view["refunded"]["lines"][0], view["refunded"]["amount"]);
    }
    shop.shop.tick_after(60);
    assert_eq!(shop.get("/healthz").status, 200);
    let other = shop.order_of(&order_body(), "order-key-of-the-second");
    assert_eq!(shop.cancel(&other), "");
    assert_eq!(
        shop.pay(&other, "one-more-key-of-20-chars"),
        "order_cancelled"
    );
    let order = |nth| {
        shop.post(
            "/v1/orders",
            &format!("order-key-of-number-{nth:04}"),
            "",
            &order_body(),
        )
    };
    assert!((3..=10).all(|nth| order(nth).status == 201));
    assert_eq!(order(11).status, 429);
    shop.shop.check();
}

/// A request that a route would take, but for what is wrong with it.
fn a_request(spec: &RouteSpec, number: &str) -> (String, Vec<u8>) {
    let coupon = "K2ED5SR3Q06W2D?product=site-backup&period_months=12&currency=EUR";
    let path = spec
        .path
        .replace("{number}", number)
        .replace("{code}", coupon);
    let body = match spec.path {
        "/v1/quotes" => quote_body(),
        "/v1/orders" | "/v1/orders/{number}/replacement" => order_body(),
        "/v1/orders/{number}/cancel" => json!({}),
        "/v1/orders/{number}/email-confirmation" => json!({ "code": "12345678" }),
        _ => json!({ "method": "stripe" }),
    };
    let body = if spec.method == Method::Post {
        body.to_string().into_bytes()
    } else {
        Vec::new()
    };
    (path, body)
}

fn json_routes() -> impl Iterator<Item = &'static RouteSpec> {
    ROUTES.iter().filter(|spec| !spec.page)
}

fn what_every_route_refuses(watch: &Watch) {
    let shop = Watched::open(watch);
    let buyer = an_order(&shop);
    let long = "x".repeat(20_000);
    for spec in json_routes() {
        let (path, body) = a_request(spec, &buyer.number);
        shop.send(spec.method, &path, &[("x-long", &long)], &body);
        if spec.is_write() {
            let foreign = ("origin", "https://elsewhere.example");
            let reply = shop.send(spec.method, &path, &[foreign], &body);
            assert_eq!(reply.status, 403, "{path}");
        }
        if spec.method == Method::Get {
            continue;
        }
        let too_long = vec![b' '; spec.body_bytes_max + 1];
        let somebody = ("authorization", "Bearer somebody");
        shop.send(spec.method, &path, &[JSON, somebody], &too_long);
    }
    shop.shop.world.admit_only(0);
    for spec in json_routes().filter(|spec| spec.path.starts_with("/v1/")) {
        let (path, body) = a_request(spec, &buyer.number);
        shop.send(spec.method, &path, &[JSON], &body);
    }
}

/// The database does not answer, or a row cannot be read.
fn troubles_of_ours(watch: &Watch) {
    let lost = Watched::open(watch);
    let broken = Watched::open(watch);
    let buyers = [an_order(&lost), an_order(&broken)];
    broken.shop.world.database(|database| {
        database.execute(
            "DROP TRIGGER orders_frozen;
             UPDATE orders SET quote = '{}';
             INSERT INTO prices VALUES ('site-backup', 1, 'ZZZ', 1);
             UPDATE tax_rates SET tax_name = char(9);
             INSERT INTO coupons (coupon_code, terms, starts_at, uses_max, note, made_by, made_at)
             VALUES ('K2ED5SR3Q06W2D', '{}', 0, 1, '', 'staff:ann@shop.test', 0);",
        );
    });
    for spec in json_routes() {
        for (shop, buyer) in [&lost, &broken].into_iter().zip(&buyers) {
            let (path, body) = a_request(spec, &buyer.number);
            let bearer = format!("Bearer {}", buyer.token);
            let headers = [JSON, ("idempotency-key", KEY), ("authorization", &bearer)];
            if !spec.path.starts_with("/webhooks/") {
                shop.shop.world.trouble_at(0, Trouble::Before);
                if std::ptr::eq(shop, &broken) {
                    shop.shop.world.forget_trouble();
                }
                shop.send(spec.method, &path, &headers, &body);
            }
        }
    }
    lost_event(&lost);
}

fn lost_event(shop: &Watched<'_>) {
    shop.shop.world.forget_trouble();
    let buyer = shop.order_of(&order_body(), "order-key-of-an-event");
    assert_eq!(shop.pay(&buyer, KEY), "");
    pay_at_provider(shop, Outcome::Paid);
    shop.shop.world.trouble_at(0, Trouble::Before);
    shop.deliver();
    // The certificate's fetch: without it nobody can tell.
    shop.shop.world.trouble_at(1, Trouble::Before);
    assert_eq!(code(&signed_by_paypal(shop, b"{}")), "unavailable");
}

/// Sends a body as PayPal signs it.
fn signed_by_paypal(shop: &Watched<'_>, body: &[u8]) -> edgetill::http::Reply {
    let headers = shop.shop.sign_as_paypal(body);
    let headers: Vec<(&str, &str)> = headers.iter().map(|(n, v)| (*n, v.as_str())).collect();
    shop.send(Method::Post, "/webhooks/paypal", &headers, body)
}

/// Sends a body as Stripe signs it.
fn signed(shop: &Watched<'_>, body: &[u8]) -> edgetill::http::Reply {
    let signature = shop
        .shop
        .world
        .sandbox(|sandbox, now| sandbox.stripe.sign(now, body));
    let headers = [("stripe-signature", signature.as_str())];
    shop.send(Method::Post, "/webhooks/stripe", &headers, body)
}

fn closed_doors(watch: &Watch) {
    let open = Watched::open(watch);
    let buyer = an_order(&open);
    let no_links = Watched::with(watch, &[("LINK_SECRET", "")]);
    for spec in json_routes().filter(|spec| spec.path.starts_with("/v1/orders")) {
        let (path, body) = a_request(spec, &buyer.number);
        let body: Json = serde_json::from_slice(&body).unwrap_or_default();
        match spec.method {
            Method::Post => assert_eq!(
                code(&no_links.post(&path, KEY, &buyer.token, &body)),
                "door_closed"
            ),
            _ => {
                no_links.read(&buyer);
            }
        }
    }
    let no_stripe = Watched::with(watch, &[("STRIPE_SECRET_KEY", "")]);
    let reply = no_stripe.send(Method::Post, "/webhooks/stripe", &[], b"{}");
    assert_eq!(code(&reply), "door_closed");
    let no_paypal = Watched::with(watch, &[("PAYPAL_CLIENT_ID", "")]);
    let reply = no_paypal.send(Method::Post, "/webhooks/paypal", &[], b"{}");
    assert_eq!(code(&reply), "door_closed");
    let buyer = an_order(&no_stripe);
    assert_eq!(no_stripe.pay(&buyer, KEY), "method_unavailable");
}

fn bad_bodies(watch: &Watch) {
    let shop = Watched::open(watch);
    let buyer = an_order(&shop);
    let bearer = format!("Bearer {}", buyer.token);
    for path in [
        "/v1/quotes",
        "/v1/orders",
        &format!("/v1/orders/{}/payments", buyer.number),
        &format!("/v1/orders/{}/replacement", buyer.number),
    ] {
        let headers = [("idempotency-key", KEY), ("authorization", &bearer)];
        let reply = shop.send(Method::Post, path, &headers, b"{}");
        assert_eq!(code(&reply), "unsupported_media_type", "{path}");
        let headers = [JSON, ("idempotency-key", KEY), ("authorization", &bearer)];
        let reply = shop.send(Method::Post, path, &headers, b"{");
        assert_eq!(code(&reply), "malformed_body", "{path}");
        if path != "/v1/quotes" {
            let reply = shop.send(Method::Post, path, &[JSON], b"{}");
            assert_eq!(code(&reply), "idempotency_key", "{path}");
        }
    }
    shop.post("/v1/quotes", "", "", &json!({}));
    let payments = format!("/v1/orders/{}/payments", buyer.number);
    let reply = shop.post(&payments, KEY, &buyer.token, &json!({}));
    assert_eq!(code(&reply), "invalid_fields");
    shop.get("/v1/coupons/K");
}

fn orders_refused(watch: &Watch) {
    let shop = Watched::open(watch);
    shop.post(
        "/v1/orders",
        KEY,
        "",
        &json!({ "items": [{ "product": "", "quantity": 0 }] }),
    );
    let mut body = order_body();
    body["expected_total"] = json!(1);
    assert_eq!(
        code(&shop.post("/v1/orders", KEY, "", &body)),
        "total_changed"
    );
    let buyer = shop.order_of(&order_body(), KEY);
    body["expected_total"] = Json::Null;
    let reused = code(&shop.post("/v1/orders", KEY, "", &body));
    assert_eq!(reused, "idempotency_key_reused");

    let stranger = Buyer {
        token: "W4M3XK9T0B6ZQJ5H8V2NSRCEDY".to_owned(),
        ..buyer.clone()
    };
    shop.read(&stranger);
    assert_eq!(shop.pay(&stranger, KEY), "order_not_found");
    assert_eq!(shop.cancel(&stranger), "order_not_found");

    shop.shop.world.advance(40 * 86_400);
    assert_eq!(shop.pay(&buyer, KEY), "order_expired");
    shop.shop.tick_after(60);
    assert_eq!(shop.cancel(&buyer), "order_expired");
}

fn bad_events(watch: &Watch) {
    let shop = Watched::open(watch);
    let reply = shop.send(Method::Post, "/webhooks/stripe", &[], b"{}");
    assert_eq!(code(&reply), "bad_signature");
    assert_eq!(code(&signed(&shop, b"[]")), "bad_event");
    let reply = shop.send(Method::Post, "/webhooks/paypal", &[], b"{}");
    assert_eq!(code(&reply), "bad_signature");
    assert_eq!(code(&signed_by_paypal(&shop, b"[]")), "bad_event");
    let event = paypal_event("WH-1", "BILLING.PLAN.CREATED", &json!({})).to_string();
    assert_eq!(code(&signed_by_paypal(&shop, event.as_bytes())), "");
}

/// By bank transfer, with all that can be wrong with a proof.
fn transfers(watch: &Watch) {
    let shop = Watched::with_bank(watch);
    let buyer = an_order(&shop);
    let code_of_proof = |buyer: &Buyer, file: &[u8]| code(&shop.hand_in(buyer, file));
    assert_eq!(code_of_proof(&buyer, &png()), "no_transfer");
    let payments = format!("/v1/orders/{}/payments", buyer.number);
    let bank = json!({ "method": "bank" });
    assert_eq!(code(&shop.post(&payments, KEY, &buyer.token, &bank)), "");
    assert_eq!(shop.pay(&buyer, KEY), "idempotency_key_reused");
    let stranger = Buyer {
        token: "W4M3XK9T0B6ZQJ5H8V2NSRCEDY".to_owned(),
        ..buyer.clone()
    };
    assert_eq!(code_of_proof(&stranger, &png()), "order_not_found");
    assert_eq!(code_of_proof(&buyer, b"<svg/>"), "file_refused");
    assert_eq!(code_of_proof(&buyer, b""), "invalid_fields");
    let path = format!("/v1/orders/{}/proofs", buyer.number);
    let bearer = format!("Bearer {}", buyer.token);
    let authorized = ("authorization", bearer.as_str());
    let reply = shop.send(Method::Post, &path, &[JSON, authorized], b"{}");
    assert_eq!(code(&reply), "unsupported_media_type");
    let form = ("content-type", "multipart/form-data; boundary=b");
    let reply = shop.send(Method::Post, &path, &[form, authorized], b"{}");
    assert_eq!(code(&reply), "malformed_body");

    assert_eq!(code_of_proof(&buyer, &png()), "");
    assert_eq!(shop.read(&buyer)["status"], "in_review");
    assert_eq!(shop.cancel(&buyer), "order_in_review");
    let cancel = format!("/v1/orders/{}/cancel", buyer.number);
    let reply = shop.send(Method::Post, &cancel, &[authorized], b"{}");
    assert_eq!(code(&reply), "unsupported_media_type");
    let reply = shop.send(Method::Post, &cancel, &[JSON, authorized], b"{");
    assert_eq!(code(&reply), "malformed_body");
    let reply = shop.send(Method::Post, &cancel, &[JSON, authorized], b"{\"x\":1}");
    assert_eq!(code(&reply), "invalid_fields");
    let other = "another-key-of-20-characters";
    assert_eq!(shop.pay(&buyer, other), "order_in_review");
    for nth in 0..9 {
        assert_eq!(
            code_of_proof(&buyer, &png_of(&[chunk(b"teXt", &[nth])])),
            ""
        );
    }
    assert_eq!(code_of_proof(&buyer, &pdf("")), "too_many_proofs");
    let meant = json!({ "despite_review": true });
    assert_eq!(code(&shop.post(&cancel, "", &buyer.token, &meant)), "");

    let paid = shop.order_of(&order_body(), "order-key-that-will-be-paid");
    let payments = format!("/v1/orders/{}/payments", paid.number);
    let key = "one-more-key-of-20-chars";
    assert_eq!(code(&shop.post(&payments, key, &paid.token, &bank)), "");
    let proof = shop.hand_in(&paid, &pdf("(1)"));
    let proof = json_of(&proof)["proof"]["proof_id"].clone();
    let approved = shop
        .shop
        .approve_now(&paid, proof.as_str().expect("an id"), eur(11_900), "N1");
    assert_eq!(told(&approved), "");
    assert_eq!(shop.read(&paid)["status"], "confirmed");
    assert_eq!(code_of_proof(&paid, &png()), "already_paid");
    let late = shop.order_of(&order_body(), "order-key-that-is-cancelled");
    assert_eq!(shop.cancel(&late), "");
    assert_eq!(code_of_proof(&late, &png()), "order_cancelled");
    let late = shop.order_of(&order_body(), "order-key-that-will-expire");
    shop.shop.run_cron(72 * 3_600 + 120);
    assert_eq!(code_of_proof(&late, &png()), "order_expired");
    shop.shop.check();
}

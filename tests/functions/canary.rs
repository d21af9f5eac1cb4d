//! No secret, token or address leaves in a log line, an error or a printed setting.

use common::{Buyer, Shop, code_of, form, json_of, order_body, percent_off, text};
use edgetill::http::Reply;
use sandbox::{Fault, Target};
use serde_json::{Value as Json, json};
use shared::http::Method;

const KEY: &str = "secret-key-000000000000001";

/// Requests that are refused, each with something in it that must not come back.
fn refused(shop: &Shop, buyer: &Buyer) -> Vec<Reply> {
    let bearer = format!("Bearer {}", buyer.token);
    let cookie = shop.cookie(buyer);
    let own = [("authorization", bearer.as_str())];
    let order = format!("/v1/orders/{}", buyer.number);
    let page = format!("/orders/{}", buyer.number);
    let unknown = "/v1/orders/AZZZZZZZZZZZZZ";
    let mut odd = order_body();
    odd["customer"]["email"] = json!("canary@example");
    odd["billing"]["country"] = json!("Canary Islands");
    let form_type = ("content-type", "application/x-www-form-urlencoded");
    vec![
        shop.send(Method::Get, unknown, &own, b""),
        shop.send(Method::Delete, &order, &own, b""),
        shop.send(Method::Post, &format!("{order}/payments"), &own, b"{"),
        shop.post(
            &format!("{order}/payments"),
            KEY,
            Some(&buyer.token),
            &json!({ "method": "x" }),
        ),
        shop.post("/v1/orders", KEY, Some(&buyer.token), &odd),
        shop.post("/v1/orders", "short", Some(&buyer.token), &order_body()),
        shop.post("/v1/orders", "order-key-0000000000000001", None, &json!({})),
        shop.get(&format!("/orders/AZZZZZZZZZZZZZ?token={}", buyer.token)),
        shop.get(&format!("/nowhere?token={}", buyer.token)),
        shop.get(&format!("/return/stripe?payment={}", buyer.token)),
        shop.send(
            Method::Post,
            &format!("{page}/pay"),
            &[("cookie", &cookie), form_type],
            b"method=x",
        ),
        shop.send(
            Method::Post,
            &format!("{page}/pay"),
            &[("cookie", &cookie)],
            b"method=x",
        ),
        shop.send(
            Method::Post,
            &format!("{page}/cancel"),
            &[("cookie", &cookie), ("origin", "https://evil.example")],
            b"",
        ),
        shop.send(
            Method::Post,
            "/webhooks/stripe",
            &[("stripe-signature", "t=1,v1=ab")],
            b"{}",
        ),
        shop.receive(b"not an event"),
        shop.send(
            Method::Post,
            "/checkout",
            &[form_type],
            form(&[("product", "none"), ("idempotency_key", KEY)]).as_bytes(),
        ),
    ]
}

/// The codes of an order with a coupon, after everything that can go wrong with them; adds what was said.
fn refused_codes(shop: &Shop, errors: &mut Vec<Reply>) -> Vec<String> {
    let mut body = order_body();
    body["coupon"] = json!(shop.coupon(&percent_off("20"), 1, None));
    let buyer = shop.order_of(&body, "order-key-of-a-canary-0001");
    errors.push(shop.try_pay(&buyer, KEY));
    let first = shop.mailed_code(&buyer);
    for step in 0..3 {
        for code in [first.as_str(), "0000 0000"] {
            shop.world.trouble_at(step, common::Trouble::Before);
            errors.push(shop.type_code(&buyer, &format!("{code}0")));
            errors.push(shop.ask_for_code(&buyer, KEY));
            shop.world.forget_trouble();
        }
    }
    for _ in 0..6 {
        errors.push(shop.type_code(&buyer, "0000 0000"));
    }
    errors.push(shop.type_code(&buyer, &first));
    shop.world.advance(900);
    assert_eq!(
        shop.ask_for_code(&buyer, "secret-key-000000000000009")
            .status,
        200
    );
    errors.push(shop.type_code(&buyer, &first));
    shop.world.advance(3_600);
    errors.push(shop.type_code(&buyer, &shop.mailed_code(&buyer)));
    let codes = shop.mailed_codes(&buyer);
    let plain = codes.iter().map(|code| code.replace(' ', ""));
    plain.chain(codes.clone()).collect()
}

/// T24: over a whole sale with everything that can be refused and go wrong in it, no secret, token
/// or address is in a log line or in the body of an error.
#[test]
fn no_secret_token_or_address_leaves_in_a_log_line_or_an_error() {
    let shop = Shop::open();
    let buyer = shop.order();
    let mut errors = refused(&shop, &buyer);
    for fault in Fault::ALL {
        shop.fail_next(Target::Stripe, fault, 1);
        errors.push(shop.try_pay(&buyer, KEY));
        shop.mend();
    }
    let session = shop.pay(&buyer);
    shop.fail_next(Target::Stripe, Fault::NotReached, 4);
    errors.push(shop.cancel(&buyer));
    shop.come_back(&session);
    for step in 0..6 {
        shop.world.trouble_at(step, common::Trouble::Before);
        errors.push(shop.try_pay(&buyer, "secret-key-000000000000002"));
        shop.world.forget_trouble();
    }
    shop.pay_at_stripe(&session);
    shop.fail_next(Target::Mail, Fault::ServerErrorBeforeEffect, 2);
    shop.deliver_webhooks();
    shop.run_cron(3_600);
    errors.extend(refused(&shop, &buyer));
    errors.push(shop.try_pay(&buyer, "secret-key-000000000000003"));
    errors.push(shop.cancel(&buyer));
    assert_eq!(shop.status(&buyer), "confirmed");
    assert_eq!((shop.releases(), shop.mails().len()), (1, 2));
    let codes = refused_codes(&shop, &mut errors);

    errors.retain(|reply| reply.status >= 400);
    assert!(errors.len() > 30, "{} errors", errors.len());
    let mut canaries: Vec<String> = [
        sandbox::config::LOCAL_STRIPE_KEY,
        sandbox::config::LOCAL_WEBHOOK_SECRET,
        sandbox::config::LOCAL_MAIL_KEY,
        sandbox::config::LOCAL_RELEASE_SECRET,
        "5f0c9a7be1d24386b7c0fd3391a2e84d",
        "ada@example.com",
        "staff@lumen.example",
        "Ada Lovelace",
        "Musterstr",
        "canary",
        "Canary",
        KEY,
    ]
    .map(str::to_owned)
    .into();
    canaries.push(buyer.token.clone());
    canaries.push(
        shop.cookie(&buyer)
            .split('=')
            .nth(1)
            .expect("a value")
            .to_owned(),
    );
    canaries.push(session);
    canaries.extend(codes);
    for reply in &errors {
        let told = format!("{} {:?}", text(reply), reply.headers);
        for canary in &canaries {
            assert!(!told.contains(canary), "{canary}: {told}");
        }
        if !text(reply).starts_with('<') {
            assert!(!code_of(reply).is_empty());
        }
    }
    for line in shop.world.log_lines() {
        let line = line.to_string();
        for canary in &canaries {
            assert!(!line.contains(canary), "{canary}: {line}");
        }
    }
    shop.check();
}

/// Nothing that holds a secret prints it.
#[test]
fn settings_can_be_printed_without_telling_a_secret() {
    let shop = Shop::with(&[
        ("LINK_SECRET_OLD", "c41d8e7702f94b6da35e1f9b0c6728da"),
        (
            "STRIPE_WEBHOOK_SECRET_OLD",
            "whsec_c41d8e7702f94b6da35e1f9b0c6728da",
        ),
    ]);
    let printed = format!("{:?}", shop.settings);
    for secret in [
        sandbox::config::LOCAL_STRIPE_KEY,
        sandbox::config::LOCAL_WEBHOOK_SECRET,
        sandbox::config::LOCAL_MAIL_KEY,
        sandbox::config::LOCAL_RELEASE_SECRET,
        "5f0c9a7be1d24386b7c0fd3391a2e84d",
        "c41d8e7702f94b6da35e1f9b0c6728da",
    ] {
        assert!(!printed.contains(secret), "{secret}: {printed}");
    }
    let told: Json = json_of(&shop.get("/healthz"));
    assert!(!told.to_string().contains("c41d8e77"), "{told}");
}

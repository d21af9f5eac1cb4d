//! What a missing or wrong setting closes, and who is told.

use common::{Shop, json_of, order_body, problem_of, settings};
use serde_json::json;
use shared::http::Method;

const KEY: &str = "secret-key-000000000000001";
/// The sandbox plays PayPal in test mode only, which is not what such a test is about.
const NO_PAYPAL: (&str, &str) = ("PAYPAL_CLIENT_ID", "");

/// The settings that `/healthz` complains about.
fn complaints(shop: &Shop) -> Vec<String> {
    let health = json_of(&shop.get("/healthz"));
    let problems = health["problems"].as_array().expect("problems");
    problems
        .iter()
        .filter_map(|p| p["setting"].as_str().map(str::to_owned))
        .collect()
}

fn health(shop: &Shop) -> (u16, String) {
    let reply = shop.get("/healthz");
    let status = json_of(&reply)["status"]
        .as_str()
        .expect("a status")
        .to_owned();
    (reply.status, status)
}

/// A shop whose cron has just run.
fn with(changes: &[(&str, &str)]) -> Shop {
    let shop = Shop::with(changes);
    shop.run_cron(60);
    shop
}

#[test]
fn health_is_green_when_all_is_set_amber_when_mails_wait_red_when_nothing_can_be_sold() {
    assert_eq!(health(&with(&[])), (200, "green".to_owned()));
    for setting in [
        "MAIL_FROM",
        "MAIL_API_KEY",
        "RELEASE_URL",
        "RELEASE_SECRET",
        "STRIPE_SECRET_KEY",
        "STRIPE_WEBHOOK_SECRET",
        "PAYPAL_SECRET",
        "PAYPAL_WEBHOOK_ID",
    ] {
        let shop = with(&[(setting, "")]);
        assert_eq!(health(&shop), (200, "amber".to_owned()), "{setting}");
        assert_eq!(complaints(&shop), [setting]);
    }
    // PayPal is optional: without a client id there is nothing to complain about.
    assert_eq!(
        health(&with(&[("PAYPAL_CLIENT_ID", "")])),
        (200, "green".to_owned())
    );
    let shop = with(&[("LINK_SECRET", "")]);
    assert_eq!(health(&shop), (503, "red".to_owned()));
    assert_eq!(complaints(&shop), ["LINK_SECRET"]);
    let shop = with(&[("STRIPE_SECRET_KEY", ""), ("PAYPAL_CLIENT_ID", "")]);
    assert_eq!(health(&shop), (503, "red".to_owned()), "no way to pay");
}

#[test]
fn health_is_red_when_cron_has_stopped() {
    let shop = Shop::open();
    assert_eq!(health(&shop), (503, "red".to_owned()), "it has never run");
    shop.run_cron(60);
    assert_eq!(health(&shop), (200, "green".to_owned()));
    shop.world.advance(299);
    assert_eq!(health(&shop), (200, "green".to_owned()));
    shop.world.advance(1);
    assert_eq!(health(&shop), (503, "red".to_owned()));
}

/// A tick of the future, as after a clock that was wrong, says nothing about cron now.
#[test]
fn health_is_red_when_the_last_tick_is_yet_to_come() {
    let shop = Shop::open();
    shop.run_cron(60);
    let now = shop.now();
    for (ahead_s, status) in [(60, "green"), (61, "red"), (86_400, "red")] {
        shop.world.set_now(now.plus(-ahead_s));
        assert_eq!(health(&shop).1, status, "{ahead_s}");
    }
    // It runs again, by a clock that is right: the row of the future hides nothing.
    shop.tick();
    assert_eq!(health(&shop), (200, "green".to_owned()));
}

/// S123: without a link secret no order is made and none opens; what asks for none goes on.
#[test]
fn s123_without_a_link_secret_the_door_of_orders_is_closed() {
    for value in [
        "",
        " ",
        "short",
        "0123456789abcdef0123456789abcde",
        "example",
        "example-example-example-example-0123456789",
        "change-me-change-me-change-me-change-me-",
        "5f0c9a7be1d24386b7c0fd3391a2e84d\n",
        "5f0c9a7be1d24386 b7c0fd3391a2e84d",
        "00000000000000000000000000000000",
    ] {
        let open = Shop::open();
        let buyer = open.order();
        let cookie = open.cookie(&buyer);
        let mut shop = open;
        shop.settings = settings(&[("LINK_SECRET", value)]);
        let closed = "503 door_closed";
        let order = shop.post("/v1/orders", KEY, None, &order_body());
        assert_eq!(problem_of(&order), closed, "{value:?}");
        let bearer = format!("Bearer {}", buyer.token);
        let path = format!("/v1/orders/{}", buyer.number);
        let read = shop.send(Method::Get, &path, &[("authorization", &bearer)], b"");
        assert_eq!(problem_of(&read), closed, "{value:?}");
        assert_eq!(problem_of(&shop.try_pay(&buyer, KEY)), closed, "{value:?}");
        assert_eq!(problem_of(&shop.cancel(&buyer)), closed, "{value:?}");
        let page = format!("/orders/{}", buyer.number);
        let reply = shop.send(Method::Get, &page, &[("cookie", &cookie)], b"");
        assert_eq!(reply.status, 503, "{value:?}");
        let link = shop.get(&format!("{page}?token={}", buyer.token));
        assert_eq!(
            (link.status, link.header("set-cookie")),
            (503, None),
            "{value:?}"
        );
        assert_eq!(shop.get("/v1/products").status, 200);
        assert_eq!(shop.count("orders"), 1, "{value:?}");
        assert_eq!(complaints(&shop), ["LINK_SECRET"], "{value:?}");
        assert_eq!(health(&shop), (503, "red".to_owned()), "{value:?}");
        shop.check();
    }
}

/// S123: production can only tell a genuine release by a key that nobody can guess, and what it is told
/// names the buyer.
#[test]
fn s123_a_weak_or_unreadable_release_setting_closes_its_door() {
    for (setting, value) in [
        ("RELEASE_SECRET", "whsec_"),
        ("RELEASE_SECRET", "c2FuZGJveC1yZWxlYXNlLXNlY3JldC1sb2NhbA=="),
        (
            "RELEASE_SECRET",
            "whsec_not base64 at all, although long enough",
        ),
        (
            "RELEASE_SECRET",
            "whsec_not-base64-at-all,-although-long-enough",
        ),
        // 23 bytes.
        ("RELEASE_SECRET", "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI="),
        ("RELEASE_URL", "http://production.test/releases"),
        ("RELEASE_URL", "http://127.0.0.1.production.test/releases"),
        ("RELEASE_URL", "production.test"),
    ] {
        let shop = with(&[(setting, value)]);
        assert!(shop.settings.release.is_none(), "{setting} {value}");
        assert_eq!(complaints(&shop), [setting], "{value}");
        let doors = &json_of(&shop.get("/healthz"))["doors"];
        assert_eq!(
            (&doors["release"], &doors["mail"]),
            (&json!(false), &json!(true))
        );
        let buyer = shop.order();
        let session = shop.pay(&buyer);
        shop.pay_at_stripe(&session);
        shop.deliver_webhooks();
        assert_eq!(shop.status(&buyer), "confirmed", "{value}");
        assert_eq!(shop.world.requests_to("/releases").len(), 0, "{value}");
    }
    // 24 bytes, and the loopback of the sandbox, are enough.
    let secret = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz";
    assert!(settings(&[("RELEASE_SECRET", secret)]).release.is_some());
}

/// S123: mails carry links that open orders, so they leave by HTTPS only.
#[test]
fn s123_a_mail_api_in_the_clear_closes_its_door() {
    let shop = with(&[("MAIL_BASE", "http://mail.test")]);
    assert_eq!(complaints(&shop), ["MAIL_BASE"]);
    let doors = &json_of(&shop.get("/healthz"))["doors"];
    assert_eq!(
        (&doors["release"], &doors["mail"]),
        (&json!(true), &json!(false))
    );
    shop.order();
    assert_eq!(shop.world.requests_to("mail.test").len(), 0);
}

/// S123: whatever of PayPal's settings is missing, an example or wrong closes the whole door, and all
/// that is wrong is told at once.
#[test]
fn s123_a_wrong_paypal_setting_closes_its_door_and_is_told_by_name() {
    for (setting, value) in [
        ("PAYPAL_SECRET", ""),
        ("PAYPAL_SECRET", "example"),
        ("PAYPAL_SECRET", "a secret"),
        ("PAYPAL_SECRET", "hush\n"),
        ("PAYPAL_CLIENT_ID", "your-client-id"),
        ("PAYPAL_CLIENT_ID", "a:b"),
        ("PAYPAL_WEBHOOK_ID", ""),
        ("PAYPAL_WEBHOOK_ID", "WEBHOOK_ID"),
        ("PAYPAL_WEBHOOK_ID", "4test0webhook0001"),
        ("PAYPAL_BASE", "https://api-m.paypal.com"),
        ("PAYPAL_CA_PEM", "-----BEGIN CERTIFICATE-----"),
    ] {
        let shop = with(&[(setting, value)]);
        assert_eq!(complaints(&shop), [setting], "{value:?}");
        let health = json_of(&shop.get("/healthz"));
        assert_eq!(health["doors"]["paypal"], false, "{setting} {value:?}");
        assert!(!health.to_string().contains("hush"));
    }
    let all = [("PAYPAL_SECRET", ""), ("PAYPAL_WEBHOOK_ID", "")];
    assert_eq!(complaints(&with(&all)), all.map(|(setting, _)| setting));
}

#[test]
fn events_of_paypals_simulator_are_never_let_into_a_live_shop() {
    let live = with(&[
        ("MODE", "live"),
        ("PAYPAL_BASE", ""),
        ("PAYPAL_CHECKOUT_ORIGIN", ""),
        ("PAYPAL_SIMULATOR", "on"),
    ]);
    assert!(complaints(&live).contains(&"PAYPAL_SIMULATOR".to_owned()));
    let plain = with(&[
        ("MODE", "live"),
        ("PAYPAL_BASE", ""),
        ("PAYPAL_CHECKOUT_ORIGIN", ""),
    ]);
    let listener = |shop: &Shop| shop.settings.paypal.clone().expect("it is open").listener;
    assert_eq!(listener(&live), listener(&plain));
    let testing = with(&[("PAYPAL_SIMULATOR", "on")]);
    assert_ne!(listener(&testing), listener(&with(&[])));
    let odd = with(&[("PAYPAL_SIMULATOR", "yes")]);
    assert_eq!(complaints(&odd), ["PAYPAL_SIMULATOR"]);
}

/// S123: a key or webhook secret that is missing, an example, short or of the other mode closes card
/// payments: nothing is begun, and no webhook is believed, however well it is signed.
#[test]
fn s123_without_the_providers_secrets_its_door_is_closed() {
    for (setting, value) in [
        ("STRIPE_SECRET_KEY", ""),
        ("STRIPE_SECRET_KEY", "sk_test_example"),
        ("STRIPE_SECRET_KEY", "sk_test_your_key_here"),
        ("STRIPE_SECRET_KEY", "sk_test_sandbox\n"),
        ("STRIPE_SECRET_KEY", "pk_test_sandbox"),
        ("STRIPE_SECRET_KEY", "sk_test_"),
        ("STRIPE_SECRET_KEY", "sk_live_sandbox"),
        ("STRIPE_WEBHOOK_SECRET", ""),
        ("STRIPE_WEBHOOK_SECRET", "whsec_example"),
        ("STRIPE_WEBHOOK_SECRET", "whsec_"),
        ("STRIPE_WEBHOOK_SECRET", "whsec_0123456789012345678901234"),
        (
            "STRIPE_WEBHOOK_SECRET",
            "sandbox_stripe_webhook_local_only_0123",
        ),
        (
            "STRIPE_WEBHOOK_SECRET",
            "whsec_sandbox_stripe_webhook_local_only ",
        ),
    ] {
        let open = Shop::open();
        let buyer = open.order();
        let session = open.pay(&buyer);
        open.pay_at_stripe(&session);
        let mut shop = open;
        shop.settings = settings(&[(setting, value)]);
        shop.world.sandbox(|sandbox, _| {
            if setting == "STRIPE_WEBHOOK_SECRET" && !value.is_empty() {
                sandbox.stripe.set_webhook_secrets(vec![value.to_owned()]);
            }
        });
        let answers = shop.deliver_webhooks();
        assert!(!answers.is_empty(), "{value:?}");
        assert!(
            answers.iter().all(|status| *status == 503),
            "{value:?} {answers:?}"
        );
        assert_eq!(shop.count("inbox"), 0, "{value:?}");
        assert_eq!(
            problem_of(&shop.try_pay(&buyer, KEY)),
            "422 method_unavailable"
        );
        assert_eq!(shop.view(&buyer)["methods"], json!(["paypal"]), "{value:?}");
        assert_eq!(complaints(&shop), [setting], "{value:?}");
        assert_eq!(health(&shop), (503, "red".to_owned()), "{value:?}");
        // Set right again, the provider's retries and cron bring everything home.
        shop.settings = settings(&[]);
        shop.world.sandbox(|sandbox, _| {
            let local = sandbox::config::LOCAL_WEBHOOK_SECRET.to_owned();
            sandbox.stripe.set_webhook_secrets(vec![local]);
        });
        shop.run_cron(300);
        assert_eq!(shop.status(&buyer), "confirmed", "{value:?}");
        shop.check();
    }
}

#[test]
fn s123_a_key_of_the_other_mode_opens_nothing_in_either_direction() {
    for (mode, key) in [
        ("live", "sk_test_sandbox"),
        ("test", "sk_live_4f8a2c"),
        ("test", "rk_live_4f8a2c"),
    ] {
        let https = ("STRIPE_BASE", "https://api.stripe.com");
        let shop = with(&[("MODE", mode), ("STRIPE_SECRET_KEY", key), https, NO_PAYPAL]);
        assert_eq!(complaints(&shop), ["STRIPE_SECRET_KEY"], "{mode} {key}");
        assert_eq!(health(&shop), (503, "red".to_owned()));
    }
    let live = with(&[
        ("MODE", "live"),
        ("STRIPE_SECRET_KEY", "sk_live_4f8a2c"),
        NO_PAYPAL,
    ]);
    assert_eq!(
        complaints(&live),
        ["STRIPE_SECRET_KEY"],
        "a live key never goes over plain http"
    );
    let odd = with(&[("MODE", "production")]);
    assert_eq!(complaints(&odd), ["MODE"]);
}

/// A secret of yesterday that is none is left out, and today's goes on.
#[test]
fn an_old_secret_that_is_none_closes_nothing_and_opens_nothing() {
    for (setting, value) in [
        ("LINK_SECRET_OLD", "short"),
        (
            "LINK_SECRET_OLD",
            "example-example-example-example-01234567",
        ),
        ("STRIPE_WEBHOOK_SECRET_OLD", "whsec_short"),
        (
            "STRIPE_WEBHOOK_SECRET_OLD",
            "whsec_example_old_0123456789abcdef0123",
        ),
    ] {
        let shop = with(&[(setting, value)]);
        assert_eq!(complaints(&shop), [setting], "{value}");
        assert_eq!(health(&shop), (200, "amber".to_owned()), "{value}");
        shop.world.sandbox(|sandbox, _| {
            sandbox.stripe.set_webhook_secrets(vec![value.to_owned()]);
        });
        let reply = shop.receive(b"{}");
        assert_eq!(problem_of(&reply), "400 bad_signature", "{value}");
        assert_eq!(shop.status(&shop.order()), "awaiting_payment");
        shop.check();
    }
}

#[test]
fn a_setting_that_cannot_be_read_is_named_and_its_default_used() {
    for (setting, value) in [
        ("TAX_MODE", "sometimes"),
        ("ORDER_LIFETIME_HOURS", "0"),
        ("ORDER_LIFETIME_HOURS", "721"),
        ("ORDER_LIFETIME_HOURS", "a week"),
        ("TRANSFER_SHORTFALL_PERCENT", "11"),
        ("TRANSFER_SHORTFALL_PERCENT", "0.5"),
        ("TWO_APPROVERS_FROM", "EUR"),
        ("TWO_APPROVERS_FROM", "EUR 5000.00"),
        ("TWO_APPROVERS_FROM", "QQQ 5"),
        ("PROOF_RETENTION_DAYS", "0"),
        ("PROOF_RETENTION_DAYS", "for ever"),
        ("BASE_URL", "http://till.lumen.example"),
        ("BASE_URL", "till.lumen.example"),
        ("CHECKOUT_ORIGIN", "ftp://checkout.example"),
        ("MAIL_SENDER", "pigeon"),
    ] {
        let shop = with(&[(setting, value)]);
        assert_eq!(complaints(&shop), [setting], "{value}");
        assert_eq!(health(&shop), (200, "amber".to_owned()), "{value}");
        if setting != "BASE_URL" {
            let buyer = shop.order();
            assert_eq!(
                shop.view(&buyer)["quote"]["total"]["amount"],
                11_900,
                "{value}"
            );
            assert_eq!(
                shop.view(&buyer)["expires_at"],
                "2026-11-24T18:01:00Z",
                "{value}"
            );
        }
    }
}

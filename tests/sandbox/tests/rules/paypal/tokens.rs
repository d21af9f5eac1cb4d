//! Access tokens.

use super::support::{BASIC, Shop, body, text, token_request};
use sandbox::{Fault, Target};

const GRANT: &str = "grant_type=client_credentials";

#[test]
fn a_token_opens_the_api_for_as_long_as_it_says() {
    let mut shop = Shop::new();
    let token = shop.send(&token_request(BASIC, GRANT));
    assert_eq!(
        (token.status, text(&token, "/token_type")),
        (200, "Bearer".into())
    );
    let life_s = body(&token)["expires_in"].as_i64().unwrap();
    assert_eq!(life_s, 32_400);
    shop.wait(life_s - 1);
    assert_eq!(shop.get("/v1/notifications/webhooks-events").status, 200);
    shop.wait(1);
    let refused = shop.get("/v1/notifications/webhooks-events");
    assert_eq!(
        (refused.status, text(&refused, "/name")),
        (401, "AUTHENTICATION_FAILURE".into())
    );
}

#[test]
fn only_the_app_s_own_id_and_secret_get_a_token() {
    let mut shop = Shop::new();
    for wrong in [
        "",
        "Basic Zm9vOmJhcg==",
        "Bearer x",
        &BASIC.replace("Basic", "basic"),
    ] {
        let refused = shop.send(&token_request(wrong, GRANT));
        assert_eq!(
            (refused.status, text(&refused, "/error")),
            (401, "invalid_client".into()),
            "{wrong}"
        );
    }
    for (form, error) in [
        ("grant_type=password", "unsupported_grant_type"),
        ("", "invalid_request"),
        ("scope=x", "invalid_request"),
    ] {
        let refused = shop.send(&token_request(BASIC, form));
        assert_eq!(
            (refused.status, text(&refused, "/error")),
            (400, error.into()),
            "{form}"
        );
    }
    let json = token_request(BASIC, GRANT).header("content-type", "application/json");
    assert_eq!(shop.send(&json).status, 415);
    assert_eq!(shop.sandbox.paypal.tokens_issued(), 1);
}

#[test]
fn every_call_needs_a_token_that_is_known() {
    let mut shop = Shop::new();
    let order = shop.order();
    shop.sandbox.paypal.revoke_tokens();
    assert_eq!(
        shop.get(&format!("/v2/checkout/orders/{order}")).status,
        401
    );
    let capture = shop.capture(&order, "c-1");
    assert_eq!(
        shop.send(&capture.clone().header("authorization", ""))
            .status,
        401
    );
    assert_eq!(shop.send(&capture).status, 401);
    shop.log_in();
    assert_eq!(
        shop.get(&format!("/v2/checkout/orders/{order}")).status,
        200
    );
}

#[test]
fn the_token_endpoint_can_fail_by_itself() {
    let mut shop = Shop::new();
    shop.sandbox
        .fail_next_on(Target::PayPal, "/oauth2/", Fault::TooManyRequests, 1);
    assert_eq!(shop.get("/v1/notifications/webhooks-events").status, 200);
    assert_eq!(shop.send(&token_request(BASIC, GRANT)).status, 429);
    assert_eq!(shop.send(&token_request(BASIC, GRANT)).status, 200);
}

//! What Stripe refuses, and how it says so.

use crate::support::{SESSION, START, World, json, session_with, stripe_request, text};
use shared::http::Method;

const SESSIONS: &str = "/v1/checkout/sessions";

/// Parameter, its value (`None` leaves it out), and the error's code and parameter.
type Case = (
    &'static str,
    Option<&'static str>,
    &'static str,
    &'static str,
);

const REFUSED: [Case; 34] = [
    ("colour", Some("red"), "parameter_unknown", "colour"),
    ("metadata", Some("x"), "", "metadata"),
    (
        "line_items[0][colour]",
        Some("red"),
        "parameter_unknown",
        "line_items[0][colour]",
    ),
    (
        "line_items[0][price_data][product_data][colour]",
        Some("red"),
        "parameter_unknown",
        "line_items[0][price_data][product_data][colour]",
    ),
    ("mode", None, "parameter_missing", "mode"),
    ("success_url", None, "parameter_missing", "success_url"),
    (
        "line_items[0][quantity]",
        None,
        "parameter_missing",
        "line_items[0][quantity]",
    ),
    (
        "line_items[1][price_data][unit_amount]",
        None,
        "parameter_missing",
        "line_items[1][price_data][unit_amount]",
    ),
    (
        "line_items[1][price_data][product_data][name]",
        None,
        "parameter_missing",
        "line_items[1][price_data][product_data]",
    ),
    ("mode", Some("gift"), "", "mode"),
    ("mode", Some(""), "parameter_invalid_empty", "mode"),
    (
        "mode",
        Some("subscription"),
        "sandbox_unimplemented",
        "mode",
    ),
    ("ui_mode", Some("hosted"), "", "ui_mode"),
    (
        "line_items[0][quantity]",
        Some("two"),
        "parameter_invalid_integer",
        "line_items[0][quantity]",
    ),
    (
        "line_items[0][quantity]",
        Some("1.0"),
        "parameter_invalid_integer",
        "line_items[0][quantity]",
    ),
    (
        "line_items[0][quantity]",
        Some("%2B1"),
        "parameter_invalid_integer",
        "line_items[0][quantity]",
    ),
    (
        "line_items[0][quantity]",
        Some("0"),
        "parameter_invalid_integer",
        "line_items[0][quantity]",
    ),
    (
        "line_items[0][quantity]",
        Some("-1"),
        "parameter_invalid_integer",
        "line_items[0][quantity]",
    ),
    (
        "line_items[0][price_data][unit_amount]",
        Some("19.99"),
        "parameter_invalid_integer",
        "line_items[0][price_data][unit_amount]",
    ),
    (
        "line_items[0][price_data][unit_amount]",
        Some("-1"),
        "parameter_invalid_integer",
        "line_items[0][price_data][unit_amount]",
    ),
    (
        "line_items[0][price_data][unit_amount]",
        Some("9223372036854775808"),
        "parameter_invalid_integer",
        "line_items[0][price_data][unit_amount]",
    ),
    (
        "line_items[0][price_data][unit_amount]",
        Some("9223372036854775807"),
        "amount_too_large",
        "line_items",
    ),
    (
        "line_items[0][price_data][unit_amount]",
        Some("99999999"),
        "amount_too_large",
        "line_items",
    ),
    (
        "line_items[0][price_data][currency]",
        Some("EUR"),
        "",
        "line_items[0][price_data][currency]",
    ),
    (
        "line_items[0][price_data][currency]",
        Some("usd"),
        "",
        "line_items",
    ),
    ("success_url", Some("/thanks"), "url_invalid", "success_url"),
    (
        "cancel_url",
        Some("javascript%3Aalert(1)"),
        "url_invalid",
        "cancel_url",
    ),
    (
        "customer_email",
        Some("nobody"),
        "email_invalid",
        "customer_email",
    ),
    (
        "phone_number_collection[enabled]",
        Some("yes"),
        "",
        "phone_number_collection[enabled]",
    ),
    (
        "payment_method_types[0]",
        Some("us_bank_account"),
        "",
        "payment_method_types[0]",
    ),
    ("line_items[x][quantity]", Some("1"), "", "line_items"),
    ("metadata[a][b]", Some("1"), "", "metadata[a]"),
    (
        "allow_promotion_codes",
        Some("true"),
        "sandbox_unimplemented",
        "allow_promotion_codes",
    ),
    ("expand[]", Some("currency"), "", "expand"),
];

#[test]
fn what_stripe_refuses_is_refused_with_its_code_and_parameter() {
    for (name, value, code, param) in REFUSED {
        let mut world = World::new();
        let answer = world.post(SESSIONS, &session_with(name, value), None);
        assert_eq!(answer.status, 400, "{name}={value:?}");
        let seen = (text(&answer, "/error/code"), text(&answer, "/error/param"));
        assert_eq!(
            seen,
            (code.to_owned(), param.to_owned()),
            "{name}={value:?}"
        );
        assert_eq!(
            text(&answer, "/error/type"),
            "invalid_request_error",
            "{name}={value:?}"
        );
        assert!(!text(&answer, "/error/message").is_empty());
    }
}

#[test]
fn limits_of_length_are_inclusive() {
    let long = |n: usize| "x".repeat(n);
    for (name, fits, breaks) in [
        ("client_reference_id", long(200), long(201)),
        ("metadata[note]", long(500), long(501)),
        (
            "success_url",
            format!("https://shop.example/{}", long(4_979)),
            format!("https://shop.example/{}", long(4_980)),
        ),
    ] {
        let mut world = World::new();
        assert_eq!(
            world
                .post(SESSIONS, &session_with(name, Some(&fits)), None)
                .status,
            200,
            "{name}"
        );
        assert_eq!(
            world
                .post(SESSIONS, &session_with(name, Some(&breaks)), None)
                .status,
            400,
            "{name}"
        );
    }
    let mut world = World::new();
    let key = |n: usize| session_with(&format!("metadata[{}]", "k".repeat(n)), Some("v"));
    assert_eq!(world.post(SESSIONS, &key(40), None).status, 200);
    assert_eq!(world.post(SESSIONS, &key(41), None).status, 400);
}

/// S32: below the provider's minimum there is no session, but a total of zero is allowed.
#[test]
fn the_smallest_total_is_50_cents_or_nothing() {
    let total = |amount: &str| {
        format!(
            "mode=payment&success_url=https%3A%2F%2Fshop.example%2F&line_items[0][quantity]=1&\
             line_items[0][price_data][currency]=eur&line_items[0][price_data][unit_amount]={amount}&\
             line_items[0][price_data][product_data][name]=Tee"
        )
    };
    let mut world = World::new();
    let small = world.post(SESSIONS, &total("49"), None);
    assert_eq!(
        (small.status, text(&small, "/error/code")),
        (400, "amount_too_small".to_owned())
    );
    assert_eq!(world.post(SESSIONS, &total("50"), None).status, 200);
    assert_eq!(world.post(SESSIONS, &total("0"), None).status, 200);
}

#[test]
fn a_session_lives_between_30_minutes_and_24_hours() {
    for (life_s, status) in [(1_799, 400), (1_800, 200), (86_400, 200), (86_401, 400)] {
        let mut world = World::new();
        let expires_at = START.plus(life_s).0.to_string();
        let answer = world.post(
            SESSIONS,
            &session_with("expires_at", Some(&expires_at)),
            None,
        );
        assert_eq!(answer.status, status, "{life_s}");
    }
    let mut world = World::new();
    let answer = world.post(SESSIONS, SESSION, None);
    assert_eq!(json(&answer)["expires_at"], START.plus(86_400).0);
}

#[test]
fn the_total_is_the_sum_of_quantity_times_price() {
    let mut world = World::new();
    let answer = json(&world.post(SESSIONS, SESSION, None));
    assert_eq!(answer["amount_total"], 2 * 1_999 + 500);
    assert_eq!(answer["currency"], "eur");
}

#[test]
fn only_the_account_s_own_key_opens_the_api() {
    let mut world = World::new();
    let mut request = stripe_request(Method::Get, "/v1/events", "", None);
    assert_eq!(world.ask(&request).status, 200);
    for wrong in [
        "Bearer sk_test_other",
        "Bearer ",
        "Basic c2tfdGVzdF9zYW5kYm94Og==",
        "sk_test_sandbox",
    ] {
        request.headers[0].1 = wrong.to_owned();
        let answer = world.ask(&request);
        assert_eq!(answer.status, 401, "{wrong}");
        assert_eq!(text(&answer, "/error/type"), "invalid_request_error");
    }
    request.headers.remove(0);
    assert_eq!(world.ask(&request).status, 401);
}

#[test]
fn another_version_account_or_content_type_is_refused() {
    for (name, value, status) in [
        ("stripe-version", "2019-05-16", 400),
        ("stripe-account", "acct_other", 403),
        ("stripe-account", "acct_sandbox", 200),
        ("content-type", "application/json", 400),
        (
            "content-type",
            "application/x-www-form-urlencoded; charset=utf-8",
            200,
        ),
    ] {
        let mut world = World::new();
        let mut request = stripe_request(Method::Post, SESSIONS, SESSION, None);
        request.headers.retain(|(known, _)| *known != name);
        request.headers.push((name, value.to_owned()));
        assert_eq!(world.ask(&request).status, status, "{name}: {value}");
    }
}

#[test]
fn unknown_urls_and_objects_are_404() {
    let mut world = World::new();
    for path in [
        "/v1/customers",
        "/v2/checkout/sessions",
        "/v1/checkout/sessions/cs_test_none",
        "/v1/payment_intents/pi_none",
        "/v1/events/evt_none",
        "/v1/refunds/re_none",
        "/v1/payment_intents/search",
    ] {
        assert_eq!(world.get(path).status, 404, "{path}");
    }
    let answer = world.get("/v1/checkout/sessions/cs_test_none");
    assert_eq!(text(&answer, "/error/code"), "resource_missing");
    assert_eq!(
        world
            .post("/v1/checkout/sessions/cs_test_none/expire", "", None)
            .status,
        404
    );
    assert_eq!(world.post("/v1/events", "", None).status, 404);
}

#[test]
fn parameters_must_come_where_the_method_has_them() {
    let mut world = World::new();
    assert_eq!(
        world
            .post(&format!("{SESSIONS}?mode=payment"), SESSION, None)
            .status,
        400
    );
    let get = stripe_request(Method::Get, "/v1/events", "limit=1", None);
    assert_eq!(world.ask(&get).status, 400);
    assert_eq!(world.get("/v1/events?limit=0").status, 400);
    assert_eq!(world.get("/v1/events?limit=101").status, 400);
    assert_eq!(world.get("/v1/events?colour=red").status, 400);
    assert_eq!(
        world
            .get("/v1/checkout/sessions?client_reference_id=ord_A0001")
            .status,
        400
    );
    assert_eq!(
        world.get("/v1/checkout/sessions?created[after]=1").status,
        400
    );
}

#[test]
fn a_refund_names_its_payment_in_one_way() {
    let mut world = World::new();
    let (_, intent) = world.paid();
    for form in [
        String::new(),
        "payment_intent=pi_none".to_owned(),
        format!("payment_intent={intent}&charge=ch_1"),
        format!("payment_intent={intent}&amount=0"),
        format!("payment_intent={intent}&amount=4499"),
        format!("payment_intent={intent}&reason=regret"),
    ] {
        assert_eq!(world.post("/v1/refunds", &form, None).status, 400, "{form}");
    }
    assert_eq!(world.sandbox.stripe.captured()[0].refunded_minor, 0);
}

#[test]
fn nothing_answers_outside_the_three_doors() {
    let mut world = World::new();
    for url in [
        "http://127.0.0.1:8790/",
        "http://127.0.0.1:8790/stripes/v1/events",
        "https://api.stripe.com/v1/events",
    ] {
        let mut request = stripe_request(Method::Get, "/", "", None);
        request.url = url.to_owned();
        assert_eq!(world.ask(&request).status, 404, "{url}");
    }
}

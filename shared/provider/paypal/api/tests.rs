use super::*;
use crate::money::{Currency, Money};
use crate::provider::paypal::fixtures;

const NOW: Timestamp = Timestamp(1_795_290_000);

fn token() -> AccessToken {
    AccessToken::restore("A21AATEST", NOW.plus(32_400)).unwrap()
}

fn order() -> OrderId {
    OrderId::parse("5O190127TN364715T").unwrap()
}

fn capture() -> CaptureId {
    CaptureId::parse("3C679366HH908993F").unwrap()
}

fn request_id() -> RequestId {
    RequestId::parse("pay-P1").unwrap()
}

/// Method, URL, headers and body, one a line.
fn text(request: &OutRequest) -> String {
    let headers: Vec<String> = request
        .headers
        .iter()
        .map(|(name, value)| {
            format!(
                "{name}: {value}
"
            )
        })
        .collect();
    let headers = headers.concat();
    let body = String::from_utf8(request.body.clone()).unwrap();
    format!(
        "{} {}\n{headers}\n{body}",
        request.method.as_str(),
        request.url
    )
}

#[test]
fn token_request_unchanged() {
    let request = fixtures::api().token();
    insta::assert_snapshot!(text(&request), @r"
    POST https://api-m.sandbox.paypal.com/v1/oauth2/token
    authorization: Basic YXBwOmh1c2g=
    accept: application/json
    content-type: application/x-www-form-urlencoded

    grant_type=client_credentials
    ");
}

#[test]
fn create_request_unchanged() {
    let request = fixtures::api().create_order(&token(), "{\"frozen\":1}", &request_id());
    insta::assert_snapshot!(text(&request), @r#"
    POST https://api-m.sandbox.paypal.com/v2/checkout/orders
    authorization: Bearer A21AATEST
    accept: application/json
    content-type: application/json
    paypal-request-id: pay-P1
    prefer: return=representation

    {"frozen":1}
    "#);
}

#[test]
fn capture_request_unchanged() {
    let id = RequestId::of_capture(&order(), 0);
    let request = fixtures::api().capture_order(&token(), &order(), &id);
    insta::assert_snapshot!(text(&request), @r"
    POST https://api-m.sandbox.paypal.com/v2/checkout/orders/5O190127TN364715T/capture
    authorization: Bearer A21AATEST
    accept: application/json
    content-type: application/json
    paypal-request-id: capture-5O190127TN364715T-0
    prefer: return=representation

    {}
    ");
}

#[test]
fn reads_carry_the_token_and_nothing_else() {
    let api = fixtures::api();
    for (request, path) in [
        (
            api.order(&token(), &order()),
            "/v2/checkout/orders/5O190127TN364715T",
        ),
        (
            api.list_events(&token(), NOW, NOW.plus(60)),
            "/v1/notifications/webhooks-events?page_size=50\
             &start_time=2026-11-21T19:40:00Z&end_time=2026-11-21T19:41:00Z",
        ),
    ] {
        let expected = format!(
            "GET https://api-m.sandbox.paypal.com{path}\n\
             authorization: Bearer A21AATEST\naccept: application/json\n\n"
        );
        assert_eq!(text(&request), expected);
    }
}

#[test]
fn a_refund_is_of_a_part_or_of_what_is_left() {
    let five = Money::new(500, Currency::parse("USD").unwrap()).unwrap();
    let refund = Refund {
        amount: Some(five),
        invoice_id: "REF-0001",
        note_to_payer: Some("Returned item"),
    };
    let api = fixtures::api();
    let send = |refund: &Refund<'_>| api.refund(&token(), &capture(), refund, &request_id());
    let request = send(&refund).unwrap();
    assert!(
        request
            .url
            .ends_with("/v2/payments/captures/3C679366HH908993F/refund")
    );
    let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
    assert_eq!(body, fixtures::body("api_refund_request_partial.json"));

    let rest = Refund {
        amount: None,
        note_to_payer: None,
        ..refund
    };
    assert_eq!(send(&rest).unwrap().body, br#"{"invoice_id":"REF-0001"}"#);

    let nothing = Refund {
        amount: Some(Money::zero(five.currency)),
        ..refund
    };
    let problem = AmountProblem::TooSmall { minimum_minor: 1 };
    assert_eq!(send(&nothing), Err(problem));
}

#[test]
fn a_certificate_is_fetched_without_credentials_and_within_bounds() {
    let path = "/v1/notifications/certs/CERT-360caa42-fca2a594-1d93a270";
    let url = CertUrl::parse(&format!("https://api.sandbox.paypal.com{path}"), Mode::Test).unwrap();
    let request = fixtures::api().certificate(&url);
    assert_eq!(
        text(&request),
        format!("GET https://api.sandbox.paypal.com{path}\n\n")
    );
    assert_eq!(
        (request.deadline_ms, request.answer_bytes_max),
        (5_000, 65_536)
    );

    let base = "http://127.0.0.1:8790/paypal";
    let credentials = Credentials::parse("app", "hush").unwrap();
    let stand_in = PayPalApi::new(base, "http://127.0.0.1:8790", credentials, Mode::Test).unwrap();
    assert_eq!(stand_in.certificate(&url).url, format!("{base}{path}"));
}

#[test]
fn s123_addresses_that_cannot_be_right_are_refused_at_the_start() {
    use ApiError::{LiveInTheClear, NotAnOrigin, OtherMode};
    let new = |base: &str, checkout: &str, mode| {
        let credentials = Credentials::parse("app", "hush").unwrap();
        PayPalApi::new(base, checkout, credentials, mode).err()
    };
    let live = PayPalApi::default_checkout_origin(Mode::Live);
    for (base, checkout, mode, error) in [
        (PayPalApi::default_base(Mode::Live), live, Mode::Live, None),
        (
            PayPalApi::default_base(Mode::Test),
            live,
            Mode::Live,
            Some(OtherMode),
        ),
        (
            PayPalApi::default_base(Mode::Live),
            live,
            Mode::Test,
            Some(OtherMode),
        ),
        ("https://api.paypal.com", live, Mode::Test, Some(OtherMode)),
        ("http://localhost:1", live, Mode::Live, Some(LiveInTheClear)),
        (
            "https://stand-in.example",
            "http://a.example",
            Mode::Live,
            Some(LiveInTheClear),
        ),
        ("http://localhost:1", "http://localhost:1", Mode::Test, None),
        ("", live, Mode::Live, Some(NotAnOrigin)),
        ("https://", live, Mode::Live, Some(NotAnOrigin)),
        ("https://a.example/", live, Mode::Live, Some(NotAnOrigin)),
        (
            "https://a.example",
            "www.paypal.com",
            Mode::Live,
            Some(NotAnOrigin),
        ),
        ("https://u@a.example", live, Mode::Live, Some(NotAnOrigin)),
    ] {
        assert_eq!(
            new(base, checkout, mode),
            error,
            "{base} {checkout} {mode:?}"
        );
    }
}

#[test]
fn only_a_link_to_paypals_pages_is_given_to_a_buyer() {
    let api = fixtures::api();
    let good = "https://www.sandbox.paypal.com/checkoutnow?token=5O190127TN364715T";
    assert!(api.is_checkout_link(good));
    for bad in [
        "",
        "https://www.sandbox.paypal.com",
        "https://www.paypal.com/checkoutnow?token=5O190127TN364715T",
        "http://www.sandbox.paypal.com/checkoutnow?token=5O190127TN364715T",
        "https://www.sandbox.paypal.com.evil.test/checkoutnow",
        "https://www.sandbox.paypal.com@evil.test/",
        "https://www.sandbox.paypal.com:8443/checkoutnow",
        "https://www.sandbox.paypal.com\\@evil.test/",
        "https://www.sandbox.paypal.com/\r\nlocation: https://evil.test",
        " https://www.sandbox.paypal.com/checkoutnow",
        "javascript:alert(1)",
    ] {
        assert!(!api.is_checkout_link(bad), "{bad:?}");
        let mut order = fixtures::order("api_order_get_payer_action_required.json");
        order.approve_link = Some(bad.to_owned());
        assert_eq!(api.approve_url(&order), good, "{bad:?}");
    }
}

#[test]
fn neither_secret_nor_token_is_printed() {
    let api = fixtures::api();
    assert!(!format!("{api:?} {:?}", token()).contains("hush"));
    assert!(!api.token_scope().contains("hush"));
}

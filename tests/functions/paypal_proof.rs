//! Where the key of a delivery comes from, what is asked for it, and what happens when nobody can
//! tell.

use common::{Io, Shop, Trouble, json_of, paypal_event};
use sandbox::paypal::{
    Certificate, INTERMEDIATE_PEM, OTHER_INTERMEDIATE_PEM, OTHER_ROOT_PEM, ROOT_PEM,
};
use sandbox::{Fault, Target};
use serde_json::{Value as Json, json};

/// An event that changes nothing: what is tested is whether it is believed.
fn event(number: u32) -> Json {
    let resource = json!({ "id": "I-BW452GLLEP1G" });
    paypal_event(
        &format!("WH-{number}"),
        "BILLING.SUBSCRIPTION.CREATED",
        &resource,
    )
}

/// What a request did to the outside: `query`, `commit`, and the paths that were asked for.
fn steps(shop: &Shop) -> Vec<String> {
    let name = |io: Io| match io {
        Io::Query(names) => format!("query {}", names.join(" ")),
        Io::Commit(names) => format!("commit {}", names.join(" ")),
        Io::Send(what) => what.rsplit('/').next().unwrap_or_default().to_owned(),
        Io::Mail | Io::Blob(..) => "another".to_owned(),
    };
    shop.world.take_io().into_iter().map(name).collect()
}

fn kept_keys(shop: &Shop) -> Json {
    shop.value("SELECT count(*) FROM provider_cache WHERE kind = 'paypal_key'")
}

#[test]
fn the_certificate_is_fetched_once_for_all_isolates() {
    let shop = Shop::open();
    assert_eq!(shop.receive_from_paypal(&event(1)), 200);
    let certificate = "CERT-5a4db001-0ed9e711-00000001";
    assert_eq!(
        steps(&shop),
        [
            "query FIND_CACHED",
            certificate,
            "commit PUT_CACHED",
            "commit INSERT_EVENT"
        ]
    );
    assert_eq!(shop.receive_from_paypal(&event(2)), 200);
    assert_eq!(steps(&shop), ["commit INSERT_EVENT"], "remembered");
    shop.world.restart();
    assert_eq!(shop.receive_from_paypal(&event(3)), 200);
    assert_eq!(
        steps(&shop),
        ["query FIND_CACHED", "commit INSERT_EVENT"],
        "another isolate"
    );
    assert_eq!(kept_keys(&shop), 1);
}

/// The next certificate may be used while this one still is.
#[test]
fn two_certificates_are_used_side_by_side() {
    let shop = Shop::open();
    for number in 0..6 {
        let certificate = [Certificate::Current, Certificate::Renewed][number as usize % 2];
        shop.world
            .sandbox(|sandbox, _| sandbox.paypal.set_certificate(certificate));
        assert_eq!(shop.receive_from_paypal(&event(number)), 200, "{number}");
    }
    assert_eq!(shop.world.requests_to("/certs/").len(), 2);
    assert_eq!(kept_keys(&shop), 2);
}

/// S122: a chain whose signature is wrong, an old certificate, one for another host.
#[test]
fn s122_a_certificate_that_is_not_in_order_is_refused_and_never_kept() {
    for (certificate, status) in [
        (Certificate::Current, 200),
        (Certificate::Renewed, 200),
        (Certificate::Expired, 400),
        (Certificate::OtherName, 400),
        (Certificate::ForgedIssuer, 400),
        (Certificate::UnknownIssuer, 200),
        (Certificate::Withdrawn, 503),
    ] {
        let shop = Shop::open();
        shop.world
            .sandbox(|sandbox, _| sandbox.paypal.set_certificate(certificate));
        assert_eq!(
            shop.receive_from_paypal(&event(1)),
            status,
            "{certificate:?}"
        );
        assert_eq!(
            shop.receive_from_paypal(&event(1)),
            status,
            "{certificate:?}, again"
        );
        let is_good = matches!(certificate, Certificate::Current | Certificate::Renewed);
        assert_eq!(kept_keys(&shop), u8::from(is_good), "{certificate:?}");
        assert_eq!(
            shop.count("inbox"),
            i64::from(status == 200),
            "{certificate:?}"
        );
    }
}

/// An issuer that nobody told us about is not an outage: PayPal is asked, with the bytes as they came.
#[test]
fn a_certificate_of_an_unknown_issuer_is_left_to_paypal_byte_for_byte() {
    let shop = Shop::open();
    shop.world
        .sandbox(|sandbox, _| sandbox.paypal.set_certificate(Certificate::UnknownIssuer));
    // No printer of JSON would write it like this.
    let body = "{ \"event_type\":\"BILLING.SUBSCRIPTION.CREATED\" ,\r\n \"id\" : \"WH-\\u0031\",\
                \"summary\":\"20 \u{20ac}\" , \"resource\":{\"n\":1.0e2} }";
    let headers = shop.sign_as_paypal(body.as_bytes());
    assert_eq!(shop.receive_under(&headers, body.as_bytes()).status, 200);
    let asked = shop.world.requests_to("verify-webhook-signature");
    let question = String::from_utf8(asked[0].body.clone()).unwrap();
    assert!(
        question.contains(&format!("\"webhook_event\":{body}}}")),
        "{question}"
    );
    let warned = shop.world.log_lines();
    assert!(
        warned.iter().any(|line| line["message"]
            .as_str()
            .unwrap_or_default()
            .contains("PAYPAL_CA_PEM")),
        "{warned:?}"
    );
    // From here on PayPal is asked at once.
    for number in 2..20 {
        assert_eq!(shop.receive_from_paypal(&event(number)), 200, "{number}");
    }
    assert_eq!(shop.world.requests_to("/certs/").len(), 1);
    assert_eq!(shop.world.requests_to("verify-webhook-signature").len(), 19);
    // PayPal says no to another body.
    let spoiled = body.replace("20", "21");
    assert_eq!(shop.receive_under(&headers, spoiled.as_bytes()).status, 400);
    assert_eq!(
        shop.inbox_of("WH-1"),
        "ignored: of a type that changes nothing"
    );
    assert_eq!(kept_keys(&shop), 0);

    // Told about it, the shop decides by itself.
    let pem = [
        ROOT_PEM,
        INTERMEDIATE_PEM,
        OTHER_ROOT_PEM,
        OTHER_INTERMEDIATE_PEM,
    ]
    .concat();
    let shop = Shop::with(&[("PAYPAL_CA_PEM", &pem)]);
    shop.world
        .sandbox(|sandbox, _| sandbox.paypal.set_certificate(Certificate::UnknownIssuer));
    assert_eq!(shop.receive_from_paypal(&event(1)), 200);
    assert_eq!(shop.world.requests_to("verify-webhook-signature").len(), 0);
    assert_eq!(kept_keys(&shop), 1);
}

/// Undecidable is 503, never 200 and never 4xx: PayPal sends it again.
#[test]
fn s14_what_cannot_be_decided_is_asked_for_again() {
    let troubles: [(&str, &str, Fault); 5] = [
        ("no answer", "/certs/", Fault::NotReached),
        ("a 500", "/certs/", Fault::ServerErrorBeforeEffect),
        ("no PEM", "/certs/", Fault::GarbageBody),
        ("too long", "/certs/", Fault::OversizeBody),
        ("a limiter", "/certs/", Fault::TooManyRequests),
    ];
    for (what, path, fault) in troubles {
        let shop = Shop::open();
        shop.fail_next_on(Target::PayPal, path, fault, 1);
        undecided_then_taken(&shop, what);
    }
    let troubles = [
        ("no token", "/oauth2/token", Fault::Unavailable),
        (
            "no verdict",
            "/verify-webhook-signature",
            Fault::ServerErrorBeforeEffect,
        ),
        (
            "a lost verdict",
            "/verify-webhook-signature",
            Fault::LostAfterEffect,
        ),
        (
            "no readable verdict",
            "/verify-webhook-signature",
            Fault::GarbageBody,
        ),
    ];
    for (what, path, fault) in troubles {
        let shop = Shop::open();
        shop.world
            .sandbox(|sandbox, _| sandbox.paypal.set_certificate(Certificate::UnknownIssuer));
        shop.fail_next_on(Target::PayPal, path, fault, 1);
        undecided_then_taken(&shop, what);
    }
    let shop = Shop::open();
    shop.world.set_blind(true);
    assert_eq!(shop.receive_from_paypal(&event(1)), 503);
    assert_eq!(kept_keys(&shop), 0, "nothing is kept on trust");
    shop.world.set_blind(false);
    assert_eq!(shop.receive_from_paypal(&event(1)), 200);
}

fn undecided_then_taken(shop: &Shop, what: &str) {
    let body = event(1).to_string();
    let headers = shop.sign_as_paypal(body.as_bytes());
    let reply = shop.receive_under(&headers, body.as_bytes());
    assert_eq!(reply.status, 503, "{what}");
    assert_eq!(json_of(&reply)["code"], "unavailable", "{what}");
    assert_eq!(reply.header("retry-after"), Some("30"), "{what}");
    assert_eq!(shop.count("inbox"), 0, "{what}");
    assert_eq!(kept_keys(shop), 0, "{what}");
    let reply = shop.receive_under(&headers, body.as_bytes());
    assert_eq!(reply.status, 200, "{what}: {}", common::text(&reply));
    assert_eq!(shop.count("inbox"), 1, "{what}");
}

/// D04: a database that fails at any step never makes the answer a 200 that is not true; losing the
/// cache costs a fetch.
#[test]
fn d04_a_step_that_fails_is_answered_with_503_or_costs_a_fetch() {
    for trouble in [Trouble::Before, Trouble::After] {
        for step in 0..4 {
            let shop = Shop::open();
            shop.world.trouble_at(step, trouble);
            let body = event(1).to_string();
            let headers = shop.sign_as_paypal(body.as_bytes());
            let status = shop.receive_under(&headers, body.as_bytes()).status;
            let is_cache = step == 0 || step == 2;
            assert_eq!(
                status,
                if is_cache { 200 } else { 503 },
                "{trouble:?} {step}"
            );
            assert_eq!(shop.receive_under(&headers, body.as_bytes()).status, 200);
            assert_eq!(shop.count("inbox"), 1, "{trouble:?} {step}");
        }
    }
}

/// The address of a certificate is the sender's choice among 2^96: forgeries cost six fetches a
/// minute, and a genuine delivery under a known one is taken all the while.
#[test]
fn forged_addresses_cost_a_few_fetches_a_minute() {
    let shop = Shop::open();
    assert_eq!(shop.receive_from_paypal(&event(1)), 200);
    let body = event(2).to_string();
    let genuine = shop.sign_as_paypal(body.as_bytes());
    shop.world.advance(60);
    let send = |number: u32| {
        let mut headers = genuine.clone();
        for (name, value) in &mut headers {
            if *name == "paypal-cert-url" {
                *value = value.replace("00000001", &format!("{:08x}", number + 0x100));
            }
        }
        shop.receive_under(&headers, body.as_bytes()).status
    };
    shop.world.take_io();
    for number in 0..50 {
        assert_eq!(send(number), 503, "{number}");
    }
    let fetched = shop.world.requests_to("/certs/").len();
    assert_eq!(fetched, 1 + 6);
    assert_eq!(shop.world.take_io().len(), 12, "a read and a fetch each");
    assert_eq!(shop.receive_under(&genuine, body.as_bytes()).status, 200);
    assert_eq!(kept_keys(&shop), 1);
}

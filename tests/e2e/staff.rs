//! The staff door of the shipped wasm: the assertion is judged by the platform's own crypto, with keys
//! that the Worker fetched from the team.

use common::harness::{Answer, Body, Instance, encoded, shared};
use common::{ANN, RUTH, SUE, input_value};
use sandbox::access::{Access, SigningKey};
use serde_json::{Value as Json, json};
use shared::proof::samples::png;
use shared::time::Timestamp;

/// The audience of `make dev`.
use sandbox::config::LOCAL_ACCESS_AUD as AUDIENCE;

fn now(shop: &Instance) -> Timestamp {
    // The shop's clock is the machine's; a row that was just written tells it.
    let order = shop.visitor().order();
    let sql = format!(
        "SELECT created_at FROM orders WHERE order_number = '{}'",
        order.number
    );
    Timestamp(shop.database.number(&sql))
}

fn with_header(shop: &Instance, assertion: &str) -> Answer {
    let headers = [("cf-access-jwt-assertion", assertion)];
    shop.visitor().send("GET", "/staff", &headers, Body::None)
}

#[test]
fn s120_only_a_genuine_assertion_of_the_team_opens_the_door() {
    let shop = shared();
    let now = now(&shop);
    let team = Access::new(format!("{}/access", shop.sandbox.url), AUDIENCE.into());
    let genuine = team.sign_in(now, RUTH);
    let page = with_header(&shop, &genuine).expect(200);
    assert!(page.text().contains(RUTH));
    assert_eq!(page.must("cache-control"), "no-store");

    let claims = team.claims(now, ANN);
    let changed = |name: &str, value: Json| {
        let mut claims = claims.clone();
        claims[name] = value;
        team.sign(&claims)
    };
    let header = |alg: &str| json!({ "alg": alg, "kid": SigningKey::Current.id() });
    let (signed, signature) = genuine.rsplit_once('.').expect("three parts");
    let of_ann = team.sign(&claims);
    let (signed_of_ann, _) = of_ann.rsplit_once('.').expect("three parts");
    for (what, token) in [
        ("nothing", String::new()),
        ("nonsense", "a.b.c".to_owned()),
        ("no signature", format!("{signed}.")),
        (
            "another's signature",
            format!("{signed_of_ann}.{signature}"),
        ),
        (
            "another key",
            Access::sign_with(SigningKey::Next, &header("RS256"), &claims),
        ),
        (
            "alg none",
            Access::sign_with(SigningKey::Current, &header("none"), &claims),
        ),
        (
            "alg HS256",
            Access::sign_with(SigningKey::Current, &header("HS256"), &claims),
        ),
        ("expired", changed("exp", json!(now.0 - 120))),
        ("too early", changed("nbf", json!(now.0 + 3_600))),
        ("another audience", changed("aud", json!(["0".repeat(64)]))),
        (
            "another issuer",
            changed("iss", json!("https://x.cloudflareaccess.com")),
        ),
        ("no person", changed("email", Json::Null)),
    ] {
        let answer = with_header(&shop, &token);
        assert_eq!(answer.status, 401, "{what}: {answer}");
        assert_eq!(answer.must("www-authenticate"), "Cloudflare-Access");
    }
    let stranger = team.sign_in(now, "stranger@shop.test");
    assert_eq!(with_header(&shop, &stranger).status, 403);
    let unknown = json!({ "alg": "RS256", "kid": "unknown" });
    let unknown = Access::sign_with(SigningKey::Current, &unknown, &claims);
    assert_eq!(with_header(&shop, &unknown).status, 401);
}

/// A33, S64, S68: from the upload to the confirmation, with the document and a second decision.
#[test]
fn a33_a_reviewer_approves_a_proof_and_the_buyers_page_says_confirmed() {
    let shop = shared();
    let order = shop.visitor().order();
    let proof = order.hand_in(&png());
    order.assert_status("in_review");

    let ruth = shop.staff(RUTH);
    let review = format!("/staff/orders/{}/review", order.number);
    assert!(ruth.open("/staff").expect(200).text().contains(&review));
    let page = ruth.open(&review).expect(200).text();
    assert!(page.contains(&format!("/staff/proofs/{proof}")), "{page}");
    let file = ruth.open(&format!("/staff/proofs/{proof}")).expect(200);
    assert!(file.body == png());
    assert_eq!(
        file.must("content-security-policy"),
        "default-src 'none'; sandbox; frame-ancestors 'none'"
    );
    assert_eq!(file.must("content-type"), "image/png");
    let support = shop.staff(SUE);
    assert_eq!(support.open(&format!("/staff/proofs/{proof}")).status, 403);
    assert_eq!(shop.get(&format!("/staff/proofs/{proof}")).status, 401);

    let seen = input_value(&page, "seen");
    let fields = [
        ("proof", proof.as_str()),
        ("seen", &seen),
        ("bank_account_id", "meridian-eur"),
        ("amount", "119.00"),
        ("value_date", "2026-11-21"),
        ("reference", &order.number),
    ];
    let approve = format!("/staff/orders/{}/approve", order.number);
    assert_eq!(support.submit(&approve, &fields).status, 403);
    let reply = ruth.submit(&approve, &fields).expect(303);
    let told = format!("/staff?decided={}", order.number);
    assert_eq!(reply.must("location"), told);
    order.wait_for_status("confirmed");
    assert!(order.page().text().contains("Confirmed"));
    assert_eq!(ruth.submit(&approve, &fields).status, 409);
    assert!(
        order
            .subjects()
            .iter()
            .any(|subject| subject.contains("confirmed"))
    );

    let found = ruth.submit("/staff/search", &[("query", &order.number)]);
    assert!(
        found
            .expect(200)
            .text()
            .contains(&format!("/staff/orders/{}", order.number))
    );
    let story = ruth
        .open(&format!("/staff/orders/{}", order.number))
        .expect(200);
    assert!(story.text().contains(&format!("staff:{RUTH}")));
    shop.check();
}

/// T27: the same form, from elsewhere or without its token.
#[test]
fn a_form_of_another_site_changes_nothing() {
    let shop = shared();
    let ann = shop.staff(ANN);
    let page = ann.open("/staff/people").expect(200).text();
    let token = input_value(&page, "form_token");
    let cookie = format!("CF_Authorization={}", ann.assertion);
    for (origin, token) in [
        ("https://evil.example", token.as_str()),
        ("null", &token),
        (&shop.shop_url, ""),
        (&shop.shop_url, "0"),
    ] {
        let fields = [
            ("form_token", token),
            ("email", "eve@shop.test"),
            ("role", "admin"),
        ];
        let form = encoded(&fields);
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("origin", origin),
            ("cookie", &cookie),
        ];
        let body = Body::Whole(form.as_bytes());
        let answer = shop.visitor().send("POST", "/staff/people", &headers, body);
        assert_eq!(answer.status, 403, "{origin} {token}");
    }
    let sql = "SELECT count(*) FROM staff WHERE email = 'eve@shop.test'";
    assert_eq!(shop.database.number(sql), 0);
}

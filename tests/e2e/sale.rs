//! Sales as they go, by the JSON interface.

use std::fs;
use std::process::Command;

use common::harness::{self, Body, LiveOrder, order_body, shared, wait_for};
use serde_json::{Value as Json, json};

/// The README's calls, word for word, with curl.
#[test]
fn the_five_calls_of_the_readme_make_a_sale() {
    let shop = shared();
    let calls = readme_calls();
    let curl = |number: usize, order: &str, token: &str| -> Json {
        let output = Command::new("bash")
            .args(["-euc", &calls[number - 1]])
            .env("SHOP", &shop.shop_url)
            .env("NUMBER", order)
            .env("TOKEN", token)
            .output()
            .expect("the README's calls need bash and curl: install them");
        let text = String::from_utf8_lossy(&output.stdout);
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {output:?}"))
    };

    let products = curl(1, "", "")["products"].clone();
    let names = products.as_array().unwrap().iter();
    let names: Vec<_> = names.map(|product| &product["product"]).collect();
    assert_eq!(
        names,
        [
            "site-backup",
            "uptime-watch",
            "studio",
            "trial",
            "ten-licences"
        ]
    );
    let total = curl(2, "", "")["quote"]["total"].clone();
    assert_eq!(total, json!({ "amount": 11_900, "currency": "EUR" }));

    let made = curl(3, "", "");
    for (variable, field) in readme_variables() {
        assert!(made[&field].is_string(), "{variable} of {made:#}");
    }
    let order = LiveOrder::of(&shop.visitor(), &made);
    let begun = curl(4, &order.number, &order.token);
    let session = order.session_at(&begun);
    assert_eq!(session.status(), "open");
    session.choose("pay");

    let view = curl(5, &order.number, &order.token)["order"].clone();
    assert_eq!(view["status"], "confirmed", "{view:#}");
    assert_eq!(view["paid"], total);
    assert_eq!(view["paid_by"], "Visa ending 4242, Jenny Rosen");
    assert_eq!(view["subscription_id"].as_str().unwrap().len(), 14);
    let captured = shop
        .sandbox
        .captured(&session.id)
        .expect("money at the provider");
    assert_eq!(captured["amount"], total["amount"]);
    wait_for("the release", || (order.releases() == 1).then_some(()));
    shop.check();
}

/// The commands of the README's sale, without the line that names the shop.
fn readme_calls() -> Vec<String> {
    let readme = fs::read_to_string(harness::workspace().join("README.md")).expect("a README");
    let (_, sale) = readme.split_once("A sale in five calls").expect("the sale");
    let (_, block) = sale.split_once("```sh\n").expect("its calls");
    let (block, _) = block.split_once("```").expect("their end");
    let is_call = |part: &&str| part.starts_with(|first: char| first.is_ascii_digit());
    let calls = block.split("\n# ").filter(is_call);
    let calls: Vec<String> = calls.map(|call| format!("# {call}")).collect();
    assert_eq!(calls.len(), 5, "{calls:#?}");
    calls
}

/// The variables that the README takes out of the answer to the third call, with their fields.
fn readme_variables() -> Vec<(String, String)> {
    let readme = fs::read_to_string(harness::workspace().join("README.md")).expect("a README");
    let line = readme.lines().find(|line| line.starts_with("NUMBER="));
    let parts = line.expect("the line").split(" order.json)");
    let variables: Vec<_> = parts
        .filter_map(|part| part.trim().split_once("=$(jq -r ."))
        .map(|(variable, field)| (variable.to_owned(), field.to_owned()))
        .collect();
    let names: Vec<_> = variables.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["NUMBER", "TOKEN"]);
    variables
}

#[test]
fn a03_an_order_can_be_read_as_soon_as_it_exists() {
    let shop = shared();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            let visitor = shop.visitor();
            scope.spawn(move || {
                let order = visitor.order();
                assert_eq!(order.view()["order_number"], order.number.as_str());
                assert!(order.page().text().contains("Awaiting payment"));
            });
        }
    });
}

#[test]
fn a05_five_parallel_requests_of_one_key_make_one_order() {
    let shop = shared();
    let visitor = shop.visitor();
    let body = order_body(&visitor.email());
    let key = visitor.key("order");
    let answers: Vec<_> = std::thread::scope(|scope| {
        let post = || {
            visitor
                .post("/v1/orders", &key, None, &body)
                .expect(201)
                .json()
        };
        let running: Vec<_> = (0..5).map(|_| scope.spawn(post)).collect();
        running
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    assert!(
        answers.iter().all(|answer| *answer == answers[0]),
        "{answers:#?}"
    );
    let order = LiveOrder::of(&visitor, &answers[0]);
    let rows = format!(
        "SELECT count(*) FROM orders WHERE customer_email = '{}'",
        visitor.email()
    );
    assert_eq!(shop.database.number(&rows), 1);
    assert_eq!(order.subjects(), ["Your order # at Demo shop"]);

    let mut other = body.clone();
    other["items"][0]["quantity"] = json!(3);
    let answer = visitor.post("/v1/orders", &key, None, &other).expect(409);
    assert_eq!(answer.code(), "idempotency_key_reused");
}

#[test]
fn a_total_that_is_not_the_one_shown_orders_nothing() {
    let shop = shared();
    let visitor = shop.visitor();
    let mut body = order_body(&visitor.email());
    body["expected_total"] = json!(1);
    let answer = visitor
        .post("/v1/orders", &visitor.key("order"), None, &body)
        .expect(409);
    assert_eq!(answer.code(), "total_changed");
    let rows = format!(
        "SELECT count(*) FROM orders WHERE customer_email = '{}'",
        visitor.email()
    );
    assert_eq!(shop.database.number(&rows), 0);
}

#[test]
fn a_declined_card_leaves_the_checkout_open_and_another_card_pays() {
    let shop = shared();
    let order = shop.visitor().order();
    let session = order.pay();
    session.choose("decline");
    order.assert_status("awaiting_payment");
    assert_eq!(session.status(), "open");
    session.choose("pay");
    order.assert_confirmed_once();
}

#[test]
fn s58_a_delayed_payment_confirms_when_the_money_arrives_and_not_before() {
    let shop = shared();
    let order = shop.visitor().order();
    let session = order.pay();
    session.choose("pay_delayed");
    order.assert_status("processing");
    assert_eq!(order.releases(), 0);
    let answer = order.try_pay(&order.visitor.key("another")).expect(409);
    assert_eq!(answer.code(), "payment_processing");
    assert_eq!(order.cancel().expect(409).code(), "payment_processing");
    session.choose("delayed_succeeds");
    order.wait_for_status("confirmed");
    order.assert_confirmed_once();
}

#[test]
fn s06_a_delayed_payment_that_fails_can_be_tried_again() {
    let shop = shared();
    let order = shop.visitor().order();
    let first = order.pay();
    first.choose("pay_delayed");
    first.choose("delayed_fails");
    order.wait_for_status("not_paid");
    assert!(order.page().text().contains("Not paid"));

    let answer = order
        .try_pay(&order.visitor.key("second-payment"))
        .expect(201);
    let second = order.session_of(&answer);
    assert_ne!(second.id, first.id);
    second.choose("pay");
    order.assert_confirmed_once_with(&[
        "Your payment did not arrive: order #",
        "Your order # is confirmed",
    ]);
    assert!(order.history().contains(&"payment_failed".to_owned()));
}

#[test]
fn s31_an_order_that_costs_nothing_is_confirmed_without_a_provider() {
    let shop = shared();
    let visitor = shop.visitor();
    let mut body = order_body(&visitor.email());
    body["items"][0] = json!({ "product": "trial", "quantity": 1 });
    let order = visitor.order_of(&body);
    order.assert_status("confirmed");
    assert_eq!(
        order.try_pay(&visitor.key("payment")).expect(409).code(),
        "already_paid"
    );
    assert!(shop.sandbox.sessions_of(&order.number).is_empty());
    let subjects = order.subjects();
    assert!(
        subjects.contains(&"Your order # is confirmed".to_owned()),
        "{subjects:?}"
    );
    assert_eq!(order.releases(), 1);
}

#[test]
fn s42_a_sale_in_yen_has_no_decimals_anywhere() {
    let shop = shared();
    let visitor = shop.visitor();
    let mut body = order_body(&visitor.email());
    body["currency"] = json!("JPY");
    body["billing"]["country"] = json!("JP");
    let order = visitor.order_of(&body);
    let session = order.pay();
    session.choose("pay");
    order.assert_confirmed_once();
    let captured = shop.sandbox.captured(&session.id).unwrap();
    assert_eq!(
        (&captured["amount"], &captured["currency"]),
        (&json!(17_600), &json!("jpy"))
    );
    assert!(
        order.page().text().contains("17,600 JPY"),
        "{}",
        order.page()
    );
}

/// The browser's way: form, order page, redirect to the provider.
#[test]
fn a_form_orders_and_a_button_leads_to_the_provider() {
    let shop = shared();
    let visitor = shop.visitor();
    let email = visitor.email();
    let form = [
        ("product", "uptime-watch"),
        ("period_months", "1"),
        ("currency", "USD"),
        ("quantity", "1"),
        ("idempotency_key", "form-key-0000000000000001"),
        ("step", "order"),
        ("customer_name", "Grace Hopper"),
        ("customer_email", &email),
        ("billing_name", "Grace Hopper"),
        ("billing_line1", "1 Main St"),
        ("billing_city", "New York"),
        ("billing_region", "NY"),
        ("billing_postal_code", "10001"),
        ("billing_country", "US"),
    ];
    let ordered = visitor.submit("/checkout", "", &form).expect(303);
    let page = ordered.must("location").to_owned();
    let cookie = ordered
        .must("set-cookie")
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    let shown = visitor
        .send("GET", &page, &[("cookie", &cookie)], Body::None)
        .expect(200)
        .text();
    assert!(shown.contains("5.43 USD"), "{shown}");

    let pay = [
        ("method", "stripe"),
        ("idempotency_key", "pay-after-first-payment-of-order"),
    ];
    let sent_on = visitor
        .submit(&format!("{page}/pay"), &cookie, &pay)
        .expect(303);
    let checkout = format!("{}/pay/cs_test_", shop.sandbox.url);
    assert!(sent_on.must("location").starts_with(&checkout), "{sent_on}");
}

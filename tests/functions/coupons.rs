//! Purchase with coupon: what a code takes off, who learns what about codes, and the life of a use.

use common::{
    Buyer, Io, Shop, Trouble, body_with_coupon, code_of, input_value, json_of, order_body,
    percent_off, text,
};
use edgetill::http::Reply;
use serde_json::json;
use shared::http::Method;

use crate::checkout;

const KEY: &str = "coupon-order-key-00000001";

fn quote_with(shop: &Shop, code: &str) -> Reply {
    let body = json!({
        "items": order_body()["items"], "currency": "EUR", "country": "DE", "coupon": code,
    });
    shop.post("/v1/quotes", KEY, None, &body)
}

fn lookup(shop: &Shop, code: &str) -> Reply {
    let query = "product=site-backup&period_months=12&currency=EUR";
    shop.get(&format!("/v1/coupons/{code}?{query}"))
}

fn pay_at_stripe(shop: &Shop, buyer: &Buyer) -> String {
    let session = shop.pay(buyer);
    shop.pay_at_stripe(&session);
    session
}

/// A41, A42: the quote shows list price, discount, tax and due; the order keeps them and the code, and
/// the provider is asked for exactly that.
#[test]
fn a42_a_purchase_with_coupon_is_paid_at_the_price_that_was_shown() {
    let shop = Shop::open();
    let code = shop.coupon(&percent_off("20"), 1, Some(1));
    let typed = format!(" {}-{} ", &code[..4], code[4..].to_lowercase());
    let quote = json_of(&quote_with(&shop, &typed))["quote"].clone();
    let amounts =
        ["subtotal", "discount", "tax", "total"].map(|part| quote[part]["amount"].clone());
    assert_eq!(amounts, [10_000, 2_000, 1_520, 9_520]);
    assert_eq!(quote["coupon"], code);
    assert_eq!(shop.count("redemptions"), 0, "a quote reserves nothing");

    let mut body = body_with_coupon(&typed);
    body["expected_total"] = json!(9_520);
    let buyer = shop.redeem(&body, KEY);
    assert_eq!(shop.redemptions(), ["held 1"]);
    assert_eq!(shop.view(&buyer)["quote"], quote);
    let page = shop.page(&buyer);
    let grouped = format!(
        "{}-{}-{}-{}",
        &code[..4],
        &code[4..8],
        &code[8..12],
        &code[12..]
    );
    assert!(page.contains(&format!("Discount ({grouped})")), "{page}");
    assert!(page.contains("−20.00\u{a0}EUR"), "{page}");
    pay_at_stripe(&shop, &buyer);
    shop.deliver_webhooks();
    assert_eq!(shop.status(&buyer), "confirmed");
    assert_eq!(shop.redemptions(), ["consumed 1"]);
    assert_eq!(shop.view(&buyer)["paid"]["amount"], 9_520);
    let summary = format!(
        "\n\nSite Backup\n  12 months, quantity 1: 100.00\u{a0}EUR\n\nList price: 100.00\u{a0}EUR\n\
         Discount: −20.00\u{a0}EUR ({grouped})\nVAT (19 %, Germany): 15.20\u{a0}EUR\n\
         Total: 95.20\u{a0}EUR\n\n"
    );
    for mail in ["is confirmed", " at "].map(|words| shop.mail_about(words)) {
        assert!(mail.contains(&summary), "{mail}");
    }
    shop.check();
}

/// S31, A43: a coupon of 100 % completes without a provider, once.
#[test]
fn a43_s31_a_free_order_completes_without_a_provider() {
    let shop = Shop::open();
    let plan = json!({ "benefit": "free_plan", "product": "site-backup", "period_months": 12 });
    let code = shop.coupon(&plan, 1, Some(1));
    let buyer = shop.order_of(&body_with_coupon(&code), KEY);
    assert_eq!(shop.redemptions(), ["held 1"]);
    assert_eq!(shop.releases(), 0, "nobody has shown who they are");
    shop.confirm_email(&buyer);
    assert_eq!(shop.status(&buyer), "confirmed");
    assert_eq!(shop.redemptions(), ["consumed 1"]);
    let again = shop.post("/v1/orders", KEY, None, &body_with_coupon(&code));
    assert_eq!(again.status, 201, "the same request is told its order");
    assert_eq!(shop.count("orders"), 1);
    assert_eq!(shop.releases(), 1);
    assert_eq!(shop.count("payments"), 0);
    let mail = shop.mail_about("is confirmed");
    assert!(mail.contains("There was nothing to pay"), "{mail}");
    assert!(!mail.contains("Paid by"), "{mail}");
    shop.check();
}

/// D03, S84, S85: nobody learns which codes exist: unknown, used, over, paused and foreign ones have one
/// answer, byte for byte, at the cost of the same statements.
#[test]
fn d03_s84_unknown_used_and_foreign_codes_have_one_answer() {
    let shop = Shop::open();
    let used = shop.coupon(&percent_off("20"), 1, None);
    shop.order_of(&body_with_coupon(&used), KEY);
    let other_product = json!({ "benefit": "percent", "percent": "20", "products": ["studio"] });
    let other_currency = json!({ "benefit": "percent", "percent": "20", "currencies": ["USD"] });
    let (over, paused) = (
        shop.coupon(&percent_off("9"), 1, None),
        shop.coupon(&percent_off("9"), 1, None),
    );
    shop.world.database(|database| {
        database.execute(&format!(
            "DROP TRIGGER coupons_frozen;
             UPDATE coupons SET ends_at = 1 WHERE coupon_code = '{over}';
             UPDATE coupons SET state = 'paused' WHERE coupon_code = '{paused}'"
        ));
    });
    let codes = [
        "K2ED5SR3Q06W2D".to_owned(),
        used,
        shop.coupon(&other_product, 1, None),
        shop.coupon(&other_currency, 1, None),
        over,
        paused,
    ];
    let _ = shop.world.take_io();
    let answers: Vec<(String, String, Vec<Io>)> = codes
        .iter()
        .map(|code| {
            let shown = text(&lookup(&shop, code));
            let looked = shop.world.take_io();
            let quote = quote_with(&shop, code);
            assert_eq!(quote.status, 422);
            let _ = shop.world.take_io();
            (shown, json_of(&quote)["errors"].to_string(), looked)
        })
        .collect();
    for answer in &answers {
        assert_eq!(answer.0, answers[0].0);
        assert_eq!(answer.1, answers[0].1);
        assert_eq!(
            answer.2,
            [Io::Commit(vec!["COUPON", "COUNT_TRY"])],
            "one round trip"
        );
    }
    assert!(
        answers[0].0.contains("\"usable\":false"),
        "{}",
        answers[0].0
    );
    assert!(answers[0].1.contains("coupon_unusable"), "{}", answers[0].1);
    let good = shop.coupon(&percent_off("20"), 1, None);
    assert!(text(&lookup(&shop, &good)).contains("\"message\":\"20 % off\""));
    assert_eq!(shop.count("orders"), 1);
    shop.check();
}

/// S84: a code whose time is over between the quote and the order is refused; once the order holds its
/// use, the price that was shown is the price.
#[test]
fn s84_a_code_that_ends_before_the_order_is_refused_and_after_it_is_honoured() {
    for ends_first in [true, false] {
        let shop = Shop::open();
        let code = shop.coupon(&percent_off("20"), 1, None);
        assert_eq!(quote_with(&shop, &code).status, 200);
        let end = || {
            shop.world.database(|database| {
                database.execute("DROP TRIGGER coupons_frozen; UPDATE coupons SET ends_at = 1");
            });
        };
        if ends_first {
            end();
            let reply = shop.post("/v1/orders", KEY, None, &body_with_coupon(&code));
            assert_eq!(json_of(&reply)["errors"][0]["code"], "coupon_unusable");
            assert_eq!((shop.count("orders"), shop.count("redemptions")), (0, 0));
            continue;
        }
        let buyer = shop.redeem(&body_with_coupon(&code), KEY);
        end();
        pay_at_stripe(&shop, &buyer);
        shop.deliver_webhooks();
        assert_eq!(shop.view(&buyer)["paid"]["amount"], 9_520);
        assert_eq!(shop.redemptions(), ["consumed 1"]);
        shop.check();
    }
}

/// S86: a fixed amount above the price brings the total to zero and no further; the rest is lost, and the
/// order is paid for.
#[test]
fn s86_a_coupon_larger_than_the_total_leaves_nothing_due_and_nothing_over() {
    let shop = Shop::open();
    let amounts = json!([{ "amount": 1_000_000, "currency": "EUR" }]);
    let code = shop.coupon(&json!({ "benefit": "amount", "amounts": amounts }), 2, None);
    let quote = json_of(&quote_with(&shop, &code))["quote"].clone();
    let parts = ["subtotal", "discount", "tax", "total"];
    let parts = parts.map(|part| quote[part]["amount"].clone());
    assert_eq!(parts, [10_000, 10_000, 0, 0]);
    let buyer = shop.redeem(&body_with_coupon(&code), KEY);
    assert_eq!(shop.status(&buyer), "confirmed");
    assert_eq!(shop.redemptions(), ["consumed 1"]);
    assert_eq!((shop.releases(), shop.count("payments")), (1, 0));
    assert_eq!(shop.ledger(), [""; 0], "no money is made of it");
    shop.check();
}

/// A41: a typing error is told apart without asking the database.
#[test]
fn a41_a_typing_error_costs_no_read_and_no_try() {
    let shop = Shop::open();
    let _ = shop.world.take_io();
    let reply = lookup(&shop, "K2ED-5SR3-Q06W-2E");
    assert_eq!(reply.status, 422);
    assert_eq!(json_of(&reply)["errors"][0]["code"], "coupon_mistyped");
    assert_eq!(shop.world.take_io(), []);
    assert_eq!(shop.count("attempts"), 0);
}

/// S80: the hold is freed when its order is cancelled or expires, and only then.
#[test]
fn s80_a_use_is_given_back_when_its_order_finally_fails() {
    let shop = Shop::open();
    let code = shop.coupon(&percent_off("20"), 1, Some(1));
    let refused = |key: &str| {
        let reply = shop.post("/v1/orders", key, None, &body_with_coupon(&code));
        assert_eq!(json_of(&reply)["errors"][0]["code"], "coupon_unusable");
    };
    let first = shop.order_of(&body_with_coupon(&code), KEY);
    refused("coupon-order-key-00000002");
    assert_eq!(shop.cancel(&first).status, 200);
    assert_eq!(shop.redemptions(), ["released 0"]);

    shop.world.advance(60);
    let second = shop.order_of(&body_with_coupon(&code), "coupon-order-key-00000003");
    refused("coupon-order-key-00000004");
    shop.run_cron(60);
    shop.tick_after(40 * 86_400);
    assert_eq!(shop.status(&second), "expired");
    shop.world.advance(60);
    shop.order_of(&body_with_coupon(&code), "coupon-order-key-00000005");
    assert_eq!(shop.redemptions(), ["released 1", "released 1", "held 1"]);
    shop.check();
}

/// S81: money that is on its way keeps the hold, and the settlement honours the price that was shown,
/// though the coupon was paused and is over by then.
#[test]
fn s81_a_slow_payment_keeps_its_hold_and_its_price() {
    let shop = Shop::open();
    let code = shop.coupon(&percent_off("20"), 1, None);
    let buyer = shop.redeem(&body_with_coupon(&code), KEY);
    let session = shop.pay(&buyer);
    shop.pay_later_at_stripe(&session);
    shop.deliver_webhooks();
    shop.world.database(|database| {
        database.execute(
            "UPDATE coupons SET state = 'paused'; DROP TRIGGER coupons_frozen;
             UPDATE coupons SET ends_at = 1",
        );
    });
    for _ in 0..10 {
        shop.tick_after(86_400);
    }
    assert_eq!(shop.redemptions(), ["held 1"]);
    let settled =
        |sandbox: &mut sandbox::Sandbox, now| sandbox.stripe.delayed_succeeds(now, &session);
    shop.world.sandbox(settled).expect("money on its way");
    shop.deliver_webhooks();
    assert_eq!(shop.status(&buyer), "confirmed");
    assert_eq!(shop.redemptions(), ["consumed 1"]);
    shop.check();
}

/// A41: the error stands beside the field, nothing typed is lost, and the total is the plain one.
#[test]
fn a41_the_checkout_takes_a_code_and_says_beside_the_field_what_is_wrong() {
    let shop = Shop::open();
    let code = shop.coupon(&percent_off("20"), 1, Some(1));
    let send = |coupon: &str, total: &str, step: &str| {
        let fields = [
            ("idempotency_key", KEY),
            ("coupon", coupon),
            ("expected_total", total),
            ("step", step),
        ];
        shop.submit("/checkout", None, &checkout::form(&fields))
    };
    for (typed, sentence) in [
        ("K2ED-5SR3-Q06W-2E", "There is a typing error in this code."),
        (
            "K2ED-5SR3-Q06W-2D",
            "This code cannot be used for this order.",
        ),
    ] {
        for step in ["order", "quote"] {
            let reply = send(typed, "11900", step);
            assert_eq!(reply.status, 422, "{typed} {step}");
            let page = text(&reply);
            let at = page.find("id=\"coupon-error\">").expect("an error");
            assert!(page[at..].starts_with(&format!("id=\"coupon-error\">{sentence}")));
            assert_eq!(input_value(&page, "coupon"), typed);
            assert_eq!(input_value(&page, "customer_name"), "Ada Lovelace");
            assert_eq!(input_value(&page, "expected_total"), "11900");
        }
    }
    assert_eq!(shop.count("orders"), 0);
    let page = text(&send(&code, "11900", "quote"));
    assert!(page.contains("−20.00\u{a0}EUR"), "{page}");
    assert_eq!(input_value(&page, "expected_total"), "9520");
    let stale = send(&code, "11900", "order");
    assert_eq!(stale.status, 409, "the total that was shown was another");
    assert_eq!(send(&code, "9520", "order").status, 303);
    assert_eq!(shop.redemptions(), ["held 1"]);
    shop.check();
}

/// P4: whatever step fails while an order with a coupon is made, the same request makes one order with
/// one use.
#[test]
fn p4_an_order_with_a_coupon_is_made_once_whatever_step_fails() {
    for trouble in [Trouble::Before, Trouble::After] {
        for step in 0..6 {
            let shop = Shop::open();
            let code = shop.coupon(&percent_off("20"), 1, Some(1));
            shop.world.trouble_at(step, trouble);
            shop.post("/v1/orders", KEY, None, &body_with_coupon(&code));
            shop.world.forget_trouble();
            let buyer = shop.order_of(&body_with_coupon(&code), KEY);
            // The mail may be left to cron.
            shop.tick_after(60);
            shop.confirm_email(&buyer);
            assert_eq!(shop.count("orders"), 1, "{trouble:?} {step}");
            assert_eq!(shop.redemptions(), ["held 1"], "{trouble:?} {step}");
            pay_at_stripe(&shop, &buyer);
            shop.deliver_webhooks();
            assert_eq!(shop.redemptions(), ["consumed 1"], "{trouble:?} {step}");
            shop.check();
        }
    }
}

/// The lookup needs a product and a currency, and says so all at once.
#[test]
fn a_lookup_that_asks_about_nothing_is_told_what_is_missing() {
    let shop = Shop::open();
    let reply = shop.send(
        Method::Get,
        "/v1/coupons/K2ED5SR3Q06W2D?period_months=x",
        &[],
        b"",
    );
    assert_eq!(code_of(&reply), "invalid_fields");
    let problem = json_of(&reply);
    let fields: Vec<&str> = problem["errors"]
        .as_array()
        .expect("errors")
        .iter()
        .filter_map(|error| error["field"].as_str())
        .collect();
    assert_eq!(fields, ["product", "period_months", "currency"]);
}

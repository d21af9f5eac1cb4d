//! A40: redeeming is bound to a customer, whose address is confirmed by a one-time code.

mod hostile;
mod limits;
mod races;

use common::{
    Buyer, Shop, body_with_coupon, code_of, input_value, json_of, order_body, percent_off,
    problem_of, settings, text,
};
use edgetill::http::Reply;
use sandbox::stripe::Outcome;
use serde_json::{Value as Json, json};
use shared::http::Method;

const KEY: &str = "email-code-order-key-0001";
const ANOTHER: &str = "email-code-asking-key-001";

fn body_with(shop: &Shop, terms: &Json) -> Json {
    body_with_coupon(&shop.coupon(terms, 9, Some(1)))
}

fn twenty_percent(shop: &Shop) -> Json {
    body_with(shop, &percent_off("20"))
}

fn for_nothing(shop: &Shop) -> Json {
    let plan = json!({ "benefit": "free_plan", "product": "site-backup", "period_months": 12 });
    body_with(shop, &plan)
}

/// An order with a coupon of 20 %.
fn ordered(shop: &Shop) -> Buyer {
    let body = twenty_percent(shop);
    shop.order_of(&body, KEY)
}

/// A code that is not the one that was sent.
fn wrong(shop: &Shop, buyer: &Buyer) -> String {
    let code = shop.mailed_code(buyer);
    let last = code.chars().last().expect("a digit");
    let other = if last == '9' { '0' } else { '9' };
    format!("{}{other}", &code[..code.len() - 1])
}

/// What stands beside the field.
fn error_of(reply: &Reply) -> String {
    assert_eq!(reply.status, 422, "{}", text(reply));
    let errors = json_of(reply)["errors"].clone();
    assert_eq!(errors.as_array().map(Vec::len), Some(1), "{errors}");
    assert_eq!(errors[0]["field"], "code");
    let part = |name: &str| errors[0][name].as_str().expect("a text").to_owned();
    format!("{}: {}", part("code"), part("message"))
}

fn events(shop: &Shop) -> Vec<String> {
    shop.texts(
        "SELECT event || ' ' || actor AS text FROM order_history ORDER BY order_number, version",
    )
}

/// An order with a coupon can be paid once its customer has typed the code, and not before.
#[test]
fn a40_an_order_with_a_coupon_is_paid_once_its_customer_is_known() {
    let shop = Shop::with_bank();
    let buyer = ordered(&shop);
    let order = shop.view(&buyer);
    assert_eq!(order["status"], "awaiting_email");
    assert_eq!(
        order["actions"],
        json!(["confirm_email", "cancel", "replace"])
    );
    assert_eq!(order["methods"], json!([]));
    assert_eq!(order["expires_at"], "2026-11-21T19:00:00Z");
    assert_eq!(
        order["email_confirmation"],
        json!({
            "state": "needed",
            "expires_at": "2026-11-21T18:15:00Z",
            "tries_left": 5,
            "send_again_at": "2026-11-21T18:01:00Z",
        })
    );
    assert_eq!(shop.mail_kinds(), ["mail_email_code"]);

    let paid = shop.try_pay(&buyer, "payment-key-000000000001");
    assert_eq!(problem_of(&paid), "409 email_not_confirmed");
    let by_bank = shop.choose_transfer(&buyer, "transfer-key-00000000001");
    assert_eq!(problem_of(&by_bank), "409 email_not_confirmed");
    assert_eq!(shop.count("payments"), 0);
    let page = shop.page(&buyer);
    assert!(!page.contains("Pay by"), "{page}");

    let confirmed = shop.confirm_email(&buyer);
    let order = json_of(&confirmed)["order"].clone();
    assert_eq!(order["status"], "awaiting_payment");
    assert_eq!(order["email_confirmation"]["state"], "confirmed");
    assert_eq!(order["email_confirmation"]["send_again_at"], Json::Null);
    assert_eq!(order["methods"], json!(["stripe", "paypal", "bank"]));
    assert_eq!(order["expires_at"], "2026-11-24T18:00:00Z");
    assert_eq!(
        shop.mail_kinds(),
        ["mail_email_code", "mail_order_received"]
    );
    assert_eq!(events(&shop), ["created buyer", "email_confirmed buyer"]);

    let session = shop.pay(&buyer);
    assert!(shop.try_to_pay_at_stripe(&session, Outcome::Paid));
    shop.deliver_webhooks();
    assert_eq!(shop.status(&buyer), "confirmed");
    assert_eq!(shop.redemptions(), ["consumed 1"]);
    shop.check_at_rest();
}

/// A43: an order with nothing to pay completes in the request that confirms its address.
#[test]
fn a43_an_order_with_nothing_to_pay_completes_when_its_address_is_confirmed() {
    let shop = Shop::open();
    let buyer = shop.order_of(&for_nothing(&shop), KEY);
    assert_eq!(shop.status(&buyer), "awaiting_email");
    assert_eq!(
        (shop.releases(), shop.mails_of("mail_order_received")),
        (0, 0)
    );
    let reply = shop.confirm_email(&buyer);
    assert_eq!(json_of(&reply)["order"]["status"], "confirmed");
    assert_eq!(shop.releases(), 1);
    assert_eq!(
        shop.mail_kinds(),
        ["mail_email_code", "mail_payment_confirmed"]
    );
    assert_eq!(
        events(&shop),
        ["created buyer", "email_confirmed buyer", "confirmed buyer"]
    );
    shop.check_at_rest();
}

/// An order without a coupon has nothing to confirm, whatever it comes to.
#[test]
fn a40_an_order_without_a_coupon_is_untouched() {
    let shop = Shop::open();
    let buyer = shop.order();
    assert_eq!(shop.view(&buyer)["email_confirmation"], Json::Null);
    for reply in [
        shop.type_code(&buyer, "1234 5678"),
        shop.ask_for_code(&buyer, ANOTHER),
    ] {
        assert_eq!(json_of(&reply)["order"]["status"], "awaiting_payment");
    }
    shop.offer("site-backup", 12, "EUR", 0);
    let free = shop.order_of(&order_body(), KEY);
    assert_eq!(shop.status(&free), "confirmed");
    assert_eq!(
        (shop.count("email_codes"), shop.mails_of("mail_email_code")),
        (0, 0)
    );
    shop.check();
}

/// The same code twice, by the same request or another one, is one confirmation with one answer.
#[test]
fn p2_a_confirmation_that_comes_again_changes_nothing() {
    let shop = Shop::open();
    for (key, body) in [
        (KEY, twenty_percent(&shop)),
        ("email-code-order-key-0002", for_nothing(&shop)),
    ] {
        let buyer = shop.order_of(&body, key);
        let code = shop.mailed_code(&buyer);
        let first = shop.type_code(&buyer, &code);
        assert_eq!(first.status, 200);
        let after = (shop.count("order_history"), shop.count("outbox"));
        let path = format!("/v1/orders/{}/email-confirmation", buyer.number);
        for key in ["", KEY, "a-key-of-another-request"] {
            let again = shop.post(&path, key, Some(&buyer.token), &json!({ "code": code }));
            assert_eq!((again.status, text(&again)), (200, text(&first)));
        }
        assert_eq!((shop.count("order_history"), shop.count("outbox")), after);
        shop.check();
    }
}

/// The code of one order is worth nothing to another, though the address is the same.
#[test]
fn a40_the_code_of_another_order_confirms_nothing() {
    let shop = Shop::open();
    let one = ordered(&shop);
    let other = shop.order_of(&twenty_percent(&shop), "email-code-order-key-0002");
    let (first, second) = (shop.mailed_code(&one), shop.mailed_code(&other));
    assert_ne!(first, second);
    assert!(error_of(&shop.type_code(&other, &first)).starts_with("code_wrong"));
    assert!(error_of(&shop.type_code(&one, &second)).starts_with("code_wrong"));
    let stranger = Buyer {
        token: other.token.clone(),
        ..one.clone()
    };
    assert_eq!(
        problem_of(&shop.type_code(&stranger, &first)),
        "404 order_not_found"
    );
    assert_eq!(
        problem_of(&shop.ask_for_code(&stranger, ANOTHER)),
        "404 order_not_found"
    );
    shop.confirm_email(&one);
    assert_eq!(shop.status(&other), "awaiting_email");
    shop.check();
}

/// An address that nobody confirms keeps a coupon for an hour, to the second.
#[test]
fn a40_an_order_that_nobody_confirms_ends_after_an_hour() {
    let shop = Shop::open();
    let buyer = ordered(&shop);
    shop.world.advance(3_599);
    assert_eq!(shop.status(&buyer), "awaiting_email");
    shop.world.advance(1);
    assert_eq!(shop.status(&buyer), "expired");
    let code = shop.mailed_code(&buyer);
    assert_eq!(
        problem_of(&shop.type_code(&buyer, &code)),
        "409 order_expired"
    );
    assert_eq!(
        problem_of(&shop.ask_for_code(&buyer, ANOTHER)),
        "409 order_expired"
    );
    assert_eq!(shop.redemptions(), ["held 1"]);
    shop.tick_after(0);
    assert_eq!(shop.redemptions(), ["released 0"]);
    assert_eq!(shop.view(&buyer)["email_confirmation"], Json::Null);
    // One that was confirmed has all of its time.
    let other = shop.redeem(&twenty_percent(&shop), "email-code-order-key-0002");
    for _ in 0..70 {
        shop.tick_after(3_600);
    }
    assert_eq!(shop.status(&other), "awaiting_payment");
    shop.run_cron(3 * 3_600);
    assert_eq!(shop.status(&other), "expired");
    shop.check_at_rest();
}

/// S121: codes that were sent before the link secret was changed are good as long as the old one is set;
/// a mail that waited has the code that was meant. Afterwards a new code is.
#[test]
fn s121_a_code_outlives_a_change_of_the_link_secret() {
    const OLD: &str = "5f0c9a7be1d24386b7c0fd3391a2e84d";
    const NEW: &str = "c41d8e7702f94b6da35e1f9b0c6728da";
    let mut shop = Shop::open();
    let buyer = ordered(&shop);
    let first = shop.mailed_code(&buyer);
    shop.settings = settings(&[("LINK_SECRET", NEW), ("LINK_SECRET_OLD", OLD)]);
    shop.world.advance(60);
    assert_eq!(shop.ask_for_code(&buyer, ANOTHER).status, 200);
    assert_ne!(shop.mailed_code(&buyer), first);
    let other = shop.order_of(&twenty_percent(&shop), "email-code-order-key-0002");
    shop.confirm_email(&other);

    shop.settings = settings(&[("LINK_SECRET", NEW)]);
    assert!(error_of(&shop.type_code(&buyer, &shop.mailed_code(&buyer))).starts_with("code_wrong"));
    shop.world.advance(60);
    assert_eq!(
        shop.ask_for_code(&buyer, "email-code-asking-key-002")
            .status,
        200
    );
    shop.confirm_email(&buyer);

    shop.settings = settings(&[("LINK_SECRET", OLD)]);
    let third = shop.order_of(&twenty_percent(&shop), "email-code-order-key-0003");
    let code = shop.mailed_code(&third);
    shop.settings = settings(&[("LINK_SECRET", NEW), ("LINK_SECRET_OLD", OLD)]);
    assert_eq!(shop.type_code(&third, &code).status, 200);
    shop.check();
}

/// A mail that leaves late says the same as it would have before.
#[test]
fn s121_a_mail_with_a_code_that_waited_is_the_one_that_was_meant() {
    let mut shop = Shop::open();
    shop.fail_next(sandbox::Target::Mail, sandbox::Fault::NotReached, 1);
    let buyer = ordered(&shop);
    assert!(shop.mailed_codes(&buyer).is_empty());
    let old = "5f0c9a7be1d24386b7c0fd3391a2e84d";
    let new = "c41d8e7702f94b6da35e1f9b0c6728da";
    shop.settings = settings(&[("LINK_SECRET", new), ("LINK_SECRET_OLD", old)]);
    shop.run_cron(300);
    assert_eq!(shop.mailed_codes(&buyer).len(), 1);
    shop.confirm_email(&buyer);
    shop.check();
}

/// The page works without script: the field, the button, the error beside the field with what was typed.
#[test]
fn a40_the_page_takes_the_code_and_says_beside_the_field_what_is_wrong() {
    let shop = Shop::open();
    let buyer = shop.order_of(&for_nothing(&shop), KEY);
    let page = shop.page(&buyer);
    assert!(
        page.contains("Please confirm your e-mail address"),
        "{page}"
    );
    assert!(
        page.contains("<strong><bdi>ada@example.com</bdi></strong>"),
        "{page}"
    );
    assert!(
        page.contains("inputmode=\"numeric\" autocomplete=\"one-time-code\""),
        "{page}"
    );
    assert!(page.contains("for 5 tries"), "{page}");
    let cookie = shop.cookie(&buyer);
    let path = format!("/orders/{}", buyer.number);
    let confirm = format!("{path}/email-confirmation");
    let typed = wrong(&shop, &buyer);
    let reply = shop.submit(&confirm, Some(&cookie), &[("code", &typed)]);
    assert_eq!(reply.status, 422);
    let page = text(&reply);
    let beside = "id=\"code-error\">This code is not right; 4 tries are left.";
    assert!(
        page.contains(beside) && page.contains("aria-invalid=\"true\""),
        "{page}"
    );
    assert_eq!(input_value(&page, "code"), typed);
    assert!(page.contains("<title>Error: "), "{page}");

    let again = format!("{path}/email-code");
    let key = input_value(&page, "idempotency_key");
    let fields = [("idempotency_key", key.as_str())];
    let soon = shop.submit(&again, Some(&cookie), &fields);
    assert_eq!(soon.status, 429);
    assert!(
        text(&soon).contains("Another code can be sent in 60 seconds."),
        "{}",
        text(&soon)
    );
    shop.world.advance(60);
    for _ in 0..2 {
        let sent = shop.submit(&again, Some(&cookie), &fields);
        assert_eq!(
            (sent.status, sent.header("location")),
            (303, Some(path.as_str()))
        );
    }
    assert_eq!(
        shop.mailed_codes(&buyer).len(),
        2,
        "pressed twice, sent once"
    );
    let code = shop.mailed_code(&buyer);
    let reply = shop.submit(&confirm, Some(&cookie), &[("code", &code)]);
    assert_eq!(
        (reply.status, reply.header("location")),
        (303, Some(path.as_str()))
    );
    assert!(shop.page(&buyer).contains("There was nothing to pay"));
    assert_eq!(
        shop.get(&confirm).status,
        303,
        "an address that only takes a form leads to its page"
    );
    shop.check_at_rest();
}

/// The staff see what was sent, and may settle by hand: the money has really come.
#[test]
fn a40_money_that_staff_found_is_not_held_up_by_a_code() {
    let shop = Shop::with_bank();
    let buyer = ordered(&shop);
    shop.settle_by_hand(&common::staff("ruth"), &buyer, common::eur(9_520), "NTRF1")
        .expect("settled");
    assert_eq!(shop.status(&buyer), "confirmed");
    assert_eq!(shop.redemptions(), ["consumed 1"]);
    assert_eq!(shop.view(&buyer)["email_confirmation"], Json::Null);
    let code = shop.mailed_code(&buyer);
    assert_eq!(
        shop.type_code(&buyer, &code).status,
        200,
        "nothing is left to confirm"
    );
    assert_eq!(
        shop.value("SELECT confirmed_at FROM email_codes"),
        Json::Null
    );
    shop.check();
}

/// P2, D09: the code stands in the mail and nowhere else: no row, no line of the log, no answer.
#[test]
fn d09_a_code_is_in_its_mail_and_nowhere_else() {
    let shop = Shop::open();
    let buyer = ordered(&shop);
    shop.world.advance(60);
    let mut replies = vec![shop.ask_for_code(&buyer, ANOTHER)];
    let codes = shop.mailed_codes(&buyer);
    assert_eq!(codes.len(), 2);
    let bearer = format!("Bearer {}", buyer.token);
    let path = format!("/v1/orders/{}", buyer.number);
    replies.push(shop.type_code(&buyer, &codes[0]));
    replies.push(shop.try_pay(&buyer, "payment-key-000000000001"));
    replies.push(shop.ask_for_code(&buyer, "email-code-asking-key-002"));
    replies.push(shop.type_code(&buyer, &format!("{}0", codes[1])));
    replies.push(shop.type_code(&buyer, &codes[1]));
    replies.push(shop.send(Method::Get, &path, &[("authorization", &bearer)], b""));
    let rows = shop.world.database(|database| {
        let tables = [
            "orders",
            "order_history",
            "email_codes",
            "redemptions",
            "outbox",
            "idempotency",
        ];
        tables.map(|table| json!(database.rows(&format!("SELECT * FROM {table}"))).to_string())
    });
    let log: Vec<String> = shop.world.log_lines().iter().map(Json::to_string).collect();
    let told = replies.iter().map(text);
    for place in told.chain(rows).chain(log).chain([shop.page(&buyer)]) {
        for code in &codes {
            assert!(!place.contains(code.as_str()), "{code}: {place}");
            assert!(!place.contains(&code.replace(' ', "")), "{code}: {place}");
        }
    }
    assert_eq!(code_of(&replies[1]), "invalid_fields");
    shop.check();
}

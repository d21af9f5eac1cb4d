//! A form that comes too soon, or while something is away, is offered to be sent again as it was.

use common::{Buyer, HERE, Shop, Trouble, input_value, text, unescaped};
use edgetill::http::Reply;
use sandbox::{Fault, Target};
use shared::http::Method;

const ODD: &str = "\"><script>&amp; 'Söhne' + %41";

pub(crate) fn checkout(shop: &Shop) -> Vec<(String, String)> {
    let page = shop.get("/checkout?product=site-backup&period_months=12&currency=EUR&country=DE");
    let page = text(&page);
    let hidden = [
        "product",
        "period_months",
        "currency",
        "expected_total",
        "idempotency_key",
    ];
    let typed = [
        ("quantity", "1"),
        ("customer_name", "Ada"),
        ("customer_email", "ada@example.com"),
        ("billing_name", "Ada"),
        ("billing_company", ODD),
        ("billing_line1", "Street 1"),
        ("billing_line2", ""),
        ("billing_city", "Berlin"),
        ("billing_postal_code", "10115"),
        ("billing_country", "DE"),
    ];
    let own = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    let hidden = hidden.map(|name| (name.to_owned(), input_value(&page, name)));
    hidden.into_iter().chain(typed.map(own)).collect()
}

pub(crate) fn send(
    shop: &Shop,
    path: &str,
    cookie: Option<&str>,
    fields: &[(String, String)],
) -> Reply {
    let fields: Vec<_> = fields
        .iter()
        .map(|(name, value)| (&**name, &**value))
        .collect();
    shop.submit(path, cookie, &fields)
}

/// The one form of a page: where it leads, and what it carries.
pub(crate) fn form_of(page: &str) -> Option<(String, Vec<(String, String)>)> {
    let (_, form) = page.split_once("method=\"post\" action=\"")?;
    let (form, _) = form.split_once("</form>")?;
    assert!(form.contains("Send it again"), "{form}");
    let (action, inputs) = form.split_once('"')?;
    let inputs = inputs
        .split("type=\"hidden\" name=\"")
        .skip(1)
        .map(|input| {
            let (name, value) = input.split_once("\" value=\"").expect("a value");
            let (value, _) = value.split_once('"').expect("its end");
            (unescaped(name), unescaped(value))
        });
    Some((unescaped(action), inputs.collect()))
}

/// Nothing that was typed is lost to the limiter or to a database that is away, and it is done once.
#[test]
fn a_form_that_came_too_soon_is_sent_again_as_it_was() {
    let shop = Shop::open();
    let fields = checkout(&shop);
    for status in [429, 503] {
        if status == 429 {
            shop.world.admit_only(0);
        } else {
            shop.world.trouble_at(0, Trouble::Before);
        }
        let reply = send(&shop, "/checkout", None, &fields);
        assert_eq!(reply.status, status);
        let (action, kept) = form_of(&text(&reply)).expect("a form");
        assert_eq!(action, "/checkout");
        assert_eq!(kept, fields);
        shop.world.admit_only(100);
    }
    let orders = [(); 2].map(|()| send(&shop, "/checkout", None, &fields));
    for reply in &orders {
        assert_eq!(reply.status, 303, "{}", text(reply));
    }
    assert_eq!(orders[0].header("location"), orders[1].header("location"));
    assert_eq!(shop.count("orders"), 1);
    shop.check();
}

/// Paying once more, when the provider answers again, is the same payment.
#[test]
fn paying_is_sent_again_when_the_provider_is_back() {
    let shop = Shop::open();
    let buyer = shop.order();
    let cookie = shop.cookie(&buyer);
    let key = input_value(&shop.page(&buyer), "idempotency_key");
    let path = format!("/orders/{}/pay", buyer.number);
    let fields = [("method", "stripe"), ("idempotency_key", &*key)];
    shop.fail_next(Target::Stripe, Fault::NotReached, 1);
    let reply = shop.submit(&path, Some(&cookie), &fields);
    assert_eq!(reply.status, 503);
    let (action, kept) = form_of(&text(&reply)).expect("a form");
    assert_eq!(action, path);
    assert_eq!(send(&shop, &action, Some(&cookie), &kept).status, 303);
    assert_eq!(shop.count("payments"), 1);
    shop.check();
}

/// Who is beaten by others each time is not told that the database is away: a moment later it works, with
/// the same key.
#[test]
fn who_meets_others_each_time_comes_again_at_once() {
    let shop = Shop::open();
    let buyer = shop.order();
    let beaten = "CREATE TRIGGER others BEFORE INSERT ON order_history \
                  BEGIN SELECT RAISE(ABORT, 'order_state_stale'); END";
    shop.world.database(|rows| rows.execute(beaten));
    let reply = shop.try_pay(&buyer, "payment-key-000000000001");
    assert_eq!(reply.status, 503, "{}", text(&reply));
    assert_eq!(reply.header("retry-after"), Some("1"));
    let lines = shop.world.log_lines();
    let told = lines.iter().filter_map(|line| line["message"].as_str());
    assert!(
        told.clone()
            .any(|line| line.starts_with("others were faster"))
    );
    assert_eq!(shop.count("payments"), 0);
    shop.world
        .database(|rows| rows.execute("DROP TRIGGER others"));
    assert_eq!(shop.try_pay(&buyer, "payment-key-000000000001").status, 201);
    assert_eq!(shop.count("payments"), 1);
    shop.check();
}

/// A file cannot be kept in a page, what was refused for good would be refused again, and programs send
/// their bodies again themselves.
#[test]
fn only_a_form_without_a_file_that_may_succeed_later_is_offered_again() {
    let shop = Shop::open();
    let buyer: Buyer = shop.order();
    let cookie = shop.cookie(&buyer);
    let path = format!("/orders/{}/proof", buyer.number);
    let (kind, body) = common::multipart(&[]);
    let origin = ("origin", HERE);
    let headers = [("content-type", &*kind), ("cookie", &*cookie), origin];
    shop.world.admit_only(0);
    let proof = shop.send(Method::Post, &path, &headers, &body);
    let page = shop.get(&format!("/orders/{}", buyer.number));
    let json = shop.post("/v1/quotes", "none", None, &serde_json::json!({}));
    for reply in [&proof, &page, &json] {
        assert_eq!(reply.status, 429);
        assert!(form_of(&text(reply)).is_none(), "{}", text(reply));
    }
    shop.world.admit_only(1);
    let fields = [
        ("method", "stripe"),
        ("idempotency_key", "a-key-of-nobody-00000001"),
    ];
    let unknown = shop.submit("/orders/K2ED5SR3Q06W2D/pay", Some(&cookie), &fields);
    assert_eq!(unknown.status, 404);
    assert!(form_of(&text(&unknown)).is_none());
}

//! A sale by PayPal as it should go: from the button over the last look, PayPal's page and the capture
//! to the confirmed order.

use common::{Shop, form, input_value, json_of, order_body, text, unescaped};
use sandbox::paypal::Funding;
use serde_json::Value as Json;
use shared::http::Method;

fn assert_sold_by_paypal(shop: &Shop, buyer: &common::Buyer, order: &str) {
    shop.assert_sold_once(buyer);
    let view = shop.view(buyer);
    assert_eq!(view["payment"]["method"], "paypal");
    assert_eq!(view["payment"]["state"], "paid");
    assert!(view["subscription_id"].is_string());
    assert_eq!(shop.taken_by_paypal(), 11_900);
    assert_eq!(shop.capture_requests().len(), 1);
    let booked = format!(
        "capture:paypal:{order}:{number}: provider:paypal:EUR > order:{number} 11900 EUR",
        number = buyer.number
    );
    assert_eq!(shop.ledger(), [booked]);
}

/// A15, S03: the buyer comes back, no webhook ever does, the capture runs, and the order page says confirmed.
#[test]
fn a15_coming_back_from_paypal_captures_and_confirms_once() {
    let shop = Shop::open();
    let (buyer, order) = shop.approved();
    assert_eq!(shop.status(&buyer), "awaiting_payment");
    for _ in 0..3 {
        let reply = shop.come_back_from_paypal(&order);
        let page = format!("/orders/{}", buyer.number);
        assert_eq!(reply.header("location"), Some(page.as_str()));
    }
    assert_sold_by_paypal(&shop, &buyer, &order);
    shop.live_through(86_400);
    assert_sold_by_paypal(&shop, &buyer, &order);
    shop.check_at_rest();
}

/// A19: who paid is named by PayPal, and the address masked. A20: the address finds the order.
#[test]
fn a19_a20_the_payer_is_named_with_a_masked_address_that_staff_can_search() {
    let shop = Shop::open();
    let (buyer, order) = shop.approved();
    let _ = shop.come_back_from_paypal(&order);
    let paid_by = shop.view(&buyer)["paid_by"].as_str().unwrap().to_owned();
    assert!(paid_by.starts_with("PayPal: "), "{paid_by}");
    assert!(paid_by.contains("•••@"), "{paid_by}");
    let email = shop.value("SELECT payer_email FROM payments");
    let email = email.as_str().unwrap();
    assert!(!paid_by.contains(email));
    let page = shop.page(&buyer);
    assert!(unescaped(&page).contains(&paid_by), "{page}");
    assert!(!page.contains(email));
    let name = shop.value("SELECT payer_name FROM payments");
    assert_eq!(name, "sam sandbox");
    for sql in ["ORDERS_BY_PAYER_EMAIL", "ORDERS_BY_PAYMENT_ID"] {
        let sql = shared::store::all().find(|text| text.name == sql).unwrap();
        let payment = shop.payment_of(&buyer)["payment_id"].clone();
        let key = if sql.name.ends_with("EMAIL") {
            email
        } else {
            payment.as_str().unwrap()
        };
        let found = shop.rows(&sql.text.replace("?1", &format!("'{key}'")));
        assert_eq!(found[0]["order_number"], buyer.number.as_str());
    }
}

/// The figure behind a name in a page's list or table.
fn figure(page: &str, name: &str) -> String {
    let page = unescaped(page);
    let at = page.find(name).unwrap_or_else(|| panic!("{name}: {page}"));
    let rest = &page[at..];
    let cell = rest.find("<dd>").map(|at| at + 4);
    let cell = [cell, rest.find("<td>").map(|at| at + 4)];
    let start = cell.into_iter().flatten().min().expect("a figure");
    let end = rest[start..].find('<').expect("it ends");
    rest[start..start + end].to_owned()
}

/// A13, A14: price and tax stand apart on the order page; the next page shows product, plan, price and
/// billing identity; and the figures are those that PayPal is sent.
#[test]
fn a13_a14_the_buyer_checks_the_figures_that_paypal_is_sent() {
    for (tax_mode, price, tax, total) in [
        ("exclusive", "200.00", "38.00", "238.00"),
        ("inclusive", "168.07", "31.93", "200.00"),
    ] {
        let shop = Shop::with(&[("TAX_MODE", tax_mode)]);
        let mut body = order_body();
        body["items"][0]["quantity"] = 2.into();
        let buyer = shop.order_of(&body, "order-key-0000000000000001");
        let order_page = shop.page(&buyer);
        let review_path = format!("/orders/{}/review?method=paypal", buyer.number);
        assert!(order_page.contains(&review_path), "{order_page}");
        assert!(order_page.contains("Continue with PayPal"));

        let cookie = shop.cookie(&buyer);
        let review = shop.send(Method::Get, &review_path, &[("cookie", &cookie)], b"");
        assert_eq!(review.status, 200, "{}", text(&review));
        let review = text(&review);
        for page in [&order_page, &review] {
            assert_eq!(
                figure(page, "Price without tax"),
                format!("{price}\u{a0}EUR")
            );
            assert_eq!(
                figure(page, "VAT (19 %, Germany)"),
                format!("{tax}\u{a0}EUR")
            );
            assert_eq!(figure(page, "Total to pay"), format!("{total}\u{a0}EUR"));
        }
        for shown in ["Site Backup", "12 months", "Ada Lovelace", "Musterstr. 1"] {
            assert!(review.contains(shown), "{shown}: {review}");
        }

        let path = format!("/orders/{}/pay", buyer.number);
        let fields = ["method", "idempotency_key"].map(|name| (name, input_value(&review, name)));
        let fields: Vec<_> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let reply = shop.submit(&path, Some(&cookie), &fields);
        assert_eq!(reply.status, 303, "{}: {}", form(&fields), text(&reply));
        let order = shop.paypal_orders().pop().expect("PayPal has it");
        let page = format!(
            "http://127.0.0.1:8790/paypal/checkoutnow?token={}",
            order.id
        );
        assert_eq!(reply.header("location"), Some(page.as_str()));
        let request = shop.world.requests_to("/v2/checkout/orders").remove(0);
        let body: Json = serde_json::from_slice(&request.body).unwrap();
        let sent = |part: &str| {
            let pointer = format!("/purchase_units/0{part}");
            body.pointer(&pointer).cloned().unwrap_or_default()
        };
        assert_eq!(sent("/amount/value"), total);
        assert_eq!(sent("/amount/breakdown/item_total/value"), price);
        assert_eq!(sent("/amount/breakdown/tax_total/value"), tax);
        assert_eq!(sent("/custom_id"), buyer.number.as_str());
        let payment = shop.payment_of(&buyer)["payment_id"].clone();
        let invoice = format!("{}-{}", buyer.number, payment.as_str().unwrap());
        assert_eq!(sent("/invoice_id"), invoice);
        assert_eq!(sent("/items/0/name"), "Site Backup, 12 months × 2");
        // Pressing twice is one payment.
        let again = shop.submit(&path, Some(&cookie), &fields);
        assert_eq!(again.header("location"), Some(page.as_str()));
        assert_eq!(shop.paypal_orders().len(), 1);
        shop.check();
    }
}

#[test]
fn the_last_look_leads_back_when_there_is_nothing_to_pay_by_paypal() {
    let shop = Shop::with(&[("PAYPAL_CLIENT_ID", "")]);
    let buyer = shop.order();
    assert!(!shop.page(&buyer).contains("PayPal"));
    assert_eq!(shop.view(&buyer)["methods"], serde_json::json!(["stripe"]));
    let cookie = shop.cookie(&buyer);
    for query in ["?method=paypal", "?method=gold", ""] {
        let path = format!("/orders/{}/review{query}", buyer.number);
        let reply = shop.send(Method::Get, &path, &[("cookie", &cookie)], b"");
        assert_eq!(reply.status, 303, "{query}");
    }
    let stranger = shop.get(&format!("/orders/{}/review?method=stripe", buyer.number));
    assert_eq!(stranger.status, 404);
    let reply = shop.try_pay_by(&buyer, "paypal", "paypal-key-0000000000001");
    assert_eq!(json_of(&reply)["code"], "method_unavailable");
}

/// A16: nothing says "paid" before the capture is known to have brought the money.
#[test]
fn a16_nothing_is_called_paid_before_the_capture_is_known() {
    let shop = Shop::open();
    let (buyer, order) = shop.approved();
    shop.break_down(sandbox::Target::PayPal, sandbox::Fault::NotReached);
    let _ = shop.come_back_from_paypal(&order);
    assert_eq!(shop.status(&buyer), "confirming");
    let page = shop.page(&buyer);
    assert!(page.contains("Confirming your payment"), "{page}");
    assert!(!page.contains("We received your payment"));
    shop.mend();
    shop.run_cron(300);
    assert_sold_by_paypal(&shop, &buyer, &order);
}

/// S57, S03: the buyer agreed and closed the tab, and no webhook came: cron captures.
#[test]
fn s57_what_is_approved_and_not_captured_is_captured_by_cron() {
    let shop = Shop::open();
    let (buyer, order) = shop.approved();
    shop.run_cron_without_backfill(120);
    assert_sold_by_paypal(&shop, &buyer, &order);
    let history = shop.rows("SELECT actor, cause FROM order_history WHERE event = 'confirmed'");
    assert_eq!(history[0]["actor"], "cron");
    assert_eq!(history[0]["cause"], "poll");
}

/// S57: where capturing is not allowed any more, the order ends and the buyer is told.
#[test]
fn s57_what_is_approved_for_an_order_that_is_over_is_never_captured() {
    let shop = Shop::with(&[("ORDER_LIFETIME_HOURS", "1")]);
    let buyer = shop.order();
    shop.world.advance(3_600);
    let late = shop.try_pay_by(&buyer, "paypal", "paypal-key-0000000000001");
    assert_eq!(json_of(&late)["code"], "order_expired");
    assert_eq!(shop.paypal_orders().len(), 0);

    let shop = Shop::with(&[("ORDER_LIFETIME_HOURS", "1")]);
    let buyer = shop.order();
    shop.world.advance(3_590);
    let order = shop.pay_by_paypal(&buyer);
    shop.world.advance(20);
    shop.run_cron_without_backfill(60);
    assert_eq!(shop.status(&buyer), "expired");
    shop.approve(&order, Funding::Good);
    let _ = shop.come_back_from_paypal(&order);
    shop.live_through(86_400);
    assert_eq!(shop.taken_by_paypal(), 0);
    assert_eq!(shop.capture_requests(), [""; 0]);
    assert_eq!(shop.status(&buyer), "expired");
    shop.check_at_rest();
}

/// A25 for PayPal: the button once more leads to the same page; what was approved meanwhile is taken.
#[test]
fn going_on_after_approving_takes_the_money_that_was_agreed_to() {
    let shop = Shop::open();
    let (buyer, order) = shop.approved();
    let reply = shop.try_pay_by(&buyer, "paypal", "paypal-key-of-another-tab");
    assert_eq!(json_of(&reply)["code"], "already_paid", "{}", text(&reply));
    shop.run_cron(120);
    assert_sold_by_paypal(&shop, &buyer, &order);

    // On the pages there is nothing to refuse: the order's page says that it is confirmed.
    let shop = Shop::open();
    let (buyer, _) = shop.approved();
    let cookie = shop.cookie(&buyer);
    let path = format!("/orders/{}/pay", buyer.number);
    let fields = [
        ("method", "paypal"),
        ("idempotency_key", "paypal-key-of-another-tab"),
    ];
    let reply = shop.submit(&path, Some(&cookie), &fields);
    let page = format!("/orders/{}", buyer.number);
    assert_eq!(reply.header("location"), Some(page.as_str()));
    shop.assert_sold_once(&buyer);
}

/// Who only looked at PayPal's page and left may pay again, by the same PayPal order.
#[test]
fn leaving_paypals_page_leaves_the_order_as_it_was() {
    let shop = Shop::open();
    let buyer = shop.order();
    let order = shop.pay_by_paypal(&buyer);
    let reply = shop.leave_paypal(&order);
    let page = format!("/orders/{}", buyer.number);
    assert_eq!(reply.header("location"), Some(page.as_str()));
    assert_eq!(shop.status(&buyer), "awaiting_payment");
    let again = shop.try_pay_by(&buyer, "paypal", "paypal-key-of-another-tab");
    assert_eq!(common::paypal_order_in(&again), order);
    shop.check();
}

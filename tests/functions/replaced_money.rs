//! Money of an order that another has replaced (B08): what was there goes along, and the rest is set aside
//! with a case.

use common::{Buyer, Shop, Trouble, body_with_coupon, eur, order_body, percent_off, told};
use serde_json::{Value as Json, json};
use shared::proof::samples::png;

use crate::replacements::{other_body, steps};

const KEY: &str = "replacement-key-0000000001";

/// Two years' worth for 238.00 EUR.
pub(crate) fn dear_body() -> Json {
    let mut body = order_body();
    body["items"][0]["quantity"] = json!(2);
    body
}

pub(crate) fn balance(shop: &Shop, account: &str) -> i64 {
    let sql = format!("SELECT credits - debits FROM ledger_accounts WHERE account = '{account}'");
    shop.value(&sql).as_i64().unwrap_or(0)
}

pub(crate) fn of_order(shop: &Shop, buyer: &Buyer) -> i64 {
    balance(shop, &format!("order:{}", buyer.number))
}

/// An order of which 50.00 EUR came by bank.
pub(crate) fn part_paid(shop: &Shop) -> Buyer {
    let buyer = shop.transferring();
    let proof = shop.hand_in(&buyer, &png());
    let decided = shop.approve_now(&buyer, &proof, eur(5_000), "NTRF 1");
    assert_eq!(told(&decided), "");
    assert_eq!(of_order(shop, &buyer), 5_000);
    buyer
}

/// The payments that are thought to be closed, though their pages are not.
pub(crate) fn believe_closed(shop: &Shop) {
    shop.world.database(|database| {
        database.execute(
            "UPDATE payments SET declines = captures WHERE captures > declines;
             UPDATE payments SET state = 'closed', due_at = NULL WHERE state <> 'paid'",
        );
    });
}

/// An order whose page at Stripe is believed to be closed, and one of this body that replaces it.
pub(crate) fn replaced_with_an_open_page(shop: &Shop, body: &Json) -> (Buyer, Buyer, String) {
    let old = shop.order();
    let session = shop.pay(&old);
    believe_closed(shop);
    let new = shop.replace(&old, body, KEY);
    (old, new, session)
}

pub(crate) fn pay_late(shop: &Shop, session: &str) {
    shop.pay_at_stripe(session);
    assert!(shop.deliver_webhooks().iter().all(|status| *status == 200));
}

/// A11, B08: what an order holds goes to the one that replaces it; the rest is shown and can be paid.
#[test]
fn a11_b08_what_was_paid_goes_along_and_the_rest_is_due() {
    let shop = Shop::with_bank();
    let old = part_paid(&shop);
    let new = shop.replace(&old, &other_body(), KEY);
    assert_eq!((of_order(&shop, &old), of_order(&shop, &new)), (0, 5_000));
    let view = shop.view(&new);
    assert_eq!(view["paid"]["amount"], 5_000);
    assert_eq!(view["due"]["amount"], 354);
    assert!(
        shop.page(&new)
            .contains("3.54\u{a0}EUR</bdi> is still to be paid")
    );
    assert_eq!(shop.open_cases(), [""; 0]);
    let session = shop.pay(&new);
    pay_late(&shop, &session);
    assert_eq!(shop.status(&new), "confirmed");
    assert_eq!(shop.releases(), 1);
    shop.check();
}

/// A11: it covers the new order: that is confirmed in the same batch, released once; what is too much is
/// set aside with a case.
#[test]
fn a11_what_covers_the_new_order_confirms_it_and_the_excess_is_set_aside() {
    let shop = Shop::with_bank();
    let old = part_paid(&shop);
    let mut body = order_body();
    body["items"][0]["period_months"] = json!(1);
    let new = shop.replace(&old, &body, KEY);
    let view = shop.view(&new);
    assert_eq!(view["status"], "confirmed");
    assert_eq!(view["paid"]["amount"], 1_190);
    assert!(
        view["paid_by"].as_str().expect("a payer").contains("Bank"),
        "{view:#}"
    );
    assert_eq!(
        steps(&shop, &new),
        ["unpaid created", "confirmed confirmed"]
    );
    assert_eq!(shop.releases(), 1);
    let left = format!("unapplied:{}:EUR", old.number);
    assert_eq!(balance(&shop, &left), 3_810);
    assert_eq!(shop.open_cases(), [format!("money_left {}", old.number)]);
    assert_eq!(
        shop.view(&old)["held"],
        json!([{ "amount": 3_810, "currency": "EUR" }])
    );
    let page = shop.page(&new);
    assert!(page.contains("covers this order"), "{page}");
    assert!(!page.contains("nothing to pay"), "{page}");
    shop.replace(&old, &body, KEY);
    shop.run_cron(600);
    assert_eq!(shop.releases(), 1);
    shop.check();
}

/// Another currency: nothing goes along, all of it is set aside with its case.
#[test]
fn nothing_goes_along_into_another_currency() {
    let shop = Shop::with_bank();
    let old = part_paid(&shop);
    let mut body = order_body();
    body["currency"] = json!("USD");
    let new = shop.replace(&old, &body, KEY);
    assert_eq!(shop.view(&new)["paid"]["amount"], 0);
    assert_eq!(balance(&shop, "unapplied:EUR"), 5_000);
    assert_eq!(shop.open_cases(), [format!("money_left {}", old.number)]);
    shop.check();
}

/// P4: an answer that is lost, or a Worker that dies, at any step: the money is in one of the two.
#[test]
fn p4_p5_what_goes_along_survives_every_trouble_at_every_step() {
    for trouble in [Trouble::Before, Trouble::After, Trouble::Killed] {
        for step in 0..4 {
            let shop = Shop::with_bank();
            let old = part_paid(&shop);
            shop.world.trouble_at(step, trouble);
            let _ = shop.try_replace(&old, &other_body(), KEY);
            shop.world.forget_trouble();
            shop.world.restart();
            shop.check();
            let new = shop.replace(&old, &other_body(), KEY);
            assert_eq!(of_order(&shop, &new), 5_000, "{step} {trouble:?}");
            assert_eq!(shop.count("orders"), 2, "{step} {trouble:?}");
            shop.check();
        }
    }
}

/// A40: what comes by the old order does not bind the new one's coupon to its customer; showing the address
/// does, and then it is confirmed.
#[test]
fn a40_money_that_goes_along_waits_for_the_coupons_customer() {
    let shop = Shop::open();
    let code = shop.coupon(&percent_off("20"), 1, Some(1));
    let body = body_with_coupon(&code);
    let (_, new, session) = replaced_with_an_open_page(&shop, &body);
    pay_late(&shop, &session);
    let view = shop.view(&new);
    assert_eq!(view["status"], "awaiting_email");
    assert_eq!(view["due"]["amount"], 0);
    assert_eq!(shop.releases(), 0);
    shop.check();
    shop.confirm_email(&new);
    assert_eq!(shop.status(&new), "confirmed");
    assert_eq!(shop.releases(), 1);
    shop.check();
}

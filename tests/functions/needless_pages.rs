//! A provider's page that is open for money which has come in another way since: it is closed, so that
//! nobody pays twice (S24).

use common::{Buyer, Shop, eur, json_of, order_body, staff, told};
use sandbox::stripe::SessionStatus;
use serde_json::Value as Json;

const KEY: &str = "replacement-key-0000000001";
const OTHER_KEY: &str = "payment-key-000000000002";

/// An order that was to be paid by a transfer, and the one in its place with an open page.
fn replaced_while_a_transfer_is_on_its_way(shop: &Shop) -> (Buyer, Buyer, String) {
    let old = shop.transferring();
    let new = shop.replace(&old, &order_body(), KEY);
    let session = shop.pay(&new);
    (old, new, session)
}

fn transfer_arrives(shop: &Shop, old: &Buyer, amount_minor: i64) {
    let by = staff("ruth");
    let decided = shop.settle_by_hand(&by, old, eur(amount_minor), "NTRF 9");
    assert_eq!(told(&decided), "");
}

/// S24: the transfer for the old order pays the new one, whose page is closed by the next tick.
#[test]
fn s24_the_open_page_of_an_order_that_was_paid_otherwise_is_closed() {
    let shop = Shop::with_bank();
    let (old, new, session) = replaced_while_a_transfer_is_on_its_way(&shop);
    assert!(shop.view(&new)["payment"]["redirect_url"].is_string());
    transfer_arrives(&shop, &old, 11_900);
    assert_eq!(shop.status(&new), "confirmed");
    assert_eq!(shop.view(&new)["payment"]["redirect_url"], Json::Null);
    shop.tick();
    assert_eq!(shop.session(&session).status, SessionStatus::Expired);
    assert_eq!(shop.payment_of(&new)["state"], "closed");
    assert_eq!(shop.open_cases(), [""; 0]);
    assert_eq!(shop.releases(), 1);
    shop.check();
}

/// S24: a part of it leaves a rest, and nobody is led to the page for the whole any more.
#[test]
fn s24_a_page_for_more_than_is_due_is_closed_and_the_rest_has_one_of_its_own() {
    for ticks in [false, true] {
        let shop = Shop::with_bank();
        let (old, new, session) = replaced_while_a_transfer_is_on_its_way(&shop);
        transfer_arrives(&shop, &old, 5_000);
        if ticks {
            shop.tick();
            assert_eq!(shop.session(&session).status, SessionStatus::Expired);
        }
        let begun = json_of(&shop.try_pay(&new, OTHER_KEY));
        assert_eq!(begun["payment"]["amount"]["amount"], 6_900, "{begun}");
        assert_eq!(shop.session(&session).status, SessionStatus::Expired);
        let sessions = shop.sessions();
        let rest = sessions
            .iter()
            .find(|session| session.status == SessionStatus::Open);
        shop.pay_at_stripe(&rest.expect("a page for the rest").id);
        shop.deliver_webhooks();
        assert_eq!(shop.status(&new), "confirmed");
        assert_eq!(shop.open_cases(), [""; 0]);
        assert_eq!(shop.releases(), 1);
        shop.check();
    }
}

/// S24: money of a page that was believed to be closed pays the order; the page that was opened since is
/// closed.
#[test]
fn s24_late_money_of_an_earlier_page_closes_the_later_one() {
    let shop = Shop::open();
    let buyer = shop.order();
    let early = shop.pay(&buyer);
    crate::replaced_money::believe_closed(&shop);
    assert_eq!(shop.try_pay(&buyer, OTHER_KEY).status, 201);
    let sessions = shop.sessions();
    let later = sessions.iter().find(|session| session.id != early);
    let later = later.expect("another page").id.clone();
    shop.pay_at_stripe(&early);
    shop.deliver_webhooks();
    assert_eq!(shop.status(&buyer), "confirmed");
    shop.tick();
    assert_eq!(shop.session(&later).status, SessionStatus::Expired);
    assert_eq!(shop.open_cases(), [""; 0]);
    shop.check();
}

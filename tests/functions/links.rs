//! The way from an order's link to its page: the token is exchanged for a cookie, and each opens its
//! own order, for its time, under the secrets of today and yesterday.

use common::{Buyer, Shop, cookie_pair, json_of, order_body, settings, text};
use edgetill::http::Reply;
use shared::http::Method;

use crate::checkout;

const OLD: &str = "5f0c9a7be1d24386b7c0fd3391a2e84d";
const NEW: &str = "c41d8e7702f94b6da35e1f9b0c6728da";

fn open_link(shop: &Shop, buyer: &Buyer) -> Reply {
    shop.get(&format!("/orders/{}?token={}", buyer.number, buyer.token))
}

fn with_cookie(shop: &Shop, buyer: &Buyer, cookie: &str) -> u16 {
    let path = format!("/orders/{}", buyer.number);
    shop.send(Method::Get, &path, &[("cookie", cookie)], b"")
        .status
}

/// The token leaves the address bar: the browser is sent on to the clean address with a cookie that
/// no script, no other host and no plain connection gets.
#[test]
fn a_link_is_exchanged_for_a_cookie_and_a_clean_address() {
    let shop = Shop::open();
    let buyer = shop.order();
    let reply = open_link(&shop, &buyer);
    assert_eq!(reply.status, 303);
    assert_eq!(
        reply.header("location"),
        Some(format!("/orders/{}", buyer.number).as_str())
    );
    assert!(reply.body.is_empty());
    let cookie = reply.header("set-cookie").expect("a cookie").to_owned();
    assert!(!cookie.contains(&buyer.token));
    let (pair, attributes) = cookie.split_once("; ").expect("attributes");
    assert!(pair.starts_with(&format!(
        "__Host-order-{}=v1.{}.",
        buyer.number, buyer.number
    )));
    assert_eq!(
        attributes,
        "Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=2592000"
    );
    assert_eq!(with_cookie(&shop, &buyer, pair), 200);
    let among_others = format!("theme=dark; {pair}; __Host-order-X=1");
    assert_eq!(with_cookie(&shop, &buyer, &among_others), 200);
    // The link goes on working: it stands in the mail.
    assert_eq!(open_link(&shop, &buyer).status, 303);
    shop.check();
}

#[test]
fn the_page_of_an_order_never_holds_its_token() {
    let shop = Shop::open();
    let buyer = shop.order();
    assert!(!shop.page(&buyer).contains(&buyer.token));
    assert!(!shop.view(&buyer).to_string().contains(&buyer.token));
}

#[test]
fn a_cookie_opens_its_order_for_thirty_days() {
    let shop = Shop::open();
    let buyer = shop.order();
    let cookie = shop.cookie(&buyer);
    shop.world.advance(30 * 86_400 - 1);
    assert_eq!(with_cookie(&shop, &buyer, &cookie), 200);
    shop.world.advance(1);
    assert_eq!(with_cookie(&shop, &buyer, &cookie), 404);
    assert_eq!(
        open_link(&shop, &buyer).status,
        303,
        "the link brings another"
    );
}

#[test]
fn a_cookie_that_was_touched_opens_nothing() {
    let shop = Shop::open();
    let buyer = shop.order();
    let cookie = shop.cookie(&buyer);
    let (name, value) = cookie.split_once('=').expect("a pair");
    let parts: Vec<&str> = value.split('.').collect();
    let [version, number, expires, mac] = parts[..] else {
        panic!("{value}");
    };
    let later = (expires.parse::<i64>().expect("seconds") + 1).to_string();
    let turned: String = mac.chars().rev().collect();
    let shorter = &mac[1..];
    for forged in [
        String::new(),
        "v1".to_owned(),
        format!("{version}.{number}.{later}.{mac}"),
        format!("{version}.{number}.{expires}.{turned}"),
        format!("{version}.{number}.{expires}.{shorter}"),
        format!("{version}.{number}.{expires}."),
        format!("v2.{number}.{expires}.{mac}"),
        format!("{version}.{number}.0{expires}.{mac}"),
        format!("{version}.{number}.99999999999999999999.{mac}"),
        format!("{value}.{mac}"),
        buyer.token.clone(),
    ] {
        let status = with_cookie(&shop, &buyer, &format!("{name}={forged}"));
        assert_eq!(status, 404, "{forged}");
    }
    assert_eq!(with_cookie(&shop, &buyer, &cookie), 200);
}

#[test]
fn a_cookie_of_one_order_opens_no_other() {
    let shop = Shop::open();
    let ada = shop.order();
    let eve = shop.order_of(&order_body(), "order-key-0000000000000002");
    let cookie = shop.cookie(&eve);
    assert_eq!(with_cookie(&shop, &ada, &cookie), 404);
    let renamed = cookie.replacen(&eve.number, &ada.number, 1);
    assert_eq!(with_cookie(&shop, &ada, &renamed), 404);
    let rewritten = cookie.replace(&eve.number, &ada.number);
    assert_eq!(with_cookie(&shop, &ada, &rewritten), 404);
    let both = format!("{cookie}; {}", shop.cookie(&ada));
    assert_eq!(
        (
            with_cookie(&shop, &ada, &both),
            with_cookie(&shop, &eve, &both)
        ),
        (200, 200)
    );
}

/// A wrong token is no reason to forget the right cookie, and a right cookie none to believe a wrong
/// token.
#[test]
fn a_wrong_token_opens_nothing_even_beside_a_cookie() {
    let shop = Shop::open();
    let buyer = shop.order();
    let cookie = shop.cookie(&buyer);
    let path = format!("/orders/{}?token={}", buyer.number, "0".repeat(32));
    let reply = shop.send(Method::Get, &path, &[("cookie", &cookie)], b"");
    assert_eq!(reply.status, 404);
    assert_eq!(reply.header("set-cookie"), None);
    assert_eq!(with_cookie(&shop, &buyer, &cookie), 200);
}

/// S121 for links: what the old secret made opens while it is named beside the new one, and nothing
/// of it afterwards.
#[test]
fn s121_links_and_cookies_of_the_old_secret_open_while_it_is_named() {
    let mut shop = Shop::with(&[("LINK_SECRET", OLD)]);
    let buyer = shop.order();
    let cookie = shop.cookie(&buyer);
    let first = shop.order_reply();

    shop.settings = settings(&[("LINK_SECRET", NEW), ("LINK_SECRET_OLD", OLD)]);
    assert_eq!(with_cookie(&shop, &buyer, &cookie), 200);
    assert_eq!(shop.status(&buyer), "awaiting_payment");
    let fresh = cookie_pair(&open_link(&shop, &buyer));
    assert_ne!(fresh, cookie, "the exchange uses the new secret");
    // A05: a repeated create is told the token that opens the order, not one of the new secret.
    assert_eq!(text(&shop.order_reply()), text(&first));
    let new = shop.order_of(&order_body(), "order-key-0000000000000002");
    assert_eq!(open_link(&shop, &new).status, 303);

    shop.settings = settings(&[("LINK_SECRET", NEW)]);
    assert_eq!(with_cookie(&shop, &buyer, &cookie), 404);
    assert_eq!(
        with_cookie(&shop, &buyer, &fresh),
        200,
        "made under the new secret"
    );
    // The token is compared with its stored hash, so that links in mails outlive every change.
    assert_eq!(open_link(&shop, &buyer).status, 303);
    assert_eq!(open_link(&shop, &new).status, 303);
    shop.check();
}

/// A mail that waited while the secret was changed carries the link that opens its order.
#[test]
fn s121_a_mail_that_waited_through_a_change_of_secret_has_the_right_link() {
    let mut shop = Shop::with(&[("LINK_SECRET", OLD)]);
    shop.fail_next(sandbox::Target::Mail, sandbox::Fault::NotReached, 1);
    let buyer = shop.order();
    assert!(shop.mails().is_empty());
    shop.settings = settings(&[("LINK_SECRET", NEW), ("LINK_SECRET_OLD", OLD)]);
    shop.run_cron(300);
    let mail = shop
        .world
        .sandbox(|sandbox, _| sandbox.mailbox.mails()[0].clone());
    assert!(
        mail.text.contains(&format!("?token={}", buyer.token)),
        "{}",
        mail.text
    );
    shop.check();
}

#[test]
fn the_form_opens_the_order_it_made_without_the_token_in_sight() {
    let shop = Shop::open();
    let buyer = shop.order();
    let created = json_of(&shop.order_reply());
    assert_eq!(
        created["url"],
        format!(
            "http://127.0.0.1:8787/orders/{}?token={}",
            buyer.number, buyer.token
        )
    );
    // The total may be left out.
    let mut fields = checkout::form(&[]);
    fields.retain(|(name, _)| *name != "expected_total");
    let reply = shop.submit("/checkout", None, &fields);
    assert_eq!(reply.status, 303, "{}", text(&reply));
    let page = reply.header("location").expect("the page");
    assert!(!page.contains("token"), "{page}");
    let cookie = cookie_pair(&reply);
    let reply = shop.send(Method::Get, page, &[("cookie", &cookie)], b"");
    assert_eq!(reply.status, 200);
}

//! Coupons that staff make: what they type is what buyers get, and who did what is written down.

use std::collections::BTreeSet;

use common::{ANN, RUTH, Shop, body_with_coupon, body_with_coupon_by, percent_off, text};
use shared::time::Timestamp;

const PAGE: &str = "/staff/coupons";

fn make(shop: &Shop, fields: &[(&str, &str)]) -> String {
    let made = shop.staff(ANN).submit(PAGE, fields);
    assert_eq!(made.status, 303, "{}", text(&made));
    let page = made.header("location").expect("a page");
    page.rsplit('/').next().expect("a code").to_owned()
}

fn order_status(shop: &Shop, code: &str, customer: &str) -> u16 {
    let body = body_with_coupon_by(code, customer);
    let key = format!("order-key-of-{customer}");
    shop.post("/v1/orders", &key, None, &body).status
}

/// A coupon is made, used, paused, used again; each step is in the audit.
#[test]
fn a_coupon_is_made_used_paused_and_let_go_on() {
    let shop = Shop::open();
    let fields = [
        ("gives", "20 % off"),
        ("uses", "3"),
        ("per_customer", "1"),
        ("days", "30"),
    ];
    let code = make(&shop, &fields);
    assert_eq!(order_status(&shop, &code, "ada@example.com"), 201);
    let ann = shop.staff(ANN);
    let page = format!("{PAGE}/{code}");
    // Each form is sent twice: it says what is meant, and turns nothing back.
    for (state, status) in [("paused", 422), ("active", 201)] {
        let shown = ann.page(&page);
        assert!(
            shown.contains(&format!("name=\"state\" value=\"{state}\"")),
            "{shown}"
        );
        for _ in 0..2 {
            let form = [("state", state)];
            assert_eq!(ann.submit(&format!("{page}/pause"), &form).status, 303);
        }
        assert!(ann.page(&page).contains(state));
        assert_eq!(order_status(&shop, &code, "ben@example.com"), status);
    }
    assert!(ann.page(PAGE).contains("2 of 3"));
    shop.world.advance(30 * 86_400);
    assert_eq!(order_status(&shop, &code, "eve@example.com"), 422);
    let audit = shop.texts("SELECT action AS text FROM staff_audit ORDER BY at, action");
    assert_eq!(audit[0], "make_coupon");
    assert_eq!(
        audit[1..],
        ["pause_coupon"; 2],
        "what changed nothing is not written down"
    );
    shop.check();
}

/// Restore by rule: only a use that was consumed is given back, once, with a reason and by an admin.
#[test]
fn a_use_is_given_back_once_with_a_reason() {
    let shop = Shop::open();
    let code = make(&shop, &[("gives", "20 %"), ("uses", "1")]);
    let body = body_with_coupon(&code);
    let buyer = shop.redeem(&body, "order-key-0000000000000001");
    let path = format!("{PAGE}/{code}/restore");
    let ann = shop.staff(ANN);
    let fields = [
        ("order_number", buyer.number.as_str()),
        ("why", "they bought twice"),
    ];
    let audited =
        |shop: &Shop| shop.value("SELECT count(*) FROM staff_audit WHERE action = 'restore_use'");
    assert_eq!(ann.submit(&path, &fields).status, 422);
    assert_eq!(
        shop.redemptions(),
        ["held 1"],
        "an order that may be paid keeps its use"
    );
    assert_eq!(audited(&shop), 0);
    let session = shop.pay(&buyer);
    shop.pay_at_stripe(&session);
    shop.deliver_webhooks();
    assert_eq!(order_status(&shop, &code, "ben@example.com"), 422);

    for wrong in [
        [("order_number", buyer.number.as_str()), ("why", "")],
        [("order_number", "X"), ("why", "a reason")],
    ] {
        assert_eq!(ann.submit(&path, &wrong).status, 422);
    }
    assert_eq!(
        shop.staff(RUTH)
            .submit_with(&path, &ann.form_token(), &fields)
            .status,
        403
    );
    assert_eq!(shop.redemptions(), ["consumed 1"]);
    for _ in 0..2 {
        assert_eq!(ann.submit(&path, &fields).status, 303);
        assert_eq!(shop.redemptions(), ["released 0"]);
        assert_eq!(audited(&shop), 1);
    }
    let again = [fields[0], ("why", "another reason")];
    assert_eq!(ann.submit(&path, &again).status, 422);
    let other = make(&shop, &[("gives", "20 %"), ("uses", "1")]);
    let foreign = format!("{PAGE}/{other}/restore");
    let reply = ann.submit(&foreign, &fields);
    assert_eq!(reply.status, 422, "a use of another coupon");
    assert_eq!(audited(&shop), 1, "what did not happen is not written down");
    assert!(
        ann.page(&format!("{PAGE}/{code}"))
            .contains("they bought twice")
    );
    assert_eq!(shop.status(&buyer), "confirmed", "the order stays as it is");
    assert_eq!(order_status(&shop, &code, "cleo@example.com"), 201);
    shop.check();
}

/// What cannot be read is said beside its field, with everything typed still there.
#[test]
fn a_coupon_that_cannot_be_is_refused_by_field() {
    let shop = Shop::open();
    let reply = shop
        .staff(ANN)
        .submit(PAGE, &[("gives", "much"), ("uses", "0")]);
    assert_eq!(reply.status, 422);
    let page = text(&reply);
    assert!(
        page.contains("id=\"gives-error\"") && page.contains("id=\"uses-error\""),
        "{page}"
    );
    assert!(page.contains("value=\"much\""));
    for example in ["such as 20 % off, amounts such as 5.00 EUR", "such as 100."] {
        assert!(page.contains(example), "{page}");
    }
    assert_eq!(shop.count("coupons"), 0);
    assert_eq!(shop.staff(RUTH).open(PAGE).status, 403);
    assert_eq!(
        shop.staff(ANN).open("/staff/coupons/K2ED5SR3Q06W2D").status,
        404
    );
}

/// Every coupon is on some page of the list, also of those that were made within one second.
#[test]
fn the_list_of_coupons_leaves_none_out() {
    let shop = Shop::open();
    let terms = percent_off("20");
    let made: BTreeSet<String> = (0..70).map(|_| shop.coupon(&terms, 1, None)).collect();
    let ann = shop.staff(ANN);
    let first = ann.page(PAGE);
    let more = first.split_once("?before=").expect("a link to more").1;
    let more = more.split('"').next().expect("its end");
    let second = ann.page(&format!("{PAGE}?before={more}"));
    let shown = |page: &str| {
        let on_page = made.iter().filter(|code| page.contains(code.as_str()));
        on_page.cloned().collect::<BTreeSet<_>>()
    };
    let (first, second) = (shown(&first), shown(&second));
    assert_eq!((first.len(), second.len()), (50, 20));
    assert_eq!(&first | &second, made);
}

/// A coupon that begins later is as unknown as any other until its day begins, and ends so many days after.
#[test]
fn a_coupon_is_used_from_its_first_day_to_its_last() {
    let shop = Shop::open();
    let tomorrow = shop.now().plus(86_400).day();
    let fields = [
        ("gives", "20 %"),
        ("uses", "9"),
        ("starts", &tomorrow),
        ("days", "2"),
    ];
    let code = make(&shop, &fields);
    let begins = Timestamp::start_of(&tomorrow).expect("a day");
    assert!(
        shop.staff(ANN)
            .page(&format!("{PAGE}/{code}"))
            .contains("From")
    );
    for (at, customer, status) in [
        (begins.plus(-1), "ada@example.com", 422),
        (begins, "ben@example.com", 201),
        (begins.plus(2 * 86_400 - 1), "cleo@example.com", 201),
        (begins.plus(2 * 86_400), "dan@example.com", 422),
    ] {
        shop.world.advance(at.seconds_since(shop.now()));
        assert_eq!(order_status(&shop, &code, customer), status, "{customer}");
    }
    shop.check();
}

/// What the catalogue does not sell makes no coupon: a slip is told at its field, and nothing is made.
#[test]
fn a_coupon_for_what_nobody_can_buy_is_refused_by_its_field() {
    let shop = Shop::open();
    let ann = shop.staff(ANN);
    for (gives, products, field) in [
        ("site-backup 11 free", "", "gives"),
        ("site-backups 12 free", "", "gives"),
        ("site-backup free", "", "gives"),
        ("20 % off", "site-backup, studios", "products"),
    ] {
        let fields = [("gives", gives), ("products", products), ("uses", "1")];
        let reply = ann.submit(PAGE, &fields);
        assert_eq!(reply.status, 422, "{gives} {products}");
        let page = text(&reply);
        assert!(page.contains(&format!("href=\"#{field}\"")), "{page}");
        assert!(page.contains("The catalogue has no"), "{page}");
    }
    assert_eq!(shop.value("SELECT count(*) FROM coupons"), 0);
    for (gives, shown) in [
        ("site-backup 12 free", "one Site Backup (12 months) free"),
        ("trial free", "one Trial (one-off) free"),
    ] {
        let limited = ("products", "studio, trial");
        let code = make(&shop, &[("gives", gives), limited, ("uses", "1")]);
        let page = ann.page(&format!("{PAGE}/{code}"));
        assert!(page.contains(shown), "{page}");
    }
    shop.check();
}

/// P2: the form sent twice makes one coupon; gone back to and changed, it makes another one.
#[test]
fn p2_a_form_that_is_sent_twice_makes_one_coupon() {
    let shop = Shop::open();
    let ann = shop.staff(ANN);
    let code = common::input_value(&ann.page(PAGE), "code");
    let send = |gives: &str| {
        let fields = [("code", code.as_str()), ("gives", gives), ("uses", "1")];
        let reply = ann.submit(PAGE, &fields);
        assert_eq!(reply.status, 303, "{}", text(&reply));
        reply.header("location").expect("a page").to_owned()
    };
    assert_eq!(send("20 % off"), format!("{PAGE}/{code}"));
    assert_eq!(send("20 % off"), format!("{PAGE}/{code}"));
    assert_eq!(shop.value("SELECT count(*) FROM coupons"), 1);
    assert_ne!(send("30 % off"), format!("{PAGE}/{code}"));
    let free = send("site-backup 12 free");
    shop.world
        .database(|database| database.execute("UPDATE products SET name = 'Another'"));
    let code = free.rsplit('/').next().expect("a code").to_owned();
    let fields = [
        ("code", &*code),
        ("gives", "site-backup 12 free"),
        ("uses", "1"),
    ];
    assert_eq!(ann.submit(PAGE, &fields).header("location"), Some(&*free));
    assert_eq!(shop.value("SELECT count(*) FROM coupons"), 3);
    assert_eq!(shop.value("SELECT count(*) FROM staff_audit"), 3);
    shop.check();
}

//! The checkout's form: nothing typed is lost, and nothing is ordered that was not shown. That whatever is
//! typed is only ever text is in `hostile`.

pub(crate) mod hostile;

use common::{Shop, at_once, input_value, shuffled, text, unescaped};
use edgetill::http::Reply;

const PATH: &str = "/checkout";
const KEY: &str = "form-key-00000000000000001";

/// A form that makes an order of one year of backups for 119.00 EUR.
const GOOD: [(&str, &str); 13] = [
    ("idempotency_key", KEY),
    ("product", "site-backup"),
    ("period_months", "12"),
    ("currency", "EUR"),
    ("expected_total", "11900"),
    ("quantity", "1"),
    ("customer_name", "Ada Lovelace"),
    ("customer_email", "ada@example.com"),
    ("billing_name", "Ada King"),
    ("billing_line1", "Musterstr. 1"),
    ("billing_city", "Berlin"),
    ("billing_postal_code", "10115"),
    ("billing_country", "DE"),
];
const OPTIONAL: [&str; 4] = [
    "billing_company",
    "billing_line2",
    "billing_region",
    "billing_tax_id",
];

/// The good form with other or further fields.
pub(crate) fn form<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields: Vec<(&str, &str)> = GOOD.into();
    for (name, value) in changes {
        match fields.iter_mut().find(|(known, _)| known == name) {
            Some(field) => field.1 = value,
            None => fields.push((name, value)),
        }
    }
    fields
}

fn submit(shop: &Shop, changes: &[(&str, &str)]) -> Reply {
    shop.submit(PATH, None, &form(changes))
}

/// The message beside a field.
fn error_of(page: &str, field: &str) -> Option<String> {
    let at = page.find(&format!("id=\"{field}-error\">"))?;
    let message = page[at..].split('>').nth(1)?.split('<').next()?;
    Some(unescaped(message))
}

/// A01: every field that is missing has its message beside it, and the rest is still there.
#[test]
fn a01_errors_stand_beside_their_fields_and_nothing_typed_is_lost() {
    let shop = Shop::open();
    let about_people = |name: &&str| name.starts_with("customer_") || name.starts_with("billing_");
    let required: Vec<&str> = GOOD
        .map(|(name, _)| name)
        .into_iter()
        .filter(about_people)
        .collect();
    assert_eq!(required.len(), 7, "{required:?}");
    for missing in &required {
        let mut changes: Vec<(&str, &str)> =
            OPTIONAL.map(|name| (name, "kept <b>&\" as typed")).into();
        changes.push((missing, " "));
        let reply = submit(&shop, &changes);
        assert_eq!(reply.status, 422, "{missing}");
        let page = text(&reply);
        for (name, typed) in form(&changes) {
            match name {
                "billing_country" if *missing == name => {}
                "billing_country" => assert!(page.contains("<option value=\"DE\" selected>")),
                "expected_total" => assert_eq!(input_value(&page, name), "11900"),
                _ => assert_eq!(input_value(&page, name), typed, "{missing} {name}"),
            }
            // A tax number has 40 characters at most, and the rest here is text.
            let expected = (name == *missing).then(|| "Please fill in this field.".to_owned());
            assert_eq!(error_of(&page, name), expected, "{missing} {name}");
        }
    }
    assert_eq!(shop.count("orders"), 0);
    let reply = submit(&shop, &[]);
    assert_eq!(
        reply.status, 303,
        "the same form and key, put right, make the order"
    );
    shop.check();
}

/// Everything that is wrong is told at once, the quantity too.
#[test]
fn a_form_with_a_wrong_quantity_and_a_missing_name_says_both() {
    let shop = Shop::open();
    for quantity in [
        "",
        "0",
        "-1",
        "1000",
        "1.5",
        "many",
        "9007199254740993",
        "1e309",
    ] {
        let reply = submit(&shop, &[("quantity", quantity), ("customer_name", "")]);
        assert_eq!(reply.status, 422, "{quantity}");
        let page = text(&reply);
        assert_eq!(input_value(&page, "quantity"), quantity);
        let message = error_of(&page, "quantity").expect("a message");
        assert_eq!(message, "Choose a quantity from 1 to 999.", "{quantity}");
        assert!(error_of(&page, "customer_name").is_some(), "{quantity}");
    }
    assert_eq!(shop.count("orders"), 0);
}

/// A price that changed meanwhile: nothing is ordered before the buyer has seen the new total.
#[test]
fn a02_a_changed_total_is_shown_and_asked_about_again() {
    let shop = Shop::open();
    shop.offer("site-backup", 12, "EUR", 12_000);
    let reply = submit(&shop, &[]);
    assert_eq!(reply.status, 409);
    let page = text(&reply);
    assert!(page.contains("142.80\u{a0}EUR"), "{page}");
    assert_eq!(input_value(&page, "expected_total"), "14280");
    assert_eq!(input_value(&page, "idempotency_key"), KEY);
    assert_eq!(input_value(&page, "customer_name"), "Ada Lovelace");
    assert_eq!(shop.count("orders"), 0);
    let reply = submit(&shop, &[("expected_total", "14280")]);
    assert_eq!(reply.status, 303);
    assert_eq!(shop.value("SELECT total_minor FROM orders"), 14_280);
    shop.check();
}

/// Another country has another tax, so the total that was shown is asked about again.
#[test]
fn a02_another_country_shows_its_tax_before_anything_is_ordered() {
    let shop = Shop::open();
    let reply = submit(&shop, &[("billing_country", "AT")]);
    assert_eq!(reply.status, 409);
    assert_eq!(input_value(&text(&reply), "expected_total"), "12000");
    let reply = submit(&shop, &[("billing_country", "AT"), ("step", "quote")]);
    assert_eq!(reply.status, 200);
    assert!(text(&reply).contains("VAT (20 %)"));
    assert_eq!(shop.count("orders"), 0);
}

/// The tax is told as open, never as nothing, and its field as needed.
fn asks_for_region(page: &str) {
    for words in [
        "not known yet",
        "100.00\u{a0}EUR plus tax",
        "Its code; tax depends on it.",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("(0 %)"), "{page}");
    let (_, region) = page
        .split_once("for=\"billing_region\"")
        .expect("its label");
    let (label, _) = region.split_once("</label>").expect("its end");
    assert!(label.contains("required"), "{label}");
}

/// A02: where tax depends on the region, the form asks for it: before it is typed, and when it cannot be
/// told what was meant. Nothing is ordered with the price that stands there meanwhile.
#[test]
fn a02_the_form_asks_for_the_region_where_tax_depends_on_it() {
    let shop = Shop::open();
    let missing = "Tax depends on the state or region here: type its code, such as NY, TX.";
    let unclear = "Use the code of your state or region, such as NY, TX.";
    let link = "/checkout?product=site-backup&period_months=12&currency=EUR&country=US";
    let linked = shop.get(link);
    assert_eq!(linked.status, 200, "nobody has typed anything yet");
    let linked = text(&linked);
    assert_eq!(error_of(&linked, "billing_region"), None);
    assert!(
        !linked.contains("Please check what you entered"),
        "{linked}"
    );
    asks_for_region(&linked);
    assert_eq!(input_value(&linked, "expected_total"), "10000");
    for (step, region, message) in [
        ("quote", "", missing),
        ("order", "", missing),
        ("quote", "New York", unclear),
        ("order", "New York", unclear),
    ] {
        let typed = [
            ("billing_country", "US"),
            ("billing_region", region),
            ("step", step),
        ];
        let reply = submit(&shop, &typed);
        assert_eq!(reply.status, 422, "{step} {region}");
        let page = text(&reply);
        let error = error_of(&page, "billing_region");
        assert_eq!(error.as_deref(), Some(message), "{step} {region}");
        asks_for_region(&page);
        assert_eq!(input_value(&page, "billing_region"), region);
        assert_eq!(input_value(&page, "expected_total"), "10000");
    }
    let mut typed = vec![
        ("billing_country", "US"),
        ("billing_region", "N.Y."),
        ("expected_total", "10000"),
    ];
    let reply = submit(&shop, &typed);
    assert_eq!(
        reply.status, 409,
        "the tax that the price was shown without"
    );
    let told = text(&reply);
    assert_eq!(input_value(&told, "expected_total"), "10888");
    assert!(!told.contains("not known yet"), "{told}");
    assert!(told.contains("Its code; tax depends on it."), "{told}");
    assert_eq!(shop.count("orders"), 0);
    typed.push(("expected_total", "10888"));
    assert_eq!(submit(&shop, &typed).status, 303);
    assert_eq!(shop.value("SELECT tax_minor FROM orders"), 888);
    shop.check();
}

#[test]
fn updating_the_total_orders_nothing_and_says_what_is_wrong() {
    let shop = Shop::open();
    let reply = submit(
        &shop,
        &[("quantity", "3"), ("step", "quote"), ("customer_name", "")],
    );
    assert_eq!(reply.status, 200, "names are not asked for yet");
    assert_eq!(input_value(&text(&reply), "expected_total"), "35700");
    let reply = submit(&shop, &[("quantity", "none"), ("step", "quote")]);
    assert_eq!(reply.status, 422);
    assert!(error_of(&text(&reply), "quantity").is_some());
    assert_eq!(shop.count("orders"), 0);
}

/// A05: a double click makes one order.
#[test]
fn a05_a_form_that_is_sent_twice_makes_one_order() {
    let shop = Shop::open();
    let first = submit(&shop, &[]);
    let again = submit(&shop, &[]);
    assert_eq!((first.status, again.status), (303, 303));
    assert_eq!(first.header("location"), again.header("location"));
    assert_eq!(first.header("set-cookie"), again.header("set-cookie"));
    assert_eq!(shop.count("orders"), 1);
    assert_eq!(shop.mails().len(), 1);
    shop.check();
}

/// A05: going back, changing something and ordering again is asked about, not refused and not done.
#[test]
fn a05_a_form_that_made_an_order_and_was_changed_asks_before_it_makes_another() {
    let shop = Shop::open();
    submit(&shop, &[]);
    let changes = [("quantity", "2"), ("expected_total", "23800")];
    let reply = submit(&shop, &changes);
    assert_eq!(reply.status, 409);
    let page = text(&reply);
    assert!(page.contains("has made an order already"), "{page}");
    assert_eq!(input_value(&page, "quantity"), "2");
    let new_key = input_value(&page, "idempotency_key");
    assert_ne!(new_key, KEY);
    assert_eq!(shop.count("orders"), 1);
    let again = [changes[0], changes[1], ("idempotency_key", &new_key)];
    assert_eq!(submit(&shop, &again).status, 303);
    assert_eq!(shop.count("orders"), 2);
    shop.check();
}

/// S125: a key is drawn for each form, and no link chooses it.
#[test]
fn s125_a_link_to_the_checkout_cannot_choose_the_forms_key() {
    let shop = Shop::open();
    let link = "/checkout?product=site-backup&period_months=12&currency=EUR";
    let keys: Vec<String> = [
        link.to_owned(),
        format!("{link}&idempotency_key={KEY}"),
        link.to_owned(),
    ]
    .iter()
    .map(|link| input_value(&text(&shop.get(link)), "idempotency_key"))
    .collect();
    assert!(
        keys.iter().all(|key| key.len() >= 20 && key != KEY),
        "{keys:?}"
    );
    assert_ne!(keys[0], keys[2]);
}

/// A05: five tabs, or five clicks that arrive together.
#[test]
fn a05_five_forms_at_once_make_one_order() {
    for seed in 0..20 {
        let shop = Shop::open();
        let tasks = (0..5).map(|_| shop.begin_submit(PATH, &GOOD));
        let replies = at_once(tasks.collect(), shuffled(seed));
        for reply in &replies {
            assert_eq!(reply.status, 303, "{seed} {}", text(reply));
            assert_eq!(
                reply.header("location"),
                replies[0].header("location"),
                "{seed}"
            );
        }
        assert_eq!(shop.count("orders"), 1, "{seed}");
    }
}

/// A card number that was typed into the wrong field is not stored, and not shown again.
#[test]
fn a_card_number_is_refused_and_never_shown_again() {
    let shop = Shop::open();
    for field in [
        "customer_name",
        "customer_email",
        "billing_line2",
        "billing_postal_code",
    ] {
        let reply = submit(&shop, &[(field, "4242 4242 4242 4242")]);
        assert_eq!(reply.status, 422, "{field}");
        let page = text(&reply);
        assert!(!page.contains("4242"), "{field}");
        assert_eq!(input_value(&page, field), "[removed]");
        assert!(error_of(&page, field).is_some(), "{field}");
    }
    assert_eq!(shop.count("orders"), 0);
}

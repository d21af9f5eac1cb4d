//! Whatever is typed in the checkout is only ever text: in the form that comes back, on the order's page and
//! in its mails.

use std::path::Path;

use common::{Shop, input_value, text, unescaped};
use serde_json::Value as Json;

use super::{GOOD, OPTIONAL, submit};

/// Text that must never be markup. Own examples, and the big list of naughty strings when it is
/// there.
pub(crate) fn hostile() -> Vec<String> {
    let own = [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "'><svg/onload=alert(1)>",
        "</title></textarea></select><script>",
        "&lt;script&gt;",
        "{{ 7 * 7 }} {% include \"base.html\" %}",
        "javascript:alert(1)//",
        "<!--",
        "]]>",
    ];
    let mut strings: Vec<String> = own.iter().map(|text| (*text).to_owned()).collect();
    let list =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/third-party/strings/blns.json");
    match std::fs::read_to_string(list) {
        Ok(json) => strings.extend(serde_json::from_str::<Vec<String>>(&json).expect("a list")),
        Err(_) => eprintln!("skipped: no strings at ../shared/third-party/strings"),
    }
    strings
}

/// Whether a string could do harm as markup, and is long enough not to stand there by chance.
pub(crate) fn is_markup(text: &str) -> bool {
    text.len() > 4 && text.contains(['<', '>', '"', '\'', '&'])
}

/// T22: whatever stands in a field comes back as text, in the form.
#[test]
fn hostile_text_in_every_field_comes_back_as_text() {
    let shop = Shop::open();
    let chosen = [
        "idempotency_key",
        "product",
        "period_months",
        "currency",
        "expected_total",
    ];
    let typed = GOOD.map(|(name, _)| name).into_iter().chain(OPTIONAL);
    let names: Vec<&str> = typed.filter(|name| !chosen.contains(name)).collect();
    assert_eq!(names.len(), 12, "{names:?}");
    for hostile in hostile() {
        let mut changes: Vec<(&str, &str)> =
            names.iter().map(|name| (*name, hostile.as_str())).collect();
        changes.extend([("product", "site-backup"), ("customer_name", "")]);
        let reply = submit(&shop, &changes);
        assert_eq!(reply.status, 422, "{hostile:?}");
        let page = text(&reply);
        assert!(
            !is_markup(&hostile) || !page.contains(&hostile),
            "{hostile:?}"
        );
        for name in [
            "billing_company",
            "billing_city",
            "quantity",
            "customer_email",
        ] {
            let shown = shared::contact::redact_card_numbers(&hostile);
            let expected = if name == "quantity" { &hostile } else { &shown };
            assert_eq!(&input_value(&page, name), expected, "{name}");
        }
    }
    assert_eq!(shop.count("orders"), 0);
}

/// T22: what may be stored is text on the order's page and in its mails, and comes back from the
/// interface as it was typed.
#[test]
fn hostile_text_in_an_order_is_text_on_its_page_and_in_its_mails() {
    let shop = Shop::open();
    let mut orders = 0;
    for (index, hostile) in hostile().into_iter().enumerate() {
        let key = format!("form-key-{index:020}");
        let email = format!("ada{index}@example.com");
        let mut changes: Vec<(&str, &str)> = [
            "customer_name",
            "billing_name",
            "billing_line1",
            "billing_city",
        ]
        .iter()
        .chain(&["billing_company", "billing_line2", "billing_region"])
        .map(|name| (*name, hostile.as_str()))
        .collect();
        changes.extend([("idempotency_key", &*key), ("customer_email", &*email)]);
        let reply = submit(&shop, &changes);
        if reply.status == 422 {
            continue;
        }
        assert_eq!(reply.status, 303, "{hostile:?}");
        orders += 1;
        let path = reply.header("location").expect("the page").to_owned();
        let cookie = common::cookie_pair(&reply);
        let page = shop.send(
            shared::http::Method::Get,
            &path,
            &[("cookie", &cookie)],
            b"",
        );
        let page = text(&page);
        assert!(
            !is_markup(&hostile) || !page.contains(&hostile),
            "{hostile:?}"
        );
        assert!(unescaped(&page).contains(hostile.trim()), "{hostile:?}");
        let mail = shop
            .world
            .sandbox(|sandbox, _| sandbox.mailbox.mails().last().cloned());
        let mail = mail.expect("a mail");
        assert!(
            !is_markup(&hostile) || !mail.html.contains(&hostile),
            "{hostile:?}"
        );
        assert!(!mail.subject.contains(['\r', '\n']), "{hostile:?}");
        let stored = shop.value(&format!(
            "SELECT customer FROM orders WHERE order_number = '{}'",
            path.trim_start_matches("/orders/")
        ));
        let stored: Json = serde_json::from_str(stored.as_str().expect("JSON")).expect("JSON");
        assert_eq!(stored["name"], hostile.trim(), "{hostile:?}");
    }
    assert!(orders >= 8, "{orders} orders");
    // Not `check`: one of these names is a single quotation mark, which every log line has.
}

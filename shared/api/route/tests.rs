use std::collections::HashSet;

use super::table::EVENT;
use super::*;
use crate::proof::UPLOAD_BYTES_MAX;

#[test]
fn d04_every_route_stands_in_the_table_once_with_a_door_and_a_policy() {
    let routes: HashSet<_> = ROUTES.iter().map(|spec| spec.route).collect();
    assert_eq!(routes.len(), ROUTES.len());
    let places: HashSet<_> = ROUTES.iter().map(|s| (s.method.as_str(), s.path)).collect();
    assert_eq!(places.len(), ROUTES.len());
}

#[test]
fn a_write_is_never_public_and_always_has_a_body_cap() {
    for spec in &ROUTES {
        if spec.method == Method::Post {
            assert!(
                spec.is_write() || spec.policy == Policy::Signature,
                "{spec:?}"
            );
            let most = if spec.takes_file() {
                UPLOAD_BYTES_MAX
            } else {
                EVENT
            };
            assert!(
                spec.body_bytes_max > 0 && spec.body_bytes_max <= most,
                "{spec:?}"
            );
        } else {
            assert_eq!(spec.body_bytes_max, 0, "{spec:?}");
        }
    }
}

#[test]
fn a_route_about_one_order_asks_for_its_token() {
    for spec in ROUTES.iter().filter(|spec| spec.path.contains("{number}")) {
        assert!(
            matches!(
                spec.policy,
                Policy::OrderToken | Policy::OrderTokenWrite | Policy::Staff(_)
            ),
            "{spec:?}"
        );
    }
}

#[test]
fn s120_the_staff_door_and_its_address_ask_for_staff_and_nothing_else_does() {
    for spec in &ROUTES {
        let is_staff = matches!(spec.policy, Policy::Staff(_));
        assert_eq!(spec.door == Door::Staff, is_staff, "{spec:?}");
        let is_below = spec.path == "/staff" || spec.path.starts_with("/staff/");
        assert_eq!(is_below, is_staff, "{spec:?}");
        assert!(!(is_staff && spec.cors), "{spec:?}");
    }
}

#[test]
fn paths_are_found_exactly() {
    let found = |method, path| match find(method, path) {
        Found::Route(spec, number) => format!("{:?} {number:?}", spec.route),
        Found::OtherMethod(spec) => format!("use {}", spec.method.as_str()),
        Found::Nothing => "nothing".to_owned(),
    };
    assert_eq!(found(Method::Get, "/"), "ShopPage \"\"");
    assert_eq!(found(Method::Head, "/v1/products"), "ListProducts \"\"");
    assert_eq!(found(Method::Get, "/orders/A1"), "OrderPage \"A1\"");
    assert_eq!(
        found(Method::Post, "/orders/A1/cancel"),
        "SubmitCancel \"A1\""
    );
    assert_eq!(found(Method::Delete, "/v1/orders"), "use POST");
    assert_eq!(methods_of("/v1/orders"), "POST");
    assert_eq!(methods_of("/orders/A1/cancel"), "GET, HEAD, POST");
    assert_eq!(methods_of("/nowhere"), "");
    for path in [
        "",
        "//",
        "/orders/",
        "/orders/A1/",
        "/orders/A1/x",
        "/v1/products/",
        "/ORDERS/A1",
    ] {
        assert_eq!(found(Method::Get, path), "nothing", "{path}");
    }
}

//! Every route of the table from outside: who may come in, from where, and what every answer carries.

use common::{Buyer, HERE, Shop, json_of, order_body, problem_of, text};
use edgetill::http::Reply;
use serde_json::json;
use shared::api::route::{Door, Policy, ROUTES, RouteSpec};
use shared::http::Method;

use crate::route::{call, call_with, path_of, words};

const ALLOWED: &str = "https://shop.lumen.example";
const METHODS: [Method; 7] = [
    Method::Get,
    Method::Post,
    Method::Head,
    Method::Options,
    Method::Delete,
    Method::Put,
    Method::Patch,
];

/// D04: an order opens to its own token or cookie and to nothing else, and a stranger cannot tell an
/// order that is there from one that is not.
#[test]
fn d04_an_order_opens_to_its_own_token_only_and_strangers_are_told_alike() {
    let shop = Shop::open();
    let ada = shop.order();
    let mut body = order_body();
    body["customer"]["email"] = json!("eve@example.com");
    let eve = shop.order_of(&body, "order-key-0000000000000002");
    let bearer = format!("Bearer {}", eve.token);
    let own_cookie = shop.cookie(&eve);
    let renamed = own_cookie.replacen(&eve.number, &ada.number, 1);
    let unknown = "AZZZZZZZZZZZZZ";
    let mut asked = 0;
    let about_one =
        |spec: &&RouteSpec| spec.door == Door::Storefront && spec.path.contains("{number}");
    for spec in ROUTES.iter().filter(about_one) {
        let nobody = words(&call(&shop, spec, unknown, &[]));
        let strangers: [(&str, Vec<(&str, &str)>); 9] = [
            (&ada.number, vec![]),
            (&ada.number, vec![("authorization", &bearer)]),
            (&ada.number, vec![("authorization", "Bearer nonsense")]),
            (&ada.number, vec![("authorization", "Basic YWRhOmFkYQ==")]),
            (&ada.number, vec![("cookie", &own_cookie)]),
            (&ada.number, vec![("cookie", &renamed)]),
            (unknown, vec![("authorization", &bearer)]),
            ("not-a-number", vec![("authorization", &bearer)]),
            ("A%00'--", vec![("cookie", &own_cookie)]),
        ];
        for (number, headers) in strangers {
            shop.world.take_io();
            let reply = call(&shop, spec, number, &headers);
            assert_eq!(reply.status, 404, "{:?} {number} {headers:?}", spec.route);
            assert_eq!(
                words(&reply),
                nobody,
                "{:?} {number} {headers:?}",
                spec.route
            );
            let wrote = format!("{:?}", shop.world.take_io()).contains("Commit");
            assert!(!wrote, "{:?} {number}", spec.route);
            asked += 1;
        }
    }
    assert_eq!(asked, 17 * 9, "every route about one order");
    for link in ["", "nonsense", &eve.token, &ada.token[1..]] {
        let reply = shop.get(&format!("/orders/{}?token={link}", ada.number));
        assert_eq!(reply.status, 404, "{link}");
        assert_eq!(reply.header("set-cookie"), None, "{link}");
    }
    assert_eq!(shop.status(&ada), "awaiting_payment");
    shop.check();
}

#[test]
fn a_token_is_read_in_the_ways_that_people_and_programs_write_it() {
    let shop = Shop::open();
    let buyer = shop.order();
    let path = format!("/v1/orders/{}", buyer.number);
    for value in [
        format!("Bearer {}", buyer.token),
        format!("bearer {}", buyer.token),
        format!("BEARER  {}", buyer.token.to_uppercase()),
    ] {
        let reply = shop.send(Method::Get, &path, &[("authorization", &value)], b"");
        assert_eq!(reply.status, 200, "{}", text(&reply));
    }
    let grouped = json_of(&shop.get("/v1/products"));
    assert!(grouped["products"].is_array());
    let number = shared::id::OrderNumber::parse(&buyer.number)
        .expect("a number")
        .to_string();
    let bearer = format!("Bearer {}", buyer.token);
    let path = format!("/v1/orders/{}", number.to_lowercase());
    let reply = shop.send(Method::Get, &path, &[("authorization", &bearer)], b"");
    assert_eq!(reply.status, 200);
}

/// Every path under every method: served, or 405 with the methods that are. A page's address that
/// only takes a form leads whoever looks at it to the page.
#[test]
fn every_other_method_is_refused_and_told_which_to_use() {
    let shop = Shop::open();
    for spec in &ROUTES {
        let served: Vec<&str> = ROUTES
            .iter()
            .filter(|other| other.path == spec.path)
            .map(|other| other.method.as_str())
            .collect();
        let mut allowed = served.join(", ");
        if allowed.starts_with("GET") {
            allowed = allowed.replacen("GET", "GET, HEAD", 1);
        }
        for method in METHODS {
            let is_served = allowed.split(", ").any(|name| name == method.as_str());
            let is_preflight = method == Method::Options && spec.cors;
            if is_served || is_preflight {
                continue;
            }
            let reply = shop.send(method, &path_of(spec, "A1"), &[], b"");
            if spec.page && matches!(method, Method::Get | Method::Head) {
                assert_eq!(reply.status, 303, "{method:?} {}", spec.path);
                continue;
            }
            assert_eq!(reply.status, 405, "{method:?} {}", spec.path);
            assert_eq!(
                reply.header("allow"),
                Some(allowed.as_str()),
                "{method:?} {}",
                spec.path
            );
        }
    }
}

/// Every write refuses a browser that comes from somewhere else.
#[test]
fn a_browser_from_another_site_can_write_nothing() {
    let shop = Shop::open();
    let buyer = shop.order();
    let cookie = shop.cookie(&buyer);
    let writes: Vec<&RouteSpec> = ROUTES
        .iter()
        .filter(|spec| matches!(spec.policy, Policy::PublicWrite | Policy::OrderTokenWrite))
        .collect();
    assert_eq!(writes.len(), 16);
    for spec in writes {
        for foreign in [
            ("origin", "https://evil.example"),
            ("origin", "null"),
            ("origin", "https://127.0.0.1:8787"),
            ("origin", "http://127.0.0.1:8787.evil.example"),
            ("origin", "http://127.0.0.1"),
            ("origin", "https://shop.lumen.example.evil.example"),
            ("origin", "https://SHOP.lumen.example"),
            ("origin", ""),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
        ] {
            let reply = call(&shop, spec, &buyer.number, &[foreign, ("cookie", &cookie)]);
            assert_eq!(reply.status, 403, "{:?} {foreign:?}", spec.route);
        }
        // The shop's own origin may use the interface, but never the forms of the pages.
        let reply = call(&shop, spec, "A1", &[("origin", ALLOWED)]);
        assert_eq!(reply.status == 403, !spec.cors, "{:?}", spec.route);
        for here in [
            ("origin", HERE),
            ("sec-fetch-site", "same-origin"),
            ("accept", "*/*"),
        ] {
            let reply = call(&shop, spec, "A1", &[here]);
            assert_ne!(reply.status, 403, "{:?} {here:?}", spec.route);
        }
    }
    assert_eq!(shop.status(&buyer), "awaiting_payment");
    assert_eq!(shop.count("payments"), 0);
    shop.check();
}

/// Exactly the interface can be read by exactly the allowed origins, whatever the answer is.
#[test]
fn an_allowed_origin_can_read_the_interface_and_nothing_else() {
    let shop = Shop::open();
    for spec in &ROUTES {
        for origin in [ALLOWED, HERE, "https://evil.example", "null"] {
            let reply = call(&shop, spec, "A1", &[("origin", origin)]);
            let granted = reply.header("access-control-allow-origin");
            let expected = (spec.cors && origin == ALLOWED).then_some(ALLOWED);
            assert_eq!(
                granted, expected,
                "{:?} {origin} {}",
                spec.route, reply.status
            );
            assert_eq!(reply.header("access-control-allow-credentials"), None);
            assert_eq!(
                reply.header("vary") == Some("origin"),
                spec.cors,
                "{:?}",
                spec.route
            );
        }
    }
}

#[test]
fn a_preflight_names_the_method_and_headers_to_an_allowed_origin() {
    let shop = Shop::open();
    for spec in ROUTES.iter().filter(|spec| spec.cors) {
        let ask = |origin: &str| {
            let headers = [
                ("origin", origin),
                ("access-control-request-method", spec.method.as_str()),
                (
                    "access-control-request-headers",
                    "authorization, content-type",
                ),
            ];
            shop.send(Method::Options, &path_of(spec, "A1"), &headers, b"")
        };
        let reply = ask(ALLOWED);
        assert_eq!((reply.status, reply.body.len()), (204, 0), "{}", spec.path);
        let header = |name| reply.header(name).unwrap_or_default().to_owned();
        assert_eq!(header("access-control-allow-origin"), ALLOWED);
        assert_eq!(header("access-control-allow-methods"), spec.method.as_str());
        assert_eq!(
            header("access-control-allow-headers"),
            "authorization, content-type, idempotency-key"
        );
        let foreign = ask("https://evil.example");
        assert_eq!(foreign.status, 204);
        assert_eq!(foreign.header("access-control-allow-origin"), None);
    }
}

#[test]
fn head_answers_as_get_does_without_a_body() {
    let shop = Shop::open();
    let buyer = shop.order();
    let cookie = shop.cookie(&buyer);
    for spec in ROUTES.iter().filter(|spec| spec.method == Method::Get) {
        let path = path_of(spec, &buyer.number);
        let headers = [("cookie", cookie.as_str())];
        let get = shop.send(Method::Get, &path, &headers, b"");
        let head = shop.send(Method::Head, &path, &headers, b"");
        assert_eq!(head.status, get.status, "{path}");
        assert!(head.body.is_empty(), "{path}");
        let names =
            |reply: &Reply| -> Vec<&str> { reply.headers.iter().map(|(name, _)| *name).collect() };
        assert_eq!(names(&head), names(&get), "{path}");
    }
}

/// What every answer carries, page or not, good or bad.
#[test]
fn every_answer_carries_the_headers_that_protect_it() {
    let shop = Shop::open();
    let buyer = shop.order();
    let cookie = shop.cookie(&buyer);
    let mut replies = vec![shop.get("/nowhere"), shop.get("/orders/A1")];
    for spec in &ROUTES {
        replies.push(call(&shop, spec, &buyer.number, &[("cookie", &cookie)]));
        replies.push(call(
            &shop,
            spec,
            "A1",
            &[("origin", "https://evil.example")],
        ));
        replies.push(call_with(&shop, spec, &path_of(spec, "A1"), &[], b"\xff{"));
        replies.push(shop.send(Method::Delete, &path_of(spec, "A1"), &[], b""));
    }
    let mut statuses: Vec<u16> = replies.iter().map(|reply| reply.status).collect();
    statuses.sort_unstable();
    statuses.dedup();
    assert!(statuses.len() >= 9, "{statuses:?}");
    for reply in &replies {
        let is_page = text(reply).starts_with("<!doctype html>");
        let policy = if is_page {
            "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' \
             http://127.0.0.1:8790; frame-ancestors 'none'; base-uri 'none'"
        } else {
            "default-src 'none'; frame-ancestors 'none'"
        };
        for (name, value) in [
            ("content-security-policy", policy),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cache-control", "no-store"),
            (
                "permissions-policy",
                "camera=(), geolocation=(), microphone=(), payment=()",
            ),
        ] {
            assert_eq!(reply.header(name), Some(value), "{name} {}", text(reply));
        }
        assert!(
            reply
                .header("x-request-id")
                .is_some_and(|id| !id.is_empty())
        );
        assert_eq!(
            reply.header("strict-transport-security"),
            None,
            "not over http"
        );
    }
    let live = Shop::with(&[("BASE_URL", "https://till.lumen.example")]);
    let hsts = live
        .get("/")
        .header("strict-transport-security")
        .map(str::to_owned);
    assert_eq!(hsts.as_deref(), Some("max-age=31536000"));
}

/// A page never runs a script, and takes nothing from elsewhere.
#[test]
fn no_page_needs_more_than_its_policy_allows() {
    let shop = Shop::open();
    let buyer = shop.order();
    let cookie = shop.cookie(&buyer);
    for spec in ROUTES
        .iter()
        .filter(|spec| spec.page && spec.method == Method::Get)
    {
        for number in [&buyer.number, "A1"] {
            let path = path_of(spec, number);
            let page = text(&shop.send(Method::Get, &path, &[("cookie", &cookie)], b""));
            for forbidden in [
                "<script",
                "style=\"",
                "<style",
                " onclick",
                "javascript:",
                "src=\"http",
            ] {
                assert!(!page.contains(forbidden), "{path} {forbidden}");
            }
        }
    }
}

/// P2: a webhook's address takes no buyer's request, and a buyer's none of a webhook.
#[test]
fn d04_the_doors_do_not_open_into_each_other() {
    let shop = Shop::open();
    let buyer: Buyer = shop.order();
    let bearer = format!("Bearer {}", buyer.token);
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
    ];
    for door in ["/webhooks/stripe", "/webhooks/paypal"] {
        let reply = shop.send(Method::Post, door, &headers, b"{}");
        assert_eq!(problem_of(&reply), "400 bad_signature", "{door}");
        let detail = json_of(&reply)["detail"].to_string();
        assert!(detail.contains("with its signature"), "{door}: {detail}");
    }
    // Nor into the door of another provider.
    let by_paypal = shop.sign_as_paypal(b"{}");
    let by_paypal: Vec<(&str, &str)> = by_paypal.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let by_stripe = shop.sign(b"{}");
    let reply = shop.send(Method::Post, "/webhooks/stripe", &by_paypal, b"{}");
    assert_eq!(problem_of(&reply), "400 bad_signature");
    let by_stripe = [("stripe-signature", by_stripe.as_str())];
    let reply = shop.send(Method::Post, "/webhooks/paypal", &by_stripe, b"{}");
    assert_eq!(problem_of(&reply), "400 bad_signature");
    let signature = shop.sign(b"{}");
    let path = format!("/v1/orders/{}/cancel", buyer.number);
    let reply = shop.send(
        Method::Post,
        &path,
        &[("stripe-signature", &signature)],
        b"{}",
    );
    assert_eq!(problem_of(&reply), "404 order_not_found");
    assert_eq!(shop.status(&buyer), "awaiting_payment");
    shop.check();
}

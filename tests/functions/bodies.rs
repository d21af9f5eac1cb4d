//! What a request may be: how long, of which type, how often; and what is told when nothing can be
//! answered.

use common::{Shop, Trouble, code_of, json_of, order_body, problem_of, text};
use serde_json::json;
use shared::api::route::{Door, Policy, ROUTES, RouteSpec};
use shared::http::Method;

use crate::route::{KEY, body_of, call, call_with, path_of, takes_json};

/// S124: a body is read up to its cap and refused beyond it, before anything is asked.
#[test]
fn s124_a_body_beyond_the_cap_is_refused_unread() {
    let shop = Shop::open();
    for spec in ROUTES.iter().filter(|spec| spec.method == Method::Post) {
        shop.world.take_io();
        let path = path_of(spec, "A1");
        let send = |length| {
            let known = [("authorization", "Bearer nonsense")];
            let body = vec![b' '; length];
            call_with(&shop, spec, &path, &known, &body).status
        };
        assert_eq!(send(spec.body_bytes_max + 1), 413, "{path}");
        assert_eq!(send(20_000_000), 413, "{path}");
        assert!(shop.world.take_io().is_empty(), "{path}");
        assert_ne!(send(spec.body_bytes_max), 413, "{path}");
    }
    // A file is not even read from somebody who brings nothing along that could open its order.
    for spec in ROUTES.iter().filter(|spec| spec.takes_file()) {
        let path = path_of(spec, "A1");
        let reply = call_with(&shop, spec, &path, &[], &vec![b' '; 20_000_000]);
        assert_eq!(reply.status, 404, "{path}");
    }
    assert!(shop.world.take_io().is_empty());
    let reply = shop.send(Method::Get, "/v1/products", &[], b"a body");
    assert_eq!(problem_of(&reply), "413 body_too_large", "a GET has none");
}

#[test]
fn headers_beyond_the_cap_are_refused() {
    let shop = Shop::open();
    let long = "x".repeat(16 * 1024);
    for spec in &ROUTES {
        let reply = call(&shop, spec, "A1", &[("cookie", &long)]);
        assert_eq!(reply.status, 431, "{}", spec.path);
    }
    let just = "x".repeat(16 * 1024 - "cookie".len());
    assert_eq!(
        shop.send(Method::Get, "/", &[("cookie", &just)], b"")
            .status,
        200
    );
}

#[test]
fn another_content_type_is_refused_and_told_which_to_send() {
    let shop = Shop::open();
    let buyer = shop.order();
    let bearer = format!("Bearer {}", buyer.token);
    let mut asked = 0;
    for spec in ROUTES.iter().filter(|spec| spec.method == Method::Post) {
        // Staff prove who they are before anything is read.
        let may_have_none =
            spec.path.ends_with("/cancel") || spec.path == "/v1/orders/{number}/email-code";
        let reads_a_body = !may_have_none && spec.door == Door::Storefront;
        if !reads_a_body {
            continue;
        }
        let other = if takes_json(spec) {
            "application/x-www-form-urlencoded"
        } else {
            "application/json"
        };
        let form = if spec.takes_file() {
            "multipart/form-data"
        } else {
            "multipart/form-data; boundary=x"
        };
        for media_type in [other, "text/plain", form, ""] {
            let headers = [
                ("content-type", media_type),
                ("idempotency-key", KEY),
                ("authorization", &bearer),
            ];
            let path = path_of(spec, &buyer.number);
            let reply = shop.send(Method::Post, &path, &headers, &body_of(spec));
            assert_eq!(reply.status, 415, "{path} {media_type}");
            asked += 1;
        }
    }
    assert_eq!(asked, 12 * 4);
    let headers = [
        ("content-type", "Application/JSON; charset=utf-8"),
        ("idempotency-key", KEY),
    ];
    let body = order_body().to_string();
    let reply = shop.send(Method::Post, "/v1/orders", &headers, body.as_bytes());
    assert_eq!(reply.status, 201, "case and parameters do not count");
    shop.check();
}

/// T34: a body that can be read in two ways is not read at all; the answer says where it breaks.
#[test]
fn a_body_that_is_not_exactly_what_it_should_be_is_refused_with_its_place() {
    let shop = Shop::open();
    let good = order_body().to_string();
    let deep = format!("{}{}", "[".repeat(2_000), "]".repeat(2_000));
    let wide: Vec<String> = (0..4_000).map(|nth| format!("\"{nth}\":1")).collect();
    for (body, says) in [
        (String::new(), "line 1 column 0"),
        ("{".to_owned(), "line 1 column 1"),
        ("{\n  \"items\": [}".to_owned(), "line 2 column 13"),
        ("null".to_owned(), "Send a JSON object."),
        ("42".to_owned(), "Send a JSON object."),
        (format!("[{good}]"), "Send a JSON object."),
        (deep, "recursion limit"),
        (format!("{{{}}}", wide.join(",")), "too many fields"),
        (format!("{good} {good}"), "trailing characters"),
        (format!("{good},"), "trailing characters"),
        (
            good.replacen('{', "{\"currency\":\"USD\",", 1),
            "a field comes twice at line 1 column",
        ),
        (
            good.replacen("\"quantity\":1", "\"quantity\":1,\"quantity\":2", 1),
            "a field comes twice at line 1 column",
        ),
        (
            good.replacen("\"email\":", "\"email\":\"eve@example.com\",\"email\":", 1),
            "a field comes twice at line 1 column",
        ),
        (good.replacen("\"EUR\"", "\"\\ud800\"", 1), "line 1 column"),
        (good.replacen("\"EUR\"", "'EUR'", 1), "line 1 column"),
    ] {
        let reply = shop.post_text("/v1/orders", KEY, &body);
        assert_eq!(problem_of(&reply), "400 malformed_body", "{body:.200}");
        let detail = json_of(&reply)["detail"].to_string();
        assert!(detail.contains(says), "{says}: {detail}");
    }
    let headers = [
        ("content-type", "application/json"),
        ("idempotency-key", KEY),
    ];
    let reply = shop.send(
        Method::Post,
        "/v1/orders",
        &headers,
        b"{\"currency\":\"\xff\"}",
    );
    assert_eq!(code_of(&reply), "malformed_body", "not UTF-8");
    assert_eq!(shop.count("orders"), 0);
    shop.check();
}

/// A field of another type, or that nobody knows, is told by its place, with all others at once.
#[test]
fn a_field_of_another_type_is_named_and_the_answer_says_what_to_give() {
    let shop = Shop::open();
    let mut body = order_body();
    body["price"] = json!(1);
    body["currency"] = json!(978);
    body["items"][0]["quantity"] = json!("1");
    body["items"][0]["priec"] = json!(1);
    let items = body["items"].as_array_mut().expect("items");
    items.extend([json!(["site-backup", 12, 1]), json!({})]);
    body["customer"]["name"] = json!(5);
    body["billing"] = json!("Ada");
    body["expected_total"] = json!({ "amount": 1, "currency": "EUR" });
    body["despite_review"] = json!("no");
    let reply = shop.post("/v1/orders", KEY, None, &body);
    assert_eq!(problem_of(&reply), "422 invalid_fields");
    let told: Vec<String> = json_of(&reply)["errors"]
        .as_array()
        .expect("errors")
        .iter()
        .map(|error| {
            let text = |name: &str| error[name].as_str().expect("a text");
            format!("{} {}: {}", text("field"), text("code"), text("message"))
        })
        .collect();
    let whole = "Give a whole number, without quotation marks.";
    assert_eq!(
        told,
        [
            &format!("items[0].quantity wrong_type: {whole}"),
            "items[0].priec unknown_field: No field has this name.",
            "items[1] wrong_type: Give an object.",
            "items[2].product required: This field is needed.",
            "items[2].quantity required: This field is needed.",
            "currency wrong_type: Give a text, in quotation marks.",
            "customer.name wrong_type: Give a text, in quotation marks.",
            "billing wrong_type: Give an object.",
            &format!("expected_total wrong_type: {whole}"),
            "despite_review wrong_type: Give true or false.",
            "price unknown_field: No field has this name.",
        ]
    );
    let mut many = json!({});
    for nth in 0..39 {
        many[format!("{}{nth}", "x".repeat(99))] = json!(nth);
    }
    let reply = shop.post("/v1/orders", KEY, None, &many);
    let told = json_of(&reply)["errors"].clone();
    assert_eq!(told.as_array().map(Vec::len), Some(20), "no more are told");
    assert_eq!(told[0]["field"], "x".repeat(40));
    assert_eq!(shop.count("orders"), 0);
    shop.check();
}

/// The limiter: refused with when to come back, before anything is read; a provider and what is the
/// same for everybody are never limited.
#[test]
fn a_client_that_asks_too_often_is_told_when_to_come_back() {
    let shop = Shop::open();
    let buyer = shop.order();
    for spec in &ROUTES {
        shop.world.admit_only(0);
        shop.world.take_io();
        let reply = call(&shop, spec, &buyer.number, &[]);
        let limited = !matches!(spec.policy, Policy::Public | Policy::Signature);
        assert_eq!(
            reply.status == 429,
            limited,
            "{:?} {}",
            spec.route,
            reply.status
        );
        if limited {
            assert_eq!(reply.header("retry-after"), Some("60"), "{:?}", spec.route);
            assert!(shop.world.take_io().is_empty(), "{:?}", spec.route);
        }
    }
    shop.world.admit_only(1);
    let path = format!("/v1/orders/{}", buyer.number);
    assert_eq!(shop.get(&path).status, 404);
    assert_eq!(shop.get(&path).status, 429);
}

/// T35, S12: a database that is away is told as "try again", with nothing of the cause.
#[test]
fn a_database_that_is_away_is_told_without_its_cause() {
    let shop = Shop::open();
    let buyer = shop.order();
    let cookie = shop.cookie(&buyer);
    let asked = |spec: &RouteSpec| {
        shop.world.trouble_at(0, Trouble::Before);
        let query = if spec.path == "/return/stripe" {
            "?payment=P2ED5SR3Q06W27"
        } else {
            ""
        };
        let query = if spec.path == "/checkout" {
            "?product=site-backup&period_months=12&currency=EUR"
        } else {
            query
        };
        let path = format!("{}{query}", path_of(spec, &buyer.number));
        let body = body_of(spec);
        let reply = call_with(&shop, spec, &path, &[("cookie", &cookie)], &body);
        let untouched = shop.world.forget_trouble();
        (reply, untouched)
    };
    let mut away = 0;
    for spec in &ROUTES {
        let (reply, untouched) = asked(spec);
        if untouched {
            continue;
        }
        away += 1;
        assert_eq!(reply.status, 503, "{:?} {}", spec.route, text(&reply));
        assert_eq!(reply.header("retry-after"), Some("30"), "{:?}", spec.route);
        assert!(!text(&reply).contains("network"), "{:?}", spec.route);
        assert!(text(&reply).contains(reply.header("x-request-id").expect("an id")));
        assert_eq!(
            text(&reply).starts_with("<!doctype"),
            spec.page,
            "{:?}",
            spec.route
        );
    }
    assert!(away >= 12, "{away} routes ask the database");
    let causes = shop.world.log_lines();
    let told = causes
        .iter()
        .filter(|line| line.to_string().contains("network connection lost"));
    assert_eq!(told.count(), away, "each cause stands in the log once");
    shop.check();
}

#[test]
fn a_lost_browser_gets_a_page_and_a_program_a_problem() {
    let shop = Shop::open();
    for path in [
        "/nowhere",
        "/v1/nothing",
        "/orders",
        "/orders/A1/x",
        "/.env",
        "//",
        "/v1/orders/",
    ] {
        let reply = shop.get(path);
        assert_eq!(problem_of(&reply), "404 not_found", "{path}");
        let accept = [("accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8")];
        let reply = shop.send(Method::Get, path, &accept, b"");
        assert_eq!(reply.status, 404, "{path}");
        assert!(
            text(&reply).contains("There is nothing at this address"),
            "{path}"
        );
    }
}

//! The staff door: who is let in, and what keeps everybody else out. The team's keys are in `keys`.

mod keys;

use common::{ANN, HERE, Io, OMAR, RUTH, SUE, Shop, StaffBrowser, form, input_value, text};
use edgetill::http::Reply;
use sandbox::access::{Access, SigningKey};
use serde_json::{Value as Json, json};
use shared::api::route::{Policy, ROUTES, RouteSpec};
use shared::http::Method;
use shared::staff::{Right, Role};

const ASSERTION: &str = "cf-access-jwt-assertion";

fn staff_routes() -> Vec<(&'static RouteSpec, Right)> {
    let of_staff = |spec: &'static RouteSpec| match spec.policy {
        Policy::Staff(right) => Some((spec, right)),
        _ => None,
    };
    ROUTES.iter().filter_map(of_staff).collect()
}

/// A path of the route, about an order that is there.
fn path_of(spec: &RouteSpec, number: &str) -> String {
    spec.path.replace("{number}", number)
}

/// Sends the route's request with these headers, as a page of ours would but for the token.
fn call(shop: &Shop, spec: &RouteSpec, number: &str, headers: &[(&str, &str)]) -> Reply {
    call_with(shop, spec, number, headers, "")
}

fn call_with(
    shop: &Shop,
    spec: &RouteSpec,
    number: &str,
    headers: &[(&str, &str)],
    token: &str,
) -> Reply {
    let mut all = headers.to_vec();
    if spec.method == Method::Post && !all.iter().any(|(name, _)| *name == "origin") {
        all.push(("origin", HERE));
    }
    all.push(("content-type", "application/x-www-form-urlencoded"));
    let body = form(&[("form_token", token)]);
    let body = if spec.method == Method::Post {
        body
    } else {
        String::new()
    };
    shop.send(spec.method, &path_of(spec, number), &all, body.as_bytes())
}

/// Everything that proves nothing, by name.
fn worthless(shop: &Shop) -> Vec<(&'static str, String)> {
    shop.world.sandbox(|sandbox, now| {
        let access = &sandbox.access;
        let good = access.claims(now, ANN);
        let header = json!({ "alg": "RS256", "kid": SigningKey::Current.id() });
        let with = |name: &str, value: Json| {
            let mut claims = good.clone();
            claims[name] = value;
            access.sign(&claims)
        };
        let genuine = access.sign_in(now, ANN);
        let (signed, _) = genuine.rsplit_once('.').unwrap();
        let unsigned = json!({ "alg": "none", "kid": SigningKey::Current.id() });
        let by_mac = json!({ "alg": "HS256", "kid": SigningKey::Current.id() });
        vec![
            ("an empty one", String::new()),
            ("no token", "Bearer nonsense".into()),
            (
                "signed with another key",
                Access::sign_with(SigningKey::Next, &header, &good),
            ),
            (
                "alg none",
                Access::sign_with(SigningKey::Current, &unsigned, &good),
            ),
            (
                "alg HS256",
                Access::sign_with(SigningKey::Current, &by_mac, &good),
            ),
            ("without its signature", format!("{signed}.")),
            ("two at once", format!("{genuine}, {genuine}")),
            ("oversized", with("groups", json!("g".repeat(5_000)))),
            ("expired", with("exp", json!(now.0 - 61))),
            ("of tomorrow", with("nbf", json!(now.0 + 86_400))),
            (
                "of another application",
                with("aud", json!(["b".repeat(64)])),
            ),
            (
                "of another team",
                with("iss", json!("https://evil.cloudflareaccess.com")),
            ),
            (
                "of the team, not the application",
                with("type", json!("org")),
            ),
            ("of a machine", with("email", Json::Null)),
        ]
    })
}

/// S120, T14, T28: each staff route, each token that proves nothing. Nothing is written, and nobody is
/// told why.
#[test]
fn s120_no_staff_route_opens_without_a_genuine_assertion() {
    let shop = Shop::open();
    let buyer = shop.order();
    let bearer = format!("Bearer {}", buyer.token);
    let cookie = shop.cookie(&buyer);
    let tokens = worthless(&shop);
    let mut asked = 0;
    for (spec, _) in staff_routes() {
        let nobody = call(&shop, spec, &buyer.number, &[]);
        assert_eq!(nobody.status, 401, "{spec:?}");
        assert_eq!(nobody.header("www-authenticate"), Some("Cloudflare-Access"));
        let id = nobody.header("x-request-id").unwrap();
        let words = text(&nobody).replace(id, "…");
        let mut strangers: Vec<(&str, Vec<(&str, &str)>)> = vec![
            ("a buyer's token", vec![("authorization", &bearer)]),
            ("a buyer's cookie", vec![("cookie", &cookie)]),
        ];
        let cookies: Vec<String> = tokens
            .iter()
            .map(|(_, token)| format!("CF_Authorization={token}"))
            .collect();
        for ((name, token), cookie) in tokens.iter().zip(&cookies) {
            strangers.push((name, vec![(ASSERTION, token)]));
            strangers.push((name, vec![("cookie", cookie)]));
        }
        for (name, headers) in strangers {
            shop.world.take_io();
            let reply = call(&shop, spec, &buyer.number, &headers);
            assert_eq!(reply.status, 401, "{:?} {name}", spec.path);
            let id = reply.header("x-request-id").unwrap();
            assert_eq!(text(&reply).replace(id, "…"), words, "{} {name}", spec.path);
            let io = shop.world.take_io();
            assert!(
                io.iter().all(|io| matches!(io, Io::Send(_))),
                "{} {name}: {io:?}",
                spec.path
            );
            asked += 1;
        }
    }
    assert_eq!(asked, staff_routes().len() * 30);
    shop.check();
}

/// S120: each role at each route.
#[test]
fn s120_each_role_is_let_in_where_its_rights_are_and_nowhere_else() {
    let shop = Shop::open();
    let buyer = shop.order();
    let people = [
        (SUE, Some(Role::Support)),
        (RUTH, Some(Role::Reviewer)),
        (OMAR, Some(Role::Reviewer)),
        (ANN, Some(Role::Admin)),
        ("stranger@shop.test", None),
        ("ada@example.com", None),
    ];
    for (email, role) in people {
        let token = shop
            .world
            .sandbox(|sandbox, now| sandbox.access.sign_in(now, email));
        let headers = [(ASSERTION, token.as_str())];
        for (spec, right) in staff_routes() {
            if spec.path == "/staff/sign-out" {
                continue;
            }
            let form_token = form_token_of(&shop, &token);
            let reply = call_with(&shop, spec, &buyer.number, &headers, &form_token);
            let may = role.is_some_and(|role| role.has(right));
            assert_eq!(
                reply.status != 403,
                may,
                "{email} {} {}",
                spec.path,
                text(&reply)
            );
            if !may {
                assert!(
                    text(&reply).contains("You may not do this"),
                    "{}",
                    text(&reply)
                );
                // As whom, and the way out.
                for words in [email, "href=\"/staff/sign-out\""] {
                    assert!(text(&reply).contains(words), "{words}: {}", text(&reply));
                }
            }
        }
    }
    shop.check();
}

/// The token of a session's forms, as the page would tell it to whoever may see one.
fn form_token_of(shop: &Shop, assertion: &str) -> String {
    use shared::access::KeyLookup;
    let access = shop.settings.access.as_ref().unwrap();
    let now = shop.world.sandbox(|_, now| now);
    let read = access.read(assertion, now).unwrap();
    let key = edgetill::world::World::recall(&shop.world, |memory| {
        memory.access_keys.look_up(read.key_id(), now)
    });
    let KeyLookup::Known(key) = key else {
        // The first request fetches the keys.
        let _ = shop.staff_with(assertion.to_owned()).open("/staff");
        return form_token_of(shop, assertion);
    };
    let who = read.pending(&key).conclude(true).unwrap();
    let secret = &shop.settings.links.as_ref().unwrap().current;
    shared::id::FormToken::derive(secret, &who)
        .reveal()
        .to_owned()
}

/// A session outlives neither the person's presence nor their role.
#[test]
fn s120_somebody_who_is_disabled_in_the_middle_of_a_session_is_out_at_once() {
    let shop = Shop::open();
    let omar = shop.staff(OMAR);
    let form_token = omar.form_token();
    let ann = shop.staff(ANN);
    let reply = ann.submit("/staff/people/disable", &[("email", OMAR)]);
    assert_eq!(reply.status, 303, "{}", text(&reply));
    assert_eq!(omar.open("/staff").status, 403);
    let reply = omar.submit_with("/staff/search", &form_token, &[("query", "x")]);
    assert_eq!(reply.status, 403);
    let demoted = ann.submit("/staff/people", &[("email", RUTH), ("role", "support")]);
    assert_eq!(demoted.status, 303, "{}", text(&demoted));
    let ruth = shop.staff(RUTH);
    assert_eq!(ruth.open("/staff").status, 200);
    let resolve = ruth.submit("/staff/cases", &[("kind", "k"), ("subject", "s")]);
    assert_eq!(resolve.status, 403);
    shop.check();
}

/// T27: a page of another site can send our forms along with the cookie, and gets nothing.
#[test]
fn a_form_from_elsewhere_or_of_another_session_changes_nothing() {
    let shop = Shop::open();
    let ann = shop.staff(ANN);
    let good = ann.form_token();
    let of_ruth = shop.staff(RUTH).form_token();
    shop.world.advance(60);
    let of_a_later_session = shop.staff(ANN).form_token();
    assert_ne!(good, of_a_later_session);
    let cookie = format!("CF_Authorization={}", ann.assertion);
    let admit = |headers: &[(&str, &str)], token: &str| {
        let mut all = vec![("content-type", "application/x-www-form-urlencoded")];
        all.push(("cookie", &cookie));
        all.extend(headers);
        let fields = [
            ("form_token", token),
            ("email", "eve@shop.test"),
            ("role", "admin"),
        ];
        shop.send(
            Method::Post,
            "/staff/people",
            &all,
            form(&fields).as_bytes(),
        )
    };
    for headers in [
        &[][..],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("origin", "")],
        &[("origin", "https://127.0.0.1:8787")],
        &[("origin", "https://shop.lumen.example")],
        &[
            ("origin", "https://evil.example"),
            ("sec-fetch-site", "same-origin"),
        ],
        &[("origin", HERE), ("sec-fetch-site", "cross-site")],
        &[("origin", HERE), ("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "none")],
    ] {
        assert_eq!(admit(headers, &good).status, 403, "{headers:?}");
    }
    for token in ["", "x", &good[1..], &of_ruth, &of_a_later_session] {
        let reply = admit(&[("origin", HERE)], token);
        assert_eq!(reply.status, 403, "{token}");
        assert!(
            text(&reply).contains("This form is not current"),
            "{}",
            text(&reply)
        );
    }
    let json = [
        ("content-type", "application/json"),
        ("origin", HERE),
        ("cookie", &cookie),
    ];
    let reply = shop.send(Method::Post, "/staff/people", &json, b"{}");
    assert_eq!(reply.status, 415);
    assert_eq!(shop.count("staff_audit"), 0);
    assert_eq!(shop.count("staff"), 4);
    for headers in [
        &[("origin", HERE)][..],
        &[("sec-fetch-site", "same-origin")],
    ] {
        assert_eq!(admit(headers, &good).status, 303, "{headers:?}");
    }
    shop.check();
}

/// The header is what Access put there; its cookie serves where no header comes through.
#[test]
fn a_bad_header_is_not_made_good_by_a_cookie() {
    let shop = Shop::open();
    let ann = shop.staff(ANN);
    let cookie = format!("other=1; CF_Authorization={}", ann.assertion);
    let get = |headers: &[(&str, &str)]| shop.send(Method::Get, "/staff", headers, b"").status;
    assert_eq!(get(&[("cookie", &cookie)]), 200);
    assert_eq!(get(&[("cookie", &cookie), (ASSERTION, "nonsense")]), 401);
    assert_eq!(get(&[("cookie", &cookie), (ASSERTION, "")]), 401);
}

/// S123: without a team and its application nobody comes in, whoever signed what.
#[test]
fn s123_the_door_is_closed_until_it_is_set_up() {
    for (name, value) in [
        ("ACCESS_TEAM_BASE", ""),
        ("ACCESS_TEAM_BASE", "http://lumen.cloudflareaccess.com"),
        ("ACCESS_AUD", ""),
        ("ACCESS_AUD", "example"),
        (
            "ACCESS_AUD",
            "5A4DB0010ED9E7115A4DB0010ED9E7115A4DB0010ED9E7115A4DB0010ED9E711",
        ),
    ] {
        let shop = Shop::with(&[(name, value)]);
        for (spec, _) in staff_routes() {
            let token = shop.staff(ANN).assertion;
            let reply = call(&shop, spec, "A1", &[(ASSERTION, &token)]);
            assert_eq!(reply.status, 401, "{name}={value} {}", spec.path);
        }
        shop.run_cron(60);
        let health = common::json_of(&shop.get("/healthz"));
        assert_eq!(health["doors"]["staff"], false, "{health:#}");
        assert_eq!(health["status"], "amber", "{health:#}");
        assert_eq!(health["problems"][0]["setting"], name, "{health:#}");
        let log = format!("{:?}", shop.world.log_lines());
        assert!(log.contains("the door is not set up"), "{log}");
    }
}

#[test]
fn who_is_not_signed_in_is_led_to_the_team_and_leaves_through_it() {
    let shop = Shop::open();
    let page = text(&shop.get("/staff"));
    assert!(
        page.contains("href=\"http://127.0.0.1:8790/access\""),
        "{page}"
    );
    let ann = shop.staff(ANN);
    let reply = ann.open("/staff/sign-out");
    assert_eq!(reply.status, 303);
    assert_eq!(
        reply.header("location"),
        Some("http://127.0.0.1:8790/access/cdn-cgi/access/logout")
    );
}

#[test]
fn a_page_shows_each_role_the_places_that_it_may_go() {
    let shop = Shop::open();
    let places = |who: &StaffBrowser<'_>| {
        let page = who.page("/staff");
        ["/staff/search", "/staff/cases", "/staff/people"]
            .map(|place| page.contains(&format!("href=\"{place}\"")))
    };
    assert_eq!(places(&shop.staff(SUE)), [true, true, false]);
    assert_eq!(places(&shop.staff(ANN)), [true, true, true]);
    let page = shop.staff("Ann@Shop.TEST").page("/staff/people");
    assert!(page.contains("ann@shop.test"), "{page}");
    assert!(!input_value(&page, "form_token").is_empty());
}

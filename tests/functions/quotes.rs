//! What a cart costs: the catalogue's prices, the tax of a place, and the border that numbers cross.

use common::{Shop, code_of, json_of, order_body, problem_of, text};
use serde_json::{Value as Json, json};

const QUOTES: &str = "/v1/quotes";
const KEY: &str = "quote-key-00000000000001";

fn quote(shop: &Shop, items: &Json, currency: &str, country: &str, region: &str) -> Json {
    let body = json!({
        "items": items, "currency": currency, "country": country, "region": region,
    });
    let reply = shop.post(QUOTES, KEY, None, &body);
    assert_eq!(reply.status, 200, "{}", text(&reply));
    json_of(&reply)["quote"].clone()
}

fn one(product: &str, period_months: Option<u32>, quantity: u32) -> Json {
    json!({ "product": product, "period_months": period_months, "quantity": quantity })
}

/// `field code` of every field of a problem.
fn fields(problem: &Json) -> Vec<String> {
    let errors = problem["errors"].as_array().expect("errors");
    let name = |error: &Json| format!("{} {}", error["field"], error["code"]).replace('"', "");
    errors.iter().map(name).collect()
}

/// A02: product and period are chosen; the price is the catalogue's.
#[test]
fn a02_a_price_is_the_catalogues_for_product_period_and_currency() {
    let shop = Shop::open();
    let overseas = "INSERT INTO tax_rates VALUES ('FR', 'la réunion', '8.5', 'VAT')";
    shop.world.database(|database| database.execute(overseas));
    for (product, period, currency, country, region, net, tax) in [
        ("site-backup", Some(12), "EUR", "DE", "", 10_000, 1_900),
        ("site-backup", Some(24), "USD", "US", "NY", 19_900, 1_766),
        (
            "site-backup",
            Some(24),
            "USD",
            "US",
            " n.y. ",
            19_900,
            1_766,
        ),
        ("site-backup", Some(24), "USD", "US", "KS", 19_900, 0),
        ("uptime-watch", Some(1), "USD", "CA", "QC", 499, 75),
        ("site-backup", Some(12), "EUR", "FR", "", 10_000, 2_000),
        (
            "site-backup",
            Some(12),
            "EUR",
            "FR",
            "La Réunion",
            10_000,
            850,
        ),
        (
            "site-backup",
            Some(12),
            "EUR",
            "FR",
            " LA RÉUNION ",
            10_000,
            850,
        ),
        ("studio", Some(1), "JPY", "JP", "", 12_900, 1_290),
        ("studio", Some(1), "JPY", "BR", "", 12_900, 0),
        ("trial", None, "EUR", "DE", "", 0, 0),
    ] {
        let quote = quote(
            &shop,
            &json!([one(product, period, 1)]),
            currency,
            country,
            region,
        );
        let place = format!("{product} {country} {region}");
        assert_eq!(quote["lines"][0]["net"]["amount"], net, "{place}");
        assert_eq!(quote["tax"]["amount"], tax, "{place}");
        assert_eq!(quote["total"]["amount"], net + tax, "{place}");
        assert_eq!(quote["total"]["currency"], currency, "{place}");
    }
    assert_eq!(shop.count("orders"), 0, "a quote writes nothing");
    shop.check();
}

/// A02, A23: where tax depends on the region, a typing error or a gap in it never becomes 0 %; both doors
/// say what to type, together with everything else that is wrong.
#[test]
fn a02_a_region_that_leaves_the_tax_open_is_refused_at_its_field() {
    let shop = Shop::open();
    let missing = "Tax depends on the state or region here: type its code, such as NY, TX.";
    let unclear = "Use the code of your state or region, such as NY, TX.";
    for (region, code, message) in [
        (Json::Null, "required", missing),
        (json!(""), "required", missing),
        (json!("New York"), "unknown_region", unclear),
        (json!("US-NY"), "unknown_region", unclear),
    ] {
        let (item, currency) = (one("site-backup", Some(12), 1), "USD");
        let asked = json!({
            "items": [item], "currency": currency, "country": "US", "region": region,
        });
        let mut wanted = order_body();
        wanted["items"] = json!([item]);
        wanted["currency"] = json!(currency);
        wanted["billing"]["country"] = json!("US");
        wanted["billing"]["region"] = region.clone();
        for (path, field, body) in [
            (QUOTES, "region", &asked),
            ("/v1/orders", "billing.region", &wanted),
        ] {
            let told = json_of(&shop.post(path, KEY, None, body));
            let error = json!([{ "field": field, "code": code, "message": message }]);
            assert_eq!(told["errors"], error, "{path} {region}");
            let mut worse = body.clone();
            worse["items"][0]["quantity"] = json!(0);
            let told = json_of(&shop.post(path, KEY, None, &worse));
            let both = [
                format!("{field} {code}"),
                "items[0].quantity out_of_range".into(),
            ];
            assert_eq!(fields(&told), both, "{path} {region}");
        }
    }
    assert_eq!(shop.count("orders"), 0);
    shop.check();
}

/// A23: the order keeps the region of its rate, and every figure of tax names it.
#[test]
fn a23_the_tax_of_a_region_is_named_with_it() {
    let shop = Shop::open();
    let mut body = order_body();
    body["currency"] = json!("USD");
    body["billing"]["country"] = json!("US");
    for (region, named, label) in [
        (
            "n.y.",
            json!("NY"),
            "Sales tax (8.875 %, United States, NY)",
        ),
        ("OR", Json::Null, "Tax (0 %, United States)"),
    ] {
        body["billing"]["region"] = json!(region);
        let buyer = shop.order_of(&body, &format!("order-key-{region:-<16}"));
        let view = shop.view(&buyer);
        assert_eq!(view["quote"]["tax_region"], named, "{view}");
        let page = shop.page(&buyer);
        assert!(page.contains(label), "{label}: {page}");
    }
    shop.check();
}

#[test]
fn prices_that_contain_tax_stay_what_they_are() {
    let shop = Shop::with(&[("TAX_MODE", "inclusive")]);
    let quote = quote(
        &shop,
        &json!([one("site-backup", Some(12), 1)]),
        "EUR",
        "DE",
        "",
    );
    assert_eq!(quote["total"]["amount"], 10_000);
    assert_eq!(quote["tax"]["amount"], 1_597);
    assert_eq!(quote["tax_mode"], "inclusive");
}

/// S44: three lines that round; they sum to the total, tax included.
#[test]
fn s44_the_lines_of_a_cart_that_rounds_sum_to_its_total() {
    let shop = Shop::open();
    let items = json!([
        one("uptime-watch", Some(1), 1),
        one("uptime-watch", Some(1), 3),
        one("site-backup", Some(1), 7),
    ]);
    let quote = quote(&shop, &items, "USD", "US", "NY");
    let lines = quote["lines"].as_array().expect("lines");
    for column in ["total", "tax"] {
        let sum: i64 = lines
            .iter()
            .filter_map(|line| line[column]["amount"].as_i64())
            .sum();
        assert_eq!(Json::from(sum), quote[column]["amount"], "{column}");
    }
    // 97.96 + 8.875 % is 8.69395: rounded for the cart, not for each line (44 + 133 + 683 = 860).
    assert_eq!(quote["tax"]["amount"], 861);
}

#[test]
fn what_is_not_for_sale_is_refused_at_its_field() {
    let shop = Shop::open();
    shop.world.database(|database| {
        database.execute("UPDATE products SET active = 0 WHERE product_id = 'studio'");
    });
    let cart = |item: Json| json!({ "items": [item], "currency": "EUR", "country": "DE" });
    let good = one("site-backup", Some(12), 1);
    for (body, expected) in [
        (
            cart(one("nothing", Some(12), 1)),
            "items[0].product unknown_product",
        ),
        (
            cart(one("studio", Some(12), 1)),
            "items[0].product unknown_product",
        ),
        (
            cart(one("site-backup", Some(13), 1)),
            "items[0].period_months no_price",
        ),
        (
            cart(one("site-backup", None, 1)),
            "items[0].period_months no_price",
        ),
        (
            cart(one("trial", Some(0), 1)),
            "items[0].period_months no_price",
        ),
        (
            json!({ "items": [good], "currency": "GBP", "country": "DE" }),
            "items[0].product unknown_product",
        ),
        (
            json!({ "items": [good], "currency": "eur", "country": "DE" }),
            "currency unknown_currency",
        ),
        (
            json!({ "items": [good], "currency": "EUR", "country": "XX" }),
            "country unknown_country",
        ),
        (
            json!({ "items": [], "currency": "EUR", "country": "DE" }),
            "items item_count",
        ),
        (
            json!({ "items": vec![good; 21], "currency": "EUR", "country": "DE" }),
            "items item_count",
        ),
    ] {
        let reply = shop.post(QUOTES, KEY, None, &body);
        assert_eq!(reply.status, 422, "{body}");
        assert_eq!(fields(&json_of(&reply)), [expected], "{body}");
    }
}

#[test]
fn everything_that_is_missing_is_told_at_once() {
    let shop = Shop::open();
    let reply = shop.post(QUOTES, KEY, None, &json!({}));
    assert_eq!(problem_of(&reply), "422 invalid_fields");
    assert_eq!(
        fields(&json_of(&reply)),
        [
            "country unknown_country",
            "currency unknown_currency",
            "items item_count"
        ]
    );
}

#[test]
fn twenty_lines_of_the_same_thing_are_twenty_lines() {
    let shop = Shop::open();
    let items = Json::from(vec![one("site-backup", Some(12), 1); 20]);
    let quote = quote(&shop, &items, "EUR", "DE", "");
    assert_eq!(quote["lines"].as_array().map(Vec::len), Some(20));
    assert_eq!(quote["total"]["amount"], 238_000);
}

/// S45: what is no whole number from 1 to 999 never becomes a quantity, at either door that takes
/// one, and costs no row.
#[test]
fn s45_odd_quantities_are_refused_at_the_border() {
    let shop = Shop::open();
    for (quantity, expected) in [
        ("0", "422 invalid_fields"),
        ("-1", "422 invalid_fields"),
        ("1000", "422 invalid_fields"),
        ("2147483648", "422 invalid_fields"),
        ("4294967297", "422 invalid_fields"),
        ("9007199254740991", "422 invalid_fields"),
        ("9007199254740992", "422 invalid_fields"),
        ("9223372036854775807", "422 invalid_fields"),
        ("-9223372036854775808", "422 invalid_fields"),
        ("9223372036854775808", "422 invalid_fields"),
        ("1e309", "400 malformed_body"),
        ("-1e309", "400 malformed_body"),
        ("1e2", "422 invalid_fields"),
        ("1.0", "422 invalid_fields"),
        ("1.5", "422 invalid_fields"),
        ("-0", "422 invalid_fields"),
        ("01", "400 malformed_body"),
        ("+1", "400 malformed_body"),
        ("0x1", "400 malformed_body"),
        ("NaN", "400 malformed_body"),
        ("Infinity", "400 malformed_body"),
        ("\"1\"", "422 invalid_fields"),
        ("true", "422 invalid_fields"),
        ("null", "422 invalid_fields"),
        ("[1]", "422 invalid_fields"),
        ("{}", "422 invalid_fields"),
    ] {
        let items = format!(
            r#""items":[{{"product":"site-backup","period_months":12,"quantity":{quantity}}}]"#
        );
        let quote = format!(r#"{{{items},"currency":"EUR","country":"DE"}}"#);
        let order = format!(
            r#"{{{items},"currency":"EUR","customer":{{"name":"A","email":"a@example.com"}},"billing":{{"name":"A","line1":"B","city":"C","postal_code":"1","country":"DE"}}}}"#
        );
        for (path, body) in [(QUOTES, quote), ("/v1/orders", order)] {
            let reply = shop.post_text(path, KEY, &body);
            assert_eq!(problem_of(&reply), expected, "{path} {quantity}");
        }
    }
    assert_eq!(shop.count("orders"), 0);
    assert_eq!(shop.count("idempotency"), 0);
    shop.check();
}

/// S45: amounts are exact up to 2^53 − 1 and refused beyond.
#[test]
fn s45_an_amount_near_2_53_is_exact_and_one_beyond_is_refused() {
    let shop = Shop::open();
    let most = 9_007_199_254_740_991_i64;
    shop.offer("studio", 120, "USD", most);
    let item = |quantity| json!([one("studio", Some(120), quantity)]);
    let whole = quote(&shop, &item(1), "USD", "US", "OR");
    assert_eq!(whole["total"]["amount"], most);
    for (items, country) in [(item(2), "US"), (item(999), "US"), (item(1), "DE")] {
        let body = json!({
            "items": items, "currency": "USD", "country": country, "region": "OR",
        });
        let reply = shop.post(QUOTES, KEY, None, &body);
        assert_eq!(code_of(&reply), "invalid_fields");
        assert_eq!(fields(&json_of(&reply)), ["items too_large"], "{body}");
    }
    // The database takes no price beyond it either.
    let refused = shop.world.database(|database| {
        let price = "INSERT INTO prices VALUES ('studio', 119, 'USD', 9007199254740992)";
        database.connection().execute_batch(price).is_err()
    });
    assert!(refused);
}

#[test]
fn the_catalogue_lists_every_price_that_can_be_quoted() {
    let shop = Shop::open();
    let list = json_of(&shop.get("/v1/products"));
    let mut prices = 0;
    for product in list["products"].as_array().expect("products") {
        for price in product["prices"].as_array().expect("prices") {
            let body = json!({
                "items": [{
                    "product": product["product"],
                    "period_months": price["period_months"],
                    "quantity": 1,
                }],
                "currency": price["unit_amount"]["currency"],
                "country": "US",
                "region": "OR",
            });
            let reply = shop.post(QUOTES, KEY, None, &body);
            assert_eq!(reply.status, 200, "{body} {}", text(&reply));
            assert_eq!(
                json_of(&reply)["quote"]["total"],
                price["unit_amount"],
                "{body}"
            );
            prices += 1;
        }
    }
    assert_eq!(prices, shop.count("prices"));
}

/// One mistake in the operator's catalogue hides one price, not the shop.
#[test]
fn a_price_that_cannot_be_read_is_left_out_and_logged() {
    let shop = Shop::open();
    shop.world.database(|database| {
        database.execute(
            "INSERT INTO prices (product_id, period_months, currency, unit_amount_minor)
             VALUES ('studio', 1, 'XQX', 100)",
        );
    });
    let list = json_of(&shop.get("/v1/products"));
    assert_eq!(list["products"].as_array().unwrap().len(), 5);
    assert!(!list.to_string().contains("XQX"));
    let logged = format!("{:?}", shop.world.log_lines());
    assert!(logged.contains("prices that cannot be read"), "{logged}");
    shop.check();
}

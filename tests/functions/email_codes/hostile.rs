//! What is no code costs no try, and what is no business of the caller tells nothing.

use common::{Shop, code_of, problem_of, text};
use serde_json::json;
use shared::http::Method;

use super::{error_of, for_nothing, ordered};

#[test]
fn what_is_no_code_is_told_apart_without_a_try() {
    let shop = Shop::open();
    let buyer = ordered(&shop);
    let code = shop.mailed_code(&buyer);
    let digits = code.replace(' ', "");
    let unicode: String = digits
        .chars()
        .filter_map(|digit| char::from_u32(u32::from(digit) - 0x30 + 0xff10))
        .collect();
    let long = digits.repeat(4_000);
    let cases = [
        "",
        "1234567",
        "123456789",
        "abcdefgh",
        "' OR 1=1 --",
        "12345678\u{0}",
        "-1234567",
        unicode.as_str(),
        long.as_str(),
        &format!("{digits}{digits}"),
        &format!("{digits}x"),
    ];
    for typed in cases {
        let told = error_of(&shop.type_code(&buyer, typed));
        assert_eq!(
            told, "code_malformed: Type the 8 digits from our mail.",
            "{typed:.40}"
        );
    }
    assert_eq!(shop.value("SELECT tries FROM email_codes"), 0);
    let path = format!("/v1/orders/{}/email-confirmation", buyer.number);
    for body in [json!({}), json!({ "code": "" })] {
        let reply = shop.post(&path, "", Some(&buyer.token), &body);
        assert_eq!(code_of(&reply), "invalid_fields");
    }
    for body in [
        json!({ "code": 12_345_678 }),
        json!({ "code": null }),
        json!({ "code": "1", "x": 1 }),
    ] {
        let reply = shop.post(&path, "", Some(&buyer.token), &body);
        assert_eq!(problem_of(&reply), "422 invalid_fields", "{body}");
    }
    let endless = json!({ "code": "1".repeat(70_000) });
    let reply = shop.post(&path, "", Some(&buyer.token), &endless);
    assert_eq!(problem_of(&reply), "413 body_too_large");
    // Spaces and hyphens as people and mail programs put them are forgiven.
    let spaced = format!(" {}\u{a0}- {}\n", &digits[..3], &digits[3..]);
    assert_eq!(shop.type_code(&buyer, &spaced).status, 200);
    shop.check();
}

/// A form from another site types no code and asks for none.
#[test]
fn a_form_of_another_site_does_nothing() {
    let shop = Shop::open();
    let buyer = ordered(&shop);
    let cookie = shop.cookie(&buyer);
    shop.world.advance(60);
    for path in ["email-code", "email-confirmation"] {
        let path = format!("/orders/{}/{path}", buyer.number);
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("origin", "https://evil.example"),
            ("cookie", &cookie),
        ];
        let reply = shop.send(Method::Post, &path, &headers, b"code=12345678");
        assert_eq!(reply.status, 403, "{}", text(&reply));
    }
    assert_eq!(shop.count("email_codes"), 1);
    assert_eq!(shop.value("SELECT tries FROM email_codes"), 0);
}

/// The schema refuses what no function would do: to pay or complete before the address is confirmed, and
/// to confirm it by anything but the newest code, in time.
#[test]
fn the_schema_holds_what_the_functions_decide() {
    let refused = |shop: &Shop, sql: &str| {
        shop.world.database(|database| {
            let done = database.connection().execute_batch(sql);
            done.map_or_else(|error| error.to_string(), |()| "done".into())
        })
    };
    let shop = Shop::open();
    let buyer = shop.order_of(&for_nothing(&shop), super::KEY);
    let number = &buyer.number;
    let confirm = format!(
        "INSERT INTO order_history VALUES ('{number}', 2, 'unpaid', 'confirmed', 'confirmed', 'buyer',
         'request', '', '01234567890123456789012345', 1795284000, 'S2ED5SR3Q06W2S', 'nothing')"
    );
    assert_eq!(refused(&shop, &confirm), "email_not_confirmed");
    let mark = "UPDATE redemptions SET confirmed_at = 1795284000";
    assert_eq!(refused(&shop, mark), "redemption_without_code");
    for (at, told) in [
        (1_795_283_999, "email_code_not_confirmable"),
        (1_795_284_900, "email_code_not_confirmable"),
    ] {
        let sql =
            format!("UPDATE email_codes SET tries = 1; UPDATE email_codes SET confirmed_at = {at}");
        assert_eq!(refused(&shop, &format!("BEGIN; {sql}; COMMIT")), told);
        assert_eq!(refused(&shop, "ROLLBACK"), "done");
    }
    shop.world.advance(60);
    assert_eq!(shop.ask_for_code(&buyer, super::ANOTHER).status, 200);
    let first = "UPDATE email_codes SET tries = 1 WHERE nth = 1";
    assert_eq!(refused(&shop, first), "email_code_over");
    shop.confirm_email(&buyer);
    shop.check();
}

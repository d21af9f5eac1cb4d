//! What a statement is run with.

use rusqlite::types::Value;
use shared::statement::Sql;

/// Values for a statement's parameters that make it find something, as D1 binds them.
pub(crate) fn values(sql: Sql) -> Vec<Value> {
    let text = |text: &str| Value::Text(text.to_owned());
    let none = || Value::Null;
    let int = |int: i32| Value::Real(int.into());
    let hash = || text(&"0".repeat(64));
    let token = || text(&"0".repeat(26));
    let (paid, open, starting) = ("PAYMT000000001", "PAYMT000000005", "PAYMT000000010");
    let order = "ORDER000000005";
    match sql.name {
        "OPEN_CASE" | "OPEN_CASE_ADDING" => {
            vec![text("new"), text("s"), text(order), text("{}"), int(9)]
        }
        "CLOSE_CASE" => vec![text("money_late"), text("cs_5"), int(99), text("told")],
        "TAKE_FROM_CASE" => vec![
            text("[\"money_late\"]"),
            text("cs_5"),
            int(1),
            int(99),
            text("told"),
        ],
        "MONEY_ASIDE" => vec![text(order)],
        "RESOLVE_CASE" => {
            let note = text("told");
            vec![
                text("money_late"),
                text("cs_5"),
                int(99),
                note,
                text("staff:ruth"),
            ]
        }
        "OPEN_CASES" => vec![int(5), text("money_late"), text("cs_5")],
        "CASE" => vec![text("money_late"), text("cs_5")],
        "MEMBER" => vec![text("ruth@shop.test")],
        "MEMBERS" => vec![text("a")],
        "ADMIT_MEMBER" => vec![text("tim@shop.test"), text("support"), int(9)],
        "DISABLE_MEMBER" => vec![text("ruth@shop.test"), int(9)],
        "INSERT_AUDIT" => {
            let (who, what) = (text("ruth@shop.test"), text("resolve_case"));
            vec![int(9), token(), who, what, text("refund/re_1"), text("{}")]
        }
        "AUDIT_BY_TOKEN" => vec![int(7), text(&format!("{:026}", 7))],
        "AUDIT" => vec![],
        "PRODUCTS" => vec![],
        "LAST_RUN" => vec![int(500)],
        "COUPON" => vec![text("COUPN000000001")],
        "HOLD_USE" => {
            let (order, code) = (text("ORDER000000015"), text("COUPN000000001"));
            vec![order, code, text("ada@example.com"), int(9)]
        }
        "ISSUE_CODES" => {
            let (codes, terms) = (text(r#"["KNEW0000000001"]"#), text("{}"));
            vec![
                codes,
                terms,
                int(9),
                int(99),
                int(1),
                text("ORDER000000001"),
                int(1),
            ]
        }
        "CODES_OF_ORDER" => vec![text("ORDER000000001")],
        "STOP_CODES" => vec![text("ORDER000000001")],
        "TURN_CODES" => vec![text("ORDER000000001"), text("paused")],
        "DISPUTE_CODES" => vec![text("ORDER000000001"), text("du_1"), int(1)],
        "CLOSE_USED_CASE" => vec![text("ORDER000000002"), int(9), text("told")],
        "CASE_OF_CODES" => vec![text("ORDER000000001"), int(9), text("coupons_used")],
        "ALERT_OF_CODES" => {
            let (kind, key) = (text("mail_staff_alert"), text("coupons_used/x"));
            let of = text("coupons_used");
            vec![text("ORDER000000001"), kind, key, text("{}"), int(9), of]
        }
        "INSERT_COUPON" => vec![
            text("KNEW0000000001"),
            text("{}"),
            int(9),
            none(),
            int(1),
            int(1),
            text(""),
            text("staff:ann@shop.test"),
            int(9),
        ],
        "COUPONS_OF_STAFF" => vec![int(500), text("COUPN000000001")],
        "COUPON_FOR_STAFF" => vec![text("COUPN000000001")],
        "TURN_COUPON" => vec![text("COUPN000000001"), text("paused")],
        "USES_OF_COUPON" => vec![text("COUPN000000001")],
        "ORDERS_BY_COUPON" => vec![text("COUPN000000006")],
        "USE_BY_ORDER" => vec![text("COUPN000000001"), text("ORDER000000001")],
        "RESTORE_USE" => {
            let (code, order) = (text("COUPN000000001"), text("ORDER000000001"));
            vec![code, order, int(9), text("told")]
        }
        "CODE_OF_ORDER" => vec![text("ORDER000000030")],
        "INSERT_CODE" => vec![text("ORDER000000030"), int(2), token(), int(90), int(99)],
        "COUNT_CODE_TRY" => vec![text("ORDER000000030"), int(1)],
        "CODE_CONFIRMED" => vec![text("ORDER000000030"), int(1), int(99)],
        "COUNT_TRY" => vec![text("client:7"), int(9), int(20)],
        "PRUNE_TRIES" => vec![int(500)],
        "PRICES" => vec![text(r#"["backup"]"#), text("EUR")],
        "PLANS" => vec![text(r#"["backup"]"#)],
        "TAX_RATES" => vec![text("DE"), text("by")],
        "INSERT_KEY" | "KEEP_KEY" => vec![
            text("start_payment"),
            text("key-of-20-characters"),
            hash(),
            text(order),
            int(9),
        ],
        "KEY" => vec![text("create_order"), text("00000000000000000007")],
        "INSERT_EVENT" => vec![
            text("stripe"),
            text("evt_new"),
            text("t"),
            text("o"),
            none(),
            none(),
            hash(),
            text("transmission_new"),
            text("parked"),
            text(""),
            int(9),
            int(9),
        ],
        "KNOWN_EVENT" => vec![text("stripe"), text("evt_7"), text("transmission_7")],
        "KNOWN_EVENTS" => vec![text("stripe"), text(r#"["evt_7", "evt_new"]"#)],
        "LEASE_EVENTS" | "LEASE_ORDERS" | "LEASE_MESSAGES" | "LEASE_PAYMENTS" => {
            vec![int(500), int(2_000_000_000), int(8)]
        }
        "EVENT_ENDED" => vec![text("stripe"), text("evt_5"), text("done"), text("")],
        "EVENT_GIVEN_BACK" => vec![text("stripe"), text("evt_5"), int(9), int(5)],
        "EVENT_DUE" => vec![text("stripe"), text("evt_5"), int(99), text("")],
        "FIND_CACHED" => vec![text("paypal_key"), text("cert-7"), int(9)],
        "PUT_CACHED" => vec![text("paypal_key"), text("cert-7"), text("new"), int(99)],
        "FORGET_CACHED" => vec![text("paypal_key"), text("cert-7"), text("key")],
        "INSERT_RUN" => {
            let run = text("new");
            vec![int(3), run, int(3), int(0), int(0), text("{}")]
        }
        "PRUNE_RUNS" => vec![int(500)],
        "LEASE_CURSORS" => vec![int(1), int(2)],
        "MOVE_CURSOR" => vec![text("stripe"), text("1:evt_1"), none()],
        "INSERT_TRANSFER" => vec![
            text("capture:new"),
            text("provider:stripe:EUR"),
            text("order:ORDER000000005"),
            text("EUR"),
            int(1190),
            text("event"),
            int(9),
        ],
        "INSERT_REFUND" => vec![
            text("ORDER000000006"),
            int(3),
            text("PAYMT000000006"),
            int(1),
            text("[]"),
        ],
        "INSERT_ORDER" => vec![
            text("ORDERNEWNUMBER"),
            text("EUR"),
            int(1000),
            int(0),
            int(190),
            int(1190),
            text("{}"),
            text("{}"),
            text("{}"),
            text("ada@example.com"),
            hash(),
            // Long after the others of the address, which may have ten within an hour.
            int(9_000_000),
            int(9_000_099),
            text("[]"),
            int(9_000_099),
            text(order),
        ],
        "NEWEST_REPLACEMENT" => vec![text("ORDER000000035")],
        "INSERT_HISTORY" => vec![
            text(order),
            int(3),
            text("unpaid"),
            text("expired"),
            text("expired"),
            text("cron"),
            text("deadline"),
            text(""),
            token(),
            int(9),
            none(),
            none(),
        ],
        "ORDER_BY_NUMBER" | "ORDERS_BY_NUMBER" | "HISTORY" | "PAYMENTS_OF_ORDER"
        | "CASES_OF_ORDER" => vec![text(order)],
        "MOVEMENTS_OF_ORDER" => vec![text("ORDER000000001")],
        "ORDERS_BY_PROVIDER_REFERENCE" => vec![text("pi_1")],
        "ORDER_GIVEN_BACK" => vec![text(order), int(9), int(14)],
        "ORDER_DUE" => vec![text(order), int(99)],
        "ORDER_OF_CHECKOUT" | "PAYMENT_OF_CHECKOUT" => {
            vec![text("stripe"), text("cs_1"), text(open)]
        }
        "ORDER_OF_PAYMENT" | "ORDERS_BY_PAYMENT_ID" | "PAYMENT_BY_ID" => vec![text(paid)],
        "ORDER_OF_MESSAGE" | "PENDING_MESSAGE" | "MESSAGE_SENT" => vec![text("mail"), text(order)],
        "HISTORY_BY_TOKEN" => vec![text(order), text(&format!("{:026}", 6))],
        "TENTH_OF_CUSTOMER" => vec![text("ada@example.com"), int(1)],
        "ORDERS_BY_CUSTOMER_EMAIL" | "ORDERS_BY_PAYER_EMAIL" => vec![text("ada@example.com")],
        "ORDERS_BY_PAYER_NAME" => vec![text("ada lovelace")],
        "ORDERS_BY_SUBSCRIPTION_ID" => vec![text("SUBSC000000001")],
        "INSERT_MESSAGE" => {
            let (kind, key) = (text("new"), text(order));
            vec![kind, key, text(order), text("{}"), int(9), int(9)]
        }
        "MESSAGE_RETRY" | "MESSAGE_WAITS" => vec![text("mail"), text(order), int(99), text("503")],
        "MESSAGE_GIVEN_BACK" => vec![text("mail"), text(order), int(9), int(5)],
        "MESSAGE_DEAD" => vec![text("mail"), text(order), text("503")],
        "INSERT_PAYMENT" => vec![
            text("PAYMTNEWNUMBER"),
            text("stripe"),
            text("EUR"),
            int(1190),
            text("a=b"),
            text("k"),
            int(9),
            int(99),
        ],
        "INSERT_ALLOCATION" => {
            vec![text("PAYMTSTARTING1"), text("ORDER000000015"), int(1190)]
        }
        "INSERT_FOUND" => vec![text("PAYMTNEWNUMBER"), text(open), text("cs_found")],
        "INSERT_FOUND_ALLOCATION" => {
            vec![text("PAYMTFOUNDOVER"), text("ORDER000000015"), int(1190)]
        }
        "PAYMENT_OPENED" => vec![text(starting), text("cs_new"), text("https://pay"), int(99)],
        "PAYMENT_BOUND" => vec![text(starting), text("cs_new")],
        "PAYMENT_CAPTURING" => vec![text(open), text("cs_5"), int(0)],
        "PAYMENT_DECLINED" => vec![text(open), int(0)],
        "PAYMENT_MOVED" => vec![text(open), text("failed"), text("declined"), none()],
        "PAYMENT_PAID" => vec![
            text(open),
            text("pi_5"),
            int(1190),
            text("EUR"),
            text("Visa"),
            text("ada@example.com"),
            int(9),
            text("ada lovelace"),
        ],
        "PAYMENT_GIVEN_BACK" => vec![text(open), int(9), int(14)],
        "PAYMENT_UNCONFIRMED" | "PAYMENT_DUE" => vec![text(open), int(99)],
        "LIVE_PAYMENT_DUE" => vec![text("ORDER000000005"), int(99)],
        "PAYMENT_BY_CAPTURE" | "ORDER_BY_CAPTURE" => vec![text("stripe"), text("pi_1")],
        "ACCOUNTS_FOR_ORDER" | "PROOFS_OF_ORDER" | "DECISIONS_OF_ORDER" => {
            vec![text("ORDER000000001")]
        }
        "QUEUE" => vec![int(5), text("A")],
        "SIGNED_BY_HAND" => Vec::new(),
        "PROOFS_OF_SAME_FILE" | "PROOFS_OF_SAME_TRANSFER" | "RECEIPT_OF_PROOF" => {
            vec![text("ORDER000000030")]
        }
        "ACCOUNTS" => vec![text("a")],
        "INSERT_ACCOUNT" => vec![
            text("new-eur"),
            text("EUR"),
            text("Bank"),
            text("Shop"),
            text("DE02 9999"),
            text(""),
            text(""),
            text("staff:ann@shop.test"),
            int(9),
        ],
        "RETIRE_ACCOUNT" => vec![text("main-3"), text("staff:ann@shop.test"), int(9)],
        "ACCOUNT_BY_ID" => vec![text("main-1")],
        "PROOF_BY_ID" | "PROOF_SUPERSEDED" => vec![text("DOCUM000000005")],
        "PROOF_REMOVED" => vec![text("DOCUM000000001"), int(9)],
        "INSERT_PROOF" => vec![
            text("DOCUMNEWNUMBER"),
            text("ORDER000000020"),
            text("PAYMT000000020"),
            text("main-1"),
            text(&format!("proofs/{:026}", 20)),
            hash(),
            int(9),
            text("application/pdf"),
            none(),
            none(),
            text("a.pdf"),
            text("REF"),
            int(9),
        ],
        "INSERT_RECEIPT" => vec![
            text("main-1"),
            text("NEW"),
            text("EUR"),
            int(1190),
            text("2026-11-21"),
        ],
        "INSERT_DECISION" => vec![
            text(&format!("{:026}", 31)),
            text("ORDER000000030"),
            text("PAYMT000000030"),
            text("DOCUM000000030"),
            text("rejected"),
            text("staff:ruth@shop.test"),
            none(),
            int(9),
            none(),
            none(),
            none(),
            none(),
            none(),
            text("other"),
            text(""),
            none(),
        ],
        "ORDER_OF_DECISION" => vec![text(&format!("{:026}", 2))],
        "INSERT_REMOVAL" => vec![text(&format!("proofs/{}", "N".repeat(26))), none(), int(9)],
        "LEASE_REMOVALS" => vec![int(500), int(2_000_000_000), int(8)],
        "DECISIONS_OF_RECEIPT" => vec![text("NTRF1"), text("main-1")],
        "RECEIPT_AS_READ" => vec![text("NTRF1"), text("main-1"), int(1190)],
        "ORDERS_BY_BANK_REFERENCE" => vec![text("NTRF1")],
        "REMOVAL_GIVEN_BACK" => vec![text(&format!("proofs/{:026}", 5)), int(9), int(5)],
        "REMOVAL_DUE" => vec![text(&format!("proofs/{:026}", 5)), int(9)],
        "REMOVAL_DONE" => vec![text(&format!("proofs/{:026}", 5))],
        "TRANSFER_OPENED" => vec![text("PAYMT000000025"), int(99)],
        "TRANSFER_IN_REVIEW" => vec![text("PAYMT000000020"), int(99)],
        "TRANSFER_REOPENED" => vec![text("PAYMT000000030"), int(99)],
        "TRANSFER_CLOSED" => vec![text("ORDER000000020")],
        "PAYMENT_REVERSED" => vec![text(paid), int(9)],
        "TRANSFERS_OF_CAPTURE" => vec![text("stripe:cs_1")],
        other => panic!("give values for {other}"),
    }
}

//! Cases before staff: listed oldest first, and closed once by somebody's word.

use common::{ANN, RUTH, SUE, Shop, StaffBrowser, Trouble, now_or_never, text};
use edgetill::world::World;
use serde_json::json;
use shared::case::{Case, CaseKind};

/// A shop where money came for an order that had been cancelled; the case's subject.
fn shop_with_late_money() -> (Shop, String) {
    let shop = Shop::open();
    let buyer = shop.order();
    let session = shop.pay(&buyer);
    shop.pay_later_at_stripe(&session);
    shop.deliver_webhooks();
    shop.world.database(|database| {
        database.execute(&format!(
            "INSERT INTO cases (kind, subject, order_number, evidence, opened_at) VALUES
             ('money_late', '{session}', '{}', '{{\"received\": \"1.00 EUR\"}}', 1795284000)",
            buyer.number
        ));
    });
    (shop, session)
}

fn resolve(who: &StaffBrowser<'_>, subject: &str, note: &str) -> u16 {
    let fields = [("kind", "money_late"), ("subject", subject), ("note", note)];
    who.submit("/staff/cases", &fields).status
}

fn closed_because(shop: &Shop) -> String {
    let value =
        shop.value("SELECT coalesce(closed_because, 'open') FROM cases WHERE kind = 'money_late'");
    value.as_str().expect("a text").to_owned()
}

#[test]
fn a_case_is_shown_with_its_evidence_and_what_to_do_and_resolved_with_a_note() {
    let (shop, session) = shop_with_late_money();
    let ruth = shop.staff(RUTH);
    let list = ruth.page("/staff/cases");
    assert!(
        list.contains("Money late") && list.contains("Send it back the way it came"),
        "{list}"
    );
    let href = format!("/staff/cases?kind=money_late&subject={session}");
    assert!(list.contains(&href.replace('&', "&#38;")), "{list}");
    let page = ruth.page(&href);
    assert!(
        page.contains("received: 1.00 EUR") && page.contains("Resolve this case"),
        "{page}"
    );
    assert!(!shop.staff(SUE).page(&href).contains("Resolve this case"));

    assert_eq!(resolve(&ruth, &session, " \n"), 422);
    assert_eq!(closed_because(&shop), "open");
    assert_eq!(resolve(&ruth, &session, "refunded\nat the bank"), 303);
    assert_eq!(closed_because(&shop), "refunded at the bank");
    let audit = shop.rows("SELECT email, action, subject, detail FROM staff_audit");
    assert_eq!(audit.len(), 1);
    assert_eq!(audit[0]["email"], RUTH);
    assert_eq!(audit[0]["subject"], format!("money_late/{session}"));
    let owner = shop.value("SELECT owner FROM cases WHERE kind = 'money_late'");
    assert_eq!(owner, format!("staff:{RUTH}"));
    assert!(
        ruth.page("/staff/cases")
            .contains("Nothing waits for anybody.")
    );
    assert!(
        shop.staff(ANN)
            .page("/staff/people")
            .contains("refunded at the bank")
    );
    shop.check();
}

/// What comes up again after it was seen to is told again; what is open already is not.
#[test]
fn a_case_that_opens_again_alerts_again() {
    let (shop, session) = shop_with_late_money();
    let alerts = || shop.mails_of("mail_staff_alert");
    let open = |evidence: &str| {
        let now = shop.now();
        let kind = CaseKind::MoneyLate;
        let subject = session.clone();
        let evidence = json!({ "seen": evidence });
        let case = Case {
            kind,
            subject,
            order_number: None,
            evidence,
        };
        let (row, alert) = case.open(now);
        let rows = [row, alert.insert(now)];
        now_or_never(shop.world.commit(&rows)).expect("written");
        shop.run_cron(120);
    };
    open("while it is open");
    assert_eq!(alerts(), 1);
    assert_eq!(resolve(&shop.staff(RUTH), &session, "refunded"), 303);
    shop.world.advance(86_400);
    open("a day later");
    assert_eq!(alerts(), 2);
    open("while it is open again");
    assert_eq!(alerts(), 2);
    let page = shop.staff(RUTH).page("/staff/cases");
    assert!(page.contains("Money late"), "{page}");
    shop.check();
}

/// Two people, one case: the first word stands, and the second is told it.
#[test]
fn a_case_is_resolved_once_and_the_second_is_told_the_first_ones_words() {
    let (shop, session) = shop_with_late_money();
    assert_eq!(resolve(&shop.staff(RUTH), &session, "refunded"), 303);
    let fields = [
        ("kind", "money_late"),
        ("subject", session.as_str()),
        ("note", "ignored"),
    ];
    let second = shop.staff(ANN).submit("/staff/cases", &fields);
    assert_eq!(second.status, 409);
    assert!(text(&second).contains("refunded"), "{}", text(&second));
    assert_eq!(closed_because(&shop), "refunded");
    assert_eq!(shop.count("staff_audit"), 1);
    let unknown = [
        ("kind", "money_late"),
        ("subject", "nothing"),
        ("note", "x"),
    ];
    assert_eq!(shop.staff(ANN).submit("/staff/cases", &unknown).status, 404);
    assert_eq!(resolve(&shop.staff(SUE), &session, "x"), 403);
    shop.check();
}

/// P4: a lost answer is recognised, and a lost request can be sent again.
#[test]
fn a_lost_answer_leaves_a_case_resolved_once() {
    for trouble in [Trouble::Before, Trouble::After] {
        let (shop, session) = shop_with_late_money();
        let ruth = shop.staff(RUTH);
        let token = ruth.form_token();
        let fields = [
            ("kind", "money_late"),
            ("subject", session.as_str()),
            ("note", "told"),
        ];
        // The first step reads, the second writes.
        shop.world.trouble_at(1, trouble);
        let first = ruth.submit_with("/staff/cases", &token, &fields).status;
        assert_eq!(
            first,
            if trouble == Trouble::After { 303 } else { 503 },
            "{trouble:?}"
        );
        let again = ruth.submit_with("/staff/cases", &token, &fields).status;
        assert_eq!(
            again,
            if trouble == Trouble::After { 409 } else { 303 },
            "{trouble:?}"
        );
        assert_eq!(closed_because(&shop), "told");
        assert_eq!(shop.count("staff_audit"), 1);
        shop.check();
    }
}

/// Bounded: fifty on a page, the rest behind a link, none lost and none twice.
#[test]
fn a_long_list_of_cases_goes_on_where_the_page_ended() {
    let shop = Shop::open();
    shop.world.database(|database| {
        database.execute(
            "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 120)
             INSERT INTO cases (kind, subject, evidence, opened_at)
             SELECT 'refund', 're_' || n, '{}', 1795284000 + n / 60 FROM n",
        );
    });
    let ruth = shop.staff(RUTH);
    let (mut path, mut seen) = ("/staff/cases".to_owned(), Vec::new());
    for expected in [50, 50, 20] {
        let page = ruth.page(&path);
        let subjects: Vec<&str> = page
            .split("subject=")
            .skip(1)
            .map(|rest| rest.split(['"', '&']).next().unwrap())
            .filter(|subject| !subject.is_empty())
            .collect();
        let of_rows: Vec<String> = subjects
            .iter()
            .take(expected)
            .map(|s| (*s).to_owned())
            .collect();
        assert_eq!(of_rows.len(), expected, "{path}");
        seen.extend(of_rows);
        let more = page.split("<p><a href=\"").nth(1);
        path = more
            .map(|rest| common::unescaped(rest.split('"').next().unwrap()))
            .unwrap_or_default();
    }
    assert_eq!(path, "");
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 120);
}

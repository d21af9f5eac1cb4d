//! Who works here: admitted, changed and disabled by admins, never by themselves.

use common::{ANN, OMAR, RUTH, SUE, Shop, text};

const PEOPLE: &str = "/staff/people";

fn role_of(shop: &Shop, email: &str) -> String {
    let sql = format!(
        "SELECT role || iif(disabled_at IS NULL, '', ' disabled') FROM staff WHERE email = '{email}'"
    );
    let value = shop.value(&sql);
    value.as_str().unwrap_or("nobody").to_owned()
}

#[test]
fn an_admin_admits_changes_disables_and_admits_again_and_each_is_audited() {
    let shop = Shop::open();
    let ann = shop.staff(ANN);
    for (path, fields, role) in [
        (
            PEOPLE,
            [("email", "Tom@Shop.test"), ("role", "reviewer")],
            "reviewer",
        ),
        (
            PEOPLE,
            [("email", "tom@shop.test"), ("role", "support")],
            "support",
        ),
        (
            "/staff/people/disable",
            [("email", "tom@shop.test"), ("", "")],
            "support disabled",
        ),
        (
            "/staff/people/disable",
            [("email", "tom@shop.test"), ("", "")],
            "support disabled",
        ),
        (
            PEOPLE,
            [("email", "tom@shop.test"), ("role", "admin")],
            "admin",
        ),
    ] {
        let reply = ann.submit(path, &fields);
        assert_eq!(reply.status, 303, "{path} {fields:?} {}", text(&reply));
        assert_eq!(role_of(&shop, "tom@shop.test"), role, "{path} {fields:?}");
    }
    let audit = shop.rows("SELECT action, subject FROM staff_audit WHERE email = 'ann@shop.test'");
    assert_eq!(audit.len(), 5);
    assert!(
        audit
            .iter()
            .all(|entry| entry["subject"] == "tom@shop.test"),
        "{audit:?}"
    );
    let page = ann.page(PEOPLE);
    for words in [
        "tom@shop.test",
        "admit member",
        "role: admin",
        "Disable ruth@shop.test",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("Disable ann@shop.test"), "{page}");
    shop.check();
}

/// An admin always remains: whoever acts is one, and stays one.
#[test]
fn nobody_changes_their_own_role_or_presence() {
    let shop = Shop::open();
    let ann = shop.staff(ANN);
    for email in ["ann@shop.test", " ANN@shop.TEST "] {
        let reply = ann.submit(PEOPLE, &[("email", email), ("role", "support")]);
        assert_eq!(reply.status, 422, "{}", text(&reply));
        assert!(text(&reply).contains("Another admin has to change your own role."));
        let reply = ann.submit("/staff/people/disable", &[("email", email)]);
        assert_eq!(reply.status, 403, "{}", text(&reply));
    }
    assert_eq!(role_of(&shop, ANN), "admin");
    assert_eq!(shop.count("staff_audit"), 0);
    shop.check();
}

#[test]
fn what_is_no_address_or_role_is_told_beside_its_field_and_nothing_is_written() {
    let shop = Shop::open();
    let ann = shop.staff(ANN);
    for (email, role, says) in [
        ("", "admin", "Please fill in this field."),
        ("tom", "admin", "Please enter an e-mail address"),
        ("tom@shop.test", "owner", "Please choose a role."),
        ("tom@shop.test", "", "Please choose a role."),
    ] {
        let reply = ann.submit(PEOPLE, &[("email", email), ("role", role)]);
        let page = text(&reply);
        assert_eq!(reply.status, 422, "{page}");
        assert!(page.contains(says), "{email} {role}: {page}");
        assert!(page.contains("<title>Error: People"), "{page}");
    }
    assert_eq!(shop.count("staff"), 4);
    for email in ["", "tom"] {
        let reply = ann.submit("/staff/people/disable", &[("email", email)]);
        assert_eq!(reply.status, 404, "{email}");
    }
    for who in [SUE, RUTH, OMAR] {
        let reply = shop
            .staff(who)
            .submit(PEOPLE, &[("email", who), ("role", "admin")]);
        assert_ne!(reply.status, 303, "{who}");
        assert_ne!(role_of(&shop, who), "admin");
    }
    shop.check();
}

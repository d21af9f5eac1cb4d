//! Every mail in every state: pinned, and checked for what must hold on all of them.

#![expect(
    clippy::expect_used,
    reason = "helpers of tests, outside of a test function"
)]

use edgetill_preview::mails;
use shared::email::Email;

fn samples() -> Vec<mails::Sample> {
    mails::all().expect("every mail is composed")
}

fn mail(name: &str) -> Email {
    samples()
        .into_iter()
        .find(|(n, _)| *n == name)
        .expect("a mail of that name")
        .1
}

#[test]
fn every_mail_reads_as_pinned() {
    for (name, mail) in samples() {
        let head = format!("To: {}\nSubject: {}\n\n", mail.to, mail.subject);
        insta::assert_snapshot!(format!("{name}.text"), head + &mail.text);
        insta::assert_snapshot!(format!("{name}.html"), mail.html);
    }
}

#[test]
fn no_value_can_add_a_header_or_a_line() {
    for (name, mail) in samples() {
        assert!(!mail.subject.as_str().contains(char::is_control), "{name}");
        assert!(!mail.to.as_str().contains(char::is_control), "{name}");
        for line in mail.text.lines() {
            assert!(
                !line.starts_with("Bcc:") && !line.starts_with("Pay here"),
                "{name}: {line}"
            );
        }
    }
    let hostile = mail("order_received-hostile");
    assert!(
        hostile.text.contains("a  Bcc: all@example.com"),
        "the value itself is kept"
    );
}

#[test]
fn hostile_text_stays_text_in_html() {
    for name in ["order_received-hostile", "staff_alert-hostile"] {
        let html = mail(name).html;
        assert!(
            !html.contains("<script") && !html.contains("\"'&"),
            "{name}"
        );
        assert!(!html.contains('\u{202e}'), "{name}");
        assert!(html.contains("&#60;script&#62;"), "{name}");
    }
}

#[test]
fn only_the_mails_after_which_the_order_is_opened_carry_its_link() {
    for (name, mail) in samples() {
        let both = mail.text.clone() + &mail.html;
        let links = both.matches("token=Q2hhbmdlIG1l").count();
        let expected = match name {
            "order_received"
            | "order_received-20-lines"
            | "payment_confirmed"
            | "payment_confirmed-nothing-due"
            | "payment_confirmed-codes"
            | "email_code"
            | "transfer_details"
            | "proof_rejected"
            | "proof_rejected-last"
            | "payment_failed"
            | "payment_short" => 2,
            _ => 0,
        };
        assert_eq!(links, expected, "{name}");
    }
}

#[test]
fn a36_the_order_number_is_in_every_subject_and_both_bodies() {
    for (name, mail) in samples() {
        if name.ends_with("hostile") {
            continue;
        }
        for part in [mail.subject.as_str(), &mail.text, &mail.html] {
            assert!(part.contains("7K3M-9QXP-2D4R-T"), "{name}");
        }
    }
}

#[test]
fn a18_the_30_minute_mail_names_everything_that_support_needs_and_claims_nothing() {
    let mail = mail("payment_unconfirmed");
    for body in [&mail.text, &mail.html] {
        for needed in [
            "7K3M-9QXP-2D4R-T",
            "P-4V9T-K2HD",
            "Visa card ending in 4242",
            "support@lumen.example",
            "You need not pay again.",
        ] {
            assert!(body.contains(needed), "{needed}");
        }
        for claim in ["received your payment", "is confirmed", "failed"] {
            assert!(!body.contains(claim), "{claim}");
        }
    }
}

#[test]
fn s21_the_mail_about_late_money_says_why_and_what_happens() {
    for (name, words) in [
        ("payment_held-cancelled", "after it had been cancelled"),
        ("payment_held-expired", "after it had expired"),
    ] {
        let mail = mail(name);
        for body in [&mail.text, &mail.html] {
            assert!(
                body.contains(words) && body.contains("refund it or write to you"),
                "{name}"
            );
        }
    }
}

#[test]
fn mails_load_nothing_and_do_not_shout() {
    for (name, mail) in samples() {
        for forbidden in ["<script", "<img", "<link", "url(", "@import"] {
            assert!(
                !mail.html.contains(forbidden),
                "{name} contains {forbidden}"
            );
        }
        assert!(
            !mail.text.contains('!') && !mail.subject.as_str().contains('!'),
            "{name}"
        );
    }
}

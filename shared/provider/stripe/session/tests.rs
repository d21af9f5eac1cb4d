use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::money::Currency;
use crate::provider::stripe::fixtures;

fn read(value: &Value) -> Session {
    Session::read(Fields::of(value).unwrap()).unwrap()
}

fn fixture(name: &str) -> Value {
    let event: Value = fixtures::parse(&format!("event.checkout.session.{name}.json"));
    event["data"]["object"].clone()
}

#[test]
fn only_complete_with_a_known_good_payment_status_is_paid() {
    use SessionStanding::{Expired, Open, Paid, Processing, Unclear as U};
    use Unclear::{PaidButNotComplete, PaymentStatus as P, Status as S};

    let columns = [
        json!("paid"),
        json!("unpaid"),
        json!("no_payment_required"),
        json!("partly"),
        json!(null),
    ];
    for (status, row) in [
        (json!("complete"), [Paid, Processing, Paid, U(P), U(P)]),
        (
            json!("open"),
            [U(PaidButNotComplete), Open, Open, U(P), U(P)],
        ),
        (
            json!("expired"),
            [U(PaidButNotComplete), Expired, Expired, U(P), U(P)],
        ),
        (json!("settled"), [U(S); 5]),
        (json!("Complete"), [U(S); 5]),
        (json!(true), [U(S); 5]),
        (json!(null), [U(S); 5]),
    ] {
        for (payment_status, expected) in columns.iter().zip(row) {
            let mut session = fixture("completed");
            session["status"] = status.clone();
            session["payment_status"] = payment_status.clone();
            assert_eq!(
                read(&session).standing(),
                expected,
                "{status} {payment_status}"
            );
        }
    }
}

#[test]
fn a_paid_session_that_does_not_say_how_much_is_unclear() {
    for (field, value) in [
        ("amount_total", json!(null)),
        ("amount_total", json!(4498.0)),
        ("amount_total", json!("4498")),
        ("currency", json!(null)),
    ] {
        let mut session = fixture("completed");
        session[field] = value;
        assert_eq!(
            read(&session).standing(),
            SessionStanding::Unclear(Unclear::NoAmount)
        );
    }
}

#[test]
fn a_delayed_payment_fails_only_by_the_word_of_its_intent() {
    for (intent, expected) in [
        (json!("pi_1"), SessionStanding::Processing),
        (json!(null), SessionStanding::Processing),
        (
            json!({"id": "pi_1", "status": "processing"}),
            SessionStanding::Processing,
        ),
        (
            json!({"id": "pi_1", "status": "requires_action"}),
            SessionStanding::Processing,
        ),
        (
            json!({"id": "pi_1", "status": "succeeded"}),
            SessionStanding::Processing,
        ),
        (
            json!({"id": "pi_1", "status": "new_word"}),
            SessionStanding::Processing,
        ),
        (
            json!({"id": "pi_1", "status": "requires_payment_method"}),
            SessionStanding::Failed,
        ),
        (
            json!({"id": "pi_1", "status": "canceled"}),
            SessionStanding::Failed,
        ),
    ] {
        let mut session = fixture("completed.unpaid");
        session["payment_intent"] = intent.clone();
        assert_eq!(read(&session).standing(), expected, "{intent}");
    }
}

#[test]
fn every_field_of_a_current_session_is_read() {
    let mut value = fixture("completed");
    value["metadata"] = json!({"order_number": "A-1", "payment_id": "p-1"});
    value["payment_intent"] = json!({"id": "pi_1", "status": "succeeded", "latest_charge": {
        "id": "ch_1",
        "payment_method_details": {"type": "card", "card": {"brand": "visa", "last4": "4242"}},
    }});
    let session = read(&value);
    assert_eq!(session.order_number, Some("A-1".into()));
    assert_eq!(session.payment_id, Some("p-1".into()));
    assert_eq!(session.client_reference_id, Some("ord_A0001".into()));
    assert_eq!(session.payment_intent, Some("pi_1".into()));
    assert_eq!(session.charge, Some("ch_1".into()));
    assert_eq!(session.intent_status, Some(IntentStatus::Succeeded));
    assert_eq!(session.mode, Some(SessionMode::Payment));
    assert_eq!(session.livemode, Some(false));
    assert_eq!(session.created, Some(Timestamp(1_795_284_000)));
    assert_eq!(session.expires_at, Some(Timestamp(1_795_287_600)));
    assert_eq!(
        (session.url, session.payment_link, session.recovered_from),
        (None, None, None)
    );
    let payer = Payer {
        name: Some("Jenny Rosen".into()),
        email: Some("buyer@example.com".into()),
        method: Some("card".into()),
        card_brand: Some("visa".into()),
        card_last4: Some("4242".into()),
    };
    assert_eq!(session.payer, payer);
}

#[test]
fn a19_paid_by_says_as_much_as_stripe_did() {
    let ada = Payer {
        name: Some("Ada Lovelace".into()),
        ..Payer::default()
    };
    let card = Payer {
        method: Some("card".into()),
        card_brand: Some("visa".into()),
        card_last4: Some("4242".into()),
        ..ada.clone()
    };
    let debit = Payer {
        method: Some("sepa_debit".into()),
        ..Payer::default()
    };
    let mail = Payer {
        email: Some("ada@example.com".into()),
        ..debit.clone()
    };
    for (payer, expected) in [
        (card.clone(), "Visa ending 4242, Ada Lovelace"),
        (
            Payer {
                card_last4: None,
                ..card
            },
            "Card, Ada Lovelace",
        ),
        (ada, "Ada Lovelace"),
        (mail, "SEPA Direct Debit, ada@example.com"),
        (debit, "SEPA Direct Debit"),
        (Payer::default(), "Stripe"),
    ] {
        assert_eq!(payer.paid_by(), expected);
    }
}

#[test]
fn s42_totals_are_read_in_the_minor_units_of_their_currency() {
    for (name, amount_minor, code) in [("completed", 4498, "EUR"), ("completed.jpy", 5000, "JPY")] {
        let currency = Currency::parse(code).unwrap();
        assert_eq!(
            read(&fixture(name)).total(),
            Some(Money {
                amount_minor,
                currency
            })
        );
    }
}

#[test]
fn s40_a_total_in_an_unknown_currency_is_kept_for_the_record() {
    let mut value = fixture("completed");
    value["currency"] = json!("xxx");
    let session = read(&value);
    assert_eq!(session.total(), None);
    assert_eq!(
        (session.amount_total, session.currency.as_deref()),
        (Some(4498), Some("xxx"))
    );
}

#[test]
fn recorded_session_objects_are_read() {
    for (name, text) in fixtures::third_party("object.checkout.session") {
        let session = read(&serde_json::from_str(&text).unwrap());
        assert_eq!(session.standing(), SessionStanding::Paid, "{name}");
    }
}

#[test]
fn an_id_that_could_leave_the_path_is_refused() {
    for good in ["cs_test_a1B2", "cs_live_b1", "cs_1"] {
        assert_eq!(SessionId::parse(good).unwrap().as_str(), good);
    }
    let long = format!("cs_{}", "a".repeat(253));
    for bad in [
        "",
        "cs_",
        "pi_1",
        "cs_a/expire",
        "cs_a?x=1",
        "cs_..",
        "cs_é",
        " cs_1",
        "cs_1\n",
        &long,
    ] {
        assert_eq!(SessionId::parse(bad), Err(NotASessionId), "{bad:?}");
    }
}

proptest! {
    #[test]
    fn no_text_in_the_two_states_is_paid_by_accident(
        status in "(complete|open|expired|.{0,8})", payment_status in "(paid|unpaid|.{0,8})",
    ) {
        let mut value = fixture("completed");
        value["status"] = json!(status);
        value["payment_status"] = json!(payment_status);
        let is_paid = read(&value).standing() == SessionStanding::Paid;
        prop_assert_eq!(is_paid, status == "complete" && payment_status == "paid");
    }
}

//! Disputes.

use super::support::{Shop, amount, issue, refused, text};
use sandbox::paypal::{DisputeOutcome, DisputeStatus, Funding};
use serde_json::json;

#[test]
fn a_dispute_is_opened_answered_and_decided() {
    for (outcome, code, reversed) in [
        (DisputeOutcome::BuyerFavour, "RESOLVED_BUYER_FAVOUR", 1_200),
        (DisputeOutcome::SellerFavour, "RESOLVED_SELLER_FAVOUR", 0),
        (DisputeOutcome::CancelledByBuyer, "CANCELED_BY_BUYER", 0),
    ] {
        let mut shop = Shop::new();
        let (_, capture) = shop.paid(Funding::Good);
        let now = shop.now;
        let paypal = &mut shop.sandbox.paypal;
        let opened = paypal.dispute_open(now, &capture).unwrap();
        let resource = paypal.event(&opened[0]).unwrap().resource.clone();
        assert_eq!(
            resource["disputed_transactions"][0]["seller_transaction_id"],
            capture.as_str()
        );
        assert_eq!(resource["status"], "WAITING_FOR_SELLER_RESPONSE");
        assert!(paypal.dispute_open(now, &capture).is_err());
        paypal.dispute_answer(now, &capture).unwrap();
        assert_eq!(
            paypal.dispute_status(&capture),
            Some(DisputeStatus::UnderReview)
        );
        paypal.dispute_resolve(now, &capture, outcome).unwrap();
        assert!(paypal.dispute_resolve(now, &capture, outcome).is_err());
        assert_eq!(paypal.captured()[0].reversed_minor, reversed);

        let id = resource["dispute_id"].as_str().unwrap().to_owned();
        let read = shop.get(&format!("/v1/customer/disputes/{id}"));
        assert_eq!(text(&read, "/status"), "RESOLVED");
        assert_eq!(text(&read, "/dispute_outcome/outcome_code"), code);
        let mut told = vec!["CUSTOMER.DISPUTE.CREATED", "CUSTOMER.DISPUTE.UPDATED"];
        if reversed > 0 {
            told.push("PAYMENT.CAPTURE.REVERSED");
        }
        told.push("CUSTOMER.DISPUTE.RESOLVED");
        assert_eq!(shop.event_types()[3..], told);
    }
}

#[test]
fn money_that_is_not_there_is_not_disputed() {
    let mut shop = Shop::new();
    let (_, capture) = shop.paid(Funding::Pending);
    assert!(
        shop.sandbox
            .paypal
            .dispute_open(shop.now, &capture)
            .is_err()
    );
    assert!(
        shop.sandbox
            .paypal
            .dispute_open(shop.now, "NOSUCH")
            .is_err()
    );
    assert!(
        shop.sandbox
            .paypal
            .dispute_answer(shop.now, &capture)
            .is_err()
    );
}

#[test]
fn a_disputed_payment_can_be_refunded_as_a_whole_only() {
    let mut shop = Shop::new();
    let (_, capture) = shop.paid(Funding::Good);
    shop.sandbox
        .paypal
        .dispute_open(shop.now, &capture)
        .unwrap();
    let part = json!({ "amount": amount("1.00") });
    let answer = shop.send(&shop.refund(&capture, &part, "r-1"));
    assert_eq!(issue(&answer), refused(422, "TRANSACTION_DISPUTED"));
    assert_eq!(
        shop.send(&shop.refund(&capture, &json!({}), "r-2")).status,
        201
    );
}

//! Every refusal, so that none is forgotten in the document.

use std::collections::BTreeSet;

use serde_json::Value as Json;
use shared::api::refusal::{Refusal, fault};
use shared::email_code::CodeRefusal;
use shared::money::{Currency, Money};
use shared::order::{OrderRefusal, OrderState};
use shared::proof::file::FileProblem;
use shared::review::ReviewRefusal;

use crate::document::document;

/// Status, code and title of our own troubles.
pub(crate) fn faults() -> [(u16, &'static str, &'static str); 2] {
    [500, 503].map(|status| {
        let problem = fault(status, "");
        (problem.status, problem.code, problem.title)
    })
}

/// Some amount, for refusals that name one.
pub(crate) fn amount() -> Money {
    Money::zero(Currency::parse("EUR").expect("a currency"))
}

/// One of each, in the order of the enum.
fn all() -> Vec<Refusal> {
    use CodeRefusal as C;
    use OrderRefusal as O;
    use Refusal as R;
    use ReviewRefusal as V;
    let mut all = vec![
        R::NotFound,
        R::MethodNotAllowed(String::new()),
        R::OrderNotFound,
        R::MalformedBody(String::new()),
        R::MediaType(""),
        R::InvalidFields(Vec::new()),
        R::TotalChanged(amount()),
        R::BodyTooLarge(0),
        R::HeadersTooLarge,
        R::IdempotencyKey(String::new()),
        R::IdempotencyKeyReused,
        R::ReviewStale(OrderState::Unpaid),
        R::BankReferenceUsed,
        R::MoneyMoved,
        R::File(FileProblem::Kind),
        R::TooManyProofs,
        R::ProofNotFound,
        R::PaymentUnresolved,
        R::PaymentProcessing,
        R::AmountTooSmall(amount()),
        R::AmountNotPayable,
        R::MethodUnavailable,
        R::ProviderRefused,
        R::ProviderUnavailable,
        R::TooManyPayments,
        R::TooManyReplacements,
        R::TooManyOrders(1),
        R::Code(C::Malformed),
        R::Code(C::Wrong(4)),
        R::Code(C::Expired),
        R::Code(C::UsedUp(0)),
        R::Code(C::TooSoon(1)),
        R::Code(C::NoMore),
        R::TooManyRequests,
        R::ForeignOrigin,
        R::DoorClosed,
        R::NotSignedIn,
        R::NotAllowed,
        R::StaleForm,
        R::AlreadyDone(String::new()),
        R::BadSignature,
        R::BadEvent,
    ];
    let of_orders = [
        O::AlreadyPaid,
        O::Cancelled,
        O::Expired,
        O::Superseded,
        O::PaymentLive,
        O::InReview,
        O::NoTransfer,
        O::NoProof,
        O::EmailUnconfirmed,
    ];
    all.extend(of_orders.map(R::Order));
    all.extend([V::OwnOrder, V::SamePerson, V::Order(O::NoProof)].map(R::Review));
    all
}

/// Fails to compile when a refusal is added: then [`all`] needs it too.
fn is_listed(refusal: &Refusal) {
    use CodeRefusal as C;
    use OrderRefusal as O;
    use Refusal as R;
    use ReviewRefusal as V;
    match refusal {
        R::NotFound
        | R::MethodNotAllowed(_)
        | R::OrderNotFound
        | R::MalformedBody(_)
        | R::MediaType(_)
        | R::InvalidFields(_)
        | R::TotalChanged(_)
        | R::BodyTooLarge(_)
        | R::HeadersTooLarge
        | R::IdempotencyKey(_)
        | R::IdempotencyKeyReused
        | R::ReviewStale(_)
        | R::BankReferenceUsed
        | R::MoneyMoved
        | R::File(_)
        | R::TooManyProofs
        | R::ProofNotFound
        | R::Review(V::OwnOrder | V::SamePerson | V::Order(_))
        | R::PaymentUnresolved
        | R::PaymentProcessing
        | R::AmountTooSmall(_)
        | R::AmountNotPayable
        | R::MethodUnavailable
        | R::ProviderRefused
        | R::ProviderUnavailable
        | R::TooManyPayments
        | R::TooManyReplacements
        | R::TooManyOrders(_)
        | R::Code(
            C::Malformed | C::Wrong(_) | C::Expired | C::UsedUp(_) | C::TooSoon(_) | C::NoMore,
        )
        | R::TooManyRequests
        | R::ForeignOrigin
        | R::DoorClosed
        | R::NotSignedIn
        | R::NotAllowed
        | R::StaleForm
        | R::AlreadyDone(_)
        | R::BadSignature
        | R::BadEvent
        | R::Order(
            O::AlreadyPaid
            | O::Cancelled
            | O::Expired
            | O::Superseded
            | O::PaymentLive
            | O::InReview
            | O::NoTransfer
            | O::NoProof
            | O::EmailUnconfirmed,
        ) => {}
    }
}

/// Codes that no documented route answers with: staff have pages.
const NOT_SERVED: &[&str] = &[
    "no_proof",
    "own_order",
    "second_person_needed",
    "review_stale",
    "bank_reference_used",
    "money_moved",
    "proof_not_found",
];
/// Codes that only staff meet, on pages.
const ON_PAGES: &[&str] = &["not_signed_in", "not_allowed", "stale_form", "already_done"];
/// Codes that every address may answer with, told in the document's own words.
const EVERYWHERE: &[&str] = &["not_found", "method_not_allowed"];

#[test]
fn every_code_stands_in_the_document_under_its_one_status() {
    let all = all();
    all.iter().for_each(is_listed);
    let of_faults = faults().map(|(status, code, _)| (status, code));
    let kinds = all.iter().map(Refusal::kind);
    let wanted: BTreeSet<(u16, &str)> = kinds
        .map(|(status, code, _)| (status, code))
        .chain(of_faults)
        .filter(|(_, code)| ![NOT_SERVED, ON_PAGES, EVERYWHERE].concat().contains(code))
        .collect();
    let document = document();
    let mut documented = BTreeSet::new();
    for (_, methods) in document["paths"].as_object().expect("paths") {
        for (_, operation) in methods.as_object().expect("methods") {
            for (status, response) in operation["responses"].as_object().expect("responses") {
                let content = &response["content"]["application/problem+json"];
                let codes = content["schema"]["properties"]["code"]["enum"].as_array();
                for code in codes.into_iter().flatten().filter_map(Json::as_str) {
                    documented.insert((status.parse().expect("a status"), code));
                }
            }
        }
    }
    assert_eq!(documented, wanted);
    let words = document["info"]["description"].as_str().expect("words");
    assert!(EVERYWHERE.iter().all(|code| words.contains(code)));
}

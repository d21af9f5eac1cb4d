//! What a caller is told when something must not happen: RFC 9457 problems with stable codes.

use serde::Serialize;

use crate::email_code::CodeRefusal;
use crate::field::FieldProblem;
use crate::money::Money;
use crate::order::{OrderRefusal, OrderState};
use crate::proof::file::FileProblem;
use crate::review::ReviewRefusal;

/// The caller's doing. Never carries an internal message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Nothing is served there.
    NotFound,
    /// Something is, under these methods.
    MethodNotAllowed(String),
    /// No such order, or not with this token: the two are told alike.
    OrderNotFound,
    /// The body is not what its type says.
    MalformedBody(String),
    /// The content type is not the one that the route reads.
    MediaType(&'static str),
    /// Fields that do not hold what they should, all at once.
    InvalidFields(Vec<FieldProblem>),
    /// The total is not the one that the buyer was shown; holds the one that it is now.
    TotalChanged(Money),
    /// The body is longer than the route allows.
    BodyTooLarge(usize),
    /// The headers are longer than any caller needs.
    HeadersTooLarge,
    /// A write without its `Idempotency-Key`, or with one that is none.
    IdempotencyKey(String),
    /// The key was used with another body.
    IdempotencyKeyReused,
    /// The order does not allow it.
    Order(OrderRefusal),
    /// Staff may not decide this.
    Review(ReviewRefusal),
    /// Somebody else decided or the order changed since the page was made; holds the order's state.
    ReviewStale(OrderState),
    /// The transfer on the bank's statement has paid something else, or was returned.
    BankReferenceUsed,
    /// What is to be taken back is not there any more.
    MoneyMoved,
    /// No such proof or decision.
    ProofNotFound,
    /// An upload is none of the files that are taken, or not all right.
    File(FileProblem),
    /// The order has had too many proofs.
    TooManyProofs,
    /// A payment may or may not have arrived; nothing else may begin before that is known.
    PaymentUnresolved,
    /// The money of a payment is on its way.
    PaymentProcessing,
    /// The due amount is below what the method takes.
    AmountTooSmall(Money),
    /// The due amount is above what the method takes, or has no form there.
    AmountNotPayable,
    /// The method is not offered.
    MethodUnavailable,
    /// The provider refused to begin.
    ProviderRefused,
    /// The provider did not answer; trying again is safe.
    ProviderUnavailable,
    /// The order has had too many attempts.
    TooManyPayments,
    /// Too many orders have taken each other's place.
    TooManyReplacements,
    /// The customer's address has had too many orders lately; for so many seconds more.
    TooManyOrders(i64),
    /// A one-time code is not good, or not sent.
    Code(CodeRefusal),
    /// This client asks too often.
    TooManyRequests,
    /// A browser came from another site.
    ForeignOrigin,
    /// A settings problem closes this door.
    DoorClosed,
    /// Nobody is signed in, or not for this application.
    NotSignedIn,
    /// Whoever is signed in may not do this.
    NotAllowed,
    /// The form is not one that this session was shown.
    StaleForm,
    /// Somebody else was faster, or it was done before; the text says what became of it.
    AlreadyDone(String),
    /// The signature does not fit.
    BadSignature,
    /// The signature fits, but the body is no event.
    BadEvent,
}

/// An RFC 9457 problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Problem {
    /// `about:blank`: the code says it all.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// A short sentence.
    pub title: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// Stable, for programs.
    pub code: &'static str,
    /// What to do.
    pub detail: String,
    /// The fields that do not hold what they should.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblem>,
    /// Quote it to support; it stands in our log.
    pub request_id: String,
}

impl Refusal {
    /// Status, code and title: one pure table.
    #[must_use]
    pub fn kind(&self) -> (u16, &'static str, &'static str) {
        match self {
            Self::NotFound => (404, "not_found", "There is nothing here"),
            Self::MethodNotAllowed(_) => (405, "method_not_allowed", "Use another method"),
            Self::OrderNotFound => (404, "order_not_found", "We cannot find this order"),
            Self::MalformedBody(_) => (400, "malformed_body", "The body cannot be read"),
            Self::MediaType(_) => (415, "unsupported_media_type", "Use another content type"),
            Self::InvalidFields(_) => (422, "invalid_fields", "Please check the marked fields"),
            Self::TotalChanged(_) => (409, "total_changed", "The total has changed"),
            Self::BodyTooLarge(_) => (413, "body_too_large", "The body is too long"),
            Self::HeadersTooLarge => (431, "headers_too_large", "The headers are too long"),
            Self::IdempotencyKey(_) => (400, "idempotency_key", "An Idempotency-Key is needed"),
            Self::IdempotencyKeyReused => (
                409,
                "idempotency_key_reused",
                "This key was used for something else",
            ),
            Self::Order(refusal) => order_kind(*refusal),
            Self::Review(refusal) => review_kind(*refusal),
            Self::ReviewStale(_) => (409, "review_stale", "This has changed meanwhile"),
            Self::BankReferenceUsed => {
                (409, "bank_reference_used", "This transfer was used before")
            }
            Self::MoneyMoved => (409, "money_moved", "The money has been moved on"),
            Self::File(_) => (415, "file_refused", "This file cannot be taken"),
            Self::TooManyProofs => (409, "too_many_proofs", "Too many proofs of payment"),
            Self::ProofNotFound => (404, "proof_not_found", "We cannot find this proof"),
            Self::PaymentUnresolved => {
                (409, "payment_unresolved", "A payment is being looked into")
            }
            Self::PaymentProcessing => (409, "payment_processing", "A payment is on its way"),
            Self::AmountTooSmall(_) => (
                422,
                "amount_too_small",
                "The amount is too small for this method",
            ),
            Self::AmountNotPayable => (
                422,
                "amount_not_payable",
                "This amount cannot be paid by this method",
            ),
            Self::MethodUnavailable => {
                (422, "method_unavailable", "This way to pay is not offered")
            }
            Self::ProviderRefused => (502, "provider_refused", "The payment could not begin"),
            Self::ProviderUnavailable => (
                503,
                "provider_unavailable",
                "The payment provider does not answer",
            ),
            Self::TooManyPayments => (409, "too_many_payments", "Too many attempts to pay"),
            Self::TooManyReplacements => (
                409,
                "too_many_replacements",
                "This order was changed too often",
            ),
            Self::TooManyOrders(_) => (429, "too_many_orders", "Too many orders within an hour"),
            Self::Code(refusal) => code_kind(*refusal),
            Self::TooManyRequests => (429, "too_many_requests", "Too many requests"),
            Self::ForeignOrigin => (403, "foreign_origin", "This request came from another site"),
            Self::DoorClosed => (503, "door_closed", "This is not set up"),
            Self::NotSignedIn => (401, "not_signed_in", "Please sign in"),
            Self::NotAllowed => (403, "not_allowed", "You may not do this"),
            Self::StaleForm => (403, "stale_form", "This form is not current"),
            Self::AlreadyDone(_) => (409, "already_done", "This was done already"),
            Self::BadSignature => (400, "bad_signature", "The signature does not fit"),
            Self::BadEvent => (400, "bad_event", "The body is not an event"),
        }
    }

    /// What the caller should do, safe to show to anybody.
    #[must_use]
    pub fn detail(&self) -> String {
        match self {
            Self::NotFound | Self::ProofNotFound => "Check the address.".into(),
            Self::MethodNotAllowed(methods) => format!("This address answers to {methods}."),
            Self::OrderNotFound => {
                "Open it with the whole link from your mail, or check the order number and token."
                    .into()
            }
            Self::MalformedBody(what) | Self::IdempotencyKey(what) => what.clone(),
            Self::MediaType(wanted) => format!("Send {wanted}."),
            Self::InvalidFields(fields) => match fields.len() {
                1 => "One field needs another look.".into(),
                count => format!("{count} fields need another look."),
            },
            Self::TotalChanged(total) => format!(
                "The total is {} now, because what you order, the coupon, a price, the country or the tax changed. Nothing was ordered; look at the new total and order again.",
                total.display()
            ),
            Self::BodyTooLarge(max) => format!("At most {max} bytes are read."),
            Self::HeadersTooLarge => "Send fewer or shorter headers.".into(),
            Self::IdempotencyKeyReused => {
                "Use a new Idempotency-Key for a new request; repeat a request with its exact body."
                    .into()
            }
            Self::Order(refusal) => format!("It cannot be done because {refusal}."),
            Self::Review(refusal) => format!("It cannot be done because {refusal}."),
            Self::ReviewStale(state) => format!(
                "The order is {} now. Look at it again before you decide.",
                state.as_str().replace('_', " ")
            ),
            Self::BankReferenceUsed => {
                "Find the order that it has paid by this reference, at /staff/search. One transfer for several orders is approved for all of them at once.".into()
            }
            Self::File(problem) => format!(
                "Send a PNG, JPEG, WebP or PDF file that shows your transfer. This one cannot be taken because {problem}; a screenshot will do."
            ),
            Self::TooManyProofs | Self::TooManyPayments => {
                "Ask support to have a look at this order.".into()
            }
            Self::MoneyMoved => "Look at the order's unapplied money and refunds first.".into(),
            Self::PaymentUnresolved => {
                "We do not know yet whether a payment arrived, and are asking the provider. Try again in a few minutes; do not pay again.".into()
            }
            Self::PaymentProcessing => {
                "The money is on its way, which can take days. There is nothing to do.".into()
            }
            Self::AmountTooSmall(minimum) => format!(
                "At least {} can be paid this way. Choose another method or ask support.",
                minimum.display()
            ),
            Self::AmountNotPayable => "Choose another method or ask support.".into(),
            Self::MethodUnavailable => "Choose one of the methods that the order offers.".into(),
            Self::ProviderRefused => {
                "Nothing was charged. Try again, or ask support with the request id.".into()
            }
            Self::ProviderUnavailable => {
                "Nothing was charged by this request. Try again in a minute; it is safe.".into()
            }
            Self::TooManyReplacements => {
                "An order can be changed twenty times. Pay it as it is, or cancel it and make a new one."
                    .into()
            }
            Self::TooManyOrders(_) => {
                "An e-mail address can have ten orders an hour. Try again later, or write to support."
                    .into()
            }
            Self::Code(refusal) => code_detail(*refusal),
            Self::TooManyRequests => "Wait a minute, then try again.".into(),
            Self::ForeignOrigin => "Open the page itself and try again from there.".into(),
            Self::DoorClosed => {
                "A setting or secret is missing; the operator finds it in the log and on /healthz."
                    .into()
            }
            Self::NotSignedIn => {
                "This part is for the shop's staff, who sign in through Cloudflare Access.".into()
            }
            Self::NotAllowed => {
                "You are signed in, but your role does not include this. An admin can change it."
                    .into()
            }
            Self::StaleForm => {
                "Open the page again and send the form from there; nothing was changed.".into()
            }
            Self::AlreadyDone(outcome) => outcome.clone(),
            Self::BadSignature => {
                "Only what the payment provider sends is taken: with its signature, made just now over exactly this body."
                    .into()
            }
            Self::BadEvent => "The signature fits, but the body is no event.".into(),
        }
    }

    /// The whole problem.
    #[must_use]
    pub fn problem(&self, request_id: &str) -> Problem {
        let (status, code, title) = self.kind();
        let errors = if let Self::InvalidFields(fields) = self {
            fields.clone()
        } else if let Self::Code(refusal) = self {
            refusal.field().into_iter().collect()
        } else {
            Vec::new()
        };
        Problem {
            kind: "about:blank",
            title,
            status,
            code,
            detail: self.detail(),
            errors,
            request_id: request_id.to_owned(),
        }
    }
}

fn review_kind(refusal: ReviewRefusal) -> (u16, &'static str, &'static str) {
    match refusal {
        ReviewRefusal::OwnOrder => (403, "own_order", "This is your own order"),
        ReviewRefusal::SamePerson => (409, "second_person_needed", "Another person has to agree"),
        ReviewRefusal::Order(refusal) => order_kind(refusal),
    }
}

fn order_kind(refusal: OrderRefusal) -> (u16, &'static str, &'static str) {
    match refusal {
        OrderRefusal::AlreadyPaid => (409, "already_paid", "This order is already paid"),
        OrderRefusal::Cancelled => (409, "order_cancelled", "This order was cancelled"),
        OrderRefusal::Expired => (409, "order_expired", "This order has expired"),
        OrderRefusal::Superseded => (409, "order_superseded", "This order was replaced"),
        OrderRefusal::PaymentLive => (409, "payment_live", "A payment is under way"),
        OrderRefusal::InReview => (409, "order_in_review", "A proof is being reviewed"),
        OrderRefusal::NoTransfer => (409, "no_transfer", "No bank transfer was begun"),
        OrderRefusal::NoProof => (409, "no_proof", "There is no proof to review"),
        OrderRefusal::EmailUnconfirmed => (
            409,
            "email_not_confirmed",
            "The e-mail address is not confirmed",
        ),
    }
}

fn code_kind(refusal: CodeRefusal) -> (u16, &'static str, &'static str) {
    match refusal {
        CodeRefusal::Malformed | CodeRefusal::Wrong(_) | CodeRefusal::Expired => {
            Refusal::InvalidFields(Vec::new()).kind()
        }
        CodeRefusal::UsedUp(_) => (429, "email_code_used_up", "This code was tried too often"),
        CodeRefusal::TooSoon(_) => (429, "email_code_too_soon", "A code was sent a moment ago"),
        CodeRefusal::NoMore => (
            409,
            "too_many_email_codes",
            "No more codes are sent for this order",
        ),
    }
}

fn code_detail(refusal: CodeRefusal) -> String {
    match refusal {
        CodeRefusal::Malformed | CodeRefusal::Wrong(_) | CodeRefusal::Expired => refusal
            .field()
            .map(|field| field.message)
            .unwrap_or_default(),
        CodeRefusal::UsedUp(0) => "Send another code.".into(),
        CodeRefusal::UsedUp(wait_s) | CodeRefusal::TooSoon(wait_s) => {
            let unit = if wait_s == 1 { "second" } else { "seconds" };
            format!("Another code can be sent in {wait_s} {unit}.")
        }
        CodeRefusal::NoMore => "Cancel this order and make another one, or ask support.".into(),
    }
}

/// The problem of a fault: nothing about the cause.
#[must_use]
pub fn fault(status: u16, request_id: &str) -> Problem {
    let (code, title, detail) = if status == 503 {
        (
            "unavailable",
            "We cannot answer right now",
            "Try again in a minute; it is safe.",
        )
    } else {
        (
            "internal",
            "Something went wrong on our side",
            "Ask support with the request id.",
        )
    };
    Problem {
        kind: "about:blank",
        title,
        status,
        code,
        detail: detail.into(),
        errors: Vec::new(),
        request_id: request_id.to_owned(),
    }
}

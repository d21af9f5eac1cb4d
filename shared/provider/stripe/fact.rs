//! What a session that Stripe's API returned says about a payment.

use super::{Session, SessionStanding};
use crate::payment::{Checkout, PayerName, PaymentFact, Receipt};
use crate::provider::Mode;

/// Turns a session, read back from Stripe, into a fact. A session of the other mode, or one that
/// says too little, is unknown; it is never paid.
#[must_use]
pub fn fact_of(session: &Session, mode: Mode) -> PaymentFact {
    let session_id = session.id.as_str().to_owned();
    if !mode.is_mode_of(session.livemode) {
        return PaymentFact::Unknown("the session is of the other mode".into());
    }
    let checkout = || Checkout {
        session_id: session_id.clone(),
        url: session.url.clone(),
        expires_at: session.expires_at,
    };
    match session.standing() {
        SessionStanding::Open => PaymentFact::Open(checkout()),
        SessionStanding::Processing => PaymentFact::Processing(checkout()),
        SessionStanding::Expired => PaymentFact::Closed { session_id },
        SessionStanding::Failed => PaymentFact::Failed {
            session_id,
            reason: "the delayed payment failed".into(),
        },
        SessionStanding::Unclear(why) => PaymentFact::Unknown(why.to_string()),
        SessionStanding::Paid => match session.total() {
            Some(amount) => PaymentFact::Paid(Receipt {
                session_id,
                capture_ref: session.payment_intent.clone(),
                amount,
                paid_by: session.payer.paid_by(),
                payer_email: session.payer.email.as_deref().map(str::to_ascii_lowercase),
                payer_name: session.payer.name.as_deref().and_then(PayerName::parse),
                forgiven_max_minor: 0,
            }),
            None => PaymentFact::Unknown("the session is paid in a currency unknown here".into()),
        },
    }
}

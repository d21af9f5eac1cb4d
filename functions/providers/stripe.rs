//! Asking Stripe about a payment, and closing it there.
//!
//! Whatever comes of it is a [`PaymentFact`]: what Stripe answered over its authenticated API,
//! never what a webhook's body or a browser said.

use shared::answer::Answer;
use shared::config::{Settings, StripeSettings};
use shared::http::{InResponse, OutRequest};
use shared::payment::{Payment, PaymentFact, WentBack};
use shared::provider::stripe::answer::{
    self, CreateAnswer, ExpireAnswer, read_created, read_expired, read_session_list,
};
use shared::provider::stripe::api::Page;
use shared::provider::stripe::key::IdempotencyKey;
use shared::provider::stripe::{Session, SessionId, fact_of};

use crate::world::World;

/// Stripe keeps idempotency keys for 24 hours at least (<https://docs.stripe.com/api/idempotent_requests>);
/// an hour less leaves room for clocks.
const KEY_LIFETIME_S: i64 = 23 * 3_600;
/// A create that is repeated later than this may answer with a page that has closed since.
const FRESH_S: i64 = 60;
const NOT_SET_UP: &str = "card payments are not set up";

/// Asks where a payment stands.
pub async fn ask<W: World>(world: &W, settings: &Settings, payment: &Payment) -> PaymentFact {
    let Some(stripe) = settings.stripe.as_ref() else {
        return PaymentFact::Unknown(NOT_SET_UP.into());
    };
    match payment.session_id.as_deref() {
        Some(session_id) => ask_session(world, stripe, session_id).await,
        None if payment.state.is_live() => create_again(world, stripe, payment).await,
        // What is over is only looked for: nothing begins anew because somebody asks.
        None => find_session(world, stripe, payment).await,
    }
}

/// Reads the session that a payment is bound to.
async fn ask_session<W: World>(
    world: &W,
    stripe: &StripeSettings,
    session_id: &str,
) -> PaymentFact {
    match read_session(world, stripe, session_id).await {
        Ok(session) => fact_of(&session, stripe.api.mode()),
        Err(why) => PaymentFact::Unknown(why),
    }
}

/// Reads the session that an event is about, for the payment that it seems to belong to. `None`
/// when it does not: a session that is bound to no payment yet must say itself, when it is read
/// back, which one it is for.
pub async fn ask_for<W: World>(
    world: &W,
    settings: &Settings,
    session_id: &str,
    payment: &Payment,
) -> Option<PaymentFact> {
    let Some(stripe) = settings.stripe.as_ref() else {
        return Some(PaymentFact::Unknown(NOT_SET_UP.into()));
    };
    let is_bound = payment.session_id.as_deref() == Some(session_id);
    match read_session(world, stripe, session_id).await {
        Ok(session) => {
            (is_bound || is_of(&session, payment)).then(|| fact_of(&session, stripe.api.mode()))
        }
        Err(why) => Some(PaymentFact::Unknown(why)),
    }
}

/// How much of a payment's money went back; the error says why it cannot be known.
pub(super) async fn went_back<W: World>(
    world: &W,
    settings: &Settings,
    payment: &Payment,
) -> Result<WentBack, String> {
    let stripe = settings.stripe.as_ref().ok_or(NOT_SET_UP)?;
    let session_id = payment.session_id.as_deref().unwrap_or_default();
    let id = SessionId::parse(session_id).map_err(|error| error.to_string())?;
    let response = send(world, &stripe.api.retrieve_session(&id)).await?;
    known(answer::read_refunded(&response))
}

/// Whether a dispute is over, and the money stays here.
pub(super) async fn is_won<W: World>(
    world: &W,
    settings: &Settings,
    dispute_id: &str,
) -> Result<bool, String> {
    let stripe = settings.stripe.as_ref().ok_or(NOT_SET_UP)?;
    let request = stripe.api.dispute(dispute_id);
    let request = request.ok_or("not the id of a dispute")?;
    known(answer::read_is_won(&send(world, &request).await?))
}

/// Reads one session; the error says why it cannot be known.
async fn read_session<W: World>(
    world: &W,
    stripe: &StripeSettings,
    session_id: &str,
) -> Result<Session, String> {
    let id = SessionId::parse(session_id).map_err(|error| error.to_string())?;
    let response = send(world, &stripe.api.retrieve_session(&id)).await?;
    known(answer::read_session(&response))
}

fn known<T>(answer: Answer<T>) -> Result<T, String> {
    match answer {
        Answer::Done(told) => Ok(told),
        Answer::Refused(refusal) => Err(format!("refused: {} {}", refusal.status, refusal.code)),
        Answer::Unknown(why) => Err(why),
    }
}

/// Sends the frozen request, with its own key: the first time, and whenever its answer was lost.
async fn create_again<W: World>(
    world: &W,
    stripe: &StripeSettings,
    payment: &Payment,
) -> PaymentFact {
    let age_s = world.now().seconds_since(payment.created_at);
    if age_s >= KEY_LIFETIME_S {
        return find_session(world, stripe, payment).await;
    }
    let Ok(key) = IdempotencyKey::parse(&payment.provider_key) else {
        return PaymentFact::Unknown("the stored key is not usable".into());
    };
    let request = stripe.api.create_session(&payment.request, &key);
    let response = match send(world, &request).await {
        Ok(response) => response,
        Err(why) => return PaymentFact::Unknown(why),
    };
    let is_replay = response.header("idempotent-replayed") == Some("true");
    match read_created(&response) {
        // A repeated create answers with the session as it was when it was made.
        CreateAnswer::Created(session) if age_s > FRESH_S => {
            ask_session(world, stripe, session.id.as_str()).await
        }
        CreateAnswer::Created(session) => fact_of(&session, stripe.api.mode()),
        CreateAnswer::Refused(refusal) => refused(world, stripe, payment, &refusal.code).await,
        CreateAnswer::KeyTaken(_) => find_session(world, stripe, payment).await,
        // A 500 is kept under its key as any other answer is, and told for a day: whether there is
        // a session is found out elsewhere.
        CreateAnswer::Unknown(_) if is_replay => find_session(world, stripe, payment).await,
        CreateAnswer::Unknown(why) => PaymentFact::Unknown(why),
    }
}

/// A refusal is final on the first try. Later the frozen end of the session may have come too close
/// and be refused for that, while an earlier try had made the session: so look first.
async fn refused<W: World>(
    world: &W,
    stripe: &StripeSettings,
    payment: &Payment,
    code: &str,
) -> PaymentFact {
    if world.now().seconds_since(payment.created_at) <= FRESH_S && payment.asks == 0 {
        return PaymentFact::Refused {
            code: code.to_owned(),
        };
    }
    find_session(world, stripe, payment).await
}

/// Looks for the session of a payment whose create has no answer, by the time it was made: as long as
/// its key is known there, whatever our clock says now. None there means that none was made.
async fn find_session<W: World>(
    world: &W,
    stripe: &StripeSettings,
    payment: &Payment,
) -> PaymentFact {
    const PAGES_MAX: usize = 5;
    let from = payment.created_at.plus(-120);
    let until = payment.created_at.plus(KEY_LIFETIME_S + 120);
    let mut after: Option<String> = None;
    for _ in 0..PAGES_MAX {
        let page = after.as_deref().map_or(Page::First, Page::After);
        let answer = match send(world, &stripe.api.list_sessions(from, until, page)).await {
            Ok(response) => read_session_list(&response),
            Err(why) => Answer::Unknown(why),
        };
        let list = match answer {
            Answer::Done(list) => list,
            Answer::Refused(refusal) => return PaymentFact::Unknown(refusal.message),
            Answer::Unknown(why) => return PaymentFact::Unknown(why),
        };
        if let Some(session) = list.sessions.iter().find(|session| is_of(session, payment)) {
            return ask_session(world, stripe, session.id.as_str()).await;
        }
        after = list
            .sessions
            .last()
            .map(|session| session.id.as_str().to_owned());
        if !list.has_more || after.is_none() {
            return PaymentFact::Refused {
                code: "never_opened".into(),
            };
        }
    }
    PaymentFact::Unknown("too many sessions in the window to find ours".into())
}

fn is_of(session: &Session, payment: &Payment) -> bool {
    session.payment_id.as_deref() == Some(payment.payment_id.as_str())
}

/// Closes a payment at Stripe so that nobody can pay it any more, and tells where that leaves it.
pub async fn close<W: World>(world: &W, settings: &Settings, payment: &Payment) -> PaymentFact {
    let Some(stripe) = settings.stripe.as_ref() else {
        return PaymentFact::Unknown(NOT_SET_UP.into());
    };
    let session_id = if let Some(session_id) = payment.session_id.clone() {
        session_id
    } else {
        // The create's answer was lost: find out which session there is to close.
        let fact = create_again(world, stripe, payment).await;
        let PaymentFact::Open(checkout) = &fact else {
            return fact;
        };
        checkout.session_id.clone()
    };
    let (Ok(id), Ok(key)) = (
        SessionId::parse(&session_id),
        IdempotencyKey::parse(&format!("end-{session_id}")),
    ) else {
        return PaymentFact::Unknown("not a session id".into());
    };
    let answer = match send(world, &stripe.api.expire_session(&id, &key)).await {
        Ok(response) => read_expired(&response),
        Err(why) => ExpireAnswer::Unknown(why),
    };
    match answer {
        ExpireAnswer::Expired(session) => fact_of(&session, stripe.api.mode()),
        ExpireAnswer::NotOpen(_) | ExpireAnswer::Refused(_) | ExpireAnswer::Unknown(_) => {
            ask_session(world, stripe, &session_id).await
        }
    }
}

/// Sends a request; a failed transport is an unknown outcome.
async fn send<W: World>(world: &W, request: &OutRequest) -> Result<InResponse, String> {
    world.send(request).await.map_err(|error| error.to_string())
}

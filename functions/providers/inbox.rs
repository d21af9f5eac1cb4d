//! The inbox: events of every provider, each kept once with its effects, in one batch.
//!
//! In scope: an event in the words that all providers share, its row, and what keeps a second one
//! out. Out of scope: proving where an event came from and reading its body (the webhooks, and
//! cron's reading of the lists), and what it does (`handle_event`). Nothing here asks a provider.

use std::fmt::Display;

use serde_json::json;
use shared::api::refusal::Refusal;
use shared::case::{Case, CaseKind};
use shared::id::{OrderNumber, PaymentId};
use shared::outbox::MessageKey;
use shared::payment::PaymentMethod;
use shared::record::Record;
use shared::settle::{Cause, Changes};
use shared::statement::Statement;
use shared::store::guard::Guard;
use shared::store::inbox;
use shared::time::Timestamp;

use crate::failure::Failure;
use crate::http::Request;
use crate::world::{CommitError, Fault, Rows, World};

/// The first retry of an event that has no payment yet: the order's own batch is under way.
const PARKED_FIRST_S: i64 = 30;

/// An authenticated event: delivered, or read from its provider's list of events.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// Whose it is.
    pub provider: PaymentMethod,
    /// The provider's id of it.
    pub event_id: String,
    /// The provider's name of what happened.
    pub type_name: String,
    /// The provider's id of what it is about: a checkout, a refund, a dispute.
    pub object_id: String,
    /// Of its bytes as they came.
    pub body_sha256: String,
    /// Names the delivery, where the provider's signature covers less than the whole body: one
    /// delivery has one body.
    pub transmission_id: Option<String>,
    /// What it makes us do.
    pub about: About,
}

/// What an event is about, as far as we act on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// A checkout, perhaps one of ours: ask about it.
    Checkout {
        /// The payment that it says it is for.
        said_for: Option<PaymentId>,
        /// The order that it says it has paid, when it names no payment.
        claims: Option<OrderNumber>,
    },
    /// Money going back: open a case about the object.
    Reversal {
        /// Which kind of case.
        kind: CaseKind,
        /// The capture that it reverses.
        capture: String,
    },
    /// Nothing that we act on.
    Nothing(&'static str),
    /// Another account or mode (S15, S16).
    Foreign(&'static str),
}

/// What becomes of an event; each says why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate<'a> {
    /// It had its effect.
    Done(&'a str),
    /// It has none.
    Ignored(&'a str),
    /// Cron tries again.
    Parked(&'a str),
}

impl Arrival {
    /// The event's own row.
    pub(super) fn filed(
        &self,
        payment_id: Option<PaymentId>,
        fate: Fate<'_>,
        now: Timestamp,
    ) -> Changes {
        let (state, note, due) = match fate {
            Fate::Done(note) => ("done", note, None),
            Fate::Ignored(note) => ("ignored", note, None),
            Fate::Parked(note) => ("parked", note, Some(now.plus(PARKED_FIRST_S))),
        };
        let capture = match &self.about {
            About::Reversal { capture, .. } => Some(capture.as_str()),
            About::Checkout { .. } | About::Nothing(_) | About::Foreign(_) => None,
        };
        let mut changes = Changes::default();
        changes.write(inbox::INSERT_EVENT.bind([
            self.provider.as_str().into(),
            self.event_id.as_str().into(),
            self.type_name.as_str().into(),
            self.object_id.as_str().into(),
            capture.into(),
            payment_id.into(),
            self.body_sha256.as_str().into(),
            self.transmission_id.as_deref().into(),
            state.into(),
            note.into(),
            now.into(),
            due.into(),
        ]));
        changes
    }

    /// Who makes a change that follows from the event. `door` says how it came.
    pub(super) fn cause(&self, door: &str) -> Cause {
        cause(self.provider, door, &self.event_id, &self.type_name)
    }

    /// Reads what is kept of this event already; for [`is_stored`].
    pub(super) fn known(&self) -> Statement {
        inbox::KNOWN_EVENT.bind([
            self.provider.as_str().into(),
            self.event_id.as_str().into(),
            self.transmission_id.as_deref().into(),
        ])
    }

    /// The case about a delivery that came with two bodies.
    fn forgery(&self) -> Case {
        Case {
            kind: CaseKind::EventForged,
            subject: self.transmission_id.clone().unwrap_or_default(),
            order_number: None,
            evidence: json!({
                "event": self.event_id,
                "type": self.type_name,
                "object": self.object_id,
                "body_sha256": self.body_sha256,
            }),
        }
    }
}

/// Who makes a change that follows from an event of a provider.
#[must_use]
pub fn cause(provider: PaymentMethod, door: &str, event_id: &str, type_name: &str) -> Cause {
    Cause {
        actor: format!("provider:{}", provider.as_str()),
        cause: format!("{door} {event_id}"),
        reason: type_name.to_owned(),
    }
}

/// The case about events that are not for us: one for each kind of mistake, not for each event.
#[must_use]
pub fn foreign_case(problem: &'static str, cause: &Cause) -> Case {
    Case {
        kind: CaseKind::EventForeign,
        subject: problem.to_owned(),
        order_number: None,
        evidence: json!({ "cause": cause.cause, "type": cause.reason }),
    }
}

/// Writes down why a webhook is not believed; the caller learns nothing of it.
pub(super) fn refused<W: World>(world: &W, request: &Request, because: &impl Display) -> Refusal {
    world.log(&json!({
        "level": "warn",
        "message": "a webhook was refused",
        "because": because.to_string(),
        "request_id": request.request_id,
    }));
    Refusal::BadSignature
}

/// Whether the event had its effect when it came before; from the rows of [`Arrival::known`]. A
/// delivery that came before with another body is refused.
pub(super) async fn is_stored<W: World>(
    world: &W,
    arrival: &Arrival,
    known: &Rows,
) -> Result<bool, Failure> {
    #[derive(Record)]
    struct Row {
        body_sha256: String,
        transmission_id: Option<String>,
    }
    let rows: Vec<Row> = known.parse()?;
    let is_forged = rows.iter().any(|row| {
        row.transmission_id.is_some()
            && row.transmission_id == arrival.transmission_id
            && row.body_sha256 != arrival.body_sha256
    });
    if is_forged {
        return Err(refuse_forgery(world, arrival).await);
    }
    Ok(!rows.is_empty())
}

/// Writes an event that moves no payment. As [`commit`]; a delivery that came before with another
/// body is refused.
pub(super) async fn store<W: World>(
    world: &W,
    arrival: &Arrival,
    changes: Changes,
) -> Result<Vec<MessageKey>, Failure> {
    match write(world, changes).await? {
        Stored::New(messages) => Ok(messages),
        Stored::Before => Ok(Vec::new()),
        Stored::Forged => Err(refuse_forgery(world, arrival).await),
        Stored::Met(guard) => Err(Fault::Internal(format!("{guard:?}")).into()),
    }
}

/// Writes what follows from an event, its own row among it. An event that is there already changes
/// nothing.
pub async fn commit<W: World>(world: &W, changes: Changes) -> Result<Vec<MessageKey>, Fault> {
    match write(world, changes).await? {
        Stored::New(messages) => Ok(messages),
        Stored::Before => Ok(Vec::new()),
        // Two bodies of one delivery raced. The provider sends again, and then it is seen.
        Stored::Forged => Err(Fault::Internal("a delivery came with two bodies".into())),
        Stored::Met(guard) => Err(Fault::Internal(format!("{guard:?}"))),
    }
}

/// How writing an event ended.
pub(super) enum Stored {
    /// It is there, with these messages to send.
    New(Vec<MessageKey>),
    /// It had its effect when it came before.
    Before,
    /// Its delivery came before with another body.
    Forged,
    /// Somebody else has changed the order since it was read.
    Met(Guard),
}

/// Writes what follows from an event, its own row among it.
pub(super) async fn write<W: World>(world: &W, changes: Changes) -> Result<Stored, Fault> {
    match world.commit(&changes.statements).await {
        Ok(_) => Ok(Stored::New(changes.messages)),
        Err(CommitError::Guard(message)) => {
            let guard = Guard::from_message(&message);
            if guard == Guard::InboxRepeated {
                Ok(Stored::Before)
            } else if guard == Guard::TransmissionBound {
                Ok(Stored::Forged)
            } else if guard.is_race() {
                Ok(Stored::Met(guard))
            } else {
                Err(Fault::Internal(message))
            }
        }
        // Not known to be stored, so not acknowledged: the provider sends it again.
        Err(CommitError::Lost(why)) => Err(Fault::Database(why)),
        Err(CommitError::Fault(fault)) => Err(fault),
    }
}

/// Puts a forgery before a person. It is refused once that is written down.
async fn refuse_forgery<W: World>(world: &W, arrival: &Arrival) -> Failure {
    let mut changes = Changes::default();
    changes.open_case(&arrival.forgery(), world.now());
    match commit(world, changes).await {
        Ok(_) => Refusal::BadSignature.into(),
        Err(fault) => fault.into(),
    }
}

//! Tries messages, one read and one batch for all of them: right after the reply that wrote them,
//! and from cron. A message that is delivered twice in a race, or because what came of it could not be
//! written down, carries the same id both times, which mail providers and production take as one. Only
//! Cloudflare's `send_email` binding takes no id: by it a mail may come twice.

use serde_json::{Value, json};
use shared::case::{Case, CaseKind};
use shared::config::Settings;
use shared::id::OrderNumber;
use shared::order::Order;
use shared::outbox::{MessageKey, MessageKind, next_delivery};
use shared::record::Record;
use shared::settle::Changes;
use shared::statement::Statement;
use shared::store::{orders, outbox};
use shared::time::Timestamp;

use super::{mail, release};
use crate::world::{Fault, Rows, World};

/// A message that waits, as read from its row.
#[derive(Debug, Clone, Record)]
pub struct Pending {
    /// Its key.
    #[serde(flatten)]
    pub key: MessageKey,
    /// The order it is about.
    pub order_number: Option<OrderNumber>,
    /// What the order's row does not tell.
    #[record(json)]
    pub payload: Value,
    /// When it was written.
    pub created_at: Timestamp,
    /// How often cron has leased it.
    pub asks: u32,
    /// Until when it waited for a setting.
    pub waited_until: Option<Timestamp>,
}

/// Senders of mail keep idempotency keys for 24 hours (Resend, "Idempotency Keys"); an hour less
/// leaves room for clocks.
const MAIL_KEY_LIFETIME_S: i64 = 23 * 3_600;

impl Pending {
    /// From when on a mail is not sent any more: a first try whose answer was lost would not be
    /// remembered, and the recipient would have it twice. Production knows its messages for ever.
    #[must_use]
    pub fn ends_at(&self) -> Option<Timestamp> {
        let tried_since = self.waited_until.unwrap_or(self.created_at);
        let is_mail = !matches!(
            self.key.kind,
            MessageKind::Release | MessageKind::Revocation
        );
        is_mail.then(|| tried_since.plus(MAIL_KEY_LIFETIME_S))
    }
}

/// How a try ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// Accepted on the other side.
    Sent,
    /// Not accepted, or not known to be: try again.
    Failed(String),
    /// Nowhere to send it until a setting is made: wait without counting.
    Waiting(&'static str),
    /// An earlier try may have been accepted, and nobody remembers by now.
    TooLate,
    /// It has become untrue.
    Overtaken(&'static str),
}

/// While a setting is missing, look again this often.
const WAITING_S: i64 = 3_600;

/// Delivers messages by their keys; those that are gone or sent already are passed over. Returns
/// how many were sent and how many were not.
pub async fn deliver<W: World>(
    world: &W,
    settings: &Settings,
    keys: &[MessageKey],
) -> Result<(u32, u32), Fault> {
    if keys.is_empty() {
        return Ok((0, 0));
    }
    let reads: Vec<Statement> = keys.iter().flat_map(reading).collect();
    let rows = world.query(&reads).await?;
    let mut changes = Changes::default();
    let mut counts = (0_u32, 0_u32);
    for pair in rows.chunks_exact(2) {
        let [message, order] = pair else { continue };
        let Some(message) = message.first::<Pending>()? else {
            continue;
        };
        let delivery = deliver_one(world, settings, &message, order).await;
        match delivery {
            Delivery::Sent => counts.0 = counts.0.saturating_add(1),
            Delivery::Failed(_)
            | Delivery::Waiting(_)
            | Delivery::TooLate
            | Delivery::Overtaken(_) => {
                counts.1 = counts.1.saturating_add(1);
            }
        }
        Tried::of(&message).note(&mut changes, &delivery, world.now());
    }
    if !changes.statements.is_empty() {
        write(world, &changes).await?;
    }
    Ok(counts)
}

/// A lost answer is harmless: the message stays due and is sent again under its own id.
async fn write<W: World>(world: &W, changes: &Changes) -> Result<(), Fault> {
    let written = world.commit(&changes.statements).await;
    written
        .map(|_| ())
        .map_err(|error| Fault::Database(error.to_string()))
}

/// Delivers one message that cron took. A message that cannot even be read (S54) goes the way of
/// every delivery that fails: it is tried again, and in the end a person has to look at it.
pub async fn deliver_leased<W: World>(
    world: &W,
    settings: &Settings,
    kind: &str,
    dedupe_key: &str,
    asks: u32,
) -> Result<(), Fault> {
    let done = match MessageKind::parse(kind) {
        Some(kind) => {
            let dedupe_key = dedupe_key.to_owned();
            deliver(world, settings, &[MessageKey { kind, dedupe_key }]).await
        }
        None => Err(Fault::Rows(format!("no message is called {kind}"))),
    };
    let fault = match done {
        Err(fault @ (Fault::Rows(_) | Fault::Internal(_))) => fault,
        // The database: the message is due again when its lease ends.
        other => return other.map(|_| ()),
    };
    let tried = Tried {
        kind,
        dedupe_key,
        order_number: None,
        asks,
        ends_at: None,
    };
    let mut changes = Changes::default();
    let delivery = Delivery::Failed(fault.to_string());
    tried.note(&mut changes, &delivery, world.now());
    write(world, &changes).await?;
    Err(fault)
}

fn reading(key: &MessageKey) -> [Statement; 2] {
    let bound = || [key.kind.as_str().into(), key.dedupe_key.as_str().into()];
    [
        outbox::PENDING_MESSAGE.bind(bound()),
        orders::ORDER_OF_MESSAGE.bind(bound()),
    ]
}

async fn deliver_one<W: World>(
    world: &W,
    settings: &Settings,
    message: &Pending,
    order: &Rows,
) -> Delivery {
    // An alert may be about an order that cannot be read, so it is written without it.
    if message.key.kind == MessageKind::MailStaffAlert {
        return mail::send_alert(world, settings, message).await;
    }
    let order: Option<Order> = match order.first() {
        Ok(order) => order,
        Err(fault) => return Delivery::Failed(fault.to_string()),
    };
    match (message.key.kind, order) {
        (MessageKind::Release | MessageKind::Revocation, Some(order)) => {
            release::send(world, settings, message, &order).await
        }
        (
            MessageKind::MailOrderReceived
            | MessageKind::MailEmailCode
            | MessageKind::MailPaymentConfirmed
            | MessageKind::MailPaymentUnconfirmed
            | MessageKind::MailPaymentFailed
            | MessageKind::MailOrderExpired
            | MessageKind::MailPaymentHeld
            | MessageKind::MailTransferDetails
            | MessageKind::MailReviewLate
            | MessageKind::MailProofRejected
            | MessageKind::MailPaymentShort
            | MessageKind::MailPaymentReversed
            | MessageKind::MailStaffAlert,
            Some(order),
        ) => mail::send(world, settings, message, &order).await,
        (_, None) => Delivery::Failed("the message names no order".into()),
    }
}

/// A message that was tried, by its key as stored.
struct Tried<'a> {
    kind: &'a str,
    dedupe_key: &'a str,
    order_number: Option<OrderNumber>,
    asks: u32,
    ends_at: Option<Timestamp>,
}

impl<'a> Tried<'a> {
    fn of(message: &'a Pending) -> Self {
        Self {
            kind: message.key.kind.as_str(),
            dedupe_key: &message.key.dedupe_key,
            order_number: message.order_number,
            asks: message.asks,
            ends_at: message.ends_at(),
        }
    }

    /// When it is tried again, if it is.
    fn next(&self, now: Timestamp) -> Option<Timestamp> {
        let due = next_delivery(self.asks, now)?;
        self.ends_at.is_none_or(|end| due < end).then_some(due)
    }

    /// Writes down how the try ended.
    fn note(&self, changes: &mut Changes, delivery: &Delivery, now: Timestamp) {
        let (kind, key) = (self.kind, self.dedupe_key);
        match delivery {
            Delivery::Sent => changes.write(outbox::MESSAGE_SENT.bind([kind.into(), key.into()])),
            Delivery::Waiting(why) => {
                let due = now.plus(WAITING_S);
                let row = [kind.into(), key.into(), due.into(), (*why).into()];
                changes.write(outbox::MESSAGE_WAITS.bind(row));
            }
            Delivery::Overtaken(why) => {
                changes.write(outbox::MESSAGE_DEAD.bind([kind.into(), key.into(), (*why).into()]));
            }
            Delivery::Failed(why) => match self.next(now) {
                Some(due) => {
                    let row = [kind.into(), key.into(), due.into(), why.as_str().into()];
                    changes.write(outbox::MESSAGE_RETRY.bind(row));
                }
                None => self.give_up(changes, why, now),
            },
            Delivery::TooLate => {
                let why = "it may have been sent a day ago or more";
                self.give_up(changes, why, now);
            }
        }
    }

    /// A person has to tell the recipient.
    fn give_up(&self, changes: &mut Changes, why: &str, now: Timestamp) {
        let (kind, key) = (self.kind, self.dedupe_key);
        changes.write(outbox::MESSAGE_DEAD.bind([kind.into(), key.into(), why.into()]));
        let case = Case {
            kind: CaseKind::MessageDead,
            subject: format!("{kind}/{key}"),
            order_number: self.order_number,
            evidence: json!({ "message": kind, "last_answer": why, "tries": self.asks }),
        };
        let (row, alert) = case.open(now);
        changes.write(row);
        // An alert that cannot be delivered must not raise an alert about itself.
        if kind != MessageKind::MailStaffAlert.as_str() {
            changes.tell(&alert, now);
        }
    }
}

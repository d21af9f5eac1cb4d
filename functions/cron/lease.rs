//! Taking what is due: one batch, oldest first, so many of a kind.
//!
//! A lease is a date: the row is due again when the lease ends, whatever becomes of whoever took it.
//! Ids come as text and are parsed by whoever handles the row, so that one unreadable row (S54)
//! cannot take the others of its batch down with it.

use shared::record::Record;
use shared::store::{bank, inbox, jobs, orders, outbox, payments};
use shared::time::Timestamp;

use super::commit;
use crate::world::{Fault, World};

/// How many rows of a kind one tick takes.
pub(super) const BATCH_MAX: u32 = 8;
/// A lease outlives the tick that took it; see `allowance`.
pub(super) const LEASE_S: i64 = 180;
/// How often a provider's list of events is read when nothing is waiting there.
const BACKFILL_S: i64 = 300;

/// What a tick took.
#[derive(Debug, Default)]
pub(super) struct Leased {
    pub(super) payments: Vec<PaymentRow>,
    pub(super) events: Vec<EventRow>,
    pub(super) orders: Vec<OrderRow>,
    pub(super) messages: Vec<MessageRow>,
    pub(super) removals: Vec<RemovalRow>,
    /// How far the providers' lists of events were read, of those where it is time to read on.
    pub(super) cursors: Vec<CursorRow>,
}

/// A payment that is not final.
#[derive(Debug, Clone, Record)]
pub(super) struct PaymentRow {
    pub(super) payment_id: String,
    pub(super) asks: u32,
}

/// A parked event.
#[derive(Debug, Clone, Record)]
pub(super) struct EventRow {
    pub(super) provider: String,
    pub(super) event_id: String,
    pub(super) event_type: String,
    pub(super) object_id: String,
    pub(super) capture_id: Option<String>,
    pub(super) payment_id: Option<String>,
    pub(super) received_at: Timestamp,
    pub(super) asks: u32,
}

/// An order whose time to pay is over.
#[derive(Debug, Clone, Record)]
pub(super) struct OrderRow {
    pub(super) order_number: String,
    pub(super) asks: u32,
}

/// A message that was not delivered yet.
#[derive(Debug, Clone, Record)]
pub(super) struct MessageRow {
    pub(super) kind: String,
    pub(super) dedupe_key: String,
    pub(super) asks: u32,
}

/// An object that has to go.
#[derive(Debug, Clone, Record)]
pub(super) struct RemovalRow {
    pub(super) object_key: String,
    pub(super) proof_id: Option<String>,
    pub(super) asks: u32,
}

/// How far a provider's list of events was read.
#[derive(Debug, Clone, Record)]
pub(super) struct CursorRow {
    pub(super) provider: String,
    pub(super) position: String,
}

/// Takes what is due.
pub(super) async fn lease<W: World>(world: &W, now: Timestamp) -> Result<Leased, Fault> {
    let until = now.plus(LEASE_S);
    let bound = || [now.into(), until.into(), BATCH_MAX.into()];
    let statements = [
        payments::LEASE_PAYMENTS.bind(bound()),
        inbox::LEASE_EVENTS.bind(bound()),
        orders::LEASE_ORDERS.bind(bound()),
        outbox::LEASE_MESSAGES.bind(bound()),
        bank::LEASE_REMOVALS.bind(bound()),
        jobs::LEASE_CURSORS.bind([now.into(), now.plus(BACKFILL_S).into()]),
    ];
    let rows = commit(world, &statements).await?;
    let [payments, events, orders, messages, removals, cursors] = rows.as_slice() else {
        return Err(Fault::Rows("six results were expected".into()));
    };
    Ok(Leased {
        payments: payments.parse()?,
        events: events.parse()?,
        orders: orders.parse()?,
        messages: messages.parse()?,
        removals: removals.parse()?,
        cursors: cursors.parse()?,
    })
}

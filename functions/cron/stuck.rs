//! A row that cannot be handled is put off by itself (S54): rarer and rarer, and in the end with a
//! case, so that a person sees it. The next time that it can be handled closes the case.
//!
//! Messages are not here: theirs is the way of every delivery that fails.

use serde_json::json;
use shared::case::{Case, CaseKind};
use shared::id::OrderNumber;
use shared::outbox::MessageKey;
use shared::retry::{STUCK_AFTER, next_look};
use shared::settle::Changes;
use shared::statement::Statement;
use shared::store::{bank, cases, inbox, orders, payments};
use shared::time::Timestamp;

use super::commit;
use super::lease::{EventRow, OrderRow, PaymentRow, RemovalRow};
use crate::world::{Fault, World};

/// A leased row, as far as putting it off needs it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Work<'a> {
    /// A payment to ask about.
    Payment(&'a PaymentRow),
    /// A parked event.
    Event(&'a EventRow),
    /// An order to end.
    Order(&'a OrderRow),
    /// An object to remove.
    Removal(&'a RemovalRow),
}

impl Work<'_> {
    /// For the log.
    pub(super) fn kind(self) -> &'static str {
        match self {
            Self::Payment(_) => "payment",
            Self::Event(_) => "event",
            Self::Order(_) => "order",
            Self::Removal(_) => "removal",
        }
    }

    fn subject(self) -> String {
        let id = match self {
            Self::Payment(row) => &row.payment_id,
            Self::Event(row) => &row.event_id,
            Self::Order(row) => &row.order_number,
            Self::Removal(row) => &row.object_key,
        };
        format!("{}/{id}", self.kind())
    }

    fn asks(self) -> u32 {
        match self {
            Self::Payment(row) => row.asks,
            Self::Event(row) => row.asks,
            Self::Order(row) => row.asks,
            Self::Removal(row) => row.asks,
        }
    }

    fn put_off(self, due: Timestamp, why: &str) -> Statement {
        match self {
            Self::Payment(row) => {
                payments::PAYMENT_DUE.bind([row.payment_id.as_str().into(), due.into()])
            }
            Self::Event(row) => inbox::EVENT_DUE.bind([
                row.provider.as_str().into(),
                row.event_id.as_str().into(),
                due.into(),
                why.into(),
            ]),
            Self::Order(row) => {
                orders::ORDER_DUE.bind([row.order_number.as_str().into(), due.into()])
            }
            Self::Removal(row) => {
                bank::REMOVAL_DUE.bind([row.object_key.as_str().into(), due.into()])
            }
        }
    }

    /// As it was before it was taken, due at `due`, unless somebody has changed that meanwhile.
    pub(super) fn given_back(self, due: Timestamp, until: Timestamp) -> Statement {
        let (due, until) = (due.into(), until.into());
        match self {
            Self::Payment(row) => {
                payments::PAYMENT_GIVEN_BACK.bind([row.payment_id.as_str().into(), due, until])
            }
            Self::Event(row) => inbox::EVENT_GIVEN_BACK.bind([
                row.provider.as_str().into(),
                row.event_id.as_str().into(),
                due,
                until,
            ]),
            Self::Order(row) => {
                orders::ORDER_GIVEN_BACK.bind([row.order_number.as_str().into(), due, until])
            }
            Self::Removal(row) => {
                bank::REMOVAL_GIVEN_BACK.bind([row.object_key.as_str().into(), due, until])
            }
        }
    }

    fn order_number(self) -> Option<OrderNumber> {
        match self {
            Self::Order(row) => OrderNumber::parse(&row.order_number).ok(),
            Self::Payment(_) | Self::Event(_) | Self::Removal(_) => None,
        }
    }
}

/// Puts a row off that failed; the messages of its case, if it was one time too many.
pub(super) async fn put_off<W: World>(
    world: &W,
    work: Work<'_>,
    fault: &Fault,
) -> Result<Vec<MessageKey>, Fault> {
    let now = world.now();
    let why = fault.to_string();
    let mut changes = Changes::default();
    changes.write(work.put_off(next_look(work.asks(), now), &why));
    if work.asks() >= STUCK_AFTER {
        let case = Case {
            kind: CaseKind::StuckWork,
            subject: work.subject(),
            order_number: work.order_number(),
            evidence: json!({ "work": work.kind(), "tries": work.asks(), "last_fault": why }),
        };
        changes.open_case(&case, now);
    }
    commit(world, &changes.statements).await?;
    Ok(changes.messages)
}

/// Closes the case of a row that can be handled again. Rows that were never taken often enough to
/// have one cost nothing.
pub(super) async fn recovered<W: World>(world: &W, work: Work<'_>) -> Result<(), Fault> {
    if work.asks() < STUCK_AFTER {
        return Ok(());
    }
    let close = cases::CLOSE_CASE.bind([
        CaseKind::StuckWork.as_str().into(),
        work.subject().into(),
        world.now().into(),
        "it could be handled again".into(),
    ]);
    commit(world, &[close]).await.map(|_| ())
}

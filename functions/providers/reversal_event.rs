//! Money going back: refunds, disputes and warnings. Each event is kept and put before a person; codes
//! that were issued for the money stop, wait, or can be used again (A44).
//!
//! In scope: the case that such an event opens, and what its provider says about the money of codes when
//! it is asked: an event is a hint. Out of scope: the ledger, which they do not touch until their full
//! handling is built.

use serde_json::json;
use shared::case::{Case, CaseKind};
use shared::config::Settings;
use shared::coupon::taken_back::{Loss, take_back};
use shared::id::OrderNumber;
use shared::outbox::MessageKey;
use shared::payment::{Payment, PaymentMethod, Refunded};
use shared::record::Record;
use shared::settle::Changes;
use shared::statement::Statement;
use shared::store::payments;

use super::inbox::{Arrival, Fate, is_stored, store};
use super::{is_won, refunded};
use crate::failure::Failure;
use crate::world::{Fault, Rows, World};

/// What an event tells, as far as it is kept.
#[derive(Debug, Clone, Copy)]
pub struct Reversal<'a> {
    /// Whose event it is.
    pub provider: PaymentMethod,
    /// The kind of case that it opens.
    pub kind: CaseKind,
    /// The capture that it reverses.
    pub capture: &'a str,
    /// The provider's id of the refund, the dispute or the warning.
    pub object: &'a str,
    /// The provider's name of what happened.
    pub type_name: &'a str,
}

/// A payment whose money goes back.
#[derive(Debug, Clone)]
pub struct Reversed {
    payment: Payment,
    /// The order; the first by number when it pays several.
    order: OrderNumber,
    /// Those of its orders that have issued codes for its money.
    issuers: Vec<Issuer>,
}

/// An order that has issued codes, and that a payment has paid.
#[derive(Debug, Clone, Copy)]
struct Issuer {
    order: OrderNumber,
    /// Whether other money has paid a part of it.
    is_paid_in_part: bool,
}

impl Issuer {
    /// What the loss of a payment means for it: the codes stay while other money for them is here.
    fn loses(self, loss: Loss<'_>) -> Loss<'_> {
        match loss {
            Loss::Refunded(Refunded::All) if self.is_paid_in_part => Loss::Refunded(Refunded::Part),
            Loss::Refunded(_) | Loss::Disputed { .. } => loss,
        }
    }
}

/// Handles one such event.
pub(super) async fn reversal_event<W: World>(
    world: &W,
    settings: &Settings,
    arrival: &Arrival,
    kind: CaseKind,
    capture: &str,
) -> Result<Vec<MessageKey>, Failure> {
    let told = Reversal {
        provider: arrival.provider,
        kind,
        capture,
        object: &arrival.object_id,
        type_name: &arrival.type_name,
    };
    let rows = world.query(&[arrival.known(), told.read()]).await?;
    let [known, paid] = rows.as_slice() else {
        return Err(Fault::Rows("two results were expected".into()).into());
    };
    if is_stored(world, arrival, known).await? {
        return Ok(Vec::new());
    }
    let now = world.now();
    let Some(reversed) = Reversed::of(paid)? else {
        // A refund may be told before the payment that it refunds (S08).
        let fate = Fate::Parked("no payment with this capture yet");
        return store(world, arrival, arrival.filed(None, fate, now)).await;
    };
    let payment_id = Some(reversed.payment.payment_id);
    let file = |fate: Fate<'_>| arrival.filed(payment_id, fate, now);
    let changes = told.reverse(world, settings, &reversed, file).await;
    store(world, arrival, changes).await
}

impl Reversed {
    /// From the rows of [`Reversal::read`], one for each order of the payment.
    pub fn of(rows: &Rows) -> Result<Option<Self>, Fault> {
        #[derive(Record)]
        struct Row {
            #[serde(flatten)]
            payment: Payment,
            order_number: OrderNumber,
            total_minor: i64,
            /// None of money that the order could not take: what becomes of it concerns no codes.
            applied_minor: Option<i64>,
            #[record(flag)]
            has_issued: bool,
        }
        let rows: Vec<Row> = rows.parse()?;
        let issuers = rows.iter().filter(|row| row.has_issued).filter_map(|row| {
            Some(Issuer {
                order: row.order_number,
                is_paid_in_part: row.applied_minor? < row.total_minor,
            })
        });
        let issuers = issuers.collect();
        let first = rows.into_iter().next();
        Ok(first.map(|row| Self {
            payment: row.payment,
            order: row.order_number,
            issuers,
        }))
    }
}

impl Reversal<'_> {
    /// The read of [`Reversed`].
    #[must_use]
    pub fn read(&self) -> Statement {
        payments::PAYMENT_BY_CAPTURE.bind([self.provider.as_str().into(), self.capture.into()])
    }

    /// What follows from the event, beside what `file` writes about the event itself: the case, one for
    /// each refund, dispute and warning, since several events tell of one, and in any order; and what
    /// becomes of codes.
    pub async fn reverse<W: World>(
        &self,
        world: &W,
        settings: &Settings,
        reversed: &Reversed,
        file: impl Fn(Fate<'_>) -> Changes,
    ) -> Changes {
        let loss = match self.loss(world, settings, reversed).await {
            Ok(loss) => loss,
            Err(why) => return file(Fate::Parked(&why)),
        };
        let now = world.now();
        let payment = &reversed.payment;
        let mut changes = file(Fate::Done("a case was opened"));
        let case = Case {
            kind: self.kind,
            subject: self.object.to_owned(),
            order_number: Some(reversed.order),
            evidence: json!({
                "newest_event": self.type_name,
                "payment_id": payment.payment_id,
                "received": payment.received(),
            }),
        };
        changes.open_case(&case, now);
        if let Some(loss) = loss {
            let issuers = reversed.issuers.iter();
            let rows = issuers.flat_map(|issuer| take_back(&issuer.order, issuer.loses(loss), now));
            changes.statements.extend(rows);
        }
        changes
    }

    /// What became of the money, as far as codes depend on it.
    async fn loss<W: World>(
        &self,
        world: &W,
        settings: &Settings,
        reversed: &Reversed,
    ) -> Result<Option<Loss<'_>>, String> {
        if reversed.issuers.is_empty() {
            return Ok(None);
        }
        if self.kind == CaseKind::Refund {
            let refunded = refunded(world, settings, &reversed.payment, self.capture).await?;
            return Ok(Some(Loss::Refunded(refunded)));
        }
        if self.kind == CaseKind::Dispute {
            let (provider, type_name, dispute_id) = (self.provider, self.type_name, self.object);
            let is_won = is_won(world, settings, provider, type_name, dispute_id).await?;
            return Ok(Some(Loss::Disputed { dispute_id, is_won }));
        }
        Ok(None)
    }
}

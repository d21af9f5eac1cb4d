//! Money going back: refunds, disputes and warnings. Each event is kept and put before a person; what was
//! refunded is booked, and codes that were issued for the money stop, wait, or can be used again (A44).
//!
//! In scope: what an event of that kind does. Its provider is asked how much went back in all, since an
//! event is a hint, and the answer is written only if the order is as it was before the question: of two
//! events that are handled at once, the later answer wins. Out of scope: what it does to the books
//! (`shared::settle::refund`); the money of disputes, which stays where it is until their full handling is
//! built.

use serde_json::json;
use shared::case::{Case, CaseKind};
use shared::config::Settings;
use shared::coupon::taken_back::{Loss, take_back};
use shared::order::{Order, OrderState};
use shared::outbox::MessageKey;
use shared::payment::{PaymentMethod, TakenPayment};
use shared::settle::refund::refund;
use shared::settle::{Cause, Changes, history};
use shared::statement::Statement;
use shared::store::{orders, payments};

use super::inbox::{Arrival, Fate, Stored, is_stored, store, write};
use super::{is_won, paypal_webhook, went_back};
use crate::failure::Failure;
use crate::settle::{ATTEMPTS_MAX, moment};
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

/// A payment whose money goes back, and the order that it has paid.
#[derive(Debug, Clone)]
pub struct Reversed {
    taken: TakenPayment,
    order: Order,
}

/// Handles one such event.
pub(super) async fn reversal_event<W: World>(
    world: &W,
    settings: &Settings,
    arrival: &Arrival,
    told: Reversal<'_>,
    cause: &Cause,
) -> Result<Vec<MessageKey>, Failure> {
    let [payment, order] = told.reads();
    let rows = world.query(&[arrival.known(), payment, order]).await?;
    let (Some(known), Some(found)) = (rows.first(), rows.get(1..)) else {
        return Err(Fault::Rows("three results were expected".into()).into());
    };
    if is_stored(world, arrival, known).await? {
        return Ok(Vec::new());
    }
    let now = world.now();
    let Some(reversed) = Reversed::of(found)? else {
        // A refund may be told before the payment that it refunds (S08).
        let fate = Fate::Parked("no payment with this capture yet");
        return store(world, arrival, arrival.filed(None, fate, now)).await;
    };
    let payment_id = Some(reversed.taken.payment.payment_id);
    let file = |fate: Fate<'_>| arrival.filed(payment_id, fate, now);
    Ok(told.reverse(world, settings, reversed, cause, file).await?)
}

impl Reversed {
    /// From the rows of [`Reversal::reads`].
    pub fn of(rows: &[Rows]) -> Result<Option<Self>, Fault> {
        let [payment, order] = rows else {
            return Err(Fault::Rows("two results were expected".into()));
        };
        let found = payment.first()?.zip(order.first()?);
        Ok(found.map(|(taken, order)| Self { taken, order }))
    }

    /// Whether codes were issued for its money. Money that the order could not take has paid for none.
    fn has_issued(&self) -> bool {
        let order = &self.order;
        order.state == OrderState::Confirmed
            && !order.issues.is_empty()
            && self.taken.applied_minor.is_some()
    }
}

impl Reversal<'_> {
    /// The reads of [`Reversed`].
    #[must_use]
    pub fn reads(&self) -> [Statement; 2] {
        [payments::PAYMENT_BY_CAPTURE, orders::ORDER_BY_CAPTURE]
            .map(|read| read.bind([self.provider.as_str().into(), self.capture.into()]))
    }

    /// Writes what follows from the event, with what `file` writes about the event itself.
    pub async fn reverse<W: World>(
        &self,
        world: &W,
        settings: &Settings,
        mut reversed: Reversed,
        cause: &Cause,
        file: impl Fn(Fate<'_>) -> Changes,
    ) -> Result<Vec<MessageKey>, Fault> {
        let mut met = String::new();
        for _ in 0..ATTEMPTS_MAX {
            let follows = self.follows(world, settings, &reversed, cause).await;
            let changes = match follows {
                Ok(follows) => {
                    let mut changes = file(Fate::Done("a case was opened"));
                    changes.statements.extend(follows.statements);
                    changes.messages.extend(follows.messages);
                    changes
                }
                Err(why) => file(Fate::Parked(&why)),
            };
            match write(world, changes).await? {
                Stored::New(messages) => return Ok(messages),
                Stored::Before => return Ok(Vec::new()),
                // The provider sends it again, and then it is seen.
                Stored::Forged => {
                    return Err(Fault::Internal("a delivery came with two bodies".into()));
                }
                Stored::Met(guard) => met = format!("{guard:?}"),
            }
            reversed = Reversed::of(&world.query(&self.reads()).await?)?
                .ok_or_else(|| Fault::Internal("a payment vanished".into()))?;
        }
        Err(Fault::Busy(format!(
            "a reversal met others {ATTEMPTS_MAX} times: {met}"
        )))
    }

    /// What a dispute's end lifts again. That PayPal took the money is told without a dispute's id, so it
    /// stands under the capture, and ends with any dispute about that.
    fn dispute_id(&self) -> &str {
        if paypal_webhook::takes_money(self.type_name) {
            self.capture
        } else {
            self.object
        }
    }

    /// What follows from the event: the case, one for each refund, dispute and warning, since several events
    /// tell of one, and in any order; what goes back; and what becomes of codes. The error says why the
    /// provider could not tell.
    async fn follows<W: World>(
        &self,
        world: &W,
        settings: &Settings,
        reversed: &Reversed,
        cause: &Cause,
    ) -> Result<Changes, String> {
        let Reversed { taken, order } = reversed;
        let payment = &taken.payment;
        let mut changes = Changes::default();
        let (mut losses, mut gone) = (Vec::new(), None);
        if self.kind == CaseKind::Refund {
            let told = went_back(world, settings, payment).await?;
            let received = payment.received().ok_or("nothing was received")?;
            let told_minor = told.of(received).ok_or("a part in another currency")?;
            gone = Some(told.refunded);
            let moment = moment(world);
            if let Some(booked) = refund(order, taken, told_minor, cause, &moment) {
                changes = booked.changes;
                losses.push(Loss::Refunded(booked.refunded));
            } else {
                // An answer that was given earlier must not be written over this one (P3).
                changes.write(history(order, order.state, "refund_known", cause, &moment));
            }
        } else if self.kind == CaseKind::Dispute && reversed.has_issued() {
            let dispute_id = self.dispute_id();
            let is_won = is_won(world, settings, self.provider, self.type_name, dispute_id).await?;
            losses.push(Loss::Disputed { dispute_id, is_won });
            if is_won {
                let dispute_id = self.capture;
                losses.push(Loss::Disputed { dispute_id, is_won });
            }
        }
        let now = world.now();
        let mut evidence = json!({
            "newest_event": self.type_name,
            "payment_id": payment.payment_id,
            "received": payment.received(),
        });
        if let (Some(gone), Some(fields)) = (gone, evidence.as_object_mut()) {
            fields.insert("went_back_in_all".to_owned(), json!(gone));
        }
        let looked_at = Case {
            kind: self.kind,
            subject: self.object.to_owned(),
            order_number: Some(order.order_number),
            evidence,
        };
        changes.open_case(&looked_at, now);
        for loss in losses.into_iter().filter(|_| reversed.has_issued()) {
            let rows = take_back(&order.order_number, loss, now);
            changes.statements.extend(rows);
        }
        Ok(changes)
    }
}

//! Events that matched nothing when they came: the payment may have been written since.

use serde_json::json;
use shared::case::{Case, CaseKind};
use shared::config::Settings;
use shared::id::PaymentId;
use shared::outbox::MessageKey;
use shared::payment::PaymentMethod;
use shared::settle::Changes;
use shared::statement::Statement;
use shared::store::inbox;
use shared::time::Timestamp;

use super::lease::EventRow;
use crate::providers::checkout_event::settle_checkout;
use crate::providers::inbox::{Fate, cause, commit};
use crate::providers::reversal_event::{Reversal, Reversed};
use crate::providers::reversal_kind;
use crate::settle::{loaded, loading_checkout};
use crate::world::{Fault, World};

/// As long as Stripe and PayPal retry a delivery, so long we wait for what it is about.
const PATIENCE_S: i64 = 3 * 86_400;
const WAITS_S: [i64; 6] = [60, 300, 1_800, 3_600, 21_600, 43_200];

/// Handles one leased event.
pub(super) async fn retry_event<W: World>(
    world: &W,
    settings: &Settings,
    event: &EventRow,
) -> Result<Vec<MessageKey>, Fault> {
    let payment_id = event.payment_id.as_deref().map(PaymentId::parse);
    let payment_id = payment_id
        .transpose()
        .map_err(|error| Fault::Rows(error.to_string()))?;
    let provider = PaymentMethod::parse(&event.provider)
        .ok_or_else(|| Fault::Rows("an event of an unknown provider".into()))?;
    let reversal = event
        .capture_id
        .as_deref()
        .zip(reversal_kind(provider, &event.event_type));
    // One of money going back is known by its capture; it may have been parked with its payment.
    match (payment_id, reversal) {
        (_, Some((capture, kind))) => {
            let told = Reversal {
                provider,
                kind,
                capture,
                object: &event.object_id,
                type_name: &event.event_type,
            };
            retry_reversal(world, settings, event, told).await
        }
        (payment_id, None) => retry_checkout(world, settings, event, provider, payment_id).await,
    }
}

/// The payment is the one that the checkout is bound to, or else the one that the event names.
async fn retry_checkout<W: World>(
    world: &W,
    settings: &Settings,
    event: &EventRow,
    provider: PaymentMethod,
    payment_id: Option<PaymentId>,
) -> Result<Vec<MessageKey>, Fault> {
    let now = world.now();
    let loading = loading_checkout(provider, &event.object_id, payment_id);
    let rows = world.query(&loading).await?;
    let [payment, order] = rows.as_slice() else {
        return Err(Fault::Rows("two results were expected".into()));
    };
    let Some(loaded) = loaded(payment, order)? else {
        let changes = match payment_id {
            Some(_) => event.put_off("no such payment yet", true, now),
            None => event.ended("ignored", "names nothing of ours"),
        };
        return commit(world, changes).await;
    };
    let cause = cause(provider, "event", &event.event_id, &event.event_type);
    let file = |fate: Fate<'_>| match fate {
        Fate::Parked(why) => event.put_off(why, true, now),
        Fate::Done(_) => event.ended("done", "settled later"),
        Fate::Ignored(why) => event.ended("ignored", why),
    };
    settle_checkout(world, settings, loaded, &event.object_id, &cause, file).await
}

async fn retry_reversal<W: World>(
    world: &W,
    settings: &Settings,
    event: &EventRow,
    told: Reversal<'_>,
) -> Result<Vec<MessageKey>, Fault> {
    let rows = world.query(&told.reads()).await?;
    let now = world.now();
    let Some(reversed) = Reversed::of(&rows)? else {
        // Other programs may use the same account, so a refund of a stranger's payment is
        // nobody's case here.
        let changes = event.put_off("no payment of ours has this capture", false, now);
        return commit(world, changes).await;
    };
    let file = |fate: Fate<'_>| match fate {
        Fate::Parked(why) => event.put_off(why, true, now),
        Fate::Done(note) => event.ended("done", note),
        Fate::Ignored(why) => event.ended("ignored", why),
    };
    let cause = cause(told.provider, "event", &event.event_id, &event.event_type);
    told.reverse(world, settings, reversed, &cause, file).await
}

impl EventRow {
    fn ended(&self, state: &str, note: &str) -> Changes {
        let mut changes = Changes::default();
        changes.write(inbox::EVENT_ENDED.bind([
            self.provider.as_str().into(),
            self.event_id.as_str().into(),
            state.into(),
            note.into(),
        ]));
        changes
    }

    /// Tries again later, or gives up after three days: with a case when the event names a payment
    /// that ought to be ours.
    fn put_off(&self, why: &str, is_ours: bool, now: Timestamp) -> Changes {
        if now.seconds_since(self.received_at) < PATIENCE_S {
            let mut changes = Changes::default();
            changes.write(self.due_later(why, now));
            return changes;
        }
        let mut changes = self.ended("ignored", why);
        if is_ours {
            changes.open_case(&self.unmatched(why), now);
        }
        changes
    }

    fn unmatched(&self, why: &str) -> Case {
        Case {
            kind: CaseKind::EventUnmatched,
            subject: self.event_id.clone(),
            order_number: None,
            evidence: json!({
                "type": self.event_type,
                "object": self.object_id,
                "payment_id": self.payment_id,
                "last_answer": why,
            }),
        }
    }

    fn due_later(&self, note: &str, now: Timestamp) -> Statement {
        let index = usize::try_from(self.asks.saturating_sub(1)).unwrap_or(usize::MAX);
        let wait = WAITS_S
            .get(index)
            .or(WAITS_S.last())
            .copied()
            .unwrap_or(PATIENCE_S);
        inbox::EVENT_DUE.bind([
            self.provider.as_str().into(),
            self.event_id.as_str().into(),
            now.plus(wait).into(),
            note.into(),
        ])
    }
}

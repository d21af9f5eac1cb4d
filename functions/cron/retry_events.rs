//! Events that matched nothing when they came: the payment may have been written since.

use serde_json::json;
use shared::case::{Case, CaseKind};
use shared::config::Settings;
use shared::id::PaymentId;
use shared::outbox::MessageKey;
use shared::payment::{Payment, PaymentFact};
use shared::provider::stripe::EventKind;
use shared::settle::{Cause, Changes};
use shared::statement::Statement;
use shared::store::inbox;
use shared::time::Timestamp;

use super::commit;
use super::lease::EventRow;
use crate::providers::stripe::ask_session;
use crate::providers::stripe_webhook::{by_capture, reversal_case, reversal_kind};
use crate::settle::{load, settle};
use crate::world::{Fault, World};

/// As long as Stripe retries a delivery, so long we wait for what it is about.
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
    let kind = EventKind::parse(&event.event_type);
    match (payment_id, reversal_kind(kind)) {
        (Some(payment_id), _) => retry_checkout(world, settings, event, payment_id).await,
        (None, Some(kind)) => retry_reversal(world, event, kind).await,
        (None, None) => finish(world, event.ended("ignored", "names nothing of ours")).await,
    }
}

async fn retry_checkout<W: World>(
    world: &W,
    settings: &Settings,
    event: &EventRow,
    payment_id: PaymentId,
) -> Result<Vec<MessageKey>, Fault> {
    let Some(loaded) = load(world, payment_id).await? else {
        return put_off(world, event, "no such payment yet", true).await;
    };
    let Some(stripe) = settings.stripe.as_ref() else {
        return put_off(world, event, "card payments are not set up", true).await;
    };
    let fact = ask_session(world, stripe, &event.object_id).await;
    let cause = Cause {
        actor: "provider:stripe".into(),
        cause: format!("event {}", event.event_id),
        reason: event.event_type.clone(),
    };
    let PaymentFact::Unknown(why) = &fact else {
        let row = event.ended("done", "settled later");
        let settled = settle(world, loaded, &fact, &cause, &[row]).await?;
        return Ok(settled.messages);
    };
    let mut messages = settle(world, loaded, &fact, &cause, &[]).await?.messages;
    messages.extend(put_off(world, event, why, true).await?);
    Ok(messages)
}

async fn retry_reversal<W: World>(
    world: &W,
    event: &EventRow,
    kind: CaseKind,
) -> Result<Vec<MessageKey>, Fault> {
    let rows = world.query(&[by_capture(&event.object_id)]).await?;
    let payment = match rows.first() {
        Some(rows) => rows.first::<Payment>()?,
        None => None,
    };
    let Some(payment) = payment else {
        // Other programs may use the same Stripe account, so a refund of a stranger's payment is
        // nobody's case here.
        return put_off(world, event, "no payment of ours has this capture", false).await;
    };
    let now = world.now();
    let mut changes = Changes::default();
    changes.open_case(
        &reversal_case(kind, &event.object_id, &event.event_type, &payment),
        now,
    );
    changes.write(event.ended("done", "a case was opened"));
    write(world, changes).await
}

/// Tries again later, or gives up after three days: with a case when the event names a payment that
/// ought to be ours. The payment itself, if there is one, goes on being asked about.
async fn put_off<W: World>(
    world: &W,
    event: &EventRow,
    why: &str,
    is_ours: bool,
) -> Result<Vec<MessageKey>, Fault> {
    let now = world.now();
    if now.seconds_since(event.received_at) < PATIENCE_S {
        return finish(world, event.put_off_row(why, now)).await;
    }
    let mut changes = Changes::default();
    changes.write(event.ended("ignored", why));
    if is_ours {
        let case = Case {
            kind: CaseKind::EventUnmatched,
            subject: event.event_id.clone(),
            order_number: None,
            evidence: json!({
                "type": event.event_type,
                "object": event.object_id,
                "payment_id": event.payment_id,
            }),
        };
        changes.open_case(&case, now);
    }
    write(world, changes).await
}

impl EventRow {
    fn ended(&self, state: &str, note: &str) -> Statement {
        inbox::EVENT_ENDED.bind([
            self.provider.as_str().into(),
            self.event_id.as_str().into(),
            state.into(),
            note.into(),
        ])
    }

    fn put_off_row(&self, note: &str, now: Timestamp) -> Statement {
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

async fn finish<W: World>(world: &W, row: Statement) -> Result<Vec<MessageKey>, Fault> {
    commit(world, &[row]).await?;
    Ok(Vec::new())
}

async fn write<W: World>(world: &W, changes: Changes) -> Result<Vec<MessageKey>, Fault> {
    commit(world, &changes.statements).await?;
    Ok(changes.messages)
}

//! From something that happened to the webhooks that tell it.

use serde_json::Value;
use shared::time::Timestamp;

use super::event::{Cause, Event};
use super::shelf::Resource;
use super::sign::signature_header;
use super::{ActionError, Stripe};
use crate::delivery::{Attempt, Delivery, DeliveryId, Retries, WebhookMode};

/// Retries go on for three days (Stripe documentation, webhooks guide: "up to three days"). Stripe
/// publishes no schedule and no count.
pub(super) const RETRIES: Retries = Retries {
    after_s: &[60, 300, 1_800, 7_200, 18_000, 36_000, 43_200],
    for_s: 3 * 24 * 3600,
    attempts_max: u32::MAX,
};

/// What changed, for [`Stripe::emit`].
pub(super) struct Happening<'a> {
    pub(super) kind: &'static str,
    pub(super) object: Value,
    pub(super) previous: Option<Value>,
    pub(super) cause: &'a Cause,
}

impl Stripe {
    /// How events travel from now on.
    pub fn set_webhook_mode(&mut self, mode: WebhookMode) {
        self.mode = mode;
    }

    /// How the events of the next [`Stripe::pay`] travel.
    pub fn set_webhook_mode_of_next_payment(&mut self, mode: WebhookMode) {
        self.mode_of_next_payment = Some(mode);
    }

    /// How events travel, the next payment's aside.
    #[must_use]
    pub fn webhook_mode(&self) -> WebhookMode {
        self.mode
    }

    /// The mode that the next payment will have.
    #[must_use]
    pub fn webhook_mode_of_next_payment(&self) -> WebhookMode {
        self.mode_of_next_payment.unwrap_or(self.mode)
    }

    /// Every event, oldest first.
    #[must_use]
    pub fn events(&self) -> &[Event] {
        self.events.all()
    }

    /// An event by its id.
    #[must_use]
    pub fn event(&self, id: &str) -> Option<&Event> {
        self.events.find(id)
    }

    /// Every delivery attempt, oldest first.
    #[must_use]
    pub fn deliveries(&self) -> &[Attempt] {
        self.queue.attempts()
    }

    /// When the next webhook is due.
    #[must_use]
    pub fn next_delivery_due(&self) -> Option<Timestamp> {
        self.queue.next_due()
    }

    /// Makes an event by hand, of any type and around any object, and sends it in the current mode.
    /// Returns its id.
    pub fn make_event(&mut self, now: Timestamp, kind: &str, object: Value) -> String {
        self.tick(now);
        let id = self.record(now, kind, object, None, &Cause::default());
        self.send_out(now, self.mode);
        id
    }

    /// Sends an event once more, at once, whatever the mode. A success does not stop retries that
    /// are already planned (Stripe documentation, "Manually resend events").
    pub fn resend(&mut self, now: Timestamp, event_id: &str) -> Result<(), ActionError> {
        let event = self
            .events
            .find(event_id)
            .ok_or_else(|| ActionError::missing(event_id))?;
        self.queue
            .plan(now, std::slice::from_ref(&event.id), WebhookMode::Normal);
        Ok(())
    }

    pub(crate) fn due_deliveries(&mut self, now: Timestamp) -> Vec<Delivery> {
        let due = self.queue.take_due(now);
        due.into_iter()
            .filter_map(|attempt| self.render_delivery(now, &attempt))
            .collect()
    }

    pub(crate) fn delivered(&mut self, now: Timestamp, id: DeliveryId, status: Option<u16>) {
        if let Some(event_id) = self.queue.report(now, id, status)
            && let Some(event) = self.events.find_mut(&event_id)
        {
            event.acknowledged = true;
        }
    }

    /// Records an event of the action that is being performed; [`Stripe::send_out`] sends it.
    pub(super) fn emit(&mut self, now: Timestamp, what: Happening<'_>) {
        self.record(now, what.kind, what.object, what.previous, what.cause);
    }

    /// Records an event that has no API request behind it and no earlier state to show.
    pub(super) fn emit_plain(&mut self, now: Timestamp, kind: &'static str, object: Value) {
        self.record(now, kind, object, None, &Cause::default());
    }

    /// Records an event that shows what the object's changed fields said before.
    pub(super) fn emit_update(
        &mut self,
        now: Timestamp,
        kind: &'static str,
        object: Value,
        previous: Value,
    ) {
        let cause = Cause::default();
        self.emit(
            now,
            Happening {
                kind,
                object,
                previous: Some(previous),
                cause: &cause,
            },
        );
    }

    /// Plans the deliveries of everything recorded since the last call; returns the event ids.
    pub(super) fn send_out(&mut self, now: Timestamp, mode: WebhookMode) -> Vec<String> {
        let mut batch = std::mem::take(&mut self.outgoing);
        if mode == WebhookMode::TwoEventIds {
            let twins: Vec<Event> = batch
                .iter()
                .filter_map(|id| self.events.find(id))
                .cloned()
                .collect();
            for mut twin in twins {
                twin.id = self.ids.next("evt_1S", 17);
                batch.push(twin.id.clone());
                self.events.add(twin);
            }
        }
        self.queue.plan(now, &batch, mode);
        batch
    }

    fn record(
        &mut self,
        now: Timestamp,
        kind: &str,
        object: Value,
        previous_attributes: Option<Value>,
        cause: &Cause,
    ) -> String {
        let id = self.ids.next("evt_1S", 17);
        self.outgoing.push(id.clone());
        self.events.add(Event {
            id: id.clone(),
            created: now,
            kind: kind.to_owned(),
            object,
            previous_attributes,
            cause: cause.clone(),
            acknowledged: false,
        });
        id
    }

    fn render_delivery(&self, now: Timestamp, attempt: &Attempt) -> Option<Delivery> {
        let event = self.events.find(&attempt.event_id)?;
        let body = event.body();
        let headers = vec![
            ("accept", "*/*; q=0.5, application/json".to_owned()),
            ("cache-control", "no-cache".to_owned()),
            ("content-type", "application/json; charset=utf-8".to_owned()),
            (
                "stripe-signature",
                signature_header(now, &self.config.webhook_secrets, &body),
            ),
            (
                "user-agent",
                "Stripe/1.0 (+https://stripe.com/docs/webhooks)".to_owned(),
            ),
        ];
        Some(Delivery {
            id: attempt.id,
            event_id: event.id.clone(),
            event_type: event.kind.clone(),
            attempt: attempt.attempt,
            url: self.config.webhook_url.clone(),
            headers,
            body,
        })
    }

    /// An object of any kind by its id, as the API shows it.
    pub(super) fn object(&self, id: &str) -> Option<Value> {
        let (prefix, _) = id.split_once('_')?;
        match prefix {
            "cs" => self.sessions.find(id).map(Resource::json),
            "pi" => self.intents.find(id).map(Resource::json),
            "ch" => self.charges.find(id).map(Resource::json),
            "pm" => self.methods.find(id).map(Resource::json),
            "re" => self.refunds.find(id).map(Resource::json),
            "du" => self.disputes.find(id).map(Resource::json),
            _ => None,
        }
    }
}

//! From something that happened to the webhooks that tell it.

use serde_json::Value;
use shared::time::Timestamp;

use super::event::Event;
use super::sign::Transmission;
use super::{ActionError, PayPal};
use crate::delivery::{Attempt, Delivery, DeliveryId, Retries, WebhookMode};
use crate::id::uuid_v1;

/// Deliveries are numbered from here, so that none has the number of one of Stripe's.
pub(super) const FIRST_DELIVERY: u64 = 1 << 32;

/// PayPal gives up after 25 tries within three days (PayPal documentation, "Webhooks"). It publishes
/// no schedule.
pub(super) const RETRIES: Retries = Retries {
    after_s: &[60, 300, 900, 3_600, 10_800],
    for_s: 3 * 24 * 3600,
    attempts_max: 25,
};

/// How late the approval's event is in [`WebhookMode::Reversed`]: it happens in another action than
/// the capture, which it would otherwise always precede.
const REVERSED_APPROVAL_S: u32 = 60;

/// What changed, for [`PayPal::emit`].
pub(super) struct Happening {
    pub(super) kind: &'static str,
    pub(super) resource_type: Option<&'static str>,
    pub(super) summary: String,
    pub(super) resource: Value,
}

impl PayPal {
    /// How events travel from now on.
    pub fn set_webhook_mode(&mut self, mode: WebhookMode) {
        self.mode = mode;
    }

    /// How the events of the next order to be approved travel, its capture's among them.
    pub fn set_webhook_mode_of_next_approval(&mut self, mode: WebhookMode) {
        self.mode_of_next_approval = Some(mode);
    }

    /// How events travel, the next approval's aside.
    #[must_use]
    pub fn webhook_mode(&self) -> WebhookMode {
        self.mode
    }

    /// The mode that the next approval will have.
    #[must_use]
    pub fn webhook_mode_of_next_approval(&self) -> WebhookMode {
        self.mode_of_next_approval.unwrap_or(self.mode)
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

    /// Makes an event by hand, of any type and around any resource, and sends it in the current mode.
    /// Returns its id.
    pub fn make_event(&mut self, now: Timestamp, kind: &str, resource: Value) -> String {
        self.tick(now);
        let id = self.record(now, kind, None, "Made by hand".to_owned(), resource);
        self.send_out(now, self.mode);
        id
    }

    /// Sends an event once more, at once and under a new transmission id, whatever the mode.
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
            .filter_map(|attempt| self.render_delivery(&attempt))
            .collect()
    }

    pub(crate) fn delivered(&mut self, now: Timestamp, id: DeliveryId, status: Option<u16>) {
        if let Some(event_id) = self.queue.report(now, id, status)
            && let Some(event) = self.events.find_mut(&event_id)
        {
            event.acknowledged = true;
        }
    }

    /// Whose delivery a number names: PayPal's?
    pub(crate) fn sent(id: DeliveryId) -> bool {
        id.0 > FIRST_DELIVERY
    }

    /// Records an event of the action that is being performed; [`PayPal::send_out`] sends it.
    pub(super) fn emit(&mut self, now: Timestamp, what: Happening) {
        self.record(
            now,
            what.kind,
            what.resource_type,
            what.summary,
            what.resource,
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
                twin.id = self.next_event_id();
                batch.push(twin.id.clone());
                self.events.insert(twin.id.clone(), twin);
            }
        }
        self.queue.plan(now, &batch, mode);
        batch
    }

    /// As [`PayPal::send_out`], for the approval of an order.
    pub(super) fn send_approval(&mut self, now: Timestamp, mode: WebhookMode) -> Vec<String> {
        let mode = match mode {
            WebhookMode::Reversed => WebhookMode::Delayed {
                seconds: REVERSED_APPROVAL_S,
            },
            other => other,
        };
        self.send_out(now, mode)
    }

    fn record(
        &mut self,
        now: Timestamp,
        kind: &str,
        resource_type: Option<&'static str>,
        summary: String,
        resource: Value,
    ) -> String {
        let id = self.next_event_id();
        self.outgoing.push(id.clone());
        let event = Event {
            id: id.clone(),
            created: now,
            kind: kind.to_owned(),
            resource,
            acknowledged: false,
            resource_type: resource_type.map(str::to_owned),
            summary,
        };
        self.events.insert(id.clone(), event);
        id
    }

    fn next_event_id(&mut self) -> String {
        format!("WH-{}-{}", self.ids.next_upper(17), self.ids.next_upper(17))
    }

    /// A retry has the id and the time of the first attempt. What PayPal does is not known; this is
    /// the harder case, since a time window must then allow for three days.
    fn render_delivery(&self, attempt: &Attempt) -> Option<Delivery> {
        let event = self.events.find(&attempt.event_id)?;
        let body = event.body(&self.api);
        let transmission = Transmission {
            id: uuid_v1(self.seed, attempt.copy.0),
            time: attempt.first_due,
            certificate: self.certificate,
            webhook_id: self.config.webhook_id.clone(),
        };
        Some(Delivery {
            id: attempt.id,
            event_id: event.id.clone(),
            event_type: event.kind.clone(),
            attempt: attempt.attempt,
            url: self.config.webhook_url.clone(),
            headers: transmission.headers(&body),
            body,
        })
    }
}

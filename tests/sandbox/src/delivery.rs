//! The queue of webhooks on their way out: copies, delays, retries and losses.
//!
//! Knows no provider. A provider puts event ids in, signs what comes out, and is told how each
//! delivery ended. Nothing here sleeps: a delivery is due when `now` says so.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shared::time::Timestamp;

/// One attempt to deliver one event, ready to be sent as a POST.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Names this attempt in [`crate::Sandbox::delivered`].
    pub id: DeliveryId,
    /// The provider's event id; the same for every attempt and copy.
    pub event_id: String,
    /// The event's type.
    pub event_type: String,
    /// 1 for the first attempt of a copy.
    pub attempt: u32,
    /// Where to.
    pub url: String,
    /// Names are lower case.
    pub headers: Vec<(&'static str, String)>,
    /// The exact bytes that were signed.
    pub body: Vec<u8>,
}

/// The number of an attempt; ascending in the order of creation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DeliveryId(pub u64);

/// How the events of one action reach the shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum WebhookMode {
    /// At once; the checkout page waits for the answer before it sends the buyer back.
    #[default]
    Normal,
    /// Never.
    Lost,
    /// This much later.
    Delayed {
        /// Whole seconds.
        seconds: u32,
    },
    /// Five copies of each event, all due at the same moment.
    FiveTimes,
    /// At once, and the buyer stays on the checkout page until they choose to go back.
    BeforeRedirect,
    /// At once, the last event first.
    Reversed,
    /// At once, and every fact is told by two events with different ids, as while an endpoint's
    /// API version is being switched.
    TwoEventIds,
}

/// How one attempt stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeliveryState {
    /// Waits for its time.
    Waiting,
    /// Handed out by `due_deliveries`, not reported yet.
    InFlight,
    /// Answered with a 2xx.
    Acknowledged,
    /// Answered with another status, or with none at all.
    Failed(Option<u16>),
    /// Dropped by [`WebhookMode::Lost`].
    Lost,
}

/// One attempt, as the dashboard shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// The attempt's number.
    pub id: DeliveryId,
    /// The provider's event id.
    pub event_id: String,
    /// 1 for the first attempt of a copy.
    pub attempt: u32,
    /// When it is or was due.
    pub due: Timestamp,
    /// How it stands.
    pub state: DeliveryState,
    /// When the first attempt of this copy was due.
    pub(crate) first_due: Timestamp,
    /// The first attempt of this copy.
    pub(crate) copy: DeliveryId,
}

/// How a provider repeats a delivery that was not acknowledged.
#[derive(Debug)]
pub(crate) struct Retries {
    /// Seconds before each retry; the last one repeats.
    pub(crate) after_s: &'static [i64],
    /// No retry later than this after the first attempt.
    pub(crate) for_s: i64,
    /// No more attempts than this.
    pub(crate) attempts_max: u32,
}

/// All attempts ever made, and those still to make.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Queue {
    #[serde(skip, default = "no_retries")]
    retries: &'static Retries,
    /// The number before the first attempt's, so that two queues never share one.
    base: u64,
    attempts: Vec<Attempt>,
    #[serde(skip)]
    waiting: BTreeMap<(Timestamp, DeliveryId), usize>,
}

impl Queue {
    pub(crate) fn new(base: u64, retries: &'static Retries) -> Self {
        Self {
            retries,
            base,
            attempts: Vec::new(),
            waiting: BTreeMap::new(),
        }
    }

    /// Makes a queue whole that was read back. Nobody knows any more how an attempt ended that was
    /// under way: it waits again.
    pub(crate) fn resume(&mut self, retries: &'static Retries) {
        self.retries = retries;
        self.waiting.clear();
        for (index, attempt) in self.attempts.iter_mut().enumerate() {
            if attempt.state == DeliveryState::InFlight {
                attempt.state = DeliveryState::Waiting;
            }
            if attempt.state == DeliveryState::Waiting {
                self.waiting.insert((attempt.due, attempt.id), index);
            }
        }
    }

    /// Plans the first attempts of a batch of events.
    pub(crate) fn plan(&mut self, now: Timestamp, event_ids: &[String], mode: WebhookMode) {
        let mut ordered: Vec<&String> = event_ids.iter().collect();
        if mode == WebhookMode::Reversed {
            ordered.reverse();
        }
        let (copies, delay_s) = match mode {
            WebhookMode::FiveTimes => (5, 0),
            WebhookMode::Delayed { seconds } => (1, seconds),
            _ => (1, 0),
        };
        for event_id in ordered {
            for _ in 0..copies {
                let due = now.plus(delay_s.into());
                self.push(event_id, due, None, mode == WebhookMode::Lost);
            }
        }
    }

    /// Takes every attempt whose time has come, oldest first.
    pub(crate) fn take_due(&mut self, now: Timestamp) -> Vec<Attempt> {
        let mut due = Vec::new();
        while let Some((&(at, id), _)) = self.waiting.first_key_value()
            && at <= now
            && let Some(index) = self.waiting.remove(&(at, id))
        {
            self.attempts[index].state = DeliveryState::InFlight;
            due.push(self.attempts[index].clone());
        }
        due
    }

    /// Notes how an attempt ended and plans its retry. Returns the event id of an attempt that was
    /// acknowledged; `None` for a failure, or for an id that is not in flight.
    pub(crate) fn report(
        &mut self,
        now: Timestamp,
        id: DeliveryId,
        status: Option<u16>,
    ) -> Option<String> {
        let attempt = self
            .attempts
            .binary_search_by_key(&id, |attempt| attempt.id)
            .ok()
            .map(|index| &mut self.attempts[index])
            .filter(|attempt| attempt.state == DeliveryState::InFlight)?;
        if status.is_some_and(|status| (200..300).contains(&status)) {
            attempt.state = DeliveryState::Acknowledged;
            return Some(attempt.event_id.clone());
        }
        attempt.state = DeliveryState::Failed(status);
        let failed = attempt.clone();
        let due = now.plus(self.retries.back_off_s(failed.attempt));
        if due.seconds_since(failed.first_due) <= self.retries.for_s
            && failed.attempt < self.retries.attempts_max
        {
            self.push(&failed.event_id, due, Some(&failed), false);
        }
        None
    }

    /// Every attempt, in the order of creation.
    pub(crate) fn attempts(&self) -> &[Attempt] {
        &self.attempts
    }

    /// When the next attempt is due.
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        self.waiting.first_key_value().map(|((due, _), _)| *due)
    }

    fn push(&mut self, event_id: &str, due: Timestamp, failed: Option<&Attempt>, lost: bool) {
        let index = self.attempts.len();
        let id = DeliveryId(self.base + index as u64 + 1);
        let state = if lost {
            DeliveryState::Lost
        } else {
            DeliveryState::Waiting
        };
        self.attempts.push(Attempt {
            id,
            event_id: event_id.to_owned(),
            attempt: failed.map_or(1, |failed| failed.attempt + 1),
            due,
            state,
            first_due: failed.map_or(due, |failed| failed.first_due),
            copy: failed.map_or(id, |failed| failed.copy),
        });
        if !lost {
            self.waiting.insert((due, id), index);
        }
    }
}

/// Stands in until [`Queue::resume`].
fn no_retries() -> &'static Retries {
    &Retries {
        after_s: &[0],
        for_s: 0,
        attempts_max: 1,
    }
}

impl Retries {
    fn back_off_s(&self, attempt: u32) -> i64 {
        let index = usize::try_from(attempt.saturating_sub(1)).unwrap_or(usize::MAX);
        self.after_s[index.min(self.after_s.len() - 1)]
    }
}

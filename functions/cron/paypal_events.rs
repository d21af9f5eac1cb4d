//! PayPal's list of events, read by windows of time: it has no cursor, and no order that PayPal
//! promises (developer.paypal.com/docs/api/webhooks/v1, "List event notifications").
//!
//! The cursor is the moment up to which every event is stored. It stays some minutes behind the
//! clock, since an event may be listed later than it is dated; those minutes are read again.

use shared::config::PayPalSettings;
use shared::provider::paypal::EventKind;
use shared::provider::paypal::answer::{EventList, ListedEvent, Reply, read_event_list};
use shared::time::Timestamp;

use super::backfill_events::{FIRST_S, Listed, OLDEST_S, Stretch};
use crate::providers::paypal_call::call;
use crate::providers::paypal_webhook::arrival_of;
use crate::world::{Fault, World};

/// How long an event may take to be listed.
const SETTLED_AFTER_S: i64 = 600;
/// A window with more events than a page holds is cut to a tenth: so catching up with an empty day
/// takes some ticks, and finding the page in a month not too many calls.
const CUT: i64 = 10;
/// So often that a month comes down to a second.
const CUTS_MAX: u32 = 8;

/// The events from a position on, as many as a page holds.
pub(super) async fn list<W: World>(
    world: &W,
    paypal: &PayPalSettings,
    position: &str,
) -> Result<Stretch, Fault> {
    let now = world.now();
    let from = begin(position, now);
    let mut until = now;
    for _ in 0..CUTS_MAX {
        let list = page(world, paypal, from, until).await?;
        let length_s = until.seconds_since(from);
        if !list.has_more || length_s <= 1 {
            return Ok(stretch(list, from, until, now));
        }
        until = from.plus(length_s.checked_div(CUT).unwrap_or_default().max(1));
    }
    Err(Fault::Provider("PayPal's list has no end".into()))
}

/// Where to begin; what PayPal has forgotten cannot be asked for.
fn begin(position: &str, now: Timestamp) -> Timestamp {
    let stored = position.parse().ok().map(Timestamp);
    let begin = stored.unwrap_or_else(|| now.plus(-FIRST_S));
    begin.max(now.plus(-OLDEST_S)).min(now)
}

fn stretch(list: EventList, from: Timestamp, until: Timestamp, now: Timestamp) -> Stretch {
    // The list is that of the whole app, which may be subscribed to more than we act on.
    let ours = list
        .events
        .iter()
        .filter(|listed| listed.event.kind != EventKind::Other);
    let reached = until.min(now.plus(-SETTLED_AFTER_S)).max(from);
    Stretch {
        events: ours.map(listed).collect(),
        unreadable: list.unreadable,
        end: Some(reached.0.to_string()),
        has_more: until < now,
    }
}

fn listed(listed: &ListedEvent) -> Listed {
    Listed {
        arrival: arrival_of(&listed.event, listed.body.as_bytes()),
        place: None,
    }
}

async fn page<W: World>(
    world: &W,
    paypal: &PayPalSettings,
    from: Timestamp,
    until: Timestamp,
) -> Result<EventList, Fault> {
    let asked = call(world, paypal, |token| {
        paypal.api.list_events(token, from, until)
    });
    let response = asked.await.map_err(Fault::Provider)?;
    match read_event_list(&response) {
        Reply::Done(list) => Ok(list),
        Reply::Unknown(why) => Err(Fault::Provider(why)),
        Reply::NotFound(refusal) | Reply::Refused(refusal) => Err(Fault::Provider(refusal.message)),
        Reply::TokenRefused => Err(Fault::Provider("PayPal refuses our token".into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(100 * 86_400);

    #[test]
    fn a_reading_begins_where_the_last_one_ended_but_never_before_what_paypal_keeps() {
        for (position, expected) in [
            ("8600000", 8_600_000),
            ("", 99 * 86_400),
            ("8600000:evt_1", 99 * 86_400),
            ("6134400", 71 * 86_400),
            // The clock was put back.
            ("9000000", 8_640_000),
        ] {
            assert_eq!(begin(position, NOW), Timestamp(expected), "{position}");
        }
    }

    #[test]
    fn the_cursor_stays_behind_the_clock_and_never_goes_back() {
        let empty = EventList {
            events: Vec::new(),
            unreadable: Vec::new(),
            has_more: false,
        };
        let end = |from: i64, until: i64| {
            let stretch = stretch(empty.clone(), NOW.plus(from), NOW.plus(until), NOW);
            (stretch.end, stretch.has_more)
        };
        let at = |offset: i64| Some(NOW.plus(offset).0.to_string());
        assert_eq!(end(-1_000, 0), (at(-600), false));
        assert_eq!(end(-1_000, -900), (at(-900), true), "a window that was cut");
        assert_eq!(end(-500, 0), (at(-500), false));
    }
}

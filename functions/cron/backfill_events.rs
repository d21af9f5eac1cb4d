//! Reads Stripe's own list of events, so that one whose delivery was lost is found all the same.
//!
//! The cursor is the newest event that was taken in, and moves only past events that are stored.

use serde::Deserialize;
use shared::answer::{Answer, ProviderRefusal};
use shared::config::{Settings, StripeSettings};
use shared::outbox::MessageKey;
use shared::provider::stripe::EventKind;
use shared::provider::stripe::answer::{EventList, ListedEvent, RESOURCE_MISSING, read_event_list};
use shared::provider::stripe::api::Page;
use shared::store::{inbox, jobs};
use shared::time::Timestamp;

use super::commit;
use super::lease::BATCH_MAX;
use crate::digest::sha256_hex;
use crate::failure::Failure;
use crate::providers::stripe_webhook::{Arrival, handle_event, park_event};
use crate::world::{Fault, World};

/// Where the first reading begins: a day is what an operator who installs Edgetill beside a running
/// account may want.
const FIRST_S: i64 = 86_400;
/// Stripe keeps events for 30 days; a cursor older than that cannot be walked from.
const OLDEST_S: i64 = 29 * 86_400;
const PAGE_ITEMS: u8 = 50;
/// How many pages are walked back to where a reading without a cursor begins.
const PAGES_BACK_MAX: u32 = 10;

/// Where the reading stands.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Position {
    created: Timestamp,
    event_id: Option<String>,
}

impl Position {
    /// Reads the stored text, `<created>:<event id>`. What Stripe has forgotten is no place to walk
    /// from: the reading then begins with the oldest event that it keeps.
    fn parse(text: &str, now: Timestamp) -> Self {
        let oldest = now.plus(-OLDEST_S);
        let stored = text.split_once(':').and_then(|(created, id)| {
            let created = Timestamp(created.parse().ok()?);
            Some((created, id.to_owned()))
        });
        match stored {
            Some((created, id)) if created > oldest => Self {
                created,
                event_id: Some(id),
            },
            Some(_) => Self::without_event(oldest),
            None => Self::without_event(now.plus(-FIRST_S)),
        }
    }

    fn without_event(created: Timestamp) -> Self {
        Self {
            created,
            event_id: None,
        }
    }
}

/// What a reading did. Messages may be due even when it failed half-way.
#[derive(Debug)]
pub(super) struct Filled {
    /// How many events were new.
    pub(super) taken: u32,
    /// What they have to tell.
    pub(super) messages: Vec<MessageKey>,
    /// Whether it came to its end.
    pub(super) result: Result<(), Fault>,
}

/// Takes in what the list has beyond the cursor, `events_max` new ones at most.
pub(super) async fn backfill<W: World>(
    world: &W,
    settings: &Settings,
    position: &str,
    events_max: u32,
) -> Filled {
    let mut filled = Filled {
        taken: 0,
        messages: Vec::new(),
        result: Ok(()),
    };
    if let Some(stripe) = settings.stripe.as_ref() {
        let position = Position::parse(position, world.now());
        let events_max = events_max.min(BATCH_MAX);
        filled.result = read_on(world, stripe, position, events_max, &mut filled).await;
    }
    filled
}

async fn read_on<W: World>(
    world: &W,
    stripe: &StripeSettings,
    position: Position,
    events_max: u32,
    filled: &mut Filled,
) -> Result<(), Fault> {
    let list = list(world, stripe, position).await?;
    let known = known_ids(world, &list).await?;
    let mut reached = None;
    let mut unfinished = list.has_more;
    let mut result = Ok(());
    for listed in &list.events {
        let event = &listed.event;
        if !known.contains(&event.id) {
            if filled.taken == events_max {
                unfinished = true;
                break;
            }
            filled.taken = filled.taken.saturating_add(1);
            result = take_in(world, stripe, listed, filled).await;
            if result.is_err() {
                break;
            }
        }
        reached = Some(format!("{}:{}", event.created.0, event.id));
    }
    if let Some(reached) = reached {
        // What is left over is read on with the next tick.
        let due = unfinished.then(|| world.now());
        let row = jobs::MOVE_CURSOR.bind(["stripe".into(), reached.into(), due.into()]);
        commit(world, &[row]).await?;
    }
    result
}

/// Stores one event with its effects. One that cannot be handled is parked, so that it does not
/// stop those behind it (S54).
async fn take_in<W: World>(
    world: &W,
    stripe: &StripeSettings,
    listed: &ListedEvent,
    filled: &mut Filled,
) -> Result<(), Fault> {
    let arrival = Arrival {
        event: listed.event.clone(),
        body_sha256: sha256_hex(listed.body.as_bytes()),
    };
    let handled = handle_event(world, stripe, &arrival, "listed event").await;
    let told = match handled {
        Ok(told) => told,
        Err(failure) => park_event(world, &arrival, &why(failure)).await?,
    };
    filled.messages.extend(told);
    Ok(())
}

fn why(failure: Failure) -> String {
    match failure {
        Failure::Fault(fault) => fault.to_string(),
        Failure::Refused(refusal) => refusal.kind().1.to_owned(),
    }
}

/// The page of events that follows a position, oldest first.
async fn list<W: World>(
    world: &W,
    stripe: &StripeSettings,
    position: Position,
) -> Result<EventList, Fault> {
    let Some(event_id) = position.event_id.as_deref() else {
        return oldest_page(world, stripe, position.created).await;
    };
    match page(world, stripe, position.created, Page::Before(event_id)).await? {
        Ok(list) => Ok(list),
        // Another account or mode by now, which has never heard of this event.
        Err(refusal) if refusal.code == RESOURCE_MISSING => {
            oldest_page(world, stripe, position.created).await
        }
        Err(refusal) => Err(Fault::Provider(refusal.message)),
    }
}

/// Lists come newest first, so a reading without a cursor walks back to its beginning.
async fn oldest_page<W: World>(
    world: &W,
    stripe: &StripeSettings,
    from: Timestamp,
) -> Result<EventList, Fault> {
    let mut after: Option<String> = None;
    let mut has_newer = false;
    for pages_left in (0..PAGES_BACK_MAX).rev() {
        let cursor = after.as_deref().map_or(Page::First, Page::After);
        let list = page(world, stripe, from, cursor)
            .await?
            .map_err(|refusal| Fault::Provider(refusal.message))?;
        let oldest = list.events.first().map(|listed| listed.event.id.clone());
        if !list.has_more || oldest.is_none() || pages_left == 0 {
            return Ok(EventList {
                has_more: has_newer,
                ..list
            });
        }
        has_newer = true;
        after = oldest;
    }
    Err(Fault::Internal("no page was read".into()))
}

async fn page<W: World>(
    world: &W,
    stripe: &StripeSettings,
    from: Timestamp,
    page: Page<'_>,
) -> Result<Result<EventList, ProviderRefusal>, Fault> {
    let request = stripe
        .api
        .list_events(&EventKind::SUBSCRIBED, from, page, PAGE_ITEMS);
    let response = world
        .send(&request)
        .await
        .map_err(|error| Fault::Provider(error.to_string()))?;
    match read_event_list(&response) {
        Answer::Done(list) => Ok(Ok(list)),
        Answer::Refused(refusal) => Ok(Err(refusal)),
        Answer::Unknown(why) => Err(Fault::Provider(why)),
    }
}

/// Which of the listed events are stored already: one read for all of them.
async fn known_ids<W: World>(world: &W, list: &EventList) -> Result<Vec<String>, Fault> {
    #[derive(Deserialize)]
    struct Row {
        event_id: String,
    }
    if list.events.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<&str> = list
        .events
        .iter()
        .map(|listed| listed.event.id.as_str())
        .collect();
    let wanted = serde_json::json!(ids).to_string();
    let rows = world
        .query(&[inbox::KNOWN_EVENTS.bind(["stripe".into(), wanted.into()])])
        .await?;
    let rows: Vec<Row> = match rows.first() {
        Some(rows) => rows.parse()?,
        None => Vec::new(),
    };
    Ok(rows.into_iter().map(|row| row.event_id).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_that_stripe_has_forgotten_begins_with_the_oldest_event() {
        let now = Timestamp(100 * 86_400);
        let fresh = Position::parse("8600000:evt_1", now);
        assert_eq!(fresh.created, Timestamp(8_600_000));
        assert_eq!(fresh.event_id.as_deref(), Some("evt_1"));
        let oldest = Position::without_event(Timestamp(71 * 86_400));
        assert_eq!(Position::parse("6134400:evt_1", now), oldest);
        let first = Position::without_event(Timestamp(99 * 86_400));
        for text in ["", "evt_1", "x:evt_1"] {
            assert_eq!(Position::parse(text, now), first, "{text}");
        }
    }
}

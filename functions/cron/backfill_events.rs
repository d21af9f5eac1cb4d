//! Reads Stripe's own list of events, so that one whose delivery was lost is found all the same.
//!
//! The cursor is the newest event that was taken in, and moves only past events that are stored.

use serde::Deserialize;
use shared::answer::Answer;
use shared::config::{Settings, StripeSettings};
use shared::outbox::MessageKey;
use shared::provider::stripe::EventKind;
use shared::provider::stripe::answer::{EventList, read_event_list};
use shared::provider::stripe::api::Page;
use shared::store::{inbox, jobs};
use shared::time::Timestamp;

use super::tick::BATCH_MAX;
use crate::digest::sha256_hex;
use crate::failure::Failure;
use crate::providers::stripe_webhook::{Arrival, handle_event};
use crate::world::{CommitError, Fault, World};

/// Where the first reading begins. Stripe keeps events for 30 days; a day is what an operator who
/// installs Edgetill beside a running account may want, and a day's poll finds the rest.
const FIRST_S: i64 = 86_400;
/// Stripe keeps events for 30 days; a cursor older than that cannot be walked from.
const OLDEST_S: i64 = 29 * 86_400;
const PAGE_ITEMS: u8 = 50;

/// Where the reading stands.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Position {
    created: Timestamp,
    event_id: Option<String>,
}

impl Position {
    /// Reads the stored text, `<created>:<event id>`; starts anew from anything else.
    fn parse(text: &str, now: Timestamp) -> Self {
        let stored = text.split_once(':').and_then(|(created, id)| {
            let created = Timestamp(created.parse().ok()?);
            (now.seconds_since(created) < OLDEST_S).then(|| Self {
                created,
                event_id: Some(id.to_owned()),
            })
        });
        stored.unwrap_or_else(|| Self {
            created: now.plus(-FIRST_S),
            event_id: None,
        })
    }
}

/// Takes in what the list has beyond the cursor, a bounded number at a time.
pub(super) async fn backfill<W: World>(
    world: &W,
    settings: &Settings,
    position: &str,
) -> Result<Vec<MessageKey>, Fault> {
    let Some(stripe) = settings.stripe.as_ref() else {
        return Ok(Vec::new());
    };
    let position = Position::parse(position, world.now());
    let list = list(world, stripe, &position).await?;
    let known = known_ids(world, &list).await?;
    let mut messages = Vec::new();
    let mut taken = 0;
    let mut reached = None;
    for listed in &list.events {
        let event = &listed.event;
        if !known.contains(&event.id) {
            if taken == BATCH_MAX {
                break;
            }
            taken = taken.saturating_add(1);
            let arrival = Arrival {
                event: event.clone(),
                body_sha256: sha256_hex(listed.body.as_bytes()),
            };
            match handle_event(world, stripe, &arrival, "listed event").await {
                Ok(told) => messages.extend(told),
                Err(Failure::Fault(fault)) => return Err(fault),
                Err(Failure::Refused(refusal)) => {
                    return Err(Fault::Internal(refusal.kind().1.to_owned()));
                }
            }
        }
        reached = Some(format!("{}:{}", event.created.0, event.id));
    }
    if let Some(reached) = reached {
        move_to(world, &reached).await?;
    }
    Ok(messages)
}

async fn list<W: World>(
    world: &W,
    stripe: &StripeSettings,
    position: &Position,
) -> Result<EventList, Fault> {
    let page = position
        .event_id
        .as_deref()
        .map_or(Page::First, Page::Before);
    let request =
        stripe
            .api
            .list_events(&EventKind::SUBSCRIBED, position.created, page, PAGE_ITEMS);
    let response = world
        .send(&request)
        .await
        .map_err(|error| Fault::Provider(error.to_string()))?;
    match read_event_list(&response) {
        Answer::Done(list) => Ok(list),
        Answer::Refused(refusal) => Err(Fault::Provider(refusal.message)),
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

async fn move_to<W: World>(world: &W, position: &str) -> Result<(), Fault> {
    let row = jobs::MOVE_CURSOR.bind(["stripe".into(), position.into()]);
    world
        .commit(&[row])
        .await
        .map(|_| ())
        .map_err(|error| match error {
            CommitError::Fault(fault) => fault,
            CommitError::Guard(why) => Fault::Internal(why),
            CommitError::Lost(why) => Fault::Database(why),
        })
}

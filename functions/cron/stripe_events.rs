//! Stripe's list of events, read on from an event: oldest first, by pages.
//!
//! The cursor is the newest event that was taken in.

use shared::answer::{Answer, ProviderRefusal};
use shared::config::StripeSettings;
use shared::provider::stripe::EventKind;
use shared::provider::stripe::answer::{EventList, ListedEvent, RESOURCE_MISSING, read_event_list};
use shared::provider::stripe::api::Page;
use shared::time::Timestamp;

use super::backfill_events::{FIRST_S, Listed, OLDEST_S, Stretch};
use crate::providers::stripe_webhook::arrival_of;
use crate::world::{Fault, World};

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

/// The page of events that follows a position.
pub(super) async fn list<W: World>(
    world: &W,
    stripe: &StripeSettings,
    position: &str,
) -> Result<Stretch, Fault> {
    let position = Position::parse(position, world.now());
    let list = following(world, stripe, position).await?;
    let listed = |listed: &ListedEvent| {
        let event = &listed.event;
        Listed {
            arrival: arrival_of(event, stripe, listed.body.as_bytes()),
            place: Some(format!("{}:{}", event.created.0, event.id)),
        }
    };
    Ok(Stretch {
        events: list.events.iter().map(listed).collect(),
        end: None,
        has_more: list.has_more,
    })
}

/// The page of events that follows a position, oldest first.
async fn following<W: World>(
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

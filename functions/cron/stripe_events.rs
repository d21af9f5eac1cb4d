//! Stripe's list of events, read on from an event: oldest first, by pages.
//!
//! The cursor is the newest event that was taken in. The list comes newest first and goes on forwards
//! only from an event, so a reading that has none walks back first, a page in each tick, until it has
//! found the oldest. What happens meanwhile is newer, and is met on the way forwards: nothing is
//! passed over, however long the list is.

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

/// Where the reading stands.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Position {
    /// At its beginning: what happened from then on is wanted, and none of it is known.
    From(Timestamp),
    /// On the walk back to then, as far as this event, which is not taken in.
    Back(Timestamp, String),
    /// This event, of that time, and all before it are taken in.
    At(Timestamp, String),
}

impl Position {
    /// Reads the stored text, `<created>:<event id>` or `back:<from>:<event id>`. What Stripe has
    /// forgotten is no place to walk from: the reading then begins with the oldest event that it
    /// keeps.
    fn parse(text: &str, now: Timestamp) -> Self {
        let back = text.strip_prefix("back:");
        let place = back.unwrap_or(text).split_once(':').and_then(|(time, id)| {
            let time = Timestamp(time.parse().ok()?);
            Some((time, id.to_owned()))
        });
        let oldest = now.plus(-OLDEST_S);
        match place {
            None => Self::From(now.plus(-FIRST_S)),
            Some((time, _)) if time <= oldest => Self::From(oldest),
            Some((time, id)) if id.is_empty() => Self::From(time),
            Some((time, id)) if back.is_some() => Self::Back(time, id),
            Some((time, id)) => Self::At(time, id),
        }
    }

    /// What is asked for next, and from when on.
    fn page(&self) -> (Timestamp, Page<'_>) {
        match self {
            Self::From(from) => (*from, Page::First),
            Self::Back(from, id) => (*from, Page::After(id)),
            Self::At(created, id) => (*created, Page::Before(id)),
        }
    }
}

/// What follows a position, oldest first.
pub(super) async fn list<W: World>(
    world: &W,
    stripe: &StripeSettings,
    position: &str,
) -> Result<Stretch, Fault> {
    let position = Position::parse(position, world.now());
    let (from, at) = position.page();
    match page(world, stripe, from, at).await? {
        Ok(list) => Ok(stretch(stripe, &position, list)),
        // Another account or mode by now, which has never heard of this event.
        Err(refusal) if refusal.code == RESOURCE_MISSING => {
            let list = page(world, stripe, from, Page::First).await?;
            let list = list.map_err(|refusal| Fault::Provider(refusal.message))?;
            Ok(stretch(stripe, &Position::From(from), list))
        }
        Err(refusal) => Err(Fault::Provider(refusal.message)),
    }
}

/// What is made of a page that was asked for at a position.
fn stretch(stripe: &StripeSettings, position: &Position, list: EventList) -> Stretch {
    let walk_on = |from: &Timestamp, id: &str| Stretch {
        end: Some(format!("back:{}:{id}", from.0)),
        has_more: true,
        ..Stretch::default()
    };
    match (position, &list.oldest) {
        (Position::From(from) | Position::Back(from, _), Some(oldest)) if list.has_more => {
            walk_on(from, oldest)
        }
        // The list became shorter while it was walked.
        (Position::Back(from, _), None) => walk_on(from, ""),
        _ => Stretch {
            has_more: list.has_more || matches!(position, Position::Back(..)),
            end: place_of_newest(position, &list),
            events: list
                .events
                .iter()
                .map(|listed| listed_of(stripe, listed))
                .collect(),
            unreadable: list.unreadable,
        },
    }
}

/// Where the reading stands after a page, even one whose last items cannot be read.
fn place_of_newest(position: &Position, list: &EventList) -> Option<String> {
    let newest = list.newest.as_ref()?;
    let created = list.events.last().map(|listed| listed.event.created);
    let created = created.unwrap_or(position.page().0);
    Some(format!("{}:{newest}", created.0))
}

fn listed_of(stripe: &StripeSettings, listed: &ListedEvent) -> Listed {
    let event = &listed.event;
    Listed {
        arrival: arrival_of(event, stripe, listed.body.as_bytes()),
        place: Some(format!("{}:{}", event.created.0, event.id)),
    }
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
        let at = Position::At(Timestamp(8_600_000), "evt_1".into());
        assert_eq!(Position::parse("8600000:evt_1", now), at);
        let back = Position::Back(Timestamp(8_600_000), "evt_1".into());
        assert_eq!(Position::parse("back:8600000:evt_1", now), back);
        let begin = Position::From(Timestamp(8_600_000));
        assert_eq!(Position::parse("back:8600000:", now), begin);
        let oldest = Position::From(Timestamp(71 * 86_400));
        for text in ["6134400:evt_1", "back:6134400:evt_1", "back:6134400:"] {
            assert_eq!(Position::parse(text, now), oldest, "{text}");
        }
        let first = Position::From(Timestamp(99 * 86_400));
        for text in ["", "evt_1", "x:evt_1", "back:", "back:x:evt_1"] {
            assert_eq!(Position::parse(text, now), first, "{text}");
        }
    }
}

//! What an authenticated event does, whichever provider it came from.
//!
//! In scope: the way of each kind of event to the rows that follow from it. Every event ends in a
//! row of the inbox, in the same batch as its effects; what moves money is only ever what the
//! provider's API then says ([`super::checkout_event`]).

use shared::config::Settings;
use shared::outbox::MessageKey;

use super::checkout_event::{checkout_event, unread_claim};
use super::inbox::{About, Arrival, Fate, commit, foreign_case, store};
use super::reversal_event::{Reversal, reversal_event};
use crate::failure::Failure;
use crate::world::{Fault, World};

/// Handles an event once. `door` says how it came, for the history.
pub async fn handle_event<W: World>(
    world: &W,
    settings: &Settings,
    arrival: &Arrival,
    door: &str,
) -> Result<Vec<MessageKey>, Failure> {
    let cause = arrival.cause(door);
    let now = world.now();
    match &arrival.about {
        About::Checkout { said_for, claims } => {
            checkout_event(world, settings, arrival, *said_for, *claims, &cause).await
        }
        About::Reversal { kind, capture } => {
            let told = Reversal {
                provider: arrival.provider,
                kind: *kind,
                capture,
                object: &arrival.object_id,
                type_name: &arrival.type_name,
            };
            reversal_event(world, settings, arrival, told, &cause).await
        }
        About::Nothing(note) => {
            let filed = arrival.filed(None, Fate::Ignored(note), now);
            store(world, arrival, filed).await
        }
        About::Foreign(problem) => {
            let mut changes = arrival.filed(None, Fate::Ignored(problem), now);
            changes.open_case(&foreign_case(problem, &cause), now);
            store(world, arrival, changes).await
        }
    }
}

/// Stores an event that could not be handled, for cron to try again. Only for events that nobody
/// sends again: a webhook answers with an error instead. What its row does not keep is put before a
/// person at once.
pub async fn park_event<W: World>(
    world: &W,
    arrival: &Arrival,
    door: &str,
    why: &str,
) -> Result<Vec<MessageKey>, Fault> {
    let now = world.now();
    let park = |payment_id| arrival.filed(payment_id, Fate::Parked(why), now);
    let parked = match &arrival.about {
        About::Checkout {
            said_for: None,
            claims: Some(number),
        } => {
            let mut parked = park(None);
            parked.open_case(&unread_claim(&arrival.object_id, *number), now);
            parked
        }
        About::Checkout { said_for, .. } => park(*said_for),
        About::Foreign(problem) => {
            let mut parked = park(None);
            parked.open_case(&foreign_case(problem, &arrival.cause(door)), now);
            parked
        }
        About::Reversal { .. } | About::Nothing(_) => park(None),
    };
    commit(world, parked).await
}

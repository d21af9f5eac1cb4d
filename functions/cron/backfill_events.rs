//! Reads the providers' own lists of events, so that one whose delivery was lost is found all the
//! same.
//!
//! In scope: taking in what a list has, each event once. Out of scope: how a provider's list is
//! read on from where (`stripe_events`, `paypal_events`). A cursor moves only
//! past events that are stored, and past what cannot be read with a case about it.

use serde_json::json;
use shared::case::{Case, CaseKind};
use shared::config::Settings;
use shared::outbox::MessageKey;
use shared::payment::PaymentMethod;
use shared::record::Record;
use shared::settle::Changes;
use shared::store::{inbox, jobs};

use super::allowance::Allowance;
use super::lease::{BATCH_MAX, CursorRow};
use super::{commit, paypal_events, stripe_events};
use crate::failure::Failure;
use crate::providers::handle_event::{handle_event, park_event};
use crate::providers::inbox::Arrival;
use crate::world::{Fault, World};

/// Where the first reading begins: a day is what an operator who installs Edgetill beside a running
/// account may want.
pub(super) const FIRST_S: i64 = 86_400;
/// Stripe keeps events for 30 days, and so does PayPal; nothing older can be asked for.
pub(super) const OLDEST_S: i64 = 29 * 86_400;

/// Steps that an event takes at most, with the one that parks it, and those that end the reading.
const STEPS_OF_EVENT: u32 = 12;

const UNREADABLE: &str = "the list has what cannot be read as an event";

/// What a list has after a position.
#[derive(Debug, Default)]
pub(super) struct Stretch {
    pub(super) events: Vec<Listed>,
    /// The ids of what is no event that we can read.
    pub(super) unreadable: Vec<String>,
    /// Where the reading stands once all of them are stored.
    pub(super) end: Option<String>,
    /// Whether the list goes on after these.
    pub(super) has_more: bool,
}

/// An event of a list.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) arrival: Arrival,
    /// Where the reading stands once this one is stored and all before it, in a list with an order.
    pub(super) place: Option<String>,
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

/// Takes in what a list has beyond the cursor: some new ones, as long as the tick allows it.
pub(super) async fn backfill<W: World>(
    world: &W,
    settings: &Settings,
    cursor: &CursorRow,
    allowance: &Allowance<'_, W>,
) -> Filled {
    let mut filled = Filled {
        taken: 0,
        messages: Vec::new(),
        result: Ok(()),
    };
    filled.result = read_on(world, settings, cursor, allowance, &mut filled).await;
    filled
}

async fn read_on<W: World>(
    world: &W,
    settings: &Settings,
    cursor: &CursorRow,
    allowance: &Allowance<'_, W>,
    filled: &mut Filled,
) -> Result<(), Fault> {
    let position = cursor.position.as_str();
    let Some(stretch) = list(world, settings, cursor).await? else {
        return Ok(());
    };
    let known = known_ids(world, &cursor.provider, &stretch).await?;
    let mut reached = None;
    let mut result = Ok(());
    let mut is_whole = true;
    for listed in &stretch.events {
        if !known.contains(&listed.arrival.event_id) {
            is_whole = filled.taken < BATCH_MAX && allowance.allows(STEPS_OF_EVENT);
            if !is_whole {
                break;
            }
            filled.taken = filled.taken.saturating_add(1);
            result = take_in(world, settings, &listed.arrival, filled).await;
            if result.is_err() {
                break;
            }
        }
        reached.clone_from(&listed.place);
    }
    if is_whole && result.is_ok() {
        reached = stretch.end.clone().or(reached);
    }
    // What is left over is read on with the next tick.
    let due = (stretch.has_more || !is_whole).then(|| world.now());
    let mut changes = Changes::default();
    if let Some(case) = unreadable_case(&cursor.provider, &stretch.unreadable) {
        world.log(&json!({ "level": "error", "message": UNREADABLE, "evidence": case.evidence }));
        changes.open_case(&case, world.now());
    }
    if reached.is_some() || due.is_some() {
        let reached = reached.unwrap_or_else(|| position.to_owned());
        let provider = cursor.provider.as_str();
        changes.write(jobs::MOVE_CURSOR.bind([provider.into(), reached.into(), due.into()]));
    }
    if !changes.statements.is_empty() {
        commit(world, &changes.statements).await?;
    }
    filled.messages.extend(changes.messages);
    result
}

/// The case about what stands in a list and cannot be read: one for a page, by its first.
fn unreadable_case(provider: &str, ids: &[String]) -> Option<Case> {
    let first = ids.first()?;
    let subject = if first.is_empty() { provider } else { first };
    Some(Case {
        kind: CaseKind::EventUnmatched,
        subject: subject.to_owned(),
        order_number: None,
        evidence: json!({
            "problem": UNREADABLE,
            "provider": provider,
            "events": ids,
        }),
    })
}

/// What the provider's list has after the cursor; `None` where the provider is not used.
async fn list<W: World>(
    world: &W,
    settings: &Settings,
    cursor: &CursorRow,
) -> Result<Option<Stretch>, Fault> {
    let position = cursor.position.as_str();
    match PaymentMethod::parse(&cursor.provider) {
        Some(PaymentMethod::Stripe) => match &settings.stripe {
            Some(stripe) => stripe_events::list(world, stripe, position).await.map(Some),
            None => Ok(None),
        },
        Some(PaymentMethod::Paypal) => match &settings.paypal {
            Some(paypal) => paypal_events::list(world, paypal, position).await.map(Some),
            None => Ok(None),
        },
        Some(PaymentMethod::Bank) | None => Ok(None),
    }
}

/// Stores one event with its effects. One that cannot be handled is parked, so that it does not
/// stop those behind it (S54).
async fn take_in<W: World>(
    world: &W,
    settings: &Settings,
    arrival: &Arrival,
    filled: &mut Filled,
) -> Result<(), Fault> {
    const DOOR: &str = "listed event";
    let handled = handle_event(world, settings, arrival, DOOR).await;
    let told = match handled {
        Ok(told) => told,
        Err(failure) => park_event(world, arrival, DOOR, &why(failure)).await?,
    };
    filled.messages.extend(told);
    Ok(())
}

fn why(failure: Failure) -> String {
    match failure {
        Failure::Fault(fault) => fault.to_string(),
        Failure::Refused(refusal) | Failure::RefusedAfter(refusal, _) => {
            refusal.kind().1.to_owned()
        }
    }
}

/// Which of the listed events are stored already: one read for all of them.
async fn known_ids<W: World>(
    world: &W,
    provider: &str,
    stretch: &Stretch,
) -> Result<Vec<String>, Fault> {
    #[derive(Record)]
    struct Row {
        event_id: String,
    }
    if stretch.events.is_empty() {
        return Ok(Vec::new());
    }
    let ids = |listed: &Listed| listed.arrival.event_id.clone();
    let ids: Vec<String> = stretch.events.iter().map(ids).collect();
    let wanted = json!(ids).to_string();
    let rows = world
        .query(&[inbox::KNOWN_EVENTS.bind([provider.into(), wanted.into()])])
        .await?;
    let rows: Vec<Row> = match rows.first() {
        Some(rows) => rows.parse()?,
        None => Vec::new(),
    };
    Ok(rows.into_iter().map(|row| row.event_id).collect())
}

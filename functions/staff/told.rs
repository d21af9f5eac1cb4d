//! What somebody is told who has decided: what it was, as the books have it, and what waits next; or
//! why it could not be, who was faster, and what they had typed.

use shared::api::refusal::Refusal;
use shared::id::OrderNumber;
use shared::money::Money;
use shared::order::Order;
use shared::review::{Decision, Verdict};
use shared::staff::{Member, PastStep};

use super::desk::Desk;
use super::order;
use super::search::link;
use super::words::spaced;
use crate::failure::Failure;
use crate::http::Reply;
use crate::pages::staff::{Block, Cell};
use crate::review::Decided;

/// Names the order that was just decided about, in the address that a browser is sent to.
const DECIDED: &str = "decided";

/// To the queue, which begins with what was decided about an order.
pub(super) fn after(decided: &Decided, number: OrderNumber) -> Reply {
    let reply = Reply::see_other(format!("/staff?{DECIDED}={}", number.as_str()));
    match decided {
        Decided::Done(messages) => reply.delivering(messages.clone()),
        Decided::Proposed => reply,
    }
}

/// The order that the page is to begin with, if any.
pub(super) fn decided(desk: &Desk<'_>) -> Option<OrderNumber> {
    OrderNumber::parse(&desk.request.query_value(DECIDED)?).ok()
}

/// What `member` has decided last, and the order whose proof waits `next`. The words come from the books:
/// an address that somebody made up tells of nothing that was not done.
pub(super) fn done(
    member: &Member,
    decisions: &[Decision],
    next: Option<OrderNumber>,
) -> Option<Block> {
    let newest = decisions.last()?;
    if newest.decided_by != member.email.actor() {
        return None;
    }
    let amount = newest.amount().map(Money::display).unwrap_or_default();
    let words = match newest.verdict {
        Verdict::Proposed => {
            format!("Signed: you have entered {amount}. Another person has to sign as well.")
        }
        Verdict::Approved => format!("Done: you have approved {amount}. The buyer is told."),
        Verdict::Rejected => "Done: you have rejected the proof. The buyer is told why.".to_owned(),
        Verdict::Settled => {
            format!("Done: you have settled {amount} by hand. The buyer is told.")
        }
        Verdict::Revoked => {
            "Done: you have taken back what had paid the order. The buyer is told.".to_owned()
        }
    };
    let mut cells = vec![
        Cell::Strong(words),
        Cell::text("Order:"),
        link(newest.order_number),
    ];
    cells.push(match next {
        Some(next) => Cell::link(
            format!("{}/review", order::href(next)),
            format!("Next: review {next}"),
        ),
        None => Cell::text("– no other proof waits."),
    });
    Some(Block::Notice(cells))
}

/// A refusal that the page can be shown with, as it stands now: everything that was typed is kept.
pub(super) fn kept(failure: Failure) -> Result<Refusal, Failure> {
    match failure {
        Failure::Refused(refusal) if matches!(refusal.kind().0, 409 | 422) => Ok(refusal),
        Failure::Refused(_) | Failure::RefusedAfter(..) | Failure::Fault(_) => Err(failure),
    }
}

/// Why nothing was decided, and who has done what `meanwhile`.
pub(super) fn refused(refusal: &Refusal, meanwhile: &[PastStep]) -> Block {
    let (_, _, title) = refusal.kind();
    let mut cells = vec![
        Cell::Strong(format!("Nothing was changed. {title}.")),
        Cell::text(refusal.detail()),
    ];
    for step in meanwhile {
        let said = [&*spaced(&step.event), &step.actor, &step.reason];
        let said: Vec<&str> = said.into_iter().filter(|part| !part.is_empty()).collect();
        cells.push(Cell::text(format!("Meanwhile: {},", said.join(", "))));
        cells.push(Cell::At(step.at));
    }
    Block::Notice(cells)
}

/// The steps that an order has made since the version that a form was made for; the oldest first.
pub(super) fn since<'a>(steps: &'a [PastStep], order: &Order, seen: &str) -> &'a [PastStep] {
    let seen = seen.parse().unwrap_or(order.version);
    let made = usize::try_from(order.version.saturating_sub(seen)).unwrap_or(0);
    let known = steps.len().saturating_sub(made);
    steps.get(known..).unwrap_or_default()
}

/// What was typed into a form that is not on the page any more.
pub(super) fn typed(desk: &Desk<'_>, fields: &[(&'static str, &str)]) -> Option<Block> {
    let typed = fields
        .iter()
        .map(|(label, name)| (*label, desk.typed(name)));
    let typed = typed.filter(|(_, text)| !text.is_empty());
    let facts: Vec<_> = typed
        .map(|(label, text)| (label, Cell::text(text)))
        .collect();
    (!facts.is_empty()).then(|| Block::Facts {
        heading: "What you had entered".into(),
        facts,
    })
}

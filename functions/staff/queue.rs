//! `/staff`: the proofs that wait, the oldest first (A32, A37).

use shared::email::age;
use shared::staff::{QueuedProof, Right, SignedByHand};
use shared::store::bank;
use shared::time::Timestamp;

use super::desk::{Desk, first, nth};
use super::search::link;
use super::told;
use crate::failure::Failure;
use crate::http::Reply;
use crate::pages::staff::{Block, Cell, Table};
use crate::world::World;

/// As many as one page shows.
const PAGE: usize = 50;

/// `GET /staff`
pub(super) async fn page<W: World>(world: &W, desk: &Desk<'_>) -> Result<Reply, Failure> {
    let asked = |name: &str| desk.request.query_value(name).unwrap_or_default();
    let after: i64 = asked("after").parse().unwrap_or(0);
    let mut reads = vec![
        bank::QUEUE.bind([after.into(), asked("proof").into()]),
        bank::SIGNED_BY_HAND.bind([]),
    ];
    let decided = told::decided(desk);
    reads.extend(decided.map(|number| bank::DECISIONS_OF_ORDER.bind([number.into()])));
    let (member, rows) = desk.load(world, reads).await?;
    let found: Vec<QueuedProof> = first(&rows)?.parse()?;
    let by_hand: Vec<SignedByHand> = nth(&rows, 1)?.parse()?;
    let mut blocks = Vec::new();
    if let Some(decisions) = rows.get(2) {
        let next = found.first().map(|proof| proof.order_number);
        blocks.extend(told::done(&member, &decisions.parse()?, next));
    }
    let may_decide = member.may(Right::Decide);
    let now = world.now();
    let last = found.last().filter(|_| found.len() == PAGE);
    let table = Table {
        heading: "Oldest first".into(),
        columns: &[
            "Order",
            "Waiting for",
            "Handed in",
            "Asked for",
            "Bank",
            "Signed by",
        ],
        rows: found
            .iter()
            .map(|proof| row(proof, may_decide, now))
            .collect(),
        empty: "No proof waits for a review.",
        more: last.map(|last| {
            let (at, id) = (last.uploaded_at.0, last.proof_id.as_str());
            format!("/staff?after={at}&proof={id}")
        }),
    };
    blocks.push(Block::Table(table));
    if !by_hand.is_empty() {
        blocks.push(Block::Table(second_signatures(&by_hand)));
    }
    desk.page(200, &member, "Proofs to review", blocks)
}

/// What one person has settled by hand and another has to sign; the oldest first.
fn second_signatures(signed: &[SignedByHand]) -> Table {
    let row = |signed: &SignedByHand| {
        vec![
            link(signed.order_number),
            Cell::text(&*signed.decided_by),
            Cell::text(signed.amount().display()),
            Cell::text(&*signed.bank_name),
            Cell::At(signed.decided_at),
        ]
    };
    Table {
        heading: "Settled by hand, waiting for a second person".into(),
        columns: &["Order", "Signed by", "Amount", "Bank", "When"],
        rows: signed.iter().rev().map(row).collect(),
        empty: "",
        more: None,
    }
}

fn row(proof: &QueuedProof, may_decide: bool, now: Timestamp) -> Vec<Cell> {
    let number = proof.order_number;
    let order = if may_decide {
        let href = format!("/staff/orders/{}/review", number.as_str());
        Cell::link(href, number.to_string())
    } else {
        link(number)
    };
    let waited = age::in_words(now.seconds_since(proof.uploaded_at));
    let waited = if proof.is_late(now) {
        Cell::Strong(format!("{waited}: late, 30 minutes were promised"))
    } else {
        Cell::Text(waited)
    };
    vec![
        order,
        waited,
        Cell::At(proof.uploaded_at),
        Cell::text(proof.asked().display()),
        Cell::text(&*proof.bank_name),
        Cell::text(proof.signed_by.as_deref().unwrap_or("–")),
    ]
}

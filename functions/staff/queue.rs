//! `/staff`: the proofs that wait, the oldest first (A32, A37).

use shared::email::age;
use shared::staff::{QueuedProof, Right};
use shared::store::bank;
use shared::time::Timestamp;

use super::desk::{Desk, first};
use super::search::link;
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
    let read = bank::QUEUE.bind([after.into(), asked("proof").into()]);
    let (member, rows) = desk.load(world, [read]).await?;
    let found: Vec<QueuedProof> = first(&rows)?.parse()?;
    let may_decide = member.may(Right::Decide);
    let now = world.now();
    let last = found.last().filter(|_| found.len() == PAGE);
    let table = Table {
        heading: "Oldest first".into(),
        columns: &["Order", "Waiting for", "Handed in", "Asked for", "Bank"],
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
    desk.page(200, &member, "Proofs to review", vec![Block::Table(table)])
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
    ]
}

//! `/staff/search`: an order, by any one thing that a buyer may quote (requirement A20).
//!
//! The search is a form post, so that no address of a buyer stands in an address bar, a history or
//! an access log.

use shared::id::OrderNumber;
use shared::staff::{FoundOrder, Member, Wanted};

use super::desk::Desk;
use super::order::href;
use super::words::name_of;
use crate::failure::Failure;
use crate::http::Reply;
use crate::pages::staff::{Block, Cell, FieldKind, Form, Table};
use crate::world::World;

const QUERY: &str = "query";

/// `GET /staff/search`
pub(super) async fn page<W: World>(world: &W, desk: &Desk<'_>) -> Result<Reply, Failure> {
    let (member, _) = desk.load(world, []).await?;
    show(desk, &member, None)
}

/// `POST /staff/search`
pub(super) async fn submit<W: World>(world: &W, desk: &Desk<'_>) -> Result<Reply, Failure> {
    let reads = Wanted::parse(desk.typed(QUERY)).map(|wanted| wanted.reads());
    let (member, rows) = desk.load(world, reads.unwrap_or_default()).await?;
    let mut found: Vec<FoundOrder> = Vec::new();
    for order in rows.iter().map(crate::world::Rows::parse::<FoundOrder>) {
        for order in order? {
            if !found.contains(&order) {
                found.push(order);
            }
        }
    }
    show(desk, &member, Some(found))
}

fn show(
    desk: &Desk<'_>,
    member: &Member,
    found: Option<Vec<FoundOrder>>,
) -> Result<Reply, Failure> {
    let mut field = desk.field(QUERY, "What the buyer quotes", FieldKind::Line, &[]);
    field.hint = Some(
        "Order number, subscription ID, payment reference, the buyer's or payer's e-mail address, \
         the payer's full name, the provider's or bank's reference, or a coupon code."
            .into(),
    );
    let mut blocks = vec![Block::Form(Form {
        heading: "Search".into(),
        note: String::new(),
        action: "/staff/search".into(),
        hidden: Vec::new(),
        fields: vec![field],
        button: "Find".into(),
        grave: false,
    })];
    blocks.extend(found.map(|found| table("Orders found", &found)));
    desk.page(200, member, "Find an order", blocks)
}

/// Orders as rows that lead to them.
fn table(heading: &str, found: &[FoundOrder]) -> Block {
    let row = |order: &FoundOrder| {
        vec![
            link(order.order_number),
            Cell::text(name_of(&order.state)),
            Cell::text(order.total().display()),
            Cell::text(&*order.customer_email),
            Cell::At(order.created_at),
        ]
    };
    Block::Table(Table {
        heading: heading.into(),
        columns: &["Order", "State", "Total", "Buyer", "Made"],
        rows: found.iter().map(row).collect(),
        empty: "No order was found.",
        more: None,
    })
}

/// An order's number that leads to its page for staff.
pub(super) fn link(number: OrderNumber) -> Cell {
    Cell::link(href(number), number.to_string())
}

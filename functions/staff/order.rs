//! `/staff/orders/{number}`: everything about an order that a buyer may ask about.

use shared::api::refusal::Refusal;
use shared::api::status::OrderStatus;
use shared::case::OpenedCase;
use shared::field::FieldProblem;
use shared::id::OrderNumber;
use shared::money::Money;
use shared::order::Order;
use shared::payment::{Payment, PaymentMethod};
use shared::review::Decision;
use shared::staff::{Member, Movement, PastStep, Right};
use shared::store::{bank, cases, ledger, orders};
use shared::time::Timestamp;

use super::cases::table as case_table;
use super::desk::{Desk, nth, number_of};
use super::words::{name_of, spaced};
use super::{ask, by_hand, issued, review_page, signatures};
use crate::change::{self, OrderWithPayments};
use crate::failure::Failure;
use crate::http::Reply;
use crate::pages::staff::{Block, Cell, Table};
use crate::world::World;

/// Everything about an order that staff are shown.
pub(super) struct Shown {
    /// Who looks.
    pub(super) member: Member,
    /// The order, its payments and its proofs.
    pub(super) found: OrderWithPayments,
    /// What was decided about it, oldest first.
    pub(super) decisions: Vec<Decision>,
    /// What happened to it, oldest first.
    pub(super) steps: Vec<PastStep>,
    movements: Vec<Movement>,
    opened: Vec<OpenedCase>,
}

/// `GET /staff/orders/{number}`
pub(super) async fn page<W: World>(
    world: &W,
    desk: &Desk<'_>,
    number: &str,
) -> Result<Reply, Failure> {
    let shown = load(world, desk, number).await?;
    show(desk, 200, &shown, Vec::new(), &[], world.now())
}

/// Where an order is shown to staff.
pub(super) fn href(number: OrderNumber) -> String {
    format!("/staff/orders/{}", number.as_str())
}

pub(super) async fn load<W: World>(
    world: &W,
    desk: &Desk<'_>,
    number: &str,
) -> Result<Shown, Failure> {
    let number = number_of(world, desk, number).await?;
    let mut reads = change::loading(number).to_vec();
    let own = reads.len();
    reads.extend([
        bank::DECISIONS_OF_ORDER.bind([number.into()]),
        orders::HISTORY.bind([number.into()]),
        ledger::MOVEMENTS_OF_ORDER.bind([number.into()]),
        cases::CASES_OF_ORDER.bind([number.into()]),
    ]);
    let (member, rows) = desk.load(world, reads).await?;
    let more = rows.get(own..).unwrap_or_default();
    Ok(Shown {
        member,
        found: change::found_in(&rows)?.ok_or(Refusal::OrderNotFound)?,
        decisions: nth(more, 0)?.parse()?,
        steps: nth(more, 1)?.parse()?,
        movements: nth(more, 2)?.parse()?,
        opened: nth(more, 3)?.parse()?,
    })
}

/// The page, with what somebody is told first, and what is wrong with a form that was sent from it.
pub(super) fn show(
    desk: &Desk<'_>,
    status: u16,
    shown: &Shown,
    told: Vec<Block>,
    problems: &[FieldProblem],
    now: Timestamp,
) -> Result<Reply, Failure> {
    let found = &shown.found;
    let order = &found.order;
    let mut blocks = told;
    if found.bank.waiting().is_some() && shown.member.may(Right::Decide) {
        let review = format!("{}/review", href(order.order_number));
        blocks.push(Block::Notice(vec![
            Cell::text("A proof of this order waits:"),
            Cell::link(review, "review it"),
        ]));
    }
    blocks.push(facts(order, &found.payments, now));
    blocks.push(lines(order));
    blocks.push(payment_table(&found.payments));
    if !found.bank.proofs.is_empty() {
        blocks.push(review_page::proofs(&found.bank.proofs));
    }
    if !shown.decisions.is_empty() {
        blocks.push(review_page::decisions(&shown.decisions));
    }
    blocks.extend(issued::blocks(desk, shown, problems));
    blocks.push(case_table("Cases", &shown.opened, None));
    blocks.push(movement_table(&shown.movements));
    blocks.push(history(&shown.steps));
    let signed = signatures::shown(&shown.decisions, None, &shown.member);
    blocks.extend(signed);
    blocks.extend(ask::form(desk, shown, problems).map(Block::Form));
    blocks.extend(by_hand::forms(desk, shown, problems));
    let title = format!("Order {}", order.order_number);
    desk.page(status, &shown.member, title, blocks)
}

fn facts(order: &Order, payments: &[Payment], now: Timestamp) -> Block {
    let status = OrderStatus::of(order, payments, now);
    let mut facts = vec![
        ("Status", Cell::Strong(name_of(&status))),
        ("Total", Cell::text(order.total().display())),
        ("Received", Cell::text(order.received().display())),
        ("Given back", Cell::text(order.refunded().display())),
        ("Due", Cell::text(order.due().display())),
        ("Buyer", Cell::text(order.customer.name.as_str())),
        ("E-mail", Cell::text(order.customer.email.as_str())),
        ("Billed to", Cell::text(order.billing.name.as_str())),
        ("Made", Cell::At(order.created_at)),
        ("Payable until", Cell::At(order.payable_until())),
    ];
    let coupon = order.quote.coupon.map(|code| {
        let off = order.quote.discount.display();
        Cell::text(format!("{code}, {off} off"))
    });
    facts.extend(coupon.map(|coupon| ("Coupon", coupon)));
    let link = |number| Cell::link(href(number), number.to_string());
    facts.extend(order.replaces.map(|old| ("Replaces", link(old))));
    facts.extend(order.replaced_by.map(|new| ("Replaced by", link(new))));
    facts.extend(order.confirmed_at.map(|at| ("Confirmed", Cell::At(at))));
    let id = order.subscription_id.map(|id| id.to_string());
    facts.extend(id.map(|id| ("Subscription ID", Cell::code(id))));
    facts.extend(order.paid_by.clone().map(|by| ("Paid by", Cell::text(by))));
    facts.extend(order.ended_at.map(|at| ("Ended", Cell::At(at))));
    Block::Facts {
        heading: "The order".into(),
        facts,
    }
}

fn lines(order: &Order) -> Block {
    let mut lost = order.refunded_lines.iter().copied();
    let mut row = |line: &shared::pricing::QuoteLine| {
        let given_back = Money {
            amount_minor: lost.next().unwrap_or(0),
            currency: order.currency,
        };
        vec![
            Cell::text(line.name.clone()),
            Cell::text(line.period.to_string()),
            Cell::text(line.quantity.to_string()),
            Cell::text(line.list_amount.display()),
            Cell::text(line.total.display()),
            Cell::text(given_back.display()),
        ]
    };
    Block::Table(Table {
        heading: "What was ordered".into(),
        columns: &[
            "Product",
            "Period",
            "Quantity",
            "List price",
            "Total",
            "Given back",
        ],
        rows: order.quote.lines.iter().map(&mut row).collect(),
        empty: "",
        more: None,
    })
}

fn payment_table(payments: &[Payment]) -> Block {
    let row = |payment: &Payment| {
        let received = payment.received().map(Money::display);
        vec![
            Cell::code(payment.payment_id.to_string()),
            Cell::text(payment.method.as_str()),
            Cell::text(spaced(payment.state.as_str())),
            Cell::text(payment.amount().display()),
            Cell::text(received.unwrap_or_else(|| "–".into())),
            Cell::text(paid_by(payment)),
            Cell::At(payment.created_at),
        ]
    };
    Block::Table(Table {
        heading: "Payments".into(),
        columns: &[
            "Reference",
            "Method",
            "State",
            "Asked",
            "Received",
            "Paid by",
            "Begun",
        ],
        rows: payments.iter().map(row).collect(),
        empty: "No payment was begun.",
        more: None,
    })
}

/// Who paid. What a provider tells names them; a transfer's sender is known by the key of their name.
fn paid_by(payment: &Payment) -> String {
    let by = payment.paid_by.as_deref().unwrap_or("–");
    match (payment.method, &payment.payer_name) {
        (PaymentMethod::Bank, Some(name)) => format!("{by}, sent by {name}"),
        _ => by.to_owned(),
    }
}

fn movement_table(movements: &[Movement]) -> Block {
    let row = |movement: &Movement| {
        vec![
            Cell::At(movement.at),
            Cell::text(movement.amount().display()),
            Cell::code(&*movement.debit),
            Cell::code(&*movement.credit),
            Cell::text(&*movement.cause),
        ]
    };
    Block::Table(Table {
        heading: "Transfers in the ledger".into(),
        columns: &["When", "Amount", "From", "To", "Cause"],
        rows: movements.iter().map(row).collect(),
        empty: "No money has moved.",
        more: None,
    })
}

fn history(steps: &[PastStep]) -> Block {
    let row = |step: &PastStep| {
        vec![
            Cell::At(step.at),
            Cell::text(spaced(&step.event)),
            Cell::text(spaced(&step.to_state)),
            Cell::text(&*step.actor),
            Cell::text(&*step.cause),
            Cell::text(&*step.reason),
        ]
    };
    Block::Table(Table {
        heading: "History".into(),
        columns: &["When", "What", "State", "Who", "Cause", "Reason"],
        rows: steps.iter().map(row).collect(),
        empty: "",
        more: None,
    })
}

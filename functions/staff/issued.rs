//! The coupon codes that an order has issued, on its page, and the word that pauses all of them or lets
//! them be used again. For admins. What is stopped for good stays so.

use serde_json::json;
use shared::coupon::{Coupon, CouponState};
use shared::field::FieldProblem;
use shared::staff::{Action, Note, Right};
use shared::store::coupons;

use super::coupons::{STATE, address, asked, used};
use super::desk::Desk;
use super::order::{self, Shown};
use crate::failure::Failure;
use crate::http::Reply;
use crate::pages::Hidden;
use crate::pages::staff::{Block, Cell, FieldKind, Form, Table};
use crate::world::World;

const WHY: &str = "codes_why";

/// The codes, if there are any, and the form of whoever may turn them.
pub(super) fn blocks(desk: &Desk<'_>, shown: &Shown, problems: &[FieldProblem]) -> Vec<Block> {
    let issued = &shown.found.issued;
    if issued.is_empty() {
        return Vec::new();
    }
    let is_admin = shown.member.may(Right::Administer);
    let table = Table {
        heading: "Coupon codes that it issued".into(),
        columns: &["Code", "Used", "State"],
        rows: issued.iter().map(|coupon| row(coupon, is_admin)).collect(),
        empty: "",
        more: None,
    };
    let form = becomes(issued).filter(|_| is_admin).map(|state| {
        let (words, note) = match state {
            CouponState::Active => (
                "Let all codes be used again",
                "Buyers can use them again at once, also if the money for them is disputed.",
            ),
            CouponState::Paused | CouponState::Suspended | CouponState::Stopped => (
                "Pause all codes",
                "Nobody can use them; orders that hold a use keep it.",
            ),
        };
        Block::Form(Form {
            heading: words.into(),
            note: note.into(),
            action: format!("{}/coupons", order::href(shown.found.order.order_number)),
            hidden: vec![Hidden::new(STATE, state.as_str())],
            fields: vec![desk.field(WHY, "Why", FieldKind::Lines, problems)],
            button: words.into(),
            grave: state != CouponState::Active,
        })
    });
    std::iter::once(Block::Table(table)).chain(form).collect()
}

/// `POST /staff/orders/{number}/coupons`
pub(super) async fn turn<W: World>(
    world: &W,
    desk: &Desk<'_>,
    number: &str,
) -> Result<Reply, Failure> {
    let shown = order::load(world, desk, number).await?;
    let why = match Note::parse(WHY, desk.typed(WHY)) {
        Ok(why) => why,
        Err(problem) => return order::show(desk, 422, &shown, Vec::new(), &[problem], world.now()),
    };
    let number = shown.found.order.order_number;
    let state = asked(desk);
    if becomes(&shown.found.issued) != Some(state) {
        return Ok(Reply::see_other(order::href(number)));
    }
    let row = coupons::TURN_CODES.bind([number.into(), state.as_str().into()]);
    let detail = json!({ "state": state, "why": why.as_str() });
    desk.act(world, Action::PauseCoupon, number.as_str(), detail, [row])
        .await?;
    Ok(Reply::see_other(order::href(number)))
}

/// The state that the form leads to; none when all are stopped for good.
fn becomes(issued: &[Coupon]) -> Option<CouponState> {
    let has = |state: CouponState| issued.iter().any(|coupon| coupon.state == state);
    if has(CouponState::Active) {
        Some(CouponState::Paused)
    } else {
        (has(CouponState::Paused) || has(CouponState::Suspended)).then_some(CouponState::Active)
    }
}

fn row(coupon: &Coupon, is_admin: bool) -> Vec<Cell> {
    let code = coupon.coupon_code;
    vec![
        if is_admin {
            Cell::link(address(code), code.to_string())
        } else {
            Cell::code(code.to_string())
        },
        Cell::text(used(coupon)),
        Cell::text(coupon.state.as_str()),
    ]
}

//! `/staff/coupons`: coupons that staff make, pause and look at; and the word that gives a use back. For
//! admins. What a coupon is worth never changes: make another one and pause this one.

use serde_json::json;
use shared::api::refusal::Refusal;
use shared::catalogue::ProductId;
use shared::coupon::{Coupon, CouponState, NewCoupon, Plan};
use shared::field::FieldProblem;
use shared::id::{CouponCode, OrderNumber};
use shared::record::{Record, json_text};
use shared::staff::{Action, Member, Note};
use shared::store::{catalogue, coupons};
use shared::time::Timestamp;

use super::desk::{Desk, first, nth};
use super::search::link;
use crate::failure::Failure;
use crate::http::Reply;
use crate::pages::Hidden;
use crate::pages::staff::{Block, Cell, FieldKind, Form, Table};
use crate::world::{World, random_code};

/// As many as one page shows.
const PAGE: usize = 50;
const HERE: &str = "/staff/coupons";
const CODE: &str = "code";
const ORDER: &str = "order_number";
const CONSUMED: &str = "consumed";
const WHY: &str = "why";
pub(super) const STATE: &str = "state";

#[derive(Record)]
struct StaffCoupon {
    #[serde(flatten)]
    coupon: Coupon,
    note: String,
    made_at: Timestamp,
    uses_per_customer: Option<u32>,
    issued_by: Option<OrderNumber>,
}

#[derive(Record)]
struct Use {
    order_number: OrderNumber,
    state: String,
    held_at: Timestamp,
    restored_because: Option<String>,
}

/// `GET /staff/coupons`
pub(super) async fn page<W: World>(world: &W, desk: &Desk<'_>) -> Result<Reply, Failure> {
    list(world, desk, 200, &[]).await
}

/// `POST /staff/coupons`
pub(super) async fn make<W: World>(world: &W, desk: &Desk<'_>) -> Result<Reply, Failure> {
    let mut coupon = match NewCoupon::parse(|name| desk.typed(name)) {
        Ok(coupon) => coupon,
        Err(problems) => return list(world, desk, 422, &problems).await,
    };
    // The form brings the code, so that sending it twice makes one coupon.
    let code = CouponCode::parse(desk.typed(CODE));
    let mut code = code.unwrap_or_else(|_| fresh(world));
    let reads = [
        catalogue::PLANS.bind([json_text(&coupon.named()).into()]),
        coupons::COUPON_FOR_STAFF.bind([code.into()]),
    ];
    let (_, rows) = desk.load(world, reads).await?;
    let sold: Vec<Plan> = first(&rows)?.parse()?;
    match nth(&rows, 1)?.first::<StaffCoupon>()? {
        Some(made) if coupon.is(&made.coupon, &made.note) => {
            return Ok(Reply::see_other(address(code)));
        }
        // A form that was gone back to, and changed.
        Some(_) => code = fresh(world),
        None => {}
    }
    if let Err(problems) = coupon.name_plan(&sold) {
        return list(world, desk, 422, &problems).await;
    }
    let row = coupon.insert(code, &desk.who.email().actor(), world.now());
    let detail = json!({ "terms": coupon.terms });
    desk.act(world, Action::MakeCoupon, code.as_str(), detail, [row])
        .await?;
    Ok(Reply::see_other(address(code)))
}

/// `GET /staff/coupons/{code}`
pub(super) async fn one<W: World>(
    world: &W,
    desk: &Desk<'_>,
    code: &str,
) -> Result<Reply, Failure> {
    let (member, made, uses) = load(world, desk, code).await?;
    show(desk, 200, &member, &made, &uses, &[])
}

/// `POST /staff/coupons/{code}/pause`: pauses it, or lets it be used again.
pub(super) async fn pause<W: World>(
    world: &W,
    desk: &Desk<'_>,
    code: &str,
) -> Result<Reply, Failure> {
    let (_, made, _) = load(world, desk, code).await?;
    let code = made.coupon.coupon_code;
    let becomes = asked(desk);
    if made.coupon.state == becomes {
        return Ok(Reply::see_other(address(code)));
    }
    let row = coupons::TURN_COUPON.bind([code.into(), becomes.as_str().into()]);
    let detail = json!({ "state": becomes });
    desk.act(world, Action::PauseCoupon, code.as_str(), detail, [row])
        .await?;
    Ok(Reply::see_other(address(code)))
}

/// `POST /staff/coupons/{code}/restore`
pub(super) async fn restore<W: World>(
    world: &W,
    desk: &Desk<'_>,
    code: &str,
) -> Result<Reply, Failure> {
    let (member, made, uses) = load(world, desk, code).await?;
    let order = OrderNumber::parse(desk.typed(ORDER)).map_err(|_| {
        let message = "Enter the number of an order that has used this coupon.";
        FieldProblem::new(ORDER, "unknown_order", message)
    });
    let (order, why) = match (order, Note::parse(WHY, desk.typed(WHY))) {
        (Ok(order), Ok(why)) => (order, why),
        (order, why) => {
            let problems: Vec<_> = order.err().into_iter().chain(why.err()).collect();
            return show(desk, 422, &member, &made, &uses, &problems);
        }
    };
    let code = made.coupon.coupon_code;
    let read = coupons::USE_BY_ORDER.bind([code.into(), order.into()]);
    let found: Option<Use> = first(&world.query(&[read]).await?)?.first()?;
    if let Some(found) = &found
        && found.restored_because.as_deref() == Some(why.as_str())
    {
        // The form came twice.
        return Ok(Reply::see_other(address(code)));
    }
    if found.is_none_or(|found| found.state != CONSUMED) {
        let message = "This order has no use of the coupon that could be given back.";
        let problem = FieldProblem::new(ORDER, "no_use", message);
        return show(desk, 422, &member, &made, &uses, &[problem]);
    }
    let row = coupons::RESTORE_USE.bind([
        code.into(),
        order.into(),
        world.now().into(),
        why.as_str().into(),
    ]);
    let detail = json!({ "order_number": order, "why": why.as_str() });
    desk.act(world, Action::RestoreUse, code.as_str(), detail, [row])
        .await?;
    Ok(Reply::see_other(address(code)))
}

pub(super) fn address(code: CouponCode) -> String {
    format!("{HERE}/{}", code.as_str())
}

/// The state that a form asks for, so that one that is sent twice turns nothing back.
pub(super) fn asked(desk: &Desk<'_>) -> CouponState {
    if desk.typed(STATE) == CouponState::Active.as_str() {
        CouponState::Active
    } else {
        CouponState::Paused
    }
}

/// The state that pressing the button leads to.
fn turned(state: CouponState) -> CouponState {
    match state {
        CouponState::Active | CouponState::Stopped => CouponState::Paused,
        CouponState::Paused | CouponState::Suspended => CouponState::Active,
    }
}

async fn load<W: World>(
    world: &W,
    desk: &Desk<'_>,
    code: &str,
) -> Result<(Member, StaffCoupon, Vec<Use>), Failure> {
    let Ok(code) = CouponCode::parse(code) else {
        desk.load(world, []).await?;
        return Err(Refusal::NotFound.into());
    };
    let reads = [
        coupons::COUPON_FOR_STAFF.bind([code.into()]),
        coupons::USES_OF_COUPON.bind([code.into()]),
    ];
    let (member, rows) = desk.load(world, reads).await?;
    let made = first(&rows)?.first()?.ok_or(Refusal::NotFound)?;
    Ok((member, made, nth(&rows, 1)?.parse()?))
}

async fn list<W: World>(
    world: &W,
    desk: &Desk<'_>,
    status: u16,
    problems: &[FieldProblem],
) -> Result<Reply, Failure> {
    let before = desk.request.query_value("before").unwrap_or_default();
    // The second and the code of the last row that was shown; at first, one that is after them all.
    let (second, code) = before.split_once('-').unwrap_or_default();
    let second: i64 = second.parse().unwrap_or(i64::from(u32::MAX));
    let read = coupons::COUPONS_OF_STAFF.bind([second.into(), code.into()]);
    let (member, rows) = desk.load(world, [read]).await?;
    let made: Vec<StaffCoupon> = first(&rows)?.parse()?;
    let last = made.last().filter(|_| made.len() == PAGE);
    let table = Table {
        heading: "Newest first".into(),
        columns: &["Code", "Gives", "Used", "Until", "State", "Note"],
        rows: made.iter().map(row).collect(),
        empty: "There is no coupon yet.",
        more: last.map(|last| {
            let (at, code) = (last.made_at.0, last.coupon.coupon_code);
            format!("{HERE}?before={at}-{}", code.as_str())
        }),
    };
    let making = making(desk, fresh(world), problems);
    let blocks = vec![Block::Table(table), Block::Form(making)];
    desk.page(status, &member, "Coupons", blocks)
}

fn row(made: &StaffCoupon) -> Vec<Cell> {
    let coupon = &made.coupon;
    let code = Cell::Link {
        href: address(coupon.coupon_code),
        words: coupon.coupon_code.to_string(),
    };
    vec![
        code,
        Cell::text(coupon.terms.to_string()),
        Cell::text(used(coupon)),
        coupon
            .ends_at
            .map_or_else(|| Cell::text("for ever"), Cell::At),
        Cell::text(coupon.state.as_str()),
        Cell::text(&*made.note),
    ]
}

pub(super) fn used(coupon: &Coupon) -> String {
    format!("{} of {}", coupon.uses, coupon.uses_max)
}

fn fresh<W: World>(world: &W) -> CouponCode {
    CouponCode::from_random(random_code(world))
}

fn making(desk: &Desk<'_>, code: CouponCode, problems: &[FieldProblem]) -> Form {
    let fields = NewCoupon::FIELDS.map(|(name, label, may_be_empty, hint)| {
        let kind = if name == NewCoupon::STARTS {
            FieldKind::Date
        } else {
            FieldKind::Line
        };
        let mut field = desk.field(name, label, kind, problems);
        field.required = !may_be_empty;
        field.hint = (!hint.is_empty()).then(|| hint.to_owned());
        field
    });
    Form {
        heading: "Make a coupon".into(),
        note: "What it gives cannot be changed, only paused.".into(),
        action: HERE.into(),
        hidden: vec![Hidden::new(CODE, code.as_str())],
        fields: fields.into(),
        button: "Make the coupon".into(),
        grave: false,
    }
}

fn show(
    desk: &Desk<'_>,
    status: u16,
    member: &Member,
    made: &StaffCoupon,
    uses: &[Use],
    problems: &[FieldProblem],
) -> Result<Reply, Failure> {
    let coupon = &made.coupon;
    let code = coupon.coupon_code;
    let table = Table {
        heading: "Uses, newest first".into(),
        columns: &["Order", "State", "Since", "Given back because"],
        rows: uses
            .iter()
            .map(|one| {
                vec![
                    link(one.order_number),
                    Cell::text(&*one.state),
                    Cell::At(one.held_at),
                    Cell::text(one.restored_because.as_deref().unwrap_or_default()),
                ]
            })
            .collect(),
        empty: "Nobody has used it.",
        more: None,
    };
    let mut blocks = vec![
        Block::Facts {
            heading: "What is known".into(),
            facts: facts(made),
        },
        Block::Table(table),
    ];
    if coupon.state != CouponState::Stopped {
        let words = if coupon.state == CouponState::Suspended {
            (
                "Let it be used again",
                "Buyers can use it again at once, although the money for it is disputed.",
            )
        } else if turned(coupon.state) == CouponState::Active {
            ("Let it be used again", "Buyers can use it again at once.")
        } else {
            (
                "Pause",
                "Nobody can use it; orders that hold a use keep it.",
            )
        };
        blocks.push(Block::Form(Form {
            heading: words.0.into(),
            note: words.1.into(),
            action: format!("{}/pause", address(code)),
            hidden: vec![Hidden::new(STATE, turned(coupon.state).as_str())],
            fields: Vec::new(),
            button: words.0.into(),
            grave: false,
        }));
    }
    blocks.push(Block::Form(Form {
        heading: "Give a use back".into(),
        note:
            "For an order that was paid with it: the use is free again, the order stays as it is."
                .into(),
        action: format!("{}/restore", address(code)),
        hidden: Vec::new(),
        fields: vec![
            desk.field(ORDER, "Order number", FieldKind::Line, problems),
            desk.field(WHY, "Why", FieldKind::Lines, problems),
        ],
        button: "Give the use back".into(),
        grave: false,
    }));
    desk.page(status, member, format!("Coupon {code}"), blocks)
}

/// What there is to know about a coupon; limits that it does not have are left out.
fn facts(made: &StaffCoupon) -> Vec<(&'static str, Cell)> {
    let coupon = &made.coupon;
    let terms = &coupon.terms;
    let mut facts = vec![
        ("Code", Cell::code(coupon.coupon_code.to_string())),
        ("Gives", Cell::text(terms.to_string())),
        ("State", Cell::text(coupon.state.as_str())),
        ("Used", Cell::text(used(coupon))),
    ];
    let later = coupon.starts_at > made.made_at;
    facts.extend(later.then_some(("From", Cell::At(coupon.starts_at))));
    let each = made.uses_per_customer;
    facts.extend(each.map(|uses| ("How often each customer", Cell::text(uses.to_string()))));
    facts.push(("Made", Cell::At(made.made_at)));
    facts.extend(coupon.ends_at.map(|end| ("Until", Cell::At(end))));
    let products = joined(terms.products.iter().map(ProductId::as_str));
    let currencies = joined(terms.currencies.iter().map(|one| one.code()));
    let minimums = joined(terms.minimums.iter().map(|one| one.display()));
    for (name, list) in [
        ("Only for products", products),
        ("Only in currencies", currencies),
        ("From a list price of", minimums),
    ] {
        facts.extend((!list.is_empty()).then(|| (name, Cell::text(list))));
    }
    facts.extend(made.issued_by.map(|order| ("Issued by", link(order))));
    if !made.note.is_empty() {
        facts.push(("Note", Cell::text(&*made.note)));
    }
    facts
}

fn joined<T: AsRef<str>>(parts: impl Iterator<Item = T>) -> String {
    let mut text = String::new();
    for part in parts {
        if !text.is_empty() {
            text.push_str(", ");
        }
        text.push_str(part.as_ref());
    }
    text
}

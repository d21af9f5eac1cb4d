//! `/staff/cases`: what a person must look at, oldest first, and the word that closes it.

use serde_json::json;
use shared::api::refusal::Refusal;
use shared::case::{OpenedCase, title_of};
use shared::field::FieldProblem;
use shared::staff::{Action, Member, Note, Right};
use shared::store::cases;

use super::desk::{Desk, first};
use super::search::link;
use super::words::evidence;
use crate::failure::Failure;
use crate::http::{Reply, percent_encoded};
use crate::pages::Hidden;
use crate::pages::staff::{Block, Cell, FieldKind, Form, Table};
use crate::world::World;

/// As many as one page shows.
const PAGE: usize = 50;
const NOTE: &str = "note";
/// The columns of [`table`].
const COLUMNS: &[&str] = &["Case", "Order", "Opened", "What to do"];

/// `GET /staff/cases`: the open ones, from `after` on; or, with `kind` and `subject`, one of them.
pub(super) async fn page<W: World>(world: &W, desk: &Desk<'_>) -> Result<Reply, Failure> {
    let asked = |name: &str| desk.request.query_value(name).unwrap_or_default();
    let (kind, subject) = (asked("kind"), asked("subject"));
    let Ok(after) = asked("after").parse::<i64>() else {
        if kind.is_empty() {
            return list(world, desk, 0, "", "").await;
        }
        return one(world, desk, &kind, &subject).await;
    };
    list(world, desk, after, &kind, &subject).await
}

async fn list<W: World>(
    world: &W,
    desk: &Desk<'_>,
    after: i64,
    kind: &str,
    subject: &str,
) -> Result<Reply, Failure> {
    let read = cases::OPEN_CASES.bind([after.into(), kind.into(), subject.into()]);
    let (member, rows) = desk.load(world, [read]).await?;
    let found: Vec<OpenedCase> = first(&rows)?.parse()?;
    let last = found.last().filter(|_| found.len() == PAGE);
    let more = last.map(|last| format!("{}&after={}", href(last), last.opened_at.0));
    let blocks = vec![table("Oldest first", &found, more)];
    desk.page(200, &member, "Open cases", blocks)
}

async fn one<W: World>(
    world: &W,
    desk: &Desk<'_>,
    kind: &str,
    subject: &str,
) -> Result<Reply, Failure> {
    let (member, case) = load(world, desk, kind, subject).await?;
    show(desk, 200, &member, &case, &[])
}

/// `POST /staff/cases`
pub(super) async fn resolve<W: World>(world: &W, desk: &Desk<'_>) -> Result<Reply, Failure> {
    let (kind, subject) = (desk.typed("kind"), desk.typed("subject"));
    let (member, case) = load(world, desk, kind, subject).await?;
    if let Some(because) = &case.closed_because {
        return Err(Refusal::AlreadyDone(format!("This case was closed: {because}")).into());
    }
    let note = match Note::parse(NOTE, desk.typed(NOTE)) {
        Ok(note) => note,
        Err(problem) => return show(desk, 422, &member, &case, &[problem]),
    };
    let row = cases::RESOLVE_CASE.bind([
        kind.into(),
        subject.into(),
        world.now().into(),
        note.as_str().into(),
        member.email.actor().into(),
    ]);
    let about = format!("{kind}/{subject}");
    let detail = json!({ "note": note.as_str(), "order_number": case.order_number });
    desk.act(world, Action::ResolveCase, &about, detail, [row])
        .await?;
    Ok(Reply::see_other("/staff/cases".to_owned()))
}

async fn load<W: World>(
    world: &W,
    desk: &Desk<'_>,
    kind: &str,
    subject: &str,
) -> Result<(Member, OpenedCase), Failure> {
    let read = cases::CASE.bind([kind.into(), subject.into()]);
    let (member, rows) = desk.load(world, [read]).await?;
    let case = first(&rows)?.first()?.ok_or(Refusal::NotFound)?;
    Ok((member, case))
}

fn show(
    desk: &Desk<'_>,
    status: u16,
    member: &Member,
    case: &OpenedCase,
    problems: &[FieldProblem],
) -> Result<Reply, Failure> {
    let mut facts = vec![
        ("About", Cell::code(&*case.subject)),
        ("Opened", Cell::At(case.opened_at)),
        ("Evidence", Cell::text(evidence(&case.evidence))),
        ("What to do", Cell::text(case.advice().unwrap_or_default())),
    ];
    facts.extend(case.order_number.map(|number| ("Order", link(number))));
    facts.extend(case.closed_at.map(|at| ("Closed", Cell::At(at))));
    let because = case.closed_because.clone();
    facts.extend(because.map(|because| ("Closed because", Cell::text(because))));
    let mut blocks = vec![Block::Facts {
        heading: "What is known".into(),
        facts,
    }];
    if case.closed_at.is_none() && member.may(Right::Decide) {
        blocks.push(Block::Form(Form {
            heading: "Resolve".into(),
            note: "Closes the case. It moves no money and changes no order.".into(),
            action: "/staff/cases".into(),
            hidden: vec![
                Hidden::new("kind", &*case.kind),
                Hidden::new("subject", &*case.subject),
            ],
            fields: vec![desk.field(NOTE, "What was done", FieldKind::Lines, problems)],
            button: "Resolve this case".into(),
            grave: false,
        }));
    }
    desk.page(status, member, title_of(&case.kind), blocks)
}

/// Cases as rows that lead to them.
pub(super) fn table(heading: &str, found: &[OpenedCase], more: Option<String>) -> Block {
    let row = |case: &OpenedCase| {
        let order = case.order_number.map_or_else(|| Cell::text("–"), link);
        let outcome = match &case.closed_because {
            Some(because) => format!("Closed: {because}"),
            None => case.advice().unwrap_or_default().to_owned(),
        };
        vec![
            Cell::link(href(case), title_of(&case.kind)),
            order,
            Cell::At(case.opened_at),
            Cell::text(outcome),
        ]
    };
    Block::Table(Table {
        heading: heading.into(),
        columns: COLUMNS,
        rows: found.iter().map(row).collect(),
        empty: "Nothing waits for anybody.",
        more,
    })
}

fn href(case: &OpenedCase) -> String {
    let part = percent_encoded;
    format!(
        "/staff/cases?kind={}&subject={}",
        part(&case.kind),
        part(&case.subject)
    )
}

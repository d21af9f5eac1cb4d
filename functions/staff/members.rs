//! `/staff/people`: who works here. For admins; nobody changes their own role or presence.

use serde_json::json;
use shared::api::refusal::Refusal;
use shared::field::FieldProblem;
use shared::staff::{Action, Audited, Member, Role, StaffEmail};
use shared::store::staff;

use super::desk::{Desk, first};
use super::words::{evidence, spaced};
use crate::failure::Failure;
use crate::http::{Reply, percent_encoded};
use crate::pages::Hidden;
use crate::pages::staff::{Block, Cell, FieldKind, Form, Table};
use crate::world::{Rows, World};

/// As many as one page shows.
const PAGE: usize = 50;
const EMAIL: &str = "email";
const ROLE: &str = "role";
const HERE: &str = "/staff/people";

/// `GET /staff/people`
pub(super) async fn page<W: World>(world: &W, desk: &Desk<'_>) -> Result<Reply, Failure> {
    show(world, desk, 200, &[]).await
}

/// `POST /staff/people`: admits somebody, again, or in another role.
pub(super) async fn admit<W: World>(world: &W, desk: &Desk<'_>) -> Result<Reply, Failure> {
    let typed = desk.typed(EMAIL);
    let email = StaffEmail::parse(typed)
        .map_err(|error| FieldProblem::new(EMAIL, error.code(), error.to_string()));
    let role = Role::parse(desk.typed(ROLE))
        .ok_or_else(|| FieldProblem::new(ROLE, "required", "Please choose a role."));
    let (email, role) = match (email, role) {
        (Ok(email), Ok(role)) => (email, role),
        (email, role) => {
            let problems: Vec<_> = email.err().into_iter().chain(role.err()).collect();
            return show(world, desk, 422, &problems).await;
        }
    };
    if email == *desk.who.email() {
        let problem = "Another admin has to change your own role.";
        return show(
            world,
            desk,
            422,
            &[FieldProblem::new(EMAIL, "oneself", problem)],
        )
        .await;
    }
    desk.load(world, []).await?;
    let row = staff::ADMIT_MEMBER.bind([(&email).into(), role.as_str().into(), world.now().into()]);
    let detail = json!({ "role": role.as_str() });
    desk.act(world, Action::AdmitMember, email.as_str(), detail, [row])
        .await?;
    Ok(Reply::see_other(HERE.to_owned()))
}

/// `POST /staff/people/disable`
pub(super) async fn disable<W: World>(world: &W, desk: &Desk<'_>) -> Result<Reply, Failure> {
    desk.load(world, []).await?;
    let email = StaffEmail::parse(desk.typed(EMAIL)).map_err(|_| Refusal::NotFound)?;
    let row = staff::DISABLE_MEMBER.bind([(&email).into(), world.now().into()]);
    desk.act(
        world,
        Action::DisableMember,
        email.as_str(),
        json!({}),
        [row],
    )
    .await?;
    Ok(Reply::see_other(HERE.to_owned()))
}

async fn show<W: World>(
    world: &W,
    desk: &Desk<'_>,
    status: u16,
    problems: &[FieldProblem],
) -> Result<Reply, Failure> {
    let after = desk.request.query_value("after").unwrap_or_default();
    let reads = [staff::MEMBERS.bind([after.into()]), staff::AUDIT.bind([])];
    let (me, rows) = desk.load(world, reads).await?;
    let members: Vec<Member> = first(&rows)?.parse()?;
    let blocks = vec![
        Block::Table(table(&me, &members)),
        Block::Form(admitting(desk, problems)),
        audit(rows.get(1))?,
    ];
    desk.page(status, &me, "People", blocks)
}

fn table(me: &Member, members: &[Member]) -> Table {
    let row = |member: &Member| {
        let email = member.email.as_str();
        let (presence, act) = match member.disabled_at {
            Some(at) => (Cell::At(at), Cell::text("No longer here")),
            None if member.email == me.email => (Cell::text("Here"), Cell::text("You")),
            None => (
                Cell::text("Here"),
                Cell::Press {
                    action: "/staff/people/disable",
                    hidden: vec![Hidden::new(EMAIL, email)],
                    words: format!("Disable {email}"),
                },
            ),
        };
        vec![
            Cell::text(email),
            Cell::text(member.role.as_str()),
            Cell::At(member.created_at),
            presence,
            act,
        ]
    };
    let last = members.last().filter(|_| members.len() == PAGE);
    Table {
        heading: "Who works here".into(),
        columns: &["Address", "Role", "Since", "Until", "Change"],
        rows: members.iter().map(row).collect(),
        empty: "Nobody works here.",
        more: last.map(|last| format!("{HERE}?after={}", percent_encoded(last.email.as_str()))),
    }
}

fn admitting(desk: &Desk<'_>, problems: &[FieldProblem]) -> Form {
    let roles = Role::ALL.map(|role| {
        let words = match role {
            Role::Support => "Support: finds orders",
            Role::Reviewer => "Reviewer: also decides about proofs and money",
            Role::Admin => "Admin: also decides who works here and where money goes",
        };
        (role.as_str().to_owned(), words.to_owned())
    });
    let mut email = desk.field(EMAIL, "E-mail address", FieldKind::Line, problems);
    email.hint = Some("The address that they sign in with at Cloudflare Access.".into());
    let role = desk.field(ROLE, "Role", FieldKind::Choice(roles.into()), problems);
    Form {
        heading: "Admit somebody, or change a role".into(),
        note: "They also need to be allowed by the application's policy at Cloudflare Access."
            .into(),
        action: HERE.into(),
        hidden: Vec::new(),
        fields: vec![email, role],
        button: "Save".into(),
        grave: false,
    }
}

fn audit(rows: Option<&Rows>) -> Result<Block, Failure> {
    let entries: Vec<Audited> = rows.map_or(Ok(Vec::new()), Rows::parse)?;
    let row = |entry: Audited| {
        vec![
            Cell::At(entry.at),
            Cell::text(entry.email),
            Cell::text(spaced(&entry.action)),
            Cell::code(entry.subject),
            Cell::text(evidence(&entry.detail)),
        ]
    };
    Ok(Block::Table(Table {
        heading: "The newest actions".into(),
        columns: &["When", "Who", "What", "To what", "Detail"],
        rows: entries.into_iter().map(row).collect(),
        empty: "Nobody has done anything yet.",
        more: None,
    }))
}

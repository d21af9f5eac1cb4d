//! `/staff/banks`: where buyers may transfer money to. For admins; an account is never changed, only
//! added and retired, so that what a buyer was told stays true.

use serde_json::json;
use shared::api::refusal::Refusal;
use shared::bank::{BankAccount, BankAccountId};
use shared::field::FieldProblem;
use shared::record::Record;
use shared::staff::{Action, NewAccount};
use shared::store::bank;
use shared::time::Timestamp;

use super::desk::{Desk, first};
use crate::failure::Failure;
use crate::http::Reply;
use crate::pages::Hidden;
use crate::pages::staff::{Block, Cell, FieldKind, Form, Table};
use crate::world::World;

/// As many as one page shows.
const PAGE: usize = 50;
const ID: &str = "bank_account_id";
/// Names the account that is about to be retired, in the address of the question.
const RETIRE: &str = "retire";
const HERE: &str = "/staff/banks";

#[derive(Record)]
struct AccountRow {
    #[serde(flatten)]
    account: BankAccount,
    retired_at: Option<Timestamp>,
}

/// `GET /staff/banks`
pub(super) async fn page<W: World>(world: &W, desk: &Desk<'_>) -> Result<Reply, Failure> {
    match desk.request.query_value(RETIRE) {
        Some(id) => ask(world, desk, &id).await,
        None => show(world, desk, 200, &[]).await,
    }
}

/// Asks before an account is retired, since that cannot be undone.
async fn ask<W: World>(world: &W, desk: &Desk<'_>, id: &str) -> Result<Reply, Failure> {
    let Ok(id) = BankAccountId::parse(id) else {
        desk.load(world, []).await?;
        return Err(Refusal::NotFound.into());
    };
    let read = bank::ACCOUNT_BY_ID.bind([(&id).into()]);
    let (member, rows) = desk.load(world, [read]).await?;
    let account: BankAccount = first(&rows)?.first()?.ok_or(Refusal::NotFound)?;
    let blocks = vec![
        Block::Facts {
            heading: "The account".into(),
            facts: vec![
                ("Bank", Cell::text(&*account.bank_name)),
                ("Holder", Cell::text(&*account.holder)),
                ("Number", Cell::code(&*account.account_number)),
                ("Currency", Cell::text(account.currency.code())),
            ],
        },
        Block::Form(Form {
            heading: "Retire it for good?".into(),
            note: "Buyers are not shown it any more, from this moment on. Whoever was shown it \
                   before may still transfer there, so keep it open at the bank. It cannot be put \
                   back into use."
                .into(),
            action: "/staff/banks/retire".into(),
            hidden: vec![Hidden::new(ID, id.as_str())],
            fields: Vec::new(),
            button: format!("Retire {}", id.as_str()),
            grave: true,
        }),
        Block::Notice(vec![Cell::link(HERE, "Keep it in use")]),
    ];
    desk.page(200, &member, format!("Retire {}", id.as_str()), blocks)
}

/// `POST /staff/banks`
pub(super) async fn add<W: World>(world: &W, desk: &Desk<'_>) -> Result<Reply, Failure> {
    let account = match NewAccount::parse(|name| desk.typed(name)) {
        Ok(account) => account,
        Err(problems) => return show(world, desk, 422, &problems).await,
    };
    desk.load(world, []).await?;
    let row = account.insert(desk.who.email(), world.now());
    let subject = account.bank_account_id.as_str();
    let detail = json!({ "currency": account.currency.code() });
    desk.act(world, Action::AddBank, subject, detail, [row])
        .await?;
    Ok(Reply::see_other(HERE.to_owned()))
}

/// `POST /staff/banks/retire`
pub(super) async fn retire<W: World>(world: &W, desk: &Desk<'_>) -> Result<Reply, Failure> {
    desk.load(world, []).await?;
    let id = BankAccountId::parse(desk.typed(ID)).map_err(|_| Refusal::NotFound)?;
    let row = bank::RETIRE_ACCOUNT.bind([
        (&id).into(),
        desk.who.email().actor().into(),
        world.now().into(),
    ]);
    desk.act(world, Action::RetireBank, id.as_str(), json!({}), [row])
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
    let (member, rows) = desk
        .load(world, [bank::ACCOUNTS.bind([after.into()])])
        .await?;
    let accounts: Vec<AccountRow> = first(&rows)?.parse()?;
    let blocks = vec![
        Block::Table(table(&accounts)),
        Block::Form(adding(desk, problems)),
    ];
    desk.page(status, &member, "Bank accounts", blocks)
}

fn table(accounts: &[AccountRow]) -> Table {
    let row = |row: &AccountRow| {
        let account = &row.account;
        let id = account.bank_account_id.as_str();
        let retire = match row.retired_at {
            Some(at) => Cell::At(at),
            None => Cell::link(format!("{HERE}?{RETIRE}={id}"), format!("Retire {id}")),
        };
        vec![
            Cell::code(id),
            Cell::text(account.currency.code()),
            Cell::text(&*account.bank_name),
            Cell::text(&*account.holder),
            Cell::code(&*account.account_number),
            Cell::code(&*account.routing),
            Cell::text(&*account.note),
            retire,
        ]
    };
    let last = accounts.last().filter(|_| accounts.len() == PAGE);
    Table {
        heading: "Where buyers transfer to".into(),
        columns: &[
            "Name", "Currency", "Bank", "Holder", "Number", "Routing", "Note", "Retired",
        ],
        rows: accounts.iter().map(row).collect(),
        empty: "There is no account: bank transfer is not offered.",
        more: last.map(|last| format!("{HERE}?after={}", last.account.bank_account_id.as_str())),
    }
}

fn adding(desk: &Desk<'_>, problems: &[FieldProblem]) -> Form {
    let fields = NewAccount::FIELDS.map(|(name, label, may_be_empty)| {
        let mut field = desk.field(name, label, FieldKind::Line, problems);
        field.required = !may_be_empty;
        field
    });
    Form {
        heading: "Add an account".into(),
        note:
            "Buyers with orders in its currency see it at once. Compare every digit: it cannot be \
               changed, only retired."
                .into(),
        action: HERE.into(),
        hidden: Vec::new(),
        fields: fields.into(),
        button: "Add the account".into(),
        grave: false,
    }
}

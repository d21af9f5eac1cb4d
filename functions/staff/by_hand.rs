//! Settling an order by hand (A21), and taking an approval back (S69): the forms on the order's page
//! and what they do.

use shared::api::refusal::Refusal;
use shared::bank::BankAccountId;
use shared::field::FieldProblem;
use shared::review::{Decision, RevocationCode, Verdict};
use shared::staff::{Note, Right, StatementFields, StatementLine};

use super::desk::Desk;
use super::order::{self, Shown};
use super::review::{SEEN, decider};
use super::review_page::{SENDER, for_deciders, sender};
use super::told;
use super::words::name_of;
use crate::failure::Failure;
use crate::http::Reply;
use crate::pages::Hidden;
use crate::pages::staff::{Block, FieldKind, Form};
use crate::review::{self, ByHand, Decided, Revocation};
use crate::world::World;

const STATEMENT: StatementFields = StatementFields {
    amount: "amount",
    value_date: "value_date",
    reference: "reference",
    payer_name: "payer_name",
};
const ACCOUNT: &str = "bank_account_id";
const REASON: &str = "reason";
const DECISION: &str = "decision";
const CODE: &str = "code";
const REVOKE_REASON: &str = "revoke_reason";
/// What is typed into both forms, for somebody who was too late.
const TYPED: [(&str, &str); 8] = [
    ("Amount", STATEMENT.amount),
    ("Date", STATEMENT.value_date),
    ("Reference there", STATEMENT.reference),
    (SENDER, STATEMENT.payer_name),
    ("Seen at", ACCOUNT),
    ("Why by hand", REASON),
    ("Reason", CODE),
    ("In your own words", REVOKE_REASON),
];

/// The forms of whoever may decide; none for others, and a sentence for whoever has ordered.
pub(super) fn forms(desk: &Desk<'_>, shown: &Shown, problems: &[FieldProblem]) -> Vec<Block> {
    if !shown.member.may(Right::Decide) {
        return Vec::new();
    }
    let settling = settling(desk, shown, problems);
    let revoking = revoking(desk, shown, problems);
    let forms = settling.into_iter().chain(revoking).map(Block::Form);
    for_deciders(forms, &shown.found.order, &shown.member)
}

/// `POST /staff/orders/{number}/settle`
pub(super) async fn settle<W: World>(
    world: &W,
    desk: &Desk<'_>,
    number: &str,
) -> Result<Reply, Failure> {
    let shown = order::load(world, desk, number).await?;
    let currency = shown.found.order.currency;
    let line = StatementLine::parse(STATEMENT, currency, world.now(), |name| desk.typed(name));
    let reason = Note::parse(REASON, desk.typed(REASON));
    let account = BankAccountId::parse(desk.typed(ACCOUNT)).map_err(|_| {
        let message = "Please choose the account that it came in on.";
        FieldProblem::new(ACCOUNT, "required", message)
    });
    let (line, reason, bank_account_id) = match (line, reason, account) {
        (Ok(line), Ok(reason), Ok(account)) => (line, reason, account),
        (line, reason, account) => {
            let mut problems: Vec<_> = account.err().into_iter().collect();
            problems.extend(line.err().into_iter().flatten());
            problems.extend(reason.err());
            return order::show(desk, 422, &shown, Vec::new(), &problems, world.now());
        }
    };
    let by_hand = ByHand {
        order_number: shown.found.order.order_number,
        seen: seen(desk)?,
        bank_account_id,
        reference: line.reference,
        value_date: line.value_date,
        payer_name: line.payer_name,
        amount: line.amount,
        reason: reason.as_str().to_owned(),
    };
    let by = decider(&shown.member);
    let decided = review::settle_by_hand(world, desk.settings, &by, &by_hand).await;
    concluded(world, desk, number, &shown, decided).await
}

/// `POST /staff/orders/{number}/revoke`
pub(super) async fn revoke<W: World>(
    world: &W,
    desk: &Desk<'_>,
    number: &str,
) -> Result<Reply, Failure> {
    let shown = order::load(world, desk, number).await?;
    // One of this order's, whatever the form carries.
    let decision = revocable(&shown.decisions).find(|one| one.decision_id == desk.typed(DECISION));
    let Some(decision) = decision else {
        let outcome = "This decision was taken back already, or is none of this order.";
        return Err(Refusal::AlreadyDone(outcome.into()).into());
    };
    let code = RevocationCode::parse(desk.typed(CODE))
        .ok_or_else(|| FieldProblem::new(CODE, "required", "Please choose a reason."));
    let reason = Note::parse(REVOKE_REASON, desk.typed(REVOKE_REASON));
    let (code, reason) = match (code, reason) {
        (Ok(code), Ok(reason)) => (code, reason),
        (code, reason) => {
            let problems: Vec<_> = code.err().into_iter().chain(reason.err()).collect();
            return order::show(desk, 422, &shown, Vec::new(), &problems, world.now());
        }
    };
    let revocation = Revocation {
        decision_id: decision.decision_id.clone(),
        seen: seen(desk)?,
        code,
        reason: reason.as_str().to_owned(),
    };
    let by = decider(&shown.member);
    let decided = review::revoke(world, desk.settings, &by, &revocation).await;
    concluded(world, desk, number, &shown, decided).await
}

/// On to the queue; or the page as it stands now, with what was typed, for
/// somebody who was too late.
async fn concluded<W: World>(
    world: &W,
    desk: &Desk<'_>,
    number: &str,
    before: &Shown,
    decided: Result<Decided, Failure>,
) -> Result<Reply, Failure> {
    let failure = match decided {
        Ok(decided) => {
            let number = before.found.order.order_number;
            return Ok(told::after(&decided, number));
        }
        Err(failure) => failure,
    };
    let refusal = told::kept(failure)?;
    let shown = order::load(world, desk, number).await?;
    let meanwhile = told::since(&shown.steps, &shown.found.order, desk.typed(SEEN));
    let mut first = vec![told::refused(&refusal, meanwhile)];
    if forms(desk, &shown, &[]).len() < forms(desk, before, &[]).len() {
        first.extend(told::typed(desk, &TYPED));
    }
    order::show(desk, refusal.kind().0, &shown, first, &[], world.now())
}

fn seen(desk: &Desk<'_>) -> Result<u32, Failure> {
    desk.typed(SEEN)
        .parse()
        .map_err(|_| Refusal::NotFound.into())
}

fn settling(desk: &Desk<'_>, shown: &Shown, problems: &[FieldProblem]) -> Option<Form> {
    let found = &shown.found;
    if found.bank.waiting().is_some() {
        return None;
    }
    let accounts = found.bank.ever_offered().map(|account| {
        let id = account.bank_account_id.as_str();
        let words = format!("Our account at {} ({id})", account.bank_name);
        (id.to_owned(), words)
    });
    let mut accounts: Vec<(String, String)> = accounts.collect();
    if accounts.is_empty() {
        return None;
    }
    accounts.insert(0, (String::new(), "Choose where".into()));
    let mut amount = desk.field(STATEMENT.amount, "Amount", FieldKind::Line, problems);
    let currency = found.order.currency;
    amount.hint = Some(format!("In {currency}, exactly as it came in."));
    Some(Form {
        heading: "Settle by hand".into(),
        note:
            "Only for money that you have seen on the account yourself. It takes the same way as \
               any other: the order is confirmed when its total is there, and the buyer is told."
                .into(),
        action: format!("{}/settle", order::href(found.order.order_number)),
        hidden: vec![Hidden::new(SEEN, found.order.version.to_string())],
        fields: vec![
            desk.field(ACCOUNT, "Seen at", FieldKind::Choice(accounts), problems),
            amount,
            desk.field(STATEMENT.value_date, "Date", FieldKind::Date, problems),
            desk.field(
                STATEMENT.reference,
                "Reference there",
                FieldKind::Line,
                problems,
            ),
            sender(desk, STATEMENT.payer_name, problems),
            desk.field(REASON, "Why by hand", FieldKind::Lines, problems),
        ],
        button: "Settle".into(),
        grave: false,
    })
}

/// The decisions that brought money which was not taken back.
fn revocable(decisions: &[Decision]) -> impl Iterator<Item = &Decision> {
    decisions.iter().filter(|decision| {
        let brought = matches!(decision.verdict, Verdict::Approved | Verdict::Settled);
        let id = Some(decision.decision_id.as_str());
        brought && !decisions.iter().any(|other| other.revokes.as_deref() == id)
    })
}

fn revoking(desk: &Desk<'_>, shown: &Shown, problems: &[FieldProblem]) -> Option<Form> {
    let choices = revocable(&shown.decisions).map(|decision| {
        let amount = decision.amount().map(shared::money::Money::display);
        let words = format!(
            "{} of {}, {}",
            name_of(&decision.verdict),
            amount.unwrap_or_default(),
            decision.decided_at.readable()
        );
        (decision.decision_id.clone(), words)
    });
    let choices: Vec<(String, String)> = choices.collect();
    if choices.is_empty() {
        return None;
    }
    let codes = RevocationCode::ALL.map(|code| {
        let words = match code {
            RevocationCode::Returned => "The bank took the transfer back",
            RevocationCode::Mistake => "It was a mistake; the transfer may pay something else",
        };
        (code.as_str().to_owned(), words.to_owned())
    });
    let mut codes = Vec::from(codes);
    codes.insert(0, (String::new(), "Choose a reason".into()));
    let order = &shown.found.order;
    Some(Form {
        heading: "Take an approval back".into(),
        note: "The money goes back the way it came, production hears that access ends, and the \
               buyer is told."
            .into(),
        action: format!("{}/revoke", order::href(order.order_number)),
        hidden: vec![Hidden::new(SEEN, order.version.to_string())],
        fields: vec![
            desk.field(DECISION, "Which", FieldKind::Choice(choices), problems),
            desk.field(CODE, "Reason", FieldKind::Choice(codes), problems),
            desk.field(
                REVOKE_REASON,
                "In your own words",
                FieldKind::Lines,
                problems,
            ),
        ],
        button: "Take it back".into(),
        grave: true,
    })
}

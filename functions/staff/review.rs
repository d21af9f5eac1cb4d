//! `/staff/orders/{number}/review`: the proof beside what is due, what should make a reviewer wary,
//! and the two decisions (A32 to A34).

use shared::api::refusal::Refusal;
use shared::field::FieldProblem;
use shared::id::ProofId;
use shared::money::Money;
use shared::proof::{Proof, RejectionCode};
use shared::review::Decision;
use shared::staff::{
    KnownReceipt, Member, Note, PastStep, RelatedProof, StatementFields, StatementLine, amount,
};
use shared::store::{bank, orders};
use shared::time::Timestamp;

use super::desk::{Desk, nth, number_of};
use super::review_page::{self, SENDER, related_amount, related_version};
use super::told;
use crate::change::{self, OrderWithPayments};
use crate::failure::Failure;
use crate::http::Reply;
use crate::review::{self, Approval, Decider, Part, Rejection};
use crate::world::World;

/// The fields of the form that approves.
pub(super) const STATEMENT: StatementFields = StatementFields {
    amount: "amount",
    value_date: "value_date",
    reference: "reference",
    payer_name: "payer_name",
};
pub(super) const ACCOUNT: &str = "bank_account_id";
pub(super) const NOTE: &str = "note";
/// The fields of the form that turns down.
pub(super) const CODE: &str = "code";
pub(super) const REASON: &str = "reason";
/// What both forms carry: which proof, and which version of the order was seen.
pub(super) const PROOF: &str = "proof";
pub(super) const SEEN: &str = "seen";
/// What is typed into both forms, for somebody who was too late.
const TYPED: [(&str, &str); 7] = [
    ("Amount", STATEMENT.amount),
    ("Value date", STATEMENT.value_date),
    ("What the bank calls the transfer", STATEMENT.reference),
    (SENDER, STATEMENT.payer_name),
    ("Note for the history", NOTE),
    ("Reason", CODE),
    ("In your own words", REASON),
];

/// Everything that a reviewer is shown.
pub(super) struct Shown {
    /// Who looks.
    pub(super) member: Member,
    /// The order, its payments and its proofs.
    pub(super) found: OrderWithPayments,
    /// What was decided about it, oldest first.
    pub(super) decisions: Vec<Decision>,
    /// Proofs of other orders that are like the one that waits.
    pub(super) related: Vec<RelatedProof>,
    /// The transfer that the buyer names, if it is known.
    pub(super) receipt: Option<KnownReceipt>,
    /// What happened to the order, oldest first.
    steps: Vec<PastStep>,
}

impl Shown {
    /// The proof that waits.
    pub(super) fn waiting(&self) -> Option<&Proof> {
        self.found.bank.waiting()
    }

    /// Proofs that wait in the same currency: one transfer may have paid their orders as well (S29).
    pub(super) fn payable_together(&self) -> impl Iterator<Item = &RelatedProof> {
        let currency = self.found.order.currency;
        self.related.iter().filter(move |related| {
            related.state == shared::proof::ProofState::Waiting && related.currency == currency
        })
    }
}

/// `GET /staff/orders/{number}/review`
pub(super) async fn page<W: World>(
    world: &W,
    desk: &Desk<'_>,
    number: &str,
) -> Result<Reply, Failure> {
    let shown = load(world, desk, number).await?;
    review_page::show(desk, 200, &shown, Vec::new(), &[], world.now())
}

/// `POST /staff/orders/{number}/approve`: approves, or signs first where two have to.
pub(super) async fn approve<W: World>(
    world: &W,
    desk: &Desk<'_>,
    number: &str,
) -> Result<Reply, Failure> {
    let shown = load(world, desk, number).await?;
    let approval = match approval(desk, &shown, world.now()) {
        Ok(approval) => approval,
        Err(Stopped::Wrong(problems)) => {
            return review_page::show(desk, 422, &shown, Vec::new(), &problems, world.now());
        }
        Err(Stopped::Odd) => return Err(Refusal::NotFound.into()),
    };
    let by = decider(&shown.member);
    match review::approve(world, desk.settings, &by, &approval).await {
        Ok(decided) => Ok(told::after(&decided, shown.found.order.order_number)),
        Err(failure) => refused(world, desk, number, failure).await,
    }
}

/// `POST /staff/orders/{number}/reject`
pub(super) async fn reject<W: World>(
    world: &W,
    desk: &Desk<'_>,
    number: &str,
) -> Result<Reply, Failure> {
    let shown = load(world, desk, number).await?;
    let (proof_id, seen) = proof_and_version(desk, &shown).ok_or(Refusal::NotFound)?;
    let code = RejectionCode::parse(desk.typed(CODE))
        .ok_or_else(|| FieldProblem::new(CODE, "required", "Please choose a reason."));
    let reason = match code {
        // Only words tell what else it is.
        Ok(RejectionCode::Other) => Note::parse(REASON, desk.typed(REASON)),
        _ => Note::parse_optional(REASON, desk.typed(REASON)),
    };
    let (code, reason) = match (code, reason) {
        (Ok(code), Ok(reason)) => (code, reason),
        (code, reason) => {
            let problems: Vec<_> = code.err().into_iter().chain(reason.err()).collect();
            return review_page::show(desk, 422, &shown, Vec::new(), &problems, world.now());
        }
    };
    let rejection = Rejection {
        proof_id,
        seen,
        code,
        reason: reason.as_str().to_owned(),
    };
    let by = decider(&shown.member);
    match review::reject(world, desk.settings, &by, &rejection).await {
        Ok(decided) => Ok(told::after(&decided, shown.found.order.order_number)),
        Err(failure) => refused(world, desk, number, failure).await,
    }
}

/// Who decides.
pub(super) fn decider(member: &Member) -> Decider {
    Decider {
        email: member.email.as_str().to_owned(),
    }
}

/// The page as it stands now, for somebody whose decision came too late or does not fit.
async fn refused<W: World>(
    world: &W,
    desk: &Desk<'_>,
    number: &str,
    failure: Failure,
) -> Result<Reply, Failure> {
    let refusal = told::kept(failure)?;
    let shown = load(world, desk, number).await?;
    let order = &shown.found.order;
    let meanwhile = told::since(&shown.steps, order, desk.typed(SEEN));
    let mut first = vec![told::refused(&refusal, meanwhile)];
    if shown.waiting().is_none() {
        first.extend(told::typed(desk, &TYPED));
    }
    let problems = refusal.problem("").errors;
    review_page::show(
        desk,
        refusal.kind().0,
        &shown,
        first,
        &problems,
        world.now(),
    )
}

async fn load<W: World>(world: &W, desk: &Desk<'_>, number: &str) -> Result<Shown, Failure> {
    let number = number_of(world, desk, number).await?;
    let mut reads = change::loading(number).to_vec();
    let own = reads.len();
    reads.extend([
        bank::DECISIONS_OF_ORDER.bind([number.into()]),
        bank::PROOFS_OF_SAME_FILE.bind([number.into()]),
        bank::PROOFS_OF_SAME_TRANSFER.bind([number.into()]),
        bank::RECEIPT_OF_PROOF.bind([number.into()]),
        orders::HISTORY.bind([number.into()]),
    ]);
    let (member, rows) = desk.load(world, reads).await?;
    let more = rows.get(own..).unwrap_or_default();
    let mut related: Vec<RelatedProof> = nth(more, 1)?.parse()?;
    related.extend(nth(more, 2)?.parse::<RelatedProof>()?);
    Ok(Shown {
        member,
        found: change::found_in(&rows)?.ok_or(Refusal::OrderNotFound)?,
        decisions: nth(more, 0)?.parse()?,
        related,
        receipt: nth(more, 3)?.first()?,
        steps: nth(more, 4)?.parse()?,
    })
}

/// Why a form is no approval.
enum Stopped {
    /// What was typed; the form can be put right.
    Wrong(Vec<FieldProblem>),
    /// What the form carried; no page of ours sent it.
    Odd,
}

fn approval(desk: &Desk<'_>, shown: &Shown, now: Timestamp) -> Result<Approval, Stopped> {
    let (proof_id, seen) = proof_and_version(desk, shown).ok_or(Stopped::Odd)?;
    let currency = shown.found.order.currency;
    let mut problems = Vec::new();
    let mut keep = |problem: FieldProblem| problems.push(problem);
    let line = StatementLine::parse(STATEMENT, currency, now, |name| desk.typed(name))
        .map_err(|wrong| wrong.into_iter().for_each(&mut keep))
        .ok();
    let note = Note::parse_optional(NOTE, desk.typed(NOTE))
        .map_err(&mut keep)
        .ok();
    let mut others = Vec::new();
    for related in shown.payable_together() {
        let name = related_amount(related);
        let typed = desk.typed(&name);
        if typed.is_empty() {
            continue;
        }
        match amount(&name, typed, currency) {
            Ok(amount) => others.push((related.proof_id, related_version(related), amount)),
            Err(problem) => keep(problem),
        }
    }
    let (Some(line), Some(note)) = (line, note) else {
        return Err(Stopped::Wrong(problems));
    };
    if !problems.is_empty() {
        return Err(Stopped::Wrong(problems));
    }
    let mut parts = vec![Part {
        proof_id,
        seen,
        amount: line.amount,
    }];
    for (proof_id, version, amount) in others {
        let seen = desk.typed(&version).parse().map_err(|_| Stopped::Odd)?;
        parts.push(Part {
            proof_id,
            seen,
            amount,
        });
    }
    let whole = Money::sum(currency, parts.iter().map(|part| part.amount)).map_err(|_| {
        let message = "Please check the amounts: together they are too much.";
        Stopped::Wrong(vec![FieldProblem::new(
            STATEMENT.amount,
            "too_much",
            message,
        )])
    })?;
    let accounts = shown.found.bank.ever_offered();
    let mut ids = accounts.map(|account| &account.bank_account_id);
    let account = ids.find(|id| id.as_str() == desk.typed(ACCOUNT));
    let waiting = shown.waiting().map(|proof| &proof.bank_account_id);
    let named = waiting.filter(|id| id.as_str() == desk.typed(ACCOUNT));
    Ok(Approval {
        bank_account_id: account.or(named).ok_or(Stopped::Odd)?.clone(),
        reference: line.reference,
        value_date: line.value_date,
        payer_name: line.payer_name,
        whole,
        parts,
        note: note.as_str().to_owned(),
    })
}

/// What the form says was looked at: a proof of this order, and the order's version.
fn proof_and_version(desk: &Desk<'_>, shown: &Shown) -> Option<(ProofId, u32)> {
    let proof_id = ProofId::parse(desk.typed(PROOF)).ok()?;
    let mut proofs = shown.found.bank.proofs.iter();
    proofs.find(|proof| proof.proof_id == proof_id)?;
    Some((proof_id, desk.typed(SEEN).parse().ok()?))
}

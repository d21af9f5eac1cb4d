//! Approves proofs: the transfer was found on the bank's statement. One transfer may pay several
//! orders; then all of them are settled in one batch, or none (S29).

use shared::api::refusal::Refusal;
use shared::bank::{BankAccountId, BankReceipt, TransferReference, ValueDate};
use shared::config::Settings;
use shared::field::FieldProblem;
use shared::id::ProofId;
use shared::money::Money;
use shared::proof::ProofState;
use shared::review::{self, standing_proposal};
use shared::settle::{Changes, Moment};

use super::{
    Decided, Decider, Loaded, Written, account, cause, check_seen, done, load, refused, terms,
    write,
};
use crate::failure::Failure;
use crate::settle::{ATTEMPTS_MAX, moment};
use crate::world::{Fault, World};

/// What was read on the bank's statement, and which proofs it belongs to.
#[derive(Debug, Clone)]
pub struct Approval {
    /// The account that it came in on.
    pub bank_account_id: BankAccountId,
    /// What the bank calls the transfer.
    pub reference: TransferReference,
    /// The bank's value date.
    pub value_date: ValueDate,
    /// The whole transfer.
    pub whole: Money,
    /// One part per order; together they are the whole.
    pub parts: Vec<Part>,
    /// A note for the history; may be empty.
    pub note: String,
}

/// What a transfer pays of one order.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    /// The order's proof.
    pub proof_id: ProofId,
    /// The version of the order that the decider has seen.
    pub seen: u32,
    /// How much of the transfer is for this order.
    pub amount: Money,
}

/// Nobody splits a transfer among more orders by hand.
const PARTS_MAX: usize = 10;

/// Approves, or signs first where two have to.
pub async fn approve<W: World>(
    world: &W,
    settings: &Settings,
    by: &Decider,
    approval: &Approval,
) -> Result<Decided, Failure> {
    check_sum(approval)?;
    let receipt = BankReceipt {
        account: Some(account(world, &approval.bank_account_id).await?),
        reference: approval.reference.clone(),
        value_date: approval.value_date.clone(),
        whole: approval.whole,
    };
    let mut trouble = String::new();
    for _ in 0..ATTEMPTS_MAX {
        let mut batch = Batch::default();
        for part in &approval.parts {
            let loaded = load_waiting(world, part.proof_id, part.seen).await?;
            add_part(
                world,
                settings,
                by,
                (approval, &receipt),
                (part, loaded),
                &mut batch,
            )?;
        }
        let Some((loaded, moment)) = &batch.first else {
            return Err(Fault::Internal("an approval without a part".into()).into());
        };
        let order = &loaded.found.order;
        match write(world, order, &moment.write_token, &batch.changes.statements).await? {
            Written::Mine if batch.proposed => return Ok(Decided::Proposed),
            Written::Mine => return Ok(done(batch.changes)),
            Written::NotThere(why) => trouble = why,
        }
    }
    Err(Fault::Database(trouble).into())
}

/// What the parts come to.
#[derive(Default)]
struct Batch {
    changes: Changes,
    first: Option<(Loaded, Moment)>,
    proposed: bool,
}

/// Adds one order's share. The whole decides whether two have to sign, so that a split is no way
/// around it.
fn add_part<W: World>(
    world: &W,
    settings: &Settings,
    by: &Decider,
    (approval, receipt): (&Approval, &BankReceipt),
    (part, loaded): (&Part, Loaded),
    batch: &mut Batch,
) -> Result<(), Failure> {
    let cause = cause(
        by,
        format!("proof {}", part.proof_id.as_str()),
        &approval.note,
    );
    let moment = moment(world);
    let subject = loaded.subject();
    let needs_two = settings.two_approvers.are_needed(receipt.whole);
    let proposal = standing_proposal(&loaded.decisions, |decision| {
        decision.proposes(Some(part.proof_id), receipt, part.amount)
    });
    let changes = match (needs_two, proposal) {
        (true, None) => {
            batch.proposed = true;
            review::propose(subject, receipt, part.amount, &cause, &moment).map_err(refused)?
        }
        (_, proposal) => {
            let proposed_by = proposal
                .filter(|_| needs_two)
                .map(|p| p.decided_by.as_str());
            let terms = terms(settings);
            review::approve(
                subject,
                receipt,
                part.amount,
                proposed_by,
                &terms,
                &cause,
                &moment,
            )
            .map_err(refused)?
            .ok_or(Refusal::ReviewStale(subject.order.state))?
        }
    };
    batch.changes.statements.extend(changes.statements);
    batch.changes.messages.extend(changes.messages);
    batch.first.get_or_insert((loaded, moment));
    Ok(())
}

/// A proof that waits, of the order's version that the decider has seen.
pub(super) async fn load_waiting<W: World>(
    world: &W,
    proof_id: ProofId,
    seen: u32,
) -> Result<Loaded, Failure> {
    let loaded = load(world, proof_id).await?;
    let loaded = loaded.ok_or(Refusal::ProofNotFound)?;
    check_seen(&loaded.found.order, seen)?;
    if loaded.proof.state != ProofState::Waiting {
        return Err(Refusal::ReviewStale(loaded.found.order.state).into());
    }
    Ok(loaded)
}

fn check_sum(approval: &Approval) -> Result<(), Failure> {
    let amounts = approval.parts.iter().map(|part| part.amount);
    let sum = Money::sum(approval.whole.currency, amounts);
    let counts = (1..=PARTS_MAX).contains(&approval.parts.len());
    let all_positive = approval
        .parts
        .iter()
        .all(|part| part.amount.amount_minor > 0);
    if counts && all_positive && sum == Ok(approval.whole) {
        return Ok(());
    }
    let message = "The parts must be above zero and together the whole transfer.";
    let problem = FieldProblem::new("amount", "parts_are_not_the_whole", message);
    Err(Refusal::InvalidFields(vec![problem]).into())
}

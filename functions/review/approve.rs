//! Approves proofs: the transfer was found on the bank's statement. One transfer may pay several
//! orders; then all of them are settled in one batch, or none (S29).

use shared::api::refusal::Refusal;
use shared::bank::{BankAccountId, BankReceipt, TransferReference, ValueDate};
use shared::config::Settings;
use shared::field::FieldProblem;
use shared::id::{ProofId, WriteToken};
use shared::money::Money;
use shared::payment::PayerName;
use shared::proof::ProofState;
use shared::review::{self, Decision, Terms, standing_proposal};
use shared::settle::{Cause, Changes, Moment};

use super::{
    Decided, Decider, Loaded, Written, account, cause, check_seen, done, load, needs_two, refused,
    terms, write,
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
    /// Who sent it, as on the statement.
    pub payer_name: Option<PayerName>,
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
        account: account(world, &approval.bank_account_id, approval.whole.currency).await?,
        reference: approval.reference.clone(),
        value_date: approval.value_date.clone(),
        whole: approval.whole,
        payer_name: approval.payer_name.clone(),
    };
    let mut trouble = String::new();
    for _ in 0..ATTEMPTS_MAX {
        let mut parts = Vec::new();
        for part in &approval.parts {
            let loaded = load_waiting(world, part.proof_id, part.seen).await?;
            parts.push((part, loaded));
        }
        let orders = parts
            .iter()
            .flat_map(|(_, loaded)| loaded.subject().orders());
        let needs_two = needs_two(settings, receipt.whole, orders);
        let signing = match (needs_two, is_signed(&parts, &receipt)) {
            (false, _) => Signing::Alone,
            (true, false) => Signing::First,
            (true, true) => Signing::Second,
        };
        let mut batch = Batch::default();
        for (part, loaded) in &parts {
            let cause = cause(
                by,
                format!("proof {}", part.proof_id.as_str()),
                &approval.note,
            );
            let moment = moment(world);
            let of = (*part, loaded);
            batch.add(of, &receipt, signing, &terms(settings), &cause, &moment)?;
            batch.token.get_or_insert(moment.write_token);
        }
        let (Some((_, loaded)), Some(token)) = (parts.first(), &batch.token) else {
            return Err(Fault::Internal("an approval without a part".into()).into());
        };
        let order = &loaded.found.order;
        match write(world, order, token, &batch.changes.statements).await? {
            Written::Mine if signing == Signing::First => return Ok(Decided::Proposed),
            Written::Mine => return Ok(done(batch.changes)),
            Written::NotThere(why) => trouble = why,
        }
    }
    Err(Fault::Database(trouble).into())
}

/// Whose signature it is. It is the same for all orders of a transfer: while the first is missing
/// under one of them, none is settled (S29).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Signing {
    Alone,
    First,
    Second,
}

/// Whether one person has signed all of it.
fn is_signed(parts: &[(&Part, Loaded)], receipt: &BankReceipt) -> bool {
    let mut signers = parts
        .iter()
        .map(|(part, loaded)| signed(loaded, part, receipt).map(|first| &first.decided_by));
    let first = signers.next().flatten();
    first.is_some() && signers.all(|signer| signer == first)
}

/// The first signature under a part, if it stands.
fn signed<'a>(loaded: &'a Loaded, part: &Part, receipt: &BankReceipt) -> Option<&'a Decision> {
    standing_proposal(&loaded.decisions, |decision| {
        decision.proposes(Some(part.proof_id), receipt, part.amount)
    })
}

/// What the parts come to.
#[derive(Default)]
struct Batch {
    changes: Changes,
    /// By which the batch is recognised: the first part's.
    token: Option<WriteToken>,
}

impl Batch {
    /// Adds one order's share.
    fn add(
        &mut self,
        (part, loaded): (&Part, &Loaded),
        receipt: &BankReceipt,
        signing: Signing,
        terms: &Terms,
        cause: &Cause,
        moment: &Moment,
    ) -> Result<(), Failure> {
        let subject = loaded.subject();
        let changes = if signing == Signing::First {
            review::propose(subject, receipt, part.amount, cause, moment).map_err(refused)?
        } else {
            let first = signed(loaded, part, receipt).filter(|_| signing == Signing::Second);
            let proposed_by = first.map(|decision| decision.decided_by.as_str());
            review::approve(
                subject,
                receipt,
                part.amount,
                proposed_by,
                terms,
                cause,
                moment,
            )
            .map_err(refused)?
            .ok_or(Refusal::ReviewStale(subject.order.state))?
        };
        self.changes.statements.extend(changes.statements);
        self.changes.messages.extend(changes.messages);
        Ok(())
    }
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

//! The first signatures under something that two people have to sign (S65): who has entered what, for
//! both of them to see.

use shared::bank::{BankAccountId, TransferReference, ValueDate};
use shared::id::ProofId;
use shared::money::Money;
use shared::review::{Decision, Verdict};
use shared::staff::Member;

use crate::pages::staff::{Block, Cell, Table};

/// The newest signature of each person that still stands under a proof, or under what is settled by hand
/// without one; the newest first.
fn standing(decisions: &[Decision], proof: Option<ProofId>) -> Vec<&Decision> {
    let newest = decisions.iter().rev();
    let proposed = newest.take_while(|decision| decision.verdict == Verdict::Proposed);
    let mut signed: Vec<&Decision> = Vec::new();
    for decision in proposed.filter(|decision| decision.proof_id == proof && decision.may_decide) {
        if !signed.iter().any(|s| s.decided_by == decision.decided_by) {
            signed.push(decision);
        }
    }
    signed
}

/// What the signatures have to agree in.
fn figures(
    decision: &Decision,
) -> (
    Option<Money>,
    Option<&BankAccountId>,
    Option<&TransferReference>,
    Option<&ValueDate>,
) {
    (
        decision.amount(),
        decision.bank_account_id.as_ref(),
        decision.bank_reference.as_ref(),
        decision.value_date.as_ref(),
    )
}

/// Who has signed what, for `member`; nothing while nobody has.
pub(super) fn shown(decisions: &[Decision], proof: Option<ProofId>, member: &Member) -> Vec<Block> {
    let signed = standing(decisions, proof);
    let Some(newest) = signed.first() else {
        return Vec::new();
    };
    let me = member.email.actor();
    let differ = signed.iter().any(|one| figures(one) != figures(newest));
    let words = if differ {
        "Two people have entered different figures, so nothing is settled. Compare both with the \
         statement; whoever was wrong enters the right ones again."
            .to_owned()
    } else if newest.decided_by == me {
        "You have approved this. Another person has to approve it with the same figures.".to_owned()
    } else {
        format!(
            "{} has approved this. Compare everything, then approve it too.",
            newest.decided_by
        )
    };
    vec![
        Block::Notice(vec![Cell::text(words)]),
        Block::Table(Table {
            heading: "Signed by one person".into(),
            columns: &[
                "Who",
                "Amount",
                "Value date",
                "Reference",
                "Account",
                "When",
            ],
            rows: signed.into_iter().map(row).collect(),
            empty: "",
            more: None,
        }),
    ]
}

fn row(decision: &Decision) -> Vec<Cell> {
    let (amount, account, reference, value_date) = figures(decision);
    vec![
        Cell::text(&*decision.decided_by),
        Cell::text(amount.map(Money::display).unwrap_or_default()),
        Cell::text(value_date.map(ValueDate::as_str).unwrap_or_default()),
        Cell::code(reference.map(TransferReference::as_str).unwrap_or_default()),
        Cell::text(account.map(BankAccountId::as_str).unwrap_or_default()),
        Cell::At(decision.decided_at),
    ]
}

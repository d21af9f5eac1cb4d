//! What an order's page shows of a bank transfer.

use shared::api::transfer::{promised, why};
use shared::api::view::{Action, OrderView};
use shared::bank::BankAccount;
use shared::order::OrderState;
use shared::proof::{Proof, ProofState, RejectionCode};
use shared::time::Timestamp;

use super::order::SentBack;
use crate::change::OrderWithPayments;
use crate::pages;
use crate::storefront::bank_payment;

/// Where to transfer to and the form, while a transfer is under way.
pub(super) fn part(
    found: &OrderWithPayments,
    view: &OrderView,
    path: &str,
    sent: SentBack,
) -> Option<pages::Transfer> {
    let order = &found.order;
    order.bank_until?;
    let takes_proof = view.actions.contains(&Action::SubmitProof);
    let upload = pages::Upload {
        action: format!("{path}/proof"),
        replaces: order.state == OrderState::InReview,
        account: sent.typed.account,
        transfer_reference: sent.typed.reference,
        errors: sent.errors,
    };
    takes_proof.then(|| pages::Transfer {
        due: view.due.display(),
        reference: order.order_number.as_str().to_owned(),
        until: order.payable_until(),
        accounts: found.bank.accounts.iter().map(account).collect(),
        upload: Some(upload),
    })
}

fn account(account: &BankAccount) -> pages::AccountFacts {
    let all = [
        ("Account holder", &account.holder),
        ("Account number", &account.account_number),
        ("BIC or routing number", &account.routing),
    ];
    let named = all.into_iter().filter(|(_, value)| !value.is_empty());
    pages::AccountFacts {
        id: account.bank_account_id.as_str().to_owned(),
        bank: account.bank_name.clone(),
        facts: named.map(|(name, value)| (name, value.clone())).collect(),
        note: account.note.clone(),
    }
}

/// A proof waits.
pub(super) fn in_review(found: &OrderWithPayments, now: Timestamp) -> pages::OrderStatus {
    let order = &found.order;
    let waiting = found.bank.waiting();
    let account = waiting.and_then(|proof| {
        let mut accounts = found.bank.ever_offered();
        accounts.find(|account| account.bank_account_id == proof.bank_account_id)
    });
    let file = waiting.map_or("", |proof| &proof.file_name);
    pages::OrderStatus::InReview {
        file: if file.is_empty() { "your proof" } else { file }.to_owned(),
        bank: account.map_or_else(String::new, |account| account.bank_name.clone()),
        handed_in_at: waiting.map_or(order.created_at, |proof| proof.uploaded_at),
        as_of: now,
        promised_at: waiting.map_or(now, promised),
    }
}

/// The newest proof was turned down.
pub(super) fn rejected(found: &OrderWithPayments, pay_by: Timestamp) -> pages::OrderStatus {
    let is_rejected = |proof: &&Proof| proof.state == ProofState::Rejected;
    let newest = found.bank.proofs.iter().find(is_rejected);
    let code = newest.and_then(|proof| proof.reason_code);
    let added = newest.and_then(|proof| proof.reason.as_deref());
    pages::OrderStatus::Rejected {
        reason: why(code.unwrap_or(RejectionCode::Other), added),
        again: bank_payment::is_offered(found),
        pay_by,
    }
}

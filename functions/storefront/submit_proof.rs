//! Takes the document that shows a transfer (A29 to A31).
//!
//! The order in which things are stored lets nothing be lost and nothing stay behind: first a row
//! that dooms the object, then the object, then the proof, whose row takes the doom away. A proof is
//! there only when its object is; an object without one goes with cron (S67).

use shared::api::refusal::Refusal;
use shared::config::Settings;
use shared::id::{ProofId, WriteToken};
use shared::order::OrderRefusal;
use shared::payment::{Payment, PaymentMethod};
use shared::proof::{Handed, PROOFS_PER_ORDER_MAX, Proof, submit};
use shared::review::Terms;
use shared::settle::Cause;
use shared::store::bank;
use shared::store::guard::Guard;

use super::bank_payment;
use super::proof_form::ProofForm;
use crate::change::{self, OrderWithPayments, Written};
use crate::failure::Failure;
use crate::settle::{ATTEMPTS_MAX, moment};
use crate::world::{Fault, World, random_code};

/// An object that no proof has claimed by then is removed. An upload is over long before.
const CLAIM_WITHIN_S: i64 = 3_600;

/// Takes a proof for an order that the caller may open. The same file for the same account is one
/// proof, however often it is sent.
pub async fn submit_proof<W: World>(
    world: &W,
    settings: &Settings,
    found: OrderWithPayments,
    form: &ProofForm<'_>,
) -> Result<OrderWithPayments, Failure> {
    check_order(&found)?;
    form.check_account(found.bank.ever_offered())?;
    let sha256 = world.sha256(form.bytes).await?;
    if is_handed_in(&found, form, &sha256) {
        return Ok(found);
    }
    let handed = Handed {
        proof_id: ProofId::from_random(random_code(world)),
        object_key: format!(
            "proofs/{}",
            WriteToken::from_random(world.random()).as_str()
        ),
        sha256,
        size_bytes: u32::try_from(form.bytes.len()).unwrap_or(u32::MAX),
        media_type: form.inspected.media_type,
        size_px: form.inspected.size_px,
        file_name: form.file_name.clone(),
        account: form.account.clone(),
        reference: form.reference.clone(),
    };
    put(world, &handed, form.bytes).await?;
    write(world, settings, found, form, &handed).await
}

/// Whether the order waits for a proof at all, before anything is stored.
fn check_order(found: &OrderWithPayments) -> Result<&Payment, Failure> {
    let is_live = found.order.bank_until.is_some();
    let live = found.live().filter(|y| y.method == PaymentMethod::Bank);
    if found.bank.proofs.len() >= PROOFS_PER_ORDER_MAX || !bank_payment::is_offered(found) {
        return Err(Refusal::TooManyProofs.into());
    }
    // Whatever else is wrong with the order is told by its decision.
    live.filter(|_| is_live)
        .ok_or_else(|| Refusal::Order(why_not(found)).into())
}

fn why_not(found: &OrderWithPayments) -> OrderRefusal {
    use shared::order::OrderState as S;
    match found.order.state {
        S::Confirmed => OrderRefusal::AlreadyPaid,
        S::Cancelled => OrderRefusal::Cancelled,
        S::Expired => OrderRefusal::Expired,
        S::Superseded => OrderRefusal::Superseded,
        S::Unpaid | S::InReview | S::Rejected => OrderRefusal::NoTransfer,
    }
}

/// Whether this very file waits for review already.
fn is_handed_in(found: &OrderWithPayments, form: &ProofForm<'_>, sha256: &str) -> bool {
    let same = |proof: &Proof| proof.sha256 == sha256 && proof.bank_account_id == form.account;
    found.bank.waiting().is_some_and(same)
}

/// Dooms the object, then puts it. An answer that was lost is made good by looking.
async fn put<W: World>(world: &W, handed: &Handed, bytes: &[u8]) -> Result<(), Fault> {
    let key = handed.object_key.as_str();
    let none: Option<&str> = None;
    let due = world.now().plus(CLAIM_WITHIN_S);
    let doom = bank::INSERT_REMOVAL.bind([key.into(), none.into(), due.into()]);
    change::commit_once(world, &[doom]).await?;
    let media_type = handed.media_type.as_str();
    match world.put_blob(key, bytes, media_type, &handed.sha256).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(Fault::Internal("an object key was drawn twice".into())),
        Err(trouble) => {
            let head = world.head_blob(key).await?;
            let is_there = head.is_some_and(|head| head.sha256 == handed.sha256);
            if is_there { Ok(()) } else { Err(trouble) }
        }
    }
}

/// Writes the proof with the step of its order.
async fn write<W: World>(
    world: &W,
    settings: &Settings,
    mut found: OrderWithPayments,
    form: &ProofForm<'_>,
    handed: &Handed,
) -> Result<OrderWithPayments, Failure> {
    let cause = Cause {
        actor: "buyer".into(),
        cause: format!("proof {}", handed.proof_id.as_str()),
        reason: String::new(),
    };
    let terms = Terms {
        forgiven_percent: settings.shortfall_percent,
        kept_s: settings.proof_kept_s,
    };
    for _ in 0..ATTEMPTS_MAX {
        let payment = check_order(&found)?;
        let moment = moment(world);
        let waiting = found.bank.waiting();
        let changes = submit(
            &found.order,
            payment,
            waiting,
            handed,
            &terms,
            &cause,
            &moment,
        )?;
        let number = found.order.order_number;
        let token = &moment.write_token;
        let written = change::write(world, number, token, &changes.statements).await?;
        if written == Written::Again(Guard::ObjectGone) {
            return Err(Fault::Storage("the object was removed before its proof".into()).into());
        }
        let again = change::load(world, number).await?;
        found = again.ok_or(Refusal::OrderNotFound)?;
        if written == Written::Mine || is_handed_in(&found, form, &handed.sha256) {
            return Ok(found);
        }
    }
    Err(Fault::Busy("handing in a proof, each time".into()).into())
}

//! Takes an approval, or a settlement by hand, back.

use shared::api::refusal::Refusal;
use shared::bank::{BankAccountId, TransferReference};
use shared::config::Settings;
use shared::id::OrderNumber;
use shared::order::Order;
use shared::payment::{LeftBehind, Payment, TakenPayment};
use shared::record::Record;
use shared::review::{self, Booked, Decision, Paying, RevocationCode, TakenBack, Verdict};
use shared::store::{bank, ledger, orders, payments};

use super::{
    Decided, Decider, Written, cause, check_seen, done, first, load_order, refused, write,
};
use crate::failure::Failure;
use crate::settle::{ATTEMPTS_MAX, moment};
use crate::world::{Fault, World};

/// Which decision is taken back, and why.
#[derive(Debug, Clone)]
pub struct Revocation {
    /// The approval or the settlement by hand.
    pub decision_id: String,
    /// The version of the order that the decider has seen.
    pub seen: u32,
    /// Why.
    pub code: RevocationCode,
    /// In words, for the history; 1 to 500 characters.
    pub reason: String,
}

/// Takes it back. Two have to sign here as little as for a refusal: taking money off an order
/// releases nothing.
pub async fn revoke<W: World>(
    world: &W,
    _settings: &Settings,
    by: &Decider,
    revocation: &Revocation,
) -> Result<Decided, Failure> {
    let order_number = order_of(world, &revocation.decision_id).await?;
    let cause = cause(
        by,
        format!("decision {}", revocation.decision_id),
        &revocation.reason,
    );
    let mut trouble = String::new();
    for _ in 0..ATTEMPTS_MAX {
        let loaded = load_order(world, order_number).await?;
        let (found, decisions) = loaded.ok_or(Refusal::ProofNotFound)?;
        check_seen(&found.order, revocation.seen)?;
        let decision = revocable(&decisions, &revocation.decision_id)
            .ok_or(Refusal::ReviewStale(found.order.state))?;
        let mut payments = found.payments.iter();
        let payment = payments
            .find(|payment| Some(payment.payment_id) == decision.payment_id)
            .ok_or_else(|| Fault::Internal("a decision has no payment".into()))?;
        let traces = traces(world, payment, decision).await?;
        let moment = moment(world);
        let what = TakenBack {
            decision,
            booked: &traces.booked,
            paying: &traces.paying,
            holder: traces.holder.as_ref().unwrap_or(&found.order),
            left_behind: &traces.left_behind,
            code: revocation.code,
        };
        let changes =
            review::revoke(&found.order, payment, what, &cause, &moment).map_err(refused)?;
        let token = &moment.write_token;
        match write(world, &found.order, token, &changes.statements).await? {
            Written::Mine => return Ok(done(changes)),
            Written::NotThere(why) => trouble = why,
        }
    }
    Err(Fault::Database(trouble).into())
}

async fn order_of<W: World>(world: &W, decision_id: &str) -> Result<OrderNumber, Failure> {
    #[derive(Record)]
    struct Row {
        order_number: OrderNumber,
    }
    let rows = world
        .query(&[bank::ORDER_OF_DECISION.bind([decision_id.into()])])
        .await?;
    let row: Row = first(&rows)?.ok_or(Refusal::ProofNotFound)?;
    Ok(row.order_number)
}

/// The decision, while it brought money that was not taken back yet.
fn revocable<'a>(decisions: &'a [Decision], decision_id: &str) -> Option<&'a Decision> {
    let is_revoked = decisions
        .iter()
        .any(|decision| decision.revokes.as_deref() == Some(decision_id));
    let mut brought = decisions.iter().filter(|decision| {
        matches!(decision.verdict, Verdict::Approved | Verdict::Settled) && !is_revoked
    });
    brought.find(|decision| decision.decision_id == decision_id)
}

/// Where the money of a payment went.
struct Traces {
    booked: Vec<Booked>,
    /// What else its transfer pays.
    paying: Vec<Paying>,
    /// The order that holds it, as it is now.
    holder: Option<Order>,
    left_behind: Vec<LeftBehind>,
}

async fn traces<W: World>(
    world: &W,
    payment: &Payment,
    decision: &Decision,
) -> Result<Traces, Fault> {
    let session = payment.session_id.as_deref().unwrap_or_default();
    let capture = format!("{}:{session}", payment.method.as_str());
    let reference = decision.bank_reference.as_ref();
    let account = decision.bank_account_id.as_ref();
    // A transfer's capture is named by the decision that found it.
    let found = || ["bank".into(), decision.decision_id.as_str().into()];
    let rows = world
        .query(&[
            ledger::TRANSFERS_OF_CAPTURE.bind([capture.into()]),
            bank::DECISIONS_OF_RECEIPT.bind([
                reference.map(TransferReference::as_str).into(),
                account.map(BankAccountId::as_str).into(),
            ]),
            orders::ORDER_BY_CAPTURE.bind(found()),
            payments::PAYMENT_BY_CAPTURE.bind(found()),
        ])
        .await?;
    let [booked, paying, holder, taken] = rows.as_slice() else {
        return Err(Fault::Rows("four results were expected".into()));
    };
    let taken: Option<TakenPayment> = taken.first()?;
    Ok(Traces {
        booked: booked.parse()?,
        paying: paying.parse()?,
        holder: holder.first()?,
        left_behind: taken.map(|taken| taken.left_behind).unwrap_or_default(),
    })
}

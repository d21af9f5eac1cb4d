//! What staff decide about money: loading what it is about, deciding in [`shared::review`], and one
//! batch. The staff door has said who they are; nothing here looks at a request.
//!
//! Every decision is made about a version of the order that the decider has seen. When the order has
//! another one by now, nothing is decided and they are told so (S64): the page has to be looked at
//! again.

mod approve;
mod ask_provider;
mod reject;
mod revoke;
mod settle_by_hand;

pub use approve::{Approval, Part, approve};
pub use ask_provider::{Answer, Question, ask_provider};
pub use reject::{Rejection, reject};
pub use revoke::{Revocation, revoke};
pub use settle_by_hand::{ByHand, settle_by_hand};

use shared::api::refusal::Refusal;
use shared::bank::BankAccount;
use shared::bank::BankAccountId;
use shared::config::Settings;
use shared::id::{OrderNumber, ProofId, WriteToken};
use shared::money::{Currency, Money};
use shared::order::Order;
use shared::outbox::MessageKey;
use shared::payment::Payment;
use shared::proof::Proof;
use shared::record::Record;
use shared::review::{Decision, ReviewRefusal, Subject, Terms};
use shared::settle::{Cause, Changes};
use shared::statement::Statement;
use shared::store::guard::Guard;
use shared::store::{bank, orders};

use crate::change::{self, OrderWithPayments};
use crate::failure::Failure;
use crate::settle::newest_of;
use crate::world::{CommitError, Fault, Rows, World};

/// A member of staff, as the staff door has found out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decider {
    /// Their address, lower case: it stands in the history and in the decision, behind `staff:`.
    pub email: String,
}

/// What became of a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decided {
    /// It is carried out; these messages are to be delivered after the reply.
    Done(Vec<MessageKey>),
    /// It is signed once; another person has to sign as well.
    Proposed,
}

/// A proof with all that a decision about it needs.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The order with its payments and proofs.
    pub found: OrderWithPayments,
    /// The order that has taken its place, if one has.
    pub newest: Option<Order>,
    /// The bank payment that the proof is about.
    pub payment: Payment,
    /// The proof.
    pub proof: Proof,
    /// What was decided about the order, oldest first.
    pub decisions: Vec<Decision>,
}

impl Loaded {
    /// What is decided about.
    #[must_use]
    pub fn subject(&self) -> Subject<'_> {
        Subject {
            order: &self.found.order,
            newest: self.newest.as_ref(),
            payment: &self.payment,
            proof: Some(&self.proof),
        }
    }
}

/// Loads a proof with its order.
pub async fn load<W: World>(world: &W, proof_id: ProofId) -> Result<Option<Loaded>, Fault> {
    let rows = world
        .query(&[bank::PROOF_BY_ID.bind([proof_id.into()])])
        .await?;
    let Some(proof) = first::<Proof>(&rows)? else {
        return Ok(None);
    };
    let Some((found, decisions)) = load_order(world, proof.order_number).await? else {
        return Ok(None);
    };
    let mut payments = found.payments.iter();
    let payment = payments.find(|payment| payment.payment_id == proof.payment_id);
    let payment = payment
        .cloned()
        .ok_or_else(|| Fault::Internal("a proof has no payment".into()))?;
    Ok(Some(Loaded {
        newest: newest_of(world, &found.order).await?,
        found,
        payment,
        proof,
        decisions,
    }))
}

/// Loads an order with what was decided about it.
pub async fn load_order<W: World>(
    world: &W,
    order_number: OrderNumber,
) -> Result<Option<(OrderWithPayments, Vec<Decision>)>, Fault> {
    let mut reads = change::loading(order_number).to_vec();
    reads.push(bank::DECISIONS_OF_ORDER.bind([order_number.into()]));
    let rows = world.query(&reads).await?;
    let decisions = match rows.last() {
        Some(rows) => rows.parse()?,
        None => Vec::new(),
    };
    Ok(change::found_in(&rows)?.map(|found| (found, decisions)))
}

/// An account of a currency by its short name, whether or not it is still in use.
async fn account<W: World>(
    world: &W,
    id: &BankAccountId,
    currency: Currency,
) -> Result<BankAccount, Failure> {
    let rows = world
        .query(&[bank::ACCOUNT_BY_ID.bind([id.into()])])
        .await?;
    let found: Option<BankAccount> = first(&rows)?;
    let found = found.filter(|account| account.currency == currency);
    found.ok_or_else(|| Refusal::ProofNotFound.into())
}

fn first<T: Record>(rows: &[Rows]) -> Result<Option<T>, Fault> {
    match rows.first() {
        Some(rows) => rows.first(),
        None => Ok(None),
    }
}

/// Refuses a decision about a version that is no longer the order's.
fn check_seen(order: &Order, seen: u32) -> Result<(), Failure> {
    if order.version != seen {
        return Err(Refusal::ReviewStale(order.state).into());
    }
    Ok(())
}

/// Whether two people have to sign: for the whole of a transfer, and for each order's total, so that
/// neither parts nor splits are a way around it (S65).
fn needs_two<'a>(
    settings: &Settings,
    whole: Money,
    orders: impl IntoIterator<Item = &'a Order>,
) -> bool {
    let totals = orders.into_iter().map(Order::total);
    let mut amounts = totals.chain([whole]);
    amounts.any(|amount| settings.two_approvers.are_needed(amount))
}

fn terms(settings: &Settings) -> Terms {
    Terms {
        forgiven_percent: settings.shortfall_percent,
        kept_s: settings.proof_kept_s,
    }
}

fn cause(by: &Decider, cause: String, reason: &str) -> Cause {
    Cause {
        actor: format!("staff:{}", by.email),
        cause,
        reason: reason.to_owned(),
    }
}

fn refused(refusal: ReviewRefusal) -> Failure {
    Refusal::Review(refusal).into()
}

/// How a decision's batch ended.
enum Written {
    Mine,
    /// The answer was lost and the batch is not there: decide again about the same version.
    NotThere(String),
}

/// Commits a decision and recognises it by its token when the answer was lost. Whoever was faster is
/// told apart from what the figures do not allow.
async fn write<W: World>(
    world: &W,
    order: &Order,
    token: &WriteToken,
    statements: &[Statement],
) -> Result<Written, Failure> {
    let trouble = match world.commit(statements).await {
        Ok(_) => return Ok(Written::Mine),
        Err(CommitError::Fault(fault)) => return Err(fault.into()),
        Err(CommitError::Lost(why)) => why,
        Err(CommitError::Guard(message)) => {
            let guard = Guard::from_message(&message);
            return Err(if guard == Guard::BankReferenceUsed {
                Refusal::BankReferenceUsed.into()
            } else if guard == Guard::MoneyMoved {
                Refusal::MoneyMoved.into()
            } else if guard == Guard::StaffNotAllowed {
                Refusal::NotAllowed.into()
            } else if guard.is_race() {
                stale(world, order).await?
            } else {
                Fault::Internal(message).into()
            });
        }
    };
    let mine = orders::HISTORY_BY_TOKEN.bind([order.order_number.into(), token.into()]);
    let rows = world.query(&[mine]).await?;
    Ok(match rows.first() {
        Some(rows) if rows.any() => Written::Mine,
        Some(_) | None => Written::NotThere(trouble),
    })
}

/// Somebody else was faster; tells where the order stands now.
async fn stale<W: World>(world: &W, order: &Order) -> Result<Failure, Fault> {
    let now = change::load(world, order.order_number).await?;
    let state = now.map_or(order.state, |found| found.order.state);
    Ok(Refusal::ReviewStale(state).into())
}

/// The messages of a decision, once its batch is there.
fn done(changes: Changes) -> Decided {
    Decided::Done(changes.messages)
}

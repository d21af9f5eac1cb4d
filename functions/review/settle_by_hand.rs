//! Settles by hand what staff have found on a statement (A21): a transfer that nobody showed a proof
//! of. It takes the same path as a webhook. What a provider took is never typed: see `ask_provider`.

use shared::api::refusal::Refusal;
use shared::bank::{BankAccountId, BankReceipt, TransferReference, ValueDate};
use shared::config::Settings;
use shared::id::{OrderNumber, PaymentId};
use shared::money::Money;
use shared::order::{Order, OrderRefusal};
use shared::outbox::MessageKey;
use shared::payment::{PayerName, Payment, PaymentMethod};
use shared::review::{self, Subject, may_decide, standing_proposal};
use shared::settle::{Cause, Changes, Moment};

use super::{
    Decided, Decider, Written, account, cause, check_seen, load_order, needs_two, refused, terms,
    write,
};
use crate::change::{self, OrderWithPayments};
use crate::failure::Failure;
use crate::settle::{ATTEMPTS_MAX, moment, newest_of};
use crate::storefront::cancel_order::close_live;
use crate::world::{Fault, World, random_code};

/// What staff have verified.
#[derive(Debug, Clone)]
pub struct ByHand {
    /// The order.
    pub order_number: OrderNumber,
    /// The version of the order that the decider has seen.
    pub seen: u32,
    /// The account of ours that it came in on.
    pub bank_account_id: BankAccountId,
    /// The bank's name of the transfer.
    pub reference: TransferReference,
    /// When the money came.
    pub value_date: ValueDate,
    /// Who sent it, as on the statement.
    pub payer_name: Option<PayerName>,
    /// How much.
    pub amount: Money,
    /// Why by hand, for the history; 1 to 500 characters.
    pub reason: String,
}

/// Settles, or signs first where two have to.
pub async fn settle_by_hand<W: World>(
    world: &W,
    settings: &Settings,
    by: &Decider,
    by_hand: &ByHand,
) -> Result<Decided, Failure> {
    let receipt = BankReceipt {
        account: account(world, &by_hand.bank_account_id, by_hand.amount.currency).await?,
        reference: by_hand.reference.clone(),
        value_date: by_hand.value_date.clone(),
        whole: by_hand.amount,
        payer_name: by_hand.payer_name.clone(),
    };
    let cause = cause(by, "by hand".to_owned(), &by_hand.reason);
    let (seen, mut messages) = close_other(world, settings, by_hand, &cause).await?;
    let mut trouble = String::new();
    for _ in 0..ATTEMPTS_MAX {
        let loaded = load_order(world, by_hand.order_number).await?;
        let (found, decisions) = loaded.ok_or(Refusal::OrderNotFound)?;
        check_seen(&found.order, seen)?;
        let moment = moment(world);
        let mut changes = Changes::default();
        let payment = target(world, &found, &moment, &mut changes)?;
        let newest = newest_of(world, &found.order).await?;
        let subject = Subject {
            order: &found.order,
            newest: newest.as_ref(),
            payment: &payment,
            proof: None,
        };
        let needs_two = needs_two(settings, by_hand.amount, subject.orders());
        let proposal =
            standing_proposal(&decisions, |d| d.proposes(None, &receipt, by_hand.amount));
        let proposed = needs_two && proposal.is_none();
        if proposed {
            changes = review::propose(subject, &receipt, by_hand.amount, &cause, &moment)
                .map_err(refused)?;
        } else {
            let proposed_by = proposal
                .filter(|_| needs_two)
                .map(|p| p.decided_by.as_str());
            let terms = terms(settings);
            let amount = by_hand.amount;
            let approved = review::approve(
                subject,
                &receipt,
                amount,
                proposed_by,
                &terms,
                &cause,
                &moment,
            )
            .map_err(refused)?
            .ok_or(Refusal::ReviewStale(found.order.state))?;
            changes.statements.extend(approved.statements);
            changes.messages.extend(approved.messages);
        }
        match write(
            world,
            &found.order,
            &moment.write_token,
            &changes.statements,
        )
        .await?
        {
            Written::Mine if proposed => return Ok(Decided::Proposed),
            Written::Mine => {
                messages.extend(changes.messages);
                return Ok(Decided::Done(messages));
            }
            Written::NotThere(why) => trouble = why,
        }
    }
    Err(Fault::Database(trouble).into())
}

/// A transfer that came while a provider's page was open: that page is closed first, and the
/// provider's answer believed. Answers the order's version after that, which the decider stands for.
async fn close_other<W: World>(
    world: &W,
    settings: &Settings,
    by_hand: &ByHand,
    cause: &Cause,
) -> Result<(u32, Vec<MessageKey>), Failure> {
    let found = change::load(world, by_hand.order_number).await?;
    let found = found.ok_or(Refusal::OrderNotFound)?;
    check_seen(&found.order, by_hand.seen)?;
    may_decide(&found.order, &cause.actor).map_err(refused)?;
    if found.bank.waiting().is_some() {
        return Err(Refusal::Order(OrderRefusal::InReview).into());
    }
    if !found.order.provider_live() {
        return Ok((by_hand.seen, Vec::new()));
    }
    let mut messages = Vec::new();
    close_live(world, settings, &found, cause, &mut messages).await?;
    let found = change::load(world, by_hand.order_number).await?;
    let found = found.ok_or(Refusal::OrderNotFound)?;
    if !found.order.state.takes_money() {
        return Err(Refusal::ReviewStale(found.order.state).into());
    }
    Ok((found.order.version, messages))
}

/// The payment whose money it is: the bank transfer that is under way, or a new one.
fn target<W: World>(
    world: &W,
    found: &OrderWithPayments,
    moment: &Moment,
    changes: &mut Changes,
) -> Result<Payment, Failure> {
    if let Some(live) = found.live() {
        // One that began at a provider since the other was closed keeps its own money.
        return match live.method {
            PaymentMethod::Bank => Ok(live.clone()),
            PaymentMethod::Stripe | PaymentMethod::Paypal => {
                Err(Refusal::Order(OrderRefusal::PaymentLive).into())
            }
        };
    }
    let asked = asked(&found.order);
    let payment_id = PaymentId::from_random(random_code(world));
    let payment = Payment::begin(payment_id, PaymentMethod::Bank, asked, moment.now);
    let rows = payment.insert(found.order.order_number, None);
    changes.statements.extend(rows);
    Ok(payment)
}

/// What the new payment asks for: the rest, or the total of an order that is paid or over.
fn asked(order: &Order) -> Money {
    let due = order.due();
    if due.amount_minor > 0 {
        due
    } else {
        order.total()
    }
}

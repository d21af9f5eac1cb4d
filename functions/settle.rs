//! The one path by which a money fact changes an order: load, decide, commit, and once more when
//! somebody else was faster.

use shared::id::{PaymentId, SubscriptionId, WriteToken};
use shared::order::{Order, OrderState};
use shared::outbox::MessageKey;
use shared::payment::{Payment, PaymentFact, PaymentMethod};
use shared::settle::{Cause, Changes, Moment, Settlement, settle as decide_settlement};
use shared::statement::Statement;
use shared::store::guard::Guard;
use shared::store::{orders, payments};

use crate::world::{CommitError, Fault, Rows, World, first_of};

/// A change is decided again this often when it meets somebody else's. More would only help under
/// a contention that one order never sees.
pub const ATTEMPTS_MAX: u32 = 3;

/// A payment with its order.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// What is owed.
    pub order: Order,
    /// The attempt to pay it.
    pub payment: Payment,
}

/// What came of settling.
#[derive(Debug, Clone, Default)]
pub struct Settled {
    /// Whether the fact was news.
    pub changed: bool,
    /// Messages to deliver after the reply.
    pub messages: Vec<MessageKey>,
}

/// The statements that read a payment with its order.
#[must_use]
pub fn loading(payment_id: PaymentId) -> [Statement; 2] {
    [
        payments::PAYMENT_BY_ID.bind([payment_id.into()]),
        orders::ORDER_OF_PAYMENT.bind([payment_id.into()]),
    ]
}

/// The statements that read the payment of a provider's checkout with its order: the payment that
/// the checkout is bound to here, or else the one that it is said to be for (S46).
#[must_use]
pub fn loading_checkout(
    provider: PaymentMethod,
    session_id: &str,
    said_for: Option<PaymentId>,
) -> [Statement; 2] {
    let bound = || [provider.as_str().into(), session_id.into(), said_for.into()];
    [
        payments::PAYMENT_OF_CHECKOUT.bind(bound()),
        orders::ORDER_OF_CHECKOUT.bind(bound()),
    ]
}

/// Reads a payment with its order.
pub async fn load<W: World>(world: &W, payment_id: PaymentId) -> Result<Option<Loaded>, Fault> {
    let rows = world.query(&loading(payment_id)).await?;
    let [payment, order] = rows.as_slice() else {
        return Err(Fault::Rows("two results were expected".into()));
    };
    loaded(payment, order)
}

/// The results of [`loading`] and [`loading_checkout`].
pub fn loaded(payment: &Rows, order: &Rows) -> Result<Option<Loaded>, Fault> {
    Ok(payment
        .first()?
        .zip(order.first()?)
        .map(|(payment, order)| Loaded { order, payment }))
}

/// Settles a fact about a payment. `with` is written in the same batch, whether or not the fact is
/// news: an event's inbox row, or when to ask next. It comes first, because a step that changes the
/// payment knows better when to ask next.
pub async fn settle<W: World>(
    world: &W,
    mut loaded: Loaded,
    fact: &PaymentFact,
    cause: &Cause,
    with: &[Statement],
) -> Result<Settled, Fault> {
    let moment = moment(world);
    let mut booked = false;
    let mut trouble = String::new();
    for _ in 0..ATTEMPTS_MAX {
        let Loaded { order, payment } = &loaded;
        let newest = if let PaymentFact::Paid(_) = fact {
            newest_of(world, order).await?
        } else {
            None
        };
        let newest = newest.as_ref();
        let decided = decide_settlement(order, newest, payment, fact, cause, &moment);
        let changes = match decided {
            Settlement::Changed(changes, _) if !booked => changes,
            Settlement::Changed(..) | Settlement::NoChange(_) => Changes::default(),
        };
        let settled = Settled {
            changed: !changes.statements.is_empty(),
            messages: changes.messages,
        };
        let mut statements = with.to_vec();
        statements.extend(changes.statements);
        if statements.is_empty() {
            return Ok(settled);
        }
        match world.commit(&statements).await {
            Ok(_) => return Ok(settled),
            Err(CommitError::Fault(fault)) => return Err(fault),
            Err(CommitError::Lost(why)) => trouble = why,
            Err(CommitError::Guard(message)) => {
                let guard = Guard::from_message(&message);
                // The same event came through another door a moment ago; its batch did it all.
                if guard == Guard::InboxRepeated {
                    return Ok(Settled::default());
                }
                // Two bodies of one delivery raced: the next one finds the first.
                if !guard.is_race() {
                    return Err(Fault::Internal(message));
                }
                booked |= guard == Guard::TransferRepeated;
                trouble = message;
            }
        }
        let (again, mine) = reload(world, &loaded, fact, &moment.write_token).await?;
        if mine {
            return Ok(settled);
        }
        loaded = again;
    }
    Err(Fault::Busy(format!(
        "settling met others {ATTEMPTS_MAX} times: {trouble}"
    )))
}

/// The order that has taken the place of one that was replaced, or of that one, and so on. Asked for only
/// then, so that no other order costs more.
pub async fn newest_of<W: World>(world: &W, order: &Order) -> Result<Option<Order>, Fault> {
    if order.state != OrderState::Superseded {
        return Ok(None);
    }
    let read = orders::NEWEST_REPLACEMENT.bind([order.order_number.into()]);
    let rows = world.query(&[read]).await?;
    rows.first().map_or(Ok(None), Rows::first)
}

/// Fresh time, token and ids for one change.
pub fn moment<W: World>(world: &W) -> Moment {
    // The buyer is told 60 bits of it as the subscription id; the other 68 are nobody's.
    let drawn = world.random();
    Moment {
        now: world.now(),
        write_token: WriteToken::from_random(world.random()),
        subscription_id: SubscriptionId::from_random(first_of(drawn)),
        code_seed: drawn,
    }
}

/// Reads again, and tells whether the change that seemed lost is there after all. What was paid may belong
/// to a payment by itself by now.
async fn reload<W: World>(
    world: &W,
    loaded: &Loaded,
    fact: &PaymentFact,
    token: &WriteToken,
) -> Result<(Loaded, bool), Fault> {
    let Loaded { order, payment } = loaded;
    let [payment, order_row] = if let PaymentFact::Paid(receipt) = fact {
        let session_id = receipt.session_id.as_str();
        loading_checkout(payment.method, session_id, Some(payment.payment_id))
    } else {
        loading(payment.payment_id)
    };
    let mine = orders::HISTORY_BY_TOKEN.bind([order.order_number.into(), token.into()]);
    let rows = world.query(&[payment, order_row, mine]).await?;
    let [payment, order, mine] = rows.as_slice() else {
        return Err(Fault::Rows("three results were expected".into()));
    };
    let again = self::loaded(payment, order)?;
    let again = again.ok_or_else(|| Fault::Internal("a payment vanished".into()))?;
    Ok((again, mine.any()))
}

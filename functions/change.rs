//! Changes of an order that bring no money: cancel, expire, begin a payment.

use shared::id::{OrderNumber, WriteToken};
use shared::order::Order;
use shared::store::guard::Guard;
use shared::store::orders;

use crate::world::{CommitError, Fault, Rows, World};

/// How a batch that changes an order ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Written {
    /// It is there, once.
    Mine,
    /// Somebody else was faster: load and decide again.
    Again(Guard),
}

/// Commits a batch with a history row and recognises it by its token when the answer was lost.
pub async fn write<W: World>(
    world: &W,
    order_number: OrderNumber,
    token: &WriteToken,
    statements: &[shared::statement::Statement],
) -> Result<Written, Fault> {
    let guard = match world.commit(statements).await {
        Ok(_) => return Ok(Written::Mine),
        Err(CommitError::Fault(fault)) => return Err(fault),
        Err(CommitError::Lost(_)) => Guard::OrderConflict,
        Err(CommitError::Guard(message)) => {
            let guard = Guard::from_message(&message);
            if !guard.is_race() {
                return Err(Fault::Internal(message));
            }
            guard
        }
    };
    let mine = orders::HISTORY_BY_TOKEN.bind([order_number.into(), token.into()]);
    let rows = world.query(&[mine]).await?;
    let found = match rows.first() {
        Some(rows) => rows.first::<serde_json::Value>()?.is_some(),
        None => false,
    };
    Ok(if found {
        Written::Mine
    } else {
        Written::Again(guard)
    })
}

/// Reads an order with its newest payments.
pub async fn load<W: World>(
    world: &W,
    order_number: OrderNumber,
) -> Result<Option<OrderWithPayments>, Fault> {
    found_in(&world.query(&loading(order_number)).await?)
}

/// Reads the rows of [`loading`]; more may follow them.
pub fn found_in(rows: &[Rows]) -> Result<Option<OrderWithPayments>, Fault> {
    let [order, payments, ..] = rows else {
        return Err(Fault::Rows("two results were expected".into()));
    };
    let Some(order) = order.first()? else {
        return Ok(None);
    };
    Ok(Some(OrderWithPayments {
        order,
        payments: payments.parse()?,
    }))
}

/// The statements of [`load`].
#[must_use]
pub fn loading(order_number: OrderNumber) -> [shared::statement::Statement; 2] {
    [
        orders::ORDER_BY_NUMBER.bind([order_number.into()]),
        shared::store::payments::PAYMENTS_OF_ORDER.bind([order_number.into()]),
    ]
}

/// An order with its newest payments, newest first.
#[derive(Debug, Clone)]
pub struct OrderWithPayments {
    /// The order.
    pub order: Order,
    /// At most twenty.
    pub payments: Vec<shared::payment::Payment>,
}

impl OrderWithPayments {
    /// The payment that is under way, if one is.
    #[must_use]
    pub fn live(&self) -> Option<&shared::payment::Payment> {
        self.payments.iter().find(|payment| payment.state.is_live())
    }
}

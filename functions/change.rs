//! Changes of an order that bring no money: cancel, expire, begin a payment.

use shared::api::refusal::Refusal;
use shared::api::transfer::TransferView;
use shared::bank::{BankAccount, OfferedAccount};
use shared::case::{Aside, AsideRow};
use shared::coupon::Coupon;
use shared::email_code::SentCode;
use shared::id::{OrderNumber, WriteToken};
use shared::order::Order;
use shared::payment::Payment;
use shared::proof::{Proof, ProofState};
use shared::statement::Statement;
use shared::store::guard::Guard;
use shared::store::{bank, cases, coupons, email_codes, orders, payments};

use crate::failure::Failure;
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
    statements: &[Statement],
) -> Result<Written, Fault> {
    Ok(match run(world, order_number, token, statements).await? {
        Ended::WithRows(_) | Ended::AnswerLost => Written::Mine,
        Ended::Met(guard) => Written::Again(guard),
    })
}

/// As [`write()`], and reads the order as it then is: in the same round trip, unless the answer was
/// lost. `None` when somebody else was faster.
pub async fn write_and_load<W: World>(
    world: &W,
    order_number: OrderNumber,
    token: &WriteToken,
    mut statements: Vec<Statement>,
) -> Result<Option<OrderWithPayments>, Fault> {
    let reads_from = statements.len();
    statements.extend(loading(order_number));
    match run(world, order_number, token, &statements).await? {
        Ended::WithRows(rows) => found_in(rows.get(reads_from..).unwrap_or_default()),
        Ended::AnswerLost => load(world, order_number).await,
        Ended::Met(_) => Ok(None),
    }
}

/// How running a batch ended.
enum Ended {
    /// It is there, and these are its results.
    WithRows(Vec<Rows>),
    /// It is there; its results were lost with the answer.
    AnswerLost,
    /// Somebody else was faster.
    Met(Guard),
}

async fn run<W: World>(
    world: &W,
    order_number: OrderNumber,
    token: &WriteToken,
    statements: &[Statement],
) -> Result<Ended, Fault> {
    let guard = match world.commit(statements).await {
        Ok(rows) => return Ok(Ended::WithRows(rows)),
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
    let found = rows.first().is_some_and(Rows::any);
    Ok(if found {
        Ended::AnswerLost
    } else {
        Ended::Met(guard)
    })
}

/// Commits rows of which nothing depends on when they came: an answer that was lost is a fault, and
/// whoever tries again writes others.
pub async fn commit_once<W: World>(world: &W, statements: &[Statement]) -> Result<(), Fault> {
    match world.commit(statements).await {
        Ok(_) => Ok(()),
        Err(CommitError::Fault(fault)) => Err(fault),
        Err(CommitError::Guard(why)) => Err(Fault::Internal(why)),
        Err(CommitError::Lost(why)) => Err(Fault::Database(why)),
    }
}

/// Reads an order with its newest payments, the money that it could not take, what bank transfers need,
/// and its newest code.
pub async fn load<W: World>(
    world: &W,
    order_number: OrderNumber,
) -> Result<Option<OrderWithPayments>, Fault> {
    found_in(&world.query(&loading(order_number)).await?)
}

/// Reads an order again that was there a moment ago.
pub async fn reload<W: World>(
    world: &W,
    found: &OrderWithPayments,
) -> Result<OrderWithPayments, Failure> {
    let again = load(world, found.order.order_number).await?;
    again.ok_or_else(|| Refusal::OrderNotFound.into())
}

/// Reads the rows of [`loading`]; more may follow them.
pub fn found_in(rows: &[Rows]) -> Result<Option<OrderWithPayments>, Fault> {
    let [order, payments, aside, accounts, proofs, issued, code, ..] = rows else {
        return Err(Fault::Rows("seven results were expected".into()));
    };
    let Some(order) = order.first()? else {
        return Ok(None);
    };
    Ok(Some(OrderWithPayments {
        order,
        payments: payments.parse()?,
        aside: Aside::of(&aside.parse::<AsideRow>()?),
        bank: BankSide::of(accounts.parse_good().0, proofs.parse()?),
        issued: issued.parse()?,
        code: code.first()?,
    }))
}

/// The statements of [`load`].
#[must_use]
pub fn loading(order_number: OrderNumber) -> [Statement; 7] {
    [
        orders::ORDER_BY_NUMBER.bind([order_number.into()]),
        payments::PAYMENTS_OF_ORDER.bind([order_number.into()]),
        cases::MONEY_ASIDE.bind([order_number.into()]),
        bank::ACCOUNTS_FOR_ORDER.bind([order_number.into()]),
        bank::PROOFS_OF_ORDER.bind([order_number.into()]),
        coupons::CODES_OF_ORDER.bind([order_number.into()]),
        email_codes::CODE_OF_ORDER.bind([order_number.into()]),
    ]
}

/// An order with its newest payments, newest first.
#[derive(Debug, Clone)]
pub struct OrderWithPayments {
    /// The order.
    pub order: Order,
    /// At most twenty.
    pub payments: Vec<Payment>,
    /// What has become of its money beside it.
    pub aside: Aside,
    /// What bank transfers need.
    pub bank: BankSide,
    /// The coupons that it has issued.
    pub issued: Vec<Coupon>,
    /// The newest one-time code that was sent for it.
    pub code: Option<SentCode>,
}

/// Where a buyer may transfer to, and what they have shown.
#[derive(Debug, Clone, Default)]
pub struct BankSide {
    /// Our accounts in the order's currency, at most fifty with the retired ones.
    pub accounts: Vec<BankAccount>,
    /// Those that were retired since the order was made. Nobody is led to them any more, but money
    /// may be on its way there.
    pub retired: Vec<BankAccount>,
    /// The newest first; at most twenty.
    pub proofs: Vec<Proof>,
}

impl BankSide {
    fn of(offered: Vec<OfferedAccount>, proofs: Vec<Proof>) -> Self {
        let (retired, accounts): (Vec<_>, Vec<_>) =
            offered.into_iter().partition(|offered| offered.is_retired);
        let account = |offered: OfferedAccount| offered.account;
        Self {
            accounts: accounts.into_iter().map(account).collect(),
            retired: retired.into_iter().map(account).collect(),
            proofs,
        }
    }

    /// Every account that the buyer may have transferred to.
    pub fn ever_offered(&self) -> impl Iterator<Item = &BankAccount> {
        self.accounts.iter().chain(&self.retired)
    }

    /// The proof that waits for staff, if one does.
    #[must_use]
    pub fn waiting(&self) -> Option<&Proof> {
        let mut proofs = self.proofs.iter();
        proofs.find(|proof| proof.state == ProofState::Waiting)
    }

    /// How many proofs were turned down.
    #[must_use]
    pub fn rejected(&self) -> usize {
        let proofs = self.proofs.iter();
        proofs
            .filter(|proof| proof.state == ProofState::Rejected)
            .count()
    }
}

impl OrderWithPayments {
    /// What its holder is shown of a bank transfer.
    #[must_use]
    pub fn transfer(&self) -> Option<TransferView> {
        TransferView::of(&self.order, &self.bank.accounts, &self.bank.proofs)
    }

    /// The payment that is under way, if one is.
    #[must_use]
    pub fn live(&self) -> Option<&Payment> {
        self.payments.iter().find(|payment| payment.state.is_live())
    }
}

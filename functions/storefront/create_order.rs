//! Creates an order: price and tax from the catalogue, never from the caller; once per key.

use shared::api::body::OrderBody;
use shared::api::refusal::Refusal;
use shared::config::{LinkSecrets, Settings};
use shared::contact::{Billing, Customer};
use shared::coupon::CouponProblem;
use shared::field::FieldProblem;
use shared::id::{CouponCode, IdempotencyKey, OrderNumber, OrderToken};
use shared::money::Currency;
use shared::order::{Order, OrderState};
use shared::outbox::{Message, MessageKey, MessageKind};
use shared::record::{Record, json_text};
use shared::settle::{Cause, Changes, Moment, confirm_without_payment};
use shared::statement::Statement;
use shared::store::guard::Guard;
use shared::store::{coupons, orders};
use shared::time::Timestamp;

use super::access;
use super::confirm_email;
use super::coupon::{self, Typed, read_counting};
use super::quote::{self, Place, Priced};
use crate::change;
use crate::context::Context;
use crate::digest::sha256_hex;
use crate::failure::Failure;
use crate::http::Request;
use crate::idempotency::KeyUse;
use crate::settle::{ATTEMPTS_MAX, moment};
use crate::world::{CommitError, Fault, Rows, World, random_code};

pub(super) const HOUR_S: i64 = 3_600;

/// An order that exists, and the token that opens it.
#[derive(Debug)]
pub struct Created {
    /// The number.
    pub order_number: OrderNumber,
    /// Opens it. Given to whoever created it and to the customer's mail address, and never kept.
    pub token: OrderToken,
    /// To be delivered after the reply; none when an earlier request with the same key made it.
    pub messages: Vec<MessageKey>,
}

/// Of the ten orders that an address may have within [`HOUR_S`], the first.
#[derive(Record)]
struct Tenth {
    created_at: Timestamp,
}

/// What a body comes to once parsed.
pub(super) struct Wanted {
    pub(super) body: OrderBody,
    currency: Currency,
    customer: Customer,
    billing: Billing,
    coupon: Option<Typed>,
}

impl Wanted {
    /// As a quote would be asked for.
    pub(super) fn priced(&self, given_back: Option<CouponCode>) -> quote::Wanted<'_> {
        let region = self.billing.region.as_ref();
        quote::Wanted {
            items: &self.body.items,
            currency: self.currency,
            place: Place {
                country: self.billing.country,
                region: region.map(|region| region.as_str().to_owned()),
                region_field: "billing.region",
            },
            coupon: self.coupon.clone(),
            given_back,
        }
    }

    /// Reads what [`check_count`] looks at.
    pub(super) fn counting(&self, now: Timestamp) -> Statement {
        let email = self.customer.email.as_str();
        orders::TENTH_OF_CUSTOMER.bind([email.into(), now.plus(-HOUR_S).into()])
    }

    /// Refuses a total that is not the one that the buyer was shown.
    pub(super) fn check_total(&self, priced: &Priced) -> Result<(), Refusal> {
        let total = priced.quote.total;
        match self.body.expected_total {
            Some(shown) if shown != total.amount_minor => Err(Refusal::TotalChanged(total)),
            _ => Ok(()),
        }
    }
}

/// A key as it was used for a body.
pub(super) fn key_for(scope: String, key: IdempotencyKey, body: &OrderBody) -> KeyUse {
    KeyUse {
        scope,
        key,
        request_sha256: sha256_hex(json_text(body).as_bytes()),
    }
}

/// Each order writes to an address that anybody can type in. The schema counts once more, since requests
/// may come at once.
pub(super) fn check_count(counted: &Rows, now: Timestamp) -> Result<(), Failure> {
    match counted.first::<Tenth>()? {
        Some(tenth) => {
            let wait_s = tenth.created_at.seconds_since(now.plus(-HOUR_S));
            Err(Refusal::TooManyOrders(wait_s).into())
        }
        None => Ok(()),
    }
}

/// `POST /v1/orders`: one read, one batch.
pub async fn create_order<W: World>(
    cx: &Context<'_, W>,
    body: OrderBody,
    key: IdempotencyKey,
) -> Result<Created, Failure> {
    let &Context {
        world,
        settings,
        request,
    } = cx;
    let links = settings.links.as_ref().ok_or(Refusal::DoorClosed)?;
    let wanted = parse(request, body)?;
    // Anonymous callers are told apart by the customer's address, so that nobody meets somebody
    // else's key (S125). Nobody's address differs from another's by case alone.
    let email = wanted.customer.email.as_str().to_lowercase();
    let caller = sha256_hex(email.as_bytes());
    let key = key_for(format!("create_order/{caller}"), key, &wanted.body);
    let priced = wanted.priced(None);
    let mut reading = priced.reading(world.now());
    reading.push(wanted.counting(world.now()));
    reading.push(key.looking_up());
    let rows = read_counting(world, &reading).await?;
    if let Some(earlier) = earlier(world, &rows, &key, links).await? {
        return Ok(earlier);
    }
    if let [.., counted, _] = &*rows {
        check_count(counted, world.now())?;
    }
    let priced = priced.price(world, settings, &rows)?;
    wanted.check_total(&priced)?;
    let moment = moment(world);
    let order_number = OrderNumber::from_random(random_code(world));
    let order = new_order(settings, links, &wanted, priced, order_number, &moment);
    let changes = rows_of(&order, &key, None, &moment);
    write(world, &key, links, &order, changes).await
}

/// Commits the batch. A key that is taken, or an answer that was lost, is resolved by reading what
/// the key made: it is ours, or the other request's, and either way the caller's one order.
async fn write<W: World>(
    world: &W,
    key: &KeyUse,
    links: &LinkSecrets,
    order: &Order,
    changes: Changes,
) -> Result<Created, Failure> {
    let mut trouble = String::new();
    for _ in 0..ATTEMPTS_MAX {
        match world.commit(&changes.statements).await {
            Ok(_) => return Ok(Created::new(links, order, changes.messages)),
            Err(CommitError::Fault(fault)) => return Err(fault.into()),
            Err(CommitError::Lost(why)) => trouble = why,
            Err(CommitError::Guard(message)) => {
                let guard = Guard::from_message(&message);
                if guard == Guard::CouponTaken {
                    // The last use went to somebody else since it was looked at (S80).
                    return Err(coupon::refused(world, CouponProblem::UsedUp));
                }
                if guard == Guard::TooManyOrders {
                    // Others were made since they were counted. When the tenth was is not known here.
                    return Err(Refusal::TooManyOrders(HOUR_S).into());
                }
                if guard != Guard::IdempotencyRepeated {
                    return Err(Fault::Internal(message).into());
                }
                trouble = message;
            }
        }
        let rows = world.query(&[key.looking_up()]).await?;
        if let Some(earlier) = earlier(world, &rows, key, links).await? {
            return Ok(earlier);
        }
    }
    Err(Fault::Database(trouble).into())
}

impl Created {
    /// An order that was just written.
    pub(super) fn new(links: &LinkSecrets, order: &Order, messages: Vec<MessageKey>) -> Self {
        Self {
            order_number: order.order_number,
            token: OrderToken::derive(&links.current, &order.order_number),
            messages,
        }
    }
}

pub(super) fn parse(request: &Request, body: OrderBody) -> Result<Wanted, Failure> {
    let mut problems: Vec<FieldProblem> = Vec::new();
    let currency = noted(
        &mut problems,
        quote::parse_currency(&body.currency).map_err(|problem| vec![problem]),
    );
    let customer = noted(&mut problems, Customer::parse(&body.customer));
    let billing = noted(&mut problems, Billing::parse(&body.billing));
    problems.extend(quote::check_count(&body.items).err());
    let coupon = noted(
        &mut problems,
        Typed::read(body.coupon.as_deref(), request).map_err(|problem| vec![problem]),
    );
    let parsed = currency
        .zip(customer)
        .zip(billing)
        .zip(coupon)
        .filter(|_| problems.is_empty());
    let Some((((currency, customer), billing), coupon)) = parsed else {
        return Err(Refusal::InvalidFields(problems).into());
    };
    Ok(Wanted {
        body,
        currency,
        customer,
        billing,
        coupon,
    })
}

/// Keeps what is wrong, so that every problem is told at once.
fn noted<T>(problems: &mut Vec<FieldProblem>, parsed: Result<T, Vec<FieldProblem>>) -> Option<T> {
    parsed.map_err(|found| problems.extend(found)).ok()
}

/// The order that an earlier request with this key made.
pub(super) async fn earlier<W: World>(
    world: &W,
    rows: &[Rows],
    key: &KeyUse,
    links: &LinkSecrets,
) -> Result<Option<Created>, Failure> {
    let subject = match rows.last() {
        Some(rows) => key.earlier(rows)?,
        None => None,
    };
    match subject {
        Some(subject) => made(world, &subject, links).await.map(Some),
        None => Ok(None),
    }
}

/// An order that a key made. Its token may be of the secret before.
pub(super) async fn made<W: World>(
    world: &W,
    subject: &str,
    links: &LinkSecrets,
) -> Result<Created, Failure> {
    let order_number =
        OrderNumber::parse(subject).map_err(|error| Fault::Rows(error.to_string()))?;
    let found = change::load(world, order_number).await?;
    let found = found.ok_or_else(|| Fault::Rows("a key names an order that is gone".into()))?;
    Ok(Created {
        order_number,
        token: access::token(links, &found.order),
        messages: Vec::new(),
    })
}

pub(super) fn new_order(
    settings: &Settings,
    links: &LinkSecrets,
    wanted: &Wanted,
    Priced { quote, issues }: Priced,
    order_number: OrderNumber,
    moment: &Moment,
) -> Order {
    let has_coupon = quote.coupon.is_some();
    Order {
        order_number,
        state: OrderState::Unpaid,
        version: 1,
        currency: wanted.currency,
        total_minor: quote.total.amount_minor,
        received_minor: 0,
        quote,
        issues,
        replaces: None,
        replaced_by: None,
        customer: wanted.customer.clone(),
        billing: wanted.billing.clone(),
        token_hash: OrderToken::derive(&links.current, &order_number).hash(),
        created_at: moment.now,
        expires_at: moment.now.plus(settings.order_lifetime_s),
        asks: 0,
        subscription_id: None,
        paid_by: None,
        refunded_lines: Vec::new(),
        confirmed_at: None,
        ended_at: None,
        payment_live: false,
        bank_until: None,
        email_unconfirmed: has_coupon,
    }
}

/// The rows of an order, and those by which one that it replaces gives way, with who paid that one if
/// anybody did.
pub(super) fn rows_of(
    order: &Order,
    key: &KeyUse,
    replacing: Option<(Changes, Option<String>)>,
    moment: &Moment,
) -> Changes {
    let number = &order.order_number;
    let mut changes = Changes::default();
    changes.write(orders::INSERT_ORDER.bind([
        number.into(),
        order.currency.code().into(),
        order.quote.subtotal.amount_minor.into(),
        order.quote.discount.amount_minor.into(),
        order.quote.tax.amount_minor.into(),
        order.total_minor.into(),
        json_text(&order.quote).into(),
        json_text(&order.customer).into(),
        json_text(&order.billing).into(),
        order.customer.email.as_str().into(),
        (&order.token_hash).into(),
        order.created_at.into(),
        order.expires_at.into(),
        json_text(&order.issues).into(),
        order.payable_until().into(),
        order.replaces.into(),
    ]));
    changes.write(orders::INSERT_HISTORY.bind([
        number.into(),
        1_i64.into(),
        OrderState::Unpaid.as_str().into(),
        OrderState::Unpaid.as_str().into(),
        "created".into(),
        "buyer".into(),
        "request".into(),
        "".into(),
        (&moment.write_token).into(),
        moment.now.into(),
        shared::statement::Value::Null,
        shared::statement::Value::Null,
    ]));
    changes.write(key.insert(number.as_str(), moment.now));
    let mut paid_by = None;
    if let Some((gives_way, payer)) = replacing {
        changes.statements.extend(gives_way.statements);
        changes.messages.extend(gives_way.messages);
        paid_by = payer;
    }
    // After the key: a request that comes twice meets its own order before it meets the coupon's limit.
    if let Some(code) = order.quote.coupon {
        let customer = order.customer.email.as_str().to_ascii_lowercase();
        changes.write(coupons::HOLD_USE.bind([
            number.into(),
            code.into(),
            customer.into(),
            moment.now.into(),
        ]));
        // Nothing else happens before the customer has shown that the address is theirs (A40).
        confirm_email::send_code(&mut changes, order, 1, moment);
    } else if order.due_minor() == 0 {
        let why = confirm_email::no_payment(order);
        let cause = Cause {
            actor: "buyer".into(),
            cause: "request".into(),
            reason: why.clone(),
        };
        let paid_by = paid_by.unwrap_or(why);
        let confirmed = confirm_without_payment(order, &paid_by, &cause, moment);
        changes.statements.extend(confirmed.statements);
        changes.messages.extend(confirmed.messages);
    } else {
        changes.tell(
            &Message::about_order(MessageKind::MailOrderReceived, number),
            moment.now,
        );
    }
    changes
}

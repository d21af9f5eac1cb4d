//! Replaces an order that is not paid by a new one (A09): its live payment is closed at the provider
//! first, whose answer is believed, and one batch makes the new order, ends the old one and moves what
//! that one holds. So there are never two orders to pay, and never none.

use shared::api::body::OrderBody;
use shared::api::refusal::Refusal;
use shared::config::{LinkSecrets, Settings};
use shared::coupon::CouponProblem;
use shared::id::{IdempotencyKey, OrderNumber};
use shared::order::{Decision, Order, OrderEvent, OrderRefusal, decide};
use shared::outbox::MessageKey;
use shared::settle::{Cause, Moment, replace};
use shared::statement::Statement;
use shared::store::guard::Guard;
use shared::time::Timestamp;

use super::access::open_order_with_key;
use super::cancel_order::close_live;
use super::coupon::{self, read_counting};
use super::create_order::{
    Created, HOUR_S, Wanted, check_count, earlier, key_for, made, new_order, parse, rows_of,
};
use super::quote::Priced;
use crate::change::{self, OrderWithPayments};
use crate::context::Context;
use crate::failure::Failure;
use crate::idempotency::KeyUse;
use crate::settle::{ATTEMPTS_MAX, moment};
use crate::world::{CommitError, Fault, World, random_code};

/// `POST /v1/orders/{number}/replacement`. Sending it twice leads to the same new order.
pub async fn replace_order<W: World>(
    cx: &Context<'_, W>,
    number: &str,
    body: OrderBody,
    key: IdempotencyKey,
) -> Result<Created, Failure> {
    let &Context {
        world,
        settings,
        request,
    } = cx;
    let links = settings.links.as_ref().ok_or(Refusal::DoorClosed)?;
    let number = OrderNumber::parse(number).map_err(|_| Refusal::OrderNotFound)?;
    let key = key_for(format!("replace_order/{}", number.as_str()), key, &body);
    let (found, earlier) = open_order_with_key(cx, number, &key).await?;
    if let Some(subject) = earlier {
        return made(world, &subject, links).await;
    }
    // Nothing is closed at a provider for a request that could not be carried out.
    check(&found.order, body.despite_review, world.now())?;
    let wanted = parse(request, body)?;
    let priced = wanted.priced(found.order.quote.coupon);
    let mut reading = priced.reading(world.now());
    reading.push(wanted.counting(world.now()));
    let rows = read_counting(world, &reading).await?;
    if let Some(counted) = rows.last() {
        check_count(counted, world.now())?;
    }
    let priced = priced.price(world, settings, &rows)?;
    wanted.check_total(&priced)?;
    let new = New {
        settings,
        links,
        wanted: &wanted,
        priced: &priced,
        key: &key,
    };
    let mut told = Vec::new();
    match new.replace(world, found, &mut told).await {
        Ok(mut created) => {
            created.messages.extend(told);
            Ok(created)
        }
        // The money had come: the order is confirmed, and that is told at once.
        Err(failure) => Err(failure.after(told)),
    }
}

/// Whether an order may be replaced once no payment of it is live.
pub(super) fn check(order: &Order, despite_review: bool, now: Timestamp) -> Result<(), Refusal> {
    let at_rest = Order {
        payment_live: false,
        ..order.clone()
    };
    match decide(&at_rest, OrderEvent::Superseded { despite_review }, now) {
        Decision::Refused(refusal) => Err(Refusal::Order(refusal)),
        Decision::Changed(_) | Decision::NoChange(_) => Ok(()),
    }
}

/// What takes the place of an order.
struct New<'a> {
    settings: &'a Settings,
    links: &'a LinkSecrets,
    wanted: &'a Wanted,
    priced: &'a Priced,
    key: &'a KeyUse,
}

impl New<'_> {
    async fn replace<W: World>(
        &self,
        world: &W,
        mut found: OrderWithPayments,
        told: &mut Vec<MessageKey>,
    ) -> Result<Created, Failure> {
        let despite_review = self.wanted.body.despite_review;
        let cause = Cause {
            actor: "buyer".into(),
            cause: "request".into(),
            reason: "changed by the buyer".into(),
        };
        let mut trouble = String::new();
        for _ in 0..ATTEMPTS_MAX {
            if found.order.provider_live() {
                close_live(world, self.settings, &found, &cause, told).await?;
                found = change::reload(world, &found).await?;
            }
            let moment = moment(world);
            match decide(
                &found.order,
                OrderEvent::Superseded { despite_review },
                moment.now,
            ) {
                // Another payment began meanwhile: close that one too.
                Decision::Refused(OrderRefusal::PaymentLive) => continue,
                Decision::Refused(refusal) => {
                    let earlier = self.earlier(world).await?;
                    return earlier.ok_or_else(|| refusal.into());
                }
                Decision::NoChange(_) | Decision::Changed(_) => {}
            }
            let number = OrderNumber::from_random(random_code(world));
            let (new, statements, messages) = self.rows(&found, number, &cause, &moment);
            match world.commit(&statements).await {
                Ok(_) => return Ok(Created::new(self.links, &new, messages)),
                Err(CommitError::Fault(fault)) => return Err(fault.into()),
                Err(CommitError::Lost(why)) => trouble = why,
                Err(CommitError::Guard(message)) => {
                    let guard = Guard::from_message(&message);
                    if guard == Guard::CouponTaken {
                        return Err(coupon::refused(world, CouponProblem::UsedUp));
                    }
                    if guard == Guard::TooManyOrders {
                        return Err(Refusal::TooManyOrders(HOUR_S).into());
                    }
                    if guard == Guard::ReplacedTooOften {
                        return Err(Refusal::TooManyReplacements.into());
                    }
                    if !guard.is_race() {
                        return Err(Fault::Internal(message).into());
                    }
                    trouble = message;
                }
            }
            if let Some(earlier) = self.earlier(world).await? {
                return Ok(earlier);
            }
            found = change::reload(world, &found).await?;
        }
        Err(Fault::Busy(format!("replacing, each time: {trouble}")).into())
    }

    /// What this request has made: its answer was lost, or it came twice.
    async fn earlier<W: World>(&self, world: &W) -> Result<Option<Created>, Failure> {
        let rows = world.query(&[self.key.looking_up()]).await?;
        earlier(world, &rows, self.key, self.links).await
    }

    /// The new order, its rows with those of the old one, and what is told.
    fn rows(
        &self,
        found: &OrderWithPayments,
        number: OrderNumber,
        cause: &Cause,
        moment: &Moment,
    ) -> (Order, Vec<Statement>, Vec<MessageKey>) {
        let old = &found.order;
        let priced = self.priced.clone();
        let mut new = new_order(
            self.settings,
            self.links,
            self.wanted,
            priced,
            number,
            moment,
        );
        new.replaces = Some(old.order_number);
        let cause = Cause {
            reason: format!("{}: {number} replaces this order", cause.reason),
            ..cause.clone()
        };
        let (gives_way, carried_minor) = replace(old, &new, &cause, moment);
        new.received_minor = carried_minor;
        let mut payments = found.payments.iter();
        let payer = payments.find_map(|paid| paid.received().and(paid.paid_by.clone()));
        let changes = rows_of(&new, self.key, Some((gives_way, payer)), moment);
        (new, changes.statements, changes.messages)
    }
}

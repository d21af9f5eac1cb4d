//! Shows that the address of an order with a coupon is its customer's, so that the coupon is bound to
//! them (A40): sends one-time codes, and takes what was typed.
//!
//! Every try is counted in the batch that tells its outcome, and the schema counts no sixth: whatever
//! is typed at once, five answers are given to one code.

use shared::api::refusal::Refusal;
use shared::config::Settings;
use shared::email_code::{CodeRefusal, SentCode, TRIES_MAX};
use shared::id::{EmailCode, IdempotencyKey, OrderNumber};
use shared::order::{Decision, Order, OrderEvent, decide};
use shared::outbox::{Message, MessageKey, MessageKind};
use shared::record::Record;
use shared::settle::{Changes, Moment, confirm_without_payment, history};
use shared::store::email_codes;
use shared::store::guard::Guard;

use super::access::open_order_with_key;
use super::start_payment::by_buyer;
use crate::change::{self, OrderWithPayments, Written};
use crate::digest::sha256_hex;
use crate::failure::Failure;
use crate::http::Request;
use crate::idempotency::KeyUse;
use crate::settle::{ATTEMPTS_MAX, moment};
use crate::world::{CommitError, Fault, Rows, World};

/// An order after a code was sent or typed.
#[derive(Debug)]
pub struct Done {
    /// As it is now.
    pub found: OrderWithPayments,
    /// To be delivered after the reply.
    pub messages: Vec<MessageKey>,
}

impl From<OrderWithPayments> for Done {
    fn from(found: OrderWithPayments) -> Self {
        let messages = Vec::new();
        Self { found, messages }
    }
}

/// Adds the `nth` code of an order and its mail. The step's token makes the code: it is random, and told
/// to nobody.
pub(super) fn send_code(changes: &mut Changes, order: &Order, nth: u32, moment: &Moment) {
    let seed = moment.write_token.as_str();
    let code = SentCode::new(nth, seed, moment.now, order.payable_until());
    changes.write(email_codes::INSERT_CODE.bind([
        order.order_number.into(),
        code.nth.into(),
        code.seed.as_str().into(),
        code.sent_at.into(),
        code.expires_at.into(),
    ]));
    let mail = Message::email_code(&order.order_number, &code);
    changes.tell(&mail, moment.now);
}

/// Sends another code, which takes the place of the one before. Where nothing is to be confirmed nothing
/// is sent.
pub async fn send_email_code<W: World>(
    world: &W,
    settings: &Settings,
    request: &Request,
    number: OrderNumber,
    key: IdempotencyKey,
) -> Result<Done, Failure> {
    let key = KeyUse {
        scope: format!("email_code/{}", number.as_str()),
        key,
        request_sha256: sha256_hex(b""),
    };
    let (mut found, earlier) = open_order_with_key(world, settings, request, number, &key).await?;
    if earlier.is_some() {
        return Ok(found.into());
    }
    for _ in 0..ATTEMPTS_MAX {
        let moment = moment(world);
        let Some(newest) = to_confirm(&found, &moment)? else {
            return Ok(found.into());
        };
        let nth = newest.next(moment.now).map_err(Refusal::Code)?;
        let order = &found.order;
        let mut changes = Changes::default();
        // The key first: whoever sends the same request at once is told the same.
        changes.write(key.insert(number.as_str(), moment.now));
        let sent = history(order, order.state, "email_code_sent", &by_buyer(), &moment);
        changes.write(sent);
        send_code(&mut changes, order, nth, &moment);
        let written =
            change::write(world, number, &moment.write_token, &changes.statements).await?;
        found = reload(world, number).await?;
        let messages = match written {
            Written::Mine => changes.messages,
            Written::Again(Guard::IdempotencyRepeated) => Vec::new(),
            Written::Again(_) => continue,
        };
        return Ok(Done { found, messages });
    }
    Err(met_others())
}

/// Takes a code that somebody has typed. The right one confirms the address, and completes an order that
/// has nothing to pay; it does so once, and is its own key: typed again it changes nothing.
pub async fn confirm_email<W: World>(
    world: &W,
    settings: &Settings,
    mut found: OrderWithPayments,
    typed: &str,
) -> Result<Done, Failure> {
    let links = settings.links.as_ref().ok_or(Refusal::DoorClosed)?;
    let typed = EmailCode::parse(typed).map_err(|_| Refusal::Code(CodeRefusal::Malformed))?;
    let number = found.order.order_number;
    for _ in 0..ATTEMPTS_MAX {
        let moment = moment(world);
        let Some(code) = to_confirm(&found, &moment)? else {
            return Ok(found.into());
        };
        code.check(moment.now).map_err(Refusal::Code)?;
        if code.is(&typed, links, &found.order.code_for(&code.seed)) {
            let changes = confirmed(&found.order, code, &moment);
            let token = &moment.write_token;
            let written = change::write_and_load(world, number, token, changes.statements).await?;
            if let Some(found) = written {
                let messages = changes.messages;
                return Ok(Done { found, messages });
            }
        } else if let Some(left) = count_try(world, number, code).await? {
            return Err(Refusal::Code(CodeRefusal::Wrong(left)).into());
        }
        found = reload(world, number).await?;
    }
    Err(met_others())
}

/// The code that is to be typed; `None` when nothing is to be confirmed any more.
fn to_confirm<'a>(
    found: &'a OrderWithPayments,
    moment: &Moment,
) -> Result<Option<&'a SentCode>, Failure> {
    match decide(&found.order, OrderEvent::EmailConfirmed, moment.now) {
        Decision::NoChange(_) => Ok(None),
        Decision::Refused(refusal) => Err(refusal.into()),
        Decision::Changed(_) => {
            let code = found.code.as_ref();
            // The first one was sent in the batch that made the order.
            code.map(Some)
                .ok_or_else(|| Fault::Rows("a coupon is held without a code".into()).into())
        }
    }
}

/// The rows of a right code: the try, the confirmation, and what it makes of the order.
fn confirmed(order: &Order, code: &SentCode, moment: &Moment) -> Changes {
    let number = order.order_number;
    let mut cause = by_buyer();
    cause.cause = format!("e-mail code {}", code.nth);
    let mut changes = Changes::default();
    changes.write(email_codes::COUNT_CODE_TRY.bind([number.into(), code.nth.into()]));
    changes.write(email_codes::CODE_CONFIRMED.bind([
        number.into(),
        code.nth.into(),
        moment.now.into(),
    ]));
    changes.write(history(
        order,
        order.state,
        "email_confirmed",
        &cause,
        moment,
    ));
    if order.total_minor > 0 {
        let received = Message::about_order(MessageKind::MailOrderReceived, &number);
        changes.tell(&received, moment.now);
        return changes;
    }
    let order = Order {
        version: order.version.saturating_add(1),
        email_unconfirmed: false,
        ..order.clone()
    };
    cause.reason = "nothing was due".into();
    let completed = confirm_without_payment(&order, &cause, moment);
    changes.statements.extend(completed.statements);
    changes.messages.extend(completed.messages);
    changes
}

#[derive(Record)]
struct Tried {
    tries: u32,
}

/// Counts a wrong try and tells how many are left; `None` when the code is not tried any more, since
/// others were faster.
async fn count_try<W: World>(
    world: &W,
    number: OrderNumber,
    code: &SentCode,
) -> Result<Option<u32>, Fault> {
    let count = email_codes::COUNT_CODE_TRY.bind([number.into(), code.nth.into()]);
    match world.commit(&[count]).await {
        Ok(rows) => {
            let counted: Option<Tried> = rows.first().map_or(Ok(None), Rows::first)?;
            let counted = counted.ok_or_else(|| Fault::Rows("no try was counted".into()))?;
            Ok(Some(TRIES_MAX.saturating_sub(counted.tries)))
        }
        Err(CommitError::Guard(why)) if Guard::from_message(&why).is_race() => Ok(None),
        Err(CommitError::Guard(why)) => Err(Fault::Internal(why)),
        // Counted or not, nobody has learnt anything.
        Err(CommitError::Lost(why)) => Err(Fault::Database(why)),
        Err(CommitError::Fault(fault)) => Err(fault),
    }
}

async fn reload<W: World>(world: &W, number: OrderNumber) -> Result<OrderWithPayments, Failure> {
    let found = change::load(world, number).await?;
    found.ok_or_else(|| Refusal::OrderNotFound.into())
}

fn met_others() -> Failure {
    Fault::Database("a code met others too often".into()).into()
}

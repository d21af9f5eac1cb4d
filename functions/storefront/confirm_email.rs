//! Shows that the address of an order with a coupon is its customer's, so that the coupon is bound to
//! them (A40): sends one-time codes, and takes what was typed.
//!
//! Every try is counted in the batch that tells its outcome, and the schema counts no sixth: whatever
//! is typed at once, five answers are given to one code.

use shared::api::refusal::Refusal;
use shared::config::LinkSecrets;
use shared::email_code::{CodeRefusal, SentCode, TRIES_MAX};
use shared::id::{EmailCode, IdempotencyKey, OrderNumber};
use shared::order::{Decision, Order, OrderEvent, decide};
use shared::outbox::{Message, MessageKey, MessageKind};
use shared::record::Record;
use shared::settle::{Changes, Moment, confirm_without_payment, history};
use shared::store::email_codes;
use shared::store::guard::Guard;

use super::access::open;
use super::start_payment::by_buyer;
use crate::change::{self, OrderWithPayments};
use crate::context::Context;
use crate::digest::sha256_hex;
use crate::failure::Failure;
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

/// What the customer wants.
#[derive(Debug)]
pub enum Wish {
    /// Another code, which takes the place of the one before. Where nothing is to be confirmed nothing
    /// is sent.
    Another(IdempotencyKey),
    /// To confirm the address by what was typed. The right code completes an order that has nothing to
    /// pay. It confirms once, and is its own key: typed again it changes nothing.
    Confirm(EmailCode),
}

impl Wish {
    /// The wish to confirm, by what was typed.
    pub fn typed(text: &str) -> Result<Self, Failure> {
        let code = EmailCode::parse(text).map_err(|_| Refusal::Code(CodeRefusal::Malformed))?;
        Ok(Self::Confirm(code))
    }
}

/// Carries a wish out for an order that the caller may open.
pub async fn confirm_email<W: World>(
    cx: &Context<'_, W>,
    number: &str,
    wish: Wish,
) -> Result<Done, Failure> {
    let links = cx.settings.links.as_ref().ok_or(Refusal::DoorClosed)?;
    let number = OrderNumber::parse(number).map_err(|_| Refusal::OrderNotFound)?;
    let key = match &wish {
        Wish::Another(key) => Some(KeyUse {
            scope: format!("email_code/{}", number.as_str()),
            key: key.clone(),
            request_sha256: sha256_hex(b""),
        }),
        Wish::Confirm(_) => None,
    };
    for _ in 0..ATTEMPTS_MAX {
        let (found, earlier) = open(cx, number, key.as_ref()).await?;
        let moment = moment(cx.world);
        let code = if earlier.is_some() {
            None
        } else {
            to_confirm(&found, &moment)?
        };
        let Some(code) = code else {
            return Ok(found.into());
        };
        let order = &found.order;
        let changes = match (&wish, &key) {
            (Wish::Another(_), Some(key)) => another(order, code, key, &moment)?,
            (Wish::Confirm(typed), _) if is_right(order, code, typed, links, &moment)? => {
                confirmed(order, code, &moment)
            }
            _ => match count_try(cx.world, number, code).await? {
                Some(left) => return Err(Refusal::Code(CodeRefusal::Wrong(left)).into()),
                None => continue,
            },
        };
        let token = &moment.write_token;
        let written = change::write_and_load(cx.world, number, token, changes.statements).await?;
        if let Some(found) = written {
            let messages = changes.messages;
            return Ok(Done { found, messages });
        }
    }
    Err(Fault::Busy("a code, each time".into()).into())
}

/// Whether a code that may be tried is the one that was typed.
fn is_right(
    order: &Order,
    code: &SentCode,
    typed: &EmailCode,
    links: &LinkSecrets,
    moment: &Moment,
) -> Result<bool, Failure> {
    code.check(moment.now).map_err(Refusal::Code)?;
    Ok(code.is(typed, links, &order.code_for(&code.seed)))
}

/// The rows of another code, if one may be sent now. The key comes first: whoever sends the same request
/// at once is told the same.
fn another(
    order: &Order,
    newest: &SentCode,
    key: &KeyUse,
    moment: &Moment,
) -> Result<Changes, Failure> {
    let nth = newest.next(moment.now).map_err(Refusal::Code)?;
    let mut changes = Changes::default();
    changes.write(key.insert(order.order_number.as_str(), moment.now));
    let sent = history(order, order.state, "email_code_sent", &by_buyer(), moment);
    changes.write(sent);
    send_code(&mut changes, order, nth, moment);
    Ok(changes)
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
    if order.due_minor() > 0 {
        let received = Message::about_order(MessageKind::MailOrderReceived, &number);
        changes.tell(&received, moment.now);
        return changes;
    }
    let order = Order {
        version: order.version.saturating_add(1),
        email_unconfirmed: false,
        ..order.clone()
    };
    let paid_by = no_payment(&order);
    cause.reason.clone_from(&paid_by);
    let completed = confirm_without_payment(&order, &paid_by, &cause, moment);
    changes.statements.extend(completed.statements);
    changes.messages.extend(completed.messages);
    changes
}

/// Who has paid an order that no payment of its own pays: nobody, or whoever paid the one that it
/// replaces.
pub(super) fn no_payment(order: &Order) -> String {
    let replaced = order.replaces.filter(|_| order.total_minor > 0);
    replaced.map_or_else(
        || "nothing was due".to_owned(),
        |replaced| format!("paid with order {replaced}"),
    )
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

//! Who may open an order: whoever holds its token, or the cookie it was exchanged for.

use shared::api::refusal::Refusal;
use shared::config::{LinkSecrets, Settings};
use shared::id::{LinkSecret, OrderCookie, OrderNumber, OrderToken};
use shared::order::Order;
use shared::time::Timestamp;

use crate::change::{self, OrderWithPayments};
use crate::context::Context;
use crate::failure::Failure;
use crate::http::Request;
use crate::idempotency::KeyUse;
use crate::world::World;

/// How long a browser may look at an order without its link.
const COOKIE_LIFETIME_S: i64 = 30 * 86_400;

/// Reads the order of a request and checks that the caller may open it. A wrong number and a wrong
/// token are answered alike.
pub async fn open_order<W: World>(
    cx: &Context<'_, W>,
    number: &str,
) -> Result<OrderWithPayments, Failure> {
    let number = OrderNumber::parse(number).map_err(|_| Refusal::OrderNotFound)?;
    let (found, _) = open(cx, number, None).await?;
    Ok(found)
}

/// As [`open_order`], with what a key of the order led to before, in the same read.
pub async fn open_order_with_key<W: World>(
    cx: &Context<'_, W>,
    number: OrderNumber,
    key: &KeyUse,
) -> Result<(OrderWithPayments, Option<String>), Failure> {
    open(cx, number, Some(key)).await
}

/// As [`open_order`], with what a key of the order led to before, if one is asked about.
pub(super) async fn open<W: World>(
    cx: &Context<'_, W>,
    number: OrderNumber,
    key: Option<&KeyUse>,
) -> Result<(OrderWithPayments, Option<String>), Failure> {
    let proof = Proof::of(cx.request, number).ok_or(Refusal::OrderNotFound)?;
    let links = cx.settings.links.as_ref().ok_or(Refusal::DoorClosed)?;
    let mut reads = change::loading(number).to_vec();
    reads.extend(key.map(KeyUse::looking_up));
    let rows = cx.world.query(&reads).await?;
    let found = change::found_in(&rows)?
        .filter(|found| proof.opens(&found.order, links, cx.world.now()))
        .ok_or(Refusal::OrderNotFound)?;
    let earlier = match (key, rows.last()) {
        (Some(key), Some(rows)) => key.earlier(rows)?,
        _ => None,
    };
    Ok((found, earlier))
}

/// Whether a request brings along what opens an order that was read already.
#[must_use]
pub fn can_open<W: World>(cx: &Context<'_, W>, order: &Order) -> bool {
    let proof = Proof::of(cx.request, order.order_number);
    let links = cx.settings.links.as_ref();
    proof
        .zip(links)
        .is_some_and(|(proof, links)| proof.opens(order, links, cx.world.now()))
}

/// What a request brings along to open an order.
enum Proof {
    Token(OrderToken),
    Cookie(OrderCookie),
}

impl Proof {
    fn of(request: &Request, number: OrderNumber) -> Option<Self> {
        // The scheme's name is read in any case (RFC 9110, 11.1).
        let bearer = request
            .header("authorization")
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        if let Some((_, text)) = bearer {
            return OrderToken::parse(text.trim()).ok().map(Self::Token);
        }
        let cookie = request.cookie(&cookie_name(number))?;
        OrderCookie::parse(cookie).ok().map(Self::Cookie)
    }

    fn opens(&self, order: &Order, links: &LinkSecrets, now: Timestamp) -> bool {
        match self {
            Self::Token(token) => order.token_hash.matches(token),
            Self::Cookie(cookie) => {
                std::iter::once(&links.current)
                    .chain(&links.old)
                    .any(|secret| {
                        cookie.order() == order.order_number
                            && cookie.verify(secret, &order.token_hash, now).is_ok()
                    })
            }
        }
    }
}

/// The `Set-Cookie` value that a link is exchanged for.
///
/// `__Host-` binds it to this host over HTTPS (and localhost); `Lax` lets it come along when the
/// provider sends the buyer back.
#[must_use]
pub fn cookie(
    links: &LinkSecrets,
    number: OrderNumber,
    token: &OrderToken,
    now: Timestamp,
) -> String {
    let expires = now.plus(COOKIE_LIFETIME_S);
    let cookie = OrderCookie::issue(&links.current, number, &token.hash(), expires);
    format!(
        "{}={}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={COOKIE_LIFETIME_S}",
        cookie_name(number),
        cookie.value()
    )
}

/// Each order has a cookie of its own, so that opening one closes no other.
fn cookie_name(number: OrderNumber) -> String {
    format!("__Host-order-{}", number.as_str())
}

/// The token of an order under the secret that made it; the current one for a new order.
#[must_use]
pub fn token(links: &LinkSecrets, order: &Order) -> OrderToken {
    OrderToken::derive(secret(links, order), &order.order_number)
}

/// The secret that made an order's token, and makes whatever else its mails carry; the current one where
/// that is gone.
#[must_use]
pub fn secret<'a>(links: &'a LinkSecrets, order: &Order) -> &'a LinkSecret {
    let made = |secret: &&LinkSecret| {
        let token = OrderToken::derive(secret, &order.order_number);
        order.token_hash.matches(&token)
    };
    let mut secrets = std::iter::once(&links.current).chain(&links.old);
    secrets.find(made).unwrap_or(&links.current)
}

/// The link that opens an order, as its mails carry it.
#[must_use]
pub fn link(settings: &Settings, links: &LinkSecrets, order: &Order) -> String {
    link_with(settings, order.order_number, &token(links, order))
}

/// The link that opens an order with its token.
#[must_use]
pub fn link_with(settings: &Settings, number: OrderNumber, token: &OrderToken) -> String {
    format!(
        "{}/orders/{}?token={}",
        settings.base_url,
        number.as_str(),
        token.reveal()
    )
}

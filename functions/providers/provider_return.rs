//! `GET /return/stripe` and `GET /return/paypal`: the buyer's browser comes back. Proves nothing; it
//! makes us ask the provider, settle what it says, and show the order page, which tells the truth
//! either way; or, to a browser that cannot open it, a page that tells nothing of the order.

use shared::api::refusal::Refusal;
use shared::id::PaymentId;
use shared::payment::{Checkout, PaymentFact, PaymentMethod, PaymentState};
use shared::settle::Cause;

use super::{Prompt, ask};
use crate::context::Context;
use crate::failure::Failure;
use crate::http::Reply;
use crate::pages::ProblemPage;
use crate::settle::{load, settle};
use crate::storefront::access::can_open;
use crate::storefront::pages::{frame, show};
use crate::world::World;

/// What a browser is told that cannot open the order, as that of a buyer whom another site sent to
/// pay: what is known, and what to do now.
#[derive(Clone, Copy)]
struct News {
    title: &'static str,
    detail: &'static str,
}

const ARRIVED: News = News {
    title: "Your payment has arrived",
    detail: "We write to you about it. Open your order by the link in our mail.",
};
const CHECKING: News = News {
    title: "We are checking your payment",
    detail: "Please do not pay again: we write to you once it is confirmed. Open your order by the link in our mail to see where it stands.",
};
const NOT_PAID: News = News {
    title: "Nothing was paid this time",
    detail: "Open your order by the link in our mail to see where it stands, or to try again.",
};
/// Whoever seems to have only looked may have paid all the same, and the provider cannot be asked.
const NOT_KNOWN: News = News {
    title: "Please open your order",
    detail: "Use the link in our mail: the order's page says where your payment stands.",
};

/// Sends the browser on to the order's page. A buyer whose means was declined at the last moment goes
/// back to the provider's page to choose another.
pub async fn handle_return<W: World>(
    cx: &Context<'_, W>,
    method: PaymentMethod,
) -> Result<Reply, Failure> {
    let &Context {
        world,
        settings,
        request,
    } = cx;
    let payment_id = request
        .query_value("payment")
        .and_then(|text| PaymentId::parse(&text).ok())
        .ok_or(Refusal::NotFound)?;
    let loaded = load(world, payment_id).await?;
    let loaded = loaded.filter(|loaded| loaded.payment.method == method);
    let loaded = loaded.ok_or(Refusal::NotFound)?;
    let page = can_open(cx, &loaded.order)
        .then(|| format!("/orders/{}", loaded.order.order_number.as_str()));
    // A buyer who comes back brings the checkout's own id along, which nobody else was told.
    let session_id = loaded.payment.session_id.as_deref();
    let mut told = ["session_id", "token"].into_iter();
    let was_there = page.is_some()
        || told.any(|name| {
            let id = request.query_value(name);
            id.is_some() && id.as_deref() == session_id
        });
    let answer = |news| match page {
        Some(page) => Ok(Reply::see_other(page)),
        None => show_news(cx, news),
    };
    if !loaded.payment.state.is_live() {
        let is_paid = loaded.payment.state == PaymentState::Paid;
        return answer(if is_paid { ARRIVED } else { NOT_PAID });
    }
    // Only the address to which a buyer is sent who is done has one of these; it may be made up.
    let mut names = ["session_id", "PayerID"].into_iter();
    let agreed = names.any(|name| request.query_value(name).is_some());
    let prompt = if agreed {
        Prompt::Agreed
    } else {
        Prompt::Routine
    };
    let fact = ask(world, settings, &loaded, prompt).await;
    // They only looked at the payment page and left: not being able to ask is no reason to tell them
    // that we are confirming something.
    if matches!(fact, PaymentFact::Unknown(_)) && !agreed {
        return answer(NOT_KNOWN);
    }
    let cause = Cause {
        actor: format!("provider:{}", method.as_str()),
        cause: "return".into(),
        reason: String::new(),
    };
    let settled = settle(world, loaded, &fact, &cause, &[]).await?;
    let reply = match fact {
        PaymentFact::Open(Checkout { url: Some(url), .. }) if agreed && was_there => {
            Reply::see_other(url)
        }
        PaymentFact::Paid(_) => answer(ARRIVED)?,
        PaymentFact::Processing(_) | PaymentFact::Unknown(_) => answer(CHECKING)?,
        PaymentFact::Open(_)
        | PaymentFact::Failed { .. }
        | PaymentFact::Closed { .. }
        | PaymentFact::Refused { .. } => answer(NOT_PAID)?,
    };
    Ok(reply.delivering(settled.messages))
}

fn show_news<W: World>(cx: &Context<'_, W>, news: News) -> Result<Reply, Failure> {
    let page = ProblemPage {
        frame: frame(cx.settings),
        title: news.title.into(),
        detail: news.detail.into(),
        request_id: cx.request.request_id.clone(),
        again: None,
        next: None,
    };
    show(200, &page)
}

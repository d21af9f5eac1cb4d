//! Asking a provider about a payment now (A21): the form on the order's page, and what came of it.

use serde_json::json;
use shared::field::FieldProblem;
use shared::payment::{Payment, PaymentFact, PaymentMethod, PaymentState};
use shared::staff::{Action, Note, Right};

use super::desk::Desk;
use super::order::{self, Shown};
use super::review::decider;
use super::words::name_of;
use crate::failure::Failure;
use crate::http::Reply;
use crate::pages::staff::{Block, Cell, FieldKind, Form};
use crate::review::{self, Answer, Question};
use crate::world::World;

const PAYMENT: &str = "payment";
const REASON: &str = "ask_reason";

/// The form of whoever may decide, while there is a payment to ask about.
pub(super) fn form(desk: &Desk<'_>, shown: &Shown, problems: &[FieldProblem]) -> Option<Form> {
    if !shown.member.may(Right::Decide) {
        return None;
    }
    let open = at_providers(shown).filter(|payment| payment.state != PaymentState::Paid);
    let mut choices: Vec<(String, String)> = open.map(choice).collect();
    if choices.is_empty() {
        return None;
    }
    choices.insert(0, (String::new(), "Choose which".into()));
    Some(Form {
        heading: "Ask the provider now".into(),
        note: "Money that a provider took is never typed in. Whatever state the payment has here, \
               its provider is asked, and what it says is settled."
            .into(),
        action: format!("{}/ask", order::href(shown.found.order.order_number)),
        hidden: Vec::new(),
        fields: vec![
            desk.field(PAYMENT, "Payment", FieldKind::Choice(choices), problems),
            desk.field(REASON, "Why you ask", FieldKind::Lines, problems),
        ],
        button: "Ask now".into(),
        grave: false,
    })
}

/// `POST /staff/orders/{number}/ask`: that somebody asks stands in the audit before the provider
/// hears of it. The answer is shown at once, since a page that is opened again cannot know it.
pub(super) async fn ask<W: World>(
    world: &W,
    desk: &Desk<'_>,
    number: &str,
) -> Result<Reply, Failure> {
    let shown = order::load(world, desk, number).await?;
    let order_number = shown.found.order.order_number;
    // One of this order's, whatever the form carries.
    let payment = at_providers(&shown)
        .find(|payment| payment.payment_id.as_str() == desk.typed(PAYMENT))
        .ok_or_else(|| FieldProblem::new(PAYMENT, "required", "Please choose a payment."));
    let reason = Note::parse(REASON, desk.typed(REASON));
    let (payment, reason) = match (payment, reason) {
        (Ok(payment), Ok(reason)) => (payment, reason),
        (payment, reason) => {
            let problems: Vec<_> = payment.err().into_iter().chain(reason.err()).collect();
            return order::show(desk, 422, &shown, Vec::new(), &problems, world.now());
        }
    };
    let detail = json!({ "payment_id": payment.payment_id, "reason": reason.as_str() });
    desk.act(
        world,
        Action::AskProvider,
        order_number.as_str(),
        detail,
        [],
    )
    .await?;
    let question = Question {
        order_number,
        payment_id: payment.payment_id,
        reason: reason.as_str().to_owned(),
    };
    let by = decider(&shown.member);
    let answer = review::ask_provider(world, desk.settings, &by, &question).await?;
    let now = order::load(world, desk, number).await?;
    let told = vec![Block::Notice(vec![Cell::text(words(
        payment, &answer, &now,
    ))])];
    let reply = order::show(desk, 200, &now, told, &[], world.now())?;
    Ok(reply.delivering(answer.settled.messages))
}

/// The payments that somebody can be asked about.
fn at_providers(shown: &Shown) -> impl Iterator<Item = &Payment> {
    let payments = shown.found.payments.iter();
    payments.filter(|payment| payment.method != PaymentMethod::Bank)
}

fn choice(payment: &Payment) -> (String, String) {
    let id = payment.payment_id;
    let (method, state) = (name_of(&payment.method), name_of(&payment.state));
    let words = format!("{method}, {}, {state}, {id}", payment.amount().display());
    (id.as_str().to_owned(), words)
}

/// What the provider said about a payment, and where that leaves the order as it is `now`.
fn words(payment: &Payment, answer: &Answer, now: &Shown) -> String {
    let said = match &answer.fact {
        PaymentFact::Paid(receipt) => {
            let amount = receipt.amount.display();
            let outcome = if !answer.settled.changed {
                "That was booked before"
            } else if now.found.aside.held.is_empty() {
                "It is booked now"
            } else {
                "It is booked, and what this order could not take waits in a case below"
            };
            format!("{amount} was paid. {outcome}.")
        }
        PaymentFact::Processing(_) => {
            "the buyer has paid, and the money is on its way. That can take days.".to_owned()
        }
        PaymentFact::Open(_) => "not paid. The buyer can still pay there.".to_owned(),
        PaymentFact::Failed { reason, .. } => format!("not paid, and it will not be: {reason}."),
        PaymentFact::Closed { .. } => "not paid, and it cannot be paid any more.".to_owned(),
        PaymentFact::Refused { .. } => "not paid. No checkout was ever opened there.".to_owned(),
        PaymentFact::Unknown(why) => {
            let id = payment.payment_id;
            return format!("Payment {id} could not be asked about: {why}. Nothing was changed.");
        }
    };
    let provider = name_of(&payment.method);
    format!(
        "About payment {}, {provider} says: {said}",
        payment.payment_id
    )
}

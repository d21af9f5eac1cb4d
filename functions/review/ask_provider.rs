//! Has a provider asked about a payment because staff want to know (A21): the path of cron and of a
//! buyer who comes back, with who and why.
//!
//! Nothing is typed but the reason. What moves is what the provider says, so this may be done about
//! every payment, also one that is over, and by anybody who may decide, also about their own order.

use shared::api::refusal::Refusal;
use shared::config::Settings;
use shared::id::{OrderNumber, PaymentId};
use shared::payment::{PaymentFact, PaymentMethod};

use super::{Decider, cause};
use crate::failure::Failure;
use crate::providers::{Prompt, ask};
use crate::settle::{Settled, load, settle};
use crate::world::World;

/// Which payment is asked about, and why.
#[derive(Debug, Clone)]
pub struct Question {
    /// The order on whose page it was asked.
    pub order_number: OrderNumber,
    /// One of its payments at a provider.
    pub payment_id: PaymentId,
    /// Why, for the history; 1 to 500 characters.
    pub reason: String,
}

/// What the provider said, and what came of it.
#[derive(Debug, Clone)]
pub struct Answer {
    /// What it said.
    pub fact: PaymentFact,
    /// Nothing, when it could not be asked.
    pub settled: Settled,
}

/// Asks, and settles the answer. Without one nothing is changed: what is in doubt is left to cron.
pub async fn ask_provider<W: World>(
    world: &W,
    settings: &Settings,
    by: &Decider,
    question: &Question,
) -> Result<Answer, Failure> {
    let loaded = load(world, question.payment_id).await?;
    let loaded = loaded.filter(|loaded| {
        loaded.order.order_number == question.order_number
            && loaded.payment.method != PaymentMethod::Bank
    });
    let loaded = loaded.ok_or(Refusal::NotFound)?;
    let fact = ask(world, settings, &loaded, Prompt::Routine).await;
    let settled = if let PaymentFact::Unknown(_) = fact {
        Settled::default()
    } else {
        let cause = cause(by, "by hand".to_owned(), &question.reason);
        settle(world, loaded, &fact, &cause, &[]).await?
    };
    Ok(Answer { fact, settled })
}

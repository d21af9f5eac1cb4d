//! The background task: time passes, and webhooks go out.

use std::time::Duration;

use sandbox::{Delivery, DeliveryState, Sandbox};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::app::App;
use super::send::post;

/// How often time is looked at; sessions and orders expire and delayed webhooks leave within this.
const PERIOD: Duration = Duration::from_millis(200);
/// How long a page waits for the shop's answer before it sends the buyer back (Stripe documentation,
/// "Fulfill orders": up to 10 seconds).
const REDIRECT_WAIT: Duration = Duration::from_secs(10);

/// Delivers what is due, for ever.
pub(crate) async fn run(app: App) {
    loop {
        let due = app.peek(Sandbox::due_deliveries);
        if !due.is_empty() {
            tokio::spawn(deliver_in_order(app.clone(), due));
        }
        tokio::select! {
            () = app.something_due() => {}
            () = sleep(PERIOD) => {}
        }
    }
}

/// Waits until an event of either provider was answered, well or badly, but no longer than Stripe's
/// page does.
pub(crate) async fn wait_for_answer(app: &App, event_id: &str) {
    let wait = async {
        while !app.peek(|sandbox, _| is_answered(sandbox, event_id)) {
            let _ = timeout(PERIOD, app.something_delivered()).await;
        }
    };
    let _ = timeout(REDIRECT_WAIT, wait).await;
}

fn is_answered(sandbox: &Sandbox, event_id: &str) -> bool {
    let (stripe, paypal) = (&sandbox.stripe, &sandbox.paypal);
    let mut attempts = stripe.deliveries().iter().chain(paypal.deliveries());
    attempts.any(|attempt| {
        attempt.event_id == event_id
            && matches!(
                attempt.state,
                DeliveryState::Acknowledged | DeliveryState::Failed(_)
            )
    })
}

/// One event after the other, so that an order is an order; copies of one event at the same time.
async fn deliver_in_order(app: App, due: Vec<Delivery>) {
    for copies in due.chunk_by(|one, next| one.event_id == next.event_id) {
        let mut running = JoinSet::new();
        for delivery in copies {
            running.spawn(deliver(app.clone(), delivery.clone()));
        }
        running.join_all().await;
    }
}

async fn deliver(app: App, delivery: Delivery) {
    let status = post(&delivery.url, &delivery.headers, delivery.body).await;
    let shown = status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
    println!(
        "webhook {} {} attempt {}: {shown}",
        delivery.event_type, delivery.event_id, delivery.attempt
    );
    app.with(|sandbox, now| sandbox.delivered(now, delivery.id, status));
    app.tell_delivered();
}

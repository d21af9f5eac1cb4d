//! A proof that nobody has looked at for 30 minutes: staff are alerted and the buyer is told, once
//! each (A35, A37).

use serde_json::json;
use shared::case::{Case, CaseKind};
use shared::outbox::{Message, MessageKey};
use shared::payment::{PaymentState, UNCONFIRMED_AFTER_S};
use shared::proof::Proof;
use shared::settle::{Cause, Changes, Moment, history};
use shared::store::payments;

use super::commit;
use crate::change::{self, OrderWithPayments, Written};
use crate::settle::{Loaded, moment};
use crate::world::{Fault, World};

/// Handles one leased bank payment. The lease has put its question off, so every way out of here
/// says when to come back, if at all.
pub(super) async fn remind_reviewers<W: World>(
    world: &W,
    loaded: &Loaded,
) -> Result<Vec<MessageKey>, Fault> {
    let order_number = loaded.order.order_number;
    let Some(found) = change::load(world, order_number).await? else {
        return Err(Fault::Internal("a payment has no order".into()));
    };
    let payment_id = loaded.payment.payment_id;
    let due = |at: Option<_>| payments::PAYMENT_DUE.bind([payment_id.into(), at.into()]);
    let moment = moment(world);
    let Some(proof) = waiting(&found, loaded) else {
        return commit(world, &[due(None)]).await.map(|_| Vec::new());
    };
    let promised = proof.uploaded_at.plus(UNCONFIRMED_AFTER_S);
    if moment.now < promised {
        return commit(world, &[due(Some(promised))])
            .await
            .map(|_| Vec::new());
    }
    let mut changes = told(&found, proof, &moment);
    changes.write(due(None));
    let token = &moment.write_token;
    match change::write(world, order_number, token, &changes.statements).await? {
        Written::Mine => Ok(changes.messages),
        // Somebody decides right now; the lease ends, and then it is seen what is left to do.
        Written::Again(_) => Ok(Vec::new()),
    }
}

/// The proof that the payment waits with, if nobody was reminded of it yet.
fn waiting<'a>(found: &'a OrderWithPayments, loaded: &Loaded) -> Option<&'a Proof> {
    let payment_id = loaded.payment.payment_id;
    let live = found.live().filter(|live| {
        live.payment_id == payment_id
            && live.state == PaymentState::Processing
            && live.unconfirmed_at.is_none()
    });
    let waiting = found.bank.waiting();
    waiting.filter(|proof| live.is_some() && proof.payment_id == payment_id)
}

fn told(found: &OrderWithPayments, proof: &Proof, moment: &Moment) -> Changes {
    let order = &found.order;
    let cause = Cause {
        actor: "cron".into(),
        cause: format!("proof {}", proof.proof_id.as_str()),
        reason: "nobody has looked at it for 30 minutes".into(),
    };
    let mut changes = Changes::default();
    changes.write(history(order, order.state, "review_late", &cause, moment));
    changes.write(payments::PAYMENT_UNCONFIRMED.bind([proof.payment_id.into(), moment.now.into()]));
    let unreviewed = Case {
        kind: CaseKind::ProofUnreviewed,
        subject: proof.proof_id.as_str().to_owned(),
        order_number: Some(order.order_number),
        evidence: json!({
            "payment_id": proof.payment_id,
            "account": proof.bank_account_id,
            "due": order.due(),
            "handed_in": proof.uploaded_at.readable(),
        }),
    };
    changes.open_case(&unreviewed, moment.now);
    changes.tell(&Message::review_late(proof), moment.now);
    changes
}

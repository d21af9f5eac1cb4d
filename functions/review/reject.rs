//! Turns a proof down, with a reason that the buyer reads.

use shared::config::Settings;
use shared::id::ProofId;
use shared::proof::RejectionCode;
use shared::review;

use super::approve::load_waiting;
use super::{Decided, Decider, Written, cause, done, refused, terms, write};
use crate::failure::Failure;
use crate::settle::{ATTEMPTS_MAX, moment};
use crate::world::{Fault, World};

/// Why a proof is turned down.
#[derive(Debug, Clone)]
pub struct Rejection {
    /// The proof.
    pub proof_id: ProofId,
    /// The version of the order that the decider has seen.
    pub seen: u32,
    /// Why.
    pub code: RejectionCode,
    /// In words, for the buyer; may be empty, at most 500 characters.
    pub reason: String,
}

/// Turns it down.
pub async fn reject<W: World>(
    world: &W,
    settings: &Settings,
    by: &Decider,
    rejection: &Rejection,
) -> Result<Decided, Failure> {
    let proof_id = rejection.proof_id;
    let cause = cause(
        by,
        format!("proof {}", proof_id.as_str()),
        &rejection.reason,
    );
    let mut trouble = String::new();
    for _ in 0..ATTEMPTS_MAX {
        let loaded = load_waiting(world, proof_id, rejection.seen).await?;
        let rejected_before = loaded.found.bank.rejected();
        let moment = moment(world);
        let code = rejection.code;
        let changes = review::reject(
            loaded.subject(),
            code,
            rejected_before,
            &terms(settings),
            &cause,
            &moment,
        )
        .map_err(refused)?;
        let order = &loaded.found.order;
        match write(world, order, &moment.write_token, &changes.statements).await? {
            Written::Mine => return Ok(done(changes)),
            Written::NotThere(why) => trouble = why,
        }
    }
    Err(Fault::Database(trouble).into())
}

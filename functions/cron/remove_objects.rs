//! Removes objects from R2: uploads that no proof has claimed (S67), and proofs whose time is over.
//! The row goes after the object, so that none is left behind.

use shared::id::ProofId;
use shared::store::bank;

use super::commit;
use super::lease::RemovalRow;
use crate::world::{Fault, World};

/// Handles one leased removal. A lost answer does no harm: removing again is as good as once.
pub(super) async fn remove_object<W: World>(world: &W, row: &RemovalRow) -> Result<(), Fault> {
    world.delete_blob(&row.object_key).await?;
    let mut rows = vec![bank::REMOVAL_DONE.bind([row.object_key.as_str().into()])];
    if let Some(proof_id) = &row.proof_id {
        let proof_id = ProofId::parse(proof_id).map_err(|error| Fault::Rows(error.to_string()))?;
        rows.push(bank::PROOF_REMOVED.bind([proof_id.into(), world.now().into()]));
    }
    commit(world, &rows).await.map(|_| ())
}

//! `/staff/proofs/{proof}`: the document itself, which a stranger made. It goes to reviewers only, is
//! never kept by a browser, and runs nothing: a picture is shown in a sandbox, anything else is saved.

use shared::api::refusal::Refusal;
use shared::id::ProofId;
use shared::proof::{MediaType, Proof, file};
use shared::store::bank;

use super::desk::Desk;
use crate::failure::Failure;
use crate::http::Reply;
use crate::world::{Rows, World};

/// Nothing of the document is run or loaded, and it is nobody's origin.
const POLICY: &str = "default-src 'none'; sandbox; frame-ancestors 'none'";

/// `GET /staff/proofs/{proof}`. An unknown document and one whose time is over are told alike (S68).
pub(super) async fn send<W: World>(
    world: &W,
    desk: &Desk<'_>,
    name: &str,
) -> Result<Reply, Failure> {
    let reads = ProofId::parse(name).map(|id| bank::PROOF_BY_ID.bind([id.into()]));
    let (_, rows) = desk.load(world, reads).await?;
    let proof: Option<Proof> = rows.first().map_or(Ok(None), Rows::first)?;
    let proof = proof.ok_or(Refusal::ProofNotFound)?;
    let bytes = world.get_blob(&proof.object_key).await?;
    let bytes = bytes.ok_or(Refusal::ProofNotFound)?;
    let place = if is_picture(&proof, &bytes) {
        "inline"
    } else {
        "attachment"
    };
    // The name is ours: what the buyer's browser called it is text for people, and no header.
    let file = format!(
        "{}.{}",
        proof.proof_id.as_str(),
        proof.media_type.extension()
    );
    Ok(Reply::empty(200)
        .with_body(proof.media_type.as_str(), bytes)
        .with_header(
            "content-disposition",
            format!("{place}; filename=\"{file}\""),
        )
        .with_header("content-security-policy", POLICY)
        .with_header("referrer-policy", "no-referrer"))
}

/// Whether a browser may show it. What the store holds is looked at again: the rules may have become
/// stricter since the upload.
fn is_picture(proof: &Proof, bytes: &[u8]) -> bool {
    proof.media_type != MediaType::Pdf
        && file::inspect(bytes).is_ok_and(|found| found.media_type == proof.media_type)
}

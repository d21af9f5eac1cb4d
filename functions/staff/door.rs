//! Who is at the staff door: an assertion of Cloudflare Access, judged on every request.
//!
//! The platform lets nobody through to a hostname that Access guards, but other ways may lead to the
//! same Worker. So nothing is believed here but the assertion, and without a configured team nobody
//! comes in.

use serde_json::json;
use shared::access::{Access, AccessError, Key, KeyLookup, SignedIn};
use shared::api::refusal::Refusal;

use crate::context::Context;
use crate::failure::Failure;
use crate::http::Request;
use crate::world::{Fault, World};

/// What Access puts on every request that it lets through, and its cookie on the same hostname.
const HEADER: &str = "cf-access-jwt-assertion";
const COOKIE: &str = "CF_Authorization";

/// Says who sent a request; a 401 for everybody who does not prove it.
pub(super) async fn sign_in<W: World>(cx: &Context<'_, W>) -> Result<SignedIn, Failure> {
    let &Context {
        world,
        settings,
        request,
    } = cx;
    let Some(access) = &settings.access else {
        return Err(refuse(world, request, "the door is not set up").into());
    };
    // A header that is not believed is not made good by a cookie.
    let Some(assertion) = request.header(HEADER).or_else(|| request.cookie(COOKIE)) else {
        return Err(refuse(world, request, "there is no assertion").into());
    };
    judge(world, access, assertion)
        .await?
        .map_err(|error| refuse(world, request, &error.to_string()).into())
}

/// Keeps on record that somebody was turned away; nothing of what they sent.
pub(super) fn refuse<W: World>(world: &W, request: &Request, because: &str) -> Refusal {
    world.log(&json!({
        "level": "warn",
        "message": "a request of staff was refused",
        "because": because,
        "request_id": request.request_id,
    }));
    Refusal::NotSignedIn
}

async fn judge<W: World>(
    world: &W,
    access: &Access,
    text: &str,
) -> Result<Result<SignedIn, AccessError>, Fault> {
    let assertion = match access.read(text, world.now()) {
        Ok(assertion) => assertion,
        Err(error) => return Ok(Err(error)),
    };
    let Some(key) = key_of(world, access, assertion.key_id()).await? else {
        return Ok(Err(AccessError::UnknownKey));
    };
    let pending = assertion.pending(&key);
    let check = pending.check();
    let is_right = world
        .verify_rsa(&check.spki, &check.message, &check.signature)
        .await?;
    Ok(pending.conclude(is_right))
}

/// Finds a key of the team; `None` when the team has no such key.
async fn key_of<W: World>(world: &W, access: &Access, key_id: &str) -> Result<Option<Key>, Fault> {
    let look_up = || world.recall(|memory| memory.access_keys.look_up(key_id, world.now()));
    let mut found = look_up();
    if found == KeyLookup::Fetch {
        let answer = world
            .send(&access.keys_request())
            .await
            .map_err(|error| Fault::Provider(format!("the keys of Access: {error}")))?;
        world.recall(|memory| memory.access_keys.keep(&answer, world.now()));
        found = look_up();
    }
    match found {
        KeyLookup::Known(key) => Ok(Some(key)),
        KeyLookup::Unknown => Ok(None),
        KeyLookup::Fetch | KeyLookup::Undecided => Err(Fault::Provider(
            "the keys of Access could not be had".into(),
        )),
    }
}

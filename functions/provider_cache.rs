//! What was fetched from a provider, kept for all isolates until it ends.
//!
//! Never fails: what cannot be looked up is fetched anew, and what cannot be kept will be fetched
//! again. Values are as good as secrets and stand in no log line.

use serde_json::json;
use shared::record::Record;
use shared::statement::Statement;
use shared::store::provider_cache;
use shared::time::Timestamp;

use crate::world::World;

/// What is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A bearer token of PayPal's API, by [`shared::provider::paypal::PayPalApi::token_scope`].
    PayPalToken,
    /// The public key of a PayPal certificate that was found to be in order, by its address.
    PayPalKey,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::PayPalToken => "paypal_token",
            Self::PayPalKey => "paypal_key",
        }
    }
}

/// Something kept.
#[derive(Clone, PartialEq, Eq, Record)]
pub struct Cached {
    /// As it was put in.
    pub value: String,
    /// When it is of no use any more.
    pub expires_at: Timestamp,
}

/// Finds what is kept and has not ended.
pub async fn find<W: World>(world: &W, kind: Kind, key: &str) -> Option<Cached> {
    let find =
        provider_cache::FIND_CACHED.bind([kind.as_str().into(), key.into(), world.now().into()]);
    let found = match world.query(&[find]).await {
        Ok(rows) => rows.first().map_or(Ok(None), crate::world::Rows::first),
        Err(fault) => Err(fault),
    };
    found.unwrap_or_else(|fault| {
        complain(world, kind, &fault.to_string());
        None
    })
}

/// Keeps something; what was kept under the key before goes.
pub async fn put<W: World>(world: &W, kind: Kind, key: &str, cached: &Cached) {
    let put = provider_cache::PUT_CACHED.bind([
        kind.as_str().into(),
        key.into(),
        cached.value.as_str().into(),
        cached.expires_at.into(),
    ]);
    write(world, kind, put).await;
}

/// Forgets a value, unless another has taken its place meanwhile.
pub async fn forget<W: World>(world: &W, kind: Kind, key: &str, value: &str) {
    let forget =
        provider_cache::FORGET_CACHED.bind([kind.as_str().into(), key.into(), value.into()]);
    write(world, kind, forget).await;
}

async fn write<W: World>(world: &W, kind: Kind, statement: Statement) {
    if let Err(error) = world.commit(&[statement]).await {
        complain(world, kind, &error.to_string());
    }
}

fn complain<W: World>(world: &W, kind: Kind, why: &str) {
    world.log(&json!({ "level": "warn", "cache": kind.as_str(), "message": why }));
}

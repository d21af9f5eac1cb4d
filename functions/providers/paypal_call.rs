//! Calls of PayPal's API: each carries a bearer token, which is shared by all of them.
//!
//! The token is remembered by the isolate, kept for the others, and renewed five minutes before its
//! end. Renewals that meet are harmless, since PayPal takes every token that it gave out. Invariants:
//! no log line and no error has a token in it; a request is sent again only when PayPal refused its
//! token, so that it has had no effect.

use shared::answer::Answer;
use shared::config::PayPalSettings;
use shared::http::{InResponse, OutRequest};
use shared::provider::paypal::AccessToken;
use shared::provider::paypal::token::read_token;

use crate::provider_cache::{self, Cached, Kind};
use crate::world::World;

/// Sends the request that `with` makes of a token. One that PayPal does not take any more is
/// forgotten and replaced, once. An error is an unknown outcome and says why, for the log.
pub async fn call<W: World>(
    world: &W,
    paypal: &PayPalSettings,
    with: impl Fn(&AccessToken) -> OutRequest,
) -> Result<InResponse, String> {
    let token = token(world, paypal).await?;
    let response = send(world, &with(&token)).await?;
    if response.status != 401 {
        return Ok(response);
    }
    forget(world, paypal, &token).await;
    let token = self::token(world, paypal).await?;
    send(world, &with(&token)).await
}

/// A usable token: from memory, from the database, or from PayPal.
async fn token<W: World>(world: &W, paypal: &PayPalSettings) -> Result<AccessToken, String> {
    let scope = paypal.api.token_scope();
    let now = world.now();
    let remembered = world.recall(|memory| memory.paypal_token.clone());
    let remembered = remembered.filter(|(of, token)| *of == scope && token.is_usable(now));
    if let Some((_, token)) = remembered {
        return Ok(token);
    }
    let kept = provider_cache::find(world, Kind::PayPalToken, &scope).await;
    let kept = kept.and_then(|kept| AccessToken::restore(&kept.value, kept.expires_at));
    let token = match kept.filter(|token| token.is_usable(now)) {
        Some(token) => token,
        None => fetch(world, paypal, &scope).await?,
    };
    world.recall(|memory| memory.paypal_token = Some((scope, token.clone())));
    Ok(token)
}

async fn fetch<W: World>(
    world: &W,
    paypal: &PayPalSettings,
    scope: &str,
) -> Result<AccessToken, String> {
    let asked_at = world.now();
    let response = send(world, &paypal.api.token()).await?;
    match read_token(&response, asked_at) {
        Answer::Done(token) => {
            let cached = Cached {
                value: token.expose().to_owned(),
                expires_at: token.expires_at(),
            };
            provider_cache::put(world, Kind::PayPalToken, scope, &cached).await;
            Ok(token)
        }
        Answer::Refused(refusal) => Err(format!(
            "PayPal does not take our credentials: {}",
            refusal.code
        )),
        Answer::Unknown(why) => Err(why),
    }
}

async fn forget<W: World>(world: &W, paypal: &PayPalSettings, token: &AccessToken) {
    world.recall(|memory| memory.paypal_token = None);
    let scope = paypal.api.token_scope();
    provider_cache::forget(world, Kind::PayPalToken, &scope, token.expose()).await;
}

async fn send<W: World>(world: &W, request: &OutRequest) -> Result<InResponse, String> {
    world.send(request).await.map_err(|error| error.to_string())
}

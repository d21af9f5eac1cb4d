//! Whether a delivery is PayPal's: the checks of `shared::provider::paypal::signature`, in their
//! order.
//!
//! In scope: where the key comes from (the isolate's memory, the database, PayPal's endpoint), the
//! platform's verdict on every signature, and PayPal's own where a certificate has an issuer that
//! nobody told us about. The invariants: a certificate is kept only when all signatures of its path
//! are right; what cannot be decided is neither believed nor refused; and an address that the
//! sender makes up costs at most six reads and fetches a minute in each isolate.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use shared::config::PayPalSettings;
use shared::provider::paypal::answer::{Reply, read_verification};
use shared::provider::paypal::signature::{
    CertificateReading, Delivery, DeliveryError, KeyLookup, Pending, Proven, TrustedKey,
};

use super::paypal_call::call;
use crate::provider_cache::{self, Cached, Kind};
use crate::world::World;

/// Why a delivery is not proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doubt {
    /// It is not PayPal's.
    Refused(DeliveryError),
    /// Nobody can tell now; PayPal is to send it again. The text is for the log.
    Undecided(String),
}

impl From<DeliveryError> for Doubt {
    fn from(error: DeliveryError) -> Self {
        Self::Refused(error)
    }
}

/// Proves a delivery.
pub async fn prove<'a, W: World>(
    world: &W,
    paypal: &PayPalSettings,
    delivery: &Delivery<'a>,
) -> Result<Proven<'a>, Doubt> {
    let (url, now) = (delivery.cert_url(), world.now());
    let remembered = world.recall(|memory| memory.paypal_keys.look_up(url, now));
    let key = match remembered {
        KeyLookup::Known(key) => Some(key),
        KeyLookup::AskPayPal => return judged_by_paypal(world, paypal, delivery).await,
        KeyLookup::Fetch => kept(world, delivery).await,
        KeyLookup::Exhausted => {
            let why = "too many certificates were named";
            return Err(Doubt::Undecided(why.into()));
        }
    };
    match key.and_then(|key| delivery.with_key(&key, now)) {
        Some(pending) => conclude(world, pending, false).await,
        None => prove_by_certificate(world, paypal, delivery).await,
    }
}

/// The key that another isolate found to be in order.
async fn kept<W: World>(world: &W, delivery: &Delivery<'_>) -> Option<TrustedKey> {
    let url = delivery.cert_url();
    let kept = provider_cache::find(world, Kind::PayPalKey, url.as_str()).await?;
    let spki = STANDARD.decode(&kept.value).ok()?;
    let key = TrustedKey::new(url.clone(), spki, kept.expires_at);
    world.recall(|memory| memory.paypal_keys.keep(key.clone()));
    Some(key)
}

async fn prove_by_certificate<'a, W: World>(
    world: &W,
    paypal: &PayPalSettings,
    delivery: &Delivery<'a>,
) -> Result<Proven<'a>, Doubt> {
    let request = paypal.api.certificate(delivery.cert_url());
    let response = world.send(&request).await;
    let response = response.map_err(|error| Doubt::Undecided(error.to_string()))?;
    match delivery.with_certificate(&response, &paypal.authorities, world.now()) {
        CertificateReading::Pending(pending) => conclude(world, *pending, true).await,
        CertificateReading::UnknownIssuer => {
            world.log(&json!({
                "level": "warn",
                "message": "PayPal's certificate has an unknown issuer: add it to PAYPAL_CA_PEM",
                "certificate": delivery.cert_url().as_str(),
            }));
            let proven = judged_by_paypal(world, paypal, delivery).await?;
            world.recall(|memory| memory.paypal_keys.leave_to_paypal(delivery.cert_url()));
            Ok(proven)
        }
        CertificateReading::Refused(error) => Err(error.into()),
        CertificateReading::Undecidable(why) => Err(Doubt::Undecided(why.into())),
    }
}

/// Lets the platform check every signature, and reads the verdict once it has all of them.
async fn conclude<'a, W: World>(
    world: &W,
    pending: Pending<'a>,
    is_new: bool,
) -> Result<Proven<'a>, Doubt> {
    let mut results = Vec::new();
    for check in pending.checks() {
        let verdict = world.verify_rsa(&check.spki, &check.message, &check.signature);
        let verdict = verdict.await;
        results.push(verdict.map_err(|fault| Doubt::Undecided(fault.to_string()))?);
    }
    let conclusion = pending.conclude(&results);
    if let Some(key) = conclusion.key.filter(|_| is_new) {
        keep(world, key).await;
    }
    Ok(conclusion.delivery?)
}

async fn keep<W: World>(world: &W, key: TrustedKey) {
    let cached = Cached {
        value: STANDARD.encode(key.spki()),
        expires_at: key.not_after(),
    };
    let url = key.cert_url().as_str().to_owned();
    world.recall(|memory| memory.paypal_keys.keep(key));
    provider_cache::put(world, Kind::PayPalKey, &url, &cached).await;
}

/// Asks PayPal, where its certificate comes from an issuer that is not in our list.
async fn judged_by_paypal<'a, W: World>(
    world: &W,
    paypal: &PayPalSettings,
    delivery: &Delivery<'a>,
) -> Result<Proven<'a>, Doubt> {
    // What is no JSON is no event, and PayPal's simulator is judged by nobody.
    let postback = delivery.postback().ok_or(DeliveryError::Disowned)?;
    let asked = call(world, paypal, |token| {
        paypal.api.verify_webhook(token, &postback)
    });
    let response = asked.await.map_err(Doubt::Undecided)?;
    match read_verification(&response) {
        Reply::Done(verdict) => Ok(delivery.judged_by_paypal(verdict)?),
        Reply::Unknown(why) => Err(Doubt::Undecided(why)),
        Reply::NotFound(refusal) | Reply::Refused(refusal) => {
            Err(Doubt::Undecided(refusal.message))
        }
        Reply::TokenRefused => Err(Doubt::Undecided("PayPal refuses our token".into())),
    }
}

//! What an isolate remembers between requests.
//!
//! In scope: things that can be fetched again. Out of scope: anything that a decision depends on,
//! since an isolate may end at any moment, and others know nothing of it. The invariant: losing all
//! of it costs fetches and nothing else.

use shared::access::KeyRing;
use shared::provider::paypal::AccessToken;
use shared::provider::paypal::signature::KeyCache;

/// The memory of one isolate. Bounded by its type.
#[derive(Debug, Default)]
pub struct Memory {
    /// PayPal's bearer token, and whose it is ([`shared::provider::paypal::PayPalApi::token_scope`]).
    pub paypal_token: Option<(String, AccessToken)>,
    /// The keys of PayPal's certificates.
    pub paypal_keys: KeyCache,
    /// The keys of the team that staff sign in with.
    pub access_keys: KeyRing,
}

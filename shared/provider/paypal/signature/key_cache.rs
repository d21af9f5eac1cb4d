//! The keys of one isolate, and how often it may fetch a certificate or let PayPal judge.
//!
//! A certificate's address is the sender's choice among 2^96, so all of it is bounded: forgeries cost
//! a few requests a minute and no memory. Kept in an isolate's memory; losing it costs one fetch.

use super::{CertUrl, TrustedKey};
use crate::time::Timestamp;

/// PayPal uses one certificate at a time, and two around a change; the simulator has its own.
const KEYS_MAX: usize = 4;
/// Fetches in one minute.
const FETCHES_MAX: u8 = 6;
/// Deliveries in one minute that PayPal is asked about without a fetch.
const ASKS_MAX: u8 = 60;
const MINUTE_S: i64 = 60;

/// Keys that were found to be in order, the newest last.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeyCache {
    keys: Vec<TrustedKey>,
    /// Where a certificate has an issuer that is not in our list, and PayPal has called a delivery
    /// under it its own; the newest last.
    left_to_paypal: Vec<CertUrl>,
    window_start: Timestamp,
    fetches: u8,
    asks: u8,
}

/// What the cache knows of an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyLookup {
    /// The key.
    Known(TrustedKey),
    /// That we cannot judge what was sent under it: let PayPal, which is counted.
    AskPayPal,
    /// Nothing; the certificate may be fetched, and the fetch is counted.
    Fetch,
    /// Nothing that can be done now, since too much was done in this minute: answer 503, so that a genuine delivery comes again.
    Exhausted,
}

impl KeyCache {
    /// An empty cache.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            keys: Vec::new(),
            left_to_paypal: Vec::new(),
            window_start: Timestamp(0),
            fetches: 0,
            asks: 0,
        }
    }

    /// Finds a key that has not ended, or says whether its certificate may be fetched.
    pub fn look_up(&mut self, url: &CertUrl, now: Timestamp) -> KeyLookup {
        self.keys.retain(|key| key.is_valid(now));
        if let Some(key) = self.keys.iter().find(|key| key.cert_url() == url) {
            return KeyLookup::Known(key.clone());
        }
        // A clock that was set back opens a new window as well.
        if !(0..MINUTE_S).contains(&now.seconds_since(self.window_start)) {
            self.window_start = now;
            self.fetches = 0;
            self.asks = 0;
        }
        let (count, max, allowed) = if self.left_to_paypal.contains(url) {
            (&mut self.asks, ASKS_MAX, KeyLookup::AskPayPal)
        } else {
            (&mut self.fetches, FETCHES_MAX, KeyLookup::Fetch)
        };
        if *count >= max {
            return KeyLookup::Exhausted;
        }
        *count = count.saturating_add(1);
        allowed
    }

    /// Remembers that PayPal called a delivery its own whose certificate has an issuer that is not in
    /// our list.
    pub fn leave_to_paypal(&mut self, url: &CertUrl) {
        self.left_to_paypal.retain(|kept| kept != url);
        self.left_to_paypal.push(url.clone());
        if self.left_to_paypal.len() > KEYS_MAX {
            self.left_to_paypal.remove(0);
        }
    }

    /// Keeps a key that a [`super::Conclusion`] brought; the oldest goes when there are too many.
    pub fn keep(&mut self, key: TrustedKey) {
        self.keys.retain(|kept| kept.cert_url() != key.cert_url());
        self.keys.push(key);
        if self.keys.len() > KEYS_MAX {
            self.keys.remove(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::Mode;

    const NOW: Timestamp = Timestamp(1_795_290_000);

    fn url(number: u32) -> CertUrl {
        let text = format!(
            "https://api.paypal.com/v1/notifications/certs/CERT-{number:08x}-00000000-00000000"
        );
        CertUrl::parse(&text, Mode::Live).unwrap()
    }

    fn key(number: u32) -> TrustedKey {
        TrustedKey::new(url(number), vec![7], NOW.plus(100))
    }

    #[test]
    fn a_kept_key_is_found_until_its_certificate_ends() {
        let mut cache = KeyCache::new();
        cache.keep(key(1));
        for (age_s, expected) in [
            (0, KeyLookup::Known(key(1))),
            (100, KeyLookup::Known(key(1))),
            (101, KeyLookup::Fetch),
        ] {
            assert_eq!(cache.look_up(&url(1), NOW.plus(age_s)), expected, "{age_s}");
        }
        assert_eq!(cache.keys, []);
    }

    #[test]
    fn keys_of_different_addresses_are_not_confused() {
        let mut cache = KeyCache::new();
        cache.keep(key(1));
        assert_eq!(cache.look_up(&url(2), NOW), KeyLookup::Fetch);
        cache.keep(key(2));
        assert_eq!(cache.look_up(&url(1), NOW), KeyLookup::Known(key(1)));
        assert_eq!(cache.look_up(&url(2), NOW), KeyLookup::Known(key(2)));
    }

    #[test]
    fn what_paypal_judges_is_counted_apart_and_forgotten_in_turn() {
        let mut cache = KeyCache::new();
        for number in 0..5 {
            cache.leave_to_paypal(&url(number));
            cache.leave_to_paypal(&url(number));
        }
        assert_eq!(cache.look_up(&url(0), NOW), KeyLookup::Fetch, "the oldest");
        for _ in 0..60 {
            assert_eq!(cache.look_up(&url(4), NOW), KeyLookup::AskPayPal);
        }
        assert_eq!(cache.look_up(&url(4), NOW), KeyLookup::Exhausted);
        assert_eq!(cache.look_up(&url(0), NOW), KeyLookup::Fetch);
        assert_eq!(cache.look_up(&url(4), NOW.plus(60)), KeyLookup::AskPayPal);
        cache.keep(key(4));
        assert_eq!(cache.look_up(&url(4), NOW), KeyLookup::Known(key(4)));
    }

    #[test]
    fn memory_and_fetches_are_bounded() {
        let mut cache = KeyCache::new();
        for number in 0..100 {
            cache.keep(key(number));
            cache.keep(key(number));
        }
        assert_eq!(cache.keys, [key(96), key(97), key(98), key(99)]);

        let fetches = |cache: &mut KeyCache, now| {
            (0..50)
                .filter(|number| cache.look_up(&url(*number), now) == KeyLookup::Fetch)
                .count()
        };
        assert_eq!(fetches(&mut cache, NOW), 6);
        assert_eq!(fetches(&mut cache, NOW.plus(59)), 0);
        assert_eq!(cache.look_up(&url(1), NOW.plus(59)), KeyLookup::Exhausted);
        assert_eq!(
            cache.look_up(&url(97), NOW.plus(59)),
            KeyLookup::Known(key(97))
        );
        assert_eq!(fetches(&mut cache, NOW.plus(60)), 6);
        assert_eq!(fetches(&mut cache, NOW), 6, "a clock that was set back");
    }
}

//! The settings of the tests' shops: every door open, all of them at the sandbox.

use sandbox::config::{
    LOCAL_ACCESS_AUD, LOCAL_MAIL_KEY, LOCAL_PAYPAL_CLIENT_ID, LOCAL_PAYPAL_SECRET,
    LOCAL_PAYPAL_WEBHOOK_ID, LOCAL_RELEASE_SECRET, LOCAL_STRIPE_KEY, LOCAL_WEBHOOK_SECRET,
};
use shared::config::Settings;

/// Where the shops of the tests are.
pub const HERE: &str = "http://127.0.0.1:8787";

/// Who issued the certificates that the sandbox signs with.
const PAYPAL_CA_PEM: &str = concat!(
    include_str!("../sandbox/certs/root.pem"),
    include_str!("../sandbox/certs/intermediate.pem"),
);

/// The settings of every test.
const DEFAULTS: [(&str, &str); 25] = [
    ("SHOP_NAME", "Lumen Tools"),
    ("BASE_URL", HERE),
    ("MODE", "test"),
    ("STRIPE_BASE", "http://127.0.0.1:8790/stripe"),
    ("STRIPE_SECRET_KEY", LOCAL_STRIPE_KEY),
    ("STRIPE_WEBHOOK_SECRET", LOCAL_WEBHOOK_SECRET),
    ("CHECKOUT_ORIGIN", "http://127.0.0.1:8790"),
    ("PAYPAL_BASE", "http://127.0.0.1:8790/paypal"),
    ("PAYPAL_CHECKOUT_ORIGIN", "http://127.0.0.1:8790/paypal"),
    ("PAYPAL_CLIENT_ID", LOCAL_PAYPAL_CLIENT_ID),
    ("PAYPAL_SECRET", LOCAL_PAYPAL_SECRET),
    ("PAYPAL_WEBHOOK_ID", LOCAL_PAYPAL_WEBHOOK_ID),
    ("PAYPAL_CA_PEM", PAYPAL_CA_PEM),
    ("LINK_SECRET", "5f0c9a7be1d24386b7c0fd3391a2e84d"),
    ("ACCESS_TEAM_BASE", "http://127.0.0.1:8790/access"),
    ("ACCESS_AUD", LOCAL_ACCESS_AUD),
    ("MAIL_SENDER", "resend"),
    ("MAIL_BASE", "http://127.0.0.1:8790/resend"),
    ("MAIL_FROM", "shop@lumen.example"),
    ("MAIL_API_KEY", LOCAL_MAIL_KEY),
    ("SUPPORT_EMAIL", "help@lumen.example"),
    ("STAFF_EMAIL", "staff@lumen.example"),
    ("RELEASE_URL", "http://127.0.0.1:8790/production/releases"),
    ("RELEASE_SECRET", LOCAL_RELEASE_SECRET),
    ("ALLOWED_ORIGINS", "https://shop.lumen.example"),
];

/// The settings of every test, changed by `with`.
#[must_use]
pub fn settings(with: &[(&str, &str)]) -> Settings {
    Settings::read(&|name| {
        let find = |list: &[(&str, &str)]| {
            list.iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned())
        };
        find(with).or_else(|| find(&DEFAULTS))
    })
}

/// The secrets among the settings.
pub(crate) fn secrets(with: &[(&str, &str)]) -> Vec<String> {
    DEFAULTS
        .iter()
        .chain(with)
        .filter(|(name, value)| {
            !value.is_empty() && (name.contains("SECRET") || name.contains("KEY"))
        })
        .map(|(_, value)| (*value).to_owned())
        .collect()
}

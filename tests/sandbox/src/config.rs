//! What the sandbox needs to know before it starts.

/// Settings of the whole sandbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SandboxConfig {
    /// Where the sandbox is reached, without a slash at the end: `http://127.0.0.1:8790`.
    pub base_url: String,
    /// Ids are counted from here; two sandboxes with one seed and one history give the same ids.
    pub seed: u64,
    /// The Stripe account that is played.
    pub stripe: StripeConfig,
    /// The PayPal account that is played.
    pub paypal: PayPalConfig,
    /// The audience tag of the application that staff sign in for.
    pub access_audience: String,
    /// The bearer key of the mail API.
    pub mail_api_key: String,
    /// Standard Webhooks secrets (`whsec_` and base64) that the production floor accepts.
    pub release_secrets: Vec<String>,
}

/// The Stripe account that is played.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StripeConfig {
    /// The only key that opens the API.
    pub secret_key: String,
    /// Account id, `acct_…`.
    pub account: String,
    /// Where events are delivered.
    pub webhook_url: String,
    /// Active signing secrets of the endpoint, the newest first; two while a secret is rolled.
    pub webhook_secrets: Vec<String>,
    /// The shop's name on the checkout page.
    pub shop_name: String,
}

/// The PayPal account that is played, and the app that opens it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PayPalConfig {
    /// The app's client id.
    pub client_id: String,
    /// The app's secret.
    pub secret: String,
    /// The id of the webhook subscription: 17 upper-case letters and digits, part of every signature.
    pub webhook_id: String,
    /// Where events are delivered.
    pub webhook_url: String,
    /// Merchant id, 13 characters.
    pub merchant_id: String,
    /// The merchant's address.
    pub merchant_email: String,
}

/// The Stripe key of [`SandboxConfig::local`].
pub const LOCAL_STRIPE_KEY: &str = "sk_test_sandbox";
/// The Stripe account of [`SandboxConfig::local`].
pub const LOCAL_STRIPE_ACCOUNT: &str = "acct_sandbox";
/// The webhook signing secret of [`SandboxConfig::local`].
pub const LOCAL_WEBHOOK_SECRET: &str = "whsec_sandbox_stripe_webhook_local_only";
/// The PayPal client id of [`SandboxConfig::local`].
pub const LOCAL_PAYPAL_CLIENT_ID: &str = "sandbox-paypal-client";
/// The PayPal secret of [`SandboxConfig::local`].
pub const LOCAL_PAYPAL_SECRET: &str = "sandbox-paypal-secret-local-only";
/// The PayPal webhook id of [`SandboxConfig::local`].
pub const LOCAL_PAYPAL_WEBHOOK_ID: &str = "SANDBOX0WEBHOOK01";
/// The PayPal merchant id of [`SandboxConfig::local`].
pub const LOCAL_PAYPAL_MERCHANT_ID: &str = "SANDBXMERCH23";
/// The audience tag of [`SandboxConfig::local`].
pub const LOCAL_ACCESS_AUD: &str =
    "5a4db0010ed9e7115a4db0010ed9e7115a4db0010ed9e7115a4db0010ed9e711";
/// The mail key of [`SandboxConfig::local`].
pub const LOCAL_MAIL_KEY: &str = "re_sandbox";
/// The release secret of [`SandboxConfig::local`]: base64 of `sandbox-release-secret-local`.
pub const LOCAL_RELEASE_SECRET: &str = "whsec_c2FuZGJveC1yZWxlYXNlLXNlY3JldC1sb2NhbA==";

impl SandboxConfig {
    /// Settings that are good for a developer's own machine and say so by their names.
    #[must_use]
    pub fn local() -> Self {
        Self {
            base_url: "http://127.0.0.1:8790".to_owned(),
            seed: 1,
            stripe: StripeConfig {
                secret_key: LOCAL_STRIPE_KEY.to_owned(),
                account: LOCAL_STRIPE_ACCOUNT.to_owned(),
                webhook_url: "http://127.0.0.1:8787/webhooks/stripe".to_owned(),
                webhook_secrets: vec![LOCAL_WEBHOOK_SECRET.to_owned()],
                shop_name: "Demo shop".to_owned(),
            },
            paypal: PayPalConfig {
                client_id: LOCAL_PAYPAL_CLIENT_ID.to_owned(),
                secret: LOCAL_PAYPAL_SECRET.to_owned(),
                webhook_id: LOCAL_PAYPAL_WEBHOOK_ID.to_owned(),
                webhook_url: "http://127.0.0.1:8787/webhooks/paypal".to_owned(),
                merchant_id: LOCAL_PAYPAL_MERCHANT_ID.to_owned(),
                merchant_email: "merchant@business.example.com".to_owned(),
            },
            access_audience: LOCAL_ACCESS_AUD.to_owned(),
            mail_api_key: LOCAL_MAIL_KEY.to_owned(),
            release_secrets: vec![LOCAL_RELEASE_SECRET.to_owned()],
        }
    }
}

//! Settings: read once per isolate from the Worker's variables and secrets.
//!
//! In scope: their names, defaults and rules. A missing or example secret never opens a door: what
//! needs it is absent from [`Settings`], and [`Settings::problems`] says why in words that are safe
//! to show.

use crate::access::Access;
use crate::id::LinkSecret;
use crate::money::{Currency, Money};
use crate::provider::Mode;
use crate::provider::stripe::api::ApiError;
use crate::provider::stripe::{EndpointSecrets, StripeApi};
use crate::tax::TaxMode;

mod access;
mod paypal;
mod release;
pub use self::paypal::PayPalSettings;
pub use self::release::{ReleaseKey, ReleaseSettings};

/// Everything an operator decides.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The shop's name, on pages and in mails. `SHOP_NAME`.
    pub shop_name: String,
    /// Where buyers reach this Worker, without a slash at the end. `BASE_URL`.
    pub base_url: String,
    /// Whether real money moves. `MODE`, `test` or `live`.
    pub mode: Mode,
    /// Whether prices contain tax. `TAX_MODE`.
    pub tax_mode: TaxMode,
    /// Where buyers get help. `SUPPORT_EMAIL`.
    pub support_email: String,
    /// Who is told about cases. `STAFF_EMAIL`; empty tells nobody.
    pub staff_email: String,
    /// Other origins whose pages may call the JSON interface. `ALLOWED_ORIGINS`, by commas.
    pub allowed_origins: Vec<String>,
    /// The origin of Stripe's page for buyers. `CHECKOUT_ORIGIN`.
    pub checkout_origin: String,
    /// How long an order stays payable. `ORDER_LIFETIME_HOURS`, 1 to 720.
    pub order_lifetime_s: i64,
    /// Up to how many hundredths of a total a bank transfer may fall short.
    /// `TRANSFER_SHORTFALL_PERCENT`, 0 to 10.
    pub shortfall_percent: u8,
    /// From which amount on two people have to approve. `TWO_APPROVERS_FROM`.
    pub two_approvers: TwoApprovers,
    /// How long the object of a decided proof is kept. `PROOF_RETENTION_DAYS`, 1 to 3650.
    pub proof_kept_s: i64,
    /// The keys of order links, newest first. `LINK_SECRET`, `LINK_SECRET_OLD`.
    pub links: Option<LinkSecrets>,
    /// Card payments.
    pub stripe: Option<StripeSettings>,
    /// Payments by PayPal.
    pub paypal: Option<PayPalSettings>,
    /// Whom staff sign in with. `ACCESS_TEAM_BASE`, `ACCESS_AUD`.
    pub access: Option<Access>,
    /// Who sends mail.
    pub mail: Mail,
    /// Where paid orders are announced. `RELEASE_URL`, `RELEASE_SECRET`.
    pub release: Option<ReleaseSettings>,
    problems: Vec<SettingProblem>,
}

/// From which amount on two people have to approve, per currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TwoApprovers {
    /// One is enough.
    Never,
    /// From these amounts on, and always in other currencies.
    From(Vec<Money>),
}

impl TwoApprovers {
    /// Reads `EUR 500000, JPY 800000`: minor units. `None` for anything else.
    fn parse(text: &str) -> Option<Self> {
        let amount = |part: &str| {
            let (code, minor) = part.trim().split_once(' ')?;
            Money::non_negative(minor.trim().parse().ok()?, Currency::parse(code).ok()?).ok()
        };
        let parts = text.split(',').filter(|part| !part.trim().is_empty());
        let amounts: Vec<Money> = parts.map(amount).collect::<Option<_>>()?;
        Some(if amounts.is_empty() {
            Self::Never
        } else {
            Self::From(amounts)
        })
    }

    /// Whether an amount needs two.
    #[must_use]
    pub fn are_needed(&self, amount: Money) -> bool {
        let Self::From(amounts) = self else {
            return false;
        };
        let from = amounts.iter().find(|from| from.currency == amount.currency);
        from.is_none_or(|from| amount.amount_minor >= from.amount_minor)
    }
}

/// The keys of order links and cookies.
#[derive(Debug, Clone)]
pub struct LinkSecrets {
    /// Makes new links.
    pub current: LinkSecret,
    /// Still opens what it made.
    pub old: Option<LinkSecret>,
}

/// What card payments need.
#[derive(Debug, Clone)]
pub struct StripeSettings {
    /// Base address and key. `STRIPE_BASE`, `STRIPE_SECRET_KEY`.
    pub api: StripeApi,
    /// `STRIPE_WEBHOOK_SECRET`, `STRIPE_WEBHOOK_SECRET_OLD`.
    pub webhook_secrets: EndpointSecrets,
}

/// The sender of mails. `MAIL_SENDER`.
#[derive(Debug, Clone)]
pub enum Mail {
    /// The platform's `send_email` binding.
    Cloudflare {
        /// `MAIL_FROM`.
        from: String,
    },
    /// An HTTP API of Resend's shape. `MAIL_BASE`, `MAIL_API_KEY`.
    Resend {
        /// `MAIL_FROM`.
        from: String,
        /// Base address.
        base: String,
        /// Bearer key.
        key: Secret,
    },
    /// Nobody: mails wait in the outbox.
    None,
}

/// A text that never appears in a log.
#[derive(Clone)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(redacted)")
    }
}

/// A setting that keeps a door closed, or a default in use that should be decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingProblem {
    /// The setting's name.
    pub setting: &'static str,
    /// What is wrong; never the value.
    pub problem: String,
}

impl Settings {
    /// Reads every setting through `look_up`, which answers `None` for one that is not set.
    #[must_use]
    pub fn read(look_up: &dyn Fn(&str) -> Option<String>) -> Self {
        let mut reader = Reader {
            look_up,
            problems: Vec::new(),
        };
        let mode = match reader.text("MODE", "test").as_str() {
            "live" => Mode::Live,
            "test" => Mode::Test,
            _ => {
                reader.complain("MODE", "must be test or live; test is used");
                Mode::Test
            }
        };
        Self {
            shop_name: reader.text("SHOP_NAME", "Edgetill"),
            base_url: reader.address("BASE_URL", "http://127.0.0.1:8787"),
            tax_mode: reader.tax_mode(),
            support_email: reader.text("SUPPORT_EMAIL", "support@shop.example"),
            staff_email: reader.text("STAFF_EMAIL", ""),
            allowed_origins: reader.origins(),
            checkout_origin: reader.address("CHECKOUT_ORIGIN", "https://checkout.stripe.com"),
            order_lifetime_s: reader.lifetime_s(),
            shortfall_percent: reader.shortfall_percent(),
            two_approvers: reader.two_approvers(),
            proof_kept_s: reader.proof_kept_s(),
            links: reader.links(),
            stripe: reader.stripe(mode),
            paypal: reader.paypal(mode),
            access: reader.access(),
            mail: reader.mail(),
            release: reader.release(),
            mode,
            problems: reader.problems,
        }
    }

    /// What is missing or wrong, for the log and `/healthz`.
    #[must_use]
    pub fn problems(&self) -> &[SettingProblem] {
        &self.problems
    }
}

struct Reader<'a> {
    look_up: &'a dyn Fn(&str) -> Option<String>,
    problems: Vec<SettingProblem>,
}

impl Reader<'_> {
    fn complain(&mut self, setting: &'static str, problem: impl Into<String>) {
        self.problems.push(SettingProblem {
            setting,
            problem: problem.into(),
        });
    }

    fn optional(&self, name: &str) -> Option<String> {
        (self.look_up)(name)
            .map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty())
    }

    fn text(&self, name: &str, default: &str) -> String {
        self.optional(name).unwrap_or_else(|| default.to_owned())
    }

    fn secret(&mut self, name: &'static str) -> Option<String> {
        let secret = self.optional_secret(name);
        if self.optional(name).is_none() {
            self.complain(name, "is not set");
        }
        secret
    }

    /// A secret that may be absent. One that is no secret counts as absent, with a complaint.
    fn optional_secret(&mut self, name: &'static str) -> Option<String> {
        // Untrimmed: a secret with a stray newline must be seen, not guessed at.
        let value = (self.look_up)(name).filter(|value| !value.trim().is_empty())?;
        let problem = if value.contains(char::is_whitespace) {
            "contains white space"
        } else if ["example", "change", "replace", "your_", "your-"]
            .iter()
            .any(|word| value.to_ascii_lowercase().contains(word))
        {
            "is an example value"
        } else {
            return Some(value);
        };
        self.complain(name, problem);
        None
    }

    fn address(&mut self, name: &'static str, default: &str) -> String {
        let text = self.text(name, default);
        let address = text.trim_end_matches('/');
        let is_local = ["http://127.0.0.1:", "http://localhost:"]
            .iter()
            .any(|local| address.starts_with(local));
        if !is_local && !address.starts_with("https://") {
            self.complain(name, "must begin with https://");
        }
        address.to_owned()
    }

    /// An address that only ever hears us over HTTPS, or on this machine; anything else is none.
    fn safe_address(&mut self, name: &'static str, default: &str) -> Option<String> {
        let complaints = self.problems.len();
        let address = self.address(name, default);
        (self.problems.len() == complaints).then_some(address)
    }

    fn tax_mode(&mut self) -> TaxMode {
        TaxMode::parse(&self.text("TAX_MODE", "exclusive")).unwrap_or_else(|| {
            self.complain(
                "TAX_MODE",
                "must be exclusive or inclusive; exclusive is used",
            );
            TaxMode::Exclusive
        })
    }

    fn origins(&self) -> Vec<String> {
        self.text("ALLOWED_ORIGINS", "")
            .split(',')
            .map(|origin| origin.trim().trim_end_matches('/').to_owned())
            .filter(|origin| !origin.is_empty())
            .collect()
    }

    fn lifetime_s(&mut self) -> i64 {
        const DEFAULT_HOURS: i64 = 72;
        let hours = self.text("ORDER_LIFETIME_HOURS", "72").parse().ok();
        let hours = hours.filter(|hours| (1..=720).contains(hours));
        hours
            .unwrap_or_else(|| {
                self.complain("ORDER_LIFETIME_HOURS", "must be 1 to 720; 72 is used");
                DEFAULT_HOURS
            })
            .saturating_mul(3_600)
    }

    fn shortfall_percent(&mut self) -> u8 {
        const NAME: &str = "TRANSFER_SHORTFALL_PERCENT";
        let percent = self.text(NAME, "0").parse().ok();
        let percent = percent.filter(|percent| *percent <= 10);
        percent.unwrap_or_else(|| {
            self.complain(NAME, "must be 0 to 10; 0 is used");
            0
        })
    }

    /// A setting that cannot be read asks for two people always.
    fn two_approvers(&mut self) -> TwoApprovers {
        const NAME: &str = "TWO_APPROVERS_FROM";
        TwoApprovers::parse(&self.text(NAME, "")).unwrap_or_else(|| {
            let problem = "must be like EUR 500000, JPY 800000; until then always two approve";
            self.complain(NAME, problem);
            TwoApprovers::From(Vec::new())
        })
    }

    fn proof_kept_s(&mut self) -> i64 {
        const NAME: &str = "PROOF_RETENTION_DAYS";
        const DEFAULT_DAYS: i64 = 90;
        let days = self.text(NAME, "90").parse().ok();
        let days = days.filter(|days| (1..=3_650).contains(days));
        days.unwrap_or_else(|| {
            self.complain(NAME, "must be 1 to 3650; 90 is used");
            DEFAULT_DAYS
        })
        .saturating_mul(86_400)
    }

    fn links(&mut self) -> Option<LinkSecrets> {
        let current = self.secret("LINK_SECRET");
        let old = self.optional_secret("LINK_SECRET_OLD");
        let old = old.and_then(|text| self.link_secret("LINK_SECRET_OLD", &text));
        let current = self.link_secret("LINK_SECRET", &current?)?;
        Some(LinkSecrets { current, old })
    }

    fn link_secret(&mut self, name: &'static str, text: &str) -> Option<LinkSecret> {
        LinkSecret::parse(text)
            .map_err(|error| self.complain(name, error.to_string()))
            .ok()
    }

    /// `whsec_` and at least 128 bits: Stripe's own have 32 characters after the prefix.
    fn webhook_secret(&mut self, name: &'static str, secret: Option<String>) -> Option<String> {
        const CHARS_MIN: usize = 32;
        let secret = secret?;
        if secret.starts_with("whsec_") && secret.len() >= CHARS_MIN {
            return Some(secret);
        }
        self.complain(
            name,
            "must begin with whsec_ and have 32 characters or more",
        );
        None
    }

    fn stripe(&mut self, mode: Mode) -> Option<StripeSettings> {
        const WEBHOOK: &str = "STRIPE_WEBHOOK_SECRET";
        const WEBHOOK_OLD: &str = "STRIPE_WEBHOOK_SECRET_OLD";
        let base = self.address("STRIPE_BASE", "https://api.stripe.com");
        let key = self.secret("STRIPE_SECRET_KEY");
        let current = self.secret(WEBHOOK);
        let current = self.webhook_secret(WEBHOOK, current);
        let old = self.optional_secret(WEBHOOK_OLD);
        let old = self.webhook_secret(WEBHOOK_OLD, old);
        let api = StripeApi::new(&base, &key?)
            .map_err(|error| match error {
                ApiError::NotAnOrigin => self.complain("STRIPE_BASE", error.to_string()),
                ApiError::Key(_) | ApiError::LiveKeyInTheClear => {
                    self.complain("STRIPE_SECRET_KEY", error.to_string());
                }
            })
            .ok()?;
        if api.mode() != mode {
            self.complain("STRIPE_SECRET_KEY", "belongs to the other MODE");
            return None;
        }
        let webhook_secrets = EndpointSecrets::parse(&current?, old.as_deref())
            .map_err(|error| self.complain(WEBHOOK, error.to_string()))
            .ok()?;
        Some(StripeSettings {
            api,
            webhook_secrets,
        })
    }

    fn mail(&mut self) -> Mail {
        let from = self.text("MAIL_FROM", "");
        let sender = self.text("MAIL_SENDER", "none");
        if sender != "none" && from.is_empty() {
            self.complain("MAIL_FROM", "is not set; mails wait");
            return Mail::None;
        }
        match sender.as_str() {
            "cloudflare" => Mail::Cloudflare { from },
            "resend" => {
                let base = self.safe_address("MAIL_BASE", "https://api.resend.com");
                let key = self.secret("MAIL_API_KEY").map(Secret);
                base.zip(key)
                    .map_or(Mail::None, |(base, key)| Mail::Resend { from, base, key })
            }
            "none" => {
                self.complain("MAIL_SENDER", "is none; mails wait");
                Mail::None
            }
            _ => {
                self.complain(
                    "MAIL_SENDER",
                    "must be cloudflare, resend or none; mails wait",
                );
                Mail::None
            }
        }
    }
}

//! The command line.

use std::path::PathBuf;

use sandbox::SandboxConfig;

/// What `--help` prints.
pub(crate) const HELP: &str = "\
Stand-ins for Stripe, PayPal, Cloudflare Access, a mail service and the production floor, on this machine only.

Usage: edgetill-sandbox [--port 8790] [--shop-url http://127.0.0.1:8787]

  --port N               where to listen, on 127.0.0.1        [8790]
  --shop-url URL         the shop                             [http://127.0.0.1:8787]
  --webhook-url URL      where Stripe's events go             [<shop-url>/webhooks/stripe]
  --shop-name TEXT       the name on the checkout page        [Demo shop]
  --stripe-key KEY       the key that opens the Stripe API    [sk_test_sandbox]
  --stripe-account ID    the account that is played           [acct_sandbox]
  --webhook-secret KEY   signs events; repeat while rolling   [whsec_sandbox_stripe_webhook_local_only]
  --paypal-webhook-url URL  where PayPal's events go          [<shop-url>/webhooks/paypal]
  --paypal-client-id ID  the app that opens the PayPal API    [sandbox-paypal-client]
  --paypal-secret TEXT   its secret                           [sandbox-paypal-secret-local-only]
  --paypal-webhook-id ID its webhook subscription             [SANDBOX0WEBHOOK01]
  --access-aud TAG       the application that staff sign in for [5a4db0010ed9e7115a4db0010ed9e7115a4db0010ed9e7115a4db0010ed9e711]
  --mail-key KEY         the key that opens the mail API      [re_sandbox]
  --release-secret KEY   production believes it; repeatable   [whsec_c2FuZGJveC1yZWxlYXNlLXNlY3JldC1sb2NhbA==]
  --seed N               ids are counted from it              [the time of the start]
  --state FILE           kept up to date, and read at the start  [none: nothing is kept]
  --help                 this text

Stripe's API is at /stripe/v1, PayPal's at /paypal/v2 and /paypal/v1, Access's keys at /access/cdn-cgi/access/certs, the mail API at /resend/emails, production at /production/releases.
Pages: / links them all.
";

/// How to serve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Settings {
    pub(crate) port: u16,
    pub(crate) shop_url: String,
    /// `None` takes the time of the start, so that a shop which remembers an earlier run never
    /// meets the same ids again.
    pub(crate) seed: Option<u64>,
    pub(crate) config: SandboxConfig,
    /// Where everything is kept for the next start.
    pub(crate) state: Option<PathBuf>,
}

/// Reads the arguments after the program's name; `None` asks for the help text.
pub(crate) fn parse(args: impl IntoIterator<Item = String>) -> Result<Option<Settings>, String> {
    let mut settings = Settings {
        port: 8790,
        shop_url: "http://127.0.0.1:8787".to_owned(),
        seed: None,
        config: SandboxConfig::local(),
        state: None,
    };
    let (mut webhook_url, mut paypal_webhook_url) = (None, None);
    let (mut webhook_secrets, mut release_secrets) = (Vec::new(), Vec::new());
    let mut args = args.into_iter();
    while let Some(arg) = args.next() {
        if arg == "--help" || arg == "-h" {
            return Ok(None);
        }
        let (name, value) = match arg.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (arg, None),
        };
        let mut value = || {
            value
                .clone()
                .or_else(|| args.next())
                .ok_or_else(|| format!("{name} needs a value"))
        };
        match name.as_str() {
            "--port" => settings.port = number(&name, &value()?)?,
            "--seed" => settings.seed = Some(number(&name, &value()?)?),
            "--state" => settings.state = Some(PathBuf::from(value()?)),
            "--shop-url" => value()?
                .trim_end_matches('/')
                .clone_into(&mut settings.shop_url),
            "--webhook-url" => webhook_url = Some(value()?),
            "--shop-name" => settings.config.stripe.shop_name = value()?,
            "--stripe-key" => settings.config.stripe.secret_key = value()?,
            "--stripe-account" => settings.config.stripe.account = value()?,
            "--webhook-secret" => webhook_secrets.push(value()?),
            "--paypal-webhook-url" => paypal_webhook_url = Some(value()?),
            "--paypal-client-id" => settings.config.paypal.client_id = value()?,
            "--paypal-secret" => settings.config.paypal.secret = value()?,
            "--paypal-webhook-id" => settings.config.paypal.webhook_id = value()?,
            "--access-aud" => settings.config.access_audience = value()?,
            "--mail-key" => settings.config.mail_api_key = value()?,
            "--release-secret" => release_secrets.push(value()?),
            _ => return Err(format!("there is no option {name}; --help lists them")),
        }
    }
    settings.config.base_url = format!("http://127.0.0.1:{}", settings.port);
    settings.config.stripe.webhook_url =
        webhook_url.unwrap_or_else(|| format!("{}/webhooks/stripe", settings.shop_url));
    settings.config.paypal.webhook_url =
        paypal_webhook_url.unwrap_or_else(|| format!("{}/webhooks/paypal", settings.shop_url));
    if !webhook_secrets.is_empty() {
        settings.config.stripe.webhook_secrets = webhook_secrets;
    }
    if !release_secrets.is_empty() {
        settings.config.release_secrets = release_secrets;
    }
    Ok(Some(settings))
}

fn number<T: std::str::FromStr>(name: &str, text: &str) -> Result<T, String> {
    text.parse()
        .map_err(|_| format!("{name} needs a number, not {text:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(line: &str) -> Settings {
        parse(line.split_whitespace().map(str::to_owned))
            .unwrap()
            .unwrap()
    }

    #[test]
    fn the_defaults_are_those_of_the_help_text() {
        let settings = settings("");
        let config = &settings.config;
        for value in [
            &settings.port.to_string(),
            &settings.shop_url,
            &config.stripe.shop_name,
            &config.stripe.secret_key,
            &config.stripe.account,
            &config.stripe.webhook_secrets[0],
            &config.paypal.client_id,
            &config.paypal.secret,
            &config.paypal.webhook_id,
            &config.access_audience,
            &config.mail_api_key,
            &config.release_secrets[0],
        ] {
            assert!(HELP.contains(&format!("[{value}]")), "{value}");
        }
    }

    #[test]
    fn addresses_follow_the_port_and_the_shop() {
        let settings = settings("--port=9001 --shop-url http://127.0.0.1:9000/");
        assert_eq!(settings.config.base_url, "http://127.0.0.1:9001");
        assert_eq!(
            settings.config.stripe.webhook_url,
            "http://127.0.0.1:9000/webhooks/stripe"
        );
        assert_eq!(
            settings.config.paypal.webhook_url,
            "http://127.0.0.1:9000/webhooks/paypal"
        );
    }

    #[test]
    fn given_secrets_replace_the_default_ones() {
        let settings = settings("--webhook-secret whsec_new --webhook-secret whsec_old");
        assert_eq!(
            settings.config.stripe.webhook_secrets,
            ["whsec_new", "whsec_old"]
        );
    }

    #[test]
    fn what_is_not_an_option_is_told_in_a_sentence() {
        for line in ["--colour red", "--port", "--port many", "8790"] {
            assert!(
                parse(line.split_whitespace().map(str::to_owned)).is_err(),
                "{line}"
            );
        }
    }
}

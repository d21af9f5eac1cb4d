//! Where PayPal's certificates are.
//!
//! The raw header is matched against the one pattern that PayPal uses. No URL parser is involved, so
//! none can be confused about the host, and nothing else is ever fetched.

use crate::provider::Mode;

const LIVE_HOSTS: [&str; 2] = ["https://api.paypal.com", "https://api-m.paypal.com"];
const TEST_HOSTS: [&str; 2] = [
    "https://api.sandbox.paypal.com",
    "https://api-m.sandbox.paypal.com",
];
const CERTIFICATES: &str = "/v1/notifications/certs/CERT-";

/// The address of one of PayPal's certificates. It names the same certificate for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertUrl {
    text: String,
    path_start: usize,
    mode: Mode,
}

impl CertUrl {
    /// Takes `https://api.paypal.com/v1/notifications/certs/CERT-` and three groups of eight
    /// lower-case hex digits; in test mode the host with `.sandbox`; `api-m` is as good as `api`.
    #[must_use]
    pub fn parse(text: &str, mode: Mode) -> Option<Self> {
        let hosts = match mode {
            Mode::Live => LIVE_HOSTS,
            Mode::Test => TEST_HOSTS,
        };
        let under = |host: &str| {
            let id = text.strip_prefix(host)?.strip_prefix(CERTIFICATES)?;
            is_certificate_id(id).then(|| Self {
                text: text.to_owned(),
                path_start: host.len(),
                mode,
            })
        };
        hosts.into_iter().find_map(under)
    }

    /// The address, as the header had it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The part after the host.
    pub(in crate::provider::paypal) fn path(&self) -> &str {
        self.text.get(self.path_start..).unwrap_or_default()
    }

    pub(super) fn mode(&self) -> Mode {
        self.mode
    }
}

fn is_certificate_id(id: &str) -> bool {
    let is_group = |group: &str| {
        group.len() == 8
            && group
                .bytes()
                .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    };
    let mut groups = id.split('-');
    let three = [groups.next(), groups.next(), groups.next()];
    groups.next().is_none() && three.iter().all(|group| group.is_some_and(is_group))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "/v1/notifications/certs/CERT-360caa42-fca2a594-1d93a270";

    #[test]
    fn s122_only_paypals_two_hosts_of_the_mode_are_known() {
        for (host, live, test) in [
            ("https://api.paypal.com", true, false),
            ("https://api-m.paypal.com", true, false),
            ("https://api.sandbox.paypal.com", false, true),
            ("https://api-m.sandbox.paypal.com", false, true),
            ("https://api-x.paypal.com", false, false),
            ("https://www.paypal.com", false, false),
            ("http://api.paypal.com", false, false),
            ("", false, false),
        ] {
            let text = format!("{host}{ID}");
            for (mode, expected) in [(Mode::Live, live), (Mode::Test, test)] {
                let url = CertUrl::parse(&text, mode);
                assert_eq!(
                    url.as_ref().map(CertUrl::as_str),
                    expected.then_some(text.as_str())
                );
                assert!(url.is_none_or(|url| url.path() == ID && url.mode() == mode));
            }
        }
    }

    #[test]
    fn the_path_has_no_freedom_but_24_hex_digits() {
        for tail in [
            "",
            "CERT-",
            "CERT-360caa42-fca2a594",
            "CERT-360caa42-fca2a594-1d93a27",
            "CERT-360caa42-fca2a594-1d93a2700",
            "CERT-360caa42-fca2a594-1d93a270-",
            "CERT-360caa42-fca2a594-1d93a270-12345678",
            "CERT-360CAA42-fca2a594-1d93a270",
            "CERT-360caa4g-fca2a594-1d93a270",
            "cert-360caa42-fca2a594-1d93a270",
            "CERT-360caa42-fca2a594-1d93a270/",
            "CERT-360caa42-fca2a594-1d93a270?a",
            "CERT-360caa42-fca2a594-1d93a270#a",
            "CERT-360caa42-fca2a594-1d93a270\n",
            "CERT-360caa42-fca2a594-../../..",
            "./CERT-360caa42-fca2a594-1d93a270",
            "%43ERT-360caa42-fca2a594-1d93a270",
        ] {
            let text = format!("https://api.paypal.com/v1/notifications/certs/{tail}");
            assert_eq!(CertUrl::parse(&text, Mode::Live), None, "{tail:?}");
        }
    }
}

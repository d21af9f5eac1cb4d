//! Requests and replies as the functions see them: plain values, whole bodies.

use std::net::IpAddr;

use shared::http::Method;
use shared::outbox::MessageKey;

/// The type of a form without a file.
pub const FORM_TYPE: &str = "application/x-www-form-urlencoded";

/// A request, already matched to its line of the route table.
#[derive(Debug, Clone)]
pub struct Request {
    /// The method as sent.
    pub method: Method,
    /// The path, undecoded.
    pub path: String,
    /// The query without its `?`.
    pub query: String,
    /// Names are lower case.
    pub headers: Vec<(String, String)>,
    /// The raw body; one byte longer than the route's cap when it was longer than that.
    pub body: Vec<u8>,
    /// The client's address, for limits only.
    pub client: String,
    /// Names this request in the log and in problems.
    pub request_id: String,
}

impl Request {
    /// The first value of a header, by lower-case name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, value)| value.as_str())
    }

    /// A parameter of the query, decoded.
    #[must_use]
    pub fn query_value(&self, name: &str) -> Option<String> {
        form_pairs(&self.query)
            .find(|(key, _)| key == name)
            .map(|(_, value)| value)
    }

    /// A cookie's value.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .filter(|(header, _)| header == "cookie")
            .flat_map(|(_, value)| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value)
    }

    /// Whom limits count: an IPv4 address, or the /64 of an IPv6 address, since a line gets that many
    /// of them.
    #[must_use]
    pub fn network(&self) -> String {
        match self.client.parse() {
            Ok(IpAddr::V6(address)) => {
                let [a, b, c, d, ..] = address.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
            Ok(IpAddr::V4(_)) | Err(_) => self.client.clone(),
        }
    }

    /// The content type without its parameters, lower case.
    #[must_use]
    pub fn media_type(&self) -> String {
        let value = self.header("content-type").unwrap_or_default();
        value
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase()
    }
}

/// The pairs of an `application/x-www-form-urlencoded` text, decoded as the URL standard says.
pub fn form_pairs(text: &str) -> impl Iterator<Item = (String, String)> + '_ {
    text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (form_decoded(key), form_decoded(value))
    })
}

/// Percent-encodes all but the unreserved characters (RFC 3986, 2.3): good in every part of a URL.
#[must_use]
pub fn percent_encoded(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}

/// Decodes a segment of a path (RFC 3986, 2.1).
#[must_use]
pub fn percent_decoded(text: &str) -> String {
    form_decoded(&text.replace('+', "%2B"))
}

fn form_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let (byte, tail) = match (first, tail) {
            (b'+', _) => (b' ', tail),
            (b'%', [high, low, after @ ..]) => match (hex_value(*high), hex_value(*low)) {
                (Some(high), Some(low)) => (high << 4 | low, after),
                _ => (b'%', tail),
            },
            (other, _) => (*other, tail),
        };
        bytes.push(byte);
        rest = tail;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex_value(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

/// What is answered, and what is done after the answer.
#[derive(Debug, Clone, Default)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// Names are lower case.
    pub headers: Vec<(&'static str, String)>,
    /// The whole body.
    pub body: Vec<u8>,
    /// Messages to try to deliver once the caller has the answer.
    pub deliver: Vec<MessageKey>,
}

impl Reply {
    /// A JSON body.
    #[must_use]
    pub fn json(status: u16, value: &impl serde::Serialize) -> Self {
        // Only maps with odd keys and failing serializers make this fail; our types have neither.
        let body = serde_json::to_vec(value).unwrap_or_default();
        Self {
            status,
            ..Self::default()
        }
        .with_body("application/json", body)
    }

    /// A page.
    #[must_use]
    pub fn page(status: u16, html: String) -> Self {
        Self {
            status,
            ..Self::default()
        }
        .with_body("text/html; charset=utf-8", html.into_bytes())
    }

    /// Sends a browser on, as a GET.
    #[must_use]
    pub fn see_other(location: String) -> Self {
        Self {
            status: 303,
            ..Self::default()
        }
        .with_header("location", location)
    }

    /// An answer without a body.
    #[must_use]
    pub fn empty(status: u16) -> Self {
        Self {
            status,
            ..Self::default()
        }
    }

    /// Adds a header.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Adds a header unless it is there.
    #[must_use]
    pub fn with_default(self, name: &'static str, value: impl Into<String>) -> Self {
        if self.header(name).is_some() {
            self
        } else {
            self.with_header(name, value)
        }
    }

    /// Sets the body and its type.
    #[must_use]
    pub fn with_body(mut self, media_type: &str, body: Vec<u8>) -> Self {
        self.body = body;
        self.with_header("content-type", media_type)
    }

    /// Adds messages to deliver afterwards.
    #[must_use]
    pub fn delivering(mut self, messages: Vec<MessageKey>) -> Self {
        self.deliver.extend(messages);
        self
    }

    /// The first value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(n, _)| *n == name)
            .map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_counts_a_line_and_not_each_of_its_addresses() {
        for (client, network) in [
            ("203.0.113.7", "203.0.113.7"),
            ("2001:db8:1:2:3::9", "2001:db8:1:2::/64"),
            ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
            ("", ""),
        ] {
            let request = Request {
                method: Method::Get,
                path: String::new(),
                query: String::new(),
                headers: Vec::new(),
                body: Vec::new(),
                client: client.to_owned(),
                request_id: String::new(),
            };
            assert_eq!(request.network(), network);
        }
    }

    #[test]
    fn a_text_cannot_leave_its_place_in_a_link() {
        assert_eq!(percent_encoded("Order A&B ü"), "Order%20A%26B%20%C3%BC");
    }

    #[test]
    fn form_texts_are_decoded_as_browsers_encode_them() {
        let pairs: Vec<_> = form_pairs("a=1+2&b=%C3%A9%20%26&c&d=%zz%4&=x&").collect();
        let expected = [
            ("a", "1 2"),
            ("b", "é &"),
            ("c", ""),
            ("d", "%zz%4"),
            ("", "x"),
        ];
        assert_eq!(pairs, expected.map(|(k, v)| (k.to_owned(), v.to_owned())));
    }
}

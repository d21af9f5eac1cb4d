//! What a buyer's browser and the shop's servers do: cookies, forms, raw bodies; and what their tests
//! read from pages and problems.

use edgetill::dispatch::serve;
use edgetill::http::{Reply, Request};
use edgetill::storefront::access;
use edgetill::world::World;
use sandbox::stripe::Session;
use serde_json::Value as Json;
use shared::http::Method;
use shared::id::{OrderNumber, OrderToken};

use crate::{Buyer, HERE, Shop, Task, json_of, order_body, text};

/// What a browser says of a form on the shop's own pages.
const FORM_HEADERS: [(&str, &str); 2] = [
    ("content-type", "application/x-www-form-urlencoded"),
    ("origin", HERE),
];

impl Shop {
    /// The cookie that an order's link is exchanged for, as a browser sends it back.
    #[must_use]
    pub fn cookie(&self, buyer: &Buyer) -> String {
        let link = self.get(&format!("/orders/{}?token={}", buyer.number, buyer.token));
        assert_eq!(link.status, 303, "{}", text(&link));
        cookie_pair(&link)
    }

    /// The buyer's browser comes back from a provider to this address. It has the order's cookie, which
    /// it got when the order was made.
    pub(crate) fn way_back(&self, path: &str) -> Request {
        let (_, payment) = path.split_once("payment=").expect("a payment");
        let payment = payment.split('&').next().unwrap_or_default();
        let number = self.value(&format!(
            "SELECT order_number FROM payment_allocations WHERE payment_id = '{payment}'"
        ));
        let number = OrderNumber::parse(number.as_str().expect("an order")).expect("a number");
        let cookie = self.settings.links.as_ref().map(|links| {
            let token = OrderToken::derive(&links.current, &number);
            access::cookie(links, number, &token, self.world.now())
        });
        let headers = cookie.as_ref().map(|cookie| ("cookie", cookie.as_str()));
        self.request(Method::Get, path, headers.as_slice(), b"")
    }

    /// Sends a form from one of the shop's own pages.
    pub fn submit(&self, path: &str, cookie: Option<&str>, fields: &[(&str, &str)]) -> Reply {
        let mut headers = FORM_HEADERS.to_vec();
        headers.extend(cookie.map(|cookie| ("cookie", cookie)));
        self.send(Method::Post, path, &headers, form(fields).as_bytes())
    }

    /// Begins to send a form; see [`crate::at_once`].
    #[must_use]
    pub fn begin_submit(&self, path: &str, fields: &[(&str, &str)]) -> Task<'_, Reply> {
        let body = form(fields);
        let request = self.request(Method::Post, path, &FORM_HEADERS, body.as_bytes());
        Task::new(&self.world, async move {
            serve(&self.world, &self.settings, &request).await
        })
    }

    /// The answer to making the order of [`Shop::order`], again or for the first time.
    pub fn order_reply(&self) -> Reply {
        self.post(
            "/v1/orders",
            "order-key-0000000000000001",
            None,
            &order_body(),
        )
    }

    /// A POST of text that claims to be JSON, with an idempotency key.
    pub fn post_text(&self, path: &str, key: &str, body: &str) -> Reply {
        let headers = [
            ("content-type", "application/json"),
            ("idempotency-key", key),
        ];
        self.send(Method::Post, path, &headers, body.as_bytes())
    }

    /// Begins a POST of JSON with an idempotency key; see [`crate::at_once`].
    #[must_use]
    pub fn begin_post(
        &self,
        path: &str,
        key: &str,
        token: Option<&str>,
        body: &Json,
    ) -> Task<'_, Reply> {
        let request = self.post_request(path, key, token, body);
        Task::new(&self.world, async move {
            serve(&self.world, &self.settings, &request).await
        })
    }

    /// Puts a price into the catalogue, for a product that is there.
    pub fn offer(&self, product: &str, period_months: u32, currency: &str, amount_minor: i64) {
        self.world.database(|database| {
            database.execute(&format!(
                "INSERT OR REPLACE INTO prices VALUES \
                 ('{product}', {period_months}, '{currency}', {amount_minor})"
            ));
        });
    }

    /// How many rows a table has.
    #[must_use]
    pub fn count(&self, table: &str) -> i64 {
        let count = self.value(&format!("SELECT count(*) FROM {table}"));
        count.as_i64().expect("a number")
    }

    /// Every session at the provider, oldest first.
    #[must_use]
    pub fn sessions(&self) -> Vec<Session> {
        self.world
            .sandbox(|sandbox, _| sandbox.stripe.sessions().to_vec())
    }

    /// A session at the provider.
    #[must_use]
    pub fn session(&self, id: &str) -> Session {
        let found = self
            .world
            .sandbox(|sandbox, _| sandbox.stripe.session(id).cloned());
        found.expect("a session")
    }
}

/// A form's body as a browser encodes it.
#[must_use]
pub fn form(fields: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{}={}", percent_encoded(name), percent_encoded(value)))
        .collect();
    pairs.join("&")
}

fn percent_encoded(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b' ' => "+".to_owned(),
        byte if byte.is_ascii_alphanumeric() || b"-._*".contains(&byte) => {
            char::from(byte).to_string()
        }
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}

/// The first cookie of a reply, as a browser sends it back.
#[must_use]
pub fn cookie_pair(reply: &Reply) -> String {
    let cookie = reply.header("set-cookie").expect("a cookie");
    cookie.split(';').next().expect("a pair").to_owned()
}

/// The stable code of a problem in JSON.
#[must_use]
pub fn code_of(reply: &Reply) -> String {
    let problem = json_of(reply);
    assert_eq!(problem["status"], reply.status, "{problem:#}");
    assert_eq!(
        reply.header("content-type"),
        Some("application/problem+json"),
        "{problem:#}"
    );
    problem["code"].as_str().expect("a code").to_owned()
}

/// `status code` of a problem in JSON.
#[must_use]
pub fn problem_of(reply: &Reply) -> String {
    format!("{} {}", reply.status, code_of(reply))
}

/// The value of a form's input on a page, unescaped.
#[must_use]
pub fn input_value(page: &str, name: &str) -> String {
    let at = page
        .find(&format!("name=\"{name}\""))
        .unwrap_or_else(|| panic!("no input {name}: {page}"));
    let tag = &page[at..];
    let tag = &tag[..tag.find('>').expect("the tag ends")];
    let value = tag.split("value=\"").nth(1).expect("a value");
    unescaped(value.split('"').next().expect("the value ends"))
}

/// The text that escaped HTML stands for.
#[must_use]
pub fn unescaped(html: &str) -> String {
    let mut out = String::new();
    let mut rest = html;
    while let Some(start) = rest.find("&#") {
        out.push_str(&rest[..start]);
        let end = start + rest[start..].find(';').expect("an entity ends");
        let code = rest[start + 2..end].parse().expect("a decimal entity");
        out.push(char::from_u32(code).expect("a character"));
        rest = &rest[end + 1..];
    }
    out.push_str(rest);
    out
}

//! A shop whose every JSON reply is held against the document.

use std::cell::RefCell;
use std::collections::BTreeSet;

use common::{Buyer, Shop, json_of, text};
use edgetill::http::Reply;
use serde_json::{Value as Json, json};
use shared::api::route::{Found, find};
use shared::http::Method;

use crate::current::assert_fits;
use crate::document::document;

/// What was seen: operation, status, and the problem's code if it was one.
pub(crate) type Seen = BTreeSet<(String, u16, String)>;

/// The document, and what was seen of it so far.
pub(crate) struct Watch {
    document: Json,
    seen: RefCell<Seen>,
}

impl Watch {
    pub(crate) fn new() -> Self {
        let mut document = document();
        // A field that the document does not know must not be sent; callers may still meet new ones.
        let schemas = document["components"]["schemas"].as_object_mut();
        for schema in schemas.expect("schemas").values_mut() {
            if schema.get("properties").is_some() {
                schema["additionalProperties"] = json!(false);
            }
        }
        Self {
            document,
            seen: RefCell::default(),
        }
    }

    /// Everything that the document promises.
    pub(crate) fn promised(&self) -> Seen {
        let mut promised = Seen::new();
        for (_, methods) in self.document["paths"].as_object().expect("paths") {
            for (_, operation) in methods.as_object().expect("methods") {
                let id = operation["operationId"].as_str().expect("an id");
                for (status, response) in operation["responses"].as_object().expect("responses") {
                    let status: u16 = status.parse().expect("a status");
                    let content = response["content"].as_object().expect("content");
                    if content.contains_key("application/json") {
                        promised.insert((id.to_owned(), status, String::new()));
                    }
                    let problem = &content.get("application/problem+json");
                    let codes = problem.map(|p| &p["schema"]["properties"]["code"]["enum"]);
                    for code in codes.and_then(Json::as_array).into_iter().flatten() {
                        let code = code.as_str().expect("a code").to_owned();
                        promised.insert((id.to_owned(), status, code));
                    }
                }
            }
        }
        promised
    }

    pub(crate) fn seen(&self) -> Seen {
        self.seen.borrow().clone()
    }

    /// Holds a reply against the document.
    pub(crate) fn look(&self, method: Method, path: &str, reply: &Reply) {
        let path = path.split('?').next().expect("a path");
        let Found::Route(spec, _) = find(method, path) else {
            panic!("no route: {path}");
        };
        let operation =
            &self.document["paths"][spec.path][spec.method.as_str().to_lowercase().as_str()];
        let id = operation["operationId"].as_str().expect("an operation");
        let what = format!("{id} {} {}", reply.status, text(reply));
        let response = &operation["responses"][reply.status.to_string().as_str()];
        assert!(
            response.is_object(),
            "this status is not documented: {what}"
        );
        let kind = reply.header("content-type").expect("a content type");
        let schema = &response["content"][kind]["schema"];
        assert!(schema.is_object(), "this type is not documented: {what}");
        let body = json_of(reply);
        assert_fits(&self.document, schema, &body, &what);
        for name in response["headers"]
            .as_object()
            .into_iter()
            .flat_map(|h| h.keys())
        {
            // A 503 asks to come again only when that may help.
            let closed = body["code"] == "door_closed" || kind == "application/json";
            let there = reply.header(&name.to_lowercase()).is_some();
            assert!(there || closed, "{name} is missing: {what}");
        }
        let code = body["code"].as_str().unwrap_or_default().to_owned();
        self.seen
            .borrow_mut()
            .insert((id.to_owned(), reply.status, code));
    }
}

/// One shop under watch.
pub(crate) struct Watched<'a> {
    pub(crate) shop: Shop,
    watch: &'a Watch,
}

impl<'a> Watched<'a> {
    pub(crate) fn open(watch: &'a Watch) -> Self {
        Self::with(watch, &[])
    }

    pub(crate) fn with(watch: &'a Watch, changes: &[(&str, &str)]) -> Self {
        let shop = Shop::with(changes);
        Self { shop, watch }
    }

    /// With accounts for bank transfers.
    pub(crate) fn with_bank(watch: &'a Watch) -> Self {
        let shop = Shop::with_bank();
        Self { shop, watch }
    }

    /// Hands a file in.
    pub(crate) fn hand_in(&self, buyer: &Buyer, file: &[u8]) -> Reply {
        let path = format!("/v1/orders/{}/proofs", buyer.number);
        let reply = self.shop.try_to_hand_in(buyer, file);
        self.watch.look(Method::Post, &path, &reply);
        reply
    }

    pub(crate) fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Reply {
        let reply = self.shop.send(method, path, headers, body);
        self.watch.look(method, path, &reply);
        reply
    }

    pub(crate) fn get(&self, path: &str) -> Reply {
        self.send(Method::Get, path, &[], b"")
    }

    pub(crate) fn post(&self, path: &str, key: &str, token: &str, body: &Json) -> Reply {
        let reply = self.shop.post(path, key, Some(token), body);
        self.watch.look(Method::Post, path, &reply);
        reply
    }

    pub(crate) fn order_of(&self, body: &Json, key: &str) -> Buyer {
        self.shop.holder(&self.post("/v1/orders", key, "", body))
    }

    /// The code of the problem that a try to pay meets; nothing when it goes well.
    pub(crate) fn pay(&self, buyer: &Buyer, key: &str) -> String {
        let path = format!("/v1/orders/{}/payments", buyer.number);
        code(&self.post(&path, key, &buyer.token, &json!({ "method": "stripe" })))
    }

    /// As [`Watched::pay`], for a try to cancel.
    pub(crate) fn cancel(&self, buyer: &Buyer) -> String {
        let path = format!("/v1/orders/{}/cancel", buyer.number);
        code(&self.post(&path, "", &buyer.token, &json!({})))
    }

    pub(crate) fn read(&self, buyer: &Buyer) -> Json {
        let bearer = format!("Bearer {}", buyer.token);
        let path = format!("/v1/orders/{}", buyer.number);
        let reply = self.send(Method::Get, &path, &[("authorization", &bearer)], b"");
        json_of(&reply)["order"].clone()
    }

    /// The newest session of the provider.
    pub(crate) fn session(&self) -> String {
        self.shop.world.sandbox(|sandbox, _| {
            let newest = sandbox.stripe.sessions().last();
            newest.expect("a session").id.clone()
        })
    }

    /// Delivers every webhook that is due.
    pub(crate) fn deliver(&self) {
        let due = self.shop.world.sandbox(sandbox::Sandbox::due_deliveries);
        for delivery in due {
            let headers: Vec<(&str, &str)> = delivery
                .headers
                .iter()
                .map(|(name, value)| (*name, value.as_str()))
                .collect();
            let (_, path) = delivery.url.split_once(":8787").expect("our own address");
            self.send(Method::Post, path, &headers, &delivery.body);
        }
    }
}

/// The code of a problem; nothing for an answer that is none.
pub(crate) fn code(reply: &Reply) -> String {
    json_of(reply)["code"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

//! Puts the document together.

use std::collections::BTreeMap;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value as Json, json};
use shared::api::refusal::{Problem, Refusal};
use shared::api::route::{Policy, ROUTES, RouteSpec};
use shared::http::Method;

use crate::operations::{Answer, Operation, operation};
use crate::problems;

const ABOUT: &str = "\
Takes the money for a shop. Make a quote, make an order, begin a payment, send the buyer to its \
`redirect_url`, and read the order until its `status` is `confirmed`.

Money is an integer of minor units with its currency (`1999` and `USD` are 19.99 dollars; `1600` and \
`JPY` are 1600 yen). Times are RFC 3339 in UTC. Every answer carries an `X-Request-Id`; quote it to \
support.

Errors are RFC 9457 problems with a stable `code`. Any address may also answer 404 `not_found` or \
405 `method_not_allowed`. `HEAD` is answered as `GET`. Pages of allowed origins may call everything \
under `/v1` (CORS).";

/// The JSON schemas of what callers send and of what they are sent.
pub(crate) struct Schemas {
    sent: SchemaGenerator,
    received: SchemaGenerator,
}

impl Schemas {
    fn new() -> Self {
        let settings = || {
            SchemaSettings::draft2020_12().with(|settings| {
                settings.definitions_path = "/components/schemas".into();
                settings.meta_schema = None;
            })
        };
        Self {
            sent: settings().for_deserialize().into_generator(),
            received: settings().for_serialize().into_generator(),
        }
    }

    /// Of a body that callers send. Fields without a default of their own are all optional to the
    /// parser, which reports them together; `required` names those that it will miss.
    pub(crate) fn body<T: JsonSchema>(&mut self) -> Json {
        self.sent.subschema_for::<T>().to_value()
    }

    /// Of a body that callers are sent.
    pub(crate) fn answer<T: JsonSchema>(&mut self) -> Json {
        self.received.subschema_for::<T>().to_value()
    }

    fn finish(mut self) -> Map<String, Json> {
        let mut all = self.sent.take_definitions(true);
        for (name, schema) in self.received.take_definitions(true) {
            let other = all.insert(name.clone(), schema);
            assert!(other.is_none(), "{name} means two things");
        }
        for (name, required) in crate::required::FIELDS {
            require(all.get_mut(*name).expect("a body"), required);
        }
        all.values_mut().for_each(tidy);
        all
    }
}

/// Marks fields as required, which null and nothing then both miss.
fn require(schema: &mut Json, required: &[&str]) {
    schema["required"] = json!(required);
    for field in required {
        let property = schema["properties"][*field].as_object_mut();
        let property = property.unwrap_or_else(|| panic!("no {field}"));
        property.remove("default");
        if property.get("type") == Some(&json!(["string", "null"])) {
            property.insert("type".to_owned(), json!("string"));
        }
    }
}

/// Makes paragraphs of Rust's lines, and leaves out that nothing is the default of nothing.
fn tidy(schema: &mut Json) {
    match schema {
        Json::Object(object) => {
            object.retain(|key, value| key != "default" || !value.is_null());
            if let Some(Json::String(text)) = object.get_mut("description") {
                let paragraphs: Vec<String> = text
                    .split("\n\n")
                    .map(|text| text.replace('\n', " "))
                    .collect();
                *text = paragraphs.join("\n\n");
            }
            object.values_mut().for_each(tidy);
        }
        Json::Array(items) => items.iter_mut().for_each(tidy),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

/// The whole document.
pub(crate) fn document() -> Json {
    let mut schemas = Schemas::new();
    let problem = schemas.answer::<Problem>();
    assert_eq!(problem, json!({ "$ref": PROBLEM }));
    let mut paths = Map::new();
    for spec in ROUTES.iter().filter(|spec| !spec.page) {
        let operation = operation(spec.route, &mut schemas).expect("a JSON route is described");
        let method = spec.method.as_str().to_lowercase();
        let path = paths.entry(spec.path).or_insert_with(|| json!({}));
        path[method] = described(spec, operation);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Edgetill",
            "version": env!("CARGO_PKG_VERSION"),
            "description": ABOUT,
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "schemas": schemas.finish(),
            "parameters": {
                "number": {
                    "name": "number",
                    "in": "path",
                    "required": true,
                    "description": "The order's number; hyphens, spaces and lower case do not matter.",
                    "schema": { "type": "string" },
                    "example": "AV9CFQFQ8FYTMB",
                },
                "code": {
                    "name": "code",
                    "in": "path",
                    "required": true,
                    "description": "As the buyer typed it; hyphens, spaces, lower case and look-alikes \
                        do not matter. A code with a typing error is refused as a field.",
                    "schema": { "type": "string" },
                    "example": "K2ED5SR3Q06W2D",
                },
                "product": {
                    "name": "product",
                    "in": "query",
                    "required": true,
                    "description": "What is to be bought.",
                    "schema": { "type": "string" },
                    "example": "site-backup",
                },
                "period_months": {
                    "name": "period_months",
                    "in": "query",
                    "required": false,
                    "description": "The period in months; left out when bought once.",
                    "schema": { "type": "integer", "minimum": 1, "maximum": 120 },
                    "example": 12,
                },
                "currency": {
                    "name": "currency",
                    "in": "query",
                    "required": true,
                    "description": "ISO 4217, upper case.",
                    "schema": { "type": "string" },
                    "example": "EUR",
                },
                "idempotency_key": {
                    "name": "Idempotency-Key",
                    "in": "header",
                    "required": true,
                    "description": "New for each new wish, such as a UUID. The same key and body are \
                        answered alike and never done twice; another body is refused.",
                    "schema": { "type": "string", "minLength": 20, "maxLength": 255 },
                    "example": "6f1d6c1e-0f63-4f0c-9d0a-5b8b6c0f6a51",
                },
            },
            "headers": {
                "retry_after": {
                    "description": "Seconds to wait.",
                    "schema": { "type": "string" },
                },
            },
            "securitySchemes": {
                "order_token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The `token` of the created order. The buyer's browser may bring \
                        the cookie of the order's page instead.",
                },
                "stripe_signature": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Stripe-Signature",
                    "description": "Made by Stripe over the raw body with the endpoint's secret.",
                },
            },
        },
    })
}

const PROBLEM: &str = "#/components/schemas/Problem";

/// One operation with what every route of its policy shares.
fn described(spec: &RouteSpec, operation: Operation) -> Json {
    let mut refusals = shared_refusals(spec);
    refusals.extend(operation.refusals);
    let mut responses = Map::new();
    for answer in &operation.answers {
        responses.insert(answer.status.to_string(), good(answer));
    }
    for (status, problems) in by_status(&refusals, operation.faults) {
        let response = responses
            .entry(status.to_string())
            .or_insert_with(|| json!({ "description": "", "content": {} }));
        add_problems(response, status, &problems);
    }
    let mut described = json!({
        "operationId": operation.id,
        "summary": operation.summary,
        "responses": responses,
    });
    let mut parameters = Vec::new();
    if spec.path.contains("{number}") {
        parameters.push(json!({ "$ref": "#/components/parameters/number" }));
    }
    for name in operation.parameters {
        parameters.push(json!({ "$ref": format!("#/components/parameters/{name}") }));
    }
    if operation.idempotency_key {
        parameters.push(json!({ "$ref": "#/components/parameters/idempotency_key" }));
    }
    if !parameters.is_empty() {
        described["parameters"] = json!(parameters);
    }
    if let Some((schema, example)) = operation.body {
        let mut content = json!({ "schema": schema });
        if let Some(example) = example {
            content["example"] = example;
        }
        described["requestBody"] = json!({
            "required": !operation.body_optional,
            "description": format!("At most {} bytes.", spec.body_bytes_max),
            "content": { operation.media_type: content },
        });
    }
    if let Some(scheme) = security(spec.policy) {
        described["security"] = json!([{ scheme: [] }]);
    }
    described
}

fn security(policy: Policy) -> Option<&'static str> {
    match policy {
        Policy::OrderToken | Policy::OrderTokenWrite => Some("order_token"),
        Policy::Signature => Some("stripe_signature"),
        // Staff are served pages, which this document does not describe.
        Policy::Public | Policy::PublicWrite | Policy::Nudge | Policy::Staff(_) => None,
    }
}

/// What the checks before every route may refuse.
fn shared_refusals(spec: &RouteSpec) -> Vec<Refusal> {
    let mut refusals = vec![Refusal::HeadersTooLarge];
    if spec.method == Method::Post {
        refusals.push(Refusal::BodyTooLarge(spec.body_bytes_max));
    }
    if spec.is_write() {
        refusals.push(Refusal::ForeignOrigin);
    }
    if !matches!(spec.policy, Policy::Public | Policy::Signature) {
        refusals.push(Refusal::TooManyRequests);
    }
    refusals
}

fn good(answer: &Answer) -> Json {
    let mut response = json!({
        "description": answer.description,
        "content": {
            "application/json": { "schema": answer.schema, "example": answer.example },
        },
    });
    if answer.status == 201 && answer.has_location {
        response["headers"] = json!({
            "Location": { "description": "Its address.", "schema": { "type": "string" } },
        });
    }
    response
}

/// Codes and titles of each status.
fn by_status(
    refusals: &[Refusal],
    faults: &[u16],
) -> BTreeMap<u16, BTreeMap<&'static str, &'static str>> {
    let mut all: BTreeMap<u16, BTreeMap<_, _>> = BTreeMap::new();
    let of_refusals = refusals.iter().map(Refusal::kind);
    let of_faults = problems::faults()
        .into_iter()
        .filter(|(status, ..)| faults.contains(status));
    for (status, code, title) in of_refusals.chain(of_faults) {
        all.entry(status).or_default().insert(code, title);
    }
    all
}

fn add_problems(response: &mut Json, status: u16, problems: &BTreeMap<&str, &str>) {
    let codes: Vec<&&str> = problems.keys().collect();
    let words: Vec<String> = problems
        .iter()
        .map(|(code, title)| format!("`{code}`: {title}."))
        .collect();
    let before = response["description"].as_str().unwrap_or_default();
    let words = format!("{before} {}", words.join(" "));
    response["description"] = json!(words.trim());
    response["content"]["application/problem+json"] = json!({
        "schema": { "$ref": PROBLEM, "properties": { "code": { "enum": codes } } },
    });
    if status == 429 || status == 503 {
        response["headers"] =
            json!({ "Retry-After": { "$ref": "#/components/headers/retry_after" } });
    }
}

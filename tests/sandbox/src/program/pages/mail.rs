//! `/mail`: the mailbox. The HTML of a mail is a stranger's: it is shown in a frame that may run
//! nothing and load nothing.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Json, Router};
use sandbox::mailbox::Mail;
use serde_json::{Value, json};

use super::super::app::App;
use super::{Listed, Newest, not_found, page};

/// For the HTML part alone: inline styles, and links that the reader clicks lead the whole tab away.
const MAIL_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; \
     base-uri 'none'; sandbox allow-top-navigation-by-user-activation";

#[derive(Template)]
#[template(path = "mails.html")]
struct Mails<'a> {
    shop_url: &'a str,
    mails: Newest<Row>,
}

struct Row {
    id: String,
    subject: String,
    to: String,
    received: String,
    requests: u32,
}

#[derive(Template)]
#[template(path = "mail.html")]
struct OneMail<'a> {
    shop_url: &'a str,
    id: String,
    from: String,
    to: String,
    subject: String,
    received: String,
    key: String,
    headers: BTreeMap<String, String>,
    text: Vec<Part>,
    has_html: bool,
}

/// A piece of a text mail.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    Plain(String),
    Link(String),
}

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/mail", get(list))
        .route("/mailbox", get(|| async { Redirect::permanent("/mail") }))
        .route("/mail.json", get(list_json))
        .route("/mail/{id}", get(show))
        .route("/mail/{id}/html", get(show_html))
}

async fn list(State(app): State<App>, Query(asked): Query<Listed>) -> Response {
    let mails = app.peek(|sandbox, _| {
        let row = |mail: &Mail| Row {
            id: mail.id.clone(),
            subject: mail.subject.clone(),
            to: mail.to.join(", "),
            received: mail.received.readable(),
            requests: mail.requests,
        };
        Newest::of(sandbox.mailbox.mails(), &asked, row)
    });
    page(
        StatusCode::OK,
        &Mails {
            shop_url: &app.settings().shop_url,
            mails,
        },
    )
}

/// Every mail, oldest first.
async fn list_json(State(app): State<App>) -> Json<Value> {
    app.peek(|sandbox, _| {
        let entry = |mail: &Mail| {
            json!({
                "id": mail.id,
                "received": mail.received.0,
                "from": mail.from,
                "to": mail.to,
                "subject": mail.subject,
                "text": mail.text,
                "html": mail.html,
                "headers": mail.headers,
                "idempotency_key": mail.idempotency_key,
                "requests": mail.requests,
            })
        };
        Json(sandbox.mailbox.mails().iter().map(entry).collect())
    })
}

async fn show(State(app): State<App>, Path(id): Path<String>) -> Response {
    let Some(mail) = app.peek(|sandbox, _| sandbox.mailbox.find(&id).cloned()) else {
        return not_found("mail");
    };
    let view = OneMail {
        shop_url: &app.settings().shop_url,
        id: mail.id,
        from: mail.from,
        to: mail.to.join(", "),
        subject: mail.subject,
        received: mail.received.readable(),
        key: mail.idempotency_key.unwrap_or_else(|| "none".to_owned()),
        headers: mail.headers,
        text: with_links(&mail.text),
        has_html: !mail.html.is_empty(),
    };
    page(StatusCode::OK, &view)
}

async fn show_html(State(app): State<App>, Path(id): Path<String>) -> Response {
    let Some(mail) = app.peek(|sandbox, _| sandbox.mailbox.find(&id).cloned()) else {
        return not_found("mail");
    };
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, MAIL_POLICY),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, format!("<base target=\"_top\">{}", mail.html)).into_response()
}

/// Splits a text at its http(s) addresses, so that they can be clicked.
fn with_links(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(start) = ["http://", "https://"]
        .iter()
        .filter_map(|s| rest.find(s))
        .min()
    {
        let (before, from) = rest.split_at(start);
        let end = from.find(|c: char| c.is_whitespace() || c == '<' || c == '>' || c == '"');
        let (url, after) = from.split_at(end.unwrap_or(from.len()));
        let trimmed = url.trim_end_matches(['.', ',', ';', ':', ')', '!', '?']);
        if !before.is_empty() {
            parts.push(Part::Plain(before.to_owned()));
        }
        parts.push(Part::Link(trimmed.to_owned()));
        rest = &from[trimmed.len()..];
        if trimmed.is_empty() {
            rest = after;
        }
    }
    if !rest.is_empty() {
        parts.push(Part::Plain(rest.to_owned()));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_in_a_text_become_links_and_nothing_is_lost() {
        let text = "See http://127.0.0.1:8787/o/A1?t=x.\n(https://shop.example/), thanks";
        let parts = with_links(text);
        assert_eq!(
            parts,
            [
                Part::Plain("See ".to_owned()),
                Part::Link("http://127.0.0.1:8787/o/A1?t=x".to_owned()),
                Part::Plain(".\n(".to_owned()),
                Part::Link("https://shop.example/".to_owned()),
                Part::Plain("), thanks".to_owned()),
            ]
        );
        let whole: String = parts
            .iter()
            .map(|part| match part {
                Part::Plain(text) | Part::Link(text) => text.as_str(),
            })
            .collect();
        assert_eq!(whole, text);
    }
}

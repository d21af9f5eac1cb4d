//! `/access`: the page where the team's people sign in.

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use sandbox::access::{PEOPLE, SESSION_S};
use serde::Deserialize;

use super::super::app::{App, wall_clock};
use super::page;

/// The cookie that Access keeps on the application's hostname. Cookies know no ports, so the shop
/// beside us gets it, too. The real one is `Secure`.
const COOKIE: &str = "CF_Authorization";

#[derive(Template)]
#[template(path = "access.html")]
struct SignIn<'a> {
    shop_url: &'a str,
    people: [(&'static str, &'static str); 4],
}

#[derive(Deserialize)]
struct Who {
    email: String,
}

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/access", get(show))
        .route("/access/sign-in", post(sign_in))
        .route("/access/cdn-cgi/access/logout", get(sign_out))
}

async fn show(State(app): State<App>) -> Response {
    let shop_url = &app.settings().shop_url;
    let people = PEOPLE;
    page(StatusCode::OK, &SignIn { shop_url, people })
}

async fn sign_in(State(app): State<App>, Form(who): Form<Who>) -> Response {
    // The shop judges the times by the machine's clock, wherever the sandbox's has been moved to.
    let assertion = app.peek(|sandbox, _| sandbox.access.sign_in(wall_clock(), &who.email));
    let cookie =
        format!("{COOKIE}={assertion}; Path=/; HttpOnly; SameSite=Lax; Max-Age={SESSION_S}");
    let staff = format!("{}/staff", app.settings().shop_url);
    ([(header::SET_COOKIE, cookie)], Redirect::to(&staff)).into_response()
}

async fn sign_out() -> Response {
    let cookie = format!("{COOKIE}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    ([(header::SET_COOKIE, cookie)], Redirect::to("/access")).into_response()
}

//! The program around the sandbox.

mod act;
mod api;
mod app;
pub(crate) mod args;
mod control;
mod deliver;
#[cfg(test)]
mod list_tests;
mod pages;
mod paypal;
#[cfg(test)]
mod paypal_tests;
mod send;
mod state;
#[cfg(test)]
mod tests;

use std::io::ErrorKind;
use std::net::Ipv4Addr;

use app::App;
use args::Settings;
use axum::Router;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

/// Serves until the process is told to stop. Errors are one sentence for the person at the terminal.
pub(crate) async fn serve(settings: Settings) -> Result<(), String> {
    let port = settings.port;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .await
        .map_err(|error| match error.kind() {
            ErrorKind::AddrInUse => format!(
                "port {port} is taken by another program; stop that one, or choose with --port"
            ),
            _ => format!("cannot listen on port {port}: {error}"),
        })?;
    let app = App::new(settings);
    println!("The sandbox is at {}", app.settings().config.base_url);
    tokio::spawn(deliver::run(app.clone()));
    let server = axum::serve(listener, router(app.clone()));
    tokio::select! {
        ended = server => ended.map_err(|error| format!("the server ended: {error}"))?,
        () = state::keep(&app) => {}
        () = told_to_stop() => {}
    }
    state::save(&app)
}

/// Returns when Ctrl-C is pressed or `kill` asks; never on a system where nobody can ask.
async fn told_to_stop() {
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

fn router(app: App) -> Router {
    Router::new()
        .merge(api::routes())
        .merge(control::routes())
        .merge(paypal::control::routes())
        .merge(pages::routes())
        .with_state(app)
}

//! The program around the sandbox.

mod act;
mod api;
mod app;
pub(crate) mod args;
mod control;
mod deliver;
mod pages;
mod paypal;
#[cfg(test)]
mod paypal_tests;
mod send;
#[cfg(test)]
mod tests;

use std::io::ErrorKind;
use std::net::Ipv4Addr;

use app::App;
use args::Settings;
use axum::Router;
use tokio::net::TcpListener;

/// Serves until the process is stopped. Errors are one sentence for the person at the terminal.
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
    axum::serve(listener, router(app))
        .await
        .map_err(|error| format!("the server ended: {error}"))
}

fn router(app: App) -> Router {
    Router::new()
        .merge(api::routes())
        .merge(control::routes())
        .merge(paypal::control::routes())
        .merge(pages::routes())
        .with_state(app)
}

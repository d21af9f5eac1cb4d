//! The platform's two events. What they mean is decided in `dispatch` and `cron`.

use std::sync::OnceLock;

use serde_json::json;
use shared::config::Settings;
use shared::http::Method;
use wasm_bindgen::JsValue;
use worker::{Context, Env, ScheduleContext, ScheduledEvent, event};

use crate::adapters::door::{Incoming, Outgoing};
use crate::adapters::live::Live;
use crate::cron::tick::tick;
use crate::dispatch::{body_bytes_max, serve};
use crate::http::Reply;
use crate::outbox::deliver::deliver;
use crate::world::World;

/// Read once per isolate: an operator's change of a setting starts new isolates.
static SETTINGS: OnceLock<Settings> = OnceLock::new();

fn settings(world: &Live) -> &'static Settings {
    SETTINGS.get_or_init(|| {
        let values = world.settings();
        let settings = Settings::read(&|name| values.get(name).cloned());
        for problem in settings.problems() {
            world.log(&json!({
                "level": "warn",
                "setting": problem.setting,
                "message": problem.problem,
            }));
        }
        settings
    })
}

#[event(fetch)]
async fn fetch(request: Incoming, env: Env, context: Context) -> worker::Result<Outgoing> {
    let world = Live::new(JsValue::from(env));
    let settings = settings(&world);
    let Some(method) = request.method() else {
        return Ok(Outgoing(Reply::empty(501)));
    };
    let bytes_max = body_bytes_max(method, request.path(), |name| request.header(name));
    let bytes_max = u32::try_from(bytes_max).unwrap_or(u32::MAX);
    // A body is read only where the route takes one.
    let body = if bytes_max == 0 || method == Method::Get {
        Some(Vec::new())
    } else {
        request.body(bytes_max).await
    };
    let Some(body) = body else {
        return Ok(Outgoing(Reply::empty(400)));
    };
    let request_id = request_id(&request, &world);
    let reply = serve(
        &world,
        settings,
        &request.into_request(method, body, request_id),
    )
    .await;
    let messages = reply.deliver.clone();
    if !messages.is_empty() {
        context.wait_until(async move {
            if let Err(fault) = deliver(&world, settings, &messages).await {
                // Cron delivers what stays.
                world.log(&json!({ "level": "error", "message": fault.to_string() }));
            }
        });
    }
    Ok(Outgoing(reply))
}

#[event(scheduled)]
async fn scheduled(_event: ScheduledEvent, env: Env, _context: ScheduleContext) {
    let world = Live::new(JsValue::from(env));
    tick(&world, settings(&world)).await;
}

/// The platform's own id of the request, which its logs and the buyer's support share.
fn request_id(request: &Incoming, world: &Live) -> String {
    request.header("cf-ray").map_or_else(
        || {
            shared::id::WriteToken::from_random(world.random())
                .as_str()
                .to_owned()
        },
        str::to_owned,
    )
}

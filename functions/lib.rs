//! Edgetill: takes the money for a shop that has no server of its own.

pub mod adapters;
pub mod world;

#[cfg(target_arch = "wasm32")]
mod entry {
    use worker::{Context, Env, Request, Response, Result, ScheduleContext, ScheduledEvent, event};

    use crate::adapters::live::Live;
    use crate::world::World;

    #[event(fetch)]
    async fn fetch(_request: Request, env: Env, _context: Context) -> Result<Response> {
        let live = Live::new(env.into());
        Response::ok(live.now().rfc3339())
    }

    #[event(scheduled)]
    async fn scheduled(_event: ScheduledEvent, env: Env, _context: ScheduleContext) {
        let live = Live::new(env.into());
        live.log(&serde_json::json!({ "tick": live.now().rfc3339() }));
    }
}

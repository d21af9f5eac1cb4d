//! `GET /healthz`: whether the doors are open and cron is alive. Names settings, never values.

use shared::api::answer::{CronHealth, Doors, HealthAnswer, HealthStatus, SettingHealth};
use shared::config::{SettingProblem, Settings};
use shared::record::Record;
use shared::store::jobs;
use shared::time::Timestamp;

use crate::failure::Failure;
use crate::http::Reply;
use crate::world::World;

/// Cron that has not run for this long is not running.
const CRON_STALE_S: i64 = 300;
/// So far apart may the clocks of two machines be.
const CLOCK_SKEW_S: i64 = 60;

#[derive(Record)]
struct RunRow {
    finished_at: Timestamp,
}

/// 200 while orders can be made and paid and cron runs; 503 otherwise.
pub async fn health<W: World>(world: &W, settings: &Settings) -> Result<Reply, Failure> {
    let by = world.now().plus(CLOCK_SKEW_S);
    let rows = world.query(&[jobs::LAST_RUN.bind([by.into()])]).await?;
    let last: Option<RunRow> = match rows.first() {
        Some(rows) => rows.first()?,
        None => None,
    };
    let age_s = last
        .as_ref()
        .map(|run| world.now().seconds_since(run.finished_at));
    let doors = Doors {
        orders: settings.links.is_some(),
        stripe: settings.stripe.is_some(),
        paypal: settings.paypal.is_some(),
        staff: settings.access.is_some(),
        mail: !matches!(settings.mail, shared::config::Mail::None),
        release: settings.release.is_some(),
    };
    let cron_alive = age_s.is_some_and(|age| (-CLOCK_SKEW_S..CRON_STALE_S).contains(&age));
    let able = doors.orders && (doors.stripe || doors.paypal) && cron_alive;
    let status = match (able, settings.problems().is_empty()) {
        (false, _) => HealthStatus::Red,
        (true, false) => HealthStatus::Amber,
        (true, true) => HealthStatus::Green,
    };
    let problem = |problem: &SettingProblem| SettingHealth {
        setting: problem.setting.to_owned(),
        problem: problem.problem.clone(),
    };
    let answer = HealthAnswer {
        status,
        doors,
        cron: CronHealth {
            alive: cron_alive,
            last_run: last.map(|run| run.finished_at.rfc3339()),
        },
        problems: settings.problems().iter().map(problem).collect(),
    };
    Ok(Reply::json(if able { 200 } else { 503 }, &answer))
}

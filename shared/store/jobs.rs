//! Cron's own rows.

use super::statements;

statements! {
    /// A finished tick, by a clock that may have gone back meanwhile.
    INSERT_RUN = "INSERT INTO job_runs (started_at, run_token, finished_at, handled, failed, \
        report) VALUES (?1, ?2, max(?1, ?3), ?4, ?5, ?6)";
    /// Forgets ticks of more than a week ago, some at a time.
    PRUNE_RUNS = "DELETE FROM job_runs WHERE (started_at, run_token) IN ( \
        SELECT started_at, run_token FROM job_runs WHERE started_at < ?1 \
        ORDER BY started_at LIMIT 20)";
    /// The newest tick that began by ?1: one that is dated later hides none; for health.
    LAST_RUN = "SELECT started_at, finished_at, handled, failed FROM job_runs \
        WHERE started_at = (SELECT max(started_at) FROM job_runs WHERE started_at <= ?1) LIMIT 1";
    /// Takes the cursors of the providers that are due.
    LEASE_CURSORS = "UPDATE cursors SET due_at = ?2 WHERE due_at <= ?1 \
        RETURNING provider, position";
    /// Moves a provider's cursor on; ?3, if any, is when to read on.
    MOVE_CURSOR = "UPDATE cursors SET position = ?2, due_at = coalesce(?3, due_at) \
        WHERE provider = ?1";
}

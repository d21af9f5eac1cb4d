//! What every door has at hand when it answers.

use shared::config::Settings;

use crate::http::Request;

/// One request, the settings that hold while it is answered, and the world that it is answered in.
#[derive(Debug)]
pub struct Context<'a, W> {
    /// Time, chance, the database and everything outside.
    pub world: &'a W,
    /// How the shop is set up.
    pub settings: &'a Settings,
    /// What was asked.
    pub request: &'a Request,
}

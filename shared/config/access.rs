//! Whom staff sign in with.

use super::Reader;
use crate::access::Access;

const TEAM: &str = "ACCESS_TEAM_BASE";
const AUDIENCE: &str = "ACCESS_AUD";

impl Reader<'_> {
    pub(super) fn access(&mut self) -> Option<Access> {
        let (team, audience) = (self.optional(TEAM), self.optional(AUDIENCE));
        for (name, value) in [(TEAM, &team), (AUDIENCE, &audience)] {
            if value.is_none() {
                self.complain(name, "is not set; the staff door is closed");
            }
        }
        team?;
        let audience = audience?;
        // Whoever speaks for the team says who staff are: never over plain HTTP.
        let team = self.safe_address(TEAM, "")?;
        Access::new(&team, &audience)
            .map_err(|error| self.complain(AUDIENCE, error.to_string()))
            .ok()
    }
}

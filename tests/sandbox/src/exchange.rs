//! What can come of one request, and the faults that decide it.

use shared::http::{InResponse, OutRequest, PROVIDER_ANSWER_BYTES_MAX};

/// What the caller sees of one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exchange {
    /// An answer came back. Its body may be longer than the caller's cap: the caller enforces it.
    Answered(InResponse),
    /// The request had its effect, then the answer was lost; the caller sees a time-out.
    LostAfterEffect,
    /// The request never arrived; the caller sees the same time-out.
    NotReached,
}

/// Whose door a request knocks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Target {
    /// The Stripe API.
    Stripe,
    /// The PayPal API, with its token and certificate endpoints.
    PayPal,
    /// The keys of Cloudflare Access.
    Access,
    /// The mail API.
    Mail,
    /// The production floor.
    Production,
}

/// What goes wrong with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// 500, and nothing happened.
    ServerErrorBeforeEffect,
    /// It happened, and the answer is a 500. Stripe stores that answer under the idempotency key;
    /// PayPal answers a repeat with what has become of the first request.
    ServerErrorAfterEffect,
    /// 503, and nothing happened.
    Unavailable,
    /// 429, and nothing happened.
    TooManyRequests,
    /// 409: another request with this idempotency key is still running.
    KeyInUse,
    /// It happened, and the answer was lost.
    LostAfterEffect,
    /// It never arrived.
    NotReached,
    /// It happened, and the answer is 200 with an HTML body.
    GarbageBody,
    /// It happened, and the answer is longer than any caller should read.
    OversizeBody,
}

impl Fault {
    /// Every fault, for simulations that draw one.
    pub const ALL: [Self; 9] = [
        Self::ServerErrorBeforeEffect,
        Self::ServerErrorAfterEffect,
        Self::Unavailable,
        Self::TooManyRequests,
        Self::KeyInUse,
        Self::LostAfterEffect,
        Self::NotReached,
        Self::GarbageBody,
        Self::OversizeBody,
    ];

    /// The `snake_case` name used on the control interface.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ServerErrorBeforeEffect => "server_error_before_effect",
            Self::ServerErrorAfterEffect => "server_error_after_effect",
            Self::Unavailable => "unavailable",
            Self::TooManyRequests => "too_many_requests",
            Self::KeyInUse => "key_in_use",
            Self::LostAfterEffect => "lost_after_effect",
            Self::NotReached => "not_reached",
            Self::GarbageBody => "garbage_body",
            Self::OversizeBody => "oversize_body",
        }
    }
}

/// How a provider ends a request that it has begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// With its real answer.
    Normal,
    /// With a 500, which at Stripe is also what a repeat under the same key will see.
    ServerError,
}

/// Faults that wait for their requests, first come first served per target.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    rules: Vec<Rule>,
}

#[derive(Debug)]
struct Rule {
    target: Target,
    path_part: String,
    fault: Fault,
    times: u32,
}

impl Faults {
    pub(crate) fn add(&mut self, target: Target, path_part: &str, fault: Fault, times: u32) {
        self.rules.push(Rule {
            target,
            path_part: path_part.to_owned(),
            fault,
            times,
        });
    }

    pub(crate) fn clear(&mut self) {
        self.rules.clear();
    }

    pub(crate) fn take(&mut self, target: Target, path: &str) -> Option<Fault> {
        let rule = self
            .rules
            .iter_mut()
            .find(|r| r.times > 0 && r.target == target && path.contains(&r.path_part))?;
        rule.times -= 1;
        let fault = rule.fault;
        self.rules.retain(|rule| rule.times > 0);
        Some(fault)
    }
}

/// Spoils a good answer. A refusal stays one: nothing has happened.
pub(crate) fn garbage(mut answer: InResponse) -> InResponse {
    if !(200..300).contains(&answer.status) {
        return answer;
    }
    answer.status = 200;
    answer.body = b"<!doctype html><title>Gateway</title><p>Please stand by.".to_vec();
    answer
}

/// Pads a good answer beyond [`PROVIDER_ANSWER_BYTES_MAX`]. The white space keeps it valid JSON, so
/// that only a cap can refuse it.
pub(crate) fn oversize(mut answer: InResponse) -> InResponse {
    answer
        .body
        .resize(answer.body.len() + PROVIDER_ANSWER_BYTES_MAX, b' ');
    answer
}

/// A header of a request.
pub(crate) fn header<'a>(request: &'a OutRequest, name: &str) -> Option<&'a str> {
    request
        .headers
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value.as_str())
}

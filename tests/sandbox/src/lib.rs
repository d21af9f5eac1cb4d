//! Stand-ins for the outside world: Stripe, PayPal, Cloudflare Access, a mail service and the
//! production floor.
//!
//! In scope: the rules by which those services accept, refuse, remember and repeat, as far as
//! Edgetill meets them. A [`Sandbox`] is a pure state machine: time comes in as `now`, ids are
//! counted, requests and answers are data, so that a test or a simulation owns every moment.
//!
//! Out of scope: sockets, clocks and pages. They belong to the program `edgetill-sandbox`, which
//! wraps this library for a developer's machine and for the end-to-end tests.
//!
//! The sandbox shares no decision with the product. It has its own form parser, its own MAC and its
//! own books of money ([`stripe::Stripe::captured`], [`paypal::PayPal::captured`]), so that an agreement of the two means something.
//! Where the real service is more lenient and nothing good comes of it, the sandbox refuses.

// One literal per object of the API, so that it can be read beside the reference.
#![recursion_limit = "512"]

pub mod access;
pub mod config;
mod delivery;
mod exchange;
mod id;
mod kept;
mod mac;
pub mod mailbox;
pub mod paypal;
pub mod production;
mod readable;
mod shelf;
pub mod stripe;

use serde::{Deserialize, Serialize};
use shared::http::{InResponse, OutRequest};
use shared::time::Timestamp;

use access::Access;
pub use config::{PayPalConfig, SandboxConfig, StripeConfig};
pub use delivery::{Attempt, Delivery, DeliveryId, DeliveryState, WebhookMode};
use exchange::{Ending, Faults};
pub use exchange::{Exchange, Fault, Target};
use mailbox::Mailbox;
use paypal::PayPal;
use production::Production;
use stripe::Stripe;

/// The outside world of one shop. As serde sees it, it has no settings and no faults: whoever reads it
/// back makes it whole with [`Sandbox::resumed`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Sandbox {
    /// Stripe, with the buyer's and the bank's actions.
    pub stripe: Stripe,
    /// PayPal, with the buyer's and the bank's actions.
    pub paypal: PayPal,
    /// Whom staff sign in with.
    pub access: Access,
    /// The mail service.
    pub mailbox: Mailbox,
    /// The production floor.
    pub production: Production,
    #[serde(skip)]
    base_url: String,
    #[serde(skip)]
    faults: Faults,
}

impl Sandbox {
    /// An empty world.
    #[must_use]
    pub fn new(config: SandboxConfig) -> Self {
        Self {
            stripe: Stripe::new(config.stripe, &config.base_url, config.seed),
            paypal: PayPal::new(config.paypal, &config.base_url, config.seed),
            access: Access::new(team(&config.base_url), config.access_audience),
            mailbox: Mailbox::new(config.mail_api_key, config.seed),
            production: Production::new(&config.release_secrets),
            base_url: config.base_url,
            faults: Faults::default(),
        }
    }

    /// Goes on as a sandbox that was read back from its state, under the settings of today. Faults
    /// that had not struck are forgotten; webhooks that were on their way are sent again.
    #[must_use]
    pub fn resumed(mut self, config: SandboxConfig) -> Self {
        self.stripe.resume(config.stripe, &config.base_url);
        self.paypal.resume(config.paypal, &config.base_url);
        self.access
            .resume(team(&config.base_url), config.access_audience);
        self.mailbox.resume(config.mail_api_key);
        self.production.resume(&config.release_secrets);
        self.base_url = config.base_url;
        self
    }

    /// Answers one request, or loses it as [`Sandbox::fail_next`] said. Time-driven changes are
    /// applied first, so a session that is past its deadline is already expired.
    pub fn answer(&mut self, now: Timestamp, request: &OutRequest) -> Exchange {
        self.tick(now);
        let Some(door) = Door::of(&self.base_url, &request.url) else {
            return Exchange::Answered(no_such_door(&request.url));
        };
        match self.faults.take(door.target, &door.path) {
            None => Exchange::Answered(self.perform(now, request, &door, Ending::Normal)),
            Some(Fault::NotReached) => Exchange::NotReached,
            Some(Fault::LostAfterEffect) => {
                self.perform(now, request, &door, Ending::Normal);
                Exchange::LostAfterEffect
            }
            Some(Fault::ServerErrorAfterEffect) => {
                Exchange::Answered(self.perform(now, request, &door, Ending::ServerError))
            }
            Some(Fault::GarbageBody) => {
                let answer = self.perform(now, request, &door, Ending::Normal);
                Exchange::Answered(exchange::garbage(answer))
            }
            Some(Fault::OversizeBody) => {
                let answer = self.perform(now, request, &door, Ending::Normal);
                Exchange::Answered(exchange::oversize(answer))
            }
            Some(
                refusal @ (Fault::ServerErrorBeforeEffect
                | Fault::Unavailable
                | Fault::TooManyRequests
                | Fault::KeyInUse),
            ) => Exchange::Answered(self.refuse(door.target, refusal)),
        }
    }

    /// Lets the next `times` requests to `target` fail. Rules are used up in the order they came.
    pub fn fail_next(&mut self, target: Target, fault: Fault, times: u32) {
        self.faults.add(target, "", fault, times);
    }

    /// As [`Sandbox::fail_next`], for requests whose path contains `path_part` only, such as
    /// `/expire`.
    pub fn fail_next_on(&mut self, target: Target, path_part: &str, fault: Fault, times: u32) {
        self.faults.add(target, path_part, fault, times);
    }

    /// Forgets every fault that has not struck yet.
    pub fn heal(&mut self) {
        self.faults.clear();
    }

    /// Applies what time alone changes: sessions, orders and approvals expire.
    pub fn tick(&mut self, now: Timestamp) {
        self.stripe.tick(now);
        self.paypal.tick(now);
    }

    /// The webhooks whose time has come, Stripe's first. Stripe signs as of `now`, PayPal as of the
    /// first attempt. Each must be reported with
    /// [`Sandbox::delivered`]; one that never is counts as being on its way for ever.
    pub fn due_deliveries(&mut self, now: Timestamp) -> Vec<Delivery> {
        self.tick(now);
        let mut due = self.stripe.due_deliveries(now);
        due.extend(self.paypal.due_deliveries(now));
        due
    }

    /// Reports the status that a delivery was answered with; `None` for no answer at all. Anything
    /// but a 2xx is retried with back-off for up to three days.
    pub fn delivered(&mut self, now: Timestamp, delivery: DeliveryId, status: Option<u16>) {
        if PayPal::sent(delivery) {
            self.paypal.delivered(now, delivery, status);
        } else {
            self.stripe.delivered(now, delivery, status);
        }
    }

    fn perform(
        &mut self,
        now: Timestamp,
        request: &OutRequest,
        door: &Door,
        ending: Ending,
    ) -> InResponse {
        match door.target {
            Target::Stripe => self
                .stripe
                .answer(now, request, &door.path, &door.query, ending),
            Target::PayPal => self
                .paypal
                .answer(now, request, &door.path, &door.query, ending),
            Target::Access => self.access.answer(request, &door.path, ending),
            Target::Mail => self.mailbox.answer(now, request, &door.path, ending),
            Target::Production => self.production.answer(now, request, &door.path, ending),
        }
    }

    fn refuse(&mut self, target: Target, fault: Fault) -> InResponse {
        match target {
            Target::Stripe => self.stripe.refuse(fault),
            Target::PayPal => self.paypal.refuse(fault),
            Target::Access => access::refuse(fault),
            Target::Mail => mailbox::refuse(fault),
            Target::Production => production::refuse(fault),
        }
    }
}

/// The address of the team at Access.
fn team(base_url: &str) -> String {
    format!("{base_url}/access")
}

/// Which stand-in a URL belongs to, and the rest of the URL.
struct Door {
    target: Target,
    path: String,
    query: String,
}

impl Door {
    fn of(base_url: &str, url: &str) -> Option<Self> {
        let rest = url.strip_prefix(base_url)?;
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        [
            ("/stripe", Target::Stripe),
            ("/paypal", Target::PayPal),
            ("/access", Target::Access),
            ("/resend", Target::Mail),
            ("/production", Target::Production),
        ]
        .into_iter()
        .find_map(|(prefix, target)| {
            let path = path
                .strip_prefix(prefix)
                .filter(|path| path.starts_with('/'))?;
            Some(Self {
                target,
                path: path.to_owned(),
                query: query.to_owned(),
            })
        })
    }
}

fn no_such_door(url: &str) -> InResponse {
    InResponse {
        status: 404,
        headers: vec![(
            "content-type".to_owned(),
            "text/plain; charset=utf-8".to_owned(),
        )],
        body: format!("The sandbox has nothing at {url}\n").into_bytes(),
    }
}

//! The staff door: reviewers, support and admins, in a browser.
//!
//! Identity comes from Cloudflare Access (`door.rs`), the role from the `staff` table, in the same
//! round trip as what a page shows (`desk.rs`). Every action is written with its actor, and the
//! schema refuses one by somebody who may not do it at that moment.

mod ask;
mod banks;
mod by_hand;
mod cases;
mod desk;
mod door;
mod members;
mod order;
mod proof_file;
mod queue;
mod review;
mod review_page;
mod search;
mod words;

use shared::access::Access;
use shared::api::refusal::Refusal;
use shared::api::route::{Policy, StaffRoute};
use shared::config::Settings;

use self::desk::Desk;
use crate::failure::Failure;
use crate::http::{Reply, Request};
use crate::world::World;

/// Answers a request of staff.
pub async fn answer<W: World>(
    world: &W,
    settings: &Settings,
    request: &Request,
    route: StaffRoute,
    policy: Policy,
    name: &str,
) -> Result<Reply, Failure> {
    // A test finds every line of the table that would be refused here.
    let Policy::Staff(right) = policy else {
        return Err(Refusal::NotFound.into());
    };
    let desk = Desk::open(world, settings, request, right).await?;
    match route {
        StaffRoute::Queue => queue::page(world, &desk).await,
        StaffRoute::Review => review::page(world, &desk, name).await,
        StaffRoute::Approve => review::approve(world, &desk, name).await,
        StaffRoute::Reject => review::reject(world, &desk, name).await,
        StaffRoute::ProofFile => proof_file::send(world, &desk, name).await,
        StaffRoute::Search => search::page(world, &desk).await,
        StaffRoute::SubmitSearch => search::submit(world, &desk).await,
        StaffRoute::Order => order::page(world, &desk, name).await,
        StaffRoute::AskProvider => ask::ask(world, &desk, name).await,
        StaffRoute::SettleByHand => by_hand::settle(world, &desk, name).await,
        StaffRoute::Revoke => by_hand::revoke(world, &desk, name).await,
        StaffRoute::Banks => banks::page(world, &desk).await,
        StaffRoute::AddBank => banks::add(world, &desk).await,
        StaffRoute::RetireBank => banks::retire(world, &desk).await,
        StaffRoute::Cases => cases::page(world, &desk).await,
        StaffRoute::ResolveCase => cases::resolve(world, &desk).await,
        StaffRoute::Members => members::page(world, &desk).await,
        StaffRoute::AdmitMember => members::admit(world, &desk).await,
        StaffRoute::DisableMember => members::disable(world, &desk).await,
        StaffRoute::SignOut => Ok(sign_out(settings)),
    }
}

/// Ends the session where it began. Whoever is here may leave, so nothing else is asked.
fn sign_out(settings: &Settings) -> Reply {
    let leave = settings.access.as_ref().map(Access::sign_out_url);
    Reply::see_other(leave.unwrap_or_else(|| "/".to_owned()))
}

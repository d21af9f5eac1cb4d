//! The staff door: reviewers, support and admins, in a browser.
//!
//! Identity comes from Cloudflare Access (`door.rs`), the role from the `staff` table, in the same
//! round trip as what a page shows (`desk.rs`). Every action is written with its actor, and the
//! schema refuses one by somebody who may not do it at that moment.

mod ask;
mod banks;
mod by_hand;
mod cases;
mod coupons;
mod desk;
mod door;
mod issued;
mod members;
mod order;
mod proof_file;
mod queue;
mod review;
mod review_page;
mod search;
mod signatures;
mod told;
mod words;

use std::pin::Pin;

use shared::access::Access;
use shared::api::refusal::Refusal;
use shared::api::route::{Policy, StaffRoute};
use shared::config::Settings;

use self::desk::Desk;
use crate::context::Context;
use crate::failure::Failure;
use crate::http::Reply;
use crate::world::World;

/// Answers a request of staff.
pub async fn answer<W: World>(
    cx: &Context<'_, W>,
    route: StaffRoute,
    policy: Policy,
    name: &str,
) -> Result<Reply, Failure> {
    let &Context {
        world, settings, ..
    } = cx;
    // A test finds every line of the table that would be refused here.
    let Policy::Staff(right) = policy else {
        return Err(Refusal::NotFound.into());
    };
    let desk = Desk::open(cx, right).await?;
    // On the heap: side by side in one future, the pages would be one enormous function.
    let page: Pin<Box<dyn Future<Output = Result<Reply, Failure>>>> = match route {
        StaffRoute::Queue => Box::pin(queue::page(world, &desk)),
        StaffRoute::Review => Box::pin(review::page(world, &desk, name)),
        StaffRoute::Approve => Box::pin(review::approve(world, &desk, name)),
        StaffRoute::Reject => Box::pin(review::reject(world, &desk, name)),
        StaffRoute::ProofFile => Box::pin(proof_file::send(world, &desk, name)),
        StaffRoute::Search => Box::pin(search::page(world, &desk)),
        StaffRoute::SubmitSearch => Box::pin(search::submit(world, &desk)),
        StaffRoute::Order => Box::pin(order::page(world, &desk, name)),
        StaffRoute::AskProvider => Box::pin(ask::ask(world, &desk, name)),
        StaffRoute::SettleByHand => Box::pin(by_hand::settle(world, &desk, name)),
        StaffRoute::Revoke => Box::pin(by_hand::revoke(world, &desk, name)),
        StaffRoute::TurnCodes => Box::pin(issued::turn(world, &desk, name)),
        StaffRoute::Banks => Box::pin(banks::page(world, &desk)),
        StaffRoute::AddBank => Box::pin(banks::add(world, &desk)),
        StaffRoute::RetireBank => Box::pin(banks::retire(world, &desk)),
        StaffRoute::Cases => Box::pin(cases::page(world, &desk)),
        StaffRoute::ResolveCase => Box::pin(cases::resolve(world, &desk)),
        StaffRoute::Members => Box::pin(members::page(world, &desk)),
        StaffRoute::AdmitMember => Box::pin(members::admit(world, &desk)),
        StaffRoute::DisableMember => Box::pin(members::disable(world, &desk)),
        StaffRoute::Coupons => Box::pin(coupons::page(world, &desk)),
        StaffRoute::MakeCoupon => Box::pin(coupons::make(world, &desk)),
        StaffRoute::Coupon => Box::pin(coupons::one(world, &desk, name)),
        StaffRoute::PauseCoupon => Box::pin(coupons::pause(world, &desk, name)),
        StaffRoute::RestoreUse => Box::pin(coupons::restore(world, &desk, name)),
        StaffRoute::SignOut => return Ok(sign_out(settings)),
    };
    match page.await {
        Err(Failure::Refused(Refusal::NotAllowed)) => desk.turned_away(),
        answered => answered,
    }
}

/// Ends the session where it began. Whoever is here may leave, so nothing else is asked.
fn sign_out(settings: &Settings) -> Reply {
    let leave = settings.access.as_ref().map(Access::sign_out_url);
    Reply::see_other(leave.unwrap_or_else(|| "/".to_owned()))
}

//! What a buyer sees when something went wrong: an RFC 9457 problem as a page.

use super::{Frame, SendForm};
use askama::Template;

/// A refusal or a fault; also the news of a payment for a browser that cannot open its order. It carries
/// the problem's own words and nothing of ours from inside.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "problem.html")]
pub struct ProblemPage {
    /// What stands around the page.
    pub frame: Frame,
    /// The problem's title, a sentence without a full stop.
    pub title: String,
    /// What happened and what to do now, in whole sentences.
    pub detail: String,
    /// What support needs to find the request.
    pub request_id: String,
    /// The form that was refused for now, as it was filled in.
    pub again: Option<SendForm>,
    /// Where the buyer can go on, with the words of the link.
    pub next: Option<(String, String)>,
}

/// The page for an address that leads nowhere. An unknown order and a wrong token get this same
/// page, so that it tells nothing about which orders exist.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "not_found.html")]
pub struct NotFoundPage {
    /// What stands around the page.
    pub frame: Frame,
}

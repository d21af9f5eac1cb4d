//! A moment on a page, for people and for their programs.

use askama::Template;
use askama::filters::HtmlSafe;
use shared::time::Timestamp;

/// A moment as it is shown.
#[derive(Template)]
#[template(path = "time.html")]
pub(super) struct Time<'a>(pub(super) &'a Timestamp);

impl HtmlSafe for Time<'_> {}

//! Every page and mail in every state that a buyer can meet, with made-up data.
//!
//! The program writes them as files to look at; the tests pin them and check what must hold on all
//! of them. A new state belongs in these lists first.

mod checkouts;
pub mod mails;
mod orders;
pub mod pages;
mod staff;
mod staff_coupons;

/// Text that tries to leave its place: markup, both quotes, a direction override, a long word.
#[must_use]
pub fn hostile() -> String {
    format!(
        "<script>alert(1)</script>\"'&\u{202e}txt.exe\u{5e9}\u{5dc}{}",
        "W".repeat(500)
    )
}

/// A page, ready to be written.
#[derive(Debug)]
pub struct Sample {
    /// The file's name without its ending: `<page>-<state>`.
    pub name: &'static str,
    /// The whole page.
    pub html: String,
}

//! The words of the mail with a one-time code.

use super::{About, Fact, Letter};

impl About {
    /// The code that shows that the order's address is its customer's (A40), and until when it is good.
    #[must_use]
    pub fn email_code(self, code: &str, until: &str) -> Letter {
        let paragraphs = [
            "An order with a coupon was placed with this e-mail address. If it is yours, open the order and type this code. The order goes on once you have.",
            "Only the newest code is good. If you did not order, ignore this mail and give the code to nobody: without it the order expires within an hour, and nothing is charged.",
        ];
        let facts = vec![Fact::new("Code", code), Fact::new("Good until", until)];
        self.with_link("Open your order", |about| {
            about.letter("Confirm your e-mail address", &paragraphs, facts)
        })
    }
}

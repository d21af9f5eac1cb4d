//! The words of the mails about bank transfers, and about a payment that did not come in the end.

use super::{Fact, Letter, OneLine, Shop};
use crate::bank::BankAccount;
use crate::proof::RejectionCode;

/// What every mail about an order's transfer begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// Who writes.
    pub shop: Shop,
    /// The public order number; the reference of a transfer.
    pub order_number: OneLine,
    /// The order's page with its token.
    pub order_url: OneLine,
}

impl About {
    pub(super) fn letter(self, heading: &str, paragraphs: &[&str], facts: Vec<Fact>) -> Letter {
        Letter {
            shop: self.shop,
            order_number: self.order_number,
            heading: heading.into(),
            paragraphs: paragraphs.iter().map(|text| (*text).into()).collect(),
            facts,
            link: None,
        }
    }

    pub(super) fn with_link(self, label: &str, letter: impl FnOnce(Self) -> Letter) -> Letter {
        let url = self.order_url.clone();
        Letter {
            link: Some((url, label.into())),
            ..letter(self)
        }
    }

    /// Where to transfer to, how much, with which reference and until when (A27, A28).
    #[must_use]
    pub fn details(self, due: &str, until: &str, accounts: &[BankAccount]) -> Letter {
        let mut facts = vec![
            Fact::new("Amount", due),
            Fact::new("Reference", self.order_number.as_str()),
            Fact::new("Until", until),
        ];
        facts.extend(accounts.iter().flat_map(facts_of));
        let paragraphs = [
            "Transfer the amount to one of these accounts, and write the reference into the transfer.",
            "Then open your order and hand in a proof: a screenshot or a PDF that shows the transfer. We look at it within 30 minutes.",
        ];
        self.with_link("Open your order", |about| {
            about.letter("How to pay by bank transfer", &paragraphs, facts)
        })
    }

    /// 30 minutes passed and nobody has looked at the proof (A35, A37).
    #[must_use]
    pub fn review_late(self, payment_reference: &str) -> Letter {
        let facts = vec![
            Fact::new("Order number", self.order_number.as_str()),
            Fact::new("Payment reference", payment_reference),
        ];
        let paragraphs = [
            "Your proof of payment is still waiting for our staff. We have reminded them, and we write to you as soon as they have looked at it.",
            "You need not pay again, and you need not do anything. If you would rather not wait, write to us and quote what stands below.",
        ];
        self.letter("Your proof of payment takes longer", &paragraphs, facts)
    }

    /// The proof was turned down, and why (A34, S63).
    #[must_use]
    pub fn rejected(self, code: RejectionCode, reason: &str, is_last: bool) -> Letter {
        let next = if is_last {
            "This was the last proof that we take for this order. You can pay in another way, cancel, or write to us."
        } else {
            "Open your order to hand in another proof, to pay in another way, or to cancel."
        };
        let paragraphs: Vec<&str> = [code.words(), reason, next]
            .into_iter()
            .filter(|text| !text.is_empty())
            .collect();
        self.with_link("Open your order", |about| {
            about.letter(
                "We could not accept your proof of payment",
                &paragraphs,
                Vec::new(),
            )
        })
    }

    /// A part was paid; the rest is due (S27, S30).
    #[must_use]
    pub fn short(self, paid: &str, due: &str) -> Letter {
        let facts = vec![Fact::new("Received", paid), Fact::new("Still due", due)];
        let paragraphs = [
            "Your transfer has arrived, but it was less than is due. Banks on the way sometimes take a fee.",
            "Open your order to pay the rest, in any of the ways that it offers.",
        ];
        self.with_link("Pay the rest", |about| {
            about.letter("A part of your order is paid", &paragraphs, facts)
        })
    }

    /// A payment that was on its way was turned down (S58).
    #[must_use]
    pub fn failed(self, until: &str) -> Letter {
        let paragraphs = [
            "We waited for your payment, and now it was turned down: by the bank, or by the payment service. Nothing was taken.",
            "You can pay again, in any of the ways that your order offers.",
        ];
        let facts = vec![Fact::new("Until", until)];
        self.with_link("Pay again", |about| {
            about.letter("Your payment did not arrive", &paragraphs, facts)
        })
    }

    /// What had been paid was taken back (S69).
    #[must_use]
    pub fn reversed(self, amount: &str, access_ended: bool) -> Letter {
        let facts = vec![Fact::new("Amount", amount)];
        let next = if access_ended {
            "The order counts as unpaid again, and access to what you bought ends. Write to us if this surprises you."
        } else {
            "It no longer counts towards your order. Write to us if this surprises you."
        };
        let paragraphs = [
            "A payment that we had confirmed was taken back, as when a bank returns a transfer.",
            next,
        ];
        self.letter("Your payment was taken back", &paragraphs, facts)
    }
}

/// An account as facts to copy.
fn facts_of(account: &BankAccount) -> Vec<Fact> {
    let all = [
        ("Bank", &account.bank_name),
        ("Account holder", &account.holder),
        ("Account number", &account.account_number),
        ("BIC or routing number", &account.routing),
        ("Note", &account.note),
    ];
    all.into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| Fact::new(name, value.as_str()))
        .enumerate()
        .map(|(nth, fact)| if nth == 0 { fact.beginning() } else { fact })
        .collect()
}

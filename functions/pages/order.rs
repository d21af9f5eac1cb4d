//! The order page: what was ordered, where its payment stands, and what may be done next.

use super::summary::Lines;
use super::{
    EmailCode, Frame, Hidden, LateOutcome, Line, OrderStatus, Pace, Refresh, Time, Totals, Transfer,
};
use crate::http::percent_encoded;
use askama::Template;
use askama::filters::HtmlSafe;
use shared::time::Timestamp;

/// An order as its buyer sees it. A36: the order number is always on it.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "order.html")]
pub struct OrderPage {
    /// What stands around the page.
    pub frame: Frame,
    /// The public order number, as printed everywhere. Without hyphens of its own it is shown in
    /// groups of four.
    pub order_number: String,
    /// When the order was made.
    pub placed_at: Timestamp,
    /// Where the order stands.
    pub status: OrderStatus,
    /// What the buyer quotes to support once the order was confirmed, whatever became of it since.
    pub subscription_id: Option<String>,
    /// The payment that the status is about, if one was begun (A19).
    pub payment: Option<PaymentFacts>,
    /// What happened to the money later; refunds and disputes leave the status as it is.
    pub facts: Vec<Fact>,
    /// What was ordered.
    pub lines: Vec<Line>,
    /// What it comes to.
    pub totals: Totals,
    /// Who will use it: name and e-mail address.
    pub customer: (String, String),
    /// Who is billed.
    pub billing: Billing,
    /// The coupons that it has issued, while it is confirmed (A38, A39).
    pub codes: Vec<IssuedCode>,
    /// The form for the code, while the address is to be confirmed.
    pub email_code: Option<EmailCode>,
    /// The bank transfer that is under way.
    pub transfer: Option<Transfer>,
    /// The ways to pay that are open now (A12); empty when paying is not what comes next.
    pub pay: Vec<PayAction>,
    /// Leads to the form that replaces the order by another; `None` when it cannot be replaced.
    pub change_href: Option<String>,
    /// The order whose place this one takes: its number, and its page.
    pub replaces: Option<(String, String)>,
    /// Leads to the question before cancelling; `None` when the order cannot be cancelled.
    pub cancel_href: Option<String>,
}

/// A coupon that an order has issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedCode {
    /// The code in groups.
    pub code: String,
    /// What it is worth: `20 % off`.
    pub gives: String,
    /// `0 of 1`
    pub used: String,
    /// Until when it can be used; `None` for ever.
    pub ends_at: Option<Timestamp>,
    /// Why it cannot be used now, in a word.
    pub state: Option<&'static str>,
}

/// What identifies a payment to support (A19, A20).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentFacts {
    /// The payment's reference.
    pub reference: String,
    /// Who or what pays: `Visa card ending in 4242`; unknown until the provider tells.
    pub paid_by: Option<String>,
}

/// A later movement of the order's money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// Money goes back to the buyer.
    RefundBegun {
        /// When, first.
        at: Timestamp,
    },
    /// Money was given back to the buyer (S82).
    GivenBack {
        /// The formatted amount.
        amount: String,
        /// The formatted tax within it.
        tax: String,
        /// By product, with the formatted amount of each; empty where one line says all.
        lines: Vec<(String, String)>,
        /// When a refund was heard of first.
        begun_at: Option<Timestamp>,
    },
    /// Part of the total is paid.
    PartPaid {
        /// The formatted amount.
        paid: String,
        /// The formatted rest.
        due: String,
    },
    /// Money came in that this order could not take, and staff will look at it.
    Held {
        /// The formatted amount.
        amount: String,
    },
    /// No way to pay is offered: only support can go on.
    NoWayToPay,
    /// The payment is disputed at the buyer's bank.
    Disputed {
        /// When, first.
        at: Timestamp,
    },
}

/// Who is billed.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "billing.html")]
pub struct Billing {
    /// The person.
    pub name: String,
    /// The company.
    pub company: Option<String>,
    /// The address, a line each, country last.
    pub address: Vec<String>,
    /// The tax number.
    pub tax_id: Option<String>,
}

/// One way to pay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayAction {
    /// The button: `Pay by card`.
    pub label: String,
    /// What happens next: `You continue on the secure page of Stripe.`
    pub note: String,
    /// Where it leads.
    pub step: PayStep,
}

/// Where a button leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PayStep {
    /// To the provider.
    Send(SendForm),
    /// To the page where the order is checked once more ([`super::ReviewPage`]).
    Review {
        /// That page.
        href: String,
        /// The figures that make the amount: name and formatted amount, the sum last (A13).
        figures: Vec<(String, String)>,
    },
}

/// A form with nothing to fill in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendForm {
    /// Where it is sent.
    pub action: String,
    /// What it carries, such as the idempotency key.
    pub hidden: Vec<Hidden>,
}

/// A reference as the template prints it.
struct Reference<'a> {
    name: &'static str,
    value: &'a str,
    /// Whether it is read out letter by letter.
    code: bool,
}

/// The ways to pay as buttons.
#[derive(Template)]
#[template(path = "ways_to_pay.html")]
struct WaysToPay<'a>(&'a [PayAction]);

/// Support's address, with a subject that tells the order.
#[derive(Template)]
#[template(path = "support_link.html")]
struct SupportLink<'a> {
    href: String,
    email: &'a str,
}

impl HtmlSafe for Billing {}
impl HtmlSafe for WaysToPay<'_> {}
impl HtmlSafe for SupportLink<'_> {}

impl OrderPage {
    /// The order number in groups, for reading aloud.
    fn number_groups(&self) -> Vec<String> {
        if self.order_number.contains('-') {
            return self.order_number.split('-').map(str::to_owned).collect();
        }
        let characters: Vec<char> = self.order_number.chars().collect();
        characters
            .chunks(4)
            .map(|group| group.iter().collect())
            .collect()
    }

    /// What the buyer quotes to support: the subscription id once there is one, the payment's
    /// reference, and who paid (A19).
    fn references(&self) -> Vec<Reference<'_>> {
        let code = |name, value| Reference {
            name,
            value,
            code: true,
        };
        let mut references = Vec::new();
        if matches!(self.status, OrderStatus::Unconfirmed { .. }) {
            references.push(code("Order number", &self.order_number));
        }
        if let Some(id) = &self.subscription_id {
            references.push(code("Subscription ID", id));
        }
        // Beside a transfer, the payment's stand below, so that nobody writes them into it.
        let payment = self.payment.as_ref();
        let payment = payment.filter(|_| self.transfer.is_none() && self.is_about_money());
        if let Some(payment) = payment {
            references.push(code("Payment reference", &payment.reference));
        }
        if let Some(payment) = payment.filter(|_| self.status.may_have_money()) {
            let paid_by = payment.paid_by.as_deref().unwrap_or("Not known yet");
            references.push(Reference {
                name: "Paid by",
                value: paid_by,
                code: false,
            });
        }
        references
    }

    /// Whether the payment shown may have brought money: nobody is asked about one that did not.
    fn is_about_money(&self) -> bool {
        let part_paid = |fact: &Fact| matches!(fact, Fact::PartPaid { .. });
        self.status.may_have_money() || self.status.has_proof() || self.facts.iter().any(part_paid)
    }

    /// Whether the page comes back with something to mend.
    fn has_errors(&self) -> bool {
        let upload = self.transfer.as_ref().and_then(|t| t.upload.as_ref());
        let code = self.email_code.as_ref();
        upload.is_some_and(|upload| !upload.errors.is_empty())
            || code.is_some_and(|code| code.error.is_some())
    }

    fn support_link(&self) -> SupportLink<'_> {
        SupportLink {
            href: self.support_href(),
            email: &self.frame.support_email,
        }
    }

    /// A mail address for support that brings the order number along (RFC 6068).
    fn support_href(&self) -> String {
        let subject = format!("Order {}", self.order_number);
        format!(
            "mailto:{}?subject={}",
            self.frame.support_email,
            percent_encoded(&subject)
        )
    }
}

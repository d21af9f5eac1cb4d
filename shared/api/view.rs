//! What callers are shown of an order. The pages show the same values as the JSON interface.

use serde::Serialize;

use crate::case::Aside;
use crate::contact::{Billing, Customer};
use crate::coupon::{Coupon, CouponState};
use crate::email_code::{Another, SentCode};
use crate::id::{CouponCode, OrderNumber, PaymentId, SubscriptionId};
use crate::money::Money;
use crate::order::Order;
use crate::payment::{Payment, PaymentMethod, PaymentState};
use crate::pricing::Quote;
use crate::time::Timestamp;

use super::status::OrderStatus;
use super::transfer::TransferView;

/// What may be done next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// `POST /v1/orders/{number}/email-confirmation`
    ConfirmEmail,
    /// `POST /v1/orders/{number}/payments`
    Pay,
    /// `POST /v1/orders/{number}/proofs`
    SubmitProof,
    /// `POST /v1/orders/{number}/cancel`; while a proof is being reviewed only with `despite_review`.
    Cancel,
    /// `POST /v1/orders/{number}/replacement`; while a proof is being reviewed only with
    /// `despite_review`.
    Replace,
    /// Nothing here helps; support does.
    ContactSupport,
}

/// `GET /v1/orders/{number}`
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OrderView {
    /// The number, without separators.
    #[cfg_attr(
        feature = "schema",
        schemars(with = "String", extend("pattern" = "^[0-9A-HJKMNP-TV-Z]{14}$"))
    )]
    pub order_number: OrderNumber,
    /// The number in groups, for people.
    pub order_number_grouped: String,
    /// The order whose place it takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "Option<String>", extend("pattern" = "^[0-9A-HJKMNP-TV-Z]{14}$"))
    )]
    pub replaces: Option<OrderNumber>,
    /// The order that took its place, and any money that still comes for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "Option<String>", extend("pattern" = "^[0-9A-HJKMNP-TV-Z]{14}$"))
    )]
    pub replaced_by: Option<OrderNumber>,
    /// Where it stands in plain words.
    pub status: OrderStatus,
    /// What may be done next.
    pub actions: Vec<Action>,
    /// Of an order with a coupon: whether its address is shown to be the customer's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email_confirmation: Option<EmailConfirmationView>,
    /// How it can be paid now.
    pub methods: Vec<PaymentMethod>,
    /// Lines, discount, tax and total, frozen when the order was made.
    pub quote: Quote,
    /// Received and applied to this order.
    pub paid: Money,
    /// Still owed; nothing of an order that was cancelled, replaced or has expired.
    pub due: Money,
    /// Received, and waits for staff to refund it or ask: the order had ended or was paid already, or of
    /// several payments another was taken back, and then it counts as paid as well.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub held: Vec<Money>,
    /// What was given back since the order was confirmed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refunded: Option<RefundedView>,
    /// RFC 3339; when a refund of what was paid, or of a part of it, was told first.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("format" = "date-time")))]
    pub refund_begun_at: Option<String>,
    /// RFC 3339; when the payment was disputed first.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("format" = "date-time")))]
    pub disputed_at: Option<String>,
    /// Who it is for.
    pub customer: Customer,
    /// Who pays.
    pub billing: Billing,
    /// RFC 3339.
    #[cfg_attr(feature = "schema", schemars(extend("format" = "date-time")))]
    pub created_at: String,
    /// RFC 3339; until then it can be paid. A proof that is turned down late gives more time.
    #[cfg_attr(feature = "schema", schemars(extend("format" = "date-time")))]
    pub expires_at: String,
    /// RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("format" = "date-time")))]
    pub confirmed_at: Option<String>,
    /// Issued on confirmation; quote it to support.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "Option<String>", extend("pattern" = "^[0-9A-HJKMNP-TV-Z]{14}$"))
    )]
    pub subscription_id: Option<SubscriptionId>,
    /// Who paid, as the provider names them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paid_by: Option<String>,
    /// The coupons that it has issued, while it is confirmed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub coupons: Vec<IssuedView>,
    /// The newest payment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment: Option<PaymentView>,
    /// The bank transfer, once one was begun.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transfer: Option<TransferView>,
}

/// A coupon that an order has issued.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct IssuedView {
    /// What its user types.
    #[cfg_attr(
        feature = "schema",
        schemars(with = "String", extend("pattern" = "^K[0-9A-HJKMNP-TV-Z]{13}$"))
    )]
    pub code: CouponCode,
    /// In groups, for people.
    pub code_grouped: String,
    /// What it gives, for people.
    pub gives: String,
    /// Whether it is in use.
    pub state: CouponState,
    /// How often it was used, by orders that are paid or can still be.
    pub uses: u32,
    /// How often it can be used.
    pub uses_max: u32,
    /// RFC 3339; from then on it cannot be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("format" = "date-time")))]
    pub ends_at: Option<String>,
}

impl IssuedView {
    fn of(coupon: &Coupon) -> Self {
        Self {
            code: coupon.coupon_code,
            code_grouped: coupon.coupon_code.to_string(),
            gives: coupon.terms.to_string(),
            state: coupon.state,
            uses: coupon.uses,
            uses_max: coupon.uses_max,
            ends_at: coupon.ends_at.map(Timestamp::rfc3339),
        }
    }
}

/// Whether the customer of an order has shown that its address is theirs.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EmailConfirmationView {
    /// Whether it is still to be shown. An order that has ended without it has no such part.
    pub state: EmailConfirmationState,
    /// RFC 3339; until then the newest code can be typed. Null when none can.
    #[cfg_attr(feature = "schema", schemars(extend("format" = "date-time")))]
    pub expires_at: Option<String>,
    /// How often the newest code can still be tried.
    pub tries_left: u32,
    /// RFC 3339; from then on `POST /v1/orders/{number}/email-code` sends another one. Null when no more
    /// are sent.
    #[cfg_attr(feature = "schema", schemars(extend("format" = "date-time")))]
    pub send_again_at: Option<String>,
}

/// Where the confirmation of an address stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum EmailConfirmationState {
    /// The code from the mail is to be typed.
    Needed,
    /// It was.
    Confirmed,
}

impl EmailConfirmationView {
    /// What the newest code of an order in some state comes to.
    #[must_use]
    pub fn of(status: OrderStatus, newest: &SentCode, now: Timestamp) -> Option<Self> {
        let state = match (newest.confirmed_at, status) {
            (Some(_), _) => EmailConfirmationState::Confirmed,
            (None, OrderStatus::AwaitingEmail) => EmailConfirmationState::Needed,
            (None, _) => return None,
        };
        let tries_left = newest.tries_left(now);
        Some(Self {
            state,
            expires_at: (tries_left > 0).then(|| newest.expires_at.rfc3339()),
            tries_left,
            send_again_at: match newest.another() {
                Another::From(at, _) => Some(at.rfc3339()),
                Another::Never => None,
            },
        })
    }
}

/// A payment of an order.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PaymentView {
    /// The payment reference; quote it to support.
    #[cfg_attr(
        feature = "schema",
        schemars(with = "String", extend("pattern" = "^[0-9A-HJKMNP-TV-Z]{14}$"))
    )]
    pub payment_id: PaymentId,
    /// By which method.
    pub method: PaymentMethod,
    /// Where it stands.
    pub state: PaymentState,
    /// What was asked for.
    pub amount: Money,
    /// RFC 3339.
    #[cfg_attr(feature = "schema", schemars(extend("format" = "date-time")))]
    pub started_at: String,
    /// Where the buyer pays, while they can.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("format" = "uri")))]
    pub redirect_url: Option<String>,
}

/// What was given back of what was paid for an order.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RefundedView {
    /// All of it, its tax included.
    pub amount: Money,
    /// The tax within it, rounded down for each line that went back in part.
    pub tax: Money,
    /// How much of each line of the quote, in their order.
    pub lines: Vec<Money>,
}

impl RefundedView {
    /// `None` when nothing was given back.
    #[must_use]
    pub fn of(order: &Order) -> Option<Self> {
        let money = |amount_minor| Money {
            amount_minor,
            currency: order.currency,
        };
        let lines = order.refunded_lines.iter().copied();
        let lost = lines.clone().zip(&order.quote.lines);
        let tax = lost.map(|(lost, line)| line.tax_within(lost));
        (order.refunded_minor() > 0).then(|| Self {
            amount: order.refunded(),
            tax: money(tax.fold(0, i64::saturating_add)),
            lines: lines.map(money).collect(),
        })
    }
}

impl PaymentView {
    /// What a caller is shown of a payment.
    #[must_use]
    pub fn of(payment: &Payment) -> Self {
        let is_open = payment.state == PaymentState::Open;
        Self {
            payment_id: payment.payment_id,
            method: payment.method,
            state: payment.state,
            amount: payment.amount(),
            started_at: payment.created_at.rfc3339(),
            redirect_url: payment.session_url.clone().filter(|_| is_open),
        }
    }
}

impl OrderView {
    /// What a caller with the order's token is shown, but for what is known of its codes. `offered` are
    /// the methods that the settings allow.
    #[must_use]
    pub fn of(
        order: &Order,
        payments: &[Payment],
        aside: &Aside,
        offered: &[PaymentMethod],
        transfer: Option<TransferView>,
        issued: &[Coupon],
        now: Timestamp,
    ) -> Self {
        let status = OrderStatus::of(order, payments, now);
        let methods = if status.is_payable() {
            offered.to_vec()
        } else {
            Vec::new()
        };
        let newest = payments
            .iter()
            .find(|p| p.state.is_live())
            .or_else(|| payments.first());
        Self {
            order_number: order.order_number,
            order_number_grouped: order.order_number.to_string(),
            replaces: order.replaces,
            replaced_by: order.replaced_by,
            status,
            actions: actions(status, &methods, order.bank_until.is_some()),
            email_confirmation: None,
            methods,
            quote: order.quote.clone(),
            paid: order.received(),
            due: if order.ended_at.is_some() {
                Money::zero(order.currency)
            } else {
                order.due()
            },
            held: aside.held.iter().map(|held| held.amount).collect(),
            refunded: RefundedView::of(order),
            refund_begun_at: aside.refund_begun_at.map(Timestamp::rfc3339),
            disputed_at: aside.disputed_at.map(Timestamp::rfc3339),
            customer: order.customer.clone(),
            billing: order.billing.clone(),
            created_at: order.created_at.rfc3339(),
            expires_at: order.payable_until().rfc3339(),
            confirmed_at: order.confirmed_at.map(Timestamp::rfc3339),
            subscription_id: order.subscription_id,
            paid_by: order.paid_by.clone(),
            coupons: if matches!(status, OrderStatus::Confirmed | OrderStatus::Refunded) {
                issued.iter().map(IssuedView::of).collect()
            } else {
                Vec::new()
            },
            payment: newest.map(|payment| {
                let mut view = PaymentView::of(payment);
                // Nobody is led to a page where they would pay what is paid.
                view.redirect_url = view.redirect_url.filter(|_| order.state.takes_money());
                view
            }),
            transfer,
        }
    }
}

fn actions(status: OrderStatus, methods: &[PaymentMethod], by_bank: bool) -> Vec<Action> {
    let mut actions = Vec::new();
    let in_review = status == OrderStatus::InReview;
    let awaits_email = status == OrderStatus::AwaitingEmail;
    if awaits_email {
        actions.push(Action::ConfirmEmail);
    }
    if !methods.is_empty() {
        actions.push(Action::Pay);
    }
    if by_bank && (status.is_payable() || in_review) {
        actions.push(Action::SubmitProof);
    }
    if status.is_payable() || in_review || awaits_email {
        actions.push(Action::Cancel);
        actions.push(Action::Replace);
    }
    let nothing_offered = status.is_payable() && methods.is_empty() && !by_bank;
    let by_staff = matches!(status, OrderStatus::Unconfirmed | OrderStatus::Reversed);
    if by_staff || nothing_offered {
        actions.push(Action::ContactSupport);
    }
    actions
}

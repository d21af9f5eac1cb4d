//! The bodies that callers are sent when it went well.

use serde::Serialize;

use super::transfer::ProofView;
use super::view::{OrderView, PaymentView};
use crate::catalogue::{Period, ProductId};
use crate::coupon::{Coupon, CouponProblem};
use crate::id::OrderNumber;
use crate::money::Money;
use crate::pricing::Quote;
use crate::time::Timestamp;

/// `GET /v1/products`
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProductList {
    /// In the operator's order.
    pub products: Vec<ProductView>,
}

/// A product with its prices.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProductView {
    /// Its id.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub product: ProductId,
    /// Its name.
    pub name: String,
    /// In a sentence.
    pub description: String,
    /// By currency, then by period.
    pub prices: Vec<PriceView>,
}

/// One price of a product.
#[derive(Debug, Clone, Copy, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PriceView {
    /// Months, or null for a one-off purchase.
    #[serde(rename = "period_months")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<u8>"))]
    pub period: Period,
    /// Before or with tax, as the shop's tax mode says.
    pub unit_amount: Money,
}

/// `POST /v1/quotes`
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct QuoteAnswer {
    /// What the cart costs now; an order made later is priced anew.
    pub quote: Quote,
}

/// `GET /v1/coupons/{code}`
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CouponAnswer {
    /// What the code is worth here.
    pub coupon: CouponView,
}

/// What is told of a code. One that cannot be used says nothing about why, or whether it exists.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CouponView {
    /// Whether it can be used for this now. Nothing is reserved: only an order holds a use.
    pub usable: bool,
    /// For people: what it gives, or that it cannot be used.
    pub message: String,
    /// RFC 3339; from then on it cannot be used. Null where it does not end or cannot be used.
    #[cfg_attr(feature = "schema", schemars(extend("format" = "date-time")))]
    pub ends_at: Option<String>,
}

impl CouponView {
    /// What is told of a coupon that was checked.
    #[must_use]
    pub fn of(checked: Result<Coupon, CouponProblem>) -> Self {
        match checked {
            Ok(coupon) => Self {
                usable: true,
                message: coupon.terms.to_string(),
                ends_at: coupon.ends_at.map(Timestamp::rfc3339),
            },
            Err(problem) => Self {
                usable: false,
                message: problem.field().message,
                ends_at: None,
            },
        }
    }
}

/// `POST /v1/orders`
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CreatedAnswer {
    /// The number; read the order with it.
    #[cfg_attr(
        feature = "schema",
        schemars(with = "String", extend("pattern" = "^[0-9A-HJKMNP-TV-Z]{14}$"))
    )]
    pub order_number: OrderNumber,
    /// The number in groups, for people.
    pub order_number_grouped: String,
    /// Opens the order: send it as `Authorization: Bearer …`. Keep it secret.
    pub token: String,
    /// The order's page, for the buyer's browser. It contains the token.
    #[cfg_attr(feature = "schema", schemars(extend("format" = "uri")))]
    pub url: String,
}

/// `GET /v1/orders/{number}` and `POST /v1/orders/{number}/cancel`
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OrderAnswer {
    /// The order.
    pub order: OrderView,
}

/// `POST /v1/orders/{number}/payments`
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PaymentAnswer {
    /// The payment; send the buyer to its `redirect_url`. A bank transfer has none: the order's
    /// `transfer` says where to.
    pub payment: PaymentView,
}

/// `POST /v1/orders/{number}/proofs`
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProofAnswer {
    /// The proof that waits for staff; the same one when it was handed in before.
    pub proof: ProofView,
}

/// `POST /webhooks/stripe`
#[derive(Debug, Clone, Copy, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EventAnswer {
    /// Always true: the event is stored with its effects.
    pub received: bool,
}

/// `GET /healthz`
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HealthAnswer {
    /// The verdict.
    pub status: HealthStatus,
    /// Which doors are open.
    pub doors: Doors,
    /// Whether cron runs.
    pub cron: CronHealth,
    /// What is wrong with the settings; names, never values.
    pub problems: Vec<SettingHealth>,
}

/// How the program is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum HealthStatus {
    /// All is well.
    Green,
    /// Orders can be made and paid, but a setting is wrong.
    Amber,
    /// Orders cannot be made or paid, or cron does not run.
    Red,
}

/// Doors and whether they are open.
#[expect(
    clippy::struct_excessive_bools,
    reason = "six doors, each open or closed"
)]
#[derive(Debug, Clone, Copy, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Doors {
    /// Orders can be made.
    pub orders: bool,
    /// Cards can be charged.
    pub stripe: bool,
    /// Payments by PayPal can begin; closed as well where PayPal is not used.
    pub paypal: bool,
    /// Staff can sign in.
    pub staff: bool,
    /// Mails can be sent.
    pub mail: bool,
    /// Production can be told.
    pub release: bool,
}

/// Cron's heartbeat.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CronHealth {
    /// Whether a tick has ended in the last five minutes.
    pub alive: bool,
    /// When the newest tick ended, RFC 3339; null before the first.
    #[cfg_attr(feature = "schema", schemars(extend("format" = "date-time")))]
    pub last_run: Option<String>,
}

/// A problem of a setting.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SettingHealth {
    /// Its name.
    pub setting: String,
    /// What is wrong, safe to show.
    pub problem: String,
}

//! Every route with its door and its policy: one table, the Worker serves nothing that does not stand
//! here. What is the same for everybody, the platform serves from `functions/pages/assets`.

mod table;
#[cfg(test)]
mod tests;

pub use self::table::ROUTES;
use crate::http::Method;
use crate::staff::Right;

/// One kind of caller, one way to prove who they are, one failure contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Door {
    /// The shop's pages and servers, and the buyer's browser.
    Storefront,
    /// Stripe and PayPal.
    Providers,
    /// Reviewers, support and admins.
    Staff,
}

/// What a caller must prove before the route does anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Policy {
    /// Nothing: the answer is the same for everybody.
    Public,
    /// Nothing, but the caller is limited per client, and a browser must come from an allowed
    /// origin.
    PublicWrite,
    /// The order's own token: bearer, cookie, or link.
    OrderToken,
    /// As [`Policy::OrderToken`]; a browser must come from an allowed origin.
    OrderTokenWrite,
    /// A provider's signature over the raw body.
    Signature,
    /// Nothing, and nothing is believed: it only makes us ask the provider.
    Nudge,
    /// A signed assertion of Cloudflare Access, and a member of staff with this right. A write must
    /// also come from a page of ours that the same session was shown.
    Staff(Right),
}

/// What is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "a variant is its line in ROUTES")]
pub enum Route {
    ShopPage,
    CheckoutPage,
    SubmitCheckout,
    OrderPage,
    ReviewPage,
    SubmitCodeRequest,
    SubmitCode,
    SubmitPayment,
    SubmitProof,
    CancelPage,
    SubmitCancel,
    ChangePage,
    SubmitChange,
    ListProducts,
    CreateQuote,
    LookUpCoupon,
    CreateOrder,
    ReadOrder,
    SendEmailCode,
    ConfirmEmail,
    CreatePayment,
    CreateProof,
    CancelOrder,
    ReplaceOrder,
    StripeWebhook,
    PayPalWebhook,
    StripeReturn,
    PayPalReturn,
    Health,
    Staff(StaffRoute),
}

/// What is served to staff.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "a variant is its line in ROUTES")]
pub enum StaffRoute {
    Queue,
    Review,
    Approve,
    Reject,
    ProofFile,
    Search,
    SubmitSearch,
    Order,
    AskProvider,
    SettleByHand,
    Revoke,
    TurnCodes,
    Cases,
    ResolveCase,
    Banks,
    AddBank,
    RetireBank,
    Members,
    AdmitMember,
    DisableMember,
    Coupons,
    MakeCoupon,
    Coupon,
    PauseCoupon,
    RestoreUse,
    SignOut,
}

impl RouteSpec {
    /// Whether it takes a file, which is long.
    #[must_use]
    pub fn takes_file(&self) -> bool {
        matches!(self.route, Route::SubmitProof | Route::CreateProof)
    }

    /// Whether it changes something at a browser's wish.
    #[must_use]
    pub fn is_write(&self) -> bool {
        match self.policy {
            Policy::PublicWrite | Policy::OrderTokenWrite => true,
            Policy::Staff(_) => matches!(self.method, Method::Post),
            Policy::Public | Policy::OrderToken | Policy::Signature | Policy::Nudge => false,
        }
    }
}

/// One line of the table.
#[derive(Debug, Clone, Copy)]
pub struct RouteSpec {
    /// What is served.
    pub route: Route,
    /// By which method.
    pub method: Method,
    /// Where; a name in braces stands for one segment.
    pub path: &'static str,
    /// Who calls it.
    pub door: Door,
    /// What they must prove.
    pub policy: Policy,
    /// A longer body is refused unread.
    pub body_bytes_max: usize,
    /// Whether the shop's own pages may call it from an allowed origin.
    pub cors: bool,
    /// Whether people read the answer in a browser; errors are pages then.
    pub page: bool,
}

/// What a method and a path come to.
#[derive(Debug, Clone, Copy)]
pub enum Found<'a> {
    /// A route, with the segment that stands for the name in braces; empty where there is none.
    Route(&'static RouteSpec, &'a str),
    /// The path exists under another method.
    OtherMethod(&'static RouteSpec),
    /// Nothing is there.
    Nothing,
}

/// Looks a request up. `HEAD` is served as `GET`.
#[must_use]
pub fn find(method: Method, path: &str) -> Found<'_> {
    let method = if method == Method::Head {
        Method::Get
    } else {
        method
    };
    let mut other = Found::Nothing;
    for spec in &ROUTES {
        let Some(number) = number_in(spec.path, path) else {
            continue;
        };
        if spec.method == method {
            return Found::Route(spec, number);
        }
        other = Found::OtherMethod(spec);
    }
    other
}

/// The methods that a path answers to, as an `Allow` header lists them (RFC 9110, 10.2.1).
#[must_use]
pub fn methods_of(path: &str) -> String {
    let mut names = Vec::new();
    for spec in &ROUTES {
        if number_in(spec.path, path).is_some() {
            names.push(spec.method.as_str());
            if spec.method == Method::Get {
                names.push(Method::Head.as_str());
            }
        }
    }
    names.join(", ")
}

/// The segment of a path that stands for the pattern's name in braces, empty where the pattern has
/// none; `None` when the path does not fit.
fn number_in<'a>(pattern: &str, path: &'a str) -> Option<&'a str> {
    let mut number = "";
    let mut segments = path.split('/');
    for expected in pattern.split('/') {
        let given = segments.next()?;
        match expected {
            name if name.starts_with('{') && !given.is_empty() => number = given,
            _ if expected == given => {}
            _ => return None,
        }
    }
    segments.next().is_none().then_some(number)
}

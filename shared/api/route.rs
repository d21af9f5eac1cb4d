//! Every route with its door and its policy: one table, the Worker serves nothing that does not stand
//! here. What is the same for everybody, the platform serves from `functions/pages/assets`.

use crate::http::Method;
use crate::proof::FILE_BYTES_MAX;
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
    SubmitPayment,
    SubmitProof,
    CancelPage,
    SubmitCancel,
    ListProducts,
    CreateQuote,
    CreateOrder,
    ReadOrder,
    CreatePayment,
    CreateProof,
    CancelOrder,
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
    Search,
    SubmitSearch,
    Order,
    Cases,
    ResolveCase,
    Members,
    AdmitMember,
    DisableMember,
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

/// Eleven fields of 200 characters, each of which may take twelve bytes in a form.
const FORM: usize = 32 * 1024;
const JSON: usize = 64 * 1024;
/// A proof, and room for the form around it.
const UPLOAD: usize = FILE_BYTES_MAX + 64 * 1024;
/// The providers' events stay far below.
const EVENT: usize = 256 * 1024;

use StaffRoute as S;

const fn page(route: Route, method: Method, path: &'static str, policy: Policy) -> RouteSpec {
    let body_bytes_max = if matches!(method, Method::Post) {
        FORM
    } else {
        0
    };
    let door = Door::Storefront;
    RouteSpec {
        route,
        method,
        path,
        door,
        policy,
        body_bytes_max,
        cors: false,
        page: true,
    }
}

const fn json(route: Route, method: Method, path: &'static str, policy: Policy) -> RouteSpec {
    let body_bytes_max = if matches!(method, Method::Post) {
        JSON
    } else {
        0
    };
    let door = Door::Storefront;
    RouteSpec {
        route,
        method,
        path,
        door,
        policy,
        body_bytes_max,
        cors: true,
        page: false,
    }
}

const fn nudge(route: Route, path: &'static str) -> RouteSpec {
    RouteSpec {
        route,
        method: Method::Get,
        path,
        door: Door::Providers,
        policy: Policy::Nudge,
        body_bytes_max: 0,
        cors: false,
        page: true,
    }
}

const fn staff(route: StaffRoute, method: Method, path: &'static str, right: Right) -> RouteSpec {
    RouteSpec {
        door: Door::Staff,
        ..page(Route::Staff(route), method, path, Policy::Staff(right))
    }
}

const fn webhook(route: Route, path: &'static str) -> RouteSpec {
    RouteSpec {
        route,
        method: Method::Post,
        path,
        door: Door::Providers,
        policy: Policy::Signature,
        body_bytes_max: EVENT,
        cors: false,
        page: false,
    }
}

/// The table.
pub static ROUTES: [RouteSpec; 31] = [
    page(Route::ShopPage, Method::Get, "/", Policy::Public),
    page(
        Route::CheckoutPage,
        Method::Get,
        "/checkout",
        Policy::Public,
    ),
    page(
        Route::SubmitCheckout,
        Method::Post,
        "/checkout",
        Policy::PublicWrite,
    ),
    page(
        Route::OrderPage,
        Method::Get,
        "/orders/{number}",
        Policy::OrderToken,
    ),
    page(
        Route::ReviewPage,
        Method::Get,
        "/orders/{number}/review",
        Policy::OrderToken,
    ),
    page(
        Route::SubmitPayment,
        Method::Post,
        "/orders/{number}/pay",
        Policy::OrderTokenWrite,
    ),
    RouteSpec {
        body_bytes_max: UPLOAD,
        ..page(
            Route::SubmitProof,
            Method::Post,
            "/orders/{number}/proof",
            Policy::OrderTokenWrite,
        )
    },
    page(
        Route::CancelPage,
        Method::Get,
        "/orders/{number}/cancel",
        Policy::OrderToken,
    ),
    page(
        Route::SubmitCancel,
        Method::Post,
        "/orders/{number}/cancel",
        Policy::OrderTokenWrite,
    ),
    json(
        Route::ListProducts,
        Method::Get,
        "/v1/products",
        Policy::Public,
    ),
    json(
        Route::CreateQuote,
        Method::Post,
        "/v1/quotes",
        Policy::PublicWrite,
    ),
    json(
        Route::CreateOrder,
        Method::Post,
        "/v1/orders",
        Policy::PublicWrite,
    ),
    json(
        Route::ReadOrder,
        Method::Get,
        "/v1/orders/{number}",
        Policy::OrderToken,
    ),
    json(
        Route::CreatePayment,
        Method::Post,
        "/v1/orders/{number}/payments",
        Policy::OrderTokenWrite,
    ),
    RouteSpec {
        body_bytes_max: UPLOAD,
        ..json(
            Route::CreateProof,
            Method::Post,
            "/v1/orders/{number}/proofs",
            Policy::OrderTokenWrite,
        )
    },
    json(
        Route::CancelOrder,
        Method::Post,
        "/v1/orders/{number}/cancel",
        Policy::OrderTokenWrite,
    ),
    webhook(Route::StripeWebhook, "/webhooks/stripe"),
    webhook(Route::PayPalWebhook, "/webhooks/paypal"),
    nudge(Route::StripeReturn, "/return/stripe"),
    nudge(Route::PayPalReturn, "/return/paypal"),
    staff(S::Queue, Method::Get, "/staff", Right::Look),
    staff(S::Search, Method::Get, "/staff/search", Right::Look),
    staff(S::SubmitSearch, Method::Post, "/staff/search", Right::Look),
    staff(S::Order, Method::Get, "/staff/orders/{number}", Right::Look),
    staff(S::Cases, Method::Get, "/staff/cases", Right::Look),
    staff(S::ResolveCase, Method::Post, "/staff/cases", Right::Decide),
    staff(S::Members, Method::Get, "/staff/people", Right::Administer),
    staff(
        S::AdmitMember,
        Method::Post,
        "/staff/people",
        Right::Administer,
    ),
    staff(
        S::DisableMember,
        Method::Post,
        "/staff/people/disable",
        Right::Administer,
    ),
    staff(S::SignOut, Method::Get, "/staff/sign-out", Right::Look),
    json(Route::Health, Method::Get, "/healthz", Policy::Public),
];

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

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn d04_every_route_stands_in_the_table_once_with_a_door_and_a_policy() {
        let routes: HashSet<_> = ROUTES.iter().map(|spec| spec.route).collect();
        assert_eq!(routes.len(), ROUTES.len());
        let places: HashSet<_> = ROUTES.iter().map(|s| (s.method.as_str(), s.path)).collect();
        assert_eq!(places.len(), ROUTES.len());
    }

    #[test]
    fn a_write_is_never_public_and_always_has_a_body_cap() {
        for spec in &ROUTES {
            if spec.method == Method::Post {
                assert!(
                    spec.is_write() || spec.policy == Policy::Signature,
                    "{spec:?}"
                );
                let most = if spec.takes_file() { UPLOAD } else { EVENT };
                assert!(
                    spec.body_bytes_max > 0 && spec.body_bytes_max <= most,
                    "{spec:?}"
                );
            } else {
                assert_eq!(spec.body_bytes_max, 0, "{spec:?}");
            }
        }
    }

    #[test]
    fn a_route_about_one_order_asks_for_its_token() {
        for spec in ROUTES.iter().filter(|spec| spec.path.contains("{number}")) {
            assert!(
                matches!(
                    spec.policy,
                    Policy::OrderToken | Policy::OrderTokenWrite | Policy::Staff(_)
                ),
                "{spec:?}"
            );
        }
    }

    #[test]
    fn s120_the_staff_door_and_its_address_ask_for_staff_and_nothing_else_does() {
        for spec in &ROUTES {
            let is_staff = matches!(spec.policy, Policy::Staff(_));
            assert_eq!(spec.door == Door::Staff, is_staff, "{spec:?}");
            let is_below = spec.path == "/staff" || spec.path.starts_with("/staff/");
            assert_eq!(is_below, is_staff, "{spec:?}");
            assert!(!(is_staff && spec.cors), "{spec:?}");
        }
    }

    #[test]
    fn paths_are_found_exactly() {
        let found = |method, path| match find(method, path) {
            Found::Route(spec, number) => format!("{:?} {number:?}", spec.route),
            Found::OtherMethod(spec) => format!("use {}", spec.method.as_str()),
            Found::Nothing => "nothing".to_owned(),
        };
        assert_eq!(found(Method::Get, "/"), "ShopPage \"\"");
        assert_eq!(found(Method::Head, "/v1/products"), "ListProducts \"\"");
        assert_eq!(found(Method::Get, "/orders/A1"), "OrderPage \"A1\"");
        assert_eq!(
            found(Method::Post, "/orders/A1/cancel"),
            "SubmitCancel \"A1\""
        );
        assert_eq!(found(Method::Delete, "/v1/orders"), "use POST");
        assert_eq!(methods_of("/v1/orders"), "POST");
        assert_eq!(methods_of("/orders/A1/cancel"), "GET, HEAD, POST");
        assert_eq!(methods_of("/nowhere"), "");
        for path in [
            "",
            "//",
            "/orders/",
            "/orders/A1/",
            "/orders/A1/x",
            "/v1/products/",
            "/ORDERS/A1",
        ] {
            assert_eq!(found(Method::Get, path), "nothing", "{path}");
        }
    }
}

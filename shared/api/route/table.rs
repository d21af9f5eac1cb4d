//! The table itself.

use super::{Door, Policy, Route, RouteSpec, StaffRoute};
use crate::http::Method;
use crate::proof::UPLOAD_BYTES_MAX;
use crate::staff::Right;

/// Twelve fields of 200 characters, each of which may take twelve bytes in a form.
const FORM: usize = 32 * 1024;
const JSON: usize = 64 * 1024;
/// The providers' events stay far below.
pub(super) const EVENT: usize = 256 * 1024;

use StaffRoute as S;

const fn page(route: Route, method: Method, path: &'static str, policy: Policy) -> RouteSpec {
    RouteSpec {
        route,
        method,
        path,
        door: Door::Storefront,
        policy,
        body_bytes_max: if_post(method, FORM),
        cors: false,
        page: true,
    }
}

const fn json(route: Route, method: Method, path: &'static str, policy: Policy) -> RouteSpec {
    RouteSpec {
        body_bytes_max: if_post(method, JSON),
        cors: true,
        page: false,
        ..page(route, method, path, policy)
    }
}

const fn if_post(method: Method, bytes: usize) -> usize {
    if matches!(method, Method::Post) {
        bytes
    } else {
        0
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
pub static ROUTES: [RouteSpec; 55] = [
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
        Route::SubmitCodeRequest,
        Method::Post,
        "/orders/{number}/email-code",
        Policy::OrderTokenWrite,
    ),
    page(
        Route::SubmitCode,
        Method::Post,
        "/orders/{number}/email-confirmation",
        Policy::OrderTokenWrite,
    ),
    page(
        Route::SubmitPayment,
        Method::Post,
        "/orders/{number}/pay",
        Policy::OrderTokenWrite,
    ),
    RouteSpec {
        body_bytes_max: UPLOAD_BYTES_MAX,
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
    page(
        Route::ChangePage,
        Method::Get,
        "/orders/{number}/change",
        Policy::OrderToken,
    ),
    page(
        Route::SubmitChange,
        Method::Post,
        "/orders/{number}/change",
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
        Route::LookUpCoupon,
        Method::Get,
        "/v1/coupons/{code}",
        // It counts its tries, so another site may not spend a buyer's.
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
        Route::SendEmailCode,
        Method::Post,
        "/v1/orders/{number}/email-code",
        Policy::OrderTokenWrite,
    ),
    json(
        Route::ConfirmEmail,
        Method::Post,
        "/v1/orders/{number}/email-confirmation",
        Policy::OrderTokenWrite,
    ),
    json(
        Route::CreatePayment,
        Method::Post,
        "/v1/orders/{number}/payments",
        Policy::OrderTokenWrite,
    ),
    RouteSpec {
        body_bytes_max: UPLOAD_BYTES_MAX,
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
    json(
        Route::ReplaceOrder,
        Method::Post,
        "/v1/orders/{number}/replacement",
        Policy::OrderTokenWrite,
    ),
    webhook(Route::StripeWebhook, "/webhooks/stripe"),
    webhook(Route::PayPalWebhook, "/webhooks/paypal"),
    nudge(Route::StripeReturn, "/return/stripe"),
    nudge(Route::PayPalReturn, "/return/paypal"),
    staff(S::Queue, Method::Get, "/staff", Right::Look),
    staff(
        S::Review,
        Method::Get,
        "/staff/orders/{number}/review",
        Right::Decide,
    ),
    staff(
        S::Approve,
        Method::Post,
        "/staff/orders/{number}/approve",
        Right::Decide,
    ),
    staff(
        S::Reject,
        Method::Post,
        "/staff/orders/{number}/reject",
        Right::Decide,
    ),
    staff(
        S::ProofFile,
        Method::Get,
        "/staff/proofs/{proof}",
        Right::Decide,
    ),
    staff(S::Search, Method::Get, "/staff/search", Right::Look),
    staff(S::SubmitSearch, Method::Post, "/staff/search", Right::Look),
    staff(S::Order, Method::Get, "/staff/orders/{number}", Right::Look),
    staff(
        S::AskProvider,
        Method::Post,
        "/staff/orders/{number}/ask",
        Right::Decide,
    ),
    staff(
        S::SettleByHand,
        Method::Post,
        "/staff/orders/{number}/settle",
        Right::Decide,
    ),
    staff(
        S::Revoke,
        Method::Post,
        "/staff/orders/{number}/revoke",
        Right::Decide,
    ),
    staff(
        S::TurnCodes,
        Method::Post,
        "/staff/orders/{number}/coupons",
        Right::Administer,
    ),
    staff(S::Cases, Method::Get, "/staff/cases", Right::Look),
    staff(S::ResolveCase, Method::Post, "/staff/cases", Right::Decide),
    staff(S::Banks, Method::Get, "/staff/banks", Right::Administer),
    staff(S::AddBank, Method::Post, "/staff/banks", Right::Administer),
    staff(
        S::RetireBank,
        Method::Post,
        "/staff/banks/retire",
        Right::Administer,
    ),
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
    staff(S::Coupons, Method::Get, "/staff/coupons", Right::Administer),
    staff(
        S::MakeCoupon,
        Method::Post,
        "/staff/coupons",
        Right::Administer,
    ),
    staff(
        S::Coupon,
        Method::Get,
        "/staff/coupons/{code}",
        Right::Administer,
    ),
    staff(
        S::PauseCoupon,
        Method::Post,
        "/staff/coupons/{code}/pause",
        Right::Administer,
    ),
    staff(
        S::RestoreUse,
        Method::Post,
        "/staff/coupons/{code}/restore",
        Right::Administer,
    ),
    staff(S::SignOut, Method::Get, "/staff/sign-out", Right::Look),
    json(Route::Health, Method::Get, "/healthz", Policy::Public),
];

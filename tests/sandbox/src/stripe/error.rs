//! Stripe's error answers (API reference, "Errors"; texts as the real service words them).

use serde_json::{Value, json};

use crate::exchange::Fault;

/// An error answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ApiError {
    pub(crate) status: u16,
    kind: &'static str,
    code: Option<&'static str>,
    param: Option<String>,
    message: String,
    /// True once the endpoint had begun to work: only then is the answer kept under the
    /// idempotency key (API reference, "Idempotent requests").
    pub(crate) began: bool,
}

impl ApiError {
    /// 400 `invalid_request_error`.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, "invalid_request_error", message)
    }

    pub(crate) fn unauthorised(message: impl Into<String>) -> Self {
        Self::new(401, "invalid_request_error", message)
    }

    /// 404 for an id in the path.
    pub(crate) fn missing(object: &str, id: &str) -> Self {
        Self::new(
            404,
            "invalid_request_error",
            format!("No such {object}: '{id}'"),
        )
        .code("resource_missing")
        .param("id")
    }

    /// 400 for an id in a parameter.
    pub(crate) fn missing_in(param: &str, object: &str, id: &str) -> Self {
        Self::invalid(format!("No such {object}: '{id}'"))
            .code("resource_missing")
            .param(param)
    }

    pub(crate) fn no_such_url(method: &str, path: &str) -> Self {
        let message = format!("Unrecognized request URL ({method}: {path}).");
        Self::new(404, "invalid_request_error", message)
    }

    /// Stripe has this, the sandbox does not: refused, so that nobody relies on a half-truth.
    pub(crate) fn unimplemented(param: &str) -> Self {
        Self::invalid(format!("The sandbox does not implement `{param}`."))
            .code("sandbox_unimplemented")
            .param(param)
    }

    pub(crate) fn key_reused() -> Self {
        let message = "Keys for idempotent requests can only be used with the same parameters they \
                       were first used with.";
        Self::new(400, "idempotency_error", message)
    }

    pub(crate) fn server() -> Self {
        Self::new(500, "api_error", "An unknown error occurred.")
    }

    pub(crate) fn of_fault(fault: Fault) -> Self {
        match fault {
            Fault::Unavailable => Self::new(503, "api_error", "The service is unavailable."),
            Fault::TooManyRequests => Self::new(
                429,
                "invalid_request_error",
                "Too many requests hit the API too quickly.",
            )
            .code("rate_limit"),
            Fault::KeyInUse => {
                let message = "There is currently another in-progress request using this \
                               idempotency key.";
                Self::new(409, "invalid_request_error", message).code("idempotency_key_in_use")
            }
            _ => Self::server(),
        }
    }

    pub(crate) fn code(mut self, code: &'static str) -> Self {
        self.code = Some(code);
        self
    }

    pub(crate) fn param(mut self, param: impl Into<String>) -> Self {
        self.param = Some(param.into());
        self
    }

    pub(crate) fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// Marks the error as the outcome of work, not of validation.
    pub(crate) fn after_beginning(mut self) -> Self {
        self.began = true;
        self
    }

    pub(crate) fn json(&self) -> Value {
        let mut error = json!({ "type": self.kind, "message": self.message });
        if let Some(code) = self.code {
            error["code"] = code.into();
        }
        if let Some(param) = &self.param {
            error["param"] = param.as_str().into();
        }
        json!({ "error": error })
    }

    fn new(status: u16, kind: &'static str, message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            status,
            kind,
            code: None,
            param: None,
            message,
            began: false,
        }
    }
}

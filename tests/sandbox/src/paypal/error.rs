//! PayPal's error answers (Orders v2 and Payments v2, "Errors"; names and texts of the OpenAPI files).

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::link::link;
use crate::exchange::Fault;

/// A text of this program, or the same text read back from its state.
type Text = Cow<'static, str>;

const REFERENCE: &str = "https://developer.paypal.com/api/rest/reference/orders/v2/errors/#";

/// An error answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ApiError {
    pub(crate) status: u16,
    name: Text,
    message: Text,
    details: Vec<Detail>,
    /// Where the buyer can mend it.
    redirect: Option<String>,
    /// True once the call had begun to work: only then does its request id stand for this answer.
    pub(crate) began: bool,
    /// The token endpoint has a shape of its own (RFC 6749, section 5.2).
    oauth: bool,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Detail {
    pub(crate) issue: Text,
    pub(crate) description: String,
    /// A pointer into the body, or a parameter's name.
    pub(crate) field: Option<String>,
    pub(crate) value: Option<String>,
    pub(crate) location: Option<Text>,
}

impl Detail {
    pub(crate) fn new(issue: &'static str, description: impl Into<String>) -> Self {
        Self {
            issue: issue.into(),
            description: description.into(),
            field: None,
            value: None,
            location: None,
        }
    }

    /// The place in the body, and the value found there.
    pub(crate) fn at(mut self, field: impl Into<String>, value: Option<&str>) -> Self {
        self.field = Some(field.into());
        self.value = value.map(str::to_owned);
        self.location = Some("body".into());
        self
    }

    /// The place outside the body: `query`, `header` or `path`.
    pub(crate) fn in_the(mut self, location: &'static str, name: &str) -> Self {
        self.field = Some(name.to_owned());
        self.location = Some(location.into());
        self
    }

    fn json(&self) -> Value {
        let mut detail = json!({ "issue": self.issue, "description": self.description });
        let optional = [
            ("field", self.field.as_deref()),
            ("value", self.value.as_deref()),
            ("location", self.location.as_deref()),
        ];
        for (name, text) in optional {
            if let Some(text) = text {
                detail[name] = text.into();
            }
        }
        detail
    }
}

impl ApiError {
    /// 400: the request itself is wrong.
    pub(crate) fn invalid(details: Vec<Detail>) -> Self {
        let message = "Request is not well-formed, syntactically incorrect, or violates schema.";
        Self::new(400, "INVALID_REQUEST", message, details)
    }

    /// 400 of the notifications' endpoints, which have a name of their own for it.
    pub(crate) fn validation(details: Vec<Detail>) -> Self {
        let message = "Invalid data provided";
        Self::new(400, "VALIDATION_ERROR", message, details)
    }

    /// 422: the request is well-formed and cannot be done.
    pub(crate) fn unprocessable(details: Vec<Detail>) -> Self {
        let message = "The requested action could not be performed, semantically incorrect, or \
                       failed business validation.";
        Self::new(422, "UNPROCESSABLE_ENTITY", message, details)
    }

    /// 422 for one issue with PayPal's own text.
    pub(crate) fn issue(issue: &'static str, description: &str) -> Self {
        Self::unprocessable(vec![Detail::new(issue, description)])
    }

    pub(crate) fn not_found() -> Self {
        let detail = Detail::new(
            "INVALID_RESOURCE_ID",
            "Specified resource ID does not exist. Please check the resource ID and try again.",
        );
        let message = "The specified resource does not exist.";
        Self::new(404, "RESOURCE_NOT_FOUND", message, vec![detail])
    }

    pub(crate) fn unauthenticated() -> Self {
        let message = "Authentication failed due to missing authorization header, or invalid \
                       authentication credentials.";
        Self::new(401, "AUTHENTICATION_FAILURE", message, Vec::new())
    }

    pub(crate) fn forbidden() -> Self {
        let detail = Detail::new(
            "PERMISSION_DENIED",
            "You do not have permission to access or perform operations on this resource.",
        );
        let message = "Authorization failed due to insufficient permissions.";
        Self::new(403, "NOT_AUTHORIZED", message, vec![detail])
    }

    pub(crate) fn media_type() -> Self {
        let message = "The server does not support the request payload's media type.";
        Self::new(415, "UNSUPPORTED_MEDIA_TYPE", message, Vec::new())
    }

    pub(crate) fn server() -> Self {
        let message = "An internal server error occurred.";
        Self::new(500, "INTERNAL_SERVER_ERROR", message, Vec::new())
    }

    pub(crate) fn of_fault(fault: Fault) -> Self {
        match fault {
            Fault::Unavailable => Self::new(
                503,
                "SERVICE_UNAVAILABLE",
                "Service Unavailable.",
                Vec::new(),
            ),
            Fault::TooManyRequests => {
                let message = "Too many requests. Blocked due to rate limiting.";
                Self::new(429, "RATE_LIMIT_REACHED", message, Vec::new())
            }
            Fault::KeyInUse => {
                let detail = Detail::new(
                    "PREVIOUS_REQUEST_IN_PROGRESS",
                    "A previous request on this resource is currently in progress.",
                );
                let message = "The server has detected a conflict while processing this request.";
                Self::new(409, "RESOURCE_CONFLICT", message, vec![detail])
            }
            _ => Self::server(),
        }
    }

    /// An error of the token endpoint.
    pub(crate) fn oauth(status: u16, error: &'static str, description: &'static str) -> Self {
        Self {
            oauth: true,
            ..Self::new(status, error, description, Vec::new())
        }
    }

    /// Points the buyer to where another way to pay can be chosen.
    pub(crate) fn redirect(mut self, href: String) -> Self {
        self.redirect = Some(href);
        self
    }

    /// Marks the error as the outcome of work, not of validation.
    pub(crate) fn after_beginning(mut self) -> Self {
        self.began = true;
        self
    }

    pub(crate) fn json(&self, debug_id: &str) -> Value {
        if self.oauth {
            return json!({ "error": self.name, "error_description": self.message });
        }
        let topic = self
            .details
            .first()
            .map_or(&self.name, |detail| &detail.issue);
        let reference = format!("{REFERENCE}{topic}");
        let mut links = vec![link(reference, "information_link", "GET")];
        links.extend(
            self.redirect
                .iter()
                .map(|href| link(href, "redirect", "GET")),
        );
        let mut error = json!({
            "name": self.name,
            "message": self.message,
            "debug_id": debug_id,
            "links": links,
        });
        if !self.details.is_empty() {
            error["details"] = self.details.iter().map(Detail::json).collect();
        }
        error
    }

    fn new(status: u16, name: &'static str, message: &'static str, details: Vec<Detail>) -> Self {
        Self {
            status,
            name: name.into(),
            message: message.into(),
            details,
            redirect: None,
            began: false,
            oauth: false,
        }
    }
}

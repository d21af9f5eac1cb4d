//! What a member of staff does in a browser.

use edgetill::http::Reply;
use shared::http::Method;

use crate::{HERE, Shop, form, input_value, text};

/// Reviews proofs.
pub const RUTH: &str = "ruth@shop.test";
/// Reviews proofs as well.
pub const OMAR: &str = "omar@shop.test";
/// Answers buyers.
pub const SUE: &str = "sue@shop.test";
/// Decides who works here.
pub const ANN: &str = "ann@shop.test";

/// What a browser says of a form on a page of ours.
pub(crate) const FROM_HERE: [(&str, &str); 3] = [
    ("content-type", "application/x-www-form-urlencoded"),
    ("origin", HERE),
    ("sec-fetch-site", "same-origin"),
];

/// Somebody who signed in.
pub struct StaffBrowser<'a> {
    shop: &'a Shop,
    /// Their assertion.
    pub assertion: String,
}

impl Shop {
    /// Somebody signs in now.
    #[must_use]
    pub fn staff(&self, email: &str) -> StaffBrowser<'_> {
        let assertion = self
            .world
            .sandbox(|sandbox, now| sandbox.access.sign_in(now, email));
        self.staff_with(assertion)
    }

    /// Somebody with an assertion of their own making.
    #[must_use]
    pub fn staff_with(&self, assertion: String) -> StaffBrowser<'_> {
        self.secrets.borrow_mut().push(assertion.clone());
        StaffBrowser {
            shop: self,
            assertion,
        }
    }
}

impl StaffBrowser<'_> {
    /// Opens a page.
    pub fn open(&self, path: &str) -> Reply {
        let headers = [("cf-access-jwt-assertion", self.assertion.as_str())];
        self.shop.send(Method::Get, path, &headers, b"")
    }

    /// A page that opens.
    #[must_use]
    #[track_caller]
    pub fn page(&self, path: &str) -> String {
        let reply = self.open(path);
        assert_eq!(reply.status, 200, "{path}: {}", text(&reply));
        text(&reply)
    }

    /// The token of their forms.
    #[must_use]
    #[track_caller]
    pub fn form_token(&self) -> String {
        let token = input_value(&self.page("/staff/search"), "form_token");
        self.shop.secrets.borrow_mut().push(token.clone());
        token
    }

    /// Sends a form of a page.
    #[track_caller]
    pub fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let token = self.form_token();
        self.submit_with(path, &token, fields)
    }

    /// Sends a form with a token.
    pub fn submit_with(&self, path: &str, token: &str, fields: &[(&str, &str)]) -> Reply {
        let mut all = vec![("form_token", token)];
        all.extend(fields);
        let mut headers = FROM_HERE.to_vec();
        headers.push(("cf-access-jwt-assertion", &self.assertion));
        self.shop
            .send(Method::Post, path, &headers, form(&all).as_bytes())
    }
}

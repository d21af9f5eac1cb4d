//! Staff in their browsers: signed in on the sandbox's page, as on Access's.

use super::{Answer, Body, Instance, LiveOrder, Visitor, encoded, send};

/// Somebody of the staff.
#[derive(Debug, Clone)]
pub struct LiveStaff<'a> {
    visitor: Visitor<'a>,
    /// What Access's cookie holds.
    pub assertion: String,
}

impl Instance {
    /// Somebody signs in.
    #[must_use]
    #[track_caller]
    pub fn staff(&self, email: &str) -> LiveStaff<'_> {
        let url = format!("{}/access/sign-in", self.sandbox.url);
        let form = encoded(&[("email", email)]);
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        let answer = send("POST", &url, &headers, Body::Whole(form.as_bytes())).expect(303);
        let cookie = answer.must("set-cookie");
        let (_, value) = cookie.split_once('=').expect("a cookie");
        let assertion = value.split(';').next().expect("a value").to_owned();
        LiveStaff {
            visitor: self.visitor(),
            assertion,
        }
    }
}

impl LiveStaff<'_> {
    /// Opens a page.
    #[must_use]
    #[track_caller]
    pub fn open(&self, path: &str) -> Answer {
        let cookie = self.cookie();
        let headers = [("cookie", cookie.as_str())];
        self.visitor.send("GET", path, &headers, Body::None)
    }

    /// Sends a form with the token of a page that they may see.
    #[must_use]
    #[track_caller]
    pub fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let page = self.open("/staff/search").expect(200).text();
        let token = crate::input_value(&page, "form_token");
        let mut all = vec![("form_token", token.as_str())];
        all.extend(fields);
        self.visitor.submit(path, &self.cookie(), &all)
    }

    fn cookie(&self) -> String {
        format!("CF_Authorization={}", self.assertion)
    }
}

impl LiveOrder<'_> {
    /// Chooses to transfer and hands in a document; the proof's id.
    #[must_use]
    #[track_caller]
    pub fn hand_in(&self, file: &[u8]) -> String {
        let path = format!("/v1/orders/{}/payments", self.number);
        let body = serde_json::json!({ "method": "bank" });
        let key = self.visitor.key("transfer");
        let begun = self.visitor.post(&path, &key, Some(&self.token), &body);
        let _ = begun.expect(201);
        let fields = [
            ("bank_account", None, &b"meridian-eur"[..]),
            ("file", Some("proof.png"), file),
        ];
        let (content_type, body) = crate::multipart(&fields);
        let bearer = format!("Bearer {}", self.token);
        let headers = [
            ("content-type", content_type.as_str()),
            ("authorization", &bearer),
        ];
        let path = format!("/v1/orders/{}/proofs", self.number);
        let answer = self
            .visitor
            .send("POST", &path, &headers, Body::Whole(&body));
        let proof = answer.expect(201).json()["proof"]["proof_id"].clone();
        proof.as_str().expect("an id").to_owned()
    }
}

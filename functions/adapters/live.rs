//! The world of a running Worker.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use shared::email::Email;
use shared::http::{InResponse, OutRequest};
use shared::record::{json_text, read_json};
use shared::statement::Statement;
use shared::time::Timestamp;
use wasm_bindgen::{JsCast, JsValue};

use super::d1::{D1, Usage};
use super::{bridge, http};
use crate::memory::Memory;
use crate::world::{BlobHead, CommitError, Fault, Rows, SendError, World};

thread_local! {
    /// One isolate is one thread.
    static MEMORY: RefCell<Memory> = RefCell::default();
}

/// The bindings of one invocation. Nothing of it may outlive the request: the platform forbids I/O
/// on behalf of another one.
#[derive(Debug)]
pub struct Live {
    env: JsValue,
    database: D1,
    calls: Cell<u32>,
}

impl Live {
    /// Takes the environment that the platform hands to each event.
    #[must_use]
    pub fn new(env: JsValue) -> Self {
        let database = D1::new(bridge::binding_of(&env, "DB"));
        let calls = Cell::default();
        Self {
            env,
            database,
            calls,
        }
    }

    /// Every variable and secret, by name. Secrets are among them: never log the map.
    #[must_use]
    pub fn settings(&self) -> BTreeMap<String, String> {
        read_json(&bridge::settings_of(&self.env)).unwrap_or_default()
    }

    /// Whatever leaves this Worker but for the database, which counts by itself.
    fn count_call(&self) {
        self.calls.set(self.calls.get().saturating_add(1));
    }

    fn bucket(&self) -> JsValue {
        self.count_call();
        bridge::binding_of(&self.env, "PROOFS")
    }

    /// What the database was asked so far.
    #[must_use]
    pub fn usage(&self) -> Usage {
        self.database.usage()
    }
}

/// The text that `put_blob` and `head_blob` resolve to.
fn read_blob_answer<T: DeserializeOwned>(answer: &JsValue) -> Result<T, Fault> {
    let text = answer.as_string().unwrap_or_default();
    let answer: Value = read_json(&text).map_err(|error| Fault::Storage(error.to_string()))?;
    if let Some(error) = answer.get("error").and_then(Value::as_str) {
        return Err(Fault::Storage(error.to_owned()));
    }
    T::deserialize(answer).map_err(|error| Fault::Storage(error.to_string()))
}

impl World for Live {
    async fn query(&self, statements: &[Statement]) -> Result<Vec<Rows>, Fault> {
        self.database.query(statements).await
    }

    async fn commit(&self, statements: &[Statement]) -> Result<Vec<Rows>, CommitError> {
        self.database.commit(statements).await
    }

    async fn send(&self, request: &OutRequest) -> Result<InResponse, SendError> {
        self.count_call();
        http::send(request).await
    }

    async fn send_mail(&self, email: &Email, from: &str) -> Result<(), SendError> {
        self.count_call();
        let mail = json!({
            "to": email.to.as_str(),
            "from": from,
            "subject": email.subject.as_str(),
            "text": email.text,
            "html": email.html,
        });
        let sender = bridge::binding_of(&self.env, "EMAIL");
        let failure = bridge::send_mail(&sender, &json_text(&mail))
            .await
            .as_string();
        match failure.as_deref() {
            Some("") => Ok(()),
            Some(reason) => Err(SendError::Connection(reason.to_owned())),
            None => Err(SendError::Connection(
                "the sender's answer was not readable".to_owned(),
            )),
        }
    }

    async fn sha256(&self, bytes: &[u8]) -> Result<String, Fault> {
        let answer = bridge::sha256(bytes.into()).await;
        let text = answer.as_string().unwrap_or_default();
        let is_digest = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_digest {
            Ok(text)
        } else {
            Err(Fault::Internal(format!("no digest could be taken: {text}")))
        }
    }

    async fn put_blob(
        &self,
        key: &str,
        bytes: &[u8],
        media_type: &str,
        sha256: &str,
    ) -> Result<bool, Fault> {
        let answer = bridge::put_blob(&self.bucket(), key, bytes.into(), media_type, sha256).await;
        read_blob_answer(&answer)
    }

    async fn head_blob(&self, key: &str) -> Result<Option<BlobHead>, Fault> {
        read_blob_answer(&bridge::head_blob(&self.bucket(), key).await)
    }

    async fn get_blob(&self, key: &str) -> Result<Option<Vec<u8>>, Fault> {
        let answer = bridge::get_blob(&self.bucket(), key).await;
        if answer.is_null() {
            return Ok(None);
        }
        match answer.dyn_ref::<js_sys::Uint8Array>() {
            Some(bytes) => Ok(Some(bytes.to_vec())),
            None => Err(Fault::Storage(answer.as_string().unwrap_or_default())),
        }
    }

    async fn delete_blob(&self, key: &str) -> Result<(), Fault> {
        let answer = bridge::delete_blob(&self.bucket(), key).await;
        match answer.as_string().unwrap_or_default().as_str() {
            "" => Ok(()),
            reason => Err(Fault::Storage(reason.to_owned())),
        }
    }

    async fn admit(&self, key: &str) -> bool {
        let limiter = bridge::binding_of(&self.env, "LIMITER");
        bridge::admit(&limiter, key).await.is_truthy()
    }

    async fn verify_rsa(
        &self,
        spki: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<bool, Fault> {
        // Copies: the platform reads them later, when the memory they stand in may have moved.
        let answer = bridge::verify_rsa(spki.into(), message.into(), signature.into()).await;
        answer.as_bool().ok_or_else(|| {
            let reason = answer.as_string().unwrap_or_default();
            Fault::Internal(format!("a signature could not be checked: {reason}"))
        })
    }

    fn recall<T>(&self, look: impl FnOnce(&mut Memory) -> T) -> T {
        MEMORY.with_borrow_mut(look)
    }

    fn steps(&self) -> u32 {
        let Usage { round_trips, .. } = self.usage();
        self.calls.get().saturating_add(round_trips)
    }

    fn now(&self) -> Timestamp {
        Timestamp(bridge::unix_seconds())
    }

    fn random(&self) -> [u8; 16] {
        let mut bytes = [0; 16];
        bridge::fill_random(&mut bytes);
        bytes
    }

    fn log(&self, line: &Value) {
        let Usage {
            round_trips,
            rows_read,
            rows_written,
            ..
        } = self.usage();
        let mut line = line.clone();
        if let Value::Object(fields) = &mut line {
            let used =
                json!({ "round_trips": round_trips, "read": rows_read, "written": rows_written });
            fields.insert("database".to_owned(), used);
        }
        bridge::log_line(&json_text(&line));
    }
}

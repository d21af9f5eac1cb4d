//! What the program asks of the world in a test: each step is counted, takes its time, and may go wrong.

use std::collections::BTreeMap;

use edgetill::digest::sha256_hex;
use edgetill::memory::Memory;
use edgetill::world::{BlobHead, CommitError, Fault, Rows, SendError, World};
use sandbox::Exchange;
use serde_json::Value as Json;
use shared::email::Email;
use shared::http::{InResponse, OutRequest};
use shared::statement::Statement;
use shared::time::Timestamp;

use super::{Blob, Io, TestWorld, Trouble};
use crate::rsa::is_rsa_signature;

fn names(statements: &[Statement]) -> Vec<&'static str> {
    statements
        .iter()
        .map(|statement| statement.sql.name)
        .collect()
}

fn rows(results: Vec<Json>) -> Vec<Rows> {
    let rows = |json: Json| Rows(serde_json::from_value(json).expect("a list of objects"));
    results.into_iter().map(rows).collect()
}

/// Whether a text walks along rows, and only reads them.
fn is_recursive_read(text: &str) -> bool {
    let writes = ["INSERT", "UPDATE", "DELETE"];
    text.starts_with("WITH RECURSIVE ") && writes.iter().all(|write| !text.contains(write))
}

impl World for TestWorld {
    async fn query(&self, statements: &[Statement]) -> Result<Vec<Rows>, Fault> {
        for statement in statements {
            let text = statement.sql.text.trim_start();
            assert!(
                text.starts_with("SELECT") || is_recursive_read(text),
                "{} writes in a query",
                statement.sql.name
            );
        }
        self.turn().await;
        if self.step(Io::Query(names(statements))).is_some() {
            return Err(Fault::Database("network connection lost".into()));
        }
        self.database
            .borrow_mut()
            .batch(statements)
            .map(rows)
            .map_err(Fault::Database)
    }

    async fn commit(&self, statements: &[Statement]) -> Result<Vec<Rows>, CommitError> {
        self.turn().await;
        match self.step(Io::Commit(names(statements))) {
            Some(Trouble::Before | Trouble::Killed) => {
                Err(CommitError::Lost("network connection lost".into()))
            }
            Some(Trouble::After) => {
                // Kept, unless the schema refuses it; the caller hears neither.
                let _ = self.database.borrow_mut().batch(statements);
                Err(CommitError::Lost("network connection lost".into()))
            }
            None => self
                .database
                .borrow_mut()
                .batch(statements)
                .map(rows)
                .map_err(CommitError::Guard),
        }
    }

    async fn send(&self, request: &OutRequest) -> Result<InResponse, SendError> {
        assert!(
            request.deadline_ms <= 10_000,
            "every outside call has a deadline"
        );
        self.turn().await;
        let what = format!("{} {}", request.method.as_str(), request.url);
        let trouble = self.step(Io::Send(what));
        if matches!(trouble, Some(Trouble::Before | Trouble::Killed)) {
            return Err(SendError::Connection("refused".into()));
        }
        self.sent.borrow_mut().push(request.clone());
        let (url_part, seconds) = self.slow.get();
        if request.url.contains(url_part) {
            self.advance(seconds);
        }
        let elsewhere = self.elsewhere.borrow();
        let answered = elsewhere.as_ref().and_then(|answer| answer(request));
        let exchange = answered.map_or_else(
            || {
                self.sandbox
                    .borrow_mut()
                    .answer(self.outside_now(), request)
            },
            Exchange::Answered,
        );
        match exchange {
            Exchange::Answered(_) if trouble.is_some() => Err(SendError::Deadline),
            Exchange::Answered(response) if response.body.len() > request.answer_bytes_max => {
                Err(SendError::TooLong)
            }
            Exchange::Answered(response) => Ok(response),
            Exchange::LostAfterEffect | Exchange::NotReached => Err(SendError::Deadline),
        }
    }

    async fn send_mail(&self, email: &Email, _from: &str) -> Result<(), SendError> {
        self.turn().await;
        let trouble = self.step(Io::Mail);
        if matches!(trouble, Some(Trouble::Before | Trouble::Killed)) {
            return Err(SendError::Connection("refused".into()));
        }
        self.mails.borrow_mut().push(email.clone());
        match trouble {
            Some(_) => Err(SendError::Deadline),
            None => Ok(()),
        }
    }

    async fn sha256(&self, bytes: &[u8]) -> Result<String, Fault> {
        Ok(sha256_hex(bytes))
    }

    async fn put_blob(
        &self,
        key: &str,
        bytes: &[u8],
        media_type: &str,
        sha256: &str,
    ) -> Result<bool, Fault> {
        assert_eq!(sha256_hex(bytes), sha256, "R2 refuses another checksum");
        let blob = Blob {
            bytes: bytes.to_vec(),
            media_type: media_type.to_owned(),
            sha256: sha256.to_owned(),
        };
        self.store_step("put", key, |blobs| {
            let is_free = !blobs.contains_key(key);
            if is_free {
                blobs.insert(key.to_owned(), blob);
            }
            is_free
        })
        .await
    }

    async fn head_blob(&self, key: &str) -> Result<Option<BlobHead>, Fault> {
        self.store_step("head", key, |blobs| {
            blobs.get(key).map(|blob| BlobHead {
                size: u64::try_from(blob.bytes.len()).expect("a length"),
                sha256: blob.sha256.clone(),
            })
        })
        .await
    }

    async fn get_blob(&self, key: &str) -> Result<Option<Vec<u8>>, Fault> {
        let get = |blobs: &mut BTreeMap<String, Blob>| blobs.get(key).map(|b| b.bytes.clone());
        self.store_step("get", key, get).await
    }

    async fn delete_blob(&self, key: &str) -> Result<(), Fault> {
        self.store_step("delete", key, |blobs| {
            blobs.remove(key);
        })
        .await
    }

    async fn admit(&self, _key: &str) -> bool {
        match self.admits.get() {
            None => true,
            Some(0) => false,
            Some(left) => {
                self.admits.set(left.checked_sub(1));
                true
            }
        }
    }

    async fn verify_rsa(
        &self,
        spki: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<bool, Fault> {
        self.turn().await;
        if self.blind.get() {
            return Err(Fault::Internal("a signature could not be checked".into()));
        }
        Ok(is_rsa_signature(spki, message, signature))
    }

    fn recall<T>(&self, look: impl FnOnce(&mut Memory) -> T) -> T {
        look(&mut self.memory.borrow_mut())
    }

    fn steps(&self) -> u32 {
        u32::try_from(Self::steps(self)).expect("not so many")
    }

    fn now(&self) -> Timestamp {
        self.now.get()
    }

    fn random(&self) -> [u8; 16] {
        let count = self.randoms.get();
        self.randoms.set(count.wrapping_add(1));
        // Counted, and spread so that every byte differs from one call to the next.
        let spread = count.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(17);
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&spread.to_be_bytes());
        bytes[8..].copy_from_slice(&count.to_be_bytes());
        bytes
    }

    fn log(&self, line: &Json) {
        self.log.borrow_mut().push(line.clone());
    }
}

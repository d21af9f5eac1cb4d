//! What a function may ask of the world: a database, other servers, the isolate's memory, the time,
//! randomness.
//!
//! Functions are generic over [`World`] and run natively on the test world and on workerd in
//! `adapters`. The trait is deliberately small: everything that can be decided is decided in
//! `shared`, from data that these methods bring.

use serde_json::{Map, Value};
use shared::email::Email;
use shared::http::{InResponse, OutRequest};
use shared::record::{Fields, Record};
use shared::statement::Statement;
use shared::time::Timestamp;
use thiserror::Error;

use crate::memory::Memory;

/// Everything outside the decisions.
#[expect(
    async_fn_in_trait,
    reason = "one isolate is one thread: no future is ever sent elsewhere"
)]
pub trait World {
    /// Runs reads as one round trip; one [`Rows`] per statement, in order.
    async fn query(&self, statements: &[Statement]) -> Result<Vec<Rows>, Fault>;

    /// Runs writes as one transaction in one round trip: all of them or none.
    async fn commit(&self, statements: &[Statement]) -> Result<Vec<Rows>, CommitError>;

    /// Sends a request and waits until its deadline. Redirects are not followed.
    async fn send(&self, request: &OutRequest) -> Result<InResponse, SendError>;

    /// Hands a mail to the platform's own sender (`send_email` binding).
    async fn send_mail(&self, email: &Email, from: &str) -> Result<(), SendError>;

    /// The SHA-256 of many bytes, lower-case hex; for few, `digest` needs no border crossed.
    async fn sha256(&self, bytes: &[u8]) -> Result<String, Fault>;

    /// Puts an object under a key that must not be taken yet; `false` when it is. The store takes the
    /// SHA-256 (lower-case hex) itself and refuses bytes that have another.
    async fn put_blob(
        &self,
        key: &str,
        bytes: &[u8],
        media_type: &str,
        sha256: &str,
    ) -> Result<bool, Fault>;

    /// What is known of an object without reading it.
    async fn head_blob(&self, key: &str) -> Result<Option<BlobHead>, Fault>;

    /// The bytes of an object.
    async fn get_blob(&self, key: &str) -> Result<Option<Vec<u8>>, Fault>;

    /// Removes an object; one that is not there is as good as removed.
    async fn delete_blob(&self, key: &str) -> Result<(), Fault>;

    /// Whether this client may go on, by the platform's approximate limiter. It dampens abuse and
    /// guards nothing: exact limits are rows.
    async fn admit(&self, key: &str) -> bool;

    /// Whether an RSA signature is right: RSASSA-PKCS1-v1_5 with SHA-256 over the whole message. `spki`
    /// is DER of a `SubjectPublicKeyInfo`; one that is no RSA key of at least 2048 bits is a *no*. A
    /// fault means that the platform could not tell, and must never be taken for either.
    async fn verify_rsa(
        &self,
        spki: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<bool, Fault>;

    /// Looks into this isolate's memory, or changes it. Not to be called from within `look`.
    fn recall<T>(&self, look: impl FnOnce(&mut Memory) -> T) -> T;

    /// How many steps this invocation has made so far: round trips to the database, and calls to
    /// other servers or to the object store. The platform allows so many.
    fn steps(&self) -> u32;

    /// The time, in whole seconds.
    fn now(&self) -> Timestamp;

    /// Sixteen bytes nobody can guess.
    fn random(&self) -> [u8; 16];

    /// Writes one line of JSON to the log. Callers pass no secrets, tokens or addresses.
    fn log(&self, line: &Value);
}

/// Eight bytes nobody can guess: what a public code is made of.
pub fn random_code<W: World>(world: &W) -> [u8; 8] {
    first_of(world.random())
}

/// The first eight of sixteen bytes.
#[must_use]
pub fn first_of(random: [u8; 16]) -> [u8; 8] {
    random.first_chunk().copied().unwrap_or_default()
}

/// The rows of one statement, as the JSON objects in which both databases return them.
#[derive(Debug)]
pub struct Rows(pub Vec<Map<String, Value>>);

impl Rows {
    /// Reads every row as a `T`.
    pub fn parse<T: Record>(&self) -> Result<Vec<T>, Fault> {
        let rows = self.0.iter();
        rows.map(|row| T::read(Fields(row)).map_err(|error| unreadable(&error)))
            .collect()
    }

    /// Reads the rows that are a `T`; the number of those that are not comes second. For rows that
    /// operators write by hand, where one mistake must not hide the rest.
    #[must_use]
    pub fn parse_good<T: Record>(&self) -> (Vec<T>, usize) {
        let rows = self.0.iter();
        let good: Vec<T> = rows.filter_map(|row| T::read(Fields(row)).ok()).collect();
        let bad = self.0.len().saturating_sub(good.len());
        (good, bad)
    }

    /// Reads the first row, if there is one.
    pub fn first<T: Record>(&self) -> Result<Option<T>, Fault> {
        let row = self.0.first();
        row.map(|row| T::read(Fields(row)).map_err(|error| unreadable(&error)))
            .transpose()
    }

    /// Whether there is a row.
    #[must_use]
    pub fn any(&self) -> bool {
        !self.0.is_empty()
    }
}

fn unreadable(error: &serde_json::Error) -> Fault {
    Fault::Rows(error.to_string())
}

/// What the store knows of an object.
#[derive(Debug, Clone, PartialEq, Eq, Record)]
pub struct BlobHead {
    /// How many bytes.
    pub size: u64,
    /// The SHA-256 that it took when the object was put, lower-case hex; empty when it was not asked
    /// to.
    pub sha256: String,
}

/// Our own trouble: logged once with the request id, answered as a bare 500 or 503.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Fault {
    /// The database did not answer, or not in time. Nothing is known to have happened.
    #[error("the database is unavailable: {0}")]
    Database(String),
    /// Others changed the same thing each time that it was tried. Nothing was written.
    #[error("others were faster: {0}")]
    Busy(String),
    /// The object store did not answer, or not in time. The outcome is unknown.
    #[error("the object store is unavailable: {0}")]
    Storage(String),
    /// A provider could not be asked; only cron meets this, and asks again.
    #[error("the provider cannot be asked: {0}")]
    Provider(String),
    /// A row did not have the expected shape.
    #[error("a row could not be read: {0}")]
    Rows(String),
    /// A rule of this program was broken by this program.
    #[error("internal: {0}")]
    Internal(String),
}

/// Why a batch of writes did not report success.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CommitError {
    /// A constraint or trigger refused: nothing was written. The text names it.
    #[error("refused by the schema: {0}")]
    Guard(String),
    /// The batch may or may not have been committed: recognise it by its write token.
    #[error("the outcome of the batch is unknown: {0}")]
    Lost(String),
    /// The batch could not be run.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Why a request has no answer. The effect at the other side is unknown in every case.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SendError {
    /// The deadline passed.
    #[error("no answer before the deadline")]
    Deadline,
    /// The answer was longer than allowed.
    #[error("the answer was too long")]
    TooLong,
    /// No connection, or it broke.
    #[error("the connection failed: {0}")]
    Connection(String),
}

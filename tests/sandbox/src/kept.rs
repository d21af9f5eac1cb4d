//! How the state of a sandbox keeps what has no form of its own in JSON.

use serde::{Deserialize, Serialize};
use shared::http::InResponse;

/// An [`InResponse`]; a stand-in's answer is kept to be given again.
#[derive(Serialize, Deserialize)]
#[serde(remote = "InResponse")]
pub(crate) struct Response {
    status: u16,
    headers: Vec<(String, String)>,
    #[serde(with = "bytes")]
    body: Vec<u8>,
}

/// Bytes that are a text nearly always.
pub(crate) mod bytes {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    #[serde(untagged)]
    enum Kept<T, B> {
        Text(T),
        Bytes(B),
    }

    pub(crate) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        match std::str::from_utf8(bytes) {
            Ok(text) => Kept::Text(text),
            Err(_) => Kept::Bytes(bytes),
        }
        .serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        Ok(match Kept::<String, Vec<u8>>::deserialize(from)? {
            Kept::Text(text) => text.into_bytes(),
            Kept::Bytes(bytes) => bytes,
        })
    }
}

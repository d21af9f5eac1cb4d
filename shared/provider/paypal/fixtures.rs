//! What the tests read: made files of `tests/fixtures/paypal`, and recorded ones that are read in
//! place where they exist.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::fields::Fields;
use super::{Credentials, Order, PayPalApi};
use crate::http::InResponse;
use crate::provider::Mode;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/paypal")
}

/// One whole fixture.
pub(super) fn value(name: &str) -> Value {
    let path = folder().join(name);
    let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{name}: {e}"))
}

/// The body inside a fixture, as PayPal would send it.
pub(super) fn body(name: &str) -> Value {
    value(name)["body"].take()
}

/// The order inside a fixture.
pub(super) fn order(name: &str) -> Order {
    Order::read(Fields::of(&body(name)).unwrap()).unwrap()
}

/// PayPal's sandbox.
pub(super) fn api() -> PayPalApi {
    let mode = Mode::Test;
    let (base, pages) = (
        PayPalApi::default_base(mode),
        PayPalApi::default_checkout_origin(mode),
    );
    let credentials = Credentials::parse("app", "hush").unwrap();
    PayPalApi::new(base, pages, credentials, mode).unwrap()
}

/// An answer with this body.
pub(super) fn reply(status: u16, body: &[u8]) -> InResponse {
    InResponse {
        status,
        headers: vec![("paypal-debug-id".into(), "f00d".into())],
        body: body.to_vec(),
    }
}

/// An answer with the body of a fixture.
pub(super) fn response(status: u16, name: &str) -> InResponse {
    reply(status, body(name).to_string().as_bytes())
}

/// Name and value of every fixture whose name begins with `prefix`.
pub(super) fn all(prefix: &str) -> Vec<(String, Value)> {
    let files = read_folder(&folder(), prefix).expect("the fixtures are in the repository");
    assert!(!files.is_empty(), "no fixture begins with {prefix}");
    files
}

/// Name and value of every recorded file whose name begins with `prefix`; none, with a word on
/// standard error, where the recordings are absent.
pub(super) fn third_party(prefix: &str) -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/third-party/paypal");
    read_folder(&folder, prefix).unwrap_or_else(|| {
        eprintln!("skipped: no recordings at ../shared/third-party/paypal");
        Vec::new()
    })
}

fn read_folder(folder: &Path, prefix: &str) -> Option<Vec<(String, Value)>> {
    let mut files: Vec<(String, Value)> = fs::read_dir(folder)
        .ok()?
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), entry.path()))
        .filter(|(name, _)| name.starts_with(prefix))
        .map(|(name, path)| (name, fs::read_to_string(path).unwrap()))
        .map(|(name, text)| (name, serde_json::from_str(&text).unwrap()))
        .collect();
    files.sort_by(|(a, _), (b, _)| a.cmp(b));
    Some(files)
}

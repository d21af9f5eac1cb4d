//! What the tests read: made files of `tests/fixtures/stripe`, recorded ones that are read in place
//! where they exist, and the encodings in them.

use std::fs;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

fn fixture_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/stripe")
}

/// The text of one fixture.
pub(super) fn text(name: &str) -> String {
    let path = fixture_folder().join(name);
    fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// One fixture as a value.
pub(super) fn parse<T: DeserializeOwned>(name: &str) -> T {
    serde_json::from_str(&text(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

/// Name and text of every fixture that begins with `prefix`.
pub(super) fn all(prefix: &str) -> Vec<(String, String)> {
    let files = read_folder(&fixture_folder(), prefix).expect("the fixtures are in the repository");
    assert!(!files.is_empty(), "no fixture begins with {prefix}");
    files
}

/// Name and text of every recorded file that begins with `prefix`; none, with a word on standard
/// error, where the recordings are absent.
pub(super) fn third_party(prefix: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/third-party/stripe");
    read_folder(&folder, prefix).unwrap_or_else(|| {
        eprintln!("skipped: no recorded deliveries at ../shared/third-party/stripe");
        Vec::new()
    })
}

fn read_folder(folder: &Path, prefix: &str) -> Option<Vec<(String, String)>> {
    let mut files: Vec<(String, String)> = fs::read_dir(folder)
        .ok()?
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), entry.path()))
        .filter(|(name, _)| name.starts_with(prefix))
        .map(|(name, path)| (name, fs::read_to_string(path).unwrap()))
        .collect();
    files.sort();
    Some(files)
}

/// Standard base64 with padding, for bodies that are not text.
pub(super) fn decode_base64(text: &str) -> Vec<u8> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bytes = Vec::new();
    for digits in text.trim_end_matches('=').as_bytes().chunks(4) {
        let mut four = [b'A'; 4];
        four[..digits.len()].copy_from_slice(digits);
        let number = four.iter().fold(0_u32, |number, digit| {
            let value = DIGITS
                .iter()
                .position(|known| known == digit)
                .expect("a base64 digit");
            (number << 6) | u32::try_from(value).unwrap()
        });
        // Two digits make one byte, three make two, four make three.
        bytes.extend_from_slice(&number.to_be_bytes()[1..digits.len()]);
    }
    bytes
}

/// Lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect::<Vec<_>>()
        .concat()
}

/// The pairs of a form, read without the encoder: splits at the first `=` of every pair and undoes the encoding.
pub(super) fn decode_form(form: &str) -> Vec<(String, String)> {
    form.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').expect("key=value"))
        .map(|(key, value)| (percent_decode(key), percent_decode(value)))
        .collect()
}

fn percent_decode(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some((plain, tail)) = rest.split_once('%') {
        bytes.extend_from_slice(plain.as_bytes());
        bytes.push(u8::from_str_radix(&tail[..2], 16).expect("two hex digits"));
        rest = &tail[2..];
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8(bytes).expect("UTF-8")
}

//! PDF: from `%PDF-` to `%%EOF` (ISO 32000-2, 7.5).
//!
//! Objects are not parsed; a reader that does so guesses as others guess. What can be told from
//! outside is: where it begins and ends, that it points to its own table, and that nothing in it is
//! named by which PDF acts. Names in compressed objects are not seen, which is why a PDF is only ever
//! handed out as a file to keep.

use super::{FileProblem, Inspected};
use crate::proof::MediaType;

pub(super) const SIGNATURE: &[u8] = b"%PDF-";

/// By these a document runs, opens, sends or carries something. Shorter names would be met by chance in
/// packed data, and do nothing without one of these.
const ACTIVE: [&[u8]; 6] = [
    b"JavaScript",
    b"Launch",
    b"EmbeddedFile",
    b"EmbeddedFiles",
    b"RichMedia",
    b"SubmitForm",
];
/// A name longer than all of those is none of them.
const NAME_BYTES_MAX: usize = 14;
/// `startxref`, a number and `%%EOF` stand at the very end.
const TAIL_BYTES: usize = 64;

/// Looks at the beginning, the end and every name.
pub(super) fn walk(bytes: &[u8]) -> Result<Inspected, FileProblem> {
    let version = bytes.get(SIGNATURE.len()..).unwrap_or_default();
    let known = matches!(
        version,
        [b'1', b'.', b'0'..=b'7', ..] | [b'2', b'.', b'0', ..]
    );
    if !known {
        return Err(FileProblem::Damaged);
    }
    let body = trimmed(bytes).strip_suffix(b"%%EOF");
    let body = body.ok_or_else(|| {
        if has_end(bytes) {
            FileProblem::Trailing
        } else {
            FileProblem::Damaged
        }
    })?;
    let table = table_at(body).ok_or(FileProblem::Damaged)?;
    if table >= body.len() {
        return Err(FileProblem::Damaged);
    }
    if is_active(bytes) {
        return Err(FileProblem::Active);
    }
    Ok(Inspected {
        media_type: MediaType::Pdf,
        size_px: None,
    })
}

/// Without the line ends and spaces at the end, of which editors leave some.
fn trimmed(bytes: &[u8]) -> &[u8] {
    bytes.trim_ascii_end()
}

fn has_end(bytes: &[u8]) -> bool {
    bytes.windows(5).any(|window| window == b"%%EOF")
}

/// Where the document says that its table of objects begins.
fn table_at(body: &[u8]) -> Option<usize> {
    let body = trimmed(body);
    let from = body.len().saturating_sub(TAIL_BYTES);
    let tail = std::str::from_utf8(body.get(from..)?).ok()?;
    let (_, number) = tail.rsplit_once("startxref")?;
    number.trim().parse().ok()
}

/// Whether a name stands anywhere by which PDF acts, or one filter is named twice in a row: so bombs
/// are packed.
fn is_active(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    let mut before: &[u8] = &[];
    while let Some(at) = rest.iter().position(|byte| *byte == b'/') {
        rest = rest.get(at.saturating_add(1)..).unwrap_or_default();
        let end = rest
            .iter()
            .take(64)
            .position(|byte| !is_regular(*byte))
            .unwrap_or_default();
        let (name, after) = rest.split_at(end);
        let plain = unescaped(name);
        if ACTIVE.contains(&plain.as_slice()) || is_twice_packed(before, name, at) {
            return true;
        }
        before = name;
        rest = after;
    }
    false
}

/// `/FlateDecode/FlateDecode`, with spaces between at most.
fn is_twice_packed(before: &[u8], name: &[u8], distance: usize) -> bool {
    distance <= 4 && before == name && (name == b"FlateDecode" || name == b"Fl")
}

/// Neither white space nor a delimiter (7.2.3).
fn is_regular(byte: u8) -> bool {
    !matches!(byte, 0 | b'\t' | b'\n' | 0x0c | b'\r' | b' ') && !b"()<>[]{}/%".contains(&byte)
}

/// A name's letters may be written as `#4a` (7.3.5).
fn unescaped(name: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(NAME_BYTES_MAX);
    let mut rest = name;
    while let ([first, tail @ ..], true) = (rest, plain.len() <= NAME_BYTES_MAX) {
        let hex = |digit: u8| {
            char::from(digit)
                .to_digit(16)
                .and_then(|d| u8::try_from(d).ok())
        };
        let (byte, after) = match (first, tail) {
            (b'#', [high, low, after @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => (high << 4 | low, after),
                _ => (b'#', tail),
            },
            _ => (*first, tail),
        };
        plain.push(byte);
        rest = after;
    }
    plain
}

//! `multipart/form-data` (RFC 7578) over a body that is there as a whole.
//!
//! In scope: cutting the body into its parts, without copying them, within caps. Out of scope: what
//! the parts mean. Strict where senders agree: a boundary is matched to the byte, a line ends with
//! CR LF, a part has a name, and an encoding that RFC 7578 does away with is refused.
//!
//! Its own, because the body has to be whole before anything of it is believed, and a parser of
//! streams copies what it passes on: with four uploads of 10 MiB at once that is most of an isolate's
//! memory, and 34 KB of gzipped wasm (multer 3.1, measured alone).

mod header;
mod search;
#[cfg(test)]
mod tests;

use thiserror::Error;

use self::header::{Disposition, part_header};
use self::search::find;

/// Nobody sends more parts to us.
const PARTS_MAX: usize = 8;
/// All header lines of one part.
const HEADER_BYTES_MAX: usize = 2_048;
/// RFC 2046, 5.1.1.
const BOUNDARY_CHARS_MAX: usize = 70;

/// Why a body is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum MultipartError {
    /// The content type names no boundary, or one that is none.
    #[error("the content type has no usable boundary")]
    Boundary,
    /// The body does not begin with the boundary, or is cut off before the last one.
    #[error("the body is not cut by its boundary")]
    Delimiter,
    /// A header of a part cannot be read.
    #[error("a part has a header that cannot be read")]
    Header,
    /// A part without a name.
    #[error("a part has no name")]
    NoName,
    /// A part is encoded in a way that browsers do not use.
    #[error("a part has a transfer encoding")]
    Encoding,
    /// More parts than anybody sends.
    #[error("there are too many parts")]
    TooManyParts,
}

/// One field of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part<'a> {
    /// The field's name.
    pub name: String,
    /// What the sender says the file is called; only on fields that hold one.
    pub file_name: Option<String>,
    /// The content, as sent.
    pub bytes: &'a [u8],
}

/// The boundary that a content type names.
pub fn boundary_of(content_type: &str) -> Result<String, MultipartError> {
    let (kind, parameters) = content_type
        .split_once(';')
        .ok_or(MultipartError::Boundary)?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return Err(MultipartError::Boundary);
    }
    let value = parameters
        .split(';')
        .filter_map(|parameter| parameter.trim().split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("boundary"))
        .map(|(_, value)| value.trim().trim_matches('"'));
    value
        .filter(|text| is_boundary(text))
        .map(str::to_owned)
        .ok_or(MultipartError::Boundary)
}

/// RFC 2046, 5.1.1: `bchars`, of which spaces are not used by anybody.
fn is_boundary(text: &str) -> bool {
    let is_known = |byte: u8| byte.is_ascii_alphanumeric() || b"'()+_,-./:=?".contains(&byte);
    (1..=BOUNDARY_CHARS_MAX).contains(&text.len()) && text.bytes().all(is_known)
}

/// Cuts a body into its parts.
pub fn parts<'a>(body: &'a [u8], boundary: &str) -> Result<Vec<Part<'a>>, MultipartError> {
    let delimiter = format!("\r\n--{boundary}");
    let mut rest = after_first(body, delimiter.as_bytes())?;
    let mut parts = Vec::new();
    loop {
        // What follows the last boundary is for nobody (RFC 2046, 5.1.1).
        if rest.starts_with(b"--") {
            return Ok(parts);
        }
        let part = rest
            .strip_prefix(b"\r\n")
            .ok_or(MultipartError::Delimiter)?;
        if parts.len() >= PARTS_MAX {
            return Err(MultipartError::TooManyParts);
        }
        let (disposition, content) = head_of(part)?;
        let end = end_of(content, delimiter.as_bytes())?;
        let (bytes, after) = content.split_at(end);
        parts.push(Part {
            name: disposition.name.ok_or(MultipartError::NoName)?,
            file_name: disposition.file_name,
            bytes,
        });
        rest = after
            .get(delimiter.len()..)
            .ok_or(MultipartError::Delimiter)?;
    }
}

/// What follows the first boundary; only line ends may stand before it.
fn after_first<'a>(body: &'a [u8], delimiter: &[u8]) -> Result<&'a [u8], MultipartError> {
    let first = delimiter.get(2..).unwrap_or_default();
    let mut rest = body;
    while let Some(after) = rest.strip_prefix(b"\r\n") {
        rest = after;
    }
    rest.strip_prefix(first).ok_or(MultipartError::Delimiter)
}

/// Where a part's content ends: at a boundary after which its line ends, or the body. A longer line
/// that only begins like the boundary is content.
fn end_of(content: &[u8], delimiter: &[u8]) -> Result<usize, MultipartError> {
    let mut from = 0_usize;
    while let Some(found) = content.get(from..).and_then(|rest| find(rest, delimiter)) {
        let at = from.saturating_add(found);
        let after = at.saturating_add(delimiter.len());
        let follows = content.get(after..).unwrap_or_default();
        if follows.starts_with(b"\r\n") || follows.starts_with(b"--") {
            return Ok(at);
        }
        from = at.saturating_add(2);
    }
    Err(MultipartError::Delimiter)
}

/// The header lines of a part up to the empty one, and what follows it. The line end before the
/// content is the empty line's own, so an empty part begins with its boundary's.
fn head_of(part: &[u8]) -> Result<(Disposition, &[u8]), MultipartError> {
    let mut disposition = Disposition::default();
    let mut rest = part;
    loop {
        let window = rest.get(..HEADER_BYTES_MAX.min(rest.len())).unwrap_or(rest);
        let end = find(window, b"\r\n").ok_or(MultipartError::Header)?;
        let (line, after) = rest.split_at(end);
        let after = after.get(2..).unwrap_or_default();
        if line.is_empty() {
            return Ok((disposition, after));
        }
        let used = part.len().saturating_sub(after.len());
        if used > HEADER_BYTES_MAX {
            return Err(MultipartError::Header);
        }
        part_header(line, &mut disposition)?;
        rest = after;
    }
}

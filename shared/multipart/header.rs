//! The header lines of a part.

use super::MultipartError;

/// What a part says about itself.
#[derive(Debug, Default)]
pub(super) struct Disposition {
    pub(super) name: Option<String>,
    pub(super) file_name: Option<String>,
}

/// Reads one line. Lines that say nothing to us only have to be well-formed.
pub(super) fn part_header(
    line: &[u8],
    disposition: &mut Disposition,
) -> Result<(), MultipartError> {
    // A stray line end or NUL could hide a header from one reader and show it to another.
    if line.iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0)) {
        return Err(MultipartError::Header);
    }
    let line = String::from_utf8_lossy(line);
    let (name, value) = line.split_once(':').ok_or(MultipartError::Header)?;
    if name.is_empty() || !name.bytes().all(is_token) {
        return Err(MultipartError::Header);
    }
    if name.eq_ignore_ascii_case("content-disposition") {
        if disposition.name.is_some() {
            return Err(MultipartError::Header);
        }
        return read_disposition(value, disposition);
    }
    let is_encoding = name.eq_ignore_ascii_case("content-transfer-encoding");
    let plain = ["binary", "8bit", "7bit"];
    if is_encoding
        && !plain
            .iter()
            .any(|known| known.eq_ignore_ascii_case(value.trim()))
    {
        return Err(MultipartError::Encoding);
    }
    Ok(())
}

/// RFC 9110, 5.6.2.
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// `form-data; name="file"; filename="proof.png"`.
fn read_disposition(value: &str, disposition: &mut Disposition) -> Result<(), MultipartError> {
    let (kind, mut rest) = value.split_once(';').ok_or(MultipartError::NoName)?;
    if !kind.trim().eq_ignore_ascii_case("form-data") {
        return Err(MultipartError::Header);
    }
    while !rest.trim().is_empty() {
        let (name, after) = rest.split_once('=').ok_or(MultipartError::Header)?;
        let (value, after) = parameter(after.trim_start())?;
        match name.trim().to_ascii_lowercase().as_str() {
            "name" => disposition.name = Some(value),
            "filename" => disposition.file_name = Some(value),
            // `filename*` is not for forms (RFC 7578, 4.2); browsers send neither it nor others.
            _ => {}
        }
        rest = after.trim_start().strip_prefix(';').unwrap_or(after);
    }
    Ok(())
}

/// A value, quoted or not, and what follows it. Browsers write a quote inside as `%22`, other senders
/// as `\"`; any other backslash is one.
fn parameter(text: &str) -> Result<(String, &str), MultipartError> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(';').unwrap_or(text.len());
        let (value, after) = text.split_at(end);
        return Ok((value.trim().to_owned(), after));
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => {
                let after = quoted.get(at.saturating_add(1)..).unwrap_or_default();
                return Ok((value.replace("%22", "\""), after));
            }
            '\\' if characters.next_if(|(_, next)| *next == '"').is_some() => value.push('"'),
            other => value.push(other),
        }
    }
    Err(MultipartError::Header)
}

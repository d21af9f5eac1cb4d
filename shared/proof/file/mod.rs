//! What kind of file an upload is, told by its content (A31, S61).
//!
//! In scope: walking a file from its first byte to its end marker, so that it is one file of one kind
//! and nothing else besides. Out of scope: showing it, for which no pixel is decoded here; what is
//! handed out again is handed out as data. Names and declared types are never looked at.

mod jpeg;
mod pdf;
mod png;
mod reader;
#[cfg(test)]
mod tests;
mod webp;

use thiserror::Error;

use super::MediaType;

/// The longest side of an image. More than any screen or scanner makes.
const SIDE_PX_MAX: u32 = 12_000;
/// Width times height: what a browser needs four bytes each for, to show it.
const AREA_PX_MAX: u32 = 50_000_000;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inspected {
    /// The kind.
    pub media_type: MediaType,
    /// Width and height of an image, in pixels.
    pub size_px: Option<(u32, u32)>,
}

/// Why a file is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum FileProblem {
    /// None of the kinds that are taken.
    #[error("it is none of these")]
    Kind,
    /// It breaks the rules of its own kind, or is cut off.
    #[error("it is damaged")]
    Damaged,
    /// Something follows its end.
    #[error("something is hidden behind its end")]
    Trailing,
    /// It is an archive as well.
    #[error("it is an archive as well")]
    Archive,
    /// Its picture is too large to be shown.
    #[error("its picture has too many pixels")]
    TooLarge,
    /// It brings along something that acts.
    #[error("it contains scripts, attachments or forms")]
    Active,
}

/// Walks a file.
pub fn inspect(bytes: &[u8]) -> Result<Inspected, FileProblem> {
    let walks: [(&[u8], Walk); 4] = [
        (png::SIGNATURE, png::walk),
        (jpeg::SIGNATURE, jpeg::walk),
        (webp::SIGNATURE, webp::walk),
        (pdf::SIGNATURE, pdf::walk),
    ];
    let known = walks
        .into_iter()
        .find(|(signature, _)| bytes.starts_with(signature));
    let (_, walk) = known.ok_or(FileProblem::Kind)?;
    let inspected = walk(bytes)?;
    if ends_as_archive(bytes) {
        return Err(FileProblem::Archive);
    }
    if inspected.size_px.is_some_and(|size| !can_be_shown(size)) {
        return Err(FileProblem::TooLarge);
    }
    Ok(inspected)
}

type Walk = fn(&[u8]) -> Result<Inspected, FileProblem>;

fn can_be_shown((width, height): (u32, u32)) -> bool {
    let fits = |side| (1..=SIDE_PX_MAX).contains(&side);
    let area = width.checked_mul(height);
    fits(width) && fits(height) && area.is_some_and(|area| area <= AREA_PX_MAX)
}

/// Whether a ZIP reader, which reads from the end, would find a directory there. Its last record has 22
/// bytes and a comment, whose length it names (PKWARE APPNOTE, 4.3.16).
fn ends_as_archive(bytes: &[u8]) -> bool {
    const RECORD_BYTES: usize = 22;
    const COMMENT_BYTES_MAX: usize = 65_535;
    let from = bytes
        .len()
        .saturating_sub(RECORD_BYTES.saturating_add(COMMENT_BYTES_MAX));
    let tail = bytes.get(from..).unwrap_or_default();
    tail.windows(RECORD_BYTES).enumerate().any(|(at, record)| {
        let comment = match record {
            [b'P', b'K', 5, 6, .., low, high] => u16::from_le_bytes([*low, *high]),
            _ => return false,
        };
        let end = at
            .saturating_add(RECORD_BYTES)
            .saturating_add(usize::from(comment));
        end == tail.len()
    })
}

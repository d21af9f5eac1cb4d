//! WebP: a RIFF file of known chunks (RFC 9649).

use super::reader::{Reader, size};
use super::{FileProblem, Inspected};
use crate::proof::MediaType;

pub(super) const SIGNATURE: &[u8] = b"RIFF";

/// Walks every chunk.
pub(super) fn walk(bytes: &[u8]) -> Result<Inspected, FileProblem> {
    let mut reader = Reader(bytes);
    reader.take(SIGNATURE.len())?;
    let length = size(reader.u32_le()?)?;
    if reader.0.len() < length {
        return Err(FileProblem::Damaged);
    }
    if reader.0.len() > length {
        return Err(FileProblem::Trailing);
    }
    if reader.array()? != *b"WEBP" {
        return Err(FileProblem::Kind);
    }
    let mut canvas = None;
    let mut has_image = false;
    let mut first = true;
    while !reader.0.is_empty() {
        let kind: [u8; 4] = reader.array()?;
        let length = size(reader.u32_le()?)?;
        let data = reader.take(length)?;
        // Chunks have even lengths; an odd one is filled up with a zero.
        if !length.is_multiple_of(2) && reader.array()? != [0] {
            return Err(FileProblem::Damaged);
        }
        match &kind {
            b"VP8X" if first => canvas = Some(extended_size(data)?),
            b"VP8 " | b"VP8L" if first || canvas.is_some() => {
                let shown = if kind == *b"VP8L" {
                    lossless_size(data)?
                } else {
                    lossy_size(data)?
                };
                canvas = canvas.or(Some(shown));
                has_image = true;
            }
            b"ANMF" if canvas.is_some() => has_image = true,
            b"ALPH" | b"ANIM" | b"ICCP" | b"EXIF" | b"XMP " if canvas.is_some() => {}
            _ => return Err(FileProblem::Damaged),
        }
        first = false;
    }
    let size_px = canvas.filter(|_| has_image).ok_or(FileProblem::Damaged)?;
    Ok(Inspected {
        media_type: MediaType::Webp,
        size_px: Some(size_px),
    })
}

/// Of the whole canvas: 24 bits each, less one (RFC 9649, 2.7).
fn extended_size(data: &[u8]) -> Result<(u32, u32), FileProblem> {
    match data {
        [_, _, _, _, w0, w1, w2, h0, h1, h2] => Ok((
            u32::from_le_bytes([*w0, *w1, *w2, 0]).saturating_add(1),
            u32::from_le_bytes([*h0, *h1, *h2, 0]).saturating_add(1),
        )),
        _ => Err(FileProblem::Damaged),
    }
}

/// Of a key frame: a start code, then 14 bits each (RFC 6386, 9.1).
fn lossy_size(data: &[u8]) -> Result<(u32, u32), FileProblem> {
    match data {
        [tag, _, _, 0x9d, 0x01, 0x2a, w0, w1, h0, h1, ..] if tag & 1 == 0 => Ok((
            u32::from(u16::from_le_bytes([*w0, *w1]) & 0x3fff),
            u32::from(u16::from_le_bytes([*h0, *h1]) & 0x3fff),
        )),
        _ => Err(FileProblem::Damaged),
    }
}

/// A signature, then 14 bits each, less one (RFC 9649, 3.4).
fn lossless_size(data: &[u8]) -> Result<(u32, u32), FileProblem> {
    match data {
        [0x2f, a, b, c, d, ..] => {
            let bits = u32::from_le_bytes([*a, *b, *c, *d]);
            if bits >> 29 != 0 {
                return Err(FileProblem::Damaged);
            }
            let side = |shift: u32| (bits >> shift & 0x3fff).saturating_add(1);
            Ok((side(0), side(14)))
        }
        _ => Err(FileProblem::Damaged),
    }
}

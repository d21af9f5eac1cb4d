//! JPEG: marker segments and scans from `SOI` to `EOI` (ITU-T T.81, annex B).

use super::reader::Reader;
use super::{FileProblem, Inspected};
use crate::proof::MediaType;

pub(super) const SIGNATURE: &[u8] = b"\xff\xd8\xff";

const START_OF_SCAN: u8 = 0xda;
const END_OF_IMAGE: u8 = 0xd9;

/// Walks every segment and scan.
pub(super) fn walk(bytes: &[u8]) -> Result<Inspected, FileProblem> {
    let mut reader = Reader(bytes);
    reader.take(2)?;
    let mut size_px = None;
    let mut scans = 0_u32;
    loop {
        match marker(&mut reader)? {
            END_OF_IMAGE => break,
            START_OF_SCAN => {
                segment(&mut reader)?;
                skip_scan(&mut reader)?;
                scans = scans.saturating_add(1);
            }
            // A frame; of those in between three are tables (B.1.1.3).
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                let frame = segment(&mut reader)?;
                if size_px.is_some() || scans > 0 {
                    return Err(FileProblem::Damaged);
                }
                size_px = Some(frame_size(frame)?);
            }
            0xc4 | 0xc8 | 0xcc | 0xdb | 0xdd | 0xe0..=0xef | 0xfe => {
                segment(&mut reader)?;
            }
            _ => return Err(FileProblem::Damaged),
        }
    }
    reader.end()?;
    let size_px = size_px.filter(|_| scans > 0).ok_or(FileProblem::Damaged)?;
    Ok(Inspected {
        media_type: MediaType::Jpeg,
        size_px: Some(size_px),
    })
}

/// The next marker; any number of `FF` may stand before it.
fn marker(reader: &mut Reader<'_>) -> Result<u8, FileProblem> {
    let [fill] = reader.array()?;
    if fill != 0xff {
        return Err(FileProblem::Damaged);
    }
    loop {
        let [code] = reader.array()?;
        if code != 0xff {
            return Ok(code);
        }
    }
}

/// A segment, whose length counts itself.
fn segment<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], FileProblem> {
    let length = usize::from(reader.u16_be()?);
    let length = length.checked_sub(2).ok_or(FileProblem::Damaged)?;
    reader.take(length)
}

/// The coded pixels, up to the next marker that is neither a stuffed byte nor a restart.
fn skip_scan(reader: &mut Reader<'_>) -> Result<(), FileProblem> {
    loop {
        let fill = reader.0.iter().position(|byte| *byte == 0xff);
        reader.take(fill.ok_or(FileProblem::Damaged)?)?;
        match reader.0 {
            [_, 0x00 | 0xd0..=0xd7, rest @ ..] => reader.0 = rest,
            [_, 0xff, ..] => {
                reader.take(1)?;
            }
            [_, _, ..] => return Ok(()),
            _ => return Err(FileProblem::Damaged),
        }
    }
}

/// Width and height; a height that only follows later is not taken.
fn frame_size(frame: &[u8]) -> Result<(u32, u32), FileProblem> {
    let mut reader = Reader(frame);
    reader.take(1)?;
    let height = reader.u16_be()?;
    let width = reader.u16_be()?;
    if height == 0 || width == 0 {
        return Err(FileProblem::Damaged);
    }
    Ok((width.into(), height.into()))
}

//! PNG: a signature, then chunks up to `IEND` (W3C PNG, third edition, 5).

use super::reader::{Reader, size};
use super::{FileProblem, Inspected};
use crate::proof::MediaType;

pub(super) const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Walks every chunk, each with its checksum.
pub(super) fn walk(bytes: &[u8]) -> Result<Inspected, FileProblem> {
    let mut reader = Reader(bytes);
    reader.take(SIGNATURE.len())?;
    let crc = Crc::new();
    let (kind, data) = chunk(&mut reader, &crc)?;
    if kind != *b"IHDR" {
        return Err(FileProblem::Damaged);
    }
    let header = Header::read(data)?;
    let mut data_seen = Data::NotYet;
    let mut has_palette = false;
    loop {
        let (kind, data) = chunk(&mut reader, &crc)?;
        data_seen = data_seen.after(kind)?;
        match &kind {
            b"IDAT" => {}
            b"PLTE" => {
                let fits = data_seen == Data::NotYet && !has_palette && is_palette(data);
                if !fits {
                    return Err(FileProblem::Damaged);
                }
                has_palette = true;
            }
            b"IEND" => break,
            // The first letter of a chunk that may be left out is a small one (5.4).
            [first, ..] if first.is_ascii_lowercase() => {}
            _ => return Err(FileProblem::Damaged),
        }
    }
    if data_seen == Data::NotYet || (header.needs_palette && !has_palette) {
        return Err(FileProblem::Damaged);
    }
    reader.end()?;
    Ok(Inspected {
        media_type: MediaType::Png,
        size_px: Some(header.size_px),
    })
}

/// The pixels stand in one row of `IDAT` chunks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Data {
    NotYet,
    Running,
    Over,
}

impl Data {
    fn after(self, kind: [u8; 4]) -> Result<Self, FileProblem> {
        match (self, kind == *b"IDAT") {
            (Self::NotYet | Self::Running, true) => Ok(Self::Running),
            (Self::Over, true) => Err(FileProblem::Damaged),
            (Self::NotYet, false) => Ok(Self::NotYet),
            (Self::Running | Self::Over, false) => Ok(Self::Over),
        }
    }
}

struct Header {
    size_px: (u32, u32),
    needs_palette: bool,
}

impl Header {
    fn read(data: &[u8]) -> Result<Self, FileProblem> {
        let mut reader = Reader(data);
        let size_px = (reader.u32_be()?, reader.u32_be()?);
        let [depth, colour, compression, filter, interlace] = reader.array()?;
        reader.end().map_err(|_| FileProblem::Damaged)?;
        let depth_fits = match colour {
            0 => matches!(depth, 1 | 2 | 4 | 8 | 16),
            3 => matches!(depth, 1 | 2 | 4 | 8),
            2 | 4 | 6 => matches!(depth, 8 | 16),
            _ => false,
        };
        if !depth_fits || compression != 0 || filter != 0 || interlace > 1 {
            return Err(FileProblem::Damaged);
        }
        Ok(Self {
            size_px,
            needs_palette: colour == 3,
        })
    }
}

fn is_palette(data: &[u8]) -> bool {
    (3..=768).contains(&data.len()) && data.len().is_multiple_of(3)
}

/// The next chunk: its kind and its data.
fn chunk<'a>(reader: &mut Reader<'a>, crc: &Crc) -> Result<([u8; 4], &'a [u8]), FileProblem> {
    let length = size(reader.u32_be()?)?;
    let checked = Reader(reader.0).take(length.saturating_add(4))?;
    let kind: [u8; 4] = reader.array()?;
    let data = reader.take(length)?;
    let all_letters = kind.iter().all(u8::is_ascii_alphabetic);
    if !all_letters || crc.of(checked) != reader.u32_be()? {
        return Err(FileProblem::Damaged);
    }
    Ok((kind, data))
}

/// CRC-32 of IEEE 802.3, four bytes at a time: an image has millions of them. The tables are made when
/// they are needed, so that they take no room in the program.
struct Crc([[u32; 256]; 4]);

impl Crc {
    fn new() -> Self {
        let mut tables = [[0; 256]; 4];
        for (index, byte) in (0..=u8::MAX).enumerate() {
            let mut value = u32::from(byte);
            for table in &mut tables {
                for _ in 0..8 {
                    let carry = if value & 1 == 1 { 0xedb8_8320 } else { 0 };
                    value = (value >> 1) ^ carry;
                }
                if let Some(entry) = table.get_mut(index) {
                    *entry = value;
                }
            }
        }
        Self(tables)
    }

    fn of(&self, bytes: &[u8]) -> u32 {
        let [one, two, three, four] = &self.0;
        let at = |table: &[u32; 256], byte: u8| table.get(usize::from(byte)).copied();
        let (words, rest) = bytes.as_chunks::<4>();
        let crc = words.iter().fold(u32::MAX, |crc, word| {
            let [a, b, c, d] = (crc ^ u32::from_le_bytes(*word)).to_le_bytes();
            // A byte always has an entry.
            at(four, a).unwrap_or_default()
                ^ at(three, b).unwrap_or_default()
                ^ at(two, c).unwrap_or_default()
                ^ at(one, d).unwrap_or_default()
        });
        let crc = rest.iter().fold(crc, |crc, byte| {
            let [low, ..] = crc.to_le_bytes();
            at(one, low ^ byte).unwrap_or_default() ^ (crc >> 8)
        });
        !crc
    }
}

#[cfg(test)]
mod tests {
    use super::Crc;

    #[test]
    fn the_check_value_and_every_length_beside_it() {
        let crc = Crc::new();
        assert_eq!(crc.of(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc.of(b""), 0);
        assert_eq!(crc.of(b"IEND"), 0xae42_6082);
        assert_eq!(crc.of(b"\xff\xff\xff\xff"), u32::MAX);
        assert_eq!(
            crc.of(b"The quick brown fox jumps over the lazy dog"),
            0x414f_a339
        );
    }
}

//! Small genuine files, for tests of whatever takes files.

/// A PNG of 3 × 2 pixels.
#[must_use]
pub fn png() -> Vec<u8> {
    png_of(&[])
}

/// The same, with chunks between its header and its pixels.
#[must_use]
pub fn png_of(chunks: &[Vec<u8>]) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    file.extend(chunk(b"IHDR", b"\0\0\0\x03\0\0\0\x02\x08\x02\0\0\0"));
    file.extend(chunks.concat());
    file.extend(chunk(b"IDAT", b"pixels"));
    file.extend(chunk(b"IEND", b""));
    file
}

/// A chunk of a PNG with its checksum.
#[must_use]
pub fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let checked = [&kind[..], data].concat();
    let crc = checked.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 }
        })
    });
    let length = u32::try_from(data.len()).unwrap_or_default();
    [&length.to_be_bytes()[..], &checked, &(!crc).to_be_bytes()].concat()
}

/// A JPEG of 3 × 2 pixels with a restart and a stuffed byte.
#[must_use]
pub fn jpeg() -> Vec<u8> {
    [
        &b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0"[..],
        b"\xff\xc0\0\x0b\x08\0\x02\0\x03\x01\x01\x11\0",
        b"\xff\xda\0\x08\x01\x01\0\0\x3f\0\x12\xff\0\xff\xd0\x34",
        b"\xff\xff\xd9",
    ]
    .concat()
}

/// A lossless WebP of 3 × 2 pixels.
#[must_use]
pub fn webp() -> Vec<u8> {
    [
        &b"RIFF\x12\0\0\0WEBP"[..],
        b"VP8L\x05\0\0\0\x2f\x02\x40\0\0\0",
    ]
    .concat()
}

/// A PDF of one object beside the catalogue.
#[must_use]
pub fn pdf(object: &str) -> Vec<u8> {
    format!(
        "%PDF-1.4\n1 0 obj\n<</Type/Catalog>>\nendobj\n2 0 obj\n{object}\nendobj\n\
         trailer\n<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"
    )
    .into_bytes()
}

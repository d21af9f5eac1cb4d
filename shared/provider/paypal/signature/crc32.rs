//! CRC-32 of IEEE 802.3, as PayPal signs it.
//!
//! The usual libraries bring tables of 16 KB, which do not compress; a twentieth of the Worker for
//! 5 KB a delivery. This table has a nibble's 64 bytes.

/// Remainders of the 16 nibbles under the reflected polynomial `EDB88320`.
const TABLE: [u32; 16] = [
    0x0000_0000,
    0x1db7_1064,
    0x3b6e_20c8,
    0x26d9_30ac,
    0x76dc_4190,
    0x6b6b_51f4,
    0x4db2_6158,
    0x5005_713c,
    0xedb8_8320,
    0xf00f_9344,
    0xd6d6_a3e8,
    0xcb61_b38c,
    0x9b64_c2b0,
    0x86d3_d2d4,
    0xa00a_e278,
    0xbdbd_f21c,
];

/// The CRC-32 of the bytes.
pub(super) fn of(bytes: &[u8]) -> u32 {
    let crc = bytes.iter().fold(u32::MAX, |crc, byte| {
        let crc = crc ^ u32::from(*byte);
        shift_nibble(shift_nibble(crc))
    });
    !crc
}

fn shift_nibble(crc: u32) -> u32 {
    let [low, ..] = crc.to_le_bytes();
    // A nibble is below 16, so there is always a remainder.
    let remainder = TABLE.get(usize::from(low & 0xf)).copied();
    (crc >> 4) ^ remainder.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_value_and_the_borders() {
        assert_eq!(of(b"123456789"), 0xcbf4_3926);
        assert_eq!(of(b""), 0);
        assert_eq!(of(b"\0"), 0xd202_ef8d);
        assert_eq!(of(b"\xff\xff\xff\xff"), u32::MAX);
        assert_eq!(
            of(b"The quick brown fox jumps over the lazy dog"),
            0x414f_a339
        );
    }

    #[test]
    fn every_entry_of_the_table_is_a_polynomial_remainder() {
        for (nibble, entry) in (0_u32..).zip(TABLE) {
            let remainder = (0..4).fold(nibble, |crc, _| {
                if crc & 1 == 1 {
                    (crc >> 1) ^ 0xedb8_8320
                } else {
                    crc >> 1
                }
            });
            assert_eq!(entry, remainder, "{nibble}");
        }
    }
}

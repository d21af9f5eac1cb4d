//! Files of every kind: genuine, damaged, and pretending.

use std::fs;
use std::path::Path;

use super::{FileProblem, Inspected, inspect};
use crate::proof::MediaType;
use crate::proof::samples::{chunk, jpeg, pdf, png, png_of, webp};

fn kind(bytes: &[u8]) -> Result<MediaType, FileProblem> {
    inspect(bytes).map(|inspected| inspected.media_type)
}

#[test]
fn a31_the_kind_is_told_by_the_content_with_the_size_of_a_picture() {
    let seen = |media_type, size_px| {
        Ok(Inspected {
            media_type,
            size_px,
        })
    };
    assert_eq!(inspect(&png()), seen(MediaType::Png, Some((3, 2))));
    assert_eq!(inspect(&jpeg()), seen(MediaType::Jpeg, Some((3, 2))));
    assert_eq!(inspect(&webp()), seen(MediaType::Webp, Some((3, 2))));
    assert_eq!(inspect(&pdf("")), seen(MediaType::Pdf, None));
}

#[test]
fn s61_what_only_claims_to_be_one_of_these_is_none() {
    for file in [
        &b""[..],
        b"<html><script>alert(1)</script>",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"GIF89a\x01\0\x01\0\0\0\0;",
        b"PK\x03\x04",
        b"\n%PDF-1.4\n%%EOF",
        b"RIFF\x04\0\0\0AVI ",
    ] {
        assert_eq!(kind(file), Err(FileProblem::Kind), "{file:?}");
    }
}

/// Every cut, and every byte behind the end.
#[test]
fn s61_a_file_ends_where_its_kind_says_and_not_a_byte_earlier_or_later() {
    for (name, whole) in [("png", png()), ("jpeg", jpeg()), ("webp", webp())] {
        for length in 0..whole.len() {
            assert!(kind(&whole[..length]).is_err(), "{name} of {length} bytes");
        }
        for tail in [&b"\0"[..], b"\n", b"<script>", b"PK\x05\x06"] {
            let longer = [&whole, tail].concat();
            assert_eq!(kind(&longer), Err(FileProblem::Trailing), "{name}");
        }
    }
    let whole = pdf("");
    // Line ends behind the last one are an editor's.
    assert_eq!(kind(&[&whole[..], b"\r\n\n"].concat()), Ok(MediaType::Pdf));
    let longer = [&whole[..], b"<html>"].concat();
    assert_eq!(kind(&longer), Err(FileProblem::Trailing));
    for length in 0..whole.trim_ascii_end().len() {
        assert!(kind(&whole[..length]).is_err(), "pdf of {length} bytes");
    }
}

#[test]
fn s61_a_file_that_is_an_archive_as_well_is_refused() {
    let comment = b"%PDF\nstartxref\n9\n%%EOF";
    let mut record = b"PK\x05\x06".to_vec();
    record.extend([0; 16]);
    record.extend(u16::try_from(comment.len()).unwrap().to_le_bytes());
    record.extend(comment);
    let polyglot = [&pdf("")[..], &record].concat();
    assert_eq!(kind(&polyglot), Err(FileProblem::Archive));
    // The same bytes somewhere in the middle end nothing.
    let mention = pdf("(PK\x05\x06 and more, which is nobody's last record)");
    assert_eq!(kind(&mention), Ok(MediaType::Pdf));
    // In a chunk that nobody looks into, an archive's last record can be followed by the rest.
    let tail = 4 + chunk(b"IDAT", b"pixels").len() + chunk(b"IEND", b"").len();
    let mut record = b"PK\x05\x06".to_vec();
    record.extend([0; 16]);
    record.extend(u16::try_from(tail).unwrap().to_le_bytes());
    let hidden = png_of(&[chunk(b"teXt", &record)]);
    assert_eq!(kind(&hidden), Err(FileProblem::Archive));
}

#[test]
fn s61_a_picture_that_would_burst_is_refused_by_its_header() {
    let sized = |width: u32, height: u32| {
        let mut file = png();
        let header = [
            &width.to_be_bytes()[..],
            &height.to_be_bytes(),
            &file[24..29],
        ]
        .concat();
        file.splice(8..33, chunk(b"IHDR", &header));
        kind(&file)
    };
    assert_eq!(sized(3, 2), Ok(MediaType::Png));
    assert_eq!(sized(12_000, 4_000), Ok(MediaType::Png));
    for (width, height) in [
        (12_001, 1),
        (1, 12_001),
        (8_000, 8_000),
        (u32::MAX, u32::MAX),
        (0, 1),
        (1, 0),
    ] {
        assert_eq!(
            sized(width, height),
            Err(FileProblem::TooLarge),
            "{width} × {height}"
        );
    }
}

#[test]
fn a_png_has_its_chunks_in_order_and_unharmed() {
    let known = png_of(&[chunk(b"tIME", b"1234567")]);
    assert_eq!(kind(&known), Ok(MediaType::Png), "may be left out");
    for (odd, why) in [
        (chunk(b"ABCD", b""), "a critical chunk that nobody knows"),
        (chunk(b"ab1d", b""), "no letter"),
        (chunk(b"PLTE", b"1234"), "colours have three bytes"),
        (chunk(b"IHDR", &[0; 13]), "a second header"),
        (
            [
                chunk(b"IDAT", b"x"),
                chunk(b"tIME", b""),
                chunk(b"IDAT", b"y"),
            ]
            .concat(),
            "pixels in two rows",
        ),
    ] {
        assert_eq!(kind(&png_of(&[odd])), Err(FileProblem::Damaged), "{why}");
    }
    let whole = png();
    for at in 8..whole.len() {
        let mut harmed = whole.clone();
        harmed[at] ^= 1;
        assert!(kind(&harmed).is_err(), "bit of byte {at}");
    }
}

#[test]
fn a_pdf_that_acts_or_unpacks_twice_is_refused_however_its_names_are_written() {
    for object in [
        "<</S/JavaScript/JS(app.alert(1))>>",
        "<</S/Java#53cript/JS(app.alert(1))>>",
        "<</S /Launch/F(cmd.exe)>>",
        "<</Names<</EmbeddedFiles 9 0 R>>>>",
        "<</Type/RichMedia>>",
        "<</S/SubmitForm>>",
        "<</Filter[/FlateDecode/FlateDecode]>>",
        "<</Filter[/FlateDecode /FlateDecode]>>",
    ] {
        assert_eq!(kind(&pdf(object)), Err(FileProblem::Active), "{object}");
    }
    for object in [
        "<</Filter/FlateDecode>>",
        "<</Filter[/ASCII85Decode/FlateDecode]>>",
        "<</Title(JavaScript)/JavaScripts 1/Launcher 2>>",
        "<</Odd#zz#4 1/#>>",
    ] {
        assert_eq!(kind(&pdf(object)), Ok(MediaType::Pdf), "{object}");
    }
}

#[test]
fn a_pdf_points_to_its_own_table() {
    let text = String::from_utf8(pdf("")).unwrap();
    for (of, with) in [
        ("startxref\n9", "startxref\n9999"),
        ("startxref", "start"),
        ("\n9\n", "\n-1\n"),
    ] {
        let broken = text.replace(of, with);
        assert_eq!(kind(broken.as_bytes()), Err(FileProblem::Damaged), "{with}");
    }
    let future = text.replace("%PDF-1.4", "%PDF-9.9");
    assert_eq!(kind(future.as_bytes()), Err(FileProblem::Damaged));
}

/// What each of the collected files is. Those that are damaged where only a decoder sees it are taken:
/// they are shown as what they are, by the browser of whoever reviews them.
#[test]
fn s61_every_collected_file_has_its_verdict() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/third-party/uploads");
    let Ok(valid) = fs::read_dir(folder.join("valid")) else {
        eprintln!("skipped: no files at ../shared/third-party/uploads");
        return;
    };
    let mut taken = Vec::new();
    for entry in valid {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        match kind(&fs::read(&path).unwrap()) {
            Ok(media_type) => taken.push((name, media_type.as_str())),
            Err(problem) => assert_eq!(problem, FileProblem::Kind, "{name}"),
        }
    }
    taken.sort();
    let expected = [
        ("jpg.jpg", "image/jpeg"),
        ("pdf.pdf", "application/pdf"),
        ("png.png", "image/png"),
        ("webp.webp", "image/webp"),
        ("webpl.webp", "image/webp"),
    ];
    assert_eq!(taken, expected.map(|(name, kind)| (name.to_owned(), kind)));
    let mut passed = Vec::new();
    for entry in fs::read_dir(folder.join("png-corrupt")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "png")
            && kind(&fs::read(&path).unwrap()).is_ok()
        {
            passed.push(path.file_name().unwrap().to_string_lossy().into_owned());
        }
    }
    passed.sort();
    assert_eq!(passed, PIXELS_ONLY);
}

/// Corrupt in their packed pixels only.
const PIXELS_ONLY: [&str; 1] = ["bugfix-invalid_palette_index.png"];

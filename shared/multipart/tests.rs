//! Bodies as browsers and other senders write them, and as nobody should.

use std::fs;
use std::path::Path;

use proptest::prelude::*;

use super::{MultipartError, boundary_of, parts};

fn names(body: &str) -> Result<Vec<String>, MultipartError> {
    let parts = parts(body.as_bytes(), "b")?;
    Ok(parts.into_iter().map(|part| part.name).collect())
}

#[test]
fn a_boundary_is_read_from_the_content_type() {
    for (text, expected) in [
        ("multipart/form-data; boundary=abc", Some("abc")),
        ("Multipart/Form-Data;charset=utf-8; Boundary=\"a b\"", None),
        ("multipart/form-data; boundary=\"--a'b?\"", Some("--a'b?")),
        ("multipart/form-data; boundary=", None),
        ("multipart/form-data", None),
        ("multipart/mixed; boundary=abc", None),
        ("application/json; boundary=abc", None),
        ("multipart/form-data; boundary=a\u{1}", None),
    ] {
        assert_eq!(boundary_of(text).ok().as_deref(), expected, "{text}");
    }
    let longest = format!("multipart/form-data; boundary={}", "x".repeat(70));
    assert!(boundary_of(&longest).is_ok());
    assert!(boundary_of(&(longest + "x")).is_err());
}

#[test]
fn a_form_is_cut_into_its_fields_without_touching_their_bytes() {
    let body = b"--b\r\nContent-Disposition: form-data; name=\"bank_account\"\r\n\r\nmain-eur\r\n\
        --b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a \\\"b\\\" c:\\d.png\"\r\n\
        Content-Type: image/png\r\n\r\n\r\n--\x00b\r\n-\r\n--bad\r\n--b--\r\n";
    let parts = parts(body, "b").unwrap();
    assert_eq!(parts.len(), 2);
    assert_eq!(
        (parts[0].name.as_str(), parts[0].bytes),
        ("bank_account", &b"main-eur"[..])
    );
    assert_eq!(parts[0].file_name, None);
    assert_eq!(parts[1].file_name.as_deref(), Some("a \"b\" c:\\d.png"));
    assert_eq!(parts[1].bytes, b"\r\n--\x00b\r\n-\r\n--bad");
}

#[test]
fn an_empty_field_and_an_empty_file_are_empty() {
    let body = "--b\r\nContent-Disposition: form-data; name=file; filename=\"\"\r\n\r\n\r\n--b--";
    let parts = parts(body.as_bytes(), "b").unwrap();
    assert_eq!(
        (parts[0].bytes, parts[0].file_name.as_deref()),
        (&b""[..], Some(""))
    );
}

#[test]
fn what_is_cut_off_or_badly_written_is_refused() {
    let head = "Content-Disposition: form-data; name=\"a\"";
    for (body, expected) in [
        (String::new(), MultipartError::Delimiter),
        ("--x\r\n".into(), MultipartError::Delimiter),
        ("--b".into(), MultipartError::Delimiter),
        ("--b\r\n".into(), MultipartError::Header),
        (
            format!("--b\r\n{head}\r\n\r\nvalue"),
            MultipartError::Delimiter,
        ),
        (
            format!("--b\r\n{head}\r\n\r\nvalue\r\n--b"),
            MultipartError::Delimiter,
        ),
        (
            format!("--b\r\n{head}\r\n\r\nvalue\r\n--b-"),
            MultipartError::Delimiter,
        ),
        (
            "--b\r\nX: y\r\n\r\nvalue\r\n--b--".into(),
            MultipartError::NoName,
        ),
        (
            "--b\r\nContent-Disposition: form-data\r\n\r\n\r\n--b--".into(),
            MultipartError::NoName,
        ),
        (
            format!("--b\r\n{head}\r\n{head}\r\n\r\n\r\n--b--"),
            MultipartError::Header,
        ),
        (
            format!("--b\r\n{head}\r\n folded\r\n\r\n\r\n--b--"),
            MultipartError::Header,
        ),
        (
            format!("--b\r\n{head}\rX: y\r\n\r\n\r\n--b--"),
            MultipartError::Header,
        ),
        (
            format!("--b\r\n{head};x=\"\r\n\r\n\r\n--b--"),
            MultipartError::Header,
        ),
        (
            format!("--b\r\n{head}\r\nContent-Transfer-Encoding: base64\r\n\r\n\r\n--b--"),
            MultipartError::Encoding,
        ),
        (
            format!("--b\r\n{head}\r\nX: {}\r\n\r\n\r\n--b--", "y".repeat(3_000)),
            MultipartError::Header,
        ),
    ] {
        assert_eq!(names(&body), Err(expected), "{body:?}");
    }
    let many = |count| {
        let part = format!("--b\r\n{head}\r\n\r\n\r\n");
        names(&(part.repeat(count) + "--b--")).map(|names| names.len())
    };
    assert_eq!(many(8), Ok(8));
    assert_eq!(many(9), Err(MultipartError::TooManyParts));
}

proptest! {
    #[test]
    fn any_content_comes_out_as_it_went_in(content in proptest::collection::vec(any::<u8>(), 0..300)) {
        // Whatever is in it, a sender chooses a boundary that is not.
        let boundary = "d4c74d0b7f7a4a3e";
        let mut body = format!("--{boundary}\r\ncontent-disposition: form-data; name=f\r\n\r\n")
            .into_bytes();
        body.extend(&content);
        body.extend(format!("\r\n--{boundary}--").into_bytes());
        let parts = parts(&body, boundary).unwrap();
        prop_assert_eq!(parts[0].bytes, &content[..]);
    }

    #[test]
    fn no_body_makes_it_panic(body in proptest::collection::vec(0_u8..128, 0..200)) {
        let _ = parts(&body, "b");
        let _ = parts(&[b"--b\r\n", &body[..]].concat(), "b");
    }
}

/// The bodies of python-multipart: each with the fields that it holds, or an error. Where we are
/// stricter it is said why.
#[test]
fn the_collected_bodies_are_read_as_others_read_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/third-party/multipart");
    let Ok(entries) = fs::read_dir(folder) else {
        eprintln!("skipped: no bodies at ../shared/third-party/multipart");
        return;
    };
    let mut seen = 0;
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.extension().is_none_or(|extension| extension != "yaml") {
            continue;
        }
        seen += 1;
        let expected = fs::read_to_string(&path).unwrap();
        let body = fs::read(path.with_extension("http")).unwrap();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let boundary = expected
            .lines()
            .find_map(|line| line.strip_prefix("boundary: "));
        let boundary = boundary.unwrap().trim();
        // Its own test overrides the boundary that is written down beside it.
        let boundary = if name == "single_field_blocks" {
            "boundary"
        } else {
            boundary
        };
        let read = parts(&body, boundary);
        if expected.contains("error:") || ENCODED.contains(&name.as_str()) {
            assert!(read.is_err(), "{name}: {read:?}");
            continue;
        }
        let read = read.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(read.len(), expected.matches("- name:").count(), "{name}");
        for (part, wanted) in read.iter().zip(expected.split("- name:").skip(1)) {
            let named = wanted.lines().next().unwrap().trim();
            assert_eq!(part.name, named.trim_matches(['"', '\'']), "{name}");
            let data = wanted.split("!!binary |").nth(1).unwrap();
            let data: String = data.chars().filter(|c| !c.is_whitespace()).collect();
            assert_eq!(base64_of(part.bytes), data, "{name}");
        }
    }
    assert_eq!(seen, 30);
}

/// RFC 7578, 4.7: no encoding is in use, and what is decoded is not what was checked.
const ENCODED: [&str; 4] = [
    "base64_encoding",
    "mixed_case_headers",
    "mixed_plain_and_base64_encoding",
    "quoted_printable_encoding",
];

fn base64_of(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

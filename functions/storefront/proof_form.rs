//! The form that hands a proof in: from a multipart body to checked fields. Nothing is stored for one
//! that is incomplete (S60), and all that is wrong with it is told at once.

use shared::api::refusal::Refusal;
use shared::bank::{BankAccount, BankAccountId, TransferReference};
use shared::contact::redact_card_numbers;
use shared::email::OneLine;
use shared::field::FieldProblem;
use shared::multipart::{Part, boundary_of, parts};
use shared::proof::file::{Inspected, inspect};
use shared::proof::{FILE_BYTES_MAX, UPLOAD_BYTES_MAX};

use crate::failure::Failure;
use crate::http::Request;

const FILE: &str = "file";
const ACCOUNT: &str = "bank_account";
const REFERENCE: &str = "transfer_reference";
const FILE_NAME_CHARS_MAX: usize = 120;

/// As much of a form as is looked at to find what was typed into it.
const TYPED_BYTES_MAX: usize = 16 * 1024;
/// As long as any field of ours may be.
const TYPED_CHARS_MAX: usize = 200;

/// What was typed and chosen, to be shown again when the form is refused: all but the file.
#[derive(Debug, Default)]
pub struct Typed {
    /// The account that was chosen; may be none of ours.
    pub account: String,
    /// What the sender says their bank calls the transfer, without card numbers.
    pub reference: String,
}

impl Typed {
    /// Reads the fields that stand before the file, whatever is wrong with the rest: the end of a body
    /// that is too long is not there.
    #[must_use]
    pub fn read(request: &Request) -> Self {
        let content_type = request.header("content-type").unwrap_or_default();
        let Ok(boundary) = boundary_of(content_type) else {
            return Self::default();
        };
        let length = request.body.len().min(TYPED_BYTES_MAX);
        let mut beginning = request.body.get(..length).unwrap_or_default().to_vec();
        beginning.extend(format!("\r\n--{boundary}--").bytes());
        let parts = parts(&beginning, &boundary).unwrap_or_default();
        let typed = |name: &str| {
            let part = parts.iter().find(|part| part.name == name);
            let text = redact_card_numbers(&text_of(part));
            text.chars().take(TYPED_CHARS_MAX).collect()
        };
        Self {
            account: typed(ACCOUNT),
            reference: typed(REFERENCE),
        }
    }
}

/// A checked form.
#[derive(Debug)]
pub struct ProofForm<'a> {
    /// The file's bytes.
    pub bytes: &'a [u8],
    /// What they are.
    pub inspected: Inspected,
    /// What the sender calls the file, fit to be shown.
    pub file_name: String,
    /// The account that they say they transferred to.
    pub account: BankAccountId,
    /// What they say their bank calls the transfer.
    pub reference: Option<TransferReference>,
}

impl<'a> ProofForm<'a> {
    /// Reads a request's body.
    pub fn read(request: &'a Request) -> Result<Self, Failure> {
        let content_type = request.header("content-type").unwrap_or_default();
        let boundary = boundary_of(content_type)
            .map_err(|_| Refusal::MediaType("multipart/form-data with a boundary"))?;
        // What was cut off at the cap is told by its length, before it is looked for.
        if request.body.len() > UPLOAD_BYTES_MAX {
            return Err(Refusal::BodyTooLarge(FILE_BYTES_MAX).into());
        }
        check_length(request)?;
        let parts = parts(&request.body, &boundary).map_err(|error| {
            Refusal::MalformedBody(format!("The form cannot be read: {error}."))
        })?;
        let mut problems = Vec::new();
        for part in &parts {
            if ![FILE, ACCOUNT, REFERENCE].contains(&part.name.as_str()) {
                let message = "This field is not known here.";
                problems.push(FieldProblem::new("form", "unknown_field", message));
            }
        }
        let file = only(&parts, FILE)?.filter(|part| !part.bytes.is_empty());
        if file.is_none() {
            let message = "Choose the file that shows your transfer.";
            problems.push(FieldProblem::new(FILE, "required", message));
        }
        let account = account(only(&parts, ACCOUNT)?, &mut problems);
        let reference = reference(only(&parts, REFERENCE)?, &mut problems);
        let (Some(file), Some(account), true) = (file, account, problems.is_empty()) else {
            return Err(Refusal::InvalidFields(problems).into());
        };
        if file.bytes.len() > FILE_BYTES_MAX {
            return Err(Refusal::BodyTooLarge(FILE_BYTES_MAX).into());
        }
        Ok(Self {
            bytes: file.bytes,
            inspected: inspect(file.bytes).map_err(Refusal::File)?,
            file_name: shown_name(file.file_name.as_deref().unwrap_or_default()),
            account,
            reference,
        })
    }

    /// Refuses an account that the order has never offered.
    pub fn check_account<'o>(
        &self,
        mut offered: impl Iterator<Item = &'o BankAccount>,
    ) -> Result<(), Failure> {
        if offered.any(|account| account.bank_account_id == self.account) {
            return Ok(());
        }
        Err(Refusal::InvalidFields(vec![not_an_account()]).into())
    }
}

/// A body that is not as long as its sender declared was cut or glued on the way (S61).
fn check_length(request: &Request) -> Result<(), Failure> {
    let declared = request.header("content-length");
    let fits = declared.is_none_or(|text| text.parse() == Ok(request.body.len()));
    if fits {
        return Ok(());
    }
    Err(Refusal::MalformedBody("The body is not as long as declared.".into()).into())
}

/// The one part of a name.
fn only<'p, 'a>(parts: &'p [Part<'a>], name: &str) -> Result<Option<&'p Part<'a>>, Failure> {
    let mut named = parts.iter().filter(|part| part.name == name);
    match (named.next(), named.next()) {
        (first, None) => Ok(first),
        (_, Some(_)) => Err(Refusal::MalformedBody(format!("Send {name} once.")).into()),
    }
}

fn text_of(part: Option<&Part<'_>>) -> String {
    let bytes = part.map(|part| part.bytes).unwrap_or_default();
    String::from_utf8_lossy(bytes).trim().to_owned()
}

fn account(part: Option<&Part<'_>>, problems: &mut Vec<FieldProblem>) -> Option<BankAccountId> {
    let text = text_of(part);
    if text.is_empty() {
        let message = "Choose the account that you transferred to.";
        problems.push(FieldProblem::new(ACCOUNT, "required", message));
        return None;
    }
    let id = BankAccountId::parse(&text);
    id.map_err(|_| problems.push(not_an_account())).ok()
}

fn not_an_account() -> FieldProblem {
    let message = "Choose one of the accounts that the order names.";
    FieldProblem::new(ACCOUNT, "unknown_account", message)
}

fn reference(
    part: Option<&Part<'_>>,
    problems: &mut Vec<FieldProblem>,
) -> Option<TransferReference> {
    let text = text_of(part);
    if text.is_empty() {
        return None;
    }
    let parsed = TransferReference::parse(&text);
    parsed
        .map_err(|error| {
            problems.push(FieldProblem::new(REFERENCE, "invalid", format!("{error}.")));
        })
        .ok()
}

/// The name without the folders that some senders put before it, on one line and not too long.
fn shown_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let line = OneLine::new(last);
    line.as_str().chars().take(FILE_NAME_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::shown_name;

    #[test]
    fn a_file_name_is_shown_on_one_line_without_its_folders() {
        for (name, shown) in [
            ("proof.png", "proof.png"),
            ("C:\\Users\\ada\\proof.png", "proof.png"),
            ("../../etc/passwd", "passwd"),
            ("a\r\nSet-Cookie: b.png", "a  Set-Cookie: b.png"),
            ("\u{202e}gnp.exe", "gnp.exe"),
            ("", ""),
        ] {
            assert_eq!(shown_name(name), shown, "{name:?}");
        }
        assert_eq!(shown_name(&"ä".repeat(200)).chars().count(), 120);
    }
}

//! A bank account that an admin adds.

use super::StaffEmail;
use super::note::line;
use crate::bank::BankAccountId;
use crate::field::FieldProblem;
use crate::money::Currency;
use crate::statement::Statement;
use crate::store::bank;
use crate::time::Timestamp;

/// An account that buyers are to transfer to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAccount {
    /// Its short name, once and for all.
    pub bank_account_id: BankAccountId,
    /// The currency it is kept in.
    pub currency: Currency,
    bank_name: String,
    holder: String,
    account_number: String,
    routing: String,
    note: String,
}

impl NewAccount {
    /// The fields of its form: name, label, and whether it may stay empty.
    pub const FIELDS: [(&'static str, &'static str, bool); 7] = [
        ("bank_account_id", "Short name", false),
        ("currency", "Currency", false),
        ("bank_name", "Bank", false),
        ("holder", "Holder", false),
        ("account_number", "IBAN or account number", false),
        ("routing", "BIC, routing number or sort code", true),
        ("note", "What else buyers should know", true),
    ];

    /// Parses what was typed into each field; every problem at once.
    pub fn parse<'a>(typed: impl Fn(&str) -> &'a str) -> Result<Self, Vec<FieldProblem>> {
        let mut problems = Vec::new();
        let id = BankAccountId::parse(typed("bank_account_id")).map_err(|_| {
            let message =
                "Please use lower-case letters, digits and inner hyphens, such as main-eur.";
            FieldProblem::new("bank_account_id", "invalid_id", message)
        });
        let currency = Currency::parse(&typed("currency").to_ascii_uppercase()).map_err(|_| {
            let message = "Please enter the code of a currency, such as EUR.";
            FieldProblem::new("currency", "unknown_currency", message)
        });
        let mut text = |field: &'static str, chars_min: usize, chars_max: usize| {
            line(field, typed(field), chars_min, chars_max).unwrap_or_else(|problem| {
                problems.push(problem);
                String::new()
            })
        };
        let bank_name = text("bank_name", 1, 80);
        let holder = text("holder", 1, 80);
        let account_number = text("account_number", 4, 64);
        let routing = text("routing", 0, 64);
        let note = text("note", 0, 200);
        if is_mistyped_iban(&account_number) {
            let message =
                "This looks like an IBAN and its check digits are wrong. Please compare it.";
            problems.push(FieldProblem::new("account_number", "invalid_iban", message));
        }
        match (id, currency) {
            (Ok(bank_account_id), Ok(currency)) if problems.is_empty() => Ok(Self {
                bank_account_id,
                currency,
                bank_name,
                holder,
                account_number,
                routing,
                note,
            }),
            (id, currency) => {
                let first = id.err().into_iter().chain(currency.err());
                Err(first.chain(problems).collect())
            }
        }
    }

    /// Its row.
    #[must_use]
    pub fn insert(&self, by: &StaffEmail, now: Timestamp) -> Statement {
        bank::INSERT_ACCOUNT.bind([
            (&self.bank_account_id).into(),
            self.currency.code().into(),
            self.bank_name.as_str().into(),
            self.holder.as_str().into(),
            self.account_number.as_str().into(),
            self.routing.as_str().into(),
            self.note.as_str().into(),
            by.actor().into(),
            now.into(),
        ])
    }
}

/// Whether a number has the form of an IBAN (ISO 13616: two letters, two check digits, 15 to 34 in all)
/// without being one: moved to the end, the first four make a number that leaves 1 when divided by 97.
fn is_mistyped_iban(text: &str) -> bool {
    let iban: Vec<char> = text.chars().filter(|c| *c != ' ').collect();
    let Some((head @ [country, region, check, digit], rest)) = iban.split_first_chunk::<4>() else {
        return false;
    };
    let is_iban = (11..=30).contains(&rest.len())
        && [country, region].iter().all(|c| c.is_ascii_alphabetic())
        && [check, digit].iter().all(|c| c.is_ascii_digit())
        && rest.iter().all(char::is_ascii_alphanumeric);
    let figures = rest.iter().chain(head).filter_map(|c| c.to_digit(36));
    let rest_of_97 = figures.fold(0, |rest: u32, figure| {
        let shift = if figure < 10 { 10 } else { 100 };
        rest.wrapping_mul(shift).wrapping_add(figure) % 97
    });
    is_iban && rest_of_97 != 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_iban_is_taken_only_with_its_check_digits() {
        for right in [
            "DE02 1203 0000 0000 2020 51",
            "AT61 1904 3002 3457 3201",
            "GB82 WEST 1234 5698 7654 32",
            "gb82west12345698765432",
            "000123456789",
            "1234567",
            "AB12 345",
        ] {
            assert!(typed("account_number", right).is_ok(), "{right}");
        }
        for wrong in [
            "DE02 1203 0000 0000 2020 52",
            "DE20 1203 0000 0000 2020 51",
            "GB82 WSET 1234 5698 7654 32",
        ] {
            let problems = typed("account_number", wrong).unwrap_err();
            assert_eq!(problems[0].field, "account_number", "{wrong}");
        }
    }

    fn typed(changed: &'static str, value: &'static str) -> Result<NewAccount, Vec<FieldProblem>> {
        NewAccount::parse(|name| match name {
            name if name == changed => value,
            "bank_account_id" => "main-eur",
            "currency" => "EUR",
            "bank_name" => "Meridian Bank",
            "holder" => "Lumen Tools GmbH",
            "account_number" => "DE02 1203 0000 0000 2020 51",
            _ => "",
        })
    }

    #[test]
    fn an_account_is_taken_as_it_is_printed_and_what_is_wrong_is_told_by_field() {
        assert!(typed("", "").is_ok());
        for (field, value) in [
            ("bank_account_id", "Main EUR"),
            ("currency", "euro"),
            ("bank_name", " "),
            ("holder", ""),
            ("account_number", "123"),
            ("routing", "x\u{0}"),
        ] {
            let problems = typed(field, value).unwrap_err();
            assert_eq!(problems.len(), 1, "{field}");
            assert_eq!(problems[0].field, field);
        }
    }
}

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
        let currency = Currency::parse(typed("currency")).map_err(|_| {
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

#[cfg(test)]
mod tests {
    use super::*;

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
            ("currency", "eur"),
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

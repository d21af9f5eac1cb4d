//! What staff copy from a bank's statement into a form.

use crate::bank::{TransferReference, ValueDate};
use crate::field::FieldProblem;
use crate::money::{Currency, Money};
use crate::payment::PayerName;
use crate::staff::Note;
use crate::time::Timestamp;

/// No statement has a longer one: ISO 20022 ends names at 140.
const PAYER_NAME_CHARS_MAX: usize = 140;

/// The names of a form's fields.
#[derive(Debug, Clone, Copy)]
pub struct StatementFields {
    /// Of the amount.
    pub amount: &'static str,
    /// Of the value date.
    pub value_date: &'static str,
    /// Of the reference.
    pub reference: &'static str,
    /// Of the sender's name.
    pub payer_name: &'static str,
}

/// One line of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementLine {
    /// How much came in; above zero.
    pub amount: Money,
    /// The day on which the bank counts it.
    pub value_date: ValueDate,
    /// What the bank calls it.
    pub reference: TransferReference,
    /// Who sent it; nobody has to type that.
    pub payer_name: Option<PayerName>,
}

impl StatementLine {
    /// Parses what was typed into each field at a moment; every problem at once.
    pub fn parse<'a>(
        fields: StatementFields,
        currency: Currency,
        now: Timestamp,
        typed: impl Fn(&str) -> &'a str,
    ) -> Result<Self, Vec<FieldProblem>> {
        let amount = amount(fields.amount, typed(fields.amount), currency);
        let date = ValueDate::parse(typed(fields.value_date)).ok();
        let value_date = date.filter(|date| date.is_believable(now)).ok_or_else(|| {
            let day = now.day();
            let message = format!(
                "Please enter the day on the statement, such as {day}: at most two years ago, and \
                 not to come."
            );
            FieldProblem::new(fields.value_date, "invalid_date", message)
        });
        let reference = TransferReference::parse(typed(fields.reference)).map_err(|_| {
            let message = "Please enter what the statement calls it: at most 64 plain letters, \
                           digits and signs.";
            FieldProblem::new(fields.reference, "invalid_reference", message)
        });
        let name = typed(fields.payer_name);
        let name = Note::parse_short(fields.payer_name, name, PAYER_NAME_CHARS_MAX);
        let payer_name = name.and_then(|name| sender(fields.payer_name, &name));
        match (amount, value_date, reference, payer_name) {
            (Ok(amount), Ok(value_date), Ok(reference), Ok(payer_name)) => Ok(Self {
                amount,
                value_date,
                reference,
                payer_name,
            }),
            (amount, value_date, reference, payer_name) => {
                let problems = [
                    amount.err(),
                    value_date.err(),
                    reference.err(),
                    payer_name.err(),
                ];
                Err(problems.into_iter().flatten().collect())
            }
        }
    }
}

/// Who sent it, if somebody is named. A name that no search could find is no name.
fn sender(field: &str, name: &Note) -> Result<Option<PayerName>, FieldProblem> {
    let key = PayerName::parse(name.as_str());
    if key.is_none() && !name.as_str().is_empty() {
        let message = "Please enter a name with letters or digits, such as LOVELACE, Ada, or \
                       leave this empty.";
        return Err(FieldProblem::new(field, "invalid_name", message));
    }
    Ok(key)
}

/// An amount above zero, as a person types it.
pub fn amount(field: &str, text: &str, currency: Currency) -> Result<Money, FieldProblem> {
    Money::from_decimal(text.trim(), currency)
        .ok()
        .filter(|money| money.amount_minor > 0)
        .ok_or_else(|| {
            let example = Money {
                amount_minor: 123_456,
                currency,
            };
            let decimals = if currency.minor_digits() == 0 {
                "no decimals"
            } else {
                "a dot before the decimals"
            };
            let message = format!(
                "Please enter an amount in {currency} above zero, such as {}: {decimals}, and nothing \
                 between thousands.",
                example.decimal_string()
            );
            FieldProblem::new(field, "invalid_amount", message)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: StatementFields = StatementFields {
        amount: "amount",
        value_date: "date",
        reference: "reference",
        payer_name: "payer_name",
    };

    fn parse(typed: [&str; 3]) -> Result<StatementLine, Vec<FieldProblem>> {
        parse_with(typed, "")
    }

    fn parse_with(typed: [&str; 3], payer_name: &str) -> Result<StatementLine, Vec<FieldProblem>> {
        let currency = Currency::parse("EUR").unwrap();
        StatementLine::parse(
            FIELDS,
            currency,
            Timestamp(1_795_284_063),
            |name| match name {
                "amount" => typed[0],
                "date" => typed[1],
                "reference" => typed[2],
                _ => payer_name,
            },
        )
    }

    #[test]
    fn a_line_of_a_statement_is_read_exactly() {
        let line = parse([" 119.00 ", "2026-11-21", "ntrf 4711"]).unwrap();
        assert_eq!(line.amount.amount_minor, 11_900);
        assert_eq!(line.reference.as_str(), "NTRF4711");
    }

    #[test]
    fn a_sender_may_be_named_and_a_name_is_capped() {
        let line = ["1", "2026-11-21", "x"];
        let longest = "x".repeat(140);
        for (typed, key) in [
            ("", None),
            (" \t ", None),
            ("LOVELACE, Ada", Some("ada lovelace")),
            (&longest, Some(&*longest)),
        ] {
            let name = parse_with(line, typed).unwrap().payer_name;
            assert_eq!(name.as_ref().map(PayerName::as_str), key, "{typed}");
        }
        for (typed, code) in [
            (&*"x".repeat(141), "too_long"),
            ("a\u{0}b", "invalid_character"),
            ("--", "invalid_name"),
            ("\u{200b}", "invalid_name"),
            ("Ada 4242 4242 4242 4242", "card_number"),
        ] {
            let problems = parse_with(line, typed).unwrap_err();
            let told: Vec<_> = problems.iter().map(|p| (&*p.field, p.code)).collect();
            assert_eq!(told, [("payer_name", code)], "{typed}");
        }
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once() {
        let problems = parse(["0", "yesterday", " "]).unwrap_err();
        let fields: Vec<&str> = problems.iter().map(|p| p.field.as_str()).collect();
        assert_eq!(fields, ["amount", "date", "reference"]);
        for day in ["2026-11-23", "1900-01-01"] {
            let problems = parse(["1", day, "x"]).unwrap_err();
            assert_eq!(problems[0].field, "date", "{day}");
        }
        for odd in [
            "",
            "-1",
            "119,00",
            "1.190,00",
            "0.001",
            "1e3",
            "9007199254740992",
        ] {
            let problems = parse([odd, "2026-11-21", "x"]).unwrap_err();
            let help = "such as 1234.56: a dot before the decimals, and nothing between thousands.";
            assert!(problems[0].message.ends_with(help), "{odd}");
        }
        for (currency, typed, help) in [
            ("JPY", "1,190", "such as 123456: no decimals, and nothing"),
            ("JPY", "1190.50", "such as 123456: no decimals, and nothing"),
            ("KWD", "11,900", "such as 123.456: a dot before"),
        ] {
            let currency = Currency::parse(currency).unwrap();
            let problem = amount("amount", typed, currency).unwrap_err();
            assert!(problem.message.contains(help), "{}", problem.message);
        }
    }
}

//! What staff copy from a bank's statement into a form.

use crate::bank::{TransferReference, ValueDate};
use crate::field::FieldProblem;
use crate::money::{Currency, Money};
use crate::time::Timestamp;

/// The names of a form's fields.
#[derive(Debug, Clone, Copy)]
pub struct StatementFields {
    /// Of the amount.
    pub amount: &'static str,
    /// Of the value date.
    pub value_date: &'static str,
    /// Of the reference.
    pub reference: &'static str,
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
        match (amount, value_date, reference) {
            (Ok(amount), Ok(value_date), Ok(reference)) => Ok(Self {
                amount,
                value_date,
                reference,
            }),
            (amount, value_date, reference) => {
                let problems = [amount.err(), value_date.err(), reference.err()];
                Err(problems.into_iter().flatten().collect())
            }
        }
    }
}

/// An amount above zero, as a person types it.
pub fn amount(field: &str, text: &str, currency: Currency) -> Result<Money, FieldProblem> {
    Money::from_decimal(text.trim(), currency)
        .ok()
        .filter(|money| money.amount_minor > 0)
        .ok_or_else(|| {
            let example = Money {
                amount_minor: 11_900,
                currency,
            };
            let message = format!(
                "Please enter an amount in {currency} above zero, such as {}.",
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
    };

    fn parse(typed: [&'static str; 3]) -> Result<StatementLine, Vec<FieldProblem>> {
        let currency = Currency::parse("EUR").unwrap();
        StatementLine::parse(
            FIELDS,
            currency,
            Timestamp(1_795_284_063),
            |name| match name {
                "amount" => typed[0],
                "date" => typed[1],
                _ => typed[2],
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
            assert!(problems[0].message.contains("such as 119.00"), "{odd}");
        }
    }
}

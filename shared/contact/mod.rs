//! Who buys, and who is billed.
//!
//! In scope: turning what somebody typed into values that stay valid, with every problem reported
//! at once. Out of scope: whether an address exists. A stored value is read back through the same
//! parsers, so their rules may be relaxed later but not tightened.

mod card;
mod email;
mod text;

#[cfg(test)]
mod tests;

use serde::Serialize;

pub use self::card::{contains_card_number, redact_card_numbers};
pub use self::email::EmailAddress;
pub use self::text::{AddressText, PersonName, PostalCode, TaxId};
use crate::country::Country;
use crate::field::FieldProblem;
use crate::record::Record;

/// Why a text is not what its field asks for. The text itself is never repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ContactError {
    /// Missing, or only spaces.
    #[error("Please fill in this field.")]
    Required,
    /// More characters than the field takes.
    #[error("Please use at most {chars_max} characters.")]
    TooLong {
        /// The cap.
        chars_max: usize,
    },
    /// A line break or another character that is not text.
    #[error("Please use plain text on one line.")]
    Character,
    /// Something that looks like a card number.
    #[error("Please do not enter a card number here. You give it to the payment provider only.")]
    CardNumber,
    /// Not one e-mail address.
    #[error("Please enter an e-mail address such as jane@example.com.")]
    Email,
    /// Not a country code.
    #[error("Please choose a country.")]
    Country,
}

impl ContactError {
    /// The stable code for programs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::TooLong { .. } => "too_long",
            Self::Character => "invalid_character",
            Self::CardNumber => "card_number",
            Self::Email => "invalid_email",
            Self::Country => "unknown_country",
        }
    }
}

/// The buyer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Record)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Customer {
    /// Their name.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub name: PersonName,
    /// Where mails about the order go.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub email: EmailAddress,
}

/// The billing identity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Record)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Billing {
    /// The person.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub name: PersonName,
    /// The company, if any.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub company: Option<AddressText>,
    /// Street and number.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub line1: AddressText,
    /// The rest of the address, if any.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub line2: Option<AddressText>,
    /// City or town.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub city: AddressText,
    /// State, province or county; decides the tax in some countries.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub region: Option<AddressText>,
    /// Always present where the country has postal codes.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub postal_code: Option<PostalCode>,
    /// Decides the tax.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub country: Country,
    /// The buyer's tax number, if any; shown on documents, not verified.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub tax_id: Option<TaxId>,
}

/// The buyer as typed. A missing field and an empty one are the same.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CustomerInput {
    /// Required; at most 200 characters.
    pub name: Option<String>,
    /// Required; one e-mail address.
    pub email: Option<String>,
}

/// The billing identity as typed. A missing field and an empty one are the same.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BillingInput {
    /// Required; at most 200 characters.
    pub name: Option<String>,
    /// At most 200 characters.
    pub company: Option<String>,
    /// Required; at most 200 characters.
    pub line1: Option<String>,
    /// At most 200 characters.
    pub line2: Option<String>,
    /// Required; at most 200 characters.
    pub city: Option<String>,
    /// At most 200 characters; where tax depends on the region, its code, such as `NY`, is needed.
    pub region: Option<String>,
    /// Required where the country has postal codes; at most 20 characters.
    pub postal_code: Option<String>,
    /// Required; a code of ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// At most 40 characters.
    pub tax_id: Option<String>,
}

impl Customer {
    /// Parses all fields; the problems name paths such as `customer.email`.
    pub fn parse(raw: &CustomerInput) -> Result<Self, Vec<FieldProblem>> {
        let mut reader = Reader::new("customer");
        let name = reader.required("name", raw.name.as_deref(), PersonName::parse);
        let email = reader.required("email", raw.email.as_deref(), EmailAddress::parse);
        let customer = name.zip(email).map(|(name, email)| Self { name, email });
        reader.finish(customer)
    }
}

impl Billing {
    /// Parses all fields; the problems name paths such as `billing.postal_code`.
    pub fn parse(raw: &BillingInput) -> Result<Self, Vec<FieldProblem>> {
        let mut reader = Reader::new("billing");
        let name = reader.required("name", raw.name.as_deref(), PersonName::parse);
        let company = reader.optional("company", raw.company.as_deref(), AddressText::parse);
        let line1 = reader.required("line1", raw.line1.as_deref(), AddressText::parse);
        let line2 = reader.optional("line2", raw.line2.as_deref(), AddressText::parse);
        let city = reader.required("city", raw.city.as_deref(), AddressText::parse);
        let region = reader.optional("region", raw.region.as_deref(), AddressText::parse);
        let country = reader.required("country", raw.country.as_deref(), parse_country);
        let postal_code = raw.postal_code.as_deref();
        let postal_code = if country.is_some_and(Country::has_postal_codes) {
            reader.required("postal_code", postal_code, PostalCode::parse)
        } else {
            reader.optional("postal_code", postal_code, PostalCode::parse)
        };
        let tax_id = reader.optional("tax_id", raw.tax_id.as_deref(), TaxId::parse);
        let required = name.zip(line1).zip(city).zip(country);
        let billing = required.map(|(((name, line1), city), country)| Self {
            name,
            company,
            line1,
            line2,
            city,
            region,
            postal_code,
            country,
            tax_id,
        });
        reader.finish(billing)
    }
}

/// Parses both and reports the problems of both at once, the customer's first.
pub fn parse_contact(
    customer: &CustomerInput,
    billing: &BillingInput,
) -> Result<(Customer, Billing), Vec<FieldProblem>> {
    match (Customer::parse(customer), Billing::parse(billing)) {
        (Ok(customer), Ok(billing)) => Ok((customer, billing)),
        (customer, billing) => {
            let problems = [customer.err(), billing.err()];
            Err(problems.into_iter().flatten().flatten().collect())
        }
    }
}

impl CustomerInput {
    /// What may be shown again in a form: as typed, without card numbers.
    #[must_use]
    pub fn redacted(&self) -> Self {
        Self {
            name: redact(self.name.as_deref()),
            email: redact(self.email.as_deref()),
        }
    }
}

impl BillingInput {
    /// What may be shown again in a form: as typed, without card numbers.
    #[must_use]
    pub fn redacted(&self) -> Self {
        Self {
            name: redact(self.name.as_deref()),
            company: redact(self.company.as_deref()),
            line1: redact(self.line1.as_deref()),
            line2: redact(self.line2.as_deref()),
            city: redact(self.city.as_deref()),
            region: redact(self.region.as_deref()),
            postal_code: redact(self.postal_code.as_deref()),
            country: redact(self.country.as_deref()),
            tax_id: self.tax_id.clone(),
        }
    }
}

/// Redacted: what people type is personal data, and may hold a card number.
impl std::fmt::Debug for CustomerInput {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CustomerInput(redacted)")
    }
}

/// Redacted: what people type is personal data, and may hold a card number.
impl std::fmt::Debug for BillingInput {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BillingInput(redacted)")
    }
}

fn redact(text: Option<&str>) -> Option<String> {
    text.map(redact_card_numbers)
}

fn parse_country(text: &str) -> Result<Country, ContactError> {
    Country::parse(text.trim()).map_err(|_| ContactError::Country)
}

/// Reads the fields of one object and collects their problems.
struct Reader {
    object: &'static str,
    problems: Vec<FieldProblem>,
}

impl Reader {
    fn new(object: &'static str) -> Self {
        Self {
            object,
            problems: Vec::new(),
        }
    }

    fn optional<T>(
        &mut self,
        field: &str,
        raw: Option<&str>,
        parse: impl Fn(&str) -> Result<T, ContactError>,
    ) -> Option<T> {
        let text = raw.filter(|text| !text.trim().is_empty())?;
        parse(text).map_err(|error| self.report(field, error)).ok()
    }

    fn required<T>(
        &mut self,
        field: &str,
        raw: Option<&str>,
        parse: impl Fn(&str) -> Result<T, ContactError>,
    ) -> Option<T> {
        if raw.is_none_or(|text| text.trim().is_empty()) {
            self.report(field, ContactError::Required);
        }
        self.optional(field, raw, parse)
    }

    fn report(&mut self, field: &str, error: ContactError) {
        let path = format!("{}.{field}", self.object);
        self.problems
            .push(FieldProblem::new(path, error.code(), error.to_string()));
    }

    fn finish<T>(self, parsed: Option<T>) -> Result<T, Vec<FieldProblem>> {
        parsed
            .filter(|_| self.problems.is_empty())
            .ok_or(self.problems)
    }
}

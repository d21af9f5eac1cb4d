//! The checkout form: what will be bought, and who buys and pays.
//!
//! The form has no checks of its own (`novalidate`): the server's answer is the only one, and it
//! stands beside the field in our words, with everything typed still there. Nothing limits the
//! length of a field in the browser, because that would cut a pasted value in silence.

use super::{Frame, Hidden, Totals};
use askama::Template;
use askama::filters::HtmlSafe;

/// The form, empty, prefilled, or sent back with its errors.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "checkout.html")]
pub struct CheckoutPage {
    /// What stands around the page.
    pub frame: Frame,
    /// The order that the form replaces.
    pub replaces: Option<ReplacedOrder>,
    /// Where the form is sent. It carries `step=order`, or `step=quote` to only compute anew.
    pub action: String,
    /// The key under which this form makes at most one order (A05); sent as `idempotency_key`.
    pub idempotency_key: String,
    /// What else the form carries, such as the prices chosen and the total shown.
    pub hidden: Vec<Hidden>,
    /// What is about to be bought.
    pub lines: Vec<CartLine>,
    /// What it comes to.
    pub totals: Totals,
    /// Whether the tax depends on the region.
    pub region_needed: bool,
    /// Something to know before going on, such as a total that has changed with the country.
    pub notice: Option<String>,
    /// What was typed.
    pub form: CheckoutForm,
    /// The countries that the shop sells to.
    pub countries: Vec<Country>,
    /// What must be put right. An error of a field the form does not have is shown in the summary.
    pub errors: Vec<FieldError>,
}

const REGION_HINT: &str = "Its code; tax depends on it.";

/// An order that is about to be replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplacedOrder {
    /// The public order number.
    pub order_number: String,
    /// Back to it.
    pub order_href: String,
    /// Where another product or period is chosen.
    pub products_href: String,
    /// The formatted amount that has come already, if any.
    pub received: Option<String>,
    /// A proof of it is being reviewed: whoever replaces it has to mean it (A10).
    pub in_review: bool,
}

/// One line of the cart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CartLine {
    /// The product's name.
    pub product: String,
    /// The period in words.
    pub period: String,
    /// The formatted list price of one.
    pub unit_price: String,
    /// The formatted list price of the line.
    pub amount: String,
    /// The name of the quantity's form field; letters, digits, `-` and `_`.
    pub quantity_name: String,
    /// What was typed as the quantity.
    pub quantity: String,
}

/// A country of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Country {
    /// ISO 3166-1 alpha-2.
    pub code: String,
    /// The name in English.
    pub name: String,
}

/// Why a field was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The form field's name: of [`CheckoutField::name`] or [`CartLine::quantity_name`].
    pub field: String,
    /// What to do, in a sentence: `Enter the postal code.`
    pub message: String,
}

/// What was typed, exactly as it came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CheckoutForm {
    values: [String; CheckoutField::ALL.len()],
}

impl CheckoutForm {
    /// Takes one typed value; a name that the form does not have is ignored.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        let slots = CheckoutField::ALL.iter().zip(&mut self.values);
        if let Some((_, slot)) = slots.into_iter().find(|(field, _)| field.name() == name) {
            *slot = value.into();
        }
    }

    /// What was typed in a field, `""` for nothing.
    #[must_use]
    pub fn value(&self, field: CheckoutField) -> &str {
        let mut values = CheckoutField::ALL.iter().zip(&self.values);
        values
            .find(|(candidate, _)| **candidate == field)
            .map_or("", |(_, value)| value)
    }
}

/// The fields of the form, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckoutField {
    /// Who will use what is bought.
    CustomerName,
    /// Where the order's link and the confirmation go.
    CustomerEmail,
    /// The person billed.
    BillingName,
    /// The company billed.
    BillingCompany,
    /// Street and number.
    BillingLine1,
    /// Building, floor, care of.
    BillingLine2,
    /// City or town.
    BillingCity,
    /// State, province or region.
    BillingRegion,
    /// Postal code.
    BillingPostalCode,
    /// Country, ISO 3166-1 alpha-2.
    BillingCountry,
    /// The buyer's tax number.
    BillingTaxId,
    /// A coupon's code.
    Coupon,
}

impl CheckoutField {
    /// Every field, in the form's order.
    pub const ALL: [Self; 12] = [
        Self::CustomerName,
        Self::CustomerEmail,
        Self::BillingName,
        Self::BillingCompany,
        Self::BillingLine1,
        Self::BillingLine2,
        Self::BillingCity,
        Self::BillingRegion,
        Self::BillingPostalCode,
        Self::BillingCountry,
        Self::BillingTaxId,
        Self::Coupon,
    ];

    /// The field's name in the form, and its id in the page.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::CustomerName => "customer_name",
            Self::CustomerEmail => "customer_email",
            Self::BillingName => "billing_name",
            Self::BillingCompany => "billing_company",
            Self::BillingLine1 => "billing_line1",
            Self::BillingLine2 => "billing_line2",
            Self::BillingCity => "billing_city",
            Self::BillingRegion => "billing_region",
            Self::BillingPostalCode => "billing_postal_code",
            Self::BillingCountry => "billing_country",
            Self::BillingTaxId => "billing_tax_id",
            Self::Coupon => "coupon",
        }
    }

    /// Whether an order can be made without it.
    #[must_use]
    pub fn required(self) -> bool {
        !matches!(
            self,
            Self::BillingCompany
                | Self::BillingLine2
                | Self::BillingRegion
                | Self::BillingTaxId
                | Self::Coupon
        )
    }

    fn label(self) -> &'static str {
        match self {
            Self::CustomerName | Self::BillingName => "Name",
            Self::CustomerEmail => "E-mail",
            Self::BillingCompany => "Company",
            Self::BillingLine1 => "Address line 1",
            Self::BillingLine2 => "Address line 2",
            Self::BillingCity => "City",
            Self::BillingRegion => "State or region",
            Self::BillingPostalCode => "Postal code",
            Self::BillingCountry => "Country",
            Self::BillingTaxId => "Tax number",
            Self::Coupon => "Purchase with coupon",
        }
    }

    /// The label where the field stands alone, such as in the list of errors.
    fn full_label(self) -> &'static str {
        match self {
            Self::CustomerName => "Customer name",
            Self::BillingName => "Billing name",
            Self::CustomerEmail
            | Self::BillingCompany
            | Self::BillingLine1
            | Self::BillingLine2
            | Self::BillingCity
            | Self::BillingRegion
            | Self::BillingPostalCode
            | Self::BillingCountry
            | Self::BillingTaxId
            | Self::Coupon => self.label(),
        }
    }

    fn hint(self) -> Option<&'static str> {
        match self {
            Self::CustomerEmail => Some("The link to your order and the confirmation go here."),
            Self::BillingTaxId => Some("For example a VAT number."),
            Self::Coupon => Some("“Update the total” shows what it takes off."),
            Self::CustomerName
            | Self::BillingName
            | Self::BillingCompany
            | Self::BillingLine1
            | Self::BillingLine2
            | Self::BillingCity
            | Self::BillingRegion
            | Self::BillingPostalCode
            | Self::BillingCountry => None,
        }
    }

    /// The autofill token (HTML Standard, "Autofill"); a tax number has none.
    fn autocomplete(self) -> &'static str {
        match self {
            Self::CustomerName => "name",
            Self::CustomerEmail => "email",
            Self::BillingName => "billing name",
            Self::BillingCompany => "billing organization",
            Self::BillingLine1 => "billing address-line1",
            Self::BillingLine2 => "billing address-line2",
            Self::BillingCity => "billing address-level2",
            Self::BillingRegion => "billing address-level1",
            Self::BillingPostalCode => "billing postal-code",
            Self::BillingCountry => "billing country",
            Self::BillingTaxId | Self::Coupon => "off",
        }
    }

    /// Whether two such fields share a row where there is room.
    fn half(self) -> bool {
        matches!(
            self,
            Self::BillingCity
                | Self::BillingRegion
                | Self::BillingPostalCode
                | Self::BillingCountry
        )
    }
}

/// A field as it is shown.
#[derive(Template)]
#[template(path = "field.html")]
struct FieldView<'a> {
    name: &'static str,
    label: &'static str,
    hint: Option<&'static str>,
    autocomplete: &'static str,
    required: bool,
    half: bool,
    email: bool,
    countries: Option<&'a [Country]>,
    value: &'a str,
    error: Option<&'a str>,
}

impl HtmlSafe for FieldView<'_> {}

impl FieldView<'_> {
    /// The ids of what describes the field; empty for none.
    fn described_by(&self) -> String {
        let mut ids = Vec::new();
        if self.hint.is_some() {
            ids.push(format!("{}-hint", self.name));
        }
        if self.error.is_some() {
            ids.push(format!("{}-error", self.name));
        }
        ids.join(" ")
    }
}

impl CheckoutPage {
    fn customer_fields(&self) -> Vec<FieldView<'_>> {
        self.fields(|field| {
            matches!(
                field,
                CheckoutField::CustomerName | CheckoutField::CustomerEmail
            )
        })
    }

    fn billing_fields(&self) -> Vec<FieldView<'_>> {
        self.fields(|field| {
            !matches!(
                field,
                CheckoutField::CustomerName | CheckoutField::CustomerEmail | CheckoutField::Coupon
            )
        })
    }

    fn coupon_field(&self) -> FieldView<'_> {
        self.field(CheckoutField::Coupon)
    }

    fn fields(&self, wanted: impl Fn(CheckoutField) -> bool) -> Vec<FieldView<'_>> {
        CheckoutField::ALL
            .into_iter()
            .filter(|f| wanted(*f))
            .map(|f| self.field(f))
            .collect()
    }

    fn field(&self, field: CheckoutField) -> FieldView<'_> {
        let asks_region = self.region_needed && field == CheckoutField::BillingRegion;
        FieldView {
            name: field.name(),
            label: field.label(),
            hint: field.hint().or(asks_region.then_some(REGION_HINT)),
            autocomplete: field.autocomplete(),
            required: field.required() || asks_region,
            half: field.half(),
            email: field == CheckoutField::CustomerEmail,
            countries: (field == CheckoutField::BillingCountry).then_some(&*self.countries),
            value: self.form.value(field),
            error: self.error_of(field.name()),
        }
    }

    /// The first error of a field.
    fn error_of(&self, name: &str) -> Option<&str> {
        self.errors
            .iter()
            .find(|error| error.field == name)
            .map(|error| error.message.as_str())
    }

    /// What the list of errors calls a field; `None` for one that it cannot link to.
    fn named(&self, name: &str) -> Option<&'static str> {
        let field = CheckoutField::ALL
            .into_iter()
            .find(|field| field.name() == name);
        let quantity = self.lines.iter().any(|line| line.quantity_name == name);
        field
            .map(CheckoutField::full_label)
            .or(quantity.then_some("Quantity"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_values_are_kept_by_field() {
        let mut form = CheckoutForm::default();
        for field in CheckoutField::ALL {
            form.set(field.name(), format!(" typed in {} ", field.name()));
        }
        form.set("a field from elsewhere", "ignored");
        for field in CheckoutField::ALL {
            assert_eq!(form.value(field), format!(" typed in {} ", field.name()));
        }
    }

    #[test]
    fn the_names_of_the_form_are_pinned() {
        let names = CheckoutField::ALL.map(CheckoutField::name).join(" ");
        assert_eq!(
            names,
            "customer_name customer_email billing_name billing_company billing_line1 billing_line2 \
             billing_city billing_region billing_postal_code billing_country billing_tax_id coupon"
        );
    }
}

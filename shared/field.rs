//! What is wrong with one field of a request, told to whoever sent it.

use serde::Serialize;

/// One broken rule of one field. A form shows it beside the field; the interface lists it in the
/// problem document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FieldProblem {
    /// Where: a path from the body's root, e.g. `billing.postal_code` or `items[2].quantity`.
    pub field: String,
    /// Stable and for programs, e.g. `required`.
    pub code: &'static str,
    /// A sentence for people. It never repeats the value.
    pub message: String,
}

impl FieldProblem {
    /// A problem of the field at `field`.
    pub fn new(field: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            code,
            message: message.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn field_problem_json_format_unchanged() {
        let problem = FieldProblem::new("items[2].quantity", "out_of_range", "Choose 1 to 999.");
        assert_eq!(
            serde_json::to_string(&problem).unwrap(),
            r#"{"field":"items[2].quantity","code":"out_of_range","message":"Choose 1 to 999."}"#
        );
    }
}

//! Structs read from JSON objects that this program wrote itself: rows, and what columns hold.
//!
//! In scope: taking fields by name. Out of scope: what callers and providers send.
//! `#[derive(Record)]` writes a function with a line for each field, where `#[derive(Deserialize)]`
//! would write out a parser for each struct, several times as long; the Worker's size is a budget.
//! `#[derive(StoredText)]` does the same for enums.

pub use edgetill_derive::{Record, StoredText};
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer, Serialize};
pub use serde_json::Error as JsonError;
use serde_json::{Map, Value};

/// The fields of an object that have not been taken yet.
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent)]
pub struct Fields(Map<String, Value>);

/// A struct that is read field by field.
pub trait Record: Sized {
    /// Takes the struct's fields and leaves others.
    fn read(fields: &mut Fields) -> Result<Self, JsonError>;
}

impl Fields {
    /// Takes a field; one that is absent is read as null.
    pub fn take<T: DeserializeOwned>(&mut self, name: &str) -> Result<T, JsonError> {
        T::deserialize(self.value(name)).map_err(|error| within(name, &error))
    }

    /// Takes a column that holds JSON as text.
    pub fn take_json<T: DeserializeOwned>(&mut self, name: &str) -> Result<T, JsonError> {
        let text: String = self.take(name)?;
        read_json(&text)
            .and_then(|value: Value| T::deserialize(value))
            .map_err(|error| within(name, &error))
    }

    /// Takes a column that holds 0 or 1.
    pub fn take_flag(&mut self, name: &str) -> Result<bool, JsonError> {
        self.take(name).map(|flag: i64| flag != 0)
    }

    fn value(&mut self, name: &str) -> Value {
        self.0.remove(name).unwrap_or_default()
    }
}

/// Reads a JSON text, as bytes: what comes from outside does too, and so one parser does for all.
pub fn read_json<T: DeserializeOwned>(text: &str) -> Result<T, JsonError> {
    serde_json::from_slice(text.as_bytes())
}

/// The JSON text that a column holds.
#[must_use]
pub fn json_text(value: &impl Serialize) -> String {
    // Only maps with other keys than texts cannot be written, and there are none.
    serde_json::to_string(value).unwrap_or_default()
}

fn within(name: &str, error: &JsonError) -> JsonError {
    JsonError::custom(format_args!("{name}: {error}"))
}

/// Lets serde read a record, so that it can stand wherever a derived struct can.
pub fn read_from<'de, D: Deserializer<'de>, T: Record>(from: D) -> Result<T, D::Error> {
    let mut fields = Fields::deserialize(from)?;
    T::read(&mut fields).map_err(D::Error::custom)
}

/// Lets serde read a text that means one of few things.
pub fn read_text<'de, D: Deserializer<'de>, T>(
    from: D,
    meant: impl FnOnce(&str) -> Option<T>,
) -> Result<T, D::Error> {
    let text = String::deserialize(from)?;
    meant(&text).ok_or_else(|| D::Error::custom("not one of the known texts"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Eq, Record)]
    struct Part {
        name: String,
    }

    #[derive(Debug, Clone, Copy, PartialEq, Eq, StoredText)]
    enum Kind {
        NewOne,
        Old,
    }

    impl Kind {
        const ALL: [Self; 2] = [Self::NewOne, Self::Old];

        fn as_str(self) -> &'static str {
            match self {
                Self::NewOne => "new_one",
                Self::Old => "old",
            }
        }
    }

    #[derive(Debug, PartialEq, Eq, Record)]
    struct Whole {
        #[serde(flatten)]
        flat: Part,
        #[serde(rename = "count_of_parts")]
        count: u32,
        note: Option<String>,
        kind: Kind,
        #[record(flag)]
        is_open: bool,
        parts: Vec<Part>,
        #[record(json)]
        stored: Part,
    }

    fn row() -> Value {
        json!({
            "name": "a", "count_of_parts": 3, "note": null, "kind": "new_one", "is_open": 1,
            "parts": [{"name": "b"}], "stored": "{\"name\": \"c\"}", "more": 1,
        })
    }

    #[test]
    fn a_record_is_read_from_its_fields_whatever_else_there_is() {
        let part = |name: &str| Part { name: name.into() };
        let whole = Whole {
            flat: part("a"),
            count: 3,
            note: None,
            kind: Kind::NewOne,
            is_open: true,
            parts: vec![part("b")],
            stored: part("c"),
        };
        assert_eq!(serde_json::from_value::<Whole>(row()).unwrap(), whole);
        assert_eq!(read_json::<Whole>(&json_text(&row())).unwrap(), whole);
        let mut closed = row();
        closed["is_open"] = json!(0);
        assert!(!serde_json::from_value::<Whole>(closed).unwrap().is_open);
    }

    #[test]
    fn a_field_that_is_missing_or_of_another_type_is_named() {
        for (field, value, problem) in [
            ("name", json!(1), "name: invalid type"),
            (
                "count_of_parts",
                Value::Null,
                "count_of_parts: invalid type: null",
            ),
            ("count_of_parts", json!(-1), "count_of_parts: invalid value"),
            ("count_of_parts", json!(1.5), "count_of_parts: invalid type"),
            ("note", json!(1), "note: invalid type"),
            ("kind", json!("NewOne"), "kind: not one of the known texts"),
            ("is_open", json!("1"), "is_open: invalid type"),
            ("parts", json!(["a"]), "parts: invalid type"),
            ("parts", json!([{}]), "parts: name: invalid type: null"),
            ("stored", json!({"name": "c"}), "stored: invalid type"),
            ("stored", json!("{"), "stored: EOF"),
            ("stored", json!("{}"), "stored: name: invalid type: null"),
        ] {
            let mut row = row();
            row[field] = value;
            let error = serde_json::from_value::<Whole>(row)
                .unwrap_err()
                .to_string();
            assert!(error.starts_with(problem), "{error}");
        }
        let mut without = row();
        without.as_object_mut().unwrap().remove("count_of_parts");
        assert!(serde_json::from_value::<Whole>(without).is_err());
        assert!(serde_json::from_value::<Whole>(json!([])).is_err());
    }
}

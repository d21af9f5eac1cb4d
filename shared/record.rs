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

/// The fields of an object.
#[derive(Debug, Clone, Copy)]
pub struct Fields<'a>(pub &'a Map<String, Value>);

/// A struct that is read field by field.
pub trait Record: Sized {
    /// Reads the struct's fields and leaves others.
    fn read(fields: Fields<'_>) -> Result<Self, JsonError>;
}

impl<'a> Fields<'a> {
    fn of(value: &'a Value) -> Result<Self, JsonError> {
        let object = value.as_object().map(Self);
        object.ok_or_else(|| JsonError::custom("invalid type: an object was expected"))
    }

    /// Reads a field; one that is absent is read as null.
    pub fn read<T: DeserializeOwned>(self, name: &str) -> Result<T, JsonError> {
        T::deserialize(self.value(name).clone()).map_err(|error| within(name, &error))
    }

    /// Reads a field that is a record itself.
    pub fn read_part<T: Record>(self, name: &str) -> Result<T, JsonError> {
        part(self.value(name)).map_err(|error| within(name, &error))
    }

    /// Reads a field that is a list of records.
    pub fn read_parts<T: Record>(self, name: &str) -> Result<Vec<T>, JsonError> {
        parts(self.value(name)).map_err(|error| within(name, &error))
    }

    /// Reads a column that holds JSON as text.
    pub fn read_json<T: DeserializeOwned>(self, name: &str) -> Result<T, JsonError> {
        T::deserialize(self.json(name)?).map_err(|error| within(name, &error))
    }

    /// Reads a column that holds a record as JSON text.
    pub fn read_json_part<T: Record>(self, name: &str) -> Result<T, JsonError> {
        part(&self.json(name)?).map_err(|error| within(name, &error))
    }

    /// Reads a column that holds a list of records as JSON text.
    pub fn read_json_parts<T: Record>(self, name: &str) -> Result<Vec<T>, JsonError> {
        parts(&self.json(name)?).map_err(|error| within(name, &error))
    }

    /// Reads a column that holds 0 or 1.
    pub fn read_flag(self, name: &str) -> Result<bool, JsonError> {
        self.read(name).map(|flag: i64| flag != 0)
    }

    fn value(self, name: &str) -> &'a Value {
        self.0.get(name).unwrap_or(&Value::Null)
    }

    fn json(self, name: &str) -> Result<Value, JsonError> {
        let text = self.value(name).as_str();
        text.ok_or_else(|| JsonError::custom("invalid type: a text was expected"))
            .and_then(read_json)
            .map_err(|error| within(name, &error))
    }
}

fn part<T: Record>(value: &Value) -> Result<T, JsonError> {
    T::read(Fields::of(value)?)
}

fn parts<T: Record>(value: &Value) -> Result<Vec<T>, JsonError> {
    let list = value.as_array();
    let list = list.ok_or_else(|| JsonError::custom("invalid type: a list was expected"))?;
    list.iter().map(part).collect()
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
    let fields = Map::deserialize(from)?;
    T::read(Fields(&fields)).map_err(D::Error::custom)
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
        #[record(part)]
        part: Part,
        #[record(parts)]
        parts: Vec<Part>,
        #[record(json)]
        number: u8,
        #[record(json, part)]
        stored: Part,
        #[record(json, parts)]
        several: Vec<Part>,
    }

    fn row() -> Value {
        json!({
            "name": "a", "count_of_parts": 3, "note": null, "kind": "new_one", "is_open": 1,
            "part": {"name": "p"}, "parts": [{"name": "b"}], "number": "7",
            "stored": "{\"name\": \"c\"}", "several": "[{\"name\": \"d\"}]", "more": 1,
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
            part: part("p"),
            parts: vec![part("b")],
            number: 7,
            stored: part("c"),
            several: vec![part("d")],
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
            ("part", json!("a"), "part: invalid type"),
            ("part", json!({}), "part: name: invalid type: null"),
            ("parts", json!({}), "parts: invalid type"),
            ("parts", json!(["a"]), "parts: invalid type"),
            ("parts", json!([{}]), "parts: name: invalid type: null"),
            ("stored", json!({"name": "c"}), "stored: invalid type"),
            ("number", json!("x"), "number: expected value"),
            ("number", json!("300"), "number: invalid value"),
            ("several", json!("{}"), "several: invalid type"),
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

//! SQL statements as data.
//!
//! Ring 0 returns lists of these; ring 2 runs a list as one D1 batch, which is one transaction and
//! one round trip. The text is always a constant, so no value can reach it.

/// A named, constant SQL text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Sql {
    /// The constant's name, for tests and reports.
    pub name: &'static str,
    /// The text; parameters are `?1`, `?2`, … .
    pub text: &'static str,
}

impl Sql {
    /// Binds values to the text's parameters, in order.
    #[must_use]
    pub fn bind<const N: usize>(self, values: [Value; N]) -> Statement {
        Statement {
            sql: self,
            values: values.into(),
        }
    }
}

/// A value bound to a statement. D1 binds every number as a SQLite REAL; columns of STRICT tables
/// turn it back into an INTEGER, and comparisons are numeric, so texts must only `CAST` where an
/// integer is used in arithmetic or turned into text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// SQL NULL.
    Null,
    /// An integer within ±(2^53−1); ring 2 refuses anything beyond.
    Int(i64),
    /// Text.
    Text(String),
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<u32> for Value {
    fn from(value: u32) -> Self {
        Self::Int(value.into())
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Int(value.into())
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// One statement with its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The constant text.
    pub sql: Sql,
    /// The values, in the order of the parameters.
    pub values: Vec<Value>,
}

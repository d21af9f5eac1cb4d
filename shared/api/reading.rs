//! Reads the JSON bodies that callers send, with every field of a wrong type told by its name.
//!
//! In scope: that each field there is known, comes once and has its type. Out of scope: what a value
//! has to be besides, which whoever parses it tells. A body that can be read in two ways is not read at all.

use std::fmt;
use std::mem::take;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::refusal::Refusal;
use crate::field::FieldProblem;

/// Nobody mends more than these at once.
const PROBLEMS_MAX: usize = 20;
/// Longer than any name of ours; what is longer is cut.
const NAME_CHARS_MAX: usize = 40;
/// More than any object of ours has; each is compared with those before it.
const FIELDS_MAX: usize = 40;

const WRONG_TYPE: &str = "wrong_type";
const AN_OBJECT: &str = "Give an object.";

/// A body that is made of fields.
pub trait Body: Sized {
    /// Takes its fields; those that are left are unknown.
    fn read(fields: &mut Fields<'_>) -> Self;
}

/// Reads a body.
///
/// # Errors
/// [`Refusal::MalformedBody`] for what is not one JSON object, [`Refusal::InvalidFields`] for fields that
/// are unknown or of another type.
pub fn read<T: Body>(bytes: &[u8]) -> Result<T, Refusal> {
    let node: Node = serde_json::from_slice(bytes)
        .map_err(|error| Refusal::MalformedBody(format!("Send JSON: {error}.")))?;
    let Node::Object(found) = node else {
        return Err(Refusal::MalformedBody("Send a JSON object.".into()));
    };
    let mut problems = Vec::new();
    let body = read_object(found, String::new(), &mut problems);
    if problems.is_empty() {
        Ok(body)
    } else {
        Err(Refusal::InvalidFields(problems))
    }
}

fn read_object<T: Body>(
    found: Vec<(String, Node)>,
    place: String,
    problems: &mut Vec<FieldProblem>,
) -> T {
    let mut fields = Fields {
        found,
        place,
        problems,
    };
    let body = T::read(&mut fields);
    fields.refuse_the_rest();
    body
}

/// The fields of one object that are not taken yet.
#[derive(Debug)]
pub struct Fields<'a> {
    found: Vec<(String, Node)>,
    /// The object's own path from the root, empty there.
    place: String,
    problems: &'a mut Vec<FieldProblem>,
}

impl Fields<'_> {
    /// A text; `None` where it is missing or null.
    pub fn text(&mut self, name: &str) -> Option<String> {
        let node = self.take(name)?;
        if let Node::Text(text) = node {
            return Some(text);
        }
        self.wrong_type(name, "Give a text, in quotation marks.")
    }

    /// A whole number; `None` where it is missing or null.
    pub fn whole(&mut self, name: &str) -> Option<i64> {
        let node = self.take(name)?;
        if let Node::Whole(number) = node {
            return Some(number);
        }
        self.wrong_type(name, "Give a whole number, without quotation marks.")
    }

    /// Yes or no; no where it is missing.
    pub fn flag(&mut self, name: &str) -> bool {
        match self.take(name) {
            None => false,
            Some(Node::Flag(flag)) => flag,
            Some(_) => self
                .wrong_type(name, "Give true or false.")
                .unwrap_or_default(),
        }
    }

    /// What there has to be, of a field that was read.
    pub fn required<T: Default>(&mut self, name: &str, value: Option<T>) -> T {
        let path = self.path(name);
        if value.is_none() && !self.problems.iter().any(|told| told.field == path) {
            self.tell(name, "required", "This field is needed.");
        }
        value.unwrap_or_default()
    }

    /// An object; one without fields where it is missing.
    pub fn object<T: Body>(&mut self, name: &str) -> T {
        let found = match self.take(name) {
            None => Vec::new(),
            Some(Node::Object(found)) => found,
            Some(_) => self.wrong_type(name, AN_OBJECT).unwrap_or_default(),
        };
        read_object(found, self.path(name), self.problems)
    }

    /// Objects; none where they are missing.
    pub fn list<T: Body>(&mut self, name: &str) -> Vec<T> {
        let items = match self.take(name) {
            None => Vec::new(),
            Some(Node::List(items)) => items,
            Some(_) => self.wrong_type(name, "Give a list.").unwrap_or_default(),
        };
        let mut read = Vec::with_capacity(items.len());
        for (index, item) in items.into_iter().enumerate() {
            let name = format!("{name}[{index}]");
            if let Node::Object(found) = item {
                read.push(read_object(found, self.path(&name), self.problems));
            } else {
                self.tell(&name, WRONG_TYPE, AN_OBJECT);
            }
        }
        read
    }

    /// What a field holds, once; null is nothing.
    fn take(&mut self, name: &str) -> Option<Node> {
        let at = self.found.iter().position(|(known, _)| known == name)?;
        let (_, node) = self.found.swap_remove(at);
        (node != Node::Null).then_some(node)
    }

    fn wrong_type<T>(&mut self, name: &str, wanted: &str) -> Option<T> {
        self.tell(name, WRONG_TYPE, wanted);
        None
    }

    fn refuse_the_rest(&mut self) {
        for (name, _) in take(&mut self.found) {
            let shown: String = name.chars().take(NAME_CHARS_MAX).collect();
            self.tell(&shown, "unknown_field", "No field has this name.");
        }
    }

    fn tell(&mut self, name: &str, code: &'static str, message: &str) {
        if self.problems.len() < PROBLEMS_MAX {
            let path = self.path(name);
            self.problems.push(FieldProblem::new(path, code, message));
        }
    }

    fn path(&self, name: &str) -> String {
        if self.place.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.place)
        }
    }
}

/// JSON as it came: every field of an object, each once.
#[derive(Debug, PartialEq, Eq)]
enum Node {
    Null,
    Flag(bool),
    Whole(i64),
    /// A number that is not whole, or beyond what a row holds.
    Beyond,
    Text(String),
    List(Vec<Node>),
    Object(Vec<(String, Node)>),
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Node, E> {
        Ok(Node::Flag(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Node, E> {
        Ok(Node::Whole(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Node, E> {
        Ok(i64::try_from(number).map_or(Node::Beyond, Node::Whole))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Node, E> {
        Ok(Node::Beyond)
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Node, E> {
        Ok(Node::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Node, A::Error> {
        let mut found: Vec<(String, Node)> = Vec::new();
        while let Some(name) = fields.next_key::<String>()? {
            if found.len() >= FIELDS_MAX {
                return Err(A::Error::custom("too many fields"));
            }
            if found.iter().any(|(known, _)| *known == name) {
                return Err(A::Error::custom("a field comes twice"));
            }
            found.push((name, fields.next_value()?));
        }
        Ok(Node::Object(found))
    }
}

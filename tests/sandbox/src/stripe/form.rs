//! `application/x-www-form-urlencoded` with bracket nesting, as Stripe reads it.
//!
//! A body becomes a tree: `a[b][0]=c` is a map in a map. Lists are maps whose names are indexes;
//! `a[]=c` takes the next free index. What a sloppy parser would swallow (a name given twice, a
//! value where a map stands, a broken percent escape) is refused.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::error::ApiError;

/// A parameter: text, or parameters by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Node {
    Text(String),
    Map(BTreeMap<String, Node>),
}

impl Node {
    pub(crate) fn empty() -> Self {
        Self::Map(BTreeMap::new())
    }

    /// A child by name; `None` on a text.
    pub(crate) fn child(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Map(children) => children.get(name),
            Self::Text(_) => None,
        }
    }

    /// The text of a child.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        match self.child(name) {
            Some(Self::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// The whole number of a child that a schema has checked.
    pub(crate) fn integer(&self, name: &str) -> Option<i64> {
        self.text(name)?.parse().ok()
    }

    /// True only for a child that says `true`.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.text(name) == Some("true")
    }

    /// The children in the order of their indexes.
    pub(crate) fn items(&self) -> Vec<&Self> {
        let Self::Map(children) = self else {
            return Vec::new();
        };
        let mut items: Vec<(usize, &Self)> = children
            .iter()
            .filter_map(|(index, item)| Some((index.parse().ok()?, item)))
            .collect();
        items.sort_by_key(|(index, _)| *index);
        items.into_iter().map(|(_, item)| item).collect()
    }

    /// The texts of a list.
    pub(crate) fn texts(&self, name: &str) -> Vec<String> {
        let items = self.child(name).map(Self::items).unwrap_or_default();
        let text = |item: &Self| match item {
            Self::Text(text) => Some(text.clone()),
            Self::Map(_) => None,
        };
        items.into_iter().filter_map(text).collect()
    }

    /// A map of texts, such as `metadata`.
    pub(crate) fn map_of_texts(&self, name: &str) -> BTreeMap<String, String> {
        let Some(Self::Map(children)) = self.child(name) else {
            return BTreeMap::new();
        };
        let text = |(name, child): (&String, &Self)| match child {
            Self::Text(text) => Some((name.clone(), text.clone())),
            Self::Map(_) => None,
        };
        children.iter().filter_map(text).collect()
    }
}

/// Parses a query or a body.
pub(crate) fn parse(encoded: &str) -> Result<Node, ApiError> {
    let mut root = Node::empty();
    for pair in encoded.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = decode(name)?;
        let value = decode(value)?;
        insert(&mut root, &name, &path(&name)?, value)?;
    }
    Ok(root)
}

/// Undoes percent-encoding; `+` is a space.
pub(crate) fn decode(encoded: &str) -> Result<String, ApiError> {
    let wrong = || ApiError::invalid("Invalid form encoding.");
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                let high = digit().ok_or_else(wrong)?;
                let low = digit().ok_or_else(wrong)?;
                u8::try_from(high * 16 + low).map_err(|_| wrong())?
            }
            plain => plain,
        });
    }
    String::from_utf8(bytes).map_err(|_| wrong())
}

/// `a[b][]` is `a`, `b` and an empty name.
fn path(name: &str) -> Result<Vec<&str>, ApiError> {
    let unknown = || {
        ApiError::invalid(format!("Received unknown parameter: {name}"))
            .code("parameter_unknown")
            .param(name)
    };
    let Some((head, tail)) = name.split_once('[') else {
        return Ok(vec![name]);
    };
    let tail = tail.strip_suffix(']').ok_or_else(unknown)?;
    let mut path = vec![head];
    path.extend(tail.split("]["));
    let clean = !head.is_empty() && path.iter().all(|part| !part.contains(['[', ']']));
    if clean { Ok(path) } else { Err(unknown()) }
}

fn insert(node: &mut Node, full: &str, path: &[&str], value: String) -> Result<(), ApiError> {
    let clash = || ApiError::invalid(format!("Invalid parameter: {full}")).param(full);
    let Node::Map(children) = node else {
        return Err(clash());
    };
    let [name, rest @ ..] = path else {
        return Err(clash());
    };
    let name = if name.is_empty() {
        children.len().to_string()
    } else {
        (*name).to_owned()
    };
    if rest.is_empty() {
        return match children.insert(name, Node::Text(value)) {
            None => Ok(()),
            Some(_) => Err(clash()),
        };
    }
    insert(
        children.entry(name).or_insert_with(Node::empty),
        full,
        rest,
        value,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_nest_and_lists_keep_their_order() {
        let tree = parse("a[b][c]=1&l[10]=z&l[2]=y&m[]=p&m[]=q&t=%C3%AB+%26").unwrap();
        assert_eq!(
            tree.child("a")
                .and_then(|a| a.child("b"))
                .and_then(|b| b.integer("c")),
            Some(1)
        );
        assert_eq!(tree.texts("l"), ["y", "z"]);
        assert_eq!(tree.texts("m"), ["p", "q"]);
        assert_eq!(tree.text("t"), Some("ë &"));
    }

    #[test]
    fn encoded_brackets_are_brackets() {
        assert_eq!(parse("a%5Bb%5D=1"), parse("a[b]=1"));
    }

    #[test]
    fn what_a_sloppy_parser_swallows_is_refused() {
        for wrong in [
            "a=1&a=2",
            "a=1&a[b]=2",
            "a[b]=1&a=2",
            "a[b=1",
            "a[b]c=1",
            "[a]=1",
            "a=%4",
            "a=%zz",
            "a=%ff",
            "metadata[a[b]]=1",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}

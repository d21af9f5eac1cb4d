//! Strict parameters: a table per endpoint says what may come, and in what form.
//!
//! The error codes and texts follow Stripe's (`parameter_unknown`, `parameter_missing`,
//! `parameter_invalid_integer`, `parameter_invalid_empty`, …).

use super::currency;
use super::error::ApiError;
use super::form::Node;

/// One parameter of an endpoint or of an object inside one.
pub(crate) struct Field {
    name: &'static str,
    kind: Kind,
    need: Need,
}

/// The form of a value.
pub(crate) enum Kind {
    /// Text of at most this many characters.
    Text(usize),
    /// An absolute URL of at most 5000 characters.
    Url,
    Email,
    /// A whole number within the bounds.
    Integer(i64, i64),
    Bool,
    Currency,
    OneOf(&'static [&'static str]),
    /// At most 50 texts of at most 500 characters under names of at most 40.
    Metadata,
    /// At most so many of a kind.
    List(usize, &'static Kind),
    Object(&'static [Field]),
    /// Unix seconds, or an object of `gt`, `gte`, `lt`, `lte`.
    Window,
}

enum Need {
    Required,
    Optional,
    Unimplemented,
}

/// A parameter that must come.
pub(crate) const fn required(name: &'static str, kind: Kind) -> Field {
    Field {
        name,
        kind,
        need: Need::Required,
    }
}

/// A parameter that may come.
pub(crate) const fn optional(name: &'static str, kind: Kind) -> Field {
    Field {
        name,
        kind,
        need: Need::Optional,
    }
}

/// A parameter that Stripe has and the sandbox has not.
pub(crate) const fn unimplemented(name: &'static str) -> Field {
    Field {
        name,
        kind: Kind::Text(0),
        need: Need::Unimplemented,
    }
}

const WINDOW: &[Field] = &[
    optional("gt", Kind::Integer(0, i64::MAX)),
    optional("gte", Kind::Integer(0, i64::MAX)),
    optional("lt", Kind::Integer(0, i64::MAX)),
    optional("lte", Kind::Integer(0, i64::MAX)),
];

const URL_CHARS_MAX: usize = 5_000;
const METADATA_KEYS_MAX: usize = 50;
const METADATA_KEY_CHARS_MAX: usize = 40;
const METADATA_VALUE_CHARS_MAX: usize = 500;

/// Checks the parameters of a request against its table.
pub(crate) fn check(params: &Node, fields: &[Field]) -> Result<(), ApiError> {
    check_object(params, fields, "")
}

fn check_object(node: &Node, fields: &[Field], path: &str) -> Result<(), ApiError> {
    let Node::Map(children) = node else {
        return Err(ApiError::invalid("Invalid object").param(path));
    };
    for (name, child) in children {
        let full = join(path, name);
        let field = fields
            .iter()
            .find(|field| field.name == name)
            .ok_or_else(|| unknown(&full))?;
        if matches!(field.need, Need::Unimplemented) {
            return Err(ApiError::unimplemented(&full));
        }
        check_value(child, &field.kind, &full)?;
    }
    let absent = fields
        .iter()
        .find(|field| matches!(field.need, Need::Required) && !children.contains_key(field.name));
    match absent {
        None => Ok(()),
        Some(field) => {
            let full = join(path, field.name);
            let error = ApiError::invalid(format!("Missing required param: {full}."));
            Err(error.code("parameter_missing").param(full))
        }
    }
}

fn check_value(node: &Node, kind: &Kind, path: &str) -> Result<(), ApiError> {
    match (kind, node) {
        (Kind::Object(fields), _) => check_object(node, fields, path),
        (Kind::Metadata, _) => check_metadata(node, path),
        (Kind::List(max, item), _) => check_list(node, *max, item, path),
        (Kind::Window, Node::Map(_)) => check_object(node, WINDOW, path),
        (_, Node::Map(_)) => Err(ApiError::invalid("Invalid string").param(path)),
        (_, Node::Text(text)) if text.is_empty() => Err(empty(path)),
        (_, Node::Text(text)) => check_text(text, kind, path),
    }
}

fn check_text(text: &str, kind: &Kind, path: &str) -> Result<(), ApiError> {
    let chars = text.chars().count();
    match kind {
        Kind::Text(max) if chars > *max => {
            let message = format!("Invalid string: {path} must be at most {max} characters.");
            Err(ApiError::invalid(message).param(path))
        }
        Kind::Url if chars > URL_CHARS_MAX || !is_url(text) => {
            Err(ApiError::invalid("Not a valid URL")
                .code("url_invalid")
                .param(path))
        }
        Kind::Email if !is_email(text) => {
            let message = format!("Invalid email address: {text}");
            Err(ApiError::invalid(message).code("email_invalid").param(path))
        }
        Kind::Integer(low, high) => check_integer(text, *low, *high, path),
        Kind::Window => check_integer(text, 0, i64::MAX, path),
        Kind::Bool if !matches!(text, "true" | "false") => {
            Err(ApiError::invalid(format!("Invalid boolean: {text}")).param(path))
        }
        Kind::Currency if !currency::is_known(text) => {
            Err(ApiError::invalid(format!("Invalid currency: {text}.")).param(path))
        }
        Kind::OneOf(known) if !known.contains(&text) => {
            let message = format!("Invalid {path}: must be one of {}", known.join(", "));
            Err(ApiError::invalid(message).param(path))
        }
        _ => Ok(()),
    }
}

fn check_integer(text: &str, low: i64, high: i64, path: &str) -> Result<(), ApiError> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let value = if digits.bytes().all(|b| b.is_ascii_digit()) {
        text.parse::<i64>().ok()
    } else {
        None
    };
    match value {
        None => {
            let error = ApiError::invalid(format!("Invalid integer: {text}"));
            Err(error.code("parameter_invalid_integer").param(path))
        }
        Some(value) if value < low => {
            let message = format!("This value must be greater than or equal to {low}.");
            Err(ApiError::invalid(message)
                .code("parameter_invalid_integer")
                .param(path))
        }
        Some(value) if value > high => {
            let message = format!("This value must be less than or equal to {high}.");
            Err(ApiError::invalid(message)
                .code("parameter_invalid_integer")
                .param(path))
        }
        Some(_) => Ok(()),
    }
}

fn check_list(node: &Node, max: usize, item: &Kind, path: &str) -> Result<(), ApiError> {
    let Node::Map(children) = node else {
        return Err(ApiError::invalid("Invalid array").param(path));
    };
    if children.keys().any(|index| index.parse::<usize>().is_err()) {
        return Err(ApiError::invalid("Invalid array").param(path));
    }
    if children.len() > max {
        let message = format!("Array {path} exceeded maximum {max} allowed elements.");
        return Err(ApiError::invalid(message).param(path));
    }
    children
        .iter()
        .try_for_each(|(index, child)| check_value(child, item, &join(path, index)))
}

fn check_metadata(node: &Node, path: &str) -> Result<(), ApiError> {
    let Node::Map(children) = node else {
        return Err(ApiError::invalid("Invalid object").param(path));
    };
    if children.len() > METADATA_KEYS_MAX {
        let message = format!("Metadata can have at most {METADATA_KEYS_MAX} keys.");
        return Err(ApiError::invalid(message).param(path));
    }
    for (name, child) in children {
        let full = join(path, name);
        let Node::Text(text) = child else {
            return Err(ApiError::invalid("Metadata values must be strings").param(full));
        };
        if name.chars().count() > METADATA_KEY_CHARS_MAX {
            let message =
                format!("Metadata keys must be at most {METADATA_KEY_CHARS_MAX} characters.");
            return Err(ApiError::invalid(message).param(full));
        }
        check_text(text, &Kind::Text(METADATA_VALUE_CHARS_MAX), &full)?;
    }
    Ok(())
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}[{name}]")
    }
}

fn unknown(path: &str) -> ApiError {
    ApiError::invalid(format!("Received unknown parameter: {path}"))
        .code("parameter_unknown")
        .param(path)
}

fn empty(path: &str) -> ApiError {
    let message = format!(
        "You passed an empty string for '{path}'. We assume empty values are an attempt to unset a \
         parameter; however '{path}' cannot be unset."
    );
    ApiError::invalid(message)
        .code("parameter_invalid_empty")
        .param(path)
}

fn is_url(text: &str) -> bool {
    let host = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    let clean = !text.contains(|c: char| c.is_whitespace() || c.is_control());
    clean && host.is_some_and(|host| !host.is_empty() && !host.starts_with(['/', '?', '#']))
}

fn is_email(text: &str) -> bool {
    let clean = !text.contains(|c: char| c.is_whitespace() || c.is_control());
    clean
        && text.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && domain.contains('.') && !domain.contains('@')
        })
}

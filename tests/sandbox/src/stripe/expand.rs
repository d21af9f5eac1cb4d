//! `expand[]`: ids in an answer replaced by their objects (API reference, "Expanding responses").

use serde_json::{Value, json};

use super::Stripe;
use super::error::ApiError;
use super::form::Node;

const DEPTH_MAX: usize = 4;
/// An expanded list shows this many items.
const EXPANDED_ITEMS_MAX: usize = 10;

impl Stripe {
    /// Expands an answer as its parameters ask.
    pub(super) fn expanded(&self, mut answer: Value, params: &Node) -> Result<Value, ApiError> {
        for path in params.texts("expand") {
            let segments: Vec<&str> = path.split('.').collect();
            if segments.len() > DEPTH_MAX {
                let message =
                    format!("You cannot expand more than {DEPTH_MAX} levels of a property.");
                return Err(ApiError::invalid(message).param("expand"));
            }
            self.expand_at(&mut answer, &segments, &path)?;
        }
        Ok(answer)
    }

    fn expand_at(&self, value: &mut Value, path: &[&str], full: &str) -> Result<(), ApiError> {
        let [name, rest @ ..] = path else {
            return Ok(());
        };
        let refused = || {
            let message = format!("This property cannot be expanded ({full}).");
            ApiError::invalid(message).param("expand")
        };
        if *name == "line_items" && value["object"] == "checkout.session" {
            self.add_line_items(value);
        }
        let field = value.get_mut(*name).ok_or_else(refused)?;
        match field {
            Value::Null => Ok(()),
            Value::Array(items) if *name == "data" && !rest.is_empty() => items
                .iter_mut()
                .try_for_each(|item| self.expand_at(item, rest, full)),
            Value::String(id) => {
                *field = self.object(id).ok_or_else(refused)?;
                self.expand_at(field, rest, full)
            }
            Value::Object(object) if object.contains_key("object") => {
                self.expand_at(field, rest, full)
            }
            _ => Err(refused()),
        }
    }

    fn add_line_items(&self, session: &mut Value) {
        let found = session["id"].as_str().and_then(|id| self.sessions.find(id));
        let Some(found) = found else { return };
        let mut data = found.line_items();
        let has_more = data.len() > EXPANDED_ITEMS_MAX;
        data.truncate(EXPANDED_ITEMS_MAX);
        session["line_items"] = json!({
            "object": "list",
            "data": data,
            "has_more": has_more,
            "url": format!("/v1/checkout/sessions/{}/line_items", found.id),
        });
    }
}

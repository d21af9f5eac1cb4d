//! Stripe's objects on their shelves, and the list pages that Stripe cuts from them (API reference,
//! "Pagination").

use serde_json::{Value, json};
use shared::time::Timestamp;

use super::error::ApiError;
use super::form::Node;
pub(crate) use crate::shelf::Shelf;

/// An object that the API can show.
pub(crate) trait Resource {
    /// The name in error texts, such as `checkout.session`.
    const NAME: &'static str;
    fn id(&self) -> &str;
    fn created(&self) -> Timestamp;
    /// The object as the API shows it now.
    fn json(&self) -> Value;
}

impl<T: Resource> Shelf<T> {
    pub(crate) fn add(&mut self, item: T) {
        self.insert(item.id().to_owned(), item);
    }

    /// The object of a path, or 404.
    pub(crate) fn require(&self, id: &str) -> Result<&T, ApiError> {
        self.find(id).ok_or_else(|| ApiError::missing(T::NAME, id))
    }

    /// One page of the objects that `keep` wants, newest first.
    pub(crate) fn page(
        &self,
        params: &Node,
        url: &str,
        keep: impl Fn(&T) -> bool,
    ) -> Result<Value, ApiError> {
        let limit = params
            .integer("limit")
            .and_then(|n| usize::try_from(n).ok())
            .unwrap_or(10);
        let window = Window::of(params);
        let wanted = |item: &&T| window.holds(item.created()) && keep(item);
        let after = self.cursor(params, "starting_after")?;
        let before = self.cursor(params, "ending_before")?;
        let (mut page, has_more) = match (after, before) {
            (Some(_), Some(_)) => {
                let message = "You can only use one of ending_before or starting_after.";
                return Err(ApiError::invalid(message).param("ending_before"));
            }
            (None, Some(index)) => {
                let mut newer = self.all()[index + 1..].iter().filter(wanted);
                let mut page: Vec<&T> = newer.by_ref().take(limit).collect();
                page.reverse();
                (page, newer.next().is_some())
            }
            (after, None) => {
                let end = after.unwrap_or(self.all().len());
                let mut older = self.all()[..end].iter().rev().filter(wanted);
                let page: Vec<&T> = older.by_ref().take(limit).collect();
                (page, older.next().is_some())
            }
        };
        let data: Vec<Value> = page.drain(..).map(Resource::json).collect();
        Ok(json!({ "object": "list", "data": data, "has_more": has_more, "url": url }))
    }

    fn cursor(&self, params: &Node, name: &str) -> Result<Option<usize>, ApiError> {
        let Some(id) = params.text(name) else {
            return Ok(None);
        };
        match self.position(id) {
            Some(index) => Ok(Some(index)),
            None => Err(ApiError::missing_in(name, T::NAME, id)),
        }
    }
}

/// The `created` filter.
struct Window {
    from: i64,
    to: i64,
}

impl Window {
    fn of(params: &Node) -> Self {
        if let Some(exact) = params.integer("created") {
            return Self {
                from: exact,
                to: exact,
            };
        }
        let bound = |name| {
            params
                .child("created")
                .and_then(|created| created.integer(name))
        };
        let from = bound("gte").max(bound("gt").map(|at| at.saturating_add(1)));
        let to = [bound("lte"), bound("lt").map(|at| at.saturating_sub(1))];
        Self {
            from: from.unwrap_or(i64::MIN),
            to: to.into_iter().flatten().min().unwrap_or(i64::MAX),
        }
    }

    fn holds(&self, at: Timestamp) -> bool {
        (self.from..=self.to).contains(&at.0)
    }
}

//! Things by id and by age.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

/// All objects of one kind, oldest first.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Shelf<T> {
    items: Vec<T>,
    by_id: HashMap<String, usize>,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            by_id: HashMap::new(),
        }
    }
}

impl<T> Shelf<T> {
    pub(crate) fn insert(&mut self, id: String, item: T) {
        self.by_id.insert(id, self.items.len());
        self.items.push(item);
    }

    pub(crate) fn find(&self, id: &str) -> Option<&T> {
        self.position(id).map(|index| &self.items[index])
    }

    pub(crate) fn find_mut(&mut self, id: &str) -> Option<&mut T> {
        self.position(id).map(|index| &mut self.items[index])
    }

    pub(crate) fn all(&self) -> &[T] {
        &self.items
    }

    /// The index in [`Shelf::all`].
    pub(crate) fn position(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }
}

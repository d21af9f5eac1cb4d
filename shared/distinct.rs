//! Short lists in which everything stands once.

/// Each item once, in order. By insertion: for the few items of one request, where a general sort
/// would be more code than all that it sorts.
pub fn distinct<T: Ord>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut found = Vec::new();
    for item in items {
        if let Err(place) = found.binary_search(&item) {
            found.insert(place, item);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_item_stands_once_and_in_order() {
        let codes = distinct(["USD", "EUR", "JPY", "EUR", "USD"].into_iter());
        assert_eq!(codes, ["EUR", "JPY", "USD"]);
        assert_eq!(distinct("abca".chars()).len(), 3);
        assert!(distinct(std::iter::empty::<u8>()).is_empty());
    }
}

//! Who paid, as a search finds them.

/// The key by which a payer's name is found: its words in lower case, sorted, with one space between.
/// `LOVELACE, Ada` and `Ada Lovelace` are the same payer, however a bank writes the name and whoever
/// types it. Letters are not folded: `Zoe` is not `Zoë`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayerName(String);

impl PayerName {
    /// A search takes no more than this.
    const CHARS_MAX: usize = 255;

    /// The key of a name; `None` for a text without a letter or digit, or that is no name by its length.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.to_lowercase();
        let mut words: Vec<&str> = Vec::new();
        for word in text.split(parts_words) {
            if !word.is_empty() {
                words.insert(words.partition_point(|before| *before < word), word);
            }
        }
        let key = words.join(" ");
        let is_kept = (1..=Self::CHARS_MAX).contains(&key.chars().count());
        is_kept.then_some(Self(key))
    }

    /// The key.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Signs and spaces, in the blocks that have nothing else. A table of all letters of Unicode would be
/// heavier than everything that is done with names here.
fn parts_words(c: char) -> bool {
    match c {
        '\0'..='\u{bf}' => !c.is_ascii_alphanumeric(),
        '\u{2000}'..='\u{206f}'
        | '\u{3000}'..='\u{303f}'
        | '\u{30fb}'
        | '\u{ff00}'..='\u{ff0f}' => true,
        _ => false,
    }
}

impl From<&PayerName> for crate::statement::Value {
    fn from(name: &PayerName) -> Self {
        name.as_str().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_payer_name_format_unchanged() {
        for (text, key) in [
            ("Ada Lovelace", Some("ada lovelace")),
            ("LOVELACE, Ada", Some("ada lovelace")),
            ("  lovelace\t\u{a0}ADA\r\n", Some("ada lovelace")),
            ("Zoë Ångström", Some("zoë ångström")),
            ("ÅNGSTRÖM ZOË", Some("zoë ångström")),
            ("Zoe Angstrom", Some("angstrom zoe")),
            ("Anne-Marie O'Neil", Some("anne marie neil o")),
            ("o’neil, anne marie", Some("anne marie neil o")),
            ("ΟΔΥΣΣΕΥΣ", Some("οδυσσευς")),
            ("李 小龙", Some("小龙 李")),
            ("アダ・ラブレス", Some("アダ ラブレス")),
            ("李\u{3000}小龙，", Some("小龙 李")),
            ("Ada\u{2009}Lovelace", Some("ada lovelace")),
            ("Müller GmbH & Co. KG 2", Some("2 co gmbh kg müller")),
            ("Ada Ada", Some("ada ada")),
            ("' OR 1=1 --", Some("1 1 or")),
            ("", None),
            (" \u{200b} ", None),
            ("-- '%_' --", None),
            ("a\u{0}b", Some("a b")),
        ] {
            let name = PayerName::parse(text);
            assert_eq!(name.as_ref().map(PayerName::as_str), key, "{text:?}");
            if let Some(key) = key {
                assert_eq!(PayerName::parse(key), name, "the key of a key: {text:?}");
            }
        }
    }

    #[test]
    fn a_key_is_bounded_in_characters() {
        let longest = PayerName::parse(&"Å".repeat(255)).unwrap();
        assert_eq!(longest.as_str().chars().count(), 255);
        assert_eq!(PayerName::parse(&"Å".repeat(256)), None);
        assert_eq!(PayerName::parse(&"Å ".repeat(1_000)), None);
    }
}

//! Enumerations that Stripe may extend at any time.

/// Makes an enum of the texts known today plus `Other`, which keeps a text of tomorrow.
macro_rules! open_enum {
    ($(#[$doc:meta])* $vis:vis enum $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        $vis enum $name {
            $($(#[$variant_doc])* $variant,)+
            /// A value that did not exist when this was written.
            Other(String),
        }

        impl $name {
            /// Reads Stripe's text; never fails.
            #[must_use]
            $vis fn parse(text: &str) -> Self {
                match text {
                    $($text => Self::$variant,)+
                    other => Self::Other(other.to_owned()),
                }
            }

            /// Stripe's text.
            #[must_use]
            $vis fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::Other(text) => text,
                }
            }
        }
    };
}

pub(super) use open_enum;

#[cfg(test)]
mod tests {
    open_enum!(
        /// For the test.
        enum Colour {
            /// Red.
            Red = "red",
            /// Blue.
            Blue = "dark_blue",
        }
    );

    #[test]
    fn known_and_unknown_texts_are_kept() {
        assert_eq!(Colour::parse("red"), Colour::Red);
        assert_eq!(Colour::parse("dark_blue"), Colour::Blue);
        assert_eq!(Colour::parse("Red"), Colour::Other("Red".to_owned()));
        for text in ["red", "dark_blue", "", "teal"] {
            assert_eq!(Colour::parse(text).as_str(), text);
        }
    }
}

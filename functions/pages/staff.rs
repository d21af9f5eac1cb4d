//! The pages of the staff door.
//!
//! Staff's pages are many and alike, so there is one template: a page is a title and a list of
//! blocks. Every form gets the session's token from the page, so that none can be without it.

use super::{Frame, Hidden, Time};
use askama::Template;
use askama::filters::HtmlSafe;
use shared::time::Timestamp;

/// A page for staff.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "staff.html")]
pub struct StaffPage {
    /// What stands around the page.
    pub frame: Frame,
    /// The address that its reader signed in with.
    pub who: String,
    /// Where they may go.
    pub places: Vec<Place>,
    /// The heading, and the page's title.
    pub title: String,
    /// What every form carries; see [`shared::id::FormToken`].
    pub form_token: String,
    /// The content.
    pub blocks: Vec<Block>,
}

/// A link of the navigation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Where it leads.
    pub href: &'static str,
    /// Its words.
    pub words: &'static str,
    /// Whether this is the page.
    pub is_here: bool,
}

/// A piece of a page. Ids are unique on a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// Something to be seen first.
    Notice(Vec<Cell>),
    /// A sentence.
    Text(String),
    /// Names and values.
    Facts {
        /// Its heading.
        heading: String,
        /// In the order of reading.
        facts: Vec<(&'static str, Cell)>,
    },
    /// Rows with the same columns.
    Table(Table),
    /// Something to fill in.
    Form(Form),
    /// A picture of ours, never of another site.
    Picture {
        /// Its address here.
        src: String,
        /// What it shows, for whoever cannot see it.
        alt: String,
    },
}

/// A table. Its first column names the row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its heading.
    pub heading: String,
    /// The names of its columns.
    pub columns: &'static [&'static str],
    /// As many cells each as there are columns.
    pub rows: Vec<Vec<Cell>>,
    /// What is said when there is no row.
    pub empty: &'static str,
    /// Leads to what did not fit.
    pub more: Option<String>,
}

/// A value as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Words.
    Text(String),
    /// Words that matter.
    Strong(String),
    /// Something that is read letter by letter.
    Code(String),
    /// A moment.
    At(Timestamp),
    /// Leads somewhere.
    Link {
        /// Where.
        href: String,
        /// Its words.
        words: String,
    },
    /// A button that acts at once.
    Press {
        /// Where the form is sent.
        action: &'static str,
        /// What it carries.
        hidden: Vec<Hidden>,
        /// Its words.
        words: String,
    },
}

/// Something to fill in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// Its heading.
    pub heading: String,
    /// What happens when it is sent.
    pub note: String,
    /// Where it is sent.
    pub action: String,
    /// What it carries besides.
    pub hidden: Vec<Hidden>,
    /// What is asked.
    pub fields: Vec<Field>,
    /// The button.
    pub button: String,
    /// Whether it takes something away from somebody: its button looks like no other.
    pub grave: bool,
}

/// A field of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name in the form, and its id on the page: no two forms of a page share one.
    pub name: String,
    /// Its label.
    pub label: String,
    /// What to know before filling it in.
    pub hint: Option<String>,
    /// What it holds, as it was typed.
    pub value: String,
    /// What is filled in.
    pub kind: FieldKind,
    /// Whether it may stay empty.
    pub required: bool,
    /// What is wrong with what was typed.
    pub error: Option<String>,
}

/// What is filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldKind {
    /// A line.
    Line,
    /// A day.
    Date,
    /// Some sentences.
    Lines,
    /// One of several, by value and words.
    Choice(Vec<(String, String)>),
}

/// A value as it is shown, with what its form carries.
#[derive(Template)]
#[template(path = "staff_cell.html")]
struct ShownCell<'a> {
    cell: &'a Cell,
    form_token: &'a str,
}

/// What a field of every kind carries in its tag.
#[derive(Template)]
#[template(path = "staff_attributes.html")]
struct Attributes<'a> {
    field: &'a Field,
}

impl HtmlSafe for ShownCell<'_> {}
impl HtmlSafe for Attributes<'_> {}

impl StaffPage {
    fn cell<'a>(&'a self, cell: &'a Cell) -> ShownCell<'a> {
        ShownCell {
            cell,
            form_token: &self.form_token,
        }
    }

    /// Every field with an error.
    fn errors(&self) -> Vec<(&Field, &str)> {
        let fields = self.blocks.iter().flat_map(|block| match block {
            Block::Form(form) => form.fields.as_slice(),
            Block::Notice(_)
            | Block::Text(_)
            | Block::Facts { .. }
            | Block::Table(_)
            | Block::Picture { .. } => &[],
        });
        fields
            .filter_map(|field| Some((field, field.error.as_deref()?)))
            .collect()
    }
}

impl Field {
    fn attributes(&self) -> Attributes<'_> {
        Attributes { field: self }
    }

    /// The ids of what describes the field; empty for none.
    fn described_by(&self) -> String {
        let hint = self.hint.iter().map(|_| "hint");
        let error = self.error.iter().map(|_| "error");
        let parts: Vec<String> = hint
            .chain(error)
            .map(|part| format!("{}-{part}", self.name))
            .collect();
        parts.join(" ")
    }
}

impl Cell {
    /// Words.
    pub fn text(words: impl Into<String>) -> Self {
        Self::Text(words.into())
    }

    /// Something that is read letter by letter.
    pub fn code(words: impl Into<String>) -> Self {
        Self::Code(words.into())
    }

    /// Leads somewhere.
    pub fn link(href: impl Into<String>, words: impl Into<String>) -> Self {
        Self::Link {
            href: href.into(),
            words: words.into(),
        }
    }
}

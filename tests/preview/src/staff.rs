//! The pages of the staff door: each kind of block, filled, empty, wrong and hostile.

use edgetill::pages::Hidden;
use edgetill::pages::staff::{Block, Cell, Field, FieldKind, Form, Place, StaffPage, Table};
use shared::time::Timestamp;

use crate::pages::{frame, hostile_frame};

/// Staff pages by name.
pub(crate) fn all() -> Vec<(&'static str, StaffPage)> {
    vec![
        ("staff-list", list()),
        ("staff-list-empty", empty()),
        ("staff-detail", detail()),
        ("staff-errors", errors()),
        ("staff-hostile", hostile()),
    ]
}

const OPENED: Timestamp = Timestamp(1_795_284_000);

fn page(title: &str, blocks: Vec<Block>) -> StaffPage {
    let place = |href, words| Place {
        href,
        words,
        is_here: words == title,
    };
    StaffPage {
        frame: frame(),
        who: "ruth@lumen.example".into(),
        places: vec![
            place("/staff", "Proofs to review"),
            place("/staff/search", "Find an order"),
            place("/staff/cases", "Open cases"),
            place("/staff/people", "People"),
        ],
        title: title.into(),
        form_token: "7V0RBTTA93CWB431386YV3VWZ64EZ3E0".into(),
        blocks,
    }
}

fn table(rows: Vec<Vec<Cell>>, more: Option<&str>) -> Block {
    Block::Table(Table {
        heading: "Oldest first".into(),
        columns: &["Case", "Order", "Opened", "What to do", "Change"],
        rows,
        empty: "Nothing waits for anybody.",
        more: more.map(Into::into),
    })
}

fn list() -> StaffPage {
    let row = |subject: &str, words: &str| {
        vec![
            Cell::link(
                format!("/staff/cases?kind=money_late&subject={subject}"),
                words,
            ),
            Cell::link("/staff/orders/A7QK4T9XW2F3CM", "A7QK-4T9X-W2F3-CM"),
            Cell::At(OPENED),
            Cell::text("The order had ended when this money came. Send it back the way it came."),
            Cell::Press {
                action: "/staff/cases",
                hidden: vec![Hidden::new("subject", subject)],
                words: format!("Take {subject}"),
            },
        ]
    };
    let rows = vec![row("cs_1", "Money late"), row("cs_2", "Dispute")];
    page(
        "Open cases",
        vec![table(rows, Some("/staff/cases?after=1795284000"))],
    )
}

fn empty() -> StaffPage {
    page("Open cases", vec![table(Vec::new(), None)])
}

fn field(name: &str, label: &str, kind: FieldKind) -> Field {
    Field {
        name: name.into(),
        label: label.into(),
        hint: None,
        value: String::new(),
        kind,
        required: true,
        error: None,
    }
}

fn form() -> Form {
    let choices = vec![
        ("unreadable".into(), "It cannot be read".into()),
        ("wrong_amount".into(), "It shows another amount".into()),
    ];
    let mut amount = field("amount", "Amount on the statement", FieldKind::Line);
    amount.hint = Some("As it came in, such as 119.00.".into());
    Form {
        heading: "Decide".into(),
        note: "The buyer is told at once.".into(),
        action: "/staff/cases".into(),
        hidden: vec![Hidden::new("version", "4")],
        fields: vec![
            amount,
            field("date", "Value date", FieldKind::Date),
            field("code", "Reason", FieldKind::Choice(choices)),
            Field {
                required: false,
                ..field("note", "In your own words", FieldKind::Lines)
            },
        ],
        button: "Decide".into(),
        grave: false,
    }
}

fn detail() -> StaffPage {
    let facts = vec![
        (
            "Order",
            Cell::link("/staff/orders/A7QK4T9XW2F3CM", "A7QK-4T9X-W2F3-CM"),
        ),
        ("Due", Cell::Strong("119.00\u{a0}EUR".into())),
        ("Reference", Cell::code("A7QK-4T9X-W2F3-CM")),
        ("Handed in", Cell::At(OPENED)),
    ];
    let blocks = vec![
        Block::Notice(vec![
            Cell::text("The same file was handed in for another order:"),
            Cell::link("/staff/orders/A7QK4T9XW2F3CM", "A7QK-4T9X-W2F3-CM"),
        ]),
        Block::Facts {
            heading: "What is due".into(),
            facts,
        },
        Block::Picture {
            src: "/staff/proofs/D2ED5SR3Q06W2S/file".into(),
            alt: "The document that the buyer handed in".into(),
        },
        Block::Form(form()),
        Block::Form(Form {
            heading: "Reject".into(),
            fields: Vec::new(),
            button: "Reject".into(),
            grave: true,
            ..form()
        }),
    ];
    page("A proof", blocks)
}

fn errors() -> StaffPage {
    let mut form = form();
    for field in &mut form.fields {
        field.error = Some("Please enter what stands on the statement.".into());
        field.value = "yesterday & <b>before</b>".into();
    }
    page("A proof", vec![Block::Form(form)])
}

fn hostile() -> StaffPage {
    let text = crate::hostile();
    let mut form = form();
    form.heading.clone_from(&text);
    form.note.clone_from(&text);
    form.action.clone_from(&text);
    form.button.clone_from(&text);
    form.hidden = vec![Hidden::new(text.clone(), text.clone())];
    for field in &mut form.fields {
        field.value.clone_from(&text);
        field.hint = Some(text.clone());
        field.error = Some(text.clone());
        if let FieldKind::Choice(choices) = &mut field.kind {
            choices.push((text.clone(), text.clone()));
        }
    }
    let cells = || {
        vec![
            Cell::text(&*text),
            Cell::Strong(text.clone()),
            Cell::code(&*text),
            Cell::link(&*text, &*text),
            Cell::Press {
                action: "/staff/cases",
                hidden: vec![Hidden::new(text.clone(), text.clone())],
                words: text.clone(),
            },
        ]
    };
    let blocks = vec![
        Block::Notice(cells()),
        Block::Facts {
            heading: text.clone(),
            facts: cells().into_iter().map(|cell| ("Fact", cell)).collect(),
        },
        Block::Table(Table {
            heading: text.clone(),
            columns: &["One", "Two", "Three", "Four", "Five"],
            rows: vec![cells()],
            empty: "",
            more: Some(text.clone()),
        }),
        Block::Picture {
            src: text.clone(),
            alt: text.clone(),
        },
        Block::Form(form),
    ];
    StaffPage {
        frame: hostile_frame(),
        who: text.clone(),
        form_token: text.clone(),
        title: text.clone(),
        ..page(&text, blocks)
    }
}

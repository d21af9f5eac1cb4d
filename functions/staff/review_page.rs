//! What a reviewer is shown.

use shared::bank::TransferReference;
use shared::email::age;
use shared::field::FieldProblem;
use shared::order::Order;
use shared::payment::UNCONFIRMED_AFTER_S;
use shared::proof::{MediaType, Proof, ProofState, RejectionCode};
use shared::review::{Decision, may_decide};
use shared::staff::{Member, RelatedProof};
use shared::time::Timestamp;

use super::desk::Desk;
use super::review::{ACCOUNT, CODE, NOTE, PROOF, REASON, SEEN, STATEMENT, Shown};
use super::search::link;
use super::signatures;
use super::words::{name_of, spaced};
use crate::failure::Failure;
use crate::http::Reply;
use crate::pages::Hidden;
use crate::pages::staff::{Block, Cell, Field, FieldKind, Form, Table};

/// The page, with what somebody is told first, and what is wrong with a form that was sent from it.
pub(super) fn show(
    desk: &Desk<'_>,
    status: u16,
    shown: &Shown,
    told: Vec<Block>,
    problems: &[FieldProblem],
    now: Timestamp,
) -> Result<Reply, Failure> {
    let mut blocks = told;
    blocks.extend(warnings(desk, shown));
    blocks.push(facts(shown, now));
    if let Some(proof) = shown.waiting() {
        blocks.extend(document(proof));
        let forms = [
            Block::Form(approving(desk, shown, proof, problems)),
            Block::Form(rejecting(desk, shown, proof, problems)),
        ];
        blocks.extend(for_deciders(forms, &shown.found.order, &shown.member));
    }
    blocks.push(proofs(&shown.found.bank.proofs));
    blocks.push(decisions(&shown.decisions));
    let title = format!("Review of {}", shown.found.order.order_number);
    desk.page(status, &shown.member, title, blocks)
}

/// Forms that decide about an order, or who may send them where `member` has ordered it (S65).
pub(super) fn for_deciders(
    forms: impl IntoIterator<Item = Block>,
    order: &Order,
    member: &Member,
) -> Vec<Block> {
    let mut blocks: Vec<Block> = forms.into_iter().collect();
    if may_decide(order, &member.email.actor()).is_err() && !blocks.is_empty() {
        blocks = vec![notice(
            "This is your own order, so another reviewer or an admin decides about it.",
        )];
    }
    blocks
}

fn notice(words: impl Into<String>) -> Block {
    Block::Notice(vec![Cell::text(words)])
}

/// What should make a reviewer wary, before anything else.
fn warnings(desk: &Desk<'_>, shown: &Shown) -> Vec<Block> {
    let order = &shown.found.order;
    let mut blocks = Vec::new();
    if shown.waiting().is_none() {
        blocks.push(notice("No proof of this order waits for a review."));
        return blocks;
    }
    if let Some(newer) = order.replaced_by {
        blocks.push(Block::Notice(vec![
            Cell::text(
                "Another order replaces this one, and takes the money while it is to be paid:",
            ),
            link(newer),
        ]));
    } else if !order.state.takes_money() {
        blocks.push(notice(format!(
            "The order is {}. What its transfer brought is set aside as unapplied when you approve.",
            name_of(&order.state)
        )));
    }
    for related in &shown.related {
        let alike = match (related.same_file, related.same_reference) {
            (true, _) => "The same file was handed in for",
            (false, _) => "The same transfer is named for",
        };
        blocks.push(Block::Notice(vec![
            Cell::text(alike),
            link(related.order_number),
            Cell::text(format!("({})", name_of(&related.state))),
        ]));
    }
    if let Some(receipt) = &shown.receipt {
        let what = match (receipt.returned_at, receipt.applied_minor) {
            (Some(_), _) => "The bank has taken back the transfer that the buyer names.",
            (None, 0) => "The transfer that the buyer names is known, and pays nothing now.",
            (None, _) => "The transfer that the buyer names has paid something before.",
        };
        blocks.push(notice(what));
    }
    let waiting = shown.waiting().map(|proof| proof.proof_id);
    let signed = signatures::shown(&shown.decisions, waiting, &shown.member);
    if signed.is_empty() && desk.settings.two_approvers.are_needed(order.total()) {
        blocks.push(notice(
            "An amount like this needs two people to approve it.",
        ));
    }
    blocks.extend(signed);
    blocks
}

fn facts(shown: &Shown, now: Timestamp) -> Block {
    let order = &shown.found.order;
    let mut facts = vec![
        ("Order", link(order.order_number)),
        ("Due", Cell::Strong(order.due().display())),
        ("Total", Cell::text(order.total().display())),
        ("Received", Cell::text(order.received().display())),
        (
            "Reference to quote",
            Cell::code(order.order_number.to_string()),
        ),
        ("State", Cell::text(name_of(&order.state))),
        ("Buyer", Cell::text(order.customer.name.as_str())),
        ("Billed to", Cell::text(order.billing.name.as_str())),
    ];
    if let Some(proof) = shown.waiting() {
        let waited = now.seconds_since(proof.uploaded_at);
        let words = age::in_words(waited);
        facts.extend([
            (
                "Says to have paid to",
                Cell::text(proof.bank_account_id.as_str()),
            ),
            ("Says the bank calls it", said(&proof.transfer_reference)),
            ("File", said(&proof.file_name)),
            ("Handed in", Cell::At(proof.uploaded_at)),
            (
                "Waiting for",
                if waited >= UNCONFIRMED_AFTER_S {
                    Cell::Strong(format!("{words}: late, 30 minutes were promised"))
                } else {
                    Cell::text(words)
                },
            ),
        ]);
    }
    Block::Facts {
        heading: "What is due".into(),
        facts,
    }
}

fn said(text: &str) -> Cell {
    if text.is_empty() {
        Cell::text("Nothing said")
    } else {
        Cell::code(text)
    }
}

/// The document, as far as it may be shown.
fn document(proof: &Proof) -> Vec<Block> {
    let src = format!("/staff/proofs/{}", proof.proof_id.as_str());
    if proof.media_type == MediaType::Pdf {
        return vec![Block::Notice(vec![
            Cell::text("The document is a PDF of the buyer's. Open it with care:"),
            Cell::link(src, "save the document"),
        ])];
    }
    let alt = "The document that the buyer handed in".to_owned();
    vec![Block::Picture { src, alt }]
}

fn approving(desk: &Desk<'_>, shown: &Shown, proof: &Proof, problems: &[FieldProblem]) -> Form {
    let order = &shown.found.order;
    let mut hidden = carried(shown, proof);
    let accounts = shown.found.bank.ever_offered().map(|account| {
        let id = account.bank_account_id.as_str();
        let words = format!("{}, {} ({id})", account.bank_name, account.account_number);
        (id.to_owned(), words)
    });
    let mut accounts: Vec<(String, String)> = accounts.collect();
    let said = proof.bank_account_id.as_str();
    if !accounts.iter().any(|(id, _)| id == said) {
        accounts.push((said.to_owned(), format!("{said} (retired)")));
    }
    let mut account = desk.field(ACCOUNT, "Came in on", FieldKind::Choice(accounts), problems);
    if account.value.is_empty() {
        said.clone_into(&mut account.value);
    }
    let mut amount = desk.field(
        STATEMENT.amount,
        "Amount for this order, as on the statement",
        FieldKind::Line,
        problems,
    );
    let due = order.due();
    amount.hint = Some(format!(
        "In {}, such as {}. Less leaves the rest due; more is set aside.",
        order.currency,
        due.decimal_string()
    ));
    let mut fields = vec![
        account,
        amount,
        desk.field(
            STATEMENT.value_date,
            "Value date",
            FieldKind::Date,
            problems,
        ),
        desk.field(
            STATEMENT.reference,
            "What the bank calls the transfer",
            FieldKind::Line,
            problems,
        ),
        sender(desk, STATEMENT.payer_name, problems),
    ];
    for related in shown.payable_together() {
        hidden.push(Hidden::new(
            related_version(related),
            related.version.to_string(),
        ));
        let label = format!("Of the same transfer, for order {}", related.order_number);
        let name = related_amount(related);
        let mut field = desk.field(&name, &label, FieldKind::Line, problems);
        field.required = false;
        field.hint = Some("Empty if this transfer is for one order only.".into());
        fields.push(field);
    }
    let mut note = desk.field(NOTE, "Note for the history", FieldKind::Lines, problems);
    note.required = false;
    fields.push(note);
    Form {
        heading: "Approve".into(),
        note:
            "Only when the money stands on our own bank's statement. What the document shows is a \
               claim. The buyer is told at once."
                .into(),
        action: format!("/staff/orders/{}/approve", order.order_number.as_str()),
        hidden,
        fields,
        button: "Approve".into(),
        grave: false,
    }
}

fn rejecting(desk: &Desk<'_>, shown: &Shown, proof: &Proof, problems: &[FieldProblem]) -> Form {
    let codes = RejectionCode::ALL.map(|code| {
        let words = if code == RejectionCode::Other {
            "Another reason, in your own words"
        } else {
            code.words()
        };
        (code.as_str().to_owned(), words.to_owned())
    });
    let mut codes = Vec::from(codes);
    codes.insert(0, (String::new(), "Choose a reason".into()));
    let mut reason = desk.field(REASON, "In your own words", FieldKind::Lines, problems);
    reason.required = false;
    reason.hint = Some("Needed with “Another reason”. The buyer reads this.".into());
    let number = shown.found.order.order_number;
    Form {
        heading: "Reject".into(),
        note:
            "The buyer is told why at once, and can hand in another document, pay in another way \
               or cancel."
                .into(),
        action: format!("/staff/orders/{}/reject", number.as_str()),
        hidden: carried(shown, proof),
        fields: vec![
            desk.field(CODE, "Reason", FieldKind::Choice(codes), problems),
            reason,
        ],
        button: "Reject".into(),
        grave: true,
    }
}

fn carried(shown: &Shown, proof: &Proof) -> Vec<Hidden> {
    vec![
        Hidden::new(PROOF, proof.proof_id.as_str()),
        Hidden::new(SEEN, shown.found.order.version.to_string()),
    ]
}

/// The label of [`sender`].
pub(super) const SENDER: &str = "Name of the sender, as on the statement";

/// The field for who sent a transfer; nobody has to fill it in.
pub(super) fn sender(desk: &Desk<'_>, name: &str, problems: &[FieldProblem]) -> Field {
    let mut field = desk.field(name, SENDER, FieldKind::Line, problems);
    field.required = false;
    field.hint = Some("Whoever searches for this name finds the order.".into());
    field
}

/// The field with the part of another order.
pub(super) fn related_amount(related: &RelatedProof) -> String {
    format!("amount-{}", related.proof_id.as_str())
}

/// What carries the version of another order that was seen.
pub(super) fn related_version(related: &RelatedProof) -> String {
    format!("seen-{}", related.proof_id.as_str())
}

/// Every proof of the order, the newest first.
pub(super) fn proofs(proofs: &[Proof]) -> Block {
    let row = |proof: &Proof| {
        let file = if proof.removed_at.is_some() {
            Cell::text("Removed, its time was over")
        } else {
            let href = format!("/staff/proofs/{}", proof.proof_id.as_str());
            Cell::link(href, proof.media_type.as_str())
        };
        let state = match proof.state {
            ProofState::Waiting => Cell::Strong(name_of(&proof.state)),
            ProofState::Approved | ProofState::Rejected | ProofState::Superseded => {
                Cell::Text(name_of(&proof.state))
            }
        };
        vec![
            Cell::At(proof.uploaded_at),
            state,
            file,
            Cell::text(proof.bank_account_id.as_str()),
            said(&proof.transfer_reference),
            Cell::text(&*proof.file_name),
        ]
    };
    Block::Table(Table {
        heading: "Proofs of this order".into(),
        columns: &[
            "Handed in",
            "State",
            "Document",
            "Account",
            "Reference",
            "File name",
        ],
        rows: proofs.iter().map(row).collect(),
        empty: "None was handed in.",
        more: None,
    })
}

/// What was decided about the order.
pub(super) fn decisions(decisions: &[Decision]) -> Block {
    let row = |decision: &Decision| {
        let amount = decision.amount().map(shared::money::Money::display);
        let reference = decision
            .bank_reference
            .as_ref()
            .map(TransferReference::as_str);
        let code = decision.reason_code.as_deref().map(spaced);
        let why = [code.unwrap_or_default(), decision.reason.clone()];
        vec![
            Cell::At(decision.decided_at),
            Cell::text(name_of(&decision.verdict)),
            Cell::text(&*decision.decided_by),
            Cell::text(amount.unwrap_or_else(|| "–".into())),
            Cell::code(reference.unwrap_or("–")),
            Cell::text(why.join(" ").trim()),
        ]
    };
    Block::Table(Table {
        heading: "Decisions".into(),
        columns: &["When", "What", "Who", "Amount", "Reference", "Why"],
        rows: decisions.iter().map(row).collect(),
        empty: "Nothing was decided yet.",
        more: None,
    })
}

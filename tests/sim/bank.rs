//! What staff make of bank transfers. Reviewers decide about pages that they opened a while ago.

use common::{staff, told};
use edgetill::failure::Failure;
use edgetill::review::{Approval, ByHand, Decided, Decider, Part, Rejection, Revocation};
use serde_json::Value as Json;
use shared::bank::{BankAccountId, TransferReference, ValueDate};
use shared::id::{OrderNumber, ProofId};
use shared::proof::RejectionCode;
use shared::review::RevocationCode;

use crate::run::Sim;
use crate::transfers::Line;

/// A review page as somebody has it before them.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    order: String,
    proof: String,
    seen: u32,
}

/// Where an order stands, as staff would find it.
struct Standing {
    state: String,
    version: u32,
    total_minor: i64,
    due_minor: i64,
}

impl Standing {
    fn takes_money(&self) -> bool {
        matches!(self.state.as_str(), "unpaid" | "in_review" | "rejected")
    }
}

const REVIEWERS: [&str; 2] = ["ruth", "omar"];
const DAY: &str = "2026-11-21";

impl Sim {
    /// Somebody opens a review page, and will decide about it some time.
    pub(crate) fn open_review(&mut self) {
        let waiting = "SELECT p.order_number, p.proof_id, o.version FROM proofs p
             JOIN orders o USING (order_number) WHERE p.state = 'waiting'";
        // Nobody keeps many.
        if self.pages.len() > 3 {
            self.pages.remove(0);
        }
        if let Some(row) = self.any(waiting) {
            self.pages.push(page(&row));
        }
    }

    pub(crate) fn review(&mut self) {
        if self.pages.is_empty() {
            return self.open_review();
        }
        let index = self.random.below(self.pages.len());
        // A page may be sent twice, as from two windows.
        let page = if self.random.one_in(6) {
            self.pages[index].clone()
        } else {
            self.pages.swap_remove(index)
        };
        let by = staff(self.random.of(&REVIEWERS));
        match self.line_for(&page.order) {
            Some(line) if !self.random.one_in(8) => {
                self.approve_page(&by, &page, &line);
            }
            _ => self.reject_page(&by, &page),
        }
    }

    /// What the statements have for an order: mostly a transfer that has paid nothing yet.
    fn line_for(&mut self, order: &str) -> Option<Line> {
        let careless = self.random.one_in(6);
        let mut lines = self.statement.iter().filter(|line| line.is_for(order));
        let found = lines.find(|line| careless || self.is_unused(line));
        found.cloned()
    }

    fn is_unused(&self, line: &Line) -> bool {
        let used = self.shop.rows(&format!(
            "SELECT 1 FROM bank_receipts WHERE bank_reference = '{}'
             AND (applied_minor > 0 OR returned_at IS NOT NULL)",
            line.reference
        ));
        used.is_empty()
    }

    fn approve_page(&mut self, by: &Decider, page: &Page, line: &Line) -> Option<Decided> {
        let (parts, before) = self.parts(page, line);
        let approval = Approval {
            bank_account_id: account(line.account),
            reference: reference(line),
            value_date: day(),
            payer_name: None,
            whole: line.money(line.amount_minor),
            parts,
            note: String::new(),
        };
        let decided = self.shop.approve_proof(by, &approval);
        for (part, (order, standing)) in approval.parts.iter().zip(&before) {
            self.check_booked(&decided, order, standing, part);
        }
        self.decided(decided)
    }

    /// What a transfer pays of each order: of both that it is for while both wait (S29), else it is
    /// all for the one that is looked at.
    fn parts(&self, page: &Page, line: &Line) -> (Vec<Part>, Vec<(String, Standing)>) {
        let waits = |order: &str| {
            let rows = self.shop.rows(&format!(
                "SELECT p.order_number, p.proof_id, o.version FROM proofs p
                 JOIN orders o USING (order_number)
                 WHERE p.state = 'waiting' AND p.order_number = '{order}'"
            ));
            rows.first().map(self::page)
        };
        let others = line.parts.iter().filter(|(order, _)| *order != page.order);
        let others: Vec<_> = others
            .filter_map(|(order, minor)| Some((waits(order)?, *minor)))
            .collect();
        let elsewhere: i64 = others.iter().map(|(_, minor)| minor).sum();
        let here = (page.clone(), line.amount_minor - elsewhere);
        let all = std::iter::once(here).chain(others);
        let part = |(page, minor): (Page, i64)| {
            let part = Part {
                proof_id: ProofId::parse(&page.proof).expect("a proof"),
                seen: page.seen,
                amount: line.money(minor),
            };
            let standing = self.standing(&page.order);
            (part, (page.order, standing))
        };
        all.map(part).unzip()
    }

    /// What an approval made of an order is what its figures say (S27, S28, S30), it was about the
    /// version that was looked at (S64), and it revives nothing (S25, S66).
    fn check_booked(
        &self,
        decided: &Result<Decided, Failure>,
        order: &str,
        before: &Standing,
        part: &Part,
    ) {
        let after = self.standing(order);
        match decided {
            Ok(Decided::Done(_)) => {
                assert_eq!(part.seen, before.version, "S64: {order}");
                let minor = part.amount.amount_minor;
                assert_eq!(
                    after.version,
                    before.version + 1,
                    "S64: one step of {order}"
                );
                let forgiven = before.total_minor * self.forgiven_percent / 100;
                let expected = match before.takes_money() {
                    true if minor + forgiven >= before.due_minor => "confirmed",
                    true => "unpaid",
                    false => before.state.as_str(),
                };
                assert_eq!(after.state, expected, "{order} after {minor}");
            }
            Ok(Decided::Proposed) => assert_eq!(after.state, before.state, "S65: {order}"),
            Err(Failure::Refused(_)) => assert_eq!(after.version, before.version, "{order}"),
            Err(Failure::RefusedAfter(..) | Failure::Fault(_)) => {}
        }
    }

    fn reject_page(&mut self, by: &Decider, page: &Page) {
        let rejection = Rejection {
            proof_id: ProofId::parse(&page.proof).expect("a proof"),
            seen: page.seen,
            code: self.random.of(&RejectionCode::ALL),
            reason: "nothing like it is on the statement".to_owned(),
        };
        let before = self.standing(&page.order);
        let decided = self.shop.reject_proof(by, &rejection);
        if let Ok(Decided::Done(_)) = decided {
            assert_eq!(page.seen, before.version, "S64: {}", page.order);
        }
        self.decided(decided);
    }

    /// Staff find a transfer whose sender has shown nothing (A21).
    pub(crate) fn settle_by_hand(&mut self) {
        let index = self.random.below(self.statement.len());
        let Some(line) = self.statement.get(index).cloned() else {
            return;
        };
        let (order, _) = &line.parts[0];
        let standing = self.standing(order);
        let by_hand = ByHand {
            order_number: OrderNumber::parse(order).expect("a number"),
            // Now and then of a page that is out of date.
            seen: standing.version - u32::from(standing.version > 1 && self.random.one_in(8)),
            bank_account_id: account(line.account),
            reference: reference(&line),
            value_date: day(),
            payer_name: None,
            amount: line.money(line.amount_minor),
            reason: "seen on the statement".to_owned(),
        };
        let by = staff(self.random.of(&REVIEWERS));
        let decided = self.shop.settle(&by, &by_hand);
        if let Ok(Decided::Done(_)) = decided {
            assert_eq!(by_hand.seen, standing.version, "S64: {order}");
        }
        self.decided(decided);
    }

    /// Staff want to know now where a payment stands, whatever its state here (A21).
    pub(crate) fn ask_provider(&mut self) {
        let Some(row) = self.any(
            "SELECT l.order_number, y.payment_id FROM payments y
             JOIN payment_allocations l USING (payment_id) WHERE y.method <> 'bank'",
        ) else {
            return;
        };
        let by = staff(self.random.of(&REVIEWERS));
        let (order, payment) = (text(&row, "order_number"), text(&row, "payment_id"));
        let answer = self.shop.ask_provider(&by, &order, &payment);
        self.count.requests += 1;
        let fault = answer.err().map(|failure| failure.to_string());
        let fault = fault.unwrap_or_default();
        assert!(!fault.contains("internal"), "{fault}");
    }

    /// A bank takes a transfer back, or somebody finds that they were mistaken (S69).
    pub(crate) fn revoke(&mut self) {
        let Some(row) = self.any(
            "SELECT d.decision_id, d.order_number FROM decisions d
             WHERE d.verdict IN ('approved', 'settled')",
        ) else {
            return;
        };
        let order = text(&row, "order_number");
        let before = self.standing(&order);
        let revocation = Revocation {
            decision_id: text(&row, "decision_id"),
            seen: before.version,
            code: self.random.of(&RevocationCode::ALL),
            reason: "it was taken back".to_owned(),
        };
        let by = staff(self.random.of(&REVIEWERS));
        let decided = self.shop.revoke(&by, &revocation);
        assert_eq!(self.standing(&order).state, before.state, "S69: {order}");
        self.decided(decided);
    }

    /// Two people decide about everything that waits.
    pub(crate) fn finish_reviews(&mut self) {
        let waiting = self.shop.rows(
            "SELECT p.order_number, p.proof_id FROM proofs p WHERE p.state = 'waiting'
             ORDER BY p.proof_id",
        );
        for row in waiting {
            let order = text(&row, "order_number");
            let mut lines = self.statement.iter().filter(|line| line.is_for(&order));
            let line = lines.find(|line| self.is_unused(line)).cloned();
            for by in REVIEWERS.map(staff) {
                // Which of two signatures came first is told by the second in which they were given.
                self.shop.world.advance(1);
                let seen = self.standing(&order).version;
                let proof = text(&row, "proof_id");
                let order = order.clone();
                let page = Page { order, proof, seen };
                let decided = line
                    .as_ref()
                    .and_then(|line| self.approve_page(&by, &page, line));
                if decided.is_none() {
                    self.reject_page(&by, &page);
                }
            }
        }
        let left = self
            .shop
            .rows("SELECT proof_id FROM proofs WHERE state = 'waiting'");
        assert!(left.is_empty(), "nobody decided about {left:?}");
    }

    /// What staff typed is what the statements say, and nothing was used twice (P5).
    pub(crate) fn check_statements(&self) {
        for row in self.shop.rows("SELECT * FROM bank_receipts") {
            let mut lines = self.statement.iter();
            let line = lines.find(|line| line.reference == text(&row, "bank_reference"));
            let line = line.unwrap_or_else(|| panic!("on no statement: {row}"));
            assert_eq!(number(&row, "amount_minor"), line.amount_minor, "{row}");
            assert!(number(&row, "applied_minor") <= line.amount_minor, "{row}");
        }
    }

    fn standing(&self, order: &str) -> Standing {
        let rows = self.shop.rows(&format!(
            "SELECT o.state, o.version, o.total_minor,
               o.total_minor - coalesce(a.credits - a.debits, 0) AS due_minor
             FROM orders o LEFT JOIN ledger_accounts a ON a.account = 'order:' || o.order_number
             WHERE o.order_number = '{order}'"
        ));
        let row = rows.first().expect("an order");
        Standing {
            state: text(row, "state"),
            version: version(row),
            total_minor: number(row, "total_minor"),
            due_minor: number(row, "due_minor"),
        }
    }

    /// What was decided. A refusal is somebody's mistake or haste; only what is unavailable may fail.
    fn decided(&mut self, decided: Result<Decided, Failure>) -> Option<Decided> {
        self.count.requests += 1;
        let words = told(&decided);
        assert!(!words.starts_with("fault: internal"), "{words}");
        self.count.decisions += u64::from(matches!(decided, Ok(Decided::Done(_))));
        decided.ok()
    }
}

fn page(row: &Json) -> Page {
    Page {
        order: text(row, "order_number"),
        proof: text(row, "proof_id"),
        seen: version(row),
    }
}

fn version(row: &Json) -> u32 {
    u32::try_from(number(row, "version")).expect("a small one")
}

pub(crate) fn text(row: &Json, name: &str) -> String {
    row[name].as_str().expect("a text").to_owned()
}

pub(crate) fn number(row: &Json, name: &str) -> i64 {
    row[name].as_i64().expect("a number")
}

fn account(name: &str) -> BankAccountId {
    BankAccountId::parse(name).expect("a name")
}

fn reference(line: &Line) -> TransferReference {
    TransferReference::parse(&line.reference).expect("a reference")
}

fn day() -> ValueDate {
    ValueDate::parse(DAY).expect("a day")
}

//! Bank transfers as buyers and staff deal with them.

use edgetill::failure::Failure;
use edgetill::http::Reply;
use edgetill::review::{
    self, Answer, Approval, ByHand, Decided, Decider, Part, Question, Rejection, Revocation,
};
use serde_json::json;
use shared::api::refusal::Refusal;
use shared::bank::{BankAccountId, TransferReference, ValueDate};
use shared::http::Method;
use shared::id::{OrderNumber, PaymentId, ProofId};
use shared::money::{Currency, Money};
use shared::proof::RejectionCode;
use shared::review::RevocationCode;

use crate::{Buyer, RUTH, Shop, json_of, now_or_never, text};

const BOUNDARY: &str = "----edgetill-test-3f8a";

/// A field of a form; with a file's name, a file.
pub type FormField<'a> = (&'a str, Option<&'a str>, &'a [u8]);

/// A form as a browser sends it, with its content type.
#[must_use]
pub fn multipart(fields: &[FormField<'_>]) -> (String, Vec<u8>) {
    let mut body = Vec::new();
    for (name, file_name, bytes) in fields {
        let file = file_name.map_or_else(String::new, |file| {
            format!("; filename=\"{file}\"\r\nContent-Type: application/octet-stream")
        });
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n"
        );
        body.extend(head.as_bytes());
        body.extend(*bytes);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{BOUNDARY}--\r\n").as_bytes());
    (format!("multipart/form-data; boundary={BOUNDARY}"), body)
}

/// The form that hands a file in for the account of the tests.
pub(crate) fn proof_form(file: &[u8]) -> (String, Vec<u8>) {
    multipart(&[
        ("bank_account", None, main_account().as_str().as_bytes()),
        ("file", Some("proof.png"), file),
    ])
}

/// A member of staff.
#[must_use]
pub fn staff(name: &str) -> Decider {
    Decider {
        email: format!("{name}@shop.test"),
    }
}

/// An amount in euros, minor units.
#[must_use]
pub fn eur(amount_minor: i64) -> Money {
    Money {
        amount_minor,
        currency: Currency::parse("EUR").expect("a currency"),
    }
}

/// The code of a refusal; `""` for what was decided, `proposed` for the first of two signatures.
#[must_use]
pub fn told(decided: &Result<Decided, Failure>) -> String {
    match decided {
        Ok(Decided::Done(_)) => String::new(),
        Ok(Decided::Proposed) => "proposed".to_owned(),
        Err(Failure::Refused(refusal) | Failure::RefusedAfter(refusal, _)) => {
            refusal.kind().1.to_owned()
        }
        Err(Failure::Fault(fault)) => format!("fault: {fault}"),
    }
}

/// The account of the tests.
#[must_use]
pub fn main_account() -> BankAccountId {
    BankAccountId::parse("meridian-eur").expect("a name")
}

/// What was read on the statement for one proof.
#[must_use]
pub fn approval(proof: &str, seen: u32, amount: Money, reference: &str) -> Approval {
    Approval {
        bank_account_id: main_account(),
        reference: TransferReference::parse(reference).expect("a reference"),
        value_date: ValueDate::parse("2026-11-21").expect("a day"),
        payer_name: None,
        whole: amount,
        parts: vec![Part {
            proof_id: ProofId::parse(proof).expect("a proof"),
            seen,
            amount,
        }],
        note: String::new(),
    }
}

impl Shop {
    /// A shop with accounts for bank transfers.
    #[must_use]
    pub fn with_bank() -> Self {
        Self::with_bank_and(&[])
    }

    /// The same with some settings of its own.
    #[must_use]
    pub fn with_bank_and(settings: &[(&str, &str)]) -> Self {
        let shop = Self::with(settings);
        let accounts = include_str!("../../demo/bank_accounts.sql");
        shop.world.database(|database| database.execute(accounts));
        shop
    }

    /// The text of the newest mail whose subject contains some words.
    pub fn mail_about(&self, words: &str) -> String {
        self.world.sandbox(|sandbox, _| {
            let mails = sandbox.mailbox.mails();
            let mail = mails.iter().rev().find(|mail| mail.subject.contains(words));
            let subjects: Vec<_> = mails.iter().map(|mail| &mail.subject).collect();
            let mail = mail.unwrap_or_else(|| panic!("no mail about {words}: {subjects:?}"));
            mail.text.clone()
        })
    }

    /// Chooses to pay by bank transfer.
    pub fn choose_transfer(&self, buyer: &Buyer, key: &str) -> Reply {
        let path = format!("/v1/orders/{}/payments", buyer.number);
        self.post(&path, key, Some(&buyer.token), &json!({ "method": "bank" }))
    }

    /// An order whose buyer has chosen to transfer.
    pub fn transferring(&self) -> Buyer {
        let buyer = self.order();
        let reply = self.choose_transfer(&buyer, "transfer-key-00000000001");
        assert_eq!(reply.status, 201, "{}", text(&reply));
        buyer
    }

    /// Sends a form that hands a proof in.
    pub fn send_proof(&self, buyer: &Buyer, fields: &[FormField<'_>]) -> Reply {
        let (content_type, body) = multipart(fields);
        self.send_proof_body(buyer, &content_type, &body)
    }

    /// Sends whatever body to where proofs are handed in.
    pub fn send_proof_body(&self, buyer: &Buyer, content_type: &str, body: &[u8]) -> Reply {
        let bearer = format!("Bearer {}", buyer.token);
        let headers = [("content-type", content_type), ("authorization", &bearer)];
        let path = format!("/v1/orders/{}/proofs", buyer.number);
        self.send(Method::Post, &path, &headers, body)
    }

    /// Hands a file in for the account of the tests; the proof's id.
    pub fn hand_in(&self, buyer: &Buyer, file: &[u8]) -> String {
        let reply = self.try_to_hand_in(buyer, file);
        assert_eq!(reply.status, 201, "{}", text(&reply));
        let answer = json_of(&reply);
        let id = answer["proof"]["proof_id"].as_str();
        id.expect("an id").to_owned()
    }

    /// Tries to hand a file in.
    pub fn try_to_hand_in(&self, buyer: &Buyer, file: &[u8]) -> Reply {
        let (content_type, body) = proof_form(file);
        self.send_proof_body(buyer, &content_type, &body)
    }

    /// The version of an order, as a page that staff look at has it.
    pub fn seen(&self, buyer: &Buyer) -> u32 {
        let version = self.value(&format!(
            "SELECT version FROM orders WHERE order_number = '{}'",
            buyer.number
        ));
        u32::try_from(version.as_u64().expect("a version")).expect("a small one")
    }

    /// Approves; what follows is delivered.
    pub fn approve_proof(&self, by: &Decider, approval: &Approval) -> Result<Decided, Failure> {
        self.decided(now_or_never(review::approve(
            &self.world,
            &self.settings,
            by,
            approval,
        )))
    }

    /// Approves a proof of an order as it is now.
    pub fn approve_now(
        &self,
        buyer: &Buyer,
        proof: &str,
        amount: Money,
        reference: &str,
    ) -> Result<Decided, Failure> {
        let approval = approval(proof, self.seen(buyer), amount, reference);
        self.approve_proof(&staff("ruth"), &approval)
    }

    /// Turns a proof of an order down as it is now.
    pub fn reject_now(
        &self,
        buyer: &Buyer,
        proof: &str,
        code: RejectionCode,
        reason: &str,
    ) -> Result<Decided, Failure> {
        let rejection = Rejection {
            proof_id: ProofId::parse(proof).expect("a proof"),
            seen: self.seen(buyer),
            code,
            reason: reason.to_owned(),
        };
        self.reject_proof(&staff("ruth"), &rejection)
    }

    /// Turns a proof down; what follows is delivered.
    pub fn reject_proof(&self, by: &Decider, rejection: &Rejection) -> Result<Decided, Failure> {
        self.decided(now_or_never(review::reject(
            &self.world,
            &self.settings,
            by,
            rejection,
        )))
    }

    /// The other orders that a reviewer is warned of: their proofs are like the one of this order
    /// that waits.
    pub fn proofs_alike(&self, buyer: &Buyer) -> Vec<String> {
        let page = self
            .staff(RUTH)
            .page(&format!("/staff/orders/{}/review", buyer.number));
        let notices = page.split("<p class=\"notice\"").skip(1);
        let numbers = notices.filter_map(|notice| {
            let (notice, _) = notice.split_once("</p>")?;
            let (_, link) = notice.split_once("/staff/orders/")?;
            link.split('"').next().map(str::to_owned)
        });
        numbers.collect()
    }

    /// Takes the newest decision about an order's money back.
    pub fn revoke_now(&self, buyer: &Buyer, code: RevocationCode) -> Result<Decided, Failure> {
        let decision = self.value(&format!(
            "SELECT decision_id FROM decisions WHERE order_number = '{}'
             AND verdict IN ('approved', 'settled') ORDER BY order_version DESC LIMIT 1",
            buyer.number
        ));
        let revocation = Revocation {
            decision_id: decision.as_str().unwrap_or_default().to_owned(),
            seen: self.seen(buyer),
            code,
            reason: "the bank took it back".into(),
        };
        self.revoke(&staff("ruth"), &revocation)
    }

    /// Takes a decision back; what follows is delivered.
    pub fn revoke(&self, by: &Decider, revocation: &Revocation) -> Result<Decided, Failure> {
        self.decided(now_or_never(review::revoke(
            &self.world,
            &self.settings,
            by,
            revocation,
        )))
    }

    /// Settles by hand what was found on the statement of our account.
    pub fn settle_by_hand(
        &self,
        by: &Decider,
        buyer: &Buyer,
        amount: Money,
        reference: &str,
    ) -> Result<Decided, Failure> {
        let by_hand = ByHand {
            order_number: OrderNumber::parse(&buyer.number).expect("a number"),
            seen: self.seen(buyer),
            bank_account_id: main_account(),
            reference: TransferReference::parse(reference).expect("a reference"),
            value_date: ValueDate::parse("2026-11-21").expect("a day"),
            payer_name: None,
            amount,
            reason: "seen on the statement".into(),
        };
        self.settle(by, &by_hand)
    }

    /// Settles by hand; what follows is delivered.
    pub fn settle(&self, by: &Decider, by_hand: &ByHand) -> Result<Decided, Failure> {
        self.decided(now_or_never(review::settle_by_hand(
            &self.world,
            &self.settings,
            by,
            by_hand,
        )))
    }

    /// Has the provider of an order's payment asked; what follows is delivered.
    pub fn ask_provider(
        &self,
        by: &Decider,
        order_number: &str,
        payment_id: &str,
    ) -> Result<Answer, Failure> {
        let question = Question {
            order_number: OrderNumber::parse(order_number).expect("a number"),
            payment_id: PaymentId::parse(payment_id).expect("a payment"),
            reason: "the buyer called".into(),
        };
        let asking = review::ask_provider(&self.world, &self.settings, by, &question);
        let answer = now_or_never(asking)?;
        self.after(&Reply::empty(200).delivering(answer.settled.messages.clone()));
        Ok(answer)
    }

    fn decided(&self, decided: Result<Decided, Failure>) -> Result<Decided, Failure> {
        let messages = match &decided {
            Ok(Decided::Done(messages)) => messages.clone(),
            Err(Failure::RefusedAfter(_, messages)) => messages.clone(),
            Ok(Decided::Proposed) | Err(Failure::Refused(_) | Failure::Fault(_)) => Vec::new(),
        };
        let reply = Reply::empty(200).delivering(messages);
        self.after(&reply);
        decided
    }
}

/// Whether a decision was refused as stale, with the order's state then.
#[must_use]
pub fn stale(decided: &Result<Decided, Failure>) -> Option<&'static str> {
    match decided {
        Err(Failure::Refused(Refusal::ReviewStale(state))) => Some(state.as_str()),
        _ => None,
    }
}

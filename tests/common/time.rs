//! Time in a shop: what is due when, and hours that pass as they would.

use edgetill::cron::tick::Tally;
use serde_json::Value as Json;
use shared::time::Timestamp;

use crate::Shop;
use crate::invariants::captured;

impl Shop {
    /// Starts anew with other settings, as a deployment does.
    pub fn redeploy(&mut self, changes: &[(&str, &str)]) {
        self.settings = Self::with(changes).settings;
    }

    /// The mails in the mailbox by the kind of message, oldest first.
    #[must_use]
    pub fn mail_kinds(&self) -> Vec<String> {
        let kind = |key: &Option<String>| {
            let key = key.as_deref().expect("every mail has a key");
            key.split('/').next().unwrap_or_default().to_owned()
        };
        self.world.sandbox(|sandbox, _| {
            let mails = sandbox.mailbox.mails();
            mails
                .iter()
                .map(|mail| kind(&mail.idempotency_key))
                .collect()
        })
    }

    /// How many mails of a kind are in the mailbox.
    #[must_use]
    pub fn mails_of(&self, kind: &str) -> usize {
        let kinds = self.mail_kinds();
        kinds.iter().filter(|found| *found == kind).count()
    }

    /// When something of a table is due next.
    #[must_use]
    pub fn due(&self, table: &str) -> Option<i64> {
        self.value(&format!("SELECT min(due_at) FROM {table}"))
            .as_i64()
    }

    /// Cron ticks and webhooks arrive until so much time has passed. Minutes in which nothing is
    /// due are skipped, but for one in thirty.
    pub fn live_through(&self, seconds: i64) {
        let end = self.now().plus(seconds);
        while self.now() < end {
            let minutes = (1..30).find(|minutes| self.is_due_by(self.now().plus(minutes * 60)));
            self.world.advance(minutes.unwrap_or(30) * 60);
            self.deliver_webhooks();
            self.tick();
        }
    }

    /// The same until every order of half a day is over: a rejection gives two days more.
    pub fn live_to_the_end(&self) {
        self.live_through(30 * 3_600);
        let rejected = self.rows("SELECT 1 FROM orders WHERE state = 'rejected'");
        if !rejected.is_empty() {
            self.live_through(30 * 3_600);
        }
    }

    /// One cron tick, now.
    pub fn tick(&self) -> Tally {
        self.tick_after(0)
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.world.sandbox(|_, now| now)
    }

    fn is_due_by(&self, moment: Timestamp) -> bool {
        let webhooks = self.world.sandbox(|sandbox, _| {
            [
                sandbox.stripe.next_delivery_due(),
                sandbox.paypal.next_delivery_due(),
            ]
        });
        let mut dues = ["payments", "inbox", "orders", "outbox", "removals"]
            .iter()
            .filter_map(|table| self.due(table).map(Timestamp))
            .chain(webhooks.into_iter().flatten());
        dues.any(|due| due <= moment)
    }

    /// Nothing is left to do, and the shop's book says what the providers' books say: every unit that was
    /// captured was received (I1), every message has left, each once (I7).
    pub fn check_at_rest(&self) {
        self.check();
        for (what, sql) in [
            (
                "a payment is live",
                "SELECT payment_id, state FROM payments WHERE due_at IS NOT NULL",
            ),
            (
                "an event is parked",
                "SELECT * FROM inbox WHERE state = 'parked'",
            ),
            (
                "a message waits, or nobody was told that it never arrived",
                "SELECT kind, dedupe_key, note FROM outbox m WHERE state = 'pending'
                 OR state = 'dead' AND note NOT IN ('settled before it was sent', 'decided before it was sent',
                   'reversed before it was sent')
                 AND NOT EXISTS (
                   SELECT 1 FROM cases c WHERE c.kind = 'message_dead'
                   AND c.subject = m.kind || '/' || m.dedupe_key)",
            ),
            (
                "an order is open",
                "SELECT order_number FROM orders WHERE due_at IS NOT NULL",
            ),
        ] {
            let rows = self.rows(sql);
            assert!(rows.is_empty(), "{what}: {rows:#?}");
        }
        self.check_money();
        self.check_messages();
    }

    fn check_money(&self) {
        let captured = captured(self);
        let captured: i64 = captured.iter().map(|(_, amount_minor)| amount_minor).sum();
        // What came in by bank is in nobody's book but the banks'; `check` holds it against what staff read.
        let received = self.value(
            "SELECT coalesce(sum(amount_minor), 0) FROM transfers
             WHERE debit LIKE 'provider:%' AND debit NOT LIKE 'provider:bank:%'",
        );
        assert_eq!(
            received,
            Json::from(captured),
            "I1: the providers' books and ours"
        );
    }

    fn check_messages(&self) {
        let mut arrived: Vec<_> = self.world.sandbox(|sandbox, _| {
            let mails = sandbox.mailbox.mails().iter();
            let mails = mails.filter_map(|mail| mail.idempotency_key.clone());
            let releases = sandbox.production.releases().iter();
            let releases = releases.map(|release| release.webhook_id.clone());
            mails.chain(releases).collect()
        });
        // What was given up may have arrived all the same: nobody could tell.
        let given_up =
            self.texts("SELECT kind || '/' || dedupe_key AS text FROM outbox WHERE state = 'dead'");
        let total = arrived.len();
        arrived.sort();
        arrived.dedup();
        assert_eq!(arrived.len(), total, "I7: no message twice");
        arrived.retain(|key| !given_up.contains(key));
        let sent = self.texts(
            "SELECT kind || '/' || dedupe_key AS text FROM outbox WHERE state = 'sent' ORDER BY 1",
        );
        assert_eq!(
            arrived, sent,
            "I7: each message, and none that was not meant"
        );
    }
}

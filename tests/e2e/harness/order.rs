//! An order at the running shop, and the checkout where it is paid.

use serde_json::{Value as Json, json};

use super::{Answer, Body, Instance, Mail, Visitor, encoded, send, wait_for};

/// An order and whoever holds its token.
#[derive(Debug, Clone)]
pub struct LiveOrder<'a> {
    /// Who made it.
    pub visitor: Visitor<'a>,
    /// Its number without separators.
    pub number: String,
    /// Its token.
    pub token: String,
    /// Its page, with the token.
    pub url: String,
}

/// A checkout at the sandbox's Stripe.
#[derive(Debug, Clone)]
pub struct Session<'a> {
    shop: &'a Instance,
    /// `cs_test_…`
    pub id: String,
}

impl<'a> LiveOrder<'a> {
    /// From the answer that created it.
    #[must_use]
    #[track_caller]
    pub fn of(visitor: &Visitor<'a>, answer: &Json) -> Self {
        let text = |field: &str| answer[field].as_str().expect(field).to_owned();
        Self {
            visitor: visitor.clone(),
            number: text("order_number"),
            token: text("token"),
            url: text("url"),
        }
    }

    /// The order as its holder sees it.
    #[must_use]
    #[track_caller]
    pub fn view(&self) -> Json {
        let bearer = format!("Bearer {}", self.token);
        let path = format!("/v1/orders/{}", self.number);
        let headers = [("authorization", bearer.as_str())];
        // By anybody who holds the token, so that looking often meets no limit.
        let anybody = self.visitor.shop.visitor();
        let answer = anybody.send("GET", &path, &headers, Body::None);
        answer.expect(200).json()["order"].clone()
    }

    /// Its status in the words of the interface.
    #[must_use]
    #[track_caller]
    pub fn status(&self) -> String {
        self.view()["status"].as_str().expect("a status").to_owned()
    }

    /// Asserts where it stands.
    #[track_caller]
    pub fn assert_status(&self, expected: &str) {
        let view = self.view();
        assert_eq!(view["status"], expected, "{view:#}");
    }

    /// Waits until it stands there.
    #[track_caller]
    pub fn wait_for_status(&self, expected: &str) {
        wait_for(expected, || (self.status() == expected).then_some(()));
    }

    /// Tries to begin a payment.
    #[must_use]
    #[track_caller]
    pub fn try_pay(&self, key: &str) -> Answer {
        self.try_pay_by("stripe", key)
    }

    /// Tries to begin a payment by a method.
    #[must_use]
    #[track_caller]
    pub fn try_pay_by(&self, method: &str, key: &str) -> Answer {
        let path = format!("/v1/orders/{}/payments", self.number);
        let body = json!({ "method": method });
        self.visitor.post(&path, key, Some(&self.token), &body)
    }

    /// Begins a payment, or goes on with the one that is open.
    #[must_use]
    #[track_caller]
    pub fn pay(&self) -> Session<'a> {
        let answer = self.try_pay(&self.visitor.key("payment")).expect(201);
        self.session_of(&answer)
    }

    /// The checkout that an answer leads to.
    #[must_use]
    #[track_caller]
    pub fn session_of(&self, answer: &Answer) -> Session<'a> {
        self.session_at(&answer.json())
    }

    /// As [`LiveOrder::session_of`], from the answer's body.
    #[must_use]
    #[track_caller]
    pub fn session_at(&self, begun: &Json) -> Session<'a> {
        let url = begun["payment"]["redirect_url"].as_str();
        let url = url.unwrap_or_else(|| panic!("no address in {begun:#}"));
        let id = url.rsplit('/').next().expect("a session");
        Session::named(self.visitor.shop, id)
    }

    /// Cancels it.
    #[must_use]
    #[track_caller]
    pub fn cancel(&self) -> Answer {
        let path = format!("/v1/orders/{}/cancel", self.number);
        let key = self.visitor.key("cancel");
        self.visitor
            .post(&path, &key, Some(&self.token), &json!({}))
    }

    /// The cookie that its link is exchanged for.
    #[must_use]
    #[track_caller]
    pub fn cookie(&self) -> String {
        let path = format!("/orders/{}?token={}", self.number, self.token);
        let answer = self.visitor.send("GET", &path, &[], Body::None).expect(303);
        let cookie = answer.must("set-cookie");
        cookie.split(';').next().expect("a pair").to_owned()
    }

    /// Its page as its holder's browser gets it.
    #[must_use]
    #[track_caller]
    pub fn page(&self) -> Answer {
        let cookie = self.cookie();
        let path = format!("/orders/{}", self.number);
        let headers = [("cookie", cookie.as_str())];
        self.visitor
            .send("GET", &path, &headers, Body::None)
            .expect(200)
    }

    /// Waits until everything that was to be told about it is told, then gives its buyer's mails.
    #[must_use]
    #[track_caller]
    pub fn mails(&self) -> Vec<Mail> {
        let waiting = format!(
            "SELECT count(*) FROM outbox WHERE order_number = '{}' AND state = 'pending'",
            self.number
        );
        let shop = self.visitor.shop;
        wait_for("the mails", || {
            (shop.database.number(&waiting) == 0).then_some(())
        });
        shop.sandbox.mails_to(&self.visitor.email())
    }

    /// The subjects of its mails, with the order's number taken out.
    #[must_use]
    #[track_caller]
    pub fn subjects(&self) -> Vec<String> {
        let grouped = self.view()["order_number_grouped"].clone();
        let number = grouped.as_str().expect("a number");
        let mails = self.mails().into_iter();
        mails
            .map(|mail| mail.subject.replace(number, "#"))
            .collect()
    }

    /// Waits for a mail to staff that names this order, or something else.
    #[track_caller]
    pub fn wait_for_alert(&self, kind: &str, names: &str) -> Mail {
        let sandbox = &self.visitor.shop.sandbox;
        let wanted = [shared::case::title_of(kind), format!("About: {names}\n")];
        wait_for(&wanted.join(", "), || {
            let mut alerts = sandbox.mails_to("staff@shop.test").into_iter();
            alerts.find(|mail| wanted.iter().all(|words| mail.text.contains(words)))
        })
    }

    /// How often production was told to start.
    #[must_use]
    pub fn releases(&self) -> usize {
        let releases = self.visitor.shop.sandbox.releases().into_iter();
        let of_this =
            |release: &Json| release["body"]["data"]["order_number"] == self.number.as_str();
        releases.filter(of_this).count()
    }

    /// The events of its history, in order.
    #[must_use]
    pub fn history(&self) -> Vec<String> {
        let sql = format!(
            "SELECT event FROM order_history WHERE order_number = '{}' ORDER BY version",
            self.number
        );
        let rows = self.visitor.shop.database.rows(&sql).into_iter();
        let text = |row: Json| row["event"].as_str().unwrap_or_default().to_owned();
        rows.map(text).collect()
    }

    /// A number from the database, with `{}` in the text standing for the order's number.
    #[must_use]
    #[track_caller]
    pub fn count(&self, sql: &str) -> i64 {
        self.visitor
            .shop
            .database
            .number(&sql.replace("{}", &self.number))
    }

    /// Paid once and told once, whatever happened on the way: one movement of the whole amount, one
    /// step to confirmed, one mail, one release.
    #[track_caller]
    pub fn assert_confirmed_once(&self) {
        self.assert_confirmed_once_with(&["Your order # is confirmed"]);
    }

    /// As [`LiveOrder::assert_confirmed_once`], with these mails after the first.
    pub fn assert_confirmed_once_with(&self, mails: &[&str]) {
        let view = self.view();
        assert_eq!(view["status"], "confirmed", "{view:#}");
        assert_eq!(view["paid"], view["quote"]["total"], "{view:#}");
        assert_eq!(view["due"]["amount"], 0);
        assert_eq!(view.get("held"), None, "{view:#}");
        let steps =
            "SELECT count(*) FROM order_history WHERE order_number = '{}' AND event = 'confirmed'";
        assert_eq!(self.count(steps), 1);
        let movements = "SELECT count(*) FROM transfers WHERE credit = 'order:{}'";
        assert_eq!(self.count(movements), 1);
        let subjects = self.subjects();
        assert_eq!(subjects[0], "Your order # at Demo shop");
        assert_eq!(subjects[1..], *mails);
        assert_eq!(self.releases(), 1);
        self.visitor.shop.check();
    }
}

impl LiveOrder<'_> {
    /// Pays at Stripe, which tells nothing of it and answers nothing about it until it is healed. The browser
    /// has come back.
    #[track_caller]
    pub fn pay_into_silence(&self) {
        let session = self.pay();
        let sandbox = &self.visitor.shop.sandbox;
        sandbox.fail_about(&session.id, "unavailable", 1_000);
        session.choose("pay_lost");
        session.come_back(self);
    }

    /// The browser that has opened the order comes back by one of our addresses, and is led on.
    #[track_caller]
    pub fn follow(&self, path: &str) -> Answer {
        let bearer = format!("Bearer {}", self.token);
        let headers = [("authorization", bearer.as_str())];
        let sent = self.visitor.send("GET", path, &headers, Body::None);
        sent.expect(303)
    }
}

impl<'a> Session<'a> {
    /// A checkout by its id.
    #[must_use]
    pub fn named(shop: &'a Instance, id: &str) -> Self {
        Self {
            shop,
            id: id.to_owned(),
        }
    }

    /// Presses a button of the checkout page: `pay`, `pay_lost`, `decline` … Answers when the page
    /// would send the buyer on.
    #[track_caller]
    pub fn choose(&self, choice: &str) {
        let answer = self.try_choose(choice);
        assert!(
            !answer.must("location").contains("problem=closed"),
            "{answer}"
        );
    }

    /// As [`Session::choose`] for a page that may be closed meanwhile.
    #[track_caller]
    pub fn try_choose(&self, choice: &str) -> Answer {
        let url = format!("{}/pay/{}", self.shop.sandbox.url, self.id);
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        let form = encoded(&[("choice", choice)]);
        send("POST", &url, &headers, Body::Whole(form.as_bytes())).expect(303)
    }

    /// The browser comes back from the checkout, paid or not.
    #[track_caller]
    pub fn come_back(&self, order: &LiveOrder<'_>) -> Answer {
        let sql = "SELECT payment_id FROM payments WHERE session_id = '{}'";
        let payment = self.shop.database.value(&sql.replace("{}", &self.id));
        let payment = payment.as_str().expect("the payment of the session");
        let path = format!("/return/stripe?payment={payment}&session_id={}", self.id);
        order.follow(&path)
    }

    /// Where it stands at the provider: `open`, `complete` or `expired`.
    #[must_use]
    #[track_caller]
    pub fn status(&self) -> String {
        let url = format!("{}/control/sessions", self.shop.sandbox.url);
        let sessions = send("GET", &url, &[], Body::None).expect(200).json();
        let mut sessions = sessions.as_array().expect("a list").iter();
        let session = sessions.find(|session| session["id"] == self.id.as_str());
        let status = &session.expect("the session")["status"];
        status.as_str().expect("a status").to_owned()
    }
}

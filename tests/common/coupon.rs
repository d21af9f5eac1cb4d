//! Coupons as staff make them, and the codes that bind them to their customers.

use edgetill::http::Reply;
use serde_json::{Value as Json, json};
use shared::id::CouponCode;

use crate::{Buyer, Shop, order_body, text};

impl Shop {
    /// A coupon with so many uses, in all and for each customer; its code.
    #[must_use]
    pub fn coupon(&self, terms: &Json, uses_max: u32, per_customer: Option<u32>) -> String {
        let number = u64::try_from(self.count("coupons")).expect("a count");
        let random = (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let code = CouponCode::from_random(random.to_be_bytes());
        let per_customer = per_customer.map_or("NULL".to_owned(), |count| count.to_string());
        self.world.database(|database| {
            database.execute(&format!(
                "INSERT INTO coupons (coupon_code, terms, starts_at, uses_max, uses_per_customer, \
                 note, made_by, made_at) VALUES ('{}', '{terms}', 0, {uses_max}, {per_customer}, '', \
                 'staff:ann@shop.test', 0)",
                code.as_str()
            ));
        });
        code.as_str().to_owned()
    }

    /// The product `ten-pack`, for 500.00 EUR: each unit issues a code, which makes a year of backups
    /// free so many times within a year.
    pub fn sell_codes(&self, uses: u32) {
        let issues = serde_json::json!({
            "terms": { "benefit": "free_plan", "product": "site-backup", "period_months": 12 },
            "uses": uses,
            "valid_days": 365,
        });
        self.world.database(|database| {
            database.execute(&format!(
                "INSERT INTO products (product_id, name, issues)
                 VALUES ('ten-pack', 'Ten licences', '{issues}');
                 INSERT INTO prices VALUES ('ten-pack', 0, 'EUR', 50000)"
            ));
        });
    }

    /// Makes an order with a coupon and shows that its address is its customer's.
    pub fn redeem(&self, body: &Json, key: &str) -> Buyer {
        let buyer = self.order_of(body, key);
        self.confirm_email(&buyer);
        buyer
    }

    /// Types the code from the newest mail.
    pub fn confirm_email(&self, buyer: &Buyer) -> Reply {
        let reply = self.type_code(buyer, &self.mailed_code(buyer));
        assert_eq!(reply.status, 200, "{}", text(&reply));
        reply
    }

    /// Types a code.
    pub fn type_code(&self, buyer: &Buyer, code: &str) -> Reply {
        let path = format!("/v1/orders/{}/email-confirmation", buyer.number);
        let body = json!({ "code": code });
        self.post(&path, "", Some(&buyer.token), &body)
    }

    /// Asks for another code.
    pub fn ask_for_code(&self, buyer: &Buyer, key: &str) -> Reply {
        let path = format!("/v1/orders/{}/email-code", buyer.number);
        self.post(&path, key, Some(&buyer.token), &json!({}))
    }

    /// The code in the newest mail about an order, as it stands there: `1234 5678`.
    #[must_use]
    pub fn mailed_code(&self, buyer: &Buyer) -> String {
        let codes = self.mailed_codes(buyer);
        codes.last().expect("a mail with a code").clone()
    }

    /// The codes in the mails about an order, oldest first. From now on none may be in the log.
    #[must_use]
    pub fn mailed_codes(&self, buyer: &Buyer) -> Vec<String> {
        let about = format!("mail_email_code/{}/", buyer.number);
        let texts: Vec<String> = self.world.sandbox(|sandbox, _| {
            let mails = sandbox.mailbox.mails().iter();
            let about = mails.filter(|mail| {
                let key = mail.idempotency_key.as_deref();
                key.is_some_and(|key| key.starts_with(&about))
            });
            about.map(|mail| mail.text.clone()).collect()
        });
        let code = |text: &String| {
            let line = text.lines().find_map(|line| line.strip_prefix("Code: "));
            line.expect("a code").to_owned()
        };
        let codes: Vec<String> = texts.iter().map(code).collect();
        for code in &codes {
            let mut secrets = self.secrets.borrow_mut();
            secrets.extend([code.clone(), code.replace(' ', "")]);
        }
        codes
    }

    /// `state uses` of each redemption and how many uses its coupon counts, by order.
    #[must_use]
    pub fn redemptions(&self) -> Vec<String> {
        self.texts(
            "SELECT r.state || ' ' || c.uses AS text FROM redemptions r \
             JOIN coupons c USING (coupon_code) JOIN orders o USING (order_number) \
             ORDER BY o.created_at, o.order_number",
        )
    }
}

/// The terms of a coupon that takes so many percent off.
#[must_use]
pub fn percent_off(percent: &str) -> Json {
    json!({ "benefit": "percent", "percent": percent })
}

/// A valid order with a coupon.
#[must_use]
pub fn body_with_coupon(code: &str) -> Json {
    let mut body = order_body();
    body["coupon"] = json!(code);
    body
}

/// The same of another customer.
#[must_use]
pub fn body_with_coupon_by(code: &str, email: &str) -> Json {
    let mut body = body_with_coupon(code);
    body["customer"]["email"] = json!(email);
    body
}

//! Coupons as staff make them.

use serde_json::Value as Json;
use shared::id::CouponCode;

use crate::Shop;

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

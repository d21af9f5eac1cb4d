//! What a person does on the pages.

use common::harness::{Instance, LiveOrder, wait_for};

use crate::webdriver::Browser;

/// Somebody who buys, with one browser.
pub(crate) struct Person<'a> {
    /// Their browser.
    pub(crate) browser: Browser,
    /// The shop that they visit.
    pub(crate) shop: &'a Instance,
    /// Where their mail goes.
    pub(crate) email: String,
}

impl<'a> Person<'a> {
    /// With a browser as it is out of the box.
    pub(crate) fn at(shop: &'a Instance) -> Self {
        Self::with(shop, Browser::open())
    }

    pub(crate) fn with(shop: &'a Instance, browser: Browser) -> Self {
        Self {
            browser,
            shop,
            email: format!("ada.lovelace{}@mail.test", shop.visitor().serial),
        }
    }

    /// Goes to a page of the shop.
    pub(crate) fn visit(&self, path: &str) {
        self.browser.go(&format!("{}{path}", self.shop.shop_url));
    }

    /// Opens an order with the link from its mail.
    pub(crate) fn open(&self, order: &LiveOrder<'_>) {
        self.browser.go(&order.url);
        assert!(
            !self.browser.address().contains("token"),
            "the token left the address"
        );
    }

    /// An order made elsewhere and opened with its link, so that a test begins where it is about.
    #[track_caller]
    pub(crate) fn with_order(&self) -> LiveOrder<'a> {
        let order = self.shop.visitor().order();
        self.open(&order);
        self.sees("Awaiting payment");
        order
    }

    /// The same, and on to Stripe's page for it.
    #[track_caller]
    pub(crate) fn at_the_checkout(&self) -> LiveOrder<'a> {
        let order = self.with_order();
        self.go_and_pay();
        order
    }

    /// Stripe's session whose page is in front of them.
    pub(crate) fn session(&self) -> String {
        let address = self.browser.address();
        address.rsplit('/').next().unwrap_or_default().to_owned()
    }

    /// Fills the checkout's form for somebody in Berlin, by the labels' fields.
    pub(crate) fn fill_in_details(&self) {
        self.fill_in(&[
            ("customer_name", "Ada Lovelace"),
            ("customer_email", &self.email),
            ("billing_name", "Ada Lovelace"),
            ("billing_company", "Analytical Engines GmbH"),
            ("billing_line1", "Musterstr. 1"),
            ("billing_city", "Berlin"),
            ("billing_postal_code", "10115"),
            ("billing_tax_id", "DE123456789"),
        ]);
        self.browser.one("#billing_country").choose("Germany");
    }

    /// Types into fields by their ids.
    pub(crate) fn fill_in(&self, fields: &[(&str, &str)]) {
        for (field, words) in fields {
            self.browser.one(&format!("#{field}")).retype(words);
        }
    }

    /// From the order's page to the provider's.
    #[track_caller]
    pub(crate) fn go_and_pay(&self) {
        self.browser.click("Pay by card");
        self.arrives_at(&format!("{}/pay/", self.shop.sandbox.url));
    }

    /// Waits for an address, as one does for a page that comes by way of others.
    #[track_caller]
    pub(crate) fn arrives_at(&self, beginning: &str) {
        wait_for(beginning, || {
            self.browser.address().starts_with(beginning).then_some(())
        });
    }

    /// Reads where the order stands, and that the page's title says the same.
    #[track_caller]
    pub(crate) fn sees(&self, status: &str) {
        wait_for(&format!("‘{status}’"), || {
            (self.browser.glance("#status")? == status).then_some(())
        });
        let title = self.browser.title();
        assert!(title.starts_with(status), "{title}");
    }

    /// Reads these words somewhere on the page.
    #[track_caller]
    pub(crate) fn reads(&self, words: &str) {
        wait_for(&format!("‘{words}’"), || {
            self.browser.glance("body")?.contains(words).then_some(())
        });
    }

    /// The order's number without separators, as it stands in the address.
    pub(crate) fn order_number(&self) -> String {
        let address = self.browser.address();
        let (_, path) = address.split_once("/orders/").expect("an order's page");
        path.split(['/', '?']).next().unwrap_or_default().to_owned()
    }

    /// Nothing was blocked and nothing failed in the browser. A page that is a refusal by its status
    /// is no complaint.
    #[track_caller]
    pub(crate) fn hears_no_complaints(&self) {
        let mut complaints = self.browser.complaints();
        complaints.retain(|complaint| !complaint.contains("responded with a status of 4"));
        assert!(complaints.is_empty(), "{complaints:#?}");
    }
}

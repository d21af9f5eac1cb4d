//! Who pays, as far as PayPal tells.

use crate::provider::paypal::fields::Fields;

/// The buyer's PayPal account: text of theirs, to be escaped wherever it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Payer {
    /// Given name and surname.
    pub name: Option<String>,
    /// The account's address.
    pub email: Option<String>,
}

impl Payer {
    /// `payment_source.paypal` has taken the place of the deprecated `payer`; answers and events
    /// have one, the other or both.
    pub(super) fn read(order: Fields<'_>) -> Self {
        let wallet = order
            .object("payment_source")
            .and_then(|source| source.object("paypal"));
        let people = [wallet, order.object("payer")];
        let mut people = people.into_iter().flatten();
        let name = people.clone().find_map(full_name);
        let email = people.find_map(|person| person.text("email_address"));
        Self { name, email }
    }

    /// "Paid by", for people and for the order page: `PayPal: Ada Lovelace, a•••@example.com`. The
    /// address is masked, since the page is shown to whoever has the order's link.
    #[must_use]
    pub fn paid_by(&self) -> String {
        let email = self.email.as_deref().and_then(masked);
        let parts: Vec<_> = [self.name.clone(), email].into_iter().flatten().collect();
        if parts.is_empty() {
            "PayPal".to_owned()
        } else {
            format!("PayPal: {}", parts.join(", "))
        }
    }
}

fn full_name(person: Fields<'_>) -> Option<String> {
    let name = person.object("name")?;
    let parts: Vec<_> = ["given_name", "surname"]
        .into_iter()
        .filter_map(|part| name.str(part).map(str::trim))
        .filter(|part| !part.is_empty())
        .collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// The first character and the domain, which is enough for a buyer to know their own address.
fn masked(email: &str) -> Option<String> {
    let (local, domain) = email.rsplit_once('@')?;
    let first = local.chars().next()?;
    Some(format!("{first}•••@{domain}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a19_paid_by_names_the_payer_and_masks_the_address() {
        let payer = |name: Option<&str>, email: Option<&str>| Payer {
            name: name.map(str::to_owned),
            email: email.map(str::to_owned),
        };
        for (payer, expected) in [
            (
                payer(Some("Ada Lovelace"), Some("jo@example.com")),
                "PayPal: Ada Lovelace, j•••@example.com",
            ),
            (
                payer(None, Some("jo@example.com")),
                "PayPal: j•••@example.com",
            ),
            (payer(None, Some("日本@例え.jp")), "PayPal: 日•••@例え.jp"),
            (payer(Some("Ada"), None), "PayPal: Ada"),
            (payer(Some("Ada"), Some("no address")), "PayPal: Ada"),
            (payer(None, Some("@example.com")), "PayPal"),
            (payer(None, None), "PayPal"),
        ] {
            assert_eq!(payer.paid_by(), expected);
        }
    }

    #[test]
    fn the_wallet_speaks_before_the_deprecated_payer() {
        let value = json!({
            "payer": {"name": {"given_name": "Old", "surname": "Name"}, "email_address": "a@b.c"},
            "payment_source": {"paypal": {"name": {"given_name": "Zoë", "surname": ""}}},
        });
        let payer = Payer::read(Fields::of(&value).unwrap());
        assert_eq!(payer.name.as_deref(), Some("Zoë"));
        assert_eq!(payer.email.as_deref(), Some("a@b.c"));
        assert_eq!(
            Payer::read(Fields::of(&json!({"payer": 1})).unwrap()),
            Payer::default()
        );
    }
}

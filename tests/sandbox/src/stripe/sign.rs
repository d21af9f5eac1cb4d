//! `Stripe-Signature` (Stripe documentation, "Verify webhook signatures manually").

use shared::time::Timestamp;

use crate::mac;

/// The header for a body sent at `sent`: `t`, one `v1` per secret in the order given, and the `v0`
/// that sandbox deliveries carry and every receiver must ignore.
#[must_use]
pub fn signature_header(sent: Timestamp, secrets: &[String], body: &[u8]) -> String {
    let time = sent.0.to_string();
    let mut header = format!("t={time}");
    let parts: [&[u8]; 3] = [time.as_bytes(), b".", body];
    for secret in secrets {
        header.push_str(",v1=");
        header.push_str(&mac::hex(&mac::hmac_sha256(secret.as_bytes(), &parts)));
    }
    header.push_str(",v0=");
    header.push_str(&mac::hex(&mac::hmac_sha256(b"v0 of the sandbox", &parts)));
    header
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    /// Every good vector must contain the `v1` that we make from its secret.
    #[test]
    fn the_header_equals_what_the_official_library_signs() {
        let file: Value = serde_json::from_str(include_str!(
            "../../../fixtures/stripe/signature_vectors.json"
        ))
        .unwrap();
        let mut compared = 0;
        for vector in file["vectors"].as_array().unwrap() {
            let text = |name: &str| vector[name].as_str();
            let (Some(payload), Some(secret), Some(header)) =
                (text("payload"), text("secret"), text("header"))
            else {
                continue;
            };
            if text("recommended") != Some("ok") {
                continue;
            }
            let sent = header
                .split(',')
                .find_map(|item| item.strip_prefix("t=")?.parse().ok());
            let Some(sent) = sent else { continue };
            let ours = signature_header(Timestamp(sent), &[secret.to_owned()], payload.as_bytes());
            let v1 = ours
                .split(',')
                .find(|item| item.starts_with("v1="))
                .unwrap();
            assert!(header.split(',').any(|item| item == v1), "{vector}");
            compared += 1;
        }
        assert!(compared >= 10, "only {compared} vectors were comparable");
    }

    #[test]
    fn a_rolled_secret_gives_two_v1_and_one_v0() {
        let secrets = ["whsec_new".to_owned(), "whsec_old".to_owned()];
        let header = signature_header(Timestamp(1_795_290_000), &secrets, b"{}");
        let keys: Vec<&str> = header
            .split(',')
            .filter_map(|item| item.split_once('='))
            .map(|(key, _)| key)
            .collect();
        assert_eq!(keys, ["t", "v1", "v1", "v0"]);
    }
}

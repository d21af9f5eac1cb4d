//! Telling production that an order is really paid, or is no longer: a POST signed after Standard Webhooks 1.0, whose
//! id stays the same however often it is sent.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use shared::config::Settings;
use shared::http::{Method, OutRequest, PROVIDER_DEADLINE_MS};
use shared::order::{Order, OrderState};
use shared::outbox::MessageKind;
use shared::record::json_text;
use shared::time::Timestamp;

use super::deliver::{Delivery, Pending};
use crate::world::World;

/// Nothing of the answer is read.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// Sends one release.
pub async fn send<W: World>(
    world: &W,
    settings: &Settings,
    message: &Pending,
    order: &Order,
) -> Delivery {
    let Some(release) = settings.release.as_ref() else {
        return Delivery::Waiting("RELEASE_URL or RELEASE_SECRET is not set, or is refused");
    };
    // The outbox row exists only because of the confirmation, but this is the last gate before
    // goods leave.
    if order.state != OrderState::Confirmed {
        return Delivery::Failed("the order is not confirmed".into());
    }
    let is_gone = order.is_reversed() || order.is_refunded();
    if is_gone && message.key.kind == MessageKind::Release {
        return Delivery::Overtaken("reversed before it was sent");
    }
    let id = message.key.id();
    let body = json_text(&body(message, order));
    let now = world.now();
    let request = OutRequest {
        method: Method::Post,
        url: release.url.clone(),
        headers: vec![
            ("content-type", "application/json".into()),
            ("webhook-id", id.clone()),
            ("webhook-timestamp", now.0.to_string()),
            (
                "webhook-signature",
                signature(release.key.expose(), &id, now, &body),
            ),
        ],
        body: body.into_bytes(),
        deadline_ms: PROVIDER_DEADLINE_MS,
        answer_bytes_max: ANSWER_BYTES_MAX,
    };
    match world.send(&request).await {
        Ok(response) if (200..300).contains(&response.status) => Delivery::Sent,
        Ok(response) => Delivery::Failed(format!("production answered {}", response.status)),
        Err(error) => Delivery::Failed(error.to_string()),
    }
}

fn kind_of(kind: MessageKind) -> &'static str {
    if kind == MessageKind::Revocation {
        "order.revoked"
    } else {
        "order.confirmed"
    }
}

/// The same bytes each time: nothing here depends on when it is sent.
fn body(message: &Pending, order: &Order) -> Value {
    json!({
        "type": kind_of(message.key.kind),
        "timestamp": message.created_at.rfc3339(),
        "data": {
            "order_number": order.order_number,
            "subscription_id": order.subscription_id,
            "lines": order.quote.lines,
            "total": order.total(),
            "customer": order.customer,
            "confirmed_at": order.confirmed_at.map(Timestamp::rfc3339),
        },
    })
}

/// `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`.
fn signature(key: &[u8], id: &str, now: Timestamp, body: &str) -> String {
    // HMAC takes keys of every length, so an empty signature never leaves.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return String::new();
    };
    mac.update(format!("{id}.{}.{body}", now.0).as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the Standard Webhooks reference libraries.
    #[test]
    fn signature_format_unchanged() {
        let key = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signed = signature(
            &key,
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            Timestamp(1_614_265_330),
            r#"{"test": 2432232314}"#,
        );
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}

//! The sale as it should go.

use common::Shop;

#[test]
fn a_card_sale_confirms_the_order_once() {
    let shop = Shop::open();
    let buyer = shop.order();
    assert_eq!(shop.status(&buyer), "awaiting_payment");
    let session = shop.pay(&buyer);
    shop.pay_at_stripe(&session);
    let answers = shop.deliver_webhooks();
    assert!(
        !answers.is_empty() && answers.iter().all(|status| *status == 200),
        "{answers:?}"
    );
    let view = shop.view(&buyer);
    assert_eq!(view["status"], "confirmed", "{view:#}");
    assert_eq!(view["paid"]["amount"], 11_900);
    assert_eq!(shop.releases(), 1);
    assert_eq!(shop.mails().len(), 2, "{:?}", shop.mails());
    shop.check();
}

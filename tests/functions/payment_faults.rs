//! Beginning to pay while the provider, the database or the Worker fails.

use common::{Shop, Trouble, code_of, json_of, problem_of, text};
use sandbox::{Fault, Target};

use crate::payments::open_sessions;

const KEY: &str = "payment-key-000000000001";

/// P6: whatever goes wrong at the provider, the answer is "not known, try again, it is safe", the
/// order never claims anything, and trying again leads to one session.
#[test]
fn a_fault_of_the_provider_leads_to_one_session_all_the_same() {
    for fault in Fault::ALL {
        let shop = Shop::open();
        let buyer = shop.order();
        shop.fail_next(Target::Stripe, fault, 1);
        let first = shop.try_pay(&buyer, KEY);
        assert_eq!(problem_of(&first), "503 provider_unavailable", "{fault:?}");
        assert_eq!(first.header("retry-after"), Some("30"), "{fault:?}");
        assert_eq!(shop.status(&buyer), "awaiting_payment", "{fault:?}");
        assert_eq!(shop.count("payments"), 1, "{fault:?}");
        // A 500 that Stripe has stored is told again under its key: the session is looked for.
        let again = shop.try_pay(&buyer, KEY);
        assert_eq!(again.status, 201, "{fault:?} {}", text(&again));
        assert_eq!(open_sessions(&shop).len(), 1, "{fault:?}");
        let url = json_of(&again)["payment"]["redirect_url"].clone();
        assert_eq!(url, open_sessions(&shop)[0].url.as_str(), "{fault:?}");
        assert_eq!(shop.count("payments"), 1, "{fault:?}");
        shop.check();
    }
}

/// P4: cron finds out by itself what came of a create whose answer was lost.
#[test]
fn cron_opens_what_a_lost_answer_left_behind() {
    for fault in Fault::ALL {
        let shop = Shop::open();
        let buyer = shop.order();
        shop.fail_next(Target::Stripe, fault, 1);
        assert_eq!(shop.try_pay(&buyer, KEY).status, 503, "{fault:?}");
        shop.run_cron(240);
        let states = shop.rows("SELECT state, session_id FROM payments");
        assert_eq!(states.len(), 1, "{fault:?}");
        assert_eq!(states[0]["state"], "open", "{fault:?}");
        assert_eq!(states[0]["session_id"], open_sessions(&shop)[0].id.as_str());
        assert_eq!(open_sessions(&shop).len(), 1, "{fault:?}");
        shop.check();
    }
}

/// A provider that stays away: refused again and again, one payment, and never a claim.
#[test]
fn a_provider_that_stays_away_is_told_as_unavailable_each_time() {
    let shop = Shop::open();
    let buyer = shop.order();
    shop.fail_next(Target::Stripe, Fault::NotReached, 100);
    for _ in 0..5 {
        assert_eq!(
            problem_of(&shop.try_pay(&buyer, KEY)),
            "503 provider_unavailable"
        );
        shop.world.advance(20);
    }
    assert_eq!(shop.status(&buyer), "awaiting_payment");
    shop.mend();
    let session = shop.pay(&buyer);
    assert_eq!(shop.sessions().len(), 1);
    shop.pay_at_stripe(&session);
    shop.deliver_webhooks();
    assert_eq!(shop.status(&buyer), "confirmed");
    shop.check();
}

/// P4: a step that fails, a lost answer, or the Worker's death at any step of beginning a payment.
#[test]
fn beginning_a_payment_survives_every_trouble_at_every_step() {
    for trouble in [Trouble::Before, Trouble::After, Trouble::Killed] {
        for step in 0.. {
            let shop = Shop::open();
            let buyer = shop.order();
            shop.world.trouble_at(step, trouble);
            let first = shop.try_pay(&buyer, KEY);
            let struck = !shop.world.forget_trouble();
            shop.world.restart();
            if first.status != 201 {
                assert_eq!(first.status, 503, "{step} {trouble:?} {}", text(&first));
                let code = code_of(&first);
                assert!(
                    ["unavailable", "provider_unavailable"].contains(&code.as_str()),
                    "{code}"
                );
            }
            let again = shop.try_pay(&buyer, KEY);
            assert_eq!(again.status, 201, "{step} {trouble:?} {}", text(&again));
            assert_eq!(shop.sessions().len(), 1, "{step} {trouble:?}");
            assert_eq!(shop.count("payments"), 1, "{step} {trouble:?}");
            let session = shop.sessions()[0].id.clone();
            shop.pay_at_stripe(&session);
            shop.deliver_webhooks();
            assert_eq!(shop.status(&buyer), "confirmed", "{step} {trouble:?}");
            shop.check();
            if !struck {
                assert!(step >= 4, "load, write, call, note");
                break;
            }
        }
    }
}

//! F2: the batch was committed and the answer got lost. The write token tells one's own success
//! from somebody else's, so nobody is told "conflict" about their own work.

use common::{Io, Shop, Trouble};

fn cause(shop: &Shop) -> String {
    shop.texts("SELECT cause AS text FROM order_history WHERE event = 'confirmed'")
        .concat()
}

#[test]
fn f2_a_webhook_recognises_its_own_lost_commit() {
    let shop = Shop::open();
    let (buyer, _, body) = shop.paid_and_untold();
    shop.world.take_io();
    shop.world.trouble_at(2, Trouble::After);
    let reply = shop.receive_only(&body);
    assert_eq!(reply.status, 200);
    let io = shop.world.take_io();
    assert!(matches!(&io[2], Io::Commit(_)), "{io:?}");
    assert!(
        matches!(&io[3..], [Io::Query(names)] if names.contains(&"HISTORY_BY_TOKEN")),
        "recognised by one read, and not written again: {io:?}"
    );
    // It knows what it wrote, so the messages go out at once.
    assert_eq!(reply.deliver.len(), 2, "{:?}", reply.deliver);
    shop.after(&reply);
    shop.assert_sold_once(&buyer);
    assert_eq!(
        shop.receive(&body).status,
        200,
        "and a redelivery changes nothing"
    );
    shop.assert_sold_once(&buyer);
}

/// The commit is refused because a redirect was faster, and that answer is lost as well: the token
/// is not there, so it decides again and finds nothing left to do.
#[test]
fn f2_a_lost_refusal_is_not_taken_for_success() {
    let shop = Shop::open();
    let (buyer, session, body) = shop.paid_and_untold();
    let webhook = shop.begin_webhook(&body).after_steps(2);
    assert_eq!(shop.come_back(&session).status, 303);
    assert_eq!(cause(&shop), "return");
    shop.world.take_io();
    shop.world.trouble_at(0, Trouble::After);
    let reply = webhook.finish();
    assert_eq!(reply.status, 200);
    assert!(!shop.world.forget_trouble());
    assert!(
        reply.deliver.is_empty(),
        "not its work: {:?}",
        reply.deliver
    );
    shop.after(&reply);
    assert_eq!(cause(&shop), "return");
    assert_eq!(
        shop.texts("SELECT state AS text FROM inbox"),
        ["done"],
        "the event is kept"
    );
    shop.assert_sold_once(&buyer);
}

/// Committed, the answer lost, and before it can look somebody else has moved the order on: the
/// token is still in the history.
#[test]
fn f2_an_own_commit_is_recognised_although_others_wrote_after_it() {
    let shop = Shop::open();
    let (buyer, session, body) = shop.paid_and_untold();
    let webhook = shop.begin_webhook(&body).after_steps(2);
    shop.world.trouble_at(0, Trouble::After);
    // The commit happens, and the look at the history is still to come.
    let mut webhook = webhook;
    assert!(!webhook.go_on());
    assert_eq!(shop.status(&buyer), "confirmed");
    assert_eq!(shop.come_back(&session).status, 303);
    shop.pay_elsewhere_for(&buyer);
    let reply = webhook.finish();
    assert_eq!((reply.status, reply.deliver.len()), (200, 2));
    shop.after(&reply);
    assert_eq!(shop.releases(), 1);
    let versions = shop.value("SELECT version FROM orders").as_i64().unwrap();
    assert!(versions >= 4, "somebody wrote after it: {versions}");
    shop.check();
}

/// A real conflict without any loss: the second writer decides again.
#[test]
fn a_commit_that_meets_another_writer_is_decided_again() {
    let shop = Shop::open();
    let (buyer, session, body) = shop.paid_and_untold();
    let back = shop.begin_return(&session).after_steps(2);
    assert_eq!(shop.receive(&body).status, 200);
    let reply = back.finish();
    assert_eq!(reply.status, 303);
    assert!(reply.deliver.is_empty());
    assert!(cause(&shop).starts_with("event evt_"), "{}", cause(&shop));
    shop.assert_sold_once(&buyer);
}

/// A cancel comes between a webhook's read and its write: the session cannot be closed any more, so
/// Stripe's word settles the order, and the webhook finds that done.
#[test]
fn s20_a_cancel_in_the_middle_of_a_webhook_finds_the_order_paid() {
    let shop = Shop::open();
    let (buyer, _, body) = shop.paid_and_untold();
    let webhook = shop.begin_webhook(&body).after_steps(2);
    let cancel = shop.cancel(&buyer);
    assert_eq!(cancel.status, 409, "{}", common::text(&cancel));
    let reply = webhook.finish();
    assert_eq!(reply.status, 200);
    shop.after(&reply);
    shop.run_cron(120);
    shop.assert_sold_once(&buyer);
}

/// Every commit of a webhook and of what follows it may lose its answer.
#[test]
fn f2_a_lost_answer_at_any_step_changes_no_outcome() {
    for step in 0.. {
        let shop = Shop::open();
        let (buyer, _, body) = shop.paid_and_untold();
        shop.world.trouble_at(step, Trouble::After);
        let status = shop.receive(&body).status;
        if shop.world.forget_trouble() {
            assert!(step >= 6, "only {step} steps were hit");
            break;
        }
        if status != 200 {
            assert_eq!(
                (status, step),
                (503, 0),
                "only the first read cannot be made up for"
            );
            assert_eq!(shop.receive(&body).status, 200);
        }
        shop.run_cron_without_backfill(1_200);
        shop.assert_sold_once(&buyer);
    }
}

/// The same for what cron writes: leases, polls, deliveries.
#[test]
fn f2_a_lost_answer_at_any_step_of_cron_changes_no_outcome() {
    for trouble in [Trouble::Before, Trouble::After, Trouble::Killed] {
        for step in 0.. {
            let shop = Shop::open();
            let (buyer, _, _) = shop.paid_and_untold();
            shop.world.advance(100);
            shop.world.trouble_at(step, trouble);
            shop.tick_after(0);
            if shop.world.forget_trouble() {
                assert!(step >= 8, "only {step} steps were hit");
                break;
            }
            shop.world.restart();
            shop.run_cron(1_800);
            shop.assert_sold_once(&buyer);
        }
    }
}

use proptest::prelude::*;

use super::*;
use crate::money::Currency;
use crate::provider::stripe::fixtures::decode_form;

const LINES: [SessionLine<'static>; 2] = [
    SessionLine {
        name: "2 × Tee & Mug – “blue”",
        total_minor: 3999,
    },
    SessionLine {
        name: "Support, 12 months",
        total_minor: 499,
    },
];

fn eur(amount_minor: i64) -> Money {
    Money {
        amount_minor,
        currency: Currency::parse("EUR").unwrap(),
    }
}

fn order<'a>(total: Money, lines: &'a [SessionLine<'a>]) -> CreateSession<'a> {
    CreateSession {
        order_number: "7K3M-Q9TB-XW2C-4",
        payment_id: "pay_01",
        total,
        lines,
        customer_email: "zoë+test@example.com",
        success_url: "https://shop.example/return/stripe?session_id={CHECKOUT_SESSION_ID}",
        cancel_url: "https://shop.example/orders/7K3M-Q9TB-XW2C-4",
        expires_at: Timestamp(1_795_293_600),
    }
}

fn amounts(form: &str) -> Vec<i64> {
    let pairs = decode_form(form);
    let amounts = pairs
        .iter()
        .filter(|(key, _)| key.ends_with("[price_data][unit_amount]"));
    amounts.map(|(_, value)| value.parse().unwrap()).collect()
}

fn value(form: &str, key: &str) -> Option<String> {
    decode_form(form)
        .into_iter()
        .find(|(k, _)| k == key)
        .map(|(_, value)| value)
}

/// The body is stored and sent again after a deployment, so its bytes are pinned.
#[test]
fn the_frozen_body_is_pinned() {
    let body = order(eur(4498), &LINES).freeze().unwrap();
    assert_eq!(
        body,
        "mode=payment\
         &client_reference_id=7K3M-Q9TB-XW2C-4\
         &customer_email=zo%C3%AB%2Btest%40example.com\
         &success_url=https%3A%2F%2Fshop.example%2Freturn%2Fstripe%3Fsession_id%3D\
         %7BCHECKOUT_SESSION_ID%7D\
         &cancel_url=https%3A%2F%2Fshop.example%2Forders%2F7K3M-Q9TB-XW2C-4\
         &expires_at=1795293600\
         &locale=auto\
         &adaptive_pricing[enabled]=false\
         &line_items[0][quantity]=1\
         &line_items[0][price_data][currency]=eur\
         &line_items[0][price_data][unit_amount]=3999\
         &line_items[0][price_data][product_data][name]=\
         2%20%C3%97%20Tee%20%26%20Mug%20%E2%80%93%20%E2%80%9Cblue%E2%80%9D\
         &line_items[1][quantity]=1\
         &line_items[1][price_data][currency]=eur\
         &line_items[1][price_data][unit_amount]=499\
         &line_items[1][price_data][product_data][name]=Support%2C%2012%20months\
         &metadata[order_number]=7K3M-Q9TB-XW2C-4\
         &metadata[payment_id]=pay_01\
         &payment_intent_data[metadata][order_number]=7K3M-Q9TB-XW2C-4\
         &payment_intent_data[metadata][payment_id]=pay_01"
    );
}

#[test]
fn s42_yen_are_sent_as_whole_yen() {
    let total = Money {
        amount_minor: 5000,
        currency: Currency::parse("JPY").unwrap(),
    };
    let body = order(
        total,
        &[SessionLine {
            name: "Plan",
            total_minor: 5000,
        }],
    )
    .freeze()
    .unwrap();
    assert_eq!(amounts(&body), [5000]);
    assert_eq!(
        value(&body, "line_items[0][price_data][currency]").as_deref(),
        Some("jpy")
    );
}

#[test]
fn s44_lines_that_stripe_cannot_take_become_one_line_with_the_total() {
    let with_discount = [
        SessionLine {
            name: "Plan",
            total_minor: 5000,
        },
        SessionLine {
            name: "Discount",
            total_minor: -502,
        },
    ];
    let many = [SessionLine {
        name: "Seat",
        total_minor: 10,
    }; 101];
    for (total, lines) in [(4498, &with_discount[..]), (1010, &many[..])] {
        let body = order(eur(total), lines).freeze().unwrap();
        assert_eq!(amounts(&body), [total]);
        let name = value(&body, "line_items[0][price_data][product_data][name]");
        assert_eq!(name.as_deref(), Some("Order 7K3M-Q9TB-XW2C-4"));
    }
    let body = order(eur(1000), &many[..100]).freeze().unwrap();
    assert_eq!(amounts(&body).len(), 100);
}

/// Stripe takes dinars in tens of fils only; a rounded line may not be one although the total is.
#[test]
fn s42_s44_a_line_that_the_currency_cannot_express_does_not_stop_the_order() {
    let total = Money {
        amount_minor: 1000,
        currency: Currency::parse("KWD").unwrap(),
    };
    let odd = [335, 335, 330].map(|total_minor| SessionLine {
        name: "Plan",
        total_minor,
    });
    let even = [340, 330, 330].map(|total_minor| SessionLine {
        name: "Plan",
        total_minor,
    });
    assert_eq!(amounts(&order(total, &odd).freeze().unwrap()), [1000]);
    assert_eq!(
        amounts(&order(total, &even).freeze().unwrap()),
        [340, 330, 330]
    );
}

#[test]
fn s44_lines_that_do_not_sum_to_the_total_are_never_sent() {
    let overflow = [SessionLine {
        name: "a",
        total_minor: i64::MAX,
    }; 2];
    for (total, lines) in [
        (4497, &LINES[..]),
        (4499, &LINES[..]),
        (100, &[]),
        (100, &overflow),
    ] {
        let frozen = order(eur(total), lines).freeze();
        assert_eq!(frozen, Err(CreateSessionError::LinesDoNotSum), "{total}");
    }
}

#[test]
fn s32_a_total_that_stripe_cannot_collect_is_refused_up_front() {
    for (total, problem) in [
        (49, AmountProblem::TooSmall { minimum_minor: 50 }),
        (0, AmountProblem::TooSmall { minimum_minor: 50 }),
        (-1, AmountProblem::TooSmall { minimum_minor: 50 }),
        (
            100_000_000,
            AmountProblem::TooLarge {
                maximum_minor: 99_999_999,
            },
        ),
    ] {
        let lines = [SessionLine {
            name: "Plan",
            total_minor: total,
        }];
        let frozen = order(eur(total), &lines).freeze();
        assert_eq!(frozen, Err(CreateSessionError::Total(problem)), "{total}");
    }
}

#[test]
fn texts_beyond_stripes_limits_are_refused_by_name() {
    let (long, longest) = ("é".repeat(201), "é".repeat(5_001));
    let lines = [SessionLine {
        name: &longest,
        total_minor: 4498,
    }];
    let good = order(eur(4498), &LINES);
    for (order, field) in [
        (
            CreateSession {
                order_number: &long,
                ..good
            },
            "order_number",
        ),
        (
            CreateSession {
                order_number: "",
                ..good
            },
            "order_number",
        ),
        (
            CreateSession {
                payment_id: &long,
                ..good
            },
            "payment_id",
        ),
        (
            CreateSession {
                customer_email: "",
                ..good
            },
            "customer_email",
        ),
        (
            CreateSession {
                success_url: &longest,
                ..good
            },
            "success_url",
        ),
        (
            CreateSession {
                cancel_url: &longest,
                ..good
            },
            "cancel_url",
        ),
        (
            CreateSession {
                lines: &lines,
                ..good
            },
            "line name",
        ),
    ] {
        assert_eq!(order.freeze(), Err(CreateSessionError::Text(field)));
    }
    let longest_good = "é".repeat(200);
    assert!(
        CreateSession {
            order_number: &longest_good,
            ..good
        }
        .freeze()
        .is_ok()
    );
}

proptest! {
    #[test]
    fn s44_the_lines_sent_always_sum_to_the_total(
        totals in prop::collection::vec(-2_000_i64..50_000, 1..120),
    ) {
        let lines: Vec<_> =
            totals.iter().map(|total| SessionLine { name: "Line", total_minor: *total }).collect();
        let total: i64 = totals.iter().sum();
        match order(eur(total), &lines).freeze() {
            Ok(body) => {
                let sent = amounts(&body);
                prop_assert_eq!(sent.iter().sum::<i64>(), total);
                prop_assert!(sent.len() <= 100 && sent.iter().all(|amount| *amount >= 0));
            }
            Err(error) => {
                prop_assert!(matches!(error, CreateSessionError::Total(_)));
                prop_assert!(total < 50);
            }
        }
    }
}

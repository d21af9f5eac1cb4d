//! Every page in every state: pinned, and checked for what must hold on all of them.

#![expect(
    clippy::expect_used,
    reason = "helpers of tests, outside of a test function"
)]

use edgetill_preview::{Sample, hostile, pages};

fn samples() -> Vec<Sample> {
    pages::all().expect("every page renders")
}

fn page(name: &str) -> String {
    let found = samples().into_iter().find(|sample| sample.name == name);
    assert!(found.is_some(), "no sample {name}");
    found.map(|sample| sample.html).unwrap_or_default()
}

/// The values of an attribute, in order.
fn values<'a>(html: &'a str, attribute: &str) -> Vec<&'a str> {
    let start = format!(" {attribute}=\"");
    html.split(&start)
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect()
}

/// The readable text: without tags, with single spaces.
fn text(html: &str) -> String {
    let body = html.split_once("<body>").map_or(html, |(_, body)| body);
    let pieces = body
        .split('<')
        .filter_map(|piece| piece.split_once('>'))
        .map(|(_, text)| text);
    pieces
        .collect::<Vec<_>>()
        .join(" ")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn every_page_looks_as_pinned() {
    for sample in samples() {
        insta::assert_snapshot!(sample.name, sample.html);
    }
}

#[test]
fn hostile_text_stays_text_in_every_field() {
    let hostile_pages: Vec<_> = samples()
        .into_iter()
        .filter(|s| s.name.ends_with("hostile"))
        .collect();
    assert_eq!(hostile_pages.len(), 8);
    for Sample { name, html } in hostile_pages {
        assert!(!html.contains("<script"), "{name} lets a tag through");
        assert!(!html.contains("\"'&"), "{name} lets quotes through");
        assert!(
            !html.contains(&hostile()),
            "{name} lets the whole text through"
        );
        assert!(
            html.contains("&#60;script&#62;"),
            "{name} shows what was typed"
        );
    }
}

#[test]
fn pages_need_no_script_no_inline_style_and_no_third_party() {
    for Sample { name, html } in samples() {
        for forbidden in [
            "<script",
            "<style",
            " style=",
            " onclick=",
            " onsubmit=",
            "<iframe",
        ] {
            assert!(!html.contains(forbidden), "{name} contains {forbidden}");
        }
        if name.ends_with("hostile") {
            continue;
        }
        for address in ["href", "src", "action"].map(|a| values(&html, a)).concat() {
            let ours = address.starts_with('/') && !address.starts_with("//");
            let local = address.starts_with(['#', '?']) || address.starts_with("mailto:");
            assert!(ours || local, "{name} points to {address}");
        }
    }
}

#[test]
fn pages_have_one_main_one_h1_a_language_and_headings_in_order() {
    for Sample { name, html } in samples() {
        assert_eq!(html.matches("<main").count(), 1, "{name}");
        assert_eq!(html.matches("<h1").count(), 1, "{name}");
        assert!(html.contains("<html lang=\"en\">"), "{name}");
        assert!(
            !html.contains("<h3"),
            "{name} skips no level: there are two"
        );
        let first = html.find("<h1").zip(html.find("<h2"));
        assert!(
            first.is_none_or(|(h1, h2)| h1 < h2),
            "{name} starts with its h1"
        );
    }
}

#[test]
fn ids_are_unique_and_every_reference_to_one_is_met() {
    for Sample { name, html } in samples() {
        let mut ids = values(&html, "id");
        let count = ids.len();
        for target in ["for", "aria-describedby", "aria-labelledby"]
            .map(|a| values(&html, a))
            .concat()
        {
            for id in target.split(' ') {
                assert!(ids.contains(&id), "{name} refers to {id}");
            }
        }
        for link in values(&html, "href")
            .iter()
            .filter_map(|href| href.strip_prefix('#'))
        {
            assert!(ids.contains(&link), "{name} links to {link}");
        }
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count, "{name} repeats an id");
    }
}

#[test]
fn every_field_that_can_be_seen_has_a_label() {
    for Sample { name, html } in samples() {
        let fields = ["<input", "<select", "<textarea"].map(|tag| html.matches(tag).count());
        let visible = fields.iter().sum::<usize>() - html.matches("type=\"hidden\"").count();
        assert_eq!(html.matches("<label").count(), visible, "{name}");
    }
}

#[test]
fn an_error_stands_beside_its_field_and_in_the_summary_and_nothing_typed_is_lost() {
    let html = page("checkout-errors");
    assert!(html.contains("<title>Error: Checkout"));
    assert!(
        html.contains("<a href=\"#billing_postal_code\">Postal code: Enter the postal code.</a>")
    );
    assert!(html.contains("id=\"billing_postal_code-error\">Enter the postal code.</p>"));
    assert!(html.contains("aria-describedby=\"customer_email-hint customer_email-error\""));
    assert!(html.contains("<li>The total is too large.</li>"));
    for typed in ["ada@", "two", "Weiß &#38; Söhne GmbH", "DE123456789"] {
        assert!(values(&html, "value").contains(&typed), "{typed} is lost");
    }
}

#[test]
fn a16_no_page_says_paid_before_the_order_is_confirmed() {
    for Sample { name, html } in samples() {
        let is_for_buyers = !name.starts_with("staff-");
        if name.ends_with("hostile") || name.starts_with("order-confirmed") || !is_for_buyers {
            continue;
        }
        let text = text(&html)
            .replace("Paid by", "")
            .replace("Not paid", "")
            .to_lowercase();
        for claim in ["paid", "thank you", "received your payment", "confirmed it"] {
            assert!(!text.contains(claim), "{name} says {claim:?}");
        }
    }
}

#[test]
fn a19_reference_and_payer_are_shown_while_unconfirmed() {
    for name in ["order-confirming-days", "order-unconfirmed"] {
        let text = text(&page(name));
        assert!(text.contains("Payment reference P-4V9T-K2HD"), "{name}");
        assert!(text.contains("Paid by Visa card ending in 4242"), "{name}");
    }
    assert!(text(&page("order-confirming")).contains("Paid by Not known yet"));
}

#[test]
fn a19_a_confirmed_order_shows_subscription_payment_reference_and_payer() {
    let text = text(&page("order-confirmed"));
    assert!(text.contains("Subscription ID S-7K3M-9QXP-2D4R"));
    assert!(text.contains("Payment reference P-4V9T-K2HD"));
    assert!(text.contains("Paid by Visa card ending in 4242"));
}

#[test]
fn a19_an_order_that_was_confirmed_names_its_subscription_whatever_became_of_it() {
    for name in ["order-confirmed", "order-refunded", "order-reversed"] {
        let text = text(&page(name));
        assert!(text.contains("Subscription ID S-7K3M-9QXP-2D4R"), "{name}");
    }
}

#[test]
fn a_failed_attempt_names_nobody_as_the_payer() {
    assert!(!text(&page("order-not-paid")).contains("Paid by"));
}

#[test]
fn a36_every_order_page_shows_the_order_number() {
    for Sample { name, html } in samples() {
        if name.starts_with("order-") && !name.ends_with("hostile") {
            let text = text(&html).replace(" - ", "-");
            assert!(text.contains("7K3M-9QXP-2D4R-T"), "{name}");
        }
    }
}

#[test]
fn only_a_page_that_waits_for_seconds_reloads_itself_and_it_can_be_stopped() {
    for Sample { name, html } in samples() {
        let reloads = html.contains("<meta http-equiv=\"refresh\"");
        assert_eq!(reloads, name == "order-confirming", "{name}");
        assert_eq!(reloads, html.contains("Stop updating"), "{name}");
    }
}

#[test]
fn the_text_is_calm() {
    for Sample { name, html } in samples() {
        assert!(!text(&html).contains('!'), "{name} shouts");
    }
}

#[test]
fn the_stylesheet_stays_small() {
    let css = include_str!("../../../functions/pages/assets/style.css");
    assert!(css.len() < 12 * 1024, "{} bytes", css.len());
    assert!(
        !css.contains("url(") && !css.contains("@import"),
        "it loads nothing"
    );
}

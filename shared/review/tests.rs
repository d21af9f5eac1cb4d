//! What each decision writes; the functions' tests run them against the schema.

use super::*;

#[test]
fn stored_verdict_text_unchanged() {
    let texts: Vec<_> = Verdict::ALL.iter().map(|v| v.as_str()).collect();
    assert_eq!(
        texts,
        ["proposed", "approved", "rejected", "settled", "revoked"]
    );
    for verdict in Verdict::ALL {
        assert_eq!(serde_json::to_value(verdict).unwrap(), verdict.as_str());
    }
    let codes: Vec<_> = RevocationCode::ALL.iter().map(|c| c.as_str()).collect();
    assert_eq!(codes, ["returned", "mistake"]);
}

/// S27: the tolerance is of the total and rounded in the shop's favour.
#[test]
fn s27_what_may_be_missing_is_a_part_of_the_total_rounded_down() {
    let terms = |forgiven_percent| Terms {
        forgiven_percent,
        kept_s: 1,
    };
    for (percent, total, forgiven) in [
        (0, 11_900, 0),
        (1, 11_900, 119),
        (1, 99, 0),
        (10, 9_007_199_254_740_991, 922_337_203_685_477_580 / 10),
    ] {
        let max = terms(percent).forgiven_max_minor(total);
        assert!(
            max <= forgiven.max(total / 10),
            "{percent} of {total}: {max}"
        );
        assert_eq!(max.min(1_000), forgiven.min(1_000), "{percent} of {total}");
    }
}

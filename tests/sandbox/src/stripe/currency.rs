//! What Stripe knows about currencies (Stripe documentation, "Supported currencies").

use super::error::ApiError;
use crate::readable::grouped;

/// Presentment currencies.
const KNOWN: &str = "usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd \
    bob brl bsd bwp byn bzd cad cdf chf clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp \
    gbp gel gip gmd gnf gtq gyd hkd hnl htg huf idr ils inr isk jmd jod jpy kes kgs khr kmf krw kwd \
    kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok \
    npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sek sgd shp sle sos srd \
    std szl thb tjs tnd top try ttd twd tzs uah ugx uyu uzs vnd vuv wst xaf xcd xof xpf yer zar zmw";
/// Amounts are whole units.
const WITHOUT_DECIMALS: &str = "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf";
/// Three decimals, of which the last must be 0.
const THREE_DECIMALS: &str = "bhd jod kwd omr tnd";
/// Written with two decimals that must be `00`.
const WHOLE_UNITS: &str = "isk ugx";
/// The smallest amounts, in minor units.
const MINIMUM_MINOR: [(&str, i64); 31] = [
    ("usd", 50),
    ("aed", 200),
    ("ars", 50),
    ("aud", 50),
    ("brl", 50),
    ("cad", 50),
    ("chf", 50),
    ("cop", 50),
    ("czk", 1_500),
    ("dkk", 250),
    ("eur", 50),
    ("gbp", 30),
    ("hkd", 400),
    ("huf", 17_500),
    ("idr", 50),
    ("ils", 50),
    ("inr", 50),
    ("jpy", 50),
    ("krw", 50),
    ("mxn", 1_000),
    ("myr", 200),
    ("nok", 300),
    ("nzd", 50),
    ("php", 50),
    ("pln", 200),
    ("ron", 200),
    ("rub", 50),
    ("sek", 300),
    ("sgd", 50),
    ("thb", 1_000),
    ("zar", 50),
];
/// The largest amount: eight digits (API reference, "amount").
pub(crate) const AMOUNT_MINOR_MAX: i64 = 99_999_999;

/// True for a lower-case code that Stripe can present.
pub(crate) fn is_known(code: &str) -> bool {
    code.len() == 3 && KNOWN.split_ascii_whitespace().any(|known| known == code)
}

/// Refuses an amount that cannot be charged. Zero is left to the caller.
pub(crate) fn check_amount(amount_minor: i64, code: &str, param: &str) -> Result<(), ApiError> {
    let listed = |list: &str| list.split_ascii_whitespace().any(|known| known == code);
    if amount_minor > AMOUNT_MINOR_MAX {
        let message = format!(
            "Amount must be no more than {}",
            readable(AMOUNT_MINOR_MAX, code)
        );
        return Err(ApiError::invalid(message)
            .code("amount_too_large")
            .param(param));
    }
    let minimum = MINIMUM_MINOR
        .iter()
        .find(|(known, _)| *known == code)
        .map_or(1, |(_, min)| *min);
    if amount_minor < minimum {
        let message = format!("Amount must be at least {}", readable(minimum, code));
        return Err(ApiError::invalid(message)
            .code("amount_too_small")
            .param(param));
    }
    if (listed(THREE_DECIMALS) && amount_minor % 10 != 0)
        || (listed(WHOLE_UNITS) && amount_minor % 100 != 0)
    {
        let message = format!("Invalid amount for {code}: the last digits must be zero.");
        return Err(ApiError::invalid(message).param(param));
    }
    Ok(())
}

/// `1,119.99 EUR`: an amount of minor units, for pages and messages.
#[must_use]
pub fn readable(amount_minor: i64, code: &str) -> String {
    let listed = |list: &str| list.split_ascii_whitespace().any(|known| known == code);
    let digits = if listed(WITHOUT_DECIMALS) {
        0
    } else if listed(THREE_DECIMALS) {
        3
    } else {
        2
    };
    let name = code.to_ascii_uppercase();
    let unit = 10_u64.pow(digits);
    let sign = if amount_minor < 0 { "-" } else { "" };
    let minor = amount_minor.unsigned_abs();
    let (whole, rest) = (grouped(minor / unit), minor % unit);
    match usize::try_from(digits) {
        Ok(width) if width > 0 => format!("{sign}{whole}.{rest:0width$} {name}"),
        _ => format!("{sign}{whole} {name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_equals_the_collected_facts() {
        let facts: serde_json::Value =
            serde_json::from_str(include_str!("../../../fixtures/stripe/currencies.json")).unwrap();
        let minimums = facts["minimum_charge_minor_units"].as_object().unwrap();
        assert_eq!(minimums.len(), MINIMUM_MINOR.len());
        for (code, minimum) in minimums {
            let minimum = minimum.as_i64().unwrap();
            assert!(check_amount(minimum, code, "amount").is_ok(), "{code}");
            assert!(check_amount(minimum - 1, code, "amount").is_err(), "{code}");
        }
        let list = |name: &str| -> Vec<String> {
            let codes = facts[name].as_array().unwrap().iter();
            codes
                .map(|code| code.as_str().unwrap().to_owned())
                .collect()
        };
        let split = |text: &str| -> Vec<String> {
            text.split_ascii_whitespace().map(str::to_owned).collect()
        };
        assert_eq!(list("zero_decimal"), split(WITHOUT_DECIMALS));
        assert_eq!(list("three_decimal_last_digit_zero"), split(THREE_DECIMALS));
        assert_eq!(
            list("two_decimal_representation_but_whole_units_only"),
            split(WHOLE_UNITS)
        );
        let every = [WITHOUT_DECIMALS, THREE_DECIMALS, WHOLE_UNITS].concat();
        assert!(
            split(
                &every
                    .replace("xpfbhd", "xpf bhd")
                    .replace("tndisk", "tnd isk")
            )
            .iter()
            .all(|c| is_known(c))
        );
    }

    #[test]
    fn amounts_read_as_their_currency_does() {
        assert_eq!(readable(1_999, "eur"), "19.99 EUR");
        assert_eq!(readable(7_700, "jpy"), "7,700 JPY");
        assert_eq!(readable(-123_456_705, "usd"), "-1,234,567.05 USD");
        assert_eq!(readable(1_230, "kwd"), "1.230 KWD");
    }

    #[test]
    fn last_digits_that_the_network_cannot_carry_are_refused() {
        assert!(check_amount(1_231, "kwd", "amount").is_err());
        assert!(check_amount(501, "isk", "amount").is_err());
        assert!(check_amount(AMOUNT_MINOR_MAX + 1, "usd", "amount").is_err());
    }
}

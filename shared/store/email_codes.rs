//! One-time codes that were sent by e-mail.

use super::statements;

statements! {
    /// The newest code of an order.
    CODE_OF_ORDER = "SELECT nth, seed, sent_at, expires_at, tries, confirmed_at FROM email_codes \
        WHERE purpose = 'order' AND subject = ?1 ORDER BY nth DESC LIMIT 1";
    /// A code that is sent in the same batch.
    INSERT_CODE = "INSERT INTO email_codes (purpose, subject, nth, seed, sent_at, expires_at) \
        VALUES ('order', ?1, ?2, ?3, ?4, ?5)";
    /// Counts a try of a code; one more than there are is refused by a CHECK.
    COUNT_CODE_TRY = "UPDATE email_codes SET tries = tries + 1 \
        WHERE purpose = 'order' AND subject = ?1 AND nth = ?2 RETURNING tries";
    /// The code was right.
    CODE_CONFIRMED = "UPDATE email_codes SET confirmed_at = ?3 \
        WHERE purpose = 'order' AND subject = ?1 AND nth = ?2";
}

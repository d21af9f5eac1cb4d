//! What was fetched from a provider.

use super::statements;

statements! {
    /// What is kept under a key and has not ended.
    FIND_CACHED = "SELECT value, expires_at FROM provider_cache \
        WHERE kind = ?1 AND key = ?2 AND expires_at > ?3";
    /// Keeps a value in the place of what was kept under its key.
    PUT_CACHED = "INSERT INTO provider_cache (kind, key, value, expires_at) \
        VALUES (?1, ?2, ?3, ?4) ON CONFLICT (kind, key) DO UPDATE SET \
        value = excluded.value, expires_at = excluded.expires_at";
    /// Forgets this value and no other.
    FORGET_CACHED = "DELETE FROM provider_cache WHERE kind = ?1 AND key = ?2 AND value = ?3";
}

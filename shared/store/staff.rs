//! Staff, and what they did.

use super::statements;

statements! {
    /// A member of staff by their address.
    MEMBER = "SELECT email, role, created_at, disabled_at FROM staff WHERE email = ?1";
    /// Everybody who works here or did, by address.
    MEMBERS = "SELECT email, role, created_at, disabled_at FROM staff \
        WHERE email > ?1 ORDER BY email LIMIT 50";
    /// Lets somebody work here, again or in another role.
    ADMIT_MEMBER = "INSERT INTO staff (email, role, created_at) VALUES (?1, ?2, ?3) \
        ON CONFLICT (email) DO UPDATE SET role = excluded.role, disabled_at = NULL";
    /// Lets somebody work here no more.
    DISABLE_MEMBER = "UPDATE staff SET disabled_at = ?2 \
        WHERE email = ?1 AND disabled_at IS NULL";
    /// What somebody did, in the batch that does it.
    INSERT_AUDIT = "INSERT INTO staff_audit (at, audit_token, email, action, subject, detail) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    /// Whether an entry of ours is there.
    AUDIT_BY_TOKEN = "SELECT action FROM staff_audit WHERE at = ?1 AND audit_token = ?2";
    /// The newest fifty entries; for admins.
    AUDIT = "SELECT at, email, action, subject, detail FROM staff_audit \
        WHERE at > 0 ORDER BY at DESC, audit_token DESC LIMIT 50";
}

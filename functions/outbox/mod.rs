//! Delivering what the outbox holds: mails, and releases to production.

pub mod deliver;
pub mod mail;
pub mod release;
mod transfer_mail;

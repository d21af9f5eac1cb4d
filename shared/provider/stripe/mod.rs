//! Stripe: Checkout Sessions, events, signatures.

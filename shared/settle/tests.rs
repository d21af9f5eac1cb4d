//! What a fact makes of an order, decided in one place.

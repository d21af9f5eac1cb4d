//! The schema: its guards, its plans, its migrations.

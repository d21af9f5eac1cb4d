//! The schema: its guards, its plans, its costs, its migrations.
//!
//! Each test takes its list from the database itself: a guard, a column or a statement that is added
//! without a case makes a test fail.

mod cases;
mod columns;
mod costs;
mod effects;
mod guards;
mod in_use;
mod migrations;
mod parse;
mod plans;
mod rights;
mod rows_read;
mod seed;
mod steps;
mod values;

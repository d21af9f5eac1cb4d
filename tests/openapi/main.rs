//! `openapi.json`: made from the route table and the Rust types, compared with the committed file,
//! and held against what the shop really answers.

mod current;
mod document;
mod examples;
mod operations;
mod problems;
mod readme;
mod replies;
mod required;
mod watched;

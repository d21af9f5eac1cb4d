//! Declares what `bridge.js` exports. None of its functions throws or rejects.

use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use worker::web_sys;

#[wasm_bindgen(module = "/functions/adapters/bridge.js")]
extern "C" {
    /// Resolves to a string.
    pub(super) async fn run_batch(db: &JsValue, statements: &str) -> JsValue;
    /// Resolves to an array of a string and a `Uint8Array`.
    pub(super) async fn send_request(head: &str, body: js_sys::Uint8Array) -> JsValue;
    pub(super) fn head_of(request: &web_sys::Request) -> String;
    /// Resolves to a `Uint8Array`, or `undefined` when the caller broke off.
    pub(super) async fn body_of(request: &web_sys::Request, length_max: u32) -> JsValue;
    pub(super) fn response_of(head: &str, body: js_sys::Uint8Array) -> web_sys::Response;
    /// Resolves to a string.
    pub(super) async fn send_mail(sender: &JsValue, mail: &str) -> JsValue;
    /// Resolves to a string: hex digits, or the text of what went wrong.
    pub(super) async fn sha256(bytes: js_sys::Uint8Array) -> JsValue;
    /// Resolves to a string.
    pub(super) async fn put_blob(
        bucket: &JsValue,
        key: &str,
        bytes: js_sys::Uint8Array,
        media_type: &str,
        sha256: &str,
    ) -> JsValue;
    /// Resolves to a string.
    pub(super) async fn head_blob(bucket: &JsValue, key: &str) -> JsValue;
    /// Resolves to a `Uint8Array`, `null`, or a string.
    pub(super) async fn get_blob(bucket: &JsValue, key: &str) -> JsValue;
    /// Resolves to a string.
    pub(super) async fn delete_blob(bucket: &JsValue, key: &str) -> JsValue;
    /// Resolves to a boolean.
    pub(super) async fn admit(limiter: &JsValue, key: &str) -> JsValue;
    /// Resolves to a boolean, or to the text of what went wrong.
    pub(super) async fn verify_rsa(
        spki: js_sys::Uint8Array,
        message: js_sys::Uint8Array,
        signature: js_sys::Uint8Array,
    ) -> JsValue;
    pub(super) fn settings_of(env: &JsValue) -> String;
    pub(super) fn binding_of(env: &JsValue, name: &str) -> JsValue;
    pub(super) fn fill_random(bytes: &mut [u8]);
    pub(super) fn unix_seconds() -> i64;
    pub(super) fn log_line(line: &str);
}

//! One HTTP/1.1 exchange over a connection of its own. Nothing is followed, kept or decoded, so that
//! a test sees exactly what the shop answers.

use std::convert::Infallible;
use std::io::ErrorKind;
use std::pin::Pin;
use std::sync::LazyLock;
use std::task::{Context, Poll};
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::{Body as HttpBody, Bytes, Frame, SizeHint};
use hyper::client::conn::http1;
use hyper::{Request, Uri};
use hyper_util::rt::TokioIo;
use serde_json::Value as Json;
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio::time::timeout;

/// Much longer than any deadline that is tested: a machine may be slow.
const PATIENCE: Duration = Duration::from_secs(120);

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("a runtime"));

/// What a request carries.
#[derive(Debug, Clone, Copy)]
pub enum Body<'a> {
    /// Nothing.
    None,
    /// Bytes, with their number told in `Content-Length`.
    Whole(&'a [u8]),
    /// Bytes in chunks, so that nobody knows their number before the end.
    Chunked(&'a [u8]),
}

/// An answer as it came.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Names are lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The first value of a header, by lower-case name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut named = self.headers.iter().filter(|(known, _)| known == name);
        named.next().map(|(_, value)| value.as_str())
    }

    /// A header that must be there.
    #[must_use]
    pub fn must(&self, name: &str) -> &str {
        let value = self.header(name);
        value.unwrap_or_else(|| panic!("no header {name} in {self}"))
    }

    /// The body as text, with every space an ordinary one.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).replace('\u{a0}', " ")
    }

    /// The body as JSON.
    #[must_use]
    pub fn json(&self) -> Json {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self}"))
    }

    /// The answer itself, if it has this status.
    #[must_use]
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self}");
        self
    }

    /// The stable code of a problem.
    #[must_use]
    #[track_caller]
    pub fn code(&self) -> String {
        assert_eq!(self.must("content-type"), "application/problem+json");
        let problem = self.json();
        assert_eq!(problem["status"], self.status);
        problem["code"].as_str().expect("a code").to_owned()
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {:?}\n{}", self.status, self.headers, self.text())
    }
}

/// Sends one request and waits for the whole answer.
///
/// # Panics
/// When there is none.
#[must_use]
#[track_caller]
pub fn send(method: &str, url: &str, headers: &[(&str, &str)], body: Body<'_>) -> Answer {
    let exchange = async { timeout(PATIENCE, exchange(method, url, headers, body)).await };
    match RUNTIME.block_on(exchange) {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => panic!("{method} {url}: {error}"),
        Err(_) => panic!("{method} {url}: no answer in {PATIENCE:?}"),
    }
}

/// As [`send`], for a body that is refused before it has been read. Whoever does that may close the
/// connection while the body is still coming, and the answer can be lost with it (RFC 9112, section
/// 9.6): then the request is sent afresh.
///
/// # Panics
/// When every attempt's answer is lost, or none comes at all.
#[must_use]
#[track_caller]
pub fn send_refused(method: &str, url: &str, headers: &[(&str, &str)], body: Body<'_>) -> Answer {
    for _ in 0..20 {
        let exchange = async { timeout(PATIENCE, exchange(method, url, headers, body)).await };
        match RUNTIME.block_on(exchange) {
            Ok(Ok(answer)) => return answer,
            Ok(Err(error)) if closed_while_sending(&*error) => {}
            Ok(Err(error)) => panic!("{method} {url}: {error}"),
            Err(_) => panic!("{method} {url}: no answer in {PATIENCE:?}"),
        }
    }
    panic!("{method} {url}: twenty times the connection was closed without an answer")
}

/// Whether the connection ended, before the answer or in the middle of it.
fn closed_while_sending(error: &(dyn std::error::Error + 'static)) -> bool {
    let ended = [ErrorKind::ConnectionReset, ErrorKind::BrokenPipe];
    let is_ended = |error: &std::io::Error| ended.contains(&error.kind());
    error.is::<hyper::Error>() || error.downcast_ref().is_some_and(is_ended)
}

/// As [`send`] without headers and body; `None` when nobody answers.
#[must_use]
pub fn try_send(method: &str, url: &str) -> Option<Answer> {
    let exchange = async { timeout(PATIENCE, exchange(method, url, &[], Body::None)).await };
    RUNTIME.block_on(exchange).ok()?.ok()
}

async fn exchange(
    method: &str,
    url: &str,
    headers: &[(&str, &str)],
    body: Body<'_>,
) -> Result<Answer, Box<dyn std::error::Error>> {
    let url: Uri = url.parse()?;
    let address = url.authority().ok_or("an address without a host")?.as_str();
    let stream = TcpStream::connect(address).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let target = url.path_and_query().map_or("/", |path| path.as_str());
    let mut request = Request::builder().method(method).uri(target);
    request = request.header("host", address);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = sender.send_request(request.body(Sent::of(body))?).await?;
    let status = answer.status().as_u16();
    let text =
        |value: &hyper::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into();
    let headers = answer.headers().iter();
    let headers = headers.map(|(name, value)| (name.as_str().to_owned(), text(value)));
    let headers = headers.collect();
    let body = answer.into_body().collect().await?.to_bytes().to_vec();
    Ok(Answer {
        status,
        headers,
        body,
    })
}

/// A request's body, with or without a known length.
struct Sent {
    bytes: Full<Bytes>,
    chunked: bool,
}

impl Sent {
    fn of(body: Body<'_>) -> Self {
        let (bytes, chunked) = match body {
            Body::None => (Bytes::new(), false),
            Body::Whole(bytes) => (Bytes::copy_from_slice(bytes), false),
            Body::Chunked(bytes) => (Bytes::copy_from_slice(bytes), true),
        };
        Self {
            bytes: Full::new(bytes),
            chunked,
        }
    }
}

impl HttpBody for Sent {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Pin::new(&mut self.bytes).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        if self.chunked {
            SizeHint::default()
        } else {
            self.bytes.size_hint()
        }
    }
}

/// A form as browsers send it.
#[must_use]
pub fn encoded(fields: &[(&str, &str)]) -> String {
    let escape = |text: &str| -> String {
        let byte = |byte: u8| match byte {
            b' ' => "+".to_owned(),
            byte if byte.is_ascii_alphanumeric() || b"*-._".contains(&byte) => {
                char::from(byte).to_string()
            }
            byte => format!("%{byte:02X}"),
        };
        text.bytes().map(byte).collect()
    };
    let pairs = fields.iter();
    let pairs = pairs.map(|(name, value)| format!("{}={}", escape(name), escape(value)));
    pairs.collect::<Vec<_>>().join("&")
}

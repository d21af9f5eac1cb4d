//! One POST over plain HTTP/1.1. Webhooks go to the shop on this machine; TLS is not needed there.

use std::time::Duration;

use axum::http::{Request, Uri};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// An answer that takes longer counts as none. Stripe documents no limit.
const DEADLINE: Duration = Duration::from_secs(20);

/// Posts the body; `None` for no answer in time, or for a URL that is not plain HTTP.
pub(crate) async fn post(
    url: &str,
    headers: &[(&'static str, String)],
    body: Vec<u8>,
) -> Option<u16> {
    timeout(DEADLINE, exchange(url, headers, body))
        .await
        .ok()
        .flatten()
}

async fn exchange(url: &str, headers: &[(&'static str, String)], body: Vec<u8>) -> Option<u16> {
    let url: Uri = url
        .parse()
        .ok()
        .filter(|url: &Uri| url.scheme_str() == Some("http"))?;
    let host = url.host()?;
    let stream = TcpStream::connect((host, url.port_u16().unwrap_or(80)))
        .await
        .ok()?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.ok()?;
    tokio::spawn(connection);
    let path = url.path_and_query().map_or("/", |path| path.as_str());
    let mut request = Request::post(path).header("host", url.authority()?.as_str());
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    let request = request.body(Full::new(Bytes::from(body))).ok()?;
    let answer = sender.send_request(request).await.ok()?;
    Some(answer.status().as_u16())
}

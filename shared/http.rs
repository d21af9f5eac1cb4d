//! HTTP messages as data: what ring 0 asks to be sent, and what came back.

/// The methods Edgetill uses, in and out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// GET
    Get,
    /// POST
    Post,
    /// HEAD
    Head,
    /// OPTIONS, answered by the door itself for CORS
    Options,
    /// DELETE
    Delete,
    /// PUT
    Put,
    /// PATCH
    Patch,
}

impl Method {
    /// The method's name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Head => "HEAD",
            Self::Options => "OPTIONS",
            Self::Delete => "DELETE",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
        }
    }

    /// Parses the upper-case name; `None` for a method that is served nowhere, not even with a 405.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "GET" => Some(Self::Get),
            "POST" => Some(Self::Post),
            "HEAD" => Some(Self::Head),
            "OPTIONS" => Some(Self::Options),
            "DELETE" => Some(Self::Delete),
            "PUT" => Some(Self::Put),
            "PATCH" => Some(Self::Patch),
            _ => None,
        }
    }
}

/// A request for ring 2 to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutRequest {
    /// The method.
    pub method: Method,
    /// Absolute URL.
    pub url: String,
    /// Header names are lower case.
    pub headers: Vec<(&'static str, String)>,
    /// Empty for none.
    pub body: Vec<u8>,
    /// After this long the answer is unknown.
    pub deadline_ms: u32,
    /// A longer answer is unknown; nothing past it is read.
    pub answer_bytes_max: usize,
}

/// The deadline of every provider call.
pub const PROVIDER_DEADLINE_MS: u32 = 10_000;
/// The cap on a provider's answer. A Checkout Session with everything expanded stays below 64 KB.
pub const PROVIDER_ANSWER_BYTES_MAX: usize = 512 * 1024;

/// The answer to an [`OutRequest`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InResponse {
    /// HTTP status.
    pub status: u16,
    /// Names are lower case.
    pub headers: Vec<(String, String)>,
    /// The whole body.
    pub body: Vec<u8>,
}

impl InResponse {
    /// The first value of a header, by lower-case name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, v)| v.as_str())
    }
}

//! Which protocol a request speaks, and answers in that.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

use super::{Code, Error, Operation, Value, cbor, json, query, xml};
use crate::protocol::query::Parameters;

/// The service that requests are signed for.
pub const SERVICE: &str = "monitoring";

/// The service's name in the newer protocols.
const SERVICE_SHAPE: &str = "GraniteServiceVersion20100801";

/// The version of the API, by which the query protocol names it.
pub const VERSION: &str = "2010-08-01";

const TARGET: HeaderName = HeaderName::from_static("x-amz-target");
const SMITHY_PROTOCOL: HeaderName = HeaderName::from_static("smithy-protocol");
const RPC_V2_CBOR: &str = "rpc-v2-cbor";

/// Where the codes of errors are told as the query protocol has them, for clients that know those.
const QUERY_ERROR: HeaderName = HeaderName::from_static("x-amzn-query-error");

/// How a request is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// AWS query: what older SDKs and command lines speak.
    Query,
    /// AWS JSON 1.0.
    Json,
    /// Smithy RPC v2 CBOR: what current SDKs speak.
    Cbor,
}

/// A request that was read.
#[derive(Debug)]
pub struct Request {
    /// What is to be done.
    pub operation: Operation,
    pub(super) value: Value,
}

/// What is answered.
#[derive(Debug)]
pub struct Answer(pub(super) Value);

impl Protocol {
    /// The protocol of a request that is meant for `CloudWatch`, `None` for all others.
    #[must_use]
    pub fn of(path: &str, query: Option<&str>, headers: &HeaderMap, body: &[u8]) -> Option<Self> {
        if path.strip_prefix("/service/").and_then(|path| path.strip_prefix(SERVICE_SHAPE)).is_some() {
            return Some(Self::Cbor);
        }
        if let Some(target) = headers.get(TARGET) {
            let is_ours = target.to_str().is_ok_and(|target| target.split('.').next() == Some(SERVICE_SHAPE));
            return is_ours.then_some(Self::Json);
        }
        // Looked for first, as reading a request's parameters takes longer, and nearly all are for ElastiCache.
        let named = |text: &[u8]| memchr::memmem::find(text, VERSION.as_bytes()).is_some();
        if !named(body) && !query.is_some_and(|query| named(query.as_bytes())) {
            return None;
        }
        let parameters = Parameters::parse(query, body).ok()?;
        (parameters.get("Version") == Some(VERSION)).then_some(Self::Query)
    }

    /// Reads a request.
    ///
    /// # Errors
    /// When there is no such operation, or what was sent cannot be read.
    pub fn read(self, path: &str, query: Option<&str>, headers: &HeaderMap, body: &[u8]) -> Result<Request, Error> {
        let (name, value) = match self {
            Self::Cbor => {
                let accepted = headers.get(SMITHY_PROTOCOL).is_some_and(|protocol| protocol == RPC_V2_CBOR);
                if !accepted {
                    return Err(Error::new(Code::Serialization, "The header smithy-protocol has to be rpc-v2-cbor."));
                }
                (path.rsplit('/').next().unwrap_or_default().to_owned(), cbor::read(body)?)
            }
            Self::Json => {
                let target = headers.get(TARGET).and_then(|target| target.to_str().ok()).unwrap_or_default();
                (target.rsplit('.').next().unwrap_or_default().to_owned(), json::read(body)?)
            }
            Self::Query => {
                let parameters = Parameters::parse(query, body)?;
                (parameters.get("Action").unwrap_or_default().to_owned(), query::read(&parameters)?)
            }
        };
        let operation = Operation::ALL.into_iter().find(|operation| operation.name() == name).ok_or_else(|| {
            let name: String = name.chars().take(64).collect();
            let message =
                format!("Cachette does not support {name} of CloudWatch: metrics can be read here, not written.");
            Error::new(Code::InvalidAction, message)
        })?;
        Ok(Request { operation, value })
    }

    /// Writes what an operation answers: headers and a body.
    #[must_use]
    pub fn write(self, operation: Operation, request_id: &str, answer: &Answer) -> (HeaderMap, Vec<u8>) {
        let body = match self {
            Self::Query => xml::write(operation.name(), request_id, &answer.0),
            Self::Json => json::write(&answer.0),
            Self::Cbor => cbor::write(&answer.0),
        };
        (self.headers(), body)
    }

    /// Writes an error: headers and a body.
    #[must_use]
    pub fn write_error(self, request_id: &str, error: &Error) -> (HeaderMap, Vec<u8>) {
        let mut headers = self.headers();
        let whose = if error.code.status() < 500 { "Sender" } else { "Receiver" };
        if self != Self::Query
            && let Ok(code) = HeaderValue::from_str(&format!("{};{whose}", error.code.as_str()))
        {
            headers.insert(QUERY_ERROR, code);
        }
        let body = Value::structure([
            ("__type", Some(Value::of_text(format!("com.amazonaws.cloudwatch#{}", error.code.shape())))),
            ("message", Some(Value::of_text(error.message.as_str()))),
        ]);
        let body = match self {
            Self::Query => xml::write_error(request_id, error),
            Self::Json => json::write(&body),
            Self::Cbor => cbor::write(&body),
        };
        (headers, body)
    }

    fn headers(self) -> HeaderMap {
        let content_type = match self {
            Self::Query => "text/xml",
            Self::Json => "application/x-amz-json-1.0",
            Self::Cbor => "application/cbor",
        };
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        if self == Self::Cbor {
            headers.insert(SMITHY_PROTOCOL, HeaderValue::from_static(RPC_V2_CBOR));
        }
        headers
    }
}

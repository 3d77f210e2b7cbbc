//! What the server answered, as a client without an SDK sees it.

use axum::http::HeaderMap;

/// An answer of the server.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

/// A refusal, as a test compares it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub status: u16,
    pub code: String,
    pub message: String,
}

impl Answer {
    /// The text of the first element of this name.
    pub fn text(&self, element: &str) -> Option<String> {
        let (open, close) = (format!("<{element}>"), format!("</{element}>"));
        let (_, rest) = self.body.split_once(&open)?;
        let (text, _) = rest.split_once(&close)?;
        Some(unescaped(text))
    }

    /// The texts of every element of this name.
    pub fn texts(&self, element: &str) -> Vec<String> {
        texts(&self.body, element)
    }

    /// The refusal, if it is one.
    pub fn refusal(&self) -> Option<Refusal> {
        let (code, message) = (self.text("Code")?, self.text("Message")?);
        (self.status >= 400).then_some(Refusal { status: self.status, code, message })
    }
}

impl Refusal {
    pub fn new(status: u16, code: &str, message: &str) -> Self {
        Self { status, code: code.to_owned(), message: message.to_owned() }
    }

    /// `InvalidParameterValue` with this text.
    pub fn value(message: &str) -> Self {
        Self::new(400, "InvalidParameterValue", message)
    }

    /// `InvalidParameterCombination` with this text.
    pub fn combination(message: &str) -> Self {
        Self::new(400, "InvalidParameterCombination", message)
    }

    /// The code alone, for refusals whose text is the server's own.
    pub fn code(&self) -> (u16, &str) {
        (self.status, &self.code)
    }
}

/// The texts of every element of this name in `xml`.
pub fn texts(xml: &str, element: &str) -> Vec<String> {
    let (open, close) = (format!("<{element}>"), format!("</{element}>"));
    xml.split(&open).skip(1).filter_map(|part| Some(unescaped(part.split_once(&close)?.0))).collect()
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'").replace("&amp;", "&")
}

//! The documents the server sends: the envelope around a result, and the one around an error.
//!
//! The content type of both is `text/xml`; the request id also goes into the header `x-amzn-RequestId`, which is the
//! caller's business.

use super::xml::{Encode, XmlWriter, tag};
use super::{AwsError, NAMESPACE, Output};

impl Output {
    /// The whole answer: `<{Action}Response>`, the result if the operation has one, and the request's id.
    #[must_use]
    pub fn to_xml(&self, request_id: &str) -> Vec<u8> {
        let name = self.name();
        let mut writer = XmlWriter::new();
        writer.open_root(name, "Response", NAMESPACE);
        if let Some(result) = self.result() {
            writer.suffixed(name, "Result", result);
        }
        writer.element(tag!("ResponseMetadata"), &Metadata { request_id });
        writer.close_root(name, "Response");
        writer.into_bytes()
    }
}

impl AwsError {
    /// The whole error document.
    #[must_use]
    pub fn to_xml(&self, request_id: &str) -> Vec<u8> {
        let mut writer = XmlWriter::new();
        writer.open_root("Error", "Response", NAMESPACE);
        writer.element(tag!("Error"), self);
        writer.element(tag!("RequestId"), request_id);
        writer.close_root("Error", "Response");
        writer.into_bytes()
    }
}

struct Metadata<'r> {
    request_id: &'r str,
}

impl Encode for Metadata<'_> {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.element(tag!("RequestId"), self.request_id);
    }
}

impl Encode for AwsError {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.element(tag!("Type"), self.code.fault().as_str());
        writer.element(tag!("Code"), self.code.as_str());
        writer.element(tag!("Message"), self.message.as_str());
    }
}

//! What S3 says when it refuses, and the little else that is read from its XML.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>

use http::{HeaderMap, StatusCode};
use quick_xml::{
    Reader,
    escape::resolve_predefined_entity,
    events::{BytesRef, Event},
};

use crate::object_storage::ObjectStorageError;

/// The most characters of a foreign text that are passed on.
const LONGEST_TEXT: usize = 300;

/// Tells a bucket's region, also when access is refused.
const REGION: &str = "x-amz-bucket-region";

/// What a request was about, which decides what is missing when S3 does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum About {
    Bucket,
    Object,
}

/// The error that an answer is.
pub(super) fn error(
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    region: &str,
    about: About,
) -> ObjectStorageError {
    let code = element(body, "Code").unwrap_or_default();
    let elsewhere = headers.get(REGION).is_some_and(|other| other.as_bytes() != region.as_bytes());
    match (status.as_u16(), code.as_str()) {
        (_, "NoSuchBucket") => ObjectStorageError::NoSuchBucket,
        (_, "NoSuchKey") => ObjectStorageError::NoSuchKey,
        (_, "NoSuchUpload") => ObjectStorageError::NoSuchUpload,
        (_, "PreconditionFailed") | (412, _) => ObjectStorageError::AlreadyExists,
        (_, "PermanentRedirect" | "AuthorizationHeaderMalformed" | "IllegalLocationConstraintException") | (301, _) => {
            ObjectStorageError::OtherRegion
        }
        (300..500, _) if elsewhere => ObjectStorageError::OtherRegion,
        (401 | 403, _) => ObjectStorageError::Forbidden,
        (404, "") if about == About::Bucket => ObjectStorageError::NoSuchBucket,
        (404, "") => ObjectStorageError::NoSuchKey,
        _ => {
            let message = element(body, "Message").unwrap_or_default();
            let text = format!("status {status} {code} {message}");
            ObjectStorageError::Failed(text.trim_end().chars().filter(|c| !c.is_control()).take(LONGEST_TEXT).collect())
        }
    }
}

/// The text of the first element of this name.
pub(super) fn element(xml: &[u8], name: &str) -> Option<String> {
    let xml = str::from_utf8(xml).ok()?;
    let mut reader = Reader::from_str(xml);
    let mut text: Option<String> = None;
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) if start.name().as_ref() == name => text = Some(String::new()),
            Event::End(end) if end.name().as_ref() == name => return text,
            Event::Text(more) => {
                if let Some(text) = &mut text {
                    text.push_str(&more);
                }
            }
            Event::GeneralRef(reference) => {
                if let Some(text) = &mut text {
                    push_reference(text, &reference)?;
                }
            }
            Event::Eof => return None,
            _ => {}
        }
    }
}

fn push_reference(text: &mut String, reference: &BytesRef<'_>) -> Option<()> {
    match reference.resolve_char_ref().ok()? {
        Some(character) => text.push(character),
        None => text.push_str(resolve_predefined_entity(reference)?),
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(status: u16, headers: &[(&'static str, &str)], body: &str, about: About) -> ObjectStorageError {
        let headers =
            headers.iter().map(|(name, value)| (name.parse().expect("a name"), value.parse().expect("a value")));
        let status = StatusCode::from_u16(status).expect("a status");
        error(status, &headers.collect(), body.as_bytes(), "us-east-1", about)
    }

    #[test]
    fn elements_are_found_and_unescaped() {
        let xml = b"<?xml version=\"1.0\"?>\n<Error><Code>A</Code><Message>a &amp; b &#60;c&#x3e;</Message></Error>";
        assert_eq!(element(xml, "Code").as_deref(), Some("A"));
        assert_eq!(element(xml, "Message").as_deref(), Some("a & b <c>"));
        for xml in ["", "no xml", "<Error><Code>A", "<Error><Code>&unknown;</Code></Error>", "<Error><Code/></Error>"] {
            assert_eq!(element(xml.as_bytes(), "Code"), None, "{xml}");
        }
    }

    #[test]
    fn refusals_have_names() {
        use ObjectStorageError as E;
        let code = |code| format!("<Error><Code>{code}</Code></Error>");
        assert!(matches!(of(404, &[], &code("NoSuchBucket"), About::Object), E::NoSuchBucket));
        assert!(matches!(of(404, &[], &code("NoSuchKey"), About::Object), E::NoSuchKey));
        assert!(matches!(of(404, &[], &code("NoSuchUpload"), About::Object), E::NoSuchUpload));
        assert!(matches!(of(404, &[], "", About::Object), E::NoSuchKey));
        assert!(matches!(of(404, &[], "", About::Bucket), E::NoSuchBucket));
        assert!(matches!(of(403, &[], &code("InvalidAccessKeyId"), About::Object), E::Forbidden));
        assert!(matches!(of(412, &[], "", About::Object), E::AlreadyExists));
        assert!(matches!(of(301, &[], "", About::Bucket), E::OtherRegion));
        assert!(matches!(of(400, &[], &code("AuthorizationHeaderMalformed"), About::Object), E::OtherRegion));
        assert!(matches!(of(400, &[(REGION, "eu-west-1")], "", About::Bucket), E::OtherRegion));
        assert!(matches!(of(403, &[(REGION, "us-east-1")], "", About::Bucket), E::Forbidden));
    }

    #[test]
    fn other_failures_are_told_and_cut() {
        let long = format!("<Error><Code>Odd</Code><Message>it&#10;is{}</Message></Error>", "x".repeat(1000));
        let text = of(400, &[], &long, About::Object).to_string();
        assert!(text.contains("status 400 Bad Request Odd itisxxx"), "{text}");
        assert!(text.len() < 400);
    }
}

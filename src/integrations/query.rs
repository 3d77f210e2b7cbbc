//! Requests and errors of AWS's query protocol, which whatever stands in for `CloudWatch` and EC2 understands. The official
//! client of the former speaks a newer protocol only, which some of them do not know (moto 5.2 answers 404).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// All but the characters that never have to be escaped.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The parameters of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Parameters(String);

impl Parameters {
    /// Of a request for an operation of a version of an API.
    pub(super) fn new(action: &str, version: &str) -> Self {
        Self(format!("Action={action}&Version={version}"))
    }

    /// Adds a parameter.
    pub(super) fn add(&mut self, name: &str, value: &str) {
        self.0.extend(["&", name, "="]);
        self.0.extend(utf8_percent_encode(value, ESCAPED));
    }

    /// The body of the request.
    pub(super) fn into_body(self) -> String {
        self.0
    }
}

/// The code of an error, and nothing but a code.
pub(super) fn code(body: &str) -> String {
    let code = body.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>")).map_or("", |(code, _)| code);
    code.chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == '.').take(64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_escaped() {
        let mut parameters = Parameters::new("PutMetricData", "2010-08-01");
        parameters.add("Namespace", "AWS/ElastiCache");
        parameters.add("A.member.1.B", "a b&c=d~ä");
        let expected =
            "Action=PutMetricData&Version=2010-08-01&Namespace=AWS%2FElastiCache&A.member.1.B=a%20b%26c%3Dd~%C3%A4";
        assert_eq!(parameters.into_body(), expected);
    }

    #[test]
    fn an_error_tells_a_code_and_nothing_else() {
        assert_eq!(code("<ErrorResponse><Error><Code>Throttling</Code></Error></ErrorResponse>"), "Throttling");
        assert_eq!(code("<html>"), "");
    }
}

//! A call of the API, and its record.
//! <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html>

use std::net::IpAddr;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::{
    model::Scope,
    protocol::{AwsError, Operation, Output},
};

/// The version of the record's format.
const VERSION: &str = "1.08";

/// The service that was called.
const SOURCE: &str = "elasticache.amazonaws.com";

/// What came of a call.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// It was answered. Answers that only tell are not recorded, so they need not be kept.
    Answered(Option<Box<Output>>),
    /// It was refused.
    Refused(AwsError),
}

/// A call of the API.
#[derive(Clone, Debug)]
pub struct Call {
    /// When it came.
    pub time: DateTime<Utc>,
    /// The request's id.
    pub request_id: Uuid,
    /// The caller's account and region.
    pub scope: Scope,
    /// The identifier of the caller's access key, if the request was signed.
    pub access_key: Option<String>,
    /// Where it came from.
    pub source: Option<IpAddr>,
    /// The program that called, as it named itself.
    pub user_agent: Option<String>,
    /// What was asked.
    pub operation: Operation,
    /// What came of it.
    pub outcome: Outcome,
}

impl Call {
    /// Whether an operation of this name only tells.
    #[must_use]
    pub fn only_reads(operation: &str) -> bool {
        operation.starts_with("Describe") || operation.starts_with("List")
    }

    /// The record of this call. It has the same event id every time.
    #[must_use]
    pub fn record(&self) -> Value {
        // Plain data with texts for names cannot fail.
        serde_json::to_value(self.recorded()).unwrap_or_default()
    }

    /// Writes the record as JSON.
    pub(super) fn write(&self, to: &mut Vec<u8>) {
        // Neither plain data nor writing to memory can fail.
        let _ = serde_json::to_writer(to, &self.recorded());
    }

    fn recorded(&self) -> Record<'_> {
        let name = self.operation.name();
        let refused = match &self.outcome {
            Outcome::Refused(error) => Some(error),
            Outcome::Answered(_) => None,
        };
        Record {
            event_version: VERSION,
            user_identity: Identity::new(&self.scope.account, self.access_key.as_deref()),
            event_time: self.time.to_rfc3339_opts(SecondsFormat::Secs, true),
            event_source: SOURCE,
            event_name: name,
            aws_region: &self.scope.region,
            source_ip_address: self.source.map_or_else(|| SOURCE.to_owned(), |address| address.to_string()),
            user_agent: self.user_agent.as_deref(),
            error_code: refused.map(|error| error.code.as_str()),
            error_message: refused.map(|error| error.message.as_str()),
            request_parameters: inner(&self.operation),
            response_elements: self.elements(),
            request_id: self.request_id.to_string(),
            event_id: Uuid::from_u128(!self.request_id.as_u128()).to_string(),
            read_only: Self::only_reads(name),
            event_type: "AwsApiCall",
            management_event: true,
            recipient_account_id: &self.scope.account,
            event_category: "Management",
        }
    }

    /// What the answer told of what was changed.
    fn elements(&self) -> Value {
        match &self.outcome {
            Outcome::Answered(Some(output)) => match inner(output) {
                Value::Object(members) => unwrapped(members),
                other => other,
            },
            Outcome::Answered(None) | Outcome::Refused(_) => Value::Null,
        }
    }
}

/// A record, as it is written.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Record<'a> {
    event_version: &'static str,
    user_identity: Identity<'a>,
    event_time: String,
    event_source: &'static str,
    event_name: &'static str,
    aws_region: &'a str,
    #[serde(rename = "sourceIPAddress")]
    source_ip_address: String,
    user_agent: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_message: Option<&'a str>,
    request_parameters: Value,
    response_elements: Value,
    #[serde(rename = "requestID")]
    request_id: String,
    #[serde(rename = "eventID")]
    event_id: String,
    read_only: bool,
    event_type: &'static str,
    management_event: bool,
    recipient_account_id: &'a str,
    event_category: &'static str,
}

/// Who called: the user that policies know by the access key.
#[derive(Serialize)]
#[serde(tag = "type", rename_all_fields = "camelCase")]
enum Identity<'a> {
    #[serde(rename = "IAMUser")]
    User {
        principal_id: &'a str,
        arn: String,
        account_id: &'a str,
        access_key_id: &'a str,
        user_name: &'a str,
    },
    Unknown {
        account_id: &'a str,
    },
}

impl<'a> Identity<'a> {
    fn new(account_id: &'a str, access_key: Option<&'a str>) -> Self {
        match access_key {
            Some(key) => Self::User {
                principal_id: key,
                arn: format!("arn:aws:iam::{account_id}:user/{key}"),
                account_id,
                access_key_id: key,
                user_name: key,
            },
            None => Self::Unknown { account_id },
        }
    }
}

/// What is inside an operation or an answer, with names as `CloudTrail` spells them.
fn inner(tagged: &impl Serialize) -> Value {
    match serde_json::to_value(tagged) {
        Ok(Value::Object(tagged)) => tagged.into_iter().next().map_or(Value::Null, |(_, value)| spelled(value)),
        // An answer without a result; plain data have no other way to fail.
        Ok(_) | Err(_) => Value::Null,
    }
}

/// An answer that is one resource has the members of that. The serverless caches came later, and are not so.
fn unwrapped(mut members: Map<String, Value>) -> Value {
    let only = members.keys().next().filter(|name| members.len() == 1 && !name.starts_with("serverless")).cloned();
    match only.and_then(|name| members.remove(&name).map(|value| (name, value))) {
        Some((_, resource @ Value::Object(_))) => resource,
        Some((name, other)) => json!({ name: other }),
        None => Value::Object(members),
    }
}

/// The value with every name's first letter small, and without what was not given.
fn spelled(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let given = members.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(given.map(|(name, value)| (lower_first(&name), spelled(value))).collect())
        }
        Value::Array(items) => items.into_iter().map(spelled).collect(),
        other => other,
    }
}

fn lower_first(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(letters).collect()
}

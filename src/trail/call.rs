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
        let name = self.operation.name();
        let mut record = json!({
            "eventVersion": VERSION,
            "userIdentity": self.identity(),
            "eventTime": self.time.to_rfc3339_opts(SecondsFormat::Secs, true),
            "eventSource": SOURCE,
            "eventName": name,
            "awsRegion": self.scope.region,
            "sourceIPAddress": self.source.map_or_else(|| SOURCE.to_owned(), |address| address.to_string()),
            "userAgent": self.user_agent,
            "requestParameters": inner(&self.operation),
            "responseElements": self.elements(),
            "requestID": self.request_id.to_string(),
            "eventID": Uuid::from_u128(!self.request_id.as_u128()).to_string(),
            "readOnly": Self::only_reads(name),
            "eventType": "AwsApiCall",
            "managementEvent": true,
            "recipientAccountId": self.scope.account,
            "eventCategory": "Management",
        });
        if let Outcome::Refused(error) = &self.outcome {
            record["errorCode"] = json!(error.code.as_str());
            record["errorMessage"] = json!(error.message);
        }
        record
    }

    /// Who called: the user that policies know by the access key.
    fn identity(&self) -> Value {
        let account = &self.scope.account;
        match &self.access_key {
            Some(key) => json!({
                "type": "IAMUser",
                "principalId": key,
                "arn": format!("arn:aws:iam::{account}:user/{key}"),
                "accountId": account,
                "accessKeyId": key,
                "userName": key,
            }),
            None => json!({ "type": "Unknown", "accountId": account }),
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

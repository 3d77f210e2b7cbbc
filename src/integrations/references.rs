//! Whether what requests name is there: keys in KMS, subnets and security groups in EC2. Asked only where those services
//! are configured.
//!
//! Only a clear *no* counts. A service that is not reached, or that says something else (object storage at
//! `AWS_ENDPOINT_URL`, say), leaves an id as good as its form, and the log says so: it must not be in the way of a cache.

use std::{collections::BTreeMap, fmt::Display, sync::Arc};

use bytes::Bytes;
use http::StatusCode;
use quick_xml::{Reader, events::Event};
use serde::Deserialize;
use serde_json::json;

use super::{
    query::Parameters,
    services::{Service, Services},
};
use crate::{
    model::Scope,
    signed_http::{Form, Question, SignedHttp},
};

/// The version of EC2's API.
const EC2_VERSION: &str = "2016-11-15";

/// What there is elsewhere.
pub struct References {
    services: Arc<Services>,
    kms: Option<SignedHttp>,
    ec2: Option<SignedHttp>,
}

/// What is known of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// It can be used, or nobody knows better.
    Usable,
    /// There is none.
    Missing,
    /// It is in this state, in which it cannot be used.
    Unusable(String),
}

/// Why there is no answer that counts.
struct NoAnswer(String);

impl References {
    /// The services that are asked. Nothing is asked yet.
    #[must_use]
    pub fn new(services: Arc<Services>) -> Self {
        let at = |service| services.address(service).and_then(|url| Some(SignedHttp::new(url.parse().ok()?)));
        Self { kms: at(Service::Kms), ec2: at(Service::Ec2), services }
    }

    /// What KMS says of a key, by its id, its alias or the ARN of either.
    pub async fn key(&self, scope: &Scope, id: &str) -> Key {
        let Some(kms) = &self.kms else { return Key::Usable };
        let question = Question {
            service: "kms",
            region: &scope.region,
            form: Form::Json("TrentService.DescribeKey"),
            body: json!({ "KeyId": id }).to_string(),
        };
        let answer = match kms.ask(question, &self.services.credentials(scope)).await {
            Ok((status, body)) => key_in(status, &body),
            Err(silent) => Err(NoAnswer(silent.to_string())),
        };
        answer.unwrap_or_else(|reason| {
            unknown(Service::Kms, id, &reason);
            Key::Usable
        })
    }

    /// The subnets among these that there are, with their VPCs. `None` when nobody knows.
    pub async fn subnets(&self, scope: &Scope, ids: &[String]) -> Option<BTreeMap<String, String>> {
        let found = self.described(scope, "DescribeSubnets", "subnet-id", ids).await?;
        let subnet =
            |item: &BTreeMap<String, String>| Some((item.get("subnetId")?.clone(), item.get("vpcId")?.clone()));
        Some(found.iter().filter_map(subnet).collect())
    }

    /// The security groups among these that there are, with their VPCs. `None` when nobody knows.
    pub async fn security_groups(&self, scope: &Scope, ids: &[String]) -> Option<BTreeMap<String, String>> {
        let found = self.described(scope, "DescribeSecurityGroups", "group-id", ids).await?;
        let group = |item: &BTreeMap<String, String>| Some((item.get("groupId")?.clone(), item.get("vpcId")?.clone()));
        Some(found.iter().filter_map(group).collect())
    }

    /// What EC2 has by these ids. A filter is used, as what it does not find is no error that would have to be understood.
    async fn described(
        &self,
        scope: &Scope,
        action: &'static str,
        filter: &str,
        ids: &[String],
    ) -> Option<Vec<BTreeMap<String, String>>> {
        let ec2 = self.ec2.as_ref()?;
        let mut parameters = Parameters::new(action, EC2_VERSION);
        parameters.add("Filter.1.Name", filter);
        for (id, number) in ids.iter().zip(1..) {
            parameters.add(&format!("Filter.1.Value.{number}"), id);
        }
        let body = parameters.into_body();
        let question = Question { service: "ec2", region: &scope.region, form: Form::Query, body };
        let answer = match ec2.ask(question, &self.services.credentials(scope)).await {
            Ok((status, body)) if status.is_success() => {
                items(&body, action).ok_or_else(|| NoAnswer("what it answers is not understood".to_owned()))
            }
            Ok((status, _)) => Err(NoAnswer(format!("it answers {status}"))),
            Err(silent) => Err(NoAnswer(silent.to_string())),
        };
        answer.map_err(|reason| unknown(Service::Ec2, ids.join(", "), &reason)).ok()
    }
}

/// Says that an id could not be checked.
fn unknown(service: Service, id: impl Display, NoAnswer(reason): &NoAnswer) {
    tracing::warn!(?service, %id, reason, "an id is taken unseen");
}

/// What an answer to `DescribeKey` says.
fn key_in(status: StatusCode, body: &Bytes) -> Result<Key, NoAnswer> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Answer {
        key_metadata: Metadata,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Metadata {
        key_state: String,
    }
    #[derive(Deserialize)]
    struct Problem {
        #[serde(rename = "__type")]
        code: String,
    }
    if status.is_success() {
        let answer: Result<Answer, _> = serde_json::from_slice(body);
        let state =
            answer.map_err(|_| NoAnswer("what it answers is not understood".to_owned()))?.key_metadata.key_state;
        return Ok(if state == "Enabled" { Key::Usable } else { Key::Unusable(state) });
    }
    let problem = serde_json::from_slice::<Problem>(body).ok();
    match problem.as_ref().and_then(|problem| problem.code.rsplit('#').next()) {
        Some("NotFoundException") => Ok(Key::Missing),
        _ => Err(NoAnswer(format!("it answers {status}"))),
    }
}

/// The items that EC2 answers, each with its plain fields, `None` when the answer is to something else.
fn items(body: &[u8], action: &str) -> Option<Vec<BTreeMap<String, String>>> {
    let mut reader = Reader::from_str(str::from_utf8(body).ok()?);
    let (mut path, mut text) = (Vec::<String>::new(), String::new());
    let (mut items, mut is_answer) = (Vec::<BTreeMap<_, _>>::new(), false);
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) => {
                path.push(start.name().as_ref().to_owned());
                text.clear();
                if path[0].strip_suffix("Response") != Some(action) {
                    return None;
                }
                is_answer = true;
                if path.len() == 3 && path[2] == "item" {
                    items.push(BTreeMap::new());
                }
            }
            // Ids have nothing that would be written as a reference.
            Event::Text(more) => text.push_str(&more),
            Event::End(_) => {
                let name = path.pop()?;
                // Deeper ones belong to parts of an item, such as the groups in the rules of a group.
                if path.len() == 3
                    && path[2] == "item"
                    && let Some(item) = items.last_mut()
                {
                    item.insert(name, text.trim().to_owned());
                }
            }
            Event::Eof => return (is_answer && path.is_empty()).then_some(items),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_items_of_an_answer_are_those_at_its_top() {
        let answer = b"<?xml version=\"1.0\"?><DescribeSecurityGroupsResponse xmlns=\"x\"><requestId>r</requestId>\
            <securityGroupInfo><item><ipPermissions><item><groups><item><groupId>sg-inner</groupId></item></groups>\
            </item></ipPermissions><groupId>sg-1</groupId><vpcId>vpc-1</vpcId></item></securityGroupInfo>\
            </DescribeSecurityGroupsResponse>";
        let found = items(answer, "DescribeSecurityGroups").expect("an answer");
        assert_eq!(found.len(), 1);
        assert_eq!((found[0]["groupId"].as_str(), found[0]["vpcId"].as_str()), ("sg-1", "vpc-1"));
        assert_eq!(
            items(b"<DescribeSubnetsResponse><subnetSet/></DescribeSubnetsResponse>", "DescribeSubnets"),
            Some(vec![])
        );
        for other in [&b"<html></html>"[..], b"", b"{}", b"<DescribeSubnetsResponse>", b"\xff"] {
            assert_eq!(items(other, "DescribeSubnets"), None, "{other:?}");
        }
    }

    #[test]
    fn only_a_clear_no_makes_a_key_missing() {
        let said = |status: u16, body: &'static str| {
            key_in(StatusCode::from_u16(status).expect("a status"), &Bytes::from_static(body.as_bytes())).ok()
        };
        assert_eq!(said(200, r#"{"KeyMetadata": {"KeyState": "Enabled"}}"#), Some(Key::Usable));
        let disabled = Key::Unusable("Disabled".to_owned());
        assert_eq!(said(200, r#"{"KeyMetadata": {"KeyState": "Disabled"}}"#), Some(disabled));
        assert_eq!(said(400, r#"{"__type": "com.amazonaws.kms#NotFoundException"}"#), Some(Key::Missing));
        for (status, body) in
            [(400, r#"{"__type": "ValidationException"}"#), (404, "not found"), (503, ""), (200, "{}")]
        {
            assert_eq!(said(status, body), None, "{status} {body}");
        }
    }
}

//! Policy documents as IAM has them, and what they decide.
//!
//! Everything that is not understood is refused when a document is read: a policy with a statement or a condition left
//! out would mean something that nobody wrote.

use std::collections::HashMap;

use serde::Deserialize;

use super::{
    condition::Condition,
    context::Context,
    pattern::{ActionPattern, ArnPattern},
    reading::{Members, OneOrMany, Scalar, present},
};

/// The policies of all callers.
#[derive(Debug, Deserialize)]
#[serde(from = "Members<OneOrMany<Document>>")]
pub struct Policies(HashMap<String, Vec<Document>>);

/// The name under which the policies of every caller stand.
const EVERYBODY: &str = "*";

/// A request as policies see it.
pub(super) struct Call<'c> {
    /// The action, in lower case, with its service in front.
    pub action: &'c str,
    /// The ARN of the resource, or `*` when the action is about none.
    pub resource: &'c str,
    /// The values of condition keys.
    pub context: &'c Context,
}

/// What policies say of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    /// A statement allows it, and none denies it.
    Allowed,
    /// No statement is about it.
    NotAllowed,
    /// A statement denies it, whatever others say.
    Denied,
}

impl Policies {
    /// What the policies of `access_key`, and those of everybody, say of a request.
    pub(super) fn decide(&self, access_key: &str, call: &Call<'_>) -> Decision {
        // The name of everybody is no key.
        let own = Some(access_key).filter(|key| *key != EVERYBODY).and_then(|key| self.0.get(key));
        let documents = own.into_iter().chain(self.0.get(EVERYBODY)).flatten();
        let statements = documents.flat_map(|document| &document.0).filter(|statement| statement.is_about(call));
        statements.fold(Decision::NotAllowed, |decision, statement| match (decision, statement.effect) {
            (Decision::Denied, _) | (_, Effect::Deny) => Decision::Denied,
            (_, Effect::Allow) => Decision::Allowed,
        })
    }
}

impl From<Members<OneOrMany<Document>>> for Policies {
    fn from(members: Members<OneOrMany<Document>>) -> Self {
        Self(members.0.into_iter().map(|(key, documents)| (key, documents.0)).collect())
    }
}

/// The statements of a policy document.
#[derive(Debug, Deserialize)]
#[serde(from = "DocumentText")]
struct Document(Vec<Statement>);

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct DocumentText {
    #[serde(default, deserialize_with = "present")]
    version: Option<Version>,
    #[expect(dead_code, reason = "it is for those who write policies")]
    #[serde(default, deserialize_with = "present")]
    id: Option<String>,
    statement: OneOrMany<Statement>,
}

/// The versions of the policy language. They differ in policy variables only, which are refused in both.
#[derive(Deserialize)]
enum Version {
    #[serde(rename = "2012-10-17")]
    V2012,
    #[serde(rename = "2008-10-17")]
    V2008,
}

impl From<DocumentText> for Document {
    fn from(text: DocumentText) -> Self {
        let DocumentText { version: Some(Version::V2012 | Version::V2008) | None, id: _, statement } = text;
        Self(statement.0)
    }
}

#[derive(Debug, Deserialize)]
#[serde(try_from = "StatementText")]
struct Statement {
    effect: Effect,
    actions: Choice<ActionPattern>,
    resources: Choice<ArnPattern>,
    conditions: Vec<Condition>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
enum Effect {
    Allow,
    Deny,
}

/// What a statement is about: all of these, or all but these.
#[derive(Debug)]
enum Choice<P> {
    These(Vec<P>),
    AllBut(Vec<P>),
}

impl<P> Choice<P> {
    fn of(these: Option<OneOrMany<P>>, all_but: Option<OneOrMany<P>>, name: &str) -> Result<Self, String> {
        match (these, all_but) {
            (Some(these), None) => Ok(Self::These(these.0)),
            (None, Some(all_but)) => Ok(Self::AllBut(all_but.0)),
            _ => Err(format!("a statement has either {name} or Not{name}")),
        }
    }

    fn has(&self, matches: impl Fn(&P) -> bool) -> bool {
        match self {
            Self::These(patterns) => patterns.iter().any(matches),
            Self::AllBut(patterns) => !patterns.iter().any(matches),
        }
    }
}

impl Statement {
    fn is_about(&self, call: &Call<'_>) -> bool {
        self.actions.has(|pattern| pattern.matches(call.action))
            && self.resources.has(|pattern| pattern.matches(call.resource))
            && self.conditions.iter().all(|condition| condition.is_met(call.context))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct StatementText {
    #[expect(dead_code, reason = "it is for those who write policies")]
    #[serde(default, deserialize_with = "present")]
    sid: Option<String>,
    effect: Effect,
    #[serde(default, deserialize_with = "present")]
    action: Option<OneOrMany<ActionPattern>>,
    #[serde(default, deserialize_with = "present")]
    not_action: Option<OneOrMany<ActionPattern>>,
    #[serde(default, deserialize_with = "present")]
    resource: Option<OneOrMany<ArnPattern>>,
    #[serde(default, deserialize_with = "present")]
    not_resource: Option<OneOrMany<ArnPattern>>,
    #[serde(default, deserialize_with = "present")]
    condition: Option<Conditions>,
}

impl TryFrom<StatementText> for Statement {
    type Error = String;

    fn try_from(text: StatementText) -> Result<Self, Self::Error> {
        let StatementText { sid: _, effect, action, not_action, resource, not_resource, condition } = text;
        Ok(Self {
            effect,
            actions: Choice::of(action, not_action, "Action")?,
            resources: Choice::of(resource, not_resource, "Resource")?,
            conditions: condition.map(|conditions| conditions.0).unwrap_or_default(),
        })
    }
}

/// All of them have to be met.
#[derive(Deserialize)]
#[serde(try_from = "Members<Members<OneOrMany<Scalar>>>")]
struct Conditions(Vec<Condition>);

impl TryFrom<Members<Members<OneOrMany<Scalar>>>> for Conditions {
    type Error = String;

    fn try_from(operators: Members<Members<OneOrMany<Scalar>>>) -> Result<Self, Self::Error> {
        let mut conditions = Vec::new();
        for (operator, keys) in operators.0 {
            if keys.0.is_empty() {
                return Err(format!("{operator}: there is no condition key"));
            }
            for (key, values) in keys.0 {
                let values = values.0.into_iter().map(|Scalar(value)| value).collect();
                conditions.push(Condition::new(&operator, &key, values)?);
            }
        }
        Ok(Self(conditions))
    }
}

//! An entry of an init file into the operation that an SDK would ask for with the same parameters. Everything that the
//! API's model tells is checked here, each with the line in which it stands; what a value means is left to operations.

use std::collections::BTreeMap;

use super::{
    document::{Node, Value},
    environment::Environment,
};
use crate::protocol::{
    API_VERSION, AwsError, Operation,
    query::Parameters,
    shapes::{ListShape, Shape, Shapes, StructureShape},
};

/// What is wrong with an entry.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Mistake {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong. Values are repeated only where they cannot be secrets.
    pub reason: String,
}

impl Mistake {
    pub(super) fn at(line: usize, reason: impl Into<String>) -> Self {
        Self { line, reason: reason.into() }
    }
}

/// An operation with its parameters.
#[derive(Debug)]
pub struct Written {
    /// The operation.
    pub operation: Operation,
    /// The parameters by the names that they have in a request, as they are written: what comes from the environment is
    /// left open.
    pub parameters: BTreeMap<String, String>,
}

/// Reads the parameters of the operation `name`.
///
/// # Errors
/// When they are not what the API's model says.
pub fn read(name: &Node, input: &Node, environment: &Environment) -> Result<Written, Mistake> {
    let Value::Scalar(operation) = &name.value else {
        return Err(Mistake::at(name.line, "a name has to be a word"));
    };
    let shapes = Shapes::get();
    let Some(shape) = shapes.input(operation) else {
        let reason = format!("there is no such operation{}", nearest(operation, shapes.operations()));
        return Err(Mistake::at(name.line, reason));
    };
    // An init file is for what is to be there, and there is nobody to tell.
    if operation.starts_with("Describe") || operation.starts_with("List") {
        return Err(Mistake::at(name.line, "this operation only tells what there is; leave it out"));
    }
    let mut writer = Writer { shapes, environment, parameters: BTreeMap::new(), resolved: Vec::new() };
    writer.structure(shape, input, "")?;
    let Writer { parameters, mut resolved, .. } = writer;
    resolved.push(("Action".to_owned(), operation.clone()));
    resolved.push(("Version".to_owned(), API_VERSION.to_owned()));
    let operation = Parameters::of(resolved).and_then(|parameters| parameters.operation());
    let operation = operation.map_err(|AwsError { message, .. }| Mistake::at(name.line, message))?;
    Ok(Written { operation, parameters })
}

/// Writes values down as the parameters of a request.
struct Writer<'w> {
    shapes: &'static Shapes,
    environment: &'w Environment,
    /// As written in the file.
    parameters: BTreeMap<String, String>,
    /// As the operation gets them.
    resolved: Vec<(String, String)>,
}

impl Writer<'_> {
    fn structure(&mut self, shape: &StructureShape, node: &Node, path: &str) -> Result<(), Mistake> {
        let members = match &node.value {
            Value::Map(members) => members,
            // An operation without parameters.
            Value::Nothing if path.is_empty() => return Ok(()),
            other => return Err(expected("a map of parameters", other, node.line, path)),
        };
        for (name, value) in members {
            let Value::Scalar(text) = &name.value else { continue };
            let Some(member) = shape.members.iter().find(|member| member.name == *text) else {
                let known = shape.members.iter().map(|member| member.name.as_str());
                let reason = format!("there is no parameter {}{}", below(path, text), nearest(text, known));
                return Err(Mistake::at(name.line, reason));
            };
            self.value(self.shapes.of_member(member), value, &below(path, text), member.sensitive)?;
        }
        Ok(())
    }

    fn list(&mut self, list: &ListShape, node: &Node, path: &str, sensitive: bool) -> Result<(), Mistake> {
        let Value::List(items) = &node.value else { return Err(expected("a list", &node.value, node.line, path)) };
        if items.is_empty() {
            self.put(path, String::new(), String::new());
        }
        for (number, item) in (1..).zip(items) {
            let path = format!("{path}.{}.{number}", list.element);
            self.value(self.shapes.of_entries(list), item, &path, sensitive)?;
        }
        Ok(())
    }

    fn value(&mut self, shape: Shape<'_>, node: &Node, path: &str, sensitive: bool) -> Result<(), Mistake> {
        let wanted = match shape {
            Shape::Structure(structure) => return self.structure(structure, node, path),
            Shape::List(list) => return self.list(list, node, path, sensitive),
            Shape::Boolean => "true or false",
            Shape::Integer => "a whole number",
            Shape::Double => "a number",
            Shape::Text => "a text",
            Shape::Enum(words) => &format!("one of {}", words.join(", ")),
        };
        let Value::Scalar(written) = &node.value else { return Err(expected(wanted, &node.value, node.line, path)) };
        let value = self.environment.resolve(written).map_err(|error| {
            let reason = format!("{path}: {error}");
            Mistake::at(node.line, reason)
        })?;
        let fits = match shape {
            Shape::Boolean => matches!(&*value, "true" | "false"),
            Shape::Integer => value.parse::<i32>().is_ok(),
            Shape::Double => value.parse::<f64>().is_ok_and(f64::is_finite),
            Shape::Enum(words) => words.contains(&value),
            Shape::Text | Shape::Structure(_) | Shape::List(_) => true,
        };
        if !fits {
            // Secrets are texts, but whoever mixes up parameters may have written one anywhere.
            let is_plain = !sensitive && value == *written && value.len() <= 64;
            let given = if is_plain { format!(", not {value}") } else { String::new() };
            return Err(Mistake::at(node.line, format!("{path} has to be {wanted}{given}")));
        }
        self.put(path, written.clone(), value);
        Ok(())
    }

    fn put(&mut self, path: &str, written: String, value: String) {
        self.parameters.insert(path.to_owned(), written);
        self.resolved.push((path.to_owned(), value));
    }
}

fn expected(wanted: &str, found: &Value, line: usize, path: &str) -> Mistake {
    let what = if path.is_empty() { "this" } else { path };
    Mistake::at(line, format!("{what} has to be {wanted}, not {}", found.kind()))
}

fn below(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// The known name that was perhaps meant, as the end of a sentence.
pub(super) fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> String {
    /// How alike two names have to be.
    const ALIKE: f64 = 0.7;
    let likeness = |other: &str| strsim::jaro_winkler(&name.to_lowercase(), &other.to_lowercase());
    let best = known.map(|other| (likeness(other), other)).max_by(|a, b| a.0.total_cmp(&b.0));
    match best {
        Some((likeness, other)) if likeness >= ALIKE => format!("; did you mean {other}?"),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::init::document;

    fn environment() -> Environment {
        Environment::new(|name| (name == "PASSWORD").then(|| "sixteen-letters-or-more".to_owned()))
    }

    fn written(entry: &str) -> Result<Written, Mistake> {
        let Value::Map(mut members) = document::read(entry).expect("YAML").value else { panic!("a map") };
        let (name, input) = members.remove(0);
        read(&name, &input, &environment())
    }

    #[test]
    fn parameters_are_those_that_an_sdk_would_send() {
        let entry = "CreateReplicationGroup:
  ReplicationGroupId: a
  ReplicationGroupDescription: d
  NumCacheClusters: 2
  AutomaticFailoverEnabled: true
  EngineVersion: 7.10
  AuthToken: ${PASSWORD}
  SecurityGroupIds: []
  Tags: [{Key: k, Value: v}]
  LogDeliveryConfigurations:
    - LogType: slow-log
      DestinationDetails: {CloudWatchLogsDetails: {LogGroup: g}}
";
        let Written { operation, parameters } = written(entry).expect("an operation");
        let details = "LogDeliveryConfigurations.LogDeliveryConfigurationRequest.1";
        let sent: Vec<_> = parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(
            sent,
            [
                "AuthToken=${PASSWORD}",
                "AutomaticFailoverEnabled=true",
                "EngineVersion=7.10",
                &format!("{details}.DestinationDetails.CloudWatchLogsDetails.LogGroup=g"),
                &format!("{details}.LogType=slow-log"),
                "NumCacheClusters=2",
                "ReplicationGroupDescription=d",
                "ReplicationGroupId=a",
                "SecurityGroupIds=",
                "Tags.Tag.1.Key=k",
                "Tags.Tag.1.Value=v",
            ]
        );
        let Operation::CreateReplicationGroup(input) = operation else { panic!("the operation") };
        assert_eq!(input.auth_token.expect("a token").expose(), "sixteen-letters-or-more");
        assert_eq!(input.num_cache_clusters, Some(2));
    }

    #[test]
    fn what_the_model_does_not_know_is_told_with_its_line() {
        for (entry, line, reason) in [
            ("CreateCacheCluter: {}", 1, "there is no such operation; did you mean CreateCacheCluster?"),
            ("Frobnicate: {}", 1, "there is no such operation"),
            ("DescribeUsers: {}", 1, "this operation only tells what there is; leave it out"),
            ("CreateCacheCluster:", 1, "The parameter CacheClusterId must be provided."),
            ("CreateCacheCluster: [a]", 1, "this has to be a map of parameters, not a list"),
            (
                "CreateCacheCluster:\n  CacheClusterID: a",
                2,
                "there is no parameter CacheClusterID; did you mean CacheClusterId?",
            ),
            ("CreateCacheCluster:\n  CacheClusterId:\n", 2, "CacheClusterId has to be a text, not nothing"),
            ("CreateCacheCluster:\n  CacheClusterId: {a: b}\n", 2, "CacheClusterId has to be a text, not a map"),
            ("CreateCacheCluster:\n  NumCacheNodes: two", 2, "NumCacheNodes has to be a whole number, not two"),
            ("CreateCacheCluster:\n  AZMode: both", 2, "AZMode has to be one of single-az, cross-az, not both"),
            ("CreateCacheCluster:\n  Port: ${PASSWORD}", 2, "Port has to be a whole number"),
            ("CreateCacheCluster:\n  Tags: {a: b}", 2, "Tags has to be a list, not a map"),
            (
                "CreateCacheCluster:\n  Tags:\n    - {Key: a}\n    - {Name: a}",
                4,
                "there is no parameter Tags.Tag.2.Name",
            ),
            ("CreateCacheCluster:\n  AuthToken: ${NONE}", 2, "AuthToken: the environment variable NONE is not set"),
        ] {
            let mistake = written(entry).expect_err(entry);
            assert_eq!((mistake.line, mistake.reason.as_str()), (line, reason), "{entry}");
        }
    }
}

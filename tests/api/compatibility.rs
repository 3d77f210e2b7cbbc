//! Every operation is there and checks its parameters.

use crate::{
    answer::Refusal,
    app::App,
    model::{Member, Model},
};

/// The parameters that an operation cannot do without, each with a value that it can read.
pub fn required(model: &Model, shape: &str, path: &str) -> Vec<(String, String)> {
    let Some(structure) = model.structures.iter().find(|structure| structure.name == shape) else {
        let word = model.enums.iter().find(|known| known.name == shape).map(|known| known.values[0].clone());
        let value = match shape {
            "integer" | "integerOptional" | "double" => "1",
            "boolean" | "booleanOptional" => "true",
            _ => "sample",
        };
        return vec![(path.to_owned(), word.unwrap_or_else(|| value.to_owned()))];
    };
    let inside = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    let members: Vec<&Member> = structure.members.iter().filter(|member| member.required).collect();
    if members.is_empty() && !path.is_empty() {
        // A structure is there when anything of it is.
        let first = &structure.members[0];
        return required(model, &first.shape, &inside(&first.name));
    }
    let below = members.into_iter().flat_map(|member| match model.list(&member.shape) {
        None => required(model, &member.shape, &inside(&member.name)),
        Some(list) => required(model, &list.of, &format!("{}.{}.1", inside(&member.name), list.element)),
    });
    below.collect()
}

fn borrowed(parameters: &[(String, String)]) -> Vec<(&str, &str)> {
    parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

#[tokio::test]
async fn every_operation_does_something() {
    let (app, model) = (App::start().await, Model::load());
    assert_eq!(model.operations.len(), 77);
    for operation in &model.operations {
        let name = operation.name.as_str();
        let parameters = required(&model, &operation.input, "");
        let answer = app.call(name, &borrowed(&parameters)).await;
        assert!(answer.status < 500, "{name}: {}", answer.body);
        assert!(!answer.body.contains("Cachette does not support"), "{name} {parameters:?}: {}", answer.body);
    }
}

#[tokio::test]
async fn every_operation_asks_for_what_it_cannot_do_without() {
    let (app, model) = (App::start().await, Model::load());
    let mut checked = 0;
    for operation in &model.operations {
        let input = model.structures.iter().find(|structure| structure.name == operation.input).expect("an input");
        let parameters = required(&model, &operation.input, "");
        for member in input.members.iter().filter(|member| member.required && !member.keep_empty) {
            let belongs = |name: &str| name == member.name || name.starts_with(&format!("{}.", member.name));
            let rest: Vec<_> = parameters.iter().filter(|(name, _)| !belongs(name)).cloned().collect();
            let text = format!("The parameter {} must be provided.", member.name);
            let refused = app.refused(&operation.name, &borrowed(&rest)).await;
            assert_eq!(refused, Refusal::value(&text), "{} without {}", operation.name, member.name);
            checked += 1;
        }
    }
    assert!(checked > 80, "{checked}");
}

#[tokio::test]
async fn identifiers_are_checked_before_an_operation_is_refused() {
    let app = App::start().await;
    for (action, name, more) in [
        ("CreateReplicationGroup", "ReplicationGroupId", [("ReplicationGroupDescription", "d")].as_slice()),
        ("CreateGlobalReplicationGroup", "GlobalReplicationGroupIdSuffix", &[("PrimaryReplicationGroupId", "g")]),
        ("CreateServerlessCache", "ServerlessCacheName", &[("Engine", "redis")]),
        ("CreateServerlessCacheSnapshot", "ServerlessCacheSnapshotName", &[("ServerlessCacheName", "s")]),
        (
            "CopyServerlessCacheSnapshot",
            "TargetServerlessCacheSnapshotName",
            &[("SourceServerlessCacheSnapshotName", "s")],
        ),
        ("CreateSnapshot", "SnapshotName", &[]),
        ("CopySnapshot", "TargetSnapshotName", &[("SourceSnapshotName", "s")]),
        ("CreateUser", "UserId", &[("UserName", "u"), ("Engine", "redis"), ("AccessString", "on ~* +@all")]),
        ("CreateUserGroup", "UserGroupId", &[("Engine", "redis")]),
    ] {
        let refused = app.refused(action, &[&[(name, "1st")], more].concat()).await;
        assert_eq!(refused.code(), (400, "InvalidParameterValue"));
        assert!(refused.message.contains("is not a valid identifier"), "{action}: {}", refused.message);
    }
}

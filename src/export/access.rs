//! Users and user groups, and what stands in the place of secrets.

use super::{Entry, Export, Value};
use crate::{
    model::{Access, Authentication, Scope, User},
    protocol::sigv4::DEFAULT_ACCOUNT,
    store::Tables,
};

pub(super) fn write(export: &mut Export, tables: &Tables, scope: &Scope) {
    for (_, user) in tables.users.iter(scope).filter(|(_, user)| user.deleted.is_none()) {
        let made = Entry::new("CreateUser")
            .with("UserId", &user.id)
            .with("UserName", &user.name)
            .with("Engine", user.engine.name())
            .with("AccessString", &user.access_string)
            .with("AuthenticationMode", authentication(user))
            .with_tags(&user.tags);
        export.add(scope, made);
    }
    for (_, group) in tables.user_groups.iter(scope).filter(|(_, group)| group.deleted.is_none()) {
        let made = Entry::new("CreateUserGroup")
            .with("UserGroupId", &group.id)
            .with("Engine", group.engine.name())
            .with_list("UserIds", &group.user_ids)
            .with_tags(&group.tags);
        export.add(scope, made);
    }
}

fn authentication(user: &User) -> Value {
    match &user.authentication {
        Authentication::NoPassword => Value::Map(vec![("Type", "no-password-required".into())]),
        Authentication::Iam => Value::Map(vec![("Type", "iam".into())]),
        Authentication::Password(hashes) => {
            let variables = (1..=hashes.len()).map(|number| match number {
                1 => variable("CACHETTE_PASSWORD", &user.scope, &user.id),
                number => variable(&format!("CACHETTE_PASSWORD{number}"), &user.scope, &user.id),
            });
            let passwords = Value::List(variables.map(Value::Variable).collect());
            Value::Map(vec![("Type", "password".into()), ("Passwords", passwords)])
        }
    }
}

/// What stands for the AUTH token of a cache, if it has one.
pub(super) fn auth_token(export: &mut Export, scope: &Scope, id: &str, access: &Access) -> Option<Value> {
    let Access::Tokens { tokens, optional } = access else { return None };
    if *optional || tokens.len() > 1 {
        export.note(format!(
            "{scope}: {id} has more than one way to log in; its newest AUTH token alone is in this file"
        ));
    }
    Some(Value::Variable(variable("CACHETTE_AUTH_TOKEN", scope, id)))
}

/// The name of a variable for a secret of this resource.
fn variable(what: &str, scope: &Scope, id: &str) -> String {
    let account = if scope.account == DEFAULT_ACCOUNT { String::new() } else { format!("{}_", scope.account) };
    let name = format!("{what}_{account}{}_{id}", scope.region);
    name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_uppercase() } else { '_' }).collect()
}

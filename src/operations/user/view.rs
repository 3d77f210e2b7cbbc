//! A user as the API shows it.

use super::{
    groups_of,
    state::{UserState, unsettled},
};
use crate::{
    model::{
        Authentication, Scope, Unsettled, User,
        arn::{Arn, ResourceType},
    },
    protocol::{enums::AuthenticationType, types},
    store::Tables,
};

/// What users of one scope are shown with.
pub(super) struct View<'a> {
    tables: &'a Tables,
    scope: &'a Scope,
    unsettled: Unsettled<'a>,
}

impl<'a> View<'a> {
    pub(super) fn new(tables: &'a Tables, scope: &'a Scope) -> Self {
        Self { tables, scope, unsettled: unsettled(tables, scope) }
    }

    /// The user as `DescribeUsers` shows it.
    pub(super) fn user(&self, user: &User) -> types::User {
        self.in_state(user, UserState::of(user, &self.unsettled))
    }

    /// The user as an operation shows it that has just brought it into a state.
    pub(super) fn in_state(&self, user: &User, state: UserState) -> types::User {
        let groups = groups_of(self.tables, self.scope, &user.id).map(|group| group.id.clone());
        types::User {
            user_id: Some(user.id.clone()),
            user_name: Some(user.name.clone()),
            status: Some(state.as_str().to_owned()),
            engine: Some(user.engine.name().to_owned()),
            minimum_engine_version: Some(user.minimum_engine_version().to_string()),
            access_string: Some(user.access_string.clone().into()),
            user_group_ids: Some(groups.collect()),
            authentication: Some(authentication(&user.authentication)),
            arn: Some(Arn::text(self.scope, ResourceType::User, &user.id)),
        }
    }
}

fn authentication(authentication: &Authentication) -> types::Authentication {
    let (r#type, password_count) = match authentication {
        Authentication::NoPassword => (AuthenticationType::NoPassword, None),
        Authentication::Password(passwords) => (AuthenticationType::Password, i32::try_from(passwords.len()).ok()),
        Authentication::Iam => (AuthenticationType::Iam, None),
    };
    types::Authentication { r#type: Some(r#type), password_count }
}

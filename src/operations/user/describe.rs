//! `DescribeUsers`.

use std::sync::Arc;

use super::{DEFAULT_USER, default_user, engine, state, view::View};
use crate::{
    model::User,
    operations::{Operations, errors, pagination::Page, request::Request},
    protocol::{AwsError, Output, types},
};

impl Operations {
    pub(in crate::operations) fn describe_users(
        &self,
        request: &Request,
        input: &types::DescribeUsersMessage,
    ) -> Result<Output, AwsError> {
        let types::DescribeUsersMessage { engine: engine_name, user_id, filters, max_records, marker } = input;
        let page = Page::new(*max_records, marker.as_deref())?;
        let engine = engine_name.as_deref().map(engine).transpose()?;
        let filters = filters.iter().flatten().map(Filter::new).collect::<Result<Vec<_>, _>>()?;
        let wanted = |user: &User| {
            engine.is_none_or(|engine| user.engine == engine) && filters.iter().all(|filter| filter.lets_through(user))
        };
        let (tables, scope) = (self.store.tables(), &request.scope);
        let view = View::new(&tables, scope);
        let (users, marker) = if let Some(id) = user_id {
            let user = if id.eq_ignore_ascii_case(DEFAULT_USER) {
                Arc::new(default_user(scope))
            } else {
                state::of_id(&tables, scope, id)?
            };
            (Some(user).filter(|user| wanted(user)).into_iter().collect(), None)
        } else {
            let mut all: Vec<_> = tables.users.iter(scope).map(|(_, user)| Arc::clone(user)).collect();
            all.push(Arc::new(default_user(scope)));
            all.retain(|user| wanted(user) && page.after().is_none_or(|after| user.id.as_str() > after));
            all.sort_unstable_by(|one, other| one.id.cmp(&other.id));
            page.take(all.into_iter(), |user| user.id.as_str())
        };
        let users = users.iter().map(|user| view.user(user)).collect();
        Ok(Output::DescribeUsers(types::DescribeUsersResult { users: Some(users), marker }))
    }
}

/// What users have to be, for one of its values at least.
struct Filter<'a> {
    is: fn(&User, &str) -> bool,
    values: &'a [String],
}

impl<'a> Filter<'a> {
    fn new(filter: &'a types::Filter) -> Result<Self, AwsError> {
        let types::Filter { name, values } = filter;
        let is: fn(&User, &str) -> bool = match name.to_ascii_lowercase().replace('-', "").as_str() {
            "userid" => |user, id| user.id.eq_ignore_ascii_case(id),
            "username" => |user, name| user.name == name,
            "engine" => |user, engine| user.engine.name().eq_ignore_ascii_case(engine),
            _ => return Err(errors::invalid_value(format_args!("Invalid filter name: {name}"))),
        };
        Ok(Self { is, values })
    }

    fn lets_through(&self, user: &User) -> bool {
        self.values.iter().any(|value| (self.is)(user, value))
    }
}

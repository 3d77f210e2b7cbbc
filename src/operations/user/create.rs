//! `CreateUser`.

use super::{
    DEFAULT_USER,
    authentication::{self, Asked},
    engine,
    state::UserState,
    view::View,
};
use crate::{
    model::{User, access_string, catalogue::limits, identifier::IdentifierKind},
    operations::{Operations, errors, request::Request, tags},
    protocol::{AwsError, ErrorCode, Output, types},
};

/// The name by which the server logs in to engines.
const ADMIN_USER: &str = "cachette-admin";

impl Operations {
    /// # Compatibility
    /// An access string is checked against the commands and categories of the engines up to Redis 7.0 and Valkey 9.0;
    /// commands that `ElastiCache` keeps from clients cannot be named. A name cannot have spaces, nor be
    /// `cachette-admin`, by which the server logs in to its engines. Account quota with `--strict` only.
    pub(in crate::operations) async fn create_user(
        &self,
        request: &Request,
        input: types::CreateUserMessage,
    ) -> Result<Output, AwsError> {
        let scope = request.scope.clone();
        let user = new_user(request, input)?;
        let strict = self.options.strict;
        self.store
            .write(move |draft| {
                if user.id == DEFAULT_USER || draft.tables().users.get(&scope, &user.id).is_some() {
                    return Err(errors::user_already_exists(&user.id));
                }
                if strict && draft.tables().users.len(&scope) >= limits::USERS {
                    return Err(errors::quota_exceeded(ErrorCode::UserQuotaExceeded, "users", limits::USERS));
                }
                let shown = View::new(draft.tables(), &scope).in_state(&user, UserState::Active);
                let id = user.id.clone();
                draft.put(&scope, &id, user);
                Ok(Output::CreateUser(shown))
            })
            .await
    }
}

fn new_user(request: &Request, input: types::CreateUserMessage) -> Result<User, AwsError> {
    let types::CreateUserMessage {
        user_id,
        user_name,
        engine: engine_name,
        passwords,
        access_string,
        no_password_required,
        tags,
        authentication_mode,
    } = input;
    let id = IdentifierKind::User.canonical(&user_id).map_err(errors::invalid_value)?;
    let engine = engine(&engine_name)?;
    let name = checked_name(user_name)?;
    let asked = Asked { passwords, no_password_required, mode: authentication_mode };
    let authentication = asked.authentication()?.ok_or_else(authentication::no_type)?;
    authentication::check(&authentication, engine, &id, &name)?;
    Ok(User {
        scope: request.scope.clone(),
        name,
        engine,
        authentication,
        access_string: access_string::canonical(access_string.expose(), engine).map_err(errors::invalid_value)?,
        deleted: None,
        tags: tags::from_request(tags)?,
        id,
    })
}

/// A name that engines take. They allow everything but spaces, and one name is the server's own.
fn checked_name(name: String) -> Result<String, AwsError> {
    if name.contains(|character: char| character.is_whitespace() || character.is_control()) {
        return Err(errors::invalid_value("The parameter UserName cannot contain spaces or control characters."));
    }
    if name == ADMIN_USER {
        return Err(errors::invalid_value(format_args!("The user name {ADMIN_USER} is reserved by Cachette.")));
    }
    Ok(name)
}

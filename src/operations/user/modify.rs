//! `ModifyUser`.

use super::{
    authentication::{self, Asked},
    engine, groups_of,
    state::{UserState, changeable},
    view::View,
};
use crate::{
    model::{Engine, User, access_string},
    operations::{Operations, errors, request::Request, user_group},
    protocol::{AwsError, Output, Sensitive, types},
    store::Tables,
};

/// What is to become of a user.
struct Change {
    access_string: Option<Sensitive<String>>,
    append_access_string: Option<Sensitive<String>>,
    asked: Option<crate::model::Authentication>,
    engine: Option<Engine>,
}

impl Operations {
    /// # Compatibility
    /// Every engine that knows the user is changed, and the user is `modifying` until all are. Open connections go on,
    /// with the new rules.
    pub(in crate::operations) async fn modify_user(
        &self,
        request: &Request,
        input: types::ModifyUserMessage,
    ) -> Result<Output, AwsError> {
        let types::ModifyUserMessage {
            user_id,
            access_string,
            append_access_string,
            passwords,
            no_password_required,
            authentication_mode,
            engine: engine_name,
        } = input;
        let change = Change {
            access_string,
            append_access_string,
            asked: Asked { passwords, no_password_required, mode: authentication_mode }.authentication()?,
            engine: engine_name.as_deref().map(engine).transpose()?,
        };
        change.check()?;
        let scope = request.scope.clone();
        self.store
            .write(move |draft| {
                let before = changeable(draft.tables(), &scope, &user_id)?;
                let user = change.of(&before)?;
                check_groups(draft.tables(), &user)?;
                draft.put(&scope, &before.id, user.clone());
                let groups: Vec<_> =
                    groups_of(draft.tables(), &scope, &user.id).map(|group| group.id.clone()).collect();
                for group in groups {
                    user_group::spread(draft, &scope, &group);
                }
                Ok(Output::ModifyUser(View::new(draft.tables(), &scope).in_state(&user, UserState::Modifying)))
            })
            .await
    }
}

impl Change {
    fn check(&self) -> Result<(), AwsError> {
        match (&self.access_string, &self.append_access_string) {
            (Some(_), Some(_)) => {
                Err(errors::invalid_combination("AccessString and AppendAccessString cannot both be specified."))
            }
            (None, None) if self.asked.is_none() && self.engine.is_none() => Err(errors::no_modifications()),
            _ => Ok(()),
        }
    }

    /// The user as it is to be.
    fn of(&self, before: &User) -> Result<User, AwsError> {
        let mut user = before.clone();
        if let Some(engine) = self.engine {
            if (before.engine, engine) == (Engine::Valkey, Engine::Redis) {
                return Err(errors::invalid_combination(
                    "The engine of a user cannot be changed from Valkey to Redis.",
                ));
            }
            user.engine = engine;
        }
        if let Some(authentication) = &self.asked {
            user.authentication = authentication.clone();
        }
        authentication::check(&user.authentication, user.engine, &user.id, &user.name)?;
        let text = match (&self.access_string, &self.append_access_string) {
            (Some(replaced), _) => Some(replaced.expose().clone()),
            (None, Some(appended)) => Some(format!("{} {}", before.access_string, appended.expose())),
            (None, None) => None,
        };
        if let Some(text) = text {
            user.access_string = access_string::canonical(&text, user.engine).map_err(errors::invalid_value)?;
        }
        Ok(user)
    }
}

/// Checks that the groups that the user is in can have it as it is to be, and the caches that they are attached to.
fn check_groups(tables: &Tables, user: &User) -> Result<(), AwsError> {
    for group in groups_of(tables, &user.scope, &user.id) {
        user_group::check_member(group.engine, user)?;
        user_group::check_version(tables, &group.id, user)?;
    }
    Ok(())
}

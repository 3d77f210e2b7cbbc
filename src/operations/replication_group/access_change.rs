//! Changes of who may talk to a replication group, and how: encryption in transit, AUTH tokens, the user group.
//!
//! All of them take effect at once, whatever `ApplyImmediately` says. Encryption is the gateway's, and changes with the
//! record; who is let in is the engines', and the group is being modified until all of them know.

use chrono::{DateTime, Utc};

use super::user_groups;
use crate::{
    model::{
        Access, CacheCluster, TransitEncryption,
        catalogue::engine_versions::{EngineFeature, version_reported_as},
    },
    operations::{
        cache_cluster::auth_token::{self, TokenUpdate},
        errors,
    },
    protocol::{AwsError, Sensitive, enums, types},
    store::Tables,
};

/// What a request says about it.
pub(super) struct AccessChange {
    pub auth_token: Option<Sensitive<String>>,
    pub strategy: Option<types::AuthTokenUpdateStrategyType>,
    pub user_groups_to_add: Vec<String>,
    pub user_groups_to_remove: Vec<String>,
    pub remove_user_groups: bool,
    pub encryption: Option<bool>,
    pub mode: Option<types::TransitEncryptionMode>,
}

/// What the records of all members are to say.
#[derive(Debug, PartialEq)]
pub(super) struct Changed {
    transit_encryption: TransitEncryption,
    access: Access,
    /// The user group that is attached.
    pub user_group_id: Option<String>,
    auth_token_modified: Option<DateTime<Utc>>,
}

impl Changed {
    /// Writes it into the record of a member.
    pub fn write(&self, member: &mut CacheCluster) {
        let Self { transit_encryption, access, user_group_id, auth_token_modified } = self;
        member.transit_encryption = *transit_encryption;
        member.access = access.clone();
        member.user_group_id.clone_from(user_group_id);
        member.auth_token_modified = *auth_token_modified;
    }
}

impl AccessChange {
    /// What becomes of a group with members like `member`.
    pub fn check(&self, tables: &Tables, member: &CacheCluster, now: DateTime<Utc>) -> Result<Changed, AwsError> {
        let token_update = TokenUpdate::of_request(self.auth_token.as_ref(), self.strategy)?;
        self.check_alone()?;
        let transit_encryption = self.encryption(member)?;
        let encrypted = transit_encryption.is_enabled();
        // A cluster can have a token without encryption, and keeps it as a member of a group.
        if self.auth_token.is_some() && !encrypted && !member.has_auth_token() {
            return Err(auth_token::needs_encryption());
        }
        if !self.user_groups_to_add.is_empty() && !encrypted {
            return Err(user_groups::need_encryption());
        }
        let user_group_id = self.user_group(member)?;
        let access = self.access(tables, member, user_group_id.as_deref(), token_update)?;
        if member.transit_encryption.is_enabled() && !encrypted {
            match access {
                Access::Open => {}
                Access::Tokens { .. } => return Err(auth_token::needs_encryption()),
                Access::Users(_) => return Err(user_groups::need_encryption()),
            }
        }
        let auth_token_modified = match &access {
            Access::Tokens { .. } if access != member.access => Some(now),
            Access::Tokens { .. } => member.auth_token_modified,
            Access::Open | Access::Users(_) => None,
        };
        Ok(Changed { transit_encryption, access, user_group_id, auth_token_modified })
    }

    /// What cannot be said together, whatever the group is like.
    fn check_alone(&self) -> Result<(), AwsError> {
        let adds = !self.user_groups_to_add.is_empty();
        if adds && self.auth_token.is_some() {
            return Err(errors::invalid_combination("AuthToken and UserGroupIdsToAdd cannot both be specified."));
        }
        if adds && self.remove_user_groups {
            return Err(errors::invalid_combination(
                "RemoveUserGroups and UserGroupIdsToAdd cannot both be specified.",
            ));
        }
        if self.user_groups_to_add.len() > 1 {
            return Err(user_groups::one_at_most());
        }
        Ok(())
    }

    /// Encryption is turned on in two steps, so that clients can follow, and off in two as well.
    fn encryption(&self, member: &CacheCluster) -> Result<TransitEncryption, AwsError> {
        use enums::TransitEncryptionMode as Mode;
        let present = member.transit_encryption;
        let wanted = match (present, self.encryption, self.mode) {
            (TransitEncryption::Disabled, Some(false) | None, Some(_)) | (_, Some(false), Some(_)) => {
                return Err(errors::invalid_combination(
                    "TransitEncryptionMode can only be specified with TransitEncryptionEnabled.",
                ));
            }
            (TransitEncryption::Disabled, Some(true), None | Some(Mode::Required)) => {
                return Err(errors::invalid_combination(
                    "TransitEncryptionMode has to be preferred when encryption in transit is turned on.",
                ));
            }
            (TransitEncryption::Required, Some(false), None) => {
                return Err(errors::invalid_combination(
                    "TransitEncryptionMode has to be preferred before encryption in transit is turned off.",
                ));
            }
            (TransitEncryption::Disabled | TransitEncryption::Preferred, Some(false), None) => {
                TransitEncryption::Disabled
            }
            (present, None | Some(true), None) => present,
            (_, _, Some(Mode::Preferred)) => TransitEncryption::Preferred,
            (_, _, Some(Mode::Required)) => TransitEncryption::Required,
        };
        let version = version_reported_as(member.engine, member.engine_version.as_str());
        let can_change = version.is_some_and(|version| version.supports(EngineFeature::ToggleInTransitEncryption));
        if wanted != present && !can_change {
            return Err(errors::invalid_combination(format_args!(
                "Encryption in transit cannot be changed for an existing replication group of {} {}.",
                member.engine, member.engine_version
            )));
        }
        Ok(wanted)
    }

    /// The user group that is attached in the end.
    fn user_group(&self, member: &CacheCluster) -> Result<Option<String>, AwsError> {
        let mut attached = member.user_group_id.clone();
        for id in &self.user_groups_to_remove {
            let id = id.to_ascii_lowercase();
            if member.user_group_id.as_ref() != Some(&id) {
                return Err(errors::invalid_value(format_args!(
                    "User group {id} is not associated with replication group {}.",
                    member.cache_id()
                )));
            }
            attached = None;
        }
        if self.remove_user_groups {
            attached = None;
        }
        let Some(added) = self.user_groups_to_add.first().map(|id| id.to_ascii_lowercase()) else {
            return Ok(attached);
        };
        match attached {
            Some(attached) if attached != added => Err(user_groups::one_at_most()),
            _ => Ok(Some(added)),
        }
    }

    /// Who is let in, once the user group `user_group_id` is attached or none is.
    fn access(
        &self,
        tables: &Tables,
        member: &CacheCluster,
        user_group_id: Option<&str>,
        token_update: Option<TokenUpdate>,
    ) -> Result<Access, AwsError> {
        let is_set = matches!(token_update, Some(TokenUpdate::Set(_)));
        let is_delete = matches!(token_update, Some(TokenUpdate::Delete));
        if is_delete && (self.user_groups_to_add.is_empty() || !member.has_auth_token()) {
            return Err(auth_token::delete_without_users());
        }
        let tokens =
            |present: &Access, update: TokenUpdate| update.apply(present, member.engine, &member.engine_version);
        match (user_group_id, token_update) {
            (Some(_), None) if member.has_auth_token() => Err(errors::invalid_combination(
                "AuthTokenUpdateStrategy has to be DELETE for a user group to take over from an AUTH token.",
            )),
            (Some(id), None | Some(TokenUpdate::Delete)) if member.user_group_id.as_deref() != Some(id) => {
                user_groups::access(tables, &member.scope, id, member)
            }
            (None, None) if member.user_group_id.is_some() => Ok(Access::Open),
            (_, None) => Ok(member.access.clone()),
            (None, Some(update)) if member.user_group_id.is_some() => {
                if !is_set {
                    return Err(errors::invalid_combination(
                        "AuthTokenUpdateStrategy has to be SET for an AUTH token to take over from a user group.",
                    ));
                }
                tokens(&Access::Open, update)
            }
            (_, Some(update)) => tokens(&member.access, update),
        }
    }
}

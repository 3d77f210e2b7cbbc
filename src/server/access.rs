//! Who may ask a server for what, by its flags.

use std::{path::Path, sync::Arc};

use super::StartError;
use crate::{
    authorization::{Authorization, Policies},
    cli::{AuthChoice, Credentials, Serve},
    clock::Clock,
    http::Authentication,
    iam_login::{AccessKeys, AnybodyMayConnect, ConnectPolicy, IamLogins},
    instance::Instance,
    store::Store,
};

/// The keys that callers sign with.
pub(super) fn access_keys(options: &Serve) -> AccessKeys {
    AccessKeys {
        secrets: options.credentials.as_ref().map(|credentials| credentials.0.clone()).unwrap_or_default(),
        have_to_be_known: options.auth == AuthChoice::Sigv4,
    }
}

/// Who judges logins by IAM.
pub(super) fn iam_logins(
    store: &Arc<Store>,
    clock: &Arc<Clock>,
    instance: &Instance,
    access_keys: AccessKeys,
    authorization: Option<&Arc<Authorization>>,
) -> IamLogins {
    IamLogins {
        store: Arc::clone(store),
        clock: Arc::clone(clock),
        secret: instance.secret.clone(),
        access_keys,
        policy: connect_policy(authorization),
    }
}

/// Who may connect to caches.
pub(super) fn connect_policy(authorization: Option<&Arc<Authorization>>) -> Arc<dyn ConnectPolicy> {
    match authorization {
        Some(authorization) => Arc::clone(authorization) as _,
        None => Arc::new(AnybodyMayConnect),
    }
}

/// What callers may do, as `file` says if there is one.
pub(super) fn policies(file: Option<&Path>, authentication: &Authentication) -> Result<Option<Policies>, StartError> {
    let policies = file.map(Policies::read).transpose()?;
    if policies.is_some() && matches!(authentication, Authentication::Off) {
        tracing::warn!("policies protect nothing without --auth sigv4: anybody can name any access key");
    }
    Ok(policies)
}

/// Whom requests have to come from.
pub(super) fn authentication(
    choice: AuthChoice,
    credentials: Option<Credentials>,
) -> Result<Authentication, StartError> {
    match (choice, credentials) {
        (AuthChoice::Off, _) => Ok(Authentication::Off),
        (AuthChoice::Sigv4, Some(credentials)) => Ok(Authentication::SigV4(credentials.0)),
        (AuthChoice::Sigv4, None) => Err(StartError::NoCredentials),
    }
}

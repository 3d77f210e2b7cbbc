//! Clients whose users prove who they are by IAM send a signed token in place of a password. No engine can verify one:
//! here it is taken out of `AUTH` and `HELLO`, and when it is good, the password by which the engine knows the user is
//! put in its place; when it is not, one that nobody has. Everything else, the answer to the login included, is between
//! client and engine, so that it comes in order however requests are pipelined.
//!
//! For that the stream of requests is framed: values are skipped by their length, without being looked at or kept. Only
//! a login is kept until it is whole, up to a limit; a larger one goes on as it is, and fails. A stream that cannot be
//! framed is passed on as it is, to its end. Nothing depends on that for safety: the engine is only ever convinced by a
//! password that never leaves the server.
//!
//! The same goes for AUTH tokens that a cache takes and does not ask for yet. Engines let everybody in then, but take a
//! token for a mistake when no name comes with it, and any token for good when one does.
//!
//! Who the users are and what makes a token good is not known here: see [`IamLogin`].

mod requests;
mod session;
mod tap;
#[cfg(test)]
mod tests;

use futures_util::future::BoxFuture;

use super::EndpointId;

pub(super) use self::{session::Session, tap::IamTap};

/// Judges logins. It is asked while the connection waits, and must answer from memory.
pub trait IamLogin: Send + Sync + 'static {
    /// What becomes of a client of `endpoint` that logs in as `user` with `token`.
    fn judge(&self, endpoint: &EndpointId, user: &str, token: &str) -> Login;
}

/// What becomes of a login.
pub enum Login {
    /// The engine may judge.
    NotIam,
    /// The user is let in.
    Granted(Grant),
    /// The token is not good for this user here and now.
    Denied,
    /// It is good, and any would be: the engine is to be told the name with it.
    Any,
    /// Any would be good for the engine, and this one is not: it is to be told a name that nobody has.
    DeniedWhereAnyIs,
}

/// What lets a client in.
pub struct Grant {
    /// By what the engine knows the user.
    pub password: String,
    /// Completes when the connection has to end, unless it has logged in again before.
    pub over: BoxFuture<'static, ()>,
}

//! What an engine is told of its users while it runs.
//!
//! An engine starts with nobody in it but the server's own user. Who else may talk to it is told before the first client
//! is led there, and again with every change: what has to be known of users never stands in arguments of programs or
//! containers, and an engine that comes back without being asked lets nobody in who was taken off meanwhile.

use std::collections::{BTreeMap, BTreeSet};

use redis::Value;

use super::{
    EngineError, RedisClient,
    acl::{DEFAULT_USER, Rules, nobody},
    launch::EngineSettings,
    redis_launch::ADMIN_USER,
    restricted::{Vocabulary, has_acl},
};
use crate::model::Access;

impl RedisClient {
    /// Gives the engine just the users of its settings. One that stays is changed in a single command, so its connections
    /// live on and have the new rules at once; one that is gone loses its connections. Done again it changes nothing.
    ///
    /// # Errors
    /// When the engine does not answer, when it is too old to know users at all, or when it does not take the rules of
    /// one; all others have theirs then, and that one may do nothing.
    pub(super) async fn apply_users(&mut self, settings: &EngineSettings) -> Result<(), EngineError> {
        if !has_acl(settings) {
            return if settings.access == Access::Open { Ok(()) } else { Err(EngineError::NoUsers) };
        }
        let slow: Vec<String> = self.command("acl").arg("CAT").arg("slow").query_async(&mut self.connection).await?;
        let Rules { users, mut refused } =
            Rules::new(settings, &Vocabulary::new(slow).of_serverless(settings.is_serverless));
        let before = self.present_users().await?;

        // Whoever is to be let in first: nobody who may come in before and after is kept out in between.
        let names: Vec<_> = users.keys().filter(|name| *name != DEFAULT_USER).map(String::as_str).collect();
        let names: Vec<_> = names.into_iter().chain([DEFAULT_USER]).collect();
        let answers = self.set_users(names.iter().map(|name| (*name, users[*name].as_slice()))).await?;
        let not_taken =
            |(name, answer): (&&str, _)| matches!(answer, Value::ServerError(_)).then(|| (*name).to_owned());
        let not_taken: Vec<_> = names.iter().zip(answers).filter_map(not_taken).collect();
        let nobody = nobody();
        self.set_users(not_taken.iter().map(|name| (name.as_str(), nobody.as_slice()))).await?;
        // The engine's own words would show the rule that it does not take.
        let reason = "this version of the engine does not know one of its rules";
        refused.extend(not_taken.into_iter().map(|name| EngineError::UserRefused { name, reason }));

        let gone = before.keys().filter(|name| *name != ADMIN_USER && !users.contains_key(*name));
        self.delete_users(gone.map(String::as_str)).await?;
        let after = self.present_users().await?;
        let changed = after.iter().filter(|(name, rules)| before.get(*name) != Some(rules));
        self.end_monitors(&changed.map(|(name, _)| name.as_str()).collect()).await?;
        refused.into_iter().next().map_or(Ok(()), Err)
    }

    /// Ends the connections of users that had a name which is another user's by now. The default user keeps its own, as an
    /// engine cannot be without it.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn remove_replaced_users(&mut self, before: &Access, after: &Access) -> Result<(), EngineError> {
        let (Access::Users(before), Access::Users(after)) = (before, after) else { return Ok(()) };
        let replaced = before.iter().filter(|(name, user)| {
            *name != DEFAULT_USER
                && *name != ADMIN_USER
                && after.get(*name).is_some_and(|other| other.user_id != user.user_id)
        });
        self.delete_users(replaced.map(|(name, _)| name.as_str())).await
    }

    /// The users that the engine has, each with its rules in the engine's words.
    async fn present_users(&mut self) -> Result<BTreeMap<String, String>, EngineError> {
        let lines: Vec<String> = self.command("acl").arg("LIST").query_async(&mut self.connection).await?;
        let user = |line: &String| line.split(' ').nth(1).map(|name| (name.to_owned(), line.clone()));
        Ok(lines.iter().filter_map(user).collect())
    }

    async fn set_users<'a>(
        &mut self,
        users: impl Iterator<Item = (&'a str, &'a [String])>,
    ) -> Result<Vec<Value>, EngineError> {
        let mut pipeline = redis::pipe();
        pipeline.ignore_errors();
        for (name, rules) in users {
            pipeline.add_command(self.command("acl")).arg("SETUSER").arg(name).arg(rules);
        }
        if pipeline.is_empty() {
            return Ok(Vec::new());
        }
        Ok(pipeline.query_async(&mut self.connection).await?)
    }

    async fn delete_users(&mut self, names: impl Iterator<Item = &str>) -> Result<(), EngineError> {
        let names: Vec<_> = names.collect();
        if names.is_empty() {
            return Ok(());
        }
        Ok(self.command("acl").arg("DELUSER").arg(names).exec_async(&mut self.connection).await?)
    }

    /// Ends connections that see whatever anybody does, of users whose rules have changed: the engine asks only once
    /// whether a user may.
    async fn end_monitors(&mut self, users: &BTreeSet<&str>) -> Result<(), EngineError> {
        if users.is_empty() {
            return Ok(());
        }
        let clients: String = self.command("client").arg("LIST").query_async(&mut self.connection).await?;
        for client in clients.lines() {
            let field = |name: &str| client.split(' ').find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
            let is_monitor = field("flags").is_some_and(|flags| flags.contains('O'));
            if let (true, Some(id), Some(user)) = (is_monitor, field("id"), field("user"))
                && users.contains(user)
            {
                self.command("client").arg("KILL").arg("ID").arg(id).exec_async(&mut self.connection).await?;
            }
        }
        Ok(())
    }
}

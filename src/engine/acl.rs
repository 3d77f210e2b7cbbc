//! From who may talk to a cache to the ACL rules of its engines. Says nothing to an engine.
//!
//! Whatever an access string allows, what is restricted stays so. The last rule about a command decides, so the rules that
//! take it away come last; and since a user may do what its rules *or* any one of its selectors allow, they come last in
//! every selector too.

use std::collections::BTreeMap;

use super::{EngineError, launch::EngineSettings, redis_launch::ADMIN_USER, restricted::Vocabulary};
use crate::model::{Access, AccessUser, Authentication, PasswordHash};

/// The user that clients are who have not logged in.
pub(super) const DEFAULT_USER: &str = "default";

/// Rules that say how a user proves who it is, which is not for an access string to say.
const NOT_ITS_OWN: [&str; 3] = ["nopass", "reset", "resetpass"];

/// What an engine is to be told of its users.
pub(super) struct Rules {
    /// The rules of each user, from nothing on.
    pub(super) users: BTreeMap<String, Vec<String>>,
    /// Users that no engine can be told of. They must not be let in.
    pub(super) refused: Vec<EngineError>,
}

impl Rules {
    /// The users of an engine with these settings that knows these commands. There is always a default user, which may be
    /// off; the server's own user is not among them.
    pub(super) fn new(settings: &EngineSettings, vocabulary: &Vocabulary) -> Self {
        let mut rules = Self { users: [(DEFAULT_USER.to_owned(), nobody())].into(), refused: Vec::new() };
        match &settings.access {
            Access::Open => rules.add_default(vocabulary, true, &[]),
            Access::Tokens { tokens, optional } => rules.add_default(vocabulary, *optional, tokens),
            Access::Users(users) => {
                for (name, user) in users {
                    rules.add(name, user, settings.iam_passwords.get(name), vocabulary);
                }
            }
        }
        rules
    }

    /// A default user that may do everything that clients may do.
    fn add_default(&mut self, vocabulary: &Vocabulary, nopass: bool, tokens: &[PasswordHash]) {
        let mut rules = nobody();
        rules.push("on".into());
        // Whoever needs no password may send any, the tokens among them; but only together with the name of the user.
        rules.extend(tokens.iter().filter(|_| !nopass).map(|token| format!("#{}", token.as_str())));
        rules.extend(nopass.then(|| "nopass".into()));
        rules.extend(["~*", "+@all"].map(str::to_owned));
        rules.extend(vocabulary.has_channel_rules().then(|| "&*".into()));
        rules.extend(vocabulary.restrictions(&["+@all"]));
        self.users.insert(DEFAULT_USER.into(), rules);
    }

    fn add(&mut self, name: &str, user: &AccessUser, iam: Option<&PasswordHash>, vocabulary: &Vocabulary) {
        let refused = |reason| EngineError::UserRefused { name: name.to_owned(), reason };
        if name == ADMIN_USER {
            return self.refused.push(refused("the name is the server's own"));
        }
        let mut rules = nobody();
        match &user.authentication {
            Authentication::NoPassword => rules.push("nopass".into()),
            Authentication::Password(hashes) => rules.extend(hashes.iter().map(|hash| format!("#{}", hash.as_str()))),
            // Without a hash it is a user that nobody can be.
            Authentication::Iam => rules.extend(iam.map(|hash| format!("#{}", hash.as_str()))),
        }
        match restricted(&user.access_string, vocabulary) {
            Ok(restricted) => rules.extend(restricted),
            Err(reason) => {
                self.refused.push(refused(reason));
                rules = nobody();
            }
        }
        self.users.insert(name.to_owned(), rules);
    }
}

/// The rules of somebody who may do nothing: off, without a password, without commands, keys and selectors.
pub(super) fn nobody() -> Vec<String> {
    vec!["reset".into()]
}

/// The rules of an access string without what is restricted. One selector is one rule. Why not, if it holds what is none
/// of its business or cannot be taken apart for certain.
fn restricted(access_string: &str, vocabulary: &Vocabulary) -> Result<Vec<String>, &'static str> {
    let mut rules = Vec::new();
    let mut of_user = Vec::new();
    let mut words = access_string.split_whitespace();
    while let Some(word) = words.next() {
        let Some(first) = word.strip_prefix('(') else {
            if word.starts_with(['>', '<', '#', '!']) || NOT_ITS_OWN.contains(&word.to_ascii_lowercase().as_str()) {
                return Err("its access string speaks of passwords");
            }
            of_user.push(word);
            rules.push(word.to_owned());
            continue;
        };
        // Engines end a selector at the first word that ends with the parenthesis, wherever that one began.
        let mut of_selector = vec![first];
        while !of_selector.last().is_some_and(|word| word.ends_with(')')) {
            of_selector.push(words.next().ok_or("its access string has a selector without an end")?);
        }
        if let Some(last) = of_selector.last_mut() {
            *last = &last[..last.len() - 1];
        }
        // Engines take quotes as such inside of selectors, and what follows might become part of a word.
        if of_selector.iter().any(|word| word.contains(['"', '\'', '\\'])) {
            return Err("its access string has a selector with quotes");
        }
        let mut selector: Vec<_> = of_selector.iter().map(|word| (*word).to_owned()).collect();
        selector.extend(vocabulary.restrictions(&of_selector));
        rules.push(format!("({})", selector.join(" ")));
    }
    rules.extend(vocabulary.restrictions(&of_user));
    Ok(rules)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::InstanceSecret;

    fn rules(access: Access, iam_passwords: &[(&str, PasswordHash)]) -> Rules {
        let settings = EngineSettings {
            engine: crate::model::Engine::Redis,
            version: "7.0".parse().expect("a version"),
            port: 6379,
            parameters: BTreeMap::new(),
            open_files: None,
            access,
            iam_passwords: iam_passwords.iter().map(|(name, hash)| ((*name).to_owned(), hash.clone())).collect(),
            admin: InstanceSecret::new([0; 32]).of_engine("e"),
            replicates: false,
            is_serverless: false,
            cluster: None,
        };
        Rules::new(&settings, &Vocabulary::new(["acl|setuser", "config", "failover"].map(str::to_owned)))
    }

    fn users(users: &[(&str, Authentication, &str)]) -> Access {
        let user = |(name, authentication, access_string): &(&str, Authentication, &str)| {
            let (user_id, access_string) = (format!("id-of-{name}"), (*access_string).to_owned());
            ((*name).to_owned(), AccessUser { user_id, authentication: authentication.clone(), access_string })
        };
        Access::Users(users.iter().map(user).collect())
    }

    fn of(rules: &Rules, name: &str) -> String {
        rules.users[name].join(" ")
    }

    const RESTRICTIONS: &str = "-config -failover -acl|setuser";

    #[test]
    fn the_default_user_is_whoever_knows_a_token() {
        let [old, new] = ["old", "new"].map(PasswordHash::of);
        assert_eq!(of(&rules(Access::Open, &[]), "default"), format!("reset on nopass ~* +@all &* {RESTRICTIONS}"));
        let both = Access::Tokens { tokens: vec![old.clone(), new.clone()], optional: false };
        let wanted = format!("reset on #{} #{} ~* +@all &* {RESTRICTIONS}", old.as_str(), new.as_str());
        assert_eq!(of(&rules(both, &[]), "default"), wanted);
        let optional = Access::Tokens { tokens: vec![new], optional: true };
        assert_eq!(of(&rules(optional, &[]), "default"), of(&rules(Access::Open, &[]), "default"));
    }

    #[test]
    fn users_have_what_proves_who_they_are_and_the_default_user_is_off() {
        let hash = PasswordHash::of("password");
        let access = users(&[
            ("a", Authentication::Password(vec![hash.clone()]), "on ~app:* -@all +@read"),
            ("i", Authentication::Iam, "on ~* +@all"),
            ("n", Authentication::NoPassword, "off ~* -@all"),
            ("x", Authentication::Iam, "on ~* +@all"),
        ]);
        let rules = rules(access, &[("i", hash.clone())]);
        let hash = hash.as_str();
        assert!(rules.refused.is_empty());
        assert_eq!(of(&rules, "default"), "reset");
        assert_eq!(of(&rules, "a"), format!("reset #{hash} on ~app:* -@all +@read {RESTRICTIONS}"));
        assert_eq!(of(&rules, "i"), format!("reset #{hash} on ~* +@all {RESTRICTIONS}"));
        assert_eq!(of(&rules, "n"), format!("reset nopass off ~* -@all {RESTRICTIONS}"));
        assert_eq!(of(&rules, "x"), format!("reset on ~* +@all {RESTRICTIONS}"));
    }

    #[test]
    fn selectors_allow_nothing_that_is_restricted() {
        let of_string = |string: &str| {
            let rules = rules(users(&[("a", Authentication::NoPassword, string)]), &[]);
            (rules.users["a"][1..].to_vec(), rules.refused.len())
        };
        let (words, _) = of_string("on ~* -@all (~* +@all) (%R~x +get) +get");
        let [one, two] = [format!("(~* +@all {RESTRICTIONS})"), format!("(%R~x +get {RESTRICTIONS})")];
        assert_eq!(words[..7], ["nopass", "on", "~*", "-@all", &one, &two, "+get"]);
        for wrong in ["on (~* +@all", "on (~'x +@all)", "on nopass", "on RESET", "on >password", "on #00", "(a (b)c"] {
            assert_eq!(of_string(wrong), (Vec::new(), 1), "{wrong}");
        }
    }

    #[test]
    fn nobody_is_the_server() {
        let rules = rules(users(&[(ADMIN_USER, Authentication::NoPassword, "on ~* +@all")]), &[]);
        assert!(!rules.users.contains_key(ADMIN_USER) && rules.refused.len() == 1);
    }
}

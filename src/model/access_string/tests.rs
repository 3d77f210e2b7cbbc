//! Access strings come back as `ElastiCache` shows them, and what it or an engine would refuse is refused.

use proptest::prelude::*;

use super::*;

fn of(text: &str) -> Result<String, InvalidAccessString> {
    canonical(text, Engine::Redis)
}

#[test]
fn access_strings_come_back_as_elasticache_shows_them() {
    for (given, shown) in [
        ("on ~* +@all", "on ~* +@all"),
        ("on ~app:* +@read", "on ~app:* -@all +@read"),
        ("~objects:* ~items:* ~public:*", "off ~objects:* ~items:* ~public:* -@all"),
        ("on ~app::* -@all +@read +@hash -setbit", "on ~app::* -@all +@read +@hash -setbit"),
        ("on ~* &* +@all", "on ~* &* +@all"),
        ("on  ~*\t+@all\n", "on ~* +@all"),
        ("~* on allcommands", "~* on allcommands"),
        ("on ~* -flushall +get", "on ~* -flushall +get"),
        ("on ~* +get -@all +set", "on ~* +get -@all +set"),
        ("on ~a (%R~b +get)", "on ~a -@all (%R~b +get)"),
        ("on ( ~a +get ) (+@all)", "on -@all (~a +get) (+@all)"),
        ("ON ~* +@ALL", "ON ~* +@ALL"),
        ("on %RW~a +client|id", "on %RW~a -@all +client|id"),
        ("off", "off -@all"),
    ] {
        assert_eq!(of(given).as_deref(), Ok(shown), "{given}");
    }
}

#[test]
fn what_elasticache_or_the_engine_would_refuse_is_refused() {
    use InvalidAccessString::{Category, Command, Invalid, Password, Reset, Restricted};
    for (given, error) in [
        ("on ~* +@all >secret", Password),
        ("on ~* #0123 +@all", Password),
        ("on nopass", Password),
        ("resetpass", Password),
        ("on (~* >secret)", Password),
        ("reset on", Reset),
        ("on ~* +@everything", Category),
        ("on ~* -@", Category),
        ("on ~* +gets", Command),
        ("on ~* +", Command),
        ("on ~* +client|nothing", Command),
        ("on ~* +client|id|x", Command),
        ("on ~* -select|0", Command),
        ("on ~* +select|", Command),
        ("on ~* +waitaof", Command),
        ("on ~* +config", Restricted),
        ("on ~* -config|set", Restricted),
        ("on ~* +acl|setuser", Restricted),
        ("on ~* (+debug)", Restricted),
        ("", Invalid),
        (" ", Invalid),
        ("on keys", Invalid),
        ("on %X~a", Invalid),
        ("on %~a", Invalid),
        ("on %RR~a", Invalid),
        ("on %R", Invalid),
        ("on ~* ~a", Invalid),
        ("on allkeys %R~a", Invalid),
        ("on &* &a", Invalid),
        ("on (~a", Invalid),
        ("on ((~a))", Invalid),
        ("on (on)", Invalid),
        ("on (clearselectors)", Invalid),
        ("on (~\"a\")", Invalid),
        ("on ~a\u{0}b", Invalid),
        ("on skip-sanitize-payload", Invalid),
    ] {
        assert_eq!(of(given), Err(error), "{given}");
    }
    assert!(canonical("on ~* +waitaof", Engine::Valkey).is_ok());
    assert!(of("on ~* resetkeys ~a &* resetchannels &b").is_ok());
}

#[test]
fn an_access_string_needs_an_engine_that_takes_it() {
    for (text, redis, valkey) in [
        ("on ~* +@all", "6.0", "7.2"),
        ("on ~* &* +@all", "6.2", "7.2"),
        ("on %R~a +@all", "7.0", "7.2"),
        ("on ~* +@all (~a +get)", "7.0", "7.2"),
        ("on ~* +@all -client|kill", "7.0", "7.2"),
        ("on ~* +client|id", "6.0", "7.2"),
    ] {
        assert_eq!(minimum_version(text, Engine::Redis).as_str(), redis, "{text}");
        assert_eq!(minimum_version(text, Engine::Valkey).as_str(), valkey, "{text}");
    }
    assert_eq!(minimum_version("on ~* +hexpire", Engine::Valkey).as_str(), "9.0");
}

proptest! {
    #[test]
    fn a_canonical_form_is_its_own(words in prop::collection::vec("[-+~&%@()|a-zRW*:]{1,6}|on|\\(|\\)|~a|\\+get|-@all|\\+@read|&b", 1..8)) {
        if let Ok(text) = canonical(&words.join(" "), Engine::Valkey) {
            prop_assert_eq!(canonical(&text, Engine::Valkey), Ok(text));
        }
    }
}

//! Access strings: what is accepted is kept in a form that is accepted again, and stays as it is.

use cachette::model::{
    Engine,
    access_string::{canonical, minimum_version},
};

/// `input` is one access string.
pub fn check(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else { return };
    for engine in [Engine::Redis, Engine::Valkey] {
        let Ok(kept) = canonical(text, engine) else { continue };
        assert_eq!(canonical(&kept, engine).as_deref(), Ok(kept.as_str()), "{text:?}");
        assert_eq!(minimum_version(&kept, engine), minimum_version(text, engine), "{text:?}");
        assert!(!kept.contains(['>', '<', '#', '!']) || text.contains(['~', '&']), "a password: {kept:?}");
        assert!(!kept.contains(char::is_control), "{kept:?}");
    }
}

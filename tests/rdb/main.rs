//! Dumps of real engines: they are read, put together and taken apart, and engines that load what came out have every key
//! as it was.

mod data;
mod server;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use cachette::{
    model::{Engine, EngineVersion, SlotSet},
    rdb,
};
use tempfile::TempDir;

use data::{KeyState, libraries, state, write};
use server::Server;

const ENGINES: [Engine; 2] = [Engine::Redis, Engine::Valkey];

/// All keys of `server`, by database and name.
type Keys = BTreeMap<(u32, Vec<u8>), KeyState>;

/// A dump with keys of every kind, whose names begin with `prefix`, and what is in it.
fn dump_of(engine: Engine, folder: &Path, prefix: &str) -> (PathBuf, Keys, EngineVersion) {
    let mut server = Server::start(engine, None).expect("an engine");
    write(&mut server, prefix);
    server.run(&["SAVE"]);
    let path = folder.join(format!("{engine}-{prefix}"));
    std::fs::copy(server.dump(), &path).expect("a dump");
    (path, state(&mut server), server.version())
}

fn loaded(engine: Engine, dump: &Path) -> (Keys, Vec<String>) {
    let mut server = Server::start(engine, Some(dump)).expect("an engine with this dump");
    (state(&mut server), libraries(&mut server))
}

#[test]
fn a_dump_tells_what_the_engine_tells() {
    let folder = TempDir::new().expect("a folder");
    for engine in ENGINES {
        let (path, keys, version) = dump_of(engine, folder.path(), "a");
        let info = rdb::check(&path).expect("a whole dump");
        assert_eq!(info.keys, keys.len() as u64);
        assert_eq!(info.expires, keys.values().filter(|key| key.expires_at > 0).count() as u64);
        assert_eq!(info.databases, [0, 3, 100].into());
        assert_eq!(info.version, rdb::version_of(engine, &version));
        assert_eq!(info.written_by.as_deref(), Some(version.as_str()));
    }
}

#[test]
fn a_dump_that_is_cut_or_changed_anywhere_is_refused() {
    /// How many places are tried; what is small is tried at each place beside the code.
    const PLACES: usize = 20;
    let folder = TempDir::new().expect("a folder");
    for engine in ENGINES {
        let (path, ..) = dump_of(engine, folder.path(), "a");
        let whole = std::fs::read(&path).expect("read");
        for place in (0..PLACES).map(|number| number * whole.len() / PLACES) {
            let cut = &whole[..place];
            assert!(rdb::check_stream(cut, cut.len() as u64).is_err(), "{engine}, cut at {place}");
            let mut changed = whole.clone();
            changed[place] ^= 1 << (place % 8);
            let length = changed.len() as u64;
            assert!(rdb::check_stream(changed.as_slice(), length).is_err(), "{engine}, changed at {place}");
            // Nothing is made of it either, and what was begun is gone.
            let (bad, part) = (folder.path().join("bad"), folder.path().join("part"));
            std::fs::write(&bad, &changed).expect("written");
            assert!(rdb::combine(&[&bad], Some(&SlotSet::all()), &part).is_err(), "{engine}, changed at {place}");
            assert!(!part.exists() && !part.with_extension("unfinished").exists());
        }
    }
}

#[test]
fn what_is_split_by_slots_and_loaded_is_what_was_saved() {
    let folder = TempDir::new().expect("a folder");
    for engine in ENGINES {
        let (path, saved, _) = dump_of(engine, folder.path(), "a");
        for shards in 1..=3 {
            let mut restored = Keys::new();
            let mut parts = Vec::new();
            for (place, slots) in SlotSet::even_split(shards).iter().enumerate() {
                let part = folder.path().join(format!("part-{place}"));
                let info = rdb::combine(&[&path], Some(slots), &part).expect("a part");
                assert_eq!(rdb::check(&part).expect("a whole dump"), info);
                let (keys, libraries) = loaded(engine, &part);
                assert_eq!(keys.len() as u64, info.keys);
                assert!(restored.keys().all(|key| !keys.contains_key(key)), "no key is in two parts");
                assert_eq!(libraries, ["a", "both"]);
                restored.extend(keys);
                parts.push(part);
            }
            assert_same(&restored, &saved);

            let parts: Vec<_> = parts.iter().map(PathBuf::as_path).collect();
            let whole = folder.path().join("whole");
            rdb::combine(&parts, None, &whole).expect("one of the parts");
            assert_same(&loaded(engine, &whole).0, &saved);
        }
    }
}

#[test]
fn dumps_of_several_engines_become_one() {
    let folder = TempDir::new().expect("a folder");
    let (redis, mut saved, _) = dump_of(Engine::Redis, folder.path(), "a");
    let (valkey, of_valkey, _) = dump_of(Engine::Valkey, folder.path(), "b");
    saved.extend(of_valkey);
    let whole = folder.path().join("whole");
    let info = rdb::combine(&[&redis, &valkey], None, &whole).expect("a dump");
    assert_eq!(info.version, rdb::check(&valkey).expect("a dump").version);
    let (restored, libraries) = loaded(Engine::Valkey, &whole);
    assert_eq!(libraries, ["a", "b", "both"]);
    // Values that one engine packs otherwise than the other have other bytes; names, kinds and times are as they were.
    let times = |keys: &Keys| keys.iter().map(|(name, key)| (name.clone(), key.expires_at)).collect::<Vec<_>>();
    assert_eq!(times(&restored), times(&saved));
}

#[test]
fn engines_load_what_is_said_of_them() {
    let folder = TempDir::new().expect("a folder");
    let dumps = ENGINES.map(|engine| dump_of(engine, folder.path(), "a"));
    for (engine, (_, _, version)) in ENGINES.iter().zip(&dumps) {
        for (dump, _, _) in &dumps {
            let rdb = rdb::check(dump).expect("a dump").version;
            let started = Server::start(*engine, Some(dump)).is_some();
            assert_eq!(started, rdb::loads(*engine, version, rdb), "{engine} {version} and RDB {rdb}");
        }
    }
}

fn assert_same(restored: &Keys, saved: &Keys) {
    for (name, key) in saved {
        assert_eq!(restored.get(name), Some(key), "{} in database {}", name.1.escape_ascii(), name.0);
    }
    assert_eq!(restored.len(), saved.len(), "there are no others");
}

//! The fuzz targets, for as long as a test may take: every seed as it is, and then mixed, cut and spoiled, in the same
//! way every time. `make fuzz` looks for what this does not find.

#[path = "targets/mod.rs"]
mod targets;

use std::{
    collections::BTreeMap,
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use proptest::{
    collection::vec,
    prelude::*,
    sample::Index,
    test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner},
};

/// How many inputs are made of a target's seeds.
const CASES: u32 = 1000;

/// One way to spoil an input.
#[derive(Clone, Debug)]
enum Change {
    Byte(Index, u8),
    Bit(Index, u8),
    Cut(Index, Index),
    Repeat(Index, Index),
    Insert(Index, Vec<u8>),
    /// Part of another seed.
    Splice(Index, Index, Index, Index),
}

fn change() -> impl Strategy<Value = Change> {
    let at = any::<Index>;
    prop_oneof![
        (at(), any::<u8>()).prop_map(|(at, byte)| Change::Byte(at, byte)),
        (at(), 0..8_u8).prop_map(|(at, bit)| Change::Bit(at, bit)),
        (at(), at()).prop_map(|(from, to)| Change::Cut(from, to)),
        (at(), at()).prop_map(|(from, to)| Change::Repeat(from, to)),
        (at(), vec(any::<u8>(), 1..12)).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        (at(), at(), at(), at()).prop_map(|(at, seed, from, to)| Change::Splice(at, seed, from, to)),
    ]
}

fn apply(change: &Change, input: &mut Vec<u8>, seeds: &[Vec<u8>]) {
    let place = |at: &Index, length: usize| at.index(length + 1);
    let range = |from: &Index, to: &Index, length| {
        let (from, to) = (place(from, length), place(to, length));
        from.min(to)..from.max(to)
    };
    match change {
        Change::Byte(..) | Change::Bit(..) if input.is_empty() => {}
        Change::Byte(at, byte) => {
            let at = at.index(input.len());
            input[at] = *byte;
        }
        Change::Bit(at, bit) => {
            let at = at.index(input.len());
            input[at] ^= 1 << bit;
        }
        Change::Cut(from, to) => drop(input.drain(range(from, to, input.len()))),
        Change::Repeat(from, to) => {
            let range = range(from, to, input.len());
            let (part, at) = (input[range.clone()].to_vec(), range.end);
            input.splice(at..at, part);
        }
        Change::Insert(at, bytes) => {
            let at = place(at, input.len());
            input.splice(at..at, bytes.iter().copied());
        }
        Change::Splice(at, seed, from, to) => {
            let (at, seed) = (place(at, input.len()), seed.get(seeds));
            input.splice(at..at, seed[range(from, to, seed.len())].iter().copied());
        }
    }
}

/// The seeds of a target, by their names.
fn seeds(target: &str) -> BTreeMap<String, Vec<u8>> {
    let folder = Path::new("tests/fuzz/corpus").join(target);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let seed = |path: &Path| {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        (name, fs::read(path).expect("a readable seed"))
    };
    entries.map(|entry| seed(&entry.expect("a readable entry").path())).collect()
}

fn run(target: &str, check: fn(&[u8])) {
    let seeds = seeds(target);
    for (name, seed) in &seeds {
        assert!(catch_unwind(|| check(seed)).is_ok(), "tests/fuzz/corpus/{target}/{name} fails");
    }
    let seeds: Vec<_> = seeds.into_values().collect();
    let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
    let random = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let spoiled = (any::<Index>(), vec(change(), 1..6));
    let outcome = TestRunner::new_with_rng(config, random).run(&spoiled, |(seed, changes)| {
        let mut input = seed.get(&seeds).clone();
        for change in &changes {
            apply(change, &mut input, &seeds);
        }
        catch_unwind(AssertUnwindSafe(|| check(&input)))
            .map_err(|_| TestCaseError::fail(input.escape_ascii().to_string()))
    });
    match outcome {
        Ok(()) => {}
        Err(TestError::Fail(input, _)) => panic!("{target} fails on this input:\n{input}"),
        Err(other) => panic!("{target}: {other}"),
    }
}

macro_rules! targets {
    ($($target:ident),* $(,)?) => {
        /// The names of all targets.
        const TARGETS: &[&str] = &[$(stringify!($target)),*];

        $(
            #[test]
            fn $target() {
                run(stringify!($target), targets::$target::check);
            }
        )*
    };
}

targets! { cluster, discovery, dumps, logins, names, policies, query, signatures, xml }

#[test]
fn every_target_is_one_of_cargo_fuzz_too() {
    let manifest = fs::read_to_string("tests/fuzz/Cargo.toml").expect("the manifest");
    let names = manifest.lines().filter_map(|line| line.strip_prefix("path = \"fuzz_targets/")?.strip_suffix(".rs\""));
    let mut names: Vec<_> = names.collect();
    names.sort_unstable();
    assert_eq!(names, TARGETS);
}

/// The seeds of `query` show each operation with everything that its input can hold.
#[test]
fn every_operation_has_a_seed() {
    for (name, seed) in seeds("query") {
        let operation = cachette::protocol::query::decode_request(None, &seed);
        assert_eq!(operation.map(|operation| operation.name()), Ok(name.as_str()));
    }
}

/// The seeds of `signatures` are requests that are let in.
#[test]
fn the_signatures_of_the_seeds_hold() {
    for (name, seed) in seeds("signatures") {
        assert!(targets::signatures::is_let_in(&seed), "{name}");
    }
}

/// The seeds of `dumps` are whole, but for the checksum that they come without.
#[test]
fn the_dumps_of_the_seeds_are_whole() {
    for (name, seed) in seeds("dumps") {
        let dump = [seed, vec![0; 8]].concat();
        let read = cachette::rdb::check_stream(&dump[..], dump.len() as u64);
        assert!(read.is_ok_and(|info| info.keys > 0), "{name}");
    }
}

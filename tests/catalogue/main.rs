//! Writes `src/model/catalogue/generated` from the facts beside it, and fails when what is checked in differs.
//! `UPDATE=1 cargo test --test catalogue` rewrites.

mod render;
mod reserved_offerings;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

fn catalogue() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/model/catalogue")
}

fn facts<T: DeserializeOwned>(path: &Path) -> T {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The content of every generated file, by name.
fn generated() -> BTreeMap<String, String> {
    let directory = catalogue().join("facts");
    let mut families: Vec<render::FamilyFacts> = fs::read_dir(directory.join("parameters"))
        .expect("the facts of the families")
        .map(|entry| facts(&entry.expect("a file").path()))
        .collect();
    families.sort_by(|a, b| a.family.cmp(&b.family));

    let mut files = BTreeMap::from([
        ("commands.rs".to_owned(), render::commands(&facts(&directory.join("commands.json")))),
        ("engine_versions.rs".to_owned(), render::engine_versions(&facts(&directory.join("engine_versions.json")))),
        ("node_types.rs".to_owned(), render::node_types(&facts(&directory.join("node_types.json")))),
        ("regions.rs".to_owned(), render::regions(&facts(&directory.join("regions.json")))),
        (
            "reserved_offerings.rs".to_owned(),
            reserved_offerings::reserved_offerings(facts(&directory.join("reserved_offerings.json"))),
        ),
        ("families.rs".to_owned(), render::families(&families)),
    ]);
    files.extend(families.iter().map(|family| (format!("{}.rs", render::module(family)), render::family(family))));
    let modules = render::modules(files.keys());
    files.insert("mod.rs".to_owned(), modules);
    files
}

#[test]
fn what_is_checked_in_is_what_the_facts_say() {
    let directory = catalogue().join("generated");
    let expected = generated();
    if std::env::var_os("UPDATE").is_some() {
        fs::create_dir_all(&directory).expect("the directory");
        for (name, content) in &expected {
            fs::write(directory.join(name), content).expect("a generated file");
        }
    }
    let present: BTreeMap<String, String> = fs::read_dir(&directory)
        .expect("the generated files")
        .map(|entry| {
            let path = entry.expect("a file").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            (name, fs::read_to_string(&path).expect("a text"))
        })
        .collect();
    let differing: Vec<&String> =
        expected.keys().chain(present.keys()).filter(|name| expected.get(*name) != present.get(*name)).collect();
    assert!(differing.is_empty(), "not as the facts say, run with UPDATE=1: {differing:?}");
}

//! What the program is made of: licences, where code comes from, and that nothing comes in two versions unseen. The rules
//! are those of `.deny.toml`; cargo-deny enforces them too, but takes longer to build than everything else together.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    process::Command,
    sync::LazyLock,
};

use serde::Deserialize;
use spdx::{Expression, Licensee, ParseMode};

/// The part of `.deny.toml` that is understood here.
#[derive(Deserialize)]
struct Policy {
    graph: Graph,
    licenses: Licenses,
    bans: Bans,
}

#[derive(Deserialize)]
struct Graph {
    targets: Vec<String>,
}

#[derive(Deserialize)]
struct Licenses {
    allow: Vec<String>,
}

#[derive(Deserialize)]
struct Bans {
    skip: Vec<Skip>,
}

#[derive(Deserialize)]
struct Skip {
    /// `name@version`
    #[serde(rename = "crate")]
    package: String,
}

/// What cargo says of the packages of `Cargo.lock`.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
    /// `None` for what lies in this repository.
    source: Option<String>,
}

static POLICY: LazyLock<Policy> = LazyLock::new(|| {
    let text = fs::read_to_string(".deny.toml").expect("the policy is readable");
    toml::from_str(&text).expect("the policy is what this module describes")
});

static PACKAGES: LazyLock<Vec<Package>> = LazyLock::new(|| {
    let mut command = Command::new(env!("CARGO"));
    command.args(["metadata", "--locked", "--format-version", "1"]);
    for target in &POLICY.graph.targets {
        command.args(["--filter-platform", target]);
    }
    let output = command.output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Metadata = serde_json::from_slice(&output.stdout).expect("metadata");
    metadata.packages
});

#[test]
fn every_licence_is_one_of_those_that_are_allowed() {
    let allowed: Vec<_> = POLICY.licenses.allow.iter().map(|name| Licensee::parse(name).expect(name)).collect();
    let is_allowed = |license: &str| {
        let expression = Expression::parse_mode(license, ParseMode::LAX).expect(license);
        expression.evaluate(|requirement| allowed.iter().any(|licensee| licensee.satisfies(requirement)))
    };
    let wrong: Vec<_> = PACKAGES
        .iter()
        .filter(|package| !package.license.as_deref().is_some_and(is_allowed))
        .map(|Package { name, version, license, .. }| format!("{name} {version}: {license:?}"))
        .collect();
    assert!(wrong.is_empty(), "not allowed by .deny.toml:\n{}", wrong.join("\n"));
}

#[test]
fn everything_comes_from_the_registry() {
    let elsewhere: Vec<_> = PACKAGES
        .iter()
        .filter(|package| match &package.source {
            Some(source) => !(source.starts_with("registry+") && source.ends_with("/crates.io-index")),
            None => package.name != env!("CARGO_PKG_NAME"),
        })
        .map(|Package { name, version, source, .. }| format!("{name} {version}: {source:?}"))
        .collect();
    assert!(elsewhere.is_empty(), "not from crates.io:\n{}", elsewhere.join("\n"));
}

#[test]
fn nothing_comes_in_two_versions_unless_that_is_known() {
    let mut versions = BTreeMap::<_, BTreeSet<_>>::new();
    for Package { name, version, .. } in PACKAGES.iter() {
        versions.entry(name).or_default().insert(format!("{name}@{version}"));
    }
    let known: BTreeSet<_> = POLICY.bans.skip.iter().map(|skip| skip.package.as_str()).collect();
    for packages in versions.values() {
        let unknown: Vec<_> = packages.iter().filter(|package| !known.contains(package.as_str())).collect();
        assert!(unknown.len() < 2, "two versions that .deny.toml does not know of: {unknown:?}");
    }
    let twice: BTreeSet<_> =
        versions.values().filter(|packages| packages.len() > 1).flatten().map(String::as_str).collect();
    let gone: Vec<_> = known.difference(&twice).collect();
    assert!(gone.is_empty(), "to be taken out of .deny.toml, for they no longer come beside another: {gone:?}");
}

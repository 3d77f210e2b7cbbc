//! The reduced API model as it is checked in, read for generating code.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Model {
    pub api_version: String,
    pub namespace: String,
    pub operations: Vec<Operation>,
    pub errors: Vec<ErrorCode>,
    /// Codes every AWS service may answer with; the API's own model does not list them.
    pub common_errors: Vec<ErrorCode>,
    pub enums: Vec<Enum>,
    pub lists: Vec<List>,
    pub structures: Vec<Structure>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operation {
    pub name: String,
    pub input: String,
    pub output: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErrorCode {
    pub name: String,
    pub code: String,
    pub status: u16,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Enum {
    pub name: String,
    pub values: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct List {
    pub name: String,
    pub of: String,
    pub element: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Structure {
    pub name: String,
    pub members: Vec<Member>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Member {
    pub name: String,
    pub shape: String,
    #[serde(default)]
    pub required: bool,
    /// Never to be printed.
    #[serde(default)]
    pub sensitive: bool,
    /// An empty value says something, and is not the same as an absent one.
    #[serde(default)]
    pub keep_empty: bool,
    /// A second element name under which clients look for the same content.
    pub also_as: Option<String>,
}

impl Model {
    pub fn load() -> Self {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/protocol/elasticache-2015-02-02.json");
        let text = std::fs::read_to_string(path).expect("the model is readable");
        serde_json::from_str(&text).expect("the model is what this module describes")
    }

    pub fn list(&self, name: &str) -> Option<&List> {
        self.lists.iter().find(|list| list.name == name)
    }

    /// The names of the structures and enums that can be reached from these structures.
    pub fn reachable<'m>(&'m self, roots: impl Iterator<Item = &'m str>) -> BTreeSet<&'m str> {
        let structures: BTreeMap<&str, &Structure> = self.structures.iter().map(|s| (s.name.as_str(), s)).collect();
        let mut found = BTreeSet::new();
        let mut pending: Vec<&str> = roots.collect();
        while let Some(name) = pending.pop() {
            if !found.insert(name) {
                continue;
            }
            let members = structures.get(name).map(|s| s.members.as_slice()).unwrap_or_default();
            pending
                .extend(members.iter().map(|member| self.list(&member.shape).map_or(&*member.shape, |list| &list.of)));
        }
        found
    }
}

//! Facts in, Rust out: one function for each generated file.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EngineVersionFacts {
    engines: Vec<EngineFacts>,
    versions: Vec<VersionFacts>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EngineFacts {
    engine: String,
    description: String,
    default_version: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VersionFacts {
    engine: String,
    version: String,
    family: String,
    description: String,
    full_version: String,
    listed: bool,
    features: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeTypeFacts {
    node_types: Vec<NodeType>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NodeType {
    name: String,
    family: String,
    generation: String,
    vcpu: u16,
    memory_gib: f64,
    maxmemory_bytes: u64,
    replica_hard_limit_bytes: u64,
    replica_soft_limit_bytes: u64,
    maxclients: u32,
    memcached: Option<Memcached>,
    minimum_versions: BTreeMap<String, String>,
    features: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Memcached {
    max_cache_memory_mb: u32,
    num_threads: u16,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegionFacts {
    regions: Vec<Region>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Region {
    name: String,
    short_code: String,
    maintenance_block: [String; 2],
    zones: String,
    global_datastore_prefix: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FamilyFacts {
    pub family: String,
    engine: String,
    cluster_mode: bool,
    parameters: Vec<Parameter>,
    alternates: Vec<Parameter>,
    node_type_parameters: Vec<Parameter>,
    node_types: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameter {
    name: String,
    #[serde(default)]
    value: String,
    description: String,
    data_type: String,
    allowed_values: Option<String>,
    modifiable: String,
    change_type: String,
    minimum_engine_version: String,
    quantity: Option<String>,
}

const HEADER: &str = "// Generated from the facts by tests/catalogue. Do not edit.\n\n";

pub fn file(uses: &str, body: &str) -> String {
    let uses = if uses.is_empty() { String::new() } else { format!("{uses}\n\n") };
    format!("{HEADER}{uses}{body}")
}

pub fn engine(name: &str) -> &'static str {
    match name {
        "memcached" => "Engine::Memcached",
        "redis" => "Engine::Redis",
        "valkey" => "Engine::Valkey",
        other => panic!("{other} is no engine"),
    }
}

fn features(kind: &str, names: &[String]) -> String {
    let names: Vec<_> = names.iter().map(|name| format!("{kind}::{name}")).collect();
    format!("&[{}]", names.join(", "))
}

/// The module of a family: its name with what Rust does not allow in one replaced.
pub fn module(facts: &FamilyFacts) -> String {
    facts.family.replace('.', "_")
}

pub fn modules<'a>(files: impl Iterator<Item = &'a String>) -> String {
    let mut text = format!("//! The tables of the catalogue. Generated: see the module above.\n\n{HEADER}");
    for name in files {
        let _ = writeln!(text, "pub(super) mod {};", name.trim_end_matches(".rs"));
    }
    text
}

pub fn engine_versions(facts: &EngineVersionFacts) -> String {
    let mut body = "pub static ENGINES: &[EngineFacts] = &[\n".to_owned();
    for facts in &facts.engines {
        let EngineFacts { engine: name, description, default_version } = facts;
        let engine = engine(name);
        let _ = writeln!(
            body,
            "    EngineFacts {{ engine: {engine}, description: {description:?}, default_version: {default_version:?} }},"
        );
    }
    body.push_str("];\n\npub static VERSIONS: &[EngineVersionFacts] = &[\n");
    for facts in &facts.versions {
        let VersionFacts { engine: name, version, family, description, full_version, listed, features: offered } =
            facts;
        let _ = writeln!(
            body,
            "    EngineVersionFacts {{ engine: {}, version: {version:?}, family: {family:?}, \
             description: {description:?}, full_version: {full_version:?}, listed: {listed}, features: {} }},",
            engine(name),
            features("EngineFeature", offered),
        );
    }
    body.push_str("];\n");
    let uses = "use crate::model::Engine;\n\
                use crate::model::catalogue::engine_versions::{EngineFacts, EngineFeature, EngineVersionFacts};";
    file(uses, &body)
}

pub fn node_types(facts: &NodeTypeFacts) -> String {
    let mut body = "pub static NODE_TYPES: &[NodeType] = &[\n".to_owned();
    for node_type in &facts.node_types {
        let memcached = node_type.memcached.as_ref().map_or_else(
            || "None".to_owned(),
            |Memcached { max_cache_memory_mb, num_threads }| {
                format!(
                    "Some(MemcachedSize {{ max_cache_memory_mb: {max_cache_memory_mb}, num_threads: {num_threads} }})"
                )
            },
        );
        let minimum_versions: Vec<_> = node_type
            .minimum_versions
            .iter()
            .map(|(name, version)| format!("({}, {:?})", engine(name), version))
            .collect();
        let _ = writeln!(
            body,
            "    NodeType {{ name: {:?}, family: {:?}, generation: Generation::{}, vcpu: {}, memory_gib: {:?}, \
             maxmemory_bytes: {}, replica_hard_limit_bytes: {}, replica_soft_limit_bytes: {}, maxclients: {}, \
             memcached: {memcached}, minimum_versions: &[{}], features: {} }},",
            node_type.name,
            node_type.family,
            node_type.generation,
            node_type.vcpu,
            node_type.memory_gib,
            node_type.maxmemory_bytes,
            node_type.replica_hard_limit_bytes,
            node_type.replica_soft_limit_bytes,
            node_type.maxclients,
            minimum_versions.join(", "),
            features("NodeFeature", &node_type.features),
        );
    }
    body.push_str("];\n");
    let uses = "use crate::model::Engine;\n\
                use crate::model::catalogue::node_types::{Generation, MemcachedSize, NodeFeature, NodeType};";
    file(uses, &body)
}

pub fn regions(facts: &RegionFacts) -> String {
    let mut body = "pub static REGIONS: &[Region] = &[\n".to_owned();
    for region in &facts.regions {
        let [start, end] = region.maintenance_block.each_ref().map(|time| minutes(time));
        let length = (end + 24 * 60 - start) % (24 * 60);
        let _ = writeln!(
            body,
            "    Region {{ name: {:?}, short_code: {:?}, maintenance_block: MaintenanceBlock {{ start: {start}, minutes: {length} }}, \
             zones: {:?}, global_datastore_prefix: {:?} }},",
            region.name, region.short_code, region.zones, region.global_datastore_prefix,
        );
    }
    body.push_str("];\n");
    file("use crate::model::catalogue::regions::{MaintenanceBlock, Region};", &body)
}

fn minutes(time: &str) -> u16 {
    let (hours, minutes) = time.split_once(':').expect("hh:mm");
    hours.parse::<u16>().expect("hours") * 60 + minutes.parse::<u16>().expect("minutes")
}

pub fn families(facts: &[FamilyFacts]) -> String {
    let mut body = "pub static FAMILIES: &[Family] = &[\n".to_owned();
    for family in facts {
        let _ = writeln!(body, "    super::{}::FAMILY,", module(family));
    }
    body.push_str("];\n");
    file("use crate::model::catalogue::families::Family;", &body)
}

pub fn family(facts: &FamilyFacts) -> String {
    let mut body = String::from("pub const FAMILY: Family = Family {\n");
    let _ = writeln!(body, "    name: {:?},", facts.family);
    let _ = writeln!(body, "    engine: {},", engine(&facts.engine));
    let _ = writeln!(body, "    cluster_mode: {},", facts.cluster_mode);
    for (field, parameters) in [("parameters", &facts.parameters), ("alternates", &facts.alternates)] {
        let _ = writeln!(body, "    {field}: &[");
        for parameter in parameters {
            assert!(parameter.quantity.is_none(), "{} depends on no node type", parameter.name);
            let _ = writeln!(body, "        {},", self::parameter(parameter));
        }
        body.push_str("    ],\n");
    }
    body.push_str("    node_type_parameters: &[\n");
    for entry in &facts.node_type_parameters {
        let quantity = entry.quantity.as_ref().expect("a parameter that depends on the node type has a quantity");
        let parameter = parameter(entry);
        let _ = writeln!(
            body,
            "        NodeTypeParameter {{ parameter: {parameter}, quantity: NodeQuantity::{quantity} }},"
        );
    }
    body.push_str("    ],\n    node_types: &[\n");
    for node_type in &facts.node_types {
        let _ = writeln!(body, "        {node_type:?},");
    }
    body.push_str("    ],\n};\n");
    let uses = "use crate::model::Engine;\n\
                use crate::model::catalogue::families::{ChangeType, DataType, Family, Modifiable, NodeQuantity, \
                NodeTypeParameter, Parameter};";
    file(uses, &body)
}

fn parameter(facts: &Parameter) -> String {
    let Parameter { name, value, description, data_type, allowed_values, modifiable, change_type, .. } = facts;
    format!(
        "Parameter {{ name: {name:?}, value: {value:?}, description: {description:?}, \
         data_type: DataType::{data_type}, allowed_values: {allowed_values:?}, modifiable: Modifiable::{modifiable}, \
         change_type: ChangeType::{change_type}, minimum_engine_version: {:?} }}",
        facts.minimum_engine_version,
    )
}

/// Commands by name, each with the version of Redis or Valkey that brought it.
pub type CommandFacts = BTreeMap<String, String>;

pub fn commands(facts: &CommandFacts) -> String {
    let mut body = String::from("pub static COMMANDS: &[Command] = &[\n");
    for (name, since) in facts {
        let (major, minor) = since.split_once('.').expect("two numbers");
        let _ = writeln!(body, "    Command {{ name: {name:?}, since: ({major}, {minor}) }},");
    }
    body.push_str("];\n");
    file("use crate::model::catalogue::commands::Command;", &body)
}

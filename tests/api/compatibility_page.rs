//! The tables of `docs/compatibility.md` are made from what stands beside the code: the section `# Compatibility` in the
//! documentation of each operation, and the refusals of what is not there yet, which are called forth here. `UPDATE=1`
//! writes the page.

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::{Path, PathBuf},
};

use cachette::trail::Call;

use crate::{answer::Refusal, model::Model, records::Records};

const PAGE: &str = "docs/compatibility.md";

/// What stands above this line is written by hand.
const MADE_FROM_HERE: &str = "<!-- From here on the page is made from the sections `# Compatibility` in src/operations: \
                              edit those, then run UPDATE=1 cargo test --test api compatibility -->";

/// The families of operations, in the order of the page: the part of `src/operations` that each is in, its title, and
/// what can be said of all of it.
const FAMILIES: &[(&str, &str, &str)] = &[
    ("cache_cluster", "Clusters", "Every node is an engine, which is replaced when it is lost."),
    (
        "replication_group",
        "Replication groups",
        "Every member is an engine, and they really copy one another. Slots move with their keys.",
    ),
    (
        "global_replication_group",
        "Global datastores",
        "All regions are on this machine, and really copy the primary's.",
    ),
    ("serverless_cache", "Serverless caches", "Engines behind two endpoints, which speak TLS."),
    ("snapshot", "Snapshots", "The data of running engines are kept on disk, and new engines start with them."),
    (
        "serverless_snapshot",
        "Snapshots of serverless caches",
        "As those of nodes, and each can be restored as the other.",
    ),
    ("parameter_groups", "Parameters", "Values reach engines that are running."),
    ("user", "Users", "Every engine that a user may talk to knows his rules and his passwords."),
    ("user_group", "User groups", "Whoever is in the group of a cache may talk to its engines."),
    ("service_updates", "Service updates", "The updates are made up; what they do to engines is not."),
    (
        "engine_versions.rs",
        "Engine versions",
        "Those of ElastiCache. [What runs](using.md#engine-versions) is the nearest.",
    ),
    ("events.rs", "Events", "What happened, as it happened."),
    ("subnet_groups.rs", "Subnet groups", "There is no network here whose subnets they could be."),
    ("security_groups.rs", "Cache security groups", "From a time before VPCs."),
    ("tags.rs", "Tags", "Kept and shown; policies can ask for them."),
    ("reserved_nodes.rs", "Reserved nodes", "Nothing is paid, and nothing is cheaper."),
];

/// The operations that change records, and nothing that runs.
const RECORDS_ONLY: &[&str] = &[
    "AddTagsToResource",
    "AuthorizeCacheSecurityGroupIngress",
    "CreateCacheParameterGroup",
    "CreateCacheSecurityGroup",
    "CreateCacheSubnetGroup",
    "CreateUser",
    "CreateUserGroup",
    "DeleteCacheParameterGroup",
    "DeleteCacheSecurityGroup",
    "DeleteCacheSubnetGroup",
    "DeleteUserGroup",
    "ModifyCacheSubnetGroup",
    "PurchaseReservedCacheNodesOffering",
    "RemoveTagsFromResource",
    "RevokeCacheSecurityGroupIngress",
];

/// The operations on data that were taken out of engines before.
const SNAPSHOTS_ONLY: &[&str] = &[
    "CopyServerlessCacheSnapshot",
    "CopySnapshot",
    "DeleteServerlessCacheSnapshot",
    "DeleteSnapshot",
    "ExportServerlessCacheSnapshot",
];

/// Requests for what is not there yet, each with the name by which it is refused.
const REFUSED: &[(&str, &str, &str)] = &[
    ("CreateCacheCluster", "CacheClusterId=a&OutpostMode=single-outpost", "outposts"),
    ("CreateCacheCluster", "CacheClusterId=a&Engine=redis&NetworkType=ipv6", NETWORK_TYPES),
    ("CreateCacheCluster", "CacheClusterId=a&Engine=redis&IpDiscovery=ipv6", IP_DISCOVERY),
    ("CreateReplicationGroup", "DataTieringEnabled=true&CacheNodeType=cache.r6gd.xlarge", "data tiering"),
    (
        "CreateReplicationGroup",
        "NodeGroupConfiguration.NodeGroupConfiguration.1.PrimaryOutpostArn=arn&CacheNodeType=cache.t3.micro",
        "outposts",
    ),
    ("CreateReplicationGroup", "Durability=sync&CacheNodeType=cache.t3.micro", "durability"),
    ("CreateReplicationGroup", "NetworkType=ipv6&CacheNodeType=cache.t3.micro", NETWORK_TYPES),
    ("CreateReplicationGroup", "IpDiscovery=ipv6&CacheNodeType=cache.t3.micro", IP_DISCOVERY),
    ("CreateServerlessCache", "ServerlessCacheName=a&Engine=redis&ConnectionType=public", "the connection type public"),
    (
        "CreateServerlessCache",
        "ServerlessCacheName=a&Engine=redis&Integrations.IntegrationRequest.1.IntegrationType=dynamodb",
        "integrations",
    ),
    ("CreateServerlessCache", "ServerlessCacheName=a&Engine=redis&NetworkType=ipv6", NETWORK_TYPES),
    (
        "CreateGlobalReplicationGroup",
        "GlobalReplicationGroupIdSuffix=a&PrimaryReplicationGroupId=mixed",
        "global datastores with cluster mode compatible",
    ),
    ("DecreaseReplicaCount", OUTPOSTS_OF_SHARDS, "outposts"),
    ("IncreaseReplicaCount", OUTPOSTS_OF_SHARDS, "outposts"),
    ("ModifyCacheCluster", "CacheClusterId=one&ScaleConfig.ScalePercentage=10", "gradual scaling"),
    ("ModifyCacheCluster", "CacheClusterId=one&IpDiscovery=ipv6", IP_DISCOVERY),
    ("ModifyReplicationGroup", "ReplicationGroupId=group&Durability=sync", "durability"),
    ("ModifyReplicationGroup", "ReplicationGroupId=group&IpDiscovery=ipv6", IP_DISCOVERY),
];

const NETWORK_TYPES: &str = "network types other than ipv4";
const IP_DISCOVERY: &str = "IP discovery other than ipv4";
const OUTPOSTS_OF_SHARDS: &str = "ReplicationGroupId=group&ApplyImmediately=true\
    &ReplicaConfiguration.ConfigureShard.1.NodeGroupId=0001&ReplicaConfiguration.ConfigureShard.1.NewReplicaCount=2\
    &ReplicaConfiguration.ConfigureShard.1.PreferredOutpostArns.PreferredOutpostArn.1=arn";

/// An operation as its code describes it.
struct Documented {
    family: String,
    note: String,
}

#[test]
fn the_page_is_made_from_what_stands_beside_the_code() {
    let page = fs::read_to_string(PAGE).expect("the page");
    let (by_hand, _) = page.split_once(MADE_FROM_HERE).expect("the line that divides the page");
    let wanted = format!("{by_hand}{MADE_FROM_HERE}\n{}", tables());
    if env::var_os("UPDATE").is_some() {
        fs::write(PAGE, &wanted).expect("written");
    } else {
        assert!(page == wanted, "{PAGE} is not what the code says: run UPDATE=1 cargo test --test api compatibility");
    }
}

#[tokio::test]
async fn what_is_not_there_yet_is_refused_by_the_name_that_the_page_has() {
    let records = Records::new();
    records
        .done("CreateCacheCluster&CacheClusterId=one&Engine=redis&CacheNodeType=cache.t3.micro&NumCacheNodes=1")
        .await;
    records.bring_up("one").await;
    for (id, asked) in [
        ("group", "NumCacheClusters=2&CacheNodeType=cache.t3.micro"),
        (
            "mixed",
            "ClusterMode=compatible&CacheParameterGroupName=default.redis7.cluster.on&CacheNodeType=cache.r6g.large\
             &AutomaticFailoverEnabled=true",
        ),
    ] {
        records
            .done(&format!("CreateReplicationGroup&ReplicationGroupId={id}&ReplicationGroupDescription=d&{asked}"))
            .await;
        records.bring_up_group(id).await;
    }
    for (operation, asked, feature) in REFUSED {
        let more = match *operation {
            "CreateCacheCluster" => "&CacheNodeType=cache.t3.micro&NumCacheNodes=1",
            "CreateReplicationGroup" => "&ReplicationGroupId=a&ReplicationGroupDescription=d&NumCacheClusters=1",
            _ => "",
        };
        let text = format!("Cachette does not support {feature} yet. See {PAGE} for what it does support.");
        assert_eq!(
            records.refused(&format!("{operation}&{asked}{more}")).await,
            Refusal::value(&text),
            "{operation} {asked}"
        );
    }
}

/// A feature that the code refuses has to be refused above, and so comes to be on the page.
#[test]
fn everything_that_is_refused_by_name_is_called_for() {
    let called_for: BTreeSet<_> = REFUSED.iter().map(|(_, _, feature)| *feature).collect();
    let sources: String = sources().values().map(String::as_str).collect();
    for feature in &called_for {
        assert!(sources.contains(&format!("\"{feature}\"")), "nothing refuses {feature} any more");
    }
    // Where the call is given a variable, it goes through a list of conditions and features.
    let direct = sources.split("feature_not_supported_yet(\"").skip(1).filter_map(|rest| rest.split('"').next());
    let lists = sources.split("for (given, feature) in [").skip(1).filter_map(|rest| rest.split("] {").next());
    let listed = lists.flat_map(|list| list.split('"').skip(1).step_by(2));
    for feature in direct.chain(listed) {
        assert!(called_for.contains(feature), "{feature:?} is refused, and not called for in {}", file!());
    }
}

fn tables() -> String {
    let documented = documented();
    let tested = tested_with_engines();
    let family = |(part, title, summary): &(&str, &str, &str)| {
        let members = documented.iter().filter(|(_, operation)| operation.family == *part);
        let rows: String = members.map(|(name, operation)| row(name, operation, &tested)).collect();
        let head = "| Operation | Works on | What is different from ElastiCache |\n|---|---|---|\n";
        format!("\n## {title}\n\n{summary}\n\n{head}{rows}")
    };
    FAMILIES.iter().map(family).collect()
}

fn row(name: &str, operation: &Documented, tested: &BTreeSet<String>) -> String {
    let works_on = works_on(name);
    assert!(works_on != "engines" || tested.contains(name), "{name}: no test with engines");
    let cells = [operation.note.clone(), not_yet(name)].into_iter().filter(|text| !text.is_empty());
    let note: String = cells.map(|text| text + " ").collect();
    format!("| <a id=\"{name}\"></a>{name} | {works_on} | {note}|\n")
}

fn works_on(operation: &str) -> &'static str {
    match operation {
        // It asks a source that is not ours, and tells what it said.
        "TestMigration" => "reads",
        _ if Call::only_reads(operation) => "reads",
        _ if RECORDS_ONLY.contains(&operation) => "records",
        _ if SNAPSHOTS_ONLY.contains(&operation) => "snapshots",
        _ => "engines",
    }
}

fn not_yet(operation: &str) -> String {
    let features: Vec<_> =
        REFUSED.iter().filter(|(name, ..)| *name == operation).map(|(.., feature)| *feature).collect();
    if features.is_empty() { String::new() } else { format!("Not yet: {}.", features.join(", ")) }
}

/// What the code says of each operation.
fn documented() -> BTreeMap<String, Documented> {
    let model = Model::load();
    assert_eq!(model.operations.len(), 77);
    let sources = sources();
    let find = |name: &str| {
        let handler = format!("fn {}(", snake_case(name));
        let mut found = sources.iter().filter_map(|(file, source)| Some((file, source.split_once(&handler)?.0)));
        let (file, before) = found.next().unwrap_or_else(|| panic!("{name} has no handler"));
        assert!(found.next().is_none(), "{name} has two handlers");
        let family = file.strip_prefix("src/operations").ok().and_then(|path| path.iter().next()).expect("a family");
        Documented { family: family.to_string_lossy().into_owned(), note: note(before) }
    };
    let documented: BTreeMap<_, _> =
        model.operations.iter().map(|operation| (operation.name.clone(), find(&operation.name))).collect();
    let known: BTreeSet<_> = FAMILIES.iter().map(|(part, ..)| *part).collect();
    for (name, operation) in &documented {
        assert!(known.contains(operation.family.as_str()), "{name} is in a family that the page does not have");
    }
    documented
}

/// The section `# Compatibility` of the documentation at the end of `before`, which reaches up to a function's name.
fn note(before: &str) -> String {
    let mut lines: Vec<_> = before
        .lines()
        .rev()
        .skip(1)
        .map(str::trim)
        .take_while(|line| line.starts_with("///") || line.starts_with("#["))
        .collect();
    lines.reverse();
    let text = lines.into_iter().filter_map(|line| line.strip_prefix("///")).map(str::trim);
    let section: Vec<_> =
        text.skip_while(|line| *line != "# Compatibility").skip(1).take_while(|line| !line.starts_with("# ")).collect();
    // In documentation of Rust a name like this one is code; on the page it is not.
    section.join(" ").replace("`ElastiCache`", "ElastiCache")
}

/// The names of all operations that tests with engines call, by the SDKs for Python and JavaScript and by hand.
fn tested_with_engines() -> BTreeSet<String> {
    let model = Model::load();
    let texts: String = ["tests/e2e", "tests/groups"]
        .into_iter()
        .flat_map(|folder| files(Path::new(folder), &["py", "rs", "mjs"]))
        .map(|file| read(&file))
        .collect();
    let names = model.operations.into_iter().map(|operation| operation.name);
    names.filter(|name| has_word(&texts, &snake_case(name)) || has_word(&texts, name)).collect()
}

/// Whether `word` is in `text`, and not only as the beginning of a longer one.
fn has_word(text: &str, word: &str) -> bool {
    text.split(word).skip(1).any(|after| !after.starts_with(|next: char| next.is_alphanumeric() || next == '_'))
}

fn snake_case(name: &str) -> String {
    let letters = name.char_indices().flat_map(|(at, letter)| {
        let gap = (at > 0 && letter.is_uppercase()).then_some('_');
        gap.into_iter().chain(letter.to_lowercase())
    });
    letters.collect()
}

fn sources() -> BTreeMap<PathBuf, String> {
    files(Path::new("src/operations"), &["rs"]).into_iter().map(|file| (file.clone(), read(&file))).collect()
}

fn files(folder: &Path, extensions: &[&str]) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let (folders, files): (Vec<_>, Vec<_>) =
        entries.filter(|path| !path.ends_with("node_modules")).partition(|path| path.is_dir());
    let is_wanted =
        |file: &PathBuf| extensions.iter().any(|wanted| file.extension().is_some_and(|found| found == *wanted));
    let below = folders.iter().flat_map(|folder| self::files(folder, extensions));
    files.into_iter().filter(is_wanted).chain(below).collect()
}

fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

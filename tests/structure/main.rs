//! How the crate is put together: which module may know which, how long files may get, what it depends on, that the page of
//! the command line tells of every flag and that links lead somewhere. What each module is for is told in
//! `docs/architecture.md`.

mod dependencies;
mod imports;
mod links;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use cachette::cli::Cli;
use clap::CommandFactory;

/// Which modules each module may name beside itself. Data flows from `http` to the engines, and nothing goes back.
const ALLOWED: &[(&str, &[&str])] = &[
    ("protocol", &[]),
    ("model", &[]),
    ("client", &[]),
    ("terminal", &[]),
    ("holder", &[]),
    ("port_taker", &["client", "holder"]),
    ("status", &["client"]),
    (
        "doctor",
        &[
            "authorization",
            "backend",
            "cli",
            "holder",
            "http",
            "init",
            "instance",
            "model",
            "names",
            "port_taker",
            "protocol",
        ],
    ),
    ("clock", &[]),
    ("figures", &[]),
    ("store", &["model"]),
    ("tls", &["model"]),
    ("faults", &["clock", "model", "store"]),
    ("dns", &["gateway", "model", "store"]),
    ("forwards", &["gateway", "model", "store"]),
    ("signed_http", &[]),
    ("secrets_manager", &["signed_http"]),
    ("migration_source", &["gateway", "model", "secrets_manager", "store"]),
    ("authorization", &["clock", "model", "protocol", "store"]),
    ("autoscaling", &["clock", "metrics", "model", "operations", "protocol", "store"]),
    ("backend", &["model"]),
    ("rdb", &["model"]),
    ("engine", &["model"]),
    ("snapshot_files", &["model"]),
    ("gateway", &["figures", "model", "store", "tls"]),
    ("iam_login", &["authorization", "clock", "engine", "gateway", "model", "protocol", "store"]),
    ("object_storage", &[]),
    ("trail", &["clock", "model", "protocol"]),
    ("traces", &[]),
    ("metrics", &["backend", "engine", "figures", "model", "reconcile", "store"]),
    ("cloudwatch", &["clock", "metrics", "model", "protocol"]),
    ("integrations", &["clock", "cloudwatch", "metrics", "model", "signed_http", "store"]),
    ("log_delivery", &["backend", "engine", "integrations", "model", "store"]),
    ("export", &["init", "model", "protocol", "store"]),
    ("init", &["model", "operations", "protocol", "store", "trail"]),
    ("operations", &["clock", "integrations", "model", "object_storage", "protocol", "store"]),
    (
        "reconcile",
        &[
            "backend",
            "clock",
            "engine",
            "faults",
            "figures",
            "gateway",
            "migration_source",
            "model",
            "object_storage",
            "rdb",
            "snapshot_files",
            "store",
        ],
    ),
    (
        "http",
        &[
            "authorization",
            "autoscaling",
            "clock",
            "cloudwatch",
            "export",
            "faults",
            "figures",
            "init",
            "log_delivery",
            "forwards",
            "metrics",
            "model",
            "operations",
            "protocol",
            "reset",
            "store",
            "tls",
            "traces",
            "trail",
        ],
    ),
];

/// The files that put the parts together, and may name all of them.
const TOP: [&str; 8] = ["cli", "instance", "lib", "main", "names", "open_files", "reset", "server"];

/// The most lines of a file that is not generated.
const MOST_LINES: usize = 500;

#[test]
fn modules_know_only_those_they_may() {
    let allowed: BTreeMap<_, _> = ALLOWED.iter().copied().collect();
    let mut wrong = Vec::new();
    for file in rust_files("src") {
        let module = module_of(&file);
        let top = module[0].as_str();
        if TOP.contains(&top) {
            continue;
        }
        let Some(allowed) = allowed.get(top) else {
            wrong.push(format!("{}: the module {top} is not in the table of {}", file.display(), file!()));
            continue;
        };
        for named in imports::named_modules(&read(&file), module.len()) {
            if named != top && !allowed.contains(&named.as_str()) {
                wrong.push(format!("{}: {top} must not name {named}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn files_stay_short() {
    let files = ["src", "tests"].into_iter().flat_map(rust_files).filter(|file| !is_generated(file));
    let long: Vec<_> = files
        .filter_map(|file| {
            let lines = read(&file).lines().count();
            (lines > MOST_LINES).then(|| format!("{} has {lines} lines, {MOST_LINES} is the limit", file.display()))
        })
        .collect();
    assert!(long.is_empty(), "\n{}", long.join("\n"));
}

#[test]
fn the_page_lists_every_flag_as_it_is() {
    const PAGE: &str = "docs/command-line.md";
    let page = read(Path::new(PAGE));
    let mut rows: BTreeMap<&str, &str> = page
        .lines()
        .filter(|line| line.starts_with("| `--"))
        .map(|line| (line["| `--".len()..].split([' ', '`']).next().unwrap_or_default(), line))
        .collect();
    let command = Cli::command();
    let serve = command.find_subcommand("serve").expect("there is a subcommand serve");
    let flags =
        serve.get_arguments().filter_map(|flag| Some((flag.get_long()?, flag))).filter(|(name, _)| *name != "help");
    for (name, flag) in flags {
        let row = rows.remove(name).unwrap_or_else(|| panic!("{PAGE} does not list --{name}"));
        let variable = flag.get_env().and_then(|name| name.to_str()).expect("every flag has an environment variable");
        assert!(row.contains(&format!("`{variable}`")), "{PAGE} does not name {variable} beside --{name}");
        for default in
            flag.get_default_values().iter().filter_map(|value| value.to_str()).filter(|value| *value != "false")
        {
            assert!(row.contains(&format!("`{default}`")), "{PAGE} does not name the default {default} of --{name}");
        }
    }
    assert!(rows.is_empty(), "{PAGE} lists flags that do not exist: {:?}", rows.keys());
}

/// The path of the module in `file`: `["store", "disk"]` for `src/store/disk.rs`, `["store"]` for `src/store/mod.rs`.
fn module_of(file: &Path) -> Vec<String> {
    let path = file.strip_prefix("src").expect("a file of the crate").with_extension("");
    let mut module: Vec<_> = path.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if module.len() > 1 && module.last().is_some_and(|last| last == "mod") {
        module.pop();
    }
    module
}

fn is_generated(file: &Path) -> bool {
    file.iter().any(|part| part == "generated" || part == "generated.rs")
}

/// Every Rust file under `folder`, named from the root of the repository, where tests run.
fn rust_files(folder: &str) -> Vec<PathBuf> {
    let (mut files, mut folders) = (Vec::new(), vec![PathBuf::from(folder)]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a readable folder") {
            let path = entry.expect("a readable entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    assert!(!files.is_empty(), "no file under {folder}");
    files.sort();
    files
}

fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

//! The checked-in generated code is exactly what the generator makes of the checked-in model.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::generator;
use crate::model::Model;

/// Compares, or rewrites the files when the environment has `UPDATE=1`.
#[test]
fn generated_code_is_up_to_date() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/protocol/generated");
    let update = std::env::var_os("UPDATE").is_some_and(|value| value == "1");
    for (name, text) in generator::files(&Model::load()) {
        let path = directory.join(name);
        let wanted = formatted(&text);
        if update {
            std::fs::write(&path, wanted).expect("the file can be written");
        } else {
            let found = std::fs::read_to_string(&path).unwrap_or_default();
            assert!(found == wanted, "{} is out of date: run this test with UPDATE=1", path.display());
        }
    }
}

#[test]
fn names_become_fields_as_people_read_them() {
    let names = [
        ("CacheClusterId", "cache_cluster_id"),
        ("AZMode", "az_mode"),
        ("ARN", "arn"),
        ("EC2SecurityGroups", "ec2_security_groups"),
        ("PreferredCacheClusterAZs", "preferred_cache_cluster_azs"),
        ("MultiAZ", "multi_az"),
        ("MultiAZEnabled", "multi_az_enabled"),
        ("EC2SecurityGroupOwnerId", "ec2_security_group_owner_id"),
        ("ECPUPerSecond", "ecpu_per_second"),
    ];
    for (name, field) in names {
        assert_eq!(generator::snake(name), field);
    }
}

fn formatted(text: &str) -> String {
    let mut rustfmt = Command::new("rustfmt")
        .args(["--edition", "2024"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("rustfmt is installed");
    // The whole output is read after the whole input is written: rustfmt parses before it prints.
    rustfmt.stdin.take().expect("piped").write_all(text.as_bytes()).expect("rustfmt reads its input");
    let output = rustfmt.wait_with_output().expect("rustfmt ends");
    assert!(output.status.success(), "the generated code does not parse");
    String::from_utf8(output.stdout).expect("rustfmt writes UTF-8")
}

//! What the gateway costs, against a direct connection. Run by hand, on a quiet machine and in release mode:
//! `cargo test --release --test gateway throughput -- --ignored --nocapture`

use std::process::Stdio;

use cachette::{gateway::PortChoice, model::Engine};

use crate::support::{Process, gateway, node, settings};

/// Requests per second, by `redis-benchmark`.
async fn measure(port: u16, arguments: &str) -> f64 {
    let output = tokio::process::Command::new("redis-benchmark")
        .args(["-p", &port.to_string(), "-c", "50", "--csv"])
        .args(arguments.split(' '))
        .stderr(Stdio::null())
        .output()
        .await
        .expect("redis-benchmark is installed");
    let text = String::from_utf8_lossy(&output.stdout);
    let last = text.lines().last().expect("a result");
    last.split(',').nth(1).and_then(|field| field.trim_matches('"').parse().ok()).expect("a figure")
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement, not a test"]
async fn throughput() {
    let redis = Process::redis().await;
    let (gateway, routes) = gateway(settings());
    routes.lead(&node("0001"), redis.address);
    let port = gateway.open(&node("0001"), Engine::Redis, PortChoice::Any).expect("open");
    let kinds = [
        "-t get -P 1 -n 100000",
        "-t get -P 16 -n 1000000",
        "-t set -P 1 -n 20000 -d 65536",
        "-t get -P 1 -n 20000 -d 65536",
    ];
    for arguments in kinds {
        // Taken in turn, as what else the machine does changes from one second to the next.
        let mut ratios = Vec::new();
        for _ in 0..5 {
            let direct = measure(redis.address.port(), arguments).await;
            let through = measure(port, arguments).await;
            println!("{arguments}: direct {direct:.0}/s, gateway {through:.0}/s");
            ratios.push(through / direct);
        }
        ratios.sort_by(f64::total_cmp);
        println!("{arguments}: {:.2} of direct", ratios[ratios.len() / 2]);
    }
}

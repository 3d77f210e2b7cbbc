//! Reading: one cluster by its identifier, and a page of a hundred.

use std::{path::Path, time::Duration};

use crate::{
    Error,
    floor::Floor,
    load::{self, api_request},
    report::{Line, Unit, milliseconds},
    seed::{self, WANTED},
    server::Server,
};

const ROUNDS: usize = 7;

const ROUND: Duration = Duration::from_millis(700);

/// Measures all of it.
pub async fn measure(binary: &Path) -> Result<(), Error> {
    by_id(binary).await?;
    page(binary).await
}

/// A server with a few resources and one with very many, turn about with a bare handler.
async fn by_id(binary: &Path) -> Result<(), Error> {
    let (few, many) = (tempfile::tempdir()?, tempfile::tempdir()?);
    seed::clusters(binary, few.path(), 10, 10).await?;
    seed::clusters(binary, many.path(), 100_000, 10).await?;
    let form = format!("Action=DescribeCacheClusters&CacheClusterId={WANTED}&ShowCacheNodeInfo=true");
    // Both stores want the same ports; the endpoints that the second server cannot open are of no interest here.
    let many = Server::start(binary, "none", many.path()).await?;
    settled(&many).await?;
    let few = Server::start(binary, "none", few.path()).await?;
    let floor = Floor::http(few.ask(&form).await?.as_bytes()).await?;
    let (mut rates, mut many_rates, mut floor_rates) = (vec![], vec![], vec![]);
    let (mut p99, mut many_p99, mut floor_p99) = (vec![], vec![], vec![]);
    for _ in 0..ROUNDS {
        for (address, rates, p99) in [
            (floor.address, &mut floor_rates, &mut floor_p99),
            (few.address, &mut rates, &mut p99),
            (many.address, &mut many_rates, &mut many_p99),
        ] {
            let request = api_request(address, &form);
            let seen = load::run(address, ROUND, || request.clone()).await?;
            rates.push(seen.rate);
            p99.push(milliseconds(seen.p99));
        }
    }
    let floor_is = "a bare axum handler with the same bytes";
    let line = |what, unit, ours, floor, floor_is, target| Line { what, unit, ours, floor, floor_is, target }.print();
    line("describe by id, 10 stored", Unit::PerSecond, rates.clone(), floor_rates, floor_is, "ratio >= 0.85");
    line("describe by id, 10 stored, p99", Unit::Milliseconds, p99, floor_p99, floor_is, "<= 2 ms");
    let floor_is = "the same with 10 stored";
    line("describe by id, 100,000 stored", Unit::PerSecond, many_rates, rates, floor_is, "ratio >= 1");
    line("describe by id, 100,000 stored, p99", Unit::Milliseconds, many_p99, vec![], "", "<= 2 ms");
    Ok(())
}

/// The first hundred clusters of a thousand.
async fn page(binary: &Path) -> Result<(), Error> {
    let folder = tempfile::tempdir()?;
    seed::clusters(binary, folder.path(), 1000, 1000).await?;
    let server = Server::start(binary, "none", folder.path()).await?;
    let form = "Action=DescribeCacheClusters&ShowCacheNodeInfo=true&MaxRecords=100";
    let floor = Floor::http(server.ask(form).await?.as_bytes()).await?;
    let (mut rates, mut floor_rates) = (vec![], vec![]);
    for _ in 0..ROUNDS {
        for (address, rates) in [(floor.address, &mut floor_rates), (server.address, &mut rates)] {
            let request = api_request(address, form);
            rates.push(load::run(address, ROUND, || request.clone()).await?.rate);
        }
    }
    Line {
        what: "describe a page of 100 out of 1,000",
        unit: Unit::PerSecond,
        ours: rates,
        floor: floor_rates,
        floor_is: "a bare axum handler with the same bytes",
        target: ">= 8,000 /s",
    }
    .print();
    Ok(())
}

/// Waits until the server has looked at every cluster once: from then on it takes no time of a processor.
async fn settled(server: &Server) -> Result<(), Error> {
    let mut before = server.process.processor_time()?;
    loop {
        tokio::time::sleep(Duration::from_millis(300)).await;
        let now = server.process.processor_time()?;
        if now - before < 5 {
            return Ok(());
        }
        before = now;
    }
}

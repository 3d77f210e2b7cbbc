//! Durable writes: requests at the same time share commits.

use std::{
    cell::Cell,
    path::Path,
    time::{Duration, Instant},
};

use redb::{Database, TableDefinition};

use crate::{
    Error,
    load::{self, CONNECTIONS, api_request},
    report::{Line, Unit, milliseconds},
    server::Server,
};

const ROUNDS: usize = 7;

const ROUND: Duration = Duration::from_millis(700);

/// As large as the record of a parameter group.
const ROW: [u8; 120] = [b'x'; 120];

/// Measures parameter groups that are made, against rows that are put into a bare redb file.
pub async fn measure(binary: &Path) -> Result<(), Error> {
    let folder = tempfile::tempdir()?;
    let server = Server::start(binary, "none", &folder.path().join("data")).await?;
    let address = server.address;
    let bare = Database::create(folder.path().join("bare.redb"))?;
    let number = Cell::new(0_u64);
    let (mut rates, mut p99, mut floor) = (vec![], vec![], vec![]);
    for _ in 0..ROUNDS {
        floor.push(bare_rows(&bare, &number)?);
        let next = || {
            number.set(number.get() + 1);
            let form = format!(
                "Action=CreateCacheParameterGroup&CacheParameterGroupName=bench-{:06}&CacheParameterGroupFamily=redis7\
                 &Description=for+the+bench",
                number.get()
            );
            api_request(address, &form)
        };
        let seen = load::run(address, ROUND, next).await?;
        rates.push(seen.rate);
        p99.push(milliseconds(seen.p99));
    }
    let floor_is = "redb alone, 16 rows a commit";
    Line {
        what: "create parameter groups",
        unit: Unit::PerSecond,
        ours: rates,
        floor,
        floor_is,
        target: ">= 8,000 /s",
    }
    .print();
    Line {
        what: "create parameter groups, p99",
        unit: Unit::Milliseconds,
        ours: p99,
        floor: vec![],
        floor_is: "",
        target: "",
    }
    .print();
    Ok(())
}

/// Rows a second, as many a commit as there are connections.
fn bare_rows(database: &Database, number: &Cell<u64>) -> Result<f64, Error> {
    const TABLE: TableDefinition<&str, &[u8]> = TableDefinition::new("rows");
    let start = Instant::now();
    let mut rows = 0;
    while start.elapsed() < ROUND {
        let write = database.begin_write()?;
        for _ in 0..CONNECTIONS {
            number.set(number.get() + 1);
            write.open_table(TABLE)?.insert(format!("{:06}", number.get()).as_str(), ROW.as_slice())?;
            rows += 1;
        }
        write.commit()?;
    }
    Ok(f64::from(rows) / start.elapsed().as_secs_f64())
}

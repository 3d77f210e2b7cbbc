//! The `cachette` binary.

use std::{
    io::{self, IsTerminal},
    process::ExitCode,
};

use cachette::{
    cli::{self, Cli, Command, LogFormat, Serve},
    client,
    doctor::Report,
    open_files,
    server::Server,
    status::Status,
    terminal,
    traces::{self, Traces, TracesError},
};
use clap::Parser;
use tokio::{
    runtime::{Builder, Handle},
    signal::unix::{Signal, SignalKind, signal},
};
use tracing_subscriber::{
    EnvFilter, Layer,
    filter::{FilterExt, filter_fn},
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

/// A request allocates and frees some hundred times, and what the trail keeps of it is freed by another thread much later.
/// The system's allocator takes an eighth of the processor for that.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Serve(options) => serve(*options),
        Command::Wait(wait) => ask(wait.run()),
        Command::Export(export) => ask(export.run()),
        Command::Doctor(options) => doctor(&options),
        Command::Status(options) => status(options),
        Command::Completion(options) => ended(terminal::print(options.script())),
    }
}

/// `cachette doctor`.
fn doctor(options: &cli::Doctor) -> ExitCode {
    open_files::allow_more();
    let report = match Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(Report::of(&options.serve)),
        Err(error) => return terminal::fail(&error),
    };
    let text = if options.json { report.json() } else { report.text(terminal::has_colour(&io::stdout())) };
    match terminal::print(text) {
        Ok(()) if !report.is_ready() => ExitCode::FAILURE,
        printed => ended(printed),
    }
}

/// `cachette status`.
fn status(options: cli::Status) -> ExitCode {
    let url = client::url_or_usual(options.url);
    let asked = match Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(Status::ask(&url)),
        Err(error) => return terminal::fail(&error),
    };
    match asked {
        Ok(status) if options.json => ended(terminal::print(status.json())),
        Ok(status) => ended(terminal::print(status.table(terminal::width()))),
        Err(error) => terminal::fail(&error),
    }
}

/// How a command ends that only had something to print.
fn ended(printed: io::Result<()>) -> ExitCode {
    printed.map_or_else(|error| terminal::fail(&error), |()| ExitCode::SUCCESS)
}

/// `cachette serve`.
fn serve(options: Serve) -> ExitCode {
    open_files::allow_more();
    make_room_for_descriptors();
    let runtime = match Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return terminal::fail(&error),
    };
    let traces = match traces(runtime.handle()) {
        Ok(traces) => traces,
        Err(error) => return terminal::fail(&error),
    };
    log(options.log_format, traces.as_ref());
    let served = runtime.block_on(run(options));
    if let Some(traces) = traces {
        traces.end();
    }
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => terminal::fail(&error),
    }
}

/// Runs a command that asks a server: in one thread, which is there at once.
fn ask<E: std::error::Error>(command: impl Future<Output = Result<(), E>>) -> ExitCode {
    let asked = match Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(command),
        Err(error) => return terminal::fail(&error),
    };
    asked.map_or_else(|error| terminal::fail(&error), |()| ExitCode::SUCCESS)
}

/// How many descriptors there is room for from the start. A server with more endpoints than that starts no slower than
/// it would without.
const DESCRIPTORS: u64 = 4096;

/// Lets the system make its table of this process's descriptors large while there is only one thread. Each time it grows
/// later all threads are held up for some milliseconds, and opening the endpoints of 1,000 clusters makes it grow four
/// times.
fn make_room_for_descriptors() {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    let last = limit.unwrap_or(DESCRIPTORS).min(DESCRIPTORS).saturating_sub(1);
    if let Ok(last) = i32::try_from(last) {
        // Closed again at once: the table does not shrink.
        drop(rustix::io::fcntl_dupfd_cloexec(std::io::stderr(), last));
    }
}

/// Serves until interrupted.
async fn run(options: Serve) -> Result<(), Box<dyn std::error::Error>> {
    let asked = options.listen;
    let server = Server::start(options).await?;
    let address = server.address().unwrap_or(asked);
    let signals = EndSignals::hear()?;
    let said = terminal::print(format!(
        "Cachette {} is listening on {address}, engines by {}.\n  aws --endpoint-url http://{address} elasticache \
         describe-cache-clusters\n",
        env!("CARGO_PKG_VERSION"),
        server.backend(),
    ));
    if let Err(error) = said {
        tracing::warn!(%error, "nobody was told where the server is");
    }
    Box::pin(server.run(signals.asked_to_end())).await;
    Ok(())
}

/// The signals by which the process is asked to end.
struct EndSignals {
    interrupt: Signal,
    terminate: Signal,
}

impl EndSignals {
    /// Hears them from now on; until then they end the process at once.
    fn hear() -> io::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    /// Completes at the first. Whoever asks once more does not want to wait for what is still done then.
    async fn asked_to_end(mut self) {
        self.next().await;
        tokio::spawn(async move {
            self.next().await;
            std::process::exit(1);
        });
    }
}

/// The way of traces to a collector, if the environment names one.
fn traces(runtime: &Handle) -> Result<Option<Traces>, TracesError> {
    let settings = traces::Settings::read(|name| std::env::var(name).ok())?;
    settings.map(|settings| Traces::open(runtime, settings)).transpose()
}

/// Logs to standard error; `CACHETTE_LOG` filters, such as `debug` or `cachette::reconcile=debug`. It does not filter
/// traces.
fn log(format: LogFormat, traces: Option<&Traces>) {
    let filter = EnvFilter::try_from_env("CACHETTE_LOG").unwrap_or_else(|_| EnvFilter::new("warn,cachette=info"));
    // It would write down what it signs, parameters of requests included, which may be secrets.
    let filter = match "aws_sigv4=off".parse() {
        Ok(directive) => filter.add_directive(directive),
        Err(_) => filter,
    };
    let is_read_by_people = io::stderr().is_terminal();
    let logger = tracing_subscriber::fmt::layer().with_writer(io::stderr);
    let logger = match format {
        LogFormat::Text => {
            // Where in the program a line comes from helps those who read a file, not those who watch.
            logger.with_ansi(terminal::has_colour(&io::stderr())).with_target(!is_read_by_people).boxed()
        }
        LogFormat::Json => logger.json().boxed(),
    };
    let logger = logger.with_filter(filter.and(filter_fn(traces::is_worth_a_line)));
    tracing_subscriber::registry().with(traces.map(Traces::layer)).with(logger).init();
}

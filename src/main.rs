//! The `cachette` binary.

use std::process::ExitCode;

use cachette::{
    cli::{Cli, Command, LogFormat, Serve},
    open_files,
    server::{Server, StartError},
    traces::{self, Traces, TracesError},
};
use clap::Parser;
use tokio::{
    runtime::Handle,
    signal::unix::{SignalKind, signal},
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
    }
}

/// `cachette serve`.
fn serve(options: Serve) -> ExitCode {
    open_files::allow_more();
    make_room_for_descriptors();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error),
    };
    let traces = match traces(runtime.handle()) {
        Ok(traces) => traces,
        Err(error) => return fail(&error),
    };
    log(options.log_format, traces.as_ref());
    let served = runtime.block_on(run(options));
    if let Some(traces) = traces {
        traces.end();
    }
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error),
    }
}

/// Runs a command that asks a server: in one thread, which is there at once.
fn ask<E: std::error::Error>(command: impl Future<Output = Result<(), E>>) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error),
    };
    match runtime.block_on(command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error),
    }
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

fn fail(error: &dyn std::error::Error) -> ExitCode {
    eprintln!("cachette: {error}");
    ExitCode::FAILURE
}

/// Serves until interrupted.
async fn run(options: Serve) -> Result<(), StartError> {
    let asked = options.listen;
    let server = Server::start(options).await?;
    let address = server.address().unwrap_or(asked);
    println!("Cachette {} is listening on {address}, engines by {}.", env!("CARGO_PKG_VERSION"), server.backend());
    println!("  aws --endpoint-url http://{address} elasticache describe-cache-clusters");
    Box::pin(server.run(interrupted())).await;
    Ok(())
}

/// Completes when the process is asked to end.
async fn interrupted() {
    let (Ok(mut interrupt), Ok(mut terminate)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
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
    let logger = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let logger = match format {
        LogFormat::Text => logger.boxed(),
        LogFormat::Json => logger.json().boxed(),
    };
    let logger = logger.with_filter(filter.and(filter_fn(traces::is_worth_a_line)));
    tracing_subscriber::registry().with(traces.map(Traces::layer)).with(logger).init();
}

//! Writing for people: to standard output, which may be closed, narrow, or no terminal at all.

use std::{
    fmt,
    io::{self, IsTerminal, Write},
    process::ExitCode,
};

/// The columns of a terminal whose width is not known, and of what is no terminal.
const USUAL_WIDTH: usize = 120;

/// Writes to standard output. A reader that has seen enough, such as `head`, is no failure.
///
/// # Errors
/// When it cannot be written for any other reason.
pub fn print(text: impl AsRef<[u8]>) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_ref()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// Says on standard error why a command ends, and answers how it ends. Nobody may be there to be told.
pub fn fail(error: &dyn fmt::Display) -> ExitCode {
    let _ = writeln!(io::stderr(), "cachette: {error}");
    ExitCode::FAILURE
}

/// How many columns a line of standard output may have.
#[must_use]
pub fn width() -> usize {
    let size = rustix::termios::tcgetwinsize(io::stdout()).ok();
    size.map(|size| usize::from(size.ws_col)).filter(|width| *width > 0).unwrap_or(USUAL_WIDTH)
}

/// Whether colours may be written to `stream`. <https://no-color.org>
#[must_use]
pub fn has_colour(stream: &impl IsTerminal) -> bool {
    let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    stream.is_terminal() && !unwanted && std::env::var_os("TERM").is_none_or(|kind| kind != "dumb")
}

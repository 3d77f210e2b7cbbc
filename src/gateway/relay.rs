//! Copies bytes between a client and its engine until both are done.
//!
//! An idle connection holds no buffer: bytes are read into one that all connections of a thread share, and written at
//! once. Only what the other side does not take at that moment is kept, and then nothing more is read from the side it
//! came from, so a slow reader slows its sender down just as if the two were connected directly.
//!
//! A stream of TLS takes bytes before it has sent them, so whatever was written is flushed before anything more is read:
//! else what it still holds would neither be sent nor slow its sender down.
//!
//! What may be carried at all is for the connection's [`Line`] to say.
//!
//! One end of the stream is carried over as such: the other direction goes on. A failure on either side ends both, and
//! it is for the caller to make that visible.

use std::{
    borrow::Cow,
    cell::RefCell,
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use prometheus_client::metrics::counter::Counter;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::{
    lag::Lag,
    line::{Condition, Line},
};
use crate::figures::Traffic;

/// Large enough to carry a value of 64 KiB in one or two reads with what follows it. Measured with such values, it costs
/// a tenth less processor time than 64 KiB, which costs a third less than 16 KiB.
const BUFFER_SIZE: usize = 256 * 1024;

thread_local! {
    static BUFFER: RefCell<Box<[u8]>> = RefCell::new(vec![0; BUFFER_SIZE].into_boxed_slice());
}

/// What becomes of bytes that were read.
pub(super) struct Passed<'a> {
    /// How many of them are dealt with. The others are offered again, in front of the next ones, or sent as they are
    /// when no more come. They must always be a small part of a buffer.
    pub(super) consumed: usize,
    /// What is sent on in their place.
    pub(super) output: Cow<'a, [u8]>,
}

impl<'a> Passed<'a> {
    /// Every byte goes on as it is.
    pub(super) fn unchanged(input: &'a [u8]) -> Self {
        Self { consumed: input.len(), output: Cow::Borrowed(input) }
    }
}

/// Looks at the bytes on their way, and may change them. An empty input says that a stream has ended: what was kept of
/// it, if anything, is handed out.
pub(super) trait Tap {
    /// Bytes from the client to the engine.
    fn requests<'a>(&mut self, input: &'a [u8]) -> Passed<'a>;

    /// Bytes from the engine to the client.
    fn replies<'a>(&mut self, input: &'a [u8]) -> Passed<'a>;

    /// Whether more requests may be read; when not, they are as soon as replies have made it true again.
    fn takes_requests(&self) -> bool;
}

/// Lets everything through.
pub(super) struct Untapped;

impl Tap for Untapped {
    fn requests<'a>(&mut self, input: &'a [u8]) -> Passed<'a> {
        Passed::unchanged(input)
    }

    fn replies<'a>(&mut self, input: &'a [u8]) -> Passed<'a> {
        Passed::unchanged(input)
    }

    fn takes_requests(&self) -> bool {
        true
    }
}

/// Copies both ways until both sides have ended their stream.
///
/// # Errors
/// The first failure to read from or to write to either side; a reset when the line is severed.
pub(super) async fn relay<C, E>(client: &mut C, engine: &mut E, tap: &mut impl Tap, line: &Line) -> io::Result<()>
where
    C: AsyncRead + AsyncWrite + Unpin,
    E: AsyncRead + AsyncWrite + Unpin,
{
    let Traffic { requests, replies } = line.traffic().clone();
    let (mut requests, mut replies) = (Direction::counted(requests), Direction::counted(replies));
    std::future::poll_fn(move |cx| {
        let delay = match line.poll(cx) {
            Condition::Clear => None,
            Condition::Delayed(delay) => Some(delay),
            Condition::Hung => return Poll::Pending,
            Condition::Severed => return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into())),
        };
        // Replies first: they are what may let requests go on.
        let answered = replies.poll(cx, engine, client, delay, |input| tap.replies(input))?;
        if answered.is_pending() && !tap.takes_requests() {
            return Poll::Pending;
        }
        let asked = requests.poll(cx, client, engine, delay, |input| tap.requests(input))?;
        if answered.is_ready() && asked.is_ready() { Poll::Ready(Ok(())) } else { Poll::Pending }
    })
    .await
}

/// One direction of a connection.
#[derive(Default)]
struct Direction {
    /// Read, but not consumed by the tap yet.
    held: Vec<u8>,
    /// Ready to be sent, of which `sent` bytes have been.
    unsent: Vec<u8>,
    sent: usize,
    /// Whether something was written that may not have gone out yet.
    unflushed: bool,
    stage: Stage,
    /// What was read and not offered to the tap yet, while there is a delay or some of what it held up is left.
    lag: Option<Box<Lag>>,
    /// Counts the bytes that were read.
    carried: Counter,
}

#[derive(Default)]
enum Stage {
    #[default]
    Copying,
    /// The source has ended; what is left is sent, then the end itself.
    Ending,
    Ended,
}

impl Direction {
    fn counted(carried: Counter) -> Self {
        Self { carried, ..Self::default() }
    }

    /// Copies as long as both sides allow it. Ready when the end has been carried over.
    fn poll<R, W>(
        &mut self,
        cx: &mut Context<'_>,
        from: &mut R,
        to: &mut W,
        delay: Option<Duration>,
        mut pass: impl for<'a> FnMut(&'a [u8]) -> Passed<'a>,
    ) -> Poll<io::Result<()>>
    where
        R: AsyncRead + Unpin,
        W: AsyncWrite + Unpin,
    {
        loop {
            ready!(self.poll_send_rest(cx, to))?;
            match self.stage {
                Stage::Copying => {
                    ready!(BUFFER.with_borrow_mut(|buffer| self.poll_copy(cx, from, to, delay, &mut pass, buffer)))?;
                }
                Stage::Ending => {
                    ready!(Pin::new(&mut *to).poll_shutdown(cx))?;
                    self.stage = Stage::Ended;
                }
                Stage::Ended => return Poll::Ready(Ok(())),
            }
        }
    }

    /// Reads once, and writes what became of it at once.
    fn poll_copy<R, W>(
        &mut self,
        cx: &mut Context<'_>,
        from: &mut R,
        to: &mut W,
        delay: Option<Duration>,
        pass: &mut impl for<'a> FnMut(&'a [u8]) -> Passed<'a>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<()>>
    where
        R: AsyncRead + Unpin,
        W: AsyncWrite + Unpin,
    {
        let held = self.held.len();
        let mut read = ReadBuf::new(&mut buffer[held..]);
        ready!(self.poll_read(cx, from, delay, &mut read))?;
        let filled = held + read.filled().len();
        if filled == held {
            self.stage = Stage::Ending;
            let mut rest = pass(&[]).output.into_owned();
            rest.append(&mut self.held);
            self.keep(rest);
            return Poll::Ready(Ok(()));
        }
        self.carried.inc_by((filled - held) as u64);
        buffer[..held].copy_from_slice(&self.held);
        let input = &buffer[..filled];
        let passed = pass(input);
        self.held = input[passed.consumed..].to_vec();
        if passed.output.is_empty() {
            return Poll::Ready(Ok(()));
        }
        self.unflushed = true;
        match Pin::new(to).poll_write(cx, &passed.output)? {
            Poll::Ready(written) if written == passed.output.len() => {}
            Poll::Ready(written) => self.keep(passed.output[written..].to_vec()),
            Poll::Pending => self.keep(passed.output.into_owned()),
        }
        Poll::Ready(Ok(()))
    }

    /// Reads what is due.
    fn poll_read<R: AsyncRead + Unpin>(
        &mut self,
        cx: &mut Context<'_>,
        from: &mut R,
        delay: Option<Duration>,
        read: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if delay.is_none() && self.lag.as_ref().is_none_or(|lag| lag.is_empty()) {
            self.lag = None;
            return Pin::new(from).poll_read(cx, read);
        }
        self.lag.get_or_insert_default().poll_read(cx, from, delay.unwrap_or_default(), read)
    }

    fn keep(&mut self, unsent: Vec<u8>) {
        self.unsent = unsent;
        self.sent = 0;
    }

    /// Sends what could not be sent before, all the way.
    fn poll_send_rest<W: AsyncWrite + Unpin>(&mut self, cx: &mut Context<'_>, to: &mut W) -> Poll<io::Result<()>> {
        while self.sent < self.unsent.len() {
            let written = ready!(Pin::new(&mut *to).poll_write(cx, &self.unsent[self.sent..]))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.sent += written;
            self.unflushed = true;
        }
        if !self.unsent.is_empty() {
            self.keep(Vec::new());
        }
        if self.unflushed {
            ready!(Pin::new(to).poll_flush(cx))?;
            self.unflushed = false;
        }
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt, BufWriter, duplex},
        time::timeout,
    };

    use super::*;

    #[tokio::test]
    async fn what_a_stream_holds_back_goes_out_before_more_is_waited_for() {
        let (client, mut at_client) = duplex(64);
        let (mut engine, mut at_engine) = duplex(1 << 16);
        // It takes more than the client does at a time, and gives nothing away by itself.
        let mut client = BufWriter::with_capacity(1 << 16, client);
        let (mut tap, line) = (Untapped, Line::default());
        let value: Vec<u8> = (0..=250).cycle().take(10_000).collect();
        let talk = async {
            at_engine.write_all(&value).await.expect("sent");
            let mut read = vec![0; value.len()];
            at_client.read_exact(&mut read).await.expect("all of it");
            assert_eq!(read, value);
        };
        tokio::select! {
            _ = relay(&mut client, &mut engine, &mut tap, &line) => unreachable!("neither side has ended"),
            talked = timeout(Duration::from_secs(10), talk) => talked.expect("all of it in time"),
        }
    }
}

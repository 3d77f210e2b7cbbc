//! Carries one direction of a connection later than it came, in order. What is on its way is bounded: beyond that
//! nothing more is read, so that a sender is slowed down as it would be by a network.

use std::{
    collections::VecDeque,
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, ReadBuf},
    time::{Instant, Sleep, sleep_until},
};

/// The memory that may be on its way, in bytes, beyond which no more is read.
const CAPACITY: usize = 1024 * 1024;

/// What was read and is not due yet.
#[derive(Default)]
pub(super) struct Lag {
    chunks: VecDeque<Chunk>,
    /// The memory that all of them take.
    size: usize,
    /// Whether the last of them is the end of the stream.
    ended: bool,
    timer: Option<Pin<Box<Sleep>>>,
}

/// The outcome of one read. Without bytes it is the end of the stream.
struct Chunk {
    arrived: Instant,
    bytes: Vec<u8>,
    /// How many of them were carried.
    carried: usize,
}

impl Chunk {
    /// The memory that it takes: what came byte by byte must be bounded too.
    fn size(&self) -> usize {
        self.bytes.len() + size_of::<Self>()
    }
}

impl Lag {
    /// Whether nothing is on its way.
    pub(super) fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    /// Reads from `from` what came `delay` ago. Without bytes it is the end of the stream.
    pub(super) fn poll_read<R: AsyncRead + Unpin>(
        &mut self,
        cx: &mut Context<'_>,
        from: &mut R,
        delay: Duration,
        read: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        // When there is no delay any more, what is left of it goes first, and then there is no use for a lag.
        if !delay.is_zero() {
            self.take_in(cx, from, read)?;
        }
        let Some(first) = self.chunks.front_mut() else { return Poll::Pending };
        let due = first.arrived.checked_add(delay);
        // With a delay beyond the end of time it is not due until the delay is changed.
        ready!(due.map_or(Poll::Pending, |due| poll_until(&mut self.timer, cx, due)));
        let rest = &first.bytes[first.carried..];
        let length = rest.len().min(read.remaining());
        read.put_slice(&rest[..length]);
        first.carried += length;
        if first.carried == first.bytes.len() {
            self.size -= first.size();
            self.chunks.pop_front();
        }
        Poll::Ready(Ok(()))
    }

    /// Takes in what has come. `scratch` is left as it was.
    fn take_in<R: AsyncRead + Unpin>(
        &mut self,
        cx: &mut Context<'_>,
        from: &mut R,
        scratch: &mut ReadBuf<'_>,
    ) -> io::Result<()> {
        while !self.ended && self.size < CAPACITY {
            let Poll::Ready(outcome) = Pin::new(&mut *from).poll_read(cx, scratch) else { break };
            outcome?;
            let bytes = scratch.filled().to_vec();
            scratch.clear();
            self.ended = bytes.is_empty();
            let chunk = Chunk { arrived: Instant::now(), bytes, carried: 0 };
            self.size += chunk.size();
            self.chunks.push_back(chunk);
        }
        Ok(())
    }
}

fn poll_until(timer: &mut Option<Pin<Box<Sleep>>>, cx: &mut Context<'_>, due: Instant) -> Poll<()> {
    if due <= Instant::now() {
        return Poll::Ready(());
    }
    let timer = timer.get_or_insert_with(|| Box::pin(sleep_until(due)));
    if timer.deadline() != due {
        timer.as_mut().reset(due);
    }
    timer.as_mut().poll(cx)
}

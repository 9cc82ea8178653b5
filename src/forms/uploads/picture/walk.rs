//! Reads the parts of a file one after the other, and copies the parts to keep.

use std::io::{self, BufRead, Read as _, Seek, SeekFrom, Write};

use flate2::Crc;

pub(super) fn damaged() -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        "a part of the image is missing or damaged",
    )
}

/// A read position in a file, and the copy that is written.
pub(super) struct Walk<R, W> {
    from: R,
    to: W,
    at: u64,
    length: u64,
}

impl<R: BufRead + Seek, W: Write + Seek> Walk<R, W> {
    pub(super) fn new(mut from: R, to: W) -> io::Result<Self> {
        let length = from.seek(SeekFrom::End(0))?;
        from.rewind()?;
        Ok(Self {
            from,
            to,
            at: 0,
            length,
        })
    }

    /// Returns the number of bytes that were read or skipped.
    pub(super) fn at(&self) -> u64 {
        self.at
    }

    /// Returns the number of remaining bytes.
    pub(super) fn rest(&self) -> u64 {
        self.length - self.at
    }

    /// Reads `N` bytes.
    pub(super) fn take<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.from.read_exact(&mut bytes)?;
        self.at += N as u64;
        Ok(bytes)
    }

    pub(super) fn byte(&mut self) -> io::Result<u8> {
        self.take().map(|[byte]| byte)
    }

    /// Reads `count` bytes; fails if there are fewer.
    pub(super) fn bytes(&mut self, count: u64) -> io::Result<Vec<u8>> {
        if count > self.rest() {
            return Err(damaged());
        }
        let mut bytes = Vec::new();
        self.from.by_ref().take(count).read_to_end(&mut bytes)?;
        self.at += count;
        Ok(bytes)
    }

    pub(super) fn skip(&mut self, count: u64) -> io::Result<()> {
        if count > self.rest() {
            return Err(damaged());
        }
        self.at += count;
        self.from
            .seek_relative(count.try_into().map_err(|_| damaged())?)
    }

    pub(super) fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.to.write_all(bytes)
    }

    /// Copies `count` bytes; returns their checksum, continued from `sum`.
    pub(super) fn copy(&mut self, count: u64, mut sum: Crc) -> io::Result<Crc> {
        self.each(count, |to, bytes| {
            sum.update(bytes);
            to.write_all(bytes)
        })?;
        Ok(sum)
    }

    /// Skips `count` bytes; returns their checksum, continued from `sum`.
    pub(super) fn sum(&mut self, count: u64, mut sum: Crc) -> io::Result<Crc> {
        self.each(count, |_, bytes| {
            sum.update(bytes);
            Ok(())
        })?;
        Ok(sum)
    }

    fn each(
        &mut self,
        count: u64,
        mut with: impl FnMut(&mut W, &[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        if count > self.rest() {
            return Err(damaged());
        }
        let mut left = count;
        while left > 0 {
            let bytes = self.from.fill_buf()?;
            let read = bytes.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            if read == 0 {
                return Err(damaged());
            }
            with(&mut self.to, &bytes[..read])?;
            self.from.consume(read);
            left -= read as u64;
        }
        self.at += count;
        Ok(())
    }

    /// Copies up to the next `byte`, which is skipped.
    pub(super) fn copy_until(&mut self, byte: u8) -> io::Result<()> {
        loop {
            let bytes = self.from.fill_buf()?;
            if bytes.is_empty() {
                return Err(damaged());
            }
            let found = bytes.iter().position(|there| *there == byte);
            let read = found.unwrap_or(bytes.len());
            self.to.write_all(&bytes[..read])?;
            let used = read + usize::from(found.is_some());
            self.from.consume(used);
            self.at += used as u64;
            if found.is_some() {
                return Ok(());
            }
        }
    }

    /// Returns the end of the copy so far.
    pub(super) fn written(&mut self) -> io::Result<u64> {
        self.to.stream_position()
    }

    /// Overwrites the copy at `place`.
    pub(super) fn patch(&mut self, place: u64, bytes: &[u8]) -> io::Result<()> {
        let end = self.to.stream_position()?;
        self.to.seek(SeekFrom::Start(place))?;
        self.to.write_all(bytes)?;
        self.to.seek(SeekFrom::Start(end))?;
        Ok(())
    }
}

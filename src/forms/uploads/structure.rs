//! Where an image ends: its parts are stepped over, not unpacked.

use std::io::{self, BufRead, Read, Seek, SeekFrom};

use flate2::Crc;
use image::ImageFormat;

/// Whether nothing follows the image in `file` but padding; fails where a part is missing or damaged.
pub(super) fn ends_with_the_image(file: &mut (impl BufRead + Seek), format: ImageFormat) -> io::Result<bool> {
    let length = file.seek(SeekFrom::End(0))?;
    file.rewind()?;
    let mut walk = Walk { file, at: 0, length };
    match format {
        ImageFormat::Png => walk.png()?,
        ImageFormat::Jpeg => walk.jpeg()?,
        ImageFormat::Gif => walk.gif()?,
        ImageFormat::WebP => walk.sized(4, 8)?,
        ImageFormat::Bmp => walk.sized(2, 0)?,
        _ => return Err(damaged()),
    }
    let is_jpeg = format == ImageFormat::Jpeg;
    while walk.at < walk.length {
        let byte = walk.byte()?;
        // Cameras put previews and further views behind a picture, as pictures.
        if is_jpeg && byte == 0xFF {
            walk.back(1)?;
            walk.jpeg()?;
        } else if !matches!(byte, 0 | b'\t' | b'\n' | b'\r' | b' ') {
            return Ok(false);
        }
    }
    Ok(true)
}

fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "a part of the image is missing or damaged")
}

struct Walk<'a, F> {
    file: &'a mut F,
    at: u64,
    length: u64,
}

impl<F: BufRead + Seek> Walk<'_, F> {
    fn take<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.file.read_exact(&mut bytes)?;
        self.at += N as u64;
        Ok(bytes)
    }

    fn byte(&mut self) -> io::Result<u8> {
        self.take().map(|[byte]| byte)
    }

    fn skip(&mut self, bytes: u64) -> io::Result<()> {
        if bytes > self.length - self.at {
            return Err(damaged());
        }
        self.at += bytes;
        self.file.seek_relative(bytes.try_into().map_err(|_| damaged())?)
    }

    fn back(&mut self, bytes: u32) -> io::Result<()> {
        self.at -= u64::from(bytes);
        self.file.seek_relative(-i64::from(bytes))
    }

    /// Chunks with checksums; the last is `IEND`.
    fn png(&mut self) -> io::Result<()> {
        self.skip(8)?;
        loop {
            let length = u64::from(u32::from_be_bytes(self.take()?));
            let kind: [u8; 4] = self.take()?;
            if length > self.length - self.at {
                return Err(damaged());
            }
            let mut sum = Crc::new();
            sum.update(&kind);
            let mut part = self.file.take(length);
            loop {
                let bytes = part.fill_buf()?;
                let read = bytes.len();
                if read == 0 {
                    break;
                }
                sum.update(bytes);
                part.consume(read);
            }
            self.at += length;
            if u32::from_be_bytes(self.take()?) != sum.sum() {
                return Err(damaged());
            }
            if &kind == b"IEND" {
                return Ok(());
            }
        }
    }

    /// Segments with lengths, and the bits of a scan up to the next marker; the last is `FF D9`.
    fn jpeg(&mut self) -> io::Result<()> {
        if self.take()? != [0xFF, 0xD8] {
            return Err(damaged());
        }
        loop {
            if self.byte()? != 0xFF {
                return Err(damaged());
            }
            let mut marker = self.marker()?;
            loop {
                match marker {
                    0xD9 => return Ok(()),
                    0x00 | 0xD8 => return Err(damaged()),
                    0x01 | 0xD0..=0xD7 => break,
                    _ => {}
                }
                let length = u64::from(u16::from_be_bytes(self.take()?));
                self.skip(length.checked_sub(2).ok_or_else(damaged)?)?;
                if marker != 0xDA {
                    break;
                }
                marker = self.scan()?;
            }
        }
    }

    /// The marker behind an `FF`; more of these may precede it.
    fn marker(&mut self) -> io::Result<u8> {
        loop {
            let byte = self.byte()?;
            if byte != 0xFF {
                return Ok(byte);
            }
        }
    }

    /// Over the bits of a scan; the marker that ends it.
    fn scan(&mut self) -> io::Result<u8> {
        loop {
            self.at += self.file.skip_until(0xFF)? as u64;
            let marker = self.marker()?;
            if !matches!(marker, 0x00 | 0xD0..=0xD7) {
                return Ok(marker);
            }
        }
    }

    /// Blocks, each in pieces; the last is `;`.
    fn gif(&mut self) -> io::Result<()> {
        self.skip(10)?;
        let flags = self.byte()?;
        self.skip(2 + colours(flags))?;
        loop {
            match self.byte()? {
                b'!' => self.skip(1)?,
                b',' => {
                    self.skip(8)?;
                    let flags = self.byte()?;
                    self.skip(colours(flags) + 1)?;
                }
                b';' => return Ok(()),
                _ => return Err(damaged()),
            }
            loop {
                let length = self.byte()?;
                if length == 0 {
                    break;
                }
                self.skip(length.into())?;
            }
        }
    }

    /// A file that says at `place` how many bytes it has, but for `more`.
    fn sized(&mut self, place: u64, more: u64) -> io::Result<()> {
        self.skip(place)?;
        let length = u64::from(u32::from_le_bytes(self.take()?)) + more;
        self.skip(length.checked_sub(self.at).ok_or_else(damaged)?)
    }
}

/// Bytes of the table of colours that a GIF's flags announce.
fn colours(flags: u8) -> u64 {
    if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) }
}

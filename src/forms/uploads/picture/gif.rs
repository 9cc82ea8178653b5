//! The blocks of a GIF file.

use std::io::{self, BufRead, Seek, Write};

use flate2::Crc;

use super::walk::{Walk, damaged};

/// Extensions that affect the display of the picture: repetitions and a colour profile.
const KEPT: [&[u8]; 3] = [b"NETSCAPE2.0", b"ANIMEXTS1.0", b"ICCRGBG1012"];

/// Copies the picture up to its end, without comments and XMP unless `keep_metadata`.
pub(super) fn copy<R, W>(walk: &mut Walk<R, W>, keep_metadata: bool) -> io::Result<()>
where
    R: BufRead + Seek,
    W: Write + Seek,
{
    walk.copy(10, Crc::new())?;
    let flags = walk.byte()?;
    walk.put(&[flags])?;
    walk.copy(2 + colours(flags), Crc::new())?;
    loop {
        match walk.byte()? {
            b'!' => extension(walk, keep_metadata)?,
            b',' => {
                walk.put(b",")?;
                walk.copy(8, Crc::new())?;
                let flags = walk.byte()?;
                walk.put(&[flags])?;
                walk.copy(colours(flags) + 1, Crc::new())?;
                pieces(walk, true)?;
            }
            b';' => return walk.put(b";"),
            _ => return Err(damaged()),
        }
    }
}

fn extension<R: BufRead + Seek, W: Write + Seek>(
    walk: &mut Walk<R, W>,
    keep_metadata: bool,
) -> io::Result<()> {
    let label = walk.byte()?;
    let length = walk.byte()?;
    let first = walk.bytes(length.into())?;
    let is_kept = keep_metadata || label == 0xF9 || (label == 0xFF && KEPT.contains(&&first[..]));
    if is_kept {
        walk.put(&[b'!', label, length])?;
        walk.put(&first)?;
    }
    // A length of 0 ends an extension without further pieces.
    if length == 0 {
        Ok(())
    } else {
        pieces(walk, is_kept)
    }
}

/// Copies or skips pieces, each preceded by its length, up to an empty one.
fn pieces<R: BufRead + Seek, W: Write + Seek>(
    walk: &mut Walk<R, W>,
    is_kept: bool,
) -> io::Result<()> {
    loop {
        let length = walk.byte()?;
        if is_kept {
            walk.put(&[length])?;
            walk.copy(length.into(), Crc::new())?;
        } else {
            walk.skip(length.into())?;
        }
        if length == 0 {
            return Ok(());
        }
    }
}

/// Returns the size in bytes of the colour table that a GIF's flags announce.
fn colours(flags: u8) -> u64 {
    if flags & 0x80 == 0 {
        0
    } else {
        3 << ((flags & 7) + 1)
    }
}

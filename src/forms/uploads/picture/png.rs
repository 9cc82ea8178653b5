//! The chunks of a PNG file.

use std::io::{self, BufRead, Seek, Write};

use flate2::Crc;

use super::exif;
use super::walk::{Walk, damaged};

/// The chunks that the picture needs: pixels, colours, physical size and animation.
const KEPT: [&[u8; 4]; 20] = [
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB",
    b"bKGD", b"hIST", b"pHYs", b"sPLT", b"acTL", b"fcTL", b"fdAT", b"cICP", b"mDCV", b"cLLI",
];
/// The maximum size in bytes of an EXIF block that is read.
const MOST_EXIF: u64 = 64 << 10;

/// Copies the picture up to its end, without metadata (texts, EXIF, times) unless `keep_metadata`.
/// Returns its orientation, unless the picture is upright or an animation, which cannot be rotated.
pub(super) fn copy<R, W>(walk: &mut Walk<R, W>, keep_metadata: bool) -> io::Result<Option<u8>>
where
    R: BufRead + Seek,
    W: Write + Seek,
{
    let signature: [u8; 8] = walk.take()?;
    walk.put(&signature)?;
    let (mut orientation, mut is_animated) = (None, false);
    loop {
        let length: [u8; 4] = walk.take()?;
        let kind: [u8; 4] = walk.take()?;
        let size = u64::from(u32::from_be_bytes(length));
        let mut sum = Crc::new();
        sum.update(&kind);
        // An upper-case first letter marks a chunk that is required to show the picture.
        let is_critical = kind[0].is_ascii_uppercase();
        let is_known = KEPT.contains(&&kind);
        is_animated |= &kind == b"acTL";
        if is_critical && !is_known {
            return Err(damaged());
        }

        if is_known || keep_metadata {
            walk.put(&length)?;
            walk.put(&kind)?;
            let sum = walk.copy(size, sum)?.sum();
            let given: [u8; 4] = walk.take()?;
            if u32::from_be_bytes(given) != sum {
                return Err(damaged());
            }
            walk.put(&given)?;
        } else if &kind == b"eXIf" && size <= MOST_EXIF {
            let block = walk.bytes(size)?;
            sum.update(&block);
            if u32::from_be_bytes(walk.take()?) != sum.sum() {
                return Err(damaged());
            }
            orientation = exif::orientation(&block);
            if let Some(orientation) = orientation {
                chunk(walk, *b"eXIf", &exif::minimal(orientation))?;
            }
        } else {
            let sum = walk.sum(size, sum)?.sum();
            if u32::from_be_bytes(walk.take()?) != sum {
                return Err(damaged());
            }
        }
        if &kind == b"IEND" {
            return Ok(orientation.filter(|_| !is_animated));
        }
    }
}

fn chunk<R: BufRead + Seek, W: Write + Seek>(
    walk: &mut Walk<R, W>,
    kind: [u8; 4],
    data: &[u8],
) -> io::Result<()> {
    let mut sum = Crc::new();
    sum.update(&kind);
    sum.update(data);
    walk.put(
        &u32::try_from(data.len())
            .map_err(|_| damaged())?
            .to_be_bytes(),
    )?;
    walk.put(&kind)?;
    walk.put(data)?;
    walk.put(&sum.sum().to_be_bytes())
}

//! The chunks of a WebP file, and the single block of a BMP file.

use std::io::{self, BufRead, Seek, Write};

use flate2::Crc;

use super::exif;
use super::walk::{Walk, damaged};

/// The maximum size in bytes of an EXIF block that is read.
const MOST_EXIF: u64 = 64 << 10;
/// Flags in `VP8X` for EXIF and XMP.
const EXIF_FLAG: u8 = 0x08;
const XMP_FLAG: u8 = 0x04;

/// Copies a WebP picture up to its end, without EXIF and XMP unless `keep_metadata`. Returns its
/// orientation, unless the picture is upright or an animation, which cannot be rotated.
pub(super) fn webp<R, W>(walk: &mut Walk<R, W>, keep_metadata: bool) -> io::Result<Option<u8>>
where
    R: BufRead + Seek,
    W: Write + Seek,
{
    walk.copy(4, Crc::new())?;
    let size = u64::from(u32::from_le_bytes(walk.take()?));
    walk.put(&[0; 4])?;
    walk.copy(4, Crc::new())?;
    let end = size + 8;
    if end > walk.at() + walk.rest() {
        return Err(damaged());
    }
    let mut flags = None;
    let (mut orientation, mut is_animated) = (None, false);
    while walk.at() < end {
        let kind: [u8; 4] = walk.take()?;
        let length = walk.take()?;
        let size = u64::from(u32::from_le_bytes(length));
        if size > end.checked_sub(walk.at()).ok_or_else(damaged)? {
            return Err(damaged());
        }
        match &kind {
            b"VP8X" if size >= 1 => {
                walk.put(&kind)?;
                walk.put(&length)?;
                let place = walk.written()?;
                let byte = walk.byte()?;
                walk.put(&[byte])?;
                flags = Some((place, byte));
                walk.copy(size - 1, Crc::new())?;
                pad(walk, size, end, true)?;
            }
            b"VP8 " | b"VP8L" | b"ALPH" | b"ANIM" | b"ICCP" => chunk(walk, kind, size, end)?,
            b"ANMF" if size >= 16 => {
                is_animated = true;
                frame(walk, size)?;
                pad(walk, size, end, false)?;
            }
            _ if keep_metadata => chunk(walk, kind, size, end)?,
            b"EXIF" if size <= MOST_EXIF => {
                orientation = exif::orientation(&walk.bytes(size)?);
                pad(walk, size, end, false)?;
            }
            _ => {
                walk.skip(size)?;
                pad(walk, size, end, false)?;
            }
        }
    }
    if let Some((place, byte)) = flags.filter(|_| !keep_metadata) {
        let kept = if orientation.is_some() { EXIF_FLAG } else { 0 };
        walk.patch(place, &[(byte & !(EXIF_FLAG | XMP_FLAG)) | kept])?;
        if let Some(orientation) = orientation {
            let block = exif::minimal(orientation);
            walk.put(b"EXIF\x1a\0\0\0")?;
            walk.put(&block)?;
        }
    }
    let written = walk
        .written()?
        .checked_sub(8)
        .and_then(|size| u32::try_from(size).ok())
        .ok_or_else(damaged)?;
    walk.patch(4, &written.to_le_bytes())?;
    Ok(orientation.filter(|_| !is_animated))
}

/// Copies the content of a chunk whose header was read.
fn chunk<R: BufRead + Seek, W: Write + Seek>(
    walk: &mut Walk<R, W>,
    kind: [u8; 4],
    size: u64,
    end: u64,
) -> io::Result<()> {
    walk.put(&kind)?;
    walk.put(&u32::try_from(size).map_err(|_| damaged())?.to_le_bytes())?;
    walk.copy(size, Crc::new())?;
    pad(walk, size, end, true)
}

/// Skips the padding byte of a chunk of odd size. Some programs leave it out at the end of the
/// file.
fn pad<R: BufRead + Seek, W: Write + Seek>(
    walk: &mut Walk<R, W>,
    size: u64,
    end: u64,
    write: bool,
) -> io::Result<()> {
    if size.is_multiple_of(2) {
        return Ok(());
    }
    if walk.at() < end {
        walk.skip(1)?;
    }
    if write { walk.put(&[0]) } else { Ok(()) }
}

/// Copies a frame of an animation, with only its chunks of pixels.
fn frame<R: BufRead + Seek, W: Write + Seek>(walk: &mut Walk<R, W>, size: u64) -> io::Result<()> {
    let end = walk.at() + size;
    let place = walk.written()?;
    walk.put(b"ANMF\0\0\0\0")?;
    walk.copy(16, Crc::new())?;
    while walk.at() + 8 <= end {
        let kind: [u8; 4] = walk.take()?;
        let size = u64::from(u32::from_le_bytes(walk.take()?));
        if size > end - walk.at() {
            return Err(damaged());
        }
        if matches!(&kind, b"VP8 " | b"VP8L" | b"ALPH") {
            chunk(walk, kind, size, end)?;
        } else {
            walk.skip(size)?;
            pad(walk, size, end, false)?;
        }
    }
    walk.skip(end - walk.at())?;
    let written = walk.written()? - place - 8;
    walk.patch(
        place + 4,
        &u32::try_from(written).map_err(|_| damaged())?.to_le_bytes(),
    )
}

/// Copies a BMP picture up to the end that its header gives.
pub(super) fn bmp<R: BufRead + Seek, W: Write + Seek>(walk: &mut Walk<R, W>) -> io::Result<()> {
    walk.copy(2, Crc::new())?;
    let size: [u8; 4] = walk.take()?;
    walk.put(&size)?;
    let rest = u64::from(u32::from_le_bytes(size))
        .checked_sub(6)
        .ok_or_else(damaged)?;
    walk.copy(rest, Crc::new()).map(|_| ())
}

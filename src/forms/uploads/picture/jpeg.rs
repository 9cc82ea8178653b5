//! The segments of a JPEG file.

use std::io::{self, BufRead, Seek, Write};

use flate2::Crc;

use super::exif;
use super::walk::{Walk, damaged};

/// Copies the picture up to its end; returns its orientation unless it is upright.
///
/// Leaves out the metadata (EXIF, XMP, IPTC, comments, previews) unless `keep_metadata`. Keeps
/// colour profiles, and the orientation in a separate block.
pub(super) fn copy<R, W>(walk: &mut Walk<R, W>, keep_metadata: bool) -> io::Result<Option<u8>>
where
    R: BufRead + Seek,
    W: Write + Seek,
{
    if walk.take()? != [0xFF, 0xD8] {
        return Err(damaged());
    }
    walk.put(&[0xFF, 0xD8])?;
    let mut orientation = None;
    loop {
        if walk.byte()? != 0xFF {
            return Err(damaged());
        }
        let mut marker = marker(walk)?;
        loop {
            match marker {
                0xD9 => {
                    walk.put(&[0xFF, 0xD9])?;
                    return Ok(orientation);
                }
                0x00 | 0xD8 => return Err(damaged()),
                0x01 | 0xD0..=0xD7 => {
                    walk.put(&[0xFF, marker])?;
                    break;
                }
                _ => {}
            }
            let length = u64::from(u16::from_be_bytes(walk.take()?))
                .checked_sub(2)
                .ok_or_else(damaged)?;
            if matches!(marker, 0xE0..=0xEF | 0xFE) {
                let segment = walk.bytes(length)?;
                if marker == 0xE1 && segment.starts_with(b"Exif\0\0") && orientation.is_none() {
                    orientation = exif::orientation(&segment);
                    if let Some(value) = orientation.filter(|_| !keep_metadata) {
                        put(
                            walk,
                            0xE1,
                            &[b"Exif\0\0", &exif::minimal(value)[..]].concat(),
                        )?;
                    }
                }
                if let Some(kept) = kept(marker, &segment, keep_metadata) {
                    put(walk, marker, &kept)?;
                }
                break;
            }
            let size = u16::try_from(length + 2)
                .map_err(|_| damaged())?
                .to_be_bytes();
            walk.put(&[0xFF, marker, size[0], size[1]])?;
            walk.copy(length, Crc::new())?;
            if marker != 0xDA {
                break;
            }
            marker = scan(walk)?;
        }
    }
}

fn put<R: BufRead + Seek, W: Write + Seek>(
    walk: &mut Walk<R, W>,
    marker: u8,
    segment: &[u8],
) -> io::Result<()> {
    let size = u16::try_from(segment.len() + 2)
        .map_err(|_| damaged())?
        .to_be_bytes();
    walk.put(&[0xFF, marker, size[0], size[1]])?;
    walk.put(segment)
}

/// Returns the part of an application segment or comment that is kept.
fn kept(marker: u8, segment: &[u8], keep_metadata: bool) -> Option<Vec<u8>> {
    let starts = |text: &[u8]| segment.starts_with(text);
    match marker {
        // The index of further pictures after this one, which are cut off.
        0xE2 if starts(b"MPF\0") => None,
        _ if keep_metadata => Some(segment.to_vec()),
        // Removes the preview, which may show parts that were cropped away.
        0xE0 if starts(b"JFIF\0") && segment.len() >= 14 => {
            Some([&segment[..12], &[0, 0]].concat())
        }
        0xE2 if starts(b"ICC_PROFILE\0") => Some(segment.to_vec()),
        // The colour encoding.
        0xEE if starts(b"Adobe") => Some(segment.to_vec()),
        _ => None,
    }
}

/// Returns the marker after an `FF`, which may be repeated.
fn marker<R: BufRead + Seek, W: Write + Seek>(walk: &mut Walk<R, W>) -> io::Result<u8> {
    loop {
        let byte = walk.byte()?;
        if byte != 0xFF {
            return Ok(byte);
        }
    }
}

/// Copies the data of a scan; returns the marker that ends it.
fn scan<R: BufRead + Seek, W: Write + Seek>(walk: &mut Walk<R, W>) -> io::Result<u8> {
    loop {
        walk.copy_until(0xFF)?;
        let marker = marker(walk)?;
        if !matches!(marker, 0x00 | 0xD0..=0xD7) {
            return Ok(marker);
        }
        walk.put(&[0xFF, marker])?;
    }
}

//! Checks that a file is a picture that browsers show, and makes a copy that contains nothing else.

mod avif;
mod exif;
mod gif;
mod jpeg;
mod png;
mod riff;
#[cfg(test)]
mod tests;
mod turn;
mod walk;

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use image::{ImageDecoder as _, ImageFormat, ImageReader, Limits};
use tempfile::NamedTempFile;

use walk::{Walk, damaged};

/// Pillow's `MAX_IMAGE_PIXELS`: a quarter of a gigabyte at 24 bits. A decompression bomb claims more.
const MOST_PIXELS: u64 = 89_478_485;
/// The maximum width and height in pixels.
const MOST_SIDE: u32 = 32_767;
/// The maximum memory in bytes for reading a header.
const MOST_BYTES: u64 = 16 << 20;
/// The maximum size in bytes of an AVIF file, which is read into memory.
const MOST_AVIF: u64 = 64 << 20;
/// Django's error text.
pub(super) const NO_IMAGE: &str =
    "Upload a valid image. The file you uploaded was either not an image or a corrupted image.";
const TOO_LARGE: &str = "Upload a valid image. It has too many pixels.";
const SOMETHING_ELSE: &str = "Upload a valid image. The file holds something else besides the picture: save the picture anew, alone.";

/// A picture format that browsers show. SVG is not included, because it is a document that can
/// contain scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Avif,
    Bmp,
    Gif,
    Jpeg,
    Png,
    WebP,
}

impl Format {
    /// Returns the format of a file that begins with `head`.
    pub(super) fn detect(head: &[u8]) -> Option<Self> {
        match head {
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => Some(Self::Png),
            [0xFF, 0xD8, 0xFF, ..] => Some(Self::Jpeg),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Self::Gif),
            [
                b'R',
                b'I',
                b'F',
                b'F',
                _,
                _,
                _,
                _,
                b'W',
                b'E',
                b'B',
                b'P',
                ..,
            ] => Some(Self::WebP),
            // Two zeros follow the length.
            [b'B', b'M', _, _, _, _, 0, 0, 0, 0, ..] => Some(Self::Bmp),
            [_, _, _, _, b'f', b't', b'y', b'p', ..] => brands(head)
                .iter()
                .any(|brand| matches!(brand, b"avif" | b"avis"))
                .then_some(Self::Avif),
            _ => None,
        }
    }

    /// Returns the usual extension.
    pub(super) fn extension(self) -> &'static str {
        match self {
            Self::Avif => "avif",
            Self::Bmp => "bmp",
            Self::Gif => "gif",
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::WebP => "webp",
        }
    }

    fn known(self) -> Option<ImageFormat> {
        match self {
            Self::Avif => None,
            Self::Bmp => Some(ImageFormat::Bmp),
            Self::Gif => Some(ImageFormat::Gif),
            Self::Jpeg => Some(ImageFormat::Jpeg),
            Self::Png => Some(ImageFormat::Png),
            Self::WebP => Some(ImageFormat::WebP),
        }
    }
}

/// Returns the brands in the first box of a file, which name the programs that can read it.
pub(super) fn brands(head: &[u8]) -> Vec<[u8; 4]> {
    let size = head
        .first_chunk::<4>()
        .map_or(0, |size| u32::from_be_bytes(*size));
    let end = usize::try_from(size).unwrap_or(usize::MAX).min(head.len());
    let words = head.get(8..end).unwrap_or_default().chunks_exact(4);
    // The second word is a version.
    words
        .enumerate()
        .filter(|(at, _)| *at != 1)
        .filter_map(|(_, word)| word.try_into().ok())
        .collect()
}

/// Returns a copy of the picture at `path` that ends where the picture ends, is upright, and has no
/// metadata unless `keep_metadata`; or the error of the picture.
pub(super) fn clean(
    path: &Path,
    format: Format,
    keep_metadata: bool,
) -> Result<NamedTempFile, String> {
    match cleaned(path, format, keep_metadata) {
        Ok(answer) => answer.map_err(str::to_owned),
        Err(error) => {
            log::info!(target: "nuages.uploads", "an upload is not a whole picture: {error}");
            Err(NO_IMAGE.to_owned())
        }
    }
}

fn cleaned(
    path: &Path,
    format: Format,
    keep_metadata: bool,
) -> io::Result<Result<NamedTempFile, &'static str>> {
    let mut pixels = 0;
    if let Some(known) = format.known() {
        let (width, height) = header(path, known)?;
        if is_too_large(width, height) {
            return Ok(Err(TOO_LARGE));
        }
        pixels = u64::from(width) * u64::from(height);
    }

    let mut copy = NamedTempFile::new()?;
    let mut orientation = None;
    if format == Format::Avif {
        let mut bytes = Vec::new();
        if File::open(path)?
            .take(MOST_AVIF + 1)
            .read_to_end(&mut bytes)? as u64
            > MOST_AVIF
        {
            return Ok(Err(TOO_LARGE));
        }
        let (width, height) = avif::clean(&mut bytes, keep_metadata)?;
        if width == 0 || height == 0 {
            return Err(damaged());
        }
        if is_too_large(width, height) {
            return Ok(Err(TOO_LARGE));
        }
        copy.write_all(&bytes)?;
    } else {
        let mut to = BufWriter::new(copy.as_file());
        let mut walk = Walk::new(BufReader::new(File::open(path)?), &mut to)?;
        match format {
            Format::Jpeg => orientation = jpeg::copy(&mut walk, keep_metadata)?,
            Format::Png => orientation = png::copy(&mut walk, keep_metadata)?,
            Format::Gif => gif::copy(&mut walk, keep_metadata)?,
            Format::WebP => orientation = riff::webp(&mut walk, keep_metadata)?,
            Format::Bmp | Format::Avif => riff::bmp(&mut walk)?,
        }
        to.flush()?;
    }
    if holds_something_else(&mut BufReader::new(File::open(copy.path())?))? {
        return Ok(Err(SOMETHING_ELSE));
    }

    if let (Some(orientation), Some(known), false) = (orientation, format.known(), keep_metadata) {
        match turn::upright(copy.path(), known, orientation, pixels) {
            Ok(Some(upright)) => return Ok(Ok(upright)),
            Ok(None) => {}
            // The copy contains its orientation, which most browsers follow.
            Err(error) => {
                log::info!(target: "nuages.uploads", "a picture could not be turned: {error}");
            }
        }
    }
    Ok(Ok(copy))
}

fn header(path: &Path, format: ImageFormat) -> io::Result<(u32, u32)> {
    let mut reader = ImageReader::open(path)?;
    reader.set_format(format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_BYTES);
    reader.limits(limits);
    let (width, height) = reader
        .into_decoder()
        .map_err(io::Error::other)?
        .dimensions();
    if width == 0 || height == 0 {
        Err(damaged())
    } else {
        Ok((width, height))
    }
}

fn is_too_large(width: u32, height: u32) -> bool {
    width.max(height) > MOST_SIDE || u64::from(width) * u64::from(height) > MOST_PIXELS
}

/// Beginnings of content that a browser or a server would execute.
const ALIVE: [&[u8]; 8] = [
    b"<script",
    b"<iframe",
    b"<!doctype",
    b"<html>",
    b"<html ",
    b"<svg ",
    b"<?php ",
    b"<body ",
];
/// More bytes than each of `ALIVE` has.
const OVERLAP: usize = 16;
/// The end of a ZIP archive: 22 bytes and a comment.
const ZIP_END: &[u8] = b"PK\x05\x06";

/// Whether the file could also be read as a page, a PDF document or a ZIP archive.
fn holds_something_else(file: &mut BufReader<File>) -> io::Result<bool> {
    let length = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(length.saturating_sub(22 + 0xFFFF)))?;
    let mut tail = Vec::new();
    file.read_to_end(&mut tail)?;
    let ends_archive = |(at, end): (usize, &[u8])| {
        let behind = tail.len() - at - 22;
        end.starts_with(ZIP_END) && usize::from(u16::from_le_bytes([end[20], end[21]])) == behind
    };
    if tail.windows(22).enumerate().any(ends_archive) {
        return Ok(true);
    }
    file.rewind()?;
    let (mut chunk, mut held) = (vec![0; 64 << 10], 0);
    let mut is_first = true;
    loop {
        let read = file.read(&mut chunk[held..])?;
        let seen = &chunk[..held + read];
        if is_first
            && seen[..seen.len().min(1024)]
                .windows(5)
                .any(|word| word == b"%PDF-")
        {
            return Ok(true);
        }
        if is_alive(seen) {
            return Ok(true);
        }
        if read == 0 {
            return Ok(false);
        }
        is_first = false;
        let kept = seen.len().saturating_sub(OVERLAP);
        held = seen.len() - kept;
        chunk.copy_within(kept..kept + held, 0);
    }
}

fn is_alive(bytes: &[u8]) -> bool {
    let starts = |at: usize, word: &[u8]| {
        bytes
            .get(at..at + word.len())
            .is_some_and(|there| there.eq_ignore_ascii_case(word))
    };
    let tags = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'<');
    tags.into_iter()
        .any(|(at, _)| ALIVE.iter().any(|word| starts(at, word)))
}

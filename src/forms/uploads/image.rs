//! Whether a file is an image, and nothing else besides.

use std::fs::File;
use std::io::{BufReader, Read, Seek as _, SeekFrom};
use std::path::Path;

use image::{ImageDecoder as _, ImageFormat, ImageReader, Limits};

use super::structure;

/// What browsers show as pictures. No SVG: it is a document, with scripts in it.
const FORMATS: [ImageFormat; 5] =
    [ImageFormat::Bmp, ImageFormat::Gif, ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP];
const ENDINGS: [&str; 11] = ["apng", "bmp", "dib", "gif", "jfif", "jpe", "jpeg", "jpg", "mpo", "png", "webp"];
/// Pillow's `MAX_IMAGE_PIXELS`: a quarter of a gigabyte at 24 bits. A bomb claims more.
const MOST_PIXELS: u64 = 89_478_485;
/// The most pixels of a side.
const MOST_SIDE: u32 = 32_767;
/// What a header may take to be read.
const MOST_BYTES: u64 = 16 << 20;
const NO_IMAGE: &str = "Upload a valid image. The file you uploaded was either not an image or a corrupted image.";

/// Looks at the content of the file at `path`, and at the ending of the name it would have.
pub(super) fn check(path: &Path, name: &str) -> Result<(), String> {
    match is_image(path) {
        Ok(Some(problem)) => return Err(format!("Upload a valid image. {problem}")),
        Ok(None) => {}
        Err(error) => {
            log::info!(target: "nuages.uploads", "{name:?} is no image: {error}");
            return Err(NO_IMAGE.to_owned());
        }
    }
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending).to_lowercase();
    if ENDINGS.contains(&ending.as_str()) {
        return Ok(());
    }
    let allowed = ENDINGS.join(", ");
    Err(format!("File extension “{ending}” is not allowed. Allowed extensions are: {allowed}."))
}

/// What speaks against an image that can be read.
fn is_image(path: &Path) -> image::ImageResult<Option<&'static str>> {
    let mut reader = ImageReader::open(path)?.with_guessed_format()?;
    let Some(format) = reader.format().filter(|format| FORMATS.contains(format)) else {
        return Err(std::io::Error::other("of no known format").into());
    };
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_BYTES);
    reader.limits(limits);
    let (width, height) = reader.into_decoder()?.dimensions();
    if width == 0 || height == 0 {
        return Err(std::io::Error::other("without a pixel").into());
    }
    if width.max(height) > MOST_SIDE || u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Ok(Some("It has too many pixels."));
    }
    let mut file = BufReader::new(File::open(path)?);
    if !structure::ends_with_the_image(&mut file, format)? || holds_something_else(&mut file)? {
        return Ok(Some("The file holds something else besides the picture: save the picture anew, alone."));
    }
    Ok(None)
}

/// Beginnings of what a browser or a server would run.
const ALIVE: [&[u8]; 8] = [b"<script", b"<iframe", b"<!doctype", b"<html>", b"<html ", b"<svg ", b"<?php ", b"<body "];
/// Longer than each of these.
const OVERLAP: usize = 16;
/// The end of a ZIP archive: 22 bytes and a comment.
const ZIP_END: &[u8] = b"PK\x05\x06";

/// Whether the file would also pass as a page, a PDF document or a ZIP archive.
fn holds_something_else(file: &mut BufReader<File>) -> std::io::Result<bool> {
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
        if is_first && seen[..seen.len().min(1024)].windows(5).any(|word| word == b"%PDF-") {
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
    let starts =
        |at: usize, word: &[u8]| bytes.get(at..at + word.len()).is_some_and(|there| there.eq_ignore_ascii_case(word));
    let tags = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'<');
    tags.into_iter().any(|(at, _)| ALIVE.iter().any(|word| starts(at, word)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn picture(format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        image::RgbImage::from_pixel(8, 6, image::Rgb([200, 10, 10])).write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    fn said(bytes: &[u8], name: &str) -> String {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x");
        std::fs::write(&path, bytes).unwrap();
        check(&path, name).err().unwrap_or_default()
    }

    #[test]
    fn an_image_is_whole_and_alone() {
        for format in FORMATS {
            let bytes = picture(format);
            assert_eq!(said(&bytes, "a.PNG"), "", "{format:?}");
            for cut in [1, 4, 10, 20, bytes.len() / 2, bytes.len() - 1] {
                assert!(said(&bytes[..cut], "a.png").starts_with("Upload a valid image."), "{format:?}, {cut} bytes");
            }
            let with = |more: &[u8]| said(&[&bytes[..], more].concat(), "a.png");
            assert_eq!(with(b"\0\0\r\n"), "", "{format:?}");
            for more in [&b"<script>alert(1)</script>"[..], b"PK\x03\x04", b"x", b"%PDF-1.4"] {
                assert!(with(more).contains("something else"), "{format:?}: {}", with(more));
            }
        }
        let jpeg = picture(ImageFormat::Jpeg);
        assert_eq!(said(&[&jpeg[..], &jpeg[..]].concat(), "a.mpo"), "", "some cameras send several pictures in one");
    }

    #[test]
    fn what_is_inside_an_image_is_looked_at() {
        let gif = picture(ImageFormat::Gif);
        let (start, end) = gif.split_at(gif.len() - 1);
        let with = |text: &[u8]| {
            let length = u8::try_from(text.len()).unwrap();
            said(&[start, b"\x21\xfe", &[length], text, b"\0", end].concat(), "a.gif")
        };
        assert_eq!(with(b"made by hand"), "");
        for text in [&b"<ScRipt>alert(1)</script>"[..], b"<?php system(1) ?>", b"<svg onload=alert(1)>"] {
            assert!(with(text).contains("something else"), "{}", String::from_utf8_lossy(text));
        }
        let archive = [ZIP_END, &[0; 16], &[2, 0]].concat();
        assert!(with(&archive).contains("something else"), "the rest of the picture would be the archive's comment");
    }

    #[test]
    fn other_files_and_bombs_are_refused() {
        assert_eq!(said(b"this is not an image", "text.png"), NO_IMAGE);
        assert_eq!(said(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg"), NO_IMAGE);
        assert!(said(&picture(ImageFormat::Png), "a.html").starts_with("File extension “html” is not allowed."));
        let mut bomb = Vec::new();
        let mut encoder = png_header(60_000, 60_000);
        bomb.append(&mut encoder);
        assert_eq!(said(&bomb, "bomb.png"), "Upload a valid image. It has too many pixels.");
    }

    /// The beginning of a PNG file that claims to be so large.
    fn png_header(width: u32, height: u32) -> Vec<u8> {
        let head = [&b"IHDR"[..], &width.to_be_bytes(), &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
        let mut crc = flate2::Crc::new();
        crc.update(&head);
        let idat = [&b"IDAT"[..], b"x"].concat();
        let mut other = flate2::Crc::new();
        other.update(&idat);
        [
            &b"\x89PNG\r\n\x1a\n"[..],
            &13_u32.to_be_bytes(),
            &head,
            &crc.sum().to_be_bytes(),
            &1_u32.to_be_bytes(),
            &idat,
            &other.sum().to_be_bytes(),
        ]
        .concat()
    }
}

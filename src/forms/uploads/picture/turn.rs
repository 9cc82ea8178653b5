//! Rotates the pixels of a picture upright.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Write as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder as _, ImageEncoder, ImageFormat, ImageReader};
use tempfile::NamedTempFile;

/// The maximum number of pixels to rotate: larger pictures need too much memory.
const MOST_PIXELS: u64 = 25_000_000;
/// The quality of a JPEG that was rotated, close to that of cameras. PNG and WebP lose nothing.
const QUALITY: u8 = 92;

/// Pictures are rotated one after the other, so that many simultaneous uploads need the memory of
/// one.
static TURN: Mutex<()> = Mutex::new(());

/// Returns a copy of the picture at `path` that needs no orientation; `None` if the picture is too
/// large to rotate.
pub(super) fn upright(
    path: &Path,
    format: ImageFormat,
    orientation: u8,
    pixels: u64,
) -> io::Result<Option<NamedTempFile>> {
    let Some(orientation) = Orientation::from_exif(orientation).filter(|_| pixels <= MOST_PIXELS)
    else {
        return Ok(None);
    };
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let reader = ImageReader::with_format(BufReader::new(File::open(path)?), format);
    let mut decoder = reader.into_decoder().map_err(io::Error::other)?;
    let profile = decoder
        .icc_profile()
        .ok()
        .flatten()
        .filter(|profile| is_for_screens(profile));
    let mut picture = DynamicImage::from_decoder(decoder).map_err(io::Error::other)?;
    picture.apply_orientation(orientation);

    let file = NamedTempFile::new()?;
    let mut to = BufWriter::new(file.as_file());
    match format {
        ImageFormat::Png => write(PngEncoder::new(&mut to), &picture, profile)?,
        ImageFormat::WebP => {
            let has_alpha = picture.color().has_alpha();
            let picture = if has_alpha {
                DynamicImage::ImageRgba8(picture.into_rgba8())
            } else {
                DynamicImage::ImageRgb8(picture.into_rgb8())
            };
            write(WebPEncoder::new_lossless(&mut to), &picture, profile)?;
        }
        _ => {
            let picture = match picture {
                grey @ DynamicImage::ImageLuma8(_) => grey,
                other => DynamicImage::ImageRgb8(other.into_rgb8()),
            };
            write(
                JpegEncoder::new_with_quality(&mut to, QUALITY),
                &picture,
                profile,
            )?;
        }
    }
    to.flush()?;
    drop(to);
    Ok(Some(file))
}

fn write(
    mut encoder: impl ImageEncoder,
    picture: &DynamicImage,
    profile: Option<Vec<u8>>,
) -> io::Result<()> {
    if let Some(profile) = profile {
        encoder.set_icc_profile(profile).map_err(io::Error::other)?;
    }
    let (width, height) = (picture.width(), picture.height());
    encoder
        .write_image(picture.as_bytes(), width, height, picture.color().into())
        .map_err(io::Error::other)
}

/// Whether a colour profile fits the decoded pixels. Profiles for print (CMYK) do not.
fn is_for_screens(profile: &[u8]) -> bool {
    matches!(profile.get(16..20), Some(b"RGB " | b"GRAY"))
}

//! Turns the pixels of a JPEG picture upright.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Write as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use image::codecs::jpeg::{JpegDecoder, JpegEncoder};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder as _, ImageEncoder as _};
use tempfile::NamedTempFile;

/// The most pixels that are turned: beyond that, the memory for it is not worth what it spares.
const MOST_PIXELS: u64 = 25_000_000;
/// Close to what cameras save themselves.
const QUALITY: u8 = 92;

/// Pictures are turned one after the other, so that many uploads at once need the memory of one.
static TURN: Mutex<()> = Mutex::new(());

/// Returns a copy of the JPEG file at `path` that needs no orientation; `None` if it is too large to be turned.
pub(super) fn upright(path: &Path, orientation: u8, pixels: u64) -> io::Result<Option<NamedTempFile>> {
    let Some(orientation) = Orientation::from_exif(orientation).filter(|_| pixels <= MOST_PIXELS) else {
        return Ok(None);
    };
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let mut decoder = JpegDecoder::new(BufReader::new(File::open(path)?)).map_err(io::Error::other)?;
    let profile = decoder.icc_profile().ok().flatten().filter(|profile| is_for_screens(profile));
    let mut picture = DynamicImage::from_decoder(decoder).map_err(io::Error::other)?;
    picture.apply_orientation(orientation);

    let file = NamedTempFile::new()?;
    let mut to = BufWriter::new(file.as_file());
    let mut encoder = JpegEncoder::new_with_quality(&mut to, QUALITY);
    if let Some(profile) = profile {
        encoder.set_icc_profile(profile).map_err(io::Error::other)?;
    }
    let picture = match picture {
        grey @ DynamicImage::ImageLuma8(_) => grey,
        other => DynamicImage::ImageRgb8(other.into_rgb8()),
    };
    let (width, height) = (picture.width(), picture.height());
    encoder.write_image(picture.as_bytes(), width, height, picture.color().into()).map_err(io::Error::other)?;
    to.flush()?;
    drop(to);
    Ok(Some(file))
}

/// Whether a colour profile fits the pixels as they are decoded. Those for print (CMYK) do not.
fn is_for_screens(profile: &[u8]) -> bool {
    matches!(profile.get(16..20), Some(b"RGB " | b"GRAY"))
}

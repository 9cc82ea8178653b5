//! Pictures from phones and programs: the parts that are kept or cut off, and the pictures that are
//! refused.

use std::io::Cursor;

use image::{DynamicImage, GenericImageView as _, ImageDecoder as _};

use super::*;
use crate::forms::uploads::content::Content;

/// Photos with a place, a device, a comment and an orientation; see `tests/it/photos/make.py`.
const PHOTOS: [(&str, &[u8]); 5] = [
    (
        "jpg",
        include_bytes!("../../../../tests/it/photos/photo.jpg"),
    ),
    (
        "png",
        include_bytes!("../../../../tests/it/photos/photo.png"),
    ),
    (
        "webp",
        include_bytes!("../../../../tests/it/photos/photo.webp"),
    ),
    (
        "avif",
        include_bytes!("../../../../tests/it/photos/photo.avif"),
    ),
    (
        "gif",
        include_bytes!("../../../../tests/it/photos/photo.gif"),
    ),
];
const SECRETS: [&[u8]; 4] = [
    b"SECRET-DEVICE",
    b"SECRET-DAY",
    b"SECRET-COMMENT",
    b"SECRET-XMP",
];
const FORMATS: [ImageFormat; 5] = [
    ImageFormat::Bmp,
    ImageFormat::Gif,
    ImageFormat::Jpeg,
    ImageFormat::Png,
    ImageFormat::WebP,
];

fn picture(format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image::RgbImage::from_pixel(8, 6, image::Rgb([200, 10, 10]))
        .write_to(&mut bytes, format)
        .unwrap();
    bytes.into_inner()
}

fn cleaned(bytes: &[u8], keep_metadata: bool) -> Result<Vec<u8>, String> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x");
    std::fs::write(&path, bytes).unwrap();
    let Content::Picture(format) = Content::detect(bytes) else {
        return Err("no picture".to_owned());
    };
    clean(&path, format, keep_metadata).map(|copy| std::fs::read(copy.path()).unwrap())
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|there| there == part)
}

fn decoded(bytes: &[u8]) -> DynamicImage {
    image::load_from_memory(bytes).unwrap()
}

#[test]
fn a_copy_ends_where_the_picture_ends() {
    for format in FORMATS {
        let bytes = picture(format);
        let alone = cleaned(&bytes, false).unwrap();
        assert_eq!(
            decoded(&alone),
            decoded(&bytes),
            "the pixels of a {format:?} stay as they are"
        );
        for cut in [20, bytes.len() / 2, bytes.len() - 1] {
            assert!(
                cleaned(&bytes[..cut], false).is_err(),
                "{format:?} cut off after {cut} bytes is not a whole picture"
            );
        }
        for more in [
            &b"\0\0\r\n"[..],
            b"\0\0\x01\x0a\x0e\0\0\0Image_UTC_Data1700000000000SEFH\x6b\0\0\0\x01\0\0\0SEFT",
            b"MotionPhoto_Data\0\0\0\x18ftypmp42\0\0\0\0isommp42\0\0\0\x08mdat",
            b"<script>alert(1)</script>",
            b"PK\x03\x04",
            b"%PDF-1.4",
            &bytes,
        ] {
            for keep_metadata in [false, true] {
                let cut = cleaned(&[&bytes[..], more].concat(), keep_metadata).unwrap();
                assert_eq!(
                    cut,
                    alone,
                    "what follows a {format:?} is cut off: {}",
                    String::from_utf8_lossy(more)
                );
            }
        }
    }
    let avif = PHOTOS[3].1;
    let alone = cleaned(avif, true).unwrap();
    for more in [
        &b"SEFT"[..],
        b"\0\0\0\x18ftypmp42\0\0\0\0isommp42",
        b"\0\0\0\x10mpvdxxxxxxxx",
    ] {
        assert_eq!(
            cleaned(&[avif, more].concat(), true).unwrap(),
            alone,
            "what follows an AVIF picture is cut off"
        );
    }
}

#[test]
fn a_copy_holds_no_metadata_unless_it_is_to_be_kept() {
    for (name, bytes) in PHOTOS {
        let (bare, whole) = (
            cleaned(bytes, false).unwrap(),
            cleaned(bytes, true).unwrap(),
        );
        for secret in SECRETS {
            let text = String::from_utf8_lossy(secret);
            assert!(!holds(&bare, secret), "{name} should be without {text}");
            assert_eq!(
                holds(&whole, secret),
                holds(bytes, secret),
                "{name} should keep {text}"
            );
        }
        if name != "avif" {
            assert_eq!(
                decoded(&whole),
                decoded(bytes),
                "the pixels of {name} stay as they are"
            );
        }
        assert_eq!(
            cleaned(&bare, false).unwrap(),
            bare,
            "a copy of {name} is the same when it is copied once more"
        );
    }
}

#[test]
fn a_copy_is_upright_and_keeps_its_colour_profile() {
    for (name, bytes) in &PHOTOS[..3] {
        let bare = cleaned(bytes, false).unwrap();
        let format = image::guess_format(&bare).unwrap();
        let mut decoder = ImageReader::with_format(Cursor::new(&bare), format)
            .into_decoder()
            .unwrap();
        assert_eq!(
            decoder.orientation().unwrap().to_exif(),
            1,
            "{name} need not be turned any more"
        );
        assert!(
            decoder.icc_profile().unwrap().is_some(),
            "{name} should keep its colour profile"
        );
        let picture = decoded(&bare);
        assert_eq!(
            picture.dimensions(),
            (16, 32),
            "the pixels of {name} are turned"
        );
        let (top, bottom) = (picture.get_pixel(8, 4), picture.get_pixel(8, 28));
        assert!(
            top[0] > 180 && bottom[2] > 180,
            "{name}: turned to the right, the left is on top: {top:?}, {bottom:?}"
        );
    }
}

#[test]
fn an_avif_picture_is_checked_box_by_box() {
    let avif = PHOTOS[3].1;
    for cut in [10, 40, 200, avif.len() / 2, avif.len() - 1] {
        assert!(
            cleaned(&avif[..cut], false).is_err(),
            "an AVIF file cut off after {cut} bytes is damaged"
        );
    }
    for part in [&b"av1C"[..], b"ispe", b"pitm", b"iloc", b"pict"] {
        let at = avif.windows(4).position(|there| there == part).unwrap();
        let mut damaged = avif.to_vec();
        damaged[at..at + 4].copy_from_slice(b"xxxx");
        assert!(
            cleaned(&damaged, false).is_err(),
            "an AVIF file needs {}",
            String::from_utf8_lossy(part)
        );
    }
    let at = avif.windows(4).position(|there| there == b"ispe").unwrap();
    let mut bomb = avif.to_vec();
    bomb[at + 8..at + 16].copy_from_slice(&[0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60]);
    assert_eq!(cleaned(&bomb, false), Err(TOO_LARGE.to_owned()));
}

#[test]
fn a_changed_byte_causes_no_panic_while_copying() {
    for (_, bytes) in PHOTOS {
        for at in 0..bytes.len().min(700) {
            for value in [0, 0x7F, 0xFF] {
                let mut changed = bytes.to_vec();
                changed[at] = value;
                // Any result is fine, as long as the function returns.
                let _ = cleaned(&changed, false);
            }
        }
    }
}

#[test]
fn the_remaining_parts_of_a_picture_are_checked() {
    let gif = picture(ImageFormat::Gif);
    let (start, end) = gif.split_at(gif.len() - 1);
    let with = |text: &[u8]| {
        let length = u8::try_from(text.len()).unwrap();
        [start, b"\x21\xfe", &[length], text, b"\0", end].concat()
    };
    for text in [
        &b"<ScRipt>alert(1)</script>"[..],
        b"<?php system(1) ?>",
        b"<svg onload=alert(1)>",
    ] {
        assert_eq!(
            cleaned(&with(text), true),
            Err(SOMETHING_ELSE.to_owned()),
            "a comment is kept"
        );
        assert_eq!(
            cleaned(&with(text), false).unwrap(),
            gif,
            "a comment is left out"
        );
    }
    assert!(cleaned(&with(b"made by hand"), true).is_ok());
}

#[test]
fn incomplete_pictures_are_refused() {
    assert_eq!(
        cleaned(b"\x89PNG\r\n\x1a\n", false),
        Err(NO_IMAGE.to_owned())
    );
    assert_eq!(cleaned(b"GIF89a", false), Err(NO_IMAGE.to_owned()));
    let head = [
        &b"IHDR"[..],
        &60_000_u32.to_be_bytes(),
        &60_000_u32.to_be_bytes(),
        &[8, 2, 0, 0, 0],
    ]
    .concat();
    let chunk = |data: &[u8]| {
        let mut sum = flate2::Crc::new();
        sum.update(data);
        let length = u32::try_from(data.len() - 4).unwrap();
        [&length.to_be_bytes(), data, &sum.sum().to_be_bytes()].concat()
    };
    let bomb = [&b"\x89PNG\r\n\x1a\n"[..], &chunk(&head), &chunk(b"IDATx")].concat();
    assert_eq!(cleaned(&bomb, false), Err(TOO_LARGE.to_owned()));
}

//! Reads and writes the orientation, the only part of EXIF that a picture needs.

/// The tag of the orientation.
const ORIENTATION: u16 = 0x0112;

/// Returns the orientation, 2 to 8, in a TIFF block; `None` for an upright picture or a damaged
/// block.
pub(super) fn orientation(block: &[u8]) -> Option<u8> {
    let block = block.strip_prefix(b"Exif\0\0").unwrap_or(block);
    let is_little = match block.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let short = |at: usize| {
        let bytes: [u8; 2] = block.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if is_little {
            u16::from_le_bytes(bytes)
        } else {
            u16::from_be_bytes(bytes)
        })
    };
    let long = |at: usize| {
        let bytes: [u8; 4] = block.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if is_little {
            u32::from_le_bytes(bytes)
        } else {
            u32::from_be_bytes(bytes)
        })
    };
    let directory = usize::try_from(long(4)?).ok()?;
    let entries = usize::from(short(directory)?);
    let at = |entry: usize| directory.checked_add(2 + entry * 12);
    let found = (0..entries)
        .filter_map(at)
        .find(|at| short(*at) == Some(ORIENTATION))?;
    u8::try_from(short(found.checked_add(8)?)?)
        .ok()
        .filter(|value| (2..=8).contains(value))
}

/// Returns a TIFF block that contains only an orientation.
pub(super) fn minimal(orientation: u8) -> Vec<u8> {
    let mut block = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    block.push(orientation);
    block.extend([0; 6]);
    block
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minimal_block_holds_the_orientation_only() {
        for value in 2..=8 {
            assert_eq!(minimal(value).len(), 26);
            assert_eq!(orientation(&minimal(value)), Some(value));
        }
        assert_eq!(orientation(&minimal(1)), None, "1 is upright");
        assert_eq!(
            orientation(b"MM\0*\xff\xff\xff\xff"),
            None,
            "the directory lies outside the block"
        );
        assert_eq!(
            orientation(b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"),
            Some(6)
        );
    }
}

//! Checks the boxes of an AVIF file (ISO/IEC 14496-12 and 23008-12) without decoding the picture.
//!
//! Offsets in such a file count from its beginning, so nothing is removed. Private data are
//! overwritten with zeros in place.

use std::io;
use std::ops::Range;

use super::walk::damaged;

/// The boxes of a file. Other boxes after the picture do not belong to it.
const TOP: [&[u8; 4]; 8] = [
    b"ftyp", b"meta", b"mdat", b"free", b"skip", b"moov", b"uuid", b"pdin",
];
/// Item types that are pictures, or composed of pictures.
const PICTURES: [&[u8; 4]; 4] = [b"av01", b"grid", b"iovl", b"iden"];
/// Boxes inside a movie that contain other boxes.
const CONTAINERS: [&[u8; 4]; 3] = [b"moov", b"trak", b"mdia"];

/// A box: its type, its whole range, and the range of its content.
struct Part {
    kind: [u8; 4],
    whole: Range<usize>,
    content: Range<usize>,
    /// Whether the box has no length, and so extends to the end.
    is_open: bool,
}

/// The properties of one item of the file.
#[derive(Clone)]
struct Item {
    id: u32,
    kind: [u8; 4],
    /// The positions of the item's type and of the names after it.
    kind_at: usize,
    names: Range<usize>,
}

/// Checks the file, truncates it at the end of the picture, and erases its metadata unless
/// `keep_metadata`. Returns the largest width and the largest height in the file.
pub(super) fn clean(bytes: &mut Vec<u8>, keep_metadata: bool) -> io::Result<(u32, u32)> {
    let parts = top_parts(bytes);
    let meta = parts
        .iter()
        .find(|part| &part.kind == b"meta")
        .ok_or_else(damaged)?;
    let inside = children(bytes, skipped(&meta.content, 4)?)?;
    let find = |kind: &[u8; 4]| {
        inside
            .iter()
            .find(|part| &part.kind == kind)
            .map(|part| part.content.clone())
    };

    let handler = skipped(&find(b"hdlr").ok_or_else(damaged)?, 8)?;
    if bytes.get(handler.start..handler.start + 4) != Some(b"pict") {
        return Err(damaged());
    }
    let items = items(bytes, find(b"iinf").ok_or_else(damaged)?)?;
    let stored = find(b"idat");
    let places = places(bytes, find(b"iloc").ok_or_else(damaged)?, stored.as_ref())?;
    let primary = primary(bytes, find(b"pitm").ok_or_else(damaged)?)?;
    let picture = items
        .iter()
        .find(|item| item.id == primary)
        .ok_or_else(damaged)?;
    if !PICTURES.contains(&&picture.kind) {
        return Err(damaged());
    }
    let own = |id: u32| {
        places
            .iter()
            .filter(move |(item, _)| *item == id)
            .map(|(_, place)| place.clone())
    };
    let coded: Vec<Range<usize>> = items
        .iter()
        .filter(|item| &item.kind == b"av01")
        .filter_map(|item| own(item.id).next())
        .collect();
    if coded.is_empty() || !coded.iter().all(|place| is_av1(&bytes[place.clone()])) {
        return Err(damaged());
    }
    let size = largest(bytes, find(b"iprp").ok_or_else(damaged)?)?;

    let mut end = parts.last().map_or(0, |part| part.whole.end);
    let has_film = parts.iter().any(|part| &part.kind == b"moov");
    if let Some(last) = parts
        .last()
        .filter(|part| part.is_open && &part.kind == b"mdat" && !has_film)
    {
        let used = places
            .iter()
            .map(|(_, place)| place.end)
            .max()
            .unwrap_or(end);
        end = used.max(last.content.start);
    }
    let mut erased: Vec<Range<usize>> = Vec::new();
    let mut renamed: Vec<usize> = Vec::new();
    // Free space and private boxes can be erased, because no reader needs them.
    let of_no_use = |part: &Part| matches!(&part.kind, b"free" | b"skip" | b"uuid");
    for part in parts.iter().chain(&inside).filter(|part| of_no_use(part)) {
        if !keep_metadata || &part.kind != b"uuid" {
            erased.push(part.content.clone());
            renamed.push(part.whole.start + 4);
        }
    }
    if !keep_metadata {
        for item in items
            .iter()
            .filter(|item| matches!(&item.kind, b"Exif" | b"mime" | b"uri "))
        {
            erased.extend(own(item.id));
            erased.push(item.names.clone());
            renamed.push(item.kind_at);
        }
        for part in parts.iter().filter(|part| &part.kind == b"moov") {
            film(bytes, part.content.clone(), 0, &mut erased, &mut renamed)?;
        }
    }
    for place in erased {
        bytes[place].fill(0);
    }
    for place in renamed {
        bytes
            .get_mut(place..place + 4)
            .ok_or_else(damaged)?
            .copy_from_slice(b"free");
    }
    bytes.truncate(end);
    Ok(size)
}

/// Returns the boxes of the file up to the first one that does not belong there.
fn top_parts(bytes: &[u8]) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let is_expected =
            |part: &Part| TOP.contains(&&part.kind) && (at == 0) == (&part.kind == b"ftyp");
        match part(bytes, at..bytes.len()).filter(is_expected) {
            Some(part) => {
                at = part.whole.end;
                parts.push(part);
            }
            None => break,
        }
    }
    parts
}

/// Lists the boxes with descriptions inside a movie.
fn film(
    bytes: &[u8],
    place: Range<usize>,
    depth: u8,
    erased: &mut Vec<Range<usize>>,
    renamed: &mut Vec<usize>,
) -> io::Result<()> {
    for part in children(bytes, place)? {
        if matches!(&part.kind, b"udta" | b"meta" | b"uuid" | b"free" | b"skip") {
            erased.push(part.content.clone());
            renamed.push(part.whole.start + 4);
        } else if CONTAINERS.contains(&&part.kind) && depth < 4 {
            film(bytes, part.content, depth + 1, erased, renamed)?;
        }
    }
    Ok(())
}

/// Returns the box at the beginning of `place`.
fn part(bytes: &[u8], place: Range<usize>) -> Option<Part> {
    let start = place.start;
    let head = bytes.get(start..start.checked_add(8)?.min(place.end))?;
    let kind = head.get(4..8)?.try_into().ok()?;
    let (size, head) = match u32::from_be_bytes(head[..4].try_into().ok()?) {
        0 => (place.end - start, 8),
        1 => {
            let size: [u8; 8] = bytes
                .get(start + 8..start.checked_add(16)?)?
                .try_into()
                .ok()?;
            (usize::try_from(u64::from_be_bytes(size)).ok()?, 16)
        }
        size => (usize::try_from(size).ok()?, 8),
    };
    let end = start
        .checked_add(size)
        .filter(|end| *end <= place.end && size >= head)?;
    let is_open = bytes[start..start + 4] == [0; 4];
    Some(Part {
        kind,
        whole: start..end,
        content: start + head..end,
        is_open,
    })
}

fn children(bytes: &[u8], place: Range<usize>) -> io::Result<Vec<Part>> {
    let mut parts = Vec::new();
    let mut at = place.start;
    while at < place.end {
        let part = part(bytes, at..place.end).ok_or_else(damaged)?;
        at = part.whole.end;
        parts.push(part);
    }
    Ok(parts)
}

fn skipped(place: &Range<usize>, count: usize) -> io::Result<Range<usize>> {
    if place.len() < count {
        Err(damaged())
    } else {
        Ok(place.start + count..place.end)
    }
}

/// Reads numbers one after the other.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    end: usize,
}

impl<'a> Reader<'a> {
    fn new(bytes: &'a [u8], place: Range<usize>) -> Self {
        Self {
            bytes,
            at: place.start,
            end: place.end,
        }
    }

    /// Reads a number of `size` bytes, at most 8.
    fn number(&mut self, size: usize) -> io::Result<usize> {
        let end = self.at + size;
        if end > self.end {
            return Err(damaged());
        }
        let read = self.bytes[self.at..end]
            .iter()
            .fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
        self.at = end;
        usize::try_from(read).map_err(|_| damaged())
    }

    fn id(&mut self, is_long: bool) -> io::Result<u32> {
        u32::try_from(self.number(if is_long { 4 } else { 2 })?).map_err(|_| damaged())
    }
}

fn primary(bytes: &[u8], place: Range<usize>) -> io::Result<u32> {
    let mut read = Reader::new(bytes, place);
    let version = read.number(4)? >> 24;
    read.id(version > 0)
}

/// Reads `iinf`, the list of items.
fn items(bytes: &[u8], place: Range<usize>) -> io::Result<Vec<Item>> {
    let mut read = Reader::new(bytes, place.clone());
    let version = read.number(4)? >> 24;
    read.number(if version == 0 { 2 } else { 4 })?;
    let entries = children(bytes, read.at..place.end)?;
    let item = |part: &Part| {
        let mut read = Reader::new(bytes, part.content.clone());
        let version = read.number(4)? >> 24;
        if &part.kind != b"infe" || version < 2 {
            return Err(damaged());
        }
        let id = read.id(version > 2)?;
        read.number(2)?;
        let kind_at = read.at;
        let kind = u32::try_from(read.number(4)?)
            .map_err(|_| damaged())?
            .to_be_bytes();
        Ok(Item {
            id,
            kind,
            kind_at,
            names: read.at..part.content.end,
        })
    };
    entries.iter().map(item).collect()
}

/// Reads `iloc`, the positions of the items in the file. Items in other files count as damaged.
fn places(
    bytes: &[u8],
    place: Range<usize>,
    stored: Option<&Range<usize>>,
) -> io::Result<Vec<(u32, Range<usize>)>> {
    let mut read = Reader::new(bytes, place);
    let version = read.number(4)? >> 24;
    let sizes = read.number(2)?;
    let [offset_size, length_size, base_size, index_size] =
        [12, 8, 4, 0].map(|shift| (sizes >> shift) & 15);
    if version > 2
        || [offset_size, length_size, base_size]
            .iter()
            .any(|size| !matches!(size, 0 | 4 | 8))
    {
        return Err(damaged());
    }
    let count = read.number(if version == 2 { 4 } else { 2 })?;
    let mut found = Vec::new();
    for _ in 0..count {
        let id = read.id(version == 2)?;
        let method = if version > 0 { read.number(2)? & 15 } else { 0 };
        let other_file = read.number(2)?;
        let base = read.number(base_size)?;
        let extents = read.number(2)?;
        // 0: from the beginning of the file. 1: inside the box `idat`. 2: derived from another
        // item.
        let within = match (method, stored) {
            (0, _) => 0..bytes.len(),
            (1, Some(stored)) => stored.clone(),
            _ => return Err(damaged()),
        };
        for _ in 0..extents {
            if version > 0 {
                read.number(index_size)?;
            }
            let offset = read.number(offset_size)?;
            let length = read.number(length_size)?;
            let start = within
                .start
                .checked_add(base)
                .and_then(|at| at.checked_add(offset))
                .ok_or_else(damaged)?;
            let end = start.checked_add(length).ok_or_else(damaged)?;
            if other_file != 0 || length == 0 || end > within.end {
                return Err(damaged());
            }
            found.push((id, start..end));
        }
    }
    Ok(found)
}

/// Whether `data` may begin with AV1 data: the header of a unit of a type that can come first.
fn is_av1(data: &[u8]) -> bool {
    data.first()
        .is_some_and(|byte| byte & 0x80 == 0 && matches!((byte >> 3) & 15, 1 | 2 | 3 | 5 | 6 | 15))
}

/// Reads `iprp`: returns the largest sizes in its properties. A description of AV1 is required as
/// well.
fn largest(bytes: &[u8], place: Range<usize>) -> io::Result<(u32, u32)> {
    let boxes = children(bytes, place)?;
    let properties = boxes
        .iter()
        .find(|part| &part.kind == b"ipco")
        .ok_or_else(damaged)?;
    let (mut width, mut height, mut is_described) = (0, 0, false);
    for part in children(bytes, properties.content.clone())? {
        let mut read = Reader::new(bytes, part.content.clone());
        match &part.kind {
            b"ispe" => {
                read.number(4)?;
                width = width.max(read.id(true)?);
                height = height.max(read.id(true)?);
            }
            b"av1C" => is_described |= read.number(1)? == 0x81,
            _ => {}
        }
    }
    if is_described {
        Ok((width, height))
    } else {
        Err(damaged())
    }
}

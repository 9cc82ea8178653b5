#![expect(clippy::disallowed_methods, reason = "Cargo speaks to build scripts through the environment")]
//! Compiles what the binary carries with it: `static/` (hashed names, compressed twice) and SQLite's statement timeout.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use md5::{Digest, Md5};

/// Below this many bytes a compressed copy saves nothing.
const WORTH_COMPRESSING: usize = 256;

fn main() -> io::Result<()> {
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("OUT_DIR"))?);
    statement_timeout();
    demo_pictures(Path::new("src/apps/catalog/fixtures/products"), &out)?;
    static_files(Path::new("static"), &out)
}

/// SQLite has no statement timeout, Diesel 2.3 has no progress handler, and this package has no unsafe code: a few lines of
/// C register an SQL function with SQLite when the program starts (ADR 4).
fn statement_timeout() {
    const SOURCE: &str = "src/db/sqlite/statement_timeout.c";
    let mut build = cc::Build::new();
    println!("cargo:rerun-if-changed={SOURCE}");
    build.opt_level(3).file(SOURCE);
    if let Some(include) = env::var_os("DEP_SQLITE3_INCLUDE") {
        build.include(include);
    }
    // Nothing in Rust names a symbol of it, so the linker must be told to keep it.
    build.link_lib_modifier("+whole-archive").compile("nuages_statement_timeout");
}

/// Writes `demo_pictures.rs`: the pictures of the demo shop as a slice of `(file name, content)`.
fn demo_pictures(folder: &Path, out: &Path) -> io::Result<()> {
    let mut pictures = Vec::new();
    walk(folder, &mut pictures)?;
    pictures.sort();
    let mut code = "&[\n".to_owned();
    for picture in pictures {
        let name = picture.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let _ = writeln!(code, "    ({name:?}, include_bytes!({:?})),", picture.canonicalize()?.display().to_string());
    }
    fs::write(out.join("demo_pictures.rs"), code + "]")
}

struct Asset {
    path: String,
    hashed: String,
    hash: String,
    body: Vec<u8>,
}

fn walk(dir: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    println!("cargo:rerun-if-changed={}", dir.display());
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            walk(&path, found)?;
        } else {
            println!("cargo:rerun-if-changed={}", path.display());
            found.push(path);
        }
    }
    Ok(())
}

/// Writes `assets.rs`: a constant with the hashed URL of each file, and the table that `http::static_files` serves.
fn static_files(root: &Path, out: &Path) -> io::Result<()> {
    let mut paths = Vec::new();
    walk(root, &mut paths)?;
    // Style sheets last: they name other files, whose hashed names must be known.
    paths.sort_by_key(|path| (path.extension().is_some_and(|e| e == "css"), path.clone()));
    let mut urls = BTreeMap::new();
    let mut assets = Vec::new();
    for file in paths {
        let path = file.strip_prefix(root).map_err(io::Error::other)?.to_string_lossy().replace('\\', "/");
        let mut body = fs::read(&file)?;
        if let Some(folder) = path.strip_suffix(".css").map(|_| path.rsplit_once('/').map_or("", |p| p.0)) {
            body = with_hashed_urls(&String::from_utf8_lossy(&body), folder, &urls)?.into_bytes();
        }
        // Django's ManifestStaticFilesStorage: the first 12 hex digits of MD5 before the extension.
        let hash: String = Md5::digest(&body).iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        let hashed = match path.rsplit_once('.') {
            Some((stem, extension)) => format!("{stem}.{}.{extension}", &hash[..12]),
            None => format!("{path}.{}", &hash[..12]),
        };
        urls.insert(path.clone(), hashed.clone());
        assets.push(Asset { path, hashed, hash, body });
    }
    write_table(&assets, out)
}

/// `url(x)` in a style sheet, with `x` replaced by its hashed name; an unknown name stops the build.
fn with_hashed_urls(css: &str, folder: &str, urls: &BTreeMap<String, String>) -> io::Result<String> {
    let mut done = String::new();
    let mut rest = css;
    while let Some(at) = rest.find("url(") {
        let (before, after) = rest.split_at(at + 4);
        let (inside, tail) =
            after.split_once(')').ok_or_else(|| io::Error::other("a style sheet has url( without )"))?;
        done.push_str(before);
        let name = inside.trim_matches(['"', '\'']);
        if name.starts_with("data:") || name.starts_with('#') {
            done.push_str(inside);
        } else {
            let mut target: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
            for part in name.split('/') {
                match part {
                    ".." => drop(target.pop()),
                    "." => {}
                    part => target.push(part),
                }
            }
            let hashed = urls
                .get(&target.join("/"))
                .ok_or_else(|| io::Error::other(format!("static/{folder}: no file for url({name})")))?;
            // Relative, so that the address holds below any path that the site is served at.
            let up = "../".repeat(folder.split('/').filter(|part| !part.is_empty()).count());
            let _ = write!(done, "\"{up}{hashed}\"");
        }
        done.push(')');
        rest = tail;
    }
    done.push_str(rest);
    Ok(done)
}

fn write_table(assets: &[Asset], out: &Path) -> io::Result<()> {
    let mut code = String::new();
    let mut table = String::new();
    for (index, asset) in assets.iter().enumerate() {
        let name: String =
            asset.path.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect();
        let _ = writeln!(
            code,
            "/// The URL of `static/{}`.\npub const {name}: &str = \"/static/{}\";",
            asset.path, asset.hashed
        );
        let base = out.join(format!("asset-{index}"));
        fs::write(&base, &asset.body)?;
        let compressed = |ending: &str, bytes: Vec<u8>| -> io::Result<String> {
            if asset.body.len() < WORTH_COMPRESSING || bytes.len() >= asset.body.len() {
                return Ok("None".to_owned());
            }
            let file = base.with_extension(ending);
            fs::write(&file, bytes)?;
            Ok(format!("Some(include_bytes!({:?}))", file.display().to_string()))
        };
        let brotli = compressed("br", brotli(&asset.body)?)?;
        let gzip = compressed("gz", gzip(&asset.body)?)?;
        let _ = writeln!(
            table,
            "    StaticFile {{ path: {:?}, hashed: {:?}, etag: \"\\\"{}\\\"\", body: include_bytes!({:?}), brotli: {brotli}, gzip: {gzip} }},",
            asset.path,
            asset.hashed,
            asset.hash,
            base.display().to_string()
        );
    }
    let _ = writeln!(code, "pub(crate) static FILES: &[StaticFile] = &[\n{table}];");
    fs::write(out.join("assets.rs"), code)
}

fn brotli(body: &[u8]) -> io::Result<Vec<u8>> {
    let mut done = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams::default();
    brotli::BrotliCompress(&mut &*body, &mut done, &parameters)?;
    Ok(done)
}

fn gzip(body: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(body)?;
    encoder.finish()
}

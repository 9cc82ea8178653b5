//! Functions for the build script of a site: compiles the files of its `static/` folder into its
//! program, under names that contain a hash of their content, compressed with Brotli and gzip.
//!
//! ```no_run
//! // build.rs
//! fn main() -> std::io::Result<()> {
//!     nuages_build::static_files("static")
//! }
//! ```
//!
//! The program then calls `nuages::static_files!();` in its crate root, which creates the module
//! `assets`: a constant for the URL of each file (`assets::CSS_SITE_CSS` for
//! `static/css/site.css`), and `assets::FILES` for `Project::static_files`.

#![expect(
    clippy::disallowed_methods,
    reason = "Cargo speaks to build scripts through the environment"
)]
#![expect(
    clippy::print_stdout,
    reason = "build scripts speak to Cargo through standard output"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use md5::{Digest, Md5};

/// Smaller files (in bytes) are not compressed, because that saves nothing.
const WORTH_COMPRESSING: usize = 256;

/// Compiles every file below `root`, which is relative to the package's folder. Style sheets whose
/// names begin with `_` are only used by the `@import` of others.
///
/// # Errors
/// Returns an error if a file cannot be read, or if a style sheet refers to a file that does not
/// exist below `root`.
pub fn static_files(root: &str) -> io::Result<()> {
    static_files_where(root, |_| true, "static_files.rs")
}

/// Compiles the files below `root` for whose path (relative to `root`, with `/`) `is_included`
/// returns true, into `OUT_DIR/table`.
///
/// # Errors
/// Returns an error if a file cannot be read, or if a style sheet refers to a file that is not
/// compiled.
pub fn static_files_where(
    root: &str,
    is_included: impl Fn(&str) -> bool,
    table: &str,
) -> io::Result<()> {
    let root = Path::new(root);
    let mut paths = Vec::new();
    walk(root, &mut paths)?;
    let is_partial = |path: &Path| {
        path.file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with('_'))
    };
    paths.retain(|path| !is_partial(path));
    paths.retain(|path| {
        path.strip_prefix(root)
            .is_ok_and(|path| is_included(&with_slashes(path)))
    });
    // `nuages::migrations!` reads this folder, so a new migration compiles the site again.
    if Path::new("migrations").is_dir() {
        println!("cargo:rerun-if-changed=migrations");
    }
    write_table(&assets(root, paths)?, &out_dir()?, table)
}

/// Writes `OUT_DIR/table`: every file below `folder` as a slice of `(file name, content)`, for
/// `include!`.
///
/// # Errors
/// Returns an error if a file cannot be read.
pub fn embedded_files(folder: &str, table: &str) -> io::Result<()> {
    let mut files = Vec::new();
    walk(Path::new(folder), &mut files)?;
    files.sort();
    let mut code = "&[\n".to_owned();
    for file in files {
        let name = file
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let path = file.canonicalize()?.display().to_string();
        let _ = writeln!(code, "    ({name:?}, include_bytes!({path:?})),");
    }
    fs::write(out_dir()?.join(table), code + "]")
}

fn out_dir() -> io::Result<PathBuf> {
    env::var_os("OUT_DIR")
        .map(PathBuf::from)
        .ok_or_else(|| io::Error::other("OUT_DIR is not set"))
}

/// Lists every file below `folder`, and tells Cargo to run the build script again when one changes.
fn walk(folder: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    println!("cargo:rerun-if-changed={}", folder.display());
    for entry in fs::read_dir(folder)? {
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

fn with_slashes(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

struct Asset {
    path: String,
    hashed: String,
    hash: String,
    body: Vec<u8>,
}

fn assets(root: &Path, mut paths: Vec<PathBuf>) -> io::Result<Vec<Asset>> {
    // Style sheets come last, because they refer to other files by their hashed names.
    paths.sort_by_key(|path| (path.extension().is_some_and(|e| e == "css"), path.clone()));
    let mut urls = BTreeMap::new();
    let mut assets = Vec::new();
    for file in paths {
        let path = with_slashes(file.strip_prefix(root).map_err(io::Error::other)?);
        let mut body = fs::read(&file)?;
        if let Some(folder) = path
            .strip_suffix(".css")
            .map(|_| path.rsplit_once('/').map_or("", |p| p.0))
        {
            let text = with_imports(&file, &String::from_utf8_lossy(&body))?;
            body = with_hashed_urls(&text, folder, &urls)?.into_bytes();
        }
        // Like Django's ManifestStaticFilesStorage: the first 12 hex digits of the MD5 before the
        // extension.
        let hash: String = Md5::digest(&body)
            .iter()
            .fold(String::new(), |mut hex, byte| {
                let _ = write!(hex, "{byte:02x}");
                hex
            });
        let hashed = match path.rsplit_once('.') {
            Some((stem, extension)) => format!("{stem}.{}.{extension}", &hash[..12]),
            None => format!("{path}.{}", &hash[..12]),
        };
        urls.insert(path.clone(), hashed.clone());
        assets.push(Asset {
            path,
            hashed,
            hash,
            body,
        });
    }
    Ok(assets)
}

/// Replaces each line `@import "other.css";` of the style sheet `file` by the content of
/// `other.css`, so that a page loads one file. The path is relative to `file`. A `url(…)` in an
/// imported sheet is relative to the sheet that imports it.
fn with_imports(file: &Path, css: &str) -> io::Result<String> {
    let mut done = String::new();
    for line in css.lines() {
        if let Some(name) = line
            .strip_prefix("@import \"")
            .and_then(|rest| rest.strip_suffix("\";"))
        {
            let imported = file.parent().unwrap_or(Path::new("")).join(name);
            let text = fs::read_to_string(&imported).map_err(|error| {
                io::Error::other(format!("{}: @import {name}: {error}", file.display()))
            })?;
            done.push_str(&with_imports(&imported, &text)?);
        } else {
            done.push_str(line);
            done.push('\n');
        }
    }
    Ok(done)
}

/// Replaces the path in each `url(…)` of a style sheet by its hashed name; fails for an unknown
/// file.
fn with_hashed_urls(
    css: &str,
    folder: &str,
    urls: &BTreeMap<String, String>,
) -> io::Result<String> {
    let mut done = String::new();
    let mut rest = css;
    while let Some(at) = rest.find("url(") {
        let (before, after) = rest.split_at(at + 4);
        let (inside, tail) = after
            .split_once(')')
            .ok_or_else(|| io::Error::other("a style sheet has url( without )"))?;
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
            let hashed = urls.get(&target.join("/")).ok_or_else(|| {
                io::Error::other(format!("static/{folder}: no file for url({name})"))
            })?;
            // A relative URL works below any path at which the site is served.
            let up = "../".repeat(folder.split('/').filter(|part| !part.is_empty()).count());
            let _ = write!(done, "\"{up}{hashed}\"");
        }
        done.push(')');
        rest = tail;
    }
    done.push_str(rest);
    Ok(done)
}

/// Writes a constant with the hashed URL of each file, and the table that `http::static_file`
/// serves.
fn write_table(assets: &[Asset], out: &Path, name_of_table: &str) -> io::Result<()> {
    let mut code = String::new();
    let mut table = String::new();
    for (index, asset) in assets.iter().enumerate() {
        let name: String = asset
            .path
            .chars()
            .map(|c| {
                if c.is_ascii_alphanumeric() {
                    c.to_ascii_uppercase()
                } else {
                    '_'
                }
            })
            .collect();
        let _ = writeln!(
            code,
            "/// The URL of `static/{}`.\npub const {name}: &str = \"/static/{}\";",
            asset.path, asset.hashed
        );
        let base = out.join(format!("{name_of_table}-{index}"));
        fs::write(&base, &asset.body)?;
        let compressed = |ending: &str, bytes: Vec<u8>| -> io::Result<String> {
            if asset.body.len() < WORTH_COMPRESSING || bytes.len() >= asset.body.len() {
                return Ok("None".to_owned());
            }
            let file = base.with_extension(format!("{index}.{ending}"));
            fs::write(&file, bytes)?;
            Ok(format!(
                "Some(include_bytes!({:?}))",
                file.display().to_string()
            ))
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
    let _ = writeln!(
        code,
        "/// Every file, for the server.\npub static FILES: &[StaticFile] = &[\n{table}];"
    );
    fs::write(out.join(name_of_table), code)
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

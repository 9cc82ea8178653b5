//! The package of the running program, and how cargo builds it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::settings::package_folder;

/// The program to build again, as it was built before: package, profile and target folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::commands) struct Target {
    /// The running program.
    pub(super) program: PathBuf,
    /// The folder of its package.
    pub(super) package: PathBuf,
    /// The folder of everything that cargo builds.
    pub(super) folder: PathBuf,
    /// The arguments of `cargo build`.
    pub(super) arguments: Vec<String>,
}

impl Target {
    /// Returns the target of the running program. `None` if cargo did not build it, or if neither cargo
    /// nor the working directory names its package.
    pub(in crate::commands) fn find() -> Option<Self> {
        let program = std::env::current_exe().ok()?;
        let package = package_folder();
        if !cfg!(unix) || !package.join("Cargo.toml").is_file() {
            return None;
        }
        Self::of(&program, package.canonicalize().ok()?)
    }

    /// Returns the target of `program`, which is `target/debug/site`, `target/debug/examples/site` or
    /// one of these below the name of a platform.
    fn of(program: &Path, package: PathBuf) -> Option<Self> {
        let name = program.file_stem()?.to_str()?;
        let beside = program.parent()?;
        let is_example = beside.file_name() == Some(OsStr::new("examples"));
        let of_profile = if is_example { beside.parent()? } else { beside };
        let profile = match of_profile.file_name()?.to_str()? {
            "deps" => return None,
            "debug" => "dev",
            profile => profile,
        };

        let above = of_profile.parent()?;
        let is_target = |folder: &Path| folder.join(".rustc_info.json").is_file();
        let (folder, platform) = if is_target(above) {
            (above, None)
        } else {
            let folder = above.parent().filter(|folder| is_target(folder))?;
            (folder, above.file_name()?.to_str())
        };

        let kind = if is_example { "--example" } else { "--bin" };
        let mut arguments: Vec<String> = [kind, name, "--profile", profile, "--target-dir"]
            .map(str::to_owned)
            .into();
        arguments.push(folder.display().to_string());
        if let Some(platform) = platform {
            arguments.extend(["--target".to_owned(), platform.to_owned()]);
        }
        Some(Self {
            program: program.to_owned(),
            package,
            folder: folder.to_owned(),
            arguments,
        })
    }

    /// Returns the source files outside of the package that the program was compiled from: those of
    /// dependencies by path. Cargo lists them in a file beside the program.
    pub(super) fn files_elsewhere(&self) -> Vec<PathBuf> {
        let listed = std::fs::read_to_string(self.program.with_extension("d")).unwrap_or_default();
        let files = listed.split_once(": ").map_or("", |(_, files)| files);
        files
            .replace("\\ ", "\0")
            .split_whitespace()
            .map(|file| PathBuf::from(file.replace('\0', " ")))
            .filter(|file| !file.starts_with(&self.package) && !file.starts_with(&self.folder))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_built_again_as_it_was_built() {
        let folder = tempfile::TempDir::new().unwrap();
        let target = folder.path().join("target");
        std::fs::create_dir(&target).unwrap();
        std::fs::write(target.join(".rustc_info.json"), "{}").unwrap();
        let arguments = |program: &str| {
            Target::of(&target.join(program), folder.path().to_owned())
                .map(|target| target.arguments.join(" "))
        };
        let to = format!("--target-dir {}", target.display());
        assert_eq!(
            arguments("debug/site"),
            Some(format!("--bin site --profile dev {to}"))
        );
        assert_eq!(
            arguments("release/examples/hello"),
            Some(format!("--example hello --profile release {to}"))
        );
        assert_eq!(
            arguments("x86_64-unknown-linux-musl/debug/site"),
            Some(format!(
                "--bin site --profile dev {to} --target x86_64-unknown-linux-musl"
            ))
        );
        assert_eq!(arguments("debug/deps/it-0123"), None, "a test");
        let installed = Target::of(Path::new("/usr/local/bin/site"), folder.path().to_owned());
        assert_eq!(installed, None, "an installed program");
    }
}

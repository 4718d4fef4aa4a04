//! The files of the repository in memory: what git tracks or would track, and nothing else.
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

/// Folders that are never ours to check where there is no git to ask.
const NOT_OURS: [&str; 4] = [".git", ".dev", "target", "__pycache__"];

/// One file; `text` is `None` for bytes that are not UTF-8 text.
#[derive(Debug, Clone)]
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: Option<String>,
    pub(crate) executable: bool,
}

impl File {
    /// The text, or nothing for a binary file.
    pub(crate) fn text(&self) -> &str {
        self.text.as_deref().unwrap_or_default()
    }

    /// The last segment of the path.
    pub(crate) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// What follows the last dot of the name, or nothing.
    pub(crate) fn extension(&self) -> &str {
        self.name().rsplit_once('.').map_or("", |(_, extension)| extension)
    }

    /// Whether the kernel would run it through an interpreter.
    pub(crate) fn has_shebang(&self) -> bool {
        self.text().starts_with("#!/")
    }

    /// Test data whose bytes are the point: no style applies to it.
    pub(crate) fn is_fixture(&self) -> bool {
        self.path.split('/').any(|segment| matches!(segment, "golden" | "fixtures" | "testdata"))
    }

    /// Rust that only tests, benches and examples compile.
    pub(crate) fn is_test_code(&self) -> bool {
        self.path.split('/').any(|segment| matches!(segment, "tests" | "benches" | "examples"))
            || self.path.ends_with("/tests.rs")
    }
}

/// The whole tree, sorted by path.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    pub(crate) files: Vec<File>,
    folders: BTreeSet<String>,
}

impl Tree {
    pub(crate) fn new(mut files: Vec<File>) -> Self {
        files.sort_by(|left, right| left.path.cmp(&right.path));
        let parents = files.iter().flat_map(|file| Path::new(&file.path).ancestors().skip(1));
        let folders = parents.map(|parent| parent.to_string_lossy().into_owned()).collect();
        Self { files, folders }
    }

    /// Reads the files below `root`: git's list where there is one, the folder itself otherwise.
    pub(crate) fn load(root: &Path) -> Result<Self> {
        let paths = match git_list(root) {
            Some(paths) => paths,
            None => walk(root)?,
        };
        let read: Result<Vec<Option<File>>> = paths.iter().map(|path| read(root, path)).collect();
        Ok(Self::new(read?.into_iter().flatten().collect()))
    }

    pub(crate) fn get(&self, path: &str) -> Option<&File> {
        let found = self.files.binary_search_by(|file| file.path.as_str().cmp(path));
        found.ok().and_then(|index| self.files.get(index))
    }

    pub(crate) fn has_folder(&self, path: &str) -> bool {
        self.folders.contains(path)
    }

    pub(crate) fn with_extension<'a>(&'a self, extension: &'a str) -> impl Iterator<Item = &'a File> {
        self.files.iter().filter(move |file| file.extension() == extension)
    }

    /// The line of a manifest that sets `key`, or its first.
    pub(crate) fn line_of_key(&self, manifest: &str, key: &str) -> usize {
        let sets = |line: &str| line.strip_prefix(key).is_some_and(|rest| rest.starts_with([' ', '.', '=']));
        self.get(manifest).and_then(|file| file.text().lines().position(sets)).map_or(1, |at| at + 1)
    }

    #[cfg(test)]
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let file =
            |(path, text): &(&str, &str)| File { path: (*path).into(), text: Some((*text).into()), executable: false };
        Self::new(files.iter().map(file).collect())
    }
}

/// Tracked files and new ones that are not ignored; `None` outside of a git work tree.
fn git_list(root: &Path) -> Option<Vec<String>> {
    let listing = Command::new("git").arg("-C").arg(root).args(["ls-files", "-coz", "--exclude-standard"]).output();
    let listing = listing.ok().filter(|output| output.status.success() && !output.stdout.is_empty())?;
    let names = String::from_utf8_lossy(&listing.stdout).into_owned();
    Some(names.split('\0').filter(|name| !name.is_empty()).map(str::to_owned).collect())
}

fn walk(root: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        let here = root.join(&folder);
        for entry in here.read_dir().with_context(|| format!("cannot list {}", here.display()))? {
            let entry = entry?;
            let path = folder.join(entry.file_name());
            if !entry.file_type()?.is_dir() {
                found.push(path.to_string_lossy().into_owned());
            } else if !NOT_OURS.iter().any(|name| entry.file_name() == *name) {
                folders.push(path);
            }
        }
    }
    Ok(found)
}

/// Reads one file; what was deleted but is still tracked, and what is no plain file, is not there.
fn read(root: &Path, path: &str) -> Result<Option<File>> {
    let full = root.join(path);
    let Ok(about) = full.symlink_metadata() else { return Ok(None) };
    if !about.is_file() {
        return Ok(None);
    }
    let bytes = std::fs::read(&full).with_context(|| format!("cannot read {}", full.display()))?;
    let text = String::from_utf8(bytes).ok().filter(|text| !text.contains('\0'));
    Ok(Some(File { path: path.to_owned(), text, executable: is_executable(&about) }))
}

#[cfg(unix)]
fn is_executable(about: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    about.permissions().mode() & 0o111 != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outside_of_git_the_folder_is_walked_without_build_output() {
        let root = tempfile::tempdir().unwrap();
        for path in ["a/b.rs", "target/x.rs", ".dev/y", "c.md"] {
            let full = root.path().join(path);
            std::fs::create_dir_all(full.parent().unwrap()).unwrap();
            std::fs::write(full, "text\n").unwrap();
        }
        let mut paths = walk(root.path()).unwrap();
        paths.sort();
        assert_eq!(paths, ["a/b.rs", "c.md"]);
    }

    #[test]
    fn bytes_that_are_not_text_have_no_text() {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join("x.bin"), [0xff, 0, 1]).unwrap();
        let file = read(root.path(), "x.bin").unwrap().unwrap();
        assert_eq!((file.text, file.executable), (None, false));
        assert!(read(root.path(), "gone").unwrap().is_none());
        assert!(read(root.path(), ".").unwrap().is_none(), "a folder, as a submodule or a link to one would be");
    }

    #[test]
    fn the_folders_of_every_file_are_known() {
        let tree = Tree::of(&[("docs/adr/0001.md", "")]);
        assert!(tree.has_folder("docs/adr") && tree.has_folder("docs") && !tree.has_folder("adr"));
        assert!(tree.get("docs/adr/0001.md").is_some() && tree.get("docs").is_none());
    }
}

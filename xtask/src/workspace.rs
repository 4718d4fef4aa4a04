//! The packages of the workspace and what they depend on, as cargo reads the manifests.
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use cargo_metadata::{DependencyKind, MetadataCommand, Package};

/// One dependency as a manifest declares it.
#[derive(Debug, Clone)]
pub(crate) struct Dependency {
    pub(crate) package: String,
    /// The name that sources use: another one than the package's where it was renamed.
    pub(crate) alias: String,
    pub(crate) kind: DependencyKind,
}

/// One package of the workspace.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) name: String,
    /// Its folder, relative to the root.
    pub(crate) folder: String,
    pub(crate) dependencies: Vec<Dependency>,
    pub(crate) binaries: Vec<String>,
    pub(crate) has_library: bool,
}

impl Member {
    pub(crate) fn manifest(&self) -> String {
        format!("{}/Cargo.toml", self.folder)
    }
}

/// The workspace: members, the locked dependency graph, and where builds go.
#[derive(Debug, Default)]
pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
    pub(crate) target: PathBuf,
    pub(crate) members: Vec<Member>,
    /// Package name to the names of its dependencies, all versions of it together.
    pub(crate) lock: BTreeMap<String, BTreeSet<String>>,
}

impl Workspace {
    /// Reads the workspace around the current folder; needs no network and no build.
    pub(crate) fn load() -> Result<Self> {
        let metadata = MetadataCommand::new()
            .no_deps()
            .other_options(vec!["--offline".to_owned()])
            .exec()
            .context("cannot read the workspace: run this inside of the clone")?;
        let root = metadata.workspace_root.clone().into_std_path_buf();
        let members = metadata.workspace_packages().into_iter().map(|package| member(&root, package)).collect();
        let path = root.join("Cargo.lock");
        let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let lock = parse_lock(&text).with_context(|| format!("cannot parse {}", path.display()))?;
        Ok(Self { root, target: metadata.target_directory.into_std_path_buf(), members, lock })
    }

    pub(crate) fn member(&self, name: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.name == name)
    }

    /// Everything that `start` pulls in, each with the package through which it came.
    pub(crate) fn reachable(&self, start: &str) -> BTreeMap<String, String> {
        let mut via = BTreeMap::new();
        let mut open = vec![start.to_owned()];
        while let Some(package) = open.pop() {
            for dependency in self.needs(&package) {
                if !via.contains_key(&dependency) {
                    via.insert(dependency.clone(), package.clone());
                    open.push(dependency);
                }
            }
        }
        via
    }

    /// What a package needs to be built. The lock file adds a member's test dependencies, so a member is asked itself.
    fn needs(&self, package: &str) -> Vec<String> {
        match self.member(package) {
            Some(member) => {
                let needed = member.dependencies.iter().filter(|found| found.kind != DependencyKind::Development);
                needed.map(|found| found.package.clone()).collect()
            }
            None => self.lock.get(package).into_iter().flatten().cloned().collect(),
        }
    }

    #[cfg(test)]
    pub(crate) fn of(members: &[(&str, &[(&str, DependencyKind)])]) -> Self {
        let dependency = |(name, kind): &(&str, DependencyKind)| Dependency {
            package: (*name).into(),
            alias: name.replace('-', "_"),
            kind: *kind,
        };
        let members = members.iter().map(|(name, dependencies)| Member {
            name: (*name).into(),
            folder: (*name).into(),
            dependencies: dependencies.iter().map(dependency).collect(),
            binaries: Vec::new(),
            has_library: true,
        });
        Self { members: members.collect(), ..Self::default() }
    }
}

fn member(root: &Path, package: &Package) -> Member {
    let folder = package.manifest_path.parent().map(|path| path.as_std_path().to_owned()).unwrap_or_default();
    let folder = folder.strip_prefix(root).map(Path::to_path_buf).unwrap_or(folder);
    let dependency = |declared: &cargo_metadata::Dependency| Dependency {
        package: declared.name.clone(),
        alias: declared.rename.as_ref().unwrap_or(&declared.name).replace('-', "_"),
        kind: declared.kind,
    };
    Member {
        name: package.name.to_string(),
        folder: folder.to_string_lossy().into_owned(),
        dependencies: package.dependencies.iter().map(dependency).collect(),
        binaries: package.targets.iter().filter(|t| t.is_bin()).map(|t| t.name.clone()).collect(),
        has_library: package.targets.iter().any(|target| target.is_lib()),
    }
}

/// The graph in `Cargo.lock`. It holds what any platform and feature in use needs: more than one build, never less.
fn parse_lock(text: &str) -> Result<BTreeMap<String, BTreeSet<String>>> {
    let lock: toml::Table = text.parse()?;
    let packages = lock.get("package").and_then(toml::Value::as_array).context("it lists no package")?;
    let mut graph: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in packages {
        let name = package.get("name").and_then(toml::Value::as_str).context("a package has no name")?;
        let dependencies = package.get("dependencies").and_then(toml::Value::as_array).into_iter().flatten();
        let names = dependencies.filter_map(|entry| entry.as_str()?.split(' ').next()).map(str::to_owned);
        graph.entry(name.to_owned()).or_default().extend(names);
    }
    Ok(graph)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_file_tells_through_whom_a_package_came() {
        let text = r#"
            [[package]]
            name = "a"
            dependencies = ["b 1.0.0", "c"]
            [[package]]
            name = "b"
            dependencies = ["d"]
            [[package]]
            name = "c"
            [[package]]
            name = "d"
        "#;
        let workspace = Workspace { lock: parse_lock(text).unwrap(), ..Workspace::default() };
        let found = workspace.reachable("a");
        assert_eq!(found.keys().collect::<Vec<_>>(), ["b", "c", "d"]);
        assert_eq!(found["d"], "b");
    }

    #[test]
    fn what_only_the_tests_of_a_member_need_is_not_reached() {
        let mut workspace =
            Workspace::of(&[("a", &[("b", DependencyKind::Normal), ("c", DependencyKind::Development)])]);
        workspace.lock.insert("a".into(), ["b".to_owned(), "c".to_owned()].into());
        assert_eq!(workspace.reachable("a").keys().collect::<Vec<_>>(), ["b"]);
    }

    #[test]
    fn this_workspace_can_be_read() {
        let workspace = Workspace::load().unwrap();
        let own = workspace.member("xtask").unwrap();
        assert_eq!((own.folder.as_str(), own.has_library), ("xtask", false));
        assert_eq!(own.binaries, ["xtask"]);
        assert!(own.dependencies.iter().any(|found| found.alias == "cargo_metadata"));
    }
}

//! Which package may depend on which: the directories are the data flow, and it has no way back.
use cargo_metadata::DependencyKind;

use crate::tree::Tree;
use crate::violation::Violation;
use crate::workspace::{Dependency, Member, Workspace};

/// What a service or a tool may stand on.
const CORE: &[&str] = &["schemas", "phi", "seal", "keystore", "stream", "runtime"];
const CORE_AND_ACCESS: &[&str] = &["schemas", "phi", "seal", "keystore", "access", "stream", "runtime"];
const CORE_ACCESS_AND_CLIENT: &[&str] =
    &["schemas", "phi", "seal", "keystore", "access", "stream", "runtime", "client"];
const ALL_BUT_SERVICES: &[&str] =
    &["schemas", "phi", "seal", "keystore", "access", "stream", "runtime", "client", "loadtest"];

/// Each member and the members it may depend on.
const ALLOWED: [(&str, &[&str]); 17] = [
    ("schemas", &[]),
    ("phi", &["schemas"]),
    ("phi-corpus", &["phi"]),
    ("seal", &["schemas", "phi"]),
    ("keystore", &["seal"]),
    ("access", &[]),
    ("runtime", &[]),
    ("stream", &["runtime"]),
    ("client", &["schemas", "access", "stream"]),
    ("ingest", CORE_AND_ACCESS),
    ("enrich", CORE),
    ("sink", CORE),
    ("query", CORE_ACCESS_AND_CLIENT),
    ("audit-cli", CORE_ACCESS_AND_CLIENT),
    ("loadtest", &["schemas", "seal", "access", "stream", "runtime", "client"]),
    ("systest", ALL_BUT_SERVICES),
    ("xtask", &[]),
];

/// Packages whose crate touches nothing but its arguments.
pub(crate) const PURE: [&str; 4] = ["schemas", "phi", "seal", "access"];

/// Crates that reach files, sockets, clocks or processes: a pure package must not even pull them in.
const DOES_IO: [&str; 14] = [
    "async-std",
    "axum",
    "clickhouse",
    "hyper",
    "mio",
    "rdkafka",
    "reqwest",
    "rustix",
    "smol",
    "socket2",
    "sqlx",
    "tempfile",
    "tokio",
    "ureq",
];

/// Crates with an owner: only these members may declare them.
const OWNED: [(&[&str], &[&str], &str); 5] = [
    (&["rdkafka"], &["stream"], "use what `stream` offers, or extend it: only `stream` talks to Kafka"),
    (
        &["sqlx", "clickhouse", "postgres", "tokio-postgres"],
        // `keystore`: millions of subjects' keys need a database, and where keys lie is its business alone (ADR 15).
        &["sink", "query", "audit-cli", "keystore", "systest"],
        "move the SQL: it lives in `sink` (writes), `query` and `audit-cli` (reads), `keystore` (subjects' keys), and in \
         `systest` as the judge",
    ),
    (&["cryptoki"], &["keystore"], "take a `seal::keys::Custodian`: only `keystore` talks to tokens"),
    (
        &["metrics", "metrics-exporter-prometheus"],
        &["runtime"],
        "declare it with `runtime::metric_names!`, which keeps the names in one place",
    ),
    (
        &["anyhow"],
        &["runtime", "ingest", "enrich", "sink", "query", "audit-cli", "loadtest", "phi-corpus", "systest", "xtask"],
        "give the library its own `thiserror` enum: a caller cannot act on an opaque error",
    ),
];

pub(crate) fn check(tree: &Tree, workspace: &Workspace) -> Vec<Violation> {
    let each = workspace.members.iter();
    let faults = each.flat_map(|member| {
        let faults = [members(workspace, member), owned(member), pure(workspace, member)].concat();
        faults.into_iter().map(|fault| (member.manifest(), fault))
    });
    let place = |manifest: &str, dependency: &str| tree.line_of_key(manifest, dependency);
    faults.map(|(path, (of, wrong, instead))| Violation::new(&path, place(&path, &of), wrong, instead)).collect()
}

/// The dependency at fault, what is wrong with it, and what to do instead.
type Fault = (String, String, String);

/// Dependencies between our own packages.
fn members(workspace: &Workspace, member: &Member) -> Vec<Fault> {
    let Some((_, allowed)) = ALLOWED.iter().find(|(name, _)| *name == member.name) else {
        let wrong = format!("package `{}` has no place in the layering", member.name);
        let instead = "add its row to ALLOWED in xtask/src/check/layering.rs and record why in docs/adr";
        return vec![("name".to_owned(), wrong, instead.to_owned())];
    };
    let is_allowed =
        |found: &Dependency| allowed.contains(&found.package.as_str()) || is_tester(member, found.kind, &found.package);
    let ours = member.dependencies.iter().filter(|found| workspace.member(&found.package).is_some());
    let list = if allowed.is_empty() { "no other member".to_owned() } else { allowed.join(", ") };
    let instead = format!("move what both need to a lower layer; `{}` may use {list}", member.name);
    ours.filter(|found| !is_allowed(found)).map(|found| forbid(member, found, &instead)).collect()
}

fn forbid(member: &Member, dependency: &Dependency, instead: &str) -> Fault {
    let wrong = format!("`{}` must not depend on `{}`", member.name, dependency.package);
    (dependency.package.clone(), wrong, instead.to_owned())
}

/// The two test packages may also use other members in their tests, but no service's library: services are met as processes.
fn is_tester(member: &Member, kind: DependencyKind, package: &str) -> bool {
    let services = ["ingest", "enrich", "sink", "query", "audit-cli"];
    matches!(member.name.as_str(), "loadtest" | "systest")
        && kind == DependencyKind::Development
        && !services.contains(&package)
}

/// Third-party crates with an owner.
fn owned(member: &Member) -> Vec<Fault> {
    let mut found = Vec::new();
    for dependency in &member.dependencies {
        for (crates, owners, instead) in OWNED {
            if crates.contains(&dependency.package.as_str()) && !owners.contains(&member.name.as_str()) {
                found.push(forbid(member, dependency, instead));
            }
        }
    }
    found
}

/// A pure package's dependencies, those of its dependencies too. Its tests may do I/O.
fn pure(workspace: &Workspace, member: &Member) -> Vec<Fault> {
    let mut found = Vec::new();
    let direct = member.dependencies.iter().filter(|found| found.kind == DependencyKind::Normal);
    for direct in direct.filter(|_| PURE.contains(&member.name.as_str())) {
        let mut pulled = workspace.reachable(&direct.package);
        pulled.insert(direct.package.clone(), member.name.clone());
        let io = pulled.iter().filter(|(package, _)| DOES_IO.contains(&package.as_str()));
        let named: Vec<String> = io.map(|(package, via)| format!("`{package}` through `{via}`")).collect();
        if !named.is_empty() {
            let wrong =
                format!("`{}` does no I/O, but `{}` brings in {}", member.name, direct.package, named.join(", "));
            let instead = "drop the dependency or its feature, or do the I/O in the caller and pass the data in";
            found.push((direct.package.clone(), wrong, instead.to_owned()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use cargo_metadata::DependencyKind::{Development, Normal};

    use super::*;

    fn wrongs(workspace: &Workspace) -> Vec<String> {
        check(&Tree::default(), workspace).into_iter().map(|violation| violation.wrong).collect()
    }

    #[test]
    fn a_service_on_the_layers_below_is_clean() {
        let workspace = Workspace::of(&[
            ("schemas", &[("serde", Normal), ("tempfile", Development)]),
            ("seal", &[("schemas", Normal)]),
            ("runtime", &[("metrics", Normal), ("anyhow", Normal)]),
            ("stream", &[("runtime", Normal), ("rdkafka", Normal)]),
            ("sink", &[("stream", Normal), ("seal", Normal), ("sqlx", Normal), ("anyhow", Normal)]),
            ("systest", &[("seal", Normal), ("xtask", Development)]),
            ("xtask", &[("anyhow", Normal)]),
        ]);
        assert_eq!(wrongs(&workspace), Vec::<String>::new());
    }

    #[test]
    fn services_that_know_each_other_are_refused() {
        let workspace = Workspace::of(&[
            ("sink", &[("enrich", Normal)]),
            ("enrich", &[]),
            ("systest", &[("sink", Development), ("xtask", Normal)]),
            ("xtask", &[]),
        ]);
        assert_eq!(
            wrongs(&workspace),
            [
                "`sink` must not depend on `enrich`",
                "`systest` must not depend on `sink`",
                "`systest` must not depend on `xtask`"
            ]
        );
    }

    #[test]
    fn a_lower_layer_that_reaches_up_is_refused() {
        let workspace = Workspace::of(&[
            ("stream", &[("schemas", Normal)]),
            ("schemas", &[]),
            ("seal", &[("stream", Development)]),
            ("phi", &[("seal", Normal)]),
        ]);
        assert_eq!(
            wrongs(&workspace),
            [
                "`stream` must not depend on `schemas`",
                "`seal` must not depend on `stream`",
                "`phi` must not depend on `seal`"
            ]
        );
    }

    #[test]
    fn crates_with_an_owner_stay_with_it() {
        let workspace = Workspace::of(&[
            ("enrich", &[("rdkafka", Development), ("sqlx", Normal), ("metrics", Normal)]),
            ("stream", &[("anyhow", Normal)]),
        ]);
        assert_eq!(wrongs(&workspace).len(), 4);
    }

    #[test]
    fn a_pure_package_is_refused_what_it_only_pulls_in() {
        let mut workspace = Workspace::of(&[("phi", &[("regex", Normal)])]);
        workspace.lock.insert("regex".into(), ["runner".to_owned()].into());
        workspace.lock.insert("runner".into(), ["tokio".to_owned()].into());
        assert_eq!(wrongs(&workspace), ["`phi` does no I/O, but `regex` brings in `tokio` through `runner`"]);
    }

    #[test]
    fn a_violation_stands_on_the_line_of_the_dependency() {
        let workspace = Workspace::of(&[("phi", &[("tokio", Normal)])]);
        let tree = Tree::of(&[("phi/Cargo.toml", "[dependencies]\nserde = \"1\"\ntokio.workspace = true\n")]);
        assert_eq!(check(&tree, &workspace).iter().map(|found| found.line).collect::<Vec<_>>(), [3]);
    }

    #[test]
    fn an_unknown_package_needs_a_row() {
        assert_eq!(wrongs(&Workspace::of(&[("extra", &[])])), ["package `extra` has no place in the layering"]);
    }
}

//! Nothing in the tree is tied to the machine or the network that it was written on.
use crate::tree::{File, Tree};
use crate::violation::Violation;

/// First folders of paths that exist on one machine only. Kept as words: written out, this list would report itself.
const PRIVATE_ROOTS: [&str; 4] = ["home", "root", "work", "Users"];
const JOB_FOLDER: [&str; 2] = ["tmp", "bash_jobs"];

/// Package registries, which each machine configures for itself, as (name, domain).
const REGISTRIES: [(&str, &str); 12] = [
    ("crates", "io"),
    ("deb.debian", "org"),
    ("files.pythonhosted", "org"),
    ("index.crates", "io"),
    ("proxy.golang", "org"),
    ("pypi", "org"),
    ("registry.npmjs", "org"),
    ("registry.yarnpkg", "com"),
    ("repo.maven.apache", "org"),
    ("repo1.maven", "org"),
    ("static.crates", "io"),
    ("sum.golang", "org"),
];

/// Parts of host names by which private mirrors give themselves away.
const MIRROR_MARKS: [&str; 5] = ["artifactory", "mirror", "nexus", "pkgs", "proxy"];
const PRIVATE_DOMAINS: [&str; 4] = ["corp", "intra", "intranet", "lan"];

pub(crate) fn check(tree: &Tree) -> Vec<Violation> {
    let files = tree.files.iter().filter(|file| file.name() != "Cargo.lock");
    files.flat_map(examine).collect()
}

fn examine(file: &File) -> Vec<Violation> {
    let mut found = Vec::new();
    // A user's folder names the user: the recognisers of that have such paths in their examples.
    let recognises_paths = file.path.starts_with("phi");
    for (at, line) in file.text().lines().enumerate() {
        if let Some(path) = machine_path(line).filter(|_| !recognises_paths) {
            let wrong = format!("`{path}` exists on one machine only");
            let instead = "use a path relative to the clone, or one from the environment";
            found.push(Violation::new(&file.path, at + 1, wrong, instead));
        }
        for host in hosts(line).filter(|host| is_registry(host)) {
            let wrong = format!("`{host}` is a registry or a mirror");
            let instead = "leave the choice to the package client's own configuration";
            found.push(Violation::new(&file.path, at + 1, wrong, instead));
        }
    }
    found
}

/// The first absolute path in a line that only one machine has.
fn machine_path(line: &str) -> Option<String> {
    let unix = line.match_indices('/').find_map(|(at, _)| {
        let continues = |last: char| last.is_alphanumeric() || "_.-/~}$)*@%]".contains(last);
        if line[..at].chars().next_back().is_some_and(continues) {
            return None;
        }
        let path: String = line[at..].chars().take_while(|c| c.is_alphanumeric() || "/_-.".contains(*c)).collect();
        let mut segments = path.split('/').skip(1);
        let (first, second) = (segments.next()?, segments.next());
        let is_private = PRIVATE_ROOTS.contains(&first) && (second.is_some() || first != "home");
        (is_private || [first, second.unwrap_or_default()] == JOB_FOLDER).then_some(path)
    });
    unix.or_else(|| drive_path(line))
}

/// A path such as those of Windows: a capital letter, a colon, a backslash, a folder.
fn drive_path(line: &str) -> Option<String> {
    line.match_indices(":\\").find_map(|(at, _)| {
        let mut before = line[..at].chars().rev();
        let drive = before.next().filter(char::is_ascii_uppercase)?;
        let stands_alone = before.next().is_none_or(|c| !c.is_alphanumeric());
        let folder: String =
            line[at + 2..].trim_start_matches('\\').chars().take_while(|c| c.is_alphanumeric()).collect();
        (stands_alone && folder.starts_with(|c: char| c.is_uppercase())).then(|| format!("{drive}:\\{folder}"))
    })
}

/// The host of every URL in a line.
fn hosts(line: &str) -> impl Iterator<Item = String> {
    line.split("://").skip(1).map(|rest| {
        let authority = rest.split(|c: char| "/\"'`<>)], \\".contains(c)).next().unwrap_or(rest);
        let host = authority.rsplit('@').next().unwrap_or(authority).split(':').next().unwrap_or(authority);
        host.trim_end_matches('.').to_lowercase()
    })
}

fn is_registry(host: &str) -> bool {
    let known = REGISTRIES.iter().any(|(name, domain)| host == format!("{name}.{domain}"));
    let labels = || host.split('.');
    let marked =
        labels().count() > 1 && labels().any(|label| label.split('-').any(|part| MIRROR_MARKS.contains(&part)));
    known || marked || labels().next_back().is_some_and(|last| labels().count() > 1 && PRIVATE_DOMAINS.contains(&last))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrongs(text: &str) -> Vec<String> {
        check(&Tree::of(&[("a.md", text)])).into_iter().map(|found| found.wrong).collect()
    }

    #[test]
    fn paths_of_one_machine_are_refused() {
        for (root, rest) in [
            ("home", "/jo/x"),
            ("root", "/.cache"),
            ("root", ""),
            ("work", "/main"),
            ("Users", "/jo"),
            ("tmp", "/bash_jobs/1"),
        ] {
            for before in ["", "see ", "\"", "=", "("] {
                assert_eq!(wrongs(&format!("{before}/{root}{rest}\n")).len(), 1, "{before}{root}{rest}");
            }
        }
        assert_eq!(wrongs(&format!("{}:\\Users\\jo", 'C')).len(), 1);
        assert_eq!(wrongs(&format!("\"{}:\\\\Program Files\"", 'D')).len(), 1);
    }

    #[test]
    fn paths_of_every_machine_and_relative_ones_are_clean() {
        for text in [
            "/dev/shm /proc/1 /usr/bin /etc/x /var/lib /tmp/x",
            "a/work/b ./root/x $HOME/work/x",
            "https://example.org/home/x",
            "/workspace /homes",
            "\"a:\\n\" B:\\n x",
            "GET /home",
        ] {
            assert_eq!(wrongs(text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn registries_and_mirrors_are_refused_outside_of_the_lock_file() {
        for host in [
            ["pypi", "org"],
            ["repo1.maven", "org"],
            ["nexus.example", "com"],
            ["my-mirror.example", "com"],
            ["build.site", "lan"],
        ] {
            let url = format!("see https://{}/x", host.join("."));
            assert_eq!(wrongs(&url).len(), 1, "{url}");
            assert!(check(&Tree::of(&[("Cargo.lock", &url)])).is_empty());
        }
        assert_eq!(wrongs(&format!("http://user:pass@{}:80", ["pypi", "org"].join("."))).len(), 1);
    }

    #[test]
    fn ordinary_hosts_are_clean() {
        for text in [
            "https://www.apache.org/licenses/",
            "http://registry:8081/apis",
            "http://nexus:1/",
            "https://github.com/rust-lang/crates.io-index",
            "jdbc://db.svc.cluster.local",
            "https://docs.rs/x",
        ] {
            assert_eq!(wrongs(text), Vec::<String>::new(), "{text}");
        }
    }
}

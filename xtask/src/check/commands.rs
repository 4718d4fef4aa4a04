//! Every command in the documentation exists: make targets, scripts, packages, and our binaries with their arguments.
use std::collections::BTreeSet;

use crate::markdown::{self, Block};
use crate::shell::{self, Command};
use crate::tree::Tree;
use crate::violation::Violation;
use crate::workspace::Workspace;

/// Asks a binary whether it understands these arguments; the error says what it answered.
pub(crate) type Probe<'a> = &'a dyn Fn(&str, &[String]) -> Result<(), Refusal>;

/// Why a binary could not be asked, or what it refused.
#[derive(Debug)]
pub(crate) enum Refusal {
    NotBuilt,
    Refused(String),
}

/// A fault and what to do about it.
type Fault = (String, String);

/// Programs that run the script named by their first argument.
const INTERPRETERS: [&str; 4] = ["bash", "python3", "sh", "source"];

pub(crate) fn check(tree: &Tree, workspace: &Workspace, probe: Probe<'_>) -> Vec<Violation> {
    let checker = Checker { tree, workspace, probe, targets: make_targets(tree) };
    let mut found = Vec::new();
    for file in tree.with_extension("md") {
        for command in markdown::parse(file.text()).blocks.iter().flat_map(block_commands) {
            let fault = checker.fault(&command.words);
            found.extend(fault.map(|(wrong, instead)| Violation::new(&file.path, command.line, wrong, instead)));
        }
    }
    found
}

fn block_commands(block: &Block) -> Vec<Command> {
    match block.language() {
        "sh" => shell::commands(&block.text, block.line),
        "console" => shell::commands(&shell::typed(&block.text), block.line),
        _ => Vec::new(),
    }
}

/// The names before a colon at the start of a line.
fn make_targets(tree: &Tree) -> BTreeSet<String> {
    let makefiles = tree.files.iter().filter(|file| file.path == "Makefile" || file.extension() == "mk");
    let rules = makefiles.flat_map(|file| file.text().lines()).filter_map(|line| {
        let (names, rest) = line.split_once(':')?;
        (!line.starts_with(['\t', ' ', '#', '.']) && !rest.starts_with('=') && !names.contains('=')).then_some(names)
    });
    rules.flat_map(str::split_whitespace).map(str::to_owned).collect()
}

struct Checker<'a> {
    tree: &'a Tree,
    workspace: &'a Workspace,
    probe: Probe<'a>,
    targets: BTreeSet<String>,
}

impl Checker<'_> {
    fn fault(&self, words: &[String]) -> Option<Fault> {
        let (program, arguments) = words.split_first()?;
        match program.as_str() {
            "make" => self.make(arguments),
            "cargo" => self.cargo(arguments),
            name if INTERPRETERS.contains(&name) => self.script(arguments.iter().find(|word| !word.starts_with('-'))?),
            name if name.starts_with("sealtrail-") || self.workspace.member(name).is_some() => {
                self.binary(name, arguments)
            }
            name => match name.strip_prefix("./").unwrap_or(name).split('/').collect::<Vec<_>>().as_slice() {
                ["target", "debug" | "release", binary] => self.binary(binary, arguments),
                _ => self.script(name),
            },
        }
    }

    fn make(&self, arguments: &[String]) -> Option<Fault> {
        let mut goals = arguments.iter().filter(|word| !word.starts_with('-') && !word.contains('='));
        let missing = goals.find(|goal| !self.targets.contains(*goal))?;
        Some((
            format!("`make {missing}`: the Makefile has no such target"),
            "correct the name, or add the target".into(),
        ))
    }

    /// A path into the tree must be there, and executable.
    fn script(&self, word: &str) -> Option<Fault> {
        let path = word.strip_prefix("./").unwrap_or(word);
        let (top, _) = path.split_once('/').unwrap_or_default();
        if !(word.starts_with("./") || self.tree.has_folder(top) && !top.is_empty()) {
            return None;
        }
        match self.tree.get(path) {
            Some(file) if file.executable || !file.has_shebang() => None,
            Some(_) => Some((format!("`{path}` is not executable"), format!("run chmod +x {path}"))),
            None => Some((format!("there is no `{path}`"), "correct the path, or add the script".into())),
        }
    }

    fn cargo(&self, arguments: &[String]) -> Option<Fault> {
        let split = arguments.iter().position(|word| word == "--").unwrap_or(arguments.len());
        let (own, passed) = (&arguments[..split], arguments.get(split + 1..).unwrap_or_default());
        let value = |short: &str, long: &str| {
            let at = own.iter().position(|word| word == short || word == long);
            let joined = own.iter().find_map(|word| word.strip_prefix(long)?.strip_prefix('='));
            at.and_then(|at| own.get(at + 1)).map(String::as_str).or(joined)
        };
        if own.first().is_some_and(|word| word == "xtask") {
            return self.binary("xtask", &arguments[1..]);
        }
        let package = value("-p", "--package");
        if let Some(name) = package.filter(|name| self.workspace.member(name).is_none()) {
            return Some((format!("there is no package `{name}`"), "name a member of the workspace".into()));
        }
        let named = value("--bin", "--bin");
        if let Some(name) = named.filter(|name| !self.is_binary(name)) {
            return Some((format!("there is no binary `{name}`"), "name one that a package builds".into()));
        }
        if own.first().is_none_or(|word| word != "run") {
            return None;
        }
        if let Some(example) = value("--example", "--example") {
            return self.example(package, example);
        }
        let of_package = package.and_then(|name| self.workspace.member(name)).map(|member| member.binaries.as_slice());
        match (named, of_package) {
            (Some(binary), _) => self.binary(binary, passed),
            (None, Some([binary])) => self.binary(binary, passed),
            _ => Some(("`cargo run` does not say which binary".into(), "add --bin with its name".into())),
        }
    }

    /// An example stands in its package's folder, whose name is the package's.
    fn example(&self, package: Option<&str>, name: &str) -> Option<Fault> {
        let Some(package) = package else {
            return Some((format!("`--example {name}` does not say of which package"), "add -p with its name".into()));
        };
        let path = format!("{package}/examples/{name}.rs");
        let missing = self.tree.get(&path).is_none();
        missing.then(|| (format!("there is no example `{path}`"), "name one that the package has".into()))
    }

    fn is_binary(&self, name: &str) -> bool {
        self.workspace.members.iter().any(|member| member.binaries.iter().any(|binary| binary == name))
    }

    fn binary(&self, name: &str, arguments: &[String]) -> Option<Fault> {
        if !self.is_binary(name) {
            return Some((format!("there is no binary `{name}`"), "name one that a package builds".into()));
        }
        let shown = if name == "xtask" { "cargo xtask" } else { name };
        match (self.probe)(name, arguments) {
            Ok(()) => None,
            Err(Refusal::NotBuilt) => {
                Some((format!("`{name}` has not been built"), "run `cargo build --workspace --bins` first".into()))
            }
            Err(Refusal::Refused(answer)) => Some((
                format!("`{shown} {}` is not understood: {answer}", arguments.join(" ")),
                format!("correct it by `{shown} --help`"),
            )),
        }
    }
}

#[cfg(test)]
mod tests;

//! `audit-cli keys file` as its users meet it: as a process, on a real key file, which `keystore` then reads.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use keystore::{LocalProvider, read_secret, unlock_from};
use seal::keys::{Custodian, KeyError, KeyId, KeyProvider, KeyState, Purpose};
use seal::protect::{Handle, SubjectClass, SubjectKey, WrapScope};
use serde_json::Value;
use tempfile::TempDir;

/// A folder with a secret; commands name the key file and what opens it.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self::with(&"0b".repeat(32))
    }

    fn with(secret: &str) -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        place.private("secret", secret);
        place
    }

    fn made() -> Self {
        let place = Self::new();
        place.told(&["init", "keys", "--tenant", "north"]);
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn private(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
        fs::set_permissions(self.path(name), PermissionsExt::from_mode(0o600)).unwrap();
    }

    fn bare(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_audit-cli"));
        command.current_dir(self.0.path()).args(["keys", "file"]).args(arguments);
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.bare(arguments).args(["--unlock-file", "secret"]).output().unwrap()
    }

    fn told(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn refused(&self, arguments: &[&str], code: i32) -> String {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(output.stdout.is_empty());
        String::from_utf8(output.stderr).unwrap()
    }

    fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.told(&[arguments, &["--json"]].concat())).unwrap()
    }

    fn provider(&self) -> LocalProvider {
        let unlock = unlock_from(read_secret(&self.path("secret")).unwrap());
        LocalProvider::open(&self.path("keys"), &unlock, 0).unwrap()
    }

    fn custodian(&self) -> Custodian {
        Custodian::new(Arc::new(self.provider()), Arc::new(|_| {}))
    }

    /// Each key's id and state.
    fn states(&self) -> Vec<(String, KeyState)> {
        self.provider().list().unwrap().into_iter().map(|info| (info.id.to_string(), info.state)).collect()
    }
}

fn state(states: &[(String, KeyState)], id: &str) -> Option<KeyState> {
    states.iter().find(|(found, _)| found == id).map(|(_, state)| *state)
}

#[test]
fn a_new_file_has_all_that_sealing_needs_and_shows_no_key() {
    let place = Place::new();
    let made = place.run(&["init", "keys", "--tenant", "north", "--tenant", "south"]);
    let shown = [made.stdout, made.stderr].map(|text| String::from_utf8(text).unwrap()).concat();
    assert!(made.status.success(), "{shown}");
    assert!(shown.contains("keys-file: action=init keys=4 active=4 revision=8"), "{shown}");
    let longest = shown.split(|letter: char| !letter.is_ascii_hexdigit()).map(str::len).max();
    assert!(longest < Some(32), "nothing shown could be a key: {shown}");
    assert_eq!(fs::metadata(place.path("keys")).unwrap().permissions().mode() & 0o777, 0o600);

    let custodian = place.custodian();
    assert!(custodian.epoch_signer(&custodian.current(&Purpose::Epoch).unwrap()).is_ok());
    let root = custodian.current(&Purpose::TenantRoot).unwrap();
    assert!(custodian.tenant_keys(&root, "north").is_ok());
    let [north, south] = ["north", "south"].map(|tenant| custodian.current_wrapping(tenant).unwrap());
    assert_ne!(north, south);
    assert_eq!(custodian.current_wrapping("west"), Err(KeyError::NoWrappingKey("west".to_owned())));

    let listed = place.json(&["list", "keys"]);
    assert_eq!(listed["revision"], 8);
    let wrapping = &listed["keys"][3];
    assert_eq!(
        [&wrapping["id"], &wrapping["purpose"], &wrapping["tenant"], &wrapping["state"]],
        ["wrapping-4", "wrapping", "south", "active"]
    );
    assert_eq!([&wrapping["serial"], &wrapping["period"]], [4, 1]);
    assert!(place.told(&["list", "keys"]).contains("tenant-root-2  tenant-root"));
    // The note that tells of older copies is there from the start.
    assert_eq!(fs::read_to_string(place.path("keys.revision")).unwrap(), "8\n");
}

#[test]
fn a_passphrase_or_a_variable_opens_the_file_too() {
    let place = Place::with("correct horse battery staple");
    place.told(&["init", "keys"]);
    assert_eq!(place.states().len(), 2);
    let by_variable = |value: &str| {
        let mut command = place.bare(&["list", "keys", "--unlock-env", "TRAIL_SECRET"]);
        command.env("TRAIL_SECRET", value).output().unwrap()
    };
    assert!(by_variable("correct horse battery staple").status.success());
    let wrong = by_variable("incorrect horse battery staple");
    let said = String::from_utf8(wrong.stderr).unwrap();
    assert_eq!(wrong.status.code(), Some(1));
    assert!(said.contains("wrong for this key file") && !said.contains("horse"), "{said}");
    assert!(String::from_utf8(by_variable("").stderr).unwrap().contains("TRAIL_SECRET is not set"));
}

#[test]
fn a_wrong_command_makes_and_changes_nothing_and_says_what_is_right() {
    let place = Place::new();
    assert!(place.refused(&["list", "keys"], 1).contains("does not exist; create the key file first"));
    for bad in ["no good", ""] {
        assert!(place.refused(&["init", "keys", "--tenant", "north", "--tenant", bad], 1).contains("tenant's name"));
    }
    assert!(place.refused(&["init", "keys", "--tenant", "a", "--tenant", "a"], 1).contains("given twice"));
    assert!(place.refused(&["init", "absent/keys"], 1).contains("folder absent"));
    place.private("short", "too short");
    let short = place.bare(&["init", "keys", "--unlock-file", "short"]).output().unwrap();
    assert!(String::from_utf8(short.stderr).unwrap().contains("at least 16 characters"));
    let left: Vec<_> = fs::read_dir(place.0.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "only the two secrets are here: {left:?}");

    place.told(&["init", "keys", "--tenant", "north"]);
    let before = fs::read(place.path("keys")).unwrap();
    assert!(place.refused(&["init", "keys"], 1).contains("exists already and is not overwritten"));
    assert!(place.refused(&["change", "keys", "epoch-9", "active"], 1).contains("there is no key epoch-9"));
    assert!(place.refused(&["change", "keys", "no/id", "active"], 2).contains("1 to 64 letters"));
    assert!(place.refused(&["change", "keys", "epoch-1", "gone"], 2).contains("possible values"));
    let back = place.refused(&["change", "keys", "epoch-1", "archived"], 1);
    assert!(back.contains("it may become retiring or compromised"), "{back}");
    let neither = place.bare(&["list", "keys"]).output().unwrap();
    assert_eq!(neither.status.code(), Some(2));
    let both = place.bare(&["list", "keys", "--unlock-env", "A", "--unlock-file", "secret"]).output().unwrap();
    assert_eq!(both.status.code(), Some(2));
    fs::set_permissions(place.path("secret"), PermissionsExt::from_mode(0o644)).unwrap();
    assert!(place.refused(&["list", "keys"], 1).contains("chmod 600"));
    assert_eq!(fs::read(place.path("keys")).unwrap(), before);
}

#[test]
fn a_tenants_new_period_wraps_new_keys_and_the_old_one_still_opens_its_own() {
    let place = Place::made();
    let custodian = place.custodian();
    let handle = Handle::from_bytes([3; 16]);
    let scope = WrapScope { tenant: "north", class: SubjectClass::Patient, handle: &handle };
    let first = custodian.current_wrapping("north").unwrap();
    let wrapped = custodian.wrap(&first, &scope, &SubjectKey::from_bytes(handle, [7; 32])).unwrap();

    let pending = place.json(&["tenant", "keys", "north", "--pending"]);
    assert_eq!([&pending["id"], &pending["state"]], ["wrapping-4", "pending"]);
    assert_eq!(custodian.current_wrapping("north").unwrap(), first);
    assert_eq!(place.json(&["tenant", "keys", "north"])["period"], 3);
    assert_eq!(custodian.current_wrapping("north").unwrap().as_str(), "wrapping-5");
    assert_eq!(*custodian.unwrap(&scope, &wrapped).unwrap().root().expose(), [7; 32]);
    assert_eq!(place.json(&["tenant", "keys", "south"])["period"], 1);

    place.told(&["change", "keys", first.as_str(), "retiring"]);
    assert!(custodian.unwrap(&scope, &wrapped).is_ok());
    let asked = place.refused(&["change", "keys", first.as_str(), "destroyed"], 1);
    assert!(asked.contains("north's subjects") && asked.contains("--yes"), "{asked}");
    assert!(custodian.unwrap(&scope, &wrapped).is_ok());
    place.told(&["change", "keys", first.as_str(), "destroyed", "--yes"]);
    assert!(custodian.unwrap(&scope, &wrapped).is_err());
}

#[test]
fn an_epoch_key_is_rotated_step_by_step() {
    let place = Place::made();
    let custodian = place.custodian();
    let current = || custodian.current(&Purpose::Epoch).unwrap().to_string();
    assert!(place.told(&["epoch", "keys"]).contains("action=epoch id=epoch-4 state=pending"));
    assert_eq!(current(), "epoch-1");
    place.told(&["change", "keys", "epoch-4", "active"]);
    assert_eq!(current(), "epoch-4");
    let output = place.run(&["change", "keys", "epoch-1", "retiring"]);
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "retire epoch-1\n");
    assert!(custodian.epoch_signer(&KeyId::new("epoch-1").unwrap()).is_err());
    assert!(custodian.epoch_verifier(&KeyId::new("epoch-1").unwrap()).is_ok());
    let last = place.run(&["change", "keys", "epoch-4", "retiring"]);
    assert!(String::from_utf8(last.stderr).unwrap().contains("nothing can be sealed until one is"));
    assert_eq!(state(&place.states(), "epoch-4"), Some(KeyState::Retiring));
}

#[test]
fn a_kill_while_a_file_is_made_leaves_a_whole_file_or_none() {
    let place = Place::new();
    let (mut made, mut none) = (0, 0);
    let arguments = ["init", "keys", "--tenant", "a", "--tenant", "b", "--tenant", "c", "--unlock-file", "secret"];
    // Later and later, until the kill comes too late three times: then every moment of a run was met, on any machine.
    for step in 0..2_000 {
        let mut child = place.bare(&arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        thread::sleep(Duration::from_micros(step * 500));
        child.kill().unwrap();
        child.wait().unwrap();
        if place.path("keys").exists() {
            let states = place.states();
            assert!(states.len() == 5 && states.iter().all(|(_, state)| *state == KeyState::Active), "{states:?}");
            fs::remove_file(place.path("keys")).unwrap();
            for beside in ["keys.revision", "keys.lock"] {
                fs::remove_file(place.path(beside)).unwrap_or_default();
            }
            made += 1;
        } else {
            none += 1;
        }
        if made == 3 {
            break;
        }
    }
    assert!(made == 3 && none > 0, "{made} made, {none} not");
}

#[test]
fn an_identifier_has_one_token_at_a_tenant_whatever_its_spelling_and_another_elsewhere() {
    let place = Place::new();
    place.told(&["init", "keys", "--tenant", "north", "--tenant", "south"]);
    let token = |field: &str, value: &str, tenant: &str| {
        place.told(&["token", "keys", field, value, "--tenant", tenant]).trim().to_owned()
    };
    let one = token("patient", "MRN-0004711", "north");
    assert!(one.len() == 32 && one.bytes().all(|byte| byte.is_ascii_hexdigit()), "{one}");
    assert_eq!(token("patient", " mrn-0004711 ", "north"), one);
    for other in
        [("patient", "MRN-0004712", "north"), ("actor", "MRN-0004711", "north"), ("patient", "MRN-0004711", "south")]
    {
        assert_ne!(token(other.0, other.1, other.2), one, "{other:?}");
    }
    let mut command = place.bare(&["token", "keys", "patient", "--tenant", "north", "--unlock-file", "secret"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"MRN-0004711\n").unwrap();
    assert_eq!(String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap().trim(), one);
    let strange = place.refused(&["token", "keys", "patient", "MRN-1", "--tenant", "west"], 1);
    assert!(strange.contains("no key of tenant") && !strange.contains("MRN-1"), "{strange}");
    place.refused(&["token", "keys", "patient", " ", "--tenant", "north"], 1);
}

//! Where a scenario takes place: a key file or a token in a folder of its own.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use keystore::{KeystoreError, LocalProvider, TokenConfig, TokenProvider};
use seal::keys::file::{Stretch, Unlock};
use seal::keys::{Custodian, KeyEvent, KeyId, KeyProvider};
use tempfile::TempDir;

pub const PASSPHRASE: &str = "a passphrase for the tests";
pub const PIN: &str = "4711-test";
const LABEL: &str = "sealtrail-test";
const CONF: &str = "SOFTHSM2_CONF";

pub fn id(text: &str) -> KeyId {
    KeyId::new(text).unwrap()
}

pub type Events = Arc<Mutex<Vec<KeyEvent>>>;

pub trait Ground {
    /// A new provider on the same keys, as another process would have.
    fn provider(&self) -> Arc<dyn KeyProvider>;
    fn open_wrongly(&self) -> KeystoreError;
    /// A token wants to be told that the next try is meant.
    fn provider_after_a_wrong_secret(&self) -> Arc<dyn KeyProvider> {
        self.provider()
    }
    fn take_away(&self);
    fn put_back(&self);

    fn custodian(&self) -> Custodian {
        Custodian::new(self.provider(), Arc::new(|_| {}))
    }

    fn watched(&self) -> (Custodian, Events) {
        let events = Events::default();
        let seen = events.clone();
        let report = Arc::new(move |event: &KeyEvent| seen.lock().unwrap().push(event.clone()));
        (Custodian::new(self.provider(), report), events)
    }
}

pub struct FileGround {
    folder: TempDir,
}

impl FileGround {
    pub fn new() -> Self {
        let ground = Self { folder: TempDir::new().unwrap() };
        LocalProvider::create(&ground.path(), &unlock(PASSPHRASE), Stretch::LEAST).unwrap();
        ground
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().join("keys")
    }
}

pub fn unlock(passphrase: &str) -> Unlock {
    Unlock::Passphrase(passphrase.to_owned().into())
}

impl Ground for FileGround {
    fn provider(&self) -> Arc<dyn KeyProvider> {
        Arc::new(LocalProvider::open(&self.path(), &unlock(PASSPHRASE), 0).unwrap())
    }

    fn open_wrongly(&self) -> KeystoreError {
        LocalProvider::open(&self.path(), &unlock("another passphrase for it"), 0).unwrap_err()
    }

    fn take_away(&self) {
        std::fs::rename(self.path(), self.folder.path().join("away")).unwrap();
    }

    fn put_back(&self) {
        std::fs::rename(self.folder.path().join("away"), self.path()).unwrap();
    }
}

pub struct TokenGround {
    pub config: TokenConfig,
    tokens: PathBuf,
    name: RefCell<PathBuf>,
}

impl TokenGround {
    /// In the parent: makes a token and runs `name` in a child. In the child: runs `scenario` on that token.
    pub fn run(name: &str, scenario: impl FnOnce(&Self)) {
        if let Some(conf) = std::env::var_os(CONF).filter(|conf| Path::new(conf).ends_with("sealtrail-test.conf")) {
            let tokens = Path::new(&conf).parent().unwrap().join("tokens");
            let config =
                TokenConfig { module: module(), label: LABEL.to_owned(), pin: PIN.to_owned().into(), insist: false };
            scenario(&Self { config, tokens, name: RefCell::default() });
            return;
        }
        let folder = TempDir::new().unwrap();
        let conf = folder.path().join("sealtrail-test.conf");
        let tokens = folder.path().join("tokens");
        std::fs::create_dir(&tokens).unwrap();
        std::fs::write(&conf, format!("directories.tokendir = {}\nlog.level = ERROR\n", tokens.display())).unwrap();
        let so_pin = ["--init-token", "--free", "--so-pin", "87654321", "--pin", PIN, "--label", LABEL];
        succeed(
            Command::new(utility()).args(["--module".as_ref(), module().as_os_str()]).args(so_pin).env(CONF, &conf),
        );
        let mut child = Command::new(std::env::current_exe().unwrap());
        let told = succeed(child.args(["--exact", name, "--nocapture"]).env(CONF, &conf));
        assert!(told.contains("1 passed"), "the child ran no test called {name}: {told}");
    }

    pub fn with_pin(&self, pin: &str) -> TokenConfig {
        TokenConfig { pin: pin.to_owned().into(), ..self.config.clone() }
    }

    pub fn insist(&self, pin: &str) -> Result<TokenProvider, KeystoreError> {
        TokenProvider::open(TokenConfig { insist: true, ..self.with_pin(pin) })
    }

    pub fn open(&self) -> TokenProvider {
        TokenProvider::open(self.config.clone()).unwrap()
    }

    /// The token's own folder below the one of all tokens.
    fn folder(&self) -> PathBuf {
        let mut entries = std::fs::read_dir(&self.tokens).unwrap();
        entries.next().unwrap().unwrap().path()
    }
}

impl Ground for TokenGround {
    fn provider(&self) -> Arc<dyn KeyProvider> {
        Arc::new(self.open())
    }

    fn open_wrongly(&self) -> KeystoreError {
        TokenProvider::open(self.with_pin("0000-wrong")).unwrap_err()
    }

    fn provider_after_a_wrong_secret(&self) -> Arc<dyn KeyProvider> {
        Arc::new(self.insist(PIN).unwrap())
    }

    fn take_away(&self) {
        let folder = self.folder();
        *self.name.borrow_mut() = folder.file_name().unwrap().into();
        std::fs::rename(folder, self.tokens.with_file_name("away")).unwrap();
    }

    fn put_back(&self) {
        std::fs::rename(self.tokens.with_file_name("away"), self.tokens.join(&*self.name.borrow())).unwrap();
        kill_sessions();
    }
}

/// Ends every session of this process behind the provider's back, as a module does that connects again. SoftHSM also
/// looks for its tokens then, and at no other time.
pub fn kill_sessions() {
    let module = Pkcs11::new(module()).unwrap();
    module.clone().finalize().unwrap();
    module.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)).unwrap();
}

fn succeed(command: &mut Command) -> String {
    let done = command.output().unwrap_or_else(|error| panic!("{command:?} did not start ({error}); run `make setup`"));
    let told = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success(), "{command:?} failed:\n{told}");
    told
}

/// Where systems install SoftHSM2, below each of which the module may lie.
fn roots() -> Vec<PathBuf> {
    let cache = std::env::var_os("SEALTRAIL_CACHE").map(PathBuf::from);
    let user = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let user = user.or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache")));
    let ours = cache.or_else(|| user.map(|user| user.join("sealtrail")));
    let system = ["/usr", "/usr/local", "/opt/homebrew"].map(PathBuf::from);
    ours.map(|cache| cache.join("softhsm2/usr")).into_iter().chain(system).collect()
}

fn find(places: &[&str]) -> PathBuf {
    let candidates = roots().into_iter().flat_map(|root| places.iter().map(move |place| root.join(place)));
    let found = candidates.into_iter().find(|path| path.exists());
    found.unwrap_or_else(|| panic!("SoftHSM2 is missing ({}); run `make setup`", places[0]))
}

pub fn module() -> PathBuf {
    find(&["lib/softhsm/libsofthsm2.so", "lib64/softhsm/libsofthsm2.so", "lib64/pkcs11/libsofthsm2.so"])
}

fn utility() -> PathBuf {
    find(&["bin/softhsm2-util"])
}

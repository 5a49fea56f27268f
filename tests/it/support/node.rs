//! Node: scripts that ask the reference implementation of GraphQL, and the tools of the clients.

use std::{
    fs::{self, File},
    io::ErrorKind,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::LazyLock,
};

static PACKAGES: LazyLock<PathBuf> = LazyLock::new(|| installed("tests/node"));
static WEB: LazyLock<PathBuf> = LazyLock::new(|| installed("web"));

/// Runs a script of `tests/node/` and returns its standard output; the packages it imports are installed first.
///
/// # Panics
///
/// When node is missing or the script fails, with what it said.
pub async fn node(script: &str, arguments: &[&str]) -> String {
    let script = script.to_owned();
    let arguments = owned(arguments);
    let told = in_the_background(move || {
        let directory = &*PACKAGES;
        run(Command::new("node").arg(directory.join(&script)).args(arguments).current_dir(directory))
    });
    told.await.succeeded()
}

/// Starts a script of `tests/node/` that goes on until it is killed; its standard output is for the caller to read.
///
/// # Panics
///
/// When node is missing.
pub async fn node_process(script: &str, arguments: &[&str]) -> std::process::Child {
    let (script, arguments) = (script.to_owned(), owned(arguments));
    let start = move || {
        let directory = &*PACKAGES;
        let mut command = Command::new("node");
        command.arg(directory.join(&script)).args(arguments).current_dir(directory);
        let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        command.spawn().expect("Node runs; Node 20.19 or newer is at https://nodejs.org")
    };
    tokio::task::spawn_blocking(start).await.expect("the program starts")
}

/// Runs node or a program of the packages of `web/`, after they are installed: there, unless `adjust` says otherwise.
///
/// # Panics
///
/// When node or the program is missing.
pub async fn web(program: &'static str, adjust: impl FnOnce(&mut Command) + Send + 'static) -> Told {
    let told = in_the_background(move || {
        let mut command = match program {
            "node" => Command::new(program),
            _ => Command::new(WEB.join("node_modules/.bin").join(program)),
        };
        adjust(command.current_dir(&*WEB));
        run(&mut command)
    });
    told.await
}

/// What a program said.
pub struct Told {
    /// Whether it ended well.
    pub success: bool,
    /// The standard output.
    pub output: String,
    /// The standard error.
    pub errors: String,
}

impl Told {
    /// The standard output of a program that ended well.
    #[track_caller]
    pub fn succeeded(self) -> String {
        assert!(self.success, "{}\n{}", self.output, self.errors);
        self.output
    }
}

/// A program may ask a server that runs on this very thread.
async fn in_the_background(work: impl FnOnce() -> Output + Send + 'static) -> Told {
    let output = tokio::task::spawn_blocking(work).await.expect("the program runs");
    Told {
        success: output.status.success(),
        output: String::from_utf8(output.stdout).expect("a program prints text"),
        errors: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

fn owned(arguments: &[&str]) -> Vec<String> {
    arguments.iter().map(|&argument| argument.to_owned()).collect()
}

fn installed(directory: &str) -> PathBuf {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join(directory);
    install(&directory);
    directory
}

/// Installs what the lock file names, unless exactly that is installed.
fn install(directory: &Path) {
    let lock = directory.join("package-lock.json");
    // Other processes test the same tree: the first to come installs. Closing the file releases it.
    let turn = File::open(&lock).expect("the lock file of the packages");
    turn.lock().expect("a turn to install");
    let wanted = fs::read(&lock).expect("the lock file of the packages");
    // A copy that is written last tells a whole installation from one that was cut off.
    let installed = directory.join("node_modules/.installed");
    if fs::read(&installed).is_ok_and(|installed| installed == wanted) {
        return;
    }
    let options = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    let output = run(Command::new("npm").args(options).current_dir(directory));
    assert!(output.status.success(), "npm ci: {}", String::from_utf8_lossy(&output.stderr));
    fs::write(installed, wanted).expect("the installation is marked as whole");
}

fn run(command: &mut Command) -> Output {
    command.stdin(Stdio::null()).output().unwrap_or_else(|error| match error.kind() {
        ErrorKind::NotFound => {
            panic!("Node is missing: install Node 20.19 or newer with npm from https://nodejs.org.")
        }
        _ => panic!("{command:?}: {error}"),
    })
}

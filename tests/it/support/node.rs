//! Scripts of `tests/node/`: what the reference implementation of GraphQL says.

use std::{
    fs::{self, File},
    io::ErrorKind,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::LazyLock,
};

static PACKAGES: LazyLock<PathBuf> = LazyLock::new(|| {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/node");
    install(&directory);
    directory
});

/// Runs a script of `tests/node/` and returns its standard output; the packages it imports are installed first.
///
/// # Panics
///
/// When node is missing or the script fails, with what it said.
pub async fn node(script: &str, arguments: &[&str]) -> String {
    let script = script.to_owned();
    let arguments: Vec<String> = arguments.iter().map(|&argument| argument.to_owned()).collect();
    // A script may ask a server that runs on this very thread.
    let running = tokio::task::spawn_blocking(move || {
        let directory = &*PACKAGES;
        let output =
            run(Command::new("node").arg(directory.join(&script)).args(arguments).current_dir(directory));
        String::from_utf8(output.stdout).unwrap_or_else(|_| panic!("{script} does not print text"))
    });
    running.await.expect("the script succeeds")
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
    run(Command::new("npm").args(options).current_dir(directory));
    fs::write(installed, wanted).expect("the installation is marked as whole");
}

fn run(command: &mut Command) -> Output {
    let output = command.stdin(Stdio::null()).output().unwrap_or_else(|error| match error.kind() {
        ErrorKind::NotFound => {
            panic!("Node is missing: install Node 18 or newer with npm from https://nodejs.org.")
        }
        _ => panic!("{command:?}: {error}"),
    });
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?} ended with {}: {errors}", output.status);
    output
}

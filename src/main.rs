//! The program `consentry`.

use std::process::ExitCode;

// Answers are built from many small allocations, which this allocator serves faster than the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // A panic's message may quote what it was about, so only the place is told.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
        tracing::error!(%place, "panicked; the message is left out, since it may quote protected data");
        if !tracing::dispatcher::has_been_set() {
            eprintln!("consentry: panicked at {place}");
        }
    }));
    std::panic::catch_unwind(|| consentry::command::run(std::env::args_os())).unwrap_or(ExitCode::FAILURE)
}

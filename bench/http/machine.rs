//! What the machine tells of processes.

use std::{fs, process::Command};

/// How many ticks of processor time are a second, on every Linux that there is.
const TICKS: f64 = 100.0;

/// Processor time of a process, in seconds; that of its ended children is `waited`.
struct Times {
    parent: u32,
    own: f64,
    waited: f64,
}

fn times(process: u32) -> Option<Times> {
    read(&format!("/proc/{process}/stat"))
}

fn read(path: &str) -> Option<Times> {
    let text = fs::read_to_string(path).ok()?;
    // The name stands in parentheses and may hold anything.
    let fields: Vec<&str> = text.rsplit_once(") ")?.1.split(' ').collect();
    let ticks = |place: usize| fields[place].parse::<f64>().ok().map(|ticks| ticks / TICKS);
    Some(Times {
        parent: fields[1].parse().ok()?,
        own: ticks(11)? + ticks(12)?,
        waited: ticks(13)? + ticks(14)?,
    })
}

/// Processor time of a process with all its threads, in seconds.
pub fn processor_time(process: u32) -> f64 {
    times(process).map_or(0.0, |times| times.own)
}

/// Processor time of PostgreSQL, in seconds: its first process, those that it started, and those that have ended.
pub fn processor_time_of_family(postmaster: u32) -> f64 {
    let first = times(postmaster).map_or(0.0, |times| times.own + times.waited);
    let processes = fs::read_dir("/proc").expect("Linux").filter_map(|entry| {
        let number = entry.ok()?.file_name().to_str()?.parse().ok()?;
        times(number).filter(|times| times.parent == postmaster).map(|times| times.own)
    });
    first + processes.sum::<f64>()
}

/// Processor time of each thread of a process, in seconds.
pub fn processor_time_of_threads(process: u32) -> Vec<f64> {
    let tasks = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten();
    let paths = tasks.filter_map(|entry| Some(format!("{}/stat", entry.ok()?.path().to_str()?)));
    paths.filter_map(|path| Some(read(&path)?.own)).collect()
}

/// Resident memory of a process, in megabytes.
pub fn resident(process: u32) -> f64 {
    let text = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes =
        line.and_then(|line| line.trim().strip_suffix(" kB")).and_then(|size| size.parse::<f64>().ok());
    kilobytes.unwrap_or_default() / 1024.0
}

/// Asks a process to end.
pub fn terminate(process: u32) {
    let _ = Command::new("sh").args(["-c", &format!("kill -TERM {process}")]).status();
}

/// The processor, how many of them, and the memory.
pub fn description() -> String {
    let field = |path: &str, name: &str| {
        let text = fs::read_to_string(path).unwrap_or_default();
        let line = text.lines().find(|line| line.starts_with(name)).map(str::to_owned);
        line.and_then(|line| line.split_once(':').map(|(_, value)| value.trim().to_owned()))
            .unwrap_or_default()
    };
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    let kilobytes =
        field("/proc/meminfo", "MemTotal").trim_end_matches(" kB").parse::<f64>().unwrap_or_default();
    format!(
        "{processors} × {}, {:.0} GiB of memory, load {} before",
        field("/proc/cpuinfo", "model name"),
        kilobytes / 1024.0 / 1024.0,
        load()
    )
}

/// How busy the machine is, over the last minute.
pub fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or_default().to_owned()
}

/// What a program prints, on one line.
pub fn printed(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    output.map_or_else(|_| String::new(), |output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

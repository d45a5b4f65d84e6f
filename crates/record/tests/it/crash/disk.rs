//! What a disk may do: lose power, be full, fail. Each needs a file system of its own, which only
//! root can mount, or a tracer; without them the tests say that they were skipped.

use super::{DIRECTORY, MODE, WRITER, check, child_of};
use crate::store::is_without_files;
use crate::support::{access, open_at, raw};
use record::{Failure, Record, Role};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

const CUTS: u64 = 4;
const CUTS_ASSURED: u64 = 200;
/// Cuts on one directory; the check reads everything that is there.
const CUTS_OF_A_DIRECTORY: u64 = 5;
const IMAGE_BYTES: u64 = 96 << 20;
const FULL_BYTES: &str = "size=12m";
/// `EXT4_IOC_SHUTDOWN` with `EXT4_GOING_FLAGS_NOLOGFLUSH` (Linux, fs/ext4/ext4.h): nothing more
/// reaches the disk, as when the power is cut.
const SHUTDOWN: &str = "import fcntl,os,struct,sys
fd=os.open(sys.argv[1],os.O_RDONLY)
fcntl.ioctl(fd,0x8004587d,struct.pack('I',2))";

fn run(program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// A mounted file system, taken away at the end.
struct Mounted(PathBuf);

impl Mounted {
    fn new(at: &Path, arguments: &[&str]) -> Option<Self> {
        std::fs::create_dir_all(at).unwrap();
        let at_text = at.to_str().unwrap();
        run("mount", &[arguments, &[at_text]].concat()).then(|| Self(at.to_owned()))
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        for _ in 0..50 {
            if run("umount", &[self.0.to_str().unwrap()]) {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

/// Lets a child write, cuts the power, and gives what it had acknowledged before the cut began.
fn acknowledged_before_the_cut(at: &Path, directory: &Path, round: u64) -> Vec<String> {
    let mut child = child_of(directory, "");
    let (sender, arrived) = mpsc::channel();
    let reader = BufReader::new(child.stdout.take().unwrap()).lines();
    // Only what has arrived when the cut begins is counted: while it goes on, a sync may still
    // say that all is well.
    let listener = std::thread::spawn(move || {
        for line in reader.map_while(Result::ok) {
            let _ = sender.send((Instant::now(), line));
        }
    });
    let mut lines = Vec::new();
    for (_, line) in arrived.iter().take(usize::try_from(8 + round % 40).unwrap()) {
        lines.push(line);
    }
    std::thread::sleep(Duration::from_micros(round * 1_137 % 40_000));
    let cut = Instant::now();
    assert!(run("python3", &["-c", SHUTDOWN, at.to_str().unwrap()]), "the power stays on");
    child.kill().unwrap();
    child.wait().unwrap();
    listener.join().unwrap();
    lines.extend(arrived.iter().filter(|(when, _)| *when < cut).map(|(_, line)| line));
    lines.retain(|line| line.starts_with("archived ") || line.starts_with("committed "));
    lines
}

#[test]
fn nothing_acknowledged_is_lost_by_a_power_cut() {
    if is_without_files("the files are another server's") {
        return;
    }
    let scratch = tempfile::tempdir().unwrap();
    let (image, at) = (scratch.path().join("image"), scratch.path().join("mounted"));
    std::fs::File::create(&image).unwrap().set_len(IMAGE_BYTES).unwrap();
    let image = image.to_str().unwrap();
    let mount = ["-o", "loop", image];
    let is_there = run("mkfs.ext4", &["-q", "-F", image])
        && Mounted::new(&at, &mount).is_some_and(|_| run("python3", &["--version"]));
    if !is_there {
        println!("SKIPPED: power cuts need root, loop devices, mkfs.ext4 and python3");
        return;
    }
    let cuts = if super::is_assured() { CUTS_ASSURED } else { CUTS };
    let (mut lines, mut total) = (Vec::new(), 0);
    for round in 0..cuts {
        let directory = at.join(format!("d{}", round / CUTS_OF_A_DIRECTORY));
        if round % CUTS_OF_A_DIRECTORY == 0 {
            lines.clear();
            let _mounted = Mounted::new(&at, &mount).unwrap();
            if round > 0 {
                let before = at.join(format!("d{}", round / CUTS_OF_A_DIRECTORY - 1));
                std::fs::remove_dir_all(before).unwrap();
            }
            std::fs::create_dir(&directory).unwrap();
            drop(open_at(&directory).unwrap());
        }
        let mounted = Mounted::new(&at, &mount).unwrap();
        let acknowledged = acknowledged_before_the_cut(&at, &directory, round);
        total += acknowledged.len();
        lines.extend(acknowledged);
        drop(mounted);
        let _mounted = Mounted::new(&at, &mount).unwrap();
        check(&open_at(&directory).unwrap(), &lines);
    }
    let outcome = if cuts == CUTS_ASSURED { "met" } else { "a part" };
    println!("figure: power cuts | 200, none lost | {cuts}, none of {total} lost | {outcome}");
    assert!(total as u64 > cuts * 3, "{total}");
}

/// 32 KiB that do not get smaller by packing (xorshift64).
fn random(seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let next = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    (0..4096).flat_map(next).collect()
}

/// Archives until it is refused; what was acknowledged.
fn fill(record: &Record, round: u32) -> (Vec<(model::RawId, Vec<u8>)>, Failure) {
    let mut acknowledged = Vec::new();
    let mut number = 0_u64;
    loop {
        let random = random(u64::from(round) * 100_000 + number);
        match record.archive(&access(Role::Interface), raw(&format!("{round}-{number}"), &random)) {
            Ok(id) => acknowledged.push((id, random)),
            Err(failure) => return (acknowledged, failure),
        }
        number += 1;
    }
}

#[test]
fn a_full_disk_is_told_and_writing_goes_on_when_there_is_room() {
    if is_without_files("the files are another server's") {
        return;
    }
    let scratch = tempfile::tempdir().unwrap();
    let at = scratch.path().join("mounted");
    let arguments = ["-t", "tmpfs", "-o", FULL_BYTES, "tmpfs"];
    let Some(_mounted) = Mounted::new(&at, &arguments) else {
        println!("SKIPPED: a small file system needs root");
        return;
    };
    let ballast = at.join("ballast");
    std::fs::write(&ballast, vec![1; 4 << 20]).unwrap();
    let record = open_at(&at).unwrap();
    let (mut all, failure) = fill(&record, 0);
    assert!(all.len() > 20, "{} {failure}", all.len());
    // Reading notes an event first, for which there is room again now.
    std::fs::remove_file(&ballast).unwrap();
    let (more, _) = fill(&record, 1);
    assert!(more.len() > 20, "{}: it does not go on", more.len());
    all.extend(more);
    for (id, body) in &all {
        let message = record.raw(&access(Role::Interface), id);
        let is_refused = matches!(message, Err(Failure::Audit(_)));
        assert!(is_refused || message.unwrap().unwrap().body == *body, "{id}");
    }
    drop(record);
    // With nothing but what was acknowledged in it, and all of that.
    let copy = scratch.path().join("copy");
    assert!(run("cp", &["-a", at.to_str().unwrap(), copy.to_str().unwrap()]));
    let record = open_at(&copy).unwrap();
    for (id, body) in &all {
        let message = record.raw(&access(Role::Interface), id).unwrap().unwrap();
        assert_eq!(message.body, *body, "{id}");
    }
    assert_eq!(record.health().raw_states.values().sum::<u64>(), all.len() as u64);
}

#[test]
fn after_a_failed_sync_nothing_is_acknowledged() {
    if is_without_files("the files are another server's") {
        return;
    }
    let inject = ["-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e"];
    if !run("strace", &[&inject[..], &["inject=fsync:error=EIO:when=60000", "true"]].concat()) {
        println!("SKIPPED: failing syncs need strace, and leave to trace");
        return;
    }
    for first in [30, 41, 52, 63] {
        let directory = tempfile::tempdir().unwrap();
        drop(open_at(directory.path()).unwrap());
        let failing = format!("inject=fsync,fdatasync:error=EIO:when={first}+");
        let child = Command::new("strace")
            .args(inject)
            .arg(failing)
            .arg(std::env::current_exe().unwrap())
            .args(["--exact", WRITER, "--nocapture", "--test-threads=1"])
            .env(DIRECTORY, directory.path())
            .env(MODE, "one")
            .stderr(Stdio::null())
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&child.stdout);
        let lines: Vec<String> = told.lines().map(str::to_owned).collect();
        // Syncs are counted by thread, and each store has its own; what failed does not go on.
        for kind in ["archived ", "committed "] {
            let refused =
                lines.iter().position(|line| line.starts_with(&format!("refused {kind}")));
            let after = lines.iter().skip(refused.unwrap_or(lines.len()));
            let after = after.filter(|line| line.starts_with(kind)).count();
            assert_eq!(after, 0, "{first}: {kind}after a sync failed: {told}");
        }
        assert!(told.contains("\nrefused "), "{first}: nothing was refused: {told}");
        let is_acknowledged =
            |line: &&String| line.starts_with("archived ") || line.starts_with("committed ");
        let before: Vec<String> = lines.iter().filter(is_acknowledged).cloned().collect();
        assert!(!before.is_empty(), "{first}");
        check(&open_at(directory.path()).unwrap(), &before);
    }
}

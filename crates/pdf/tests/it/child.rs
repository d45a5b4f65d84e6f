//! Whatever the process does, its caller has an answer in time. (That the program's own process
//! takes its limits is a test of the program.)

use pdf::child::{ReadFailure, Reader};
use std::time::Duration;

/// What comes of a process that runs this.
fn failure(script: &str) -> ReadFailure {
    let reader = Reader::new("/bin/sh", &["-c", script]).waiting(Duration::from_secs(3));
    reader.read(&vec![b' '; 1_000_000]).unwrap_err()
}

#[test]
fn a_process_that_does_not_answer_is_ended_with_a_reason() {
    for (script, word) in [
        ("kill -SEGV $$", "ended"),
        ("cat > /dev/null; kill -KILL $$", "ended"),
        ("exit 0", "ended"),
        ("cat > /dev/null; echo '{\"reading\":'", "ended"),
        ("cat > /dev/null; echo '{}'; exit 1", "ended"),
        ("exec sleep 60", "too-long"),
        ("exec 1>&-; exec sleep 60", "too-long"),
        ("yes", "too-much"),
        ("cat > /dev/null; echo '{\"refused\":{\"word\":\"damaged\",\"text\":\"x\"}}'", "damaged"),
    ] {
        assert_eq!(failure(script).word(), word, "{script}");
    }
    let missing = Reader::new("/nonexistent/program", &[]).read(b"").unwrap_err();
    assert_eq!(missing.word(), "not-started");
}

//! The repository keeps its own rules, checked as an ordinary test.

use xtask::{Workspace, tidy};

#[test]
fn the_repository_is_tidy() {
    let workspace = Workspace::load().expect("the workspace can be read");
    assert!(workspace.file("Cargo.toml").is_some(), "the root is the workspace's");
    assert!(workspace.rust_files().count() > 20, "the sources are listed");
    let findings = tidy::check(&workspace);
    let printed: Vec<String> = findings.iter().map(ToString::to_string).collect();
    assert!(printed.is_empty(), "\n{}\n", printed.join("\n"));
}

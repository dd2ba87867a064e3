//! The API does what its own description says: Schemathesis makes requests from it, good and bad ones, and looks at
//! every answer.

use std::path::PathBuf;
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use tokio::process::Command;

use crate::world::World;

/// The program, as `cargo xtask test` installs it.
const PROGRAM: &str = "BAILIWICK_SCHEMATHESIS";
/// How long one run makes requests, in seconds.
const BUDGET: &str = "80";
/// A run that takes longer hangs.
const MOST: Duration = Duration::from_mins(5);

async fn check(world: &World, who: &str, key: &str) {
    let program = std::env::var_os(PROGRAM)
        .unwrap_or_else(|| panic!("{PROGRAM} names no program: run `cargo xtask test --only api`"));
    let config = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("api/schemathesis.toml");
    let started = Instant::now();
    let run = Command::new(program)
        .arg("--config-file")
        .arg(config)
        .args(["run", "--no-color", "--seed", "20260101", "--max-time", BUDGET])
        .args(["--header", &format!("Authorization: Bearer {key}")])
        .arg(format!("{}/openapi.json", world.url()))
        .current_dir(world.house.folder())
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let Output { status, stdout, stderr } =
        tokio::time::timeout(MOST, run).await.expect("an end in time").expect("it runs");
    let said = format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    eprintln!("{said}\n{who}: {:?}", started.elapsed());
    assert!(status.success(), "{who}: the API is not as it describes itself, see above");
    assert!(said.contains("passed"), "{who}: nothing was checked");
}

#[tokio::test]
async fn the_api_is_as_it_describes_itself_to_a_main_admin() {
    let mut world = World::start().await;
    let key = world.key_of_admin().await;
    check(&world, "main Admin", &key).await;
}

#[tokio::test]
async fn the_api_is_as_it_describes_itself_to_the_providers_owner() {
    let mut world = World::start().await;
    let key = world.key_of_owner().await;
    check(&world, "owner", &key).await;
}

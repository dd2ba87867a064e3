use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::{Simulation, installed_in, objection, parse, stale};
use crate::workspace::scratch::Scratch;

const REPLACES_EXIM: &str = "\
NOTE: This is only a simulation!
Reading package lists...
The following packages will be REMOVED:
  exim4-base exim4-daemon-light
Remv exim4-daemon-light [4.96-15+deb12u10] [bsd-mailx:amd64 ]
Remv exim4-base [4.96-15+deb12u10]
Inst libc6 [2.36-9] (2.36-10 Debian:12.15/oldstable [amd64])
Inst postfix (3.7.11-0+deb12u1 Debian:12.15/oldstable [amd64])
Inst dovecot-core (1:2.3.19.1 Debian-Security:12/oldstable-security [amd64])
Conf postfix (3.7.11-0+deb12u1 Debian:12.15/oldstable [amd64])
Remv
";

#[test]
fn a_simulation_is_read_as_installs_upgrades_and_removals() {
    let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
    let expected = Simulation {
        installs: names(&["postfix", "dovecot-core"]),
        upgrades: names(&["libc6"]),
        removals: names(&["exim4-daemon-light", "exim4-base"]),
    };
    assert_eq!(parse(REPLACES_EXIM), expected);
    assert_eq!(parse(""), Simulation::default());
}

#[test]
fn another_mail_server_or_package_that_would_go_is_named_and_nothing_else_objected_to() {
    assert!(
        objection(&parse(REPLACES_EXIM)).unwrap().contains("mail server (exim4-daemon-light, exim4-base)")
    );
    assert!(objection(&parse("Remv sendmail-bin [8]")).unwrap().contains("mail server (sendmail-bin)"));
    assert!(
        objection(&parse("Remv dmapi [1]\nRemv editor [2]"))
            .unwrap()
            .contains("other packages for this: dmapi, editor")
    );
    assert_eq!(objection(&parse("Inst postfix (3.7)\nConf postfix (3.7)")), None);
}

#[test]
fn only_packages_that_are_wholly_installed_count() {
    assert_eq!(installed_in("ii  postfix\nrc  dovecot-core\nun  chromium\niU  exim4\n"), ["postfix"]);
}

#[test]
fn a_list_of_packages_older_than_the_archive_is_recognised() {
    assert!(stale("E: Failed to fetch https://a/b.deb  404  Not Found"));
    assert!(!stale("E: Could not get lock"));
}

/// The script with a policy and settings of the test's own, and a command instead of apt-get.
fn script(scratch: &Scratch, command: &[&str]) -> Command {
    let mut script = Command::new("sh");
    script.args(["-c", super::SCRIPT, "install"]).arg(scratch.0.join("policy-rc.d"));
    script.arg(scratch.0.join("etc/createcluster.d")).arg("").args(command);
    script
}

fn names(scratch: &Scratch) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(&scratch.0)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn while_packages_are_installed_no_service_may_start_and_afterwards_there_is_no_policy_again() {
    let scratch = Scratch::new();
    let policy = scratch.0.join("policy-rc.d");
    let check = format!("'{}'; test $? = 101", policy.display());
    assert!(script(&scratch, &["sh", "-c", &check]).status().unwrap().success());
    assert_eq!(names(&scratch), [""; 0]);
}

#[test]
fn a_former_policy_is_put_back_also_after_a_failure_whose_status_is_handed_on() {
    let scratch = Scratch::new();
    let policy = scratch.write("policy-rc.d", "former");
    let status =
        script(&scratch, &["sh", "-c", &format!("cat '{}'; exit 7", policy.display())]).output().unwrap();
    assert_eq!(status.status.code(), Some(7));
    assert!(String::from_utf8_lossy(&status.stdout).contains("exit 101"));
    assert_eq!(fs::read_to_string(policy).unwrap(), "former");
    assert_eq!(names(&scratch), ["policy-rc.d"]);
}

#[test]
fn a_former_policy_is_put_back_after_ctrl_c() {
    let scratch = Scratch::new();
    let policy = scratch.write("policy-rc.d", "former");
    let script = script(&scratch, &["sh", "-c", "echo started; sleep 30"]);
    // What was started in the background ignores Ctrl-C, and so would the script.
    let mut listening = Command::new("env");
    listening.arg("--default-signal=INT").arg(script.get_program()).args(script.get_args());
    let mut child = listening.process_group(0).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_ne!(fs::read_to_string(&policy).unwrap(), "former");
    let group = format!("-{}", child.id());
    // A shell that is just starting its command may lose one, so a person would press it again.
    let ended = loop {
        assert!(
            Command::new("sh").args(["-c", "kill -INT \"$1\"", "kill", &group]).status().unwrap().success()
        );
        std::thread::sleep(Duration::from_millis(50));
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
    };
    assert!(!ended.success());
    assert_eq!(fs::read_to_string(policy).unwrap(), "former");
    assert_eq!(names(&scratch), ["policy-rc.d"]);
}

#[test]
fn what_a_killed_run_left_is_put_right_by_the_next() {
    let scratch = Scratch::new();
    let policy = scratch.write("policy-rc.d", "ours, left behind");
    scratch.write("policy-rc.d.bailiwick-saved", "former");
    assert!(script(&scratch, &["true"]).status().unwrap().success());
    assert_eq!(fs::read_to_string(policy).unwrap(), "former");
    assert_eq!(names(&scratch), ["policy-rc.d"]);
}

#[test]
fn postgresql_is_installed_without_a_cluster_and_the_setting_goes_again() {
    let scratch = Scratch::new();
    let setting = scratch.0.join("etc/createcluster.d/bailiwick.conf");
    let check = format!("cat '{}'", setting.display());
    let output = script(&scratch, &["sh", "-c", &check, "install", "postgresql", "x"]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "create_main_cluster = false\n");
    assert!(!setting.parent().unwrap().exists());
}

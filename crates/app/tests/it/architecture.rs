//! The structure the guarantees stand on, held by reading the source.

use std::fs;
use std::path::{Path, PathBuf};

fn sources() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("the folder is read") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("the file is read");
                found.push((path, text));
            }
        }
    }
    found
}

fn is_test(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == "testkit" || part.as_os_str() == "tests")
        || path.ends_with("tests.rs")
        || path.ends_with("tampering.rs")
}

fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap_or_default()
}

/// Source files that break a rule.
fn offenders(breaks: impl Fn(&Path, &str) -> bool) -> Vec<String> {
    let all = sources();
    let found = all.iter().filter(|(path, text)| !is_test(path) && breaks(path, without_tests(text)));
    found.map(|(path, _)| path.display().to_string()).collect()
}

fn is_store(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == "store.rs")
        || path.components().any(|part| part.as_os_str() == "store")
}

#[test]
fn sql_stands_in_stores_only() {
    let statement = |text: &str| {
        ["\"SELECT ", "\"INSERT ", "\"UPDATE ", "\"DELETE ", "sql(\""].iter().any(|mark| text.contains(mark))
    };
    assert_eq!(offenders(|path, text| !is_store(path) && statement(text)), Vec::<String>::new());
}

#[test]
fn pages_never_touch_the_database() {
    let touches = |text: &str| {
        ["WriteTx", "ReadTx", "db()", "Db}", "core.read(", "core.write("]
            .iter()
            .any(|mark| text.contains(mark))
    };
    assert_eq!(
        offenders(|path, text| (path.ends_with("pages.rs")
            || path.ends_with("reset_and_removal.rs")
            || path.ends_with("details.rs"))
            && touches(text)),
        Vec::<String>::new()
    );
}

#[test]
fn changes_without_an_audit_event_are_few_and_listed() {
    let mut reasons: Vec<String> = sources()
        .iter()
        .filter(|(path, _)| !is_test(path))
        .flat_map(|(_, text)| {
            without_tests(text)
                .split("Events::none(")
                .skip(1)
                .filter_map(|rest| rest.split('"').nth(1))
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .collect();
    reasons.sort_unstable();
    insta::assert_snapshot!(reasons.join("\n"));
}

#[test]
fn the_system_acts_in_listed_places_only() {
    let mut places: Vec<String> = sources()
        .iter()
        .filter(|(path, text)| !is_test(path) && without_tests(text).contains("Caller::system("))
        .map(|(path, _)| {
            path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
                .unwrap_or(path)
                .display()
                .to_string()
        })
        .collect();
    places.sort_unstable();
    insta::assert_snapshot!(places.join("\n"));
}

#[test]
fn every_action_is_in_the_matrix() {
    let listed: Vec<&str> = bailiwick_app::actions().iter().map(|action| action.name).collect();
    for (path, text) in sources().iter().filter(|(path, _)| path.ends_with("actions.rs")) {
        let declared = text.split('"').skip(1).step_by(2).filter(|name| {
            name.split('.').count() == 2
                && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'.' || byte == b'_')
        });
        for name in declared {
            assert!(listed.contains(&name), "{name} of {} is not in matrix::actions()", path.display());
        }
    }
}

/// Texts whose keys are put together from a code, a portal or an action.
const PUT_TOGETHER: [&str; 12] = [
    "error-",
    "portal-",
    "sign-in-text-",
    "history-",
    "section-",
    "level-",
    "permission-",
    "power-",
    "action-",
    "explanation-role-",
    "explanation-rank-",
    "profile-",
];

#[test]
fn every_text_is_named_somewhere() {
    let code: String = sources().iter().map(|(_, text)| text.as_str()).collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/locales/en");
    let mut unused = Vec::new();
    for file in fs::read_dir(folder).expect("the folder is read") {
        let text = fs::read_to_string(file.expect("an entry").path()).expect("the file is read");
        for key in text
            .lines()
            .filter(|line| line.starts_with(|first: char| first.is_ascii_lowercase()))
            .filter_map(|line| line.split(" =").next())
        {
            let named = code.contains(&format!("\"{key}\""))
                || key.strip_prefix("done-").is_some_and(|done| {
                    code.contains(&format!("done={done}")) || code.contains(&format!("\"{done}\""))
                });
            if !named && !PUT_TOGETHER.iter().any(|prefix| key.starts_with(prefix)) {
                unused.push(key.to_owned());
            }
        }
    }
    assert_eq!(unused, Vec::<String>::new());
}

#[test]
fn every_text_that_is_named_exists() {
    let all = sources();
    let code: String = all.iter().map(|(_, text)| text.as_str()).collect();
    let pieces: Vec<&str> = code.split("t!(\"").collect();
    for pair in pieces
        .windows(2)
        .filter(|pair| !pair[0].ends_with(|before: char| before.is_alphanumeric() || before == '_'))
    {
        let rest = pair[1];
        let key = rest.split('"').next().unwrap_or_default();
        assert!(bailiwick_base::texts::has(key), "no text for {key}");
    }
    for rest in code.split("done=").skip(1) {
        let key: String = rest
            .chars()
            .take_while(|character| character.is_ascii_lowercase() || *character == '-')
            .collect();
        assert!(
            key.is_empty() || bailiwick_base::texts::has(&format!("done-{key}")),
            "no text for done-{key}"
        );
    }
}

//! Refuses a configuration that would let mail or people through when Bailiwick cannot be asked.
//!
//! The rendered files are read the way the servers read them (continued lines, later settings over earlier
//! ones, `-o` overrides), so that a slip in a template is found before it runs. It judges only what it knows:
//! passing it means that none of these faults is there, not that the configuration is good.

use std::fmt;

use crate::render::Rendered;

/// One reason not to start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// The file at fault.
    pub file: &'static str,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file, self.what)
    }
}

/// Everything wrong with the rendered files.
pub fn lint(files: &Rendered) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    postfix_main(&files.main_cf, &mut flaws);
    postfix_master(&files.master_cf, &mut flaws);
    dovecot(&files.dovecot_conf, &mut flaws);
    flaws
}

fn postfix_main(text: &str, flaws: &mut Vec<Flaw>) {
    let lines = logical_lines(text);
    let settings: Vec<_> = lines.iter().filter_map(|line| line.split_once('=')).collect();
    let last = |name: &str| {
        settings.iter().rev().find(|(key, _)| key.trim() == name).map_or("", |(_, value)| value.trim())
    };
    let mut flaw = |what: String| flaws.push(Flaw { file: "main.cf", what });
    if !forbids_bare_newline(last("smtpd_forbid_bare_newline")) {
        flaw("smtpd_forbid_bare_newline is not set: a message could be smuggled inside another".to_owned());
    }
    if last("smtpd_tls_auth_only") != "yes" {
        flaw("smtpd_tls_auth_only is not yes: passwords could pass in the clear".to_owned());
    }
    if last("smtpd_sasl_auth_enable") == "yes" {
        flaw("smtpd_sasl_auth_enable is yes for every listener: port 25 must not take sign-ins".to_owned());
    }
    if !last("mynetworks").is_empty() {
        flaw("mynetworks is not empty: an address alone must not allow relaying".to_owned());
    }
    for line in &lines {
        default_actions(line, &mut flaw);
    }
}

fn postfix_master(text: &str, flaws: &mut Vec<Flaw>) {
    let mut flaw = |what: String| flaws.push(Flaw { file: "master.cf", what });
    for service in logical_lines(text) {
        default_actions(&service, &mut flaw);
        let name = service.split_whitespace().next().unwrap_or_default().to_owned();
        let overrides = overrides(&service);
        let last =
            |key: &str| overrides.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value.as_str());
        if last("smtpd_forbid_bare_newline").is_some_and(|value| !forbids_bare_newline(value)) {
            flaw(format!("{name} lifts smtpd_forbid_bare_newline"));
        }
        if last("smtpd_tls_auth_only").is_some_and(|value| value != "yes") {
            flaw(format!("{name} lifts smtpd_tls_auth_only"));
        }
        if last("smtpd_sasl_auth_enable") == Some("yes")
            && last("smtpd_tls_security_level") != Some("encrypt")
        {
            flaw(format!("{name} takes sign-ins without demanding TLS"));
        }
        if last("mynetworks").is_some() && !name.starts_with("127.0.0.1:") {
            flaw(format!("{name} trusts addresses and is not on 127.0.0.1"));
        }
    }
}

fn dovecot(text: &str, flaws: &mut Vec<Flaw>) {
    let mut flaw = |what: String| flaws.push(Flaw { file: "dovecot.conf", what });
    let settings: Vec<_> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('='))
        .map(|(key, value)| (key.trim(), value.trim()))
        .collect();
    for &(key, value) in &settings {
        match key {
            "auth_cache_size" if value != "0" => {
                flaw(format!("auth_cache_size is {value}: withdrawn rights would go on counting"));
            }
            "result_internalfail" if value.ends_with("-ok") => {
                flaw(format!("result_internalfail is {value}: a fault would open the door"));
            }
            "login_trusted_networks" if !value.is_empty() => {
                flaw(
                    "login_trusted_networks is set: a forwarded client address counts only with a token"
                        .to_owned(),
                );
            }
            "disable_plaintext_auth" if value != "yes" => {
                flaw("disable_plaintext_auth is not yes: passwords could pass in the clear".to_owned());
            }
            "ssl" if value != "required" && value != "yes" => {
                flaw(format!("ssl is {value}: passwords could pass in the clear"));
            }
            "args" if value.contains(".lua") && !value.contains("blocking=yes") => {
                flaw("a Lua script without blocking=yes can crash the auth process".to_owned());
            }
            _ => {}
        }
    }
    for (name, wanted) in [("disable_plaintext_auth", "yes"), ("ssl", "required"), ("auth_cache_size", "0")] {
        if !settings.contains(&(name, wanted)) {
            flaw(format!("{name} = {wanted} is missing"));
        }
    }
}

/// `normalize`, or the stricter `yes`, which Debian's 3.7.11 and later know.
fn forbids_bare_newline(value: &str) -> bool {
    matches!(value, "normalize" | "yes" | "reject")
}

/// Every `default_action` of a policy question must be a temporary refusal.
fn default_actions(line: &str, flaw: &mut impl FnMut(String)) {
    for (at, _) in line.match_indices("default_action") {
        let rest = line[at + "default_action".len()..].trim_start();
        let Some(value) = rest.strip_prefix('=').map(str::trim_start) else { continue };
        let word = value.split([' ', '\t', ',', '}']).next().unwrap_or_default();
        let temporary =
            word.starts_with('4') && word.len() == 3 || word.to_ascii_uppercase().starts_with("DEFER");
        if !temporary {
            flaw(format!(
                "the default action of a policy question is {word}: it must be a temporary refusal"
            ));
        }
    }
}

/// Joins continued lines (those that begin with white space) and leaves out comments.
fn logical_lines(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#')) {
        match lines.last_mut() {
            Some(last) if line.starts_with([' ', '\t']) => {
                last.push(' ');
                last.push_str(line.trim());
            }
            _ => lines.push(line.trim_end().to_owned()),
        }
    }
    lines
}

/// The `-o name=value` and `-o { name = value }` of one service.
fn overrides(service: &str) -> Vec<(String, String)> {
    let trimmed = |text: &str| {
        text.split_once('=').map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned()))
    };
    service
        .split(" -o ")
        .skip(1)
        .filter_map(|option| {
            let option = option.trim();
            match option.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
                Some(inner) => trimmed(inner),
                None => trimmed(option.split_whitespace().next().unwrap_or_default()),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::tests::rendered;
    use crate::settings::tests::sample;
    use proptest::prelude::*;

    fn flaws_after(change: impl Fn(&mut Rendered)) -> Vec<String> {
        let mut files = rendered(&sample()).expect("renders");
        change(&mut files);
        lint(&files).iter().map(ToString::to_string).collect()
    }

    fn one_flaw(change: impl Fn(&mut Rendered), part: &str) {
        let flaws = flaws_after(change);
        assert!(flaws.iter().any(|flaw| flaw.contains(part)), "{part} not found in {flaws:?}");
    }

    #[test]
    fn our_own_templates_pass() {
        assert_eq!(flaws_after(|_| ()), Vec::<String>::new());
    }

    #[test]
    fn a_policy_question_that_passes_by_default_is_refused() {
        for action in ["DUNNO", "dunno", "OK", "PERMIT", "permit_auth_destination", "550 5.7.1 no", "REJECT"]
        {
            let line = format!("\nsmtpd_policy_service_default_action = {action}\n");
            one_flaw(|files| files.main_cf.push_str(&line), "default action");
            one_flaw(
                |files| files.master_cf = files.master_cf.replacen("451 4.3.5", action, 1),
                "default action",
            );
        }
    }

    #[test]
    fn a_default_action_on_a_continued_line_is_seen() {
        one_flaw(
            |files| files.main_cf.push_str("\nsmtpd_policy_service_default_action =\n  DUNNO\n"),
            "default action",
        );
    }

    #[test]
    fn an_auth_cache_is_refused() {
        one_flaw(|files| files.dovecot_conf.push_str("\nauth_cache_size = 10M\n"), "auth_cache_size is 10M");
    }

    #[test]
    fn opening_the_door_on_a_fault_is_refused() {
        for value in ["return-ok", "continue-ok"] {
            let line = format!("\npassdb {{\n  result_internalfail = {value}\n}}\n");
            one_flaw(|files| files.dovecot_conf.push_str(&line), "result_internalfail");
        }
    }

    #[test]
    fn taking_bare_newlines_is_refused() {
        one_flaw(
            |files| files.main_cf = files.main_cf.replace("smtpd_forbid_bare_newline", "#x"),
            "smuggled",
        );
        one_flaw(|files| files.main_cf.push_str("\nsmtpd_forbid_bare_newline = no\n"), "smuggled");
        one_flaw(
            |files| files.master_cf.push_str("x:1 inet n - n - - smtpd\n  -o smtpd_forbid_bare_newline=no\n"),
            "lifts",
        );
    }

    #[test]
    fn a_sign_in_without_tls_is_refused() {
        let weak = |files: &mut Rendered| {
            files.master_cf =
                files.master_cf.replace("smtpd_tls_security_level=encrypt", "smtpd_tls_security_level=may");
        };
        one_flaw(weak, "without demanding TLS");
        one_flaw(
            |files| files.dovecot_conf = files.dovecot_conf.replace("ssl = required", "ssl = yes"),
            "ssl = required",
        );
        one_flaw(|files| files.dovecot_conf.push_str("\ndisable_plaintext_auth = no\n"), "in the clear");
    }

    #[test]
    fn trusting_addresses_is_refused_but_on_the_loopback_listener() {
        one_flaw(|files| files.main_cf.push_str("\nmynetworks = 10.0.0.0/8\n"), "mynetworks");
        one_flaw(
            |files| files.master_cf.push_str("0.0.0.0:26 inet n - n - - smtpd\n  -o mynetworks=10.0.0.0/8\n"),
            "trusts addresses",
        );
        one_flaw(
            |files| files.dovecot_conf.push_str("\nlogin_trusted_networks = 127.0.0.0/8\n"),
            "login_trusted",
        );
    }

    proptest! {
        #[test]
        fn arbitrary_files_never_panic(main_cf in any::<String>(), master_cf in any::<String>(), dovecot_conf in any::<String>()) {
            let files = Rendered { main_cf, master_cf, dovecot_conf, auth_lua: String::new() };
            prop_assert!(!lint(&files).is_empty());
        }
    }
}

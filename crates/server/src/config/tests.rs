use super::*;
use proptest::prelude::*;

const GOOD: &str = r#"
data_dir = "/var/lib/bailiwick"
database = "sqlite"
billing_url = "https://example.com/buy"

[http]
listen = "127.0.0.1:8080"
trusted_proxies = ["127.0.0.1", "::ffff:10.0.0.1"]

[origins]
staff = "https://staff.example.com"
admin = "https://admin.example.com"
mail = "https://mail.example.com"

[dns]
resolver = "127.0.0.1:53"

[outgoing]
from = "no-reply@example.com"

[mail]
data_dir = "/var/lib/bailiwick-mail"
run_dir = "/run/bailiwick"
secrets_dir = "/var/lib/bailiwick/secrets"
hostname = "mail.example.com"
passdb_url = "http://127.0.0.1:8091"
"#;

fn trouble(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "{from} is in the sample");
    Config::parse(&GOOD.replacen(from, to, 1)).expect_err(to).to_string()
}

#[test]
fn a_whole_file_is_understood() {
    let config = Config::parse(GOOD).expect("good");
    assert_eq!(config.listen, "127.0.0.1:8080".parse().unwrap());
    assert!(config.tls.is_none());
    assert_eq!(config.settings.outgoing, "127.0.0.1:10025".parse().unwrap(), "the plane's reinjection port");
    assert_eq!(config.settings.trusted_proxies[1], "10.0.0.1".parse::<std::net::IpAddr>().unwrap());
    let program = config.settings.mail_program.expect("there is a mail plane");
    assert_eq!((program.host.as_str(), program.imaps, program.submissions), ("mail.example.com", 993, 465));
    let store = config.settings.mail_store.expect("there is a mail plane");
    assert_eq!(store.forward_socket, "/run/bailiwick/forward.sock");
    let own: Vec<_> = config.settings.own_domains.iter().map(ToString::to_string).collect();
    assert_eq!(own, ["admin.example.com", "example.com", "mail.example.com", "staff.example.com"]);
}

#[test]
fn almost_everything_has_a_default() {
    let short = r#"
        [origins]
        staff = "http://staff.localhost:8080"
        admin = "http://admin.localhost:8080"
        mail = "http://mail.localhost:8080"
        [outgoing]
        from = "no-reply@example.com"
        relay = "127.0.0.1:25"
    "#;
    let config = Config::parse(short).expect("good");
    assert_eq!(config.data_dir, Path::new("/var/lib/bailiwick"));
    assert_eq!(config.sqlite_files()[0], Path::new("/var/lib/bailiwick/bailiwick.db"));
    assert_eq!(config.listen, "127.0.0.1:8080".parse().unwrap());
    assert!(config.mail.is_none() && config.settings.mail_store.is_none());
}

#[test]
fn fi_23_an_unknown_key_is_refused_and_named_with_its_line() {
    assert_eq!(
        trouble("listen = ", "lisden = "),
        "line 7: http.lisden is not a key here, expected one of `listen`, `tls_certificate`, `tls_key`, \
         `trusted_proxies`."
    );
    assert!(
        trouble("database = \"sqlite\"", "databse = \"sqlite\"")
            .contains("line 3: databse is not a key here")
    );
    assert!(trouble("hostname", "auth_cache_size").contains("mail.auth_cache_size is not a key here"));
}

#[test]
fn a_missing_key_is_named_with_what_to_write() {
    assert_eq!(
        trouble("staff = \"https://staff.example.com\"\n", ""),
        "origins.staff is missing. Write, for example: staff = \"https://staff.example.com\""
    );
    assert!(trouble("from = \"no-reply@example.com\"", "").starts_with("outgoing.from is missing."));
    assert!(trouble("hostname = \"mail.example.com\"", "").starts_with("mail.hostname is missing."));
}

#[test]
fn a_value_of_the_wrong_kind_is_named_and_not_repeated() {
    let text = trouble("resolver = \"127.0.0.1:53\"", "resolver = \"s3cret\"");
    assert!(text.starts_with("line 16: dns.resolver cannot be read"), "{text}");
    assert!(
        !text.contains("s3cret") && text.ends_with("Write, for example: resolver = \"127.0.0.1:53\""),
        "{text}"
    );
    let text = trouble("run_dir = \"/run/bailiwick\"", "run_dir = 5");
    assert!(text.contains("mail.run_dir cannot be read"), "{text}");
}

#[test]
fn what_is_not_toml_is_told_with_its_line() {
    let text = trouble("[dns]", "[dns");
    assert!(text.starts_with("line 15: "), "{text}");
}

#[test]
fn a_database_url_never_stands_in_an_error() {
    let text = trouble("\"sqlite\"", "\"mysql://u:s3cret@h/x\"");
    assert!(
        text.starts_with("database must be sqlite or a postgres:// URL.") && !text.contains("s3cret"),
        "{text}"
    );
}

#[test]
fn each_bad_value_is_refused_under_its_key() {
    for (from, to, key) in [
        ("\"/var/lib/bailiwick\"", "\"bailiwick\"", "data_dir must be an absolute path."),
        ("https://staff.example.com", "http://staff.example.com", "origins.staff must be https"),
        ("https://admin.example.com", "https://admin.example.com/", "origins.admin must end after the host"),
        ("https://admin.example.com", "https://mail.example.com", "origins.admin must differ"),
        ("https://mail.example.com", "https://staff.example.com", "origins.staff must differ"),
        ("from = \"no-reply@example.com\"", "from = \"Us <no-reply@example.com>\"", "outgoing.from must be"),
        ("[mail]", "relay = \"nowhere\"\n[mail]", "outgoing.relay must be host:port."),
        ("https://example.com/buy", "javascript:alert(1)", "billing_url must be a URL"),
        ("https://example.com/buy", "https:///x", "billing_url must be a URL"),
        ("http://127.0.0.1:8091", "http://192.0.2.1:8091", "mail.passdb_url must be"),
        ("\"mail.example.com\"\npassdb", "\"mail example\"\npassdb", "mail.hostname must be"),
        ("\"/run/bailiwick\"", "\"run\"", "mail.run_dir must be an absolute path"),
    ] {
        let text = trouble(from, to);
        assert!(text.starts_with(key), "{text}");
    }
}

#[test]
fn checkpoints_are_kept_out_of_the_data_and_by_a_named_program() {
    let with = |text: &str| Config::parse(&GOOD.replacen("[dns]", &format!("[history]\n{text}\n[dns]"), 1));
    let kept = with("checkpoint_dir = \"/mnt/vault\"\ncheckpoint_command = [\"/bin/keep\", \"--here\"]")
        .expect("good")
        .settings
        .checkpoints
        .expect("configured");
    assert_eq!(kept.directory.as_deref(), Some(Path::new("/mnt/vault")));
    assert_eq!(kept.command.expect("given"), ["/bin/keep", "--here"]);
    assert!(Config::parse(GOOD).expect("good").settings.checkpoints.is_none());
    for (bad, key) in [
        ("checkpoint_dir = \"vault\"", "history.checkpoint_dir must be an absolute path."),
        ("checkpoint_dir = \"/var/lib/bailiwick/vault\"", "history.checkpoint_dir lies in data_dir"),
        ("checkpoint_command = []", "history.checkpoint_command must be a list"),
        ("checkpoint_command = [\"keep\"]", "history.checkpoint_command must be a list"),
    ] {
        let text = with(bad).expect_err(bad).to_string();
        assert!(text.starts_with(key), "{text}");
    }
}

#[test]
fn an_address_that_is_not_loopback_needs_tls() {
    for listen in ["0.0.0.0:443", "[::]:443", "192.0.2.1:443", "[::ffff:192.0.2.1]:443"] {
        let text = trouble("127.0.0.1:8080", listen);
        assert!(
            text.starts_with("http.listen is not a loopback address, and there is no certificate"),
            "{text}"
        );
    }
    let with = |more: &str| {
        GOOD.replacen("listen = \"127.0.0.1:8080\"", &format!("listen = \"0.0.0.0:443\"\n{more}"), 1)
    };
    let certificate = "tls_certificate = \"/etc/c.pem\"\n";
    let config = Config::parse(&with(&format!("{certificate}tls_key = \"/etc/k.pem\""))).expect("good");
    assert_eq!(config.tls.expect("TLS").key, Path::new("/etc/k.pem"));
    let text = Config::parse(&with(certificate)).expect_err("no key").to_string();
    assert!(text.starts_with("http.tls_key is missing"), "{text}");
}

#[test]
fn without_a_mail_plane_a_relay_is_needed() {
    let (head, _) = GOOD.split_once("[mail]").expect("there is one");
    let text = Config::parse(head).expect_err("no relay").to_string();
    assert!(text.starts_with("outgoing.relay is missing"), "{text}");
}

#[test]
fn a_file_that_is_not_there_says_what_to_do() {
    let text = Config::load(Path::new("/nonexistent/bailiwick.toml")).expect_err("missing").to_string();
    assert!(text.contains("cannot be read") && text.contains("--config"), "{text}");
}

#[test]
fn the_manual_explains_every_key() {
    let manual = include_str!("../../../../docs/manual/configuration.md");
    for key in [
        "data_dir",
        "database",
        "billing_url",
        "http.listen",
        "http.tls_certificate",
        "http.tls_key",
        "http.trusted_proxies",
        "origins.staff",
        "origins.admin",
        "origins.mail",
        "dns.resolver",
        "outgoing.from",
        "outgoing.relay",
        "mail.data_dir",
        "mail.run_dir",
        "mail.secrets_dir",
        "mail.hostname",
        "mail.listen",
        "mail.ports",
        "mail.passdb_url",
        "mail.tls.certificate",
        "mail.tls.key",
        "mail.relay.host",
        "mail.relay.port",
        "mail.mail_uid",
        "mail.mail_gid",
        "mail.message_size_limit",
        "history.checkpoint_dir",
        "history.checkpoint_command",
        "demo.publish_url",
        "demo.outside_mail_url",
    ] {
        assert!(manual.contains(&format!("`{key}`")), "{key}");
    }
    let example =
        manual.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("an example");
    Config::parse(example).expect("the manual's example is good");
}

proptest! {
    #[test]
    fn no_text_panics_the_reader(at in 0..GOOD.len(), junk in "[ -~\n\u{e9}]{0,20}") {
        let _ = Config::parse(&junk);
        let (head, tail) = GOOD.split_at(at);
        let _ = Config::parse(&format!("{head}{junk}{tail}"));
    }
}

#[test]
fn the_numbers_are_served_nowhere_unless_asked_for_and_then_on_this_machine() {
    assert_eq!(Config::parse(GOOD).expect("good").metrics, None);
    let asked = Config::parse(&format!("{GOOD}\n[metrics]\n")).expect("good");
    assert_eq!(asked.metrics, "127.0.0.1:9464".parse().ok());
    let unknown = Config::parse(&format!("{GOOD}\n[metrics]\nport = 1\n"));
    assert!(unknown.expect_err("unknown").to_string().contains("port"));
}

#[test]
fn the_log_is_text_or_json() {
    assert_eq!(Config::parse(GOOD).expect("good").log_format, None);
    for (text, format) in [("text", LogFormat::Text), ("json", LogFormat::Json)] {
        let config = Config::parse(&format!("log_format = \"{text}\"\n{GOOD}")).expect("good");
        assert_eq!(config.log_format, Some(format));
    }
    assert!(Config::parse(&format!("log_format = \"xml\"\n{GOOD}")).is_err());
}

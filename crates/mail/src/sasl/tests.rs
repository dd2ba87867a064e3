use super::*;
use base64::{Engine, engine::general_purpose::STANDARD};
use proptest::prelude::*;

const HELLO: &[u8] = b"VERSION\t1\t0\nCPID\t483\n";
const PARAMETERS: &str = "service=smtp\tnologin\tlip=192.0.2.1\trip=::ffff:203.0.113.9\tsecured";

fn greeted() -> Session {
    let mut session = Session::new();
    session.push(HELLO);
    assert!(session.next().unwrap().is_none());
    session
}

fn say(session: &mut Session, line: &str) -> Option<Event> {
    session.push(line.as_bytes());
    session.push(b"\n");
    session.next().unwrap()
}

fn sent(event: Option<Event>) -> String {
    match event {
        Some(Event::Send(line)) => line,
        other => panic!("a line was expected, not {other:?}"),
    }
}

fn attempted(event: Option<Event>) -> Attempt {
    match event {
        Some(Event::Attempt(attempt)) => attempt,
        other => panic!("an attempt was expected, not {other:?}"),
    }
}

fn plain(octets: &[u8]) -> String {
    format!("AUTH\t1\tPLAIN\t{PARAMETERS}\tresp={}", STANDARD.encode(octets))
}

#[test]
fn the_handshake_names_both_mechanisms_before_the_server() {
    let text = Session::handshake(77, 5, [0xab; 16]);
    assert_eq!(
        text,
        "VERSION\t1\t2\nMECH\tPLAIN\tplaintext\nMECH\tLOGIN\tplaintext\nSPID\t77\nCUID\t5\n\
         COOKIE\tabababababababababababababababab\nDONE\n"
    );
}

#[test]
fn plain_with_an_initial_response_is_an_attempt() {
    let mut session = greeted();
    let attempt = attempted(say(&mut session, &plain(b"\0alice@a.test\0s3cret")));
    assert_eq!((attempt.user.as_str(), attempt.password.as_bytes()), ("alice@a.test", &b"s3cret"[..]));
    assert_eq!((attempt.id, attempt.service.as_str(), attempt.secured), (1, "smtp", true));
    assert_eq!(attempt.remote_ip, Some("203.0.113.9".parse().unwrap()));
    assert_eq!(attempt.local_ip, Some("192.0.2.1".parse().unwrap()));
    assert_eq!(session.client_pid(), Some(483));
    assert_eq!(session.ok(1, "alice@a.test"), Answer::Line("OK\t1\tuser=alice@a.test\n".into()));
}

#[test]
fn plain_without_an_initial_response_is_asked_with_an_empty_challenge() {
    let mut session = greeted();
    assert_eq!(sent(say(&mut session, "AUTH\t7\tPLAIN\tservice=smtp")), "CONT\t7\t\n");
    let line = format!("CONT\t7\t{}", STANDARD.encode("alice@a.test\0alice@a.test\0pw"));
    let attempt = attempted(say(&mut session, &line));
    assert_eq!((attempt.id, attempt.secured, attempt.remote_ip), (7, false, None));
}

#[test]
fn login_asks_for_the_name_and_then_for_the_password() {
    let mut session = greeted();
    assert_eq!(sent(say(&mut session, "AUTH\t2\tLOGIN\tservice=smtp")), "CONT\t2\tVXNlcm5hbWU6\n");
    let name = format!("CONT\t2\t{}", STANDARD.encode("bob@a.test"));
    assert_eq!(sent(say(&mut session, &name)), "CONT\t2\tUGFzc3dvcmQ6\n");
    let attempt = attempted(say(&mut session, &format!("CONT\t2\t{}", STANDARD.encode("pw"))));
    assert_eq!((attempt.user.as_str(), attempt.mechanism), ("bob@a.test", Mechanism::Login));
    assert_eq!(attempt.password.as_bytes(), b"pw");
}

#[test]
fn login_with_the_name_at_once_is_asked_for_the_password_alone() {
    let mut session = greeted();
    let line = format!("AUTH\t3\tLOGIN\tservice=smtp\tresp={}", STANDARD.encode("bob@a.test"));
    assert_eq!(sent(say(&mut session, &line)), "CONT\t3\tUGFzc3dvcmQ6\n");
    let attempt = attempted(say(&mut session, &format!("CONT\t3\t{}", STANDARD.encode("pw"))));
    assert_eq!((attempt.user.as_str(), attempt.password.as_bytes()), ("bob@a.test", &b"pw"[..]));
}

#[test]
fn credentials_that_are_not_sound_are_refused_without_a_decision() {
    for octets in [
        &b"mallory@a.test\0alice@a.test\0pw"[..],
        b"\0alice@a.test",
        b"\0alice@a.test\0",
        b"\0\0pw",
        b"\0alice@a.test\0p\0w",
        b"\0alice\n@a.test\0pw",
        b"\0alice\t@a.test\0pw",
        b"\0\xffalice\0pw",
        b"",
    ] {
        let line = sent(say(&mut greeted(), &plain(octets)));
        assert_eq!(line, "FAIL\t1\treason=Credentials not understood\n", "{octets:?}");
    }
    let long = [b"\0", "u".repeat(MAX_USER + 1).as_bytes(), b"\0pw"].concat();
    assert!(sent(say(&mut greeted(), &plain(&long))).starts_with("FAIL\t1"));
}

#[test]
fn broken_base64_other_mechanisms_and_strange_fields_are_refused() {
    for line in [
        "AUTH\t1\tPLAIN\tresp=!!!",
        "AUTH\t1\tPLAIN\tresp=AGEAYg",
        "AUTH\t1\tPLAIN\tresp==",
        "AUTH\t1\tPLAIN\tresp=AGEAYg==\tservice=smtp",
        "AUTH\t1\tPLAIN\tresp=AGEAYg==\tresp=AGEAYg==",
        "AUTH\t1\tPLAIN\trip=192.0.2.1\trip=192.0.2.2\tresp=AGEAYg==",
        "AUTH\t1\tPLAIN\tservice=a b\tresp=AGEAYg==",
        "AUTH\t1\tCRAM-MD5\tservice=smtp",
        "AUTH\t1",
    ] {
        assert!(sent(say(&mut greeted(), line)).starts_with("FAIL\t1\t"), "{line}");
    }
    let mut session = greeted();
    sent(say(&mut session, "AUTH\t1\tLOGIN"));
    assert!(sent(say(&mut session, "CONT\t1\tYQ==\tYQ==")).starts_with("FAIL\t1\t"));
}

#[test]
fn a_refused_attempt_leaves_the_connection_usable() {
    let mut session = greeted();
    sent(say(&mut session, "AUTH\t1\tPLAIN\tresp=!!!"));
    attempted(say(&mut session, &plain(b"\0alice@a.test\0pw")));
}

#[test]
fn a_failure_says_its_reason_in_one_line_of_ascii() {
    let mut session = greeted();
    attempted(say(&mut session, &plain(b"\0night@a.test\0pw")));
    assert_eq!(
        session.fail(1, "night@a.test", "Login is not allowed\tat this hour\u{e9}", false),
        Answer::Line("FAIL\t1\tuser=night@a.test\treason=Login is not allowed?at this hour?\n".into())
    );
}

#[test]
fn a_temporary_failure_closes_because_postfix_would_say_535() {
    let mut session = greeted();
    attempted(say(&mut session, &plain(b"\0alice@a.test\0pw")));
    assert_eq!(session.fail(1, "alice@a.test", "busy", true), Answer::Close);
}

#[test]
fn nothing_is_ok_that_was_not_attempted_or_cannot_be_said() {
    let mut session = greeted();
    assert_eq!(session.ok(1, "alice@a.test"), Answer::Close);
    sent(say(&mut session, "AUTH\t5\tLOGIN"));
    assert_eq!(session.ok(5, "alice@a.test"), Answer::Close);
    attempted(say(&mut session, &plain(b"\0alice@a.test\0pw")));
    assert_eq!(session.ok(1, "a\tadmin=y"), Answer::Close);
    assert_eq!(session.ok(1, "alice@a.test"), Answer::Close);
}

#[test]
fn handshakes_that_are_not_ours_end_the_connection() {
    for bytes in [
        &b"VERSION\t2\t0\n"[..],
        b"VERSION\t1\t2\nVERSION\t1\t2\n",
        b"CPID\t1\n",
        b"VERSION\t1\t0\nCPID\t1\nCPID\t2\n",
        b"VERSION\t1\t0\nAUTH\t1\tPLAIN\n",
        b"AUTH\t1\tPLAIN\n",
        b"VERSION\t1\t0\nCPID\t-1\n",
        b"\n",
        b"GET / HTTP/1.1\r\n",
    ] {
        let mut session = Session::new();
        session.push(bytes);
        assert!(session.next().is_err(), "{bytes:?}");
        session.push(HELLO);
        assert!(session.next().is_err());
    }
}

#[test]
fn an_id_in_use_or_out_of_range_ends_the_connection() {
    let mut session = greeted();
    sent(say(&mut session, "AUTH\t1\tLOGIN"));
    session.push(b"AUTH\t1\tLOGIN\n");
    assert!(session.next().is_err());
    let mut session = greeted();
    session.push(b"AUTH\t4294967296\tLOGIN\n");
    assert!(session.next().is_err());
}

#[test]
fn a_line_of_a_megabyte_is_refused_and_not_kept() {
    let mut session = greeted();
    let piece = [b'A'; 4096];
    for _ in 0..256 {
        session.push(&piece);
        if session.next().is_err() {
            break;
        }
    }
    assert_eq!(
        session.next().unwrap_err(),
        WireError::TooLong { part: "authentication line", limit: MAX_LINE }
    );
}

#[test]
fn the_oldest_waiting_conversation_gives_way_and_is_refused_later() {
    let mut session = greeted();
    for id in 1..=u32::try_from(MAX_PENDING).unwrap() + 1 {
        sent(say(&mut session, &format!("AUTH\t{id}\tLOGIN")));
    }
    assert_eq!(session.pending.len(), MAX_PENDING);
    assert!(sent(say(&mut session, "CONT\t1\tYQ==")).starts_with("FAIL\t1\t"));
    assert!(sent(say(&mut session, "CONT\t2\tYQ==")).starts_with("CONT\t2\t"));
}

#[test]
fn more_attempts_than_may_be_decided_at_once_end_the_connection() {
    let mut session = greeted();
    for id in 0..MAX_PENDING {
        attempted(say(&mut session, &format!("AUTH\t{id}\tPLAIN\tresp=AGEAYg==")));
    }
    session.push(b"AUTH\t5000\tPLAIN\tresp=AGEAYg==\n");
    assert!(matches!(session.next(), Err(WireError::TooMany { .. })));
}

#[test]
fn a_cancelled_conversation_is_gone_and_a_running_decision_is_not() {
    let mut session = greeted();
    sent(say(&mut session, "AUTH\t2\tLOGIN"));
    assert!(say(&mut session, "CANCEL\t2").is_none());
    attempted(say(&mut session, &plain(b"\0alice@a.test\0pw")));
    assert!(say(&mut session, "CANCEL\t1").is_none());
    assert_eq!(session.pending.len(), 1);
    assert!(say(&mut session, "CONT\t1\tYQ==").is_none());
    assert!(matches!(session.ok(1, "alice@a.test"), Answer::Line(_)));
}

#[test]
fn debug_output_holds_no_password() {
    let mut session = greeted();
    let attempt = attempted(say(&mut session, &plain(b"\0alice@a.test\0hunter2")));
    assert_eq!(format!("{:?}", attempt.password), "Password");
    assert!(!format!("{attempt:?}").contains("hunter2"));
}

proptest! {
    #[test]
    fn foreign_bytes_split_anywhere_never_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..400), step in 1_usize..50, greet in any::<bool>(),
    ) {
        let mut session = if greet { greeted() } else { Session::new() };
        for piece in bytes.chunks(step) {
            session.push(piece);
            while let Ok(Some(_)) = session.next() {}
        }
    }

    #[test]
    fn lines_of_the_protocol_in_any_order_never_panic_and_never_grow(
        text in "((AUTH|CONT|CANCEL)\t[0-9]{1,2}\t?(PLAIN|LOGIN)?(\t(resp=|rip=|\u{1}t)?[A-Za-z=]{0,6}){0,3}\n){0,30}",
    ) {
        let mut session = greeted();
        session.push(text.as_bytes());
        while let Ok(Some(_)) = session.next() {}
        prop_assert!(session.pending.len() <= MAX_PENDING);
    }

    #[test]
    fn every_sound_pair_arrives_as_typed(user in "[ -~\u{e0}-\u{ff}]{1,80}", password in "[^\0]{1,80}", step in 1_usize..9) {
        let mut session = greeted();
        let mut line = plain(format!("\0{user}\0{password}").as_bytes());
        line.push('\n');
        let mut attempt = None;
        for piece in line.as_bytes().chunks(step) {
            session.push(piece);
            attempt = attempt.or(session.next().unwrap());
        }
        let attempt = attempted(attempt);
        prop_assert_eq!(attempt.user, user);
        prop_assert_eq!(attempt.password.as_bytes(), password.as_bytes());
    }
}

use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

use proptest::prelude::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::session::{Received, Session, Verdict};
use super::store::{MAX_BYTES, MAX_KEPT, Store};
use super::{MAX_MAIL, Sink};

const SECOND: Duration = Duration::from_secs(1);

fn accept(_: &str) -> Verdict {
    Verdict::Accept
}

/// Sends all at once (PIPELINING) and returns everything that came back before QUIT was answered.
async fn dialogue(addr: SocketAddr, text: &str) -> String {
    let mut stream = TcpStream::connect(addr).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).await.unwrap();
    reply
}

fn mail(to: &str, body: &str) -> String {
    format!(
        "EHLO a.test\r\nMAIL FROM:<s@a.test> SIZE=5 BODY=8BITMIME\r\nRCPT TO:<{to}>\r\nDATA\r\n{body}\r\n.\r\nQUIT\r\n"
    )
}

fn codes(reply: &str) -> Vec<&str> {
    reply.lines().filter(|line| line.as_bytes().get(3) == Some(&b' ')).map(|line| &line[..3]).collect()
}

#[tokio::test]
async fn a_pipelined_mail_is_kept_with_its_envelope_and_its_dots_unstuffed() {
    let sink = Sink::start().await.unwrap();
    let reply = dialogue(sink.addr(), &mail("Ann@B.test", "Subject: x\r\n\r\n..dot\r\n. \r\nend")).await;
    assert_eq!(codes(&reply), ["220", "250", "250", "250", "354", "250", "221"]);
    assert!(!reply.contains("SMTPUTF8"));
    let kept = sink.wait_for("ann@b.test", SECOND).await.unwrap();
    assert_eq!(
        (kept.helo.as_str(), kept.from.as_str(), &kept.to[..]),
        ("a.test", "s@a.test", &["Ann@B.test".to_owned()][..])
    );
    assert_eq!(kept.text(), "Subject: x\r\n\r\n.dot\r\n \r\nend\r\n");
    assert_eq!(sink.mail(kept.id).as_deref(), Some(&*kept));
}

#[tokio::test]
async fn waiting_twice_gives_the_second_mail_and_waiting_a_third_time_gives_none() {
    let sink = Sink::start().await.unwrap();
    dialogue(sink.addr(), &mail("ann@b.test", "one")).await;
    let two = mail("ann@b.test", "two");
    let (second, _) =
        tokio::join!(sink.wait_until(SECOND, |mail| mail.text() == "two\r\n"), dialogue(sink.addr(), &two));
    assert!(second.is_some());
    assert_eq!(sink.wait_for("ann@b.test", SECOND).await.unwrap().text(), "one\r\n");
    assert_eq!(sink.wait_for("ANN@b.test", SECOND).await.unwrap().text(), "two\r\n");
    assert_eq!(sink.wait_for("ann@b.test", Duration::from_millis(20)).await, None);
    assert_eq!(sink.to("ann@b.test").iter().map(|m| m.text()).collect::<Vec<_>>(), ["two\r\n", "one\r\n"]);
    sink.clear();
    assert!(sink.to("ann@b.test").is_empty());
}

#[tokio::test]
async fn faults_refuse_defer_and_stop_the_listener_until_they_are_mended() {
    let sink = Sink::start().await.unwrap();
    sink.fail(Verdict::Defer);
    sink.fail_for("Gone@b.test", Verdict::Refuse);
    assert_eq!(codes(&dialogue(sink.addr(), &mail("ann@b.test", "x")).await)[3], "451");
    assert_eq!(codes(&dialogue(sink.addr(), &mail("gone@b.test", "x")).await)[3], "550");
    sink.fail(Verdict::Accept);
    assert_eq!(codes(&dialogue(sink.addr(), &mail("gone@b.test", "x")).await)[3], "250");
    sink.stop_listening().await;
    assert!(TcpStream::connect(sink.addr()).await.is_err());
    sink.listen_again().await.unwrap();
    assert_eq!(codes(&dialogue(sink.addr(), &mail("ann@b.test", "x")).await)[3], "250");
}

#[tokio::test]
async fn the_sink_listens_on_loopback_only() {
    assert!(Sink::start_on("0.0.0.0:0".parse().unwrap()).await.is_err());
}

#[test]
fn only_cr_lf_dot_cr_lf_ends_a_mail() {
    for smuggled in ["\n.\n", "\n.\r\n", "\r.\r\n", "\r\n.\n", "\r\n.\rx", "\r\n.\r\r\n"] {
        let mut session = Session::default();
        let start = "EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<a@b.test>\r\nDATA\r\n";
        session.receive(start.as_bytes(), &accept);
        let out = session.receive(format!("one{smuggled}two\r\n.\r\n").as_bytes(), &accept);
        assert_eq!(out.mails.len(), 1, "{smuggled:?}");
        assert!(out.mails[0].raw.ends_with(b"two\r\n"), "{smuggled:?}");
    }
}

#[test]
fn commands_out_of_order_and_unknown_ones_are_refused_and_too_many_end_the_session() {
    let mut session = Session::default();
    let said = |session: &mut Session, line: &str| {
        let out = session.receive(format!("{line}\r\n").as_bytes(), &accept);
        (String::from_utf8(out.reply).unwrap()[..3].to_owned(), out.close)
    };
    for (line, code) in [
        ("MAIL FROM:<a@b.test>", "503"),
        ("HELO a", "250"),
        ("RCPT TO:<a@b.test>", "503"),
        ("DATA", "503"),
        ("MAIL FROM:<a@b.test> SIZE=26214401", "552"),
        ("MAIL FROM:<a@b.test> SMTPUTF8", "555"),
        ("MAIL FROM:a@b.test", "501"),
        ("mail from:<@relay.test:a@b.test>", "250"),
        ("MAIL FROM:<a@b.test>", "503"),
        ("RCPT TO:<>", "501"),
        ("RSET", "250"),
        ("RCPT TO:<a@b.test>", "503"),
        ("VRFY a", "252"),
        ("NOOP", "250"),
        (&"x".repeat(5_000), "500"),
    ] {
        assert_eq!(said(&mut session, line), (code.to_owned(), false), "{line}");
    }
    let ended = (0..25).map(|_| said(&mut session, "STARTTLS")).find(|(_, close)| *close);
    assert_eq!(ended, Some(("421".to_owned(), true)));
}

#[test]
fn a_mail_over_the_limit_is_refused_at_its_end_and_not_kept() {
    let mut session = Session::default();
    session.receive(b"EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<a@b.test>\r\nDATA\r\n", &accept);
    let chunk = vec![b'x'; 1024 * 1024];
    for _ in 0..=MAX_MAIL / chunk.len() {
        assert!(session.receive(&chunk, &accept).reply.is_empty());
    }
    let out = session.receive(b"\r\n.\r\nNOOP\r\n", &accept);
    assert!(out.mails.is_empty());
    assert_eq!(codes(std::str::from_utf8(&out.reply).unwrap()), ["552", "250"]);
}

#[test]
fn the_oldest_mails_go_when_there_are_too_many_or_they_are_too_large() {
    let received = |raw: Vec<u8>| Received {
        helo: String::new(),
        from: String::new(),
        to: vec!["a@b.test".into()],
        raw,
    };
    let mut store = Store::default();
    for _ in 0..MAX_KEPT + 5 {
        store.keep(received(b"x".to_vec()), SystemTime::UNIX_EPOCH);
    }
    let kept = store.newest_first(|_| true);
    assert_eq!((kept.len(), kept[MAX_KEPT - 1].id), (MAX_KEPT, 6));
    store.clear();
    for _ in 0..12 {
        store.keep(received(vec![0; MAX_MAIL]), SystemTime::UNIX_EPOCH);
    }
    assert_eq!(store.newest_first(|_| true).len(), MAX_BYTES / MAX_MAIL);
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_break_the_dialogue(bytes in proptest::collection::vec(any::<u8>(), 0..3_000)) {
        let mut session = Session::default();
        session.receive(&bytes, &accept);
    }

    #[test]
    fn it_does_not_matter_where_the_stream_is_split(
        body in "[a.\r\n]{0,60}",
        cuts in proptest::collection::vec(1_usize..12, 0..40),
    ) {
        let stream = mail("ann@b.test", &body).into_bytes();
        let whole = Session::default().receive(&stream, &accept);
        let mut session = Session::default();
        let (mut reply, mut mails, mut rest) = (Vec::new(), Vec::new(), &stream[..]);
        for cut in cuts.into_iter().chain([usize::MAX]) {
            let (now, later) = rest.split_at(cut.min(rest.len()));
            let out = session.receive(now, &accept);
            reply.extend(out.reply);
            mails.extend(out.mails);
            rest = later;
        }
        prop_assert_eq!(reply, whole.reply);
        prop_assert_eq!(mails, whole.mails);
    }
}

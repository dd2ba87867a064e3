//! The loops around the decoders, over a connection that is cut anywhere.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bailiwick_app::mail_policy::{Forward, SaslVerdict};
use bailiwick_base::words::{Clock, Timestamp};
use bailiwick_mail::dict::{Answer as DictAnswer, Update};
use bailiwick_mail::policy::PolicyAction;
use bailiwick_mail::sasl::Session;
use bailiwick_mail::socketmap::Reply;
use proptest::prelude::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::watch;

use super::door::Door;
use super::forward::Rules;
use super::peer::Peer;
use super::reinject::NotTaken;
use super::{forward, policy, sasl, socketmap, usage};

/// Runs a conversation against what a client sends in pieces of `step` bytes; what came back until it ended.
fn talk<C, F, T>(sent: &[u8], step: usize, converse: C) -> (Vec<u8>, T)
where
    C: FnOnce(Peer<DuplexStream>) -> F,
    F: Future<Output = T>,
{
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        let (ours, theirs) = tokio::io::duplex(64);
        let (_end, shutdown) = watch::channel(false);
        let server = converse(Peer::new(ours, Some(Duration::from_mins(5)), shutdown));
        let (mut reader, mut writer) = tokio::io::split(theirs);
        let client = async {
            for piece in sent.chunks(step.max(1)) {
                if writer.write_all(piece).await.is_err() {
                    break;
                }
                tokio::task::yield_now().await;
            }
            let _ = writer.shutdown().await;
        };
        let answers = async {
            let mut all = Vec::new();
            let _ = reader.read_to_end(&mut all).await;
            all
        };
        let (result, (), all) = tokio::join!(server, client, answers);
        (all, result)
    })
}

async fn maps(request: bailiwick_mail::socketmap::SocketmapRequest) -> Reply {
    match request.key.as_str() {
        "team@a.test" => Reply::Ok("bob@a.test".to_owned()),
        "slow@a.test" => {
            tokio::time::sleep(Duration::from_secs(5)).await;
            Reply::NotFound
        }
        _ => Reply::NotFound,
    }
}

fn netstring(text: &str) -> Vec<u8> {
    bailiwick_mail::netstring::encode(text.as_bytes())
}

#[test]
fn look_ups_are_answered_in_order_however_they_are_cut() {
    let sent =
        [netstring("valias team@a.test"), netstring("valias \"a@b\"@t1.example"), netstring("valias ")]
            .concat();
    for step in 1..=sent.len() {
        let (answers, ()) = talk(&sent, step, |peer| socketmap::converse(peer, maps));
        assert_eq!(String::from_utf8_lossy(&answers), "13:OK bob@a.test,9:NOTFOUND ,9:NOTFOUND ,");
    }
}

#[test]
fn k24_a_look_up_that_takes_too_long_is_temporary_and_never_not_found() {
    let (answers, ()) = talk(&netstring("valias slow@a.test"), 99, |peer| socketmap::converse(peer, maps));
    assert!(String::from_utf8_lossy(&answers).contains(":TEMP "), "{answers:?}");
}

#[test]
fn what_is_no_look_up_is_refused_and_the_connection_ends() {
    let sent = [netstring("noblank"), netstring("valias team@a.test")].concat();
    let (answers, ()) = talk(&sent, 7, |peer| socketmap::converse(peer, maps));
    let text = String::from_utf8_lossy(&answers).into_owned();
    assert!(text.contains(":PERM ") && !text.contains("OK"), "{text}");
    let mut sent = bailiwick_mail::netstring::encode(b"valias \xff");
    sent.extend(netstring("valias team@a.test"));
    let (answers, ()) = talk(&sent, 7, |peer| socketmap::converse(peer, maps));
    assert_eq!(
        String::from_utf8_lossy(&answers),
        "9:NOTFOUND ,13:OK bob@a.test,",
        "a key of other bytes is in no map"
    );
}

const RCPT: &str = "request=smtpd_access_policy\nprotocol_state=RCPT\nrecipient=a@b.test\n\n";

async fn rules(request: bailiwick_mail::policy::PolicyRequest) -> PolicyAction {
    if request.sender() == Some("slow@a.test") {
        tokio::time::sleep(Duration::from_secs(5)).await;
    }
    PolicyAction::Dunno
}

#[test]
fn mp_09_policy_requests_are_answered_however_they_are_cut() {
    let sent = RCPT.repeat(2);
    for step in 1..=sent.len() {
        let (answers, ()) = talk(sent.as_bytes(), step, |peer| policy::converse(peer, rules));
        assert_eq!(String::from_utf8_lossy(&answers), "action=DUNNO\n\naction=DUNNO\n\n");
    }
}

#[test]
fn mp_09_a_malformed_or_slow_policy_request_is_never_a_permit() {
    for sent in [
        "junk\n\n".to_owned(),
        "request=junk\n\n".to_owned(),
        format!("request=smtpd_access_policy\nsender=a\nsender=b\n\n{RCPT}"),
        format!("request=smtpd_access_policy\nhelo_name={}\n\n", "x".repeat(65_536)),
        "request=smtpd_access_policy\nsender=slow@a.test\n\n".to_owned(),
    ] {
        let (answers, ()) = talk(sent.as_bytes(), 1_000, |peer| policy::converse(peer, rules));
        let text = String::from_utf8_lossy(&answers).into_owned();
        assert!(text.starts_with("action=451 4.3.0 ") && text.matches("action=").count() == 1, "{text}");
    }
    let (answers, ()) = talk(RCPT.trim_end().as_bytes(), 9, |peer| policy::converse(peer, rules));
    assert_eq!(answers, b"", "a request that broke off has no answer");
}

const USAGE: &str = "H3\t2\t0\t\tquota\nB1\tann@a.test\nS1\tpriv/quota/storage\t5759\nC1\n\
    B2\tnobody@a.test\nS2\tpriv/quota/storage\t1\nC2\nB3\tslow@a.test\nC3\n";

async fn noted(update: Update) -> DictAnswer {
    match update.user.as_str() {
        "ann@a.test" if update.storage == Some(5759) => DictAnswer::Ok,
        "slow@a.test" => {
            tokio::time::sleep(Duration::from_secs(5)).await;
            DictAnswer::Ok
        }
        _ => DictAnswer::NotFound,
    }
}

#[test]
fn what_is_said_of_usage_is_answered_however_it_is_cut_and_never_late() {
    for step in [1, 2, 7, 31, USAGE.len()] {
        let (answers, ()) = talk(USAGE.as_bytes(), step, |peer| usage::converse(peer, noted));
        assert_eq!(String::from_utf8_lossy(&answers), "O1\nN2\nF3\tno answer in time\n");
    }
}

#[test]
fn what_asks_for_usage_or_is_nonsense_ends_the_connection_without_an_answer() {
    for sent in ["B1\tann@a.test\nC1\n", "H3\t2\t0\t\tquota\nLpriv/quota/storage\tann@a.test\n", "junk\n"] {
        let sent = format!("{sent}{USAGE}");
        let (answers, ()) = talk(sent.as_bytes(), 9, |peer| usage::converse(peer, noted));
        assert_eq!(String::from_utf8_lossy(&answers), "");
    }
}

const HELLO: &str = "VERSION\t1\t2\nCPID\t77\n";
/// `\0alice@a.test\0right`, `\0alice@a.test\0wrong`, `\0alice@a.test\0slow`.
const RIGHT: &str = "AUTH\t1\tPLAIN\tservice=smtp\tresp=AGFsaWNlQGEudGVzdAByaWdodA==\n";
const WRONG: &str = "AUTH\t2\tPLAIN\tservice=smtp\tresp=AGFsaWNlQGEudGVzdAB3cm9uZw==\n";
const SLOW: &str = "AUTH\t3\tPLAIN\tservice=smtp\tresp=AGFsaWNlQGEudGVzdABzbG93\n";

async fn passwords(attempt: bailiwick_mail::sasl::Attempt, pid: Option<u32>) -> SaslVerdict {
    assert_eq!(pid, Some(77));
    match attempt.password.as_bytes() {
        b"right" => SaslVerdict::Ok { user: attempt.user },
        b"wrong" => SaslVerdict::Fail { user: attempt.user, reason: "no".to_owned() },
        _ => {
            tokio::time::sleep(Duration::from_secs(5)).await;
            SaslVerdict::Ok { user: attempt.user }
        }
    }
}

#[test]
fn sign_ins_are_answered_however_they_are_cut_and_the_process_is_told() {
    let greeting = Session::handshake(1, 2, [0; 16]);
    let sent = [HELLO, RIGHT, WRONG].concat();
    for step in [1, 2, 3, 7, 64, sent.len()] {
        let (answers, pid) = talk(sent.as_bytes(), step, |peer| sasl::converse(peer, &greeting, passwords));
        let text = String::from_utf8_lossy(&answers).into_owned();
        let said = text.strip_prefix(greeting.as_str()).expect("the greeting first");
        assert_eq!(said, "OK\t1\tuser=alice@a.test\nFAIL\t2\tuser=alice@a.test\treason=no\n");
        assert_eq!(pid, Some(77));
    }
}

#[test]
fn k24_a_slow_sign_in_is_neither_yes_nor_no() {
    let sent = [HELLO, SLOW, RIGHT].concat();
    let (answers, pid) = talk(sent.as_bytes(), 50, |peer| sasl::converse(peer, "", passwords));
    assert_eq!((answers, pid), (Vec::new(), Some(77)), "the connection is closed without a word");
}

#[test]
fn mp_34_a_megabyte_of_junk_ends_one_connection() {
    let sent = [HELLO, "AUTH\t1\tPLAIN\tresp=", &"A".repeat(1 << 20)].concat();
    let (answers, _) = talk(sent.as_bytes(), 60, |peer| sasl::converse(peer, "", passwords));
    assert_eq!(answers, b"");
}

#[test]
fn a_process_that_came_back_is_not_forgotten_with_its_old_connection() {
    let latest = sasl::Latest::default();
    latest.is_now(77, 1);
    latest.is_now(77, 2);
    assert!(!latest.forget(77, 1));
    assert!(latest.forget(77, 2));
    assert!(!latest.forget(77, 2));
}

type Sent = Arc<Mutex<Vec<(String, String, String)>>>;

async fn targets(sender: Option<String>, recipient: String) -> Forward {
    match recipient.as_str() {
        "gone@forward.test" => Forward::Gone("It is gone".to_owned()),
        "later@forward.test" => Forward::Temporary,
        "slow@forward.test" => {
            tokio::time::sleep(Duration::from_secs(5)).await;
            Forward::Gone(String::new())
        }
        _ => Forward::To {
            sender: sender.map(|sender| format!("srs-{sender}")).unwrap_or_default(),
            recipient: recipient.replace("forward.test", "outside.test"),
        },
    }
}

/// Talks LMTP, waiting for the answer to each DATA; the codes that came back, and what was sent on.
fn lmtp(sent: &str, step: usize) -> (Vec<u16>, Vec<(String, String, String)>) {
    let parts: Vec<&str> = sent.split_inclusive("DATA\r\n").collect();
    dialogue(&parts, step)
}

/// Sends each part, and waits behind it for the answer to its DATA.
fn dialogue(parts: &[&str], step: usize) -> (Vec<u16>, Vec<(String, String, String)>) {
    let kept = Sent::default();
    let rules = Rules::new("mail.a.test", 10_000, Clock::set_to(Timestamp(0)));
    let send = |sender: String, recipient: String, message: bytes::Bytes| {
        let kept = Arc::clone(&kept);
        async move {
            if recipient.starts_with("down@") {
                return Err(NotTaken);
            }
            kept.lock().unwrap().push((sender, recipient, String::from_utf8_lossy(&message).into_owned()));
            Ok(())
        }
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let text = runtime.block_on(async {
        let (ours, mut theirs) = tokio::io::duplex(1 << 20);
        let (_end, shutdown) = watch::channel(false);
        let peer = Peer::new(ours, Some(Duration::from_mins(5)), shutdown);
        let server = forward::converse(peer, &rules, targets, send);
        let client = async {
            let mut text = String::new();
            for (before, part) in parts.iter().enumerate() {
                for piece in part.as_bytes().chunks(step.max(1)) {
                    let _ = theirs.write_all(piece).await;
                    tokio::task::yield_now().await;
                }
                let answers =
                    |text: &str| text.matches("354 ").count() + text.matches("No recipients").count();
                let mut byte = [0];
                while part.ends_with("DATA\r\n") && answers(&text) <= before {
                    match theirs.read(&mut byte).await {
                        Ok(1) => text.push(char::from(byte[0])),
                        _ => break,
                    }
                }
            }
            let _ = theirs.shutdown().await;
            let _ = theirs.read_to_string(&mut text).await;
            text
        };
        tokio::join!(server, client).1
    });
    let last = text.lines().filter(|line| line.as_bytes().get(3) == Some(&b' '));
    let codes = last.map(|line| line[..3].parse().unwrap()).collect();
    let went_on = kept.lock().unwrap().clone();
    (codes, went_on)
}

#[test]
fn each_recipient_has_its_own_answer_before_and_after_the_message() {
    let commands = "LHLO mail.a.test\r\nMAIL FROM:<ann@else.test> SIZE=100\r\nRCPT TO:<x@forward.test>\r\n\
                    RCPT TO:<gone@forward.test>\r\nRCPT TO:<later@forward.test>\r\nRCPT TO:<slow@forward.test>\r\n\
                    RCPT TO:<down@forward.test>\r\nDATA\r\n";
    let text = "Subject: x\r\n\r\n..\r\n.\r\nMAIL FROM:<>\r\nRCPT TO:<y@forward.test>\r\nDATA\r\n";
    let whole = format!("{commands}{text}");
    for step in [1, 2, 5] {
        let (codes, sent) = lmtp(&whole, step);
        assert_eq!(
            codes,
            [220, 250, 250, 250, 550, 451, 451, 250, 354, 250, 451, 250, 250, 354],
            "cut every {step}"
        );
        assert_eq!(sent.len(), 1, "the second message never ended");
        assert_eq!((sent[0].0.as_str(), sent[0].1.as_str()), ("srs-ann@else.test", "x@outside.test"));
        assert!(sent[0].2.starts_with("Received: by mail.a.test (Bailiwick forwarder); "), "{}", sent[0].2);
        assert!(sent[0].2.ends_with("\r\nSubject: x\r\n\r\n."), "{}", sent[0].2);
    }
}

#[test]
fn the_null_sender_stays_the_null_sender() {
    let (codes, sent) =
        lmtp("LHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<x@forward.test>\r\nDATA\r\nA: b\r\n.\r\nQUIT\r\n", 1);
    assert_eq!(codes, [220, 250, 250, 250, 354, 250, 221]);
    assert_eq!(sent[0].0, "");
}

#[test]
fn a_message_that_is_refused_is_sent_on_to_nobody() {
    let start = "LHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<x@forward.test>\r\nDATA\r\n";
    for (text, code) in [
        (format!("{}\r\nhi\r\n.\r\n", "Received: by x\r\n".repeat(51)), 554),
        (format!("A: b\r\n\r\n{}.\r\n", "x\r\n".repeat(4_000)), 552),
        ("A: b\nC: d\r\n.\r\n".to_owned(), 550),
    ] {
        let (codes, sent) = lmtp(&format!("{start}{text}"), 1);
        assert_eq!((codes.last(), sent.len()), (Some(&code), 0));
    }
}

#[test]
fn commands_out_of_order_are_refused() {
    let (codes, _) = lmtp(
        "MAIL FROM:<>\r\nLHLO a\r\nRCPT TO:<x@forward.test>\r\nDATA\r\nMAIL FROM:<> SIZE=10001\r\nMAIL FROM:<>\r\nMAIL FROM:<>\r\n\
         DATA\r\nEHLO a\r\nRSET\r\nNOOP\r\nVRFY x\r\n",
        3,
    );
    assert_eq!(codes, [220, 503, 250, 503, 503, 552, 250, 503, 503, 500, 250, 250, 252]);
}

#[test]
fn a_client_that_does_not_wait_for_its_turn_is_dropped() {
    let at_once = "LHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<x@forward.test>\r\nDATA\r\nA: b\r\n.\r\n";
    let (codes, sent) = dialogue(&[at_once], 1_000);
    assert_eq!((codes.last(), sent.len()), (Some(&250), 0));
}

#[tokio::test]
async fn k28_peers_beyond_the_bound_are_closed_and_the_others_served() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("s");
    let (end, shutdown) = watch::channel(false);
    let door = Door { name: "test", peers: 2, shutdown };
    let listener = UnixListener::bind(&path).unwrap();
    let serving = tokio::spawn(door.serve(listener, |stream: UnixStream, shutdown| {
        socketmap::converse(Peer::new(stream, None, shutdown), maps)
    }));
    let ask = async |stream: &mut UnixStream| {
        let mut answer = [0; 17];
        stream.write_all(&netstring("valias team@a.test")).await?;
        stream.read_exact(&mut answer).await.map(|_| answer)
    };
    let mut first = UnixStream::connect(&path).await.unwrap();
    let mut second = UnixStream::connect(&path).await.unwrap();
    ask(&mut first).await.unwrap();
    ask(&mut second).await.unwrap();
    let mut third = UnixStream::connect(&path).await.unwrap();
    assert!(ask(&mut third).await.is_err(), "closed");
    ask(&mut first).await.unwrap();
    drop(second);
    let mut served = false;
    for _ in 0..100 {
        served = ask(&mut UnixStream::connect(&path).await.unwrap()).await.is_ok();
        if served {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(served, "there is room again");
    end.send_replace(true);
    serving.await.unwrap();
    assert!(ask(&mut first).await.is_err(), "all is closed at the end");
}

proptest! {
    #[test]
    fn foreign_bytes_cut_anywhere_never_permit_anything(
        bytes in proptest::collection::vec(any::<u8>(), 0..400), step in 1_usize..50,
    ) {
        let (answers, ()) = talk(&bytes, step, |peer| policy::converse(peer, rules));
        prop_assert!(!String::from_utf8_lossy(&answers).contains("DUNNO"));
        let (answers, ()) = talk(&bytes, step, |peer| socketmap::converse(peer, maps));
        prop_assert!(!String::from_utf8_lossy(&answers).contains("OK "));
        let (answers, _) = talk(&bytes, step, |peer| sasl::converse(peer, "", passwords));
        prop_assert!(!String::from_utf8_lossy(&answers).contains("OK"));
        let (codes, sent) = lmtp(&String::from_utf8_lossy(&bytes), step);
        prop_assert!(codes.first() == Some(&220) && sent.is_empty());
    }
}

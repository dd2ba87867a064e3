use super::*;
use proptest::prelude::*;

const QID: &str = "4RbNYz1jlTz9s3v";

fn event_of(line: &str) -> PostfixEvent<'_> {
    parse_postfix(line).unwrap().event
}

fn ip(text: &str) -> Option<IpAddr> {
    text.parse().ok()
}

#[test]
fn a_client_with_a_login_is_outgoing() {
    let line = "submission/smtpd[483]: 4RbNYz1jlTz9s3v: client=unknown[127.0.0.1], sasl_method=PLAIN, \
        sasl_username=alice@a.test";
    let parsed = parse_postfix(line).unwrap();
    assert_eq!((parsed.listener, parsed.daemon, parsed.pid), (Some(Listener::Submission), "smtpd", 483));
    assert_eq!(
        parsed.event,
        PostfixEvent::ClientSasl {
            qid: QID,
            client_ip: ip("127.0.0.1"),
            sasl_username: Some("alice@a.test")
        }
    );
}

#[test]
fn a_time_stamp_and_a_host_before_the_tag_are_skipped() {
    for stamp in ["Feb  3 12:00:01 mail ", "2026-02-03T12:00:01.123456+01:00 mail ", ""] {
        let line = format!("{stamp}postfix/mx/smtpd[411]: {QID}: client=mx.b.test[2001:db8::1]");
        let parsed = parse_postfix(&line).unwrap();
        assert_eq!((parsed.listener, parsed.daemon), (Some(Listener::Mx), "smtpd"));
        assert_eq!(
            parsed.event,
            PostfixEvent::ClientSasl { qid: QID, client_ip: ip("2001:db8::1"), sasl_username: None }
        );
    }
}

#[test]
fn every_listener_has_its_name() {
    for (name, listener) in [
        ("postfix/mx", Some(Listener::Mx)),
        ("postfix/submission", Some(Listener::Submission)),
        ("postfix/submissions", Some(Listener::Submissions)),
        ("postfix/reinject", Some(Listener::Reinject)),
        ("postfix", None),
    ] {
        let line = format!("{name}/smtpd[1]: connect from unknown[203.0.113.9]");
        let parsed = parse_postfix(&line).unwrap();
        assert_eq!(parsed.listener, listener);
        assert_eq!(parsed.event, PostfixEvent::Connect { client_ip: ip("203.0.113.9") });
    }
}

#[test]
fn the_message_id_is_read_without_brackets() {
    assert_eq!(
        event_of("cleanup[498]: 4RbNYz1jlTz9s3v: message-id=<x@y.test>"),
        PostfixEvent::MessageId { qid: QID, message_id: "x@y.test" }
    );
    assert_eq!(
        event_of("cleanup[498]: 4RbNYz1jlTz9s3v: message-id=broken"),
        PostfixEvent::MessageId { qid: QID, message_id: "broken" }
    );
}

#[test]
fn the_queue_manager_says_sender_size_and_recipients() {
    assert_eq!(
        event_of("qmgr[408]: 4RbNYz1jlTz9s3v: from=<alice@a.test>, size=295, nrcpt=3 (queue active)"),
        PostfixEvent::QueueActive { qid: QID, from: "alice@a.test", size: 295, nrcpt: 3 }
    );
    assert_eq!(
        event_of("qmgr[408]: 4RbNYz1jlTz9s3v: from=<>, size=2950, nrcpt=1 (queue active)"),
        PostfixEvent::QueueActive { qid: QID, from: "", size: 2950, nrcpt: 1 }
    );
}

#[test]
fn a_delivery_to_a_mailbox_is_sent() {
    let line = "lmtp[519]: 4RbNYz1jlTz9s3v: to=<bob@a.test>, orig_to=<team@a.test>, relay=host[/path/lmtp.sock], \
        delay=0.53, delays=0/0.24/0.03/0.26, dsn=2.0.0, status=sent (250 2.0.0 <bob@a.test> id:R2 Saved)";
    assert_eq!(
        event_of(line),
        PostfixEvent::Delivery {
            qid: QID,
            to: "bob@a.test",
            orig_to: Some("team@a.test"),
            relay: "host[/path/lmtp.sock]",
            delay: 0.53,
            dsn: "2.0.0",
            status: DeliveryStatus::Sent,
            text: "250 2.0.0 <bob@a.test> id:R2 Saved",
        }
    );
}

#[test]
fn deferred_and_bounced_deliveries_say_why() {
    let deferred = "smtp[516]: 4RbNYz1jlTz9s3v: to=<x@out.example>, relay=none, delay=0.23, delays=0.1/0/0.1/0, \
        dsn=4.4.1, status=deferred (connect to out.example[192.0.2.7]:25: Connection refused)";
    let bounced = "lmtp[501]: 4RbNYz1jlTz9s3v: to=<no@a.test>, relay=host[/l], conn_use=2, delay=1, delays=0/0/0/1, \
        dsn=5.1.1, status=bounced (host host[/l] said: 550 5.1.1 <no@a.test> User doesn't exist (in reply to RCPT TO))";
    match (event_of(deferred), event_of(bounced)) {
        (
            PostfixEvent::Delivery {
                status: DeliveryStatus::Deferred,
                dsn: "4.4.1",
                relay: "none",
                text,
                ..
            },
            PostfixEvent::Delivery {
                status: DeliveryStatus::Bounced,
                dsn: "5.1.1",
                text: why,
                orig_to: None,
                ..
            },
        ) => {
            assert_eq!(text, "connect to out.example[192.0.2.7]:25: Connection refused");
            assert!(why.ends_with("(in reply to RCPT TO)"), "{why}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_recipient_cannot_write_its_own_status() {
    let line = r#"smtp[1]: 4RbNYz1jlTz9s3v: to=<"x>, relay=evil, delay=0, delays=0, dsn=2.0.0, status=sent (\"ok)"@b.test>, relay=none, delay=5, delays=0/0/0/5, dsn=5.4.4, status=bounced (no such host)"#;
    match event_of(line) {
        PostfixEvent::Delivery { to, relay: "none", status: DeliveryStatus::Bounced, .. } => {
            assert!(to.ends_with("\"@b.test"), "{to}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn bounces_expiry_and_removal_are_told() {
    assert_eq!(
        event_of("bounce[638]: 4RbNYz1jlTz9s3v: sender non-delivery notification: 4RbNZ02PxTz9s4L"),
        PostfixEvent::NonDelivery { qid: QID, new_qid: "4RbNZ02PxTz9s4L" }
    );
    assert_eq!(event_of("qmgr[4]: 4RbNYz1jlTz9s3v: removed"), PostfixEvent::Removed { qid: QID });
    assert_eq!(
        event_of("qmgr[4]: 4RbNYz1jlTz9s3v: from=<alice@a.test>, status=expired, returned to sender"),
        PostfixEvent::Expired { qid: QID, from: "alice@a.test" }
    );
}

#[test]
fn a_refused_recipient_is_told_with_both_addresses() {
    let line = "mx/smtpd[411]: NOQUEUE: reject: RCPT from unknown[203.0.113.9]: 552 5.2.2 <frank@a.test>: Recipient \
        address rejected: Mailbox is full; from=<x@b.test> to=<frank@a.test> proto=ESMTP helo=<b.test>";
    assert_eq!(
        event_of(line),
        PostfixEvent::Rejected {
            qid: None,
            client_ip: ip("203.0.113.9"),
            from: Some("x@b.test"),
            to: Some("frank@a.test"),
            code: Some(552),
            dsn: Some("5.2.2"),
            text: "<frank@a.test>: Recipient address rejected: Mailbox is full",
        }
    );
}

#[test]
fn a_milter_refuses_without_a_code() {
    let line = "cleanup[9972]: 4RbNYz1jlTz9s3v: milter-reject: END-OF-MESSAGE from unknown[203.0.113.9]: 5.7.1 Gtube \
        pattern; from=<x@b.test> to=<bob@a.test> proto=ESMTP helo=<b>";
    match event_of(line) {
        PostfixEvent::Rejected { qid, code: None, dsn: Some("5.7.1"), text: "Gtube pattern", to, .. } => {
            assert_eq!((qid, to), (Some(QID), Some("bob@a.test")));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn neither_a_recipient_nor_a_helo_can_write_its_own_envelope() {
    let line = r#"mx/smtpd[1]: NOQUEUE: reject: RCPT from unknown[192.0.2.1]: 554 5.7.1 <"; from=<a@x> to=<b@x>"@c.test>: Relay access denied; from=<real@b.test> to=<"; from=<a@x> to=<b@x>"@c.test> proto=SMTP helo=<; from=<c@x> to=<d@x>>"#;
    match event_of(line) {
        PostfixEvent::Rejected { from: Some("real@b.test"), to: Some(to), .. } => {
            assert!(to.ends_with("@c.test"));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_refusal_before_mail_has_no_addresses() {
    let line = "mx/smtpd[1]: NOQUEUE: reject: CONNECT from unknown[192.0.2.1]: 421 4.7.0 busy; proto=SMTP";
    match event_of(line) {
        PostfixEvent::Rejected { from: None, to: None, code: Some(421), text: "busy", .. } => {}
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_failed_sign_in_names_the_login_and_the_reason() {
    let line = "postfix/submission/smtpd[4]: warning: unknown[203.0.113.9]: SASL PLAIN authentication failed: Login is \
        not allowed at this hour, sasl_username=night@a.test";
    assert_eq!(
        event_of(line),
        PostfixEvent::AuthFailed {
            client_ip: ip("203.0.113.9"),
            username: Some("night@a.test"),
            reason: "Login is not allowed at this hour",
        }
    );
    let line = "postfix/submission/smtpd[4]: warning: unknown[203.0.113.9]: SASL LOGIN authentication failed: \
        Connection lost to authentication server, sasl_username=(unavailable)";
    assert!(matches!(event_of(line), PostfixEvent::AuthFailed { username: None, .. }));
}

#[test]
fn other_lines_are_other_and_lines_without_a_tag_are_nothing() {
    for line in [
        "postfix/master[1]: daemon started -- version 3.7.11, configuration /etc/postfix",
        "postfix/smtpd[1]: disconnect from unknown[192.0.2.1] ehlo=1 quit=1 commands=2",
        "postfix/smtpd[1]: warning: hostname a.test does not resolve to address 192.0.2.1",
        "postfix/smtpd[1]: fatal: removed",
        "postfix/smtp[1]: 4RbNYz1jlTz9s3v: to=<a@b>, relay=none, delay=NaN, delays=0, dsn=2.0.0, status=sent (x)",
        "postfix/smtp[1]: 4RbNYz1jlTz9s3v: to=<a@b>, relay=none, delay=1, delays=0, dsn=2.0.0, status=deliverable (x)",
        "postfix/cleanup[1]: 4RbNYz1jlTz9s3v: resent-message-id=<x@y.test>",
        "postfix/qmgr[1]: warning: removed",
        "postfix/qmgr[1]: ",
    ] {
        assert_eq!(event_of(line), PostfixEvent::Other, "{line}");
    }
    for line in ["", "no tag", "x[y]: z", "postfix/smtpd[99999999999]: x", "]: "] {
        assert_eq!(parse_postfix(line), None, "{line}");
    }
}

proptest! {
    #[test]
    fn foreign_lines_never_panic(line in any::<String>()) {
        let _ = parse_postfix(&line);
    }

    #[test]
    fn foreign_texts_behind_a_tag_never_panic(
        daemon in "(smtpd|cleanup|qmgr|bounce|smtp|lmtp)",
        text in "(4RbNYz1jlTz9s3v|NOQUEUE|warning): ((to|from|orig_to|client|relay|delay|delays|dsn|status|size)=|<|>|\"|\\\\|, |; |reject: |RCPT from |: |é|[a-z0-9.@ \\[\\]()]){0,40}",
    ) {
        let line = format!("postfix/{daemon}[1]: {text}");
        prop_assert!(parse_postfix(&line).is_some());
    }

    #[test]
    fn quoted_recipients_are_read_whole(local in "[a-z>, =<;]{1,20}") {
        let line = format!(
            "smtp[1]: {QID}: to=<\"{local}\"@b.test>, relay=r, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (ok)");
        match event_of(&line) {
            PostfixEvent::Delivery { to, relay: "r", .. } => prop_assert_eq!(to, format!("\"{local}\"@b.test")),
            other => panic!("{other:?}"),
        }
    }
}

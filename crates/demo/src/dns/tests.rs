use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use hickory_proto::op::{Edns, Message, MessageType, OpCode, Query, ResponseCode};
use hickory_proto::rr::{Name, RData, RecordType};
use proptest::prelude::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;

use super::{Dns, Fault, PublishError, Value, Zone};

fn question(name: &str, kind: RecordType) -> Message {
    let mut message = Message::new(4711, MessageType::Query, OpCode::Query);
    message.add_query(Query::query(Name::from_ascii(name).unwrap(), kind));
    message
}

async fn over_udp(addr: SocketAddr, request: &Message) -> Option<Vec<u8>> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    socket.send_to(&request.to_vec().unwrap(), addr).await.unwrap();
    let mut buffer = vec![0; 4_096];
    let length = timeout(Duration::from_millis(400), socket.recv(&mut buffer)).await.ok()?.unwrap();
    buffer.truncate(length);
    Some(buffer)
}

async fn ask(dns: &Dns, name: &str, kind: RecordType) -> Message {
    Message::from_vec(&over_udp(dns.addr(), &question(name, kind)).await.expect("an answer")).unwrap()
}

async fn over_tcp(dns: &Dns, request: &Message) -> Message {
    let mut stream = TcpStream::connect(dns.addr()).await.unwrap();
    let bytes = request.to_vec().unwrap();
    stream.write_u16(u16::try_from(bytes.len()).unwrap()).await.unwrap();
    stream.write_all(&bytes).await.unwrap();
    let length = stream.read_u16().await.unwrap();
    let mut reply = vec![0; usize::from(length)];
    stream.read_exact(&mut reply).await.unwrap();
    Message::from_vec(&reply).unwrap()
}

fn texts(reply: &Message) -> Vec<String> {
    let text = |record: &hickory_proto::rr::Record| match &record.data {
        RData::TXT(txt) => {
            txt.txt_data.iter().map(|part| String::from_utf8_lossy(part).into_owned()).collect()
        }
        other => format!("{other}"),
    };
    reply.answers.iter().map(text).collect()
}

#[tokio::test]
async fn a_published_text_is_found_whatever_the_case_of_the_name_and_gone_when_removed() {
    let dns = Dns::start().await.unwrap();
    dns.publish_txt("Acme.TEST.", "bailiwick-verify=1").unwrap();
    dns.publish_txt("acme.test", "v=spf1 -all").unwrap();
    let reply = ask(&dns, "aCmE.test.", RecordType::TXT).await;
    assert_eq!(texts(&reply), ["bailiwick-verify=1", "v=spf1 -all"]);
    assert!(reply.metadata.authoritative);
    assert_eq!(reply.queries[0].name.to_ascii(), "aCmE.test.");
    assert_eq!(dns.questions(), ["TXT acme.test"]);

    assert!(dns.remove("acme.test", &Value::Txt("bailiwick-verify=1".into())));
    assert!(!dns.remove("acme.test", &Value::Txt("bailiwick-verify=1".into())));
    assert_eq!(texts(&ask(&dns, "acme.test.", RecordType::TXT).await), ["v=spf1 -all"]);
    dns.clear();
    assert_eq!(ask(&dns, "acme.test.", RecordType::TXT).await.metadata.response_code, ResponseCode::NXDomain);
}

#[tokio::test]
async fn a_missing_name_a_missing_kind_and_a_foreign_name_are_told_apart() {
    let dns = Dns::start().await.unwrap();
    dns.publish_a("mail.acme.test", Ipv4Addr::LOCALHOST).unwrap();
    dns.publish_mx("acme.test", 10, "Mail.Acme.test").unwrap();
    let code = async |name, kind| {
        let reply = ask(&dns, name, kind).await;
        (reply.metadata.response_code, texts(&reply), reply.authorities.len())
    };
    assert_eq!(
        code("acme.test.", RecordType::MX).await,
        (ResponseCode::NoError, vec!["10 mail.acme.test.".into()], 0)
    );
    assert_eq!(
        code("mail.acme.test.", RecordType::A).await,
        (ResponseCode::NoError, vec!["127.0.0.1".into()], 0)
    );
    assert_eq!(code("mail.acme.test.", RecordType::TXT).await, (ResponseCode::NoError, vec![], 1));
    assert_eq!(code("test.", RecordType::TXT).await, (ResponseCode::NoError, vec![], 1));
    assert_eq!(code("nobody.test.", RecordType::A).await, (ResponseCode::NXDomain, vec![], 1));
    assert_eq!(code("acme.example.", RecordType::A).await, (ResponseCode::Refused, vec![], 0));
    assert_eq!(code("latest.", RecordType::A).await, (ResponseCode::Refused, vec![], 0));
}

#[tokio::test]
async fn a_name_that_only_has_names_below_it_exists_without_records() {
    let dns = Dns::start().await.unwrap();
    dns.publish_txt("selector._domainkey.acme.test", "v=DKIM1").unwrap();
    let reply = ask(&dns, "_domainkey.acme.test.", RecordType::TXT).await;
    assert_eq!((reply.metadata.response_code, reply.answers.len()), (ResponseCode::NoError, 0));
    assert_eq!(
        ask(&dns, "domainkey.acme.test.", RecordType::TXT).await.metadata.response_code,
        ResponseCode::NXDomain
    );
}

#[tokio::test]
async fn an_answer_too_long_for_udp_says_so_and_comes_whole_over_tcp() {
    let dns = Dns::start().await.unwrap();
    let long = "k".repeat(900);
    dns.publish_txt("key.acme.test", &long).unwrap();
    let reply = ask(&dns, "key.acme.test.", RecordType::TXT).await;
    assert!(reply.metadata.truncation && reply.answers.is_empty());
    let mut with_edns = question("key.acme.test.", RecordType::TXT);
    let mut edns = Edns::new();
    edns.set_max_payload(1_232);
    with_edns.set_edns(edns);
    let reply = Message::from_vec(&over_udp(dns.addr(), &with_edns).await.unwrap()).unwrap();
    assert_eq!(texts(&reply)[0], long);
    assert!(reply.edns.is_some());
    assert_eq!(texts(&over_tcp(&dns, &question("key.acme.test.", RecordType::TXT)).await), [long]);
}

#[tokio::test]
async fn each_fault_breaks_the_answer_in_its_own_way() {
    let dns = Dns::start().await.unwrap();
    dns.publish_txt("acme.test", "proof").unwrap();
    let request = question("acme.test.", RecordType::TXT);
    dns.fail(Some(Fault::ServFail));
    assert_eq!(ask(&dns, "acme.test.", RecordType::TXT).await.metadata.response_code, ResponseCode::ServFail);
    dns.fail(Some(Fault::NxDomain));
    assert_eq!(ask(&dns, "acme.test.", RecordType::TXT).await.metadata.response_code, ResponseCode::NXDomain);
    dns.fail(Some(Fault::WrongId));
    assert_ne!(ask(&dns, "acme.test.", RecordType::TXT).await.metadata.id, 4711);
    dns.fail(Some(Fault::WrongQuestion));
    assert_ne!(ask(&dns, "acme.test.", RecordType::TXT).await.queries[0].name.to_ascii(), "acme.test.");
    dns.fail(Some(Fault::Garbage));
    assert!(Message::from_vec(&over_udp(dns.addr(), &request).await.unwrap()).is_err());
    dns.fail(Some(Fault::Silence));
    assert_eq!(over_udp(dns.addr(), &request).await, None);
    dns.fail(Some(Fault::Truncated));
    assert!(ask(&dns, "acme.test.", RecordType::TXT).await.metadata.truncation);
    assert_eq!(texts(&over_tcp(&dns, &request).await), ["proof"]);
    dns.fail(Some(Fault::Slow(Duration::from_millis(60))));
    let asked = std::time::Instant::now();
    assert_eq!(texts(&ask(&dns, "acme.test.", RecordType::TXT).await), ["proof"]);
    assert!(asked.elapsed() >= Duration::from_millis(60));
    dns.fail(None);
    assert_eq!(texts(&ask(&dns, "acme.test.", RecordType::TXT).await), ["proof"]);
}

#[tokio::test]
async fn a_fault_for_one_name_leaves_the_others_alone() {
    let dns = Dns::start().await.unwrap();
    dns.publish_txt("good.test", "1").unwrap();
    dns.publish_txt("bad.test", "1").unwrap();
    dns.fail_for("Bad.test.", Fault::Refused);
    assert_eq!(ask(&dns, "bad.test.", RecordType::TXT).await.metadata.response_code, ResponseCode::Refused);
    assert_eq!(ask(&dns, "good.test.", RecordType::TXT).await.metadata.response_code, ResponseCode::NoError);
}

#[test]
fn what_does_not_belong_here_is_not_published() {
    let mut zone = Zone::default();
    let text = || Value::Txt("x".into());
    assert_eq!(zone.publish("acme.example", text()), Err(PublishError::Outside));
    assert_eq!(zone.publish("test", text()), Err(PublishError::Outside));
    assert_eq!(zone.publish("a..test", text()), Err(PublishError::NotAName));
    assert_eq!(zone.publish("a b.test", text()), Err(PublishError::NotAName));
    assert_eq!(zone.publish(&format!("{}.test", "a".repeat(64)), text()), Err(PublishError::NotAName));
    assert_eq!(zone.publish("a.test", Value::Txt(String::new())), Err(PublishError::BadValue));
    assert_eq!(zone.publish("a.test", Value::Txt("x".repeat(4_097))), Err(PublishError::BadValue));
    assert_eq!(zone.publish("a.test", Value::Mx(10, "not a host".into())), Err(PublishError::BadValue));
    assert_eq!(Value::parse("A", "::1"), Err(PublishError::BadValue));
    assert_eq!(Value::parse("MX", "10 mail.a.test"), Ok(Value::Mx(10, "mail.a.test".into())));
    for n in 0..super::MAX_RECORDS {
        zone.publish("a.test", Value::Mx(u16::try_from(n % 60_000).unwrap(), format!("m{n}.test"))).unwrap();
        if n > 50 {
            zone.remove("a.test", &Value::Mx(u16::try_from(n % 60_000).unwrap(), format!("m{n}.test")));
        }
    }
    assert_eq!(zone.records().len(), 51);
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_break_the_server(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let zone = Zone::default();
        if let Some(reply) = zone.answer(&bytes) {
            prop_assert!(reply.answers.is_empty());
            let _ = reply.to_vec();
        }
    }

    #[test]
    fn any_text_and_name_is_either_refused_or_listed(name in ".{0,40}", text in ".{0,600}") {
        let mut zone = Zone::default();
        let name = format!("{name}.test");
        let listed = zone.publish(&name, Value::Txt(text.clone())).is_ok();
        prop_assert_eq!(zone.records().len(), usize::from(listed));
    }
}

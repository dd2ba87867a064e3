use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::guard::leads_to_portal;
use super::{Pages, Settings};
use crate::dns::Dns;
use crate::post::{Outgoing, send};
use crate::sink::Sink;

const PORTAL: &str = "http://admin.localhost:1234";

struct Outside {
    dns: Arc<Dns>,
    sink: Arc<Sink>,
    pages: Pages,
}

/// Pages whose mail exchanger is the sink itself.
async fn outside() -> Outside {
    let (dns, sink) = (Arc::new(Dns::start().await.unwrap()), Arc::new(Sink::start().await.unwrap()));
    let port = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
    let settings = Settings {
        origin: format!("http://outside.localhost:{port}"),
        portals: vec![PORTAL.to_owned()],
        mx: Some(sink.addr()),
    };
    let pages = Pages::start(port, Arc::clone(&dns), Arc::clone(&sink), settings).await.unwrap();
    Outside { dns, sink, pages }
}

impl Outside {
    async fn raw(&self, request: String) -> String {
        let mut stream = TcpStream::connect(self.pages.addr()).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    fn host(&self) -> String {
        format!("outside.localhost:{}", self.pages.addr().port())
    }

    async fn get(&self, path: &str) -> String {
        self.raw(format!("GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.host())).await
    }

    async fn post(&self, path: &str, origin: &str, form: &[(&str, &str)]) -> String {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nOrigin: {origin}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n",
            self.host(),
            body.len()
        );
        self.raw(head + &body).await
    }

    async fn own_post(&self, path: &str, form: &[(&str, &str)]) -> String {
        self.post(path, &format!("http://{}", self.host()), form).await
    }
}

fn status(answer: &str) -> &str {
    answer.get(9..12).unwrap_or_default()
}

#[tokio::test]
async fn a_mail_from_outside_is_sent_listed_found_by_address_and_shown_as_text() {
    let outside = outside().await;
    let form = [
        ("from", "Eve <eve@elsewhere.test>"),
        ("to", "ann@b.test"),
        ("subject", "<b>Hello</b>"),
        ("text", "<script>x</script> http://admin.localhost/reset?a=1&b=2"),
    ];
    assert_eq!(status(&outside.own_post("/write", &form).await), "200");
    let kept = outside.sink.wait_for("ann@b.test", Duration::from_secs(1)).await.unwrap();
    let list = outside.get("/mail").await;
    assert!(list.contains("&lt;b&gt;Hello&lt;/b&gt;") && list.contains("demonstration"), "{list}");
    assert!(outside.get("/mail?q=ANN").await.contains("Hello"));
    assert!(!outside.get("/mail?q=bob").await.contains("Hello"));
    let one = outside.get(&format!("/mail/{}", kept.id)).await;
    assert!(one.contains("href=\"http://admin.localhost/reset?a=1&amp;b=2\" rel=\"noreferrer"), "{one}");
    assert!(!one.contains("<script>x"));
    assert!(one.contains("content-security-policy: default-src 'none'"));
    assert!(outside.get(&format!("/mail/{}/source", kept.id)).await.contains("text/plain; charset=utf-8"));
    assert_eq!(status(&outside.get("/mail/999").await), "404");
}

#[tokio::test]
async fn a_mail_that_the_server_refuses_leaves_the_form_filled_in() {
    let outside = outside().await;
    outside.sink.fail(crate::sink::Verdict::Refuse);
    let form =
        [("from", "eve@elsewhere.test"), ("to", "ann@b.test"), ("subject", "kept"), ("text", "kept too")];
    let answer = outside.own_post("/write", &form).await;
    assert_eq!(status(&answer), "422");
    assert!(
        answer.contains("No such user")
            && answer.contains("value=\"kept\"")
            && answer.contains("kept too</textarea>"),
        "{answer}"
    );
}

#[tokio::test]
async fn a_portal_publishes_a_record_and_is_led_back() {
    let outside = outside().await;
    let back = format!("{PORTAL}/domains/7?x=1");
    let form = [("name", "_bw.acme.test"), ("value", "proof-1"), ("back", back.as_str())];
    for origin in [PORTAL, "null"] {
        let answer = outside.post("/publish", origin, &form).await;
        assert_eq!(status(&answer), "303");
        assert!(answer.contains(&format!("location: {back}\r\n")), "{answer}");
    }
    assert_eq!(outside.dns.records().len(), 1);
    let bad_name = [("name", "acme.example"), ("value", "x"), ("back", back.as_str())];
    assert_eq!(status(&outside.post("/publish", PORTAL, &bad_name).await), "422");
    let bad_back = [("name", "b.test"), ("value", "x"), ("back", "http://evil.example/")];
    assert_eq!(status(&outside.post("/publish", PORTAL, &bad_back).await), "400");
    assert_eq!(outside.dns.records().len(), 1);
}

#[test]
fn the_way_back_leads_to_portals_only() {
    let portals = [PORTAL.to_owned(), String::new()];
    for good in ["", "/", "/a?b=c#d"] {
        assert!(leads_to_portal(&format!("{PORTAL}{good}"), &portals), "{good}");
    }
    for bad in ["5/", "@evil.example/", ".evil.example", "\\evil", "/a\r\nX: y", "/a b", "?x"] {
        assert!(!leads_to_portal(&format!("{PORTAL}{bad}"), &portals), "{bad}");
    }
    assert!(!leads_to_portal("//evil.example", &portals) && !leads_to_portal("/here", &portals));
}

#[tokio::test]
async fn records_are_added_and_removed_by_hand() {
    let outside = outside().await;
    let record = [("kind", "MX"), ("name", "acme.test"), ("value", "10 mail.acme.test")];
    assert_eq!(status(&outside.own_post("/dns/add", &record).await), "303");
    assert!(outside.get("/dns").await.contains("10 mail.acme.test"));
    let bad = outside.own_post("/dns/add", &[("kind", "A"), ("name", "acme.test"), ("value", "<i>")]).await;
    assert_eq!(status(&bad), "422");
    assert!(bad.contains("value=\"&lt;i&gt;\""), "{bad}");
    assert_eq!(status(&outside.own_post("/dns/remove", &record).await), "303");
    assert!(outside.dns.records().is_empty());
}

#[tokio::test]
async fn foreign_names_and_foreign_forms_are_refused() {
    let outside = outside().await;
    let rebound = "GET /mail HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n".to_owned();
    assert_eq!(status(&outside.raw(rebound).await), "421");
    let record = [("kind", "TXT"), ("name", "acme.test"), ("value", "x")];
    for origin in ["http://evil.example", "null", PORTAL] {
        assert_eq!(status(&outside.post("/dns/add", origin, &record).await), "403", "{origin}");
    }
    let publish = [("name", "acme.test"), ("value", "x"), ("back", PORTAL)];
    assert_eq!(status(&outside.post("/publish", "http://evil.example", &publish).await), "403");
    assert!(outside.dns.records().is_empty());
}

#[tokio::test]
async fn a_page_without_mails_says_so_and_assets_are_there() {
    let outside = outside().await;
    let page = outside.get("/mail").await;
    assert!(page.contains("No mail here yet"));
    let sheet = page.split('"').find(|text| text.starts_with("/assets/") && text.contains(".css")).unwrap();
    assert!(outside.get(sheet).await.contains("immutable"));
    assert_eq!(status(&outside.get("/assets/nothing.css").await), "404");
    let mail = Outgoing {
        from: "a@b.test".into(),
        to: "c@d.test".into(),
        subject: String::new(),
        text: "x".into(),
        at: std::time::UNIX_EPOCH,
    };
    send(outside.sink.addr(), &mail).await.unwrap();
    assert!(outside.get("/mail").await.contains("(no subject)"));
}

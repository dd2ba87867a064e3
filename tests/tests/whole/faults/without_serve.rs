//! `serve` is away: nothing is refused for good, nobody gets in, nothing is lost (K24, P4, P5).

use std::time::{Duration, Instant};

use bailiwick_tests::customer::{MAIL, User};
use bailiwick_tests::installation::{Installation, Part, Run};
use bailiwick_tests::mail_programs::Security;
use tokio::time::sleep;

#[tokio::test(flavor = "multi_thread")]
async fn mp_11_mp_13_while_serve_is_away_every_answer_is_temporary_and_afterwards_everything_flows() {
    let mut house = Installation::start(Run::Apart).await;
    let _acme = house.customer("acme").await;
    let ann = house.user("ann@acme.test").await;
    house.from_outside("eve@far.test", &ann.address, "before").await;
    house.read(&ann, "before").await;
    assert!(house.smtp_sign_in(&ann).await.starts_with("235 "));
    let wrong = User { password: "canary wrong 5813 password".into(), ..ann.clone() };
    house.imap_sign_in(&wrong).await;
    sleep(Duration::from_secs(1)).await;
    let counted = guesses(&house).await;
    assert!(!counted.is_empty(), "one wrong guess counts");

    house.stop_part(Part::Serve).await;
    everything_is_temporary(&house, &ann, &wrong).await;
    let back = house.start_part(Part::Serve).await;
    eprintln!("serve is back after {back:?}");
    let start = Instant::now();
    while !house.smtp_sign_in(&ann).await.starts_with("235 ") {
        assert!(start.elapsed() < Duration::from_secs(10), "submission does not come back");
        sleep(Duration::from_millis(100)).await;
    }
    eprintln!("submission is back {:?} later", start.elapsed());
    while !house.rcpt_from_outside("eve@far.test", &ann.address).await.starts_with("250 ") {
        assert!(start.elapsed() < Duration::from_secs(10), "mail from outside does not come back");
        sleep(Duration::from_millis(100)).await;
    }
    eprintln!("mail from outside is back {:?} later", start.elapsed());
    house.from_outside("eve@far.test", &ann.address, "after").await;
    house.read(&ann, "after").await;
    house.send(&ann, Security::StartTls, &["friend@far.test"], "out again").await.expect("sent");
    house.sink.wait_for("friend@far.test", MAIL).await.expect("it left");
    assert_eq!(house.inbox_size(&ann).await, 2, "no mail twice, none lost");

    let restored = guesses(&house).await;
    let numbers = |rows: &[Vec<String>]| rows.iter().map(|row| row[1].clone()).collect::<Vec<_>>();
    assert!(
        numbers(&restored).iter().zip(numbers(&counted)).all(|(now, then)| *now <= then),
        "{restored:?} {counted:?}"
    );
    lines_of_the_time_away(&house).await;
    house.stop().await;
}

async fn guesses(house: &Installation) -> Vec<Vec<String>> {
    house.telemetry("SELECT counted, wrong FROM mail_guesses ORDER BY counted").await
}

async fn everything_is_temporary(house: &Installation, ann: &User, wrong: &User) {
    let to = |n: usize| if n == 0 { ann.address.clone() } else { format!("away{n}@acme.test") };
    for n in 0..4 {
        let answer = house.rcpt_from_outside("eve@far.test", &to(n)).await;
        assert!(answer.starts_with("451 "), "MX: {answer}");
    }
    for user in [ann, wrong, wrong] {
        let (_, answer) = house.imap_sign_in(user).await;
        assert!(answer.contains("x NO [UNAVAILABLE]"), "IMAP: {answer}");
        let answer = house.smtp_sign_in(user).await;
        assert!(answer.is_empty() || answer.starts_with('4'), "submission: {answer}");
    }
}

/// What was written meanwhile arrives in the delivery log.
async fn lines_of_the_time_away(house: &Installation) {
    let start = Instant::now();
    loop {
        let rows =
            house.telemetry("SELECT recipient FROM mail_rejections WHERE code LIKE '451%' ORDER BY id").await;
        if rows == [["ann@acme.test"], ["away1@acme.test"], ["away2@acme.test"], ["away3@acme.test"]] {
            return;
        }
        assert!(start.elapsed() < MAIL, "{rows:?}");
        sleep(Duration::from_millis(200)).await;
    }
}

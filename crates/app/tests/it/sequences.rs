//! Random sequences of giving, changing, expiring, removing and acting as another, through the product itself. After
//! every step each Sub-Admin tries what it can reach, and what happens is compared with an oracle that knows nothing
//! of grants: it only remembers what was last said about whom.

use std::collections::BTreeMap;
use std::time::Duration;

use bailiwick_app::explanation::{Explanations, Question};
use bailiwick_app::sub_admins::{AllowedNetworks, Changes, NewSubAdmin, Reach, Rights, SubAdmins, Terms};
use bailiwick_app::testkit::{Admin, Browser, PASSWORD, TestApp, User, on_each_engine};
use bailiwick_app::{Core, Portal};
use bailiwick_base::Code;
use bailiwick_base::authz::{Caller, Realm, Why};
use bailiwick_base::words::{ClientAddress, DomainId, LoginId, Token};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

const NAMES: [&str; 2] = ["ann", "bob"];
const DOMAINS: [&str; 2] = ["one.test", "two.test"];
const SEQUENCES: usize = 5;
const STEPS: usize = 9;

/// What was last said about somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Said {
    users: usize,
    only: Option<usize>,
    /// The last day it is good on, counted from the first.
    last_day: Option<u32>,
}

#[derive(Debug, Clone, Copy)]
enum Step {
    /// Somebody is given this by the main Admin; or the provider tries to, acting as the main Admin, in vain.
    Say {
        who: usize,
        users: usize,
        only: Option<usize>,
        days: Option<u32>,
        by_provider: bool,
    },
    Remove {
        who: usize,
        by_provider: bool,
    },
    /// A day passes.
    Wait,
}

fn steps() -> impl Strategy<Value = Step> {
    let say =
        (0..2_usize, 0..=5_usize, prop::option::of(0..2_usize), prop::option::of(0..2_u32), any::<bool>())
            .prop_map(|(who, users, only, days, by_provider)| Step::Say {
                who,
                users,
                only,
                days,
                by_provider,
            });
    prop_oneof![
        6 => say,
        1 => (0..2_usize, any::<bool>()).prop_map(|(who, by_provider)| Step::Remove { who, by_provider }),
        2 => Just(Step::Wait),
    ]
}

/// The world under test, and what the oracle remembers of it.
struct World {
    app: TestApp,
    staff: Browser,
    main: Admin,
    domains: [DomainId; 2],
    users: [User; 2],
    day: u32,
    said: [Option<Said>; 2],
    ids: BTreeMap<usize, LoginId>,
    browsers: BTreeMap<usize, Browser>,
    /// Names are not used twice: who was removed comes back as somebody else.
    generation: [u32; 2],
}

impl World {
    async fn new(app: &TestApp) -> Self {
        let staff = app.staff().await;
        let main = app.main_admin("acme").await;
        let domains = [app.domain(&main, DOMAINS[0]).await, app.domain(&main, DOMAINS[1]).await];
        let users = [app.mailbox(domains[0], "info").await, app.mailbox(domains[1], "info").await];
        Self {
            app: app.clone(),
            staff,
            main,
            domains,
            users,
            day: 0,
            said: [None; 2],
            ids: BTreeMap::new(),
            browsers: BTreeMap::new(),
            generation: [0; 2],
        }
    }

    fn core(&self) -> Core {
        self.app.core().clone()
    }

    fn name(&self, who: usize) -> String {
        format!("{}{}", NAMES[who], self.generation[who])
    }

    /// A session of the main Admin: its own, or that of the provider acting as it.
    async fn giver(&self, by_provider: bool) -> Caller {
        let browser = if by_provider { self.provider_as_main().await } else { self.main_again().await };
        let cookie = browser.cookies()["__Host-bw-admin"].clone();
        let token: Token = cookie.parse().expect("a token");
        let address: ClientAddress = "192.0.2.1".parse().expect("an address");
        Caller::session(token.hash(), Realm::Admin, address)
    }

    async fn main_again(&self) -> Browser {
        if self.main.browser.get("/").await.status != 200 {
            self.app.sign_in(&self.main.browser, "acme", PASSWORD).await;
        }
        self.main.browser.clone()
    }

    async fn provider_as_main(&self) -> Browser {
        if self.staff.get("/").await.status != 200 {
            self.app.sign_in(&self.staff, "owner", PASSWORD).await;
        }
        let path = format!("/tenants/{}/sign-in-as", self.main.tenant);
        let page = self.staff.get(&path).await;
        let login = page
            .between("value=\"log_", "\"")
            .map(|id| format!("log_{id}"))
            .expect("the main Admin is offered");
        let answer = self.staff.fill(&path, &[("login", &login), ("reason", "asked by phone")]).await;
        assert_eq!(answer.status, 303, "{}", answer.words());
        let token = answer.location.rsplit('/').next().unwrap_or_default().to_owned();
        let browser = self.app.browser(Portal::Admin);
        browser.get(&format!("/act/{token}")).await;
        let entered = browser.post("/act", &[("token", &token)]).await;
        assert_eq!(entered.status, 303, "{}", entered.words());
        browser
    }

    fn terms(&self, said: Said) -> Terms {
        let level = |name: &str, level: usize| format!("{name}:{level}");
        let levels =
            [level("history", 0), level("users", said.users), level("domains", 0), level("aliases", 0)];
        Terms {
            rights: Rights::by_level(&levels).expect("levels"),
            reach: said.only.map_or(Reach::All, |only| Reach::Chosen(vec![self.domains[only]], Vec::new())),
            until: said.last_day.map(|day| format!("2026-01-{:02}", day + 1).parse().expect("a day")),
            note: "a test".parse().expect("a line"),
            networks: AllowedNetworks::default(),
            api_purpose: None,
        }
    }

    async fn step(&mut self, step: Step) {
        match step {
            Step::Wait => {
                self.app.wait(Duration::from_hours(24));
                self.day += 1;
            }
            Step::Remove { who, by_provider } => self.remove(who, by_provider).await,
            Step::Say { who, users, only, days, by_provider } => {
                let said = Said { users, only, last_day: days.map(|days| self.day + days) };
                self.say(who, said, by_provider).await;
            }
        }
    }

    async fn say(&mut self, who: usize, said: Said, by_provider: bool) {
        let giver = self.giver(by_provider).await;
        let service = SubAdmins::new(self.core());
        let refused = |error: bailiwick_base::Error| assert_eq!(error.code(), Code::NotWhileActing);
        let email = format!("{}@outside.example", self.name(who)).parse().expect("an address");
        let terms = self.terms(said);
        if let Some(id) = self.ids.get(&who) {
            let version = service.get(&giver, *id).await.expect("it is there").sub_admin.version;
            let changes = Changes {
                version,
                name: self.name(who),
                full_name: "One of the tests".parse().expect("a name"),
                email,
                password: None,
                password_mark: None,
                terms,
                own_password: None,
            };
            let outcome = service.update(&giver, *id, &changes).await;
            if by_provider {
                return outcome.map_or_else(refused, |()| panic!("changed by whoever acts as another"));
            }
            outcome.expect("it is changed");
        } else {
            let new = NewSubAdmin {
                name: self.name(who),
                full_name: "One of the tests".parse().expect("a name"),
                email,
                password: Some(PASSWORD.parse().expect("short enough")),
                terms,
                own_password: None,
            };
            let added = service.add(&giver, self.main.tenant, &new).await;
            if by_provider {
                return added.map_or_else(refused, |_| panic!("added by whoever acts as another"));
            }
            self.ids.insert(who, added.expect("it is added").id);
        }
        self.said[who] = Some(said);
    }

    async fn remove(&mut self, who: usize, by_provider: bool) {
        let Some(id) = self.ids.get(&who).copied() else { return };
        let giver = self.giver(by_provider).await;
        let removed = SubAdmins::new(self.core()).remove(&giver, id).await;
        if by_provider {
            assert_eq!(removed.expect_err("whoever acts as another").code(), Code::NotWhileActing);
            return;
        }
        removed.expect("it is removed");
        self.ids.remove(&who);
        self.said[who] = None;
        if let Some(browser) = self.browsers.remove(&who) {
            let seen = browser.get("/mailboxes").await;
            assert!(seen.location.starts_with("/sign-in"), "a removed one got {}", seen.gist());
        }
        let name = self.name(who);
        let again = self.app.browser(Portal::Admin);
        let seen = again.fill("/sign-in", &[("username", &name), ("password", PASSWORD)]).await;
        assert_eq!(seen.status, 401, "{}", seen.words());
        self.generation[who] += 1;
    }

    /// What the oracle says about a user of a domain: 200 or 303 permitted, 403 refused, 404 not seen.
    fn expected(&self, who: usize, domain: usize, at_least: usize, done: u16) -> u16 {
        let Some(said) = self.said[who] else { return 0 };
        let over = said.last_day.is_some_and(|last| self.day > last);
        if over || said.users == 0 {
            403
        } else if said.only.is_some_and(|only| only != domain) {
            // The guard of the route comes first: whoever cannot do it anywhere is refused everywhere alike.
            if said.users < at_least { 403 } else { 404 }
        } else if said.users < at_least {
            403
        } else {
            done
        }
    }

    async fn check(&mut self) {
        for who in 0..NAMES.len() {
            if self.said[who].is_none() {
                continue;
            }
            let browser = self.browser_of(who).await;
            let seen = browser.get("/mailboxes").await;
            assert_eq!(
                seen.status,
                self.expected(who, self.said[who].and_then(|said| said.only).unwrap_or(0), 1, 200)
            );
            for domain in 0..DOMAINS.len() {
                self.check_user(who, domain, &browser).await;
            }
        }
    }

    async fn check_user(&self, who: usize, domain: usize, browser: &Browser) {
        let path = format!("/mailboxes/{}", self.users[domain].id);
        let about = format!("{who} at {domain}, day {}, {:?}", self.day, self.said[who]);
        assert_eq!(browser.get(&path).await.status, self.expected(who, domain, 1, 200), "{about}");
        let disabled = browser.post(&format!("{path}/disable"), &[]).await.status;
        assert_eq!(disabled, self.expected(who, domain, 3, 303), "{about}");
        if disabled == 303 {
            assert_eq!(browser.post(&format!("{path}/enable"), &[]).await.status, 303, "{about}");
        }
        let removal = browser.get(&format!("{path}/remove")).await.status;
        assert_eq!(removal, self.expected(who, domain, 4, 200), "{about}");
        let question = Question::parse("mailbox.disable", &self.users[domain].address).expect("a question");
        let name = self.name(who);
        let answer = Explanations::new(self.core())
            .why(&self.app.operator(), (Realm::Admin, &name), &question)
            .await
            .expect("an answer");
        assert_eq!(answer.explanation.why == Why::Granted, disabled == 303, "explained otherwise: {about}");
    }

    /// Its browser, signed in again where the session has ended by rest.
    async fn browser_of(&mut self, who: usize) -> Browser {
        let browser = self.browsers.entry(who).or_insert_with(|| self.app.browser(Portal::Admin)).clone();
        if browser.get("/").await.status != 200 {
            self.app.sign_in(&browser, &self.name(who), PASSWORD).await;
        }
        browser
    }
}

#[tokio::test]
async fn whatever_is_given_changed_and_withdrawn_nobody_can_do_more_or_less_than_was_last_said() {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[23; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    for _ in 0..SEQUENCES {
        let sequence = vec(steps(), STEPS).new_tree(&mut runner).expect("steps").current();
        on_each_engine(async |app| {
            let mut world = World::new(&app).await;
            for step in &sequence {
                world.step(*step).await;
                world.check().await;
            }
        })
        .await;
    }
}

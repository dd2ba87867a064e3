//! An installation with what programs use: a customer, users, keys, and an API Sub-Admin.

use bailiwick_tests::browser::{Browser, Page};
use bailiwick_tests::customer::{Customer, password_of};
use bailiwick_tests::installation::{Installation, Part, Run};

/// An installation whose API is asked as often as a test likes.
pub(crate) struct World {
    pub(crate) house: Installation,
    pub(crate) customer: Customer,
}

/// The name of the API Sub-Admin.
pub(crate) const PROGRAM: &str = "billing";

impl World {
    pub(crate) async fn start() -> Self {
        let mut house = Installation::start(Run::ServeOnly).await;
        house.stop_part(Part::Serve).await;
        let file = house.folder().join("bailiwick.toml");
        let text = std::fs::read_to_string(&file).expect("a configuration");
        // Programs other than browsers need not know where names of *.localhost lead.
        let port = house.ports.http;
        let text = text.replace(&format!("http://api.localhost:{port}"), &format!("http://127.0.0.1:{port}"));
        std::fs::write(file, text + "\n[api]\nrequests_per_minute = 100000000\n").expect("written");
        house.start_part(Part::Serve).await;
        let customer = house.customer("acme").await;
        for name in ["ann", "bob"] {
            house.user(&customer.at(name)).await;
        }
        Self { house, customer }
    }

    /// Where the API is.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/api/v1", self.house.ports.http)
    }

    /// A key of the main Admin that may do all its holder may.
    pub(crate) async fn key_of_admin(&mut self) -> String {
        let own = password_of(&format!("{}-admin", self.customer.name));
        let key = make_key(&mut self.customer.admin, &own).await;
        self.house.secrets.add(&key);
        key
    }

    /// The provider's owner, set up and signed in, and a key of theirs.
    pub(crate) async fn key_of_owner(&mut self) -> String {
        let printed = self.house.cli(&["setup", "--json"]).await;
        let printed: serde_json::Value = serde_json::from_str(&printed).expect("JSON");
        let link = printed["link"].as_str().expect("a link").to_owned();
        let path = link
            .split_once(".localhost:")
            .and_then(|(_, rest)| rest.find('/').map(|at| rest[at..].to_owned()));
        let (path, own) = (path.expect("a path"), password_of("olga"));
        self.house.secrets.add(path.rsplit('/').next().expect("a token"));
        let mut browser = self.house.browser("staff");
        let fields = [
            ("username", "olga"),
            ("full_name", "Olga Owner"),
            ("email", "olga@private-provider.test"),
            ("new", own.as_str()),
            ("repeated", own.as_str()),
        ];
        let page = browser.fill(&path, &fields).await;
        assert_eq!(page.status, 303, "{}", page.words());
        let page = browser.sign_in("olga", &own).await;
        assert_eq!(page.gist(), "303 /", "{}", page.words());
        let key = make_key(&mut browser, &own).await;
        self.house.secrets.add(&key);
        key
    }

    /// An API Sub-Admin with Users 5, Domains 1 and Aliases 4, from this machine only; its password.
    pub(crate) async fn program(&mut self) -> String {
        let (own, password) = (password_of(&format!("{}-admin", self.customer.name)), password_of(PROGRAM));
        let fields = [
            ("username", PROGRAM),
            ("full_name", "Billing system"),
            ("email", "billing@acme-private.test"),
            ("how", "password"),
            ("password", password.as_str()),
            ("rights", "levels"),
            ("level", "history:0"),
            ("level", "users:5"),
            ("level", "domains:1"),
            ("level", "aliases:4"),
            ("limited", "no"),
            ("until", ""),
            ("note", "Creates users for orders"),
            ("networks", "127.0.0.1 Billing server"),
            ("from", "listed"),
            ("api", "yes"),
            ("api_purpose", "Orders of the shop"),
            ("own_password", own.as_str()),
        ];
        let page = self.customer.admin.fill("/sub-admins/new", &fields).await;
        assert_eq!(page.status, 303, "{}", page.words());
        self.house.secrets.add(&password);
        password
    }
}

/// A key that carries all its holder may, from this machine only.
async fn make_key(browser: &mut Browser, own_password: &str) -> String {
    let form = browser.get("/api-keys/new").await;
    let mut fields: Vec<(&str, &str)> = vec![
        ("name", "Tests"),
        ("rights", "single"),
        ("level", "history:0"),
        ("level", "users:0"),
        ("level", "domains:0"),
        ("level", "aliases:0"),
        ("limited", "no"),
        ("until", ""),
        ("networks", "127.0.0.1 This machine"),
        ("from", "listed"),
        ("own_password", own_password),
    ];
    for name in ["permission", "power"] {
        let begins = format!("name=\"{name}\" value=\"");
        let boxes = form.body.split(begins.as_str()).skip(1);
        fields.extend(boxes.filter_map(|rest| rest.split('"').next()).map(|value| (name, value)));
    }
    let page = browser.post("/api-keys/new", &fields).await;
    secret(&page)
}

/// The key on the one page that shows it.
fn secret(page: &Page) -> String {
    let at = page.body.find("bwk_").unwrap_or_else(|| panic!("{}: {}", page.gist(), page.words()));
    let key: String =
        page.body[at..].chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    assert_eq!(key.len(), 56, "{key}");
    key
}

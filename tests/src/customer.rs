//! Customers of an installation, made as a provider and an Admin make them.

use std::time::Duration;

use crate::browser::{Browser, Page};
use crate::installation::Installation;

/// A tenant with a verified domain, and its Admin, signed in.
pub struct Customer {
    /// Its name.
    pub name: String,
    /// Its domain.
    pub domain: String,
    /// Its domain's id in paths.
    pub domain_id: String,
    /// The main Admin's browser, signed in.
    pub admin: Browser,
    /// The main Admin's address, outside.
    pub admin_address: String,
}

/// A mailbox and its password.
#[derive(Debug, Clone)]
pub struct User {
    /// Its address.
    pub address: String,
    /// Its password.
    pub password: String,
}

/// How long a mail may take to leave.
pub const MAIL: Duration = Duration::from_secs(30);

impl Installation {
    /// A tenant `word` with the domain `word.test`: invited, signed in, verified.
    pub async fn customer(&self, word: &str) -> Customer {
        self.customer_with(word, 2000, 2000).await
    }

    /// One who has bought so many users, and so much storage (GB).
    pub async fn customer_with(&self, word: &str, users: u32, storage: u32) -> Customer {
        let admin_address = format!("boss@{word}-private.test");
        let admin = self.invited_admin(word, &admin_address, [users, storage]).await;
        let mut customer = Customer {
            name: word.to_owned(),
            domain: format!("{word}.test"),
            domain_id: String::new(),
            admin,
            admin_address,
        };
        customer.domain_id = customer.add_domain(&format!("{word}.test")).await;
        self.verify(&mut customer).await;
        customer
    }

    /// Creates the tenant on the command line, follows the invitation's link, signs in.
    async fn invited_admin(&self, word: &str, address: &str, bought: [u32; 2]) -> Browser {
        let login = format!("{word}-admin");
        let [users, storage] = bought.map(|number| number.to_string());
        let words = ["tenant", "create", word, "--users", &users, "--storage", &storage, "--domains", "5"];
        let more = ["--admin", &login, "--admin-name", "Bo Boss", "--email", address];
        self.cli(&[&words[..], &more].concat()).await;
        let password = password_of(&login);
        let mut browser = self.browser("admin");
        self.follow_link(&mut browser, address, &password).await;
        let page = browser.sign_in(&login, &password).await;
        assert_eq!(page.gist(), "303 /", "{}", page.words());
        browser
    }

    /// Waits for the mail with a link to this outside address, opens the link and sets the password.
    pub async fn follow_link(&self, browser: &mut Browser, address: &str, password: &str) {
        let mail = self.sink.wait_for(address, MAIL).await.expect("a mail with a link");
        let path = link_path(&mail.raw);
        self.secrets.add(path.rsplit('/').next().expect("a token"));
        self.secrets.add(password);
        let page = browser.fill(&path, &[("new", password), ("repeated", password)]).await;
        assert_eq!(page.gist(), "303 /sign-in?done=password-set", "{}", page.words());
        let again = browser.fill(&path, &[("new", password), ("repeated", password)]).await;
        assert_eq!(again.status, 404, "a link works once: {}", again.words());
    }

    async fn verify(&self, customer: &mut Customer) {
        let path = format!("/domains/{}", customer.domain_id);
        let page = customer.admin.get(&path).await;
        let value = page.between("id=\"proof-value\">", "<").expect("the proof");
        let host = page.between("id=\"proof-host\">", "<").expect("the name");
        self.dns.publish_txt(host, value).expect("published");
        let page = customer.admin.post(&format!("{path}/verify"), &[]).await;
        assert_eq!(page.gist(), format!("303 {path}?done=domain-verified"), "{}", page.words());
    }

    /// Adds a mailbox on the command line, with a password.
    pub async fn user(&self, address: &str) -> User {
        let user = User { address: address.to_owned(), password: password_of(address) };
        self.secrets.add_plain(address, &user.password);
        let words = ["mailbox", "add", address, "--name", "Some Body", "--quota", "1", "--password-stdin"];
        self.cli_with_input(&words, &format!("{}\n", user.password)).await;
        user
    }

    /// A browser signed in to the User Panel.
    pub async fn panel(&self, user: &User) -> Browser {
        let mut browser = self.browser("mail");
        let page = browser.sign_in(&user.address, &user.password).await;
        assert_eq!(page.gist(), "303 /", "{}", page.words());
        browser
    }

    /// The id of a mailbox in paths.
    pub async fn mailbox_id(&self, address: &str) -> String {
        let shown = self.cli(&["mailbox", "show", address, "--json"]).await;
        let shown: serde_json::Value = serde_json::from_str(&shown).expect("JSON");
        shown["id"].as_str().expect("an id").to_owned()
    }
}

impl Customer {
    /// Adds a domain, which then waits for its proof; its id.
    pub async fn add_domain(&mut self, domain: &str) -> String {
        let page = self.admin.fill("/domains/new", &[("domain", domain)]).await;
        let id =
            page.location.strip_prefix("/domains/").and_then(|rest| rest.strip_suffix("?done=domain-added"));
        id.unwrap_or_else(|| panic!("{}: {}", page.gist(), page.words())).to_owned()
    }

    /// An address on its domain.
    pub fn at(&self, local: &str) -> String {
        format!("{local}@{}", self.domain)
    }

    /// Adds an alias.
    pub async fn alias(&mut self, local: &str, targets: &[&str]) {
        let domain = self.domain_id.clone();
        let targets = targets.join("\n");
        let fields = [("domain", domain.as_str()), ("alias", local), ("targets", &targets)];
        let page = self.admin.fill("/aliases/new", &fields).await;
        assert_eq!(page.status, 303, "{}", page.words());
    }

    /// Sends a form about one of its mailboxes.
    pub async fn mailbox(&mut self, id: &str, verb: &str, fields: &[(&str, &str)]) -> Page {
        self.admin.get(&format!("/mailboxes/{id}")).await;
        self.admin.post(&format!("/mailboxes/{id}/{verb}"), fields).await
    }

    /// What its domain does with addresses that nobody has: `none`, `discard` or `user`, and which user.
    pub async fn catch_all(&mut self, choice: &str, user: &str) {
        let path = format!("/domains/{}", self.domain_id);
        let page = self.admin.get(&path).await;
        let version = page.between("name=\"version\" value=\"", "\"").expect("the version").to_owned();
        let fields = [
            ("time_zone", "Europe/Berlin"),
            ("catch_all", choice),
            ("catch_all_user", user),
            ("active", "on"),
            ("version", version.as_str()),
        ];
        let page = self.admin.post(&path, &fields).await;
        assert_eq!(page.gist(), format!("303 {path}?done=saved"), "{}", page.words());
    }
}

/// A password good enough to be taken, different for everybody, and easy to look for.
pub fn password_of(name: &str) -> String {
    format!("canary {name} sings 7391 quietly")
}

/// The path of the link in a mail from the installation.
fn link_path(raw: &[u8]) -> String {
    let mail = mail_parser::MessageParser::default().parse(raw).expect("a mail");
    let text = mail.body_text(0).expect("a text");
    let line = text.lines().find(|line| line.starts_with("http://")).expect("a link");
    let (_, path) =
        line.trim().split_once(".localhost:").and_then(|(_, rest)| rest.split_once('/')).expect("a path");
    format!("/{path}")
}

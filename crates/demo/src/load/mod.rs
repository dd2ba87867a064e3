//! Puts the made-up customers into the installation, the way people would: through its pages.

mod visitor;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::dataset::{Company, Dataset, Domain};
use crate::ports::Ports;
use crate::post::{self, Outgoing};
use crate::world::World;
pub use visitor::Unexpected;
use visitor::{Visitor, between};

/// Somebody who can sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignIn {
    /// Which portal, and as whom: `Admin Panel, main Admin of Larkspur`.
    pub who: String,
    /// What to type as user name.
    pub login: String,
    /// A password made for this installation.
    pub secret: String,
}

/// What is there after loading.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loaded {
    /// For the table at the end of the start.
    pub sign_ins: Vec<SignIn>,
}

/// What loading needs to know.
pub struct Loader<'a> {
    /// The outside world.
    pub world: &'a World,
    /// What to load.
    pub data: &'a Dataset,
    /// The product's program and its configuration.
    pub program: &'a Path,
    /// See `program`.
    pub config: &'a Path,
    /// Where it listens.
    pub ports: &'a Ports,
    /// Whether the mail servers run.
    pub mail: bool,
    /// Told what is being done, and how much of it.
    pub progress: &'a (dyn Fn(&str, usize, usize) + Sync),
}

/// Users of each domain whose passwords are shown.
const SHOWN: usize = 1;
/// One user of so many has the larger type.
const ENHANCED: usize = 6;
/// How long an invitation may be on its way.
const ON_ITS_WAY: Duration = Duration::from_secs(30);

impl Loader<'_> {
    /// Loads everything, or reads back what an earlier start loaded into the same folder.
    pub async fn load(&self, kept: &Path) -> Result<Loaded, Unexpected> {
        self.publish_names()?;
        if let Ok(text) = std::fs::read_to_string(kept) {
            return toml::from_str(&text).map_err(Unexpected::new);
        }
        let mut loaded = Loaded::default();
        let mut staff = self.set_up(&mut loaded).await?;
        let types = user_types(&mut staff).await?;
        for company in &self.data.companies {
            self.company(&mut staff, company, &types, &mut loaded).await?;
        }
        if self.mail {
            self.letters().await?;
        }
        keep(kept, &loaded)?;
        Ok(loaded)
    }

    /// Makes the outside world know the customers' domains.
    fn publish_names(&self) -> Result<(), Unexpected> {
        self.world.dns.publish_a("mail.provider.test", Ipv4Addr::LOCALHOST).map_err(Unexpected::new)?;
        for domain in self.data.companies.iter().flat_map(|company| &company.domains) {
            self.world.dns.publish_mx(domain.name, 10, "mail.provider.test").map_err(Unexpected::new)?;
        }
        Ok(())
    }

    /// Follows the set-up link, as the provider's first member of staff would.
    async fn set_up(&self, loaded: &mut Loaded) -> Result<Visitor, Unexpected> {
        (self.progress)("The first staff login", 0, 1);
        let output = Command::new(self.program)
            .arg("--config")
            .arg(self.config)
            .arg("setup")
            .output()
            .map_err(Unexpected::new)?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let token = said.split("/set-up/").nth(1).and_then(|rest| rest.get(..52));
        let path = token.map(|token| format!("/set-up/{token}")).ok_or_else(|| {
            Unexpected::new(format!("no set-up link: {said}{}", String::from_utf8_lossy(&output.stderr)))
        })?;
        let secret = password()?;
        let mut staff = Visitor::new("staff", self.ports.http);
        let fields = [
            ("username", "staff"),
            ("full_name", "Staff of the demonstration"),
            ("email", "staff@outside.test"),
            ("new", &secret),
            ("repeated", &secret),
        ];
        staff.fill(&path, &fields).await?;
        sign_in(&mut staff, "staff", &secret).await?;
        loaded.sign_ins.push(SignIn { who: "Staff".to_owned(), login: "staff".to_owned(), secret });
        Ok(staff)
    }

    async fn company(
        &self,
        staff: &mut Visitor,
        company: &Company,
        types: &Types,
        loaded: &mut Loaded,
    ) -> Result<(), Unexpected> {
        let admin = &company.admin;
        let fields = [
            ("name", company.name),
            ("types", &types.basic),
            ("licences", "120"),
            ("types", &types.enhanced),
            ("licences", "30"),
            ("storage", "1000"),
            ("domains", "5"),
            ("username", admin.login),
            ("full_name", admin.name),
            ("email", admin.email),
        ];
        staff.fill("/tenants/new", &fields).await?;
        let mail = self.world.sink.wait_for(admin.email, ON_ITS_WAY).await;
        let mail = mail
            .ok_or_else(|| Unexpected::new(format!("the invitation to {} has not arrived", admin.email)))?;
        let message = mail_parser::MessageParser::default().parse(&mail.raw);
        let text = message.as_ref().and_then(|message| message.body_text(0)).unwrap_or_default();
        let token = text
            .split("/link/")
            .nth(1)
            .and_then(|rest| rest.get(..52))
            .ok_or_else(|| Unexpected::new("the invitation has no link"))?;
        let secret = password()?;
        let mut browser = Visitor::new("admin", self.ports.http);
        browser.fill(&format!("/link/{token}"), &[("new", &secret), ("repeated", &secret)]).await?;
        sign_in(&mut browser, admin.login, &secret).await?;
        loaded.sign_ins.push(SignIn {
            who: format!("Admin Panel, {}", company.name),
            login: admin.login.to_owned(),
            secret,
        });
        for domain in &company.domains {
            self.domain(&mut browser, domain, types, loaded).await?;
        }
        let waiting = format!("waiting-{}", company.domains[0].name);
        browser.fill("/domains/new", &[("domain", &waiting)]).await?;
        Ok(())
    }

    async fn domain(
        &self,
        browser: &mut Visitor,
        domain: &Domain,
        types: &Types,
        loaded: &mut Loaded,
    ) -> Result<(), Unexpected> {
        let added = browser.fill("/domains/new", &[("domain", domain.name)]).await?;
        let path = added.split('?').next().unwrap_or_default().to_owned();
        let page = browser.get(&path).await?;
        let proof = between(&page.body, "bailiwick-verification=", "<")
            .or_else(|| between(&page.body, "bailiwick-verification=", "\""));
        let proof = proof.ok_or_else(|| Unexpected::new(format!("{path} shows no record to publish")))?;
        let record =
            format!("bailiwick-verification={}", proof.split(['"', '<', ' ']).next().unwrap_or_default());
        self.world
            .dns
            .publish_txt(&format!("_bailiwick.{}", domain.name), &record)
            .map_err(Unexpected::new)?;
        browser.must_post(&format!("{path}/verify"), &[]).await?;
        let id = path.rsplit('/').next().unwrap_or_default();
        browser.get("/mailboxes/new").await?;
        for (number, mailbox) in domain.mailboxes.iter().enumerate() {
            (self.progress)(domain.name, number, domain.mailboxes.len());
            let secret = password()?;
            let (kind, quota) =
                if number.is_multiple_of(ENHANCED) { (&types.enhanced, "15") } else { (&types.basic, "5") };
            let fields = [
                ("domain", id),
                ("username", &mailbox.local_part),
                ("name", &mailbox.name),
                ("kind", kind),
                ("quota", quota),
                ("how", "password"),
                ("recovery", ""),
                ("password", &secret),
            ];
            browser.must_post("/mailboxes/new", &fields).await?;
            if number < SHOWN {
                let login = format!("{}@{}", mailbox.local_part, domain.name);
                loaded.sign_ins.push(SignIn { who: format!("User Panel, {}", mailbox.name), login, secret });
            }
        }
        for alias in &domain.aliases {
            let targets = alias.targets.join("\n");
            browser
                .fill("/aliases/new", &[("domain", id), ("alias", alias.local_part), ("targets", &targets)])
                .await?;
        }
        Ok(())
    }

    /// Real mail for some mailboxes, from outside by SMTP.
    async fn letters(&self) -> Result<(), Unexpected> {
        let server = SocketAddr::from((Ipv4Addr::LOCALHOST, self.ports.smtp));
        for (number, letter) in self.data.letters.iter().enumerate() {
            (self.progress)("Letters", number, self.data.letters.len());
            let outgoing = Outgoing {
                from: letter.from.clone(),
                to: letter.to.clone(),
                subject: letter.text.subject.clone(),
                text: letter.text.body.clone(),
                at: crate::clock::now() - Duration::from_secs(u64::from(letter.minutes_ago) * 60),
            };
            post::send(server, &outgoing).await.map_err(Unexpected::new)?;
        }
        Ok(())
    }
}

/// The two types of users that are offered, as paths and forms name them.
struct Types {
    basic: String,
    enhanced: String,
}

/// Makes a smaller type of the one that is there, and adds a larger one.
async fn user_types(staff: &mut Visitor) -> Result<Types, Unexpected> {
    let page = staff.get("/user-types").await?;
    let basic = between(&page.body, "href=\"/user-types/typ_", "\"").map(|id| format!("typ_{id}"));
    let basic = basic.ok_or_else(|| Unexpected::new("there is no user type"))?;
    let fields = [("name", "Basic"), ("quota", "10"), ("position", "1"), ("version", "1")];
    staff.fill(&format!("/user-types/{basic}"), &fields).await?;
    let added =
        staff.fill("/user-types/new", &[("name", "Enhanced"), ("quota", ""), ("position", "2")]).await?;
    let enhanced = between(&added, "/user-types/", "?").unwrap_or_default().to_owned();
    Ok(Types { basic, enhanced })
}

async fn sign_in(visitor: &mut Visitor, name: &str, secret: &str) -> Result<(), Unexpected> {
    visitor.fill("/sign-in", &[("username", name), ("password", secret)]).await.map(drop)
}

/// A password for this installation: 16 letters and digits in four groups.
fn password() -> Result<String, Unexpected> {
    use std::io::Read;
    let mut bytes = [0_u8; 16];
    std::fs::File::open("/dev/urandom")
        .and_then(|mut file| file.read_exact(&mut bytes))
        .map_err(Unexpected::new)?;
    let letters = b"abcdefghijkmnpqrstuvwxyz23456789";
    let text: String = bytes.iter().map(|byte| char::from(letters[usize::from(byte % 32)])).collect();
    Ok(format!("{}-{}-{}-{}", &text[..4], &text[4..8], &text[8..12], &text[12..]))
}

/// Remembers the sign-ins beside the data, readable by their owner only.
fn keep(file: &Path, loaded: &Loaded) -> Result<(), Unexpected> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let text = toml::to_string(loaded).map_err(Unexpected::new)?;
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file)
        .map_err(Unexpected::new)?;
    file.write_all(text.as_bytes()).map_err(Unexpected::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_differ_and_are_long_enough() {
        let (one, two) = (password().expect("randomness"), password().expect("randomness"));
        assert_ne!(one, two);
        assert_eq!(one.len(), 19);
    }
}

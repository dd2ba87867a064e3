//! The made-up customers of the demonstration: always the same, so that a page can be talked about.
//!
//! Two companies with five domains below `.test`, two hundred people with names from many languages, aliases, lists,
//! and mails to put into some mailboxes. Data only: nothing is created here.

mod letters;
mod names;

pub use letters::Text;
use names::{FAMILIES, Family};

/// Mailboxes of all companies together.
pub const PEOPLE: usize = 200;

/// A company: what becomes one tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Company {
    /// As on its letterhead.
    pub name: &'static str,
    /// Who administers everything. Its address lies outside, so that it can be reached when mail is broken.
    pub admin: Admin,
    /// Who administers a part.
    pub sub_admins: Vec<Admin>,
    /// The first is the main one.
    pub domains: Vec<Domain>,
}

/// A person who signs in to the Admin Panel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admin {
    /// Full name.
    pub name: &'static str,
    /// User name at sign-in.
    pub login: &'static str,
    /// Address for notices, outside of the installation.
    pub email: &'static str,
}

/// A mail domain with what lies in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Domain {
    /// For example `larkspur.test`.
    pub name: &'static str,
    /// In order of their local parts.
    pub mailboxes: Vec<Mailbox>,
    /// Further addresses.
    pub aliases: Vec<Alias>,
    /// Mailing lists.
    pub lists: Vec<List>,
}

/// A person's mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// Before the @; ASCII.
    pub local_part: String,
    /// Full name as its bearer writes it.
    pub name: String,
    /// What the person does.
    pub title: &'static str,
}

/// An address that leads to others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alias {
    /// Before the @.
    pub local_part: &'static str,
    /// Full addresses.
    pub targets: Vec<String>,
}

/// A mailing list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// Before the @.
    pub local_part: &'static str,
    /// As shown to members.
    pub name: &'static str,
    /// Full addresses.
    pub members: Vec<String>,
}

/// A mail to put into a mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Sender, with a name: `Ann Smith <ann@a.test>`.
    pub from: String,
    /// Recipient's address.
    pub to: String,
    /// Subject and text.
    pub text: Text,
    /// How long ago it was written, in minutes.
    pub minutes_ago: u32,
}

/// Everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dataset {
    /// The companies.
    pub companies: Vec<Company>,
    /// Mails, oldest first.
    pub letters: Vec<Letter>,
}

impl Domain {
    fn addresses(&self) -> impl Iterator<Item = String> {
        self.mailboxes.iter().map(|mailbox| format!("{}@{}", mailbox.local_part, self.name))
    }
}

/// Names of domains with the number of their mailboxes.
const LARKSPUR: [(&str, usize); 3] =
    [("larkspur.test", 80), ("larkspur-garden.test", 30), ("blumenversand.test", 20)];
const KESTREL: [(&str, usize); 2] = [("kestrel-instruments.test", 50), ("kestrel-lab.test", 20)];

const TITLES: [&str; 12] = [
    "Sales",
    "Customer care",
    "Accounts",
    "Purchasing",
    "Warehouse",
    "Engineering",
    "Quality",
    "Human resources",
    "Marketing",
    "Travel",
    "Legal",
    "Management",
];

/// The demonstration's customers.
pub fn dataset() -> Dataset {
    let mut people = people();
    let mut domains = |list: &[(&'static str, usize)]| {
        list.iter().map(|&(name, size)| domain(name, people.by_ref().take(size).collect())).collect()
    };
    let larkspur = Company {
        name: "Larkspur & Daughters Ltd",
        admin: Admin { name: "Imogen Larkspur", login: "imogen", email: "imogen@larkspur-family.test" },
        sub_admins: vec![
            Admin { name: "Tomasz Zieliński", login: "tomasz", email: "tomasz@it-helpers.test" },
            Admin { name: "Brigitte Aumüller", login: "brigitte", email: "brigitte@it-helpers.test" },
        ],
        domains: domains(&LARKSPUR),
    };
    let kestrel = Company {
        name: "Kestrel Instruments GmbH",
        admin: Admin { name: "Ngozi Adeyemi", login: "ngozi", email: "ngozi@adeyemi-privat.test" },
        sub_admins: vec![Admin { name: "Matti Virtanen", login: "matti", email: "matti@it-helpers.test" }],
        domains: domains(&KESTREL),
    };
    let companies = vec![larkspur, kestrel];
    let letters = letters::letters(&companies);
    Dataset { companies, letters }
}

/// Everybody, in an order that mixes the languages. Five given and six family names go round without repeating a
/// pair for thirty rounds, so no two people have the same local part.
fn people() -> impl Iterator<Item = Mailbox> {
    (0..PEOPLE).map(|n| {
        let Family { given, family } = &FAMILIES[n % FAMILIES.len()];
        let round = n / FAMILIES.len();
        let (first, first_ascii) = given[round % given.len()];
        let (last, last_ascii) = family[round % family.len()];
        Mailbox {
            local_part: format!("{first_ascii}.{last_ascii}"),
            name: format!("{first} {last}"),
            title: TITLES[(n * 7 + round) % TITLES.len()],
        }
    })
}

fn domain(name: &'static str, mut mailboxes: Vec<Mailbox>) -> Domain {
    mailboxes.sort_by(|a, b| a.local_part.cmp(&b.local_part));
    let mut domain = Domain { name, mailboxes, aliases: Vec::new(), lists: Vec::new() };
    let with = |title: &str| {
        let wanted = domain.mailboxes.iter().filter(|mailbox| mailbox.title == title);
        wanted.map(|mailbox| format!("{}@{name}", mailbox.local_part)).collect::<Vec<_>>()
    };
    let first = |title: &str, many: usize| with(title).into_iter().take(many).collect::<Vec<_>>();
    domain.aliases = vec![
        Alias { local_part: "sales", targets: first("Sales", 3) },
        Alias { local_part: "invoices", targets: first("Accounts", 2) },
        Alias { local_part: "jobs", targets: first("Human resources", 1) },
        Alias { local_part: "postmaster", targets: first("Engineering", 1) },
    ];
    domain.aliases.retain(|alias| !alias.targets.is_empty());
    domain.lists = vec![
        List { local_part: "everybody", name: "Everybody", members: domain.addresses().collect() },
        List { local_part: "management", name: "Management", members: with("Management") },
    ];
    domain.lists.retain(|list| !list.members.is_empty());
    domain
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{PEOPLE, dataset};

    #[test]
    fn the_customers_are_the_same_at_every_start() {
        assert_eq!(dataset(), dataset());
    }

    #[test]
    fn every_address_is_plain_ascii_unique_and_below_test() {
        let mut seen = HashSet::new();
        let mut people = 0;
        for domain in dataset().companies.iter().flat_map(|company| &company.domains) {
            people += domain.mailboxes.len();
            let mailboxes = domain.mailboxes.iter().map(|mailbox| mailbox.local_part.as_str());
            let aliases = domain.aliases.iter().map(|alias| alias.local_part);
            for local_part in mailboxes.chain(aliases).chain(domain.lists.iter().map(|list| list.local_part))
            {
                assert!(
                    local_part.bytes().all(|b| b.is_ascii_lowercase() || b == b'.' || b == b'-'),
                    "{local_part}"
                );
                assert_eq!(domain.name.rsplit('.').next(), Some("test"));
                assert!(
                    seen.insert(format!("{local_part}@{}", domain.name)),
                    "{local_part}@{} twice",
                    domain.name
                );
            }
        }
        assert_eq!(people, PEOPLE);
    }

    #[test]
    fn nobody_has_the_name_of_another_and_many_names_are_not_ascii() {
        let data = dataset();
        let mailboxes = data.companies.iter().flat_map(|c| &c.domains).flat_map(|domain| &domain.mailboxes);
        let names: Vec<_> = mailboxes.map(|mailbox| &mailbox.name).collect();
        assert_eq!(names.iter().collect::<HashSet<_>>().len(), PEOPLE);
        assert!(names.iter().filter(|name| !name.is_ascii()).count() > PEOPLE / 3);
    }

    #[test]
    fn what_aliases_and_lists_lead_to_exists_and_letters_go_to_mailboxes() {
        let data = dataset();
        let domains: Vec<_> = data.companies.iter().flat_map(|company| &company.domains).collect();
        let known: HashSet<String> = domains.iter().flat_map(|domain| domain.addresses()).collect();
        for domain in domains {
            assert!(domain.aliases.len() >= 2 && !domain.lists.is_empty(), "{}", domain.name);
            let targets = domain.aliases.iter().flat_map(|alias| &alias.targets);
            assert!(
                targets
                    .chain(domain.lists.iter().flat_map(|list| &list.members))
                    .all(|target| known.contains(target))
            );
        }
        assert!(data.letters.len() >= 50);
        assert!(
            data.letters
                .iter()
                .all(|letter| known.contains(&letter.to) && !letter.text.subject.contains('{'))
        );
        assert!(data.letters.is_sorted_by_key(|letter| std::cmp::Reverse(letter.minutes_ago)));
    }
}

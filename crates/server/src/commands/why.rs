//! `bailiwick why`: whether a login may do something, decided by what decides its requests.

use std::process::ExitCode;

use bailiwick_app::explanation::{self, Answer, Explanations, Question};
use bailiwick_base::authz::Realm;
use serde_json::json;

use super::print;
use crate::cli;
use crate::failure::{Exit, Outcome};
use crate::installation::{Installation, operator};

/// 0 if it may, 1 if it may not, 2 or 3 if that could not be said: a script must not take a mistyped name for a no.
pub(super) async fn run(open: &Installation, asked: &cli::Why, how: print::Answer) -> Outcome<ExitCode> {
    match answer(open, asked, how).await {
        Ok(true) => Ok(ExitCode::SUCCESS),
        Ok(false) => Ok(ExitCode::FAILURE),
        Err(failure) if failure.exit() == Exit::Refused => Err(failure.ending(Exit::Wrong)),
        Err(failure) => Err(failure),
    }
}

async fn answer(open: &Installation, asked: &cli::Why, how: print::Answer) -> Outcome<bool> {
    let question = Question::parse(&asked.action, &asked.object)?;
    let realm = if asked.staff { Realm::Staff } else { Realm::Admin };
    let explanations = Explanations::new(open.core.clone());
    let answer = explanations.why(&operator(), (realm, &asked.login), &question).await?;
    if how.json {
        print::json(&value(&answer, &question))?;
    } else {
        print::text(&words(&answer, &question))?;
    }
    Ok(answer.may)
}

fn words(answer: &Answer, question: &Question) -> String {
    let object = question.object.as_ref().map(|object| format!(" {object}")).unwrap_or_default();
    let verdict = if answer.may { "Yes" } else { "No" };
    let mut lines = vec![format!("{verdict}: {} {}{object}", answer.person.name, question.action.name)];
    lines.push(format!("It needs: {}", answer.explanation.needs.in_words()));
    lines.push(explanation::why(&answer.explanation));
    lines.extend(remark(answer).map(str::to_owned));
    for given in explanation::given(&answer.explanation.held) {
        lines.push(format!("- {}, {}", given.access.join(", "), given.circumstances()));
    }
    lines.push(String::new());
    lines.iter().map(|line| print::clean(line)).collect::<Vec<_>>().join("\n")
}

/// What stands against it besides its grants.
fn remark(answer: &Answer) -> Option<&'static str> {
    if !answer.person.standing.may_sign_in() {
        Some("But it cannot sign in: it, or its tenant, is not active.")
    } else if answer.person.password_one_time {
        Some("But it must choose a password first.")
    } else {
        None
    }
}

fn value(answer: &Answer, question: &Question) -> serde_json::Value {
    json!({
        "login": answer.person.name,
        "id": answer.person.id,
        "action": question.action.name,
        "object": question.object,
        "may": answer.may,
        "remark": remark(answer),
        "explanation": explanation::document(&answer.explanation),
    })
}

#[cfg(test)]
mod tests {
    use bailiwick_app::explanation::Person;
    use bailiwick_app::tenants::{Licences, Limits, NewTenant, Tenants};
    use bailiwick_base::authz::{Explanation, Held, Permission, PermissionSet, Role, Scope, Standing, Why};
    use bailiwick_base::words::{DomainId, LoginId, Storage, TenantId, Timestamp};

    use super::*;
    use crate::config::Config;

    fn answer_of_bob(why: Why, status: &str) -> Answer {
        let standing = Standing {
            login_status: status.to_owned(),
            tenant_status: Some("active".to_owned()),
            domain_status: None,
            mailbox_status: None,
        };
        let person = Person {
            id: LoginId(7),
            name: "bob".to_owned(),
            full_name: String::new(),
            tenant_id: Some(TenantId(1)),
            networks_only: false,
            password_one_time: false,
            standing,
        };
        let held = Held {
            role: Role::SubAdmin,
            permissions: PermissionSet::of(&[Permission::MailboxView]),
            scope: Scope::Domain(DomainId(3)),
            scope_name: Some("a.example\u{1b}[2J".to_owned()),
            giver: Some("ann".to_owned()),
            since: Some(Timestamp(1_767_225_600_000)),
            until: None,
            note: String::new(),
            over: false,
        };
        let may = why == Why::Granted && status == "active";
        let explanation = Explanation { needs: Permission::MailboxView, why, held: vec![held] };
        Answer { person, explanation, may }
    }

    #[test]
    fn an_answer_names_the_need_the_reason_and_the_grants_and_steers_no_terminal() {
        let question = Question::parse("mailbox.update", "sales@a.example").expect("a question");
        let told = words(&answer_of_bob(Why::Granted, "active"), &question);
        let expected = "Yes: bob mailbox.update sales@a.example\nIt needs: see users\nIt is given.\n\
             - Users 1 (View), for a.example?[2J, given by ann on 2026-01-01 00:00:00 (UTC)\n";
        assert_eq!(told, expected);
        let closed = words(&answer_of_bob(Why::Granted, "disabled"), &question);
        assert!(closed.starts_with("No: bob") && closed.contains("But it cannot sign in"), "{closed}");
    }

    #[test]
    fn the_same_as_json() {
        let question = Question::parse("mailbox.update", "").expect("a question");
        let value = value(&answer_of_bob(Why::NotIncluded, "active"), &question);
        assert_eq!((&value["may"], &value["object"]), (&json!(false), &json!(null)));
        assert_eq!(value["explanation"]["why"], "not_included");
        assert_eq!(value["explanation"]["held"][0]["access"], json!(["Users 1 (View)"]));
    }

    #[tokio::test]
    async fn a_mistyped_name_is_answered_with_those_that_may_be_meant() {
        let folder = tempfile::tempdir().expect("a folder");
        let text = format!(
            "data_dir = \"{}/data\"\n[origins]\nstaff = \"http://staff.localhost:8080\"\n\
             admin = \"http://admin.localhost:8080\"\nmail = \"http://mail.localhost:8080\"\n\
             [outgoing]\nfrom = \"no-reply@example.com\"\nrelay = \"127.0.0.1:25\"\n",
            folder.path().display()
        );
        let file = folder.path().join("bailiwick.toml");
        std::fs::write(&file, text).expect("written");
        let open = Installation::prepare(&Config::load(&file).expect("good")).await.expect("open");
        let new = NewTenant {
            name: "acme".parse().expect("a name"),
            limits: Limits { users: Licences::OfFirst(1), storage: Storage::gb(1), domains: 1 },
            admin_name: "acme".to_owned(),
            admin_full_name: "Ann".parse().expect("a name"),
            admin_address: "ann@outside.example".parse().expect("an address"),
        };
        Tenants::new(open.core.clone()).create(&operator(), &new).await.expect("a tenant");
        let ask = async |login: &str, action: &str| {
            let asked = cli::Why {
                login: login.to_owned(),
                action: action.to_owned(),
                object: String::new(),
                staff: false,
            };
            answer(&open, &asked, print::Answer { json: false }).await.map_err(|failure| failure.to_string())
        };
        assert_eq!(ask("acme", "mailbox.add").await, Ok(false), "invited, and without a password yet");
        let login = ask("amce", "mailbox.add").await.expect_err("unknown");
        assert!(login.contains("Nearly called so: acme."), "{login}");
        let action = ask("acme", "mailbx.add").await.expect_err("unknown");
        assert!(action.contains("Nearly called so: mailbox.add"), "{action}");
        open.close().await;
    }
}

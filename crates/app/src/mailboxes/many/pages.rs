//! What is done with users that are chosen in the list. The list sends who and what; a page asks once more; its form does
//! it.

use axum::extract::State;
use bailiwick_base::authz::Permission;
use bailiwick_base::words::{MailboxId, Storage};
use bailiwick_base::{Code, Error, t};
use bailiwick_ui::{Tone, field, form_card, hidden, link_button, notice, page_header, submit};
use maud::{Markup, html};
use serde::Deserialize;

use super::super::kinds::{self, Kinds};
use super::super::service::Mailboxes;
use super::super::store::Mailbox;
use super::Change;
use crate::routes::{Access, Routes};
use crate::shell::{Answer, Calling, Form, Problem, Shell, redirect};

/// Addresses named before the rest is only counted.
const NAMED: usize = 20;

pub(in super::super) fn routes(routes: Routes) -> Routes {
    let update = Access::Holding(Permission::MailboxUpdate);
    let any = Access::HoldingAny(&[Permission::MailboxUpdate, Permission::MailboxRemove]);
    routes
        .post("/mailboxes/chosen", any, ask)
        .post("/mailboxes/chosen/disable", update, disable)
        .post("/mailboxes/chosen/enable", update, enable)
        .post("/mailboxes/chosen/quota", update, set_quota)
        .post("/mailboxes/chosen/type", update, change_type)
        .post("/mailboxes/chosen/remove", Access::Holding(Permission::MailboxRemove), remove)
}

/// What can be done with several users.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Disable,
    Enable,
    Quota,
    Type,
    Remove,
}

impl What {
    const ALL: [Self; 5] = [Self::Disable, Self::Enable, Self::Quota, Self::Type, Self::Remove];

    const fn key(self) -> &'static str {
        match self {
            Self::Disable => "disable",
            Self::Enable => "enable",
            Self::Quota => "quota",
            Self::Type => "type",
            Self::Remove => "remove",
        }
    }

    fn by_key(key: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|what| what.key() == key).ok_or_else(|| Code::MalformedRequest.into())
    }

    fn button(self) -> String {
        match self {
            Self::Disable => t!("chosen-disable"),
            Self::Enable => t!("chosen-enable"),
            Self::Quota => t!("chosen-quota"),
            Self::Type => t!("chosen-type"),
            Self::Remove => t!("chosen-remove"),
        }
        .into_owned()
    }
}

/// The buttons above the list, as far as they work for somebody.
pub(in super::super) fn buttons(shell: &Shell, kinds: &Kinds) -> Markup {
    let works = |what: &What| match what {
        What::Remove => shell.holds(Permission::MailboxRemove),
        What::Type => shell.holds(Permission::MailboxUpdate) && kinds.is_choice(),
        _ => shell.holds(Permission::MailboxUpdate),
    };
    html! {
        @for what in What::ALL.into_iter().filter(works) {
            @if what == What::Remove { (submit(what.button()).outline_danger().small().sends("what", what.key())) }
            @else { (submit(what.button()).plain().small().sends("what", what.key())) }
        }
    }
}

/// Who was chosen, and for what.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AskForm {
    #[serde(default)]
    id: Vec<MailboxId>,
    what: String,
}

/// Who was chosen, and what was typed.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ChosenForm {
    id: Vec<MailboxId>,
    quota: String,
    kind: String,
    confirm: String,
}

/// `POST /mailboxes/chosen`: asks once more, and changes nothing.
async fn ask(
    State(mailboxes): State<Mailboxes>,
    shell: Shell,
    Calling(caller): Calling,
    Form(form): Form<AskForm>,
) -> Answer {
    let what = What::by_key(&form.what)?;
    let chosen = mailboxes.chosen(&caller, &form.id).await?;
    let kinds = mailboxes.kinds(&caller).await?;
    let page = ask_page(&shell, what, &chosen, &kinds, &ChosenForm::default(), &Problem::none());
    Ok(shell.page(&title(&chosen), page))
}

fn title(chosen: &[Mailbox]) -> String {
    t!("chosen-title", n = chosen.len()).into_owned()
}

fn ask_page(
    shell: &Shell,
    what: What,
    chosen: &[Mailbox],
    kinds: &Kinds,
    form: &ChosenForm,
    problem: &Problem,
) -> Markup {
    let count = chosen.len();
    let button = if what == What::Remove {
        submit(t!("chosen-remove-submit")).danger()
    } else {
        submit(what.button()).primary()
    };
    html! {
        (page_header(title(chosen)).text(t!("chosen-text")).crumbs(t!("crumbs-label"), [(t!("users-title"), "/mailboxes")]))
        (form_card(format!("/mailboxes/chosen/{}", what.key())).csrf(shell.csrf()).errors(html! {
            (problem.summary())
            @if problem.limit_reached() { @if let Some(url) = shell.where_to_buy() { p { (link_button(t!("buy-more"), url)) } } }
        }).body(html! {
            @for mailbox in chosen { (hidden("id", &mailbox.id.to_string())) }
            ul { @for mailbox in chosen.iter().take(NAMED) { li { (mailbox.address) } } }
            @if count > NAMED { p { (t!("chosen-and-more", n = count - NAMED)) } }
            @match what {
                What::Disable => { p { (t!("chosen-disable-text")) } }
                What::Enable => { p { (t!("chosen-enable-text")) } }
                What::Quota => {
                    (field("quota", t!("chosen-quota-each")).value(form.quota.as_str()).inputmode("decimal").suffix(t!("unit-gb")).required()
                        .hint(t!("field-quota-hint")).error(problem.on("quota")))
                }
                What::Type => { (kinds.field(&form.kind, problem)) }
                What::Remove => {
                    (notice(Tone::Danger, t!("chosen-remove-text")).title(t!("chosen-remove-final", n = count)))
                    (field("confirm", t!("chosen-remove-prompt", n = count)).autocomplete("off").inputmode("numeric").required().error(problem.on("confirm")))
                }
            }
        }).footer(html! { (button) (link_button(t!("button-cancel"), "/mailboxes")) }))
    }
}

/// The list with what was done; or the page that asked, with what was wrong.
async fn done(
    mailboxes: &Mailboxes,
    shell: &Shell,
    caller: &bailiwick_base::authz::Caller,
    what: What,
    form: &ChosenForm,
    result: Result<(), Error>,
) -> Answer {
    let Err(error) = result else {
        return Ok(redirect(match what {
            What::Disable => "/mailboxes?done=users-disabled",
            What::Enable => "/mailboxes?done=users-enabled",
            What::Quota | What::Type => "/mailboxes?done=users-changed",
            What::Remove => "/mailboxes?done=users-removed",
        }));
    };
    let chosen = mailboxes.chosen(caller, &form.id).await?;
    let kinds = mailboxes.kinds(caller).await?;
    shell.again(error, &title(&chosen), |problem| ask_page(shell, what, &chosen, &kinds, form, problem))
}

/// `POST /mailboxes/chosen/disable`
async fn disable(
    State(mailboxes): State<Mailboxes>,
    shell: Shell,
    Calling(caller): Calling,
    Form(form): Form<ChosenForm>,
) -> Answer {
    let result = mailboxes.disable_many(&caller, &form.id).await;
    done(&mailboxes, &shell, &caller, What::Disable, &form, result).await
}

/// `POST /mailboxes/chosen/enable`
async fn enable(
    State(mailboxes): State<Mailboxes>,
    shell: Shell,
    Calling(caller): Calling,
    Form(form): Form<ChosenForm>,
) -> Answer {
    let result = mailboxes.enable_many(&caller, &form.id).await;
    done(&mailboxes, &shell, &caller, What::Enable, &form, result).await
}

/// `POST /mailboxes/chosen/quota`
async fn set_quota(
    State(mailboxes): State<Mailboxes>,
    shell: Shell,
    Calling(caller): Calling,
    Form(form): Form<ChosenForm>,
) -> Answer {
    let changed = async {
        let quota: Storage = form.quota.parse().map_err(|_| Error::new(Code::StorageInvalid).on("quota"))?;
        let change = Change { quota: Some(quota), ..Change::default() };
        mailboxes.change_many(&caller, &form.id, change).await
    };
    let result = changed.await;
    done(&mailboxes, &shell, &caller, What::Quota, &form, result).await
}

/// `POST /mailboxes/chosen/type`
async fn change_type(
    State(mailboxes): State<Mailboxes>,
    shell: Shell,
    Calling(caller): Calling,
    Form(form): Form<ChosenForm>,
) -> Answer {
    let changed = async {
        let kind = kinds::chosen(&form.kind)?.ok_or_else(|| Error::new(Code::FieldMissing).on("kind"))?;
        let change = Change { kind: Some(kind), ..Change::default() };
        mailboxes.change_many(&caller, &form.id, change).await
    };
    let result = changed.await;
    done(&mailboxes, &shell, &caller, What::Type, &form, result).await
}

/// `POST /mailboxes/chosen/remove`
async fn remove(
    State(mailboxes): State<Mailboxes>,
    shell: Shell,
    Calling(caller): Calling,
    Form(form): Form<ChosenForm>,
) -> Answer {
    let result = mailboxes.remove_many(&caller, &form.id, Some(&form.confirm)).await;
    done(&mailboxes, &shell, &caller, What::Remove, &form, result).await
}

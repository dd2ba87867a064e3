//! The account types an Admin can choose from: those the tenant has licences of.

use bailiwick_base::authz::Caller;
use bailiwick_base::db::Query;
use bailiwick_base::words::{MailboxTypeId, Storage};
use bailiwick_base::{Code, Error, t};
use bailiwick_ui::{Field, facts, select};
use maud::{Markup, Render, html};

use super::service::Mailboxes;
use super::store::Mailbox;
use crate::shell::Problem;
use crate::tenants;

/// An account type as an Admin sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kind {
    /// The type.
    pub id: MailboxTypeId,
    /// Its name.
    pub name: String,
    /// The largest quota a user of it can be given.
    pub max_quota: Option<Storage>,
    /// Is there a licence left?
    pub is_free: bool,
    /// How many are left of how many; none for whoever does not see the tenant's limits.
    pub left: Option<(i64, i64)>,
}

/// The account types of a tenant, in the provider's order.
#[derive(Debug, Clone, Default)]
pub struct Kinds(pub Vec<Kind>);

impl Mailboxes {
    /// The account types of the caller's own tenant. Whoever is limited to chosen domains learns no figures of it.
    pub async fn kinds(&self, caller: &Caller) -> Result<Kinds, Error> {
        let mut tx = self.core.read(caller).await?;
        tx.visible::<Mailbox>()?;
        let Some(tenant) = tx.actor().tenant() else { return Ok(Kinds::default()) };
        let figures = tenants::sees_limits(tx.actor(), tenant, tx.now());
        let licences = tenants::licences_of(&mut tx, tenant).await?;
        let kind = |licence: tenants::Licence| Kind {
            id: licence.kind,
            is_free: licence.left() > 0,
            left: figures.then(|| (licence.left(), licence.licensed)),
            name: licence.name,
            max_quota: licence.max_quota,
        };
        Ok(Kinds(licences.into_iter().map(kind).collect()))
    }
}

impl Kind {
    /// `Basic (3 of 10 left, at most 5 GB)`, as far as it is known.
    fn in_words(&self) -> String {
        let left = self.left.map(|(left, licensed)| t!("kind-left", left = left, licensed = licensed));
        let most = self.max_quota.map(|most| t!("kind-most", most = most.to_string()));
        let more: Vec<_> = left.into_iter().chain(most).collect();
        if more.is_empty() { self.name.clone() } else { format!("{} ({})", self.name, more.join(", ")) }
    }
}

impl Kinds {
    /// Is there something to choose?
    pub(super) fn is_choice(&self) -> bool {
        self.0.len() > 1
    }

    /// What a new user is, unless another type is chosen: the first with a licence left.
    pub(super) fn first_free(&self) -> Option<MailboxTypeId> {
        self.0.iter().find(|kind| kind.is_free).or(self.0.first()).map(|kind| kind.id)
    }

    /// The field of a form: a menu, or the only type as a fact.
    pub(super) fn field(&self, chosen: &str, problem: &Problem) -> Markup {
        match self.0.as_slice() {
            [] => html! {},
            [only] => facts().fact(t!("kind-title"), only.in_words()).render(),
            several => select("kind", t!("kind-title"))
                .options(several.iter().map(|kind| (kind.id.to_string(), kind.in_words())))
                .value(chosen)
                .required()
                .error(problem.on("kind"))
                .render(),
        }
    }

    /// The filter of the list, where there is something to choose.
    pub(super) fn filter(&self, chosen: &str) -> Option<Field> {
        let all = || select("kind", t!("kind-title")).option("", t!("kind-all"));
        let options = || self.0.iter().map(|kind| (kind.id.to_string(), kind.name.clone()));
        self.is_choice().then(|| all().options(options()).value(chosen).unseen_label())
    }
}

/// What was chosen in the field `kind`; nothing leaves the choice to the service.
pub(super) fn chosen(text: &str) -> Result<Option<MailboxTypeId>, Error> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| Error::new(Code::MailboxTypeUnknown).on("kind"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(id: i64, name: &str, left: i64) -> Kind {
        Kind {
            id: MailboxTypeId(id),
            name: name.to_owned(),
            max_quota: (id == 1).then(|| Storage::gb(5)),
            is_free: left > 0,
            left: Some((left, 10)),
        }
    }

    #[test]
    fn the_first_type_with_a_licence_left_is_proposed() {
        let kinds = |first, second| Kinds(vec![kind(1, "Basic", first), kind(2, "Enhanced", second)]);
        assert_eq!(kinds(1, 1).first_free(), Some(MailboxTypeId(1)));
        assert_eq!(kinds(0, 1).first_free(), Some(MailboxTypeId(2)));
        assert_eq!(kinds(0, 0).first_free(), Some(MailboxTypeId(1)), "the refusal then says what is missing");
        assert_eq!(Kinds::default().first_free(), None);
    }

    #[test]
    fn one_type_is_told_and_several_are_a_menu() {
        let one = Kinds(vec![kind(1, "Basic", 3)]).field("", &Problem::none()).into_string();
        assert!(!one.contains("<select") && one.contains("Basic (3 of 10 left, at most 5 GB)"), "{one}");
        let several = Kinds(vec![kind(1, "Basic", 3), kind(2, "Enhanced", 0)]);
        let menu = several.field(&MailboxTypeId(2).to_string(), &Problem::none()).into_string();
        assert!(menu.contains("<select") && menu.contains("Enhanced (0 of 10 left)"), "{menu}");
    }
}

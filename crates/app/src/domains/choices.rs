//! Domains to choose from in forms and filters: a menu while they fit into one, a field to type in when they do not.

use bailiwick_base::authz::{Caller, Permission};
use bailiwick_base::words::{DomainId, DomainName};
use bailiwick_base::{Code, Error, Kind, t};
use bailiwick_ui::{Field, field, select};

use super::service::Domains;
use super::store;

/// Domains in a menu.
pub(super) const MENU: i64 = 200;

/// No domain has this id: nothing is found by it.
const NOBODYS: DomainId = DomainId(0);

/// The domains over which somebody holds a permission, by name.
#[derive(Debug, Clone, Default)]
pub struct DomainChoices {
    /// The first of them.
    pub rows: Vec<(DomainId, DomainName)>,
    /// There are more than a menu holds.
    pub more: bool,
}

impl DomainChoices {
    /// There is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The field `domain` of a form or filter. `first` stands above the choices of a menu: "all", "choose".
    pub(crate) fn field(&self, first: Option<&str>, chosen: &str) -> Field {
        if self.more {
            let names = self.rows.iter().map(|(_, name)| name.to_unicode());
            let typed = field("domain", t!("field-domain")).value(self.shown(chosen)).suggestions(names);
            return typed.autocomplete("off").maxlength(253).hint(t!("field-domain-hint"));
        }
        let menu = select("domain", t!("field-domain"));
        let menu = if let Some(first) = first { menu.option("", first) } else { menu };
        menu.options(self.rows.iter().map(|(id, name)| (id.to_string(), name.to_unicode()))).value(chosen)
    }

    /// What a person reads for what was chosen: an id by its name, where it is among them.
    fn shown(&self, chosen: &str) -> String {
        let named = self.rows.iter().find(|(id, _)| id.to_string() == chosen);
        named.map_or_else(|| chosen.to_owned(), |(_, name)| name.to_unicode())
    }
}

impl Domains {
    /// The verified domains over which the caller holds `permission`.
    pub async fn choices(&self, caller: &Caller, permission: Permission) -> Result<DomainChoices, Error> {
        let mut tx = self.core.read(caller).await?;
        store::domain_choices(&mut tx, permission).await
    }

    /// The same for a filter, in which nothing chosen is all.
    pub async fn filtered(
        &self,
        caller: &Caller,
        permission: Permission,
        text: &str,
    ) -> Result<Option<DomainId>, Error> {
        if text.is_empty() {
            return Ok(None);
        }
        match self.chosen(caller, permission, text).await {
            Err(error) if error.kind() == Kind::Invalid => Ok(Some(NOBODYS)),
            chosen => chosen.map(Some),
        }
    }

    /// What was chosen in the field `domain`: an id as it stands, or a name as it was typed. A name over which the
    /// caller does not hold `permission` is like one that nobody has.
    pub async fn chosen(
        &self,
        caller: &Caller,
        permission: Permission,
        text: &str,
    ) -> Result<DomainId, Error> {
        if let Ok(id) = text.parse() {
            return Ok(id);
        }
        if text.trim().is_empty() {
            return Err(Error::new(Code::FieldMissing).on("domain"));
        }
        let unknown = || Error::new(Code::DomainUnknown).on("domain");
        let name: DomainName = text.parse().map_err(|_| unknown())?;
        let mut tx = self.core.read(caller).await?;
        store::domain_choice(&mut tx, permission, &name).await?.ok_or_else(unknown)
    }
}

/// What becomes of an authorisation over a domain that was found by its name: one that may not be seen is one that cannot
/// be chosen.
pub(crate) fn as_choice<T>(authorized: Result<T, Error>) -> Result<Result<T, Error>, Error> {
    match authorized {
        Err(error) if error.kind() == Kind::NotFound => Ok(Err(Error::new(Code::DomainUnknown).on("domain"))),
        Err(error) => Err(error),
        found => Ok(found),
    }
}

#[cfg(test)]
mod tests {
    use maud::Render;

    use super::*;

    fn choices(more: bool) -> DomainChoices {
        let row = |id, name: &str| (DomainId(id), name.parse().expect("a name"));
        DomainChoices { rows: vec![row(1, "a.test"), row(2, "b.test")], more }
    }

    #[test]
    fn what_fits_is_a_menu_and_what_does_not_is_typed() {
        let menu = choices(false).field(Some("All"), &DomainId(2).to_string()).render().into_string();
        assert!(menu.contains("<select") && menu.contains("All") && menu.contains("a.test"), "{menu}");
        let typed = choices(true).field(Some("All"), &DomainId(2).to_string()).render().into_string();
        assert!(!typed.contains("<select") && typed.contains("value=\"b.test\""), "{typed}");
    }
}

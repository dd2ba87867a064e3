//! An entry in words a person reads: who, what, and what changed.

use bailiwick_base::t;
use bailiwick_base::texts::{self, Arg};
use bailiwick_base::words::Storage;
use serde_json::Value as Json;

use super::filter::sentence_key;
use super::store::{EntryDetail, HistoryEntry, Told};

/// The longest value shown, in characters.
const SHOWN: usize = 200;

/// Who did it, as the reader may know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Who {
    /// The name, or what it is.
    pub(super) name: String,
    /// Where the request came from.
    pub(super) address: Option<String>,
}

impl EntryDetail {
    /// None where it is not for the reader.
    fn shown_address(&self) -> Option<String> {
        (!self.address.is_empty()).then(|| self.address.clone())
    }
}

impl HistoryEntry {
    /// "Added the tenant Acme".
    pub(super) fn sentence(&self) -> String {
        let key = sentence_key(&self.action);
        if !texts::has(&key) {
            return self.action.clone();
        }
        let object = match &self.told {
            Told::Detail(detail) => cut(&detail.object),
            Told::Erased | Told::Unreadable => self.object_id.clone(),
        };
        texts::text_with(&key, &[("object", Arg::Text(object))]).into_owned()
    }

    /// Who did it. A customer reads of its provider's people neither names, which are half of a sign-in, nor
    /// addresses, nor those of somebody else they act as.
    pub(super) fn who(&self, reader_is_staff: bool) -> Who {
        let who = self.acted(reader_is_staff);
        let Some(real_kind) = &self.real_kind else { return who };
        let hidden = real_kind == "staff" && !reader_is_staff;
        let real = match &self.told {
            _ if hidden => t!("history-actor-provider").into_owned(),
            Told::Detail(detail) => detail.real.as_deref().map_or_else(|| real_kind.clone(), cut),
            Told::Erased => t!("history-erased").into_owned(),
            Told::Unreadable => t!("history-unreadable").into_owned(),
        };
        Who {
            name: t!("history-acting", real = real, actor = who.name).into_owned(),
            address: who.address.filter(|_| !hidden),
        }
    }

    /// In whose name it was done.
    fn acted(&self, reader_is_staff: bool) -> Who {
        let unnamed = |name: std::borrow::Cow<'_, str>| Who { name: name.into_owned(), address: None };
        match (self.actor_kind.as_str(), &self.told) {
            ("system", _) => unnamed(t!("history-actor-system")),
            ("staff" | "operator", _) if !reader_is_staff => unnamed(t!("history-actor-provider")),
            (_, Told::Erased) => unnamed(t!("history-erased")),
            (_, Told::Unreadable) => unnamed(t!("history-unreadable")),
            ("nobody", Told::Detail(detail)) => {
                Who { name: t!("history-actor-nobody").into_owned(), address: detail.shown_address() }
            }
            ("operator", Told::Detail(detail)) => Who {
                name: t!("history-actor-operator", name = cut(&detail.actor)).into_owned(),
                address: detail.shown_address(),
            },
            (_, Told::Detail(detail)) => Who { name: cut(&detail.actor), address: detail.shown_address() },
        }
    }

    /// What changed, a line for each field.
    pub(super) fn changes(&self) -> Vec<String> {
        let Told::Detail(detail) = &self.told else { return Vec::new() };
        let gone = detail.before.keys().filter(|name| !detail.after.contains_key(*name));
        detail
            .after
            .keys()
            .chain(gone)
            .map(|name| {
                let field = label(name);
                let shown = |value: &Json| value_in_words(name, value);
                match (detail.before.get(name).map(shown), detail.after.get(name).map(shown)) {
                    (Some(before), Some(after)) => {
                        t!("history-changed", field = field, before = before, after = after).into_owned()
                    }
                    (Some(before), None) => t!("history-was", field = field, before = before).into_owned(),
                    (None, after) => {
                        t!("history-set", field = field, after = after.unwrap_or_default()).into_owned()
                    }
                }
            })
            .collect()
    }

    /// Why, in the words of who did it.
    pub(super) fn reason(&self) -> Option<String> {
        match &self.told {
            Told::Detail(detail) => detail.reason.as_deref().map(cut),
            Told::Erased | Told::Unreadable => None,
        }
    }
}

/// A field's name as the forms have it.
fn label(name: &str) -> String {
    let key = format!("history-field-{}", name.replace('_', "-"));
    if texts::has(&key) { texts::text(&key).into_owned() } else { name.replace('_', " ") }
}

fn value_in_words(name: &str, value: &Json) -> String {
    match value {
        Json::Null => t!("history-nothing").into_owned(),
        Json::String(text) if text.is_empty() => t!("history-nothing").into_owned(),
        Json::String(text) if name == "role" => role_in_words(text),
        Json::String(text) => cut(text),
        Json::Bool(true) => t!("history-yes").into_owned(),
        Json::Bool(false) => t!("history-no").into_owned(),
        Json::Number(number) => match number.as_i64() {
            Some(bytes) if matches!(name, "storage" | "quota") => Storage::bytes(bytes).to_string(),
            _ => number.to_string(),
        },
        Json::Array(values) => {
            cut(&values.iter().map(|value| value_in_words("", value)).collect::<Vec<_>>().join(", "))
        }
        Json::Object(_) => cut(&value.to_string()),
    }
}

/// The name of a staff role as the forms have it.
fn role_in_words(role: &str) -> String {
    let key = role.replace('_', "-").replacen("staff-", "staff-role-", 1);
    if texts::has(&key) { texts::text(&key).into_owned() } else { cut(role) }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use bailiwick_base::words::{AuditEventId, Timestamp};

    use super::*;

    pub(in crate::audit) fn entry(action: &str, kind: &str, detail: Option<&Json>) -> HistoryEntry {
        HistoryEntry {
            id: AuditEventId(1),
            at: Timestamp(0),
            tenant_id: None,
            domain_id: None,
            tenant_name: None,
            actor_kind: kind.into(),
            real_kind: None,
            action: action.into(),
            object_kind: "tenant".into(),
            object_id: "ten_1".into(),
            told: detail.map_or(Told::Erased, |detail| {
                Told::Detail(serde_json::from_value(detail.clone()).expect("a detail"))
            }),
            sealed: true,
        }
    }

    fn detail() -> Json {
        serde_json::json!({
            "actor": "ann", "address": "192.0.2.1", "object": "Acme",
            "before": {"storage": 500_000_000, "users": 5, "old": "x"},
            "after": {"storage": 2_000_000_000, "users": 6, "main_admin": null, "targets": ["a@b.test", "c@d.test"]},
            "reason": "asked by phone",
        })
    }

    #[test]
    fn an_entry_reads_as_a_sentence_with_what_changed() {
        let entry = entry("tenant.update", "admin", Some(&detail()));
        assert_eq!(entry.sentence(), "Changed the tenant Acme");
        assert_eq!(entry.who(false), Who { name: "ann".into(), address: Some("192.0.2.1".into()) });
        assert_eq!(
            entry.changes(),
            [
                "Main Admin: nothing",
                "Storage: 500 MB → 2 GB",
                "Targets: a@b.test, c@d.test",
                "Users: 5 → 6",
                "old: x → removed",
            ]
        );
        assert_eq!(entry.reason().as_deref(), Some("asked by phone"));
    }

    #[test]
    fn ab_19_of_an_erased_entry_only_what_happened_and_when_remains() {
        let entry = entry("tenant.update", "admin", None);
        assert_eq!(entry.sentence(), "Changed the tenant ten_1");
        assert_eq!(entry.who(false).name, "erased");
        assert!(entry.changes().is_empty());
    }

    #[test]
    fn a_customer_reads_no_names_of_its_providers_people() {
        for kind in ["staff", "operator"] {
            let entry = entry("tenant.suspend", kind, Some(&detail()));
            assert_eq!(entry.who(false), Who { name: "Your provider".into(), address: None });
            assert!(entry.who(true).name.contains("ann"));
        }
    }

    #[test]
    fn whoever_acts_as_another_is_named_beside_them_but_not_to_a_customer() {
        let mut detail = detail();
        detail["real"] = "olga".into();
        let acting =
            HistoryEntry { real_kind: Some("staff".into()), ..entry("alias.add", "admin", Some(&detail)) };
        let seen_by_staff = Who { name: "olga acting as ann".into(), address: Some("192.0.2.1".into()) };
        assert_eq!(acting.who(true), seen_by_staff);
        assert_eq!(acting.who(false), Who { name: "Your provider acting as ann".into(), address: None });
        let admin = HistoryEntry { real_kind: Some("admin".into()), ..acting };
        assert_eq!(admin.who(false).name, "olga acting as ann");
        let erased = HistoryEntry { real_kind: Some("staff".into()), ..entry("alias.add", "admin", None) };
        assert_eq!(erased.who(true).name, "erased acting as erased");
        assert_eq!(erased.who(false).name, "Your provider acting as erased");
    }

    #[test]
    fn an_action_without_a_sentence_shows_its_name() {
        assert_eq!(entry("coffee.brew", "admin", Some(&detail())).sentence(), "coffee.brew");
    }

    #[test]
    fn a_long_value_is_cut_between_characters() {
        assert_eq!(cut(&"é".repeat(201)).chars().count(), 201);
        assert!(cut(&"é".repeat(201)).ends_with('…'));
        assert_eq!(cut("é"), "é");
    }

    #[test]
    fn every_action_has_a_sentence() {
        // None of these leaves an entry.
        let housekeeping = [
            "history.seal",
            "history.verify",
            "history.prove",
            "history.checkpoint",
            "outbox.work",
            "session.sign_in",
            "domain.check_waiting",
        ];
        for action in crate::actions().iter().filter(|action| !housekeeping.contains(&action.name)) {
            let entry = entry(action.name, "admin", Some(&detail()));
            assert_ne!(entry.sentence(), action.name, "no sentence for {}", action.name);
        }
    }
}

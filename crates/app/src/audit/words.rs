//! An entry in words a person reads: who, what, and what changed.

use bailiwick_base::t;
use bailiwick_base::texts::{self, Arg};
use bailiwick_base::words::Storage;
use serde_json::Value as Json;

use super::filter::sentence_key;
use super::store::{HistoryEntry, Told};

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

/// What of the people in an entry its reader may know.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Known<'a> {
    /// The name of who did it.
    pub(super) actor: Option<&'a str>,
    /// The name of who was really at the keyboard.
    pub(super) real: Option<&'a str>,
    /// The name of the API key it was done with.
    pub(super) key: Option<&'a str>,
    /// Where the request came from.
    pub(super) address: Option<&'a str>,
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

    /// What its reader may know of who did it. A customer reads of its provider's people neither names, which are half of
    /// a sign-in, nor addresses, nor those of somebody else they act as.
    pub(super) fn known(&self, reader_is_staff: bool) -> Known<'_> {
        let Told::Detail(detail) = &self.told else { return Known::default() };
        let hidden = |kind: &str| matches!(kind, "staff" | "operator") && !reader_is_staff;
        let (acted, real) = (hidden(&self.actor_kind), self.real_kind.as_deref().is_some_and(hidden));
        let from_outside = !detail.address.is_empty() && self.actor_kind != "system";
        Known {
            actor: Some(detail.actor.as_str()).filter(|_| !acted),
            real: detail.real.as_deref().filter(|_| !real),
            key: detail.key.as_deref().filter(|_| !acted),
            address: Some(detail.address.as_str()).filter(|_| from_outside && !acted && !real),
        }
    }

    /// Who did it, in words.
    pub(super) fn who(&self, reader_is_staff: bool) -> Who {
        let known = self.known(reader_is_staff);
        let mut name = self.person(&self.actor_kind, known.actor, reader_is_staff);
        if let Some(kind) = &self.real_kind {
            let real = self.person(kind, known.real, reader_is_staff);
            name = t!("history-acting", real = real, actor = name).into_owned();
        }
        if let Some(key) = known.key {
            name = t!("history-with-key", actor = name, key = cut(key)).into_owned();
        }
        Who { name, address: known.address.map(ToOwned::to_owned) }
    }

    fn person(&self, kind: &str, name: Option<&str>, reader_is_staff: bool) -> String {
        match (kind, &self.told) {
            ("system", _) => t!("history-actor-system").into_owned(),
            ("staff" | "operator", _) if !reader_is_staff => t!("history-actor-provider").into_owned(),
            (_, Told::Erased) => t!("history-erased").into_owned(),
            (_, Told::Unreadable) => t!("history-unreadable").into_owned(),
            ("nobody", Told::Detail(_)) => t!("history-actor-nobody").into_owned(),
            ("operator", Told::Detail(_)) => {
                t!("history-actor-operator", name = name.map(cut).unwrap_or_default()).into_owned()
            }
            (kind, Told::Detail(_)) => name.map_or_else(|| kind.to_owned(), cut),
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
    fn the_key_of_a_program_is_named_but_not_that_of_a_provider() {
        let mut detail = detail();
        detail["key"] = "Billing".into();
        assert_eq!(
            entry("alias.add", "admin", Some(&detail)).who(false).name,
            "ann, with the API key Billing"
        );
        let by_provider = entry("alias.add", "staff", Some(&detail));
        assert_eq!(by_provider.who(true).name, "ann, with the API key Billing");
        assert_eq!(by_provider.who(false), Who { name: "Your provider".into(), address: None });
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
            "outbox.view",
            "installation.inspect",
            "session.sign_in",
            "domain.check_waiting",
        ];
        for action in crate::actions().iter().filter(|action| !housekeeping.contains(&action.name)) {
            let entry = entry(action.name, "admin", Some(&detail()));
            assert_ne!(entry.sentence(), action.name, "no sentence for {}", action.name);
        }
    }
}

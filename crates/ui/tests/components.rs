//! Every component and sample page, held to what all pages promise: valid nesting, unique ids, labels that exist,
//! nothing inline that the content security policy would refuse, no words of our own.

#[path = "../examples/gallery/samples/mod.rs"]
mod samples;
mod scanner;

use bailiwick_ui::page::{
    AccountMenu, AppShell, Brand, Head, MenuEntry, MenuItem, MenuSection, ShellLabels, Theme,
};
use bailiwick_ui::*;
use maud::{Markup, Render, html};
use scanner::{Tag, balance, tags, texts};
use std::collections::HashSet;

fn pages() -> Vec<(&'static str, String)> {
    let theme = Theme::Dark;
    vec![
        ("gallery", samples::gallery(theme).into_string()),
        ("users", samples::users(theme).into_string()),
        ("form", samples::form_page(theme).into_string()),
        ("home", samples::home(theme).into_string()),
        ("sign-in", samples::sign_in(theme).into_string()),
        ("refusal", samples::refusal(theme).into_string()),
        ("dialog", samples::open_dialog(theme).into_string()),
    ]
}

fn everything() -> Vec<(&'static str, String)> {
    let components = samples::components().into_iter().map(|(name, markup)| (name, markup.into_string()));
    pages().into_iter().chain(components).collect()
}

#[test]
fn nothing_inline_that_the_policy_would_refuse() {
    for (name, html) in everything() {
        for tag in tags(&html) {
            for (attribute, value) in &tag.attributes {
                assert!(
                    attribute != "style" && !attribute.starts_with("on"),
                    "{name}: <{} {attribute}>",
                    tag.name
                );
                assert!(!attribute.starts_with("hx-on"), "{name}: {attribute}");
                assert!(
                    !value.trim_start().to_ascii_lowercase().starts_with("javascript:"),
                    "{name}: {value}"
                );
            }
            assert_ne!(tag.name, "style", "{name}");
            if tag.name == "script" && !tag.closing {
                assert!(
                    tag.get("src").is_some_and(|src| src.starts_with("/assets/")),
                    "{name}: inline script"
                );
            }
        }
        assert!(!html.contains("<script>"), "{name}");
    }
}

#[test]
fn every_id_is_used_once() {
    for (name, html) in everything() {
        let mut seen = HashSet::new();
        for id in tags(&html).iter().filter_map(|tag| tag.get("id")) {
            assert!(!id.is_empty() && !id.contains(char::is_whitespace), "{name}: id {id:?}");
            assert!(seen.insert(id.to_owned()), "{name}: id {id} twice");
        }
    }
}

#[test]
fn every_named_id_is_on_the_page() {
    for (name, html) in pages() {
        let tags = tags(&html);
        let ids: HashSet<&str> = tags.iter().filter_map(|tag| tag.get("id")).collect();
        for attribute in
            ["for", "form", "list", "aria-describedby", "aria-labelledby", "data-copy", "data-reveal"]
        {
            for value in tags.iter().filter_map(|tag| tag.get(attribute)) {
                for id in value.split_whitespace().filter(|id| *id != "user-form") {
                    assert!(ids.contains(id), "{name}: {attribute}={id}");
                }
            }
        }
    }
}

#[test]
fn every_control_has_a_label() {
    for (name, html) in everything() {
        let tags = tags(&html);
        let labelled: HashSet<&str> =
            tags.iter().filter(|tag| tag.name == "label").filter_map(|tag| tag.get("for")).collect();
        for tag in tags.iter().filter(|tag| !tag.closing && is_control(tag)) {
            let named = tag.get("aria-label").is_some_and(|label| !label.is_empty());
            assert!(named || tag.get("id").is_some_and(|id| labelled.contains(id)), "{name}: {tag:?}");
        }
    }
}

fn is_control(tag: &Tag) -> bool {
    matches!(tag.name.as_str(), "input" | "select" | "textarea" | "progress")
        && tag.get("type") != Some("hidden")
}

#[test]
fn tags_are_nested_and_closed_and_forms_never_nest() {
    for (name, html) in everything() {
        balance(&html).unwrap_or_else(|fault| panic!("{name}: {fault}"));
    }
}

#[test]
fn a_page_has_one_first_heading_one_main_and_a_title() {
    for (name, html) in pages() {
        let count =
            |wanted: &str| tags(&html).iter().filter(|tag| tag.name == wanted && !tag.closing).count();
        assert_eq!((count("h1"), count("main")), (1, 1), "{name}");
        assert!(html.starts_with("<!DOCTYPE html><html lang=\"en\" data-bs-theme=\"dark\">"), "{name}");
        assert!(html.contains("· Bailiwick</title>"), "{name}");
    }
}

#[test]
fn an_error_stands_beside_its_field_and_is_named_by_it() {
    let html = field("quota", "Quota").hint("In GB.").error(Some("Too small.")).render().into_string();
    let tags = tags(&html);
    let input = tags.iter().find(|tag| tag.name == "input").expect("an input");
    assert_eq!(input.get("aria-invalid"), Some("true"));
    assert_eq!(input.get("aria-describedby"), Some("field-quota-error field-quota-hint"));
    assert!(html.contains("id=\"field-quota-error\""), "{html}");
    let fine = field("quota", "Quota").error(None::<&str>).render().into_string();
    assert!(!fine.contains("aria-invalid") && !fine.contains("aria-describedby"), "{fine}");
}

#[test]
fn a_group_names_its_hint_and_error() {
    let group =
        choices("Services").hint("At least one.").error(Some("Choose one.")).with(checkbox("s", "IMAP"));
    let cards = radio_cards("kind", "Type").hint("One.").error(Some("Choose one."));
    for (html, described) in [
        (group.render().into_string(), "field-s-group-error field-s-group-hint"),
        (cards.render().into_string(), "field-kind-error field-kind-hint"),
    ] {
        let tags = tags(&html);
        let fieldset = tags.iter().find(|tag| tag.name == "fieldset").expect("a fieldset");
        assert_eq!(fieldset.get("aria-describedby"), Some(described));
        for id in described.split(' ') {
            assert!(tags.iter().any(|tag| tag.get("id") == Some(id)), "{id}: {html}");
        }
    }
}

#[test]
fn a_password_is_never_rendered() {
    let html = password_field("password", "Password").value("hunter22").render().into_string();
    assert!(!html.contains("hunter22"), "{html}");
}

#[test]
fn foreign_text_stays_text() {
    let evil = "\"><script>alert(1)</script>'&";
    let html = html! {
        (field(evil, evil).value(evil).hint(evil).error(Some(evil)).placeholder(evil).suffix(evil))
        (textarea("t", evil).value(evil))
        (select("s", evil).option(evil, evil).value(evil))
        (badge(Tone::Info, evil)) (notice(Tone::Danger, evil).title(evil)) (copyable("c", evil, evil, evil))
        (meter(evil, evil, 1, Some(2))) (stat(evil, evil)) (page_header(evil).above(evil))
        (address("<b>@<i>")) (address("<u>")) (avatar(evil))
        (confirm_by_typing(evil, evil, evil, evil).warning(evil))
        (filters(evil, evil).search("q", evil, evil)) (tabs(evil, &[Tab::new(evil, evil, true)]))
        (plot::horizontal_bars([(evil, evil, 1)])) (plot::bar_chart("p", evil).labels([evil]).series(evil, [1.0]))
    }
    .into_string();
    assert!(!html.contains("<script") && !html.contains("<b>") && !html.contains("<u>"), "{html}");
    balance(&html).expect("still balanced");
}

#[test]
fn two_forms_on_a_page_are_set_apart_by_their_scope() {
    let ids = [field("name", "Name").id(), field("name", "Name").within("add").id(), field("a[b]", "").id()];
    assert_eq!(ids, ["field-name", "field-add-name", "field-a-b-"]);
}

#[test]
fn a_link_opens_a_dialog_and_leads_somewhere_without_javascript() {
    let html = link_button("Remove", "/users/1/remove").opens("remove").render().into_string();
    assert!(html.contains("href=\"/users/1/remove\"") && html.contains("data-dialog=\"remove\""), "{html}");
    let closing = Dialog::closing_button("Cancel").into_string();
    assert!(closing.contains("bw-needs-js"), "{closing}");
}

#[test]
fn an_empty_table_shows_its_empty_state_only() {
    let empty = || empty_state(Icon::Users, "No users yet");
    let none = table("Users").empty(empty()).render().into_string();
    assert!(none.contains("No users yet") && !none.contains("<table"), "{none}");
    let some = table("Users")
        .column(table::Column::new("Name").title())
        .rows([Row::new().cell("Ann")])
        .empty(empty());
    let some = some.render().into_string();
    assert!(some.contains("Ann") && !some.contains("No users yet"), "{some}");
}

#[test]
fn a_pager_without_pages_has_no_links() {
    let html = pager("Pages", "3 shown").previous("Previous", None::<&str>).next("Next", None::<&str>);
    assert!(!html.render().into_string().contains("<nav"));
}

#[test]
fn the_shell_has_no_words_of_its_own() {
    let mark = || "¤".to_owned();
    let labels = ShellLabels {
        skip: mark(),
        menu: mark(),
        navigation: mark(),
        usage: mark(),
        account: mark(),
        theme: mark(),
        light: mark(),
        dark: mark(),
        auto: mark(),
        network_error: mark(),
    };
    let item = MenuItem::Link { label: mark(), href: "/".into(), icon: Icon::Lock };
    let html = AppShell {
        head: &Head { title: mark(), ..Head::default() },
        brand: &Brand { name: mark(), ..Brand::default() },
        labels: &labels,
        menu: &[MenuSection {
            title: Some(mark()),
            entries: vec![MenuEntry::new("¤", "/", Icon::Home, true)],
        }],
        meters: &[meter("¤", "¤", 1, Some(2))],
        account: &AccountMenu { name: mark(), detail: mark(), items: vec![item] },
        banner: Some(banner(Tone::Info, "¤", "¤")),
        notices: notice(Tone::Info, "¤").dismissible("¤").render(),
        wide: true,
    }
    .page(Markup::default())
    .into_string();
    assert_only_marks(&html);
}

#[test]
fn no_component_has_words_of_its_own() {
    let body = html! {
        (field("n", "¤").optional("¤").prefix("¤").joined(select("m", "¤").option("v", "¤")))
        (password_field("p", "¤").reveal("¤")) (more_options("¤", true, checkbox("c", "¤").hint("¤")))
        (radio_cards("r", "¤").card("v", "¤").text("¤")) (error_summary("¤", [("", "¤")]))
        (table("¤").column(table::Column::new("¤")).actions_column("¤").rows([Row::new().cell("¤").choosable("v", "¤")])
            .bulk("b", "/", "ids", ("¤", "¤"), submit("¤").render()))
        (filters("/", "¤").search("q", "¤", "")) (pager("¤", "¤").next("¤", Some("/")))
        (dialog("d", "¤", "¤").body(confirm_by_typing("/", "v", "¤", "¤").cancel("¤", "/").render()))
        (steps("¤", [("¤", StepState::Done)])) (timeline().event(Tone::Info, Icon::Lock, "¤"))
        (progress("g", "¤", "¤", 1, None)) (copyable("k", "¤", "¤", "¤")) (facts().fact("¤", "¤"))
        (plot::line_chart("l", "¤").text("¤").table("¤", "¤").labels(["¤"]).series("¤", [1.0]).format(|_| "¤".into()))
        (page_header("¤").crumbs("¤", [("¤", "/")])) (tabs("¤", &[Tab::new("¤", "/", true).count("¤")]))
    }
    .into_string();
    assert_only_marks(&body);
}

/// Texts, and attributes that are read out, hold nothing but the caller's mark (and brackets and counts).
fn assert_only_marks(html: &str) {
    let spoken = ["aria-label", "title", "alt", "placeholder", "aria-valuetext"];
    let tags = tags(html);
    let attributes = tags.iter().flat_map(|tag| spoken.iter().filter_map(|name| tag.get(name)));
    for text in texts(html).iter().map(String::as_str).chain(attributes) {
        assert!(text.chars().all(|c| "¤ ()0:,\n".contains(c)), "{text:?}");
    }
}

#[test]
fn every_icon_and_asset_of_the_pages_is_embedded() {
    let known: HashSet<&str> = Asset::ALL.iter().map(|asset| asset.path()).collect();
    for (name, html) in pages() {
        for tag in tags(&html) {
            for address in ["src", "href"].iter().filter_map(|attribute| tag.get(attribute)) {
                let file = address.split('#').next().unwrap_or_default();
                assert!(!file.starts_with("/assets/") || known.contains(file), "{name}: {address}");
            }
        }
    }
    let sprite = assets::serve(Asset::IconsSvg.file(), None).expect("the sprite");
    let sprite = String::from_utf8(sprite.bytes.into_owned()).expect("the sprite is text");
    for icon in Icon::ALL {
        assert!(sprite.contains(&format!("<symbol id=\"{}\"", icon.name())), "{icon:?}");
    }
}

#[test]
fn every_class_of_ours_has_a_rule() {
    let sheet = assets::serve(Asset::AppCss.file(), None).expect("the stylesheet");
    let sheet = String::from_utf8(sheet.bytes.into_owned()).expect("the stylesheet is text");
    let bare = ["bw-copy-label", "bw-summary"];
    for (name, html) in everything() {
        for class in tags(&html).iter().filter_map(|tag| tag.get("class")).flat_map(str::split_whitespace) {
            let ours = class.starts_with("bw-") && !bare.contains(&class);
            assert!(!ours || sheet.contains(&format!(".{class}")), "{name}: {class}");
        }
    }
}

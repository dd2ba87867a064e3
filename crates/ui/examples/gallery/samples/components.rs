//! Every component once.

use super::{
    account, history, mail_plot, permissions_dialog, remove_dialog, sign_in_plot, user_form, users_filters,
    users_table,
};
use bailiwick_ui::page::dropdown;
use bailiwick_ui::plot::line_chart;
use bailiwick_ui::{
    Htmx, Icon, StepState, Tone, avatar, badge, banner, button, card, checkbox, choices, confirm_by_typing,
    copyable, dialog_link, empty_state, facts, form_card, handover, hidden, icon_named, link_button, meter,
    notice, pager, progress, radio_cards, status, steps, submit, table,
};
use maud::{Markup, Render, html};

/// Every component once, by name. Ids differ, so that all fit on one page.
pub(crate) fn components() -> Vec<(&'static str, Markup)> {
    parts().into_iter().chain(compounds()).collect()
}

fn parts() -> Vec<(&'static str, Markup)> {
    vec![
        (
            "badges",
            html! { div.bw-row {
                (badge(Tone::Info, "Main Admin")) (badge(Tone::Neutral, "3 domains").icon(Icon::World))
                (status(Tone::Success, "Active")) (status(Tone::Warning, "Unverified")) (status(Tone::Danger, "Restricted"))
                (avatar("Anna Keller")) (icon_named(Icon::Lock, "Locked"))
            } },
        ),
        ("buttons", buttons()),
        (
            "notices",
            html! { div.bw-stack {
                (notice(Tone::Success, "Saved.").dismissible("Close"))
                (notice(Tone::Info, html! { "The record is looked up " a href="/dns" { "every hour" } "." }))
                (notice(Tone::Warning, "Quota over 90 %.").title("Storage"))
                (notice(Tone::Danger, "Maximum number of users allowed has been reached"))
                (notice(Tone::Neutral, "Nothing changed."))
            } },
        ),
        ("banner", banner(Tone::Danger, "This installation is read-only.", "")),
        (
            "facts",
            card()
                .title("Domain")
                .body(
                    facts()
                        .fact("Name", "vogt.example")
                        .fact("Ownership", status(Tone::Success, "Verified"))
                        .fact_if("Footer", None::<&str>)
                        .fact(
                            "Record",
                            copyable(
                                "record",
                                "_bailiwick.vogt.example. TXT \"bw-7f3c91d2e4\"",
                                "Copy",
                                "Copied",
                            ),
                        )
                        .render(),
                )
                .render(),
        ),
        (
            "meters",
            html! { div.bw-stack {
                (meter("Mailboxes", "none of 500", 0, Some(500))) (meter("Mailboxes", "499 of 500", 499, Some(500)))
                (meter("Storage", "full", 5, Some(5)).inline()) (meter("Lists", "12, no limit", 12, None))
                (progress("import", "Importing users", "1,200 of 5,000", 1_200, Some(5_000)).poll("/import/1"))
                (progress("export", "Export", "waiting", 0, None).tone(Tone::Success))
            } },
        ),
        (
            "steps",
            steps(
                "Set-up",
                [
                    ("Add domain", StepState::Done),
                    ("Prove ownership", StepState::Current),
                    ("Add users", StepState::Ahead),
                ],
            ),
        ),
        ("timeline", card().body(history().render()).render()),
        (
            "empty list",
            card()
                .flush(
                    table("Aliases")
                        .empty(
                            empty_state(Icon::ArrowsExchange, "No aliases yet")
                                .text("An alias passes mail on to one or more addresses.")
                                .tone(Tone::Info)
                                .action(link_button("New alias", "/aliases/new").primary().icon(Icon::Plus)),
                        )
                        .render(),
                )
                .render(),
        ),
    ]
}

fn compounds() -> Vec<(&'static str, Markup)> {
    vec![
        ("table", card().id("users-card").flush(html! { (users_filters()) (users_table()) }).render()),
        (
            "pager",
            pager("Pages", "50 shown").previous("Previous", Some("/p")).next("Next", Some("/n")).render(),
        ),
        ("form", user_form().render()),
        ("filter form", form_card("/logs").get().multipart().body(hidden("a", "b")).render()),
        (
            "dialog",
            html! {
                (dialog_link("permissions", "/users/mbx_4g7k/permissions", "Permissions", "btn"))
                (permissions_dialog(false))
                (remove_dialog("remove"))
            },
        ),
        (
            "typing",
            confirm_by_typing("/domains/dom_1/remove", "vogt.example", "Type vogt.example", "Remove domain")
                .warning("412 users and 187 GB are erased.")
                .error(Some("That is not the name."))
                .within("domain")
                .render(),
        ),
        (
            "check",
            html! {
                (checkbox("terms", "I have read the terms").required().error(Some("Tick this to go on.")))
                (choices("Nothing").error(Some("Choose one.")))
                (radio_cards("empty", "Empty").error(Some("Choose one.")).hint("None."))
            },
        ),
        ("dropdown", dropdown("More actions", Icon::Dots, &account().items)),
        (
            "plots",
            html! {
                (mail_plot()) (sign_in_plot())
                (line_chart("none", "Nothing").table("Show as table", "Day"))
                (line_chart("two", "Two").text("Two lines.").table("Show as table", "Day").labels(["a", "b"])
                    .series("One", [1.0, 2.0]).series("Two", [2.0, f64::NAN]))
            },
        ),
        ("handover", handover("https://mail.example/enter", &[("token", "abc")], submit("Go on"))),
    ]
}

fn buttons() -> Markup {
    html! {
        div.bw-row {
            (submit("Add user")) (button("Import").icon(Icon::Upload)) (submit("Remove").danger())
            (link_button("Remove", "/r").outline_danger()) (button("Quiet").quiet()) (submit("Can't").disabled(true))
            (link_button("Read more", "/m").link()) (button("Edit").quiet().icon_only(Icon::Pencil))
            (button("Small").small()) (button("Fetch").htmx(Htmx::get("/x").target("#y").push()))
            (submit("Elsewhere").plain().to("/elsewhere").of_form("user-form").sends("a", "b"))
        }
    }
}

//! Samples of every component and a few whole pages, for the gallery and for the tests.

mod components;

pub(crate) use components::components;

use bailiwick_ui::page::{
    AccountMenu, AppShell, Brand, CentredPage, Head, MenuEntry, MenuItem, MenuSection, ShellLabels, Theme,
};
use bailiwick_ui::plot::{bar_chart, horizontal_bars, line_chart, sparkline};
use bailiwick_ui::table::Column;
use bailiwick_ui::{
    Dialog, Filters, FormCard, Htmx, Icon, InputKind, Meter, Row, Tab, Table, Timeline, Tone, actions,
    banner, card, checkbox, choices, confirm_by_typing, csrf, dialog, error_summary, field, fields, filters,
    form_card, link_button, meter, more_options, notice, page_header, pager, password_field, radio_cards,
    select, stat, status, submit, switch, table, tabs, textarea, timeline,
};
use maud::{Markup, Render, html};

/// Words of the shell.
pub(crate) fn labels() -> ShellLabels {
    ShellLabels {
        skip: "Skip to content".into(),
        menu: "Menu".into(),
        navigation: "Main menu".into(),
        usage: "Usage".into(),
        account: "Your account".into(),
        theme: "Theme".into(),
        light: "Light".into(),
        dark: "Dark".into(),
        auto: "Auto".into(),
        network_error: "The server could not be reached. Try again in a moment.".into(),
    }
}

fn head(title: &str, theme: Theme) -> Head {
    Head { title: format!("{title} · Bailiwick"), lang: "en".into(), theme, stylesheet: None }
}

fn brand() -> Brand {
    Brand { name: "Bailiwick".into(), href: "/".into(), ..Brand::default() }
}

fn menu(active: &str) -> Vec<MenuSection> {
    let entry = |label: &str, href: &str, icon| MenuEntry::new(label, href, icon, label == active);
    let first = vec![
        entry("Home", "/home", Icon::Home),
        entry("Users", "/users", Icon::Users),
        entry("Domains", "/domains", Icon::World).count("1"),
        entry("Aliases", "/aliases", Icon::ArrowsExchange),
        entry("Lists", "/lists", Icon::UsersGroup),
        entry("Smart Lists", "/smart-lists", Icon::Sparkles),
    ];
    let second = vec![
        entry("Branding", "/branding", Icon::Brush),
        entry("Filtering", "/filtering", Icon::Filter),
        entry("Logs", "/logs", Icon::ListDetails),
        entry("Sub-Admins", "/sub-admins", Icon::UserShield),
        entry("API keys", "/api-keys", Icon::Key),
        entry("Account History", "/history", Icon::History),
    ];
    vec![
        MenuSection { title: None, entries: first },
        MenuSection { title: Some("Administration".into()), entries: second },
    ]
}

fn meters() -> Vec<Meter> {
    vec![
        meter("Mailboxes", "412 / 500", 412, Some(500)).href("/billing"),
        meter("Storage", "187 / 200 GB", 187, Some(200)).href("/billing"),
        meter("Domains", "34 / 100", 34, Some(100)).href("/billing"),
    ]
}

fn account() -> AccountMenu {
    AccountMenu {
        name: "h.vogt".into(),
        detail: "Vogt GmbH · main Admin".into(),
        items: vec![
            MenuItem::Link {
                label: "Sign-in security".into(),
                href: "/security".into(),
                icon: Icon::ShieldLock,
            },
            MenuItem::Link { label: "Sessions".into(), href: "/sessions".into(), icon: Icon::DeviceLaptop },
            MenuItem::Divider,
            MenuItem::Post {
                label: "Sign out".into(),
                action: "/sign-out".into(),
                icon: Icon::Logout,
                token: "t0ken".into(),
                danger: false,
            },
            MenuItem::Divider,
        ],
    }
}

fn shell(title: &str, active: &str, theme: Theme, banner: Option<Markup>, content: &Markup) -> Markup {
    AppShell {
        head: &head(title, theme),
        brand: &brand(),
        labels: &labels(),
        menu: &menu(active),
        meters: &meters(),
        account: &account(),
        banner,
        notices: Markup::default(),
        wide: false,
    }
    .page(content)
}

fn user_row((address, name, used, limit, state, seen): (&str, &str, u64, u64, bool, &str)) -> Row {
    let status = if state { status(Tone::Success, "Active") } else { status(Tone::Neutral, "Disabled") };
    let text = format!("{}.{} / {} GB", used / 10, used % 10, limit / 10);
    Row::new()
        .choosable(address, format!("Choose {address}"))
        .link("/users/mbx_4g7k", bailiwick_ui::address(address))
        .cell(name)
        .cell("Enhanced")
        .cell(meter("Used", text, used, Some(limit)).inline())
        .cell(status)
        .cell(seen)
        .actions(html! {
            (link_button("Permissions", "/users/mbx_4g7k/permissions").quiet().small().icon_only(Icon::Lock))
            (link_button("Edit", "/users/mbx_4g7k/edit").quiet().small().icon_only(Icon::Pencil))
            (link_button("Remove", "/users/mbx_4g7k/remove").quiet_danger().small().icon_only(Icon::Trash).opens("remove"))
        })
}

/// The list of users as the Admin Panel shows it.
pub(crate) fn users_table() -> Table {
    let rows = [
        ("anna.keller@vogt.example", "Anna Keller", 31, 50, true, "2 h ago"),
        ("billing@vogt.example", "Billing team", 97, 100, true, "5 min ago"),
        ("ceo@vogt.example", "Dr. Hans Vogt", 12, 200, true, "yesterday"),
        ("info@vogt.example", "Info desk", 50, 50, true, "1 min ago"),
        ("jobs@vogt.example", "Recruiting", 2, 20, false, "never"),
        ("m.schneider@vogt.example", "Maria Schneider", 24, 50, true, "3 d ago"),
        ("no-reply@vogt.example", "No reply", 0, 10, true, "never"),
        (
            "a-very-long-local-part.of-a-department@subsidiary.vogt.example",
            "Office",
            77,
            100,
            true,
            "12 min ago",
        ),
        ("press@vogt.example", "Press contact", 4, 50, true, "6 d ago"),
        ("support@vogt.example", "Support queue", 182, 200, true, "now"),
    ];
    table("Users")
        .id("users")
        .column(Column::new("Address").title())
        .column(Column::new("Name").subtitle())
        .column(Column::new("Type").wide_only())
        .column(Column::new("Used"))
        .column(Column::new("Status").badge())
        .column(Column::new("Last login").fit())
        .actions_column("Actions")
        .rows(rows.into_iter().map(user_row))
        .bulk(
            "users-bulk",
            "/users/bulk",
            "ids",
            ("Choose all", "chosen"),
            html! {
                (submit("Disable").plain().small().sends("act", "disable"))
                (submit("Remove").outline_danger().small().sends("act", "remove"))
            },
        )
        .csrf("t0ken")
}

fn users_filters() -> Filters {
    let domain = select("domain", "Domain").option("", "All domains").option("vogt.example", "vogt.example");
    let status = select("status", "Status").option("", "Any status").option("active", "Active");
    filters("/users", "Search")
        .search("q", "Search by address or name", "")
        .filter(domain.submits())
        .filter(status.submits())
        .keep("sort", "address")
        .live("#users")
}

/// The page of users.
pub(crate) fn users(theme: Theme) -> Markup {
    let actions = html! {
        (link_button("Import CSV", "/users/import").icon(Icon::Upload))
        (link_button("New user", "/users/new").icon(Icon::Plus).primary())
    };
    let content = html! {
        (page_header("Users").above("Vogt GmbH").actions(actions))
        (card().flush(html! {
            (users_filters())
            (users_table())
            (pager("Pages", "10 shown").previous("Previous", None::<&str>).next("Next", Some("/users?after=x")))
        }))
        (remove_dialog("remove"))
    };
    shell("Users", "Users", theme, None, &content)
}

fn remove_dialog(id: &str) -> Dialog {
    let form = confirm_by_typing("/users/mbx_4g7k/remove", "jobs@vogt.example", "Type jobs@vogt.example", "Remove user")
        .within(id)
        .csrf("t0ken")
        .warning(html! { p { "Mail, contacts and settings are erased at once. " a href="/backup" { "Download backup" } " first." } })
        .cancel("Cancel", "/users");
    dialog(id, "Remove jobs@vogt.example", "Close").small().body(form.render())
}

fn permissions_dialog(shown: bool) -> Markup {
    let access =
        ["Autoresponder", "Forwarders", "Rules", "Black & white lists", "Change password", "App passwords"];
    let services = ["IMAP", "POP3", "SMTP submission", "Webmail", "ManageSieve"];
    let boxes = |name: &str, legend: &str, words: &[&str]| {
        words.iter().enumerate().fold(choices(legend).columns(), |group, (at, word)| {
            group.with(checkbox(name, *word).value(format!("{at}")).checked(at != 1))
        })
    };
    let body = html! {
        form.bw-form id="permissions-form" method="post" action="/users/mbx_4g7k/permissions" {
            (csrf("t0ken"))
            (boxes("access", "Can access", &access))
            (boxes("service", "Services", &services).hint("Enforced at the mail servers within a second."))
        }
    };
    let footer = html! {
        (Dialog::closing_button("Cancel"))
        (submit("Update permissions").of_form("permissions-form"))
    };
    let made =
        dialog("permissions", "Permissions of anna.keller@vogt.example", "Close").body(body).footer(footer);
    if shown { made.shown().render() } else { made.render() }
}

/// A form with everything in it, some of it refused.
pub(crate) fn form_page(theme: Theme) -> Markup {
    let crumbs = [("Users", "/users"), ("vogt.example", "/users?domain=vogt.example")];
    let content = html! {
        (page_header("anna.keller@vogt.example").crumbs("You are here", crumbs).beside(status(Tone::Success, "Active"))
            .actions(html! { (link_button("Sign in as the user", "/as").icon(Icon::Login).new_tab()) }))
        (tabs("Sections", &[
            Tab::new("Settings", "/a", true), Tab::new("Permissions", "/b", false),
            Tab::new("Send email as", "/c", false).count("3"), Tab::new("Sign-ins", "/d", false),
        ]))
        (user_form())
        (permissions_dialog(false))
    };
    shell("anna.keller", "Users", theme, Some(acting()), &content)
}

fn acting() -> Markup {
    let leave = html! {
        form method="post" action="/impersonation/end" { (csrf("t0ken")) (submit("Leave").plain().small()) }
    };
    banner(
        Tone::Warning,
        html! { strong { "h.vogt" } " acts as " strong { "anna.keller@vogt.example" } " · 28 min left" },
        leave,
    )
}

fn user_form() -> FormCard {
    let password =
        password_field("password", "Password").autocomplete("new-password").reveal("Show password");
    let body = html! {
        (fields(html! {
            (field("local_part", "Username").value("anna.keller").required().suffix("@vogt.example").autocomplete("off"))
            (field("name", "Name").value("Anna Keller").optional("optional"))
        }))
        (radio_cards("kind", "Account type").selected("enhanced")
            .card("basic", "Basic").text("IMAP and Webmail. 12 of 20 used.")
            .card("enhanced", "Enhanced").text("All services. 400 of 480 used.")
            .card("archive", "Archive").text("None left.").disabled(true))
        (fields(html! {
            (field("quota", "Quota").kind(InputKind::Number).value("0.2").suffix("GB").min("0.1").step("0.1")
                .error(Some("3.1 GB are in use. Enter at least that much.")).hint("One GB is 10^9 bytes."))
            (password.hint("Leave it blank to keep the password."))
        }))
        (select("zone", "Time zone").option("eu", "Europe/Berlin").option_disabled("us", "America/New_York").value("eu"))
        (textarea("note", "Note").value("<b>kept as text</b>").rows(3).optional("optional"))
        (switch("travel", "Travel Mode").checked(true).hint("New countries don't restrict the mailbox until 6 December."))
        (switch("local_only", "Only Local SMTP"))
        (more_options("More options", true, html! { (fields(html! {
            (field("from", "From").kind(InputKind::Date).value("2026-01-01"))
            (field("forward", "Forward to").joined(select("forward_domain", "Domain").option("a", "@acme.example"))
                .suggestions(["sales", "support"]))
        })) }))
    };
    form_card("/users/mbx_4g7k")
        .id("user-form")
        .title("Settings")
        .text("Changes apply at once.")
        .csrf("t0ken")
        .htmx(Htmx::post("/users/mbx_4g7k").swap("outerHTML"))
        .errors(error_summary("One field needs another look", [("field-quota", "Quota: 3.1 GB are in use.")]))
        .body(body)
        .footer(html! {
            (submit("Update User"))
            (link_button("Cancel", "/users"))
            span.bw-actions-apart { (link_button("Remove", "/users/mbx_4g7k/remove").outline_danger().icon(Icon::Trash)) }
        })
}

/// The first page after signing in: figures and plots.
pub(crate) fn home(theme: Theme) -> Markup {
    let content = html! {
        (page_header("Home").above("Vogt GmbH").text("What needs you, and how things stand."))
        (notice(Tone::Warning, "Two domains fail their DNS checks.").title("DNS").dismissible("Close")
            .actions(html! { (link_button("Show domains", "/domains").small()) }))
        div.bw-grid-4 {
            (stat("Mail in today", "18,204").icon(Icon::Inbox).detail(html! { "+4 % on last week" })
                .below(sparkline("Mail in per hour", &[3.0, 4.0, 8.0, 14.0, 12.0, 9.0, 13.0, 11.0])))
            (stat("Mail out today", "6,911").icon(Icon::Send).detail(html! { "12 held" })
                .below(sparkline("Mail out per hour", &[1.0, 2.0, 6.0, 7.0, 5.0, 3.0, 4.0, 2.0])))
            (stat("Sign-ins refused", "37").icon(Icon::ShieldExclamation).detail(html! { a href="/logs" { "Last logins" } }))
            (stat("Quotas over 90 %", "4").icon(Icon::Database).detail(html! { a href="/users" { "Show users" } }))
        }
        div.bw-grid-2 {
            (card().title("Mail per day").body(mail_plot().render()))
            (card().title("Sign-ins per day").body(sign_in_plot().render()))
            (card().title("Storage by domain").body(horizontal_bars([
                ("vogt.example", "120 GB", 120), ("subsidiary.vogt.example", "51 GB", 51), ("old.example", "0.2 GB", 1),
            ])))
            (card().title("Account History").body(history().render()))
        }
    };
    shell("Home", "Home", theme, None, &content)
}

fn days(number: u32) -> Vec<String> {
    (1..=number).map(|day| format!("{day} Nov")).collect()
}

fn wave(number: u32, base: f64, swing: f64) -> Vec<f64> {
    (0..number).map(|day| base + swing * (f64::from(day) * 0.9).sin()).collect()
}

fn mail_plot() -> bailiwick_ui::plot::Plot {
    bar_chart("mail-per-day", "Mail per day")
        .text("Incoming mail lies between 9,000 and 21,000 a day, outgoing near 6,000.")
        .table("Show as table", "Day")
        .labels(days(21))
        .series("Incoming", wave(21, 15_000.0, 6_000.0))
        .series("Outgoing", wave(21, 6_000.0, 900.0))
        .format(|value| format!("{value:.0}"))
}

fn sign_in_plot() -> bailiwick_ui::plot::Plot {
    line_chart("sign-ins", "Sign-ins per day")
        .text("About 900 a day.")
        .table("Show as table", "Day")
        .labels(days(14))
        .series("Sign-ins", wave(14, 900.0, 200.0))
        .format(|value| format!("{value:.0}"))
}

fn history() -> Timeline {
    timeline()
        .event(Tone::Success, Icon::UserPlus, "h.vogt added jobs@vogt.example")
        .at("2026-11-20T10:04:00Z", "10:04")
        .event(Tone::Info, Icon::Pencil, "j.weber changed access hours of sales@vogt.example")
        .at("2026-11-20T09:51:00Z", "09:51")
        .text("always → 09:00-17:00")
        .event(Tone::Danger, Icon::Trash, "h.vogt removed old@vogt.example")
        .at("2026-11-19T17:20:00Z", "yesterday")
}

/// Signing in.
pub(crate) fn sign_in(theme: Theme) -> Markup {
    let body = html! {
        form.bw-form method="post" action="/sign-in" {
            (csrf("t0ken"))
            (field("username", "Username").autocomplete("username").required().autofocus())
            (password_field("password", "Password").autocomplete("current-password").required().reveal("Show password"))
            (submit("Sign in"))
        }
        div.bw-centred-foot { a href="/recover" { "Forgot your password?" } }
    };
    CentredPage {
        head: &head("Sign in", theme),
        brand: &brand(),
        skip: "Skip to content",
        network_error: "The server could not be reached.",
        emblem: None,
        title: "Sign in to the Admin Panel",
        text: None,
        notices: notice(Tone::Danger, "That username and password don't match.").render(),
        body,
        footer: Some(html! { "Need help? " a href="mailto:help@vogt.example" { "help@vogt.example" } }),
        wide: false,
    }
    .render()
}

/// A refusal.
pub(crate) fn refusal(theme: Theme) -> Markup {
    CentredPage {
        head: &head("Not allowed", theme),
        brand: &brand(),
        skip: "Skip to content",
        network_error: "The server could not be reached.",
        emblem: Some((Icon::Lock, Tone::Warning)),
        title: "Your access does not include this",
        text: Some(html! { "Changing access hours needs " strong { "Users 3 – Update" } "." }),
        notices: Markup::default(),
        body: actions(html! { (link_button("Back to users", "/users")) }),
        footer: None,
        wide: false,
    }
    .render()
}

/// All components on one page.
pub(crate) fn gallery(theme: Theme) -> Markup {
    let content = html! {
        (page_header("Components").text("Every component once."))
        @for (name, sample) in components() {
            @if !name.starts_with("hand") && name != "plots" { h2 { (name) } (sample) }
        }
    };
    shell("Components", "Home", theme, None, &content)
}

/// A page whose dialog is open.
pub(crate) fn open_dialog(theme: Theme) -> Markup {
    let content = html! {
        (page_header("Users"))
        (card().flush(users_table().render()))
        (permissions_dialog(true))
    };
    shell("Permissions", "Users", theme, None, &content)
}

//! Whole pages: the document, the shell with menu and top bar, and the centred page of sign-in and errors.

use maud::{DOCTYPE, Markup, Render, html};

mod menu;

pub use menu::{AccountMenu, MenuEntry, MenuItem, MenuSection, dropdown};

use crate::{Asset, Icon, Meter, Tone, avatar, icon};

/// Settings of htmx under the strict policy. A form's own refusals (409, 422) are put where its answer would go;
/// other errors go to the notices.
const HTMX: &str = concat!(
    r#"{"includeIndicatorStyles":false,"allowEval":false,"allowScriptTags":false,"selfRequestsOnly":true,"#,
    r#""historyCacheSize":0,"refreshOnHistoryMiss":true,"timeout":30000,"responseHandling":["#,
    r#"{"code":"204","swap":false},{"code":"[23]..","swap":true},{"code":"409|422","swap":true},"#,
    r##"{"code":"[45]..","swap":true,"error":true,"target":"#notices","swapOverride":"innerHTML"}]}"##,
);

/// Light, dark, or as the system says. A choice made on the device wins over the one rendered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// As the system says.
    #[default]
    Auto,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    const fn attribute(self) -> Option<&'static str> {
        match self {
            Self::Auto => None,
            Self::Light => Some("light"),
            Self::Dark => Some("dark"),
        }
    }
}

/// What every page says about itself.
#[derive(Debug, Clone, Default)]
pub struct Head {
    /// Title of the window: `Users · acme.example · Bailiwick`.
    pub title: String,
    /// Language of the texts (BCP 47).
    pub lang: String,
    /// Theme unless the device chose one.
    pub theme: Theme,
    /// Address of a further stylesheet on the same origin: a tenant's colours.
    pub stylesheet: Option<String>,
}

/// A whole HTML document.
#[derive(Debug, Clone)]
pub struct Document<'a> {
    /// Title, language, theme.
    pub head: &'a Head,
    /// What is said when a request in the background gets no answer.
    pub network_error: &'a str,
    /// Everything inside `<body>`.
    pub body: Markup,
}

impl Render for Document<'_> {
    fn render(&self) -> Markup {
        html! {
            (DOCTYPE)
            html lang=(self.head.lang) data-bs-theme=[self.head.theme.attribute()] {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    meta name="referrer" content="same-origin";
                    meta name="htmx-config" content=(HTMX);
                    title { (self.head.title) }
                    script src=(Asset::ThemeJs.path()) {}
                    link rel="stylesheet" href=(Asset::AppCss.path());
                    @if let Some(sheet) = &self.head.stylesheet { link rel="stylesheet" href=(sheet); }
                    link rel="icon" type="image/svg+xml" href=(Asset::LogoSvg.path());
                    link rel="apple-touch-icon" href=(Asset::TouchIconPng.path());
                    script src=(Asset::AppJs.path()) defer {}
                }
                body data-network-error=(self.network_error) { (self.body) }
            }
        }
    }
}

/// Whose house this is.
#[derive(Debug, Clone, Default)]
pub struct Brand {
    /// Name of the product or the tenant's company.
    pub name: String,
    /// Where the brand leads.
    pub href: String,
    /// Address of a logo on the same origin; our own mark otherwise.
    pub logo: Option<String>,
    /// The logo bears the name, so the name is read out only.
    pub logo_only: bool,
}

impl Render for Brand {
    fn render(&self) -> Markup {
        let logo = self.logo.as_deref().unwrap_or(Asset::LogoSvg.path());
        let alt = if self.logo_only { self.name.as_str() } else { "" };
        html! {
            a.bw-brand href=(self.href) {
                img src=(logo) alt=(alt);
                @if !self.logo_only { span { (self.name) } }
            }
        }
    }
}

/// Words of the shell itself.
#[derive(Debug, Clone, Default)]
pub struct ShellLabels {
    /// `Skip to content`
    pub skip: String,
    /// `Menu`: the button that opens the side menu on phones.
    pub menu: String,
    /// `Main menu`: the side menu's name.
    pub navigation: String,
    /// `Usage`: the name of the meters.
    pub usage: String,
    /// `Your account`: the account menu's name.
    pub account: String,
    /// `Theme`
    pub theme: String,
    /// `Light`
    pub light: String,
    /// `Dark`
    pub dark: String,
    /// `Auto`
    pub auto: String,
    /// `The server could not be reached. Try again in a moment.`
    pub network_error: String,
}

/// The frame around the pages of a portal.
#[derive(Debug, Clone)]
pub struct AppShell<'a> {
    /// Title, language, theme.
    pub head: &'a Head,
    /// Whose house this is.
    pub brand: &'a Brand,
    /// Words of the shell.
    pub labels: &'a ShellLabels,
    /// The side menu.
    pub menu: &'a [MenuSection],
    /// The top bar's meters.
    pub meters: &'a [Meter],
    /// Who is signed in.
    pub account: &'a AccountMenu,
    /// What must be in sight all the time ([`crate::banner`]).
    pub banner: Option<Markup>,
    /// What just happened ([`crate::notice`]s); empty otherwise.
    pub notices: Markup,
    /// Uses the whole width, for tables of many columns and for mail.
    pub wide: bool,
}

impl AppShell<'_> {
    /// The whole page around its content, which begins with a [`crate::page_header`].
    pub fn page(&self, content: impl Render) -> Markup {
        let body = html! {
            a.bw-skip href="#main" { (self.labels.skip) }
            @if let Some(banner) = &self.banner { (banner) }
            div class=(if self.wide { "bw-shell bw-wide" } else { "bw-shell" }) {
                (self.side())
                header.bw-top {
                    (self.meter_bar())
                    (self.account_menu())
                }
                main.bw-main id="main" tabindex="-1" {
                    div.bw-content {
                        div.bw-notices id="notices" { (self.notices) }
                        (content)
                    }
                }
            }
        };
        Document { head: self.head, network_error: &self.labels.network_error, body }.render()
    }

    fn side(&self) -> Markup {
        html! {
            nav.bw-side aria-label=(self.labels.navigation) {
                details.bw-drawer {
                    summary aria-label=(self.labels.menu) { (icon(Icon::Menu2)) }
                }
                (self.brand)
                div.bw-nav { @for section in self.menu { (section) } }
            }
        }
    }

    fn meter_bar(&self) -> Markup {
        if self.meters.is_empty() {
            return Markup::default();
        }
        html! {
            ul.bw-meters aria-label=(self.labels.usage) { @for meter in self.meters { li { (meter) } } }
        }
    }

    fn account_menu(&self) -> Markup {
        let account = self.account;
        html! {
            details.bw-dropdown.bw-account {
                summary {
                    span.bw-unseen { (self.labels.account) ": " }
                    (avatar(&account.name))
                    span.bw-account-text { span.bw-strong { (account.name) } small { (account.detail) } }
                    (icon(Icon::ChevronDown))
                }
                div.bw-menu {
                    div.bw-account-phone { span.bw-strong { (account.name) } small { (account.detail) } }
                    @for item in &account.items { (item) }
                    (self.themes())
                }
            }
        }
    }

    fn themes(&self) -> Markup {
        let labels = self.labels;
        html! {
            div.bw-themes.bw-needs-js {
                div { (labels.theme) }
                div.bw-segment role="group" aria-label=(labels.theme) {
                    @for (theme, label) in [("light", &labels.light), ("dark", &labels.dark), ("auto", &labels.auto)] {
                        button type="button" data-theme-set=(theme) aria-pressed="false" { (label) }
                    }
                }
            }
        }
    }
}

/// A page with one card in the middle: sign-in, recovery, an error.
#[derive(Debug, Clone)]
pub struct CentredPage<'a> {
    /// Title, language, theme.
    pub head: &'a Head,
    /// Whose house this is.
    pub brand: &'a Brand,
    /// `Skip to content`
    pub skip: &'a str,
    /// Said when a request in the background gets no answer.
    pub network_error: &'a str,
    /// An icon over the heading and its tone, for errors and confirmations.
    pub emblem: Option<(Icon, Tone)>,
    /// Heading of the card.
    pub title: &'a str,
    /// A sentence under it.
    pub text: Option<Markup>,
    /// Notices over the form.
    pub notices: Markup,
    /// The form.
    pub body: Markup,
    /// A line under the card.
    pub footer: Option<Markup>,
    /// A wider card.
    pub wide: bool,
}

impl Render for CentredPage<'_> {
    fn render(&self) -> Markup {
        let body = html! {
            a.bw-skip href="#main" { (self.skip) }
            div class=(if self.wide { "bw-centred bw-centred-wide" } else { "bw-centred" }) {
                header { (self.brand) }
                main.card id="main" tabindex="-1" {
                    div.card-body {
                        div.bw-centred-head {
                            @if let Some((shape, tone)) = self.emblem {
                                span class={ "bw-emblem " (tone.class()) } { (icon(shape)) }
                            }
                            h1 { (self.title) }
                            @if let Some(text) = &self.text { p { (text) } }
                        }
                        div.bw-stack {
                            div.bw-notices id="notices" { (self.notices) }
                            (self.body)
                        }
                    }
                }
                @if let Some(footer) = &self.footer { footer.bw-centred-foot { (footer) } }
            }
        };
        Document { head: self.head, network_error: self.network_error, body }.render()
    }
}

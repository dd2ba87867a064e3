//! The plain frame around pages for whoever is not signed in.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use bailiwick_base::{Error, t, texts};
use bailiwick_ui::page::CentredPage;
use bailiwick_ui::{Tone, notice};
use maud::{Markup, Render, html};

use super::frame::{brand, done, head};
use super::respond::Refusal;
use super::{Answer, CsrfKey, Problem};
use crate::core::Core;
use crate::settings::Portal;

/// The frame of a page for somebody who is not signed in.
#[derive(Debug, Clone)]
pub struct Visit {
    core: Core,
    portal: Portal,
    csrf: CsrfKey,
    done: Option<String>,
}

impl FromRequestParts<Core> for Visit {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, core: &Core) -> Result<Self, Refusal> {
        let portal = Portal::from_request_parts(parts, core).await?;
        let csrf = CsrfKey::from_request_parts(parts, core).await?;
        Ok(Self { core: core.clone(), portal, csrf, done: done(parts) })
    }
}

impl Visit {
    /// The anti-forgery token of this page's forms.
    pub fn csrf(&self) -> &str {
        self.csrf.token()
    }

    /// The portal the page belongs to.
    pub fn portal(&self) -> Portal {
        self.portal
    }

    /// What the installation is told about itself.
    pub fn settings(&self) -> &crate::Settings {
        self.core.settings()
    }

    /// A page with one card in the middle.
    pub fn page(&self, title: &str, text: Option<Markup>, body: Markup) -> Response {
        self.markup(title, text, body, &html! {}).into_response()
    }

    /// The form again, with what is wrong with it.
    pub fn again(
        &self,
        error: Error,
        title: &str,
        text: Option<Markup>,
        form: impl FnOnce(&Problem) -> Markup,
    ) -> Answer {
        let problem = Problem::of(error)?;
        let notices = problem.summary();
        Ok((problem.status, self.markup(title, text, form(&problem), &notices)).into_response())
    }

    fn markup(&self, title: &str, text: Option<Markup>, body: Markup, notices: &Markup) -> Markup {
        let head = head(title);
        let brand = brand();
        CentredPage {
            head: &head,
            brand: &brand,
            skip: &t!("shell-skip"),
            network_error: &t!("shell-network-error"),
            emblem: None,
            title,
            text,
            notices: html! { @if let Some(done) = &self.done { (notice(Tone::Success, done.as_str())) } (notices) },
            body,
            footer: Some(html! { (texts::text(&format!("portal-{}", self.portal.key()))) }),
            wide: false,
        }
        .render()
    }
}

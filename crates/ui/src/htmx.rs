//! In-place updates: the attributes by which htmx takes a form, link or field over.

/// Where htmx asks, when, and where the answer goes. Every element that has one also works without it.
#[derive(Debug, Clone, Default)]
pub struct Htmx {
    pub(crate) get: Option<String>,
    pub(crate) post: Option<String>,
    pub(crate) target: Option<String>,
    pub(crate) swap: Option<String>,
    pub(crate) trigger: Option<String>,
    pub(crate) select: Option<String>,
    pub(crate) push: bool,
}

impl Htmx {
    /// Asks by GET.
    pub fn get(path: impl Into<String>) -> Self {
        Self { get: Some(path.into()), ..Self::default() }
    }

    /// Sends by POST.
    pub fn post(path: impl Into<String>) -> Self {
        Self { post: Some(path.into()), ..Self::default() }
    }

    /// CSS selector of what the answer replaces, `this` or `closest form`; the asking element otherwise.
    #[must_use]
    pub fn target(mut self, selector: impl Into<String>) -> Self {
        self.target = Some(selector.into());
        self
    }

    /// How it is put there: `outerHTML`, `innerHTML` (the default), `beforeend`, ….
    #[must_use]
    pub fn swap(mut self, how: impl Into<String>) -> Self {
        self.swap = Some(how.into());
        self
    }

    /// Event that asks, for example `input changed delay:300ms`; no filters in brackets, they need `eval`.
    #[must_use]
    pub fn trigger(mut self, event: impl Into<String>) -> Self {
        self.trigger = Some(event.into());
        self
    }

    /// Takes only this part out of the answer.
    #[must_use]
    pub fn select(mut self, selector: impl Into<String>) -> Self {
        self.select = Some(selector.into());
        self
    }

    /// Puts the asked address into the address bar.
    #[must_use]
    pub fn push(mut self) -> Self {
        self.push = true;
        self
    }

    pub(crate) fn pushes(&self) -> Option<&'static str> {
        self.push.then_some("true")
    }
}

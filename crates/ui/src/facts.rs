//! Lists of facts about one thing.

use maud::{Markup, Render, html};

/// A definition list: term left, value right; one under the other on phones.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    rows: Vec<(String, Markup)>,
}

/// An empty list of facts.
pub fn facts() -> Facts {
    Facts::default()
}

impl Facts {
    /// Adds a fact.
    #[must_use]
    pub fn fact(mut self, term: impl Into<String>, value: impl Render) -> Self {
        self.rows.push((term.into(), value.render()));
        self
    }

    /// Adds a fact, if there is one.
    #[must_use]
    pub fn fact_if(self, term: impl Into<String>, value: Option<impl Render>) -> Self {
        match value {
            Some(value) => self.fact(term, value),
            None => self,
        }
    }
}

impl Render for Facts {
    fn render(&self) -> Markup {
        html! {
            dl.bw-facts {
                @for (term, value) in &self.rows {
                    div { dt { (term) } dd { (value) } }
                }
            }
        }
    }
}

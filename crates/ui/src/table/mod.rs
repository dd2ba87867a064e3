//! Lists: a table that turns into cards on phones, filters above it, a keyset pager below.

use maud::{Markup, Render, html};

mod filters;

pub use filters::{Filters, Pager, filters, pager};

use crate::EmptyState;

/// What a column becomes when a row is shown as a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OnPhone {
    /// First line, bold.
    Title,
    /// Second line, without a label.
    Subtitle,
    /// End of the first line.
    Badge,
    /// A line of its own: label, value.
    Labelled,
    /// Left out.
    Absent,
}

/// A column's heading and how it behaves.
#[derive(Debug, Clone)]
pub struct Column {
    title: String,
    phone: OnPhone,
    end: bool,
    fit: bool,
    wide_only: bool,
}

impl Column {
    /// A column that a phone shows as a labelled line.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), phone: OnPhone::Labelled, end: false, fit: false, wide_only: false }
    }

    /// The column that names the row; its cell is the row's header.
    #[must_use]
    pub fn title(mut self) -> Self {
        self.phone = OnPhone::Title;
        self
    }

    /// Second line of the card on phones.
    #[must_use]
    pub fn subtitle(mut self) -> Self {
        self.phone = OnPhone::Subtitle;
        self
    }

    /// A badge, at the end of the card's first line on phones.
    #[must_use]
    pub fn badge(mut self) -> Self {
        self.phone = OnPhone::Badge;
        self
    }

    /// Left out on phones.
    #[must_use]
    pub fn not_on_phones(mut self) -> Self {
        self.phone = OnPhone::Absent;
        self
    }

    /// Shown on wide screens (1200 px) only.
    #[must_use]
    pub fn wide_only(mut self) -> Self {
        self.wide_only = true;
        self.not_on_phones()
    }

    /// Figures: aligned to the end.
    #[must_use]
    pub fn figures(mut self) -> Self {
        self.end = true;
        self
    }

    /// As narrow as its content, which does not break.
    #[must_use]
    pub fn fit(mut self) -> Self {
        self.fit = true;
        self
    }

    fn class(&self) -> String {
        let phone = match self.phone {
            OnPhone::Title => "bw-cell-title",
            OnPhone::Subtitle => "bw-cell-subtitle",
            OnPhone::Badge => "bw-cell-badge",
            OnPhone::Labelled => "bw-cell-labelled",
            OnPhone::Absent => "bw-no-phone",
        };
        let end = if self.end { " bw-cell-end" } else { "" };
        let fit = if self.fit { " bw-cell-fit" } else { "" };
        let wide = if self.wide_only { " bw-wide-only" } else { "" };
        [phone, end, fit, wide].concat()
    }
}

/// The content of one cell.
pub type Cell = Markup;

/// One row.
#[derive(Debug, Clone, Default)]
pub struct Row {
    id: Option<String>,
    cells: Vec<Cell>,
    actions: Option<Markup>,
    choice: Option<(String, String)>,
}

impl Row {
    /// A row without cells.
    pub fn new() -> Self {
        Self::default()
    }

    /// Name by which htmx replaces it.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Adds the next cell.
    #[must_use]
    pub fn cell(mut self, content: impl Render) -> Self {
        self.cells.push(content.render());
        self
    }

    /// Adds a cell that links to the thing itself.
    #[must_use]
    pub fn link(self, href: &str, content: impl Render) -> Self {
        self.cell(html! { a href=(href) { (content) } })
    }

    /// Buttons at the row's end: small, quiet, icon only.
    #[must_use]
    pub fn actions(mut self, actions: Markup) -> Self {
        self.actions = Some(actions);
        self
    }

    /// Makes the row choosable for bulk actions: the value sent, and what the box is called when read out.
    #[must_use]
    pub fn choosable(mut self, value: impl Into<String>, label: impl Into<String>) -> Self {
        self.choice = Some((value.into(), label.into()));
        self
    }
}

#[derive(Debug, Clone)]
struct Bulk {
    form: String,
    action: String,
    name: String,
    all: String,
    chosen: String,
    token: Option<String>,
    buttons: Markup,
}

impl Render for Bulk {
    fn render(&self) -> Markup {
        html! {
            form.bw-bulk method="post" action=(self.action) id=(self.form) {
                @if let Some(token) = &self.token { (crate::csrf(token)) }
                span.bw-bulk-count { span.bw-strong data-bulk-count="" { "0" } " " (self.chosen) }
                (self.buttons)
            }
        }
    }
}

/// A list of rows.
#[derive(Debug, Clone)]
pub struct Table {
    id: Option<String>,
    caption: String,
    columns: Vec<Column>,
    actions: Option<String>,
    rows: Vec<Row>,
    empty: Option<EmptyState>,
    bulk: Option<Bulk>,
}

/// A table; `caption` is read out before it.
pub fn table(caption: impl Into<String>) -> Table {
    Table {
        id: None,
        caption: caption.into(),
        columns: Vec::new(),
        actions: None,
        rows: Vec::new(),
        empty: None,
        bulk: None,
    }
}

impl Table {
    /// Name by which htmx replaces it.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Adds a column.
    #[must_use]
    pub fn column(mut self, column: Column) -> Self {
        self.columns.push(column);
        self
    }

    /// Adds the column of row actions; its heading is read out, not seen.
    #[must_use]
    pub fn actions_column(mut self, title: impl Into<String>) -> Self {
        self.actions = Some(title.into());
        self
    }

    /// Adds rows.
    #[must_use]
    pub fn rows(mut self, rows: impl IntoIterator<Item = Row>) -> Self {
        self.rows.extend(rows);
        self
    }

    /// What stands here when there are no rows.
    #[must_use]
    pub fn empty(mut self, empty: EmptyState) -> Self {
        self.empty = Some(empty);
        self
    }

    /// Adds a box to every choosable row, sent as `name` by the form `form_id` to `action`. `all` names the box
    /// in the head, `chosen` follows the count in the bar (`chosen`).
    #[must_use]
    pub fn bulk(
        mut self,
        form_id: impl Into<String>,
        action: impl Into<String>,
        name: impl Into<String>,
        (all, chosen): (&str, &str),
        buttons: Markup,
    ) -> Self {
        self.bulk = Some(Bulk {
            form: form_id.into(),
            action: action.into(),
            name: name.into(),
            all: all.to_owned(),
            chosen: chosen.to_owned(),
            token: None,
            buttons,
        });
        self
    }

    /// Anti-forgery token of the bulk actions.
    #[must_use]
    pub fn csrf(mut self, token: impl Into<String>) -> Self {
        if let Some(bulk) = &mut self.bulk {
            bulk.token = Some(token.into());
        }
        self
    }

    fn head(&self) -> Markup {
        html! {
            thead role="rowgroup" {
                tr role="row" {
                    @if let Some(bulk) = &self.bulk {
                        th.bw-cell-check scope="col" role="columnheader" {
                            input.form-check-input.bw-needs-js type="checkbox" data-check-all="" aria-label=(bulk.all);
                        }
                    }
                    @for column in &self.columns {
                        th scope="col" role="columnheader" class=(column.class()) { (column.title) }
                    }
                    @if let Some(actions) = &self.actions {
                        th.bw-cell-fit scope="col" role="columnheader" { span.bw-unseen { (actions) } }
                    }
                }
            }
        }
    }

    fn cell(column: &Column, cell: &Cell) -> Markup {
        html! {
            @if column.phone == OnPhone::Title {
                th scope="row" role="rowheader" class=(column.class()) { (cell) }
            } @else {
                td role="cell" class=(column.class()) data-label=(column.title) { (cell) }
            }
        }
    }

    fn row(&self, row: &Row) -> Markup {
        html! {
            tr role="row" id=[&row.id] {
                @if let Some(bulk) = &self.bulk {
                    td.bw-cell-check role="cell" {
                        @if let Some((value, label)) = &row.choice {
                            input.form-check-input type="checkbox" form=(bulk.form) name=(bulk.name) value=(value)
                                data-check-row="" aria-label=(label);
                        }
                    }
                }
                @for (column, cell) in self.columns.iter().zip(&row.cells) { (Self::cell(column, cell)) }
                @if self.actions.is_some() {
                    td.bw-cell-fit.bw-cell-actions role="cell" {
                        @if let Some(actions) = &row.actions { div.bw-row-actions { (actions) } }
                    }
                }
            }
        }
    }
}

impl Render for Table {
    fn render(&self) -> Markup {
        if self.rows.is_empty()
            && let Some(empty) = &self.empty
        {
            return html! { div.bw-list id=[&self.id] { (empty) } };
        }
        html! {
            div.bw-list id=[&self.id] {
                @if let Some(bulk) = &self.bulk { (bulk) }
                table.bw-table role="table" data-bulk=[self.bulk.as_ref().map(|bulk| &bulk.form)] {
                    caption.bw-unseen { (self.caption) }
                    (self.head())
                    tbody role="rowgroup" { @for row in &self.rows { (self.row(row)) } }
                }
            }
        }
    }
}

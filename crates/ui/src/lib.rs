//! The look of Bailiwick's pages: components as functions, plots as inline SVG, and the embedded assets.
//!
//! Every text comes from the caller, already in the reader's language; no component holds a word of its own.
//! Nothing here knows a noun of the product, reads a request or decides a permission. What is rendered fits the
//! strict content security policy: no inline style, no inline script, no `on…` attribute; and it works without
//! JavaScript.
//!
//! Components are small builders that render themselves inside `html!`:
//!
//! ```
//! use bailiwick_ui::{field, form_card, submit};
//! use maud::html;
//!
//! let page = form_card("/mailboxes/mbx_4g7k/access-hours")
//!     .title("Access hours")
//!     .body(html! { (field("hours", "Access hours").value("always").hint("For example 09:00-17:30")) })
//!     .footer(html! { (submit("Update access hours")) });
//! assert!(html! { (page) }.into_string().contains("for=\"field-hours\""));
//! ```

mod address;
pub mod assets;
mod badge;
mod card;
mod copyable;
mod dialog;
mod facts;
pub mod form;
mod header;
mod htmx;
mod icon;
mod meter;
mod notice;
pub mod page;
pub mod plot;
mod sequence;
pub mod table;
mod tone;

pub use address::address;
pub use assets::{Asset, asset_path};
pub use badge::{Badge, avatar, badge, status};
pub use card::{Card, EmptyState, Stat, card, empty_state, stat};
pub use copyable::{Copyable, copyable};
pub use dialog::{ConfirmByTyping, Dialog, confirm_by_typing, dialog, dialog_link};
pub use facts::{Facts, facts};
pub use form::{
    Button, Checkbox, Choices, Field, FormCard, InputKind, RadioCards, actions, button, checkbox, choices,
    csrf, error_summary, field, fields, form_card, handover, hidden, link_button, more_options,
    password_field, radio_cards, select, submit, switch, textarea,
};
pub use header::{PageHeader, Tab, page_header, tabs};
pub use htmx::Htmx;
pub use icon::{Icon, icon, icon_named};
pub use meter::{Meter, Progress, meter, progress};
pub use notice::{Notice, banner, notice};
pub use sequence::{StepState, Timeline, steps, timeline};
pub use table::{Cell, Column, Filters, Pager, Row, Table, filters, pager, table};
pub use tone::Tone;

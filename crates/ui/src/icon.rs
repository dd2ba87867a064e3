//! Icons of the sprite.

use maud::{Markup, html};

use crate::assets::Asset;

include!(concat!(env!("OUT_DIR"), "/icons.rs"));

/// An icon beside a text that says the same; hidden from screen readers.
pub fn icon(icon: Icon) -> Markup {
    html! {
        svg.icon aria-hidden="true" focusable="false" { use href={ (Asset::IconsSvg.path()) "#" (icon.name()) } {} }
    }
}

/// An icon that stands alone and is read out as `name`.
pub fn icon_named(icon: Icon, name: &str) -> Markup {
    html! {
        svg.icon role="img" aria-label=(name) focusable="false" {
            title { (name) }
            use href={ (Asset::IconsSvg.path()) "#" (icon.name()) } {}
        }
    }
}

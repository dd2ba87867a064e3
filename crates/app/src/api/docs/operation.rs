//! One operation on the page: what it does, what it takes, what it answers, and how to ask it with curl.

use std::collections::BTreeMap;
use std::fmt::Write;

use bailiwick_base::t;
use bailiwick_ui::{Tone, badge, card};
use maud::{Markup, Render, html};
use serde_json::Value;

use super::sample::{Members, kind, members, resolved, sample};

/// The JSON media type.
const JSON: &str = "application/json";

/// An operation of the description.
pub(super) struct Described<'d> {
    method: &'d str,
    path: &'d str,
    operation: &'d Value,
}

/// The operations by their tags, in the order of paths.
pub(super) fn groups(document: &Value) -> Vec<(&str, Vec<Described<'_>>)> {
    let mut groups: BTreeMap<&str, Vec<Described<'_>>> = BTreeMap::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for method in ["get", "post", "put", "patch", "delete"] {
            let operation = &item[method];
            if let Some(tag) = operation["tags"][0].as_str() {
                groups.entry(tag).or_default().push(Described { method, path, operation });
            }
        }
    }
    groups.into_iter().collect()
}

impl Described<'_> {
    /// Everything about it.
    pub(super) fn card(&self, document: &Value, origin: &str) -> Markup {
        let operation = self.operation;
        let body = &operation["requestBody"]["content"][JSON]["schema"];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        card()
            .id(text(&operation["operationId"]))
            .title(text(&operation["summary"]))
            .body(html! {
                div.bw-stack {
                    p.bw-row {
                        (badge(self.tone(), self.method.to_uppercase()))
                        code { "/api/v1" (self.path) }
                        @for needs in operation["x-needs"].as_array().into_iter().flatten() {
                            span.bw-muted { (t!("api-needs")) " " code { (text(needs)) } }
                        }
                    }
                    @if let Some(description) = operation["description"].as_str() { p.bw-prose { (with_code(description)) } }
                    (self.parameters(document))
                    @if !body.is_null() { (fields(document, body, &t!("api-body"))) }
                    div { h4 { (t!("api-example")) } pre { (self.curl(document, origin)) } }
                    (self.answers(document))
                }
            })
            .render()
    }

    fn tone(&self) -> Tone {
        match self.method {
            "get" => Tone::Info,
            "post" => Tone::Success,
            "delete" => Tone::Danger,
            _ => Tone::Warning,
        }
    }

    fn parameters(&self, document: &Value) -> Markup {
        let all = self.operation["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
        html! {
            @if !all.is_empty() {
                div {
                    h4 { (t!("api-parameters")) }
                    dl.bw-codes {
                        @for parameter in all {
                            dt { code { (parameter["name"].as_str().unwrap_or_default()) } " " (whether(parameter["required"] == true)) }
                            dd {
                                (what(document, &parameter["schema"], parameter["description"].as_str()))
                            }
                        }
                    }
                }
            }
        }
    }

    fn curl(&self, document: &Value, origin: &str) -> String {
        let path = self.path.replace("{id}", &self.example_of("id", document));
        let mut text = "curl -H 'Authorization: Bearer bwk_…'".to_owned();
        if self.method != "get" && self.method != "post" {
            let _ = write!(text, " -X {}", self.method.to_uppercase());
        }
        let body = &self.operation["requestBody"]["content"][JSON]["schema"];
        if !body.is_null() {
            let example =
                serde_json::to_string_pretty(&sample(document, body, Members::Asked)).unwrap_or_default();
            let _ = write!(text, " -H 'Content-Type: application/json' \\\n  -d '{example}'");
        } else if self.method == "post" {
            text.push_str(" -X POST");
        }
        let _ = write!(text, " \\\n  {origin}/api/v1{path}");
        text
    }

    fn example_of(&self, parameter: &str, document: &Value) -> String {
        let all = self.operation["parameters"].as_array().into_iter().flatten();
        let schema = all.into_iter().find(|one| one["name"] == parameter).map(|one| &one["schema"]);
        schema
            .map(|schema| sample(document, schema, Members::All))
            .and_then(|value| value.as_str().map(ToOwned::to_owned))
            .unwrap_or_default()
    }

    fn answers(&self, document: &Value) -> Markup {
        let good = self.operation["responses"].as_object().into_iter().flatten();
        html! {
            @for (status, answer) in good.filter(|(status, _)| status.starts_with('2')) {
                @let schema = &answer["content"][JSON]["schema"];
                div {
                    h4 { (t!("api-answer")) " " (status) }
                    p { (answer["description"].as_str().unwrap_or_default()) }
                    @if !schema.is_null() {
                        (fields(document, schema, ""))
                        pre { (serde_json::to_string_pretty(&sample(document, schema, Members::All)).unwrap_or_default()) }
                    }
                }
            }
        }
    }
}

fn fields(document: &Value, schema: &Value, title: &str) -> Markup {
    let all = members(document, schema);
    html! {
        @if !all.is_empty() {
            div {
                @if !title.is_empty() { h4 { (title) } }
                dl.bw-codes {
                    @for (name, schema, required) in all {
                        dt { code { (name) } @if !title.is_empty() { " " (whether(required)) } }
                        dd { (what(document, schema, None)) }
                    }
                }
            }
        }
    }
}

fn whether(required: bool) -> Markup {
    html! { @if required { span.bw-muted { (t!("api-required")) } } }
}

/// A value in words: its type, its bounds, what it means.
fn what(document: &Value, schema: &Value, description: Option<&str>) -> Markup {
    let inner = resolved(document, schema);
    let description =
        description.or_else(|| schema["description"].as_str()).or_else(|| inner["description"].as_str());
    let mut bounds = Vec::new();
    for (key, sign) in
        [("minimum", "≥"), ("maximum", "≤"), ("minLength", "length ≥"), ("maxLength", "length ≤")]
    {
        if !inner[key].is_null() {
            bounds.push(format!("{sign} {}", inner[key]));
        }
    }
    let values: Vec<&str> =
        inner["enum"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if !values.is_empty() {
        bounds.push(values.join(" | "));
    }
    html! {
        span.bw-muted { (kind(inner)) @for bound in &bounds { ", " (bound) } }
        @if let Some(description) = description { " " (with_code(description)) }
    }
}

/// Text in which names stand between backticks.
fn with_code(text: &str) -> Markup {
    html! {
        @for (number, part) in text.split('`').enumerate() {
            @if number % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

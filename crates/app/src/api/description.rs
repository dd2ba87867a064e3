//! The API described by itself: OpenAPI 3.1, made from the declared operations.

use std::sync::OnceLock;

use axum::http::Method;
use serde_json::json;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::path::{Operation as Described, ParameterBuilder, ParameterIn};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, InfoBuilder, ObjectBuilder, OpenApi, OpenApiBuilder, Ref, RefOr,
    Required, ResponseBuilder, Schema, Server,
};
use utoipa::{PartialSchema, ToSchema};

use super::routes::{self, PREFIX};
use crate::explanation::ExplanationBody;
use crate::routes::Access;

/// A problem document (RFC 9457): what every operation answers when it does not do what was asked.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
#[schema(as = Problem)]
struct ProblemBody {
    /// Always `about:blank`: the code says what happened.
    r#type: String,
    /// One sentence that says what is wrong.
    title: String,
    /// What to do about it.
    detail: Option<String>,
    /// The HTTP status.
    status: u16,
    /// What happened, exactly; stable: new codes may be added, none changes its meaning.
    #[schema(example = "user_limit_reached")]
    code: String,
    /// The member of the body it is about.
    field: Option<String>,
    /// What the texts mention: names and values.
    args: serde_json::Map<String, serde_json::Value>,
    /// The number of the request, which the provider finds in the log.
    request: String,
    /// For a refusal for want of a permission: what was needed, what is held, from whom and until when.
    explanation: Option<ExplanationBody>,
}

/// Gives an operation what all have: its id, who may, the answers that any may give, the headers that any may take.
pub(super) fn complete(operation: &mut Described, access: Access, method: &Method, path: &str) {
    let tag = operation.tags.as_ref().and_then(|tags| tags.first().cloned()).unwrap_or_default();
    if let Some(name) = operation.operation_id.take() {
        operation.operation_id = Some(format!("{}_{name}", tag.replace([' ', '-'], "_").to_lowercase()));
    }
    let needs: Vec<&str> = match &access {
        Access::Holding(permission) => vec![permission.key()],
        Access::HoldingAny(permissions) => permissions.iter().map(|permission| permission.key()).collect(),
        Access::Anybody | Access::SignedIn => Vec::new(),
    };
    if !needs.is_empty() {
        operation.extensions = Some(ExtensionsBuilder::new().add("x-needs", json!(needs)).build());
    }
    if access == Access::Anybody {
        operation.security = Some(Vec::new());
    }
    if !method.is_safe() {
        operation.parameters.get_or_insert_default().push(RefOr::T(idempotency_key().build()));
    }
    let with_id = path.contains('{');
    let with_body = operation.request_body.is_some();
    let mut problem = |status: &str, text: &str| {
        let responses = &mut operation.responses.responses;
        responses.entry(status.to_owned()).or_insert_with(|| RefOr::T(problem_response(text)));
    };
    problem("400", "A parameter, a header or the body is not what the operation takes.");
    problem("401", "Credentials are missing or not good (any more), or may not be used from this network.");
    problem("429", "Too many requests: wait for the time in Retry-After.");
    problem("default", "Any other problem; its code says which.");
    if !needs.is_empty() {
        problem("403", "The access does not include it; the explanation says what was needed.");
    }
    if with_id {
        problem("404", "There is no such thing, as far as the caller may know.");
    }
    if with_body {
        problem("413", "The body is larger than 256 KiB.");
        problem("415", "The body is not JSON.");
    }
    if !method.is_safe() {
        problem("409", "It clashes with something that exists, or a limit of the subscription is reached.");
        problem("412", "Somebody changed it meanwhile: the ETag in If-Match is of an older version.");
        problem("422", "A value is not acceptable; `field` says which.");
    }
}

fn idempotency_key() -> ParameterBuilder {
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "A name of the sender's choice for this request. Sent again with the same name within a day, the request is \
             carried out once and answered the same; a secret in the answer is shown only the first time.",
        ))
        .schema(Some(
            ObjectBuilder::new()
                .schema_type(utoipa::openapi::schema::Type::String)
                .min_length(Some(1))
                .max_length(Some(128))
                .pattern(Some("^[!-~]+$"))
                .examples(["order-1027-create"]),
        ))
}

fn problem_response(text: &str) -> utoipa::openapi::Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    ResponseBuilder::new().description(text).content("application/problem+json", content).build()
}

fn open_api() -> OpenApi {
    let (paths, schemas) = routes::all().into_description();
    let mut components = ComponentsBuilder::new()
        .security_scheme(
            "key",
            SecurityScheme::Http(
                Http::builder()
                    .scheme(HttpAuthScheme::Bearer)
                    .description(Some("An API key: `Authorization: Bearer bwk_…`."))
                    .build(),
            ),
        )
        .security_scheme(
            "password",
            SecurityScheme::Http(
                Http::builder()
                    .scheme(HttpAuthScheme::Basic)
                    .description(Some("Name and password of an API Sub-Admin, from one of its networks."))
                    .build(),
            ),
        );
    let mut all: Vec<(String, RefOr<Schema>)> = schemas;
    all.push((ProblemBody::name().into_owned(), ProblemBody::schema()));
    all.sort_by(|one, other| one.0.cmp(&other.0));
    all.dedup_by(|one, other| one.0 == other.0);
    for (name, schema) in all {
        components = components.schema(name, schema);
    }
    OpenApiBuilder::new()
        .info(InfoBuilder::new().title("Bailiwick").version("1").description(Some(ABOUT)).build())
        .servers(Some([Server::new(PREFIX)]))
        .paths(paths)
        .components(Some(components.build()))
        .security(Some([
            SecurityRequirement::new("key", Vec::<String>::new()),
            SecurityRequirement::new("password", Vec::<String>::new()),
        ]))
        .build()
}

const ABOUT: &str = "E-mail hosting: domains, users, aliases, the people who administer them, and what they did. \
    Everything a page of the Admin Panel or of the back office can do is here, with the same rules: who may do it, within \
    which limits, and what is written down about it.";

/// The description as it is served and committed (`docs/openapi.json`).
pub fn description() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| {
        let mut text = open_api().to_pretty_json().unwrap_or_default();
        text.push('\n');
        text
    })
}

//! Every page of the Admin Panel and of the back office has its twin in the API, or a reason why it has none.

use std::collections::BTreeSet;

use bailiwick_app::api::{Operation, operations};
use bailiwick_app::{Access, Portal, routes};
use bailiwick_base::authz::Permission;

/// What a page's route is in the API.
#[derive(Debug, Clone, Copy)]
enum Twin {
    /// The same from the same operation, or from these.
    Of(&'static [&'static str]),
    /// Nothing, and why.
    None(&'static str),
}

use Twin::Of;

const FORM: Twin = Twin::None("an empty form: what it asks for stands in the description of the operation");
const ARE_YOU_SURE: Twin = Twin::None("asks a person whether they are sure");
const WAY_IN: Twin = Twin::None("a person's way in: programs bring a key or a password");
const OF_A_PERSON: Twin = Twin::None("a person's own sessions, passwords and ways back: no program's");
const ACTING: Twin = Twin::None("acting as somebody else is done by people, in a browser");
const BY_PASSWORD: Twin = Twin::None("keys are made by people, with their password: no key makes another");
const UNCARRIED: Twin = Twin::None("leads into another's login: no key carries what it needs");
const AS_A_FILE: Twin = Twin::None("the list as a file for spreadsheets");

const TWINS: &[(&str, Twin)] = &[
    // Ways in, and what is a person's own.
    ("GET /sign-in", WAY_IN),
    ("POST /sign-in", WAY_IN),
    ("POST /sign-out", WAY_IN),
    ("GET /recover", WAY_IN),
    ("POST /recover", WAY_IN),
    ("GET /link/{token}", WAY_IN),
    ("POST /link/{token}", WAY_IN),
    ("GET /set-up/{token}", WAY_IN),
    ("POST /set-up/{token}", WAY_IN),
    ("GET /password", OF_A_PERSON),
    ("POST /password", OF_A_PERSON),
    ("GET /security", OF_A_PERSON),
    ("POST /security/sessions/{id}/end", OF_A_PERSON),
    ("POST /security/sessions/end-others", OF_A_PERSON),
    ("GET /security/recovery-address", OF_A_PERSON),
    ("POST /security/recovery-address", OF_A_PERSON),
    ("POST /security/recovery-address/again", OF_A_PERSON),
    ("POST /security/recovery-address/cancel", OF_A_PERSON),
    ("GET /security/confirm-address/{token}", OF_A_PERSON),
    ("POST /security/confirm-address/{token}", OF_A_PERSON),
    ("GET /security/networks", OF_A_PERSON),
    ("POST /security/networks", OF_A_PERSON),
    ("GET /act/{token}", ACTING),
    ("POST /act", ACTING),
    ("POST /leave", ACTING),
    ("GET /tenants/{id}/sign-in-as", ACTING),
    ("POST /tenants/{id}/sign-in-as", ACTING),
    ("GET /api-keys", Of(&["GET /api-keys"])),
    ("GET /api-keys/new", FORM),
    ("POST /api-keys/new", BY_PASSWORD),
    ("GET /api-keys/{id}", Of(&["GET /api-keys/{id}"])),
    ("POST /api-keys/{id}", BY_PASSWORD),
    ("GET /api-keys/{id}/renew", FORM),
    ("POST /api-keys/{id}/renew", BY_PASSWORD),
    ("GET /api-keys/{id}/remove", ARE_YOU_SURE),
    ("POST /api-keys/{id}/remove", Of(&["DELETE /api-keys/{id}"])),
    // Home, history, access.
    ("GET /", Of(&["GET /usage", "GET /me"])),
    ("GET /history", Of(&["GET /history", "GET /history/refusals"])),
    ("GET /history.csv", AS_A_FILE),
    ("POST /history/verify", Of(&["POST /history/verify"])),
    ("GET /access", Of(&["GET /access"])),
    ("GET /access/{id}", Of(&["GET /access/{id}"])),
    ("GET /access/who", Of(&["GET /access/who", "GET /access/actions"])),
    ("GET /access/what-if", Of(&["GET /access/what-if"])),
    // Domains.
    ("GET /domains", Of(&["GET /domains"])),
    ("GET /domains/new", FORM),
    ("POST /domains/new", Of(&["POST /domains"])),
    ("GET /domains/{id}", Of(&["GET /domains/{id}"])),
    ("POST /domains/{id}", Of(&["PATCH /domains/{id}"])),
    ("POST /domains/{id}/verify", Of(&["POST /domains/{id}/verify"])),
    ("GET /domains/{id}/remove", ARE_YOU_SURE),
    ("POST /domains/{id}/remove", Of(&["DELETE /domains/{id}"])),
    // Users.
    ("GET /mailboxes", Of(&["GET /mailboxes"])),
    ("GET /mailboxes/new", FORM),
    ("POST /mailboxes/new", Of(&["POST /mailboxes"])),
    ("GET /mailboxes/{id}", Of(&["GET /mailboxes/{id}"])),
    ("POST /mailboxes/{id}", Of(&["PATCH /mailboxes/{id}"])),
    ("POST /mailboxes/{id}/disable", Of(&["POST /mailboxes/{id}/disable"])),
    ("POST /mailboxes/{id}/enable", Of(&["POST /mailboxes/{id}/enable"])),
    ("GET /mailboxes/{id}/password", FORM),
    (
        "POST /mailboxes/{id}/password",
        Of(&[
            "POST /mailboxes/{id}/reset-link",
            "POST /mailboxes/{id}/one-time-password",
            "PUT /mailboxes/{id}/password",
        ]),
    ),
    ("GET /mailboxes/{id}/remove", ARE_YOU_SURE),
    ("POST /mailboxes/{id}/remove", Of(&["DELETE /mailboxes/{id}"])),
    // Aliases.
    ("GET /aliases", Of(&["GET /aliases"])),
    ("GET /aliases/new", FORM),
    ("POST /aliases/new", Of(&["POST /aliases"])),
    ("GET /aliases/{id}", Of(&["GET /aliases/{id}"])),
    ("POST /aliases/{id}", Of(&["PATCH /aliases/{id}"])),
    ("GET /aliases/{id}/remove", ARE_YOU_SURE),
    ("POST /aliases/{id}/remove", Of(&["DELETE /aliases/{id}"])),
    ("GET /aliases/resting", Of(&["GET /resting-addresses"])),
    ("POST /aliases/resting/{id}/release", Of(&["POST /resting-addresses/{id}/release"])),
    // Many at once.
    ("GET /mailboxes.csv", AS_A_FILE),
    ("GET /aliases.csv", AS_A_FILE),
    ("POST /mailboxes/chosen", ARE_YOU_SURE),
    ("POST /mailboxes/chosen/disable", Of(&["POST /mailboxes/disable"])),
    ("POST /mailboxes/chosen/enable", Of(&["POST /mailboxes/enable"])),
    ("POST /mailboxes/chosen/quota", Of(&["POST /mailboxes/change"])),
    ("POST /mailboxes/chosen/type", Of(&["POST /mailboxes/change"])),
    ("POST /mailboxes/chosen/remove", Of(&["POST /mailboxes/remove"])),
    ("GET /imports", Of(&["GET /imports"])),
    ("GET /imports/new", FORM),
    ("POST /imports/new", Of(&["POST /mailbox-imports", "POST /alias-imports"])),
    ("GET /imports/template.csv", Twin::None("a file for a person to fill in")),
    ("GET /imports/{id}", Of(&["GET /imports/{id}"])),
    ("GET /imports/{id}/progress", Of(&["GET /imports/{id}"])),
    ("GET /imports/{id}/errors.csv", Of(&["GET /imports/{id}/rows"])),
    ("POST /imports/{id}/start", Of(&["POST /imports/{id}/start"])),
    ("POST /imports/{id}/cancel", Of(&["POST /imports/{id}/cancel"])),
    ("POST /imports/{id}/remove", Of(&["DELETE /imports/{id}"])),
    // Sub-Admins.
    ("GET /sub-admins", Of(&["GET /sub-admins"])),
    ("GET /sub-admins/new", FORM),
    ("POST /sub-admins/new", Of(&["POST /sub-admins"])),
    ("GET /sub-admins/{id}", Of(&["GET /sub-admins/{id}"])),
    ("POST /sub-admins/{id}", Of(&["PATCH /sub-admins/{id}", "POST /sub-admins/{id}/review"])),
    ("POST /sub-admins/{id}/invite", Of(&["POST /sub-admins/{id}/invite"])),
    ("GET /sub-admins/{id}/remove", ARE_YOU_SURE),
    ("POST /sub-admins/{id}/remove", Of(&["DELETE /sub-admins/{id}"])),
    ("GET /sub-admins/{id}/request-unlimited", FORM),
    ("POST /sub-admins/{id}/request-unlimited", Of(&["POST /sub-admins/{id}/request-unlimited"])),
    // Staff: tenants.
    ("GET /tenants", Of(&["GET /tenants"])),
    ("GET /tenants/new", FORM),
    ("POST /tenants/new", Of(&["POST /tenants"])),
    ("GET /tenants/{id}", Of(&["GET /tenants/{id}"])),
    ("POST /tenants/{id}", Of(&["PATCH /tenants/{id}"])),
    ("POST /tenants/{id}/suspend", Of(&["POST /tenants/{id}/suspend"])),
    ("POST /tenants/{id}/resume", Of(&["POST /tenants/{id}/resume"])),
    ("GET /tenants/{id}/domains", Of(&["GET /tenants/{id}/domains"])),
    ("GET /tenants/{id}/admins", Of(&["GET /tenants/{id}/admins"])),
    ("GET /tenants/{id}/admins/{login}", Of(&["GET /tenants/{id}/admins/{login}"])),
    ("POST /tenants/{id}/admins/{login}/link", UNCARRIED),
    ("POST /tenants/{id}/admins/{login}/email", UNCARRIED),
    ("POST /tenants/{id}/admins/{login}/unlimited", Of(&["PUT /tenants/{id}/admins/{login}/unlimited"])),
    // Staff: the rest.
    ("GET /user-types", Of(&["GET /user-types"])),
    ("GET /user-types/new", FORM),
    ("POST /user-types/new", Of(&["POST /user-types"])),
    ("GET /user-types/{id}", Of(&["GET /user-types/{id}"])),
    ("POST /user-types/{id}", Of(&["PATCH /user-types/{id}"])),
    ("POST /user-types/{id}/withdraw", Of(&["POST /user-types/{id}/withdraw"])),
    ("POST /user-types/{id}/offer", Of(&["POST /user-types/{id}/offer"])),
    ("GET /staff", Of(&["GET /staff"])),
    ("GET /staff/new", FORM),
    ("POST /staff/new", Of(&["POST /staff"])),
    ("GET /staff/{id}", Of(&["GET /staff/{id}"])),
    ("POST /staff/{id}", Of(&["PATCH /staff/{id}"])),
    ("POST /staff/{id}/disable", Of(&["POST /staff/{id}/disable"])),
    ("POST /staff/{id}/enable", Of(&["POST /staff/{id}/enable"])),
    ("POST /staff/{id}/invite", Of(&["POST /staff/{id}/invite"])),
    ("GET /staff/{id}/remove", ARE_YOU_SURE),
    ("POST /staff/{id}/remove", Of(&["DELETE /staff/{id}"])),
    ("GET /tasks", Of(&["GET /tasks"])),
    ("GET /tasks/{id}", Of(&["GET /tasks/{id}"])),
    ("POST /tasks/{id}/accept", Of(&["POST /tasks/{id}/accept"])),
    ("POST /tasks/{id}/decline", Of(&["POST /tasks/{id}/decline"])),
];

/// Every page's route of both portals, once.
fn pages() -> Vec<(String, Access)> {
    let mut pages: Vec<(String, Access)> = routes()
        .into_iter()
        .filter(|route| route.portal != Portal::Mail)
        .map(|route| (format!("{} {}", route.method, route.path), route.access))
        .collect();
    pages.sort_by(|one, other| one.0.cmp(&other.0));
    pages.dedup_by(|one, other| one.0 == other.0);
    pages
}

fn twin(page: &str) -> Option<Twin> {
    TWINS.iter().find(|(route, _)| *route == page).map(|(_, twin)| *twin)
}

fn name(operation: &Operation) -> String {
    format!("{} {}", operation.method, operation.path)
}

fn needs(access: Access) -> Vec<Permission> {
    match access {
        Access::Holding(permission) => vec![permission],
        Access::HoldingAny(permissions) => permissions.to_vec(),
        Access::Anybody | Access::SignedIn => Vec::new(),
    }
}

#[test]
fn every_page_has_its_twin_in_the_api_or_a_reason_why_not() {
    let without: Vec<String> =
        pages().into_iter().map(|(page, _)| page).filter(|page| twin(page).is_none()).collect();
    assert_eq!(without, Vec::<String>::new(), "pages that are not in the table");
    let reasons =
        TWINS.iter().filter_map(|(_, twin)| if let Twin::None(why) = twin { Some(why) } else { None });
    assert!(reasons.into_iter().all(|why| why.len() > 10), "a reason says why");
}

#[test]
fn the_table_names_pages_and_operations_that_exist_and_each_once() {
    let pages: BTreeSet<String> = pages().into_iter().map(|(page, _)| page).collect();
    let operations: BTreeSet<String> = operations().iter().map(name).collect();
    let mut seen = BTreeSet::new();
    for (page, twin) in TWINS {
        assert!(pages.contains(*page), "there is no page {page}");
        assert!(seen.insert(*page), "{page} stands twice");
        if let Of(twins) = twin {
            for twin in *twins {
                assert!(operations.contains(*twin), "{page}: there is no operation {twin}");
            }
        }
    }
}

/// Operations that need something else than the page they are the twin of, and why that is right.
const OTHERWISE: &[(&str, &str)] =
    &[("GET /sub-admins/{id}", "its page is the form; what it shows is on the page of its access too")];

#[test]
fn an_operation_needs_what_its_page_needs() {
    let operations = operations();
    let mut otherwise = BTreeSet::new();
    for (page, access) in pages() {
        let Some(Of(twins)) = twin(&page) else { continue };
        let asked = needs(access);
        for operation in operations.iter().filter(|operation| twins.contains(&name(operation).as_str())) {
            let needed = needs(operation.access);
            assert_ne!(operation.access, Access::Anybody, "{}", name(operation));
            // A page that is everybody's shows what is one's own; what is others' needs more.
            if !(asked.is_empty() || !needed.is_empty() && needed.iter().all(|one| asked.contains(one))) {
                otherwise.insert(name(operation));
            }
        }
    }
    let listed: BTreeSet<String> = OTHERWISE.iter().map(|(operation, _)| (*operation).to_owned()).collect();
    assert_eq!(otherwise, listed);
}

#[test]
fn no_operation_is_without_a_page() {
    let twins: BTreeSet<&str> = TWINS
        .iter()
        .flat_map(|(_, twin)| if let Of(twins) = twin { *twins } else { &[][..] })
        .copied()
        .collect();
    let alone: Vec<String> =
        operations().iter().map(name).filter(|operation| !twins.contains(operation.as_str())).collect();
    assert_eq!(alone, Vec::<String>::new());
}

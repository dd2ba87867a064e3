//! Access explained in the JSON API.

use std::collections::BTreeMap;

use axum::extract::State;
use bailiwick_base::authz::{ActionInfo, Permission, PermissionSet, Profile, Section};
use bailiwick_base::words::LoginId;
use bailiwick_base::{Code, Error};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use super::body::{ExplanationBody, HeldBody};
use super::difference::Difference;
use super::question::{Question, action_in_words};
use super::service::{self, AccessOf, Explanations, Who};
use super::what_if::Tried;
use super::who::is_elsewhere;
use crate::api::{ApiRoutes, Query, found};
use crate::routes::Access;
use crate::shell::{Answer, Calling, Path};
use crate::sub_admins::BUILT;

/// The operations of this slice.
pub(crate) fn api(routes: ApiRoutes) -> ApiRoutes {
    let people = Access::Holding(Permission::SubAdminView);
    routes
        .add(Access::SignedIn, routes!(own))
        .add(people, routes!(actions))
        .add(people, routes!(who))
        .add(people, routes!(what_if))
        .add(people, routes!(show))
}

/// A network from which a login may be used.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AccessNetwork)]
struct NetworkBody {
    #[schema(example = "192.0.2.0/24")]
    network: String,
    /// Whose it is.
    description: String,
}

/// What a login can do.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Access)]
struct AccessBody {
    login_id: LoginId,
    /// The name it signs in with.
    #[schema(example = "ann")]
    name: String,
    full_name: String,
    /// How high it stands: `sub_admin`, `main_admin`, `staff`, `staff_owner`, or `nobody` while it was given nothing.
    #[schema(value_type = String, example = "sub_admin")]
    rank: &'static str,
    /// It, and its tenant, may sign in.
    may_sign_in: bool,
    /// It must choose a password before anything else.
    password_one_time: bool,
    /// It may be used from its listed networks only.
    networks_only: bool,
    networks: Vec<NetworkBody>,
    /// What was given, what is over too.
    given: Vec<HeldBody>,
    /// All that is held at this instant, wherever it holds.
    #[schema(value_type = Vec<String>, example = json!(["mailbox.view", "mailbox.add"]))]
    permissions: Vec<&'static str>,
    /// The same as the level in each section; null where it matches no level.
    #[schema(value_type = BTreeMap<String, Option<u8>>, example = json!({"users": 2, "domains": 0, "aliases": 1, "history": 0}))]
    levels: BTreeMap<&'static str, Option<usize>>,
}

impl From<AccessOf> for AccessBody {
    fn from(access: AccessOf) -> Self {
        let held = access.authority.given(access.now);
        let alive = held.iter().filter(|one| !one.over);
        let all = alive.fold(PermissionSet::NONE, |all, one| all.and(one.permissions));
        let level = |section: &Section| (section.key(), section.level_of(all.within(section.all())));
        let given = if access.own { HeldBody::of } else { HeldBody::with_note };
        let network = |(network, description)| NetworkBody { network, description };
        Self {
            login_id: access.person.id,
            rank: access.authority.rank().key(),
            may_sign_in: access.person.standing.may_sign_in(),
            password_one_time: access.person.password_one_time,
            networks_only: access.person.networks_only,
            networks: access.networks.into_iter().map(network).collect(),
            given: held.iter().map(given).collect(),
            permissions: all.iter().map(Permission::key).collect(),
            levels: BUILT.iter().map(level).collect(),
            name: access.person.name,
            full_name: access.person.full_name,
        }
    }
}

/// Show one's own access
///
/// With an API key: what the key carries of what its login holds now.
#[utoipa::path(get, path = "/access", tag = "Access",
    responses((status = 200, description = "What the caller can do.", body = AccessBody)))]
async fn own(State(explanations): State<Explanations>, Calling(caller): Calling) -> Answer {
    found(&AccessBody::from(explanations.own(&caller).await?), None)
}

/// Show the access of an Admin or Sub-Admin
#[utoipa::path(get, path = "/access/{id}", tag = "Access", params(("id" = LoginId, Path)),
    responses((status = 200, description = "What the login can do.", body = AccessBody)))]
async fn show(
    State(explanations): State<Explanations>,
    Calling(caller): Calling,
    Path(id): Path<LoginId>,
) -> Answer {
    found(&AccessBody::from(explanations.of(&caller, id).await?), None)
}

/// Something that can be done.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Action)]
struct ActionBody {
    #[schema(value_type = String, example = "mailbox.update")]
    name: &'static str,
    /// What it is, in words.
    #[schema(example = "change a user")]
    in_words: String,
    /// The permission it needs.
    #[schema(value_type = String, example = "mailbox.update")]
    needs: &'static str,
}

impl From<ActionInfo> for ActionBody {
    fn from(action: ActionInfo) -> Self {
        Self { name: action.name, in_words: action_in_words(&action).into_owned(), needs: action.needs.key() }
    }
}

/// Everything that can be asked about.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Actions)]
struct ActionsBody {
    items: Vec<ActionBody>,
}

/// List the actions that can be asked about
#[utoipa::path(get, path = "/access/actions", tag = "Access",
    responses((status = 200, description = "The actions of a tenant's people.", body = ActionsBody)))]
async fn actions(State(explanations): State<Explanations>, Calling(caller): Calling) -> Answer {
    let offered = explanations.actions(&caller).await?;
    found(&ActionsBody { items: offered.into_iter().map(ActionBody::from).collect() }, None)
}

/// What is asked.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct WhoParams {
    /// The action.
    #[param(example = "mailbox.update")]
    action: String,
    /// What it would be done to: the name of a domain, the address of a user or alias. Left out: the whole tenant.
    #[param(example = "ann@example.com", max_length = 320)]
    object: Option<String>,
}

/// Whether somebody can do it, and why.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WhoAnswer)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a question of its own, and a member of the document"
)]
struct AnswerBody {
    login_id: LoginId,
    /// The name it signs in with.
    #[schema(example = "ann")]
    name: String,
    full_name: String,
    /// It can: it is permitted, may sign in and need not choose a password first.
    may: bool,
    /// It can do it to some things, though not to all that were asked about.
    partly: bool,
    /// It, and its tenant, may sign in.
    may_sign_in: bool,
    /// It must choose a password before anything else.
    password_one_time: bool,
    explanation: ExplanationBody,
}

/// Who of a tenant can do something.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Who)]
struct WhoBody {
    action: ActionBody,
    /// What it would be done to, if the question was about one thing.
    object: Option<String>,
    /// The question was about many things, and whom control of them reaches was not looked at: some of them may be refused.
    rank_open: bool,
    /// Admins and Sub-Admins, by name.
    people: Vec<AnswerBody>,
    /// There are more than were looked through.
    more: bool,
    /// How many of the provider's people could do it by signing in as the main Admin.
    providers: i64,
}

impl From<Who> for WhoBody {
    fn from(who: Who) -> Self {
        let partly = who.object.is_none();
        let answer = |answer: service::Answer| AnswerBody {
            may: answer.may,
            partly: partly && !answer.may && is_elsewhere(&answer),
            may_sign_in: answer.person.standing.may_sign_in(),
            password_one_time: answer.person.password_one_time,
            explanation: (&answer.explanation).into(),
            login_id: answer.person.id,
            name: answer.person.name,
            full_name: answer.person.full_name,
        };
        Self {
            action: who.question.action.into(),
            object: who.object,
            rank_open: who.rank_open,
            people: who.answers.into_iter().map(answer).collect(),
            more: who.more,
            providers: who.providers,
        }
    }
}

/// Ask who can do something
///
/// Of the caller's own tenant.
#[utoipa::path(get, path = "/access/who", tag = "Access", params(WhoParams),
    responses((status = 200, description = "Everybody, each with the answer and why.", body = WhoBody)))]
async fn who(
    State(explanations): State<Explanations>,
    Calling(caller): Calling,
    Query(params): Query<WhoParams>,
) -> Answer {
    let question = Question::parse(&params.action, params.object.as_deref().unwrap_or_default())?;
    found(&WhoBody::from(explanations.who(&caller, question).await?), None)
}

/// What is tried: other levels for a Sub-Admin, over a profile or over what it has. A section that is left out stays as it
/// is.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct WhatIfParams {
    /// The Sub-Admin's login.
    login_id: LoginId,
    /// A profile to begin with: `help_desk`, `provisioner`, `auditor`, `integration` or `full`.
    #[param(example = "help_desk")]
    profile: Option<String>,
    /// Account History: 0 to 1.
    #[param(minimum = 0, maximum = 1)]
    history: Option<usize>,
    /// Users: 0 to 5.
    #[param(minimum = 0, maximum = 5)]
    users: Option<usize>,
    /// Domains: 0 to 4.
    #[param(minimum = 0, maximum = 4)]
    domains: Option<usize>,
    /// Aliases: 0 to 4.
    #[param(minimum = 0, maximum = 4)]
    aliases: Option<usize>,
}

impl WhatIfParams {
    fn tried(&self) -> Result<Tried, Error> {
        let profile = |key: &String| {
            let unknown = || Error::new(Code::QueryInvalid).with("reason", "profile: there is no such");
            Profile::by_key(key).ok_or_else(unknown)
        };
        let levels = [
            (Section::History, self.history),
            (Section::Users, self.users),
            (Section::Domains, self.domains),
            (Section::Aliases, self.aliases),
        ];
        let given = levels.into_iter().filter_map(|(section, level)| Some((section, level?)));
        Ok(Tried { profile: self.profile.as_ref().map(profile).transpose()?, levels: given.collect() })
    }
}

/// A permission that would come or go.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PermissionChange)]
struct ChangeBody {
    #[schema(value_type = String, example = "mailbox.add")]
    permission: &'static str,
    /// What it is, in words.
    #[schema(example = "add users")]
    in_words: String,
    /// Where, in words.
    #[schema(example = "for example.com")]
    r#where: String,
}

/// What a change would add and take away.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AccessDifference)]
struct DifferenceBody {
    gained: Vec<ChangeBody>,
    lost: Vec<ChangeBody>,
}

impl From<Difference> for DifferenceBody {
    fn from(difference: Difference) -> Self {
        let change = |(permission, place): (Permission, String)| ChangeBody {
            permission: permission.key(),
            in_words: permission.in_words().into_owned(),
            r#where: place,
        };
        Self {
            gained: difference.gained.into_iter().map(change).collect(),
            lost: difference.lost.into_iter().map(change).collect(),
        }
    }
}

/// Ask what other levels would add
///
/// Changes nothing.
#[utoipa::path(get, path = "/access/what-if", tag = "Access", params(WhatIfParams),
    responses((status = 200, description = "What would come and go.", body = DifferenceBody)))]
async fn what_if(
    State(explanations): State<Explanations>,
    Calling(caller): Calling,
    Query(params): Query<WhatIfParams>,
) -> Answer {
    let (_, difference) = explanations.what_if(&caller, params.login_id, &params.tried()?).await?;
    found(&DifferenceBody::from(difference), None)
}

//! Asking what somebody can do, and who can do something.

use bailiwick_base::authz::{
    ActionInfo, Authority, Caller, Explanation, Permission, Place, Rank, Realm, Why,
};
use bailiwick_base::db::{Query, ReadTx};
use bailiwick_base::words::{LoginId, Timestamp};
use bailiwick_base::{Code, Error};

use super::difference::{Difference, difference};
use super::near::nearest_in_words;
use super::question::{Question, offered};
use super::store::{self, PEOPLE, Person};
use super::thing::Thing;
use super::what_if::Tried;
use crate::core::service;

service! {
    /// Access explained. Changes nothing.
    Explanations
}

/// What a login can do, for its page.
#[derive(Debug, Clone)]
pub struct AccessOf {
    /// The login.
    pub person: Person,
    /// What its grants let it do.
    pub authority: Authority,
    /// The networks it is limited to, with their descriptions.
    pub networks: Vec<(String, String)>,
    /// The instant this is true at.
    pub now: Timestamp,
    /// Does the asker look at their own?
    pub own: bool,
    /// Is somebody else acting as the asker?
    pub acting: bool,
}

/// Whether a login can do something, and why.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The login.
    pub person: Person,
    /// The decision about the action.
    pub explanation: Explanation,
    /// It can: permitted, and free to sign in.
    pub may: bool,
}

impl Answer {
    fn of(person: Person, explanation: Explanation) -> Self {
        let mut answer = Self { person, explanation, may: false };
        answer.may = answer.explanation.why == Why::Granted && answer.is_free();
        answer
    }

    /// Nothing but its grants stands against it: it may sign in, and need not choose a password first.
    pub(super) fn is_free(&self) -> bool {
        self.person.standing.may_sign_in() && !self.person.password_one_time
    }
}

/// Who of a tenant can do something.
#[derive(Debug, Clone)]
pub struct Who {
    /// What was asked.
    pub question: Question,
    /// What it is called, if it was about one thing.
    pub object: Option<String>,
    /// Does the rank of whom the thing reaches count, and was it looked at? Not where the question is about many
    /// things at once.
    pub rank_open: bool,
    /// Everybody of the tenant, by name.
    pub answers: Vec<Answer>,
    /// There are more logins than were looked through.
    pub more: bool,
    /// How many of the provider's people could do it by signing in as the main Admin.
    pub providers: i64,
}

impl Explanations {
    /// What the caller can do.
    pub async fn own(&self, caller: &Caller) -> Result<AccessOf, Error> {
        let mut tx = self.core.read(caller).await?;
        if tx.actor().must_change_password() {
            return Err(Code::PasswordChangeDue.into());
        }
        let person = store::myself(&mut tx).await?;
        let networks = store::networks(&mut tx, &person).await?;
        let (authority, acting) = (tx.actor().authority().clone(), tx.actor().real().is_some());
        Ok(AccessOf { person, authority, networks, now: tx.now(), own: true, acting })
    }

    /// What an Admin or Sub-Admin can do.
    pub async fn of(&self, caller: &Caller, login: LoginId) -> Result<AccessOf, Error> {
        let mut tx = self.core.read(caller).await?;
        let person: Person = tx.find(login).await?;
        let authority = tx.authority_of(person.id).await?;
        let networks = store::networks(&mut tx, &person).await?;
        Ok(AccessOf { person, authority, networks, now: tx.now(), own: false, acting: false })
    }

    /// The Sub-Admins of the caller's tenant, by name, as many as are looked through.
    pub async fn sub_admins(&self, caller: &Caller) -> Result<Vec<Person>, Error> {
        let mut tx = self.core.read(caller).await?;
        let visible = tx.visible()?;
        let tenant = tx.actor().tenant().ok_or(Code::NoSuchThing)?;
        let mut people = store::people(&mut tx, &visible, tenant).await?;
        people.truncate(PEOPLE);
        let logins: Vec<LoginId> = people.iter().map(|person| person.id).collect();
        let authorities = tx.authorities_of(&logins).await?;
        people.retain(|person| authorities.get(&person.id).is_some_and(|of| of.rank() <= Rank::SubAdmin));
        Ok(people)
    }

    /// What a Sub-Admin would gain and lose by what is tried.
    pub(crate) async fn what_if(
        &self,
        caller: &Caller,
        login: LoginId,
        tried: &Tried,
    ) -> Result<(Person, Difference), Error> {
        let access = self.of(caller, login).await?;
        let (before, after) = tried.compared(&access)?;
        Ok((access.person, difference(&before, &after)))
    }

    /// The actions a tenant's people can be asked about, for whoever may ask.
    pub async fn actions(&self, caller: &Caller) -> Result<Vec<ActionInfo>, Error> {
        let tx = self.core.read(caller).await?;
        tx.actor().must_hold(Permission::SubAdminView, tx.now())?;
        Ok(offered())
    }

    /// Who of the caller's tenant can do what is asked.
    pub async fn who(&self, caller: &Caller, question: Question) -> Result<Who, Error> {
        let mut tx = self.core.read(caller).await?;
        let visible = tx.visible()?;
        let tenant = tx.actor().tenant().ok_or(Code::NoSuchThing)?;
        let mut case =
            Case::open(&mut tx, &question, Some(Place { tenant: Some(tenant), ..Place::default() })).await?;
        let mut people = store::people(&mut tx, &visible, tenant).await?;
        let more = people.len() > PEOPLE;
        people.truncate(PEOPLE);
        let logins: Vec<LoginId> = people.iter().map(|person| person.id).collect();
        let authorities = tx.authorities_of(&logins).await?;
        let mut answers = Vec::with_capacity(people.len());
        for person in people {
            if let Some(authority) = authorities.get(&person.id) {
                let explanation = case.decide(&mut tx, &person, authority).await?;
                answers.push(Answer::of(person, explanation));
            }
        }
        let now = tx.now();
        let providers = if question.action.while_impersonating {
            store::providers_who_may_come(&mut tx, now).await?
        } else {
            0
        };
        let (object, rank_open) = (case.name(), case.rank_open());
        Ok(Who { question, object, rank_open, answers, more, providers })
    }

    /// Can this login do it? The login is named as it signs in to the Admin Panel, or to the portal of staff.
    pub async fn why(
        &self,
        caller: &Caller,
        (realm, login): (Realm, &str),
        question: &Question,
    ) -> Result<Answer, Error> {
        let mut tx = self.core.read(caller).await?;
        let Some(person) = store::by_name(&mut tx, realm, login.trim()).await? else {
            let known = store::names_like(&mut tx, realm, login.trim()).await?;
            let near = nearest_in_words(login, known.iter().map(String::as_str));
            return Err(Error::new(Code::LoginUnknown).with("near", near));
        };
        let at_home = Place { tenant: person.tenant_id, ..Place::default() };
        let mut case = Case::open(&mut tx, question, Some(at_home)).await?;
        let authority = tx.authority_of(person.id).await?;
        let explanation = case.decide(&mut tx, &person, &authority).await?;
        Ok(Answer::of(person, explanation))
    }
}

/// A question with its object at hand.
struct Case {
    action: ActionInfo,
    thing: Option<Thing>,
    place: Place,
    /// Whom control of the thing reaches, whoever asks; looked up when it first counts.
    reaches: Option<Rank>,
}

impl Case {
    /// Without an object, the question is about the whole of `home`.
    async fn open(tx: &mut ReadTx, question: &Question, home: Option<Place>) -> Result<Self, Error> {
        let home = home.unwrap_or_default();
        let action = question.action;
        let thing = match &question.object {
            Some(named) => Some(Thing::find(tx, action.target, named, home.tenant).await?),
            None => None,
        };
        let place = thing.as_ref().map_or(home, Thing::place);
        Ok(Self { action, thing, place, reaches: None })
    }

    fn name(&self) -> Option<String> {
        self.thing.as_ref().map(Thing::name)
    }

    fn rank_open(&self) -> bool {
        self.action.respects_rank && self.one_thing().is_none()
    }

    /// The thing itself, where the question is about one and not about many.
    fn one_thing(&self) -> Option<&Thing> {
        self.thing.as_ref().filter(|thing| thing.is_a(self.action.target))
    }

    /// As the transaction of that login would decide.
    async fn decide(
        &mut self,
        tx: &mut ReadTx,
        person: &Person,
        authority: &Authority,
    ) -> Result<Explanation, Error> {
        let now = tx.now();
        let (action, place) = (self.action, self.place);
        let decision = |reaches| authority.explain_action(action, place, reaches, false, now);
        let first = decision(Rank::Nobody);
        let Some(thing) = self.one_thing().filter(|_| action.respects_rank && first.why == Why::Granted)
        else {
            return Ok(first);
        };
        let anybody = match self.reaches {
            Some(rank) => rank,
            None => thing.reaches(tx, None).await?,
        };
        // Their own recovery mail counts for nobody, so only those who do not stand above all are asked about apart.
        let reaches =
            if authority.rank() > anybody { anybody } else { thing.reaches(tx, Some(person.id)).await? };
        self.reaches = Some(anybody);
        Ok(decision(reaches))
    }
}

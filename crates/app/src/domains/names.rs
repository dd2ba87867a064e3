//! Which names may become mail domains here.

use bailiwick_base::words::{DomainName, DomainNameError};
use bailiwick_base::{Code, Error};

/// Reads a name for a new domain; what is wrong with it is said about the field `domain`.
pub(super) fn new_name(text: &str) -> Result<DomainName, Error> {
    let name: DomainName = text.parse().map_err(|error| {
        Error::new(match error {
            DomainNameError::Malformed => Code::DomainNameInvalid,
            DomainNameError::MixedScripts => Code::DomainNameConfusable,
        })
        .on("domain")
    })?;
    if name.is_public_suffix() {
        return Err(Error::new(Code::PublicSuffix).with("name", name.to_unicode()).on("domain"));
    }
    Ok(name)
}

/// The installation's own names, and all below them, are nobody's to claim. The answer is the one for a name that
/// another customer has.
pub(super) fn not_our_own(name: &DomainName, own: &[DomainName]) -> Result<(), Error> {
    let claimed = |ours: &DomainName| name == ours || name.parents().contains(ours);
    if own.iter().any(claimed) { Err(Code::DomainHeld.into()) } else { Ok(()) }
}

/// What other tenants' domains say about a name: theirs, below one of theirs, or looking like one of theirs.
/// A name *above* another tenant's domain is free to whoever proves it: mail goes by the whole name, so nothing of
/// the domain below is captured (HZ-07).
pub(super) fn no_rival(name: &DomainName, rivals: &[DomainName]) -> Result<(), Error> {
    let parents = name.parents();
    let code = if rivals.contains(name) {
        Code::DomainHeld
    } else if rivals.iter().any(|rival| parents.contains(rival)) {
        Code::DomainBelowAnother
    } else if rivals.is_empty() {
        return Ok(());
    } else {
        Code::DomainNameConfusable
    };
    Err(Error::new(code).with("name", name.to_unicode()))
}

/// What a typed piece of a name is searched by: names are stored as A-labels.
pub(super) fn search_key(text: &str) -> String {
    let text = text.trim().to_lowercase();
    if text.is_ascii() {
        return text;
    }
    let completed: Option<DomainName> = format!("{}.example", text.trim_matches('.')).parse().ok();
    completed.map_or(text, |name| name.as_str().trim_end_matches(".example").to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> DomainName {
        text.parse().expect("a name")
    }

    fn names(texts: &[&str]) -> Vec<DomainName> {
        texts.iter().map(|text| name(text)).collect()
    }

    fn code<T>(result: Result<T, Error>) -> Option<Code> {
        result.err().map(|error| error.code())
    }

    #[test]
    fn a_name_that_nobody_can_own_is_refused() {
        assert_eq!(code(new_name("acme")), Some(Code::DomainNameInvalid));
        assert_eq!(code(new_name("https://acme.example")), Some(Code::DomainNameInvalid));
        assert_eq!(code(new_name("pаypal.example")), Some(Code::DomainNameConfusable));
        assert_eq!(code(new_name("co.uk")), Some(Code::PublicSuffix));
        assert_eq!(new_name(" Acme.Example ").expect("a name").as_str(), "acme.example");
    }

    #[test]
    fn the_installations_own_names_and_all_below_them_are_held() {
        let own = names(&["mail.host.example"]);
        assert_eq!(code(not_our_own(&name("mail.host.example"), &own)), Some(Code::DomainHeld));
        assert_eq!(code(not_our_own(&name("a.b.mail.host.example"), &own)), Some(Code::DomainHeld));
        assert_eq!(code(not_our_own(&name("host.example"), &own)), None);
        assert_eq!(code(not_our_own(&name("xmail.host.example"), &own)), None);
    }

    #[test]
    fn hz_07_a_domain_of_another_tenant_and_what_lies_below_it_are_refused() {
        let rivals = names(&["t1.example"]);
        assert_eq!(code(no_rival(&name("t1.example"), &rivals)), Some(Code::DomainHeld));
        assert_eq!(code(no_rival(&name("mail.t1.example"), &rivals)), Some(Code::DomainBelowAnother));
        assert_eq!(code(no_rival(&name("t1.example"), &[])), None);
    }

    #[test]
    fn a_name_that_only_looks_like_another_tenants_is_refused() {
        let rivals = names(&["ace.example"]);
        assert_eq!(code(no_rival(&name("асе.example"), &rivals)), Some(Code::DomainNameConfusable));
        assert_eq!(code(no_rival(&name("mail.асе.example"), &rivals)), Some(Code::DomainNameConfusable));
    }

    #[test]
    fn names_are_searched_as_they_are_stored() {
        assert_eq!(search_key(" Acme"), "acme");
        assert_eq!(search_key("bücher"), "xn--bcher-kva");
        assert_eq!(search_key("50%"), "50%");
    }
}

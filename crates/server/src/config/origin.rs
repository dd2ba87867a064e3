//! Where a portal is reached: scheme, host, and port where it is not the scheme's own (K14).

use std::net::IpAddr;

use bailiwick_app::Origins;

/// What is wrong with an origin, if anything.
pub(super) fn check(origin: &str) -> Result<(), String> {
    let (scheme, authority) =
        origin.split_once("://").ok_or("must begin with https:// (or http:// on one's own machine).")?;
    if scheme != "https" && scheme != "http" {
        return Err("must begin with https:// (or http:// on one's own machine).".to_owned());
    }
    if authority.contains(['/', '?', '#', '@']) {
        return Err("must end after the host: no slash, path, query or user name.".to_owned());
    }
    let (host, port) = split(authority);
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-[]:".contains(&byte);
    if host.is_empty() || !host.bytes().all(plain) || host.split('.').any(str::is_empty) {
        return Err("must name a host in lower-case ASCII letters (international names as xn--…).".to_owned());
    }
    if let Some(port) = port {
        let number = port.parse::<u16>().ok().filter(|number| *number > 0 && number.to_string() == port);
        let own = if scheme == "https" { 443 } else { 80 };
        match number {
            None => return Err("has a port that is none.".to_owned()),
            Some(number) if number == own => {
                return Err(format!("must leave out :{own}, as browsers do."));
            }
            Some(_) => {}
        }
    }
    if scheme == "http" && !is_own_machine(host) {
        return Err("must be https: plain http is for *.localhost and loopback addresses only.".to_owned());
    }
    Ok(())
}

fn split(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (authority, None),
    }
}

fn is_own_machine(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || host.ends_with(".localhost") || address.is_ok_and(|address| address.is_loopback())
}

/// The host of an origin, without its port.
pub(super) fn host(origin: &str) -> &str {
    split(origin.split_once("://").map_or(origin, |(_, authority)| authority)).0
}

/// The hosts of all portals and of the API.
pub(crate) fn hosts_of(origins: &Origins) -> Vec<&str> {
    let portals = [&origins.staff, &origins.admin, &origins.mail];
    portals.into_iter().chain(&origins.api).map(|origin| host(origin)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_origin_is_a_scheme_and_a_host() {
        for origin in [
            "https://admin.example.com",
            "https://admin.example.com:8443",
            "http://admin.localhost:8080",
            "http://127.0.0.1:8080",
            "http://[::1]:8080",
        ] {
            assert_eq!(check(origin), Ok(()), "{origin}");
        }
        assert_eq!(host("http://[::1]:8080"), "[::1]");
        assert_eq!(host("https://admin.example.com"), "admin.example.com");
    }

    #[test]
    fn what_a_browser_would_write_otherwise_is_refused() {
        for origin in [
            "",
            "admin.example.com",
            "ftp://admin.example.com",
            "https://",
            "https://admin.example.com/",
            "https://admin.example.com/panel",
            "https://admin.example.com?x",
            "https://me@admin.example.com",
            "https://Admin.example.com",
            "https://bücher.example",
            "https://admin.example.com:443",
            "http://admin.localhost:80",
            "https://admin.example.com:",
            "https://admin.example.com:0",
            "https://admin.example.com:+8",
            "https://admin..example.com",
            "http://admin.example.com",
            "http://localhost.example.com",
            "http://192.0.2.1:8080",
        ] {
            assert!(check(origin).is_err(), "{origin}");
        }
    }

    proptest! {
        #[test]
        fn what_passes_can_stand_in_a_header(text in "(https?://)?.{0,40}") {
            if check(&text).is_ok() {
                prop_assert!(text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b';' && byte != b','));
            }
        }
    }
}

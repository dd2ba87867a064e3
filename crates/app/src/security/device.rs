//! The browser and system a `User-Agent` claims, in words.
//!
//! A claim and no more: anybody can send any. Only fixed words leave here, never a part of what was sent.

use std::borrow::Cow;

use bailiwick_base::t;

/// What a browser says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Device {
    browser: Option<&'static str>,
    system: Option<&'static str>,
}

/// Marks of browsers. Those that name others for compatibility's sake come before them.
const BROWSERS: &[(&str, &str)] = &[
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("OPT/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Vivaldi/", "Vivaldi"),
    ("YaBrowser/", "Yandex Browser"),
    ("DuckDuckGo/", "DuckDuckGo"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];

/// Marks of systems, with the same order of preference.
const SYSTEMS: &[(&str, &str)] = &[
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("CrOS", "ChromeOS"),
    ("FreeBSD", "FreeBSD"),
    ("OpenBSD", "OpenBSD"),
    ("Linux", "Linux"),
    ("X11", "Linux"),
];

impl Device {
    /// What `agent` claims, the content of the header.
    pub fn of(agent: &str) -> Self {
        let first = |marks: &[(&str, &'static str)]| {
            marks.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name)
        };
        let is_browser = agent.starts_with("Mozilla/") || agent.starts_with("Opera/");
        Self { browser: first(BROWSERS).filter(|_| is_browser), system: first(SYSTEMS) }
    }

    /// "Firefox on Windows", or as much of it as can be told.
    pub fn in_words(self) -> Cow<'static, str> {
        match (self.browser, self.system) {
            (Some(browser), Some(system)) => t!("security-device", browser = browser, system = system),
            (Some(browser), None) => t!("security-device-browser", browser = browser),
            (None, Some(system)) => t!("security-device-system", system = system),
            (None, None) => t!("security-device-unknown"),
        }
    }

    /// Is it held in a hand?
    pub fn is_mobile(self) -> bool {
        matches!(self.system, Some("iPhone" | "iPad" | "Android"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn browser_and_system_are_told_from_what_browsers_send() {
        for (agent, words) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
                "Firefox on Windows",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36 Edg/139.0.0.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36",
                "Chrome on Linux",
            ),
            (
                "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36",
                "Chrome on ChromeOS",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
                "Safari on macOS",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/139.0 Mobile/15E148 Safari/604.1",
                "Chrome on iPhone",
            ),
            (
                "Mozilla/5.0 (Linux; Android 15; SM-S911B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
                "Samsung Internet on Android",
            ),
            ("Mozilla/5.0 (compatible) Firefox/140.0", "Firefox"),
        ] {
            assert_eq!(Device::of(agent).in_words(), words, "{agent}");
        }
    }

    #[test]
    fn what_cannot_be_told_is_said_so() {
        assert_eq!(Device::of("").in_words(), "Unknown device");
        assert_eq!(Device::of("curl/8.14.1").in_words(), "Unknown device");
        assert_eq!(Device::of("Tool (Linux) like Chrome/1").in_words(), "Unknown browser on Linux");
        assert_eq!(Device::of("Your bank <b>calls</b> http://evil.example").in_words(), "Unknown device");
    }

    proptest! {
        #[test]
        fn nothing_of_what_was_sent_is_repeated(agent in ".{0,200}") {
            let words = Device::of(&agent).in_words();
            prop_assert!(words.len() < 60);
            let marked = Device::of(&format!("{agent}§")).in_words();
            prop_assert!(!marked.contains('§'));
        }
    }
}

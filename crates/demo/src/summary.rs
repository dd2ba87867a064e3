//! What is said when everything runs: where to go, who to be, how to end it.

use std::fmt::Write as _;
use std::path::Path;

use crate::config::{Origins, outside_origin};
use crate::load::SignIn;
use crate::ports::Ports;

/// What the table shows.
#[derive(Debug)]
pub struct Summary<'a> {
    /// Everything that listens.
    pub ports: &'a Ports,
    /// Whether the mail servers run.
    pub mail: bool,
    /// Who can sign in.
    pub sign_ins: &'a [SignIn],
    /// Where the data lies.
    pub data: &'a Path,
    /// Whether the data stays when the demonstration ends.
    pub kept: bool,
}

impl Summary<'_> {
    /// The table, with colours where somebody looks at a terminal.
    pub fn render(&self, colours: bool) -> String {
        let mut text = String::new();
        let mut section = |title: &str, rows: Vec<(String, String)>| {
            let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
            let (on, off) = if colours { ("\x1b[1m", "\x1b[0m") } else { ("", "") };
            let _ = writeln!(text, "\n{on}{title}{off}"); // writing to a String cannot fail
            for (name, value) in rows {
                let _ = writeln!(text, "  {name:<width$}  {value}");
            }
        };
        section("Bailiwick, the demonstration (this machine only)", self.portals());
        if self.mail {
            section("Mail servers (127.0.0.1)", self.mail_ports());
        }
        if !self.sign_ins.is_empty() {
            let row =
                |sign_in: &SignIn| (sign_in.who.clone(), format!("{}   {}", sign_in.login, sign_in.secret));
            section("Sign in as", self.sign_ins.iter().map(row).collect());
        }
        let stays = if self.kept { "kept" } else { "removed at the end" };
        let data = ("Data".to_owned(), format!("{} ({stays})", self.data.display()));
        section("Ctrl-C stops everything", vec![data]);
        text
    }

    fn portals(&self) -> Vec<(String, String)> {
        let origins = Origins::on(self.ports.http);
        let row = |name: &str, url: String| (name.to_owned(), url);
        vec![
            row("Admin Panel", origins.admin),
            row("User Panel", origins.mail),
            row("Staff", origins.staff),
            row("JSON API", format!("{}/api/docs", origins.api)),
            row("Outside mail and DNS", outside_origin(self.ports)),
        ]
    }

    fn mail_ports(&self) -> Vec<(String, String)> {
        let row = |name: &str, text: String| (name.to_owned(), text);
        let ports = self.ports;
        vec![
            row("Mail from outside (SMTP)", ports.smtp.to_string()),
            row("Submission", format!("{} STARTTLS, {} TLS", ports.submission, ports.submissions)),
            row("IMAP", format!("{} STARTTLS, {} TLS", ports.imap, ports.imaps)),
            row("POP3", format!("{} STLS, {} TLS", ports.pop3, ports.pop3s)),
        ]
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::Summary;
    use crate::load::SignIn;
    use crate::ports::Ports;

    #[test]
    fn the_table_names_portals_ports_people_and_the_way_out() {
        let ports = Ports::free().unwrap();
        let sign_ins =
            [SignIn { who: "Admin Panel".into(), login: "imogen".into(), secret: "one-time".into() }];
        let mut summary = Summary {
            ports: &ports,
            mail: true,
            sign_ins: &sign_ins,
            data: Path::new("/var/tmp/bw-1"),
            kept: false,
        };
        let text = summary.render(false);
        for part in [
            &format!("http://admin.localhost:{}\n", ports.http),
            &format!("{} TLS", ports.imaps),
            "imogen   one-time",
            "/var/tmp/bw-1 (removed at the end)",
            "Ctrl-C",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(!text.contains('\x1b'));
        assert!(summary.render(true).contains("\x1b[1m"));
        summary.mail = false;
        assert!(!summary.render(false).contains("IMAP"));
    }
}

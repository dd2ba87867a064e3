//! What people write to each other: enough that a mailbox looks lived in.

use super::{Company, Mailbox};

/// Mails per mailbox that gets some.
const EACH: usize = 9;
/// Mailboxes per company that get some: the first of its main domain.
const READERS: usize = 6;

/// Subject and body of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// One line.
    pub subject: String,
    /// Plain text, lines end with LF.
    pub body: String,
}

struct Draft {
    subject: &'static str,
    body: &'static str,
    /// Whether a colleague wrote it; otherwise somebody outside.
    inside: bool,
}

const OUTSIDERS: [&str; 6] = [
    "Maison Duval <commandes@maison-duval.test>",
    "Harbour Freight Desk <desk@harbour-freight.test>",
    "Dr. Ines Falk <ines.falk@uni-falkensee.test>",
    "Reiseagentur Sonnenweg <buchung@sonnenweg.test>",
    "Papelería Central <ventas@papeleria-central.test>",
    "City Library <lending@city-library.test>",
];

const DRAFTS: [Draft; 14] = [
    Draft {
        subject: "Order 20418: two pallets instead of three",
        body: "Dear {name},\n\nwe can only take two of the three pallets this week; the third would have to wait until Tuesday.\nPlease tell us by noon whether that suits you, and send the corrected delivery note.\n\nKind regards\nHarbour desk",
        inside: false,
    },
    Draft {
        subject: "Minutes of Monday's meeting",
        body: "Hello {name},\n\nhere is what we agreed on:\n\n- The new price list goes out on the 1st.\n- Returns are answered within two working days.\n- Kitchen duty: see the list on the door.\n\nPlease answer if I got something wrong.",
        inside: true,
    },
    Draft {
        subject: "Angebot für die Messe im März",
        body: "Guten Tag {name},\n\nanbei unser Angebot für den Standplatz in Halle 4. Frühbucher sparen zehn Prozent bis Monatsende.\nÜber eine kurze Rückmeldung freuen wir uns.\n\nMit freundlichen Grüßen\nReiseagentur Sonnenweg",
        inside: false,
    },
    Draft {
        subject: "Lunch on Thursday?",
        body: "Hi {name},\n\nthe new place round the corner has a garden. Twelve thirty?\n\nSee you",
        inside: true,
    },
    Draft {
        subject: "Votre commande n° 7731 est prête",
        body: "Bonjour {name},\n\nvotre commande est prête ; elle part demain matin. Vous recevrez la facture séparément.\n\nBien à vous\nMaison Duval",
        inside: false,
    },
    Draft {
        subject: "Calibration of the second bench",
        body: "Hello {name},\n\nbench two drifted by 0.3 % since the last check. I would like to stop it on Friday from 14:00 for two hours.\nIs anything urgent running there?",
        inside: true,
    },
    Draft {
        subject: "Re: Travel to the partners' day",
        body: "Hello {name},\n\nthe train at 7:12 is fine, and one night is enough. Please book a flexible ticket; the way back may be later.\n\n> Which train shall I book for you, and do you need the hotel?\n\nThank you!",
        inside: true,
    },
    Draft {
        subject: "Presupuesto de material de oficina",
        body: "Estimada/o {name}:\n\nLe enviamos el presupuesto solicitado. Los precios son válidos durante treinta días.\n\nUn cordial saludo\nPapelería Central",
        inside: false,
    },
    Draft {
        subject: "Reminder: two books are due on Friday",
        body: "Dear {name},\n\ntwo of the books that you borrowed are due on Friday. You can extend the loan once, unless somebody else has asked for them.\n\nYour City Library",
        inside: false,
    },
    Draft {
        subject: "The printer on the second floor",
        body: "Hello all,\n\nit prints again. The yellow was empty and the message misleading.\nIf it complains about tray 3: there is no tray 3.",
        inside: true,
    },
    Draft {
        subject: "Question about your talk on seed storage",
        body: "Dear {name},\n\nI enjoyed your talk last week. Could you tell me at which humidity the samples of the second series were kept? A student of mine wants to repeat the measurement.\n\nWith best wishes\nInes Falk",
        inside: false,
    },
    Draft {
        subject: "Holiday plan for the summer",
        body: "Hello {name},\n\nplease enter your weeks by the end of the month. As every year: at least two of us per team have to stay.\n\nThanks!",
        inside: true,
    },
    Draft {
        subject: "来月の打ち合わせについて",
        body: "{name} 様\n\nお世話になっております。来月の打ち合わせは第二火曜日の午前でいかがでしょうか。\nご都合をお知らせください。\n\nよろしくお願いいたします。",
        inside: true,
    },
    Draft {
        subject: "Welcome, and where to find things",
        body: "Welcome {name}!\n\nYour badge lies at the front desk, the coffee is on the left and the good biscuits are in the drawer below.\nQuestions are answered all day, stupid ones with particular pleasure.",
        inside: true,
    },
];

/// The mails of all companies, oldest first.
pub(super) fn letters(companies: &[Company]) -> Vec<super::Letter> {
    let mut letters: Vec<super::Letter> = companies.iter().flat_map(of).collect();
    letters.sort_by_key(|letter| std::cmp::Reverse(letter.minutes_ago));
    letters
}

fn of(company: &Company) -> Vec<super::Letter> {
    let Some(domain) = company.domains.first() else { return Vec::new() };
    let readers = domain.mailboxes.iter().take(READERS).enumerate();
    let to_one = |(reader, mailbox): (usize, &Mailbox)| {
        let letter = move |n: usize| {
            let draft = &DRAFTS[(reader * 5 + n * 3) % DRAFTS.len()];
            let colleague = &domain.mailboxes[(reader + n + READERS) % domain.mailboxes.len()];
            let from = if draft.inside {
                format!("{} <{}@{}>", colleague.name, colleague.local_part, domain.name)
            } else {
                OUTSIDERS[(reader + n) % OUTSIDERS.len()].to_owned()
            };
            super::Letter {
                from,
                to: format!("{}@{}", mailbox.local_part, domain.name),
                text: Text {
                    subject: draft.subject.to_owned(),
                    body: draft.body.replace("{name}", &mailbox.name),
                },
                minutes_ago: minutes_ago(reader, n),
            }
        };
        (0..EACH).map(letter).collect::<Vec<_>>()
    };
    readers.flat_map(to_one).collect()
}

/// Spread over some weeks, never at the same minute for one reader.
fn minutes_ago(reader: usize, n: usize) -> u32 {
    u32::try_from(n * n * 523 + n * 97 + reader * 41 + 13).unwrap_or(u32::MAX)
}

//! Given and family names by language, each with the form that its bearer uses before an @.

type Name = (&'static str, &'static str);

/// Names that go together.
pub(super) struct Family {
    pub(super) given: [Name; 5],
    pub(super) family: [Name; 6],
}

pub(super) const FAMILIES: [Family; 14] = [
    Family {
        given: [
            ("Alice", "alice"),
            ("Oliver", "oliver"),
            ("Grace", "grace"),
            ("Henry", "henry"),
            ("Ruth", "ruth"),
        ],
        family: [
            ("Ashworth", "ashworth"),
            ("O’Connell", "oconnell"),
            ("Whitby", "whitby"),
            ("Pemberton", "pemberton"),
            ("Clarke", "clarke"),
            ("Fairfax", "fairfax"),
        ],
    },
    Family {
        given: [
            ("Jürgen", "juergen"),
            ("Käthe", "kaethe"),
            ("Björn", "bjoern"),
            ("Anneliese", "anneliese"),
            ("Götz", "goetz"),
        ],
        family: [
            ("Müller", "mueller"),
            ("Weiß", "weiss"),
            ("Schröder", "schroeder"),
            ("Köhler", "koehler"),
            ("Brandt", "brandt"),
            ("Großmann", "grossmann"),
        ],
    },
    Family {
        given: [
            ("Élodie", "elodie"),
            ("François", "francois"),
            ("Zoé", "zoe"),
            ("Jérôme", "jerome"),
            ("Anaïs", "anais"),
        ],
        family: [
            ("Lefèvre", "lefevre"),
            ("Benoît", "benoit"),
            ("Dupré", "dupre"),
            ("Moreau", "moreau"),
            ("Garçon", "garcon"),
            ("Saint-Aubin", "saint-aubin"),
        ],
    },
    Family {
        given: [
            ("José", "jose"),
            ("Begoña", "begona"),
            ("Íñigo", "inigo"),
            ("Lucía", "lucia"),
            ("Raúl", "raul"),
        ],
        family: [
            ("Muñoz", "munoz"),
            ("Peña", "pena"),
            ("García", "garcia"),
            ("Ibáñez", "ibanez"),
            ("Ortega", "ortega"),
            ("Núñez", "nunez"),
        ],
    },
    Family {
        given: [
            ("Łukasz", "lukasz"),
            ("Małgorzata", "malgorzata"),
            ("Paweł", "pawel"),
            ("Żaneta", "zaneta"),
            ("Jan", "jan"),
        ],
        family: [
            ("Wójcik", "wojcik"),
            ("Dąbrowska", "dabrowska"),
            ("Kowalczyk", "kowalczyk"),
            ("Szczęsny", "szczesny"),
            ("Nowak", "nowak"),
            ("Błaszczyk", "blaszczyk"),
        ],
    },
    Family {
        given: [
            ("Søren", "soren"),
            ("Åse", "aase"),
            ("Øyvind", "oyvind"),
            ("Astrid", "astrid"),
            ("Bjørg", "bjorg"),
        ],
        family: [
            ("Kjær", "kjaer"),
            ("Bråten", "braaten"),
            ("Østergård", "ostergaard"),
            ("Holm", "holm"),
            ("Sæther", "saether"),
            ("Lund", "lund"),
        ],
    },
    Family {
        given: [
            ("Päivi", "paivi"),
            ("Väinö", "vaino"),
            ("Aino", "aino"),
            ("Yrjö", "yrjo"),
            ("Kaisa", "kaisa"),
        ],
        family: [
            ("Mäkinen", "makinen"),
            ("Hämäläinen", "hamalainen"),
            ("Korhonen", "korhonen"),
            ("Järvi", "jarvi"),
            ("Niemelä", "niemela"),
            ("Salo", "salo"),
        ],
    },
    Family {
        given: [
            ("İpek", "ipek"),
            ("Çağla", "cagla"),
            ("Ömer", "omer"),
            ("Gülşen", "gulsen"),
            ("Işıl", "isil"),
        ],
        family: [
            ("Yılmaz", "yilmaz"),
            ("Öztürk", "ozturk"),
            ("Şahin", "sahin"),
            ("Çelik", "celik"),
            ("Aydın", "aydin"),
            ("Doğan", "dogan"),
        ],
    },
    Family {
        given: [
            ("Оксана", "oksana"),
            ("Богдан", "bohdan"),
            ("Юлія", "yuliia"),
            ("Тарас", "taras"),
            ("Ганна", "hanna"),
        ],
        family: [
            ("Шевчук", "shevchuk"),
            ("Коваленко", "kovalenko"),
            ("Ткаченко", "tkachenko"),
            ("Мельник", "melnyk"),
            ("Бойко", "boiko"),
            ("Кравець", "kravets"),
        ],
    },
    Family {
        given: [
            ("Ελένη", "eleni"),
            ("Νίκος", "nikos"),
            ("Σοφία", "sofia"),
            ("Γιώργος", "giorgos"),
            ("Άννα", "anna"),
        ],
        family: [
            ("Παπαδοπούλου", "papadopoulou"),
            ("Νικολαΐδης", "nikolaidis"),
            ("Δημητρίου", "dimitriou"),
            ("Βλάχου", "vlachou"),
            ("Αλεξίου", "alexiou"),
            ("Μακρής", "makris"),
        ],
    },
    Family {
        given: [
            ("يوسف", "youssef"),
            ("ليلى", "layla"),
            ("كريم", "karim"),
            ("سلمى", "salma"),
            ("نادر", "nader"),
        ],
        family: [
            ("الحداد", "haddad"),
            ("منصور", "mansour"),
            ("الخطيب", "khatib"),
            ("درويش", "darwish"),
            ("سليمان", "suleiman"),
            ("عطية", "attia"),
        ],
    },
    Family {
        given: [
            ("Ananya", "ananya"),
            ("विक्रम", "vikram"),
            ("Priya", "priya"),
            ("अर्जुन", "arjun"),
            ("Meera", "meera"),
        ],
        family: [
            ("Krishnan", "krishnan"),
            ("शर्मा", "sharma"),
            ("Banerjee", "banerjee"),
            ("पटेल", "patel"),
            ("Iyer", "iyer"),
            ("देसाई", "desai"),
        ],
    },
    Family {
        given: [
            ("美咲", "misaki"),
            ("健太", "kenta"),
            ("陽子", "yoko"),
            ("大輔", "daisuke"),
            ("さくら", "sakura"),
        ],
        family: [
            ("佐藤", "sato"),
            ("高橋", "takahashi"),
            ("渡辺", "watanabe"),
            ("小林", "kobayashi"),
            ("加藤", "kato"),
            ("山口", "yamaguchi"),
        ],
    },
    Family {
        given: [
            ("Nguyễn Thị Hoa", "hoa"),
            ("Đặng Minh", "minh"),
            ("Chiamaka", "chiamaka"),
            ("Olúwaṣeun", "oluwaseun"),
            ("Kwame", "kwame"),
        ],
        family: [
            ("Trần", "tran"),
            ("Adébáyò", "adebayo"),
            ("Phạm", "pham"),
            ("Mensah", "mensah"),
            ("Okonkwo", "okonkwo"),
            ("Lê", "le"),
        ],
    },
];

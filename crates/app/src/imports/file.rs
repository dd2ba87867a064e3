//! Reads a file of comma-separated values (RFC 4180) piece by piece as it arrives.
//!
//! However large the file is, or a line of it, no more than one row of bounded length lies in memory. What is wrong with
//! the file as a whole is refused; what is wrong with one row is said of that row, and the next one is read.

use bailiwick_base::words::limits;
use bailiwick_base::{Code, Error};
use csv_core::ReadRecordResult;

use super::kind::{Kind, PASSED_OVER};
use crate::spreadsheet::as_written;

/// Cells a row may have.
const CELLS: usize = 64;

/// As much of a file is looked at to see what separates its cells.
const HEAD: usize = 4_096;

/// A row of the file, its cells in the order of the kind's columns.
#[derive(Debug)]
pub(super) struct FileRow {
    /// As a spreadsheet counts: the row with the names is the first.
    pub(super) number: i64,
    pub(super) cells: Result<Vec<String>, Error>,
}

/// Reads one file.
pub(super) struct FileReader {
    kind: Kind,
    bytes: u64,
    head: Vec<u8>,
    csv: Option<csv_core::Reader>,
    text: Vec<u8>,
    ends: [usize; CELLS],
    filled: usize,
    ended: usize,
    too_long: bool,
    /// For each column of the kind, where it stands in the file; none before the first row was read.
    columns: Option<Columns>,
    number: i64,
    rows: usize,
}

#[derive(Debug)]
struct Columns {
    cells: usize,
    places: Vec<Option<usize>>,
}

impl FileReader {
    pub(super) fn new(kind: Kind) -> Self {
        Self {
            kind,
            bytes: 0,
            head: Vec::new(),
            csv: None,
            text: vec![0; limits::IMPORT_ROW],
            ends: [0; CELLS],
            filled: 0,
            ended: 0,
            too_long: false,
            columns: None,
            number: 0,
            rows: 0,
        }
    }

    /// Reads the next piece of the file; the rows that end in it are added to `rows`.
    pub(super) fn read(&mut self, piece: &[u8], rows: &mut Vec<FileRow>) -> Result<(), Error> {
        self.bytes += u64::try_from(piece.len()).unwrap_or(u64::MAX);
        if self.bytes > limits::IMPORT_FILE {
            return Err(Error::new(Code::ImportFileTooLarge)
                .with("max", i64::try_from(limits::IMPORT_FILE / 1_000_000).unwrap_or(i64::MAX))
                .on("file"));
        }
        if self.csv.is_some() {
            return self.feed(piece, rows);
        }
        self.head.extend_from_slice(piece);
        if self.head.contains(&b'\n') || self.head.len() >= HEAD { self.begin(rows) } else { Ok(()) }
    }

    /// The file is at its end.
    pub(super) fn finish(mut self, rows: &mut Vec<FileRow>) -> Result<(), Error> {
        if self.csv.is_none() {
            self.begin(rows)?;
        }
        self.feed(b"", rows)?;
        if self.rows == 0 { Err(Error::new(Code::ImportEmpty).on("file")) } else { Ok(()) }
    }

    /// Sees from the beginning how the file is written: without the mark some programs put there, and by what its
    /// cells are separated.
    fn begin(&mut self, rows: &mut Vec<FileRow>) -> Result<(), Error> {
        let head = std::mem::take(&mut self.head);
        let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&head);
        if head.starts_with(b"\xFF\xFE") || head.starts_with(b"\xFE\xFF") {
            return Err(not_text().on("file"));
        }
        let first = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let count = |separator: u8| first.split(|byte| *byte == separator).count();
        let separator =
            [b',', b';', b'\t'].into_iter().rev().max_by_key(|separator| count(*separator)).unwrap_or(b',');
        self.csv = Some(csv_core::ReaderBuilder::new().delimiter(separator).build());
        if head.is_empty() { Ok(()) } else { self.feed(head, rows) }
    }

    /// Hands bytes to the parser; none at all are the end of the file.
    fn feed(&mut self, mut input: &[u8], rows: &mut Vec<FileRow>) -> Result<(), Error> {
        let is_end = input.is_empty();
        loop {
            if input.is_empty() && !is_end {
                return Ok(());
            }
            let Some(csv) = &mut self.csv else { return Ok(()) };
            let (result, read, wrote, ended) =
                csv.read_record(input, &mut self.text[self.filled..], &mut self.ends[self.ended..]);
            input = &input[read..];
            self.filled += wrote;
            self.ended += ended;
            match result {
                ReadRecordResult::InputEmpty if is_end => {}
                ReadRecordResult::InputEmpty | ReadRecordResult::End => return Ok(()),
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {
                    (self.too_long, self.filled, self.ended) = (true, 0, 0);
                }
                ReadRecordResult::Record => self.row(rows)?,
            }
        }
    }

    fn row(&mut self, rows: &mut Vec<FileRow>) -> Result<(), Error> {
        let cells = if std::mem::take(&mut self.too_long) {
            Err(Error::new(Code::ImportRowTooLong))
        } else {
            self.cells()
        };
        (self.filled, self.ended) = (0, 0);
        self.number += 1;
        let Some(columns) = &self.columns else {
            self.columns = Some(Columns::named(self.kind, &cells.map_err(|error| error.on("file"))?)?);
            return Ok(());
        };
        let cells = match cells {
            Ok(cells) if cells.iter().all(String::is_empty) => return Ok(()),
            Ok(cells) => columns.ordered(cells),
            Err(error) => Err(error),
        };
        self.rows += 1;
        if self.rows > limits::IMPORT_ROWS {
            return Err(Error::new(Code::ImportTooManyRows).with("max", limits::IMPORT_ROWS).on("file"));
        }
        rows.push(FileRow { number: self.number, cells });
        Ok(())
    }

    /// The cells of the row that lies in memory, trimmed.
    fn cells(&self) -> Result<Vec<String>, Error> {
        let mut begin = 0;
        let mut cells = Vec::with_capacity(self.ended);
        for end in &self.ends[..self.ended] {
            let bytes = self.text.get(begin..*end).unwrap_or_default();
            let cell = std::str::from_utf8(bytes).map_err(|_| not_text())?;
            if cell.contains('\0') {
                return Err(not_text());
            }
            cells.push(as_written(cell.trim()).to_owned());
            begin = *end;
        }
        Ok(cells)
    }
}

fn not_text() -> Error {
    Error::new(Code::ImportNotText)
}

impl Columns {
    /// From the first row: every name is known and stands there once, and none that is needed is missing.
    fn named(kind: Kind, names: &[String]) -> Result<Self, Error> {
        let mut places = vec![None; kind.columns().len()];
        for (place, name) in names.iter().enumerate() {
            let name = name.to_lowercase();
            if PASSED_OVER.contains(&name.as_str()) {
                continue;
            }
            let refused = |code| Error::new(code).with("column", shortened(&name)).on("file");
            let Some(position) = kind.position(&name) else {
                return Err(refused(Code::ImportColumnUnknown).with("columns", kind.names().join(", ")));
            };
            if places[position].replace(place).is_some() {
                return Err(refused(Code::ImportColumnTwice));
            }
        }
        for (column, place) in kind.columns().iter().zip(&places) {
            if column.required && place.is_none() {
                return Err(Error::new(Code::ImportColumnMissing).with("column", column.name).on("file"));
            }
        }
        Ok(Self { cells: names.len(), places })
    }

    fn ordered(&self, mut cells: Vec<String>) -> Result<Vec<String>, Error> {
        if cells.len() != self.cells {
            return Err(Error::new(Code::ImportRowCells)
                .with("cells", cells.len())
                .with("expected", self.cells));
        }
        Ok(self
            .places
            .iter()
            .map(|place| place.map(|place| std::mem::take(&mut cells[place])).unwrap_or_default())
            .collect())
    }
}

/// As much of a name as is repeated to whoever wrote it.
fn shortened(name: &str) -> String {
    name.chars().filter(|character| !character.is_control()).take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Rows of aliases of a file that comes in pieces of `size`.
    fn read_in(size: usize, file: &[u8]) -> Result<Vec<FileRow>, Error> {
        let mut reader = FileReader::new(Kind::Aliases);
        let mut rows = Vec::new();
        for piece in file.chunks(size) {
            reader.read(piece, &mut rows)?;
        }
        reader.finish(&mut rows)?;
        Ok(rows)
    }

    fn told(file: &[u8]) -> Vec<String> {
        match read_in(7, file) {
            Ok(rows) => rows
                .into_iter()
                .map(|row| match row.cells {
                    Ok(cells) => format!("{} {}", row.number, cells.join("|")),
                    Err(error) => format!("{} {}", row.number, error.code().key()),
                })
                .collect(),
            Err(error) => vec![error.code().key().to_owned()],
        }
    }

    #[test]
    fn the_order_of_columns_is_free_and_cells_may_be_separated_by_semicolons() {
        assert_eq!(told(b"address,targets\na@x.test,b@x.test c@x.test\n"), ["2 a@x.test|b@x.test c@x.test"]);
        assert_eq!(told(b"Targets;ADDRESS\r\n\"b;c\";a\r\n"), ["2 a|b;c"]);
        assert_eq!(told(b"address\ttargets\na\tb"), ["2 a|b"]);
        assert_eq!(told(b"row,address,targets,error\n7,a,b,User already exists"), ["2 a|b"]);
        assert_eq!(told(b"address,targets\n,\n'=a, b \n"), ["3 =a|b"]);
    }

    #[test]
    fn a_file_without_the_right_first_row_is_refused() {
        assert_eq!(told(b""), ["import_empty"]);
        assert_eq!(told(b"address,targets\n"), ["import_empty"]);
        assert_eq!(told(b"address\na"), ["import_column_missing"]);
        assert_eq!(told(b"address,targets,tenant_id\na,b,1"), ["import_column_unknown"]);
        assert_eq!(told(b"address,targets,Address\na,b,c"), ["import_column_twice"]);
    }

    #[test]
    fn rx_10_what_is_wrong_with_one_row_is_said_of_that_row() {
        assert_eq!(
            told(b"\xEF\xBB\xBFaddress,targets\na,b\n"),
            ["2 a|b"],
            "a mark at the beginning is no error"
        );
        assert_eq!(told(b"\xFF\xFEa\0d\0d\0"), ["import_not_text"], "UTF-16");
        assert_eq!(
            told(b"address,targets\na\xFF,b\nc\0,d\ne,f\n"),
            ["2 import_not_text", "3 import_not_text", "4 e|f"]
        );
        assert_eq!(told(b"address,targets\na,\xC3\n\xA9,b\n"), ["2 import_not_text", "3 import_not_text"]);
        assert_eq!(
            told(b"address,targets\na\nb,c,d\ne,f"),
            ["2 import_row_cells", "3 import_row_cells", "4 e|f"]
        );
        let long = ["address,targets\n", &"x".repeat(100_000), ",b\nc,d\n"].concat();
        assert_eq!(told(long.as_bytes()), ["2 import_row_too_long", "3 c|d"]);
        let many = ["address,targets\n", &",".repeat(1_000), "\nc,d\n"].concat();
        assert_eq!(told(many.as_bytes()), ["2 import_row_too_long", "3 c|d"]);
        let open = ["address,targets\na,\"", &"b,c\n".repeat(20_000)].concat();
        assert_eq!(told(open.as_bytes()), ["2 import_row_too_long"], "a quotation mark that is not closed");
    }

    #[test]
    fn rx_10_a_file_that_is_too_large_is_refused_before_it_is_read_to_its_end() {
        let mut reader = FileReader::new(Kind::Aliases);
        let mut rows = Vec::new();
        let line = b"x".repeat(65_536);
        reader.read(b"address,targets\n", &mut rows).expect("the first row");
        let mut pieces = 0;
        let refused = loop {
            match reader.read(&line, &mut rows) {
                Ok(()) => pieces += 1,
                Err(error) => break error,
            }
        };
        assert_eq!(refused.code(), Code::ImportFileTooLarge);
        assert!(pieces < 400, "{pieces}");
        assert!(rows.is_empty());
    }

    #[test]
    fn rx_10_a_file_of_a_million_rows_is_refused() {
        let mut reader = FileReader::new(Kind::Aliases);
        let mut rows = Vec::new();
        reader.read(b"address,targets\n", &mut rows).expect("the first row");
        let piece = b"a,b\n".repeat(1_000);
        let refused = (0..1_000).find_map(|_| {
            rows.clear();
            reader.read(&piece, &mut rows).err()
        });
        assert_eq!(refused.map(|error| error.code()), Some(Code::ImportTooManyRows));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic_and_pieces_of_any_size_read_alike(
            file in proptest::collection::vec(prop_oneof![Just(b','), Just(b'\n'), Just(b'"'), Just(b';'), any::<u8>()], 0..300),
            size in 1_usize..40,
        ) {
            let file = [b"address,targets\n".to_vec(), file].concat();
            let told = |rows: Result<Vec<FileRow>, Error>| rows.map(|rows| {
                rows.into_iter().map(|row| (row.number, row.cells.map_err(|error| error.code()))).collect::<Vec<_>>()
            }).map_err(|error| error.code());
            prop_assert_eq!(told(read_in(size, &file)), told(read_in(file.len(), &file)));
        }
    }
}

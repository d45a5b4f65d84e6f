//! What readers of the files rely on.

use super::*;
use formats::fhir::json::Literals;
use formats::fhir::view::View;
use proptest::prelude::*;
use serde_json::{Value, json};

/// A view with a column of each kind.
fn columns() -> Vec<Column> {
    let definition = json!({"resource": "Observation", "select": [{"column": [
        {"name": "id", "path": "id"},
        {"name": "late", "path": "id.exists()"},
        {"name": "count", "path": "id.count()"},
        {"name": "value", "path": "value.ofType(Quantity).value"},
        {"name": "codes", "path": "code.coding.code", "collection": true},
        {"name": "numbers", "path": "code.coding.count()", "collection": true},
        {"name": "concept", "path": "code", "type": "CodeableConcept"},
        {"name": "any", "path": "value"}
    ]}]});
    View::read(&definition, &Literals::new()).0.unwrap().columns
}

fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

fn rows() -> Vec<Vec<Cell>> {
    vec![
        vec![
            text("a,\"b\"\n"),
            Cell::Boolean(true),
            Cell::Integer(-3),
            Cell::Decimal("1.10".into()),
            Cell::List(vec![text("x"), Cell::Null, text("y")]),
            Cell::List(vec![Cell::Integer(1), Cell::Integer(2)]),
            Cell::Json("{\"text\":\"c\"}".into()),
            Cell::Boolean(false),
        ],
        vec![
            text(""),
            Cell::Null,
            Cell::Null,
            Cell::Null,
            Cell::List(vec![]),
            Cell::Null,
            Cell::Null,
            Cell::Decimal("2.50".into()),
        ],
    ]
}

fn written(format: Format, has_header: bool, rows: &[Vec<Cell>]) -> Vec<u8> {
    let mut writer = TableWriter::new(format, &columns(), has_header, Vec::new()).unwrap();
    for row in rows {
        writer.row(row).unwrap();
    }
    writer.finish().unwrap()
}

#[test]
fn csv_is_of_rfc_4180() {
    let table = String::from_utf8(written(Format::Csv, true, &rows())).unwrap();
    assert_eq!(
        table,
        "id,late,count,value,codes,numbers,concept,any\r\n\
         \"a,\"\"b\"\"\n\",true,-3,1.10,\"[\"\"x\"\",null,\"\"y\"\"]\",\"[1,2]\",\
         \"{\"\"text\"\":\"\"c\"\"}\",false\r\n\
         \"\",,,,[],,,2.50\r\n"
    );
    assert!(written(Format::Csv, false, &[]).is_empty());
}

#[test]
fn json_keeps_digits_and_order() {
    let lines = String::from_utf8(written(Format::Ndjson, true, &rows())).unwrap();
    let first = lines.lines().next().unwrap();
    assert_eq!(
        first,
        [
            r#"{"id":"a,\"b\"\n","late":true,"count":-3,"value":1.10,"codes":["x",null,"y"],"#,
            r#""numbers":[1,2],"concept":{"text":"c"},"any":false}"#,
        ]
        .concat()
    );
    let array: Value = serde_json::from_slice(&written(Format::Json, true, &rows())).unwrap();
    let each: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(array, Value::from(each));
    assert_eq!(written(Format::Json, true, &[]), b"[]\n");
}

#[test]
fn a_row_of_another_width_is_refused() {
    for format in Format::ALL.into_iter().filter(|format| format.is_built()) {
        let mut writer = TableWriter::new(format, &columns(), true, Vec::new()).unwrap();
        assert!(matches!(writer.row(&[Cell::Null]), Err(NotWritten::Row)));
    }
}

#[test]
fn formats_have_words() {
    for format in Format::ALL {
        assert_eq!(Format::from_word(format.code()), Some(format));
        assert_eq!(Format::from_word(format.media_type()), Some(format));
    }
    assert_eq!(Format::from_word("application/fhir+json"), None);
}

proptest! {
    /// What is written as JSON is read as the same text by a reader of JSON.
    #[test]
    fn texts_are_json(value in any::<String>()) {
        let mut shown = String::new();
        lines::json(&Cell::Text(value.clone()), &mut shown);
        prop_assert_eq!(serde_json::from_str::<String>(&shown).unwrap(), value);
    }
}

#[cfg(not(feature = "parquet"))]
#[test]
fn a_build_without_parquet_says_so() {
    let refused = TableWriter::new(Format::Parquet, &columns(), true, Vec::new());
    assert!(matches!(refused, Err(NotWritten::NotBuilt("parquet"))));
}

#[cfg(feature = "parquet")]
mod parquet_files {
    use super::*;
    use ::parquet::data_type::AsBytes as _;
    use ::parquet::file::reader::{FileReader as _, SerializedFileReader};
    use ::parquet::record::Field;
    use std::fs::File;

    fn read(file: &[u8]) -> (Vec<String>, Vec<Vec<String>>) {
        let reader = open(file);
        let schema = reader.metadata().file_metadata().schema().get_fields().to_vec();
        let types = schema.iter().map(|field| field.name().to_owned()).collect();
        let show = |field: &Field| match field {
            Field::Null => "-".to_owned(),
            Field::Str(text) => text.clone(),
            Field::Bytes(bytes) => String::from_utf8(bytes.as_bytes().to_vec()).unwrap(),
            other => other.to_string(),
        };
        let rows = reader
            .get_row_iter(None)
            .unwrap()
            .map(|row| row.unwrap().get_column_iter().map(|(_, field)| show(field)).collect());
        (types, rows.collect())
    }

    fn open(file: &[u8]) -> SerializedFileReader<File> {
        let mut kept = tempfile::tempfile().unwrap();
        kept.write_all(file).unwrap();
        SerializedFileReader::new(kept).unwrap()
    }

    #[test]
    fn what_is_written_is_read_back() {
        let (names, found) = read(&written(Format::Parquet, true, &rows()));
        assert_eq!(names.join(" "), "id late count value codes numbers concept any");
        assert_eq!(
            found[0],
            [
                "a,\"b\"\n",
                "true",
                "-3",
                "1.1",
                "[\"x\", null, \"y\"]",
                "[1, 2]",
                "{\"text\":\"c\"}",
                "false"
            ]
        );
        assert_eq!(found[1], ["", "-", "-", "-", "[]", "-", "-", "2.50"]);
    }

    #[test]
    fn many_rows_are_several_groups() {
        let row = |n: i64| {
            let mut row = rows().remove(1);
            row[0] = Cell::Text(format!("id{n}"));
            row[2] = Cell::Integer(n);
            row
        };
        let rows: Vec<Vec<Cell>> = (0..70_000).map(row).collect();
        let file = written(Format::Parquet, true, &rows);
        let reader = open(&file);
        assert_eq!(reader.num_row_groups(), 2);
        assert_eq!(reader.metadata().file_metadata().num_rows(), 70_000);
        assert_eq!(read(&file).1[69_999][2], "69999");
        let empty = open(&written(Format::Parquet, true, &[]));
        assert_eq!(empty.metadata().file_metadata().num_rows(), 0);
    }

    #[test]
    fn a_cell_of_another_type_is_refused() {
        let mut writer = TableWriter::new(Format::Parquet, &columns(), true, Vec::new()).unwrap();
        let mut row = rows().remove(0);
        row[2] = Cell::Text("3".into());
        let refused = writer.row(&row).unwrap_err().to_string();
        assert_eq!(refused, "column `count` has a cell of another type");
    }
}

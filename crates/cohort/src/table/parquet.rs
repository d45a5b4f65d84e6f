//! Apache Parquet, without Arrow: a column is its values and their levels (Parquet format,
//! "Nested Encoding").

use super::{NotWritten, lines};
use formats::fhir::view::{Cell, Column, Shape};
use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::{Type, TypePtr};
use std::io::Write;
use std::sync::Arc;

/// Rows of one row group.
const GROUP_ROWS_MAX: usize = 65_536;
/// Bytes of one row group before it is written, about.
const GROUP_BYTES_MAX: usize = 32 * 1024 * 1024;

impl From<ParquetError> for NotWritten {
    fn from(error: ParquetError) -> Self {
        Self::Library(error.to_string())
    }
}

pub(super) struct Parquet<W: Write + Send> {
    writer: SerializedFileWriter<W>,
    columns: Vec<Levels>,
    rows: usize,
}

/// One column of the row group that is gathered.
struct Levels {
    name: String,
    is_list: bool,
    definition: Vec<i16>,
    repetition: Vec<i16>,
    values: Values,
    bytes: usize,
}

enum Values {
    Boolean(Vec<bool>),
    Integer(Vec<i64>),
    Decimal(Vec<f64>),
    /// `true`: of cells of any type, because the view does not know.
    Text(Vec<ByteArray>, bool),
}

impl<W: Write + Send> Parquet<W> {
    pub(super) fn new(columns: &[Column], output: W) -> Result<Self, NotWritten> {
        let fields = columns.iter().map(field).collect::<Result<Vec<_>, _>>()?;
        let schema = Type::group_type_builder("view").with_fields(fields).build()?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_created_by("cognate".to_owned())
            .build();
        let writer = SerializedFileWriter::new(output, Arc::new(schema), Arc::new(properties))?;
        Ok(Self { writer, columns: columns.iter().map(Levels::new).collect(), rows: 0 })
    }

    pub(super) fn row(&mut self, row: &[Cell]) -> Result<(), NotWritten> {
        for (levels, cell) in self.columns.iter_mut().zip(row) {
            levels.cell(cell)?;
        }
        self.rows += 1;
        let bytes: usize = self.columns.iter().map(|levels| levels.bytes).sum();
        if self.rows >= GROUP_ROWS_MAX || bytes >= GROUP_BYTES_MAX {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), NotWritten> {
        let mut group = self.writer.next_row_group()?;
        for levels in &mut self.columns {
            levels.write(&mut group)?;
        }
        group.close()?;
        self.rows = 0;
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<W, NotWritten> {
        if self.rows > 0 {
            self.flush()?;
        }
        let mut output = self.writer.into_inner()?;
        output.flush()?;
        Ok(output)
    }
}

/// The type of a column. What has no type in the view is text.
fn field(column: &Column) -> Result<TypePtr, ParquetError> {
    let name = if column.collection { "element" } else { column.name.as_str() };
    let (physical, logical) = match column.shape() {
        Some(Shape::Boolean) => (Physical::BOOLEAN, None),
        Some(Shape::Integer) => (Physical::INT64, None),
        Some(Shape::Decimal) => (Physical::DOUBLE, None),
        Some(Shape::Json) => (Physical::BYTE_ARRAY, Some(LogicalType::Json)),
        Some(Shape::Text) | None => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
    };
    let value = Type::primitive_type_builder(name, physical)
        .with_repetition(Repetition::OPTIONAL)
        .with_logical_type(logical)
        .build()?;
    let value = Arc::new(value);
    if !column.collection {
        return Ok(value);
    }
    let list = Type::group_type_builder("list")
        .with_repetition(Repetition::REPEATED)
        .with_fields(vec![value])
        .build()?;
    let lists = Type::group_type_builder(&column.name)
        .with_repetition(Repetition::OPTIONAL)
        .with_logical_type(Some(LogicalType::List))
        .with_fields(vec![Arc::new(list)])
        .build()?;
    Ok(Arc::new(lists))
}

impl Levels {
    fn new(column: &Column) -> Self {
        let values = match column.shape() {
            Some(Shape::Boolean) => Values::Boolean(Vec::new()),
            Some(Shape::Integer) => Values::Integer(Vec::new()),
            Some(Shape::Decimal) => Values::Decimal(Vec::new()),
            Some(Shape::Text | Shape::Json) => Values::Text(Vec::new(), false),
            None => Values::Text(Vec::new(), true),
        };
        Self {
            name: column.name.clone(),
            is_list: column.collection,
            definition: Vec::new(),
            repetition: Vec::new(),
            values,
            bytes: 0,
        }
    }

    /// Levels of a list: 0 no list, 1 an empty one, 2 an element that is nothing, 3 a value; of
    /// others 0 nothing, 1 a value.
    fn cell(&mut self, cell: &Cell) -> Result<(), NotWritten> {
        match cell {
            Cell::Null => self.level(0, 0),
            Cell::List(cells) if self.is_list => {
                if cells.is_empty() {
                    self.level(1, 0);
                }
                for (place, cell) in cells.iter().enumerate() {
                    let repetition = i16::from(place > 0);
                    if *cell == Cell::Null {
                        self.level(2, repetition);
                    } else {
                        self.level(3, repetition);
                        self.value(cell)?;
                    }
                }
            }
            cell if !self.is_list => {
                self.level(1, 0);
                self.value(cell)?;
            }
            _ => return Err(self.mismatch()),
        }
        Ok(())
    }

    fn level(&mut self, definition: i16, repetition: i16) {
        self.definition.push(definition);
        self.repetition.push(repetition);
        self.bytes += 4;
    }

    fn mismatch(&self) -> NotWritten {
        NotWritten::Cell { column: self.name.clone() }
    }

    fn value(&mut self, cell: &Cell) -> Result<(), NotWritten> {
        self.bytes += 8;
        match (&mut self.values, cell) {
            (Values::Boolean(values), Cell::Boolean(value)) => values.push(*value),
            (Values::Integer(values), Cell::Integer(value)) => values.push(*value),
            (Values::Decimal(values), Cell::Decimal(digits)) => match digits.parse() {
                Ok(value) => values.push(value),
                Err(_) => return Err(self.mismatch()),
            },
            (Values::Text(values, _), Cell::Text(text) | Cell::Json(text)) => {
                self.bytes += text.len();
                values.push(ByteArray::from(text.as_str()));
            }
            (Values::Text(values, true), other) => {
                let mut text = String::new();
                lines::json(other, &mut text);
                self.bytes += text.len();
                values.push(ByteArray::from(text.as_str()));
            }
            _ => return Err(self.mismatch()),
        }
        Ok(())
    }

    /// Writes the next column of a row group and begins anew.
    fn write<W: Write + Send>(
        &mut self,
        group: &mut SerializedRowGroupWriter<'_, W>,
    ) -> Result<(), NotWritten> {
        match &self.values {
            Values::Boolean(values) => self.batch::<BoolType, W>(group, values)?,
            Values::Integer(values) => self.batch::<Int64Type, W>(group, values)?,
            Values::Decimal(values) => self.batch::<DoubleType, W>(group, values)?,
            Values::Text(values, _) => self.batch::<ByteArrayType, W>(group, values)?,
        }
        match &mut self.values {
            Values::Boolean(values) => values.clear(),
            Values::Integer(values) => values.clear(),
            Values::Decimal(values) => values.clear(),
            Values::Text(values, _) => values.clear(),
        }
        self.definition.clear();
        self.repetition.clear();
        self.bytes = 0;
        Ok(())
    }

    fn batch<T: DataType, W: Write + Send>(
        &self,
        group: &mut SerializedRowGroupWriter<'_, W>,
        values: &[T::T],
    ) -> Result<(), NotWritten> {
        let column = group.next_column()?;
        let mut column = column.ok_or_else(|| NotWritten::Library("no column".to_owned()))?;
        let repetition = self.is_list.then_some(self.repetition.as_slice());
        column.typed::<T>().write_batch(values, Some(&self.definition), repetition)?;
        column.close()?;
        Ok(())
    }
}

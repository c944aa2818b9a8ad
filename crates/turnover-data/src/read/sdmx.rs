//! SDMX as JSON: observations by series, whose keys are places in lists of dimensions.

use arrow_array::{Float64Array, StringArray};
use serde_json::Value;

use super::{Cells, RawColumn};
use crate::error::DataError;

/// A dimension: its name and the ids of its values.
struct Dimension {
    id: String,
    values: Vec<String>,
}

fn dimensions(list: Option<&Value>) -> Option<Vec<Dimension>> {
    let of = |d: &Value| {
        let values = d.get("values")?.as_array()?;
        let ids = values.iter().map(|v| v.get("id").and_then(Value::as_str).unwrap_or("").to_owned()).collect();
        Some(Dimension { id: d.get("id")?.as_str()?.to_owned(), values: ids })
    };
    list?.as_array()?.iter().map(of).collect()
}

/// The observations as a table, with a column for each dimension and `OBS_VALUE`; `None` where the document is
/// no SDMX.
pub(super) fn read(name: &str, bytes: &[u8]) -> Result<Option<Vec<RawColumn>>, DataError> {
    // A look at the beginning spares parsing every other document.
    let head = &bytes[..bytes.len().min(2000)];
    if !String::from_utf8_lossy(head).contains("\"dataSets\"") {
        return Ok(None);
    }
    let document: Value = serde_json::from_slice(bytes).map_err(|e| DataError::Format {
        path: name.to_owned(),
        what: format!("begins as JSON and cannot be read ({e})"),
        help: "check that the download or export finished".to_owned(),
    })?;
    Ok(table(&document))
}

fn table(document: &Value) -> Option<Vec<RawColumn>> {
    let document = document.get("data").unwrap_or(document);
    let structure = document.get("structure").or_else(|| document.get("structures")?.get(0))?.get("dimensions")?;
    let series = dimensions(structure.get("series"))?;
    let observation = dimensions(structure.get("observation"))?;
    let names: Vec<&str> = series.iter().chain(&observation).map(|d| d.id.as_str()).collect();
    let mut cells: Vec<Vec<Option<String>>> = vec![Vec::new(); names.len()];
    let mut values = Vec::new();
    for set in document.get("dataSets")?.as_array()? {
        for (key, content) in set.get("series")?.as_object()? {
            for (at, value) in content.get("observations")?.as_object()? {
                let places = key.split(':').chain(at.split(':'));
                for ((place, dimension), column) in places.zip(series.iter().chain(&observation)).zip(&mut cells) {
                    column.push(place.parse::<usize>().ok().and_then(|p| dimension.values.get(p)).cloned());
                }
                values.push(value.get(0).and_then(Value::as_f64));
                let rows = values.len();
                cells.iter_mut().for_each(|c| c.resize(rows, None));
            }
        }
    }
    let text = |(name, cells): (&&str, Vec<Option<String>>)| RawColumn {
        name: (*name).to_owned(),
        cells: Cells::Text(cells.into_iter().collect::<StringArray>()),
    };
    let mut columns: Vec<RawColumn> = names.iter().zip(cells).map(text).collect();
    let values = Cells::Number(values.into_iter().collect::<Float64Array>());
    columns.push(RawColumn { name: "OBS_VALUE".to_owned(), cells: values });
    Some(columns)
}

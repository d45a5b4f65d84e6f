//! Reports as PDF.

#[cfg(test)]
mod accuracy;
#[cfg(test)]
mod child;
#[cfg(test)]
mod denied;
#[cfg(test)]
mod gate;
#[cfg(test)]
mod ocr;
#[cfg(test)]
mod proposals;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod second;

#[cfg(test)]
fn genes() -> tumor::gene::Genes {
    tumor::gene::Genes::new(&knowledge::oncology::OncologyNames::built_in().unwrap())
}

/// Every field's name and value.
#[cfg(test)]
fn said(reading: &pdf::Reading) -> Vec<(pdf::FieldName, Option<String>)> {
    let fields = reading.proposals.iter().flat_map(|one| &one.fields);
    fields.map(|field| (field.name, field.value.clone())).collect()
}

//! What the demonstration tells the EHR of the world around it.

/// A patient of the EHR's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatientListed {
    /// Id of the Patient, here and at Cognate.
    pub id: String,
    /// What this patient is to show, in a sentence.
    pub shows: String,
}

/// Where Cognate is, who the EHR is there, and whom it cares for.
#[derive(Clone, Debug)]
pub struct Setting {
    /// Address of Cognate, without a slash at its end.
    pub base_url: String,
    /// Token with which the EHR files FHIR resources.
    pub filing_token: String,
    /// Token with which it reads, asks decision support and launches applications.
    pub order_entry_token: String,
    /// What Cognate's patient page is registered as, to be launched.
    pub application: String,
    /// Id of the Practitioner who orders.
    pub practitioner: String,
    /// Their name.
    pub practitioner_name: String,
    /// The patients, in the order of the list.
    pub patients: Vec<PatientListed>,
}

//! Patients by identifier.

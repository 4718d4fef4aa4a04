//! The parts of an event that only the standards know: codes, identifiers, imaging, origin.

use crate::list::List;
use crate::record::records;
use crate::text::{Bytes, Text};

records! {
    /// Further facts about an agent.
    AgentDetail {
        /// The reference's own display text.
        display: Option<Text<'a>>,
        /// The id as it came, where the id was normalised.
        id_given: Option<Text<'a>>,
        /// The system that the id belongs to, as a URI.
        id_system: Option<Text<'a>>,
        /// Further ids: alternative, national, token.
        identifiers: List<Identifier<'a>>,
        /// Where the agent was, as a reference.
        location: Option<Text<'a>>,
        /// The medium that data left or came on.
        media: Option<Box<Concept<'a>>>,
        /// Policies that allowed the agent to act, as URIs.
        policies: List<Text<'a>>,
        /// Why this agent took part.
        purposes: List<Concept<'a>>,
        /// The agent's own record, such as Practitioner/7.
        reference: Option<Text<'a>>,
        /// The agent's roles, as codes.
        roles: List<Concept<'a>>,
        /// The agent's session, where it differs from the event's.
        session_id: Option<Text<'a>>,
        /// How the agent took part, as codes.
        types: List<Concept<'a>>,
    }

    /// One identifier.
    Identifier {
        /// Who issued it.
        assigner: Option<Text<'a>>,
        /// The identifier as it came.
        given: Option<Text<'a>>,
        /// What kind of identifier it is.
        kind: Option<Box<Concept<'a>>>,
        /// The system that the value belongs to, as a URI.
        system: Option<Text<'a>>,
        /// usual, official, temp, secondary, old.
        usage: Option<Text<'a>>,
        /// The identifier itself.
        value: Option<Text<'a>>,
    }

    /// One meaning, as codes of any number of systems and a text.
    Concept {
        /// The codes.
        codings: List<Coding<'a>>,
        /// The meaning in words.
        text: Option<Text<'a>>,
    }

    /// A code of a code system.
    Coding {
        /// The code.
        code: Option<Text<'a>>,
        /// What the code says, for people.
        display: Option<Text<'a>>,
        /// The code system, as a URI or as it was named.
        system: Option<Text<'a>>,
        /// Whether a person chose this code.
        user_selected: Option<bool>,
        /// The code system's version.
        version: Option<Text<'a>>,
    }

    /// Legal basis, consent and policy.
    Authority {
        /// The consents that were relied on, as references.
        consents: List<Text<'a>>,
        /// The legal basis, such as 45 CFR 164.506.
        legal_basis: Option<Text<'a>>,
        /// Policies that were applied, as URIs.
        policies: List<Text<'a>>,
        /// Why it was done, as codes.
        purposes: List<Concept<'a>>,
        /// The justification that a person gave, such as for break-glass.
        reason: Option<Text<'a>>,
    }

    /// What happened and how it ended, as codes.
    Codes {
        /// The action's code: C, R, U, D, E.
        action: Option<Box<Coding<'a>>>,
        /// FHIR type or category, DICOM EventID.
        categories: List<Concept<'a>>,
        /// Security labels of the event itself.
        labels: List<Concept<'a>>,
        /// The outcome's code: 0, 4, 8, 12.
        outcome: Option<Box<Coding<'a>>>,
        /// More about the outcome, as codes.
        outcome_details: List<Concept<'a>>,
        /// The outcome in words.
        outcome_text: Option<Text<'a>>,
        /// emergency to debug, as the sender rated it.
        severity: Option<Text<'a>>,
        /// FHIR subtype or code, DICOM EventTypeCode.
        subtypes: List<Concept<'a>>,
    }

    /// The work that the event was part of.
    Context {
        /// Orders and plans that it fulfilled, as references.
        based_on: List<Text<'a>>,
        /// The device or workstation.
        device: Option<Text<'a>>,
        /// The encounter, as a reference.
        encounter: Option<Text<'a>>,
        /// The care site.
        facility: Option<Text<'a>>,
        /// The request that did it.
        http: Option<Box<Http<'a>>>,
        /// The request's id.
        request_id: Option<Text<'a>>,
        /// The span in the trace.
        span_id: Option<Text<'a>>,
    }

    /// An HTTP exchange.
    Http {
        /// GET, POST and so on.
        method: Option<Text<'a>>,
        /// The answer's status.
        status: Option<i32>,
        /// The address that was asked.
        url: Option<Text<'a>>,
    }

    /// Further facts about an object.
    ObjectDetail {
        /// The object in words.
        description: Option<Text<'a>>,
        /// Imaging objects.
        dicom: Option<Box<Dicom<'a>>>,
        /// The reference's own display text.
        display: Option<Text<'a>>,
        /// Tagged values.
        facts: List<Fact<'a>>,
        /// The id as it came, where the id was normalised.
        id_given: Option<Text<'a>>,
        /// What kind of id it is.
        id_kind: Option<Box<Concept<'a>>>,
        /// The system that the id belongs to, as a URI.
        id_system: Option<Text<'a>>,
        /// Further ids.
        identifiers: List<Identifier<'a>>,
        /// What the object is, as codes.
        kinds: List<Concept<'a>>,
        /// Security labels, sensitivity.
        labels: List<Concept<'a>>,
        /// The stage of the data's life.
        lifecycle: Option<Box<Concept<'a>>>,
        /// The query, byte for byte.
        query: Option<Bytes<'a>>,
        /// The object's own record, such as Observation/9.
        reference: Option<Text<'a>>,
        /// The object's part in the event, as codes.
        roles: List<Concept<'a>>,
    }

    /// DICOM studies and instances.
    Dicom {
        /// Accession numbers.
        accession_numbers: List<Text<'a>>,
        /// Whether the data was anonymised.
        anonymized: Option<bool>,
        /// Studies that the media contains.
        contains_study: List<Text<'a>>,
        /// Whether the data was encrypted.
        encrypted: Option<bool>,
        /// Performed procedure steps.
        mpps_uids: List<Text<'a>>,
        /// Classes of instances.
        sop_classes: List<SopClass<'a>>,
        /// Studies.
        study_uids: List<Text<'a>>,
    }

    /// Instances of one class.
    SopClass {
        /// How many instances.
        count: Option<i32>,
        /// The instances.
        instance_uids: List<Text<'a>>,
        /// The class.
        uid: Option<Text<'a>>,
    }

    /// One tagged value.
    Fact {
        /// The value, where it came as base64.
        bytes: Option<Bytes<'a>>,
        /// What the value is.
        kind: Option<Box<Concept<'a>>>,
        /// The value as text.
        value: Option<Text<'a>>,
        /// The value's type in the original, such as valueQuantity.
        value_type: Option<Text<'a>>,
    }

    /// Where a translated event came from.
    Origin {
        /// The original's size.
        bytes: Option<i64>,
        /// The original's format, such as fhir, dicom, cloudevents.
        format: Option<Text<'a>>,
        /// The format's version.
        format_version: Option<Text<'a>>,
        /// The original's language.
        language: Option<Text<'a>>,
        /// The original's media type.
        media_type: Option<Text<'a>>,
        /// The original's own id.
        native_id: Option<Text<'a>>,
        /// The original's own version.
        native_version: Option<Text<'a>>,
        /// Profiles that the original claims.
        profiles: List<Text<'a>>,
        /// The original's digest.
        sha256: Option<Bytes<'a>>,
        /// What was odd about the original, as codes.
        warnings: List<Text<'a>>,
    }

    /// Further facts about a patient.
    PatientDetail {
        /// The reference's own display text.
        display: Option<Text<'a>>,
        /// Where in the original the patient was named.
        found_at: Option<Text<'a>>,
        /// The id as it came, where the id was normalised.
        id_given: Option<Text<'a>>,
        /// The system that the id belongs to, as a URI.
        id_system: Option<Text<'a>>,
        /// Further ids.
        identifiers: List<Identifier<'a>>,
        /// The patient's own record, such as Patient/1.
        reference: Option<Text<'a>>,
    }

    /// Further facts about the observing system.
    SourceDetail {
        /// The reference's own display text.
        display: Option<Text<'a>>,
        /// The id as it came, where the name was normalised.
        id_given: Option<Text<'a>>,
        /// The system that the id belongs to, as a URI.
        id_system: Option<Text<'a>>,
        /// Further ids.
        identifiers: List<Identifier<'a>>,
        /// Which running copy of the system.
        instance: Option<Text<'a>>,
        /// The system's own record, such as Device/3.
        reference: Option<Text<'a>>,
        /// What kind of system, as codes.
        types: List<Concept<'a>>,
        /// The system's version.
        version: Option<Text<'a>>,
    }
}

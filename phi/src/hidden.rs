//! Which members of an event must not stand in clear in a leaf, and whose they are.

use std::cmp::Ordering;

/// One step from a record to a member of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Member(&'static str),
    Index(u16),
}

/// How deep a member may stand.
pub const STEPS_MAX: usize = 8;

/// One member of a record of the event, such as `patients`, 0, `name`. The last step is always a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    steps: [Step; STEPS_MAX],
    len: u8,
}

impl Place {
    /// `None` when there are too many steps, none, or the last one is not a member.
    #[must_use]
    pub fn new(given: &[Step]) -> Option<Self> {
        if !matches!(given.last(), Some(Step::Member(_))) {
            return None;
        }
        let mut steps = [Step::Index(0); STEPS_MAX];
        steps.get_mut(..given.len())?.copy_from_slice(given);
        Some(Self { steps, len: u8::try_from(given.len()).ok()? })
    }

    #[must_use]
    pub fn steps(&self) -> &[Step] {
        self.steps.get(..usize::from(self.len)).unwrap_or_default()
    }

    /// The place as a dotted path, without the numbers of entries: `patients.name`.
    #[must_use]
    pub fn path(&self) -> String {
        let mut path = String::new();
        for step in self.steps() {
            if let Step::Member(name) = step {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(name);
            }
        }
        path
    }

    /// The place as a JSON pointer (RFC 6901). Members' names need no escapes.
    #[must_use]
    pub fn pointer(&self) -> String {
        let mut pointer = String::new();
        for step in self.steps() {
            pointer.push('/');
            match step {
                Step::Member(name) => pointer.push_str(name),
                Step::Index(index) => pointer.push_str(&index.to_string()),
            }
        }
        pointer
    }
}

/// The order in which canonical JSON visits them; a record's member comes before what is inside it.
impl Ord for Place {
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |step: &Step| match *step {
            Step::Member(name) => (0, name),
            Step::Index(index) => (index, ""),
        };
        self.steps().iter().map(key).cmp(other.steps().iter().map(key))
    }
}

impl PartialOrd for Place {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Whose value it is, and so whose key protects it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SubjectRef {
    /// The event's n-th patient.
    Patient(u16),
    /// The event's n-th agent.
    Agent(u16),
    /// Nobody in particular: the tenant.
    Tenant,
}

/// A member that the leaf holds as a digest only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hidden {
    pub place: Place,
    pub subject: SubjectRef,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(steps: &[Step]) -> Place {
        Place::new(steps).unwrap()
    }

    #[test]
    fn places_stand_in_the_order_of_canonical_json() {
        use Step::{Index, Member};
        let sorted = [
            place(&[Member("agents"), Index(0), Member("id")]),
            place(&[Member("agents"), Index(2), Member("detail")]),
            place(&[Member("agents"), Index(2), Member("detail"), Member("display")]),
            place(&[Member("agents"), Index(10), Member("id")]),
            place(&[Member("note")]),
        ];
        assert!(sorted.is_sorted());
        assert_eq!(sorted[3].pointer(), "/agents/10/id");
    }

    #[test]
    fn a_list_element_is_no_member() {
        assert_eq!(Place::new(&[Step::Member("agents"), Step::Index(0)]), None);
        assert_eq!(Place::new(&[]), None);
        assert_eq!(Place::new(&[Step::Member("x"); STEPS_MAX + 1]), None);
    }
}

//! The fields of an event that the policy names, as a tree, so that it is walked along with the event.

/// A place in the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldId(u16);

/// When a member is hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    Always,
    Found,
    /// Found, or the event has a patient.
    Patient,
    /// Found, or of a name that nobody knows.
    Unknown,
    /// Stays readable, whatever is found.
    Never,
}

impl When {
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "always" => Self::Always,
            "found" => Self::Found,
            "patient" => Self::Patient,
            "unknown" => Self::Unknown,
            "never" => Self::Never,
            _ => return None,
        })
    }
}

/// What the policy says of a field.
#[derive(Debug, Default)]
pub struct Field {
    name: Box<str>,
    children: Vec<FieldId>,
    pub hide: Option<When>,
    /// The term that its presence brings.
    pub presence: Option<u16>,
    /// Fields of search tokens.
    pub token: Option<u16>,
}

/// All of them; the first is the event itself.
#[derive(Debug)]
pub struct Fields(Vec<Field>);

impl Default for Fields {
    fn default() -> Self {
        Self(vec![Field::default()])
    }
}

impl Fields {
    pub const ROOT: FieldId = FieldId(0);

    #[must_use]
    pub fn get(&self, id: FieldId) -> Option<&Field> {
        self.0.get(usize::from(id.0))
    }

    #[must_use]
    pub fn child(&self, of: FieldId, name: &str) -> Option<FieldId> {
        let field = self.get(of)?;
        field.children.iter().copied().find(|child| self.get(*child).is_some_and(|field| *field.name == *name))
    }

    /// The field at a dotted path, made where it is not there yet.
    pub(crate) fn at(&mut self, path: &str) -> Option<&mut Field> {
        let mut at = Self::ROOT;
        for name in path.split('.') {
            at = match self.child(at, name) {
                Some(child) => child,
                None => {
                    let child = FieldId(u16::try_from(self.0.len()).ok()?);
                    self.0.push(Field { name: name.into(), ..Field::default() });
                    self.0.get_mut(usize::from(at.0))?.children.push(child);
                    child
                }
            };
        }
        self.0.get_mut(usize::from(at.0))
    }
}

//! The path rules, compiled: types with members, so that a path is walked one name at a time and arrays do not count.

use crate::finding::RuleId;
use crate::paths::treatment::Treatment;

/// A type's place in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TypeId(pub u16);

/// What a member of an object may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    pub treatment: Treatment,
    pub rule: RuleId,
    /// The type of the objects in it.
    pub into: Option<TypeId>,
}

/// A kind of object.
#[derive(Debug, Default)]
pub struct Type {
    pub name: Box<str>,
    /// Sorted by name.
    members: Vec<(Box<str>, Member)>,
    /// For members that are not named.
    other: Option<Member>,
    /// Where members are looked up that are not named here.
    extends: Option<TypeId>,
    /// An object with all of these members is taken for this type, where nothing else says what it is.
    has: Vec<Box<str>>,
    /// Its name says whose identifiers are in it.
    owner: bool,
}

/// All types.
#[derive(Debug, Default)]
pub struct Types {
    types: Vec<Type>,
    /// Sorted by name.
    names: Vec<(Box<str>, TypeId)>,
    shaped: Vec<TypeId>,
}

impl Type {
    pub(crate) fn new(
        name: &str,
        mut members: Vec<(Box<str>, Member)>,
        extends: Option<TypeId>,
        has: &[String],
    ) -> Self {
        members.sort_by(|a, b| a.0.cmp(&b.0));
        let other = members.iter().find(|(name, _)| &**name == "*").map(|(_, member)| *member);
        members.retain(|(name, _)| &**name != "*");
        let has = has.iter().map(|name| name.as_str().into()).collect();
        Self { name: name.into(), members, other, extends, has, owner: false }
    }
}

impl Types {
    pub(crate) fn new(mut types: Vec<Type>, is_owner: impl Fn(&str) -> bool) -> Self {
        for kind in &mut types {
            kind.owner = is_owner(&kind.name);
        }
        let mut names: Vec<_> =
            types.iter().enumerate().map(|(index, kind)| (kind.name.clone(), TypeId(index as u16))).collect();
        names.sort();
        let shaped = names.iter().map(|(_, id)| *id);
        let shaped =
            shaped.filter(|id| types.get(usize::from(id.0)).is_some_and(|kind| !kind.has.is_empty())).collect();
        Self { types, names, shaped }
    }

    #[must_use]
    pub fn find(&self, name: &str) -> Option<TypeId> {
        let place = self.names.binary_search_by(|(known, _)| (**known).cmp(name)).ok()?;
        self.names.get(place).map(|(_, id)| *id)
    }

    fn get(&self, id: TypeId) -> Option<&Type> {
        self.types.get(usize::from(id.0))
    }

    #[must_use]
    pub fn name(&self, id: TypeId) -> &str {
        self.get(id).map_or("", |kind| &kind.name)
    }

    #[must_use]
    pub fn is_owner(&self, id: TypeId) -> bool {
        self.get(id).is_some_and(|kind| kind.owner)
    }

    /// What a type says of a member: itself, then what it extends, then its rule for all others.
    #[must_use]
    pub fn member(&self, id: TypeId, name: &str) -> Option<Member> {
        let mut at = self.get(id);
        let mut other = None;
        while let Some(kind) = at {
            if let Ok(place) = kind.members.binary_search_by(|(known, _)| (**known).cmp(name)) {
                return kind.members.get(place).map(|(_, member)| *member);
            }
            other = other.or(kind.other);
            at = kind.extends.and_then(|parent| self.get(parent));
        }
        other
    }

    /// Like [`Types::member`], with a guess where it stands: records are visited in the order of their fields' names.
    #[must_use]
    pub fn member_at(&self, id: TypeId, guess: usize, name: &str) -> Option<Member> {
        match self.get(id).and_then(|kind| kind.members.get(guess)) {
            Some((known, member)) if **known == *name => Some(*member),
            _ => self.member(id, name),
        }
    }

    /// The type that an object is taken for by the members that it has.
    pub fn shaped(&self, has: impl Fn(&str) -> bool) -> Option<TypeId> {
        self.shaped.iter().copied().find(|&id| self.get(id).is_some_and(|kind| kind.has.iter().all(|name| has(name))))
    }
}

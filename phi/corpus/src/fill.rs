//! Fills slots: one value for a form, the same person throughout a text.

mod dates;
mod ids;
mod people;
mod places;

use std::collections::BTreeMap;

use crate::fillers::Fillers;
use crate::rng::Rng;
use people::Person;

/// The state of one text that is being made.
pub struct Filling<'f> {
    fillers: &'f Fillers,
    pub rng: Rng,
    people: BTreeMap<usize, Person>,
    /// Values that were asked for by person: they come again as they were.
    said: BTreeMap<(String, usize), String>,
}

impl<'f> Filling<'f> {
    pub fn new(fillers: &'f Fillers, rng: Rng) -> Self {
        Self { fillers, rng, people: BTreeMap::new(), said: BTreeMap::new() }
    }

    /// `None` when no filler knows the form.
    pub fn value(&mut self, form: &str, number: Option<usize>) -> Option<String> {
        if let Some(number) = number
            && let Some(said) = self.said.get(&(form.to_owned(), number))
        {
            return Some(said.clone());
        }
        let value = self.fresh(form, number.unwrap_or(1))?;
        if let Some(number) = number {
            self.said.insert((form.to_owned(), number), value.clone());
        }
        Some(value)
    }

    fn fresh(&mut self, form: &str, number: usize) -> Option<String> {
        if people::FORMS.contains(&form) {
            let person = self.person(number)?;
            return person.form(form, &mut self.rng);
        }
        dates::form(form, &mut self.rng)
            .or_else(|| places::form(form, self))
            .or_else(|| ids::form(form, self))
            .or_else(|| self.draw(form))
    }

    fn person(&mut self, number: usize) -> Option<Person> {
        if !self.people.contains_key(&number) {
            let person = Person::make(self)?;
            self.people.insert(number, person);
        }
        self.people.get(&number).cloned()
    }

    fn draw(&mut self, list: &str) -> Option<String> {
        self.fillers.draw(list, &mut self.rng)
    }
}

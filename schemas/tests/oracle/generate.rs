//! Random events, made by walking the schema: whatever it allows comes up, at its edges too.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use schemas::Time;
use schemas::list::ENTRIES_MAX;
use schemas::time::TIMES;
use serde_json::{Map, Value, json};

/// Room for a spelling that moves the instant: a zone, a leap second, the start of its year.
const MARGIN_MICROS: i64 = 400 * 24 * 60 * 60 * 1_000_000;

/// `SplitMix64`: small, and the same numbers for the same seed everywhere.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    pub fn one_in(&mut self, bound: usize) -> bool {
        self.below(bound) == 0
    }

    pub fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }
}

/// Makes JSON documents of a schema.
pub struct Generator {
    root: Value,
    named: Map<String, Value>,
}

/// How dense a document becomes, and how far it may still grow.
struct Growth<'r> {
    random: &'r mut Random,
    /// One optional part in so many is there.
    rarity: usize,
    depth: usize,
    /// The next long list may reach the bound; only one does, or the event would.
    long_list: bool,
}

impl Generator {
    pub fn new(schema: &str) -> Self {
        let root: Value = serde_json::from_str(schema).unwrap();
        let mut named = Map::new();
        collect(&root, &mut named);
        Self { root, named }
    }

    /// One document, the same for the same seed.
    pub fn document(&self, seed: u64) -> Value {
        let mut random = Random(seed);
        let rarity = random.pick(&[1, 2, 3, 8, 1_000]);
        let long_list = random.one_in(8);
        let mut growth = Growth { random: &mut random, rarity, depth: 0, long_list };
        self.value(&self.root, &mut growth)
    }

    /// A document that is a sound event: somebody must have acted.
    pub fn event(&self, seed: u64) -> Value {
        let mut event = self.document(seed);
        let agents = event.as_object_mut().unwrap().entry("agents").or_insert_with(|| json!([]));
        let actor = json!({"id": text(&mut Random(!seed)), "requestor": true});
        agents.as_array_mut().unwrap().insert(0, actor);
        agents.as_array_mut().unwrap().truncate(ENTRIES_MAX);
        event
    }

    fn value(&self, schema: &Value, growth: &mut Growth<'_>) -> Value {
        if let Some(name) = schema.as_str() {
            return match self.named.get(name) {
                Some(named) => self.value(named, growth),
                None => primitive(name, growth.random),
            };
        }
        match schema["type"].as_str().unwrap_or_default() {
            "record" if schema["name"] == "Time" => json!(time(growth.random)),
            "record" => self.record(schema, growth),
            "array" => {
                let length = length(growth);
                (0..length).map(|_| self.value(&schema["items"], growth)).collect()
            }
            "map" => {
                let length = length(growth);
                (0..length)
                    .map(|index| (format!("{}{index}", text(growth.random)), json!(text(growth.random))))
                    .collect()
            }
            "fixed" => {
                let size = schema["size"].as_u64().unwrap();
                let bytes: Vec<u8> = (0..size).map(|_| growth.random.next() as u8).collect();
                json!(STANDARD.encode(bytes))
            }
            plain => primitive(plain, growth.random),
        }
    }

    fn record(&self, schema: &Value, growth: &mut Growth<'_>) -> Value {
        let mut object = Map::new();
        growth.depth += 1;
        for field in schema["fields"].as_array().unwrap() {
            let name = field["name"].as_str().unwrap().to_owned();
            let optional = field.get("default").is_some();
            if optional && !growth.random.one_in(growth.rarity * growth.depth.min(4)) {
                continue;
            }
            let kind = &field["type"];
            let value = match kind.as_array() {
                Some(branches) => self.value(&branches[1], growth),
                None => self.value(kind, growth),
            };
            object.insert(name, value);
        }
        growth.depth -= 1;
        Value::Object(object)
    }
}

/// Finds every named type, wherever it is declared.
fn collect(schema: &Value, named: &mut Map<String, Value>) {
    if let (Some(name), Some("record" | "fixed")) = (schema["name"].as_str(), schema["type"].as_str()) {
        named.insert(name.to_owned(), schema.clone());
    }
    match schema {
        Value::Object(object) => object.values().for_each(|inner| collect(inner, named)),
        Value::Array(list) => list.iter().for_each(|inner| collect(inner, named)),
        _ => {}
    }
}

fn length(growth: &mut Growth<'_>) -> usize {
    if growth.long_list && growth.random.one_in(4) {
        growth.long_list = false;
        growth.rarity = 1_000;
        return ENTRIES_MAX - growth.random.below(3);
    }
    1 + growth.random.below(if growth.depth > 2 { 1 } else { 3 })
}

fn primitive(name: &str, random: &mut Random) -> Value {
    match name {
        "string" => json!(text(random)),
        "boolean" => json!(random.one_in(2)),
        "int" => json!(random.pick(&[0, 1, -1, 63, 64, -65, 443, i32::MAX, i32::MIN])),
        // Canonical JSON knows doubles only, so an event holds no larger number.
        "long" => json!(random.pick(&[0, 1, 8_191, 8_192, i64::from(u32::MAX), (1 << 53) - 1])),
        "bytes" => {
            let length = random.pick(&[0, 1, 32, 200]);
            let bytes: Vec<u8> = (0..length).map(|_| random.next() as u8).collect();
            json!(STANDARD.encode(bytes))
        }
        other => panic!("the generator does not know the type {other}"),
    }
}

/// Text of all planes, with control characters; never empty, short enough for any column, without NUL.
pub fn text(random: &mut Random) -> String {
    const POOL: [char; 24] = [
        'a',
        'Z',
        '0',
        ' ',
        '/',
        '"',
        '\\',
        '<',
        '{',
        '\'',
        '\u{1}',
        '\n',
        '\t',
        '\u{1f}',
        '\u{7f}',
        'é',
        'ß',
        'Ж',
        '患',
        '\u{2028}',
        '\u{e000}',
        '\u{ffff}',
        '😀',
        '\u{10ffff}',
    ];
    let length = random.pick(&[1, 2, 7, 8, 20, 31]);
    (0..length).map(|_| random.pick(&POOL)).collect()
}

/// A time within what every store can hold, in one of the spellings that senders use.
pub fn time(random: &mut Random) -> String {
    let span = (TIMES.end() - TIMES.start() - 2 * MARGIN_MICROS) as u64;
    let micros = TIMES.start() + MARGIN_MICROS + (random.next() % span) as i64;
    let plain = Time::from_micros(micros / 1_000_000 * 1_000_000).to_string();
    let (date, clock) = plain.trim_end_matches('Z').split_once('T').unwrap();
    let minutes = &clock[..5];
    match random.below(14) {
        0 => Time::from_micros(micros).to_string(),
        1 => format!("{date}T{clock}+05:45"),
        2 => format!("{date}T{clock}-11:30"),
        3 => format!("{date}T{clock}.120Z"),
        4 => format!("{date}T{clock}.123456789+00:00"),
        5 => format!("{date} {clock},5"),
        6 => format!("{date}t{clock}z"),
        7 => format!("{date}T{clock}"),
        8 => format!("{date}T{minutes}"),
        9 => format!("{date}T{minutes}:60Z"),
        10 => format!("{date}T{minutes}:60.999999Z"),
        11 => date.to_owned(),
        12 => date[..7].to_owned(),
        _ => date[..4].to_owned(),
    }
}

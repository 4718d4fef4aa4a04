//! Between JSON and `apache-avro`'s values, by the schema: the test's own translation, independent of ours.

use apache_avro::Schema;
use apache_avro::reader::datum::GenericDatumReader;
use apache_avro::schema::{RecordSchema, ResolvedSchema};
use apache_avro::types::Value;
use apache_avro::writer::datum::GenericDatumWriter;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use schemas::Time;
use serde_json::{Value as Json, json};

/// One schema with `apache-avro` behind it.
pub struct Oracle {
    schema: Schema,
}

impl Oracle {
    pub fn new(text: &str) -> Self {
        Self { schema: Schema::parse_str(text).unwrap() }
    }

    /// The value of a JSON document.
    pub fn value(&self, json: &Json) -> Value {
        let names = ResolvedSchema::try_from(&self.schema).unwrap();
        value(&self.schema, &names, json)
    }

    /// The JSON document of Avro bytes, and nothing may be left over.
    pub fn json(&self, bytes: &[u8]) -> Json {
        let names = ResolvedSchema::try_from(&self.schema).unwrap();
        json(&self.schema, &names, &self.read(bytes)).unwrap()
    }

    pub fn read(&self, mut bytes: &[u8]) -> Value {
        let value = GenericDatumReader::builder(&self.schema).build().unwrap().read_value(&mut bytes).unwrap();
        assert!(bytes.is_empty(), "the oracle left {} bytes", bytes.len());
        value
    }

    pub fn write(&self, json: &Json) -> Vec<u8> {
        GenericDatumWriter::builder(&self.schema).build().unwrap().write_value_to_vec(self.value(json)).unwrap()
    }
}

fn value(schema: &Schema, names: &ResolvedSchema<'_>, from: &Json) -> Value {
    match schema {
        Schema::Ref { name } => value(names.get_names()[name], names, from),
        Schema::Union(union) if from.is_null() => {
            assert!(matches!(union.variants()[0], Schema::Null));
            Value::Union(0, Box::new(Value::Null))
        }
        Schema::Union(union) => Value::Union(1, Box::new(value(&union.variants()[1], names, from))),
        Schema::Record(record) if record.name.name() == "Time" => time(from.as_str().unwrap()),
        Schema::Record(record) => Value::Record(
            record
                .fields
                .iter()
                .map(|field| {
                    let json = from.get(&field.name).or(field.default.as_ref()).expect("a required field is missing");
                    (field.name.clone(), value(&field.schema, names, json))
                })
                .collect(),
        ),
        Schema::Array(array) => {
            Value::Array(from.as_array().unwrap().iter().map(|item| value(&array.items, names, item)).collect())
        }
        Schema::Map(map) => {
            let entries = from.as_object().unwrap().iter();
            Value::Map(entries.map(|(key, entry)| (key.clone(), value(&map.types, names, entry))).collect())
        }
        Schema::String => Value::String(from.as_str().unwrap().to_owned()),
        Schema::Bytes => Value::Bytes(STANDARD.decode(from.as_str().unwrap()).unwrap()),
        Schema::Fixed(fixed) => Value::Fixed(fixed.size, STANDARD.decode(from.as_str().unwrap()).unwrap()),
        Schema::Boolean => Value::Boolean(from.as_bool().unwrap()),
        Schema::Int => Value::Int(i32::try_from(from.as_i64().unwrap()).unwrap()),
        Schema::Long => Value::Long(from.as_i64().unwrap()),
        Schema::TimestampMicros => Value::TimestampMicros(from.as_i64().unwrap()),
        other => panic!("no JSON form for {other:?}"),
    }
}

/// In JSON one string; in Avro the instant, and the string where it says more.
fn time(text: &str) -> Value {
    let micros = Time::parse(text).unwrap().micros();
    let given = if Time::from_micros(micros).to_string() == text {
        Value::Union(0, Box::new(Value::Null))
    } else {
        Value::Union(1, Box::new(Value::String(text.to_owned())))
    };
    Value::Record(vec![("given".to_owned(), given), ("micros".to_owned(), Value::TimestampMicros(micros))])
}

/// `None` for what JSON leaves away: null, and an empty list or map that has a default.
fn json(schema: &Schema, names: &ResolvedSchema<'_>, from: &Value) -> Option<Json> {
    Some(match (schema, from) {
        (Schema::Ref { name }, _) => return json(names.get_names()[name], names, from),
        (Schema::Union(union), Value::Union(branch, inner)) => {
            return json(&union.variants()[*branch as usize], names, inner);
        }
        (_, Value::Null) => return None,
        (Schema::Record(record), Value::Record(fields)) if record.name.name() == "Time" => {
            match (&fields[0].1, &fields[1].1) {
                (Value::Union(1, given), _) => json(&Schema::String, names, given)?,
                (_, Value::TimestampMicros(micros)) => json!(Time::from_micros(*micros).to_string()),
                other => panic!("no time: {other:?}"),
            }
        }
        (Schema::Record(record), Value::Record(fields)) => object(record, names, fields),
        (Schema::Array(array), Value::Array(items)) => {
            items.iter().map(|item| json(&array.items, names, item).unwrap()).collect()
        }
        (Schema::Map(map), Value::Map(entries)) => {
            entries.iter().map(|(key, entry)| (key.clone(), json(&map.types, names, entry).unwrap())).collect()
        }
        (_, Value::String(text)) => json!(text),
        (_, Value::Bytes(bytes) | Value::Fixed(_, bytes)) => json!(STANDARD.encode(bytes)),
        (_, Value::Boolean(is)) => json!(is),
        (_, Value::Int(number)) => json!(number),
        (_, Value::Long(number) | Value::TimestampMicros(number)) => json!(number),
        (_, other) => panic!("no JSON form for {other:?}"),
    })
}

fn object(record: &RecordSchema, names: &ResolvedSchema<'_>, fields: &[(String, Value)]) -> Json {
    let is_empty = |value: &Json| value.as_array().is_some_and(Vec::is_empty) || *value == json!({});
    let members = record.fields.iter().zip(fields).filter_map(|(field, (name, value))| {
        let member = json(&field.schema, names, value)?;
        // An object is never left away, though it may be empty; an empty map is.
        let is_record = !matches!(field.schema, Schema::Map(_) | Schema::Array(_));
        (is_record || !is_empty(&member)).then(|| (name.clone(), member))
    });
    Json::Object(members.collect())
}

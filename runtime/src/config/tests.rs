//! Layers, refusals, suggestions and secrets, through `load` as a service uses it.

use std::io::Write as _;

use serde::Deserialize;

use super::*;

#[derive(Debug, Serialize, Deserialize)]
#[serde(default)]
struct Press {
    process: ProcessSettings,
    brokers: String,
    topics: Vec<String>,
    batch_bytes: u32,
    share: f64,
    mode: Mode,
    store: Store,
    password: Option<Secret>,
    stores: Vec<Store>,
}

#[derive(Debug, Default, Serialize, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Mode {
    #[default]
    Careful,
    Fast,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Store {
    url: String,
    pool: u8,
}

impl Default for Press {
    fn default() -> Self {
        Self {
            process: ProcessSettings::default(),
            brokers: "127.0.0.1:9092".into(),
            topics: vec![],
            batch_bytes: 1000,
            share: 0.5,
            mode: Mode::Careful,
            store: Store::default(),
            password: None,
            stores: vec![],
        }
    }
}

impl Section for Press {
    const NAME: &'static str = "enrich";

    fn process(&self) -> &ProcessSettings {
        &self.process
    }

    fn check(&self) -> Vec<Problem> {
        let problem = Problem::new("batch_bytes", "must not be zero");
        (self.batch_bytes == 0).then_some(problem).into_iter().collect()
    }
}

fn load_from(toml: &str, environment: &[(&str, &str)]) -> Result<Press, String> {
    let mut file = tempfile::Builder::new().prefix("press").suffix(".toml").tempfile().unwrap();
    file.write_all(toml.as_bytes()).unwrap();
    let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let folder = format!("{}/", file.path().parent().unwrap().display());
    let name = file.path().file_name().unwrap().to_string_lossy().into_owned();
    load(Some(file.path()), environment)
        .map_err(|error: ConfigError| error.to_string().replace(&folder, "").replace(&name, "press.toml"))
}

fn refusal(toml: &str, environment: &[(&str, &str)]) -> String {
    load_from(toml, environment).unwrap_err()
}

#[track_caller]
fn assert_says(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "`{part}` is missing in: {text}");
    }
}

#[test]
fn without_a_file_the_defaults_stand() {
    let press: Press = load(None, std::iter::empty()).unwrap();
    assert_eq!(press.batch_bytes, 1000);
    assert_eq!(press.process, ProcessSettings::default());
}

#[test]
fn the_file_beats_defaults_and_the_environment_beats_the_file() {
    let toml =
        "[enrich]\nbatch_bytes = 5\nbrokers = 'file:1'\n[enrich.process]\ndrain_deadline_ms = 9\nlog_level = 'warn'";
    let press =
        load_from(toml, &[("SEALTRAIL_ENRICH_BROKERS", "env:1"), ("SEALTRAIL_ENRICH_PROCESS__LISTEN", "0.0.0.0:81")])
            .unwrap();
    assert_eq!((press.batch_bytes, press.brokers.as_str()), (5, "env:1"));
    assert_eq!((press.process.drain_deadline_ms, press.process.log_level.as_str()), (9, "warn"));
    assert_eq!(press.process.listen.to_string(), "0.0.0.0:81");
}

#[test]
fn a_variable_means_what_its_field_asks_for() {
    let press = load_from(
        "",
        &[
            ("SEALTRAIL_ENRICH_BROKERS", "2024"),
            ("SEALTRAIL_ENRICH_TOPICS", "a.b, c"),
            ("SEALTRAIL_ENRICH_BATCH_BYTES", "70_000"),
            ("SEALTRAIL_ENRICH_SHARE", "2"),
            ("SEALTRAIL_ENRICH_MODE", "fast"),
            ("SEALTRAIL_ENRICH_STORE__URL", "\"quoted\""),
            ("SEALTRAIL_ENRICH_STORES", "[{ url = 'x', pool = 3 }]"),
        ],
    );
    let press = press.unwrap();
    assert_eq!((press.brokers.as_str(), press.batch_bytes, press.share), ("2024", 70_000, 2.0));
    assert_eq!(
        (press.topics, press.mode, press.store.url),
        (vec!["a.b".into(), "c".into()], Mode::Fast, "quoted".into())
    );
    assert_eq!((press.stores[0].url.as_str(), press.stores[0].pool), ("x", 3));
    assert!(load_from("[enrich]\ntopics = ['a']", &[("SEALTRAIL_ENRICH_TOPICS", "")]).unwrap().topics.is_empty());
}

#[test]
fn other_sections_and_other_variables_are_left_alone() {
    let toml = "[sink]\nanything = { goes = 1 }\n[ingest]\n[query]\n[loadtest]\n[enrich]\nbatch_bytes = 2";
    let others = ["KAFKA_BROKERS", "STACK", "CACHE", "CONFIG", "SINK_NO_SUCH_KEY", "SINK", "ENRICH"];
    let others: Vec<_> = others.iter().map(|name| format!("SEALTRAIL_{name}")).collect();
    let others: Vec<_> = others.iter().map(|name| (name.as_str(), "x")).collect();
    assert_eq!(load_from(toml, &others).unwrap().batch_bytes, 2);
}

#[test]
fn every_problem_is_reported_at_once_with_its_place() {
    let toml = "top = 1\n[snk]\n[enrich]\nbrokrs = 'x'\nbatch_bytes = 'many'\nmode = 'fats'\nshare = true\n\
                [enrich.process]\nlisten = 'nowhere'\nlog_frmat = 'json'\n[[enrich.stores]]\npool = 300\nulr = 'x'";
    let text = refusal(toml, &[("SEALTRAIL_ENRICH_STORE__POOL", "300"), ("SEALTRAIL_ENRICH_BATCH_BTYES", "1")]);
    let lines: Vec<_> =
        text.lines().filter_map(|line| line.trim().strip_prefix("press.toml:")?.split_once(':')).collect();
    assert!(lines.is_sorted_by_key(|(line, _)| line.parse::<u32>().unwrap()), "{text}");
    assert_says(
        &text,
        &[
            "12 problems in the configuration",
            "press.toml:1: top: unknown section",
            "press.toml:2: snk: unknown section; did you mean `sink`?",
            "press.toml:4: enrich.brokrs: unknown key; did you mean `brokers`?",
            "press.toml:5: enrich.batch_bytes: invalid type: string \"many\", expected u32",
            "press.toml:6: enrich.mode: unknown word `fats`; did you mean `fast`?",
            "press.toml:7: enrich.share: invalid type: boolean `true`",
            "press.toml:9: enrich.process.listen: invalid socket address",
            "press.toml:10: enrich.process.log_frmat: unknown key; did you mean `log_format`?",
            "press.toml:12: enrich.stores.0.pool: invalid value: integer `300`, expected u8",
            "press.toml:13: enrich.stores.0.ulr: unknown key; did you mean `url`?",
            "SEALTRAIL_ENRICH_STORE__POOL: enrich.store.pool: invalid value: integer `300`, expected u8",
            "SEALTRAIL_ENRICH_BATCH_BTYES: enrich.batch_btyes: unknown variable; did you mean `SEALTRAIL_ENRICH_BATCH_BYTES`?",
        ],
    );
}

#[test]
fn cross_field_checks_name_the_place_of_the_key() {
    assert_says(&refusal("[enrich]\n\nbatch_bytes = 0", &[]), &["press.toml:3: enrich.batch_bytes: must not be zero"]);
    let text = refusal("", &[("SEALTRAIL_ENRICH_BATCH_BYTES", "0"), ("SEALTRAIL_ENRICH_PROCESS__LOG_LEVEL", "inof")]);
    assert_says(
        &text,
        &[
            "SEALTRAIL_ENRICH_BATCH_BYTES: enrich.batch_bytes: must not be zero",
            "SEALTRAIL_ENRICH_PROCESS__LOG_LEVEL: enrich.process.log_level: unknown level `inof`",
        ],
    );
}

#[test]
fn a_misspelt_section_in_a_variable_is_refused() {
    assert_says(&refusal("", &[("SEALTRAIL_ENRCH_BROKERS", "x")]), &["did you mean `SEALTRAIL_ENRICH_...`?"]);
}

#[test]
fn a_variable_and_a_part_of_it_contradict_each_other() {
    let both = [("SEALTRAIL_ENRICH_STORE", "{ pool = 1 }"), ("SEALTRAIL_ENRICH_STORE__POOL", "2")];
    assert_says(&refusal("", &both), &["SEALTRAIL_ENRICH_STORE__POOL", "keep one of the two variables"]);
}

#[test]
fn broken_syntax_names_the_line_and_does_not_quote_it() {
    let text = refusal("[enrich]\npassword = hunter2\"\n", &[]);
    assert_says(&text, &["press.toml:2: not valid TOML"]);
    assert!(!text.contains("hunter2"), "{text}");
}

#[test]
fn a_missing_file_is_named() {
    let error = load::<Press>(Some(Path::new("no/such.toml")), std::iter::empty()).unwrap_err();
    assert_says(&error.to_string(), &["cannot read the configuration file no/such.toml"]);
}

#[test]
fn a_key_without_default_is_asked_for_once() {
    #[derive(Debug, Serialize, Deserialize)]
    struct Strict {
        #[serde(default)]
        process: ProcessSettings,
        brokers: u16,
    }
    impl Section for Strict {
        const NAME: &'static str = "sink";
        fn process(&self) -> &ProcessSettings {
            &self.process
        }
        fn check(&self) -> Vec<Problem> {
            Vec::new()
        }
    }
    let error = load::<Strict>(None, std::iter::empty()).unwrap_err().to_string();
    assert_says(&error, &["1 problem ", "sink: `brokers` is missing and has no default: set it"]);
    let variable = ("SEALTRAIL_SINK_BROKERS".to_owned(), "x".to_owned());
    let error = load::<Strict>(None, std::iter::once(variable)).unwrap_err().to_string();
    assert_says(&error, &["1 problem ", "SEALTRAIL_SINK_BROKERS: sink.brokers: invalid type"]);
}

mod secrets;

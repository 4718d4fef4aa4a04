//! What must happen to one topic: a pure comparison of what is wanted and what is there.

use serde_json::{Value, json};
use stream::admin::ActualTopic;

/// One topic as declared, for this deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub topic: &'static str,
    pub partitions: u32,
    pub replication: u16,
    pub settings: Vec<(&'static str, String)>,
    pub allow_shrink: bool,
}

/// One step towards the declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    Create(Wanted),
    Change { topic: &'static str, actual: ActualTopic, settings: Vec<(&'static str, String)> },
    Refuse { topic: &'static str, reason: String },
}

/// Compares; an empty answer means that the topic is as declared.
pub fn steps(wanted: Wanted, actual: Option<ActualTopic>) -> Vec<Step> {
    let Some(actual) = actual else { return vec![Step::Create(wanted)] };
    let topic = wanted.topic;
    let mut steps = Vec::new();
    let mut refuse = |reason| steps.push(Step::Refuse { topic, reason });
    if actual.partitions != wanted.partitions {
        refuse(format!(
            "it has {} partitions and {} are wanted; each partition is a chain and keys are spread by their number, so a \
             change would break order per patient. Pass --chains {} or make a new trail",
            actual.partitions, wanted.partitions, actual.partitions
        ));
    }
    if actual.replication < wanted.replication {
        refuse(format!(
            "it has {} replicas and {} are wanted; replicas are added with Kafka's own reassignment tool",
            actual.replication, wanted.replication
        ));
    }
    let mut changes = Vec::new();
    for (name, value) in &wanted.settings {
        let now = actual.settings.get(*name).map(|setting| setting.value.as_str());
        if now == Some(value) {
            continue;
        }
        if shrinks(name, now, value) && !wanted.allow_shrink {
            refuse(format!(
                "{name} is {} and {value} is wanted; that deletes records. Pass --allow-shrink to do it",
                now.unwrap_or("not set")
            ));
        } else {
            changes.push((*name, value.clone()));
        }
    }
    if !changes.is_empty() {
        steps.push(Step::Change { topic, actual, settings: changes });
    }
    steps
}

/// True when records that are kept today would be deleted; -1 keeps for ever.
fn shrinks(name: &str, now: Option<&str>, wanted: &str) -> bool {
    if !name.starts_with("retention.") {
        return false;
    }
    let kept = |text: &str| text.parse::<i64>().ok().map(|value| if value < 0 { i64::MAX } else { value });
    match (now.and_then(kept), kept(wanted)) {
        (Some(now), Some(wanted)) => wanted < now,
        _ => true,
    }
}

impl Step {
    fn parts(&self) -> (&'static str, &'static str, String) {
        match self {
            Self::Create(wanted) => {
                ("create", wanted.topic, format!("{} partitions, {} replicas", wanted.partitions, wanted.replication))
            }
            Self::Change { topic, actual, settings } => {
                let from = |name: &str| actual.settings.get(name).map_or("not set", |setting| setting.value.as_str());
                let changes: Vec<_> =
                    settings.iter().map(|(name, value)| format!("{name} {} -> {value}", from(name))).collect();
                ("change", topic, changes.join(", "))
            }
            Self::Refuse { topic, reason } => ("refuse", topic, reason.clone()),
        }
    }

    pub fn row(&self) -> Vec<String> {
        let (step, topic, what) = self.parts();
        vec![step.to_owned(), topic.to_owned(), what]
    }

    pub fn json(&self) -> Value {
        let (step, topic, what) = self.parts();
        json!({"step": step, "topic": topic, "what": what})
    }

    pub fn describe(&self) -> String {
        let (step, topic, what) = self.parts();
        format!("{step} {topic}: {what}")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use schemas::topic;
    use stream::admin::ActualSetting;

    use super::*;

    fn wanted() -> Wanted {
        Wanted {
            topic: topic::SEALED.name,
            partitions: 12,
            replication: 3,
            settings: topic::SEALED.settings(3),
            allow_shrink: false,
        }
    }

    fn actual(wanted: &Wanted) -> ActualTopic {
        let setting = |value: &String| ActualSetting { value: value.clone(), own: true };
        let settings: BTreeMap<_, _> =
            wanted.settings.iter().map(|(name, value)| ((*name).to_owned(), setting(value))).collect();
        ActualTopic { partitions: wanted.partitions, replication: wanted.replication, settings }
    }

    #[test]
    fn a_missing_topic_is_created_and_a_right_one_left_alone() {
        assert_eq!(steps(wanted(), None), [Step::Create(wanted())]);
        assert_eq!(steps(wanted(), Some(actual(&wanted()))), []);
    }

    #[test]
    fn the_number_of_chains_never_changes_up_or_down() {
        for partitions in [6, 24] {
            let there = ActualTopic { partitions, ..actual(&wanted()) };
            let [Step::Refuse { reason, .. }] = &steps(wanted(), Some(there))[..] else { panic!("not refused") };
            assert!(reason.contains("order per patient"), "{reason}");
        }
    }

    #[test]
    fn a_weaker_setting_is_put_right() {
        let mut there = actual(&wanted());
        there.settings.insert("min.insync.replicas".to_owned(), ActualSetting { value: "1".to_owned(), own: true });
        let [Step::Change { settings, .. }] = &steps(wanted(), Some(there))[..] else { panic!("not changed") };
        assert_eq!(settings, &[("min.insync.replicas", "2".to_owned())]);
    }

    #[test]
    fn shorter_retention_needs_the_flag() {
        let short = Wanted { settings: vec![("retention.ms", "1000".to_owned())], ..wanted() };
        let mut there = actual(&wanted());
        there.settings.insert("retention.ms".to_owned(), ActualSetting { value: "-1".to_owned(), own: true });
        assert!(matches!(steps(short.clone(), Some(there.clone()))[..], [Step::Refuse { .. }]));
        let allowed = Wanted { allow_shrink: true, ..short };
        assert!(matches!(steps(allowed, Some(there))[..], [Step::Change { .. }]));
    }

    #[test]
    fn longer_retention_needs_no_flag() {
        let mut there = actual(&wanted());
        there.settings.insert("retention.ms".to_owned(), ActualSetting { value: "1000".to_owned(), own: true });
        assert!(matches!(steps(wanted(), Some(there))[..], [Step::Change { .. }]));
    }
}

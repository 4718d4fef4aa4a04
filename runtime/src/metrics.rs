//! Metric names as code: declared once with kind and help text, counted through typed constants.
//!
//! [`metric_names!`](crate::metric_names) declares a package's metrics. Every metric becomes a constant of type [`Counter`], [`Gauge`] or
//! [`Histogram`], so that `.set` on a counter doesn't compile. Labels take fixed words or small numbers only: a label can
//! never carry payload.

/// A counter's series, resolved once; for hot loops.
pub use ::metrics::Counter as CounterHandle;

use ::metrics::{Key, KeyName, Label, Level, Metadata, with_recorder};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusRecorder};

const METADATA: Metadata<'static> = Metadata::new("runtime", Level::INFO, None);

/// What a metric measures, for `ALL` and for the reference page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Only grows.
    Counter,
    /// Goes up and down.
    Gauge,
    /// A distribution in buckets.
    Histogram,
}

/// One declared metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Definition {
    /// The name Prometheus sees.
    pub name: &'static str,
    /// What kind it is.
    pub kind: Kind,
    /// The help text.
    pub help: &'static str,
    /// The label names it is counted by; empty for a single series.
    pub labels: &'static [&'static str],
}

impl Definition {
    /// Registers the help text. A counter or histogram without labels also starts at zero, so that an alert on it has a
    /// series to look at before the first event. A gauge doesn't: zero would be a claim.
    pub fn describe(&self) {
        let (name, help) = (KeyName::from_const_str(self.name), self.help.into());
        with_recorder(|recorder| match self.kind {
            Kind::Counter => recorder.describe_counter(name, None, help),
            Kind::Gauge => recorder.describe_gauge(name, None, help),
            Kind::Histogram => recorder.describe_histogram(name, None, help),
        });
        match self.kind {
            Kind::Counter if self.labels.is_empty() => Counter(*self).increment(0),
            Kind::Histogram if self.labels.is_empty() => drop(Histogram(*self).handle()),
            Kind::Counter | Kind::Gauge | Kind::Histogram => {}
        }
    }

    fn key<L: Into<LabelValue> + Copy>(&self, labels: &[(&'static str, L)]) -> Key {
        if labels.is_empty() {
            return Key::from_static_name(self.name);
        }
        let labels: Vec<Label> = labels
            .iter()
            .map(|(name, value)| match (*value).into() {
                LabelValue::Word(word) => Label::from_static_parts(name, word),
                LabelValue::Number(number) => Label::new(*name, number.to_string()),
            })
            .collect();
        Key::from_parts(self.name, labels)
    }
}

/// A label's value: a word fixed at compile time or a small number such as a partition. Never payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LabelValue {
    /// One of a closed set of words.
    Word(&'static str),
    /// A number from a small range.
    Number(i64),
}

impl From<&'static str> for LabelValue {
    fn from(word: &'static str) -> Self {
        Self::Word(word)
    }
}

macro_rules! label_numbers {
    ($($number:ty),*) => {$(
        impl From<$number> for LabelValue {
            fn from(number: $number) -> Self {
                Self::Number(number.into())
            }
        }
    )*};
}
label_numbers!(i64, i32, i16, u32, u16, u8);

macro_rules! instruments {
    ($($(#[$doc:meta])* $instrument:ident, $register:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct $instrument(#[doc(hidden)] pub Definition);

        impl $instrument {
            /// The declaration.
            pub const fn definition(&self) -> &Definition {
                &self.0
            }

            /// The series without labels. A hot loop keeps the handle and saves the lookup.
            pub fn handle(&self) -> ::metrics::$instrument {
                with_recorder(|recorder| recorder.$register(&Key::from_static_name(self.0.name), &METADATA))
            }

            /// The series with these labels. A hot loop keeps the handle and saves the lookup.
            pub fn with<L: Into<LabelValue> + Copy>(&self, labels: &[(&'static str, L)]) -> ::metrics::$instrument {
                with_recorder(|recorder| recorder.$register(&self.0.key(labels), &METADATA))
            }
        }
    )*};
}
instruments! {
    /// A metric that only grows.
    Counter, register_counter;
    /// A metric that goes up and down.
    Gauge, register_gauge;
    /// A distribution.
    Histogram, register_histogram;
}

impl Counter {
    /// Adds `n` to the series without labels.
    pub fn increment(&self, n: u64) {
        self.handle().increment(n);
    }
}

impl Gauge {
    /// Sets the series without labels.
    pub fn set(&self, value: f64) {
        self.handle().set(value);
    }
}

impl Histogram {
    /// Records into the series without labels; seconds for names that end in `_seconds`.
    pub fn record(&self, value: f64) {
        self.handle().record(value);
    }
}

/// Declares a package's metrics: a type that holds one typed constant each, `ALL`, and `describe()`.
///
/// ```
/// runtime::metric_names! {
///     /// What the mill counts.
///     pub enum MillMetric {
///         GrainsGround: counter = "audit_mill_grains_ground_total", "grains ground and bagged";
///         SacksFilled: counter { size } = "audit_mill_sacks_filled_total", "sacks filled, by size";
///         WheelSpeed: gauge = "audit_mill_wheel_turns_per_second", "how fast the wheel turns";
///         GrindSeconds: histogram = "audit_mill_grind_seconds", "time from hopper to bag";
///     }
/// }
/// MillMetric::describe();
/// MillMetric::GrainsGround.increment(40);
/// MillMetric::SacksFilled.with(&[("size", "large")]).increment(1);
/// MillMetric::WheelSpeed.set(1.5);
/// MillMetric::GrindSeconds.record(0.25);
/// assert_eq!(MillMetric::ALL.len(), 4);
/// ```
#[macro_export]
macro_rules! metric_names {
    (
        $(#[$meta:meta])*
        $vis:vis enum $set:ident {
            $($metric:ident : $kind:ident $({ $($label:ident),+ $(,)? })? = $name:literal, $help:literal;)+
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy)]
        $vis struct $set;

        #[allow(non_upper_case_globals, reason = "a metric reads like the variant of an enum")]
        impl $set {
            $(
                #[doc = $help]
                $vis const $metric: $crate::metric_names!(@type $kind) =
                    $crate::metric_names!(@new $kind)($crate::metrics::Definition {
                        name: $name,
                        kind: $crate::metric_names!(@kind $kind),
                        help: $help,
                        labels: &[$($(stringify!($label)),+)?],
                    });
            )+

            /// Every metric declared here.
            $vis const ALL: &'static [$crate::metrics::Definition] = &[$(Self::$metric.0),+];

            /// Registers the help texts, and starts counters without labels at zero.
            $vis fn describe() {
                for definition in Self::ALL {
                    definition.describe();
                }
            }
        }
    };
    (@type counter) => { $crate::metrics::Counter };
    (@type gauge) => { $crate::metrics::Gauge };
    (@type histogram) => { $crate::metrics::Histogram };
    (@new counter) => { $crate::metrics::Counter };
    (@new gauge) => { $crate::metrics::Gauge };
    (@new histogram) => { $crate::metrics::Histogram };
    (@kind counter) => { $crate::metrics::Kind::Counter };
    (@kind gauge) => { $crate::metrics::Kind::Gauge };
    (@kind histogram) => { $crate::metrics::Kind::Histogram };
}

/// From a quick Kafka acknowledgement to a stalled store.
const SECONDS: &[f64] =
    &[0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0];
/// From a small record to a large batch.
const BYTES: &[f64] =
    &[256.0, 1024.0, 4096.0, 16384.0, 65536.0, 262_144.0, 1_048_576.0, 4_194_304.0, 16_777_216.0, 67_108_864.0];
/// Everything else: sizes counted in records.
const COUNTS: &[f64] = &[1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0, 10_000.0, 30_000.0, 100_000.0];

/// The Prometheus recorder with our buckets, which follow from the unit at the end of the name.
pub(crate) fn recorder() -> Result<PrometheusRecorder, BuildError> {
    Ok(PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), SECONDS)?
        .set_buckets_for_metric(Matcher::Suffix("_bytes".into()), BYTES)?
        .set_buckets(COUNTS)?
        .build_recorder())
}

#[cfg(test)]
mod tests;

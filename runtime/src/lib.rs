//! Process life: configuration, logs, metrics, health, signals and the ordered drain.

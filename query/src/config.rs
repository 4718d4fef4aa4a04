//! `[query]`: where questions come in and which store answers them.

use std::net::{Ipv4Addr, SocketAddr};

use runtime::config::{Problem, ProcessSettings, Secret, Section};
use serde::{Deserialize, Serialize};

/// The section.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QueryConfig {
    #[serde(default)]
    pub process: ProcessSettings,
    #[serde(default = "listen")]
    pub listen: SocketAddr,
    /// Holds a password, so it is a secret. A user that may only read is enough.
    pub postgres_url: Secret,
    /// Whether others than this machine may reach a service that asks nobody who they are.
    #[serde(default)]
    pub allow_unauthenticated: bool,
}

fn listen() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, 8081))
}

impl Section for QueryConfig {
    const NAME: &'static str = "query";

    fn process(&self) -> &ProcessSettings {
        &self.process
    }

    fn check(&self) -> Vec<Problem> {
        if self.listen.ip().is_loopback() || self.allow_unauthenticated {
            return Vec::new();
        }
        vec![Problem::new(
            "listen",
            "is reachable from other machines and the service asks nobody who they are; use 127.0.0.1, or set \
             allow_unauthenticated = true where something else guards the way",
        )]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(variables: &[(&str, &str)]) -> Result<QueryConfig, String> {
        let all = [("POSTGRES_URL", "postgres://reader@127.0.0.1/none")].into_iter().chain(variables.iter().copied());
        let environment = all.map(|(key, value)| (format!("SEALTRAIL_QUERY_{key}"), value.to_owned()));
        runtime::config::load(None, environment).map_err(|error| error.to_string())
    }

    #[test]
    fn an_open_address_needs_to_be_asked_for() {
        assert!(load(&[]).unwrap().listen.ip().is_loopback());
        let open = ("LISTEN", "0.0.0.0:8081");
        assert!(load(&[open]).unwrap_err().contains("allow_unauthenticated = true"));
        assert!(load(&[open, ("ALLOW_UNAUTHENTICATED", "true")]).is_ok());
    }
}

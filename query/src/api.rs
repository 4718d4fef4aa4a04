//! The paths: one record by its position, or the newest records that match a filter.

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::HeaderValue;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::{Deserialize, Serialize};

use crate::problem::Problem;
use crate::store::{self, Filter, Record, Store};

const LIMIT_DEFAULT: u16 = 50;
const LIMITS: std::ops::RangeInclusive<u16> = 1..=500;

/// The service's paths.
pub fn routes(store: Store) -> axum::Router {
    axum::Router::new()
        .route("/v1/records/{partition}/{sequence}", get(one))
        .route("/v1/records", get(many))
        .fallback(async || Problem::NoSuchPath)
        .method_not_allowed_fallback(async || Problem::WrongMethod)
        .with_state(store)
}

async fn one(
    State(store): State<Store>,
    position: Result<Path<(i32, i64)>, PathRejection>,
) -> Result<Response, Problem> {
    let Path((partition, sequence)) = position.map_err(|_| Problem::BadPosition)?;
    let record = store.record(partition, sequence).await.map_err(|error| away(&error))?;
    Ok(private(record.ok_or(Problem::NoSuchRecord)?))
}

/// The query string of a list.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    patient_id: Option<String>,
    agent_id: Option<String>,
    event_type: Option<String>,
    limit: Option<u16>,
}

#[derive(Serialize)]
struct Records {
    records: Vec<Record>,
}

async fn many(
    State(store): State<Store>,
    question: Result<Query<Question>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(question) = question.map_err(|_| Problem::BadFilter)?;
    let (filter, limit) = understand(question)?;
    let records = store.records(filter, limit).await.map_err(|error| away(&error))?;
    Ok(private(Records { records }))
}

fn understand(question: Question) -> Result<(Filter, u16), Problem> {
    let Question { patient_id, agent_id, event_type, limit } = question;
    let limit = limit.unwrap_or(LIMIT_DEFAULT);
    let values: Vec<&String> = [&patient_id, &agent_id, &event_type].into_iter().flatten().collect();
    if values.is_empty() {
        return Err(Problem::NoFilter);
    }
    // An empty value would match every record without a patient, and Postgres takes no NUL.
    if values.iter().any(|value| value.is_empty() || value.contains('\0')) || !LIMITS.contains(&limit) {
        return Err(Problem::BadFilter);
    }
    Ok((Filter { patient_id, agent_id, event_type }, limit))
}

fn away(error: &sqlx::Error) -> Problem {
    tracing::warn!(reason = store::reason(error), "the store did not answer");
    Problem::StoreAway
}

/// No cache on the way may keep a patient's records.
fn private(body: impl Serialize) -> Response {
    let mut response = Json(body).into_response();
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    /// Serves with a store that is away, and asks each path.
    fn ask(paths: &[&str]) -> Vec<(u16, String, String)> {
        let tokio = tokio::runtime::Runtime::new().unwrap();
        let address = tokio.block_on(async {
            let store = Store::new("postgres://reader@127.0.0.1:1/none").unwrap();
            let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
            let address = listener.local_addr().unwrap();
            tokio::spawn(axum::serve(listener, routes(store)).into_future());
            address
        });
        let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
        let answers = paths.iter().map(|path| {
            let mut answer = agent.get(format!("http://{address}{path}")).call().unwrap();
            let header = |name| answer.headers().get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
            let (kind, retry) = (header("content-type"), header("retry-after"));
            assert_eq!(kind, "application/problem+json", "{path}");
            (answer.status().as_u16(), retry, answer.body_mut().read_to_string().unwrap())
        });
        answers.collect()
    }

    #[test]
    fn questions_that_cannot_be_understood_are_refused_without_asking_the_store() {
        let expected = [
            ("/", 404, "not-found"),
            ("/v1/records/0/first", 400, "bad-position"),
            ("/v1/records/0/99999999999999999999", 400, "bad-position"),
            ("/v1/records", 400, "no-filter"),
            ("/v1/records?limit=5", 400, "no-filter"),
            ("/v1/records?patient_id=", 400, "bad-filter"),
            ("/v1/records?patient_id=%00", 400, "bad-filter"),
            ("/v1/records?patient_id=p&patient_id=q", 400, "bad-filter"),
            ("/v1/records?patient_id=p&limit=501", 400, "bad-filter"),
            ("/v1/records?patient_id=p&limit=0", 400, "bad-filter"),
            ("/v1/records?jane-doe=p", 400, "bad-filter"),
        ];
        for ((path, status, label), answer) in expected.iter().zip(ask(&expected.map(|(path, ..)| path))) {
            assert_eq!(answer.0, *status, "{path}: {answer:?}");
            assert!(answer.2.contains(&format!("\"urn:sealtrail:problem:{label}\"")), "{path}: {answer:?}");
            assert!(!answer.2.contains("jane"), "{answer:?}");
        }
    }

    #[test]
    fn a_store_that_is_away_is_worth_another_try() {
        for (status, retry, body) in ask(&["/v1/records/0/1", "/v1/records?patient_id=p"]) {
            assert_eq!((status, retry.as_str()), (503, "5"), "{body}");
            assert!(body.contains("store-away"), "{body}");
        }
    }
}

//! Takes the metrics of each minute that is over to `CloudWatch`, where one is configured.
//!
//! Only which minutes are still to be told of is remembered; what they had is looked up when they are. So a `CloudWatch`
//! that cannot be reached costs no memory, is tried again less and less often, and holds up nothing. What it has not been
//! told of within an hour is let go of, and the log says so.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use chrono::{DateTime, SecondsFormat, TimeDelta};
use http::StatusCode;
use tokio::time::Instant;

use super::{
    query::{Parameters, code},
    services::{Service, Services},
};
use crate::{
    clock::Clock,
    cloudwatch,
    metrics::{Dimensions, Metrics, Minute, NAMESPACE, Subject, Unit, minute_of, unit_of},
    model::Scope,
    signed_http::{Form, Question, SignedHttp},
};

/// The most values of one request, by the API's reference.
const BATCH: usize = 1000;

/// How many minutes may wait.
const MOST_WAITING: Minute = 60;

/// How soon it is tried again after a failure at first; the pause doubles each time.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// How long after its end a minute is told of: a look at engines that began in it may still be under way.
const SETTLING: TimeDelta = TimeDelta::seconds(5);

/// The refusals that pass: those who call too often may call later.
const PASSING: [StatusCode; 2] = [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_MANY_REQUESTS];

/// A value of a metric.
type Datum = (Arc<Subject>, &'static str, f64);

/// A minute that is to be told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Waiting {
    minute: Minute,
    /// How many of its requests were answered: none is sent twice that was.
    sent: usize,
}

/// What waits, and when it is tried again.
struct Queue {
    waiting: VecDeque<Waiting>,
    newest: Minute,
    pause: Option<Duration>,
}

impl Queue {
    /// One that begins with the minute that is `now`.
    fn new(now: Minute) -> Self {
        Self { waiting: VecDeque::new(), newest: now.saturating_sub(1), pause: None }
    }

    /// Adds the minutes that are over by `now`, and lets go of what has waited too long. Answers how many those were.
    fn go_on(&mut self, now: Minute) -> usize {
        let oldest = now.saturating_sub(MOST_WAITING);
        let over = (self.newest + 1).max(oldest)..now;
        self.newest = self.newest.max(now.saturating_sub(1));
        self.waiting.extend(over.map(|minute| Waiting { minute, sent: 0 }));
        let before = self.waiting.len();
        self.waiting.retain(|waiting| waiting.minute >= oldest);
        before - self.waiting.len()
    }

    /// Notes a failure, and answers how long to wait.
    fn fail(&mut self) -> Duration {
        let pause = self.pause.map_or(FIRST_PAUSE, |pause| pause * 2).min(LONGEST_PAUSE);
        self.pause = Some(pause);
        pause
    }
}

/// Tells of each minute when it is over, until the future is dropped. Returns at once when there is nobody to tell.
pub async fn push(metrics: Arc<Metrics>, services: Arc<Services>, clock: Arc<Clock>) {
    let address = services.address(Service::CloudWatch).and_then(|address| address.parse().ok());
    let Some(to) = address.map(SignedHttp::new) else { return };
    let mut queue = Queue::new(minute_of(clock.now() - SETTLING));
    loop {
        let lost = queue.go_on(minute_of(clock.now() - SETTLING));
        if lost > 0 {
            tracing::warn!(minutes = lost, "metrics are lost: CloudWatch could not be told of them in time");
        }
        let retry = match tell(&metrics, &services, &to, &mut queue).await {
            Ok(()) => {
                if queue.pause.take().is_some() {
                    tracing::info!("CloudWatch takes metrics again");
                }
                None
            }
            Err(error) => {
                let pause = queue.fail();
                tracing::warn!(error, ?pause, "CloudWatch was not told of metrics, and will be");
                Some(Instant::now() + pause)
            }
        };
        let settled = clock.now() - SETTLING;
        let next = settled - TimeDelta::nanoseconds(settled.timestamp_subsec_nanos().into())
            + TimeDelta::seconds(60 - settled.timestamp().rem_euclid(60))
            + SETTLING;
        match retry {
            Some(time) => tokio::time::sleep_until(time).await,
            None => clock.sleep_until(next).await,
        }
    }
}

/// Tells of all that waits, until something fails.
async fn tell(metrics: &Metrics, services: &Services, to: &SignedHttp, queue: &mut Queue) -> Result<(), String> {
    while let Some(waiting) = queue.waiting.front_mut() {
        let batches = batches(metrics, waiting.minute);
        for (scope, data) in batches.into_iter().skip(waiting.sent) {
            let question = Question {
                service: cloudwatch::SERVICE,
                region: &scope.region,
                form: Form::Query,
                body: parameters(&data, waiting.minute).into_body(),
            };
            let answer = to.ask(question, &services.credentials(&scope)).await;
            let (status, body) = answer.map_err(|silent| silent.to_string())?;
            if !status.is_success() {
                let reason = format!("it answered {status}: {}", code(&String::from_utf8_lossy(&body)));
                let is_final = status.is_client_error() && !PASSING.contains(&status);
                if !is_final {
                    return Err(reason);
                }
                // It would refuse the same again, and what is not refused is not to wait for that.
                tracing::warn!(reason, region = scope.region, "CloudWatch does not take metrics of this region");
            }
            waiting.sent += 1;
        }
        queue.waiting.pop_front();
    }
    Ok(())
}

/// What is to be told of a minute, always in the same order.
fn batches(metrics: &Metrics, minute: Minute) -> Vec<(Scope, Vec<Datum>)> {
    let mut scopes = BTreeMap::<Scope, Vec<Datum>>::new();
    for (scope, subject, values) in metrics.history.of_minute(minute) {
        let subject = Arc::new(subject);
        let data = values.into_iter().map(|(name, value)| (Arc::clone(&subject), name, value));
        scopes.entry(scope).or_default().extend(data);
    }
    let batches = scopes
        .into_iter()
        .flat_map(|(scope, data)| data.chunks(BATCH).map(|batch| (scope.clone(), batch.to_vec())).collect::<Vec<_>>());
    batches.collect()
}

/// The request that tells of these values of a minute.
fn parameters(data: &[Datum], minute: Minute) -> Parameters {
    let time = DateTime::from_timestamp(i64::from(minute) * 60, 0).unwrap_or_default();
    let time = time.to_rfc3339_opts(SecondsFormat::Secs, true);
    let mut parameters = Parameters::new("PutMetricData", cloudwatch::VERSION);
    parameters.add("Namespace", NAMESPACE);
    for ((subject, name, value), number) in data.iter().zip(1..) {
        let of_datum = format!("MetricData.member.{number}");
        parameters.add(&format!("{of_datum}.MetricName"), name);
        parameters.add(&format!("{of_datum}.Timestamp"), &time);
        parameters.add(&format!("{of_datum}.Value"), &value.to_string());
        parameters.add(&format!("{of_datum}.Unit"), unit_of(name).map_or("None", Unit::as_str));
        for ((name, value), number) in Dimensions::own(subject).pairs().into_iter().zip(1..) {
            parameters.add(&format!("{of_datum}.Dimensions.member.{number}.Name"), name);
            parameters.add(&format!("{of_datum}.Dimensions.member.{number}.Value"), value);
        }
    }
    parameters
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minutes(queue: &Queue) -> Vec<Minute> {
        queue.waiting.iter().map(|waiting| waiting.minute).collect()
    }

    #[test]
    fn each_minute_waits_once_and_no_longer_than_an_hour() {
        let mut queue = Queue::new(100);
        assert_eq!((queue.go_on(100), minutes(&queue)), (0, vec![]));
        assert_eq!((queue.go_on(102), minutes(&queue)), (0, vec![100, 101]));
        assert_eq!((queue.go_on(102), minutes(&queue)), (0, vec![100, 101]));
        assert_eq!((queue.go_on(161), queue.waiting.len()), (1, 60));
        assert_eq!(
            (queue.go_on(10_000), queue.waiting.len()),
            (60, 60),
            "nor does a clock that is set forward cost more"
        );
    }

    #[test]
    fn a_service_that_fails_is_tried_again_less_and_less_often() {
        let mut queue = Queue::new(0);
        let pauses: Vec<_> = (0..8).map(|_| queue.fail().as_secs()).collect();
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60]);
    }

    #[test]
    fn a_minute_is_told_of_in_requests_that_are_not_too_long() {
        let metrics = Metrics::default();
        let scope = Scope::new("000000000000", "eu-west-1");
        for node in 0..700 {
            let subject = Subject::Node { cache_cluster_id: format!("c-{node}"), cache_node_id: "0001".into() };
            metrics.history.notes().note(&scope, &subject, None, 7, [("CacheHits", 1.0), ("CacheMisses", 2.0)]);
        }
        let sizes: Vec<_> = batches(&metrics, 7).iter().map(|(_, data)| data.len()).collect();
        assert_eq!(sizes, [1000, 400]);
        assert_eq!(batches(&metrics, 8).len(), 0);
    }
}

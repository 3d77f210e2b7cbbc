//! `GetMetricData`: several metrics at once. What is made of metrics by expressions is refused.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use super::{
    Code, Error, Fields, Named, Value,
    period::{self, Range, timestamp},
    statistic::Statistic,
};
use crate::{
    metrics::{Metrics, unit_of},
    model::Scope,
};

/// The most queries of a request, by the API's reference.
const MOST_QUERIES: usize = 500;

/// The most values of one answer, by the API's reference.
const MOST_VALUES: usize = 100_800;

/// One metric that is asked for.
struct Query {
    id: String,
    label: String,
    metric: Named,
    statistic: Statistic,
    range: Range,
    unit: Option<String>,
}

/// Where an answer begins that continues another: at a value of a query.
#[derive(Clone, Copy, Default)]
struct Place {
    query: usize,
    value: usize,
}

pub(super) fn get_metric_data(metrics: &Metrics, scope: &Scope, fields: &Fields<'_>) -> Result<Value, Error> {
    let start = fields.required("StartTime", Value::time)?;
    let end = fields.required("EndTime", Value::time)?;
    if fields.structure("LabelOptions")?.is_some() {
        return Err(Error::unsupported("LabelOptions"));
    }
    let newest_first = match fields.optional("ScanBy", Value::text)?.as_deref() {
        None | Some("TimestampDescending") => true,
        Some("TimestampAscending") => false,
        Some(_) => return Err(invalid("ScanBy must be TimestampDescending or TimestampAscending.")),
    };
    let most = match fields.optional("MaxDatapoints", Value::integer)? {
        None => MOST_VALUES,
        Some(most) => match usize::try_from(most) {
            Ok(most) if (1..=MOST_VALUES).contains(&most) => most,
            _ => return Err(invalid("MaxDatapoints must be from 1 to 100800.")),
        },
    };
    let place = place(fields)?;
    let queries = queries(fields, scope, start, end)?;
    let (mut room, mut next, mut results) = (most, None, Vec::new());
    for (number, query) in queries.iter().enumerate().skip(place.query) {
        let begin = if number == place.query { place.value } else { 0 };
        let mut points = points(metrics, scope, query);
        if newest_first {
            points.reverse();
        }
        let rest = points.get(begin..).unwrap_or_default();
        let page = &rest[..rest.len().min(room)];
        room -= page.len();
        let is_whole = page.len() == rest.len();
        results.push(result(query, page, is_whole));
        if !is_whole {
            next = Some(Place { query: number, value: begin + page.len() });
            break;
        }
    }
    let token = next.map(|place| Value::of_text(format!("{}:{}", place.query, place.value)));
    Ok(Value::structure([
        ("MetricDataResults", Some(Value::List(results))),
        ("NextToken", token),
        ("Messages", Some(Value::List(Vec::new()))),
    ]))
}

fn invalid(message: &str) -> Error {
    Error::new(Code::ValidationError, message)
}

/// Where the answer is to begin.
fn place(fields: &Fields<'_>) -> Result<Place, Error> {
    let Some(token) = fields.optional("NextToken", Value::text)? else { return Ok(Place::default()) };
    let place = token
        .split_once(':')
        .and_then(|(query, value)| Some(Place { query: query.parse().ok()?, value: value.parse().ok()? }));
    place.ok_or_else(|| Error::new(Code::InvalidNextToken, "The token was not given out here."))
}

fn queries(fields: &Fields<'_>, scope: &Scope, start: DateTime<Utc>, end: DateTime<Utc>) -> Result<Vec<Query>, Error> {
    let each = fields.structures("MetricDataQueries")?;
    if each.is_empty() {
        return Err(Error::missing("MetricDataQueries"));
    }
    if each.len() > MOST_QUERIES {
        return Err(invalid("A request may have at most 500 MetricDataQueries."));
    }
    let mut ids = HashSet::new();
    let mut queries = Vec::with_capacity(each.len());
    for fields in each {
        let query = Query::read(&fields, scope, start, end)?;
        if !ids.insert(query.id.clone()) {
            return Err(invalid("Each Id of MetricDataQueries must be there once."));
        }
        if fields.optional("ReturnData", Value::truth)? != Some(false) {
            queries.push(query);
        }
    }
    if queries.is_empty() {
        return Err(invalid("At least one of MetricDataQueries must have ReturnData true."));
    }
    Ok(queries)
}

impl Query {
    fn read(fields: &Fields<'_>, scope: &Scope, start: DateTime<Utc>, end: DateTime<Utc>) -> Result<Self, Error> {
        let id = fields.required("Id", Value::text)?;
        let is_id = id.starts_with(|first: char| first.is_ascii_lowercase())
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if !is_id {
            return Err(invalid("An Id must begin with a lower-case letter, and have letters, digits and _ only."));
        }
        if fields.optional("Expression", Value::text)?.is_some() {
            return Err(Error::unsupported("expressions in MetricDataQueries"));
        }
        if fields.optional("AccountId", Value::text)?.is_some_and(|account| account != scope.account) {
            return Err(Error::unsupported("metrics of other accounts"));
        }
        if fields.optional("Period", Value::integer)?.is_some() {
            return Err(invalid("A Period beside MetricStat is for expressions only."));
        }
        let statistic = fields.structure("MetricStat")?.ok_or_else(|| invalid("A query must have MetricStat."))?;
        let metric = statistic.structure("Metric")?.ok_or_else(|| Error::missing("MetricStat.Metric"))?;
        let metric = Named::read(&metric)?;
        let label = fields.optional("Label", Value::text)?;
        if label.as_ref().is_some_and(|label| label.contains("${")) {
            return Err(Error::unsupported("labels with ${..}"));
        }
        Ok(Self {
            id,
            label: label.unwrap_or_else(|| metric.name.clone()),
            metric,
            statistic: Statistic::read(&statistic.required("Stat", Value::text)?)?,
            range: Range::new(start, end, statistic.required("Period", Value::integer)?)?,
            unit: period::unit(statistic.optional("Unit", Value::text)?)?,
        })
    }
}

/// What a query finds, oldest first.
fn points(metrics: &Metrics, scope: &Scope, query: &Query) -> Vec<(i64, f64)> {
    let has = unit_of(&query.metric.name);
    let is_asked_for = has.is_some_and(|has| query.unit.as_deref().is_none_or(|unit| unit == has.as_str()));
    let Some(dimensions) = query.metric.dimensions().filter(|_| is_asked_for) else { return Vec::new() };
    let (from, to) = query.range.minutes();
    let values = metrics.history.values(scope, &query.metric.name, &dimensions, from, to);
    query.range.group(values).into_iter().map(|(begin, values)| (begin, query.statistic.of(&values))).collect()
}

fn result(query: &Query, points: &[(i64, f64)], is_whole: bool) -> Value {
    let status = if is_whole { "Complete" } else { "PartialData" };
    Value::structure([
        ("Id", Some(Value::of_text(query.id.as_str()))),
        ("Label", Some(Value::of_text(query.label.as_str()))),
        ("Timestamps", Some(Value::List(points.iter().map(|(begin, _)| timestamp(*begin)).collect()))),
        ("Values", Some(Value::List(points.iter().map(|(_, value)| Value::Number(*value)).collect()))),
        ("StatusCode", Some(Value::of_text(status))),
    ])
}

//! `ListMetrics`.

use chrono::{DateTime, Utc};

use super::{Code, Error, Fields, Value};
use crate::{
    metrics::{Listed, Metrics, NAMESPACE, minute_of},
    model::Scope,
};

/// The most metrics of one answer, by the API's reference.
const PAGE: usize = 500;

/// For how long a metric counts as recently active: `PT3H`, in minutes.
const RECENTLY: u32 = 180;

pub(super) fn list_metrics(
    metrics: &Metrics,
    scope: &Scope,
    fields: &Fields<'_>,
    now: DateTime<Utc>,
) -> Result<Value, Error> {
    let namespace = fields.optional("Namespace", Value::text)?;
    let name = fields.optional("MetricName", Value::text)?;
    let filters = fields.structures("Dimensions")?;
    let filters = filters
        .iter()
        .map(|filter| Ok((filter.required("Name", Value::text)?, filter.optional("Value", Value::text)?)));
    let filters = filters.collect::<Result<Vec<_>, Error>>()?;
    let begin = first(fields)?;
    let since = match fields.optional("RecentlyActive", Value::text)?.as_deref() {
        None => 0,
        Some("PT3H") => minute_of(now).saturating_sub(RECENTLY),
        Some(_) => return Err(Error::invalid("The parameter RecentlyActive must be PT3H.")),
    };
    if fields.optional("IncludeLinkedAccounts", Value::truth)? == Some(true) {
        return Err(Error::unsupported("metrics of linked accounts"));
    }
    if fields.optional("OwningAccount", Value::text)?.is_some_and(|account| account != scope.account) {
        return Err(Error::unsupported("metrics of other accounts"));
    }
    let listed = match namespace.as_deref() {
        None | Some(NAMESPACE) => metrics.history.list(scope, since),
        Some(_) => Vec::new(),
    };
    let matching = listed.iter().filter(|listed| name.as_deref().is_none_or(|name| listed.name == name));
    let matching: Vec<_> = matching.filter(|listed| has(listed, &filters)).collect();
    let page = matching.get(begin..).unwrap_or_default();
    let more = (page.len() > PAGE).then(|| Value::of_text((begin + PAGE).to_string()));
    let page = page.iter().take(PAGE).map(|listed| metric(listed)).collect();
    Ok(Value::structure([("Metrics", Some(Value::List(page))), ("NextToken", more)]))
}

/// Where the page begins that is asked for.
fn first(fields: &Fields<'_>) -> Result<usize, Error> {
    match fields.optional("NextToken", Value::text)? {
        None => Ok(0),
        Some(token) => token.parse().map_err(|_| Error::new(Code::InvalidParameterValue, "Invalid NextToken.")),
    }
}

/// Whether a metric has all of these dimensions, and where they have a value, that.
fn has(listed: &Listed, filters: &[(String, Option<String>)]) -> bool {
    let pairs = listed.dimensions.pairs();
    filters.iter().all(|(name, value)| {
        pairs.iter().any(|(known, has)| known == name && value.as_deref().is_none_or(|value| value == *has))
    })
}

fn metric(listed: &Listed) -> Value {
    let dimensions = listed.dimensions.pairs().into_iter();
    let dimensions = dimensions.map(|(name, value)| {
        Value::structure([("Name", Some(Value::of_text(name))), ("Value", Some(Value::of_text(value)))])
    });
    Value::structure([
        ("Namespace", Some(Value::of_text(NAMESPACE))),
        ("MetricName", Some(Value::of_text(listed.name))),
        ("Dimensions", Some(Value::List(dimensions.collect()))),
    ])
}

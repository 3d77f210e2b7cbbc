//! `GetMetricStatistics`.

use super::{
    Code, Error, Fields, Named, Value,
    period::{self, Range, timestamp},
    statistic::Statistic,
};
use crate::{
    metrics::{Metrics, Unit, unit_of},
    model::Scope,
};

/// The most periods of one answer, by the API's reference.
const MOST: i64 = 1440;

/// The most statistics of each kind.
const MOST_STATISTICS: usize = 10;

pub(super) fn get_metric_statistics(metrics: &Metrics, scope: &Scope, fields: &Fields<'_>) -> Result<Value, Error> {
    let named = Named::read(fields)?;
    let start = fields.required("StartTime", Value::time)?;
    let end = fields.required("EndTime", Value::time)?;
    let range = Range::new(start, end, fields.required("Period", Value::integer)?)?.beginning_at(start);
    if range.count() > MOST {
        return Err(Error::new(
            Code::InvalidParameterCombination,
            format!(
                "You have requested up to {} datapoints, which exceeds the limit of {MOST}. You may reduce the \
                 datapoints requested by increasing Period, or decreasing the time range.",
                range.count()
            ),
        ));
    }
    let wanted = Wanted::read(fields)?;
    let unit = period::unit(fields.optional("Unit", Value::text)?)?;
    let has = unit_of(&named.name).map(Unit::as_str).filter(|has| unit.as_deref().is_none_or(|unit| unit == *has));
    let values = has.and_then(|_| named.dimensions()).map(|dimensions| {
        let (from, to) = range.minutes();
        metrics.history.values(scope, &named.name, &dimensions, from, to)
    });
    let points = range.group(values.unwrap_or_default()).into_iter().map(|(begin, values)| {
        let mut members = vec![("Timestamp".to_owned(), timestamp(begin))];
        members.extend(wanted.simple.iter().map(|(name, of)| ((*name).to_owned(), Value::Number(of.of(&values)))));
        members.push(("Unit".to_owned(), Value::of_text(has.unwrap_or_default())));
        if !wanted.extended.is_empty() {
            let extended = wanted.extended.iter().map(|(name, of)| (name.clone(), Value::Number(of.of(&values))));
            members.push(("ExtendedStatistics".to_owned(), Value::Map(extended.collect())));
        }
        Value::Structure(members)
    });
    let points = Value::List(points.collect());
    Ok(Value::structure([("Label", Some(Value::of_text(named.name.as_str()))), ("Datapoints", Some(points))]))
}

/// The statistics that are asked for.
struct Wanted {
    simple: Vec<(&'static str, Statistic)>,
    extended: Vec<(String, Statistic)>,
}

impl Wanted {
    fn read(fields: &Fields<'_>) -> Result<Self, Error> {
        let simple = fields.list("Statistics", Value::text)?;
        let extended = fields.list("ExtendedStatistics", Value::text)?;
        let combination = |message: &str| Err(Error::new(Code::InvalidParameterCombination, message));
        if simple.is_empty() && extended.is_empty() {
            return combination("Must specify either Statistics or ExtendedStatistics.");
        }
        if simple.len().max(extended.len()) > MOST_STATISTICS {
            return combination("There are too many statistics.");
        }
        if let Some(wrong) = simple.iter().find(|name| Statistic::simple(name).is_none()) {
            return Err(Error::invalid(format!("{wrong} is no statistic.")));
        }
        let extended = extended.into_iter().map(|name| {
            let statistic = Statistic::percentile(&name);
            let statistic = statistic.map_or_else(|| Statistic::read(&name), Ok)?;
            Ok((name, statistic))
        });
        let asked = |(name, _): &(&str, Statistic)| simple.iter().any(|asked| asked == name);
        Ok(Self {
            extended: extended.collect::<Result<_, Error>>()?,
            simple: Statistic::SIMPLE.into_iter().filter(asked).collect(),
        })
    }
}

//! The part of `CloudWatch`'s API that reads metrics, for those of `ElastiCache`: `ListMetrics`, `GetMetricStatistics` and
//! `GetMetricData`, in every protocol that AWS's SDKs and its command line speak to `CloudWatch`. Nothing is written by it,
//! and other namespaces have no metrics here.
//!
//! A request is read into a [`Fields`], whatever the [`Protocol`]; an operation makes a [`Value`] of it, which is then
//! written in the same protocol. Who calls, and whether they may, is for `http` to find out.

mod cbor;
mod data;
mod error;
mod json;
mod list;
mod period;
mod protocol;
mod query;
mod series;
mod statistic;
mod statistics;
mod value;
mod xml;

use std::sync::Arc;

use crate::{
    clock::Clock,
    metrics::{Dimensions, Metrics, NAMESPACE},
    model::Scope,
};

pub use error::{Code, Error};
pub use protocol::{Answer, Protocol, Request, SERVICE, VERSION};
pub use series::{Series, SeriesQuery};
use value::{Fields, Value};

/// An operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// `GetMetricData`.
    GetMetricData,
    /// `GetMetricStatistics`.
    GetMetricStatistics,
    /// `ListMetrics`.
    ListMetrics,
}

impl Operation {
    const ALL: [Self; 3] = [Self::GetMetricData, Self::GetMetricStatistics, Self::ListMetrics];

    /// The operation's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::GetMetricData => "GetMetricData",
            Self::GetMetricStatistics => "GetMetricStatistics",
            Self::ListMetrics => "ListMetrics",
        }
    }
}

/// Answers requests from what was sampled.
pub struct CloudWatch {
    metrics: Arc<Metrics>,
    clock: Arc<Clock>,
}

impl CloudWatch {
    /// Answers from `metrics`.
    #[must_use]
    pub fn new(metrics: Arc<Metrics>, clock: Arc<Clock>) -> Self {
        Self { metrics, clock }
    }

    /// Carries out a request of somebody with this account and region.
    ///
    /// # Errors
    /// When there is something wrong with it.
    pub fn execute(&self, scope: &Scope, request: &Request) -> Result<Answer, Error> {
        let fields = Fields::of(&request.value);
        let answer = match request.operation {
            Operation::ListMetrics => list::list_metrics(&self.metrics, scope, &fields, self.clock.now()),
            Operation::GetMetricStatistics => statistics::get_metric_statistics(&self.metrics, scope, &fields),
            Operation::GetMetricData => data::get_metric_data(&self.metrics, scope, &fields),
        };
        answer.map(Answer)
    }
}

/// A metric that a request names.
struct Named {
    namespace: String,
    name: String,
    dimensions: Vec<(String, String)>,
}

impl Named {
    fn read(fields: &Fields<'_>) -> Result<Self, Error> {
        Ok(Self {
            namespace: fields.required("Namespace", Value::text)?,
            name: fields.required("MetricName", Value::text)?,
            dimensions: dimensions(fields)?,
        })
    }

    /// The dimensions, if this is a metric that there could be here.
    fn dimensions(&self) -> Option<Dimensions> {
        let pairs = self.dimensions.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        (self.namespace == NAMESPACE).then(|| Dimensions::read(pairs))?
    }
}

/// The dimensions of a request, each with a value.
fn dimensions(fields: &Fields<'_>) -> Result<Vec<(String, String)>, Error> {
    let each = fields.structures("Dimensions")?.into_iter();
    each.map(|fields| Ok((fields.required("Name", Value::text)?, fields.required("Value", Value::text)?))).collect()
}

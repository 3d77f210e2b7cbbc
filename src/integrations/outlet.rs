//! How an event is told to a topic and to the event bus.

use aws_sdk_eventbridge::{primitives::DateTime, types::PutEventsRequestEntry};
use aws_sdk_sns::error::DisplayErrorContext;

use chrono::SecondsFormat;
use serde_json::json;

use super::services::{Service, Services};
use crate::model::{
    Delivery, Event, Outlet, Scope, SourceType,
    arn::{Arn, ResourceType},
};

/// Who sends events to the bus.
const SOURCE: &str = "aws.elasticache";

/// What came of a delivery that did not fail.
pub(super) enum Told {
    /// It arrived.
    Taken,
    /// There is no such service any more.
    Nobody,
}

impl Services {
    /// Tells of an event. `id` is its number.
    ///
    /// # Errors
    /// Why it did not arrive, in words for the log.
    pub(super) async fn tell(&self, scope: &Scope, id: &str, delivery: &Delivery) -> Result<Told, String> {
        match &delivery.outlet {
            Outlet::Topic(arn) => self.publish(scope, arn, &delivery.event).await,
            Outlet::Bus => self.put_event(scope, id, &delivery.event).await,
        }
    }

    /// Publishes an event as `ElastiCache` does: its name, and the resource that it is about.
    async fn publish(&self, scope: &Scope, topic_arn: &str, event: &Event) -> Result<Told, String> {
        let (Some(config), Some(name)) = (self.config(Service::Sns, scope), event.topic_name()) else {
            return Ok(Told::Nobody);
        };
        let message = json!({ name: event.source_identifier }).to_string();
        let publish = aws_sdk_sns::Client::new(&config).publish().topic_arn(topic_arn).message(message);
        publish.send().await.map_err(|error| DisplayErrorContext(error).to_string())?;
        Ok(Told::Taken)
    }

    async fn put_event(&self, scope: &Scope, id: &str, event: &Event) -> Result<Told, String> {
        let (Some(config), Some(name)) = (self.config(Service::EventBridge, scope), event.bus_name()) else {
            return Ok(Told::Nobody);
        };
        let resource_type = match event.source_type {
            SourceType::ServerlessCacheSnapshot => ResourceType::ServerlessCacheSnapshot,
            _ => ResourceType::ServerlessCache,
        };
        let arn = Arn::text(scope, resource_type, &event.source_identifier);
        let detail = json!({
            "EventCategories": [name.category],
            "EventID": format!("{}-{id}", scope.region),
            "SourceType": event.source_type,
            "SourceArn": arn,
            "SourceIdentifier": event.source_identifier,
            "Date": event.date.to_rfc3339_opts(SecondsFormat::Millis, true),
            "Message": event.message,
        });
        let entry = PutEventsRequestEntry::builder()
            .source(SOURCE)
            .detail_type(name.detail_type)
            .detail(detail.to_string())
            .resources(arn)
            .time(DateTime::from_millis(event.date.timestamp_millis()));
        let put = aws_sdk_eventbridge::Client::new(&config).put_events().entries(entry.build());
        let answer = put.send().await.map_err(|error| DisplayErrorContext(error).to_string())?;
        match answer.entries().first().and_then(|entry| entry.error_code()) {
            Some(code) => Err(format!("the bus refused the event: {code}")),
            None => Ok(Told::Taken),
        }
    }
}

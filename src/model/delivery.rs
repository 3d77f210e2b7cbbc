//! An event on its way to another service.

use serde::{Deserialize, Serialize};

use super::Event;

/// An event that another service is to be told of, kept until it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// What happened.
    pub event: Event,
    /// Who is to be told.
    pub outlet: Outlet,
}

/// Where an event goes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outlet {
    /// To the topic of this ARN.
    Topic(String),
    /// To the default event bus of the account and region.
    Bus,
}

/// Which other services can be told of events at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outlets {
    /// Topics.
    pub topics: bool,
    /// The event bus.
    pub bus: bool,
}

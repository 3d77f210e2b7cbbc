//! A reservation of cache nodes. Nothing runs for it; where it stands follows from the clock.

use std::borrow::Cow;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{Engine, Scope, TagSet};

/// How long the payment for a reservation takes. `ElastiCache` takes minutes, and promises nothing.
const PAYMENT: TimeDelta = TimeDelta::seconds(5);

/// Days are what a year is counted in, leap or not.
const SECONDS_PER_YEAR: u32 = 365 * 86_400;

/// A reservation that was bought.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReservedCacheNode {
    /// Whose it is, and where.
    pub scope: Scope,
    /// Its identifier, in lower case.
    pub id: String,
    /// What was bought.
    pub offering_id: String,
    /// The terms as they were then.
    pub terms: ReservationTerms,
    /// For how many nodes.
    pub count: u32,
    /// When it began.
    pub started: DateTime<Utc>,
    /// The tags.
    pub tags: TagSet,
}

/// What a reservation is for, and what it costs. Prices are in US dollars for one node.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReservationTerms {
    /// The node type, such as `cache.t3.micro`.
    pub cache_node_type: Cow<'static, str>,
    /// The engine. On the wire that is the `ProductDescription`.
    pub engine: Engine,
    /// For how many years.
    pub years: u8,
    /// When it is paid.
    pub offering_type: OfferingType,
    /// What is paid at the beginning.
    pub fixed_price: f64,
    /// What is paid for each hour in which a node is used.
    pub usage_price: f64,
    /// What is paid for every hour, used or not; `None` where there is no such charge.
    pub hourly_charge: Option<f64>,
}

impl ReservationTerms {
    /// How long a reservation lasts, in seconds.
    #[must_use]
    pub fn duration_seconds(&self) -> u32 {
        u32::from(self.years) * SECONDS_PER_YEAR
    }
}

/// When a reservation is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfferingType {
    /// By the hour.
    NoUpfront,
    /// Half of it at the beginning.
    PartialUpfront,
    /// At the beginning.
    AllUpfront,
    /// For node types of former generations: at the beginning and for every hour.
    HeavyUtilization,
    /// For node types of former generations: at the beginning and for each hour of use.
    MediumUtilization,
    /// As the one before, with less at the beginning and more by the hour.
    LightUtilization,
}

impl OfferingType {
    /// Every type, those that are still sold first.
    pub const ALL: [Self; 6] = [
        Self::NoUpfront,
        Self::PartialUpfront,
        Self::AllUpfront,
        Self::HeavyUtilization,
        Self::MediumUtilization,
        Self::LightUtilization,
    ];

    /// The name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NoUpfront => "No Upfront",
            Self::PartialUpfront => "Partial Upfront",
            Self::AllUpfront => "All Upfront",
            Self::HeavyUtilization => "Heavy Utilization",
            Self::MediumUtilization => "Medium Utilization",
            Self::LightUtilization => "Light Utilization",
        }
    }
}

/// Where a reservation stands, computed from the clock. No payment fails here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReservationState {
    /// It was just bought.
    PaymentPending,
    /// It is in force.
    Active,
    /// Its time is over.
    Retired,
}

impl ReservationState {
    /// The name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::PaymentPending => "payment-pending",
            Self::Active => "active",
            Self::Retired => "retired",
        }
    }
}

impl ReservedCacheNode {
    /// Where it stands at that time.
    #[must_use]
    pub fn state(&self, now: DateTime<Utc>) -> ReservationState {
        if now >= self.started + TimeDelta::seconds(self.terms.duration_seconds().into()) {
            ReservationState::Retired
        } else if now >= self.started + PAYMENT {
            ReservationState::Active
        } else {
            ReservationState::PaymentPending
        }
    }
}

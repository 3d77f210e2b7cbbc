//! The operations on reserved nodes. A reservation changes what a bill says, so there is nothing to be run for it.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Operations, errors, pagination::Page, request::Request, tags};
use crate::{
    model::{
        OfferingType, ReservationState, ReservationTerms, ReservedCacheNode,
        arn::{Arn, ResourceType},
        catalogue::{
            limits,
            reserved_offerings::{ReservedOffering, reserved_offering, reserved_offerings},
        },
        identifier::IdentifierKind,
    },
    protocol::{AwsError, ErrorCode, Output, types},
    store::Tables,
};

impl Operations {
    /// # Compatibility
    /// `Duration` can be `P1Y` or `P3Y` too, as Terraform sends it. About a thousand offerings, with the prices of
    /// us-east-1 in 2025 in every region. Where half is paid at the beginning the split is worked out from what an hour
    /// costs in effect; a year that is paid at the beginning is taken to be 2 percent cheaper. Most identifiers are
    /// made up, and always the same.
    pub(super) fn describe_reserved_cache_nodes_offerings(
        input: &types::DescribeReservedCacheNodesOfferingsMessage,
    ) -> Result<Output, AwsError> {
        let types::DescribeReservedCacheNodesOfferingsMessage {
            reserved_cache_nodes_offering_id,
            cache_node_type,
            duration,
            product_description,
            offering_type,
            max_records,
            marker,
        } = input;
        let page = Page::new(*max_records, marker.as_deref())?;
        let wanted = Filter::new(
            cache_node_type.as_deref(),
            duration.as_deref(),
            product_description.as_deref(),
            offering_type.as_deref(),
        )?;
        let among = match reserved_cache_nodes_offering_id {
            Some(id) => std::slice::from_ref(find_offering(id)?),
            None => reserved_offerings(),
        };
        let rest = among.iter().filter(|offering| page.after().is_none_or(|after| offering.id > after));
        let (offerings, marker) =
            page.take(rest.filter(|offering| wanted.lets_through(&offering.terms)), |offering| offering.id);
        Ok(Output::DescribeReservedCacheNodesOfferings(types::ReservedCacheNodesOfferingMessage {
            marker,
            reserved_cache_nodes_offerings: Some(offerings.into_iter().map(show_offering).collect()),
        }))
    }

    /// # Compatibility
    /// Nothing is paid, and no cache differs for it. Account quota of 300 nodes, of which AWS publishes no number, with
    /// `--strict` only.
    pub(super) async fn purchase_reserved_cache_nodes_offering(
        &self,
        request: &Request,
        input: types::PurchaseReservedCacheNodesOfferingMessage,
    ) -> Result<Output, AwsError> {
        let types::PurchaseReservedCacheNodesOfferingMessage {
            reserved_cache_nodes_offering_id,
            reserved_cache_node_id,
            cache_node_count,
            tags,
        } = input;
        let offering = find_offering(&reserved_cache_nodes_offering_id)?;
        let asked_id = reserved_cache_node_id
            .map(|id| IdentifierKind::ReservedCacheNode.canonical(&id))
            .transpose()
            .map_err(errors::invalid_value)?;
        let count = checked_count(cache_node_count)?;
        let tags = tags::from_request(tags)?;
        let (scope, strict, now) = (request.scope.clone(), self.options.strict, self.clock.now());
        self.store
            .write(move |draft| {
                let reserved = &draft.tables().reserved_cache_nodes;
                if let Some(id) = asked_id.as_ref().filter(|id| reserved.get(&scope, id).is_some()) {
                    return Err(errors::reserved_cache_node_already_exists(id));
                }
                let in_force = reserved.iter(&scope).filter(|(_, node)| node.state(now) != ReservationState::Retired);
                let nodes: u64 = in_force.map(|(_, node)| u64::from(node.count)).sum();
                if strict && nodes + u64::from(count) > limits::RESERVED_NODES as u64 {
                    return Err(errors::quota_exceeded(
                        ErrorCode::ReservedCacheNodeQuotaExceeded,
                        "reserved cache nodes",
                        limits::RESERVED_NODES,
                    ));
                }
                let id = asked_id.unwrap_or_else(|| free_id(now, |id| reserved.get(&scope, id).is_some()));
                let node = ReservedCacheNode {
                    scope: scope.clone(),
                    id: id.clone(),
                    offering_id: offering.id.to_owned(),
                    terms: offering.terms.clone(),
                    count,
                    started: now,
                    tags,
                };
                let reserved_cache_node = Some(show(&node, now));
                draft.put(&scope, &id, node);
                Ok(Output::PurchaseReservedCacheNodesOffering(types::PurchaseReservedCacheNodesOfferingResult {
                    reserved_cache_node,
                }))
            })
            .await
    }

    /// # Compatibility
    /// The state follows from the clock: `active` five seconds after the purchase, `retired` at the end. No payment
    /// fails.
    pub(super) fn describe_reserved_cache_nodes(
        &self,
        request: &Request,
        input: &types::DescribeReservedCacheNodesMessage,
    ) -> Result<Output, AwsError> {
        let types::DescribeReservedCacheNodesMessage {
            reserved_cache_node_id,
            reserved_cache_nodes_offering_id,
            cache_node_type,
            duration,
            product_description,
            offering_type,
            max_records,
            marker,
        } = input;
        let page = Page::new(*max_records, marker.as_deref())?;
        let wanted = Filter::new(
            cache_node_type.as_deref(),
            duration.as_deref(),
            product_description.as_deref(),
            offering_type.as_deref(),
        )?;
        let is_wanted = |node: &ReservedCacheNode| {
            let of_offering = reserved_cache_nodes_offering_id.as_ref();
            of_offering.is_none_or(|id| node.offering_id.eq_ignore_ascii_case(id)) && wanted.lets_through(&node.terms)
        };
        let tables: &Tables = &self.store.tables();
        let reserved = &tables.reserved_cache_nodes;
        let (nodes, marker) = if let Some(id) = reserved_cache_node_id {
            let node = reserved.get(&request.scope, &id.to_ascii_lowercase());
            let node = node.ok_or_else(|| errors::reserved_cache_node_not_found(id))?;
            (Some(node).filter(|node| is_wanted(node)).into_iter().collect(), None)
        } else {
            let rest = reserved.iter_after(&request.scope, page.after().unwrap_or_default());
            page.take(rest.map(|(_, node)| node).filter(|node| is_wanted(node)), |node| node.id.as_str())
        };
        let now = self.clock.now();
        Ok(Output::DescribeReservedCacheNodes(types::ReservedCacheNodeMessage {
            marker,
            reserved_cache_nodes: Some(nodes.into_iter().map(|node| show(node, now)).collect()),
        }))
    }
}

/// Which terms are asked for.
struct Filter<'a> {
    cache_node_type: Option<&'a str>,
    years: Option<u8>,
    engine: Option<&'a str>,
    offering_type: Option<OfferingType>,
}

impl<'a> Filter<'a> {
    /// # Errors
    /// `InvalidParameterValue` for a duration or an offering type that there is not.
    fn new(
        cache_node_type: Option<&'a str>,
        duration: Option<&str>,
        product_description: Option<&'a str>,
        offering_type: Option<&str>,
    ) -> Result<Self, AwsError> {
        let years = |duration: &str| match duration {
            // The API reference knows years and seconds. Terraform sends durations of ISO 8601.
            "1" | "31536000" | "P1Y" => Ok(1),
            "3" | "94608000" | "P3Y" => Ok(3),
            _ => Err(errors::invalid_value(format_args!(
                "Invalid duration: {duration}. Valid values are 1, 3, 31536000 and 94608000."
            ))),
        };
        let known_type = |name: &str| {
            let mut types = OfferingType::ALL.into_iter();
            types
                .find(|known| known.name().eq_ignore_ascii_case(name))
                .ok_or_else(|| errors::invalid_value(format_args!("Invalid offering type: {name}")))
        };
        Ok(Self {
            cache_node_type,
            years: duration.map(years).transpose()?,
            engine: product_description,
            offering_type: offering_type.map(known_type).transpose()?,
        })
    }

    fn lets_through(&self, terms: &ReservationTerms) -> bool {
        let Self { cache_node_type, years, engine, offering_type } = self;
        cache_node_type.is_none_or(|asked| terms.cache_node_type.eq_ignore_ascii_case(asked))
            && years.is_none_or(|asked| terms.years == asked)
            && engine.is_none_or(|asked| terms.engine.name().eq_ignore_ascii_case(asked))
            && offering_type.is_none_or(|asked| terms.offering_type == asked)
    }
}

fn find_offering(id: &str) -> Result<&'static ReservedOffering, AwsError> {
    reserved_offering(&id.to_ascii_lowercase()).ok_or_else(|| errors::reserved_offering_not_found(id))
}

fn checked_count(asked: Option<i32>) -> Result<u32, AwsError> {
    let asked = asked.unwrap_or(1);
    u32::try_from(asked).ok().filter(|count| *count > 0).ok_or_else(|| {
        errors::invalid_value(format_args!("Invalid value {asked} for CacheNodeCount. It must be at least 1."))
    })
}

/// The identifier of a reservation that is given none: the time at which it is bought, or the next that is free.
fn free_id(now: DateTime<Utc>, is_taken: impl Fn(&str) -> bool) -> String {
    let mut time = now;
    loop {
        let id = time.format("ri-%Y-%m-%d-%H-%M-%S-%3f").to_string();
        if !is_taken(&id) {
            return id;
        }
        time += TimeDelta::milliseconds(1);
    }
}

fn show_offering(offering: &ReservedOffering) -> types::ReservedCacheNodesOffering {
    let terms = &offering.terms;
    types::ReservedCacheNodesOffering {
        reserved_cache_nodes_offering_id: Some(offering.id.to_owned()),
        cache_node_type: Some(terms.cache_node_type.to_string()),
        duration: i32::try_from(terms.duration_seconds()).ok(),
        fixed_price: Some(terms.fixed_price),
        usage_price: Some(terms.usage_price),
        product_description: Some(terms.engine.name().to_owned()),
        offering_type: Some(terms.offering_type.name().to_owned()),
        recurring_charges: Some(recurring_charges(terms)),
    }
}

fn show(node: &ReservedCacheNode, now: DateTime<Utc>) -> types::ReservedCacheNode {
    let terms = &node.terms;
    types::ReservedCacheNode {
        reserved_cache_node_id: Some(node.id.clone()),
        reserved_cache_nodes_offering_id: Some(node.offering_id.clone()),
        cache_node_type: Some(terms.cache_node_type.to_string()),
        start_time: Some(node.started),
        duration: i32::try_from(terms.duration_seconds()).ok(),
        fixed_price: Some(terms.fixed_price),
        usage_price: Some(terms.usage_price),
        cache_node_count: i32::try_from(node.count).ok(),
        product_description: Some(terms.engine.name().to_owned()),
        offering_type: Some(terms.offering_type.name().to_owned()),
        state: Some(node.state(now).name().to_owned()),
        recurring_charges: Some(recurring_charges(terms)),
        reservation_arn: Some(Arn::text(&node.scope, ResourceType::ReservedInstance, &node.id)),
    }
}

fn recurring_charges(terms: &ReservationTerms) -> Vec<types::RecurringCharge> {
    let charge = |amount| types::RecurringCharge {
        recurring_charge_amount: Some(amount),
        recurring_charge_frequency: Some("Hourly".to_owned()),
    };
    terms.hourly_charge.map(charge).into_iter().collect()
}

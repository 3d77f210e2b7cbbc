//! What reservations can be bought.
//!
//! The prices are those of us-east-1 in 2025, and the same for every region here. The price list gives what an hour
//! costs in effect: where half is paid at the beginning, the split is worked out from that, and a year that is paid at
//! the beginning is taken to be 2 percent cheaper. The identifiers are made up but for those few that are known, and
//! always the same for the same offering.

use std::borrow::Cow;

use super::generated::reserved_offerings::RESERVED_OFFERINGS;
use crate::model::{Engine, OfferingType, ReservationTerms};

/// Something that can be bought.
#[derive(Debug)]
pub struct ReservedOffering {
    /// Its identifier, a UUID.
    pub id: &'static str,
    /// What is bought.
    pub terms: ReservationTerms,
}

/// Every offering, sorted by identifier.
#[must_use]
pub fn reserved_offerings() -> &'static [ReservedOffering] {
    RESERVED_OFFERINGS
}

/// The offering with that identifier.
#[must_use]
pub fn reserved_offering(id: &str) -> Option<&'static ReservedOffering> {
    let found = RESERVED_OFFERINGS.binary_search_by_key(&id, |offering| offering.id);
    found.ok().map(|index| &RESERVED_OFFERINGS[index])
}

/// A row of the generated table. Prices: at the beginning, for each hour of use, for every hour.
pub(super) const fn offering(
    id: &'static str,
    cache_node_type: &'static str,
    engine: Engine,
    years: u8,
    offering_type: OfferingType,
    (fixed_price, usage_price, hourly_charge): (f64, f64, Option<f64>),
) -> ReservedOffering {
    let cache_node_type = Cow::Borrowed(cache_node_type);
    let terms =
        ReservationTerms { cache_node_type, engine, years, offering_type, fixed_price, usage_price, hourly_charge };
    ReservedOffering { id, terms }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::catalogue::node_types::node_type;

    #[test]
    fn every_offering_is_found_by_its_identifier() {
        assert!(reserved_offerings().len() > 1000);
        assert!(reserved_offerings().is_sorted_by(|one, other| one.id < other.id));
        for offering in reserved_offerings() {
            assert!(std::ptr::eq(reserved_offering(offering.id).expect("known"), offering));
            assert!(uuid::Uuid::try_parse(offering.id).is_ok(), "{}", offering.id);
        }
        assert!(reserved_offering("00000000-0000-0000-0000-000000000000").is_none());
    }

    #[test]
    fn offerings_are_for_nodes_that_there_are() {
        for ReservedOffering { id, terms } in reserved_offerings() {
            assert!(node_type(&terms.cache_node_type).is_ok(), "{id}");
            assert!([1, 3].contains(&terms.years), "{id}");
            let paid_up_front = terms.fixed_price > 0.0;
            assert_eq!(paid_up_front, terms.offering_type != OfferingType::NoUpfront, "{id}");
            assert!(paid_up_front || terms.hourly_charge.is_some_and(|charge| charge > 0.0), "{id}");
        }
    }
}

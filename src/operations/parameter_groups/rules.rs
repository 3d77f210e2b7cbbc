//! Rules that a parameter group has to keep as a whole, and together with the node type of a cluster that uses it.

use crate::{
    model::{
        catalogue::{
            families::Family,
            node_types::NodeType,
            parameter_rules::{check_item_fits, check_item_size, check_policy},
        },
        parameters::Values,
    },
    operations::errors,
    protocol::AwsError,
};

/// Checks the parameters of a group by themselves.
pub(super) fn check_group(family: &Family, values: &Values) -> Result<(), AwsError> {
    match (number(family, values, "max_item_size"), number(family, values, "slab_chunk_max")) {
        (Some(item), Some(chunk)) => check_item_size(item, chunk).map_err(errors::invalid_combination),
        _ => Ok(()),
    }
}

/// Checks the parameters of a group against the node type of a cluster that is to use it.
pub(in crate::operations) fn check(family: &Family, values: &Values, node_type: &NodeType) -> Result<(), AwsError> {
    if let Some(item) = number(family, values, "max_item_size") {
        let overhead = number(family, values, "memcached_connections_overhead").unwrap_or(0);
        check_item_fits(item, overhead, node_type).map_err(errors::invalid_combination)?;
    }
    match value(family, values, "maxmemory-policy") {
        Some(policy) => check_policy(policy, node_type).map_err(errors::invalid_combination),
        None => Ok(()),
    }
}

/// The value that a group has for a parameter: the one that was set, or the family's.
fn value<'a>(family: &Family, values: &'a Values, name: &str) -> Option<&'a str> {
    values.get(name).map(String::as_str).or_else(|| family.parameter(name).map(|parameter| parameter.value))
}

fn number(family: &Family, values: &Values, name: &str) -> Option<u64> {
    value(family, values, name)?.parse().ok()
}

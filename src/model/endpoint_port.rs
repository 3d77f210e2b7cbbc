//! The ports that a request may ask for.
//!
//! 8005 is kept back by `ElastiCache`, as is everything below 1150. What port an endpoint really gets is not decided
//! here.

/// A port that no endpoint may have. AWS code: `InvalidParameterValue`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Invalid endpoint port: {0}. Valid range is 1150-8004,8006-65535")]
pub struct InvalidEndpointPort(pub i32);

/// The port that `Port` of a request asks for.
///
/// # Errors
///
/// [`InvalidEndpointPort`], when it is out of range.
pub fn endpoint_port(requested: i32) -> Result<u16, InvalidEndpointPort> {
    match u16::try_from(requested) {
        Ok(port) if port >= 1150 && port != 8005 => Ok(port),
        _ => Err(InvalidEndpointPort(requested)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_at_the_edges() {
        for port in [1150, 6379, 8004, 8006, 11211, 65535] {
            assert_eq!(endpoint_port(port).map(i32::from), Ok(port));
        }
        for port in [i32::MIN, -1, 0, 1149, 8005, 65536, i32::MAX] {
            assert_eq!(endpoint_port(port), Err(InvalidEndpointPort(port)));
        }
        assert_eq!(
            endpoint_port(1149).expect_err("too low").to_string(),
            "Invalid endpoint port: 1149. Valid range is 1150-8004,8006-65535"
        );
    }
}

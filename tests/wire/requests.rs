//! Requests as clients send them, decoded.

use cachette::protocol::query::{MAX_PARAMETERS, decode_request};
use cachette::protocol::types::{
    AuthTokenUpdateStrategyType, DataStorageUnit, DescribeCacheClustersMessage, SourceType, Tag,
};
use cachette::protocol::{AwsError, ErrorCode, Operation};
use proptest::prelude::*;

/// Decodes a body to which the version is added.
fn decode(body: &str) -> Result<Operation, AwsError> {
    decode_request(None, format!("{body}&Version=2015-02-02").as_bytes())
}

/// The error of a body that must not decode.
fn refused(body: &str) -> (&'static str, u16, String) {
    let error = decode(body).expect_err("the request is refused");
    (error.code.as_str(), error.code.status(), error.message)
}

macro_rules! input {
    ($operation:ident, $body:expr) => {
        match decode($body) {
            Ok(Operation::$operation(input)) => *input,
            other => panic!("not the input of {}: {other:?}", stringify!($operation)),
        }
    };
}

fn tags(pairs: &[(&str, &str)]) -> Vec<Tag> {
    pairs.iter().map(|(k, v)| Tag { key: Some((*k).into()), value: Some((*v).into()) }).collect()
}

#[test]
fn a_request_may_come_in_the_query_string_or_the_body() {
    let wanted = DescribeCacheClustersMessage { cache_cluster_id: Some("a b".into()), ..Default::default() };
    let text = "Action=DescribeCacheClusters&Version=2015-02-02&CacheClusterId=a+b";
    let wanted = Operation::DescribeCacheClusters(Box::new(wanted));
    assert_eq!(decode_request(Some(text), b""), Ok(wanted.clone()));
    assert_eq!(decode_request(None, text.as_bytes()), Ok(wanted.clone()));
    let (head, tail) = text.split_once('&').expect("three pairs");
    assert_eq!(decode_request(Some(head), tail.as_bytes()), Ok(wanted));
}

#[test]
fn scalars_have_their_types() {
    let input = input!(
        DescribeCacheClusters,
        "Action=DescribeCacheClusters&MaxRecords=20&ShowCacheNodeInfo=True&Marker=%C3%A9%2B%20x"
    );
    assert_eq!((input.max_records, input.show_cache_node_info), (Some(20), Some(true)));
    assert_eq!(input.marker.as_deref(), Some("é+ x"));
    let input = input!(DescribeEvents, "Action=DescribeEvents&SourceType=cache-cluster&StartTime=2015-02-02T10:00:00Z");
    assert_eq!(input.source_type, Some(SourceType::CacheCluster));
    assert_eq!(input.start_time.map(|time| time.timestamp()), Some(1_422_871_200));
    for same in ["2015-02-02T10:00:00", "2015-02-02T12:00:00.000%2B02:00"] {
        let other = input!(DescribeEvents, &format!("Action=DescribeEvents&StartTime={same}"));
        assert_eq!(other.start_time, input.start_time);
    }
}

#[test]
fn wrong_types_are_invalid_values() {
    let cases = [
        (
            "DescribeCacheClusters&MaxRecords=ten",
            "Invalid value ten for the parameter MaxRecords. It must be a whole number.",
        ),
        (
            "DescribeCacheClusters&MaxRecords=4294967296",
            "Invalid value 4294967296 for the parameter MaxRecords. It must be a whole number.",
        ),
        (
            "DescribeCacheClusters&ShowCacheNodeInfo=yes",
            "Invalid value yes for the parameter ShowCacheNodeInfo. It must be true or false.",
        ),
        (
            "DescribeEvents&StartTime=now",
            "Invalid value now for the parameter StartTime. It must be a time such as 2015-02-02T12:00:00Z.",
        ),
        (
            "CreateCacheCluster&CacheClusterId=a&AZMode=two-az",
            "Invalid value two-az for the parameter AZMode. It must be one of single-az, cross-az.",
        ),
        (
            "CreateServerlessCache&ServerlessCacheName=a&Engine=redis&CacheUsageLimits.DataStorage.Unit=TB",
            "Invalid value TB for the parameter CacheUsageLimits.DataStorage.Unit. It must be one of GB.",
        ),
    ];
    for (body, message) in cases {
        assert_eq!(refused(&format!("Action={body}")), ("InvalidParameterValue", 400, message.to_owned()));
    }
}

#[test]
fn required_members_must_be_provided() {
    let cases = [
        ("CreateCacheCluster", "CacheClusterId"),
        ("CreateCacheCluster&CacheClusterId=", "CacheClusterId"),
        ("AddTagsToResource&ResourceName=x", "Tags"),
        ("AddTagsToResource&ResourceName=x&Tags=", "Tags"),
        (
            "CreateServerlessCache&ServerlessCacheName=a&Engine=redis&CacheUsageLimits.DataStorage.Maximum=1",
            "CacheUsageLimits.DataStorage.Unit",
        ),
        (
            "IncreaseReplicaCount&ReplicationGroupId=a&ApplyImmediately=true&ReplicaConfiguration.ConfigureShard.3.NodeGroupId=1",
            "ReplicaConfiguration.ConfigureShard.3.NewReplicaCount",
        ),
    ];
    for (body, name) in cases {
        let message = format!("The parameter {name} must be provided.");
        assert_eq!(refused(&format!("Action={body}")), ("InvalidParameterValue", 400, message));
    }
}

#[test]
fn an_empty_value_is_an_absent_one() {
    let input = input!(
        CreateCacheCluster,
        "Action=CreateCacheCluster&CacheClusterId=a&EngineVersion=&NumCacheNodes=&AZMode=&CacheSecurityGroupNames=\
         &ScaleConfig.ScalePercentage=&NotificationTopicArn="
    );
    assert_eq!((input.engine_version, input.num_cache_nodes, input.az_mode), (None, None, None));
    assert_eq!(input.notification_topic_arn, None);
    assert_eq!(input.cache_security_group_names, Some(vec![]), "an operation can still tell it was there");
    assert_eq!(input.security_group_ids, None);
}

#[test]
fn an_empty_value_is_kept_where_it_says_something() {
    let modify = input!(ModifyCacheCluster, "Action=ModifyCacheCluster&CacheClusterId=a&NotificationTopicArn=");
    assert_eq!(modify.notification_topic_arn.as_deref(), Some(""));
    let modify = input!(ModifyServerlessCache, "Action=ModifyServerlessCache&ServerlessCacheName=a&Description=");
    assert_eq!(modify.description.as_deref(), Some(""));
    let add = input!(AddTagsToResource, "Action=AddTagsToResource&ResourceName=x&Tags.Tag.1.Key=k&Tags.Tag.1.Value=");
    assert_eq!(add.tags, tags(&[("k", "")]));
}

#[test]
fn lists_are_ordered_by_index_whatever_the_gaps() {
    let body = "Action=AddTagsToResource&ResourceName=x\
        &Tags.Tag.10.Key=c&Tags.Tag.10.Value=3&Tags.Tag.2.Key=b&Tags.Tag.2.Value=2\
        &Tags.Tag.4000000000.Key=d&Tags.Tag.4000000000.Value=4&Tags.member.1.Key=a&Tags.member.1.Value=1";
    let input = input!(AddTagsToResource, body);
    assert_eq!(input.tags, tags(&[("a", "1"), ("b", "2"), ("c", "3"), ("d", "4")]));
    let input = input!(
        CreateUserGroup,
        "Action=CreateUserGroup&UserGroupId=g&Engine=redis&UserIds.member.2=b&UserIds.member.1=a"
    );
    assert_eq!(input.user_ids, Some(vec!["a".to_owned(), "b".to_owned()]));
}

#[test]
fn lists_nest() {
    let input = input!(
        CreateReplicationGroup,
        "Action=CreateReplicationGroup&ReplicationGroupId=g&ReplicationGroupDescription=d\
         &NodeGroupConfiguration.NodeGroupConfiguration.1.ReplicaAvailabilityZones.AvailabilityZone.1=us-east-1a\
         &NodeGroupConfiguration.NodeGroupConfiguration.1.ReplicaAvailabilityZones.AvailabilityZone.2=us-east-1b\
         &NodeGroupConfiguration.NodeGroupConfiguration.2.Slots=0-1\
         &LogDeliveryConfigurations.LogDeliveryConfigurationRequest.1.DestinationDetails.CloudWatchLogsDetails.LogGroup=l"
    );
    let groups = input.node_group_configuration.expect("two groups");
    let zones = groups[0].replica_availability_zones.as_deref().expect("two zones");
    assert_eq!(zones, ["us-east-1a", "us-east-1b"]);
    assert_eq!(groups[1].slots.as_deref(), Some("0-1"));
    let logs = input.log_delivery_configurations.expect("one configuration");
    let details = logs[0].destination_details.as_ref().and_then(|details| details.cloud_watch_logs_details.as_ref());
    assert_eq!(details.and_then(|details| details.log_group.as_deref()), Some("l"));
}

#[test]
fn what_is_no_list_entry_is_refused() {
    for entry in [
        "SecurityGroupIds.1=a",
        "SecurityGroupIds.SecurityGroupId.x=a",
        "SecurityGroupIds.SecurityGroupId.01=a",
        "SecurityGroupIds.SecurityGroupId.=a",
        "SecurityGroupIds.SecurityGroupId=a",
        "SecurityGroupIds.Other.1=a",
        "SecurityGroupIds=a",
        "SecurityGroupIds.SecurityGroupId.1=a&SecurityGroupIds.SecurityGroupId.1-x=b",
    ] {
        let (code, _, message) = refused(&format!("Action=CreateCacheCluster&CacheClusterId=a&{entry}"));
        assert_eq!(code, "InvalidParameterValue", "{entry}");
        assert!(message.ends_with("entries are named SecurityGroupIds.SecurityGroupId.N."), "{entry}: {message}");
    }
}

#[test]
fn names_that_begin_alike_do_not_mix() {
    // A dash sorts before the dot, a digit after it.
    let input = input!(
        AddTagsToResource,
        "Action=AddTagsToResource&ResourceName=x&Tags=&Tags-x=1&Tags.Tag.1.Key=a&Tags.Tag.1.Key-x=2&Tags0=3&TagsZ.Tag.1.Key=b"
    );
    assert_eq!(input.tags, vec![Tag { key: Some("a".into()), value: None }]);
}

#[test]
fn unknown_parameters_are_ignored() {
    let input = input!(
        DescribeCacheClusters,
        "Action=DescribeCacheClusters&Later=1&X-Amz-Date=2&&=&CacheClusterId=a&CacheClusterId.x=1"
    );
    assert_eq!(input.cache_cluster_id.as_deref(), Some("a"));
}

#[test]
fn action_and_version_are_checked() {
    let code = |body: &[u8]| decode_request(None, body).map_err(|error| (error.code, error.message));
    let no_action = "The request must contain the parameter Action.".to_owned();
    assert_eq!(code(b""), Err((ErrorCode::MissingAction, no_action.clone())));
    assert_eq!(code(b"Action=&Version=2015-02-02"), Err((ErrorCode::MissingAction, no_action)));
    let cases: [(&[u8], &str); 3] = [
        (b"Action=Fly&Version=2015-02-02", "Could not find operation Fly for version 2015-02-02"),
        (b"Action=DescribeUsers&Version=2010-01-01", "Could not find operation DescribeUsers for version 2010-01-01"),
        (b"Action=DescribeUsers", "Could not find operation DescribeUsers for version NO_VERSION_SPECIFIED"),
    ];
    for (body, message) in cases {
        assert_eq!(code(body), Err((ErrorCode::InvalidAction, message.to_owned())));
    }
    assert_eq!(ErrorCode::InvalidAction.status(), 400);
}

#[test]
fn pairs_that_cannot_be_read_are_refused() {
    for body in ["Action=%", "Action=%4", "Action=%zz", "Action=%+1", "Action=a%f", "%c3=a", "A=%ff"] {
        assert_eq!(refused(body).0, "MalformedQueryString", "{body}");
    }
    assert_eq!(decode_request(None, b"Action=\xff").map_err(|error| error.code), Err(ErrorCode::MalformedQueryString));
    let (code, status, message) = refused("Action=DescribeUsers&Marker=a&Marke%72=a");
    assert_eq!((code, status), ("InvalidQueryParameter", 400));
    assert_eq!(message, "The parameter Marker is given more than once.");
    let both = decode_request(Some("Action=DescribeUsers"), b"Action=DescribeUsers&Version=2015-02-02");
    assert_eq!(both.map_err(|error| error.code), Err(ErrorCode::InvalidQueryParameter));
}

#[test]
fn the_number_of_parameters_is_bounded() {
    // With `Action` and the version, `count` in all.
    let body = |count: usize| {
        let others: Vec<String> = (2..count).map(|n| format!("p{n}=&")).collect();
        others.concat() + "Action=DescribeUsers"
    };
    assert!(decode(&body(MAX_PARAMETERS)).is_ok());
    assert_eq!(refused(&body(MAX_PARAMETERS + 1)).0, "InvalidQueryParameter");
}

#[test]
fn a_long_value_is_not_repeated_whole() {
    let (_, _, message) = refused(&format!("Action=DescribeCacheClusters&MaxRecords={}", "é".repeat(100_000)));
    assert!(message.len() < 400, "{message}");
}

#[test]
fn secrets_are_not_printed() {
    let input = input!(
        CreateUser,
        "Action=CreateUser&UserId=u&UserName=u&Engine=redis&AccessString=on+~hush&Passwords.member.1=hush1\
         &AuthenticationMode.Passwords.member.1=hush2"
    );
    assert_eq!(input.access_string.expose(), "on ~hush");
    assert!(!format!("{input:?}").contains("hush"), "{input:?}");
    let input = input!(
        ModifyReplicationGroup,
        "Action=ModifyReplicationGroup&ReplicationGroupId=g&AuthToken=hush&AuthTokenUpdateStrategy=ROTATE"
    );
    assert_eq!(input.auth_token_update_strategy, Some(AuthTokenUpdateStrategyType::Rotate));
    assert_eq!(input.auth_token.as_ref().map(|token| token.expose().as_str()), Some("hush"));
    assert!(!format!("{input:?}").contains("hush"), "{input:?}");
}

#[test]
fn every_operation_is_known_by_its_name() {
    assert_eq!(Operation::NAMES.len(), 77);
    for name in Operation::NAMES {
        match decode(&format!("Action={name}")) {
            Ok(operation) => assert_eq!(operation.name(), *name),
            Err(error) => assert_eq!(error.code, ErrorCode::InvalidParameterValue, "{name}: {error}"),
        }
    }
    assert_eq!(DataStorageUnit::default(), DataStorageUnit::Gb);
}

proptest! {
    /// Whatever arrives, the answer is an operation or an error a client can read.
    #[test]
    fn any_bytes_decode_or_are_refused(
        query in proptest::option::of("[A-Za-z0-9.%&=+-]{0,40}"),
        names in proptest::collection::vec("(Tags|Tag|member|Filters|Values|[01.-]|%2E|=|\\PC){1,8}", 0..12),
        bytes in proptest::collection::vec(any::<u8>(), 0..20),
    ) {
        for action in ["AddTagsToResource&ResourceName=x", "DescribeUsers"] {
            let mut body = format!("Version=2015-02-02&Action={action}&{}&", names.join("=x&")).into_bytes();
            let refused = |body: &[u8]| decode_request(query.as_deref(), body).err().map(|error| error.code.status());
            prop_assert!(refused(&body).is_none_or(|status| (400..500).contains(&status)));
            body.extend_from_slice(&bytes);
            prop_assert!(refused(&body).is_none_or(|status| (400..500).contains(&status)));
        }
    }
}

//! Answers and errors as documents, byte for byte.

use cachette::protocol::types::{
    CacheCluster, CacheClusterMessage, CreateCacheClusterResult, Endpoint, PendingLogDeliveryConfiguration,
    PendingModifiedValues, ReservedCacheNode, ReservedCacheNodeMessage, TransitEncryptionMode, UserGroup,
};
use cachette::protocol::{AwsError, ErrorCode, Output};
use chrono::{DateTime, Utc};

fn text(output: &Output) -> String {
    String::from_utf8(output.to_xml("id-1")).expect("UTF-8")
}

/// What stands between the result's tags.
fn result(output: &Output) -> String {
    let (name, text) = (output.name(), text(output));
    let (_, rest) = text.split_once(&format!("<{name}Result>")).expect("a result");
    rest.split_once(&format!("</{name}Result>")).expect("its end").0.to_owned()
}

fn time(text: &str) -> DateTime<Utc> {
    text.parse().expect("a time")
}

#[test]
fn an_answer_is_wrapped() {
    let cluster = CacheCluster {
        cache_cluster_id: Some("a".into()),
        configuration_endpoint: Some(Endpoint { address: Some("localhost".into()), port: Some(11211) }),
        cache_cluster_create_time: Some(time("2019-11-26T01:22:52.396Z")),
        pending_modified_values: Some(PendingModifiedValues::default()),
        auto_minor_version_upgrade: Some(true),
        security_groups: Some(vec![]),
        arn: Some("arn:aws:elasticache:us-east-1:000000000000:cluster:a".into()),
        transit_encryption_mode: Some(TransitEncryptionMode::Preferred),
        ..Default::default()
    };
    let output = Output::CreateCacheCluster(CreateCacheClusterResult { cache_cluster: Some(cluster) });
    assert_eq!(
        text(&output),
        "<CreateCacheClusterResponse xmlns=\"http://elasticache.amazonaws.com/doc/2015-02-02/\">\
         <CreateCacheClusterResult><CacheCluster><CacheClusterId>a</CacheClusterId>\
         <ConfigurationEndpoint><Address>localhost</Address><Port>11211</Port></ConfigurationEndpoint>\
         <CacheClusterCreateTime>2019-11-26T01:22:52.396Z</CacheClusterCreateTime><PendingModifiedValues/>\
         <AutoMinorVersionUpgrade>true</AutoMinorVersionUpgrade><SecurityGroups/>\
         <ARN>arn:aws:elasticache:us-east-1:000000000000:cluster:a</ARN>\
         <TransitEncryptionMode>preferred</TransitEncryptionMode></CacheCluster></CreateCacheClusterResult>\
         <ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata></CreateCacheClusterResponse>"
    );
}

#[test]
fn an_operation_without_result_has_only_metadata() {
    assert_eq!(
        text(&Output::DeleteCacheSubnetGroup),
        "<DeleteCacheSubnetGroupResponse xmlns=\"http://elasticache.amazonaws.com/doc/2015-02-02/\">\
         <ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata></DeleteCacheSubnetGroupResponse>"
    );
}

#[test]
fn absent_and_empty_lists_differ() {
    let describe = |cache_clusters| {
        result(&Output::DescribeCacheClusters(CacheClusterMessage { cache_clusters, ..Default::default() }))
    };
    assert_eq!(describe(None), "");
    assert_eq!(describe(Some(vec![])), "<CacheClusters/>");
    assert_eq!(
        describe(Some(vec![CacheCluster::default(); 2])),
        "<CacheClusters><CacheCluster/><CacheCluster/></CacheClusters>"
    );
}

#[test]
fn a_user_group_is_the_result_itself() {
    let group = UserGroup {
        user_group_id: Some("g".into()),
        user_ids: Some(vec!["a".into(), "b".into()]),
        ..Default::default()
    };
    assert_eq!(
        result(&Output::CreateUserGroup(group)),
        "<UserGroupId>g</UserGroupId><UserIds><member>a</member><member>b</member></UserIds>"
    );
}

#[test]
fn pending_log_deliveries_are_written_under_both_names_that_clients_look_for() {
    let pending = PendingModifiedValues {
        log_delivery_configurations: Some(vec![PendingLogDeliveryConfiguration::default()]),
        ..Default::default()
    };
    let cluster = CacheCluster { pending_modified_values: Some(pending), ..Default::default() };
    assert_eq!(
        result(&Output::CreateCacheCluster(CreateCacheClusterResult { cache_cluster: Some(cluster) })),
        "<CacheCluster><PendingModifiedValues>\
         <LogDeliveryConfigurations><member/></LogDeliveryConfigurations>\
         <PendingLogDeliveryConfiguration><member/></PendingLogDeliveryConfiguration>\
         </PendingModifiedValues></CacheCluster>"
    );
}

#[test]
fn numbers_and_times_have_the_apis_form() {
    let node = |fixed_price, duration, start_time| {
        let node = ReservedCacheNode { fixed_price, duration, start_time, ..Default::default() };
        let nodes = ReservedCacheNodeMessage { reserved_cache_nodes: Some(vec![node]), ..Default::default() };
        let text = result(&Output::DescribeReservedCacheNodes(nodes));
        let text = text.replace("<ReservedCacheNodes><ReservedCacheNode>", "");
        text.replace("</ReservedCacheNode></ReservedCacheNodes>", "")
    };
    assert_eq!(node(Some(0.25), None, None), "<FixedPrice>0.25</FixedPrice>");
    assert_eq!(node(Some(1707.0), None, None), "<FixedPrice>1707.0</FixedPrice>");
    assert_eq!(node(None, Some(i32::MIN), None), "<Duration>-2147483648</Duration>");
    for (given, wanted) in [
        ("2020-06-25T20:34:30Z", "2020-06-25T20:34:30.000Z"),
        ("2020-06-25T20:34:30.9999Z", "2020-06-25T20:34:30.999Z"),
        ("2016-12-31T23:59:60.5Z", "2016-12-31T23:59:59.999Z"),
        ("0099-01-02T03:04:05.006+01:00", "0099-01-02T02:04:05.006Z"),
    ] {
        assert_eq!(node(None, None, Some(time(given))), format!("<StartTime>{wanted}</StartTime>"));
    }
}

#[test]
fn no_text_breaks_the_document() {
    let describe = |marker: &str| {
        let marker = Some(marker.to_owned());
        result(&Output::DescribeCacheClusters(CacheClusterMessage { marker, ..Default::default() }))
    };
    for (given, wanted) in [
        ("<a href='b'>&\"", "&lt;a href='b'&gt;&amp;\""),
        ("]]>", "]]&gt;"),
        ("a\r\n\tb", "a&#13;\n\tb"),
        ("a\0b\u{1f}c\u{fffe}d\u{ffff}e", "a\u{fffd}b\u{fffd}c\u{fffd}d\u{fffd}e"),
        ("\u{7f}é\u{d55c}\u{fffd}\u{1f600}", "\u{7f}é\u{d55c}\u{fffd}\u{1f600}"),
        ("\u{1}<", "\u{fffd}&lt;"),
        // Alone: nothing else in the text asks for a second look.
        ("\u{fffe}", "\u{fffd}"),
        ("\u{ffff}", "\u{fffd}"),
    ] {
        assert_eq!(describe(given), format!("<Marker>{wanted}</Marker>"));
    }
    assert_eq!(describe(""), "<Marker/>");
}

#[test]
fn errors_have_their_own_document() {
    let error = AwsError::new(ErrorCode::CacheClusterNotFound, "CacheCluster not found: <x>");
    assert_eq!(
        String::from_utf8(error.to_xml("id-1")).expect("UTF-8"),
        "<ErrorResponse xmlns=\"http://elasticache.amazonaws.com/doc/2015-02-02/\">\
         <Error><Type>Sender</Type><Code>CacheClusterNotFound</Code>\
         <Message>CacheCluster not found: &lt;x&gt;</Message></Error><RequestId>id-1</RequestId></ErrorResponse>"
    );
    let text = String::from_utf8(AwsError::new(ErrorCode::InternalFailure, "").to_xml("id-1")).expect("UTF-8");
    assert!(text.contains("<Type>Receiver</Type><Code>InternalFailure</Code><Message/>"), "{text}");
}

#[test]
fn error_codes_keep_the_apis_spelling() {
    for (code, wire, status) in [
        (ErrorCode::CacheSubnetGroupNotFound, "CacheSubnetGroupNotFoundFault", 400),
        (ErrorCode::CacheSecurityGroupQuotaExceeded, "QuotaExceeded.CacheSecurityGroup", 400),
        (ErrorCode::InvalidCredentials, "InvalidCredentialsException", 408),
        (ErrorCode::ReservedCacheNodeAlreadyExists, "ReservedCacheNodeAlreadyExists", 404),
        (ErrorCode::UserNotFound, "UserNotFound", 404),
        (ErrorCode::InvalidParameterValue, "InvalidParameterValue", 400),
        (ErrorCode::SignatureDoesNotMatch, "SignatureDoesNotMatch", 403),
        (ErrorCode::ServiceUnavailable, "ServiceUnavailable", 503),
    ] {
        assert_eq!((code.as_str(), code.status()), (wire, status));
    }
}

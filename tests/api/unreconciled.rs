//! Operations on clusters that are on their way from one state to another. With nobody to carry out what is asked for,
//! a cluster stays on its way for as long as a test wants to look.

use cachette::model::{CacheCluster, Scope};

use crate::{
    answer::Refusal,
    app::{ACCOUNT, REGION},
    records::Records,
};

/// What needs a cluster that is available.
const NEED_AVAILABLE: [&str; 2] = [
    "ModifyCacheCluster&CacheClusterId=cache&SnapshotRetentionLimit=1",
    "RebootCacheCluster&CacheClusterId=cache&CacheNodeIdsToReboot.CacheNodeId.1=0001",
];

async fn only_deleting_is_possible(records: &Records, status: &str) {
    for form in NEED_AVAILABLE {
        let text = format!("Cache cluster cache is not in a valid state to perform this operation: it is {status}.");
        assert_eq!(records.refused(form).await, Refusal::new(400, "InvalidCacheClusterState", &text));
    }
    let text = "Cluster not in available state to perform tagging operations.";
    let tags = "ListTagsForResource&ResourceName=arn:aws:elasticache:us-east-1:000000000000:cluster:cache";
    assert_eq!(records.refused(tags).await, Refusal::new(400, "InvalidReplicationGroupState", text));
}

#[tokio::test]
async fn a_cluster_that_is_being_created() {
    let records = Records::new();
    records.done("CreateCacheCluster&CacheClusterId=cache&CacheNodeType=cache.t3.micro&NumCacheNodes=2").await;
    let described = records.described("cache").await;
    assert!(described.contains("<CacheClusterStatus>creating</CacheClusterStatus>"));
    assert!(described.contains("<NumCacheNodes>2</NumCacheNodes>"));
    for absent in ["<CacheNodes>", "<ConfigurationEndpoint>", "<CacheClusterCreateTime>", "<Port>"] {
        assert!(!described.contains(absent), "{absent}: {described}");
    }
    only_deleting_is_possible(&records, "creating").await;
    records.done("DeleteCacheCluster&CacheClusterId=cache").await;
}

#[tokio::test]
async fn a_cluster_that_is_being_modified() {
    let records = Records::new();
    records.done("CreateCacheCluster&CacheClusterId=cache&CacheNodeType=cache.t3.micro&NumCacheNodes=3").await;
    records.bring_up("cache").await;
    assert!(records.described("cache").await.contains("<CacheClusterStatus>available</CacheClusterStatus>"));
    let more = "ModifyCacheCluster&CacheClusterId=cache&NumCacheNodes=4&ApplyImmediately=true";
    assert!(records.done(more).await.contains("<CacheClusterStatus>modifying</CacheClusterStatus>"));
    let described = records.described("cache").await;
    assert!(described.contains("<NumCacheNodes>3</NumCacheNodes>"), "the fourth is still to come");
    assert!(described.contains("<PendingModifiedValues><NumCacheNodes>4</NumCacheNodes></PendingModifiedValues>"));
    assert_eq!(described.matches("<CacheNodeId>").count(), 3, "Terraform gives up on a node without endpoint");
    only_deleting_is_possible(&records, "modifying").await;
}

#[tokio::test]
async fn a_node_that_is_being_removed() {
    let records = Records::new();
    records.done("CreateCacheCluster&CacheClusterId=cache&CacheNodeType=cache.t3.micro&NumCacheNodes=3").await;
    records.bring_up("cache").await;
    let fewer = "ModifyCacheCluster&CacheClusterId=cache&NumCacheNodes=2&CacheNodeIdsToRemove.CacheNodeId.1=0002";
    records.done(&format!("{fewer}&ApplyImmediately=true")).await;
    let described = records.described("cache").await;
    let (_, node) = described.rsplit_once("<CacheNodeId>0002</CacheNodeId>").expect("the node is still there");
    let (node, _) = node.split_once("</CacheNode>").expect("the node");
    assert!(node.contains("<CacheNodeStatus>deleting</CacheNodeStatus>") && !node.contains("<Endpoint>"), "{node}");
    assert!(described.contains("<CacheNodeIdsToRemove><CacheNodeId>0002</CacheNodeId></CacheNodeIdsToRemove>"));
}

#[tokio::test]
async fn a_cluster_whose_nodes_are_being_rebooted() {
    let records = Records::new();
    records.done("CreateCacheCluster&CacheClusterId=cache&CacheNodeType=cache.t3.micro&NumCacheNodes=2").await;
    records.bring_up("cache").await;
    records.done(NEED_AVAILABLE[1]).await;
    let described = records.described("cache").await;
    assert_eq!(described.matches("<CacheNodeStatus>rebooting</CacheNodeStatus>").count(), 1);
    assert_eq!(described.matches("<CacheNodeStatus>available</CacheNodeStatus>").count(), 1);
    only_deleting_is_possible(&records, "rebooting cache cluster nodes").await;
}

#[tokio::test]
async fn a_cluster_that_is_being_deleted() {
    let records = Records::new();
    records.done("CreateCacheCluster&CacheClusterId=cache&CacheNodeType=cache.t3.micro").await;
    records.bring_up("cache").await;
    records.done("DeleteCacheCluster&CacheClusterId=cache").await;
    only_deleting_is_possible(&records, "deleting").await;
    let described = records.described("cache").await;
    assert!(!described.contains("<CacheNodes>") && !described.contains("<ConfigurationEndpoint>"), "{described}");
    assert_eq!(
        records.refused("DeleteCacheCluster&CacheClusterId=cache").await.code(),
        (400, "InvalidCacheClusterState")
    );
    // Until it is gone, its identifier is taken, and so are the groups it is in.
    let again = "CreateCacheCluster&CacheClusterId=cache&CacheNodeType=cache.t3.micro";
    assert_eq!(records.refused(again).await.code(), (400, "CacheClusterAlreadyExists"));
}

#[tokio::test]
async fn a_parameter_group_whose_clusters_are_being_modified() {
    let records = Records::new();
    let group = "CacheParameterGroupName=group";
    records.done(&format!("CreateCacheParameterGroup&{group}&CacheParameterGroupFamily=redis7&Description=d")).await;
    records
        .done(&format!("CreateCacheCluster&CacheClusterId=cache&Engine=redis&CacheNodeType=cache.t3.micro&{group}"))
        .await;
    records.bring_up("cache").await;
    let set = format!(
        "ModifyCacheParameterGroup&{group}&ParameterNameValues.ParameterNameValue.1.ParameterName=timeout\
         &ParameterNameValues.ParameterNameValue.1.ParameterValue=60"
    );
    records.done(&set).await;
    let described = records.described("cache").await;
    assert!(described.contains("<ParameterApplyStatus>applying</ParameterApplyStatus>"), "{described}");
    records.done("ModifyCacheCluster&CacheClusterId=cache&CacheNodeType=cache.t3.small&ApplyImmediately=true").await;
    let pending =
        Refusal::new(400, "InvalidCacheParameterGroupState", "The parameter group group has pending changes.");
    assert_eq!(records.refused(&set).await, pending);
    assert_eq!(records.refused(&format!("ResetCacheParameterGroup&{group}&ResetAllParameters=true")).await, pending);
}

#[tokio::test]
async fn a_cluster_is_shown_while_its_nodes_go_and_some_were_to_be_removed() {
    let records = Records::new();
    let cluster =
        "CreateCacheCluster&CacheClusterId=cache&Engine=memcached&CacheNodeType=cache.t3.micro&NumCacheNodes=3";
    records.done(cluster).await;
    records.bring_up("cache").await;
    let remove = "CacheNodeIdsToRemove.CacheNodeId.1=0002&CacheNodeIdsToRemove.CacheNodeId.2=0003";
    records.done(&format!("ModifyCacheCluster&CacheClusterId=cache&NumCacheNodes=1&{remove}")).await;
    records.done("DeleteCacheCluster&CacheClusterId=cache").await;
    let nodes: Vec<_> = records.get::<CacheCluster>("cache").expect("a cluster").nodes.keys().copied().collect();
    for node in nodes {
        records
            .change(move |draft| {
                let scope = Scope::new(ACCOUNT, REGION);
                let mut cluster = CacheCluster::clone(&*draft.get::<CacheCluster>(&scope, "cache").expect("a cluster"));
                cluster.nodes.remove(&node);
                draft.put(&scope, "cache", cluster);
            })
            .await;
        assert!(records.described("cache").await.contains("<CacheClusterStatus>deleting</CacheClusterStatus>"));
    }
}

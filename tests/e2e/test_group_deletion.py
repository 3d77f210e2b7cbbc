"""Groups that are deleted, with or without their primary, and what is left of them."""

import pytest
from botocore.exceptions import ClientError
from conftest import wait_available, wait_for, wait_gone
from engines import check_engines, running_engines
from groups import (
    ask_for_group,
    at,
    check_filled,
    clusters_of,
    create_cluster,
    create_group,
    fill,
    group_messages,
    node_endpoint,
    primary,
    wait_group,
    wait_group_gone,
    wait_rest,
)


@pytest.mark.parametrize("clustered", [False, True], ids=["plain", "clustered"])
def test_nothing_is_left_of_a_deleted_group(server, client, clustered):
    group = create_cluster(client, "brief", 2, 1) if clustered else create_group(client, "brief", 2)
    asked = client.delete_replication_group(ReplicationGroupId="brief")["ReplicationGroup"]
    assert asked["Status"] == "deleting" and "NodeGroups" not in asked and not asked.get("MemberClusters")
    with pytest.raises(ClientError) as refused:
        client.delete_replication_group(ReplicationGroupId="brief")
    error = refused.value.response["Error"]
    text = "Replication group brief has status deleting which is not valid for deletion."
    assert (error["Code"], error["Message"]) in [
        ("InvalidReplicationGroupState", text),
        # It may be gone already.
        ("ReplicationGroupNotFoundFault", "ReplicationGroup brief not found."),
    ]
    wait_group_gone(client, "brief")
    for cluster_id in group["MemberClusters"]:
        wait_gone(client, cluster_id)
    check_engines(server, [])
    assert group_messages(client, "brief")[-1] == "Replication group brief deleted"
    again = create_cluster(client, "brief", 2, 1) if clustered else create_group(client, "brief", 2)
    assert again["MemberClusters"] == group["MemberClusters"]
    check_engines(server, again["MemberClusters"])


def test_the_primary_can_be_kept(server, client):
    group = create_group(client, "kept", 3)
    fill(primary(group))
    endpoint = node_endpoint(clusters_of(client, "kept")["kept-001"])
    client.delete_replication_group(ReplicationGroupId="kept", RetainPrimaryCluster=True)
    wait_group_gone(client, "kept")
    for cluster_id in ["kept-002", "kept-003"]:
        wait_gone(client, cluster_id)
    cluster = wait_available(client, "kept-001")
    assert "ReplicationGroupId" not in cluster and node_endpoint(cluster) == endpoint
    check_engines(server, ["kept-001"])
    check_filled(at(endpoint))
    assert at(endpoint).set("still", "writable") and at(endpoint).info("replication")["connected_slaves"] == 0
    # It can be the primary of another group, even of one of the same name.
    again = create_group(client, "kept", 2, PrimaryClusterId="kept-001")
    assert again["MemberClusters"] == ["kept-001", "kept-002"]
    check_filled(primary(again))
    check_engines(server, again["MemberClusters"])


def test_a_group_can_be_deleted_while_it_is_made_or_changed(server, client):
    ask_for_group(client, "early", NumCacheClusters=2, AutomaticFailoverEnabled=True)
    client.delete_replication_group(ReplicationGroupId="early")
    wait_group_gone(client, "early")
    create_group(client, "busy", 2)
    client.increase_replica_count(ReplicationGroupId="busy", NewReplicaCount=3, ApplyImmediately=True)
    client.delete_replication_group(ReplicationGroupId="busy")
    wait_group_gone(client, "busy")
    check_engines(server, [])


def test_members_are_guarded(server, client):
    create_group(client, "guarded", 2, MultiAZEnabled=True)
    for cluster_id, text in [("guarded-001", "serving as primary"), ("guarded-002", None)]:
        with pytest.raises(ClientError, match=text) as refused:
            client.delete_cache_cluster(CacheClusterId=cluster_id)
        assert refused.value.response["Error"]["Code"] == "InvalidCacheClusterState"
    with pytest.raises(ClientError) as refused:
        client.modify_cache_cluster(
            CacheClusterId="guarded-002", CacheNodeType="cache.t3.small", ApplyImmediately=True
        )
    assert refused.value.response["Error"]["Code"].startswith("InvalidParameter")
    with pytest.raises(client.exceptions.CacheClusterAlreadyExistsFault):
        client.create_cache_cluster(
            CacheClusterId="guarded-002", Engine="redis", CacheNodeType="cache.t3.micro", NumCacheNodes=1
        )
    client.create_cache_cluster(
        CacheClusterId="taken-001", Engine="redis", CacheNodeType="cache.t3.micro", NumCacheNodes=1
    )
    with pytest.raises(client.exceptions.CacheClusterAlreadyExistsFault):
        ask_for_group(client, "taken", NumCacheClusters=2)
    with pytest.raises(client.exceptions.ReplicationGroupAlreadyExistsFault, match="guarded already exists"):
        ask_for_group(client, "guarded")
    assert wait_rest(client, "guarded")["MemberClusters"] == ["guarded-001", "guarded-002"]
    wait_for(lambda: len(running_engines(server)) == 3, 15, "the engines")


def test_nothing_is_changed_while_a_group_is_not_available(server, client):
    text = "Replication group must be in available state to modify."
    ask_for_group(client, "making", NumCacheClusters=2, AutomaticFailoverEnabled=True)
    with pytest.raises(client.exceptions.InvalidReplicationGroupStateFault, match=text):
        client.increase_replica_count(ReplicationGroupId="making", NewReplicaCount=2, ApplyImmediately=True)
    assert len(wait_group(client, "making")["MemberClusters"]) == 2

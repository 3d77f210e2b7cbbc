"""Replicas that are added to groups and taken away."""

import pytest
from botocore.exceptions import ClientError
from conftest import wait_available, wait_gone
from engines import check_engines
from groups import (
    check_filled,
    check_slots,
    cluster_client,
    clusters_of,
    create_cluster,
    create_group,
    describe,
    fill,
    node_of,
    primary,
    role_of,
    roles,
    wait_filled,
    wait_rest,
)


def test_replicas_are_added_and_removed_by_number(server, client):
    group = create_group(client, "wide", 2)
    fill(primary(group))
    asked = client.increase_replica_count(
        ReplicationGroupId="wide", NewReplicaCount=3, ApplyImmediately=True
    )["ReplicationGroup"]
    assert asked["Status"] == "modifying" and asked["NodeGroups"][0]["Status"] == "modifying"
    assert asked["MemberClusters"] == ["wide-001", "wide-002", "wide-003", "wide-004"]
    assert len(asked["NodeGroups"][0]["NodeGroupMembers"]) == 2
    after = wait_rest(client, "wide")
    assert roles(after) == {**roles(group), "wide-003": "replica", "wide-004": "replica"}
    for cluster_id in ["wide-003", "wide-004"]:
        wait_filled(node_of(client, cluster_id))
    check_engines(server, after["MemberClusters"])
    client.decrease_replica_count(ReplicationGroupId="wide", NewReplicaCount=1, ApplyImmediately=True)
    after = wait_rest(client, "wide")
    assert after["MemberClusters"] == ["wide-001", "wide-002"] and roles(after) == roles(group)
    check_engines(server, after["MemberClusters"])
    wait_gone(client, "wide-004")
    assert primary(after).info("replication")["connected_slaves"] == 1


def test_a_replica_is_removed_by_name_and_its_name_used_again(server, client):
    group = create_group(client, "named", 3)
    fill(primary(group))
    with pytest.raises(ClientError):
        client.decrease_replica_count(
            ReplicationGroupId="named", ReplicasToRemove=["named-001"], ApplyImmediately=True
        )
    client.decrease_replica_count(ReplicationGroupId="named", ReplicasToRemove=["named-002"], ApplyImmediately=True)
    assert wait_rest(client, "named")["MemberClusters"] == ["named-001", "named-003"]
    client.increase_replica_count(ReplicationGroupId="named", NewReplicaCount=2, ApplyImmediately=True)
    after = wait_rest(client, "named")
    assert sorted(after["MemberClusters"]) == ["named-001", "named-002", "named-003"]
    wait_filled(node_of(client, "named-002"))
    check_engines(server, after["MemberClusters"])


def test_a_number_that_changes_nothing_or_breaks_a_rule_is_refused(client):
    create_group(client, "fixed", 2)
    with pytest.raises(client.exceptions.NoOperationFault):
        client.increase_replica_count(ReplicationGroupId="fixed", NewReplicaCount=1, ApplyImmediately=True)
    with pytest.raises(ClientError, match="must be within 0 and 5"):
        client.increase_replica_count(ReplicationGroupId="fixed", NewReplicaCount=6, ApplyImmediately=True)
    with pytest.raises(ClientError):
        client.decrease_replica_count(ReplicationGroupId="fixed", NewReplicaCount=0, ApplyImmediately=True)
    assert describe(client, "fixed")["Status"] == "available"


def test_a_cluster_is_created_as_a_replica_and_deleted(server, client):
    group = create_group(client, "host", 1, AutomaticFailoverEnabled=False)
    fill(primary(group))
    asked = client.create_cache_cluster(CacheClusterId="guest", ReplicationGroupId="host")["CacheCluster"]
    assert asked["CacheClusterStatus"] == "creating" and asked["ReplicationGroupId"] == "host"
    cluster = wait_available(client, "guest")
    after = wait_rest(client, "host")
    assert after["MemberClusters"] == ["host-001", "guest"]
    assert roles(after) == {"host-001": "primary", "guest": "replica"}
    first = clusters_of(client, "host")["host-001"]
    for setting in ["CacheNodeType", "Engine", "EngineVersion", "CacheParameterGroup", "PreferredMaintenanceWindow"]:
        assert cluster[setting] == first[setting]
    wait_filled(node_of(client, "guest"))
    with pytest.raises(ClientError, match="serving as primary") as refused:
        client.delete_cache_cluster(CacheClusterId="host-001")
    assert refused.value.response["Error"]["Code"] == "InvalidCacheClusterState"
    client.delete_cache_cluster(CacheClusterId="guest")
    wait_gone(client, "guest")
    after = wait_rest(client, "host")
    assert after["MemberClusters"] == ["host-001"] and list(roles(after)) == ["host-001"]
    check_engines(server, ["host-001"])
    check_filled(primary(after))


def test_settings_of_a_group_are_not_given_to_a_replica(client):
    create_group(client, "host", 1, AutomaticFailoverEnabled=False)
    text = "Cannot specify additional cache cluster parameters when creating a replica cluster"
    with pytest.raises(ClientError, match=text):
        client.create_cache_cluster(
            CacheClusterId="guest", ReplicationGroupId="host", CacheNodeType="cache.t3.small", Engine="redis"
        )
    with pytest.raises(client.exceptions.ReplicationGroupNotFoundFault):
        client.create_cache_cluster(CacheClusterId="guest", ReplicationGroupId="nowhere")


def test_members_of_a_clustered_group_are_not_deleted_one_by_one(client):
    create_cluster(client, "tight", 1, 1)
    with pytest.raises(ClientError):
        client.delete_cache_cluster(CacheClusterId="tight-0001-002")
    with pytest.raises(ClientError):
        client.create_cache_cluster(CacheClusterId="guest", ReplicationGroupId="tight")
    assert describe(client, "tight")["MemberClusters"] == ["tight-0001-001", "tight-0001-002"]


def test_shards_have_as_many_replicas_as_is_asked_of_each(server, client):
    group = create_cluster(client, "uneven", 2, 0)
    cache = cluster_client(group)
    fill(cache)
    client.increase_replica_count(
        ReplicationGroupId="uneven",
        ReplicaConfiguration=[{"NodeGroupId": "0002", "NewReplicaCount": 2}],
        ApplyImmediately=True,
    )
    after = wait_rest(client, "uneven")
    assert after["MemberClusters"] == [
        "uneven-0001-001", "uneven-0002-001", "uneven-0002-002", "uneven-0002-003",
    ]
    check_engines(server, after["MemberClusters"])
    check_slots(client, after)
    first = node_of(client, "uneven-0002-001")
    for cluster_id in ["uneven-0002-002", "uneven-0002-003"]:
        replica = node_of(client, cluster_id)
        assert role_of(replica) == "slave" and replica.dbsize() == first.dbsize()
    client.increase_replica_count(
        ReplicationGroupId="uneven",
        ReplicaConfiguration=[{"NodeGroupId": "0001", "NewReplicaCount": 1}],
        ApplyImmediately=True,
    )
    wait_rest(client, "uneven")
    client.decrease_replica_count(ReplicationGroupId="uneven", NewReplicaCount=0, ApplyImmediately=True)
    after = wait_rest(client, "uneven")
    assert after["MemberClusters"] == ["uneven-0001-001", "uneven-0002-001"]
    check_engines(server, after["MemberClusters"])
    check_slots(client, after)
    check_filled(cluster_client(after))

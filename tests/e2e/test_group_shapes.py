"""Replication groups of every shape: what is told of them, and that their engines do what it says."""

import pytest
import redis
from conftest import connect, create, messages, wait_for
from engines import check_engines
from groups import (
    ask_for_group,
    at,
    check_filled,
    check_slots,
    cluster_client,
    cluster_shape,
    clusters_of,
    create_group,
    describe,
    fill,
    group_messages,
    node_endpoint,
    node_of,
    primary,
    primary_id,
    reader,
    role_of,
    roles,
    slots_of,
    wait_filled,
    wait_group,
)
from redis.cluster import LoadBalancingStrategy


@pytest.mark.parametrize(("engine", "nodes"), [("redis", 1), ("redis", 3), ("valkey", 2)])
def test_a_group_without_cluster_mode(server, client, engine, nodes):
    ids = [f"plain-00{number}" for number in range(1, nodes + 1)]
    shape = {"Engine": engine, "NumCacheClusters": nodes, "AutomaticFailoverEnabled": nodes > 1}
    asked = ask_for_group(client, "Plain", **shape)
    assert asked["Status"] == "creating" and asked["MemberClusters"] == ids
    assert "NodeGroups" not in asked and asked["AutomaticFailover"] == ("enabling" if nodes > 1 else "disabled")
    group = wait_group(client, "plain")
    assert group["Engine"] == engine and not group["ClusterEnabled"] and "ConfigurationEndpoint" not in group
    (shard,) = group["NodeGroups"]
    assert shard["NodeGroupId"] == "0001" and "Slots" not in shard and shard["Status"] == "available"
    assert roles(group) == {id_: "replica" if id_ != ids[0] else "primary" for id_ in ids}
    check_engines(server, ids)
    check_members(client, group, engine)
    check_replication(group)
    check_reader(client, group)
    turned_on = ["Automatic failover has been turned on for replication group plain"] if nodes > 1 else []
    assert group_messages(client, "plain") == ["Replication group plain created", *turned_on]
    for id_ in ids:
        assert [message.split(" in ")[0] for message in messages(client, id_)] == [
            "Cache cluster created", "Added cache node 0001",
        ]


def check_members(client, group, engine):
    """Each member is a cache cluster with the same endpoint and the settings of the group."""
    clusters = clusters_of(client, group["ReplicationGroupId"])
    assert list(clusters) == group["MemberClusters"]
    for member in group["NodeGroups"][0]["NodeGroupMembers"]:
        cluster = clusters[member["CacheClusterId"]]
        assert cluster["CacheClusterStatus"] == "available" and cluster["Engine"] == engine
        assert cluster["CacheNodeType"] == group["CacheNodeType"]
        assert node_endpoint(cluster) == member["ReadEndpoint"]
        assert cluster["PreferredAvailabilityZone"] == member["PreferredAvailabilityZone"]
    alone = client.describe_cache_clusters(ShowCacheClustersNotInReplicationGroups=True)["CacheClusters"]
    assert not set(clusters) & {cluster["CacheClusterId"] for cluster in alone}


def check_replication(group):
    """What is written at the primary endpoint arrives at every replica, and replicas take no writes."""
    cache = primary(group)
    fill(cache)
    replicas = [member for member in group["NodeGroups"][0]["NodeGroupMembers"] if member["CurrentRole"] == "replica"]
    assert cache.wait(len(replicas), 10_000) == len(replicas)
    assert cache.info("replication")["connected_slaves"] == len(replicas)
    for replica in replicas:
        wait_filled(at(replica["ReadEndpoint"]))
        with pytest.raises(redis.ReadOnlyError):
            at(replica["ReadEndpoint"]).set("key", "refused")


def run_of(cache):
    return cache.info("server")["run_id"]


def check_reader(client, group):
    """Connections to the reader endpoint are spread over the replicas, or go to the primary if there are none."""
    by_id = {id_: run_of(node_of(client, id_)) for id_ in group["MemberClusters"]}
    replicas = {id_ for id_, role in roles(group).items() if role == "replica"}
    runs = {run_of(reader(group)) for _ in range(4 * len(by_id))}
    assert runs == {by_id[id_] for id_ in replicas or by_id}
    check_filled(reader(group))


SHAPES = [("redis", 1, 0), ("redis", 1, 1), ("redis", 2, 0), ("redis", 3, 1), ("valkey", 2, 1)]


@pytest.mark.parametrize(("engine", "shards", "replicas"), SHAPES)
def test_a_group_with_cluster_mode(server, client, engine, shards, replicas):
    asked = ask_for_group(client, "many", **cluster_shape(shards, replicas, engine))
    ids = [f"many-000{shard}-00{n}" for shard in range(1, shards + 1) for n in range(1, replicas + 2)]
    assert asked["Status"] == "creating" and asked["MemberClusters"] == ids and asked["ClusterEnabled"]
    group = wait_group(client, "many")
    assert group["ClusterEnabled"] and group["ClusterMode"] == "enabled" and len(group["NodeGroups"]) == shards
    for shard in group["NodeGroups"]:
        assert "PrimaryEndpoint" not in shard and "ReaderEndpoint" not in shard
        for member in shard["NodeGroupMembers"]:
            assert "CurrentRole" not in member and "ReadEndpoint" not in member
    check_engines(server, ids)
    clusters = clusters_of(client, "many")
    assert list(clusters) == ids
    assert all(cluster["CacheParameterGroup"]["CacheParameterGroupName"].endswith(".cluster.on")
               for cluster in clusters.values())
    check_slots(client, group)
    cache = cluster_client(group)
    assert cache.info("cluster", target_nodes="random")["cluster_enabled"] == 1
    fill(cache)
    check_filled(cache)
    assert len(cache.get_primaries()) == shards
    # Engines list replicas once they have seen something of the primary's writes, if only its ping.
    wait_for(lambda: len(cluster_client(group).get_replicas()) == shards * replicas, 15, "replicas in the topology")
    copies = [role_of(node_of(client, id_)) for id_ in ids]
    assert copies == (["master"] + ["slave"] * replicas) * shards
    if replicas:
        reads = cluster_client(group, load_balancing_strategy=LoadBalancingStrategy.ROUND_ROBIN_REPLICAS)
        wait_for(lambda: all(reads.get(f"key{number}") == str(number) for number in range(50)), 10, "copies")


def test_shards_are_made_as_they_are_configured(server, client):
    zones = ["us-east-1c", "us-east-1a"]
    group_settings = [
        {"NodeGroupId": "0007", "Slots": "0-99,200-16383", "ReplicaCount": 1,
         "PrimaryAvailabilityZone": zones[0], "ReplicaAvailabilityZones": zones[1:]},
        {"NodeGroupId": "0002", "Slots": "100-199", "ReplicaCount": 0, "PrimaryAvailabilityZone": "us-east-1b"},
    ]
    shape = {"CacheParameterGroupName": "default.redis7.cluster.on", "AutomaticFailoverEnabled": True}
    ask_for_group(client, "odd", NodeGroupConfiguration=group_settings, NumNodeGroups=2, **shape)
    group = wait_group(client, "odd")
    told = slots_of(group)
    assert told == {"0007": set(range(100)) | set(range(200, 16384)), "0002": set(range(100, 200))}
    shards = {shard["NodeGroupId"]: shard["NodeGroupMembers"] for shard in group["NodeGroups"]}
    assert [member["CacheClusterId"] for member in shards["0007"]] == ["odd-0007-001", "odd-0007-002"]
    assert [member["PreferredAvailabilityZone"] for member in shards["0007"]] == zones
    assert [member["CacheClusterId"] for member in shards["0002"]] == ["odd-0002-001"]
    check_engines(server, ["odd-0007-001", "odd-0007-002", "odd-0002-001"])
    check_slots(client, group)
    cache = cluster_client(group)
    fill(cache)
    check_filled(cache)


def test_a_cluster_becomes_the_primary_of_a_group_with_its_data(server, client):
    cluster = create(client, "lone")
    cache = connect(cluster, decode_responses=True)
    fill(cache)
    run = run_of(cache)
    create_group(client, "grown", 3, PrimaryClusterId="lone")
    group = describe(client, "grown")
    assert group["MemberClusters"][0] == "lone" and primary_id(group) == "lone" and len(roles(group)) == 3
    assert all(id_.startswith("grown-00") for id_ in group["MemberClusters"][1:])
    check_engines(server, group["MemberClusters"])
    assert run_of(cache) == run
    assert node_endpoint(clusters_of(client, "grown")["lone"]) == node_endpoint(cluster)
    check_filled(primary(group))
    check_replication(group)


def test_two_groups_do_not_mix(server, client):
    groups = [("first", "redis"), ("second", "valkey")]
    for group_id, engine in groups:
        ask_for_group(client, group_id, Engine=engine, NumCacheClusters=2, AutomaticFailoverEnabled=True)
    for group_id, engine in groups:
        primary(wait_group(client, group_id)).set("name", group_id)
    for group_id, _ in groups:
        replica = wait_group(client, group_id)["NodeGroups"][0]["NodeGroupMembers"][1]["ReadEndpoint"]
        wait_for(lambda: at(replica).get("name") == group_id, 10, "the copy")

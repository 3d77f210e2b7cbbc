"""Global datastores with cluster mode enabled as their users see them, with cluster clients in several regions."""

import pytest
import redis
from conftest import wait_for
from engines import check_engines, kill_engine
from groups import (
    check_filled,
    cluster_client,
    create_cluster,
    describe,
    fill,
    keeps_trying,
    node_of,
    slots_of,
    wait_group,
)
from redis.cluster import RedisCluster
from security import TOKEN, tls
from test_faults_on_demand import heal
from test_global_datastores import ABROAD, HOME, ID, datastore, fail_over, roles, wait_datastore
from writers import Writer


def create_datastore(server, shards=2, replicas=1, engine="redis", **more):
    """A datastore of one group at home."""
    client = server.client(HOME)
    create_cluster(client, "home", shards, replicas, engine, **more)
    made = client.create_global_replication_group(
        GlobalReplicationGroupIdSuffix="store", PrimaryReplicationGroupId="home"
    )["GlobalReplicationGroup"]
    assert made["ClusterEnabled"] and len(made["GlobalNodeGroups"]) == shards
    return wait_datastore(client, "primary-only")


def add_secondary(server, region, group_id, replicas=1, **more):
    client = server.client(region)
    client.create_replication_group(
        ReplicationGroupId=group_id,
        ReplicationGroupDescription="for a test",
        GlobalReplicationGroupId=ID,
        ReplicasPerNodeGroup=replicas,
        **more,
    )
    group = wait_group(client, group_id)
    wait_datastore(client, "available")
    return group


def wait_filled(cache, keys=500, seconds=20):
    wait_for(lambda: cache.dbsize(target_nodes=RedisCluster.PRIMARIES) == keys, seconds, "the copies")
    check_filled(cache, keys)


class Anywhere:
    """A client that writes to whichever region takes writes, and reads there."""

    def __init__(self, *groups):
        self.caches = [cluster_client(group) for group in groups]

    def set(self, key, value):
        try:
            self.caches[0].set(key, value)
        except redis.RedisError:
            self.caches.append(self.caches.pop(0))
            raise

    def get(self, key):
        return self.caches[0].get(key)


def ports(server, region, group_id):
    """The ports of the nodes of a region's group."""
    client = server.client(region)
    members = describe(client, group_id)["MemberClusters"]
    return {node_of(client, member).connection_pool.connection_kwargs["port"] for member in members}


@pytest.mark.parametrize("engine", ["redis", "valkey"])
def test_each_region_sees_its_own_nodes(server, engine):
    create_datastore(server, engine=engine)
    home = cluster_client(describe(server.client(HOME), "home"))
    fill(home)
    abroad = cluster_client(add_secondary(server, ABROAD, "abroad"))
    wait_filled(abroad)
    for region, group_id, cache in [(HOME, "home", home), (ABROAD, "abroad", cluster_client(
        describe(server.client(ABROAD), "abroad")
    ))]:
        own = ports(server, region, group_id)
        # Replicas are told of once they have heard something from their primaries.
        wait_for(lambda: cache.nodes_manager.initialize() or len(cache.get_nodes()) == 4, 15, "the nodes")
        assert {node.port for node in cache.get_nodes()} == own, group_id
        assert len(cache.get_primaries()) == len(cache.get_replicas()) == 2
        nodes = cache.cluster_nodes()
        assert {int(address.rsplit(":")[1].split("@")[0]) for address in nodes} == own
        assert sum("master" in node["flags"] for node in nodes.values()) == 2
        owned = [slots for node in nodes.values() for slots in node["slots"]]
        assert sorted(owned) == [["0", "8191"], ["8192", "16383"]]
    with pytest.raises(redis.ReadOnlyError):
        abroad.set("refused", 1)
    reading = cluster_client(describe(server.client(ABROAD), "abroad"), read_from_replicas=True)
    check_filled(reading)
    home.set("after", "1")
    wait_for(lambda: abroad.get("after") == "1", 10, "the write abroad")


def test_a_region_takes_over_all_shards_without_losing_a_write(server):
    create_datastore(server)
    home = server.client(HOME)
    fill(cluster_client(describe(home, "home")))
    abroad = add_secondary(server, ABROAD, "abroad")
    with Writer(Anywhere(describe(home, "home"), abroad)) as writer:
        for region, group_id in [(ABROAD, "abroad"), (HOME, "home")]:
            before = writer.acknowledged
            wait_for(lambda: writer.acknowledged > before + 100, 20, "writes")
            assert roles(fail_over(home, region, group_id))[region] == "PRIMARY"
            before = writer.acknowledged
            wait_for(lambda: writer.acknowledged > before + 100, 30, "writes after it")
    assert not writer.wrong
    for group in (describe(home, "home"), abroad):
        cache = cluster_client(group)
        wait_for(lambda: cache.dbsize(target_nodes=RedisCluster.PRIMARIES) == 500 + writer.acknowledged, 20, "the writes")
        check_filled(cache, writer.acknowledged, writer.prefix)
        check_filled(cache)


def test_lost_engines_and_a_lost_region_are_replaced(server):
    create_datastore(server, 2, 1)
    home = server.client(HOME)
    fill(cluster_client(describe(home, "home")))
    abroad = add_secondary(server, ABROAD, "abroad")
    for lost in ["home-0001-001", "abroad-0002-001"]:
        kill_engine(server, lost)
        # At times before the loss is noticed: the region may be lost in the midst of it.
        wait_datastore(home, "available")
    keeps_trying(lambda: cluster_client(describe(home, "home")).set("after", "loss"))
    keeps_trying(lambda: cluster_client(abroad).get("after") == "loss" or None)
    server.admin("faults", {"kind": "outage", "target": {"replication_group_id": "home"}})
    wait_datastore(server.client(ABROAD), "modifying")
    check_filled(cluster_client(abroad))
    server.client(ABROAD).failover_global_replication_group(
        GlobalReplicationGroupId=ID, PrimaryRegion=ABROAD, PrimaryReplicationGroupId="abroad"
    )
    keeps_trying(lambda: cluster_client(abroad).set("during", "outage"))
    heal(server)
    wait_datastore(home, "available")
    back = cluster_client(describe(home, "home"))
    wait_for(lambda: back.get("during") == "outage", 10, "the write at home")
    check_filled(back)
    members = [f"{group}-{shard}-00{member}" for group in ("home", "abroad") for shard in ("0001", "0002")
               for member in (1, 2)]
    check_engines(server, members)


@pytest.mark.parametrize("engine", ["redis", "valkey"])
def test_shards_come_and_go_everywhere(server, engine):
    create_datastore(server, 1, 0, engine)
    home, away = server.client(HOME), server.client(ABROAD)
    cache = cluster_client(describe(home, "home"))
    fill(cache)
    add_secondary(server, ABROAD, "abroad", 0)
    with Writer(cluster_client(describe(home, "home"))) as writer:
        wait_for(lambda: writer.acknowledged > 100, 20, "writes")
        home.increase_node_groups_in_global_replication_group(
            GlobalReplicationGroupId=ID, NodeGroupCount=3, ApplyImmediately=True
        )
        wait_datastore(home, "available", 120)
        assert len(datastore(home)["GlobalNodeGroups"]) == 3
        assert slots_of(describe(home, "home")) == slots_of(describe(away, "abroad"))
        for client, group_id in [(home, "home"), (away, "abroad")]:
            for shard in describe(client, group_id)["NodeGroups"]:
                (member,) = shard["NodeGroupMembers"]
                node = node_of(client, member["CacheClusterId"])
                wait_for(lambda: len(node.execute_command("CLUSTER SLOTS")) == 3, 3, f"{member}")  # noqa: B023
        away.decrease_node_groups_in_global_replication_group(
            GlobalReplicationGroupId=ID, NodeGroupCount=2, GlobalNodeGroupsToRetain=[f"{ID}-0001", f"{ID}-0003"],
            ApplyImmediately=True,
        )
        wait_datastore(home, "available", 120)
    assert not writer.wrong
    for client, group_id in [(home, "home"), (away, "abroad")]:
        group = describe(client, group_id)
        assert list(slots_of(group)) == ["0001", "0003"]
        found = cluster_client(group)
        wait_for(lambda: found.dbsize(target_nodes=RedisCluster.PRIMARIES) == 500 + writer.acknowledged, 20, "the writes")
        check_filled(found)
        writer.check(found)
    check_engines(server, ["home-0001-001", "home-0003-001", "abroad-0001-001", "abroad-0003-001"])


def test_slots_are_evened_out_everywhere(server):
    uneven = [{"Slots": "0-1000", "ReplicaCount": 0}, {"Slots": "1001-16383", "ReplicaCount": 0}]
    create_datastore(server, 2, 0, NodeGroupConfiguration=uneven)
    home, away = server.client(HOME), server.client(ABROAD)
    fill(cluster_client(describe(home, "home")))
    add_secondary(server, ABROAD, "abroad", 0)
    home.rebalance_slots_in_global_replication_group(GlobalReplicationGroupId=ID, ApplyImmediately=True)
    wait_datastore(home, "available", 120)
    for client, group_id in [(home, "home"), (away, "abroad")]:
        group = describe(client, group_id)
        assert list(map(len, slots_of(group).values())) == [8192, 8192]
        wait_filled(cluster_client(group))


def test_a_secondary_leaves_with_its_data(server):
    create_datastore(server)
    home, away = server.client(HOME), server.client(ABROAD)
    fill(cluster_client(describe(home, "home")))
    abroad = add_secondary(server, ABROAD, "abroad")
    wait_filled(cluster_client(abroad))
    home.disassociate_global_replication_group(
        GlobalReplicationGroupId=ID, ReplicationGroupId="abroad", ReplicationGroupRegion=ABROAD
    )
    wait_datastore(home, "primary-only")
    abroad = wait_group(away, "abroad")
    assert abroad["GlobalReplicationGroupInfo"] == {}
    own = cluster_client(abroad)
    check_filled(own)
    own.set("own", "write")
    at_home = cluster_client(describe(home, "home"))
    assert at_home.get("own") is None
    at_home.set("other", "write")
    assert own.get("other") is None
    members = [f"{group}-{shard}-00{member}" for group in ("home", "abroad") for shard in ("0001", "0002")
               for member in (1, 2)]
    check_engines(server, members)


def test_tokens_and_tls_go_along(server, tmp_path):
    security = {"TransitEncryptionEnabled": True, "AuthToken": TOKEN}
    create_datastore(server, 1, 0, **security)
    abroad = add_secondary(server, ABROAD, "abroad", 0, AuthToken=TOKEN)
    home = server.client(HOME)
    more = {"password": TOKEN, **tls(server, tmp_path)}
    cluster_client(describe(home, "home"), **more).set("k", "v")
    wait_for(lambda: cluster_client(abroad, **more).get("k") == "v", 10, "the write abroad")
    fail_over(home, ABROAD, "abroad")
    keeps_trying(lambda: cluster_client(abroad, **more).set("k", "w"))
    wait_for(lambda: cluster_client(describe(home, "home"), **more).get("k") == "w", 10, "the write at home")

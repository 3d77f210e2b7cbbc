"""Servers that are killed in the middle of something that they do to a group, and started again."""

from conftest import wait_for
from engines import check_engines, kill_engine, running_engines
from groups import (
    ask_for_group,
    check_filled,
    check_slots,
    cluster_client,
    cluster_shape,
    create_cluster,
    create_group,
    describe,
    fill,
    keeps_trying,
    node_of,
    primary,
    primary_id,
    role_of,
    roles,
    slots_of,
    wait_rest,
)
from writers import Writer


def crash(server):
    server.kill()
    server.start()


def engines(server):
    return sum(running_engines(server).values())


def wait_engines(server, number):
    """Comes back in the moment when there are so many engines. No engine is there before it was asked for."""
    wait_for(lambda: engines(server) >= number, 20, f"{number} engines")


def test_groups_are_made_by_the_next_server(own_server):
    server = own_server()
    for number, moment in enumerate([0, 1, 3, 7]):
        client, before = server.client(), engines(server)
        ask_for_group(client, f"plain{number}", NumCacheClusters=3, AutomaticFailoverEnabled=True)
        ask_for_group(client, f"clustered{number}", **cluster_shape(2, 1))
        wait_engines(server, before + moment)
        crash(server)
    members = []
    for number in range(4):
        plain, clustered = (wait_rest(client, f"{name}{number}") for name in ("plain", "clustered"))
        members += plain["MemberClusters"] + clustered["MemberClusters"]
        assert list(roles(plain).values()) == ["primary", "replica", "replica"]
        fill(primary(plain))
        check_slots(client, clustered)
        fill(cluster_client(clustered))
        check_filled(cluster_client(clustered))
    check_engines(server, members)


def test_replicas_are_added_and_removed_by_the_next_server(own_server):
    server = own_server()
    client = server.client()
    group = create_group(client, "scaled", 2)
    fill(primary(group))
    for moment in [2, 3, 4]:
        client.increase_replica_count(ReplicationGroupId="scaled", NewReplicaCount=3, ApplyImmediately=True)
        wait_engines(server, moment)
        crash(server)
        group = wait_rest(client, "scaled")
        assert len(group["MemberClusters"]) == 4
        check_engines(server, group["MemberClusters"])
        for cluster_id in group["MemberClusters"]:
            wait_for(lambda: node_of(client, cluster_id).dbsize() == 500, 10, "the copies")
        client.decrease_replica_count(ReplicationGroupId="scaled", NewReplicaCount=1, ApplyImmediately=True)
        crash(server)
        group = wait_rest(client, "scaled")
        assert group["MemberClusters"] == ["scaled-001", "scaled-002"]
        check_engines(server, group["MemberClusters"])
    check_filled(primary(group))


def test_slots_are_moved_on_by_the_next_server(own_server):
    server = own_server()
    client = server.client()
    group = create_cluster(client, "moving", 1, 1)
    cache = cluster_client(group)
    fill(cache, 2000)
    with Writer(cluster_client(group)) as writer:
        for shards, more in [(2, {}), (1, {"NodeGroupsToRemove": ["0001"]})]:
            before = slots_of(describe(client, "moving"))
            client.modify_replication_group_shard_configuration(
                ReplicationGroupId="moving", NodeGroupCount=shards, ApplyImmediately=True, **more
            )
            wait_for(lambda: slots_of(describe(client, "moving")) != with_blanks(client, before), 30, "moved slots")
            crash(server)
            wait_rest(client, "moving", 120)
        acknowledged = writer.acknowledged
        wait_for(lambda: writer.acknowledged > acknowledged + 100, 20, "writes after")
    group = describe(client, "moving")
    assert list(slots_of(group)) == ["0002"]
    check_engines(server, group["MemberClusters"])
    check_slots(client, group)
    check_filled(cache, 2000)
    writer.check(cluster_client(group))


def with_blanks(client, before):
    """The slots as they were, with new shards that have none yet."""
    return {shard: before.get(shard, set()) for shard in slots_of(describe(client, "moving"))}


def test_a_primary_that_is_lost_while_the_server_is_away_is_replaced(own_server):
    server = own_server()
    client = server.client()
    group = create_group(client, "away", 3)
    cluster = create_cluster(client, "shards", 2, 1)
    fill(primary(group))
    assert primary(group).wait(2, 10_000) == 2
    fill(cluster_client(cluster))
    first, copy = node_of(client, "shards-0001-001"), node_of(client, "shards-0001-002")
    wait_for(lambda: copy.dbsize() == first.dbsize(), 10, "the copies")
    server.kill()
    kill_engine(server, "away-001")
    kill_engine(server, "shards-0001-001")
    server.start()
    keeps_trying(lambda: primary(group).set("first", "write"), 10)
    after = wait_rest(client, "away")
    assert primary_id(after) != "away-001"
    check_filled(primary(after))
    clustered = wait_rest(client, "shards")
    wait_for(lambda: role_of(node_of(client, "shards-0001-001")) == "slave", 20, "the old primary's return")
    check_filled(cluster_client(clustered))
    check_engines(server, after["MemberClusters"] + clustered["MemberClusters"])


def test_an_upgrade_is_finished_by_the_next_server(own_server):
    server = own_server()
    client = server.client()
    group = create_group(client, "newer", 3)
    fill(primary(group))
    client.modify_replication_group(
        ReplicationGroupId="newer", Engine="valkey", EngineVersion="8.0", ApplyImmediately=True
    )
    wait_engines(server, 4)
    crash(server)
    after = wait_rest(client, "newer")
    for cluster_id in after["MemberClusters"]:
        assert node_of(client, cluster_id).info("server").get("server_name") == "valkey"
    check_filled(primary(after))
    check_engines(server, after["MemberClusters"])


def test_a_group_is_deleted_by_the_next_server(own_server):
    server = own_server()
    client = server.client()
    create_group(client, "gone", 2)
    client.delete_replication_group(ReplicationGroupId="gone")
    crash(server)
    wait_for(lambda: not client.describe_replication_groups()["ReplicationGroups"], 20, "the end of the group")
    assert client.describe_cache_clusters()["CacheClusters"] == []
    check_engines(server, [])

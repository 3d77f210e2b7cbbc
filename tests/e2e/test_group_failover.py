"""Groups without cluster mode that lose engines, or are told to change their primary."""

import pytest
import redis
from botocore.exceptions import ClientError
from conftest import messages, wait_for
from engines import check_engines, engine_of, kill_engine
from groups import (
    all_events,
    check_filled,
    clusters_of,
    create_group,
    describe,
    fill,
    group_messages,
    keeps_trying,
    node_endpoint,
    node_of,
    primary,
    primary_id,
    reader,
    role_of,
    roles,
    wait_rest,
)
from writers import Writer


def write_safely(group, replicas=1, keys=500):
    """Writes keys that so many replicas have, and tells that they have them."""
    cache = primary(group)
    fill(cache, keys)
    assert cache.wait(replicas, 10_000) >= replicas


def ids_of(group_id, nodes):
    return [f"{group_id}-00{number}" for number in range(1, nodes + 1)]


def check_copies(server, client, group):
    """One primary, and replicas of it at their own endpoints that have its keys and refuse writes."""
    check_engines(server, group["MemberClusters"])
    keys = primary(group).dbsize()
    assert role_of(primary(group)) == "master"
    for cluster_id, role in roles(group).items():
        cache = node_of(client, cluster_id)
        wait_for(lambda: role_of(cache) == ("master" if role == "primary" else "slave"), 10, f"{cluster_id} a {role}")
        wait_for(lambda: cache.dbsize() == keys, 10, f"the keys at {cluster_id}")
        if role == "replica":
            with pytest.raises(redis.ReadOnlyError):
                cache.set("refused", 1)


def test_a_replica_takes_over_from_a_killed_primary(server, client):
    group = create_group(client, "ha", 3)
    addresses = {id_: node_endpoint(cluster) for id_, cluster in clusters_of(client, "ha").items()}
    write_safely(group, replicas=2)
    kill_engine(server, "ha-001")
    keeps_trying(lambda: primary(group).set("first", "write"), 5)
    check_filled(primary(group))
    wait_for(lambda: primary_id(describe(client, "ha")) != "ha-001", 5, "another primary")
    after = wait_rest(client, "ha")
    new = primary_id(after)
    assert roles(after) == {id_: "primary" if id_ == new else "replica" for id_ in ids_of("ha", 3)}
    assert after["NodeGroups"][0]["PrimaryEndpoint"] == group["NodeGroups"][0]["PrimaryEndpoint"]
    assert {id_: node_endpoint(cluster) for id_, cluster in clusters_of(client, "ha").items()} == addresses
    check_copies(server, client, after)
    assert node_of(client, "ha-001").get("first") == "write"
    assert group_messages(client, "ha")[-1] == f"Failover from primary node ha-001 to replica node {new} completed"
    assert messages(client, "ha-001")[-2:] == [
        "Recovering cache nodes 0001", "Finished recovery for cache nodes 0001",
    ]


def test_a_killed_replica_comes_back_and_readers_do_not_notice(server, client):
    group = create_group(client, "calm", 2)
    write_safely(group)
    kill_engine(server, "calm-002")
    # The only replica is gone: the reader endpoint leads to the primary meanwhile.
    assert keeps_trying(lambda: reader(group).get("key7"), 5) == "7"
    assert primary(group).set("meanwhile", "written")
    wait_for(lambda: messages(client, "calm-002")[-1].startswith("Finished recovery"), 20, "the recovery")
    after = wait_rest(client, "calm")
    assert roles(after) == roles(group)
    check_copies(server, client, after)
    wait_for(lambda: role_of(reader(group)) == "slave", 10, "the replica behind the reader endpoint")
    assert not any("Failover" in message for message in group_messages(client, "calm"))


def test_the_only_engine_that_is_left_has_all_data(server, client):
    group = create_group(client, "last", 3)
    write_safely(group, replicas=2)
    for cluster_id in ["last-001", "last-003"]:
        kill_engine(server, cluster_id)
    keeps_trying(lambda: primary(group).set("first", "write"), 10)
    wait_for(lambda: primary_id(describe(client, "last")) == "last-002", 5, "another primary")
    after = wait_rest(client, "last")
    check_filled(primary(after))
    check_copies(server, client, after)


@pytest.mark.parametrize("nodes", [1, 3])
def test_a_group_that_lost_everything_starts_again(server, client, nodes):
    group = create_group(client, "ashes", nodes)
    write_safely(group, replicas=nodes - 1)
    for cluster_id in ids_of("ashes", nodes):
        kill_engine(server, cluster_id)
    keeps_trying(lambda: primary(group).set("new", "life"), 20)
    after = wait_rest(client, "ashes")
    assert primary(after).get("new") == "life"
    check_copies(server, client, after)


def test_without_automatic_failover_the_primary_is_recovered_in_place(server, client):
    group = create_group(client, "manual", 2, AutomaticFailoverEnabled=False)
    assert group["AutomaticFailover"] == "disabled"
    write_safely(group)
    kill_engine(server, "manual-001")
    keeps_trying(lambda: primary(group).set("first", "write"), 20)
    check_filled(primary(group))
    after = wait_rest(client, "manual")
    assert roles(after) == {"manual-001": "primary", "manual-002": "replica"}
    check_copies(server, client, after)


def test_failovers_are_tested_without_losing_a_write(server, client):
    group = create_group(client, "drill", 3)
    seen = len(all_events(client))
    with Writer(primary(group)) as writer:
        wait_for(lambda: writer.acknowledged > 100, 10, "writes before")
        answer = client.test_failover(ReplicationGroupId="drill", NodeGroupId="0001")["ReplicationGroup"]
        assert answer["Status"] == "available"
        wait_for(lambda: messages(client, "drill-001")[-1].startswith("Finished recovery"), 20, "the recovery")
        before = writer.acknowledged
        wait_for(lambda: writer.acknowledged > before + 100, 10, "writes after")
    group = wait_rest(client, "drill")
    new = primary_id(group)
    assert new != "drill-001"
    completed = f"Failover from primary node drill-001 to replica node {new} completed"
    assert all_events(client)[seen:] == [
        ("drill", "Test Failover API called for node group 0001"),
        (new, completed),
        ("drill", completed),
        ("drill-001", "Recovering cache nodes 0001"),
        ("drill-001", "Finished recovery for cache nodes 0001"),
    ]
    writer.check(primary(group))
    check_copies(server, client, group)


def test_a_failover_needs_automatic_failover_and_a_shard_that_exists(client):
    create_group(client, "alone")
    with pytest.raises(ClientError) as refused:
        client.test_failover(ReplicationGroupId="alone", NodeGroupId="0001")
    assert refused.value.response["Error"]["Code"] in ("InvalidReplicationGroupState", "TestFailoverNotAvailableFault")
    create_group(client, "pair", 2)
    with pytest.raises(client.exceptions.NodeGroupNotFoundFault):
        client.test_failover(ReplicationGroupId="pair", NodeGroupId="0002")


def test_a_replica_is_promoted_by_hand_without_losing_a_write(server, client):
    group = create_group(client, "chosen", 3, AutomaticFailoverEnabled=False)
    with Writer(primary(group)) as writer:
        wait_for(lambda: writer.acknowledged > 100, 10, "writes before")
        asked = client.modify_replication_group(
            ReplicationGroupId="chosen", PrimaryClusterId="chosen-003", ApplyImmediately=True
        )["ReplicationGroup"]
        assert asked["Status"] == "modifying" and asked["PendingModifiedValues"]["PrimaryClusterId"] == "chosen-003"
        after = wait_rest(client, "chosen")
        before = writer.acknowledged
        wait_for(lambda: writer.acknowledged > before + 100, 10, "writes after")
    assert roles(after) == {"chosen-001": "replica", "chosen-002": "replica", "chosen-003": "primary"}
    assert "PrimaryClusterId" not in after["PendingModifiedValues"]
    assert writer.longest_gap < 5, "writes waited too long"
    writer.check(primary(after))
    check_copies(server, client, after)


def test_nobody_is_promoted_by_hand_while_failover_is_automatic(client):
    create_group(client, "auto", 2)
    with pytest.raises(ClientError) as refused:
        client.modify_replication_group(ReplicationGroupId="auto", PrimaryClusterId="auto-002", ApplyImmediately=True)
    assert refused.value.response["Error"] == {
        "Type": "Sender",
        "Code": "InvalidReplicationGroupState",
        "Message": "Cannot manually promote a new master cache cluster while autofailover is enabled",
    }


def test_a_stuck_primary_is_replaced(server, client):
    group = create_group(client, "stuck", 2)
    write_safely(group)
    engine = engine_of(server, "stuck-001")
    engine.freeze()
    try:
        keeps_trying(lambda: primary(group).set("first", "write"), 30)
        after = wait_rest(client, "stuck")
        assert roles(after) == {"stuck-001": "replica", "stuck-002": "primary"}
        assert not engine.is_running()
        check_filled(primary(after))
        check_copies(server, client, after)
    finally:
        engine.thaw()

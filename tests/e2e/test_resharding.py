"""Clusters that get more and fewer shards while clients write and read."""

import pytest
from botocore.exceptions import ClientError
from conftest import wait_for
from engines import check_engines
from groups import (
    check_filled,
    check_slots,
    cluster_client,
    create_cluster,
    describe,
    fill,
    node_of,
    slots_of,
    wait_group,
)
from writers import Writer

KEYS = 2000


def reshard(client, group_id, shards, **more):
    """Asks for so many shards, waits, and answers the group and the progress that was told meanwhile."""
    asked = client.modify_replication_group_shard_configuration(
        ReplicationGroupId=group_id, NodeGroupCount=shards, ApplyImmediately=True, **more
    )["ReplicationGroup"]
    assert asked["Status"] == "modifying"
    progress = []

    def done():
        group = describe(client, group_id)
        resharding = group["PendingModifiedValues"].get("Resharding")
        if resharding:
            progress.append(resharding["SlotMigration"]["ProgressPercentage"])
        return group["Status"] == "available"

    wait_for(done, 120, f"{shards} shards")
    assert progress and progress == sorted(progress) and 0 <= progress[0] and progress[-1] <= 100
    return wait_group(client, group_id)


def check_shards(server, client, group_id, shards, replicas):
    """These shards, with the same number of slots, and as many engines as that takes."""
    group = describe(client, group_id)
    sizes = {shard: len(slots) for shard, slots in slots_of(group).items()}
    assert list(sizes) == shards and max(sizes.values()) - min(sizes.values()) <= 1, sizes
    members = [f"{group_id}-{shard}-00{number}" for shard in shards for number in range(1, replicas + 2)]
    assert sorted(group["MemberClusters"]) == members
    check_engines(server, members)
    check_slots(client, group)


# The shards after each step, and which of them are named. One goes all the way, the others do what may differ.
OUT = (["0001", "0002"], {})
FURTHER_OUT = (["0001", "0002", "0003"], {})
IN = (["0002", "0003"], {"NodeGroupsToRemove": ["0001"]})
BACK = (["0002"], {"NodeGroupsToRetain": ["0002"]})
WAYS = [("redis", 0, [OUT, FURTHER_OUT, IN]), ("redis", 1, [OUT, BACK]), ("valkey", 1, [OUT])]


@pytest.mark.parametrize(("engine", "replicas", "steps"), WAYS, ids=["redis", "redis replicas", "valkey replicas"])
def test_no_key_is_lost_while_slots_move(server, client, engine, replicas, steps):
    group = create_cluster(client, "moving", 1, replicas, engine)
    cache = cluster_client(group)
    fill(cache, KEYS)
    with Writer(cluster_client(group)) as writer:
        wait_for(lambda: writer.acknowledged > 100, 10, "writes before")
        for shards, which in steps:
            reshard(client, "moving", len(shards), **which)
            check_shards(server, client, "moving", shards, replicas)
        before = writer.acknowledged
        wait_for(lambda: writer.acknowledged > before + 100, 10, "writes after")
    group = describe(client, "moving")
    # One that knew the cluster from the start, and one that comes anew.
    for client_ in [cache, cluster_client(group)]:
        check_filled(client_, KEYS)
        writer.check(client_)
    assert not writer.errors, writer.errors[:5]
    assert writer.longest_gap < 3, "a client waited too long"
    primaries = [f"moving-{shard}-001" for shard in shards]
    assert sum(node_of(client, id_).dbsize() for id_ in primaries) == KEYS + writer.acknowledged
    for id_ in primaries if replicas else []:
        first, copy = node_of(client, id_), node_of(client, id_.replace("-001", "-002"))
        wait_for(lambda: first.dbsize() == copy.dbsize(), 10, "the copies")


def test_slots_are_evened_out_and_not_twice(server, client):
    shape = {"CacheParameterGroupName": "default.redis7.cluster.on", "AutomaticFailoverEnabled": True}
    client.create_replication_group(
        ReplicationGroupId="uneven", ReplicationGroupDescription="-", CacheNodeType="cache.t3.micro", Engine="redis",
        NumNodeGroups=2, NodeGroupConfiguration=[
            {"NodeGroupId": "0001", "Slots": "0-99", "ReplicaCount": 0},
            {"NodeGroupId": "0002", "Slots": "100-16383", "ReplicaCount": 0},
        ], **shape,
    )
    group = wait_group(client, "uneven")
    fill(cluster_client(group), KEYS)
    reshard(client, "uneven", 2)
    check_shards(server, client, "uneven", ["0001", "0002"], 0)
    check_filled(cluster_client(group), KEYS)
    with pytest.raises(ClientError) as refused:
        client.modify_replication_group_shard_configuration(
            ReplicationGroupId="uneven", NodeGroupCount=2, ApplyImmediately=True
        )
    assert refused.value.response["Error"]["Code"] == "InvalidReplicationGroupState"
    assert refused.value.response["Error"]["Message"] == (
        "Slots in the replication group are uniformly distributed. Nothing to do."
    )

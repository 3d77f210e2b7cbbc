"""Snapshots of real engines and caches that are made of them, as people take and restore them."""

import datetime

import pytest
from conftest import connect, create, messages, wait_available, wait_for, wait_gone
from groups import check_filled, cluster_client, create_cluster, fill, wait_group, wait_group_gone


def wait_taken(client, name):
    def taken():
        snapshot = client.describe_snapshots(SnapshotName=name)["Snapshots"][0]
        assert snapshot["SnapshotStatus"] != "failed"
        return snapshot if snapshot["SnapshotStatus"] == "available" else None

    return wait_for(taken, 60, f"{name} available")


def take(client, name, **source):
    snapshot = client.create_snapshot(SnapshotName=name, **source)["Snapshot"]
    assert snapshot["SnapshotStatus"] == "creating"
    return wait_taken(client, name)


def test_a_cluster_comes_back_from_its_snapshot(client):
    connection = connect(create(client, "first"))
    connection.set("text", b"\x00\xff")
    connection.set("soon", "gone", ex=3600)
    connection.rpush("list", *range(1000))
    connection.zadd("scores", {"a": 1.5})
    connection.xadd("stream", {"field": "value"}, id="1-1")
    snapshot = take(client, "saved", CacheClusterId="first")
    assert snapshot["NodeSnapshots"][0]["CacheSize"] == "1 MB"
    assert any("'saved'" in message for message in messages(client, "first"))
    wait_available(client, "first")
    client.delete_cache_cluster(CacheClusterId="first")
    wait_gone(client, "first")

    client.create_cache_cluster(CacheClusterId="second", SnapshotName="saved")
    restored = connect(wait_available(client, "second"))
    assert restored.get("text") == b"\x00\xff"
    assert 3000 < restored.ttl("soon") <= 3600
    assert restored.llen("list") == 1000
    assert restored.zscore("scores", "a") == 1.5
    assert restored.xrange("stream") == [(b"1-1", {b"field": b"value"})]
    client.create_cache_cluster(
        CacheClusterId="third", SnapshotName="saved", Engine="valkey", EngineVersion="8.0"
    )
    assert connect(wait_available(client, "third")).llen("list") == 1000
    client.delete_snapshot(SnapshotName="saved")


def test_a_group_changes_its_shards_by_way_of_a_snapshot(client):
    fill(cluster_client(create_cluster(client, "old", 2, 1)))
    client.delete_replication_group(ReplicationGroupId="old", FinalSnapshotIdentifier="last")
    wait_group_gone(client, "old")
    assert len(wait_taken(client, "last")["NodeSnapshots"]) == 2
    client.create_replication_group(
        ReplicationGroupId="new",
        ReplicationGroupDescription="d",
        SnapshotName="last",
        NumNodeGroups=3,
        ReplicasPerNodeGroup=1,
    )
    group = wait_group(client, "new")
    assert len(group["NodeGroups"]) == 3
    check_filled(cluster_client(group))


def test_snapshots_outlive_the_server(own_server):
    server = own_server()
    client = server.client()
    connect(create(client, "kept")).set("key", "value")
    client.create_snapshot(SnapshotName="saved", CacheClusterId="kept")
    server.kill()
    server.start()
    wait_taken(client, "saved")
    wait_available(client, "kept")
    client.create_cache_cluster(CacheClusterId="copy", SnapshotName="saved")
    server.kill()
    server.start()
    assert connect(wait_available(client, "copy")).get("key") == b"value"


def test_snapshots_are_taken_every_day(server, client):
    cluster = create(client, "daily", SnapshotRetentionLimit=1, SnapshotWindow="20:00-21:00")
    connect(cluster).set("key", "value")
    now = datetime.datetime.fromisoformat(server.admin("health")["time"])
    evening = now.replace(hour=20, minute=30, second=0, microsecond=0)
    server.admin("clock/advance", {"seconds": (evening - now).total_seconds() % 86400})

    def automatic():
        found = client.describe_snapshots(CacheClusterId="daily", SnapshotSource="system")["Snapshots"]
        return found if found and found[0]["SnapshotStatus"] == "available" else None

    name = wait_for(automatic, what="an automatic snapshot")[0]["SnapshotName"]
    assert name.startswith("automatic.daily-")
    wait_available(client, "daily")
    client.delete_cache_cluster(CacheClusterId="daily")
    wait_gone(client, "daily")
    wait_for(lambda: client.describe_snapshots()["Snapshots"] == [], what="its end with its cluster")


def test_the_command_line_shows_snapshots(server, client):
    create(client, "shown")
    take(client, "seen", CacheClusterId="shown")
    listed = server.aws("describe-snapshots", "--cache-cluster-id", "shown")["Snapshots"]
    assert [snapshot["SnapshotName"] for snapshot in listed] == ["seen"]
    with pytest.raises(client.exceptions.SnapshotNotFoundFault):
        client.describe_snapshots(SnapshotName="absent")


def test_a_snapshot_travels_by_way_of_a_bucket(own_server, tmp_path):
    bucket = tmp_path / "buckets" / "bucket"
    bucket.mkdir(parents=True)
    server = own_server("--s3-dir", str(bucket.parent))
    client = server.client()
    fill(cluster_client(create_cluster(client, "old", 2, 0)))
    take(client, "saved", ReplicationGroupId="old")
    client.copy_snapshot(SourceSnapshotName="saved", TargetSnapshotName="out", TargetBucket="bucket")
    wait_taken(client, "saved")
    assert sorted(path.name for path in bucket.iterdir()) == ["out-0001.rdb", "out-0002.rdb"]
    wait_group(client, "old")
    client.delete_replication_group(ReplicationGroupId="old")
    wait_group_gone(client, "old")
    client.create_replication_group(
        ReplicationGroupId="new",
        ReplicationGroupDescription="d",
        Engine="valkey",
        CacheNodeType="cache.t3.micro",
        SnapshotArns=["arn:aws:s3:::bucket/out-0001.rdb", "arn:aws:s3:::bucket/out-0002.rdb"],
        NodeGroupConfiguration=[{"Slots": "0-99"}, {"Slots": "100-9999"}, {"Slots": "10000-16383"}],
    )
    check_filled(cluster_client(wait_group(client, "new")))

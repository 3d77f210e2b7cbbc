"""Snapshots of serverless caches, with the data that were in them."""

import pytest
from conftest import wait_for
from groups import create_group
from groups import primary as primary_of
from serverless import cluster, create_serverless, messages, wait_serverless_gone


def wait_snapshot(client, name):
    def available():
        (found,) = client.describe_serverless_cache_snapshots(ServerlessCacheSnapshotName=name)[
            "ServerlessCacheSnapshots"
        ]
        assert found["Status"] in ("creating", "available"), found
        return found if found["Status"] == "available" else None

    return wait_for(available, 60, f"the snapshot {name}")


def fill(caller):
    for number in range(300):
        assert caller.set(f"key{number}", number)


def check_filled(caller):
    assert all(caller.get(f"key{number}") == str(number).encode() for number in range(300))


def test_a_cache_is_made_of_a_snapshot(server, client, tmp_path):
    cache = create_serverless(client, "old", "redis")
    fill(cluster(server, tmp_path, cache))
    client.create_serverless_cache_snapshot(ServerlessCacheSnapshotName="snap", ServerlessCacheName="old")
    snapshot = wait_snapshot(client, "snap")
    assert int(snapshot["BytesUsedForCache"]) > 300
    # What is written later is not in it.
    cluster(server, tmp_path, cache).set("key7", "later")
    new = create_serverless(client, "new", "valkey", SnapshotArnsToRestore=[snapshot["ARN"]])
    check_filled(cluster(server, tmp_path, new))
    told = "Cache new is created and data was restored from snapshot. Your cache is ready to use."
    assert messages(client, "new") == [told]


def test_the_last_snapshot_has_the_last_write(server, client, tmp_path):
    cache = create_serverless(client, "old")
    fill(cluster(server, tmp_path, cache))
    client.delete_serverless_cache(ServerlessCacheName="old", FinalSnapshotName="last")
    wait_serverless_gone(client, "old")
    arn = wait_snapshot(client, "last")["ARN"]
    check_filled(cluster(server, tmp_path, create_serverless(client, "old", SnapshotArnsToRestore=[arn])))


def test_a_snapshot_of_nodes_becomes_a_serverless_cache(server, client, tmp_path):
    group = create_group(client, "nodes", 2, Engine="redis")
    writer = primary_of(group)
    for number in range(300):
        assert writer.set(f"key{number}", number)
    client.create_snapshot(SnapshotName="of-nodes", ReplicationGroupId="nodes")

    def available():
        (found,) = client.describe_snapshots(SnapshotName="of-nodes")["Snapshots"]
        return found if found["SnapshotStatus"] == "available" else None

    arn = wait_for(available, 60, "the snapshot")["ARN"]
    check_filled(cluster(server, tmp_path, create_serverless(client, "less", SnapshotArnsToRestore=[arn])))


def test_a_snapshot_is_exported_to_a_bucket(own_server, tmp_path):
    bucket = tmp_path / "buckets" / "bucket"
    bucket.mkdir(parents=True)
    server = own_server("--s3-dir", str(bucket.parent))
    client = server.client()
    cache = create_serverless(client, "cache")
    fill(cluster(server, tmp_path, cache))
    client.create_serverless_cache_snapshot(ServerlessCacheSnapshotName="snap", ServerlessCacheName="cache")
    wait_snapshot(client, "snap")
    exported = client.export_serverless_cache_snapshot(ServerlessCacheSnapshotName="snap", S3BucketName="bucket")
    assert exported["ServerlessCacheSnapshot"]["Status"] == "exporting"

    def is_over():
        (found,) = client.describe_serverless_cache_snapshots()["ServerlessCacheSnapshots"]
        return found["Status"] == "available"

    wait_for(is_over, 60, "the export")
    told = client.describe_events(SourceIdentifier="snap", SourceType="serverless-cache-snapshot")["Events"]
    assert "Snapshot snap was exported to the S3 bucket bucket" in [event["Message"] for event in told]
    assert [path.name for path in bucket.iterdir()] == ["snap-0001.rdb"]
    client.delete_serverless_cache(ServerlessCacheName="cache")
    arns = ["arn:aws:s3:::bucket/snap-0001.rdb"]
    group = create_group(client, "nodes", 1, Engine="valkey", SnapshotArns=arns)
    assert primary_of(group).dbsize() == 300 and primary_of(group).get("key7") == "7"
    for name in ("bucket", "absent"):
        with pytest.raises(client.exceptions.InvalidParameterValueException):
            client.export_serverless_cache_snapshot(ServerlessCacheSnapshotName="snap", S3BucketName=name)

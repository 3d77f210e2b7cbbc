"""Disks that are full while snapshots are taken, restored and exported: it is told, nothing is lost, nothing is left half
done, and it works again when there is room."""

import datetime
import os
import subprocess

import pytest
from botocore.exceptions import ClientError
from conftest import connect, create, messages, wait_available, wait_for, wait_gone
from groups import cluster_client, describe, wait_group

# What the engines hold, so that a file of it is much larger than what is left on a full disk.
VALUE = os.urandom(8 << 20)

# What stays free on a disk that is full: enough for records, and not for data.
ROOM = 2 << 20


class Disk:
    """A disk of its own, small enough to be filled."""

    def __init__(self, path):
        self.path = path
        self.ballast = path / "ballast"

    def fill_up(self, room=0):
        with open(self.ballast, "wb", buffering=0) as file:
            free = os.statvfs(self.path).f_bavail * os.statvfs(self.path).f_frsize
            os.posix_fallocate(file.fileno(), 0, free - room)

    def make_room(self):
        self.ballast.unlink()

    def files(self, folder="."):
        """What lies in a folder and those below it."""
        return sorted(path.name for path in (self.path / folder).rglob("*") if path.is_file() and path != self.ballast)


@pytest.fixture
def disk(tmp_path):
    path = tmp_path / "disk"
    path.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48m", "none", str(path)], check=True)
    yield Disk(path)
    subprocess.run(["umount", "-l", str(path)], check=True)


def filled(client, cluster_id):
    cluster = create(client, cluster_id)
    connect(cluster).set("key", VALUE)
    return cluster


def check(client, cluster_id):
    assert connect(wait_available(client, cluster_id)).get("key") == VALUE


def snapshot_status(client, name):
    return client.describe_snapshots(SnapshotName=name)["Snapshots"][0]["SnapshotStatus"]


def wait_snapshot(client, name, status="available"):
    wait_for(lambda: snapshot_status(client, name) == status, 60, f"{name} {status}")


def take(client, name, cluster_id):
    client.create_snapshot(SnapshotName=name, CacheClusterId=cluster_id)
    wait_snapshot(client, name)
    wait_available(client, cluster_id)


def wait_told(client, source, *words):
    def told():
        return [message for message in messages(client, source) if all(word in message for word in words)]

    return wait_for(told, 60, f"an event of {source} that tells")


def test_a_snapshot_that_finds_no_room_fails_and_the_next_one_does_not(own_server, disk):
    server = own_server("--snapshot-dir", str(disk.path))
    client = server.client()
    filled(client, "full")
    disk.fill_up(ROOM)
    client.create_snapshot(SnapshotName="first", CacheClusterId="full")
    wait_snapshot(client, "first", "failed")
    wait_told(client, "full", "Snapshot failed", "first")
    wait_told(client, "full", "first", "No space left on device")
    check(client, "full")
    assert disk.files() == []
    client.delete_snapshot(SnapshotName="first")

    disk.make_room()
    take(client, "second", "full")
    client.create_cache_cluster(CacheClusterId="copy", SnapshotName="second")
    check(client, "copy")
    assert len(disk.files()) == 1


def test_a_cache_stays_when_there_is_no_room_for_its_last_snapshot(own_server, disk):
    server = own_server("--snapshot-dir", str(disk.path))
    client = server.client()
    filled(client, "last")
    disk.fill_up(ROOM)
    client.delete_cache_cluster(CacheClusterId="last", FinalSnapshotIdentifier="final")
    wait_snapshot(client, "final", "failed")
    wait_told(client, "last", "is not deleted")
    check(client, "last")
    disk.make_room()
    client.delete_cache_cluster(CacheClusterId="last", FinalSnapshotIdentifier="final-again")
    wait_gone(client, "last")
    client.create_cache_cluster(CacheClusterId="copy", SnapshotName="final-again")
    check(client, "copy")


def test_a_restore_that_finds_no_room_for_its_part_waits_for_it(own_server, disk):
    server = own_server("--snapshot-dir", str(disk.path))
    client = server.client()
    filled(client, "whole")
    take(client, "saved", "whole")
    disk.fill_up(ROOM)
    client.create_replication_group(
        ReplicationGroupId="parts",
        ReplicationGroupDescription="d",
        SnapshotName="saved",
        NumNodeGroups=2,
        ReplicasPerNodeGroup=0,
    )
    # One of the shards has the key.
    shards = ("parts-0001-001", "parts-0002-001")
    wait_for(
        lambda: any("No space left on device" in message for shard in shards for message in messages(client, shard)),
        60,
        "an event that tells",
    )
    assert describe(client, "parts")["Status"] == "creating"
    # Between two tries nothing lies there but the snapshot.
    wait_for(lambda: len(disk.files()) == 1, 10, "a disk without halves")
    disk.make_room()
    assert cluster_client(wait_group(client, "parts"), decode_responses=False).get("key") == VALUE
    assert len(disk.files()) == 1


def test_an_engine_that_finds_no_room_for_its_data_waits_for_it(own_server, disk, backend, tmp_path):
    if backend != "process":
        pytest.skip("the data of containers are on Docker's disk")
    server = own_server("--data-dir", str(disk.path), "--snapshot-dir", str(tmp_path / "snapshots"))
    client = server.client()
    filled(client, "whole")
    take(client, "saved", "whole")
    disk.fill_up(ROOM)
    # Who does not want to wait can delete it.
    client.create_cache_cluster(CacheClusterId="unwanted", SnapshotName="saved")
    wait_told(client, "unwanted", "could not be brought up", "No space left on device")
    client.delete_cache_cluster(CacheClusterId="unwanted")
    wait_gone(client, "unwanted")
    client.create_cache_cluster(CacheClusterId="copy", SnapshotName="saved")
    wait_told(client, "copy", "could not be brought up", "No space left on device")
    assert status(client, "copy") == "incompatible-network"
    disk.make_room()
    wait_for(lambda: status(client, "copy") == "available", 30, "the recovery")
    check(client, "copy")
    server.admin("reset", {})
    server.stop()


def test_an_automatic_snapshot_waits_until_it_can_be_written_down(own_server, disk, backend, tmp_path):
    if backend != "process":
        pytest.skip("the same for every backend")
    server = own_server("--data-dir", str(disk.path), "--snapshot-dir", str(tmp_path / "snapshots"))
    client = server.client()
    create(client, "daily", SnapshotRetentionLimit=1, SnapshotWindow="20:00-21:00")
    disk.fill_up()
    fill_records(client)
    now = datetime.datetime.fromisoformat(server.admin("health")["time"])
    evening = now.replace(hour=20, minute=1, second=0, microsecond=0)
    server.admin("clock/advance", {"seconds": (evening - now).total_seconds() % 86400})
    wait_for(lambda: "automatic snapshots could not be looked after" in server.log_text(), 30, "the try")
    assert client.describe_snapshots()["Snapshots"] == []
    disk.make_room()
    # Nothing asks for anything any more.
    wait_for(lambda: client.describe_snapshots()["Snapshots"], 30, "the snapshot")
    server.admin("reset", {})
    server.stop()


def fill_records(client):
    """Makes records until not one more can be written."""
    with pytest.raises(ClientError) as refused:
        for number in range(10_000):
            client.create_cache_parameter_group(
                CacheParameterGroupName=f"group-{number}", CacheParameterGroupFamily="redis7", Description="x" * 200
            )
    assert refused.value.response["Error"]["Code"] == "InternalFailure"


def status(client, cluster_id):
    return client.describe_cache_clusters(CacheClusterId=cluster_id)["CacheClusters"][0]["CacheClusterStatus"]


def test_data_from_a_bucket_that_find_no_room_wait_for_it(own_server, disk, tmp_path):
    buckets = tmp_path / "buckets"
    (buckets / "bucket").mkdir(parents=True)
    server = own_server("--snapshot-dir", str(disk.path), "--s3-dir", str(buckets))
    client = server.client()
    filled(client, "whole")
    take(client, "saved", "whole")
    client.copy_snapshot(SourceSnapshotName="saved", TargetSnapshotName="out", TargetBucket="bucket")
    wait_snapshot(client, "saved")
    disk.fill_up(ROOM)
    client.create_cache_cluster(
        CacheClusterId="copy",
        Engine="redis",
        CacheNodeType="cache.t3.micro",
        NumCacheNodes=1,
        SnapshotArns=["arn:aws:s3:::bucket/out-0001.rdb"],
    )
    wait_told(client, "copy", "No space left on device")
    assert len(disk.files()) == 1, "the snapshot"
    disk.make_room()
    wait_for(lambda: status(client, "copy") == "available", 30, "the recovery")
    check(client, "copy")


def test_an_export_that_finds_no_room_leaves_nothing_and_can_be_done_again(own_server, disk):
    (disk.path / "bucket").mkdir()
    server = own_server("--s3-dir", str(disk.path))
    client = server.client()
    filled(client, "whole")
    take(client, "saved", "whole")
    disk.fill_up(ROOM)
    copy = {"SourceSnapshotName": "saved", "TargetSnapshotName": "out", "TargetBucket": "bucket"}
    client.copy_snapshot(**copy)
    assert snapshot_status(client, "saved") == "exporting"
    wait_told(client, "whole", "could not be exported", "No space left on device")
    assert snapshot_status(client, "saved") == "available"
    assert disk.files("bucket") == []
    disk.make_room()
    client.copy_snapshot(**copy)
    wait_told(client, "whole", "was exported")
    assert disk.files("bucket") == ["out-0001.rdb"]


def test_a_disk_without_room_for_anything_is_told_and_heals(own_server, disk, backend):
    """Records and snapshots share a disk, and not even a record can be written."""
    if backend != "process":
        pytest.skip("the same for every backend, and slow")
    server = own_server("--data-dir", str(disk.path))
    client = server.client()
    filled(client, "whole")
    disk.fill_up(ROOM)
    client.create_snapshot(SnapshotName="failing", CacheClusterId="whole")
    wait_snapshot(client, "failing", "failed")
    wait_available(client, "whole")
    disk.make_room()
    take(client, "saved", "whole")
    client.delete_snapshot(SnapshotName="failing")
    client.create_cache_cluster(CacheClusterId="copy", SnapshotName="saved")
    check(client, "copy")
    server.kill()
    server.start()
    check(client, "whole")
    assert len(disk.files("snapshots")) == 1
    server.admin("reset", {})
    server.stop()

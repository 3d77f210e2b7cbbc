"""The server is killed while it works on files, whenever what lies in their folders has changed so and so often. What it
was in the middle of comes to its end after the next start, and nothing half is left."""

import os

import pytest
from conftest import connect, create, messages, wait_available, wait_for, wait_gone
from groups import cluster_client, wait_group, wait_group_gone

# Large enough for a file of them to be seen while it grows.
VALUES = {f"key-{number}": os.urandom(2 << 20) for number in range(4)}

# After how many changes the server is killed: at each of the first ones, and then at fewer and fewer.
MOMENTS = (0, 1, 2, 3, 5, 8, 13, 34)


class Folders:
    """Where the server keeps files."""

    def __init__(self, *folders):
        self.folders = folders

    def files(self):
        """All files and their sizes. What goes while it is looked at is not there."""
        found = {}
        for folder in self.folders:
            for path in folder.rglob("*"):
                try:
                    if path.is_file():
                        found[path] = path.stat().st_size
                except FileNotFoundError:
                    pass
        return found


def kill_after(server, folders, changes, is_done):
    """Kills the server after so many changes, or when it is done; answers whether it was not."""
    before, seen, looks = folders.files(), 0, 0
    while seen < changes:
        now = folders.files()
        seen += now != before
        before = now
        looks += 1
        if looks % 50 == 0 and is_done():
            break
    in_the_middle = seen >= changes and not is_done()
    server.kill()
    server.start()
    return in_the_middle


@pytest.fixture
def place(own_server, backend, tmp_path):
    """A server, where it has files, and a bucket."""
    if backend != "process":
        pytest.skip("the server works on files in the same way, whatever runs the engines")
    bucket = tmp_path / "buckets" / "bucket"
    bucket.mkdir(parents=True)
    snapshots = tmp_path / "snapshots"
    server = own_server("--snapshot-dir", str(snapshots), "--s3-dir", str(bucket.parent))
    return server, Folders(snapshots, server.data_dir / "engines"), snapshots, bucket


def filled(client, cluster_id):
    connect(create(client, cluster_id)).mset(VALUES)


def snapshot_of(client, name):
    return client.describe_snapshots(SnapshotName=name)["Snapshots"][0]["SnapshotStatus"]


def wait_taken(client, name):
    wait_for(lambda: snapshot_of(client, name) == "available", 60, f"{name} available")


def wait_files(folder, count):
    """Waits until just so many files are there, all of them whole."""

    def right():
        names = [path.name for path in folder.rglob("*") if path.is_file()]
        return len(names) == count and all(name.endswith(".rdb") for name in names)

    wait_for(right, 30, f"{count} whole files")


def check(connection):
    for key, value in VALUES.items():
        assert connection.get(key) == value, key


def cluster_status(client, cluster_id):
    try:
        found = client.describe_cache_clusters(CacheClusterId=cluster_id)
    except client.exceptions.CacheClusterNotFoundFault:
        return None
    return found["CacheClusters"][0]["CacheClusterStatus"]


def test_while_a_snapshot_is_taken_and_copied(place):
    server, folders, snapshots, _ = place
    client = server.client()
    filled(client, "whole")
    caught = 0
    for number, changes in enumerate(MOMENTS):
        client.create_snapshot(SnapshotName=f"s{number}", CacheClusterId="whole")
        caught += kill_after(server, folders, changes, lambda: snapshot_of(client, f"s{number}") == "available")
        wait_taken(client, f"s{number}")
        wait_available(client, "whole")
        client.copy_snapshot(SourceSnapshotName=f"s{number}", TargetSnapshotName="copy")
        kill_after(server, folders, number % 3, lambda: snapshot_of(client, "copy") == "available")
        wait_taken(client, "copy")
        client.delete_snapshot(SnapshotName="copy")
        wait_files(snapshots, 1)
        if changes != MOMENTS[-1]:
            client.delete_snapshot(SnapshotName=f"s{number}")
            wait_files(snapshots, 0)
    assert caught >= 3, f"it was in the middle {caught} times only"
    client.create_cache_cluster(CacheClusterId="again", SnapshotName=f"s{len(MOMENTS) - 1}")
    check(connect(wait_available(client, "again")))


def test_while_shards_are_filled_with_their_parts(place):
    server, folders, snapshots, _ = place
    client = server.client()
    filled(client, "whole")
    client.create_snapshot(SnapshotName="saved", CacheClusterId="whole")
    wait_taken(client, "saved")
    caught = 0
    for changes in MOMENTS:
        client.create_replication_group(
            ReplicationGroupId="parts",
            ReplicationGroupDescription="d",
            SnapshotName="saved",
            NumNodeGroups=2,
            ReplicasPerNodeGroup=0,
        )
        group = client.describe_replication_groups
        done = lambda: group(ReplicationGroupId="parts")["ReplicationGroups"][0]["Status"] == "available"  # noqa: E731
        caught += kill_after(server, folders, changes, done)
        check(cluster_client(wait_group(client, "parts"), decode_responses=False))
        wait_files(snapshots, 1)
        client.delete_replication_group(ReplicationGroupId="parts")
        wait_group_gone(client, "parts")
    assert caught >= 3, f"it was in the middle {caught} times only"


def test_while_data_go_to_a_bucket_and_come_from_there(place):
    server, folders, snapshots, bucket = place
    client = server.client()
    filled(client, "whole")
    client.create_snapshot(SnapshotName="saved", CacheClusterId="whole")
    wait_taken(client, "saved")
    size = next(iter(snapshots.rglob("*.rdb"))).stat().st_size
    for number, changes in enumerate(MOMENTS):
        name = f"out{number}"
        client.copy_snapshot(SourceSnapshotName="saved", TargetSnapshotName=name, TargetBucket="bucket")
        kill_after(server, Folders(bucket), number % 2, lambda: snapshot_of(client, "saved") == "available")
        wait_taken(client, "saved")
        assert {path.name: path.stat().st_size for path in bucket.iterdir()} == {f"{name}-0001.rdb": size}
        client.create_cache_cluster(
            CacheClusterId="copy",
            Engine="redis",
            CacheNodeType="cache.t3.micro",
            NumCacheNodes=1,
            SnapshotArns=[f"arn:aws:s3:::bucket/{name}-0001.rdb"],
        )
        kill_after(server, folders, changes, lambda: cluster_status(client, "copy") == "available")
        check(connect(wait_available(client, "copy")))
        wait_files(snapshots, 1)
        client.delete_cache_cluster(CacheClusterId="copy")
        wait_gone(client, "copy")
        (bucket / f"{name}-0001.rdb").unlink()
    told = [message for message in messages(client, "whole") if "was exported" in message]
    assert len(told) == len(MOMENTS), "each is told once"


def test_while_a_last_snapshot_is_taken(place):
    server, folders, snapshots, _ = place
    client = server.client()
    for changes in (0, 1, 3, 8):
        filled(client, "last")
        client.delete_cache_cluster(CacheClusterId="last", FinalSnapshotIdentifier="final")
        kill_after(server, folders, changes, lambda: cluster_status(client, "last") is None)
        wait_gone(client, "last")
        assert snapshot_of(client, "final") == "available"
        client.create_cache_cluster(CacheClusterId="again", SnapshotName="final")
        check(connect(wait_available(client, "again")))
        client.delete_cache_cluster(CacheClusterId="again")
        wait_gone(client, "again")
        client.delete_snapshot(SnapshotName="final")
        wait_files(snapshots, 0)

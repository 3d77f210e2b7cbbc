"""What serverless caches, and groups after them, are filled with: files in buckets, several snapshots at once, items of
Memcached; and what becomes of those that cannot be."""

import ssl
import time

import pytest
from conftest import connect, create, wait_for
from groups import check_filled, cluster_client, create_cluster, create_group, wait_group
from groups import fill as fill_group
from groups import primary as primary_of
from pymemcache.client.base import Client as Memcached
from security import ca_file
from serverless import (
    address,
    cluster,
    create_serverless,
    described,
    messages,
    wait_serverless,
    wait_serverless_gone,
)
from test_serverless_snapshots import fill, wait_snapshot
from test_snapshots import take

DUMPS = "arn:aws:s3:::bucket/"


@pytest.fixture
def bucket(tmp_path):
    """A bucket of a folder that stands in for S3."""
    folder = tmp_path / "buckets" / "bucket"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def with_bucket(own_server, bucket):
    return own_server("--s3-dir", str(bucket.parent))


def export(client, source, target):
    client.copy_snapshot(SourceSnapshotName=source, TargetSnapshotName=target, TargetBucket="bucket")

    def is_over():
        return client.describe_snapshots(SnapshotName=source)["Snapshots"][0]["SnapshotStatus"] == "available"

    wait_for(is_over, 60, f"the export {target}")


def memcached(server, folder, cache):
    """A client of a cache of Memcached."""
    context = ssl.create_default_context(cafile=ca_file(server, folder))
    return Memcached(address(cache["Endpoint"]), timeout=10, default_noreply=False, tls_context=context)


def take_serverless(client, cache, name):
    client.create_serverless_cache_snapshot(ServerlessCacheSnapshotName=name, ServerlessCacheName=cache)
    snapshot = wait_snapshot(client, name)
    wait_serverless(client, cache)
    return snapshot["ARN"]


def fails(client, name, engine="valkey", **more):
    """Asks for a cache that cannot be made, and answers why not."""
    client.create_serverless_cache(ServerlessCacheName=name, Engine=engine, **more)

    def failed():
        status = described(client, name)["Status"]
        assert status in ("creating", "create-failed"), status
        return status == "create-failed"

    wait_for(failed, 60, f"the failure of {name}")
    assert "Endpoint" not in described(client, name)
    (told,) = messages(client, name)
    begins = f"Failed to create cache {name}. Data restoration from snapshot failed because "
    assert told.startswith(begins), told
    return told.removeprefix(begins)


def files_of(server):
    """The files in the folder of snapshots, and the engines' folders."""
    folder = server.data_dir / "snapshots"
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_files_and_snapshots_come_together(with_bucket, bucket, tmp_path):
    client = with_bucket.client()
    for name in ("one", "two"):
        writer = connect(create(client, name))
        for number in range(100):
            writer.set(f"{name}-{number}", number)
        take(client, f"of-{name}", CacheClusterId=name)
        export(client, f"of-{name}", name)
    fill_group(cluster_client(create_cluster(client, "shards", 2, 0)), 200)
    of_shards = take(client, "of-shards", ReplicationGroupId="shards")
    cache = create_serverless(client, "alone", SnapshotArnsToRestore=[f"{DUMPS}one-0001.rdb"])
    assert cluster(with_bucket, tmp_path, cache).dbsize() == 100
    together = [f"{DUMPS}one-0001.rdb", f"{DUMPS}two-0001.rdb", of_shards["ARN"]]
    cache = create_serverless(client, "together", SnapshotArnsToRestore=together)
    caller = cluster(with_bucket, tmp_path, cache)
    assert caller.dbsize() == 400
    assert caller.get("one-99") == caller.get("two-99") == b"99" and caller.get("key150") == b"150"
    told = "Cache together is created and data was restored from snapshot. Your cache is ready to use."
    assert messages(client, "together") == [told]
    # The same keys again cannot be.
    again = take_serverless(client, "alone", "again")
    assert fails(client, "double", SnapshotArnsToRestore=[f"{DUMPS}one-0001.rdb", again])


def test_items_of_memcached_come_back(server, client, tmp_path):
    caller = memcached(server, tmp_path, create_serverless(client, "lines", "memcached"))
    values = {f"key{number}": f"value{number}" * (number % 50) for number in range(2000)}
    assert caller.set_many(values) == []
    large = bytes(range(256)) * 4000
    assert caller.set("large", large, flags=77)
    assert caller.set("lasting", "a", expire=3600)
    assert caller.set("soon", "b", expire=6)
    until = time.time() + 6
    # A key that only the meta commands can name.
    assert caller.raw_command("ms YSBiIGM= 4 b F5\r\ndata", end_tokens="\r\n") == b"HD"
    arn = take_serverless(client, "lines", "snap")
    assert caller.set("key7", "later")
    caller = memcached(server, tmp_path, create_serverless(client, "again", "memcached", SnapshotArnsToRestore=[arn]))
    found = caller.get_many(list(values))
    assert {key: value.decode() for key, value in found.items()} == values
    assert caller.get("large") == large
    assert caller.raw_command("mg large f", end_tokens="\r\n") == b"HD f77"
    left = int(caller.raw_command("mg lasting t", end_tokens="\r\n").removeprefix(b"HD t"))
    assert 3600 - 60 < left <= 3600
    assert caller.raw_command("mg key8 t", end_tokens="\r\n") == b"HD t-1"
    assert caller.raw_command("mg YSBiIGM= b f v", end_tokens="data\r\n") == b"VA 4 f5\r\n"
    wait_for(lambda: time.time() > until and caller.get("soon") is None, 20, "its end")
    # What was over when it was restored is not there at all.
    caller = memcached(server, tmp_path, create_serverless(client, "late", "memcached", SnapshotArnsToRestore=[arn]))
    assert int(caller.stats()[b"curr_items"]) == len(values) + 3
    told = "Cache late is created and data was restored from snapshot. Your cache is ready to use."
    assert messages(client, "late") == [told]


def test_the_last_items_of_memcached_outlive_the_server(own_server, tmp_path):
    server = own_server()
    client = server.client()
    caller = memcached(server, tmp_path, create_serverless(client, "lines", "memcached"))
    assert caller.set("key", "value")
    client.delete_serverless_cache(ServerlessCacheName="lines", FinalSnapshotName="last")
    server.kill()
    server.start()
    wait_serverless_gone(client, "lines")
    arn = wait_snapshot(client, "last")["ARN"]
    client.create_serverless_cache(ServerlessCacheName="again", Engine="memcached", SnapshotArnsToRestore=[arn])
    server.kill()
    server.start()
    assert memcached(server, tmp_path, wait_serverless(client, "again")).get("key") == b"value"


def test_a_serverless_cache_becomes_a_group_of_nodes(server, client, tmp_path):
    fill(cluster(server, tmp_path, create_serverless(client, "cache", "valkey")))
    take_serverless(client, "cache", "snap")
    fixed = {"ServerlessCacheSnapshotName": "snap", "Engine": "valkey"}
    plain = create_group(client, "plain", 2, **fixed)
    check_filled(primary_of(plain), 300)
    for name, shape in {
        "shards": {"NumNodeGroups": 3, "ReplicasPerNodeGroup": 0, "ClusterMode": "enabled"},
        "one-shard": {"NumNodeGroups": 1, "ReplicasPerNodeGroup": 1, "ClusterMode": "enabled"},
    }.items():
        client.create_replication_group(
            ReplicationGroupId=name,
            ReplicationGroupDescription="d",
            CacheNodeType="cache.t3.micro",
            AutomaticFailoverEnabled=True,
            **fixed,
            **shape,
        )
        check_filled(cluster_client(wait_group(client, name)), 300)


def test_a_bad_file_leaves_a_cache_that_says_so(with_bucket, bucket, tmp_path):
    server, client = with_bucket, with_bucket.client()
    connect(create(client, "one")).set("key", "value" * 100)
    take(client, "of-one", CacheClusterId="one")
    export(client, "of-one", "one")
    whole = (bucket / "one-0001.rdb").read_bytes()
    before = files_of(server)
    for name, content, reason in (
        ("no-dump", b"what is this", "it is not an RDB file"),
        ("cut", whole[:-20], "it is cut short"),
        ("changed", whole[:-8] + b"12345678", "checksum"),
        ("empty", b"", "it is cut short"),
    ):
        (bucket / f"{name}.rdb").write_bytes(content)
        assert reason in fails(client, name, SnapshotArnsToRestore=[f"{DUMPS}{name}.rdb"])
        with pytest.raises(client.exceptions.InvalidServerlessCacheStateFault):
            client.modify_serverless_cache(ServerlessCacheName=name, Description="d")
        client.delete_serverless_cache(ServerlessCacheName=name)
        wait_serverless_gone(client, name)
    wait_for(lambda: files_of(server) == before, 30, "the end of what was fetched")
    # The name is free, and the server is well.
    cache = create_serverless(client, "cut", SnapshotArnsToRestore=[f"{DUMPS}one-0001.rdb"])
    assert cluster(server, tmp_path, cache).dbsize() == 1


@pytest.mark.parametrize("engine", ["valkey", "memcached"])
def test_a_snapshot_whose_file_is_gone_or_damaged(own_server, tmp_path, engine):
    server = own_server()
    client = server.client()
    create_serverless(client, "cache", engine)
    arn = take_serverless(client, "cache", "snap")
    (file,) = (server.data_dir / "snapshots").rglob("*.rdb")
    content = file.read_bytes()
    file.write_bytes(content + b"x")
    assert "the data are damaged" in fails(client, "longer", engine, SnapshotArnsToRestore=[arn])
    file.unlink()
    assert "reading snapshot data failed" in fails(client, "gone", engine, SnapshotArnsToRestore=[arn])
    file.write_bytes(content)
    create_serverless(client, "well", engine, SnapshotArnsToRestore=[arn])


@pytest.mark.parametrize("engine", ["valkey", "memcached"])
def test_a_last_snapshot_that_fails_spares_the_cache(own_server, tmp_path, engine):
    server = own_server()
    client = server.client()
    create_serverless(client, "cache", engine)
    folder = server.data_dir / "snapshots"
    away = folder.rename(server.data_dir / "away")
    client.delete_serverless_cache(ServerlessCacheName="cache", FinalSnapshotName="last")
    wait_serverless_or_deleting(client, "cache")
    (failed,) = client.describe_serverless_cache_snapshots()["ServerlessCacheSnapshots"]
    assert failed["Status"] == "failed"
    assert messages(client, "cache")[-1] == "Cache cache is not deleted, because its final snapshot failed."
    told = client.describe_events(SourceIdentifier="last", SourceType="serverless-cache-snapshot")["Events"]
    (told,) = [event["Message"] for event in told]
    assert told.startswith("Failed to create snapshot for cache cache. Snapshot last creation failed because ")
    away.rename(folder)
    client.delete_serverless_cache_snapshot(ServerlessCacheSnapshotName="last")
    client.delete_serverless_cache(ServerlessCacheName="cache", FinalSnapshotName="second")
    wait_serverless_gone(client, "cache")
    create_serverless(client, "cache", engine, SnapshotArnsToRestore=[wait_snapshot(client, "second")["ARN"]])


def wait_serverless_or_deleting(client, name):
    """Waits until a cache that was being deleted is available again."""
    wait_for(lambda: described(client, name)["Status"] == "available", 60, f"{name} available again")

"""Snapshots that come from S3 and go there: to moto's, and to ones that refuse, are slow, or fall silent."""

import shutil
import subprocess

import pytest
import redis
from conftest import connect, create, free_port, messages, wait_available, wait_for, wait_gone
from groups import check_filled, cluster_client, describe, wait_group, wait_group_gone
from s3 import S3
from serverless import cluster, create_serverless
from test_serverless_restores import fails, files_of, take_serverless
from test_serverless_snapshots import fill
from test_snapshots import take

DUMP = "arn:aws:s3:::bucket/"

#: More than goes into one request of an upload, and cannot be compressed.
LARGE = 9 << 20


@pytest.fixture
def s3():
    storage = S3()
    yield storage
    storage.stop()


@pytest.fixture
def server(own_server, s3):
    return own_server(env=s3.environment())


@pytest.fixture
def client(server):
    return server.client()


def load(content, folder):
    """The keys and values of a dump, as an engine that nobody else knows reads them."""
    program = shutil.which("valkey-server") or shutil.which("redis-server")
    folder.mkdir()
    (folder / "dump.rdb").write_bytes(content)
    port = free_port()
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--dir", folder, "--save", ""]
    engine = subprocess.Popen(command, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    try:
        caller = redis.Redis("127.0.0.1", port, socket_timeout=10)

        def answers():
            assert engine.poll() is None, "it does not take the dump"
            try:
                return caller.ping()
            except redis.RedisError:
                return False

        wait_for(answers, 30, "the engine")
        return {key: caller.get(key) for key in caller.scan_iter(count=1000)}
    finally:
        engine.kill()
        engine.wait(30)


def dump_of(client, s3, keys=200):
    """An object with keys, `dump.rdb`, made by the way of a snapshot whose cluster is gone."""
    caller = connect(create(client, "source"))
    for number in range(keys):
        caller.set(f"key{number}", number)
    take(client, "of-source", CacheClusterId="source")
    export(client, "of-source", "source")
    s3.put("dump.rdb", s3.get("source-0001.rdb"))


def export(client, snapshot, target):
    answer = client.copy_snapshot(SourceSnapshotName=snapshot, TargetSnapshotName=target, TargetBucket="bucket")
    assert answer["Snapshot"]["SnapshotStatus"] == "exporting"
    return wait_taken_again(client, snapshot)


def wait_taken_again(client, snapshot):
    def is_over():
        status = client.describe_snapshots(SnapshotName=snapshot)["Snapshots"][0]["SnapshotStatus"]
        assert status in ("exporting", "available"), status
        return status == "available"

    wait_for(is_over, 90, f"the export of {snapshot}")


def ask_for_cluster(client, name, **more):
    fixed = {"Engine": "redis", "CacheNodeType": "cache.t3.micro", "NumCacheNodes": 1}
    return client.create_cache_cluster(CacheClusterId=name, **fixed, **more)


def status_of(client, name):
    return client.describe_cache_clusters(CacheClusterId=name)["CacheClusters"][0]["CacheClusterStatus"]


def wait_restore_failed(client, name, reason, seconds=60):
    def failed():
        status = status_of(client, name)
        assert status in ("creating", "restore-failed"), status
        return status == "restore-failed"

    wait_for(failed, seconds, f"the failure of {name}")
    told = messages(client, name)
    assert any("could not be restored" in message and reason in message for message in told), told


def test_objects_become_caches_and_caches_objects(server, client, s3, tmp_path):
    dump_of(client, s3)
    expected = {f"key{number}".encode(): str(number).encode() for number in range(200)}
    assert load(s3.get("dump.rdb"), tmp_path / "bare") == expected

    ask_for_cluster(client, "single", SnapshotArns=[f"{DUMP}dump.rdb"])
    assert connect(wait_available(client, "single")).dbsize() == 200
    shards = [{"Slots": "0-5000"}, {"Slots": "5001-16383"}]
    client.create_replication_group(
        ReplicationGroupId="shards",
        ReplicationGroupDescription="d",
        Engine="redis",
        CacheNodeType="cache.t3.micro",
        AutomaticFailoverEnabled=True,
        NodeGroupConfiguration=[{**shard, "ReplicaCount": 1} for shard in shards],
        SnapshotArns=[f"{DUMP}dump.rdb"],
    )
    check_filled(cluster_client(wait_group(client, "shards")), 200)
    cache = create_serverless(client, "cache", SnapshotArnsToRestore=[f"{DUMP}dump.rdb"])
    assert cluster(server, tmp_path, cache).get("key7") == b"7"

    take(client, "of-shards", ReplicationGroupId="shards")
    export(client, "of-shards", "out")
    parts = [load(s3.get(f"out-{part:04}.rdb"), tmp_path / f"part{part}") for part in (1, 2)]
    assert all(parts) and parts[0] | parts[1] == expected and len(parts[0]) + len(parts[1]) == 200
    fill(cluster(server, tmp_path, cache))
    take_serverless(client, "cache", "of-cache")
    client.export_serverless_cache_snapshot(ServerlessCacheSnapshotName="of-cache", S3BucketName="bucket")

    def is_over():
        (found,) = client.describe_serverless_cache_snapshots()["ServerlessCacheSnapshots"]
        return found["Status"] == "available"

    wait_for(is_over, 60, "the export")
    found = load(s3.get("of-cache-0001.rdb"), tmp_path / "of-cache")
    assert found == {f"key{number}".encode(): str(number).encode() for number in range(300)}
    assert s3.uploads() == []


def test_what_cannot_be_had_is_said_at_once(client, s3):
    dump_of(client, s3)
    wrong = client.exceptions.InvalidParameterValueException
    for arn, text in (
        ("arn:aws:s3:::absent/dump.rdb", "The S3 bucket absent does not exist."),
        (f"{DUMP}absent.rdb", "The S3 bucket bucket does not contain an object with key absent.rdb."),
    ):
        with pytest.raises(wrong, match=text):
            ask_for_cluster(client, "new", SnapshotArns=[arn])
        with pytest.raises(wrong, match=text):
            client.create_serverless_cache(ServerlessCacheName="new", Engine="redis", SnapshotArnsToRestore=[arn])
    with pytest.raises(wrong, match="The S3 bucket absent does not exist."):
        client.copy_snapshot(SourceSnapshotName="of-source", TargetSnapshotName="out", TargetBucket="absent")
    with pytest.raises(wrong, match="already contains an object with key source-0001.rdb"):
        client.copy_snapshot(SourceSnapshotName="of-source", TargetSnapshotName="source", TargetBucket="bucket")
    s3.rule("HEAD", "/bucket/", "forbid")
    with pytest.raises(wrong, match="has not been granted READ permissions dump.rdb on the S3 Bucket"):
        ask_for_cluster(client, "new", SnapshotArns=[f"{DUMP}dump.rdb"])
    s3.rules.clear()
    s3.rule("POST", "uploads", "forbid")
    with pytest.raises(wrong, match="has not been granted WRITE permissions out-0001.rdb on the S3 Bucket"):
        client.copy_snapshot(SourceSnapshotName="of-source", TargetSnapshotName="out", TargetBucket="bucket")
    clusters = client.describe_cache_clusters()["CacheClusters"]
    assert [found["CacheClusterId"] for found in clusters] == ["source"]
    assert client.describe_serverless_caches()["ServerlessCaches"] == []
    assert client.describe_snapshots()["Snapshots"][0]["SnapshotStatus"] == "available"


def test_what_cannot_be_loaded_is_told_and_leaves_nothing(server, client, s3):
    dump_of(client, s3)
    content = s3.get("dump.rdb")
    s3.put("text.rdb", b"what is this")
    s3.put("cut.rdb", content[: len(content) // 2])
    s3.put("changed.rdb", content[:-8] + b"12345678")
    before = files_of(server)
    for name, reason in (("text", "not an RDB file"), ("cut", "cut short"), ("changed", "checksum")):
        arns = [f"{DUMP}{name}.rdb"]
        ask_for_cluster(client, name, SnapshotArns=arns)
        wait_restore_failed(client, name, reason)
        assert reason in fails(client, name, SnapshotArnsToRestore=arns)
        client.create_replication_group(
            ReplicationGroupId=f"group-{name}",
            ReplicationGroupDescription="d",
            Engine="redis",
            CacheNodeType="cache.t3.micro",
            SnapshotArns=arns,
        )
        wait_for(lambda: describe(client, f"group-{name}")["Status"] == "create-failed", 60, "its failure")
        client.delete_cache_cluster(CacheClusterId=name)
        client.delete_serverless_cache(ServerlessCacheName=name)
        client.delete_replication_group(ReplicationGroupId=f"group-{name}")
        wait_gone(client, name)
        wait_group_gone(client, f"group-{name}")
    # Refused or cut on the way, after all looked well.
    s3.rule("GET", "/bucket/dump.rdb", "forbid", 1)
    ask_for_cluster(client, "forbidden", SnapshotArns=[f"{DUMP}dump.rdb"])
    wait_restore_failed(client, "forbidden", "access to the bucket or the object is denied")
    s3.rule("GET", "/bucket/dump.rdb", "cut", 3)
    ask_for_cluster(client, "broken", SnapshotArns=[f"{DUMP}dump.rdb"])
    wait_restore_failed(client, "broken", "object storage failed")
    # Once is not enough to give up.
    s3.rule("GET", "/bucket/dump.rdb", "cut", 2)
    ask_for_cluster(client, "healed", SnapshotArns=[f"{DUMP}dump.rdb"])
    assert connect(wait_available(client, "healed")).dbsize() == 200
    wait_for(lambda: files_of(server) == before, 30, "the end of what was fetched")


def test_a_slow_bucket_holds_up_nothing_else(server, client, s3):
    dump_of(client, s3)
    s3.rule("GET", "/bucket/dump.rdb", "hang_in_the_middle", 1)
    s3.rule("GET", "/bucket/source-0001.rdb", "hang", 1)
    ask_for_cluster(client, "slow", SnapshotArns=[f"{DUMP}dump.rdb"])
    ask_for_cluster(client, "silent", SnapshotArns=[f"{DUMP}source-0001.rdb"])
    wait_for(lambda: s3.seen["hang"] and s3.seen["hang_in_the_middle"], 10, "both requests")
    # Others come and go meanwhile, and so can one that waits.
    create(client, "other")
    client.delete_cache_cluster(CacheClusterId="other")
    wait_gone(client, "other")
    assert status_of(client, "slow") == status_of(client, "silent") == "creating"
    assert connect(wait_available(client, "source")).ping()
    # After half a minute of silence it is asked again.
    assert connect(wait_available(client, "slow", 60)).dbsize() == 200
    assert connect(wait_available(client, "silent", 60)).dbsize() == 200
    assert not s3.released.is_set()


def test_an_upload_that_was_cut_short_is_done_again(server, client, s3, tmp_path):
    caller = connect(create(client, "large"))
    caller.set("large", open("/dev/urandom", "rb").read(LARGE))
    expected = caller.get("large")
    take(client, "of-large", CacheClusterId="large")
    s3.rule("PUT", "partNumber=2", "hang", 1)
    client.copy_snapshot(SourceSnapshotName="of-large", TargetSnapshotName="out", TargetBucket="bucket")
    wait_for(lambda: s3.seen["hang"], 30, "the second part")
    assert client.describe_snapshots(SnapshotName="of-large")["Snapshots"][0]["SnapshotStatus"] == "exporting"
    assert s3.uploads() == ["out-0001.rdb"] and s3.keys() == []
    server.kill()
    server.start()
    wait_taken_again(client, "of-large")
    assert s3.uploads() == [] and s3.keys() == ["out-0001.rdb"]
    assert load(s3.get("out-0001.rdb"), tmp_path / "bare") == {b"large": expected}
    assert "Snapshot of-large was exported to the S3 bucket bucket" in messages(client, "large")


def test_an_upload_that_is_refused_is_given_up(client, s3):
    connect(create(client, "large")).set("large", open("/dev/urandom", "rb").read(LARGE))
    take(client, "of-large", CacheClusterId="large")
    s3.rule("PUT", "partNumber=2", "forbid")
    client.copy_snapshot(SourceSnapshotName="of-large", TargetSnapshotName="out", TargetBucket="bucket")
    wait_taken_again(client, "of-large")
    assert s3.seen["forbid"] == 3 and s3.uploads() == [] and s3.keys() == []
    text = "Snapshot of-large could not be exported to the S3 bucket bucket: access to the bucket or the object is denied"
    assert text in messages(client, "large")
    # The way is free for another one.
    s3.rules.clear()
    export(client, "of-large", "out")
    assert s3.keys() == ["out-0001.rdb"]

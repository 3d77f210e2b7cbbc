"""Files from buckets that no engine can be filled with: each is told of by what is wrong with it, nothing runs that is
empty, and nothing is left behind."""

import struct

import pytest
from conftest import connect, create, messages, wait_available, wait_for, wait_gone
from groups import cluster_client, describe, wait_group, wait_group_gone

NODE = {"CacheNodeType": "cache.t3.micro", "Engine": "redis", "NumCacheNodes": 1}

SHARDS = {1: [{"Slots": "0-16383"}], 2: [{"Slots": "0-8191"}, {"Slots": "8192-16383"}]}

# What begins the data of a module in a dump, and what those of a database.
MODULE_AUX, DATABASE = b"\xf7", b"\xfe"


@pytest.fixture
def bucket(tmp_path):
    path = tmp_path / "buckets" / "bucket"
    path.mkdir(parents=True)
    return path


@pytest.fixture
def server_of_files(own_server, bucket, backend, tmp_path):
    if backend != "process":
        pytest.skip("files are read by the server, whatever runs the engines")
    return own_server("--s3-dir", str(bucket.parent), "--snapshot-dir", str(tmp_path / "snapshots"))


def wait_exported(client, name, source):
    wait_for(lambda: any(f"{name} was exported" in message for message in messages(client, source)), 60, "the export")


def export(client, bucket, cluster_id):
    """The data of a cluster, as a file."""
    client.create_snapshot(SnapshotName=f"of-{cluster_id}", CacheClusterId=cluster_id)
    wait_available(client, cluster_id)
    copy = {"SourceSnapshotName": f"of-{cluster_id}", "TargetSnapshotName": cluster_id, "TargetBucket": "bucket"}
    client.copy_snapshot(**copy)
    wait_exported(client, f"of-{cluster_id}", cluster_id)
    return (bucket / f"{cluster_id}-0001.rdb").read_bytes()


def of_file(name):
    return [f"arn:aws:s3:::bucket/{name}.rdb"]


def told_of_restore(client, group_id, shards):
    """Why a group could not be restored, from whichever shard found out first."""
    members = [f"{group_id}-{shard + 1:04}-001" for shard in range(shards)]
    told = [message for member in members for message in messages(client, member) if "could not be restored" in message]
    assert told
    return told[0]


def test_files_that_are_no_dumps_are_told_of_by_what_is_wrong(server_of_files, bucket, tmp_path):
    client = server_of_files.client()
    cache = connect(create(client, "good"))
    for number in range(500):
        cache.set(f"key-{number}", str(number) * 20)
    good = export(client, bucket, "good")
    middle = len(good) // 2
    flipped = bytearray(good)
    flipped[middle] ^= 0x10
    bad = {
        "nothing": (b"", "cut short"),
        "text": (b"set key value\r\n" * 1000, "not an RDB file"),
        "header": (good[:9], "cut short"),
        "half": (good[:middle], "cut short"),
        "end": (good[:-1], "cut short"),
        "flipped": (bytes(flipped), ""),
        "checksum": (good[:-1] + bytes([good[-1] ^ 1]), "checksum is wrong"),
        "newer": (b"REDIS9999" + good[9:], "RDB version 9999 is not supported"),
        # A version that some engine writes, and that of this cluster does not read: it is the engine that says so.
        "valkey": (b"VALKEY080" + good[9:], "could not be restored"),
        "longer": (good + b"more", ""),
        "module": (good[:9] + MODULE_AUX + good[9:], ""),
    }
    for name, (content, _) in bad.items():
        (bucket / f"{name}.rdb").write_bytes(content)
        client.create_cache_cluster(CacheClusterId=name, SnapshotArns=of_file(name), **NODE)

    def statuses():
        clusters = client.describe_cache_clusters()["CacheClusters"]
        return {it["CacheClusterId"]: it["CacheClusterStatus"] for it in clusters if it["CacheClusterId"] in bad}

    wait_for(lambda: set(statuses().values()) == {"restore-failed"}, 120, "every status that tells")
    for name, (_, words) in bad.items():
        told = [message for message in messages(client, name) if "could not be restored" in message]
        assert len(told) == 1 and words in told[0], f"{name}: {told}"
        print(name, told)
    for name in bad:
        client.delete_cache_cluster(CacheClusterId=name)
    for name in bad:
        wait_gone(client, name)
    engines = [path for path in (server_of_files.data_dir / "engines").rglob("engine.json")]
    assert len(engines) == 1, "nothing runs but what the files were made of"
    assert len([path for path in (tmp_path / "snapshots").rglob("*") if path.is_file()]) == 1, "its snapshot"
    client.create_cache_cluster(CacheClusterId="copy", SnapshotArns=["arn:aws:s3:::bucket/good-0001.rdb"], **NODE)
    assert connect(wait_available(client, "copy")).dbsize() == 500


def test_a_file_with_several_databases_is_for_caches_without_cluster_mode(server_of_files, bucket):
    client = server_of_files.client()
    cluster = create(client, "many")
    connect(cluster).set("key", "zero")
    connect(cluster, db=7).set("key", "seven")
    export(client, bucket, "many")
    arns = ["arn:aws:s3:::bucket/many-0001.rdb"]
    client.create_cache_cluster(CacheClusterId="copy", SnapshotArns=arns, **NODE)
    copy = wait_available(client, "copy")
    assert (connect(copy).get("key"), connect(copy, db=7).get("key")) == (b"zero", b"seven")
    for group_id, shards in (("one", 1), ("two", 2)):
        client.create_replication_group(
            ReplicationGroupId=group_id,
            ReplicationGroupDescription="d",
            CacheNodeType="cache.t3.micro",
            Engine="redis",
            CacheParameterGroupName="default.redis7.cluster.on",
            NodeGroupConfiguration=SHARDS[shards],
            SnapshotArns=arns,
        )
        wait_for(lambda: describe(client, group_id)["Status"] == "create-failed", 60, "a status that tells")
        assert "cluster mode has database 0 only" in told_of_restore(client, group_id, shards)
        client.delete_replication_group(ReplicationGroupId=group_id)
        wait_group_gone(client, group_id)


def test_functions_go_to_every_shard(server_of_files, bucket):
    client = server_of_files.client()
    cache = connect(create(client, "code"))
    cache.function_load("#!lua name=lib\nredis.register_function('seven', function() return 7 end)")
    cache.set("key", "value")
    export(client, bucket, "code")
    client.create_replication_group(
        ReplicationGroupId="shards",
        ReplicationGroupDescription="d",
        CacheNodeType="cache.t3.micro",
        Engine="redis",
        CacheParameterGroupName="default.redis7.cluster.on",
        NodeGroupConfiguration=SHARDS[2],
        SnapshotArns=["arn:aws:s3:::bucket/code-0001.rdb"],
    )
    restored = cluster_client(wait_group(client, "shards"))
    assert restored.get("key") == "value"
    for node in restored.get_primaries():
        assert node.redis_connection.fcall("seven", 0) == 7


def test_the_data_of_a_module_are_not_loaded(server_of_files, bucket):
    """As a value, and for several shards, where the server itself takes the file apart."""
    client = server_of_files.client()
    module_value = b"\x07\x03key" + struct.pack(">BQ", 0x81, 0x1234567890) + b"\x00" + b"\xff" + bytes(8)
    (bucket / "value.rdb").write_bytes(b"REDIS0010" + DATABASE + b"\x00" + module_value)
    client.create_replication_group(
        ReplicationGroupId="parts",
        ReplicationGroupDescription="d",
        CacheNodeType="cache.t3.micro",
        Engine="redis",
        CacheParameterGroupName="default.redis7.cluster.on",
        NodeGroupConfiguration=SHARDS[2],
        SnapshotArns=of_file("value"),
    )
    wait_for(lambda: describe(client, "parts")["Status"] == "create-failed", 60, "a status that tells")
    assert "module" in told_of_restore(client, "parts", 2)

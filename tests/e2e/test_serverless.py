"""Serverless caches with real engines, as their users see them."""

import ssl

import pytest
import redis
from conftest import wait_for
from engines import check_engines, kill_engine
from groups import keeps_trying
from pymemcache.client.base import Client as Memcached
from pymemcache.exceptions import MemcacheUnknownCommandError
from redis.cluster import LoadBalancingStrategy
from security import ca_file, connect, tls
from serverless import (
    address,
    cluster,
    create_serverless,
    described,
    messages,
    modify_serverless,
    wait_serverless,
    wait_serverless_gone,
)


def shard_nodes(direct):
    """The nodes of the only shard, as `CLUSTER SHARDS` tells of them."""

    def told(value):
        if isinstance(value, dict):
            return {told(key): told(entry) for key, entry in value.items()}
        return value.decode() if isinstance(value, bytes) else value

    def pairs(flat):
        return told(flat if isinstance(flat, dict) else dict(zip(flat[::2], flat[1::2])))

    (shard,) = direct.execute_command("CLUSTER", "SHARDS")
    return [pairs(node) for node in pairs(shard)["nodes"]]


@pytest.mark.parametrize("engine", ["redis", "valkey"])
def test_cluster_clients_see_one_shard(server, client, tmp_path, engine):
    cache = create_serverless(client, "front", engine)
    (host, port), (reader_host, reader_port) = address(cache["Endpoint"]), address(cache["ReaderEndpoint"])
    assert reader_host == host and reader_port == port + 1
    caller = cluster(server, tmp_path, cache)
    for number in range(200):
        assert caller.set(f"key{number}", number)
    assert all(caller.get(f"key{number}") == str(number).encode() for number in range(200))
    shown = wait_for(
        lambda: [nodes for nodes in connect((host, port), **tls(server, tmp_path)).cluster("slots") if len(nodes) > 3],
        what="the replica in the list",
    )
    ((first, last, primary, replica, *more),) = shown
    assert (int(first), int(last)) == (0, 16383)
    assert int(primary[1]) == port and int(replica[1]) == reader_port
    # However it is asked, and whichever endpoint is.
    for endpoint in (cache["Endpoint"], cache["ReaderEndpoint"]):
        for protocol in (2, 3):
            direct = connect(address(endpoint), protocol=protocol, **tls(server, tmp_path))
            told = direct.execute_command("CLUSTER", "NODES").decode().splitlines()
            words = [line.split() for line in told]
            found = {"master" if "master" in flags else "slave": place.split("@")[0] for _, place, flags, *_ in words}
            assert found == {"master": f"127.0.0.1:{port}", "slave": f"127.0.0.1:{reader_port}"}
            assert {node["port"] for node in shard_nodes(direct)} == {port, reader_port}
    # One that begins at the reader endpoint finds the same.
    from_reader = cluster(server, tmp_path, {"Endpoint": cache["ReaderEndpoint"]}, load_balancing_strategy=LoadBalancingStrategy.ROUND_ROBIN)
    wait_for(lambda: from_reader.get("key7") == b"7", what="a read from the replica")
    assert from_reader.set("key7", "other")


def test_the_reader_endpoint_leads_to_a_replica(server, client, tmp_path):
    cache = create_serverless(client, "read")
    writer = connect(address(cache["Endpoint"]), **tls(server, tmp_path))
    reader = connect(address(cache["ReaderEndpoint"]), single_connection_client=True, **tls(server, tmp_path))
    assert writer.set("key", "value")
    assert writer.info("replication")["role"] == "master" and reader.info("replication")["role"] == "slave"
    with pytest.raises(redis.exceptions.MovedError) as moved:
        reader.get("key")
    assert moved.value.port == cache["Endpoint"]["Port"]
    assert reader.readonly()
    wait_for(lambda: reader.get("key") == b"value", what="the copy")


def test_it_is_reached_by_tls_alone(client, server):
    cache = create_serverless(client, "safe")
    for endpoint in (cache["Endpoint"], cache["ReaderEndpoint"]):
        with pytest.raises(redis.ConnectionError):
            connect(address(endpoint)).ping()


def test_commands_that_it_does_not_have(server, client, tmp_path):
    cache = create_serverless(client, "less")
    caller = connect(address(cache["Endpoint"]), **tls(server, tmp_path))
    for command in (["CONFIG", "GET", "*"], ["KEYS", "*"], ["MONITOR"], ["PSUBSCRIBE", "a*"], ["SLOWLOG", "GET"]):
        with pytest.raises(redis.ResponseError, match="(?i)unknown command"):
            caller.execute_command(*command)
    for command in (["CLIENT", "LIST"], ["CLIENT", "KILL", "1.2.3.4:5"], ["ACL", "LIST"], ["CLUSTER", "RESET"]):
        with pytest.raises(redis.exceptions.NoPermissionError):
            caller.execute_command(*command)
    with pytest.raises(redis.ResponseError):
        caller.execute_command("SELECT", "1")
    for command in (["SCAN", "0"], ["CLIENT", "SETNAME", "me"], ["CLIENT", "GETNAME"], ["INFO"], ["ACL", "WHOAMI"]):
        caller.execute_command(*command)


def test_what_is_behind_is_nobodys_business(server, client):
    create_serverless(client, "alone", "redis")
    create_serverless(client, "memory", "memcached")
    assert client.describe_replication_groups()["ReplicationGroups"] == []
    assert client.describe_cache_clusters()["CacheClusters"] == []
    assert all(not group["CacheParameterGroupName"].startswith(("alone", "memory"))
               for group in client.describe_cache_parameter_groups()["CacheParameterGroups"])
    assert {event["SourceType"] for event in client.describe_events()["Events"]} == {"serverless-cache"}
    assert messages(client, "alone") == ["Cache alone is created and ready to use."]
    seen = server.admin("resources")
    assert seen["cache_clusters"] == [] and {cache["id"] for cache in seen["serverless_caches"]} == {"alone", "memory"}
    # The names are free for caches of nodes.
    client.create_replication_group(
        ReplicationGroupId="alone", ReplicationGroupDescription="d", CacheNodeType="cache.t3.micro", Engine="redis"
    )
    client.delete_serverless_cache(ServerlessCacheName="alone")
    wait_serverless_gone(client, "alone")
    assert messages(client, "alone")[-1] == "Cache alone was deleted."
    create_serverless(client, "alone", "redis")


def test_memcached_over_tls(server, client, tmp_path):
    cache = create_serverless(client, "lines", "memcached")
    assert cache["FullEngineVersion"].startswith("1.6") and "DailySnapshotTime" not in cache
    assert cache["ReaderEndpoint"]["Port"] == cache["Endpoint"]["Port"] + 1
    context = ssl.create_default_context(cafile=ca_file(server, tmp_path))
    writer = Memcached(address(cache["Endpoint"]), tls_context=context, timeout=10)
    assert writer.set("key", "value", noreply=False)
    reader = Memcached(address(cache["ReaderEndpoint"]), tls_context=context, timeout=10)
    assert reader.get("key") == b"value"
    # It tells of no nodes.
    with pytest.raises(MemcacheUnknownCommandError):
        writer.raw_command("config get cluster")
    with pytest.raises(OSError):
        Memcached(address(cache["Endpoint"]), timeout=10).get("key")


def test_how_much_it_may_hold_changes_while_it_serves(server, client, tmp_path):
    cache = create_serverless(client, "small", CacheUsageLimits={"DataStorage": {"Maximum": 1, "Unit": "GB"}})
    assert cache["CacheUsageLimits"] == {"DataStorage": {"Maximum": 1, "Unit": "GB"}}
    caller = connect(address(cache["Endpoint"]), **tls(server, tmp_path))
    assert caller.set("key", "value")
    assert caller.info("memory")["maxmemory"] == 1 << 30
    cache = modify_serverless(client, "small", CacheUsageLimits={"DataStorage": {"Maximum": 2, "Unit": "GB"}})
    assert caller.info("memory")["maxmemory"] == 2 << 30 and caller.get("key") == b"value"
    zero = {"Maximum": 0, "Minimum": 0}
    limits = {"DataStorage": {**zero, "Unit": "GB"}, "ECPUPerSecond": zero}
    cache = modify_serverless(client, "small", CacheUsageLimits=limits)
    assert "CacheUsageLimits" not in cache
    assert caller.info("memory")["maxmemory"] == 5000 << 30
    assert "Limits updated for the cache small." in messages(client, "small")


def test_redis_becomes_valkey_and_keeps_its_keys(server, client, tmp_path):
    cache = create_serverless(client, "grow", "redis", MajorEngineVersion="7")
    assert cache["FullEngineVersion"] == "7.1"
    caller = cluster(server, tmp_path, cache)
    for number in range(100):
        assert caller.set(f"key{number}", number)
    before = cache["Endpoint"]
    cache = modify_serverless(client, "grow", Engine="valkey", MajorEngineVersion="8")
    assert cache["Engine"] == "valkey" and cache["MajorEngineVersion"] == "8" and cache["Endpoint"] == before
    after = cluster(server, tmp_path, cache)
    assert all(after.get(f"key{number}") == str(number).encode() for number in range(100))
    assert all(caller.get(f"key{number}") == str(number).encode() for number in range(100))
    assert connect(address(before), **tls(server, tmp_path)).info("server").get("server_name") == "valkey"


def test_it_outlives_the_server(own_server, tmp_path):
    server = own_server()
    cache = create_serverless(server.client(), "stays")
    assert cluster(server, tmp_path, cache).set("key", "value")
    server.kill()
    server.start()
    again = wait_serverless(server.client(), "stays")
    assert again["Endpoint"] == cache["Endpoint"] and again["ReaderEndpoint"] == cache["ReaderEndpoint"]
    assert cluster(server, tmp_path, again).get("key") == b"value"


def test_it_is_gone_with_all_its_engines(server, client, tmp_path):
    cache = create_serverless(client, "ends")
    check_engines(server, ["ends-0001-001", "ends-0001-002"])
    assert client.delete_serverless_cache(ServerlessCacheName="ends")["ServerlessCache"]["Status"] == "deleting"
    wait_serverless_gone(client, "ends")
    check_engines(server, [])
    # The port may be another server's by now, which has another certificate.
    with pytest.raises(redis.ConnectionError):
        connect(address(cache["Endpoint"]), **tls(server, tmp_path)).ping()
    with pytest.raises(client.exceptions.ServerlessCacheNotFoundFault):
        described(client, "ends")


def test_a_lost_primary_is_followed_by_the_same_endpoint(server, client, tmp_path):
    cache = create_serverless(client, "lost")
    caller = cluster(server, tmp_path, cache)
    assert caller.set("key", "value")
    reader = connect(address(cache["ReaderEndpoint"]), single_connection_client=True, **tls(server, tmp_path))
    assert reader.readonly()
    wait_for(lambda: reader.get("key") == b"value", what="the copy")
    kill_engine(server, "lost-0001-001")
    keeps_trying(lambda: caller.set("key", "other"))
    assert caller.get("key") == b"other"
    after = wait_serverless(client, "lost")
    assert after["Endpoint"] == cache["Endpoint"] and after["ReaderEndpoint"] == cache["ReaderEndpoint"]
    direct = connect(address(cache["Endpoint"]), **tls(server, tmp_path))
    ((_, _, primary, *_),) = direct.cluster("slots")
    assert int(primary[1]) == cache["Endpoint"]["Port"]
    check_engines(server, ["lost-0001-001", "lost-0001-002"])

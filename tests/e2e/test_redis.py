"""Redis and Valkey clusters from the first call to the last, with the clients that people use."""

import subprocess

import pytest
import redis
from conftest import connect, create, messages, wait_available, wait_for, wait_gone
from engines import kill_engine


@pytest.mark.parametrize("engine", ["redis", "valkey"])
def test_a_cluster_from_create_to_delete(client, engine):
    created = client.create_cache_cluster(
        CacheClusterId="My-Cache", Engine=engine, CacheNodeType="cache.t3.micro", NumCacheNodes=1
    )["CacheCluster"]
    assert created["CacheClusterId"] == "my-cache"
    assert created["CacheClusterStatus"] == "creating"
    assert "CacheNodes" not in created
    cluster = wait_available(client, "my-cache")
    assert cluster["Engine"] == engine
    assert cluster["CacheNodes"][0]["CacheNodeStatus"] == "available"
    cache = connect(cluster)
    assert cache.ping()
    assert cache.set("key", "value") and cache.get("key") == b"value"
    deleted = client.delete_cache_cluster(CacheClusterId="my-cache")["CacheCluster"]
    assert deleted["CacheClusterStatus"] == "deleting"
    wait_gone(client, "my-cache")
    with pytest.raises(redis.ConnectionError):
        connect(cluster).ping()
    assert messages(client, "my-cache") == [
        "Cache cluster created",
        "Added cache node 0001 in availability zone " + cluster["PreferredAvailabilityZone"],
        "Cache cluster deleted",
    ]


def test_the_command_line_tools_work(server):
    server.aws("create-cache-cluster", "--cache-cluster-id", "cli", "--engine", "redis",
               "--cache-node-type", "cache.t3.micro", "--num-cache-nodes", "1")
    wait_available(server.client(), "cli")
    described = server.aws("describe-cache-clusters", "--cache-cluster-id", "cli", "--show-cache-node-info")
    endpoint = described["CacheClusters"][0]["CacheNodes"][0]["Endpoint"]
    pong = subprocess.run(
        ["redis-cli", "-h", endpoint["Address"], "-p", str(endpoint["Port"]), "ping"],
        capture_output=True, text=True, timeout=10,
    )
    assert pong.stdout.strip() == "PONG"


def test_a_killed_engine_is_replaced_behind_the_same_address(server, client):
    cluster = create(client, "phoenix")
    before = connect(cluster).info("server")["run_id"]
    kill_engine(server, "phoenix")
    endpoint = cluster["CacheNodes"][0]["Endpoint"]

    def replaced():
        try:
            return connect(cluster).info("server")["run_id"] != before
        except redis.RedisError:
            return False

    wait_for(replaced, 30, "another engine")
    again = wait_available(client, "phoenix")
    assert again["CacheNodes"][0]["Endpoint"] == endpoint
    assert messages(client, "phoenix")[-2:] == [
        "Recovering cache nodes 0001",
        "Finished recovery for cache nodes 0001",
    ]


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_a_restarted_server_finds_its_engines_and_their_data(own_server, how):
    server = own_server()
    client = server.client()
    cluster = create(client, "keeper")
    connect(cluster).set("key", "kept")
    run = connect(cluster).info("server")["run_id"]
    getattr(server, how)()
    server.start()
    again = wait_available(client, "keeper")
    assert again["CacheNodes"] == cluster["CacheNodes"]
    cache = connect(again)
    assert cache.get("key") == b"kept"
    assert cache.info("server")["run_id"] == run


@pytest.mark.parametrize("command", [
    "CONFIG GET maxmemory", "DEBUG SLEEP 0", "BGSAVE", "BGREWRITEAOF", "SAVE", "SHUTDOWN NOSAVE", "REPLICAOF NO ONE",
    "SLAVEOF NO ONE", "MIGRATE 127.0.0.1 1 k 0 1",
])
def test_restricted_commands_are_unknown(client, command):
    cache = connect(create(client, "strict"))
    with pytest.raises(redis.ResponseError, match="unknown command"):
        cache.execute_command(*command.split())


def test_restricted_subcommands_are_denied(client):
    cache = connect(create(client, "strict"))
    for command in ["ACL SETUSER x", "ACL DELUSER x", "CLUSTER MEET 127.0.0.1 1", "SYNC"]:
        with pytest.raises(redis.exceptions.NoPermissionError):
            cache.execute_command(*command.split())
    assert cache.acl_whoami() == "default"

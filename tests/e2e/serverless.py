"""Serverless caches, for the tests of them."""

from conftest import wait_for
from redis.cluster import RedisCluster
from security import tls


def described(client, name):
    (cache,) = client.describe_serverless_caches(ServerlessCacheName=name)["ServerlessCaches"]
    return cache


def wait_serverless(client, name, seconds=60):
    """Waits until a cache is available, and fails on the statuses on which Terraform fails."""

    def available():
        cache = described(client, name)
        assert cache["Status"] in ("creating", "modifying", "available"), cache
        return cache if cache["Status"] == "available" else None

    return wait_for(available, seconds, f"{name} available")


def create_serverless(client, name, engine="valkey", **more):
    asked = client.create_serverless_cache(ServerlessCacheName=name, Engine=engine, **more)["ServerlessCache"]
    assert asked["Status"] == "creating" and "Endpoint" not in asked
    return wait_serverless(client, name)


def modify_serverless(client, name, **more):
    asked = client.modify_serverless_cache(ServerlessCacheName=name, **more)["ServerlessCache"]
    assert asked["Status"] == "modifying"
    return wait_serverless(client, name)


def wait_serverless_gone(client, name, seconds=60):
    def gone():
        try:
            assert described(client, name)["Status"] == "deleting"
        except client.exceptions.ServerlessCacheNotFoundFault:
            return True
        return False

    wait_for(gone, seconds, f"{name} gone")


def address(endpoint):
    return endpoint["Address"], endpoint["Port"]


def cluster(server, folder, cache, **more):
    """A client of the kind that serverless caches ask for: it speaks TLS and knows of clusters."""
    return RedisCluster(*address(cache["Endpoint"]), socket_timeout=10, **tls(server, folder), **more)


def messages(client, name):
    """The messages of a cache's events, oldest first, but for those that tell of another engine version."""
    events = client.describe_events(SourceIdentifier=name, SourceType="serverless-cache")["Events"]
    return [event["Message"] for event in reversed(events) if " is not available here" not in event["Message"]]

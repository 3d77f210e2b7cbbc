"""Faults that users ask for, as their programs see them."""

import json
import time
import urllib.error
import urllib.request

import pytest
import redis
from conftest import connect, create, messages, wait_available, wait_for
from engines import engine_of
from security import connect as connect_to
from security import tls
from serverless import address, create_serverless, described, messages as cache_messages, wait_serverless


@pytest.fixture(autouse=True)
def healed(server):
    yield
    heal(server)


def fault(server, kind, cluster_id, **more):
    target = {"cache_cluster_id": cluster_id, "cache_node_id": "0001"}
    return server.admin("faults", {"kind": kind, "target": target, **more})


def heal(server, fault_id=None):
    url = f"{server.url}/_cachette/faults" + (f"/{fault_id}" if fault_id else "")
    with urllib.request.urlopen(urllib.request.Request(url, method="DELETE"), timeout=30) as answer:
        return json.load(answer)


def status(client, cluster_id):
    return client.describe_cache_clusters(CacheClusterId=cluster_id)["CacheClusters"][0]["CacheClusterStatus"]


def impatient(cluster):
    """A client that neither waits nor tries again."""
    endpoint = cluster["CacheNodes"][0]["Endpoint"]
    return redis.Redis(
        endpoint["Address"],
        endpoint["Port"],
        socket_timeout=0.5,
        retry=redis.retry.Retry(redis.backoff.NoBackoff(), 0),
    )


def test_a_killed_node_comes_back_empty_at_its_address(server, client):
    cluster = create(client, "victim")
    cache = connect(cluster)
    cache.set("k", "v")
    engine = engine_of(server, "victim")
    killed = fault(server, "kill", "victim")
    assert killed["killed"] == [{"cache_cluster_id": "victim", "cache_node_id": "0001"}]
    wait_for(lambda: not engine.is_running(), 10, "the end of the engine")
    wait_for(lambda: messages(client, "victim")[-1] == "Finished recovery for cache nodes 0001", 15, "the recovery")
    assert "Recovering cache nodes 0001" in messages(client, "victim")
    again = wait_available(client, "victim")
    assert again["CacheNodes"][0]["Endpoint"] == cluster["CacheNodes"][0]["Endpoint"]
    assert connect(again).get("k") is None
    assert server.admin("faults") == {"faults": []}


def test_an_outage_lasts_until_it_is_healed(server, client):
    cluster = create(client, "down")
    engine = engine_of(server, "down")
    fault_id = fault(server, "outage", "down")["id"]
    assert status(client, "down") == "modifying"
    wait_for(lambda: not engine.is_running(), 10, "the end of the engine")
    with pytest.raises(redis.exceptions.RedisError):
        impatient(cluster).ping()
    assert messages(client, "down")[-1] == "Recovering cache nodes 0001"
    heal(server, fault_id)
    wait_available(client, "down")
    assert connect(cluster).ping()
    assert messages(client, "down")[-1] == "Finished recovery for cache nodes 0001"


def test_a_short_cut_is_silence_and_then_everything_is_as_it_was(server, client):
    cluster = create(client, "quiet")
    cache = impatient(cluster)
    cache.set("k", "v")
    fault(server, "cut", "quiet", seconds=1.2)
    with pytest.raises(redis.exceptions.TimeoutError):
        cache.get("k")
    assert status(client, "quiet") == "available"
    wait_for(lambda: server.admin("faults") == {"faults": []}, 10, "the end of the cut")
    assert connect(cluster).get("k") == b"v"
    assert not any("Recovering" in message for message in messages(client, "quiet"))


def test_a_long_cut_is_noticed(server, client):
    cluster = create(client, "gone")
    connect(cluster).set("k", "v")
    began = time.monotonic()
    fault(server, "cut", "gone")
    wait_for(lambda: status(client, "gone") == "modifying", 10, "the notice")
    assert time.monotonic() - began >= 1.9
    heal(server)
    wait_available(client, "gone")
    assert connect(cluster).get("k") is None


def test_a_delay_takes_its_time_in_both_directions(server, client):
    cluster = create(client, "slow")
    cache = connect(cluster)
    cache.set("k", "v")
    fault(server, "delay", "slow", milliseconds=150)
    # Connections that are open are told right after the answer.
    wait_for(lambda: 0.3 <= seconds(cache) < 5, 10, "an answer with all of the delay")
    heal(server)
    wait_for(lambda: seconds(cache) < 0.1, 10, "an answer without delay")
    assert status(client, "slow") == "available"


def seconds(cache):
    """How long an answer takes."""
    began = time.monotonic()
    assert cache.get("k") == b"v"
    return time.monotonic() - began


def test_refused_connections_are_refused(server, client):
    cluster = create(client, "closed")
    cache = connect(cluster)
    cache.set("k", "v")
    fault(server, "refuse", "closed")
    with pytest.raises(redis.exceptions.ConnectionError):
        impatient(cluster).ping()
    assert status(client, "closed") == "available"
    heal(server)
    assert connect(cluster).get("k") == b"v"


def test_what_is_not_there_cannot_fail(server):
    with pytest.raises(urllib.error.HTTPError) as refused:
        fault(server, "cut", "nobody")
    assert refused.value.code == 404 and b"nobody" in refused.value.read()


def test_a_serverless_cache_fails_by_its_name(server, client, tmp_path):
    cache = create_serverless(client, "adrift")
    encrypted = tls(server, tmp_path)
    without_patience = {"socket_timeout": 0.5, "retry": redis.retry.Retry(redis.backoff.NoBackoff(), 0)}
    target = {"serverless_cache_name": "adrift"}

    def caller():
        return redis.Redis(*address(cache["Endpoint"]), **without_patience, **encrypted)

    assert caller().set("k", "v")
    refused = server.admin("faults", {"kind": "refuse", "target": target})
    with pytest.raises((redis.ConnectionError, redis.TimeoutError)):
        caller().ping()
    heal(server, refused["id"])
    assert caller().get("k") == b"v"
    late = server.admin("faults", {"kind": "delay", "milliseconds": 100, "target": target})
    patient = connect_to(address(cache["Endpoint"]), **encrypted)
    patient.ping()
    start = time.monotonic()
    patient.ping()
    assert time.monotonic() - start > 0.2
    heal(server, late["id"])
    server.admin("faults", {"kind": "cut", "seconds": 1.5, "target": target})
    with pytest.raises((redis.ConnectionError, redis.TimeoutError)):
        caller().ping()
    wait_for(lambda: server.admin("faults") == {"faults": []}, 10, "the end of the cut")
    assert connect_to(address(cache["Endpoint"]), **encrypted).get("k") == b"v"
    engine = engine_of(server, "adrift-0001-001")
    killed = server.admin("faults", {"kind": "kill", "target": target})
    assert len(killed["killed"]) == 2
    wait_for(lambda: not engine.is_running(), 10, "the end of the engine")
    assert described(client, "adrift")["Status"] in ("modifying", "available")
    wait_for(lambda: cache_messages(client, "adrift")[-1] == "Cache adrift has recovered.", 60, "the recovery")
    assert "Cache adrift lost an engine, which is being replaced." in cache_messages(client, "adrift")
    wait_serverless(client, "adrift")
    assert connect_to(address(cache["Endpoint"]), **encrypted).get("k") is None

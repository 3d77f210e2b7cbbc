"""Memcached clusters: nodes that come and go, and auto discovery."""

import socket

import elasticache_auto_discovery
import pytest
from botocore.exceptions import ClientError
from conftest import create, messages, wait_available, wait_for
from pymemcache.client.base import Client as Memcached
from pymemcache.client.hash import HashClient


def ask(endpoint, command, end=b"END\r\n"):
    """Sends one command by hand and answers everything up to `end`."""
    with socket.create_connection((endpoint["Address"], endpoint["Port"]), timeout=10) as connection:
        connection.sendall(command)
        answer = b""
        while not answer.endswith(end):
            more = connection.recv(65536)
            assert more, answer
            answer += more
        return answer


def discover(endpoint):
    """Membership as auto discovery tells it: the version and (host, ip, port) of each node."""
    header, body = ask(endpoint, b"config get cluster\r\n").split(b"\r\n", 1)
    words = header.split()
    assert words[:3] == [b"CONFIG", b"cluster", b"0"]
    payload = body[: int(words[3])].decode()
    assert body[int(words[3]):] == b"\r\nEND\r\n"
    version, nodes, rest = payload.split("\n")
    assert rest == ""
    return int(version), [tuple(node.split("|")) for node in nodes.split(" ")]


def test_every_node_is_an_engine_of_its_own(client):
    cluster = create(client, "mem", "memcached", 3)
    nodes = cluster["CacheNodes"]
    assert [node["CacheNodeId"] for node in nodes] == ["0001", "0002", "0003"]
    for number, node in enumerate(nodes):
        cache = Memcached((node["Endpoint"]["Address"], node["Endpoint"]["Port"]), timeout=10, default_noreply=False)
        assert cache.get("whose") is None
        cache.set("whose", str(number))
    for number, node in enumerate(nodes):
        cache = Memcached((node["Endpoint"]["Address"], node["Endpoint"]["Port"]), timeout=10, default_noreply=False)
        assert cache.get("whose") == str(number).encode()


def test_discovery_on_every_endpoint(client):
    cluster = create(client, "mem", "memcached", 2)
    expected = sorted(str(node["Endpoint"]["Port"]) for node in cluster["CacheNodes"])
    endpoints = [cluster["ConfigurationEndpoint"], *(node["Endpoint"] for node in cluster["CacheNodes"])]
    for endpoint in endpoints:
        version, nodes = discover(endpoint)
        assert version == 1
        assert sorted(port for _, _, port in nodes) == expected
        assert {ip for _, ip, _ in nodes} == {"127.0.0.1"}
        old = ask(endpoint, b"get AmazonElastiCache:cluster\r\n")
        assert old.startswith(b"VALUE AmazonElastiCache:cluster 0 ")


def test_a_discovery_client_finds_the_nodes_and_a_hash_client_uses_them(client):
    cluster = create(client, "mem", "memcached", 3)
    endpoint = cluster["ConfigurationEndpoint"]
    found = elasticache_auto_discovery.discover(f"{endpoint['Address']}:{endpoint['Port']}", time_to_timeout=10)
    nodes = [(ip.decode(), int(port)) for _, ip, port in found]
    assert sorted(port for _, port in nodes) == sorted(node["Endpoint"]["Port"] for node in cluster["CacheNodes"])
    cache = HashClient(nodes, timeout=10)
    cache.set_many({f"key{number}": str(number) for number in range(100)})
    values = cache.get_many([f"key{number}" for number in range(100)])
    assert values == {f"key{number}": str(number).encode() for number in range(100)}
    used = [Memcached(node, timeout=10).stats()[b"curr_items"] for node in nodes]
    assert sum(used) == 100 and all(used)


def test_nodes_are_added_and_removed(client):
    create(client, "mem", "memcached", 1)
    client.modify_cache_cluster(CacheClusterId="mem", NumCacheNodes=3, ApplyImmediately=True)
    cluster = wait_available(client, "mem")
    assert cluster["NumCacheNodes"] == 3
    assert discover(cluster["ConfigurationEndpoint"])[0] == 3
    assert len(discover(cluster["ConfigurationEndpoint"])[1]) == 3
    client.modify_cache_cluster(
        CacheClusterId="mem", NumCacheNodes=2, CacheNodeIdsToRemove=["0002"], ApplyImmediately=True
    )
    cluster = wait_available(client, "mem")
    assert [node["CacheNodeId"] for node in cluster["CacheNodes"]] == ["0001", "0003"]
    version, nodes = discover(cluster["ConfigurationEndpoint"])
    assert version == 4 and len(nodes) == 2
    happened = messages(client, "mem")
    assert "Finished modifying number of nodes from 1 to 3" in happened
    assert "Finished modifying number of nodes from 3 to 2" in happened
    assert "Removed cache nodes 0002" in happened


def test_pending_changes_wait_for_the_maintenance_window(server, client):
    create(client, "mem", "memcached", 1)
    pending = client.modify_cache_cluster(CacheClusterId="mem", NumCacheNodes=2)["CacheCluster"]
    assert pending["PendingModifiedValues"]["NumCacheNodes"] == 2
    assert pending["CacheClusterStatus"] == "available"
    assert pending["NumCacheNodes"] == 1
    server.admin("clock/advance", {"seconds": 7 * 86400})
    wait_for(lambda: len(wait_available(client, "mem")["CacheNodes"]) == 2, 30, "the second node")
    assert wait_available(client, "mem")["PendingModifiedValues"] == {}


def test_node_type_changes_are_refused_as_on_elasticache(client):
    create(client, "mem", "memcached", 1)
    with pytest.raises(ClientError, match="Scaling is not supported for engine memcached"):
        client.modify_cache_cluster(CacheClusterId="mem", CacheNodeType="cache.t3.small", ApplyImmediately=True)


def test_a_requested_port_is_the_configuration_endpoints(client):
    from conftest import free_port

    port = free_port()
    cluster = create(client, "mem", "memcached", 1, Port=port)
    assert cluster["ConfigurationEndpoint"]["Port"] == port

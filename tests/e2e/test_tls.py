"""Encryption in transit, with clients that check whom they talk to."""

import socket
import ssl

import pytest
import redis
from conftest import create, wait_for
from groups import create_group
from pymemcache.client.base import Client as Memcached
from security import (
    ca_file,
    cluster_client,
    configuration,
    connect,
    encrypted_cluster,
    encrypted_group,
    modify,
    primary,
    tls,
)


@pytest.mark.parametrize("engine", ["redis", "valkey"])
def test_a_group_is_reached_by_tls_alone(server, client, tmp_path, engine):
    group = encrypted_group(client, "safe", 2, Engine=engine)
    assert group["TransitEncryptionEnabled"] and group["TransitEncryptionMode"] == "required"
    cache = connect(primary(group), **tls(server, tmp_path))
    assert cache.set("key", "value") and cache.get("key") == b"value"
    with pytest.raises(redis.ConnectionError):
        connect(primary(group)).ping()
    reader = group["NodeGroups"][0]["ReaderEndpoint"]
    replica = connect((reader["Address"], reader["Port"]), **tls(server, tmp_path))
    wait_for(lambda: replica.get("key") == b"value", what="the copy")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_both_versions_of_tls_are_spoken(server, client, tmp_path, version):
    group = encrypted_group(client, "safe")
    host, port = primary(group)
    context = ssl.create_default_context(cafile=ca_file(server, tmp_path))
    context.minimum_version = context.maximum_version = version
    for name in (host, "localhost", "127.0.0.1"):
        with socket.create_connection((host, port), 10) as plain, context.wrap_socket(plain, server_hostname=name) as line:
            line.sendall(b"PING\r\n")
            assert line.recv(100) == b"+PONG\r\n"
    with socket.create_connection((host, port), 10) as plain, pytest.raises(ssl.SSLError):
        context.wrap_socket(plain, server_hostname="bank.example.com")


def test_encryption_is_introduced_and_given_up_in_steps(server, client, tmp_path):
    group = create_group(client, "step", 1)
    address = primary(group)
    old = connect(address)
    assert old.set("key", "value")
    group = modify(client, "step", TransitEncryptionEnabled=True, TransitEncryptionMode="preferred")
    assert group["TransitEncryptionMode"] == "preferred"
    assert connect(address, **tls(server, tmp_path)).get("key") == b"value"
    assert connect(address).get("key") == b"value" and old.get("key") == b"value"
    group = modify(client, "step", TransitEncryptionMode="required")
    assert group["TransitEncryptionMode"] == "required" and primary(group) == address
    safe = connect(address, **tls(server, tmp_path))
    assert safe.get("key") == b"value"
    with pytest.raises(redis.ConnectionError):
        connect(address).ping()
    with pytest.raises(redis.ConnectionError):
        old.ping()
    modify(client, "step", TransitEncryptionMode="preferred")
    group = modify(client, "step", TransitEncryptionEnabled=False)
    assert not group["TransitEncryptionEnabled"]
    assert connect(address).get("key") == b"value"


@pytest.mark.parametrize("engine", ["redis", "valkey"])
def test_clients_of_a_cluster_follow_redirections_by_tls(server, client, tmp_path, engine):
    group = encrypted_cluster(client, "shards", 2, 1, engine=engine)
    cache = cluster_client(configuration(group), **tls(server, tmp_path))
    for number in range(100):
        assert cache.set(f"key{number}", number)
    assert all(cache.get(f"key{number}") == str(number).encode() for number in range(100))
    assert len(cache.get_primaries()) == 2


def test_memcached_speaks_tls(server, client, tmp_path):
    cluster = create(client, "memo", "memcached", 2, TransitEncryptionEnabled=True)
    assert cluster["TransitEncryptionEnabled"]
    context = ssl.create_default_context(cafile=ca_file(server, tmp_path))
    for node in cluster["CacheNodes"]:
        endpoint = node["Endpoint"]
        cache = Memcached((endpoint["Address"], endpoint["Port"]), timeout=10, tls_context=context, default_noreply=False)
        cache.set("key", "value")
        assert cache.get("key") == b"value"
    endpoint = cluster["ConfigurationEndpoint"]
    cache = Memcached((endpoint["Address"], endpoint["Port"]), timeout=10, tls_context=context)
    assert b"CONFIG cluster" in cache.raw_command("config get cluster", b"END\r\n")


def test_the_authority_stays_over_a_restart(own_server, tmp_path):
    server = own_server()
    group = encrypted_group(server.client(), "safe")
    settings = tls(server, tmp_path)
    assert connect(primary(group), **settings).ping()
    server.stop()
    server.start()
    assert connect(primary(group), **settings).ping()

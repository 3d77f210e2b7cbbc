"""Users and user groups: what the engines let them do."""

import pytest
import redis
from conftest import wait_for
from groups import wait_rest
from security import (
    PASSWORD,
    cluster_client,
    configuration,
    connect,
    create_user,
    create_user_group,
    encrypted_cluster,
    encrypted_group,
    lose,
    modify,
    primary,
    refuses,
    tls,
    wait_user,
    wait_user_group,
)


@pytest.fixture
def people(client):
    """A group with a user who may do all, one who may read, and no way in for others."""
    create_user(client, "nobody", "off -@all", name="default", NoPasswordRequired=True)
    create_user(client, "alice")
    create_user(client, "reader", "on ~shared:* +@read +ping +client|id")
    return create_user_group(client, "people", ["nobody", "alice", "reader"])


def test_users_do_what_they_may(server, client, tmp_path, people):
    group = encrypted_group(client, "safe", 2, UserGroupIds=["people"])
    assert client.describe_user_groups(UserGroupId="people")["UserGroups"][0]["ReplicationGroups"] == ["safe"]
    address, secure = primary(group), tls(server, tmp_path)
    alice = connect(address, username="alice", password=PASSWORD, **secure)
    assert alice.set("shared:key", "value") and alice.set("own", "value")
    reader = connect(address, username="reader", password=PASSWORD, **secure)
    assert reader.get("shared:key") == b"value"
    for refused in (lambda: reader.get("own"), lambda: reader.set("shared:key", "other")):
        with pytest.raises(redis.exceptions.NoPermissionError):
            refused()
    assert refuses("uthenticat", address, **secure)
    assert alice.execute_command("ACL", "WHOAMI") == b"alice"
    for command in ("CONFIG GET maxmemory", "ACL SETUSER mallory on nopass ~* +@all", "DEBUG SLEEP 0", "REPLICAOF NO ONE"):
        with pytest.raises(redis.ResponseError):
            alice.execute_command(*command.split())


def test_resp3_logs_in_with_hello(server, client, tmp_path, people):
    group = encrypted_group(client, "safe", 1, UserGroupIds=["people"])
    cache = connect(primary(group), protocol=3, username="alice", password=PASSWORD, **tls(server, tmp_path))
    assert cache.set("key", "value") and cache.get("key") == b"value"


def test_a_change_reaches_open_connections(server, client, tmp_path, people):
    group = encrypted_group(client, "safe", 2, UserGroupIds=["people"])
    address, secure = primary(group), tls(server, tmp_path)
    reader = connect(address, username="reader", password=PASSWORD, single_connection_client=True, **secure)
    before = reader.client_id()
    with pytest.raises(redis.exceptions.NoPermissionError):
        reader.set("shared:key", "value")
    client.modify_user(UserId="reader", AppendAccessString="+set")
    wait_user(client, "reader")
    assert reader.set("shared:key", "value")
    assert reader.client_id() == before, "the connection lived on"
    client.modify_user(UserId="reader", Passwords=["another-password-here"])
    wait_user(client, "reader")
    assert refuses("invalid", address, username="reader", password=PASSWORD, **secure)
    assert connect(address, username="reader", password="another-password-here", **secure).ping()


def test_a_user_that_leaves_is_cut_off(server, client, tmp_path, people):
    group = encrypted_group(client, "safe", 1, UserGroupIds=["people"])
    address, secure = primary(group), tls(server, tmp_path)
    reader = connect(address, username="reader", password=PASSWORD, single_connection_client=True, **secure)
    assert reader.ping()
    client.modify_user_group(UserGroupId="people", UserIdsToRemove=["reader"])
    assert wait_user_group(client, "people")["UserIds"] == ["alice", "nobody"]
    with pytest.raises(redis.RedisError):
        reader.ping()
    assert refuses("invalid", address, username="reader", password=PASSWORD, **secure)
    client.delete_user(UserId="alice")

    def is_gone():
        try:
            return not client.describe_users(UserId="alice")
        except client.exceptions.UserNotFoundFault:
            return True

    wait_for(is_gone, 30, "alice's end")
    assert refuses("invalid", address, username="alice", password=PASSWORD, **secure)


def test_every_node_knows_the_users_whatever_happens(server, client, tmp_path, people):
    group = encrypted_cluster(client, "shards", 2, 1, UserGroupIds=["people"])
    secure = {"username": "alice", "password": PASSWORD, **tls(server, tmp_path)}
    cache = cluster_client(configuration(group), **secure)
    assert all(cache.set(f"key{number}", number) for number in range(50))
    lose(server, client, "shards", "shards-0001-001")
    client.increase_replica_count(ReplicationGroupId="shards", NewReplicaCount=2, ApplyImmediately=True)
    wait_rest(client, "shards")
    for cluster in client.describe_cache_clusters(ShowCacheNodeInfo=True)["CacheClusters"]:
        endpoint = cluster["CacheNodes"][0]["Endpoint"]
        address = endpoint["Address"], endpoint["Port"]
        assert connect(address, **secure).execute_command("ACL", "WHOAMI") == b"alice"
        assert refuses("uthenticat", address, **tls(server, tmp_path))


def test_users_are_kept_over_a_restart(own_server, tmp_path):
    server = own_server()
    client = server.client()
    create_user(client, "nobody", "off -@all", name="default", NoPasswordRequired=True)
    create_user(client, "alice")
    create_user_group(client, "people", ["nobody", "alice"])
    group = encrypted_group(client, "safe", 1, UserGroupIds=["people"])
    secure = {"username": "alice", "password": PASSWORD, **tls(server, tmp_path)}
    assert connect(primary(group), **secure).set("key", "value")
    server.kill()
    server.start()
    assert connect(primary(group), **secure).get("key") == b"value"
    client.modify_user(UserId="alice", AccessString="on ~* +@read +ping")
    wait_user(client, "alice")
    with pytest.raises(redis.exceptions.NoPermissionError):
        connect(primary(group), **secure).set("key", "other")


def test_a_valkey_cache_without_a_default_user_lets_nobody_in_unnamed(server, client, tmp_path):
    create_user(client, "vera", engine="valkey")
    create_user_group(client, "people", ["vera"], engine="valkey")
    group = encrypted_group(client, "safe", 1, Engine="valkey")
    address, secure = primary(group), tls(server, tmp_path)
    assert connect(address, **secure).ping()
    modify(client, "safe", UserGroupIdsToAdd=["people"])
    assert refuses("uthenticat", address, **secure)
    assert connect(address, username="vera", password=PASSWORD, **secure).set("key", "value")

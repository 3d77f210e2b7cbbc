"""AUTH tokens: set, rotated, given up for users and taken up again."""

import pytest
import redis
from botocore.exceptions import ClientError
from security import (
    PASSWORD,
    SECOND,
    TOKEN,
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
)


@pytest.mark.parametrize("engine", ["redis", "valkey"])
def test_a_token_is_rotated(server, client, tmp_path, engine):
    group = encrypted_group(client, "safe", 2, Engine=engine, AuthToken=TOKEN)
    assert group["AuthTokenEnabled"]
    address, secure = primary(group), tls(server, tmp_path)
    old = connect(address, password=TOKEN, **secure)
    assert old.set("key", "value")
    assert refuses("uthenticat", address, **secure)
    assert refuses("invalid", address, password=SECOND, **secure)
    modify(client, "safe", AuthToken=SECOND, AuthTokenUpdateStrategy="ROTATE")
    for token in (TOKEN, SECOND):
        assert connect(address, password=token, **secure).get("key") == b"value"
    modify(client, "safe", AuthToken=SECOND, AuthTokenUpdateStrategy="SET")
    assert connect(address, password=SECOND, **secure).get("key") == b"value"
    assert refuses("invalid", address, password=TOKEN, **secure)
    assert old.get("key") == b"value", "a connection that was let in stays"


def test_a_first_token_is_introduced_while_clients_go_on_without(server, client, tmp_path):
    address, secure = primary(encrypted_group(client, "safe", 1)), tls(server, tmp_path)
    before = connect(address, **secure)
    assert before.set("key", "value")
    modify(client, "safe", AuthToken=TOKEN, AuthTokenUpdateStrategy="ROTATE")
    for protocol in (2, 3):
        assert connect(address, protocol=protocol, **secure).get("key") == b"value"
        assert connect(address, protocol=protocol, password=TOKEN, **secure).get("key") == b"value"
        assert refuses("invalid", address, protocol=protocol, password=SECOND, **secure)
    modify(client, "safe", AuthToken=TOKEN, AuthTokenUpdateStrategy="SET")
    assert refuses("uthenticat", address, **secure)
    assert connect(address, password=TOKEN, **secure).get("key") == b"value"


def test_every_node_of_a_cluster_asks_for_the_token(server, client, tmp_path):
    group = encrypted_cluster(client, "shards", 2, 1, AuthToken=TOKEN)
    secure = tls(server, tmp_path)
    cache = cluster_client(configuration(group), password=TOKEN, **secure)
    assert all(cache.set(f"key{number}", number) for number in range(50))
    for shard in group["NodeGroups"]:
        for member in shard["NodeGroupMembers"]:
            cluster = client.describe_cache_clusters(CacheClusterId=member["CacheClusterId"], ShowCacheNodeInfo=True)
            endpoint = cluster["CacheClusters"][0]["CacheNodes"][0]["Endpoint"]
            address = endpoint["Address"], endpoint["Port"]
            assert refuses("uthenticat", address, **secure)
            assert connect(address, password=TOKEN, **secure).ping()


def test_tokens_give_way_to_users_and_come_back(server, client, tmp_path):
    group = encrypted_group(client, "safe", 1, AuthToken=TOKEN)
    address, secure = primary(group), tls(server, tmp_path)
    create_user(client, "newdefault", "off ~* +@all", name="default")
    create_user(client, "alice")
    create_user_group(client, "people", ["newdefault", "alice"])
    group = modify(client, "safe", AuthTokenUpdateStrategy="DELETE", UserGroupIdsToAdd=["people"])
    assert group["UserGroupIds"] == ["people"] and not group["AuthTokenEnabled"]
    assert connect(address, username="alice", password=PASSWORD, **secure).set("key", "value")
    assert refuses("invalid", address, password=TOKEN, **secure)
    group = modify(client, "safe", RemoveUserGroups=True, AuthToken=SECOND, AuthTokenUpdateStrategy="SET")
    assert group["AuthTokenEnabled"] and group.get("UserGroupIds", []) == []
    assert connect(address, password=SECOND, **secure).get("key") == b"value"
    assert refuses("invalid", address, username="alice", password=PASSWORD, **secure)


def test_a_replaced_primary_asks_for_the_token_too(server, client, tmp_path):
    group = encrypted_group(client, "safe", 2, AuthToken=TOKEN)
    lose(server, client, "safe", "safe-001")
    secure = tls(server, tmp_path)
    assert connect(primary(group), password=TOKEN, **secure).set("key", "value")
    assert refuses("uthenticat", primary(group), **secure)


def test_a_token_is_found_nowhere(own_server, tmp_path):
    server = own_server()
    group = encrypted_group(server.client(), "safe", 1, AuthToken=TOKEN)
    with pytest.raises(ClientError) as refusal:
        server.client().modify_replication_group(
            ReplicationGroupId="safe", ApplyImmediately=True, AuthToken="shortone", AuthTokenUpdateStrategy="ROTATE"
        )
    assert "shortone" not in str(refusal.value)
    connect(primary(group), password=TOKEN, **tls(server, tmp_path)).ping()
    server.stop()
    kept = b"".join(path.read_bytes() for path in server.data_dir.rglob("*") if path.is_file())
    assert TOKEN.encode() not in kept and TOKEN not in server.log_text()

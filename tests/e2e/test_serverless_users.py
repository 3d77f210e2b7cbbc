"""Who may talk to serverless caches: users with passwords, and users who log in by IAM."""

import botocore.model
import pytest
import redis
from botocore.credentials import Credentials
from botocore.hooks import HierarchicalEmitter
from botocore.signers import RequestSigner
from conftest import wait_for
from security import connect, tls
from serverless import address, cluster, create_serverless, described, modify_serverless

PASSWORD = "a-long-enough-password"


def create_user(client, name, access="on ~* +@all", **how):
    client.create_user(UserId=name, UserName=name, Engine="valkey", AccessString=access, **how)


def create_user_group(client, name, *users):
    client.create_user_group(UserGroupId=name, Engine="valkey", UserIds=users)

    def active():
        return client.describe_user_groups(UserGroupId=name)["UserGroups"][0]["Status"] == "active"

    wait_for(active, what=f"{name} active")


def token(cache, user, **more):
    """What a user of IAM sends in place of a password, signed by AWS's own library."""
    credentials = Credentials("000000000000", "any")
    service = botocore.model.ServiceId("elasticache")
    # The signer refers to the emitter weakly.
    emitter = HierarchicalEmitter()
    signer = RequestSigner(service, "us-east-1", "elasticache", "v4", credentials, emitter)
    query = "&".join(f"{name}={value}" for name, value in {"Action": "connect", "User": user, **more}.items())
    request = {"method": "GET", "url": f"https://{cache}/?{query}", "body": {}, "headers": {}, "context": {}}
    url = signer.generate_presigned_url(request, operation_name="connect", expires_in=900)
    return url.removeprefix("https://")


def test_only_users_of_its_group_are_let_in(server, client, tmp_path):
    create_user(client, "alice", Passwords=[PASSWORD])
    create_user(client, "reader", "on ~app:* +@read +@connection", Passwords=[PASSWORD])
    create_user_group(client, "people", "alice", "reader")
    cache = create_serverless(client, "guarded", UserGroupId="people")
    assert cache["UserGroupId"] == "people"
    assert client.describe_user_groups(UserGroupId="people")["UserGroups"][0]["ServerlessCaches"] == ["guarded"]
    with pytest.raises(redis.AuthenticationError):
        connect(address(cache["Endpoint"]), **tls(server, tmp_path)).ping()
    alice = cluster(server, tmp_path, cache, username="alice", password=PASSWORD)
    assert alice.set("app:key", "value")
    for endpoint in ("Endpoint", "ReaderEndpoint"):
        reader = {"username": "reader", "password": PASSWORD, **tls(server, tmp_path)}
        with pytest.raises(redis.exceptions.NoPermissionError):
            connect(address(cache[endpoint]), **reader).set("app:key", "other")
    # A change of the user reaches the engines behind, and open connections with them.
    client.modify_user(UserId="alice", AccessString="on ~other:* +@all")
    wait_for(lambda: client.describe_users(UserId="alice")["Users"][0]["Status"] == "active", what="the change")
    with pytest.raises(redis.exceptions.NoPermissionError):
        alice.get("app:key")
    cache = modify_serverless(client, "guarded", RemoveUserGroup=True)
    assert "UserGroupId" not in cache
    assert connect(address(cache["Endpoint"]), **tls(server, tmp_path)).ping()
    client.delete_user_group(UserGroupId="people")


def test_users_log_in_by_iam(own_server, tmp_path):
    # Tokens are signed by the time of this machine, which is not that of the shared server.
    server = own_server(env={"CACHETTE_CREDENTIALS": "000000000000:any"})
    client = server.client()
    create_user(client, "iam-user", AuthenticationMode={"Type": "iam"})
    create_user_group(client, "signers", "iam-user")
    cache = create_serverless(client, "signed", UserGroupId="signers")
    serverless = {"ResourceType": "ServerlessCache"}

    def let_in(password):
        return connect(address(cache["Endpoint"]), username="iam-user", password=password, **tls(server, tmp_path))

    good = token("signed", "iam-user", **serverless)
    assert let_in(good).set("key", "value")
    assert cluster(server, tmp_path, cache, username="iam-user", password=good).get("key") == b"value"
    for wrong in (
        token("signed", "iam-user"),
        token("other", "iam-user", **serverless),
        token("signed", "iam-user", ResourceType="ReplicationGroup"),
        "no-token-at-all",
    ):
        with pytest.raises(redis.AuthenticationError):
            let_in(wrong).ping()
    assert described(client, "signed")["Status"] == "available"

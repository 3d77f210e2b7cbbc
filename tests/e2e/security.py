"""Encrypted caches, and who may talk to them, as their users see them."""

import urllib.request

import redis
from conftest import wait_for
from engines import kill_engine
from groups import all_events, create_cluster, create_group, wait_group, wait_rest
from redis.backoff import NoBackoff
from redis.cluster import RedisCluster
from redis.retry import Retry

TOKEN = "first-token-0123456789"
SECOND = "second-token-0123456789"
PASSWORD = "a-password-of-a-user-1"


def ca_file(server, folder):
    """The certificate of the server's own authority, in a file."""
    path = folder / "ca.pem"
    with urllib.request.urlopen(f"{server.url}/_cachette/ca.pem", timeout=10) as answer:
        path.write_bytes(answer.read())
    return str(path)


def tls(server, folder):
    """What redis-py needs to talk TLS and to check whom it talks to."""
    return {"ssl": True, "ssl_ca_certs": ca_file(server, folder), "ssl_check_hostname": True}


def primary(group):
    endpoint = group["NodeGroups"][0]["PrimaryEndpoint"]
    return endpoint["Address"], endpoint["Port"]


def configuration(group):
    endpoint = group["ConfigurationEndpoint"]
    return endpoint["Address"], endpoint["Port"]


def connect(address, **more):
    return redis.Redis(*address, socket_timeout=10, **more)


def refuses(error, address, **more):
    """Whether a client that connects so is refused with such an error."""
    try:
        # Clients try again when they are not let in, which takes time.
        connect(address, retry=Retry(NoBackoff(), 0), **more).ping()
    except redis.RedisError as refusal:
        return error in str(refusal)
    return False


def encrypted_group(client, group_id, nodes=1, **more):
    return create_group(client, group_id, nodes, TransitEncryptionEnabled=True, **more)


def encrypted_cluster(client, group_id, shards, replicas, **more):
    return create_cluster(client, group_id, shards, replicas, TransitEncryptionEnabled=True, **more)


def modify(client, group_id, **more):
    client.modify_replication_group(ReplicationGroupId=group_id, ApplyImmediately=True, **more)
    return wait_group(client, group_id)


def create_user(client, user_id, access="on ~* +@all", name=None, engine="redis", **more):
    if not more:
        more = {"Passwords": [PASSWORD]}
    return client.create_user(UserId=user_id, UserName=name or user_id, Engine=engine, AccessString=access, **more)


def create_user_group(client, group_id, users, engine="redis"):
    client.create_user_group(UserGroupId=group_id, Engine=engine, UserIds=users)
    return wait_user_group(client, group_id)


def wait_user_group(client, group_id):
    def active():
        group = client.describe_user_groups(UserGroupId=group_id)["UserGroups"][0]
        return group if group["Status"] == "active" else None

    return wait_for(active, 30, f"{group_id} active")


def wait_user(client, user_id):
    def active():
        user = client.describe_users(UserId=user_id)["Users"][0]
        return user if user["Status"] == "active" else None

    return wait_for(active, 30, f"{user_id} active")


def cluster_client(address, **more):
    return RedisCluster(*address, socket_timeout=10, **more)


def lose(server, client, group_id, cluster_id):
    """Kills a member's engine, and waits until it has been replaced."""
    kill_engine(server, cluster_id)
    lost = (cluster_id, "Recovering cache nodes 0001")
    wait_for(lambda: lost in all_events(client), 30, "the loss")
    wait_rest(client, group_id)

"""Users of IAM log in to caches with tokens that botocore signs, through redis-py, over TLS."""

import socket
import ssl
import urllib.request
from urllib.parse import urlencode

import botocore.session
import pytest
import redis
from botocore.model import ServiceId
from botocore.signers import RequestSigner
from conftest import wait_for
from groups import create_cluster, create_group
from redis.backoff import NoBackoff
from redis.retry import Retry

KEY, SECRET = "AKIDALICE", "a-secret-of-alice"
CREDENTIALS = {"CACHETTE_CREDENTIALS": f"000000000000:any,{KEY}:{SECRET}"}


class Tokens(redis.CredentialProvider):
    """Signs a new token whenever a connection is made, as AWS's guide does it."""

    def __init__(self, cache_id, user, key=KEY, secret=SECRET, region="us-east-1"):
        # The signer refers to the emitter weakly.
        self.session = botocore.session.Session()
        self.session.set_credentials(key, secret)
        emitter = self.session.get_component("event_emitter")
        self.signer = RequestSigner(
            ServiceId("elasticache"), region, "elasticache", "v4", self.session.get_credentials(), emitter
        )
        self.cache_id, self.user = cache_id, user

    def token(self):
        url = f"https://{self.cache_id}/?" + urlencode({"Action": "connect", "User": self.user})
        request = {"method": "GET", "url": url, "body": {}, "headers": {}, "context": {}}
        signed = self.signer.generate_presigned_url(request, operation_name="connect", expires_in=900)
        return signed.removeprefix("https://")

    def get_credentials(self):
        return self.user, self.token()


@pytest.fixture
def ca(tmp_path):
    """Fetches the certificate by which a server's endpoints are trusted."""

    def fetch(server):
        path = tmp_path / "ca.pem"
        path.write_bytes(urllib.request.urlopen(f"{server.url}/_cachette/ca.pem", timeout=30).read())
        return str(path)

    return fetch


def add_users(client, engine="redis"):
    """A group with `alice`, who logs in by IAM, `bob`, who has a password, and a default user who may do nothing."""
    for user, mode in (
        ("alice", {"Type": "iam"}),
        ("bob", {"Type": "password", "Passwords": ["a-password-of-bob"]}),
    ):
        client.create_user(
            UserId=user, UserName=user, Engine=engine, AccessString="on ~* +@all", AuthenticationMode=mode
        )
    nobody = {"Type": "password", "Passwords": ["a-password-of-nobody"]}
    client.create_user(
        UserId="nobody", UserName="default", Engine=engine, AccessString="off -@all", AuthenticationMode=nobody
    )
    client.create_user_group(UserGroupId="people", Engine=engine, UserIds=["alice", "bob", "nobody"])
    statuses = lambda: {it["Status"] for it in client.describe_user_groups()["UserGroups"]}  # noqa: E731
    wait_for(lambda: statuses() == {"active"}, what="the user group")


SECURED = {"TransitEncryptionEnabled": True, "UserGroupIds": ["people"]}


def secured_group(client, nodes=1):
    add_users(client)
    group = create_group(client, "my-cache", nodes, CacheParameterGroupName="default.redis7", **SECURED)
    return group["NodeGroups"][0]["PrimaryEndpoint"]


def at(endpoint, ca_file, **more):
    # Clients try again when they are not let in, which takes time.
    return redis.Redis(
        endpoint["Address"], endpoint["Port"], ssl=True, ssl_ca_certs=ca_file, retry=Retry(NoBackoff(), 0), **more
    )


@pytest.mark.parametrize("protocol", [2, 3])
def test_a_user_of_iam_logs_in(own_server, ca, protocol):
    server = own_server("--auth", "sigv4", env=CREDENTIALS)
    endpoint = secured_group(server.client())
    ca_file = ca(server)
    alice = at(endpoint, ca_file, protocol=protocol, credential_provider=Tokens("my-cache", "alice"))
    assert alice.acl_whoami() in (b"alice", "alice")
    assert alice.set("k", "v") and alice.get("k") == b"v"
    bob = at(endpoint, ca_file, protocol=protocol, username="bob", password="a-password-of-bob")
    assert bob.get("k") == b"v"

    for wrong in (
        Tokens("another-cache", "alice"),
        Tokens("my-cache", "alice", region="us-east-2"),
        Tokens("my-cache", "alice", secret="another-secret"),
        Tokens("my-cache", "alice", key="AKIDOTHER"),
        Tokens("my-cache", "alice", key="000000000000"),
    ):
        with pytest.raises(redis.AuthenticationError, match="WRONGPASS|invalid username-password"):
            at(endpoint, ca_file, protocol=protocol, credential_provider=wrong).ping()
    of_alice = Tokens("my-cache", "alice").token()
    with pytest.raises(redis.AuthenticationError):
        at(endpoint, ca_file, protocol=protocol, username="bob", password=of_alice).ping()
    # Tokens are not written to the log.
    assert "X-Amz-Signature" not in server.log_text()


def test_a_token_and_its_connection_grow_old(own_server, ca):
    server = own_server("--auth", "sigv4", env=CREDENTIALS)
    endpoint = secured_group(server.client())
    tokens = Tokens("my-cache", "alice")
    # No client's own connection: those connect again with a new token when one is refused.
    context = ssl.create_default_context(cafile=ca(server))
    at_endpoint = endpoint["Address"], endpoint["Port"]
    with context.wrap_socket(socket.create_connection(at_endpoint, 30), server_hostname=at_endpoint[0]) as connection:
        grow_old(server, connection.makefile("rwb"), tokens)


def grow_old(server, connection, tokens):
    def ask(*words):
        connection.write(b"*%d\r\n" % len(words))
        connection.write(b"".join(b"$%d\r\n%s\r\n" % (len(word), word.encode()) for word in words))
        connection.flush()
        answer = connection.readline().rstrip()
        return connection.readline().rstrip() if answer.startswith(b"$") else answer

    assert ask("AUTH", "alice", tokens.token()) == b"+OK"
    old = tokens.token()
    server.admin("clock/advance", {"seconds": 16 * 60})
    assert ask("AUTH", "alice", old).startswith(b"-WRONGPASS ")
    # Whoever was in stays in, until twelve hours are over.
    assert ask("ACL", "WHOAMI") == b"alice"
    server.admin("clock/advance", {"seconds": 12 * 3600})

    def is_cut():
        try:
            return not ask("PING")
        except OSError:
            return True

    wait_for(is_cut, what="the end of the connection")


@pytest.mark.parametrize("engine", ["redis", "valkey"])
def test_a_user_of_iam_uses_a_cluster(own_server, ca, engine):
    # Signatures cannot be checked without a secret, everything else is.
    server = own_server()
    client = server.client()
    add_users(client, engine)
    group = create_cluster(client, "my-cache", 2, 0, engine, **SECURED)
    assert group["ClusterEnabled"]
    endpoint = group["ConfigurationEndpoint"]
    cluster = redis.RedisCluster(
        host=endpoint["Address"],
        port=endpoint["Port"],
        ssl=True,
        ssl_ca_certs=ca(server),
        credential_provider=Tokens("my-cache", "alice", key="000000000000", secret="any"),
    )
    for at_key in range(50):
        assert cluster.set(f"key-{at_key}", at_key)
    assert [cluster.get(f"key-{at_key}") for at_key in range(50)] == [str(n).encode() for n in range(50)]

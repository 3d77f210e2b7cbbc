"""Names like those of AWS, and ports that users have lead to a cache."""

import json
import os
import socket
import subprocess
import urllib.error
import urllib.request

import pymemcache
import pytest
import redis
import security
from conftest import ROOT, Server, connect, create, free_port, wait_available, wait_for
from engines import docker
from groups import at, cluster_client, create_cluster, create_group, describe, node_endpoint, primary, wait_group, wait_rest

ZONE = ".cache.cachette.test"


class Names:
    """A server with names, and programs of this process that ask it for them."""

    def __init__(self, own_server, monkeypatch):
        self.address, self.port = "127.0.0.1", free_port()
        self.flags = ["--dns", f"{self.address}:{self.port}"]
        self.server = own_server(*self.flags)
        ask_others = socket.getaddrinfo

        def ask(host, *arguments, **more):
            return ask_others(self.resolve(host) if str(host).endswith(ZONE) else host, *arguments, **more)

        monkeypatch.setattr(socket, "getaddrinfo", ask)

    def dig(self, *arguments):
        command = ["dig", f"@{self.address}", "-p", str(self.port), "+time=5", "+tries=1", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout

    def resolve(self, name):
        found = self.dig("+short", name, "A").split()
        assert len(found) == 1, (name, found)
        return found[0]


@pytest.fixture
def names(own_server, monkeypatch):
    return Names(own_server, monkeypatch)


only_processes = pytest.mark.parametrize("backend", ["process"], indirect=True)


@only_processes
def test_caches_are_reached_by_name_on_the_standard_port_and_stay_there(names, tmp_path):
    server = names.server
    client = server.client()
    one, two = create(client, "one"), create(client, "two")
    for cluster in [one, two]:
        endpoint = node_endpoint(cluster)
        assert endpoint["Port"] == 6379 and endpoint["Address"].endswith(ZONE)
        connect(cluster).set("who", cluster["CacheClusterId"])
    # Whatever the letters, and by TCP as by UDP.
    name = node_endpoint(one)["Address"]
    assert names.dig("+short", "+tcp", name.upper()).strip() == names.resolve(name)
    assert "status: NXDOMAIN" in names.dig(f"no-such.{name.split('.', 1)[1]}")
    assert "status: REFUSED" in names.dig("example.com")

    many = create(client, "many", "memcached", 2)
    configuration = many["ConfigurationEndpoint"]
    memcached = pymemcache.Client((configuration["Address"], configuration["Port"]), timeout=10)
    told = memcached.raw_command("config get cluster", "END\r\n").decode().split("\n")[2].split()
    nodes = [node["Endpoint"] for node in many["CacheNodes"]]
    assert told == [f"{node['Address']}|{names.resolve(node['Address'])}|11211" for node in nodes]

    # With TLS clients in cluster mode are told names, which certificates have to bear.
    wide = create_cluster(client, "wide", 2, 1, TransitEncryptionEnabled=True)
    tls = security.tls(server, tmp_path)
    with cluster_client(wide, **tls) as cluster:
        cluster.set("key", "value")
        # A replica is listed as soon as all have heard of it, which may be a moment later.
        wait_for(lambda: told_nodes(cluster) == {(f"{it}.wide", 6379) for it in wide["MemberClusters"]})
    # Without they are told addresses, as on AWS.
    plain = create_cluster(client, "plain", 1, 1)
    with cluster_client(plain) as cluster:
        members = [names.resolve(node_endpoint(wait_available(client, it))["Address"]) for it in plain["MemberClusters"]]
        assert cluster.set("key", "value")
        assert {(node.host, node.port) for node in cluster.get_nodes()} <= {(member, 6379) for member in members}

    pair = create_group(client, "pair", 2, AutomaticFailoverEnabled=True)
    endpoint = pair["NodeGroups"][0]["PrimaryEndpoint"]
    address = names.resolve(endpoint["Address"])
    primary(pair).set("kept", "yes")
    client.test_failover(ReplicationGroupId="pair", NodeGroupId="0001")
    failed_over = wait_for(lambda: roles_changed(client), what="the failover")
    assert failed_over["NodeGroups"][0]["PrimaryEndpoint"] == endpoint and names.resolve(endpoint["Address"]) == address
    assert at(endpoint).set("after", "failover")

    everything = {it: names.resolve(it) for it in [name, endpoint["Address"], configuration["Address"]]}
    server.stop()
    server.start()
    assert {it: names.resolve(it) for it in everything} == everything
    assert connect(wait_available(client, "two")).get("who") == b"two"
    assert at(describe(client, "pair")["NodeGroups"][0]["PrimaryEndpoint"]).get("kept") == "yes"

    # Without names all of them share one address, and what had the same port gets another.
    server.stop()
    server.flags = ()
    server.start()
    ports = {it: node_endpoint(wait_available(client, it)) for it in ["one", "two"]}
    wait_for(lambda: len(ports_now(client)) == 2, what="ports that differ")
    for cluster_id in ports:
        cluster = wait_available(client, cluster_id)
        assert node_endpoint(cluster)["Address"] == "127.0.0.1"
        assert connect(cluster).get("who") == cluster_id.encode()


def told_nodes(cluster):
    """The nodes that a cluster client is told of now, by the first two parts of their names, and their ports."""
    cluster.nodes_manager.initialize()
    return {(".".join(node.host.split(".")[:2]), node.port) for node in cluster.get_nodes()}


def roles_changed(client):
    group = describe(client, "pair")
    current = {it["CacheClusterId"]: it["CurrentRole"] for it in group["NodeGroups"][0]["NodeGroupMembers"]}
    return group if group["Status"] == "available" and current.get("pair-002") == "primary" else None


def ports_now(client):
    return {node_endpoint(wait_available(client, it))["Port"] for it in ["one", "two"]}


@only_processes
def test_a_port_forward_carries_what_its_endpoint_carries(server, client):
    group = create_group(client, "pair", 2)
    arn, endpoint = group["ARN"], group["NodeGroups"][0]["PrimaryEndpoint"]
    wanted = free_port()
    forward = server.admin("port-forwards", {"targetArn": arn, "targetPort": endpoint["Port"], "localPort": wanted})
    assert (forward["targetPort"], forward["localPort"]) == (endpoint["Port"], wanted)
    through = redis.Redis("127.0.0.1", wanted, socket_timeout=10, decode_responses=True)
    through.set("by", "forward")
    assert primary(group).get("by") == "forward"
    # It leads where the endpoint leads.
    reader = group["NodeGroups"][0]["ReaderEndpoint"]["Port"]
    also = server.admin("port-forwards", {"targetArn": arn, "targetPort": reader})
    with pytest.raises(redis.ReadOnlyError):
        redis.Redis("127.0.0.1", also["localPort"], socket_timeout=10).set("a", "b")
    assert server.admin("port-forwards")["portForwards"] == sorted([forward, also], key=lambda it: it["localPort"])
    request = urllib.request.Request(f"{server.url}/_cachette/port-forwards/{forward['id']}", method="DELETE")
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 204
    with pytest.raises(redis.ConnectionError):
        through.get("by")
    with pytest.raises(urllib.error.HTTPError) as refused:
        server.admin("port-forwards", {"targetArn": arn, "localPort": endpoint["Port"]})
    assert refused.value.code == 409 and "localPort" in json.load(refused.value)["error"]


@pytest.mark.parametrize("backend", ["docker"], indirect=True)
@pytest.mark.skipif(os.geteuid() != 0, reason="only root may have the port at which containers look for DNS")
def test_containers_find_caches_by_their_own_resolver(own_server, tmp_path):
    bridge = docker("network", "inspect", "bridge", "-f", "{{(index .IPAM.Config 0).Gateway}}")[0]
    image = docker("images", "-q", "redis:7")[0]

    def ask(*command):
        return docker("run", "--rm", *command[:-1], image, *command[-1])

    # In a container's own network names lead to the address by which it reaches the server.
    server = own_server("--dns", f"{bridge}:53", listen="0.0.0.0")
    endpoint = node_endpoint(create(server.client(), "mine"))
    ping = ["redis-cli", "-h", endpoint["Address"], "-p", str(endpoint["Port"]), "ping"]
    assert ask("--dns", bridge, ping) == ["PONG"]
    # In that of the host each cache has its own address, and all have the same port.
    resolver = f"127.53.{os.getpid() // 256 % 256}.{os.getpid() % 254 + 1}"
    named = own_server("--dns", f"{resolver}:53")
    file = tmp_path / "resolv.conf"
    file.write_text(f"nameserver {resolver}\n")
    for cluster_id in ["one", "two"]:
        endpoint = node_endpoint(create(named.client(), cluster_id))
        connection = ["redis-cli", "-h", endpoint["Address"], "-p", "6379"]
        at_host = ["--network", "host", "-v", f"{file}:/etc/resolv.conf:ro"]
        assert ask(*at_host, [*connection, "set", "who", cluster_id]) == ["OK"]
        assert ask(*at_host, [*connection, "get", "who"]) == [cluster_id]


def test_a_dns_server_that_cannot_listen_is_one_line(tmp_path):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        command = [ROOT / "target" / "debug" / "cachette", "serve", "--listen", "127.0.0.1:0", "--backend", "none"]
        done = subprocess.run(
            [*command, "--data-dir", tmp_path / "data", "--dns", address],
            env={**os.environ, "CACHETTE_LOG": "error"},
            capture_output=True,
            text=True,
            timeout=30,
        )
    assert done.returncode != 0
    assert done.stderr.startswith(f"cachette: --dns {address}: the port is in use") and done.stderr.count("\n") == 1

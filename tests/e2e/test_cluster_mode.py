"""Clients of groups in cluster mode: redirects they can follow, wherever they are, and shards that lose engines."""

import subprocess

import pytest
import redis
from conftest import wait_for
from engines import check_engines, docker, kill_engine
from glide_sync import GlideClusterClient, GlideClusterClientConfiguration, NodeAddress, ReadFrom
from groups import (
    check_filled,
    check_slots,
    cluster_client,
    clusters_of,
    create_cluster,
    describe,
    fill,
    group_messages,
    keeps_trying,
    node_endpoint,
    node_of,
    role_of,
    slots_by_port,
    wait_group,
    wait_rest,
)
from redis.cluster import key_slot


class Elsewhere:
    """A place that reaches the server by another address than this one does, and the redis-cli there."""

    def __init__(self, backend):
        self.command = ["redis-cli"]
        self.host = "127.0.0.2"
        if backend == "docker":
            (self.host,) = docker("network", "inspect", "bridge", "--format", "{{(index .IPAM.Config 0).Gateway}}")
            self.command = ["docker", "run", "--rm", "--interactive", "redis:7", "redis-cli"]

    def client(self, server):
        """A client of the API, which answers with the address that it was called at."""
        return server.client(host=self.host)

    def redis_cli(self, endpoint, commands):
        """What redis-cli prints for each of these commands, with the redirects that it followed."""
        assert endpoint["Address"] == self.host
        flags = ["-c", "--no-raw", "-h", endpoint["Address"], "-p", str(endpoint["Port"])]
        text = "".join(f"{command}\n" for command in commands)
        done = subprocess.run(
            [*self.command, *flags], input=text, capture_output=True, text=True, timeout=60, check=True
        )
        return done.stdout.splitlines()


@pytest.fixture(scope="module")
def elsewhere(backend):
    return Elsewhere(backend)


def glide(group):
    endpoint = group["ConfigurationEndpoint"]
    address = NodeAddress(endpoint["Address"], endpoint["Port"])
    settings = GlideClusterClientConfiguration([address], request_timeout=5000, read_from=ReadFrom.PREFER_REPLICA)
    return GlideClusterClient.create(settings)


def test_clients_of_two_addresses_follow_redirects_at_the_same_time(own_server, elsewhere):
    server = own_server(listen="0.0.0.0")
    client = server.client()
    group = create_cluster(client, "open", 3, 0)
    there = describe(elsewhere.client(server), "open")
    cache = cluster_client(group)
    fill(cache, 100)
    printed = elsewhere.redis_cli(there["ConfigurationEndpoint"], [f"GET key{number}" for number in range(100)])
    redirects = [line for line in printed if line.startswith("-> Redirected")]
    assert len(redirects) > 30 and all(f"located at {elsewhere.host}:" in line for line in redirects)
    assert [line for line in printed if line not in redirects] == [f'"{number}"' for number in range(100)]
    for cluster_id, cluster in clusters_of(client, "open").items():
        node = node_of(client, cluster_id)
        with pytest.raises(redis.exceptions.MovedError) as moved:
            for number in range(100):
                node.get(f"key{number}")
        assert moved.value.host == node_endpoint(cluster)["Address"] == "127.0.0.1"
        assert all(node.host == "127.0.0.1" for node in cache.get_nodes())
    check_filled(cache, 100)


def test_asking_redirects_lead_to_where_a_key_is_going(own_server, elsewhere):
    """While the keys of a slot are on their way, one that is not there is asked for at its next place."""
    server = own_server(listen="0.0.0.0")
    client = server.client()
    group = create_cluster(client, "busy", 1, 0)
    slot = 16383
    tag = next(text for text in (f"{{{number}}}" for number in range(10**6)) if key_slot(text.encode()) == slot)
    cache = cluster_client(group)
    with cache.pipeline(transaction=False) as pipeline:
        for number in range(20_000):
            pipeline.set(f"{tag}{number}", "x" * 100)
        pipeline.execute()
    nodes = [(node_of(client, "busy-0001-001"), "127.0.0.1")]
    there = clusters_of(elsewhere.client(server), "busy")["busy-0001-001"]
    nodes.append((redis.Redis(elsewhere.host, node_endpoint(there)["Port"], socket_timeout=10), elsewhere.host))
    if server.backend == "docker":
        assert node_endpoint(there)["Address"] == elsewhere.host
    client.modify_replication_group_shard_configuration(
        ReplicationGroupId="busy", NodeGroupCount=2, ApplyImmediately=True
    )
    asked = {}

    def asked_everywhere():
        for node, host in nodes:
            if host not in asked:
                try:
                    node.get(f"{tag}missing")
                except redis.exceptions.AskError as error:
                    asked[host] = (error.host, error.port)
                except redis.exceptions.MovedError:
                    raise AssertionError(f"the slot has moved; asked so far: {asked}") from None
        return len(asked) == 2

    wait_for(asked_everywhere, 60, "ASK for both")
    after = wait_group(client, "busy")
    port = node_endpoint(clusters_of(client, "busy")["busy-0002-001"])["Port"]
    assert asked == {host: (host, port) for _, host in nodes}
    assert cluster_client(after).get(f"{tag}0") == "x" * 100
    assert node_of(client, "busy-0002-001").execute_command("CLUSTER COUNTKEYSINSLOT", slot) == 20_000


@pytest.mark.parametrize("engine", ["redis", "valkey"])
def test_glide_works_with_a_cluster(server, client, engine):
    group = create_cluster(client, "glide", 2, 1, engine)
    cache = glide(group)
    try:
        for number in range(200):
            assert cache.set(f"key{number}", str(number)) == "OK"
        wait_for(lambda: all(cache.get(f"key{n}") == str(n).encode() for n in range(200)), 10, "what was written")
        assert cache.mget([f"key{number}" for number in range(10)]) == [str(n).encode() for n in range(10)]
    finally:
        cache.close()
    check_filled(cluster_client(group), 200)


def test_a_shard_fails_over_and_clients_go_on(server, client):
    group = create_cluster(client, "ha", 2, 1)
    cache, other = cluster_client(group), glide(group)
    fill(cache)
    for shard in ["ha-0001", "ha-0002"]:
        first, copy = node_of(client, f"{shard}-001"), node_of(client, f"{shard}-002")
        wait_for(lambda: copy.dbsize() == first.dbsize(), 10, "the copies")
    kill_engine(server, "ha-0001-001")
    keys = [next(f"n{n}" for n in range(10**6) if key_slot(f"n{n}".encode()) == slot) for slot in (0, 16383)]
    for key in keys:
        keeps_trying(lambda: cache.set(key, "after"), 10)
    for key in keys:
        wait_for(lambda: other.get(key) == b"after", 10, "glide's way to the new primary")
    other.close()
    check_filled(cache)
    after = wait_rest(client, "ha")
    assert role_of(node_of(client, "ha-0001-002")) == "master"
    wait_for(lambda: role_of(node_of(client, "ha-0001-001")) == "slave", 10, "the old primary's return")
    check_engines(server, after["MemberClusters"])
    wait_for(lambda: slots_match(client, after), 10, "one view of the slots")
    completed = "Failover from primary node ha-0001-001 to replica node ha-0001-002 completed"
    assert group_messages(client, "ha")[-1] == completed


def slots_match(client, group):
    try:
        check_slots(client, group)
    except (AssertionError, ValueError):
        return False
    return True


def test_a_shard_that_is_lost_comes_back_and_the_others_keep_their_keys(server, client):
    group = create_cluster(client, "half", 2, 1)
    fill(cluster_client(group))
    for cluster_id in ["half-0001-001", "half-0001-002"]:
        kill_engine(server, cluster_id)
    key = next(f"n{n}" for n in range(10**6) if key_slot(f"n{n}".encode()) == 0)
    keeps_trying(lambda: cluster_client(group).set(key, "after"), 30)
    after = wait_rest(client, "half")
    check_engines(server, after["MemberClusters"])
    wait_for(lambda: slots_match(client, after), 10, "one view of the slots")
    cache = cluster_client(after)
    found = [cache.get(f"key{number}") for number in range(500)]
    kept = [number for number in range(500) if key_slot(f"key{number}".encode()) >= 8192]
    assert [number for number, value in enumerate(found) if value is not None] == kept
    assert cache.get(key) == "after"


def test_a_cluster_that_lost_everything_is_made_anew(server, client):
    group = create_cluster(client, "ashes", 2, 0)
    fill(cluster_client(group))
    for cluster_id in group["MemberClusters"]:
        kill_engine(server, cluster_id)
    keeps_trying(lambda: fill(cluster_client(group)), 30)
    after = wait_rest(client, "ashes")
    check_engines(server, after["MemberClusters"])
    wait_for(lambda: slots_match(client, after), 10, "one view of the slots")
    check_filled(cluster_client(after))


def test_a_failover_of_a_shard_is_tested(server, client):
    group = create_cluster(client, "drill", 2, 1)
    cache = cluster_client(group)
    fill(cache)
    client.test_failover(ReplicationGroupId="drill", NodeGroupId="0002")
    wait_for(lambda: len(group_messages(client, "drill")) == 4, 20, "the failover")
    assert group_messages(client, "drill")[2:] == [
        "Test Failover API called for node group 0002",
        "Failover from primary node drill-0002-001 to replica node drill-0002-002 completed",
    ]
    after = wait_rest(client, "drill")
    check_engines(server, after["MemberClusters"])
    wait_for(lambda: slots_match(client, after), 10, "one view of the slots")
    assert role_of(node_of(client, "drill-0002-002")) == "master"
    check_filled(cache)
    owners = slots_by_port(node_of(client, "drill-0001-001"))
    assert node_endpoint(clusters_of(client, "drill")["drill-0002-002"])["Port"] in owners

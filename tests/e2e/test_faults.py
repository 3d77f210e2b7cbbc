"""What goes wrong outside of the server: it is told, nothing hangs, and it heals when the cause is gone."""

import socket
import stat
import subprocess

import pytest
import redis
from botocore.exceptions import ClientError
from conftest import connect, create, messages, wait_available, wait_for, wait_gone
from engines import docker, engine_of, kill_engine

def status(client, cluster_id):
    return client.describe_cache_clusters(CacheClusterId=cluster_id)["CacheClusters"][0]["CacheClusterStatus"]


def create_only(client, cluster_id, engine="redis"):
    client.create_cache_cluster(
        CacheClusterId=cluster_id, Engine=engine, CacheNodeType="cache.t3.micro", NumCacheNodes=1
    )


def test_a_killed_engine_is_noticed_within_a_second(server, client):
    create(client, "victim")
    kill_engine(server, "victim")
    wait_for(lambda: "Recovering cache nodes 0001" in messages(client, "victim"), 1, "the event")
    wait_for(lambda: messages(client, "victim")[-1] == "Finished recovery for cache nodes 0001", 15, "the recovery")


def test_an_engine_killed_while_the_server_is_away_is_replaced(own_server):
    server = own_server()
    client = server.client()
    cluster = create(client, "victim")
    server.kill()
    kill_engine(server, "victim")
    server.start()
    wait_for(lambda: messages(client, "victim")[-1] == "Finished recovery for cache nodes 0001", 15, "the recovery")
    again = wait_available(client, "victim")
    assert again["CacheNodes"][0]["Endpoint"] == cluster["CacheNodes"][0]["Endpoint"]
    assert connect(again).ping()


def test_engines_that_belong_to_nobody_are_removed(own_server):
    server = own_server()
    client = server.client()
    create(client, "lost")
    engine = engine_of(server, "lost")
    server.stop()
    (server.data_dir / "records.redb").unlink()
    server.start()
    assert client.describe_cache_clusters()["CacheClusters"] == []
    wait_for(lambda: not engine.is_running(), 15, "the end of the engine")


def test_an_engine_that_cannot_be_started_is_told_and_tried_again(own_server, backend, tmp_path):
    if backend == "docker":
        server = own_server("--image-redis", "cachette-test/no-such-image:1")
    else:
        programs = tmp_path / "programs"
        programs.mkdir()
        server = own_server("--engine-path", str(programs), env={"PATH": str(programs)})
    client = server.client()
    create_only(client, "hopeless")
    wait_for(lambda: status(client, "hopeless") == "incompatible-network", 30, "a status that tells")
    told = [message for message in messages(client, "hopeless") if "could not be brought up" in message]
    assert len(told) == 1 and "redis" in told[0]
    if backend == "docker":
        subprocess.run(["docker", "tag", "redis:7", "cachette-test/no-such-image:1"], check=True, timeout=30)
    else:
        (programs / "redis-server").symlink_to("/usr/bin/redis-server")
    try:
        wait_for(lambda: status(client, "hopeless") == "available", 30, "the recovery")
        assert connect(wait_available(client, "hopeless")).ping()
    finally:
        if backend == "docker":
            subprocess.run(["docker", "rmi", "cachette-test/no-such-image:1"], check=True, timeout=30)


@pytest.fixture
def burning(backend, tmp_path):
    """The flags of a server whose redis ends as soon as it is started."""
    if backend == "process":
        program = tmp_path / "redis-server"
        program.write_text(
            '#!/bin/sh\n[ "$1" = --version ] && exec /usr/bin/redis-server --version\necho the disk is on fire\nexit 3\n'
        )
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        yield ["--engine-path", str(tmp_path)]
        return
    image = "cachette-test/burning:7"
    (container,) = docker("create", "redis:7")
    docker("commit", "--change", 'ENTRYPOINT ["sh", "-c", "echo the disk is on fire; exit 3"]', container, image)
    docker("rm", container)
    yield ["--image-redis", image]
    docker("rmi", image)


def test_an_engine_that_ends_at_once_is_told_with_its_last_words(own_server, burning):
    server = own_server(*burning)
    client = server.client()
    create_only(client, "broken")
    wait_for(lambda: status(client, "broken") == "incompatible-network", 30, "a status that tells")
    assert any("the disk is on fire" in message for message in messages(client, "broken"))
    client.delete_cache_cluster(CacheClusterId="broken")
    wait_gone(client, "broken")
    server.admin("reset", {})


def test_a_version_that_is_not_here_is_replaced_and_said_or_refused(own_server):
    server = own_server()
    client = server.client()
    client.create_cache_cluster(
        CacheClusterId="old", Engine="redis", EngineVersion="6.2", CacheNodeType="cache.t3.micro", NumCacheNodes=1
    )
    cluster = wait_available(client, "old")
    assert cluster["EngineVersion"].startswith("6.2.")
    events = client.describe_events(SourceIdentifier="old", SourceType="cache-cluster")["Events"]
    assert any("redis 6.2 is not available here" in event["Message"] for event in events)
    server.admin("reset", {})
    server.stop()
    strict = own_server("--strict")
    client = strict.client()
    client.create_cache_cluster(
        CacheClusterId="old", Engine="redis", EngineVersion="6.2", CacheNodeType="cache.t3.micro", NumCacheNodes=1
    )
    wait_for(lambda: status(client, "old") == "incompatible-network", 30, "a status that tells")
    assert any("substitutes are not allowed" in message for message in messages(client, "old"))


def test_a_port_that_is_taken_is_replaced_and_said(client):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        cluster = create(client, "moved", Port=port)
        assert cluster["CacheNodes"][0]["Endpoint"]["Port"] != port
        assert connect(cluster).ping()


def test_connections_wait_while_an_engine_is_replaced(server, client):
    cluster = create(client, "patient")
    kill_engine(server, "patient")
    cache = connect(cluster, retry_on_error=[redis.ConnectionError], socket_connect_timeout=10)
    wait_for(lambda: pings(cache), 15, "an answer")


def pings(cache):
    try:
        return cache.ping()
    except redis.RedisError:
        return False


def test_a_stuck_engine_is_replaced(server, client):
    create(client, "stuck")
    engine = engine_of(server, "stuck")
    engine.freeze()
    try:
        wait_for(lambda: status(client, "stuck") != "available", 30, "a status that tells")
        wait_for(lambda: status(client, "stuck") == "available", 60, "the recovery")
        assert not engine.is_running()
    finally:
        engine.thaw()


def test_a_disk_that_is_full_is_told_and_nothing_is_kept_that_was_not_written(own_server, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "none", str(disk)], check=True)
    try:
        server = own_server("--data-dir", str(disk), "--backend", "none")
        client = server.client()
        ballast = disk / "ballast"
        made = 0
        with pytest.raises(ClientError) as refused:
            for made in range(10_000):
                if made == 10:
                    fill_up(ballast)
                make_group(client, f"group-{made}")
        assert refused.value.response["Error"]["Code"] == "InternalFailure"
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
        groups = client.get_paginator("describe_cache_parameter_groups").paginate().build_full_result()
        names = [group["CacheParameterGroupName"] for group in groups["CacheParameterGroups"]]
        assert f"group-{made - 1}" in names and f"group-{made}" not in names
        ballast.unlink()
        make_group(client, "after")
        server.kill()
        server.start()
        client.describe_cache_parameter_groups(CacheParameterGroupName=f"group-{made - 1}")
        client.describe_cache_parameter_groups(CacheParameterGroupName="after")
        server.stop()
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def fill_up(path):
    with open(path, "wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass


def make_group(client, name):
    client.create_cache_parameter_group(
        CacheParameterGroupName=name, CacheParameterGroupFamily="redis7", Description="x" * 200
    )

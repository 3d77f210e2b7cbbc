"""What goes wrong outside of the server: it is told, nothing hangs, and it heals when the cause is gone."""

import os
import signal
import socket
import stat
import subprocess

import pytest
import redis
from conftest import connect, create, messages, wait_available, wait_for, wait_gone
from engines import kill_engine

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
    engine = kill_engine(server, "lost", signal_number=0)
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


def test_an_engine_that_ends_at_once_is_told_with_its_last_words(own_server, backend, tmp_path):
    if backend == "docker":
        pytest.skip("an image whose program ends at once is the same case as a program that does")
    programs = tmp_path / "programs"
    programs.mkdir()
    broken = programs / "redis-server"
    broken.write_text('#!/bin/sh\ncase "$1" in --version) exec /usr/bin/redis-server --version;; esac\n'
                      "echo the disk is on fire; exit 3\n")
    broken.chmod(broken.stat().st_mode | stat.S_IXUSR)
    server = own_server("--engine-path", str(programs), env={"PATH": "/bin"})
    client = server.client()
    create_only(client, "broken")
    wait_for(lambda: status(client, "broken") == "incompatible-network", 30, "a status that tells")
    assert any("the disk is on fire" in message for message in messages(client, "broken"))
    client.delete_cache_cluster(CacheClusterId="broken")
    wait_gone(client, "broken")


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


def test_a_stuck_engine_is_not_called_available_for_long(server, client, backend):
    if backend == "docker":
        pytest.skip("pausing a container is not an end that Docker tells of, and is covered by the process case")
    create(client, "stuck")
    engine = kill_engine(server, "stuck", signal_number=0)
    os.kill(engine.pid, signal.SIGSTOP)
    try:
        wait_for(lambda: status(client, "stuck") != "available", 30, "a status that tells")
        wait_for(lambda: status(client, "stuck") == "available", 60, "the recovery")
    finally:
        engine.resume()

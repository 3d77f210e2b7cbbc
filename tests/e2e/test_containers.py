"""What only containers have: labels, memory limits, and no published ports."""

import json
import subprocess

import pytest
from conftest import create, wait_available
from engines import docker, engine_of, own_containers

pytestmark = pytest.mark.parametrize("backend", ["docker"], indirect=True)


def inspect(container):
    return json.loads(subprocess.check_output(["docker", "inspect", container], timeout=30))[0]


def test_containers_tell_whose_they_are_and_are_limited(server, client):
    create(client, "boxed")
    container = engine_of(server, "boxed").container
    found = inspect(container)
    assert found["Config"]["Labels"]["cachette.cache-cluster-id"] == "boxed"
    assert found["Config"]["Labels"]["cachette"]
    assert not found["HostConfig"]["PortBindings"]
    before = found["HostConfig"]["Memory"]
    assert before > 0
    client.modify_cache_cluster(CacheClusterId="boxed", CacheNodeType="cache.t3.medium", ApplyImmediately=True)
    wait_available(client, "boxed")
    assert engine_of(server, "boxed").container == container
    assert inspect(container)["HostConfig"]["Memory"] > before


def test_nothing_is_left_when_a_cluster_is_deleted(server, client):
    create(client, "gone", "memcached", 2)
    server.admin("reset", {})
    assert docker("ps", "-aq", *own_containers(server)) == []

"""The image: built from its Dockerfile, and used with and without Docker's socket, from the host and from containers."""

import itertools
import os
import re
import subprocess
import urllib.error
import urllib.request

import pytest
import redis
from conftest import BINARY, connect, create, wait_available, wait_for
from image import PUBLISHED, RANGE, SOCKET, STATE, Box, Compose, build, docker, stop, wait_healthy
from pymemcache.client.base import Client as MemcachedClient

# All that is in the image but the server itself, which is as large as its build made it. A release of it is 25 MB, and
# the whole is to stay below 80 MB.
MOST_BESIDE_SERVER = 40_000_000

numbers = itertools.count()


@pytest.fixture(scope="module")
def image():
    tag = f"cachette-test:{os.getpid()}"
    build(BINARY, tag)
    yield tag
    docker("image", "rm", "--force", tag)


@pytest.fixture
def box(image):
    box = Box(image, next(numbers))
    yield box
    box.remove()


def test_the_image_is_small_and_not_root(image):
    size = int(docker("image", "inspect", "--format", "{{.Size}}", image))
    server = docker("run", "--rm", "--entrypoint", "ls", image, "-ln", "/usr/bin/cachette").split()[4]
    assert size - int(server) < MOST_BESIDE_SERVER
    assert docker("run", "--rm", "--entrypoint", "id", image, "-u") == "999"
    settings = docker("image", "inspect", "--format", "{{json .Config.Env}}", image)
    assert f'"CACHETTE_NODE_PORTS={RANGE}"' in settings, "the range that compose.yaml publishes"


def test_all_that_the_api_says_can_be_reached_through_the_published_ports(box):
    volume = ["--volume", f"{box.volume('state')}:{STATE}"]
    ports = box.publish("4598", PUBLISHED)
    first = wait_healthy(box.run("cachette", *ports, *volume))
    client = box.client()

    one = create(client, "one")
    assert one["CacheNodes"][0]["Endpoint"] == {"Address": box.address, "Port": 16379}
    assert connect(one).set("key", "value")
    many = create(client, "many", "memcached", 2)["ConfigurationEndpoint"]
    memcached = MemcachedClient((many["Address"], many["Port"]), timeout=10)
    assert memcached.set("key", "value", noreply=False) and memcached.get("key") == b"value"
    endpoint = create_shards(client)
    assert all(16379 <= port <= 16398 for port in (many["Port"], endpoint["Port"]))
    assert write_and_read(endpoint) == list(range(50))

    # What a killed process leaves behind falls to the first one of the container, which has to see it off.
    docker("exec", first, "sh", "-c", "sleep 0.01 & exit")
    wait_for(lambda: zombies(first) == [], what="the end of zombies")

    assert stop(first) == 0, "it ended by itself, and soon"
    docker("rm", first)
    wait_healthy(box.run("cachette", *ports, *volume))
    again = wait_available(client, "one")
    assert again["CacheNodes"][0]["Endpoint"] == one["CacheNodes"][0]["Endpoint"]
    assert connect(again).get("key") is None, "engines keep data in memory, and ended with their container"
    wait_for(lambda: serves(endpoint), what="the group's recovery")
    assert write_and_read(endpoint) == list(range(50))
    # The admin API answers those who come by a published port.
    with urllib.request.urlopen(f"{box.url}/_cachette/reset", b"{}", timeout=30) as answer:
        assert answer.status == 200
    assert client.describe_cache_clusters()["CacheClusters"] == []


def test_with_the_socket_engines_are_containers_beside_it(box):
    socket = ["--volume", f"{SOCKET}:{SOCKET}"]
    denied = subprocess.run(["docker", "run", "--rm", *socket, box.image], capture_output=True, text=True, timeout=60)
    socket_group = SOCKET.stat().st_gid
    assert denied.returncode == 1 and f"--group-add {socket_group}" in denied.stderr

    ours = box.run(
        "cachette", *socket, "--group-add", socket_group, "--env", "CACHETTE_STOP_ENGINES=true",
        *box.publish("4598", PUBLISHED),
    )  # fmt: skip
    wait_healthy(ours)
    client = box.client()
    assert connect(create(client, "one")).set("key", "value")
    assert write_and_read(create_shards(client)) == list(range(50))
    engines = ["ps", "--quiet", "--filter", f"network={box.name}", "--filter", "label=cachette"]
    assert len(docker(*engines).split()) == 5
    # By the service's name, as an application in the same network does.
    ask = ["run", "--rm", "--network", box.name, "redis:7", "redis-cli", "-h", "cachette", "-p", "16379"]
    assert docker(*ask, "GET", "key") == "value"
    docker("stop", "--time", 30, ours)
    assert docker(*engines) == "", "it was asked to take them along"


def test_the_development_stack(box):
    compose = Compose("compose.yaml", box)
    wait_healthy(compose.start("cachette"))
    app = compose.start("app")
    assert visit(box, app) == "visit 1\n"
    assert visit(box, app) == "visit 2\n"
    assert re.search(r"counting visits in cachette:16[34]\d\d\b", docker("logs", app))


def test_the_stack_for_ci(box):
    compose = Compose("compose.ci.yaml", box)
    wait_healthy(compose.start("cachette"))
    tests = compose.start("tests")
    assert docker("wait", tests) == "0"
    assert re.fullmatch(r"there is a cache at \('cachette', 16[34]\d\d\)", docker("logs", tests))


def zombies(container):
    """The processes of a container that have ended and that nobody has seen off."""
    listed = docker("exec", container, "sh", "-c", "cat /proc/[0-9]*/stat 2>/dev/null || true")
    return re.findall(r"^\d+ \(.*\) Z .*$", listed, re.MULTILINE)


def create_shards(client):
    """The configuration endpoint of a new group of two shards."""
    client.create_replication_group(
        ReplicationGroupId="shards",
        ReplicationGroupDescription="two shards",
        Engine="valkey",
        CacheNodeType="cache.t3.micro",
        CacheParameterGroupName="default.valkey8.cluster.on",
        NumNodeGroups=2,
        ReplicasPerNodeGroup=1,
        AutomaticFailoverEnabled=True,
    )
    return wait_for(lambda: group(client).get("ConfigurationEndpoint"), what="the group's endpoint")


def group(client):
    """The group, with its endpoint only once it is available."""
    found = client.describe_replication_groups(ReplicationGroupId="shards")["ReplicationGroups"][0]
    if found["Status"] != "available":
        found.pop("ConfigurationEndpoint", None)
    return found


def write_and_read(endpoint):
    cluster = redis.RedisCluster(endpoint["Address"], endpoint["Port"], socket_timeout=10)
    for number in range(50):
        cluster.set(f"key{number}", number)
    return [int(cluster.get(f"key{number}")) for number in range(50)]


def serves(endpoint):
    try:
        return bool(write_and_read(endpoint))
    except (redis.RedisError, redis.exceptions.RedisClusterException):
        return False


def visit(box, app):
    def page():
        try:
            with urllib.request.urlopen(f"http://{box.address}:8000", timeout=10) as answer:
                return answer.read().decode()
        except (OSError, urllib.error.URLError):
            running = docker("inspect", "--format", "{{.State.Running}}", app)
            assert running == "true", docker("logs", app)
            return None

    return wait_for(page, what="the application's answer")

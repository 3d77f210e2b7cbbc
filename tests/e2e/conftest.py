"""A real server with real engines, once for each backend, and the clients that people use."""

import datetime
import json
import os
import pathlib
import shutil
import socket
import subprocess
import time
import urllib.request

import boto3
import botocore.config
import pytest
import redis

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("CACHETTE_BINARY", ROOT / "target" / "debug" / "cachette"))
BACKENDS = os.environ.get("CACHETTE_TEST_BACKENDS", "process docker").split()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(condition, seconds=30, what="the condition"):
    """Answers the first true value of `condition`, or fails after a time limit."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"{what} did not come about in {seconds} s"
        time.sleep(0.01)


class Server:
    """A server process. It can be stopped, killed and started again on the same data."""

    def __init__(self, backend, data_dir, *flags, env=None, listen="127.0.0.1"):
        self.backend = backend
        self.data_dir = data_dir
        self.flags = flags
        self.port = free_port()
        self.listen = listen
        self.url = f"http://127.0.0.1:{self.port}"
        self.env = {**os.environ, "CACHETTE_LOG": "info,cachette=debug", **(env or {})}
        self.process = None
        self.log = open(data_dir.parent / f"{data_dir.name}.log", "ab")

    def start(self):
        settings = {"--listen": f"{self.listen}:{self.port}", "--backend": self.backend, "--data-dir": self.data_dir}
        flags = [word for flag in settings.items() if flag[0] not in self.flags for word in flag]
        command = [BINARY, "serve", *flags, *self.flags]
        self.process = subprocess.Popen(
            command, env=self.env, stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL
        )
        wait_for(self.answers, what="the server's first answer")
        return self

    def advance_to_noon(self):
        """Moves the clock to a time of day at which no maintenance window is open that the default region gives, unless it
        is about that time."""
        now = datetime.datetime.fromisoformat(self.admin("health")["time"])
        noon = now.replace(hour=12, minute=0, second=0, microsecond=0)
        if now.hour != noon.hour:
            self.admin("clock/advance", {"seconds": (noon - now).total_seconds() % 86400})

    def answers(self):
        assert self.process.poll() is None, "the server ended: " + self.log_text()[-2000:]
        try:
            return self.admin("health")["status"] == "ok"
        except OSError:
            return False

    def admin(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(f"{self.url}/_cachette/{path}", data, timeout=90) as answer:
            return json.load(answer)

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)

    def kill(self):
        self.process.kill()
        self.process.wait(30)

    def log_text(self):
        return pathlib.Path(self.log.name).read_text(errors="replace")

    def client(self, region="us-east-1", account="000000000000", host="127.0.0.1"):
        return boto3.client(
            "elasticache",
            endpoint_url=f"http://{host}:{self.port}",
            region_name=region,
            aws_access_key_id=account,
            aws_secret_access_key="any",
            config=botocore.config.Config(retries={"total_max_attempts": 1}),
        )

    def aws(self, *arguments, check=True):
        """Runs the AWS CLI and answers what it printed, as data."""
        done = subprocess.run(
            ["aws", "--endpoint-url", self.url, "--region", "us-east-1", "--output", "json", "elasticache", *arguments],
            env={**os.environ, "AWS_ACCESS_KEY_ID": "000000000000", "AWS_SECRET_ACCESS_KEY": "any"},
            capture_output=True,
            text=True,
            timeout=60,
        )
        if check:
            assert done.returncode == 0, done.stderr
            return json.loads(done.stdout) if done.stdout.strip() else None
        return done


@pytest.fixture(scope="session", params=BACKENDS)
def backend(request):
    return request.param


@pytest.fixture(scope="session")
def shared_server(backend, tmp_path_factory):
    server = Server(backend, tmp_path_factory.mktemp("server") / backend).start()
    yield server
    server.admin("reset", {})
    server.stop()


@pytest.fixture
def server(shared_server):
    """A server without resources, at noon. It is shared, and emptied after each test."""
    shared_server.advance_to_noon()
    yield shared_server
    shared_server.admin("reset", {})


@pytest.fixture
def own_server(backend, tmp_path):
    """Makes servers for tests that stop, kill or configure them."""
    servers = []

    def make(*flags, **more):
        server = Server(backend, tmp_path / f"data{len(servers)}", *flags, **more).start()
        servers.append(server)
        return server

    yield make
    for server in servers:
        if server.process.poll() is not None:
            server.start()
        server.admin("reset", {})
        server.stop()
        shutil.rmtree(server.data_dir, ignore_errors=True)


@pytest.fixture
def client(server):
    return server.client()


def wait_available(client, cluster_id, seconds=60):
    """Polls faster than boto3's waiter does, and fails on the statuses on which that one fails."""

    def available():
        cluster = client.describe_cache_clusters(CacheClusterId=cluster_id, ShowCacheNodeInfo=True)["CacheClusters"][0]
        status = cluster["CacheClusterStatus"]
        assert status not in ("deleted", "deleting", "incompatible-network", "restore-failed"), status
        return cluster if status == "available" else None

    return wait_for(available, seconds, f"{cluster_id} available")


def wait_gone(client, cluster_id, seconds=60):
    def gone():
        try:
            client.describe_cache_clusters(CacheClusterId=cluster_id)
        except client.exceptions.CacheClusterNotFoundFault:
            return True
        return False

    wait_for(gone, seconds, f"{cluster_id} gone")


def create(client, cluster_id, engine="redis", nodes=1, **more):
    client.create_cache_cluster(
        CacheClusterId=cluster_id, Engine=engine, CacheNodeType="cache.t3.micro", NumCacheNodes=nodes, **more
    )
    return wait_available(client, cluster_id)


def connect(cluster, **more):
    """A client of a cluster's first node."""
    endpoint = cluster["CacheNodes"][0]["Endpoint"]
    return redis.Redis(endpoint["Address"], endpoint["Port"], socket_timeout=10, **more)


def messages(client, cluster_id):
    """The messages of a cluster's events, oldest first, but for those that tell of another engine version."""
    events = client.describe_events(SourceIdentifier=cluster_id, SourceType="cache-cluster")["Events"]
    return [event["Message"] for event in reversed(events) if " is not available here" not in event["Message"]]

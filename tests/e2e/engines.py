"""Finds the engines behind a cluster, whatever runs them."""

import collections
import json
import os
import pathlib
import re
import signal
import subprocess

from conftest import wait_for


class ProcessEngine:
    def __init__(self, pid):
        self.pid = pid
        self.started = self.start_time()

    def start_time(self):
        try:
            return pathlib.Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()[19]
        except OSError:
            return None

    def is_running(self):
        return self.start_time() == self.started

    def kill(self):
        os.kill(self.pid, signal.SIGKILL)

    def freeze(self):
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self):
        if self.is_running():
            os.kill(self.pid, signal.SIGCONT)


class ContainerEngine:
    def __init__(self, container):
        self.container = container

    def is_running(self):
        return self.container in docker("ps", "-q")

    def kill(self):
        docker("kill", self.container)

    def freeze(self):
        docker("pause", self.container)

    def thaw(self):
        if self.is_running():
            docker("unpause", self.container)


def docker(*arguments):
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=True, timeout=30)
    return done.stdout.split()


def own_containers(server):
    """The filter of Docker that leaves out containers of other servers, whose clusters may have the same names."""
    name = json.loads((server.data_dir / "instance.json").read_text())["name"]
    return "--filter", f"label=cachette={name}"


def running_engines(server):
    """How many engines each cluster has, those that have ended but are not removed among them."""
    if server.backend == "docker":
        template = '{{.Label "cachette.cache-cluster-id"}}'
        return collections.Counter(docker("ps", "-a", *own_containers(server), "--format", template))
    found = collections.Counter()
    for process in pathlib.Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                folder = os.readlink(process / "cwd")
            except OSError:
                continue
            if folder.startswith(f"{server.data_dir}/"):
                found[re.search(r"([^/]*)-0001-[^/]*$", folder)[1]] += 1
    return found


def check_engines(server, cluster_ids):
    """There comes to be one engine for each of these clusters, and no other."""
    expected = collections.Counter(cluster_ids)
    try:
        wait_for(lambda: running_engines(server) == expected, 15, "the end of superfluous engines")
    except AssertionError:
        assert running_engines(server) == expected


def engine_of(server, cluster_id):
    """The engine of a cluster's first node."""
    if server.backend == "docker":
        label = f"label=cachette.cache-cluster-id={cluster_id}"
        containers = docker("ps", "-q", *own_containers(server), "--filter", label)
        assert len(containers) == 1, containers
        return ContainerEngine(containers[0])
    for process in pathlib.Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                folder = os.readlink(process / "cwd")
            except OSError:
                continue
            if folder.startswith(f"{server.data_dir}/") and f"/{cluster_id}-0001-" in folder:
                return ProcessEngine(int(process.name))
    raise AssertionError("no engine found")


def kill_engine(server, cluster_id):
    """Ends a cluster's engine the hard way, as a crash would."""
    engine_of(server, cluster_id).kill()

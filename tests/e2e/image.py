"""Builds the image from what this machine has, and runs it as its users do: by hand, and as the compose files say."""

import json
import os
import pathlib
import shlex
import subprocess
import sys

import boto3
import botocore.config
import yaml
from conftest import ROOT, wait_for

SOCKET = pathlib.Path("/var/run/docker.sock")
STATE = "/var/lib/cachette"

# The ports of endpoints in the image, and those that are published in tests: each takes Docker a while.
RANGE = "16379-16478"
PUBLISHED = "16379-16398"


def docker(*arguments, check=True, timeout=60):
    """What Docker printed."""
    done = subprocess.run(["docker", *map(str, arguments)], capture_output=True, text=True, timeout=timeout)
    assert not check or done.returncode == 0, f"docker {shlex.join(map(str, arguments))}: {done.stderr}"
    return done.stdout.strip()


def build(program, tag):
    command = [ROOT / "docker" / "build-local-image.sh", program, tag]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=180)
    assert done.returncode == 0, done.stdout + done.stderr


class Box:
    """What one test starts. Everything in it has names of its own, and ports are published at an address of its own, so
    that neither meets those of others on this machine."""

    def __init__(self, image, number):
        self.image = image
        self.name = f"cachette-test-{os.getpid()}-{number}"
        self.address = f"127.{100 + number}.{os.getpid() >> 8 & 255}.{os.getpid() & 255}"
        self.url = f"http://{self.address}:4598"
        self.containers, self.volumes = [], []
        self.network = docker("network", "create", self.name)

    def run(self, service, *options, image=None, command=()):
        """Starts a container that the others find by the name of the service, and answers its own name."""
        name = f"{self.name}-{service}-{len(self.containers)}"
        where = ["--network", self.name, "--network-alias", service]
        self.containers.append(name)
        docker("run", "--detach", "--name", name, *where, *options, image or self.image, *command)
        return name

    def publish(self, *ports):
        return [word for port in ports for word in ("--publish", f"{self.address}:{port}:{port}")]

    def volume(self, name):
        self.volumes.append(f"{self.name}-{name}")
        return self.volumes[-1]

    def client(self):
        return boto3.client(
            "elasticache",
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id="000000000000",
            aws_secret_access_key="any",
            config=botocore.config.Config(retries={"total_max_attempts": 1}),
        )

    def remove(self):
        for container in self.containers:
            docker("rm", "--force", "--volumes", container, check=False)
        for engine in docker("ps", "--all", "--quiet", "--filter", f"network={self.name}").split():
            docker("rm", "--force", "--volumes", engine, check=False)
        for volume in self.volumes:
            docker("volume", "rm", "--force", volume, check=False)
        docker("network", "rm", self.name, check=False)


def wait_healthy(container):
    def healthy():
        state = json.loads(docker("inspect", "--format", "{{json .State}}", container))
        assert state["Running"], docker("logs", container)
        return state["Health"]["Status"] == "healthy"

    wait_for(healthy, 60, what=f"{container} healthy")
    return container


def stop(container):
    """Stops it as users do, with less patience, and answers how it ended: with 137 when it had to be killed."""
    docker("stop", "--time", 3, container)
    return int(docker("inspect", "--format", "{{.State.ExitCode}}", container))


class Compose:
    """A compose file, whose services are started one by one: by what docker-compose would make of those of its settings
    that are in use here. Any other is an error."""

    def __init__(self, name, box):
        self.folder = ROOT / "docker"
        self.file = yaml.safe_load((self.folder / name).read_text())
        self.box = box

    def start(self, name):
        service = dict(self.file["services"][name])
        options, command = [], service.pop("command", ())
        for other, needs in service.pop("depends_on", {}).items():
            assert other in self.file["services"] and needs == {"condition": "service_healthy"}
        for variable, value in service.pop("environment", {}).items():
            options += ["--env", f"{variable}={value}"]
        for port in service.pop("ports", ()):
            address, outside, inside = port.split(":")
            assert address == "127.0.0.1" and outside == inside, "published to this machine only, under the same number"
            options += self.box.publish(PUBLISHED if inside == RANGE else inside)
        for volume in service.pop("volumes", ()):
            source, target = volume.split(":")
            assert source in self.file["volumes"]
            options += ["--volume", f"{self.box.volume(source)}:{target}"]
        for folder in service.pop("tmpfs", ()):
            options += ["--tmpfs", folder]
        if folder := service.pop("working_dir", None):
            options += ["--workdir", folder]
        build = service.pop("build")
        if build == "app":
            service.pop("image", None)
            more, command = self.python(command)
        else:
            assert build == {"context": "..", "dockerfile": "docker/Dockerfile"} and service.pop("image") == "cachette"
            more = []
        assert not service, f"settings that this test does not know: {service}"
        return self.box.run(name, *options, *more, command=command)

    def python(self, command):
        """The application with this machine's Python and clients in place of an image with its own, which cannot be
        pulled here."""
        command = command or ["python", "/app.py"]
        assert command[0] == "python"
        # At the same paths: what Python is made of has links between them.
        folders = {"/usr", sys.prefix, sys.base_prefix, os.path.realpath(sys.prefix)}
        mounts = [f"{folder}:{folder}:ro" for folder in folders if folder == "/usr" or not folder.startswith("/usr/")]
        mounts.append(f"{self.folder / 'app' / 'app.py'}:/app.py:ro")
        options = [word for mount in mounts for word in ("--volume", mount)]
        return [*options, "--user", "root", "--no-healthcheck", "--entrypoint", sys.executable], command[1:]

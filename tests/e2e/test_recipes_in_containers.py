"""The recipes that need the image: done as they are written, with an image that was built here."""

import os
import re
import socket
import subprocess

import pytest
import yaml
from conftest import BINARY, ROOT, wait_for
from recipes.reader import Reader

FOLDER = ROOT / "docs" / "recipes"


@pytest.fixture(scope="module")
def image():
    """The name of the image. `CACHETTE_TEST_IMAGE` names one that is there, so that none has to be built."""
    if given := os.environ.get("CACHETTE_TEST_IMAGE"):
        yield given
        return
    local = pytest.importorskip("image", reason="there is no image of Cachette to be built yet")
    tag = f"cachette-recipes:{os.getpid()}"
    local.build(BINARY, tag)
    yield tag
    docker("image", "rm", "--force", tag)


def docker(*arguments):
    done = subprocess.run(["docker", *map(str, arguments)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def free_range(length):
    """The first of so many ports that are all free."""
    for first in range(20000 + os.getpid() % 1000 * 10, 32000, length):
        try:
            for port in range(first, first + length):
                with socket.socket() as probe:
                    probe.bind(("0.0.0.0", port))
        except OSError:
            continue
        return first
    raise AssertionError("there are not so many free ports in a row")


def test_testcontainers(image, tmp_path):
    first = free_range(10)
    stands_for = {'"cachette"': f'"{image}"', "16379, 16389": f"{first}, {first + 10}"}
    # The container of Testcontainers that cleans up after tests which break off cannot be pulled here.
    Reader(tmp_path, stands_for, TESTCONTAINERS_RYUK_DISABLED="true").follow(FOLDER / "testcontainers.md")


def test_a_service_in_github_actions(image, tmp_path):
    """What the runner does: it starts the services as they are described, waits until they are healthy, and runs the
    steps on the host."""
    first = free_range(11)
    api = first + 10
    reader = Reader(tmp_path, {"16379-16388": f"{first}-{first + 9}", "4598:4598": f"{api}:4598", ":4598\n": f":{api}\n"})
    # Its checkout has the program of another recipe.
    reader.save(FOLDER / "python.md")
    reader.follow(FOLDER / "github-actions.md")
    job = yaml.safe_load((reader.home / ".github" / "workflows" / "test.yaml").read_text())["jobs"]["test"]
    (service,) = job["services"].values()
    options = [word for port in service["ports"] for word in ("--publish", port)]
    options += [word for name, value in service["env"].items() for word in ("--env", f"{name}={value}")]
    container = docker("run", "--rm", "--detach", *options, *service["options"].split(), image)
    try:
        wait_for(lambda: docker("inspect", "--format", "{{.State.Health.Status}}", container) == "healthy", 60, "health")
        steps = [step["run"] for step in job["steps"] if "run" in step]
        assert steps.pop(0) == "pip install boto3 redis", "which are installed"
        assert reader.type(steps, **job["env"]) == (0, "hello\ndeleted\n")
    finally:
        docker("rm", "--force", "--volumes", container)


def test_the_stacks_are_those_of_the_recipe():
    """They are run in the tests of the image; here they are to be what the recipe says, command by command."""
    files = re.findall(r"docker/compose[a-z.]*\.yaml", (FOLDER / "docker-compose.md").read_text())
    stacks = {name: ROOT / name for name in files}
    if not all(stack.exists() for stack in stacks.values()):
        pytest.skip("the stacks are not there yet")
    told = "\n".join(stack.read_text() for stack in stacks.values())
    commands = re.findall(r"^docker compose .* (?:up|run) .*$", (FOLDER / "docker-compose.md").read_text(), re.MULTILINE)
    assert len(commands) == 2
    for command in commands:
        assert f"#   {command}" in told, command

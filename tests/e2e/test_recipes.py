"""Every recipe of `docs/recipes`, and the README's first cache, done as they are written."""

import re
import tomllib

import pytest
from conftest import BINARY, ROOT, Server, free_port, wait_for
from recipes.reader import Reader
from recipes.terraform import Configuration
from test_notifications import Services

FOLDER = ROOT / "docs" / "recipes"
PAGES = sorted(page.stem for page in FOLDER.glob("*.md") if page.stem != "README")

#: Those that need more than a server that runs, each with a test of its own; those in containers are in
#: `test_recipes_in_containers.py`.
OTHERS = "ansible docker-compose github-actions localstack pytest rust terraform testcontainers".split()


@pytest.fixture(scope="module")
def running_server(tmp_path_factory):
    """A server for the recipes, as a reader has it after the README."""
    server = Server("process", tmp_path_factory.mktemp("recipes") / "data").start()
    yield server
    server.admin("reset", {})
    server.stop()


@pytest.fixture
def reader(running_server, tmp_path):
    """Somebody who cleans up after himself."""
    yield Reader(tmp_path, {4598: running_server.port})
    try:
        wait_for(lambda: not any(running_server.admin("resources").values()), what="the clean-up")
    finally:
        running_server.admin("reset", {})


@pytest.fixture(scope="module")
def localstack():
    """moto's server, in the place of LocalStack."""
    services = Services()
    yield services
    services.stop()


def test_the_list_of_recipes_is_complete():
    listed = re.findall(r"\]\(([a-z0-9-]+)\.md\)", (FOLDER / "README.md").read_text())
    assert sorted(listed) == PAGES
    assert set(OTHERS) < set(PAGES)


def test_the_readme_leads_to_a_first_cache(reader):
    reader.follow(ROOT / "README.md", only="## A first cache")


@pytest.mark.parametrize("name", [name for name in PAGES if name not in OTHERS])
def test_a_recipe_does_what_it_says(reader, name):
    reader.follow(FOLDER / f"{name}.md")


def test_a_fixture_of_pytest(tmp_path):
    Reader(tmp_path, {4598: free_port()}).follow(FOLDER / "pytest.md")


def test_localstack_next_to_it(localstack, tmp_path):
    Reader(tmp_path, {4598: free_port(), 4566: localstack.port}).follow(FOLDER / "localstack.md")


def test_ansible(reader, localstack):
    reader.stands_for[4566] = localstack.port
    reader.follow(FOLDER / "ansible.md")


def test_rust(reader):
    """To build the SDK takes minutes, so cargo is played by the same program, which was built with the other tests."""
    (reader.programs / "cargo").symlink_to(BINARY.parent / "examples" / "first_cache")
    reader.follow(FOLDER / "rust.md")
    example = (ROOT / "examples" / "first_cache.rs").read_text()
    assert example.endswith("\n\n" + (reader.home / "src" / "main.rs").read_text())
    asked = tomllib.loads((reader.home / "Cargo.toml").read_text())
    ours = tomllib.loads((ROOT / "Cargo.toml").read_text())
    assert asked["package"]["edition"] == ours["package"]["edition"]
    for name, wanted in asked["dependencies"].items():
        known = [ours[kind][name] for kind in ("dependencies", "dev-dependencies") if name in ours[kind]]
        assert known[0]["version"].startswith(wanted["version"] + "."), name
        assert set(wanted["features"]) <= {feature for one in known for feature in one["features"]} | {"rt"}, name


def test_terraform(reader):
    reader.follow(FOLDER / "terraform.md")
    (group,) = Configuration((reader.home / "main.tf").read_text()).groups()
    group.create()
    try:
        assert group.plan() == {}
    finally:
        group.delete()

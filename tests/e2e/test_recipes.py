"""Every recipe of `docs/recipes`, and the README's first cache, done as they are written."""

import re

import pytest
from conftest import ROOT, Server, free_port, wait_for
from recipes.reader import Reader
from test_notifications import Services

FOLDER = ROOT / "docs" / "recipes"
PAGES = sorted(page.stem for page in FOLDER.glob("*.md") if page.stem != "README")

#: Those that start a server themselves, in a test of their own.
OWN = ("ansible", "localstack", "pytest")


@pytest.fixture(scope="module")
def running_server(tmp_path_factory):
    """A server for the recipes, as a reader has it after the README."""
    server = Server("process", tmp_path_factory.mktemp("recipes") / "data").start()
    yield server
    server.admin("reset", {})
    server.stop()


@pytest.fixture
def reader(running_server, tmp_path):
    yield Reader(tmp_path, {4598: running_server.port})
    running_server.admin("reset", {})


def is_empty(server):
    return not any(server.admin("resources").values())


@pytest.mark.parametrize("name", [name for name in PAGES if name not in OWN])
def test_a_recipe_does_what_it_says(running_server, reader, name):
    reader.follow(FOLDER / f"{name}.md")
    wait_for(lambda: is_empty(running_server), what="the end of everything: a recipe ends with the clean-up")


def test_a_fixture_of_pytest(tmp_path):
    Reader(tmp_path, {4598: free_port()}).follow(FOLDER / "pytest.md")


@pytest.fixture(scope="module")
def localstack():
    """moto's server, in the place of LocalStack."""
    services = Services()
    yield services
    services.stop()


def test_localstack_next_to_it(localstack, tmp_path):
    Reader(tmp_path, {4598: free_port(), 4566: localstack.port}).follow(FOLDER / "localstack.md")


def test_ansible(running_server, reader, localstack):
    reader.ports[4566] = localstack.port
    reader.follow(FOLDER / "ansible.md")
    wait_for(lambda: is_empty(running_server), what="the end of everything")


def test_the_readme_leads_to_a_first_cache(reader):
    reader.follow(ROOT / "README.md", only="## A first cache")


def test_the_list_of_recipes_is_complete():
    listed = re.findall(r"\]\(([a-z0-9-]+)\.md\)", (FOLDER / "README.md").read_text())
    assert sorted(listed) == PAGES

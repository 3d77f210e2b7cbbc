"""The console's live elements in a real Chromium, and what they ask the server for."""

import json
import pathlib
import subprocess
import time
import urllib.error
import urllib.parse

import pytest
from conftest import Server, connect, create, wait_for

FOLDER = pathlib.Path(__file__).parent / "console"


@pytest.fixture
def server(tmp_path):
    server = Server("process", tmp_path / "data", "--metrics-interval", "1").start()
    yield server
    if server.process.poll() is not None:
        server.start()
    server.admin("reset", {})
    server.stop()


@pytest.fixture
def page(server):
    """A browser with a page of the server, and what it prints."""
    page = subprocess.Popen(
        ["node", "live.mjs", server.url],
        cwd=FOLDER,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield page
    page.kill()
    page.communicate()


def test_a_page_shows_what_happens_as_it_happens(server, page):
    line = page.stdout.readline()
    assert line, page.stderr.read()
    seen = json.loads(line)
    assert (seen["problems"], seen["violations"], seen["outside"]) == ([], [], [])
    assert seen["delay"] < 2000, "milliseconds from the event to the page"
    assert seen["rows"] >= 2, "a table has the values, for those who do not see the line"
    assert ":" in seen["pointed"], "the time and the value that the arrow keys lead to"
    assert seen["asked"] == 1, "charts ask together"

    # A page that is open does not hold up the server's end, and finds the next one by itself.
    began = time.monotonic()
    server.stop()
    assert time.monotonic() - began < 5
    server.start()
    page.stdin.write("\n")
    page.stdin.flush()
    assert page.wait(40) == 0, page.stderr.read()


def test_logs_are_read_to_their_end_and_on_without_what_commands_were_about(own_server):
    server = own_server()
    client = server.client()
    client.create_cache_parameter_group(
        CacheParameterGroupName="slow", CacheParameterGroupFamily="redis7", Description="for a test"
    )
    values = [{"ParameterName": "slowlog-log-slower-than", "ParameterValue": "0"}]
    client.modify_cache_parameter_group(CacheParameterGroupName="slow", ParameterNameValues=values)
    cluster = create(client, "mine", CacheParameterGroupName="slow")

    def log(kind, after=None):
        query = {"cluster": "mine", "node": "0001", "kind": kind} | ({"after": after} if after else {})
        return server.admin("console/api/logs?" + urllib.parse.urlencode(query))

    def say(name):
        with connect(cluster, client_name=name) as cache:
            cache.set("key of mine", "secret of mine")

    first = wait_for(lambda: (told := log("engine-log"))["lines"] and told, what="the engine's log")
    assert not first["follows"] and any("Ready to accept" in line for line in first["lines"])
    again = log("engine-log", first["next"])
    assert again["follows"] and again["lines"] == []

    say("first")
    told = log("slow-log")
    assert any("SET ... (2 more arguments)" in line and "(first)" in line for line in told["lines"]), told
    say("second")
    more = log("slow-log", told["next"])
    assert more["follows"] and not any("(first)" in line for line in more["lines"])
    assert any("(second)" in line for line in more["lines"])
    text = json.dumps([told, more])
    assert "of mine" not in text and "cachette" not in text, "neither what was said, nor the server's own connections"

    # Another engine has another log.
    client.reboot_cache_cluster(CacheClusterId="mine", CacheNodeIdsToReboot=["0001"])

    def renewed():
        try:
            told = log("engine-log", first["next"])
        except urllib.error.HTTPError as error:
            assert error.code == 409
            return None
        return None if told["follows"] else told

    assert wait_for(renewed, what="the log of the next engine")["next"] != first["next"]

"""The console, as people use it: in a real Chromium, with real engines behind it."""

import pathlib
import subprocess

import pytest
from conftest import ROOT, wait_for

FOLDER = pathlib.Path(__file__).parent / "console"

# Kept for those who want to see what the tests saw.
SCREENSHOTS = ROOT / "target" / "console-screenshots"

pytestmark = pytest.mark.parametrize("backend", ["process"], indirect=True)


def tell(story, server, *more):
    """Has Chromium go through a story."""
    command = ["node", story, server.url, SCREENSHOTS, *more]
    done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]


def test_the_life_of_a_group_by_clicks(server):
    tell("group.mjs", server)


def test_every_page_for_everybody(server, client):
    stranger = "<img src=x onerror=alert(1)>"
    client.create_cache_parameter_group(
        CacheParameterGroupName="tuned", CacheParameterGroupFamily="valkey8", Description=stranger
    )
    client.create_replication_group(
        ReplicationGroupId="shop",
        ReplicationGroupDescription=stranger,
        Engine="valkey",
        CacheNodeType="cache.t4g.micro",
        NumNodeGroups=2,
        ReplicasPerNodeGroup=1,
        Tags=[{"Key": stranger, "Value": stranger}],
    )
    client.create_user(
        UserId="ida",
        UserName="ida",
        Engine="redis",
        AccessString="on ~* +@all",
        Passwords=["a-password-of-a-user-1"],
    )
    wait_for(
        lambda: client.describe_replication_groups()["ReplicationGroups"][0]["Status"] == "available",
        60,
        "the group available",
    )
    tell("pages.mjs", server)


def test_signed_requests(own_server):
    secret = "a/secret+key"
    server = own_server("--auth", "sigv4", "--credentials", f"AKIDCONSOLE:{secret}")
    tell("keys.mjs", server, "AKIDCONSOLE", secret)

"""The SDK and a Redis client for JavaScript."""

import json
import pathlib
import subprocess

from security import ca_file

FOLDER = pathlib.Path(__file__).parent / "javascript"


def test_an_encrypted_cluster_with_users(server, tmp_path):
    command = ["node", "security.mjs", server.url, ca_file(server, tmp_path)]
    done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["users"] == ["ida", "nobody"] and seen["whoami"] == "ida"
    assert seen["kept"] and seen["shards"] == 2
    assert "uthentication required" in seen["stranger"]
    assert seen["suspicious"] != "connected", "the authority is not known there"

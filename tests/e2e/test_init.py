"""What is to be there from the start: made once, waited for, and written down again."""

import json
import os
import subprocess

import pytest
import redis
from conftest import BINARY, connect, wait_for

PASSWORD = "a-password-of-some-length"

INIT = """
# What the application needs.
- CreateCacheParameterGroup: {CacheParameterGroupName: lru, CacheParameterGroupFamily: redis7, Description: forgets}
- ModifyCacheParameterGroup:
    CacheParameterGroupName: lru
    ParameterNameValues: [{ParameterName: maxmemory-policy, ParameterValue: allkeys-lru}]
- CreateUser:
    UserId: app
    UserName: default
    Engine: redis
    AccessString: on ~* +@all
    AuthenticationMode: {Type: password, Passwords: ["${APP_PASSWORD}"]}
- CreateUserGroup: {UserGroupId: apps, Engine: redis, UserIds: [app]}
- CreateReplicationGroup:
    ReplicationGroupId: sessions
    ReplicationGroupDescription: who is logged in
    Engine: redis
    CacheNodeType: cache.t3.micro
    NumCacheClusters: 2
    AutomaticFailoverEnabled: true
    TransitEncryptionEnabled: true
    UserGroupIds: [apps]
- CreateCacheCluster:
    CacheClusterId: pages
    Engine: redis
    CacheNodeType: cache.t3.micro
    CacheParameterGroupName: lru
# Has to wait for the cluster.
- CreateSnapshot: {CacheClusterId: pages, SnapshotName: empty}
- CreateCacheCluster: {CacheClusterId: copy, Engine: redis, CacheNodeType: cache.t3.micro, SnapshotName: empty}
"""


def cachette(*arguments, **env):
    return subprocess.run(
        [BINARY, *arguments], env={**os.environ, **env}, capture_output=True, text=True, timeout=180
    )


def wait(server, *arguments):
    waited = cachette("wait", "--url", server.url, "--timeout", "2m", *arguments)
    assert waited.returncode == 0, waited.stderr
    return waited


def without_comments(text):
    return [line for line in text.splitlines() if not line.startswith("#")]


def ids(server):
    client = server.client()
    clusters = client.describe_cache_clusters()["CacheClusters"]
    return {cluster["CacheClusterId"]: cluster["CacheClusterCreateTime"] for cluster in clusters}


def test_what_is_asked_for_is_there_from_the_start(own_server, backend, tmp_path):
    if backend != "process":
        pytest.skip("engines come up the same way whatever asks for them")
    files = tmp_path / "init"
    files.mkdir()
    (files / "10-caches.yaml").write_text(INIT)
    server = own_server("--init", str(files), env={"APP_PASSWORD": PASSWORD})
    wait(server)
    client = server.client()
    made = ids(server)
    assert sorted(made) == ["copy", "pages", "sessions-001", "sessions-002"]
    assert PASSWORD not in server.log_text()
    pages = connect(client.describe_cache_clusters(CacheClusterId="pages", ShowCacheNodeInfo=True)["CacheClusters"][0])
    assert pages.info("memory")["maxmemory_policy"] == "allkeys-lru"
    pages.set("kept", "yes")
    group = client.describe_replication_groups(ReplicationGroupId="sessions")["ReplicationGroups"][0]
    endpoint = group["NodeGroups"][0]["PrimaryEndpoint"]
    session = redis.Redis(
        endpoint["Address"], endpoint["Port"], password=PASSWORD, ssl=True, ssl_cert_reqs="none", socket_timeout=10
    )
    assert session.set("user", "1")

    # Again, with one thing more: what was there stays as it is, also what was deleted since.
    client.delete_cache_cluster(CacheClusterId="copy")
    wait_for(lambda: "copy" not in ids(server), what="copy gone")
    del made["copy"]
    server.stop()
    (files / "20-more.json").write_text(
        json.dumps([{"CreateCacheCluster": dict(CacheClusterId="more", Engine="memcached", CacheNodeType="cache.t3.micro")}])
    )
    server.start()
    wait(server)
    again = ids(server)
    assert again.pop("more") and again == made
    assert pages.get("kept") == b"yes"

    # What there is, as a file, makes the same on another server.
    exported = cachette("export", "--url", server.url)
    assert exported.returncode == 0, exported.stderr
    assert "${CACHETTE_PASSWORD_US_EAST_1_APP}" in exported.stdout and PASSWORD not in exported.stdout
    server.stop()
    written = tmp_path / "exported.yaml"
    written.write_text(exported.stdout)
    other = own_server("--init", str(written), env={"CACHETTE_PASSWORD_US_EAST_1_APP": PASSWORD})
    wait(other)
    assert sorted(ids(other)) == ["more", "pages", "sessions-001", "sessions-002"]
    # That snapshots stayed behind is told in a comment.
    assert without_comments(cachette("export", "--url", other.url).stdout) == without_comments(exported.stdout)


def test_a_broken_file_ends_the_start_and_leaves_nothing_behind(tmp_path):
    data, file = tmp_path / "data", tmp_path / "init.yaml"
    for content, expected in [
        (
            "- CreateCacheCluster:\n    CacheClusterId: a\n    Enigne: redis\n",
            f"{file}:3: CreateCacheCluster: there is no parameter Enigne; did you mean Engine?",
        ),
        ("- CreateUser: {UserId: a}\n- }", f"{file}:2: "),
        (
            "- CreateUser:\n    Passwords: ['${NOT_SET_HERE}']",
            f"{file}:2: CreateUser: Passwords.member.1: the environment variable NOT_SET_HERE is not set",
        ),
    ]:
        file.write_text(content)
        started = cachette("serve", "--backend", "none", "--listen", "127.0.0.1:0", "--data-dir", data, "--init", file)
        assert started.returncode == 1, started
        last = started.stderr.splitlines()[-1]
        assert last.startswith(f"cachette: {expected}"), started.stderr
        assert not data.exists()
    nobody = cachette("wait", "--url", "http://127.0.0.1:9", "--timeout", "300ms")
    assert nobody.returncode == 1 and nobody.stderr.startswith("cachette: not ready after 300ms: no server answers"), nobody

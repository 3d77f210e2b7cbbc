"""Online migration: a group copies a redis that somebody runs on this machine, and takes its place."""

import pytest
import redis
from conftest import free_port, wait_for
from engines import check_engines, docker, kill_engine
from groups import create_group, describe, group_messages, primary, reader, role_of, wait_rest
from sources import Source
from writers import Writer


def source_of(backend, folder):
    """A redis of the user's own, where containers find it too."""
    if backend != "docker":
        return Source(folder)
    gateway = docker("network", "inspect", "bridge", "--format", "{{(index .IPAM.Config 0).Gateway}}")
    # Its own protection lets in nobody but this machine.
    return Source(folder, flags=("--protected-mode", "no"), addresses=("127.0.0.1", *gateway))


@pytest.fixture
def source(server, tmp_path):
    source = source_of(server.backend, tmp_path)
    yield source
    source.kill()


def fit_group(client, group_id):
    return create_group(client, group_id, 3, MultiAZEnabled=True)


def status(client, group_id):
    return describe(client, group_id)["Status"]


def copied(cache, key, value):
    try:
        return cache.get(key) == value
    except redis.RedisError:
        return False


def wait_message(client, group_id, start, seconds=30):
    found = lambda: [message for message in group_messages(client, group_id) if message.startswith(start)]
    return wait_for(found, seconds, start)[-1]


def complete(client, group_id):
    client.complete_migration(ReplicationGroupId=group_id)
    wait_message(client, group_id, f"Complete Migration successful for {group_id}")
    return wait_rest(client, group_id)


def test_an_application_moves_without_losing_a_write(server, client, source):
    group = fit_group(client, "home")
    primary(group).set("former", "v")
    client.test_migration(ReplicationGroupId="home", CustomerNodeEndpointList=source.endpoints)
    wait_message(client, "home", "Test Migration successful for home")
    assert status(client, "home") == "available" and primary(group).get("former") == "v"
    with Writer(source.cache) as writer:
        wait_for(lambda: writer.acknowledged > 100, 10, "writes before")
        answer = client.start_migration(ReplicationGroupId="home", CustomerNodeEndpointList=source.endpoints)
        assert answer["ReplicationGroup"]["Status"] == "modifying"
        wait_for(lambda: status(client, "home") == "migrating", 20, "the migration")
        source.cache.set("mark", "v")
        wait_for(lambda: copied(primary(group), "mark", "v"), 30, "the copy")
        wait_for(lambda: copied(reader(group), "mark", "v"), 30, "the copies of the copy")
        before = writer.acknowledged
        wait_for(lambda: writer.acknowledged > before + 100, 10, "writes meanwhile")
        with pytest.raises(redis.ReadOnlyError):
            primary(group).set("mine", "v")
    after = complete(client, "home")
    writer.check(primary(after))
    assert primary(after).get("former") is None
    assert after["NodeGroups"][0]["PrimaryEndpoint"] == group["NodeGroups"][0]["PrimaryEndpoint"]
    primary(after).set("mine", "v")
    wait_for(lambda: copied(reader(after), "mine", "v"), 10, "the write at the replicas")
    check_engines(server, after["MemberClusters"])
    with pytest.raises(client.exceptions.ReplicationGroupNotUnderMigrationFault):
        client.complete_migration(ReplicationGroupId="home")


def test_engines_and_the_server_may_be_lost_in_the_middle(server, client, source):
    group = fit_group(client, "rough")
    client.start_migration(ReplicationGroupId="rough", CustomerNodeEndpointList=source.endpoints)
    source.cache.set("first", "v")
    wait_for(lambda: copied(primary(group), "first", "v"), 30, "the copy")
    kill_engine(server, "rough-001")
    source.cache.set("second", "v")
    wait_for(lambda: copied(primary(group), "second", "v"), 30, "the copy at the next primary")
    server.kill()
    source.cache.set("third", "v")
    server.start()
    wait_for(lambda: copied(primary(group), "third", "v"), 30, "the copy after a restart")
    assert status(client, "rough") == "migrating"
    after = complete(client, "rough")
    assert role_of(primary(after)) == "master"
    assert [primary(after).get(key) for key in ["first", "second", "third"]] == ["v"] * 3
    check_engines(server, after["MemberClusters"])


def test_a_source_that_goes_away_is_given_up(server, client, source):
    group = fit_group(client, "alone")
    client.start_migration(ReplicationGroupId="alone", CustomerNodeEndpointList=source.endpoints)
    source.cache.set("k", "v")
    wait_for(lambda: copied(primary(group), "k", "v"), 30, "the copy")
    source.kill()
    client.complete_migration(ReplicationGroupId="alone")
    wait_message(client, "alone", "Complete Migration failed for alone, which goes on migrating: ")
    assert status(client, "alone") == "migrating"

    def is_given_up():
        server.admin("clock/advance", {"seconds": 61})
        return status(client, "alone") == "available"

    wait_for(is_given_up, 60, "the end")
    assert "failed: tried for 60 seconds" in wait_message(client, "alone", "Migration from 127.0.0.1:")
    assert primary(group).get("k") == "v"
    primary(group).set("mine", "v")


def test_nobody_at_the_source_changes_nothing(client):
    group = fit_group(client, "wrong")
    nobody = [{"Address": "127.0.0.1", "Port": free_port()}]
    client.test_migration(ReplicationGroupId="wrong", CustomerNodeEndpointList=nobody)
    assert "does not answer" in wait_message(client, "wrong", "Test Migration failed for wrong: ")
    assert status(client, "wrong") == "available"
    primary(group).set("k", "v")


def test_a_group_that_is_migrated_to_can_be_deleted(server, client, source):
    fit_group(client, "gone")
    client.start_migration(ReplicationGroupId="gone", CustomerNodeEndpointList=source.endpoints)
    wait_for(lambda: status(client, "gone") == "migrating", 20, "the migration")
    client.delete_replication_group(ReplicationGroupId="gone")
    check_engines(server, [])
    assert source.cache.ping()

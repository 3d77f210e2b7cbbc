"""Global datastores as their users see them: groups in several regions, one of which takes writes."""

import pytest
import redis
from botocore.exceptions import ClientError
from conftest import wait_for
from engines import check_engines, kill_engine
from groups import check_filled, create_group, describe, fill, keeps_trying, primary, wait_filled, wait_group
from security import TOKEN, tls
from test_faults_on_demand import heal
from writers import Writer

HOME, ABROAD, FAR = "us-east-1", "eu-west-1", "ap-south-1"
ID = "ldgnf-store"


def datastore(client):
    found = client.describe_global_replication_groups(GlobalReplicationGroupId=ID, ShowMemberInfo=True)
    return found["GlobalReplicationGroups"][0]


def wait_datastore(client, status, seconds=60):
    def reached():
        found = datastore(client)
        return found if found["Status"] == status else None

    return wait_for(reached, seconds, f"{status} datastore")


def create_datastore(server, nodes=2, **more):
    """A datastore of one group at home."""
    client = server.client(HOME)
    create_group(client, "home", nodes, **more)
    made = client.create_global_replication_group(
        GlobalReplicationGroupIdSuffix="store", PrimaryReplicationGroupId="home"
    )["GlobalReplicationGroup"]
    assert (made["GlobalReplicationGroupId"], made["Status"]) == (ID, "creating")
    return wait_datastore(client, "primary-only")


def add_secondary(server, region, group_id, nodes=2, **more):
    client = server.client(region)
    client.create_replication_group(
        ReplicationGroupId=group_id,
        ReplicationGroupDescription="for a test",
        GlobalReplicationGroupId=ID,
        NumCacheClusters=nodes,
        **more,
    )
    group = wait_group(client, group_id)
    wait_datastore(client, "available")
    return group


def fail_over(client, region, group_id):
    answer = client.failover_global_replication_group(
        GlobalReplicationGroupId=ID, PrimaryRegion=region, PrimaryReplicationGroupId=group_id
    )["GlobalReplicationGroup"]
    assert answer["Status"] == "modifying"
    return wait_datastore(client, "available")


def roles(found):
    return {member["ReplicationGroupRegion"]: member["Role"] for member in found["Members"]}


class Anywhere:
    """A client that writes to whichever region takes writes, and reads there."""

    def __init__(self, *groups):
        self.caches = [primary(group) for group in groups]

    def set(self, key, value):
        try:
            self.caches[0].set(key, value)
        except redis.RedisError:
            self.caches.append(self.caches.pop(0))
            raise

    def get(self, key):
        return self.caches[0].get(key)


def test_a_region_takes_over_without_losing_a_write(server):
    create_datastore(server)
    home = server.client(HOME)
    fill(primary(describe(home, "home")))
    abroad = add_secondary(server, ABROAD, "abroad")
    wait_filled(primary(abroad))
    with pytest.raises(redis.ReadOnlyError):
        primary(abroad).set("refused", 1)
    with Writer(Anywhere(describe(home, "home"), abroad)) as writer:
        for region, group_id in [(ABROAD, "abroad"), (HOME, "home")]:
            before = writer.acknowledged
            wait_for(lambda: writer.acknowledged > before + 100, 20, "writes")
            assert roles(fail_over(home, region, group_id))[region] == "PRIMARY"
            before = writer.acknowledged
            wait_for(lambda: writer.acknowledged > before + 100, 20, "writes after it")
    assert not writer.wrong
    found = primary(describe(home, "home"))
    for cache in (found, primary(abroad)):
        wait_for(lambda: cache.dbsize() == 500 + writer.acknowledged, 10, "the writes")
        check_filled(cache, writer.acknowledged, writer.prefix)
        check_filled(cache)


def test_a_lost_primary_is_followed_and_a_lost_region_replaced(server):
    create_datastore(server, 2)
    home = server.client(HOME)
    fill(primary(describe(home, "home")))
    abroad = add_secondary(server, ABROAD, "abroad", 1)
    wait_filled(primary(abroad))
    kill_engine(server, "home-001")
    keeps_trying(lambda: primary(describe(home, "home")).set("after", "loss"), 10)
    wait_for(lambda: primary(abroad).get("after") == "loss", 10, "the write abroad")
    wait_datastore(home, "available")
    server.admin("faults", {"kind": "outage", "target": {"replication_group_id": "home"}})
    wait_datastore(server.client(ABROAD), "modifying")
    check_filled(primary(abroad))
    server.client(ABROAD).failover_global_replication_group(
        GlobalReplicationGroupId=ID, PrimaryRegion=ABROAD, PrimaryReplicationGroupId="abroad"
    )
    keeps_trying(lambda: primary(abroad).set("during", "outage"), 10)
    heal(server)
    wait_datastore(home, "available")
    wait_for(lambda: primary(describe(home, "home")).get("during") == "outage", 10, "the write at home")
    check_filled(primary(describe(home, "home")))
    check_engines(server, ["home-001", "home-002", "abroad-001"])


def test_tokens_and_tls_go_along(server, tmp_path):
    security = {"TransitEncryptionEnabled": True, "AuthToken": TOKEN}
    create_datastore(server, 1, **security)
    abroad = add_secondary(server, ABROAD, "abroad", 1, AuthToken=TOKEN)
    home = server.client(HOME)
    more = {"password": TOKEN, **tls(server, tmp_path)}
    primary(describe(home, "home"), **more).set("k", "v")
    wait_for(lambda: primary(abroad, **more).get("k") == "v", 10, "the write abroad")
    fail_over(home, ABROAD, "abroad")
    primary(abroad, **more).set("k", "w")
    wait_for(lambda: primary(describe(home, "home"), **more).get("k") == "w", 10, "the write at home")


def test_a_datastore_is_taken_apart(server):
    create_datastore(server, 1)
    home, away = server.client(HOME), server.client(ABROAD)
    fill(primary(describe(home, "home")))
    abroad = add_secondary(server, ABROAD, "abroad")
    wait_filled(primary(abroad))
    with pytest.raises(ClientError, match="Please disassociate"):
        away.delete_replication_group(ReplicationGroupId="abroad")
    with pytest.raises(ClientError, match="Cannot delete a global replication group in available state"):
        home.delete_global_replication_group(GlobalReplicationGroupId=ID, RetainPrimaryReplicationGroup=True)
    home.disassociate_global_replication_group(
        GlobalReplicationGroupId=ID, ReplicationGroupId="abroad", ReplicationGroupRegion=ABROAD
    )
    wait_datastore(home, "primary-only")
    abroad = wait_group(away, "abroad")
    assert abroad["GlobalReplicationGroupInfo"] == {}
    primary(abroad).set("own", "write")
    check_filled(primary(abroad))
    assert primary(describe(home, "home")).get("own") is None
    home.delete_global_replication_group(GlobalReplicationGroupId=ID, RetainPrimaryReplicationGroup=True)

    def is_gone():
        try:
            datastore(home)
        except home.exceptions.GlobalReplicationGroupNotFoundFault:
            return True
        return False

    wait_for(is_gone, 10, "the end of the datastore")
    check_filled(primary(wait_group(home, "home")))


def test_members_get_another_engine(server):
    create_datastore(server)
    home = server.client(HOME)
    abroad = add_secondary(server, ABROAD, "abroad")
    cache = primary(describe(home, "home"))
    fill(cache)
    with Writer(cache) as writer:
        wait_for(lambda: writer.acknowledged > 100, 20, "writes")
        home.modify_global_replication_group(
            GlobalReplicationGroupId=ID, ApplyImmediately=True, Engine="valkey", EngineVersion="8.0"
        )
        wait_datastore(home, "modifying", 5)
        found = wait_datastore(home, "available", 90)
        before = writer.acknowledged
        wait_for(lambda: writer.acknowledged > before + 100, 20, "writes after it")
    assert found["Engine"] == "valkey" and not writer.wrong
    for cache in (primary(describe(home, "home")), primary(abroad)):
        assert cache.info("server")["valkey_version"].startswith("8")
        wait_for(lambda: cache.dbsize() == 500 + writer.acknowledged, 10, "the writes")
        check_filled(cache, writer.acknowledged, writer.prefix)


def test_a_server_killed_in_a_failover_finishes_it(own_server):
    server = own_server()
    create_datastore(server)
    home = server.client(HOME)
    fill(primary(describe(home, "home")))
    abroad = add_secondary(server, ABROAD, "abroad")
    add_secondary(server, FAR, "far", 1)
    wait_filled(primary(abroad))
    for region, group_id in [(ABROAD, "abroad"), (FAR, "far"), (HOME, "home")]:
        home.failover_global_replication_group(
            GlobalReplicationGroupId=ID, PrimaryRegion=region, PrimaryReplicationGroupId=group_id
        )
        server.kill()
        server.start()
        found = wait_datastore(home, "available")
        assert [place for place, role in roles(found).items() if role == "PRIMARY"] == [region]
    for region, group_id in [(ABROAD, "abroad"), (FAR, "far"), (HOME, "home")]:
        wait_filled(primary(describe(server.client(region), group_id)))
    check_engines(server, ["home-001", "home-002", "abroad-001", "abroad-002", "far-001"])

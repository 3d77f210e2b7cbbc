"""Groups that are changed while they are used: node types, engine versions, parameters, at once or later."""

import pytest
from botocore.exceptions import ClientError
from conftest import wait_for
from engines import check_engines
from groups import (
    all_events,
    check_filled,
    check_slots,
    cluster_client,
    clusters_of,
    create_cluster,
    create_group,
    describe,
    fill,
    node_endpoint,
    node_of,
    primary,
    primary_id,
    roles,
    wait_rest,
)
from test_changes import make_group, set_parameter
from writers import Writer


def modify(client, group_id, **more):
    return client.modify_replication_group(ReplicationGroupId=group_id, **more)["ReplicationGroup"]


def of_each_engine(client, group_id, ask):
    return {ask(node_of(client, cluster_id)) for cluster_id in clusters_of(client, group_id)}


def endpoints(client, group_id):
    """Every address that clients were given."""
    group = describe(client, group_id)
    own = [shard.get(name) for shard in group["NodeGroups"] for name in ("PrimaryEndpoint", "ReaderEndpoint")]
    nodes = {cluster_id: node_endpoint(cluster) for cluster_id, cluster in clusters_of(client, group_id).items()}
    return own, group.get("ConfigurationEndpoint"), nodes


def engine_and_run(cache):
    """Which engine it is, and which run of it."""
    info = cache.info("server")
    return info.get("server_name", "redis"), info["run_id"]


def memory(cache):
    return cache.info("memory")["maxmemory"]


def policy(cache):
    return cache.info("memory")["maxmemory_policy"]


@pytest.mark.parametrize("clustered", [False, True], ids=["plain", "clustered"])
def test_the_memory_of_all_engines_follows_the_node_type(server, client, clustered):
    group = create_cluster(client, "sized", 2, 1) if clustered else create_group(client, "sized", 2)
    cache = cluster_client(group) if clustered else primary(group)
    fill(cache)
    (small,) = of_each_engine(client, "sized", memory)
    allowed = client.list_allowed_node_type_modifications(ReplicationGroupId="sized")
    assert "cache.t3.medium" in allowed["ScaleUpModifications"]
    asked = modify(client, "sized", CacheNodeType="cache.t3.medium", ApplyImmediately=True)
    assert asked["Status"] == "modifying"
    after = wait_rest(client, "sized")
    assert after["CacheNodeType"] == "cache.t3.medium"
    assert {cluster["CacheNodeType"] for cluster in clusters_of(client, "sized").values()} == {"cache.t3.medium"}
    (large,) = of_each_engine(client, "sized", memory)
    assert large > 2 * small
    check_filled(cache)
    check_engines(server, after["MemberClusters"])


@pytest.mark.parametrize(
    ("first", "to"),
    [(("redis", "6.2"), ("redis", "7.0")), (("redis", "7.1"), ("valkey", "8.0"))],
    ids=["redis 6.2 to 7.0", "redis 7.1 to valkey 8.0"],
)
def test_another_engine_keeps_data_and_endpoints(server, client, first, to):
    group = create_group(client, "moving", 3, Engine=first[0], EngineVersion=first[1])
    fill(primary(group))
    before, runs = endpoints(client, "moving"), of_each_engine(client, "moving", engine_and_run)
    with Writer(primary(group)) as writer:
        wait_for(lambda: writer.acknowledged > 100, 10, "writes before")
        asked = modify(client, "moving", Engine=to[0], EngineVersion=to[1], ApplyImmediately=True)
        assert asked["Status"] == "modifying"
        after = wait_rest(client, "moving")
        acknowledged = writer.acknowledged
        wait_for(lambda: writer.acknowledged > acknowledged + 100, 10, "writes after")
    assert after["Engine"] == to[0]
    for cluster in clusters_of(client, "moving").values():
        assert (cluster["Engine"], cluster["EngineVersion"].rsplit(".", 1)[0]) == to
        family = f"default.{to[0]}{to[1].split('.')[0]}"
        assert cluster["CacheParameterGroup"]["CacheParameterGroupName"] == family
    assert endpoints(client, "moving") == before
    engines = of_each_engine(client, "moving", engine_and_run)
    assert not engines & runs and {name for name, _ in engines} == {to[0]}
    check_filled(primary(after))
    writer.check(primary(after))
    check_engines(server, after["MemberClusters"])
    copies = [node_of(client, id_) for id_, role in roles(after).items() if role == "replica"]
    for copy in copies:
        wait_for(lambda: copy.dbsize() == primary(after).dbsize(), 10, "the copies")


def test_another_engine_of_a_cluster_keeps_data_slots_and_endpoints(server, client):
    group = create_cluster(client, "moving", 2, 1)
    cache = cluster_client(group)
    fill(cache)
    before, slots = endpoints(client, "moving"), [shard["Slots"] for shard in group["NodeGroups"]]
    with Writer(cluster_client(group)) as writer:
        wait_for(lambda: writer.acknowledged > 100, 10, "writes before")
        modify(client, "moving", Engine="valkey", EngineVersion="8.0", ApplyImmediately=True)
        after = wait_rest(client, "moving", 30)
        acknowledged = writer.acknowledged
        wait_for(lambda: writer.acknowledged > acknowledged + 100, 10, "writes after")
    assert after["Engine"] == "valkey" and [shard["Slots"] for shard in after["NodeGroups"]] == slots
    assert endpoints(client, "moving") == before
    assert {name for name, _ in of_each_engine(client, "moving", engine_and_run)} == {"valkey"}
    for cluster in clusters_of(client, "moving").values():
        assert cluster["CacheParameterGroup"]["CacheParameterGroupName"] == "default.valkey8.cluster.on"
    check_engines(server, after["MemberClusters"])
    check_slots(client, after)
    check_filled(cluster_client(after))
    writer.check(cluster_client(after))


def test_the_values_of_a_parameter_group_reach_all_engines(server, client):
    make_group(client, "mine", "redis7")
    set_parameter(client, "mine", "maxmemory-policy", "allkeys-lfu")
    create_group(client, "tuned", 2, CacheParameterGroupName="mine")
    assert of_each_engine(client, "tuned", policy) == {"allkeys-lfu"}
    set_parameter(client, "mine", "maxmemory-policy", "noeviction")
    wait_for(lambda: of_each_engine(client, "tuned", policy) == {"noeviction"}, 10, "the new policy")
    make_group(client, "other", "redis7")
    set_parameter(client, "other", "maxmemory-policy", "allkeys-random")
    modify(client, "tuned", CacheParameterGroupName="other", ApplyImmediately=True)
    wait_for(lambda: of_each_engine(client, "tuned", policy) == {"allkeys-random"}, 10, "the other group's policy")
    wait_rest(client, "tuned")
    for cluster in clusters_of(client, "tuned").values():
        assert cluster["CacheParameterGroup"]["CacheParameterGroupName"] == "other"
    client.increase_replica_count(ReplicationGroupId="tuned", NewReplicaCount=2, ApplyImmediately=True)
    group = wait_rest(client, "tuned")
    assert len(roles(group)) == 3 and of_each_engine(client, "tuned", policy) == {"allkeys-random"}


def test_a_change_that_is_not_to_be_made_at_once_waits(server, client):
    create_group(client, "later", 2)
    window = group_window(client, "later")
    asked = modify(client, "later", CacheNodeType="cache.t3.small", ApplyImmediately=False)
    assert asked["Status"] == "available" and asked["CacheNodeType"] == "cache.t3.micro"
    for cluster in clusters_of(client, "later").values():
        assert cluster["CacheNodeType"] == "cache.t3.micro"
        assert cluster["PendingModifiedValues"] == {"CacheNodeType": "cache.t3.small"}
    assert group_window(client, "later") == window
    modify(client, "later", CacheNodeType="cache.t3.small", ApplyImmediately=True)
    assert wait_rest(client, "later")["CacheNodeType"] == "cache.t3.small"
    for cluster in clusters_of(client, "later").values():
        assert cluster["PendingModifiedValues"] == {} and cluster["CacheNodeType"] == "cache.t3.small"


def group_window(client, group_id):
    (window,) = {cluster["PreferredMaintenanceWindow"] for cluster in clusters_of(client, group_id).values()}
    return window


def test_settings_that_touch_no_engine_take_effect_at_once(server, client):
    create_group(client, "told", 2)
    changed = modify(
        client, "told", ReplicationGroupDescription="other words", PreferredMaintenanceWindow="sun:05:00-sun:06:00",
        SnapshotWindow="01:00-02:00", MultiAZEnabled=True, AutoMinorVersionUpgrade=False,
    )
    assert changed["Status"] == "available" and changed["Description"] == "other words"
    group = describe(client, "told")
    assert group["MultiAZ"] == "enabled" and group["SnapshotWindow"] == "01:00-02:00"
    assert group_window(client, "told") == "sun:05:00-sun:06:00"
    assert not any(cluster["AutoMinorVersionUpgrade"] for cluster in clusters_of(client, "told").values())
    with pytest.raises(ClientError):
        modify(client, "told", AutomaticFailoverEnabled=False)
    modify(client, "told", MultiAZEnabled=False)
    modify(client, "told", AutomaticFailoverEnabled=False, ApplyImmediately=True)
    assert wait_rest(client, "told")["AutomaticFailover"] == "disabled"


def test_what_cannot_be_is_refused_and_nothing_has_changed(client):
    group = create_group(client, "firm", 2)
    runs = of_each_engine(client, "firm", engine_and_run)
    refusals = [
        ({}, "InvalidParameterCombination", "No modifications were requested"),
        ({"CacheNodeType": "cache.x9.huge"}, None, None),
        ({"EngineVersion": "6.2"}, None, None),
        ({"CacheParameterGroupName": "default.redis6.x"}, "InvalidParameterCombination",
         "Expected a parameter group of family redis7 but found one of family redis6.x"),
        ({"Engine": "memcached", "EngineVersion": "1.6.22"}, None, None),
        ({"CacheParameterGroupName": "nothing"}, "CacheParameterGroupNotFound", None),
        ({"PrimaryClusterId": "nothing"}, None, None),
    ]
    for settings, code, text in refusals:
        with pytest.raises(ClientError) as refused:
            modify(client, "firm", ApplyImmediately=True, **settings)
        error = refused.value.response["Error"]
        assert (code or error["Code"], text or error["Message"]) == (error["Code"], error["Message"]), settings
        assert "does not support" not in error["Message"], settings
    assert describe(client, "firm") == group
    assert of_each_engine(client, "firm", engine_and_run) == runs


def test_a_replica_is_rebooted_and_copies_again(server, client):
    group = create_group(client, "again", 2)
    fill(primary(group))
    run = engine_and_run(node_of(client, "again-002"))
    client.reboot_cache_cluster(CacheClusterId="again-002", CacheNodeIdsToReboot=["0001"])
    after = wait_rest(client, "again")
    assert roles(after) == roles(group) and engine_and_run(node_of(client, "again-002")) != run
    wait_for(lambda: node_of(client, "again-002").dbsize() == 500, 10, "the copies")
    check_filled(node_of(client, "again-002"))


def test_a_primary_is_rebooted_without_a_failover_and_all_are_empty(server, client):
    group = create_group(client, "again", 2)
    fill(primary(group))
    client.reboot_cache_cluster(CacheClusterId="again-001", CacheNodeIdsToReboot=["0001"])
    after = wait_rest(client, "again")
    assert primary_id(after) == "again-001"
    assert not any("Failover from" in message for _, message in all_events(client))
    for cluster_id in ["again-001", "again-002"]:
        wait_for(lambda: node_of(client, cluster_id).dbsize() == 0, 10, "empty copies")
    primary(after).set("new", "life")
    wait_for(lambda: node_of(client, "again-002").get("new") == "life", 10, "the copy")

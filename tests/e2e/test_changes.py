"""Clusters that are changed while they run: parameters, node types, engine versions, reboots."""

import pytest
import redis
from botocore.exceptions import ClientError
from conftest import connect, create, messages, wait_available, wait_for
from pymemcache.client.base import Client as Memcached


def set_parameter(client, group, name, value):
    client.modify_cache_parameter_group(
        CacheParameterGroupName=group, ParameterNameValues=[{"ParameterName": name, "ParameterValue": value}]
    )


def make_group(client, name, family):
    client.create_cache_parameter_group(
        CacheParameterGroupName=name, CacheParameterGroupFamily=family, Description="for a test"
    )


def describe(client, cluster_id):
    return client.describe_cache_clusters(CacheClusterId=cluster_id, ShowCacheNodeInfo=True)["CacheClusters"][0]


def fill(cache, keys=1000):
    with cache.pipeline(transaction=False) as pipeline:
        for number in range(keys):
            pipeline.set(f"key{number}", number)
        pipeline.execute()


def check_filled(cache, keys=1000):
    assert cache.dbsize() == keys
    assert cache.mget(f"key{number}" for number in range(keys)) == [str(number).encode() for number in range(keys)]


def policy(cache):
    return cache.info("memory")["maxmemory_policy"]


def test_values_of_a_group_are_in_effect_from_the_start_and_change_live(client):
    make_group(client, "mine", "redis7")
    set_parameter(client, "mine", "maxmemory-policy", "allkeys-lfu")
    cluster = create(client, "tuned", CacheParameterGroupName="mine")
    cache = connect(cluster)
    assert policy(cache) == "allkeys-lfu"
    run = cache.info("server")["run_id"]
    set_parameter(client, "mine", "maxmemory-policy", "noeviction")
    wait_for(lambda: policy(cache) == "noeviction", 10, "the new policy")
    client.reset_cache_parameter_group(CacheParameterGroupName="mine", ResetAllParameters=True)
    wait_for(lambda: policy(cache) == "volatile-lru", 10, "ElastiCache's default policy")
    assert cache.info("server")["run_id"] == run
    wait_for(
        lambda: describe(client, "tuned")["CacheParameterGroup"]["ParameterApplyStatus"] == "in-sync", 10, "in-sync"
    )


def test_a_value_that_the_engine_does_not_take_is_told(client):
    make_group(client, "mine", "redis7")
    create(client, "picky", CacheParameterGroupName="mine")
    # Debian's redis, which is what these tests run, is built without the allocator that this needs.
    set_parameter(client, "mine", "activedefrag", "yes")
    told = "Cache node 0001 did not take parameter activedefrag with value yes"
    wait_for(lambda: any(message.startswith(told) for message in messages(client, "picky")), 10, "the event")


def test_memory_follows_the_node_type_less_what_is_reserved(client):
    cluster = create(client, "sized")
    cache = connect(cluster)
    fill(cache)
    small = cache.info("memory")["maxmemory"]
    defaults = client.describe_engine_default_parameters(CacheParameterGroupFamily="redis7")["EngineDefaults"]
    by_type = next(
        {value["CacheNodeType"]: int(value["Value"]) for value in parameter["CacheNodeTypeSpecificValues"]}
        for parameter in defaults["CacheNodeTypeSpecificParameters"]
        if parameter["ParameterName"] == "maxmemory"
    )
    assert small == pytest.approx(by_type["cache.t3.micro"] * 0.75, rel=0.001)
    allowed = client.list_allowed_node_type_modifications(CacheClusterId="sized")["ScaleUpModifications"]
    assert "cache.t3.small" in allowed
    changed = client.modify_cache_cluster(
        CacheClusterId="sized", CacheNodeType="cache.t3.small", ApplyImmediately=True
    )["CacheCluster"]
    assert changed["CacheClusterStatus"] == "modifying"
    assert changed["PendingModifiedValues"]["CacheNodeType"] == "cache.t3.small"
    after = wait_available(client, "sized")
    assert after["CacheNodeType"] == "cache.t3.small" and after["PendingModifiedValues"] == {}
    assert cache.info("memory")["maxmemory"] == pytest.approx(by_type["cache.t3.small"] * 0.75, rel=0.001)
    check_filled(cache)
    assert "Succeeded applying modification to cache node type to cache.t3.small." in messages(client, "sized")


@pytest.mark.parametrize(
    ("first", "to"),
    [(("redis", "6.2"), ("redis", "7.0")), (("redis", "7.0"), ("valkey", "8.0"))],
    ids=["redis 6.2 to 7.0", "redis 7.0 to valkey 8.0"],
)
def test_another_engine_version_keeps_data_and_address(client, first, to):
    cluster = create(client, "moving", engine=first[0], EngineVersion=first[1])
    cache = connect(cluster)
    fill(cache)
    run = cache.info("server")["run_id"]
    client.modify_cache_cluster(CacheClusterId="moving", Engine=to[0], EngineVersion=to[1], ApplyImmediately=True)
    after = wait_available(client, "moving")
    assert (after["Engine"], after["EngineVersion"].rsplit(".", 1)[0]) == to
    assert after["CacheNodes"][0]["Endpoint"] == cluster["CacheNodes"][0]["Endpoint"]
    cache = connect(after)
    info = cache.info("server")
    assert info["run_id"] != run
    assert info.get("server_name", "redis") == to[0]
    assert cache.info("replication")["role"] == "master"
    check_filled(cache)
    cache.set("written", "after")


def test_commands_are_renamed_and_blocked_and_data_stays(client):
    make_group(client, "mine", "redis7")
    cluster = create(client, "renamed", CacheParameterGroupName="mine")
    cache = connect(cluster)
    fill(cache)
    set_parameter(client, "mine", "rename-commands", "KEYS blocked FLUSHALL wipe INFO blocked")

    def unknown(command):
        try:
            cache.execute_command(command, *(["*"] if command == "KEYS" else []))
        except redis.ResponseError as error:
            return "unknown command" in str(error)
        except redis.ConnectionError:
            return False

    wait_for(lambda: unknown("KEYS"), 10, "the new names")
    wait_available(client, "renamed")
    assert unknown("FLUSHALL") and unknown("INFO")
    check_filled(cache)
    client.reset_cache_parameter_group(CacheParameterGroupName="mine", ResetAllParameters=True)
    wait_for(lambda: not unknown("INFO"), 10, "the old names")
    check_filled(cache)
    wait_available(client, "renamed")


def test_an_older_version_is_refused(client):
    create(client, "moving", EngineVersion="7.0")
    with pytest.raises(ClientError, match="downgrade"):
        client.modify_cache_cluster(CacheClusterId="moving", EngineVersion="6.2", ApplyImmediately=True)


def test_a_reboot_empties_the_node_and_is_told(client):
    cluster = create(client, "again")
    cache = connect(cluster)
    fill(cache, 10)
    rebooting = client.reboot_cache_cluster(CacheClusterId="again", CacheNodeIdsToReboot=["0001"])["CacheCluster"]
    assert rebooting["CacheClusterStatus"] == "rebooting cache cluster nodes"
    after = wait_available(client, "again")
    assert after["CacheNodes"][0]["Endpoint"] == cluster["CacheNodes"][0]["Endpoint"]
    assert connect(after).dbsize() == 0
    assert messages(client, "again")[-2:] == ["Cache node 0001 shutdown", "Cache node 0001 restarted"]


def test_memcached_takes_new_values_at_a_reboot(client):
    make_group(client, "mine", "memcached1.6")
    cluster = create(client, "mem", "memcached", 2, CacheParameterGroupName="mine")
    set_parameter(client, "mine", "max_item_size", "2097152")

    def status():
        return describe(client, "mem")["CacheParameterGroup"]

    wait_for(lambda: status()["ParameterApplyStatus"] == "pending-reboot", 10, "pending-reboot")
    assert status()["CacheNodeIdsToReboot"] == ["0001", "0002"]

    def item_size(node):
        endpoint = node["Endpoint"]
        return Memcached((endpoint["Address"], endpoint["Port"]), timeout=10).stats("settings")[b"item_size_max"]

    assert [item_size(node) for node in cluster["CacheNodes"]] == [1048576, 1048576]
    client.reboot_cache_cluster(CacheClusterId="mem", CacheNodeIdsToReboot=["0002"])
    after = wait_available(client, "mem")
    assert [item_size(node) for node in after["CacheNodes"]] == [1048576, 2097152]
    assert status()["CacheNodeIdsToReboot"] == ["0001"]


def test_an_auth_token_is_enforced_and_never_shown(server, client):
    token = "a-token-of-sixteen-characters"
    cluster = create(client, "locked", AuthToken=token)
    assert cluster["AuthTokenEnabled"]
    with pytest.raises(redis.AuthenticationError):
        connect(cluster).ping()
    assert connect(cluster, password=token).ping()
    assert token not in server.log_text()
    assert token not in str(server.admin("resources"))


def test_fifty_clusters_at_once(client):
    names = [f"crowd-{number}" for number in range(50)]
    for name in names:
        client.create_cache_cluster(
            CacheClusterId=name, Engine="redis", CacheNodeType="cache.t3.micro", NumCacheNodes=1
        )
    for name in names:
        assert connect(wait_available(client, name, 120)).ping()

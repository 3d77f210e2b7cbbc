"""Terraform's provider, replayed: what was applied is what is read, and a plan after an apply is empty."""

import pytest
from conftest import free_port
from engines import check_engines
from groups import check_filled, cluster_client, describe, fill, primary, wait_filled, wait_rest
from terraform import CacheCluster, ReplicationGroup
from terraform_global import GlobalReplicationGroup, Secondary


def check_empty(*resources):
    """The plan is empty, and stays so."""
    for resource in resources * 2:
        assert resource.plan() == {}


def apply(resource, **changes):
    resource.update(**changes)
    check_empty(resource)


@pytest.fixture
def network(client):
    client.create_cache_subnet_group(
        CacheSubnetGroupName="mine", CacheSubnetGroupDescription="Managed by Terraform", SubnetIds=["subnet-0a1b2c3d"]
    )
    client.create_cache_parameter_group(
        CacheParameterGroupName="mine", CacheParameterGroupFamily="redis7", Description="Managed by Terraform"
    )
    return {"subnet_group_name": "mine", "security_group_ids": ["sg-0a1b2c3d"]}


def test_a_group_without_cluster_mode(server, client, network):
    group = ReplicationGroup(
        client, replication_group_id="tf", description="by terraform", engine="redis", engine_version="7.0",
        node_type="cache.t3.micro", num_cache_clusters=2, automatic_failover_enabled=True, multi_az_enabled=True,
        preferred_cache_cluster_azs=["us-east-1b", "us-east-1c"], maintenance_window="sun:05:00-sun:06:00",
        snapshot_window="02:00-03:00", snapshot_retention_limit=0, at_rest_encryption_enabled=True,
        transit_encryption_enabled=False, auto_minor_version_upgrade=True, apply_immediately=True, port=free_port(),
        tags={"team": "cache", "stage": "test"}, **network,
    )
    group.create()
    check_empty(group)
    assert not group.read()["auth_token_enabled"]
    fill(primary(describe(client, "tf")))
    group.config.pop("preferred_cache_cluster_azs")
    apply(group, num_cache_clusters=4)
    apply(group, description="changed", maintenance_window="mon:05:00-mon:06:00", snapshot_window="03:00-04:00")
    apply(group, node_type="cache.t3.small")
    apply(group, engine_version="7.1")
    apply(group, parameter_group_name="mine")
    apply(group, snapshot_retention_limit=3)
    apply(group, snapshot_retention_limit=0)
    apply(group, tags={"team": "cache", "stage": "live", "owner": "me"})
    apply(group, auto_minor_version_upgrade=False, security_group_ids=["sg-0f0f0f0f"])
    # More than one thing at a time.
    apply(group, num_cache_clusters=2, node_type="cache.t3.medium", tags={})
    apply(group, multi_az_enabled=False, automatic_failover_enabled=False)
    wait_rest(client, "tf")
    check_filled(primary(describe(client, "tf")))
    check_engines(server, ["tf-001", "tf-002"])
    group.delete()
    assert group.read() is None
    check_engines(server, [])


def test_a_group_with_cluster_mode(server, client):
    group = ReplicationGroup(
        client, replication_group_id="tf", description="by terraform", engine="redis", engine_version="7.1",
        node_type="cache.t3.micro", num_node_groups=2, replicas_per_node_group=1, automatic_failover_enabled=True,
        parameter_group_name="default.redis7.cluster.on", apply_immediately=True, tags={"team": "cache"},
    )
    group.create()
    check_empty(group)
    fill(cluster_client(describe(client, "tf")))
    apply(group, num_node_groups=3)
    apply(group, replicas_per_node_group=0)
    apply(group, num_node_groups=2)
    apply(group, replicas_per_node_group=1, node_type="cache.t3.small")
    check_filled(cluster_client(describe(client, "tf")))
    check_engines(server, wait_rest(client, "tf")["MemberClusters"])
    group.delete()
    check_engines(server, [])


def test_a_group_that_becomes_valkey(server, client):
    group = ReplicationGroup(
        client, replication_group_id="tf", description="by terraform", engine="redis", engine_version="7.1",
        node_type="cache.t3.micro", num_cache_clusters=2, automatic_failover_enabled=True, apply_immediately=True,
    )
    group.create()
    fill(primary(describe(client, "tf")))
    apply(group, engine="valkey", engine_version="8.0")
    check_filled(primary(describe(client, "tf")))
    group.delete()


def test_a_cluster_that_is_a_replica(server, client):
    """As the provider's documentation shows it, with changes of the group's number of clusters ignored."""
    group = ReplicationGroup(
        client, replication_group_id="tf", description="by terraform", engine="redis", engine_version="7.1",
        node_type="cache.t3.micro", num_cache_clusters=1, apply_immediately=True,
    )
    group.create()
    check_empty(group)
    del group.config["num_cache_clusters"]
    replica = CacheCluster(client, cluster_id="tf-replica", replication_group_id="tf", tags={"team": "cache"})
    replica.create()
    check_empty(group, replica)
    found = replica.read()
    assert found["engine"] == "redis" and found["engine_version"] == "7.1" and found["num_cache_nodes"] == 1
    check_engines(server, ["tf-001", "tf-replica"])
    replica.delete()
    check_empty(group)
    check_engines(server, ["tf-001"])
    group.delete()


def test_a_global_datastore(server, client):
    home = ReplicationGroup(
        client, replication_group_id="home", description="by terraform", engine="redis", engine_version="7.0",
        node_type="cache.m5.large", num_cache_clusters=2, automatic_failover_enabled=True, apply_immediately=True,
    )
    home.create()
    datastore = GlobalReplicationGroup(
        client, global_replication_group_id_suffix="tf", primary_replication_group_id="home",
        automatic_failover_enabled=False, cache_node_type="cache.m5.xlarge",
    )
    datastore.create()
    home.datastore = datastore.id
    # What the datastore says of its members is not configured with them.
    home.config |= {"automatic_failover_enabled": False, "node_type": "cache.m5.xlarge"}
    fill(primary(describe(client, "home")))
    away = server.client("eu-west-1")
    abroad = Secondary(
        away, datastore, "eu-west-1", replication_group_id="abroad", description="by terraform", num_cache_clusters=2,
        tags={"team": "cache"},
    )
    abroad.create()
    datastore.wait_available()
    check_empty(home, datastore, abroad)
    assert datastore.read()["primary"] == "home" and datastore.read()["node_groups"] == 0
    apply(datastore, automatic_failover_enabled=True)
    apply(datastore, engine_version="7.1")
    apply(datastore, global_replication_group_description="changed")
    apply(abroad, num_cache_clusters=1 + 2, description="changed")
    found = abroad.read()
    assert found["engine_version"] == "7.1" and found["automatic_failover_enabled"]
    wait_filled(primary(describe(away, "abroad")))
    abroad.delete()
    datastore.delete()
    home.datastore = None
    home.config |= {"automatic_failover_enabled": True, "engine_version": "7.1"}
    check_empty(home)
    check_filled(primary(describe(client, "home")))
    home.delete()
    check_engines(server, [])

"""What Terraform's AWS provider does with two of its resources: the same calls in the same order, the same statuses
that it bears with while it waits, and the same comparison of what it reads with what was configured. A plan that is not
empty after an apply is what its users would see as a change that comes again and again."""

from botocore.exceptions import ClientError
from conftest import wait_for


def code_of(error):
    return error.response["Error"]["Code"]


class Resource:
    """What all resources have in common."""

    def __init__(self, client, **config):
        self.client = client
        self.config = config

    def plan(self):
        """What would be changed: each attribute that is configured and was read with another value."""
        found = self.read()
        assert found is not None, "the resource is gone"
        return {name: (found[name], value) for name, value in self.wanted().items() if found[name] != value}

    def wanted(self):
        wanted = {name: value for name, value in self.config.items() if name != "apply_immediately"}
        wanted.setdefault("tags", {})
        return wanted

    def wait(self, status, pending, targets, seconds=120):
        """Polls until `status` answers one of the targets; any other status than a pending one ends the apply."""

        def done():
            found = status()
            assert found in pending or found in targets, f"unexpected state {found!r}, wanted {targets}"
            return found in targets

        wait_for(done, seconds, f"one of {targets}")

    def update_tags(self, arn, wanted):
        old = self.tags(arn)
        gone = [key for key, value in old.items() if wanted.get(key) != value]
        new = {key: value for key, value in wanted.items() if old.get(key) != value}
        if gone:
            self.client.remove_tags_from_resource(ResourceName=arn, TagKeys=gone)
        if new:
            tags = [{"Key": key, "Value": value} for key, value in new.items()]
            self.client.add_tags_to_resource(ResourceName=arn, Tags=tags)

    def tags(self, arn):
        listed = self.client.list_tags_for_resource(ResourceName=arn)["TagList"]
        return {tag["Key"]: tag["Value"] for tag in listed}


def tag_list(tags):
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def short_version(engine, version):
    """As the provider keeps it: two numbers from Redis 6 on and for Valkey."""
    return version if engine == "memcached" or int(version.split(".")[0]) < 6 else ".".join(version.split(".")[:2])


class ReplicationGroup(Resource):
    """aws_elasticache_replication_group."""

    CREATE = {
        "automatic_failover_enabled": "AutomaticFailoverEnabled",
        "node_type": "CacheNodeType",
        "transit_encryption_enabled": "TransitEncryptionEnabled",
        "engine": "Engine",
        "description": "ReplicationGroupDescription",
        "multi_az_enabled": "MultiAZEnabled",
        "port": "Port",
        "preferred_cache_cluster_azs": "PreferredCacheClusterAZs",
        "auto_minor_version_upgrade": "AutoMinorVersionUpgrade",
        "at_rest_encryption_enabled": "AtRestEncryptionEnabled",
        "engine_version": "EngineVersion",
        "parameter_group_name": "CacheParameterGroupName",
        "subnet_group_name": "CacheSubnetGroupName",
        "security_group_ids": "SecurityGroupIds",
        "maintenance_window": "PreferredMaintenanceWindow",
        "snapshot_retention_limit": "SnapshotRetentionLimit",
        "snapshot_window": "SnapshotWindow",
        "num_node_groups": "NumNodeGroups",
        "replicas_per_node_group": "ReplicasPerNodeGroup",
        "num_cache_clusters": "NumCacheClusters",
    }

    MODIFY = {
        "auto_minor_version_upgrade": "AutoMinorVersionUpgrade",
        "automatic_failover_enabled": "AutomaticFailoverEnabled",
        "description": "ReplicationGroupDescription",
        "maintenance_window": "PreferredMaintenanceWindow",
        "multi_az_enabled": "MultiAZEnabled",
        "node_type": "CacheNodeType",
        "parameter_group_name": "CacheParameterGroupName",
        "security_group_ids": "SecurityGroupIds",
        "snapshot_retention_limit": "SnapshotRetentionLimit",
        "snapshot_window": "SnapshotWindow",
    }

    # What the provider has for attributes that are not configured, where it sends something.
    DEFAULTS = {"engine": "redis", "automatic_failover_enabled": False, "transit_encryption_enabled": False}

    # The global datastore that it may be in.
    datastore = None

    @property
    def id(self):
        return self.config["replication_group_id"]

    def create(self):
        config = {**self.DEFAULTS, **self.config}
        given = {argument: config[name] for name, argument in self.CREATE.items() if name in config}
        made = self.client.create_replication_group(
            ReplicationGroupId=self.id, Tags=tag_list(self.config.get("tags", {})), **given
        )
        assert made["ReplicationGroup"]["ReplicationGroupId"] == self.id
        self.wait_available()

    def describe(self):
        pages = self.client.get_paginator("describe_replication_groups").paginate(ReplicationGroupId=self.id)
        try:
            (group,) = pages.build_full_result()["ReplicationGroups"]
        except self.client.exceptions.ReplicationGroupNotFoundFault:
            return None
        return group

    def wait_available(self):
        self.wait(lambda: self.describe()["Status"], {"creating", "modifying", "snapshotting"}, {"available"})

    def read(self):
        group = self.describe()
        if group is None or group["Status"] == "deleting":
            return None
        assert group["AutomaticFailover"] in ("enabled", "enabling", "disabled", "disabling")
        assert group["MultiAZ"] in ("enabled", "disabled") and group.get("ClusterMode")
        datastore = (group.get("GlobalReplicationGroupInfo") or {}).get("GlobalReplicationGroupId")
        assert datastore in (None, self.datastore)
        shards = group["NodeGroups"]
        first = shards[0]["NodeGroupMembers"]
        found = {
            "replication_group_id": group["ReplicationGroupId"],
            "description": group["Description"],
            "automatic_failover_enabled": group["AutomaticFailover"] in ("enabled", "enabling"),
            "multi_az_enabled": group["MultiAZ"] == "enabled",
            "num_cache_clusters": len(group["MemberClusters"]),
            "num_node_groups": len(shards),
            "replicas_per_node_group": len(first) - 1,
            "snapshot_window": group["SnapshotWindow"],
            "snapshot_retention_limit": group["SnapshotRetentionLimit"],
            "cluster_enabled": group["ClusterEnabled"],
            "preferred_cache_cluster_azs": [member["PreferredAvailabilityZone"] for member in first],
        }
        for shard in shards:
            assert len(shard["NodeGroupMembers"]) == len(first), "the provider takes shards to be alike"
        if "ConfigurationEndpoint" in group:
            found["port"] = group["ConfigurationEndpoint"]["Port"]
            found["configuration_endpoint_address"] = group["ConfigurationEndpoint"]["Address"]
        else:
            found["port"] = shards[0]["PrimaryEndpoint"]["Port"]
            found["primary_endpoint_address"] = shards[0]["PrimaryEndpoint"]["Address"]
            found["reader_endpoint_address"] = shards[0]["ReaderEndpoint"]["Address"]
        member = self.client.describe_cache_clusters(CacheClusterId=first[0]["CacheClusterId"], ShowCacheNodeInfo=True)
        (member,) = member["CacheClusters"]
        found |= {
            "node_type": member["CacheNodeType"],
            "engine": member["Engine"],
            "engine_version": short_version(member["Engine"], member["EngineVersion"]),
            "engine_version_actual": member["EngineVersion"],
            "auto_minor_version_upgrade": member["AutoMinorVersionUpgrade"],
            "subnet_group_name": member.get("CacheSubnetGroupName"),
            "security_group_ids": [it["SecurityGroupId"] for it in member.get("SecurityGroups", [])],
            "parameter_group_name": member["CacheParameterGroup"]["CacheParameterGroupName"],
            "maintenance_window": member["PreferredMaintenanceWindow"],
            "at_rest_encryption_enabled": member["AtRestEncryptionEnabled"],
            "transit_encryption_enabled": member["TransitEncryptionEnabled"],
            "auth_token_enabled": member["AuthTokenEnabled"],
        }
        self.arn = group["ARN"]
        found["tags"] = self.tags(self.arn)
        return found

    def update(self, **changes):
        """Applies another configuration, in the provider's order."""
        old, self.config = self.config, {**self.config, **changes}
        changed = {name for name in changes if old.get(name) != changes[name]}
        if "num_node_groups" in changed:
            self.update_shards(old["num_node_groups"])
        if "replicas_per_node_group" in changed:
            self.update_replicas(old["replicas_per_node_group"], self.config["replicas_per_node_group"])
        if "num_cache_clusters" in changed and self.config["num_cache_clusters"] > old["num_cache_clusters"]:
            self.update_clusters(self.client.increase_replica_count)
        self.modify(changed, old)
        if "num_cache_clusters" in changed and self.config["num_cache_clusters"] < old["num_cache_clusters"]:
            self.update_clusters(self.client.decrease_replica_count)
        if "tags" in changed:
            self.update_tags(self.describe()["ARN"], self.config["tags"])

    def update_shards(self, old):
        new = self.config["num_node_groups"]
        more = {}
        if new < old:
            more["NodeGroupsToRemove"] = [f"{number:04}" for number in range(new + 1, old + 1)]
        self.client.modify_replication_group_shard_configuration(
            ReplicationGroupId=self.id, NodeGroupCount=new, ApplyImmediately=True, **more
        )
        self.wait_available()

    def update_replicas(self, old, new):
        call = self.client.increase_replica_count if new > old else self.client.decrease_replica_count
        call(ReplicationGroupId=self.id, NewReplicaCount=new, ApplyImmediately=True)
        self.wait_available()

    def update_clusters(self, call):
        """It waits for the members one by one, whom it finds among all clusters."""
        call(
            ReplicationGroupId=self.id, NewReplicaCount=self.config["num_cache_clusters"] - 1, ApplyImmediately=True
        )
        pending = {"creating", "deleting", "modifying", "snapshotting"}

        def status():
            clusters = self.client.get_paginator("describe_cache_clusters").paginate().build_full_result()
            found = [it for it in clusters["CacheClusters"] if it.get("ReplicationGroupId") == self.id]
            states = {cluster["CacheClusterStatus"] for cluster in found}
            unfinished = states - {"available"}
            if not unfinished and len(found) != self.config["num_cache_clusters"]:
                return "modifying"
            return unfinished.pop() if unfinished else "available"

        self.wait(status, pending, {"available"})
        self.wait_available()

    def modify(self, changed, old):
        given = {argument: self.config[name] for name, argument in self.MODIFY.items() if name in changed}
        if changed & {"engine", "engine_version"}:
            given |= {"Engine": self.config["engine"], "EngineVersion": self.config["engine_version"]}
        if "snapshot_retention_limit" in changed and old.get("snapshot_retention_limit", 0) == 0:
            given["SnapshottingClusterId"] = f"{self.id}-001"
        if not given:
            return
        try:
            self.client.modify_replication_group(
                ReplicationGroupId=self.id, ApplyImmediately=self.config.get("apply_immediately", False), **given
            )
        except ClientError as error:
            if code_of(error) != "InvalidParameterCombination" or "No modifications were requested" not in str(error):
                raise
        self.wait_available()

    def delete(self):
        delete_until(lambda: self.client.delete_replication_group(ReplicationGroupId=self.id), self.client)
        self.wait(
            lambda: (self.describe() or {"Status": "gone"})["Status"], {"creating", "available", "deleting"}, {"gone"}
        )


def delete_until(call, client):
    """A deletion is repeated while the state forbids it."""

    def deleted():
        try:
            call()
        except client.exceptions.InvalidReplicationGroupStateFault:
            return False
        except client.exceptions.InvalidCacheClusterStateFault as error:
            for final in ("serving as primary", "only member of a replication group"):
                assert final not in str(error), error
            return False
        return True

    wait_for(deleted, 60, "a deletion that is accepted")


class CacheCluster(Resource):
    """aws_elasticache_cluster with `replication_group_id`: a replica of a group."""

    @property
    def id(self):
        return self.config["cluster_id"]

    def create(self):
        self.client.create_cache_cluster(
            CacheClusterId=self.id,
            ReplicationGroupId=self.config["replication_group_id"],
            Tags=tag_list(self.config.get("tags", {})),
        )
        pending = {"creating", "modifying", "snapshotting", "rebooting cluster nodes"}
        self.wait(lambda: self.describe()["CacheClusterStatus"], pending, {"available"})

    def describe(self):
        pages = self.client.get_paginator("describe_cache_clusters").paginate(
            CacheClusterId=self.id, ShowCacheNodeInfo=True
        )
        try:
            (cluster,) = pages.build_full_result()["CacheClusters"]
        except self.client.exceptions.CacheClusterNotFoundFault:
            return None
        return cluster

    def read(self):
        cluster = self.describe()
        if cluster is None:
            return None
        for node in cluster["CacheNodes"]:
            for value in (node["CacheNodeId"], node["Endpoint"]["Address"], node["Endpoint"]["Port"]):
                assert value
            assert node["CustomerAvailabilityZone"]
        return {
            "cluster_id": cluster["CacheClusterId"],
            "node_type": cluster["CacheNodeType"],
            "engine": cluster["Engine"],
            "engine_version": short_version(cluster["Engine"], cluster["EngineVersion"]),
            "num_cache_nodes": cluster["NumCacheNodes"],
            "replication_group_id": cluster.get("ReplicationGroupId"),
            "parameter_group_name": cluster["CacheParameterGroup"]["CacheParameterGroupName"],
            "availability_zone": cluster["PreferredAvailabilityZone"],
            "port": cluster["CacheNodes"][0]["Endpoint"]["Port"],
            "transit_encryption_enabled": cluster["TransitEncryptionEnabled"],
            "tags": self.tags(cluster["ARN"]),
        }

    def delete(self):
        delete_until(lambda: self.client.delete_cache_cluster(CacheClusterId=self.id), self.client)
        pending = {
            "creating", "available", "modifying", "deleting", "incompatible-network", "restore-failed", "snapshotting",
        }
        self.wait(
            lambda: (self.describe() or {"CacheClusterStatus": "gone"})["CacheClusterStatus"], pending, {"gone"}
        )

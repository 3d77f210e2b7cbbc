"""What Terraform's AWS provider does with a global datastore and with a group that is a secondary of one."""

from conftest import wait_for
from terraform import ReplicationGroup, Resource, delete_until, short_version, tag_list


class GlobalReplicationGroup(Resource):
    """aws_elasticache_global_replication_group."""

    # Each has a call of its own.
    MODIFY = {
        "automatic_failover_enabled": "AutomaticFailoverEnabled",
        "cache_node_type": "CacheNodeType",
        "engine_version": "EngineVersion",
        "global_replication_group_description": "GlobalReplicationGroupDescription",
    }

    def wanted(self):
        names = ("global_replication_group_id_suffix", "primary_replication_group_id")
        return {name: value for name, value in self.config.items() if name not in names}

    def create(self):
        made = self.client.create_global_replication_group(
            GlobalReplicationGroupIdSuffix=self.config["global_replication_group_id_suffix"],
            PrimaryReplicationGroupId=self.config["primary_replication_group_id"],
        )["GlobalReplicationGroup"]
        self.id = made["GlobalReplicationGroupId"]
        self.wait_available()
        for name in list(self.plan()):
            self.modify(name)

    def update(self, **changes):
        self.config |= changes
        for name in changes:
            self.modify(name)

    def modify(self, name):
        change = {self.MODIFY[name]: self.config[name]}
        self.client.modify_global_replication_group(
            GlobalReplicationGroupId=self.id, ApplyImmediately=True, **change
        )
        self.wait_available()

    def wait_available(self):
        self.wait(lambda: self.describe()["Status"], {"creating", "modifying"}, {"available", "primary-only"})

    def describe(self):
        try:
            found = self.client.describe_global_replication_groups(
                GlobalReplicationGroupId=self.id, ShowMemberInfo=True
            )
        except self.client.exceptions.GlobalReplicationGroupNotFoundFault:
            return None
        (datastore,) = found["GlobalReplicationGroups"]
        return datastore

    def read(self):
        found = self.describe()
        if found is None or found["Status"] in ("deleting", "deleted"):
            return None
        assert found["ARN"].endswith(f"::000000000000:globalreplicationgroup:{self.id}")
        (primary,) = [member for member in found["Members"] if member["Role"] == "PRIMARY"]
        return {
            "automatic_failover_enabled": found["Members"][0]["AutomaticFailover"] == "enabled",
            "cache_node_type": found["CacheNodeType"],
            "engine": found["Engine"],
            "engine_version": short_version(found["Engine"], found["EngineVersion"]),
            "global_replication_group_description": found["GlobalReplicationGroupDescription"],
            "primary": primary["ReplicationGroupId"],
            "cluster_enabled": found["ClusterEnabled"],
            "node_groups": len(found["GlobalNodeGroups"]),
        }

    def delete(self):
        def deleted():
            try:
                self.client.delete_global_replication_group(
                    GlobalReplicationGroupId=self.id, RetainPrimaryReplicationGroup=True
                )
            except self.client.exceptions.InvalidGlobalReplicationGroupStateFault:
                return False
            return True

        wait_for(deleted, 60, "a deletion that is accepted")
        pending = {"available", "primary-only", "modifying", "deleting"}
        self.wait(lambda: (self.describe() or {"Status": "gone"})["Status"], pending, {"gone"})


class Secondary(ReplicationGroup):
    """aws_elasticache_replication_group with `global_replication_group_id`: nothing of the primary's is sent."""

    DEFAULTS = {}

    def __init__(self, client, datastore, region, **config):
        super().__init__(client, **config)
        self.datastore = datastore.id
        self.region = region

    def create(self):
        given = {argument: self.config[name] for name, argument in self.CREATE.items() if name in self.config}
        self.client.create_replication_group(
            ReplicationGroupId=self.id,
            GlobalReplicationGroupId=self.datastore,
            Tags=tag_list(self.config.get("tags", {})),
            **given,
        )
        self.wait_available()

    def members(self):
        try:
            found = self.client.describe_global_replication_groups(
                GlobalReplicationGroupId=self.datastore, ShowMemberInfo=True
            )
        except self.client.exceptions.GlobalReplicationGroupNotFoundFault:
            return {}
        members = found["GlobalReplicationGroups"][0]["Members"]
        return {member["ReplicationGroupId"]: member["Status"] for member in members}

    def delete(self):
        def disassociated():
            try:
                self.client.disassociate_global_replication_group(
                    GlobalReplicationGroupId=self.datastore,
                    ReplicationGroupId=self.id,
                    ReplicationGroupRegion=self.region,
                )
            except self.client.exceptions.InvalidGlobalReplicationGroupStateFault:
                return False
            return True

        wait_for(disassociated, 60, "a disassociation that is accepted")
        # Any other status than this one ends the apply.
        self.wait(lambda: self.members().get(self.id, "gone"), {"associated"}, {"gone"})
        parameter_group = self.read()["parameter_group_name"]
        assert parameter_group.startswith("global-datastore-")
        delete_until(lambda: self.client.delete_replication_group(ReplicationGroupId=self.id), self.client)
        self.wait(
            lambda: (self.describe() or {"Status": "gone"})["Status"], {"creating", "available", "deleting"}, {"gone"}
        )
        self.client.delete_cache_parameter_group(CacheParameterGroupName=parameter_group)

"""Terraform's provider with a serverless cache, replayed: one change a call, and a plan after an apply is empty."""

from engines import check_engines
from serverless import described, wait_serverless, wait_serverless_gone
from terraform import Resource, tag_list


class ServerlessCache(Resource):
    """aws_elasticache_serverless_cache. What was not configured has to come back absent, or stay as it came back first."""

    NAMES = {
        "description": "Description",
        "daily_snapshot_time": "DailySnapshotTime",
        "snapshot_retention_limit": "SnapshotRetentionLimit",
        "cache_usage_limits": "CacheUsageLimits",
        "security_group_ids": "SecurityGroupIds",
        "user_group_id": "UserGroupId",
        "subnet_ids": "SubnetIds",
        "major_engine_version": "MajorEngineVersion",
        "engine": "Engine",
    }
    COMPUTED = ("description", "daily_snapshot_time", "subnet_ids", "security_group_ids", "major_engine_version")

    def create(self):
        asked = {self.NAMES[name]: value for name, value in self.config.items() if name in self.NAMES}
        tags = tag_list(self.config.get("tags", {}))
        self.client.create_serverless_cache(ServerlessCacheName=self.config["name"], Tags=tags, **asked)
        wait_serverless(self.client, self.config["name"])
        self.first = self.read()

    def read(self):
        found = described(self.client, self.config["name"])
        read = {name: found.get(wire) for name, wire in self.NAMES.items()}
        return {**read, "name": found["ServerlessCacheName"], "tags": self.tags(found["ARN"]), "arn": found["ARN"]}

    def wanted(self):
        computed = {name: self.first[name] for name in self.COMPUTED}
        absent = dict.fromkeys(("cache_usage_limits", "user_group_id"))
        return {**absent, **computed, **super().wanted()}

    def update(self, **changes):
        """One call for each attribute, waited for each time."""
        self.config.update(changes)
        tags = changes.pop("tags", None)
        if tags is not None:
            self.update_tags(self.first["arn"], tags)
        if "engine" in changes:
            self.modify("engine", "major_engine_version")
        for name in changes:
            if name not in ("engine", "major_engine_version"):
                self.modify(name)

    def modify(self, *names):
        asked = {self.NAMES[name]: self.config[name] for name in names if name in self.config}
        self.client.modify_serverless_cache(ServerlessCacheName=self.config["name"], **asked)
        wait_serverless(self.client, self.config["name"])


def check_empty(cache):
    assert cache.plan() == {} and cache.plan() == {}


def test_a_serverless_cache(server, client):
    cache = ServerlessCache(client, name="tf", engine="redis", tags={"team": "cache"})
    cache.create()
    check_empty(cache)
    storage = {"DataStorage": {"Maximum": 10, "Unit": "GB"}, "ECPUPerSecond": {"Maximum": 5000}}
    for changes in (
        {"description": "changed"},
        {"daily_snapshot_time": "09:00"},
        {"security_group_ids": ["sg-0f0f0f0f"]},
        {"cache_usage_limits": storage},
        {"tags": {"team": "other", "stage": "live"}},
        {"engine": "valkey", "major_engine_version": "8"},
        {"description": "again", "daily_snapshot_time": "10:00"},
    ):
        cache.update(**changes)
        check_empty(cache)
    zero = {"Maximum": 0, "Minimum": 0}
    cache.update(cache_usage_limits={"DataStorage": {**zero, "Unit": "GB"}, "ECPUPerSecond": zero})
    del cache.config["cache_usage_limits"]
    check_empty(cache)
    client.delete_serverless_cache(ServerlessCacheName="tf")
    wait_serverless_gone(client, "tf")
    check_engines(server, [])


def test_a_memcached_one(client):
    cache = ServerlessCache(client, name="tf", engine="memcached", major_engine_version="1.6", description="mine")
    cache.create()
    check_empty(cache)
    cache.update(description="ours")
    check_empty(cache)

"""Replication groups as their users see them: through the API and at their endpoints."""

import redis
from conftest import wait_for
from redis.cluster import RedisCluster

NODE_TYPE = "cache.t3.micro"
CLUSTERED = {"redis": "default.redis7.cluster.on", "valkey": "default.valkey8.cluster.on"}


def ask_for_group(client, group_id, **more):
    """Calls CreateReplicationGroup and answers what that answers."""
    settings = {"ReplicationGroupDescription": "for a test", **more}
    if "PrimaryClusterId" not in more:
        settings = {"CacheNodeType": NODE_TYPE, "Engine": "redis", **settings}
    return client.create_replication_group(ReplicationGroupId=group_id, **settings)["ReplicationGroup"]


def create_group(client, group_id, nodes=1, **more):
    """A group without cluster mode that is available."""
    if "AutomaticFailoverEnabled" not in more:
        more["AutomaticFailoverEnabled"] = nodes > 1
    ask_for_group(client, group_id, NumCacheClusters=nodes, **more)
    return wait_group(client, group_id)


def create_cluster(client, group_id, shards, replicas, engine="redis", **more):
    """A group with cluster mode that is available."""
    ask_for_group(client, group_id, **cluster_shape(shards, replicas, engine), **more)
    return wait_group(client, group_id)


def cluster_shape(shards, replicas, engine="redis"):
    return {
        "NumNodeGroups": shards,
        "ReplicasPerNodeGroup": replicas,
        "AutomaticFailoverEnabled": True,
        "Engine": engine,
        "CacheParameterGroupName": CLUSTERED[engine],
    }


def describe(client, group_id):
    return client.describe_replication_groups(ReplicationGroupId=group_id)["ReplicationGroups"][0]


def wait_group(client, group_id, seconds=60):
    """boto3's waiter, which asks more often than it does by itself."""
    config = {"Delay": 0.05, "MaxAttempts": seconds * 20}
    client.get_waiter("replication_group_available").wait(ReplicationGroupId=group_id, WaiterConfig=config)
    return describe(client, group_id)


def wait_group_gone(client, group_id, seconds=60):
    config = {"Delay": 0.05, "MaxAttempts": seconds * 20}
    client.get_waiter("replication_group_deleted").wait(ReplicationGroupId=group_id, WaiterConfig=config)


def wait_rest(client, group_id, seconds=60):
    """Waits until the group and all its members are available: lost members are replaced while the group is."""

    def rested():
        group = describe(client, group_id)
        if group["Status"] != "available":
            return None
        found = {member["CacheClusterId"] for shard in group["NodeGroups"] for member in shard["NodeGroupMembers"]}
        statuses = {cluster["CacheClusterStatus"] for cluster in clusters_of(client, group_id).values()}
        return group if statuses == {"available"} and found == set(group["MemberClusters"]) else None

    return wait_for(rested, seconds, f"{group_id} at rest")


def clusters_of(client, group_id):
    """The cache clusters that are members of a group, by id."""
    found = client.get_paginator("describe_cache_clusters").paginate(ShowCacheNodeInfo=True).build_full_result()
    clusters = found["CacheClusters"]
    return {it["CacheClusterId"]: it for it in clusters if it.get("ReplicationGroupId") == group_id}


def at(endpoint, **more):
    return redis.Redis(endpoint["Address"], endpoint["Port"], socket_timeout=10, decode_responses=True, **more)


def node_endpoint(cluster):
    return cluster["CacheNodes"][0]["Endpoint"]


def node_of(client, cluster_id):
    """A client of a member's own endpoint."""
    found = client.describe_cache_clusters(CacheClusterId=cluster_id, ShowCacheNodeInfo=True)["CacheClusters"][0]
    return at(node_endpoint(found))


def primary(group, **more):
    """A client of the primary endpoint."""
    return at(group["NodeGroups"][0]["PrimaryEndpoint"], **more)


def reader(group, **more):
    return at(group["NodeGroups"][0]["ReaderEndpoint"], **more)


def cluster_client(group, **more):
    """A cluster client that goes to the configuration endpoint, at first and when it has to look again."""
    endpoint = group["ConfigurationEndpoint"]
    settings = {"socket_timeout": 5, "dynamic_startup_nodes": False, "decode_responses": True, **more}
    return RedisCluster(endpoint["Address"], endpoint["Port"], **settings)


def roles(group):
    """The role of each member, shard by shard."""
    found = {}
    for shard in group["NodeGroups"]:
        found |= {member["CacheClusterId"]: member["CurrentRole"] for member in shard["NodeGroupMembers"]}
    return found


def primary_id(group):
    (found,) = [cluster_id for cluster_id, role in roles(group).items() if role == "primary"]
    return found


def role_of(cache):
    """`master` or `slave`, from the engine itself; nothing while it does not answer."""
    try:
        return cache.info("replication")["role"]
    except redis.RedisError:
        return None


def fill(cache, keys=500, prefix="key"):
    """Writes keys, and waits until the replicas of a single primary have them."""
    with cache.pipeline(transaction=False) as pipeline:
        for number in range(keys):
            pipeline.set(f"{prefix}{number}", number)
        pipeline.execute()


def check_filled(cache, keys=500, prefix="key"):
    with cache.pipeline(transaction=False) as pipeline:
        for number in range(keys):
            pipeline.get(f"{prefix}{number}")
        found = pipeline.execute()
    wrong = [(number, value) for number, value in enumerate(found) if value != str(number)]
    assert not wrong, f"{len(wrong)} of {keys} keys are lost or wrong, among them {wrong[:5]}"


def wait_filled(cache, keys=500, seconds=10):
    """Waits until a replica has as many keys as were written, and compares them."""
    wait_for(lambda: cache.dbsize() == keys, seconds, "the copies")
    check_filled(cache, keys)


def keeps_trying(call, seconds=20):
    """Repeats a call of a client until it does not fail any more, as an application would."""

    def tried():
        try:
            return (call(),)
        except (redis.RedisError, redis.exceptions.RedisClusterException):
            return None

    return wait_for(tried, seconds, "a call that works")[0]


def group_messages(client, group_id):
    """The messages of a group's events, oldest first."""
    events = client.describe_events(SourceIdentifier=group_id, SourceType="replication-group")["Events"]
    return [event["Message"] for event in reversed(events)]


def all_events(client):
    """Source and message of every event of groups and clusters, oldest first."""
    events = client.get_paginator("describe_events").paginate(Duration=60).build_full_result()["Events"]
    return [(event["SourceIdentifier"], event["Message"]) for event in reversed(events)]


def slots_of(group):
    """The slots of each shard as DescribeReplicationGroups tells them."""
    return {shard["NodeGroupId"]: parse_slots(shard["Slots"]) for shard in group["NodeGroups"]}


def parse_slots(text):
    slots = set()
    for part in filter(None, text.split(",")):
        first, _, last = part.partition("-")
        slots |= set(range(int(first), int(last or first) + 1))
    return slots


def slots_by_port(cache):
    """The slots that CLUSTER SLOTS of one node tells, by the port of their primary."""
    found = {}
    cache.response_callbacks.pop("CLUSTER SLOTS", None)
    for first, last, owner, *_ in cache.execute_command("CLUSTER SLOTS"):
        found.setdefault(owner[1], set()).update(range(first, last + 1))
    return found


def check_slots(client, group):
    """CLUSTER SLOTS of every node says what DescribeReplicationGroups says, all slots once."""
    clusters = clusters_of(client, group["ReplicationGroupId"])
    ports = {cluster_id: node_endpoint(cluster)["Port"] for cluster_id, cluster in clusters.items()}
    told = slots_of(group)
    assert sorted(slot for slots in told.values() for slot in slots) == list(range(16384))
    members = {
        shard["NodeGroupId"]: {ports[member["CacheClusterId"]] for member in shard["NodeGroupMembers"]}
        for shard in group["NodeGroups"]
    }
    for cluster_id, port in ports.items():
        found = slots_by_port(node_of(client, cluster_id))
        by_shard = {shard: set() for shard in told}
        for owner, slots in found.items():
            (shard,) = [shard for shard, its in members.items() if owner in its]
            by_shard[shard] |= slots
        assert by_shard == told, f"{cluster_id} at {port} sees other slots"

"""Service updates with real engines, as boto3 sees them, while clients write."""

import pytest
from conftest import connect, create, wait_available, wait_for
from engines import engine_of
from groups import cluster_client, create_cluster, create_group, fill, primary, wait_rest
from writers import Writer


def available_update(client, engine):
    pages = client.get_paginator("describe_service_updates").paginate(ServiceUpdateStatus=["available"])
    updates = [update for page in pages for update in page["ServiceUpdates"]]
    return [update["ServiceUpdateName"] for update in updates if engine in update["Engine"].split(", ")][-1]


def apply(client, update, **target):
    answer = client.batch_apply_update_action(ServiceUpdateName=update, **target)
    assert not answer["UnprocessedUpdateActions"], answer
    (action,) = answer["ProcessedUpdateActions"]
    assert action["UpdateActionStatus"] == "waiting-to-start"


def action_of(client, update, **target):
    (action,) = client.describe_update_actions(
        ServiceUpdateName=update, ShowNodeLevelUpdateStatus=True, **target
    )["UpdateActions"]
    return action


def wait_complete(client, update, **target):
    """Polls as Terraform does, which takes any other status for an error."""

    def complete():
        action = action_of(client, update, **target)
        assert action["UpdateActionStatus"] in ("waiting-to-start", "in-progress", "complete"), action
        return action if action["UpdateActionStatus"] == "complete" else None

    return wait_for(complete, 120, "the update")


def test_a_group_is_updated_under_load(server, client):
    group = create_group(client, "g", nodes=3)
    update = available_update(client, "redis")
    before = {member: engine_of(server, member) for member in group["MemberClusters"]}
    target = {"ReplicationGroupIds": ["g"]}
    assert action_of(client, update, **target)["NodesUpdated"] == "0/3"
    with Writer(primary(group)) as writer:
        apply(client, update, **target)
        action = wait_complete(client, update, **target)
    assert action["NodesUpdated"] == "3/3"
    (shard,) = action["NodeGroupUpdateStatus"]
    nodes = shard["NodeGroupMemberUpdateStatus"]
    assert {node["NodeUpdateStatus"] for node in nodes} == {"complete"}
    wait_rest(client, "g")
    writer.check(primary(group))
    for member, engine in before.items():
        assert not engine.is_running(), f"{member} has the engine it had"


def test_a_group_in_cluster_mode_is_updated_under_load(client):
    group = create_cluster(client, "g", 2, 1, "valkey")
    update = available_update(client, "valkey")
    with Writer(cluster_client(group)) as writer:
        apply(client, update, ReplicationGroupIds=["g"])
        wait_complete(client, update, ReplicationGroupIds=["g"])
    wait_rest(client, "g")
    writer.check(cluster_client(group))


def test_a_cluster_keeps_its_data_and_memcached_does_not(server, client):
    one = create(client, "one", "valkey")
    create(client, "other", "memcached")
    fill(connect(one))
    engines = [engine_of(server, "one"), engine_of(server, "other")]
    for cluster, engine in [("one", "valkey"), ("other", "memcached")]:
        update = available_update(client, engine)
        apply(client, update, CacheClusterIds=[cluster])
        action = wait_complete(client, update, CacheClusterIds=[cluster])
        assert {node["NodeUpdateStatus"] for node in action["CacheNodeUpdateStatus"]} == {"complete"}
        wait_available(client, cluster)
    assert connect(one).dbsize() == 500
    assert not any(engine.is_running() for engine in engines)


def test_a_server_that_is_killed_goes_on(own_server):
    server = own_server()
    client = server.client()
    group = create_group(client, "g", nodes=3)
    fill(primary(group))
    update = available_update(client, "redis")
    apply(client, update, ReplicationGroupIds=["g"])
    target = {"ReplicationGroupIds": ["g"]}
    wait_for(lambda: action_of(client, update, **target)["UpdateActionStatus"] == "in-progress", what="the first node")
    server.kill()
    server.start()
    assert wait_complete(client, update, ReplicationGroupIds=["g"])["NodesUpdated"] == "3/3"
    wait_rest(client, "g")
    assert primary(group).dbsize() == 500


def test_an_update_can_be_stopped(client):
    create_group(client, "g", nodes=3)
    update = available_update(client, "redis")
    target = {"ReplicationGroupIds": ["g"]}
    apply(client, update, **target)
    answer = client.batch_stop_update_action(ServiceUpdateName=update, **target)
    assert [it["UpdateActionStatus"] for it in answer["ProcessedUpdateActions"]] == ["stopping"]
    wait_for(lambda: action_of(client, update, **target)["UpdateActionStatus"] == "stopped", 60, "the end")
    action = action_of(client, update, **target)
    (shard,) = action["NodeGroupUpdateStatus"]
    statuses = [node["NodeUpdateStatus"] for node in shard["NodeGroupMemberUpdateStatus"]]
    done = statuses.count("complete")
    assert set(statuses) <= {"complete", "stopped"} and action["NodesUpdated"] == f"{done}/3" != "3/3"
    wait_rest(client, "g")
    apply(client, update, **target)
    assert wait_complete(client, update, **target)["NodesUpdated"] == "3/3"


def test_refusals(client):
    with pytest.raises(client.exceptions.ServiceUpdateNotFoundFault):
        client.batch_apply_update_action(ServiceUpdateName="absent", CacheClusterIds=["x"])
    update = available_update(client, "redis")
    answer = client.batch_apply_update_action(ServiceUpdateName=update, CacheClusterIds=["absent"])
    (refused,) = answer["UnprocessedUpdateActions"]
    assert refused["ErrorType"] == "CacheClusterNotFound" and refused["CacheClusterId"] == "absent"

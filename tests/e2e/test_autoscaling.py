"""Groups that are scaled by themselves, with the official client of Application Auto Scaling."""

import time

import boto3
import pytest
from botocore.exceptions import ClientError
from conftest import wait_for
from engines import check_engines
from groups import check_filled, cluster_client, create_cluster, describe, fill

NAMESPACE = "elasticache"
REPLICAS = "elasticache:replication-group:Replicas"
NODE_GROUPS = "elasticache:replication-group:NodeGroups"
MEMORY = "ElastiCacheDatabaseMemoryUsageCountedForEvictPercentage"


class Scaling:
    """Application Auto Scaling, about one group."""

    def __init__(self, server, group_id):
        self.server = server
        self.resource = {"ServiceNamespace": NAMESPACE, "ResourceId": f"replication-group/{group_id}"}
        self.client = boto3.client(
            "application-autoscaling",
            endpoint_url=server.url,
            region_name="us-east-1",
            aws_access_key_id="000000000000",
            aws_secret_access_key="any",
        )

    def register(self, dimension, **settings):
        return self.client.register_scalable_target(**self.resource, ScalableDimension=dimension, **settings)

    def track(self, dimension, metric, target, **more):
        configuration = {
            "TargetValue": target, "PredefinedMetricSpecification": {"PredefinedMetricType": metric}, **more,
        }
        return self.client.put_scaling_policy(
            **self.resource,
            ScalableDimension=dimension,
            PolicyName="hold",
            PolicyType="TargetTrackingScaling",
            TargetTrackingScalingPolicyConfiguration=configuration,
        )

    def activities(self):
        """What was done, the latest first."""
        return self.client.describe_scaling_activities(ServiceNamespace=NAMESPACE)["ScalingActivities"]

    def ended(self, count):
        """Waits for so many activities; answers the latest, which has to have been successful."""

        def over():
            activities = self.activities()
            return activities[0] if len(activities) == count and "EndTime" in activities[0] else None

        activity = wait_for(over, 120, f"{count} activities")
        assert activity["StatusCode"] == "Successful", activity
        return activity

    def pass_until_scaled(self, count):
        """Lets minutes of the server's clock pass, each in a moment, until an activity ends."""

        def begun():
            if len(self.activities()) < count:
                self.server.admin("clock/advance", {"seconds": 60})
                # The metrics are looked at by the real clock, every second.
                time.sleep(1)
            return len(self.activities()) == count

        wait_for(begun, 180, "scaling")
        return self.ended(count)


def shape(client, group_id):
    """How many members each shard has."""
    return [len(shard["NodeGroupMembers"]) for shard in describe(client, group_id)["NodeGroups"]]


def test_a_group_grows_and_shrinks_by_its_memory(own_server, backend):
    if backend != "process":
        pytest.skip("what runs the engines makes no difference")
    server = own_server("--metrics-interval", "1")
    client = server.client()
    group = create_cluster(client, "g", 1, 0, "valkey")
    fill(cluster_client(group))
    scaling = Scaling(server, "g")
    # What is outside of the bounds is brought within them at once.
    scaling.register(REPLICAS, MinCapacity=1, MaxCapacity=2)
    assert scaling.ended(1)["Cause"] == "minimum capacity was set to 1 and maximum capacity was set to 2"
    assert shape(client, "g") == [2]
    # An empty engine has more in its memory than a hundredth of a per cent.
    scaling.register(NODE_GROUPS, MinCapacity=1, MaxCapacity=2)
    scaling.track(NODE_GROUPS, MEMORY, 0.01, ScaleInCooldown=0)
    activity = scaling.pass_until_scaled(2)
    assert activity["Cause"].startswith(f"policy hold was triggered: {MEMORY} was "), activity
    assert activity["Description"] == "Setting node groups to 2."
    assert shape(client, "g") == [2, 2]
    check_filled(cluster_client(group))
    # What is known of the group outlives the server.
    scaling.track(NODE_GROUPS, MEMORY, 100, ScaleInCooldown=0, DisableScaleIn=False, ScaleOutCooldown=60)
    server.kill()
    server.start()
    scaling.pass_until_scaled(3)
    assert shape(client, "g") == [2]
    check_filled(cluster_client(group))
    check_engines(server, ["g-0001-001", "g-0001-002"])
    with pytest.raises(ClientError, match="ObjectNotFoundException"):
        scaling.client.delete_scaling_policy(**scaling.resource, ScalableDimension=REPLICAS, PolicyName="hold")
    client.delete_replication_group(ReplicationGroupId="g")
    wait_for(lambda: not scaling.client.describe_scalable_targets(ServiceNamespace=NAMESPACE)["ScalableTargets"])

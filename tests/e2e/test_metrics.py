"""What engines count is told by CloudWatch's API, pushed to a real server of that, moto's, and read by Prometheus."""

import datetime
import json
import urllib.request

import boto3
import botocore.config
import botocore.exceptions
import pytest
from conftest import connect, create, wait_for
from groups import create_group
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from serverless import create_serverless
from test_notifications import services  # noqa: F401 - a fixture

NAMESPACE = "AWS/ElastiCache"

#: The protocols of AWS that clients speak to CloudWatch.
PROTOCOLS = ["smithy-rpc-v2-cbor", "json", "query"]


@pytest.fixture
def server(own_server, services, backend):  # noqa: F811
    if backend != "process":
        pytest.skip("engines count alike wherever they run")
    environment = {"AWS_ENDPOINT_URL_CLOUDWATCH": f"http://127.0.0.1:{services.port}"}
    return own_server("--metrics-interval", "1", env=environment)


def cloudwatch(server, protocol=None, key="000000000000", secret="any"):
    """A client that speaks this protocol, or the one that it likes best."""
    with pytest.MonkeyPatch.context() as patch:
        if protocol:
            patch.setattr("botocore.model.PRIORITY_ORDERED_SUPPORTED_PROTOCOLS", (protocol,))
        client = boto3.client(
            "cloudwatch",
            endpoint_url=server.url,
            region_name="us-east-1",
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            config=botocore.config.Config(retries={"total_max_attempts": 1}),
        )
        if protocol:
            assert client.meta.service_model.resolved_protocol == protocol
        return client


def now(server):
    return datetime.datetime.fromisoformat(server.admin("health")["time"])


def dimensions(**named):
    return [{"Name": name, "Value": value} for name, value in named.items()]


def total(server, client, metric, **named):
    """The sum of a metric over the last minutes; `None` when there is no value."""
    points = client.get_metric_statistics(
        Namespace=NAMESPACE,
        MetricName=metric,
        Dimensions=dimensions(**named),
        StartTime=now(server) - datetime.timedelta(minutes=5),
        EndTime=now(server) + datetime.timedelta(minutes=1),
        Period=3600,
        Statistics=["Sum"],
    )["Datapoints"]
    return sum(point["Sum"] for point in points) if points else None


def figures(server):
    """What Prometheus reads."""
    with urllib.request.urlopen(f"{server.url}/metrics", timeout=30) as answer:
        assert answer.headers["content-type"].startswith("application/openmetrics-text")
        families = text_string_to_metric_families(answer.read().decode())
        return [sample for family in families for sample in family.samples]


def test_what_engines_count_is_told_everywhere(server, services):  # noqa: F811
    client = server.client()
    cluster = create(client, "busy")
    create(client, "items", "memcached")
    create_group(client, "family", 2)
    create_serverless(client, "light")
    redis = connect(cluster)
    for number in range(40):
        redis.set(f"key-{number}", number)
    for number in range(60):
        redis.get(f"key-{number}")
    node = {"CacheClusterId": "busy", "CacheNodeId": "0001"}

    # In every protocol the same.
    for protocol in [None, *PROTOCOLS]:
        metrics = cloudwatch(server, protocol)
        wait_for(lambda: total(server, metrics, "CacheMisses", **node) == 20, 30, "the misses")  # noqa: B023
        for metric, expected in [("CacheHits", 40), ("SetTypeCmds", 40), ("GetTypeCmds", 60)]:
            assert total(server, metrics, metric, **node) == expected
            assert total(server, metrics, metric, CacheClusterId="busy") == expected
        listed = metrics.get_paginator("list_metrics").paginate(Namespace=NAMESPACE, MetricName="CacheHits")
        found = [metric["Dimensions"] for page in listed for metric in page["Metrics"]]
        assert dimensions(**node) in found and dimensions(CacheClusterId="busy") in found and [] in found
        query = {"Metric": {"Namespace": NAMESPACE, "MetricName": "CurrItems", "Dimensions": dimensions(**node)}}
        data = metrics.get_metric_data(
            MetricDataQueries=[{"Id": "items", "MetricStat": {**query, "Period": 60, "Stat": "Maximum"}}],
            StartTime=now(server) - datetime.timedelta(minutes=5),
            EndTime=now(server) + datetime.timedelta(minutes=1),
        )["MetricDataResults"]
        assert [data[0]["Id"], max(data[0]["Values"])] == ["items", 40]
        assert data[0]["Timestamps"][0].second == 0
        with pytest.raises(botocore.exceptions.ClientError) as refused:
            metrics.put_metric_data(Namespace="mine", MetricData=[{"MetricName": "a", "Value": 1}])
        assert refused.value.response["Error"]["Code"] == "InvalidAction"

    # Of groups by role, of serverless caches as a whole, and of Memcached.
    metrics = cloudwatch(server)
    group = {"ReplicationGroupId": "family"}
    wait_for(lambda: total(server, metrics, "ReplicationLag", **group, Role="REPLICA") is not None, 30, "the lag")
    assert total(server, metrics, "ReplicationLag", **group, Role="PRIMARY") is None
    for metric, named in [
        ("EngineCPUUtilization", {**group, "Role": "PRIMARY"}),
        ("TotalCmdsCount", {"clusterId": "light"}),
        ("UnusedMemory", {"CacheClusterId": "items"}),
        ("FreeableMemory", node),
    ]:
        wait_for(lambda: (total(server, metrics, metric, **named) or 0) > 0, 30, metric)  # noqa: B023

    # By Prometheus' own parser.
    samples = figures(server)
    labels = {"cache_cluster_id": "busy", "cache_node_id": "0001", "region": "us-east-1", "engine": "redis"}

    def sample(name, **wanted):
        matching = [found for found in samples if found.name == name and wanted.items() <= found.labels.items()]
        return sum(found.value for found in matching) if matching else None

    assert sample("cachette_cache_hits_total", **labels) == 40
    assert sample("cachette_curr_items", **labels) == 40
    assert sample("cachette_requests_total", operation="CreateCacheCluster", error="") == 2
    assert sample("cachette_requests_total", api="cloudwatch", error="InvalidAction") == 4
    assert sample("cachette_reconciles_total", subject="cache-cluster", outcome="settled") > 0
    assert sample("cachette_gateway_connections") == 1
    assert sample("cachette_gateway_received_bytes_total") > 100 * 20
    assert sample("cachette_nodes", running="yes") >= 5

    # A minute that is over is pushed.
    minute = now(server).replace(second=0, microsecond=0)
    server.admin("clock/advance", {"seconds": 61})
    pushed = services.client("cloudwatch")

    def arrived():
        points = pushed.get_metric_statistics(
            Namespace=NAMESPACE,
            MetricName="CurrItems",
            Dimensions=dimensions(**node),
            StartTime=minute - datetime.timedelta(minutes=5),
            EndTime=minute + datetime.timedelta(minutes=1),
            Period=60,
            Statistics=["Maximum"],
        )["Datapoints"]
        return points and max(point["Maximum"] for point in points) == 40

    wait_for(arrived, 60, "what was pushed")

    # What was reset is gone.
    server.admin("reset", {})
    wait_for(lambda: not metrics.list_metrics(Namespace=NAMESPACE)["Metrics"], 10, "nothing")


def test_signatures_and_policies_hold_for_metrics(own_server, backend, tmp_path):
    if backend != "process":
        pytest.skip("no engine is needed")
    allow = {"Effect": "Allow", "Action": "cloudwatch:ListMetrics", "Resource": "*"}
    policies = tmp_path / "policies.json"
    policies.write_text(json.dumps({"reader": {"Version": "2012-10-17", "Statement": [allow]}}))
    credentials = "reader:secret,other:secret"
    server = own_server("--auth", "sigv4", "--credentials", credentials, "--iam-policies", str(policies))

    def code(call, **arguments):
        with pytest.raises(botocore.exceptions.ClientError) as refused:
            call(**arguments)
        return refused.value.response["Error"]["Code"]

    for protocol in PROTOCOLS:
        reader = cloudwatch(server, protocol, "reader", "secret")
        assert reader.list_metrics(Namespace=NAMESPACE)["Metrics"] == []
        query = {"Metric": {"Namespace": NAMESPACE, "MetricName": "CurrItems"}, "Period": 60, "Stat": "Sum"}
        time = datetime.datetime.now(datetime.timezone.utc)
        data = {"StartTime": time - datetime.timedelta(hours=1), "EndTime": time}
        queries = [{"Id": "items", "MetricStat": query}]
        assert code(reader.get_metric_data, MetricDataQueries=queries, **data) == "AccessDenied"
        assert code(cloudwatch(server, protocol, "other", "secret").list_metrics) == "AccessDenied"
        assert code(cloudwatch(server, protocol, "reader", "wrong").list_metrics) == "SignatureDoesNotMatch"
        assert code(cloudwatch(server, protocol, "nobody", "secret").list_metrics) == "InvalidClientTokenId"

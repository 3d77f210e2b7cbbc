"""Logs of engines arrive where they are to go: in moto's log groups and delivery streams, and in files."""

import datetime
import json
import re
import signal

import pytest
from conftest import connect, create, wait_available, wait_for
from groups import create_group
from test_notifications import ACCOUNT, Services

STREAM = "elasticache/redis/{}/0001/{}"
ENGINE_LINE = re.compile(r"(\S+)/0001:[MSCX] \d\d \w{3} \d{4} \d\d:\d\d:\d\d\.\d{3} UTC [-*#] (.+)")

#: After a minute at the latest something that failed is tried again.
PATIENCE = 90


class Logs(Services):
    def group(self, name):
        self.client("logs").create_log_group(logGroupName=name)

    def delivery_stream(self, name):
        """A stream, and the bucket behind it."""
        self.client("s3").create_bucket(Bucket=name)
        destination = {"RoleARN": f"arn:aws:iam::{ACCOUNT}:role/any", "BucketARN": f"arn:aws:s3:::{name}"}
        self.client("firehose").create_delivery_stream(
            DeliveryStreamName=name, ExtendedS3DestinationConfiguration=destination
        )

    def events(self, group, stream):
        logs = self.client("logs")
        try:
            pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group, logStreamNames=[stream])
            return [event["message"] for page in pages for event in page["events"]]
        except logs.exceptions.ResourceNotFoundException:
            return []

    def records(self, bucket):
        objects = self.client("s3")
        keys = [one["Key"] for one in objects.list_objects_v2(Bucket=bucket).get("Contents", [])]
        bodies = [objects.get_object(Bucket=bucket, Key=key)["Body"].read().decode() for key in keys]
        return [line for body in bodies for line in body.splitlines()]


@pytest.fixture
def services():
    services = Logs()
    yield services
    services.stop()


def to_group(log_type, group, log_format="json"):
    return {
        "LogType": log_type,
        "DestinationType": "cloudwatch-logs",
        "DestinationDetails": {"CloudWatchLogsDetails": {"LogGroup": group}},
        "LogFormat": log_format,
    }


def to_stream(log_type, stream, log_format="json"):
    return {
        "LogType": log_type,
        "DestinationType": "kinesis-firehose",
        "DestinationDetails": {"KinesisFirehoseDetails": {"DeliveryStream": stream}},
        "LogFormat": log_format,
    }


def deliveries(client, cluster_id):
    cluster = client.describe_cache_clusters(CacheClusterId=cluster_id)["CacheClusters"][0]
    return {one["LogType"]: one for one in cluster["LogDeliveryConfigurations"]}


def wait_status(client, cluster_id, log_type, status):
    def reached():
        delivery = deliveries(client, cluster_id).get(log_type)
        return delivery if delivery and delivery["Status"] == status else None

    return wait_for(reached, PATIENCE, f"{log_type} of {cluster_id} {status}")


def log_every_command(client):
    """The name of a parameter group with which every command is slow."""
    client.create_cache_parameter_group(
        CacheParameterGroupName="slow", CacheParameterGroupFamily="redis7", Description="for a test"
    )
    values = [{"ParameterName": "slowlog-log-slower-than", "ParameterValue": "0"}]
    client.modify_cache_parameter_group(CacheParameterGroupName="slow", ParameterNameValues=values)
    return "slow"


def say(cluster, name):
    """Runs commands under a name by which they are found again in the slow log."""
    with connect(cluster, client_name=name) as cache:
        cache.set("key of mine", "secret of mine")


def named(lines):
    """The client names in the lines of a slow log, each once, in order."""
    return list(dict.fromkeys(json.loads(line)["ClientName"] for line in lines))


def test_logs_arrive_whatever_happens_on_the_way(own_server, services, tmp_path):
    services.group("slow")
    services.delivery_stream("engine")
    server = own_server("--log-dir", tmp_path / "logs", env=services.environment())
    client = server.client()
    asked = [to_group("slow-log", "slow"), to_stream("engine-log", "engine", "text")]
    answer = client.create_cache_cluster(
        CacheClusterId="mine",
        Engine="redis",
        CacheNodeType="cache.t3.micro",
        NumCacheNodes=1,
        CacheParameterGroupName=log_every_command(client),
        LogDeliveryConfigurations=asked,
    )["CacheCluster"]
    assert {one["Status"] for one in answer["LogDeliveryConfigurations"]} == {"enabling"}
    assert len(answer["PendingModifiedValues"]["LogDeliveryConfigurations"]) == 2
    cluster = wait_available(client, "mine")
    for log_type in ("slow-log", "engine-log"):
        wait_status(client, "mine", log_type, "active")

    # What the engine said from its start on is in the bucket, as text.
    wait_for(lambda: any("Ready to accept" in line for line in services.records("engine")), PATIENCE, "engine log")
    assert all(ENGINE_LINE.fullmatch(line).group(1) == "mine" for line in services.records("engine"))

    # Commands come without their arguments, and without those of the server itself.
    stream = STREAM.format("mine", "slow-log")
    say(cluster, "first")
    wait_for(lambda: "first" in named(services.events("slow", stream)), PATIENCE, "slow log")
    entries = [json.loads(line) for line in services.events("slow", stream)]
    found = next(entry for entry in entries if entry["Command"].upper().startswith("SET "))
    assert list(found) == [
        "CacheClusterId",
        "CacheNodeId",
        "Id",
        "Timestamp",
        "Duration (us)",
        "Command",
        "ClientAddress",
        "ClientName",
    ]
    assert found["Command"] == "SET ... (2 more arguments)"
    assert not any("mine" in entry["Command"] or entry["ClientName"] == "cachette" for entry in entries)
    assert not any(entry["Command"].lower().startswith(("slowlog", "config", "info")) for entry in entries)

    # A log group that is deleted is shown, holds nobody up, and nothing is lost when it is back.
    services.client("logs").delete_log_group(logGroupName="slow")
    say(cluster, "second")
    message = wait_status(client, "mine", "slow-log", "error")["Message"]
    assert message == "The log group slow does not exist."
    services.group("slow")
    wait_status(client, "mine", "slow-log", "active")
    wait_for(lambda: "second" in named(services.events("slow", stream)), PATIENCE, "what came meanwhile")

    # Neither is anything lost while the service hangs and the server is killed.
    services.process.send_signal(signal.SIGSTOP)
    say(cluster, "third")
    server.kill()
    say_again = connect(cluster)
    server.start()
    say_again.close()
    say(cluster, "fourth")
    services.process.send_signal(signal.SIGCONT)
    wait_for(lambda: {"third", "fourth"} <= set(named(services.events("slow", stream))), PATIENCE, "the rest")

    # The files have all of it, whatever became of the service.
    files = tmp_path / "logs" / ACCOUNT / "us-east-1"
    slow = files / (stream + ".log")
    wait_for(lambda: "fourth" in named(slow.read_text().splitlines()), PATIENCE, "the file")
    ours = [name for name in named(slow.read_text().splitlines()) if name in ("first", "second", "third", "fourth")]
    assert ours == ["first", "second", "third", "fourth"]
    assert "Ready to accept" in (files / (STREAM.format("mine", "engine-log") + ".log")).read_text()

    # Elsewhere from now on, without what was there before.
    services.group("other")
    answer = client.modify_cache_cluster(
        CacheClusterId="mine",
        ApplyImmediately=True,
        LogDeliveryConfigurations=[to_group("slow-log", "other"), {"LogType": "engine-log", "Enabled": False}],
    )["CacheCluster"]
    assert {one["LogType"]: one["Status"] for one in answer["LogDeliveryConfigurations"]} == {
        "slow-log": "modifying",
        "engine-log": "disabling",
    }
    wait_status(client, "mine", "slow-log", "active")
    wait_for(lambda: list(deliveries(client, "mine")) == ["slow-log"], PATIENCE, "the end of the engine log")
    say(cluster, "fifth")
    wait_for(lambda: "fifth" in named(services.events("other", stream)), PATIENCE, "slow log in the other group")
    assert "first" not in named(services.events("other", stream))


def test_a_group_that_runs_already_delivers_what_comes_next(own_server, services):
    services.group("logs")
    server = own_server(env=services.environment())
    client = server.client()
    create_group(client, "family", 2)
    with pytest.raises(client.exceptions.InvalidParameterCombinationException, match="ApplyImmediately"):
        client.modify_replication_group(
            ReplicationGroupId="family", LogDeliveryConfigurations=[to_group("engine-log", "logs")]
        )
    client.modify_replication_group(
        ReplicationGroupId="family",
        ApplyImmediately=True,
        LogDeliveryConfigurations=[to_group("engine-log", "logs"), to_group("slow-log", "missing")],
    )

    def shown():
        group = client.describe_replication_groups(ReplicationGroupId="family")["ReplicationGroups"][0]
        return {one["LogType"]: (one["Status"], one.get("Message")) for one in group["LogDeliveryConfigurations"]}

    missing = ("error", "The log group missing does not exist.")
    wait_for(lambda: shown() == {"engine-log": ("active", None), "slow-log": missing}, PATIENCE, "the statuses")
    members = client.describe_cache_clusters()["CacheClusters"]
    assert all(member["ReplicationGroupLogDeliveryEnabled"] for member in members)
    assert all(member["LogDeliveryConfigurations"] == [] for member in members)

    def lines(member):
        return [json.loads(line) for line in services.events("logs", STREAM.format(member, "engine-log"))]

    client.test_failover(ReplicationGroupId="family", NodeGroupId="0001")
    wait_for(lambda: any("MASTER MODE" in line["Message"] for line in lines("family-002")), PATIENCE, "the failover")
    assert not any("Redis is starting" in line["Message"] for line in lines("family-002")), "that was before"
    line = lines("family-002")[0]
    assert list(line) == ["CacheClusterId", "CacheNodeId", "LogLevel", "Role", "Time", "Message"]
    time = datetime.datetime.strptime(line["Time"] + "+0000", "%d %b %Y %H:%M:%S.%f UTC%z")
    assert abs(datetime.datetime.now(datetime.UTC) - time) < datetime.timedelta(minutes=5)


def test_without_a_service_the_status_says_so_and_files_stand_in(own_server, tmp_path):
    nowhere = own_server().client()
    create(nowhere, "mine", LogDeliveryConfigurations=[to_stream("engine-log", "engine")])
    message = wait_status(nowhere, "mine", "engine-log", "error")["Message"]
    assert "AWS_ENDPOINT_URL_FIREHOSE" in message
    files = own_server("--log-dir", tmp_path / "logs").client()
    create(files, "mine", LogDeliveryConfigurations=[to_stream("engine-log", "engine")])
    wait_status(files, "mine", "engine-log", "active")
    log = tmp_path / "logs" / ACCOUNT / "us-east-1" / (STREAM.format("mine", "engine-log") + ".log")
    wait_for(lambda: log.exists() and "Ready to accept" in log.read_text(), PATIENCE, "the file")

"""What happens is told to topics and to the event bus, by way of real servers of those: moto's."""

import json
import signal
import subprocess
import sys

import boto3
import pytest
from conftest import create, free_port, wait_for, wait_gone
from groups import create_group
from serverless import create_serverless

#: One account for all: moto's queues are found by it.
ACCOUNT = "000000000000"

MOTO = "import sys, moto.server; moto.server.main(['-H', '127.0.0.1', '-p', sys.argv[1]])"


class Services:
    """moto, with a topic and a rule of the event bus that end in queues."""

    def __init__(self):
        self.port = free_port()
        self.process = subprocess.Popen(
            [sys.executable, "-c", MOTO, str(self.port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
        )
        wait_for(self.answers, 30, "moto")

    def answers(self):
        try:
            return self.client("sqs").list_queues() is not None
        except Exception:  # noqa: BLE001 - whatever it is, it does not answer yet
            return False

    def stop(self):
        self.process.kill()
        self.process.wait(30)

    def client(self, service):
        return boto3.client(
            service,
            endpoint_url=f"http://127.0.0.1:{self.port}",
            region_name="us-east-1",
            aws_access_key_id=ACCOUNT,
            aws_secret_access_key="any",
        )

    def environment(self):
        return {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.port}"}

    def queue(self, name):
        queues = self.client("sqs")
        url = queues.create_queue(QueueName=name)["QueueUrl"]
        arn = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        return url, arn

    def topic(self, name="news"):
        """A topic, and the queue behind it."""
        url, queue = self.queue(f"of-{name}")
        topics = self.client("sns")
        arn = topics.create_topic(Name=name)["TopicArn"]
        topics.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queue)
        return arn, url

    def bus(self):
        """The queue that everything of ElastiCache on the bus comes to."""
        url, queue = self.queue("of-the-bus")
        buses = self.client("events")
        buses.put_rule(Name="caches", EventPattern=json.dumps({"source": ["aws.elasticache"]}))
        buses.put_targets(Rule="caches", Targets=[{"Id": "queue", "Arn": queue}])
        return url

    def received(self, url):
        """What came to a queue since the last time."""
        queues, found = self.client("sqs"), []
        while messages := queues.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                found.append(json.loads(message["Body"]))
                queues.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return found


class Inbox:
    """Collects what a queue gets."""

    def __init__(self, services, url):
        self.services, self.url, self.found = services, url, []

    def until(self, condition, what):
        def met():
            self.found += self.services.received(self.url)
            return condition(self.found)

        # A target that failed is tried again after a minute at the latest.
        wait_for(met, 90, what)

    def until_told(self, *notices):
        """Waits for these notices of a topic, each a name and a resource, in this order."""

        def told(found):
            names = [next(iter(json.loads(message["Message"]).items())) for message in found]
            rest = iter(names)
            return all(notice in rest for notice in notices)

        self.until(told, f"{notices} of {self.url}")


@pytest.fixture
def services():
    services = Services()
    yield services
    services.stop()


@pytest.fixture
def server(own_server, services):
    return own_server(env=services.environment())


@pytest.fixture
def client(server):
    return server.client()


def test_a_topic_is_told_what_happens_to_a_cluster(client, services):
    topic, queue = services.topic()
    inbox = Inbox(services, queue)
    create(client, "watched", "memcached", NotificationTopicArn=topic)
    create(client, "unwatched", "memcached")
    inbox.until_told(
        ("ElastiCache:CacheClusterProvisioningComplete", "watched"), ("ElastiCache:AddCacheNodeComplete", "watched")
    )
    client.reboot_cache_cluster(CacheClusterId="watched", CacheNodeIdsToReboot=["0001"])
    inbox.until_told(("ElastiCache:CacheNodesRebooted", "watched"))
    client.delete_cache_cluster(CacheClusterId="watched")
    inbox.until_told(("ElastiCache:DeleteCacheClusterComplete", "watched"))
    assert not any("unwatched" in message["Message"] for message in inbox.found)


def test_a_topic_that_is_inactive_is_told_nothing(client, services):
    topic, queue = services.topic()
    inbox = Inbox(services, queue)
    create(client, "watched", "memcached", NotificationTopicArn=topic)
    inbox.until_told(("ElastiCache:CacheClusterProvisioningComplete", "watched"))
    client.modify_cache_cluster(CacheClusterId="watched", NotificationTopicStatus="inactive")
    client.reboot_cache_cluster(CacheClusterId="watched", CacheNodeIdsToReboot=["0001"])
    client.get_waiter("cache_cluster_available").wait(
        CacheClusterId="watched", WaiterConfig={"Delay": 1, "MaxAttempts": 30}
    )
    client.modify_cache_cluster(CacheClusterId="watched", NotificationTopicStatus="active")
    client.delete_cache_cluster(CacheClusterId="watched")
    inbox.until_told(("ElastiCache:DeleteCacheClusterComplete", "watched"))
    assert not any("Rebooted" in message["Message"] for message in inbox.found)


def test_a_topic_is_told_what_happens_to_a_group(client, services):
    topic, queue = services.topic()
    inbox = Inbox(services, queue)
    create_group(client, "family", 2, NotificationTopicArn=topic)
    inbox.until_told(("ElastiCache:CreateReplicationGroupComplete", "family"))
    client.increase_replica_count(ReplicationGroupId="family", NewReplicaCount=2, ApplyImmediately=True)
    inbox.until_told(
        ("ElastiCache:ReplicationGroupIncreaseReplicaCountStarted", "family"),
        ("ElastiCache:CacheClusterProvisioningComplete", "family-003"),
        ("ElastiCache:ReplicationGroupIncreaseReplicaCountFinished", "family"),
    )
    client.test_failover(ReplicationGroupId="family", NodeGroupId="0001")
    inbox.until_told(("ElastiCache:FailoverComplete", "family"))


def test_the_bus_is_told_what_happens_to_a_serverless_cache(client, services):
    inbox = Inbox(services, services.bus())
    create_serverless(client, "light")
    inbox.until(lambda found: found, "the bus")
    event = inbox.found[0]
    assert event["source"] == "aws.elasticache"
    assert event["detail-type"] == "Cache Created"
    assert event["detail"]["SourceIdentifier"] == "light"
    assert event["detail"]["SourceType"] == "serverless-cache"
    assert event["detail"]["EventCategories"] == ["creation"]
    assert event["resources"] == ["arn:aws:elasticache:us-east-1:000000000000:serverlesscache:light"]
    client.delete_serverless_cache(ServerlessCacheName="light")
    inbox.until(lambda found: found[-1]["detail-type"] == "Cache Deleted", "the end")


def test_a_topic_that_cannot_be_reached_holds_nobody_up_and_is_told_later(server, client, services):
    topic, queue = services.topic()
    services.process.send_signal(signal.SIGSTOP)
    create(client, "watched", "memcached", NotificationTopicArn=topic)
    client.delete_cache_cluster(CacheClusterId="watched")
    wait_gone(client, "watched")
    # Neither does a restart of the server.
    server.kill()
    server.start()
    services.process.send_signal(signal.SIGCONT)
    Inbox(services, queue).until_told(
        ("ElastiCache:CacheClusterProvisioningComplete", "watched"),
        ("ElastiCache:DeleteCacheClusterComplete", "watched"),
    )

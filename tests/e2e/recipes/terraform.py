"""As much of Terraform's language as the recipe has, and what its provider would make of it."""

import json
import re

import boto3
from terraform import ReplicationGroup

#: What the provider has to be told so that it asks no other service than ElastiCache.
SKIPPED = ("credentials_validation", "metadata_api_check", "requesting_account_id")


class Configuration:
    """A file of resources and their provider."""

    def __init__(self, text):
        self.blocks = re.findall(r"^(\w+)((?: \"\w+\")+) \{\n(.*?)^\}", text, re.MULTILINE | re.DOTALL)

    def client(self):
        """Connects as the provider is told to."""
        (provider,) = (body for kind, _, body in self.blocks if kind == "provider")
        settings = settings_of(provider)
        assert all(settings[f"skip_{check}"] for check in SKIPPED)
        return boto3.client(
            "elasticache",
            endpoint_url=re.search(r'endpoints \{\s+elasticache = "(.+)"', provider)[1],
            region_name=settings["region"],
            aws_access_key_id=settings["access_key"],
            aws_secret_access_key=settings["secret_key"],
        )

    def groups(self):
        """The replication groups that are asked for."""
        bodies = (body for kind, name, body in self.blocks if (kind, name.split()[0]) == ("resource", GROUP))
        return [ReplicationGroup(self.client(), **settings_of(body)) for body in bodies]


GROUP = '"aws_elasticache_replication_group"'


def settings_of(body):
    """The plain settings of a block, not those of blocks in it."""
    return {name: json.loads(value) for name, value in re.findall(r"^  (\w+) += (.+)$", body, re.MULTILINE)}

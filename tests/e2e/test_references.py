"""What requests name of KMS and EC2 is checked there, where those are: moto's."""

import pytest
from botocore.exceptions import ClientError
from test_notifications import Services

#: All that a group needs besides.
GROUP = {"ReplicationGroupDescription": "d", "Engine": "redis", "CacheNodeType": "cache.t3.micro", "NumCacheClusters": 1}


@pytest.fixture
def services():
    services = Services()
    yield services
    services.stop()


def refusal(call, **parameters):
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return caught.value.response["Error"]["Code"], caught.value.response["Error"]["Message"]


def test_ids_are_checked_where_somebody_knows_them(own_server, services):
    server = own_server(env=services.environment())
    client = server.client()
    keys, network = services.client("kms"), services.client("ec2")
    create = client.create_cache_subnet_group
    subnets = {"CacheSubnetGroupName": "mine", "CacheSubnetGroupDescription": "d"}
    mine, other = (network.create_vpc(CidrBlock=f"10.{number}.0.0/16")["Vpc"]["VpcId"] for number in (1, 2))
    subnet, foreign = (
        network.create_subnet(VpcId=vpc, CidrBlock=f"10.{number}.1.0/24")["Subnet"]["SubnetId"]
        for number, vpc in ((1, mine), (2, other))
    )
    code, message = refusal(create, **subnets, SubnetIds=[subnet, "subnet-0123456789abcdef0"])
    assert (code, message) == ("InvalidParameterValue", "Some input subnets in :[subnet-0123456789abcdef0] are invalid.")
    code, message = refusal(create, **subnets, SubnetIds=[subnet, foreign])
    assert code == "InvalidSubnet" and "not in the same VPC" in message
    create(**subnets, SubnetIds=[subnet])

    key = keys.create_key()["KeyMetadata"]["KeyId"]
    encrypted = {"ReplicationGroupId": "kept", **GROUP, "AtRestEncryptionEnabled": True}
    wrong = "11111111-2222-3333-4444-555555555555"
    code, message = refusal(client.create_replication_group, **encrypted, KmsKeyId=wrong)
    assert (code, message) == ("InvalidKMSKeyFault", f"KMS key does not exist with key id {wrong}")
    keys.disable_key(KeyId=key)
    code, message = refusal(client.create_replication_group, **encrypted, KmsKeyId=key)
    assert code == "InvalidKMSKeyFault" and "Disabled" in message
    keys.enable_key(KeyId=key)
    group = network.create_security_group(GroupName="g", Description="d", VpcId=mine)["GroupId"]
    code, message = refusal(client.create_replication_group, **encrypted, SecurityGroupIds=[group, "sg-0123456789abcdef0"])
    assert code == "InvalidParameterValue" and "sg-0123456789abcdef0" in message and group not in message
    made = client.create_replication_group(
        **encrypted, KmsKeyId=key, SecurityGroupIds=[group], CacheSubnetGroupName="mine"
    )
    assert made["ReplicationGroup"]["KmsKeyId"] == key

    # Nobody there any more: an id is as good as its form.
    services.stop()
    create(CacheSubnetGroupName="unseen", CacheSubnetGroupDescription="d", SubnetIds=["subnet-0123456789abcdef0"])

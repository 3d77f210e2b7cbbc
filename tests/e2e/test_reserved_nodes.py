"""Reserved nodes, as boto3 and the AWS CLI see them."""

import pytest
from conftest import wait_for


def test_a_reservation_is_bought_paid_and_over(server, client):
    offerings = client.get_paginator("describe_reserved_cache_nodes_offerings").paginate(
        CacheNodeType="cache.t3.micro", ProductDescription="valkey", Duration="1", OfferingType="No Upfront"
    )
    (offering,) = [offering for page in offerings for offering in page["ReservedCacheNodesOfferings"]]
    bought = client.purchase_reserved_cache_nodes_offering(
        ReservedCacheNodesOfferingId=offering["ReservedCacheNodesOfferingId"],
        ReservedCacheNodeId="mine",
        Tags=[{"Key": "team", "Value": "one"}],
    )["ReservedCacheNode"]
    assert bought["State"] == "payment-pending"
    assert bought["RecurringCharges"] == offering["RecurringCharges"] != []

    def described():
        return client.describe_reserved_cache_nodes(ReservedCacheNodeId="mine")["ReservedCacheNodes"][0]

    wait_for(lambda: described()["State"] == "active", what="the payment")
    tags = client.list_tags_for_resource(ResourceName=bought["ReservationARN"])["TagList"]
    assert tags == [{"Key": "team", "Value": "one"}]
    server.admin("clock/advance", {"seconds": 366 * 86400})
    assert described()["State"] == "retired"


def test_refusals_are_the_faults_of_the_sdk(client):
    offering = client.describe_reserved_cache_nodes_offerings()["ReservedCacheNodesOfferings"][0]
    purchase = {
        "ReservedCacheNodesOfferingId": offering["ReservedCacheNodesOfferingId"],
        "ReservedCacheNodeId": "mine",
    }
    client.purchase_reserved_cache_nodes_offering(**purchase)
    with pytest.raises(client.exceptions.ReservedCacheNodeAlreadyExistsFault):
        client.purchase_reserved_cache_nodes_offering(**purchase)
    with pytest.raises(client.exceptions.ReservedCacheNodesOfferingNotFoundFault):
        client.purchase_reserved_cache_nodes_offering(ReservedCacheNodesOfferingId="absent")
    with pytest.raises(client.exceptions.ReservedCacheNodeNotFoundFault):
        client.describe_reserved_cache_nodes(ReservedCacheNodeId="absent")


def test_reservations_survive_a_restart(own_server):
    server = own_server()
    client = server.client()
    offering = client.describe_reserved_cache_nodes_offerings()["ReservedCacheNodesOfferings"][0]
    bought = client.purchase_reserved_cache_nodes_offering(
        ReservedCacheNodesOfferingId=offering["ReservedCacheNodesOfferingId"]
    )["ReservedCacheNode"]
    server.kill()
    server.start()
    (kept,) = client.describe_reserved_cache_nodes()["ReservedCacheNodes"]
    assert {**kept, "State": ""} == {**bought, "State": ""}

"""The server's own affairs: health, reset, resources, the clock, signatures, accounts and regions."""

import subprocess
import urllib.error
import urllib.request

import pytest
from botocore.exceptions import ClientError
from conftest import connect, create, wait_available
from engines import engine_of


def test_a_reset_leaves_nothing_and_the_server_goes_on(server, client):
    create(client, "one")
    create(client, "many", "memcached", 3)
    client.create_cache_parameter_group(
        CacheParameterGroupName="mine", CacheParameterGroupFamily="redis7", Description="-"
    )
    engine = engine_of(server, "one")
    server.admin("reset", {})
    assert not engine.is_running()
    resources = server.admin("resources")
    assert all(not found for found in resources.values()), resources
    assert client.describe_events(Duration=20160)["Events"] == []
    assert connect(create(client, "one")).ping()


def test_health_tells_what_runs_engines(server):
    assert server.admin("health")["backend"] == server.backend


def test_the_clock_only_goes_forward_and_not_beyond_reason(server):
    for step in [-1, 1e30, "x", None]:
        with pytest.raises(urllib.error.HTTPError) as refused:
            server.admin("clock/advance", {"seconds": step})
        assert refused.value.code == 400


def test_accounts_and_regions_are_isolated(server):
    here = server.client()
    create(here, "mine")
    for other in [server.client(region="eu-west-1"), server.client(account="111122223333")]:
        assert other.describe_cache_clusters()["CacheClusters"] == []
        with pytest.raises(ClientError, match="CacheCluster not found: mine"):
            other.delete_cache_cluster(CacheClusterId="mine")
        create(other, "mine")
    wait_available(here, "mine")


def test_signatures_are_checked_when_asked_for(own_server):
    server = own_server("--auth", "sigv4", "--credentials", "000000000000:any,AKIDOTHER:secret")
    create(server.client(), "signed")
    with pytest.raises(ClientError) as refused:
        server.client(account="111122223333").describe_cache_clusters()
    assert refused.value.response["Error"]["Code"] == "InvalidClientTokenId"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    wrong = server.client()
    wrong._request_signer._credentials.secret_key = "wrong"
    with pytest.raises(ClientError) as refused:
        wrong.describe_cache_clusters()
    assert refused.value.response["Error"]["Code"] == "SignatureDoesNotMatch"
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{server.url}/?Action=DescribeCacheClusters&Version=2015-02-02", timeout=10)
    assert refused.value.code == 403 and b"MissingAuthenticationToken" in refused.value.read()
    url = server.client().generate_presigned_url("describe_cache_clusters", HttpMethod="GET")
    with urllib.request.urlopen(url, timeout=10) as answer:
        assert b"<CacheClusterId>signed</CacheClusterId>" in answer.read()


def test_the_host_name_of_the_request_is_that_of_the_endpoints(server, client):
    create(client, "named")
    request = urllib.request.Request(
        f"{server.url}/?Action=DescribeCacheClusters&Version=2015-02-02&ShowCacheNodeInfo=true",
        headers={"Host": f"cachette:{server.port}"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert b"<Address>cachette</Address>" in answer.read()


def test_a_server_can_listen_everywhere(own_server):
    server = own_server(listen="0.0.0.0")
    cluster = create(server.client(), "open")
    assert connect(cluster).ping()
    create(server.client(), "open-too", "memcached", 2)


def test_stopping_can_take_the_engines_along(own_server):
    server = own_server("--stop-engines")
    create(server.client(), "brief")
    engine = engine_of(server, "brief")
    server.stop()
    assert not engine.is_running()


def test_a_second_server_on_the_same_data_is_refused(own_server):
    server = own_server()
    from conftest import BINARY, free_port

    second = subprocess.run(
        [BINARY, "serve", "--listen", f"127.0.0.1:{free_port()}", "--backend", "none", "--data-dir", server.data_dir],
        capture_output=True, text=True, timeout=30,
    )
    assert second.returncode != 0 and "another server" in second.stderr

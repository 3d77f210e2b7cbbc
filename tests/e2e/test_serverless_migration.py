"""Migration to serverless caches: a cache stands before a redis of a user's own, and takes its place."""

import pathlib

import pytest
import redis
from conftest import free_port, wait_for
from engines import kill_engine
from secret_source import PASSWORD, Secrets, make_certificates
from security import ca_file, connect, tls
from serverless import address, cluster, create_serverless, described, messages, wait_serverless
from sources import Source
from writers import Writer


@pytest.fixture
def source(tmp_path):
    source = Source(tmp_path)
    yield source
    source.kill()


def stage(client, name):
    return described(client, name)["Migration"]["Status"]


def wait_stage(client, name, wanted, seconds=60):
    wait_for(lambda: stage(client, name) == wanted, seconds, f"{name} {wanted}")
    return described(client, name)


def prepare(client, name, source, **more):
    asked = client.prepare_migration(ServerlessCacheName=name, CustomerNodeEndpointList=source.endpoints, **more)
    migration = asked["ServerlessCache"]["Migration"]
    assert (migration["Status"], migration["CutoverMode"]) == ("preparing", "manual")
    assert migration["MigrationEndpoint"] == asked["ServerlessCache"]["Endpoint"]
    wait_stage(client, name, "prepared")
    return wait_serverless(client, name)


def wait_message(client, name, start, seconds=60):
    found = lambda: [message for message in messages(client, name) if message.startswith(start)]
    return wait_for(found, seconds, start)[-1]


def times_in_sync(client, name):
    return len([message for message in messages(client, name) if "has copied everything" in message])


def wait_in_sync(client, name, times=1):
    wait_for(lambda: times_in_sync(client, name) >= times, 60, "the copy")


def fill(source, count=20_000):
    with source.cache.pipeline(transaction=False) as pipe:
        for number in range(count):
            pipe.set(f"old{number}", number, ex=3600 if number % 2 else None)
        pipe.rpush("list", *range(1000)).hset("hash", mapping={"a": 1, "b": 2}).xadd("stream", {"f": "v"})
        pipe.execute()
    if int(source.cache.info("server")["redis_version"].split(".")[0]) >= 7:
        source.cache.function_load("#!lua name=lib\nredis.register_function('f', function() return 'v' end)")


def check_filled(caller, count=20_000):
    """What `fill` has written, as a client of the cache finds it."""
    assert [caller.get(f"old{number}") for number in range(0, count, 997)] == [
        str(number).encode() for number in range(0, count, 997)
    ]
    assert 0 < caller.ttl("old1") <= 3600 and caller.ttl("old2") == -1
    assert caller.llen("list") == 1000 and caller.hgetall("hash") == {b"a": b"1", b"b": b"2"}
    assert caller.xlen("stream") == 1


@pytest.mark.parametrize("engine", ["redis", "valkey"])
def test_an_application_moves_without_losing_a_write(server, client, tmp_path, source, engine):
    cache = create_serverless(client, "home", engine)
    fill(source)
    prepare(client, "home", source)
    # Clients of the cache are at the source now, and notice nothing.
    writing = cluster(server, tmp_path, cache, decode_responses=True)
    with Writer(writing) as through, Writer(writing, "other") as other:
        wait_for(lambda: through.acknowledged > 100, 30, "writes through the cache")
        assert source.cache.get("live50") == "50"
        started = client.start_migration(ServerlessCacheName="home")["ServerlessCache"]
        assert started["Status"] == "modifying" and started["Migration"]["Status"] == "syncing"
        wait_in_sync(client, "home")
        before = through.acknowledged
        wait_for(lambda: through.acknowledged > before + 200, 30, "writes meanwhile")
        completed = client.complete_migration(ServerlessCacheName="home")["ServerlessCache"]
        assert completed["Migration"]["Status"] == "cutover"
        after = wait_stage(client, "home", "completed")
        # From here on the source gets nothing any more.
        source.kill()
        before = (through.acknowledged, other.acknowledged)
        wait_for(
            lambda: through.acknowledged > before[0] + 100 and other.acknowledged > before[1] + 100, 30, "writes after"
        )
    through.check(writing)
    other.check(writing)
    assert after["Endpoint"] == cache["Endpoint"]
    caller = cluster(server, tmp_path, after)
    check_filled(caller)
    assert caller.fcall("f", 0) == b"v"
    reader = connect(address(after["ReaderEndpoint"]), single_connection_client=True, **tls(server, tmp_path))
    reader.readonly()
    assert reader.get("old7") == b"7"
    assert wait_serverless(client, "home")["Migration"]["Status"] == "completed"
    wait_message(client, "home", "Complete Migration successful for cache home")
    with pytest.raises(client.exceptions.ServerlessCacheNotUnderMigrationFault):
        client.complete_migration(ServerlessCacheName="home")


def test_a_source_with_a_password_and_tls(own_server, tmp_path):
    certificate = make_certificates(tmp_path)
    (tmp_path / "other").mkdir()
    secrets = Secrets({"username": "default", "password": PASSWORD})
    port = str(free_port())
    keys = ("--tls-cert-file", "source.pem", "--tls-key-file", "source.key", "--tls-ca-cert-file", "ca.pem")
    flags = ("--port", "0", "--tls-port", port, *keys, "--tls-auth-clients", "no", "--requirepass", PASSWORD)
    source = Source(tmp_path, int(port), flags, ssl=True, ssl_cert_reqs="none", password=PASSWORD)
    try:
        server = own_server(env=secrets.env)
        client = server.client()
        cache = create_serverless(client, "safe")
        fill(source, 100)
        source_tls = {"SourceTlsMode": "verify-ca", "SourceTlsCertificate": certificate}
        authentication = {"SecretManagerConfig": {"SecretArn": secrets.arn}}
        # One that another authority has signed is no source.
        other = {"SourceTlsMode": "verify-ca", "SourceTlsCertificate": pathlib.Path(ca_file(server, tmp_path / "other")).read_text()}
        client.prepare_migration(
            ServerlessCacheName="safe",
            CustomerNodeEndpointList=source.endpoints,
            SourceAuthenticationConfiguration=authentication,
            SourceTlsConfiguration=other,
        )
        assert "TLS fails" in wait_message(client, "safe", "Migration to cache safe could not be prepared")
        prepare(
            client,
            "safe",
            source,
            SourceAuthenticationConfiguration=authentication,
            SourceTlsConfiguration=source_tls,
        )
        caller = cluster(server, tmp_path, cache)
        assert caller.set("through", "v") and source.cache.get("through") == "v"
        client.start_migration(ServerlessCacheName="safe", AutoCutover=True)
        assert wait_stage(client, "safe", "completed")["Migration"]["CutoverMode"] == "manual"
        source.kill()
        check_filled(cluster(server, tmp_path, cache), 100)
        # Nobody is told the password, and nobody keeps it.
        kept = [path for path in pathlib.Path(server.data_dir).rglob("*") if path.is_file()]
        assert kept and not any(PASSWORD.encode() in path.read_bytes() for path in kept)
        assert PASSWORD not in server.log_text()
        assert not any(PASSWORD in message for message in messages(client, "safe"))
    finally:
        source.kill()
        secrets.stop()


def test_what_cannot_be_prepared_leaves_the_cache_as_it_was(own_server, tmp_path):
    secrets = Secrets("wrong")
    source = Source(tmp_path, flags=("--requirepass", PASSWORD), password=PASSWORD)
    try:
        server = own_server(env=secrets.env)
        client = server.client()
        cache = create_serverless(client, "kept")
        caller = cluster(server, tmp_path, cache)
        assert caller.set("mine", "v")
        wrong_login = {"SourceAuthenticationConfiguration": {"SecretManagerConfig": {"SecretArn": secrets.arn}}}
        no_secret = {"SourceAuthenticationConfiguration": {"SecretManagerConfig": {"SecretArn": secrets.arn + "x"}}}
        for more, reason in [({}, "it wants a password"), (wrong_login, "WRONGPASS"), (no_secret, "ResourceNotFound")]:
            client.prepare_migration(
                ServerlessCacheName="kept", CustomerNodeEndpointList=source.endpoints, **more
            )
            wait_for(lambda: "Migration" not in described(client, "kept"), 30, "the end")
            told = [message for message in messages(client, "kept") if "could not be prepared" in message]
            assert reason in told[-1]
            assert caller.get("mine") == b"v"
        # Nobody at all is waited for a minute.
        nobody = [{"Address": "127.0.0.1", "Port": free_port()}]
        client.prepare_migration(ServerlessCacheName="kept", CustomerNodeEndpointList=nobody)
        with pytest.raises(client.exceptions.ServerlessCacheAlreadyUnderMigrationFault):
            client.prepare_migration(ServerlessCacheName="kept", CustomerNodeEndpointList=nobody)

        def is_given_up():
            server.admin("clock/advance", {"seconds": 61})
            return "Migration" not in described(client, "kept")

        wait_for(is_given_up, 60, "the end")
        assert "does not answer" in messages(client, "kept")[-1]
        assert caller.get("mine") == b"v"
    finally:
        source.kill()
        secrets.stop()


def test_data_of_the_cache_are_dropped_only_when_asked_for(server, client, tmp_path, source):
    cache = create_serverless(client, "full")
    caller = cluster(server, tmp_path, cache)
    caller.set("mine", "v")
    fill(source, 100)
    prepare(client, "full", source)
    with pytest.raises(client.exceptions.InvalidParameterCombinationException) as refused:
        client.start_migration(ServerlessCacheName="full")
    assert "ClearTargetCacheData" in str(refused.value)
    client.start_migration(ServerlessCacheName="full", ClearTargetCacheData=True)
    wait_in_sync(client, "full")
    stopped = client.stop_migration(ServerlessCacheName="full")["ServerlessCache"]
    assert stopped["Migration"]["Status"] == "prepared"
    with pytest.raises(client.exceptions.InvalidServerlessCacheStateFault):
        client.stop_migration(ServerlessCacheName="full")
    with pytest.raises(client.exceptions.InvalidServerlessCacheStateFault):
        client.modify_serverless_cache(ServerlessCacheName="full", Description="d")
    # Clients are at the source as before.
    assert cluster(server, tmp_path, cache).get("old7") == b"7"
    with pytest.raises(client.exceptions.InvalidParameterCombinationException):
        client.start_migration(ServerlessCacheName="full")
    source.cache.flushall()
    source.cache.set("last", "v")
    client.start_migration(ServerlessCacheName="full", ClearTargetCacheData=True, AutoCutover=True)
    wait_stage(client, "full", "completed")
    source.kill()
    caller = cluster(server, tmp_path, cache)
    assert caller.get("last") == b"v" and caller.dbsize() == 1


def test_engines_the_source_and_the_server_may_be_lost_in_the_middle(own_server, tmp_path):
    source = Source(tmp_path)
    try:
        server = own_server()
        client = server.client()
        cache = create_serverless(client, "rough")
        fill(source, 1000)
        prepare(client, "rough", source)
        client.start_migration(ServerlessCacheName="rough")
        wait_in_sync(client, "rough")
        # The engine that is copied into.
        kill_engine(server, "rough-0001-001")
        source.cache.set("second", "v")
        wait_in_sync(client, "rough", 2)
        # The server.
        times = times_in_sync(client, "rough")
        server.kill()
        source.cache.set("third", "v")
        server.start()
        assert cluster(server, tmp_path, cache).get("third") == b"v"
        wait_in_sync(client, "rough", times + 1)
        writing = cluster(server, tmp_path, cache, decode_responses=True)
        with Writer(writing) as writer:
            wait_for(lambda: writer.acknowledged > 100, 30, "writes before")
            client.complete_migration(ServerlessCacheName="rough")
            # However far that had come.
            server.kill()
            server.start()
            wait_stage(client, "rough", "completed")
            source.kill()
            before = writer.acknowledged
            wait_for(lambda: writer.acknowledged > before + 100, 60, "writes after")
        writer.check(writing)
        caller = cluster(server, tmp_path, cache)
        assert [caller.get(key) for key in ["second", "third"]] == [b"v"] * 2
        check_filled(caller, 1000)
    finally:
        source.kill()


def test_a_source_that_is_lost_shows_and_is_completed_by_force_only(server, client, tmp_path, source):
    cache = create_serverless(client, "alone")
    fill(source, 100)
    prepare(client, "alone", source)
    with pytest.raises(client.exceptions.InvalidServerlessCacheStateFault):
        client.complete_migration(ServerlessCacheName="alone")
    client.start_migration(ServerlessCacheName="alone")
    wait_in_sync(client, "alone")
    source.kill()
    wait_message(client, "alone", "Migration to cache alone is not healthy and is tried again")
    with pytest.raises(client.exceptions.MigrationHealthFault):
        client.complete_migration(ServerlessCacheName="alone")
    assert stage(client, "alone") == "syncing"
    client.complete_migration(ServerlessCacheName="alone", Force=True)
    wait_stage(client, "alone", "completed")
    assert cluster(server, tmp_path, cache).get("old7") == b"7"
    wait_message(client, "alone", "Complete Migration forced for cache alone")


def test_clients_at_the_source_see_the_cache(server, client, tmp_path, source):
    cache = create_serverless(client, "mask")
    prepare(client, "mask", source)
    source.cache.config_set("maxmemory-policy", "allkeys-lru")
    direct = connect(address(cache["Endpoint"]), **tls(server, tmp_path))
    for words in (["CONFIG", "GET", "maxmemory"], ["SHUTDOWN"], ["KEYS", "*"], ["MONITOR"], ["SELECT", "1"]):
        with pytest.raises(redis.ResponseError):
            direct.execute_command(*words)
    assert source.answers()
    ((first, last, (_, port, *_)),) = direct.cluster("slots")
    assert (int(first), int(last), int(port)) == (0, 16383, cache["Endpoint"]["Port"])
    with direct.pipeline(transaction=False) as pipe:
        pipe.set("a", 1).execute_command("READONLY").execute_command("CLUSTER KEYSLOT", "a").get("a")
        assert pipe.execute() == [True, True, 15495, b"1"]
    subscriber = direct.pubsub()
    subscriber.subscribe("channel")
    wait_for(lambda: source.cache.publish("channel", "word") == 1, 10, "the subscription")
    wait_for(lambda: (subscriber.get_message(timeout=1) or {}).get("data") == b"word", 10, "the message")
    # A migration that nobody wants any more ends by force, and leads back to the cache.
    client.complete_migration(ServerlessCacheName="mask", Force=True)
    wait_stage(client, "mask", "completed")
    assert cluster(server, tmp_path, cache).get("a") is None

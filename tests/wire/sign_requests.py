"""Writes signed_requests.json: requests as botocore signs them, with a fixed clock. Needs botocore, no network.

    python3 tests/wire/sign_requests.py > tests/wire/signed_requests.json
"""

import datetime
import hashlib
import json

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import botocore.session

NOW = datetime.datetime(2026, 2, 3, 4, 5, 6)
KEY, SECRET, TOKEN = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "FwoGZXIvYXdzEB//token+with/signs=="


class Captured(Exception):
    pass


def client(token=None, region="eu-central-1"):
    session = botocore.session.Session(session_vars={"config_file": (None, None, None, None)})
    session.set_credentials(KEY, SECRET, token)
    return session.create_client("elasticache", region_name=region, endpoint_url="http://localhost:4598")


def text(value):
    return value.decode() if isinstance(value, bytes) else value


def captured(client, operation, **parameters):
    def stop(request, **_):
        raise Captured(request)

    client.meta.events.register("before-send", stop)
    try:
        getattr(client, operation)(**parameters)
    except Captured as caught:
        request = caught.args[0]
    headers = {name: text(value) for name, value in request.headers.items()}
    # Neither is signed; the one tells of the machine that ran this, the other is new every time.
    del headers["User-Agent"], headers["amz-sdk-invocation-id"]
    return {
        "method": request.method,
        "uri": request.url.removeprefix("http://localhost:4598"),
        "headers": {"Host": "localhost:4598"} | headers,
        "body": text(request.body or ""),
    }


def presigned(client, operation, parameters, expires):
    url = client.generate_presigned_url(operation, parameters, ExpiresIn=expires, HttpMethod="GET")
    return {
        "method": "GET",
        "uri": url.removeprefix("http://localhost:4598"),
        "headers": {"Host": "localhost:4598"},
        "body": "",
    }


def hashed(body):
    """A body of raw UTF-8, its hash a signed header."""
    headers = {"Host": "localhost:4598", "X-Amz-Content-SHA256": hashlib.sha256(body).hexdigest()}
    request = botocore.awsrequest.AWSRequest("POST", "http://localhost:4598/", headers, body)
    credentials = botocore.credentials.Credentials(KEY, SECRET)
    botocore.auth.SigV4Auth(credentials, "elasticache", "eu-central-1").add_auth(request)
    return {"method": "POST", "uri": "/", "headers": dict(request.headers.items()), "body": body.decode()}


def iam_token():
    """What a client of an engine sends as its password: a signed URL of the cache."""
    request = botocore.awsrequest.AWSRequest("GET", "http://my-cache/", params={"Action": "connect", "User": "me"})
    credentials = botocore.credentials.Credentials(KEY, SECRET)
    botocore.auth.SigV4QueryAuth(credentials, "elasticache", "eu-central-1", expires=900).add_auth(request)
    uri = request.prepare().url.removeprefix("http://my-cache")
    return {"method": "GET", "uri": uri, "headers": {"Host": "my-cache"}, "body": ""}


def main():
    botocore.auth.get_current_datetime = lambda *_: NOW
    cluster = {"CacheClusterId": "my-cache"}
    tags = {"ResourceName": "arn:x", "Tags": [{"Key": "été", "Value": "한 + ~*/=&"}, {"Key": "k", "Value": ""}]}
    requests = {
        "plain": captured(client(), "describe_cache_clusters", **cluster),
        "utf8": captured(client(), "add_tags_to_resource", **tags),
        "token": captured(client(TOKEN), "describe_cache_clusters", **cluster),
        "hashed": hashed("Action=DescribeUsers&Version=2015-02-02&UserId=été".encode()),
        "presigned": presigned(client(), "describe_cache_clusters", cluster, 900),
        "presigned_utf8_token": presigned(client(TOKEN), "add_tags_to_resource", tags, 900),
        "iam_token": iam_token(),
    }
    print(json.dumps(requests, indent=1, ensure_ascii=False))


main()

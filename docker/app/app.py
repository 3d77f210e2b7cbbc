"""A web application with a cache: counts its visitors in Valkey. It creates the cache when there is none, as a
deployment would."""

import http.server
import time

import boto3
import redis

GROUP = "visits"


def endpoint():
    """The address and port of the cache's primary, created first if there is none."""
    # The service's address, region and keys come from the environment, as they do on AWS.
    elasticache = boto3.client("elasticache")
    try:
        elasticache.create_replication_group(
            ReplicationGroupId=GROUP,
            ReplicationGroupDescription="visitors",
            Engine="valkey",
            CacheNodeType="cache.t3.micro",
            NumCacheClusters=2,
            AutomaticFailoverEnabled=True,
        )
    except elasticache.exceptions.ReplicationGroupAlreadyExistsFault:
        pass
    while True:
        group = elasticache.describe_replication_groups(ReplicationGroupId=GROUP)["ReplicationGroups"][0]
        if group["Status"] == "available":
            primary = group["NodeGroups"][0]["PrimaryEndpoint"]
            return primary["Address"], primary["Port"]
        time.sleep(0.2)


class Visits(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        answer = f"visit {self.server.cache.incr('visits')}\n".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)


def main():
    address, port = endpoint()
    server = http.server.ThreadingHTTPServer(("0.0.0.0", 8000), Visits)
    server.cache = redis.Redis(address, port)
    print(f"counting visits in {address}:{port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()

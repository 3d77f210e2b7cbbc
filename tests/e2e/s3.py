"""The S3 that the tests of snapshots in buckets need: moto's, and in front of it one that can be slow, silent, or refuse."""

import collections
import http.client
import http.server
import logging
import pathlib
import re
import subprocess
import sys
import threading

import boto3

MOTO = pathlib.Path(__file__).resolve().parents[1] / "object_storage" / "s3.py"


class S3:
    """moto's S3 behind a server that passes everything on, but for what a test wants otherwise.

    `rules` is asked about each request, and answers nothing or the name of a method of the handler below.
    """

    def __init__(self):
        self.moto = subprocess.Popen(
            [sys.executable, MOTO], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, text=True
        )
        self.behind = self.moto.stdout.readline().strip().removeprefix("http://")
        self.rules = []
        self.seen = collections.Counter()
        self.released = threading.Event()
        self.front = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.front.daemon_threads = True
        self.front.s3 = self
        self.url = f"http://127.0.0.1:{self.front.server_port}"
        threading.Thread(target=self.front.serve_forever, daemon=True).start()
        self.client = boto3.client(
            "s3",
            endpoint_url=f"http://{self.behind}",
            region_name="us-east-1",
            aws_access_key_id="key",
            aws_secret_access_key="secret",
        )
        self.client.create_bucket(Bucket="bucket")

    def stop(self):
        self.released.set()
        self.front.shutdown()
        self.front.server_close()
        self.moto.kill()
        self.moto.wait(30)
        self.moto.stdout.close()

    def environment(self):
        """What a server needs to find it."""
        return {
            "AWS_ENDPOINT_URL_S3": self.url,
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_REGION": "us-east-1",
        }

    def rule(self, method, pattern, action, times=None):
        """Has requests that look so, as many as that, dealt with by a method of the handler."""
        self.rules.append([method, re.compile(pattern), action, times])

    def action(self, method, path):
        for rule in self.rules:
            if rule[0] == method and rule[1].search(path) and rule[3] != 0:
                if rule[3] is not None:
                    rule[3] -= 1
                self.seen[rule[2]] += 1
                return rule[2]
        return "pass_on"

    def keys(self):
        return sorted(item["Key"] for item in self.client.list_objects_v2(Bucket="bucket").get("Contents", []))

    def uploads(self):
        return [upload["Key"] for upload in self.client.list_multipart_uploads(Bucket="bucket").get("Uploads", [])]

    def get(self, key):
        return self.client.get_object(Bucket="bucket", Key=key)["Body"].read()

    def put(self, key, content):
        self.client.put_object(Bucket="bucket", Key=key, Body=content)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle_any(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        # Each request has a connection of its own.
        self.close_connection = True
        try:
            getattr(self, self.server.s3.action(self.command, self.path))(body)
        except OSError as error:
            logging.info("%s %s: %s", self.command, self.path, error)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = handle_any

    def answer_of_moto(self, body):
        connection = http.client.HTTPConnection(self.server.s3.behind, timeout=30)
        # With the host that it was signed for.
        connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer, content

    def begin(self, status, headers, length):
        self.send_response(status)
        for name, value in headers:
            if name.lower() not in ("connection", "transfer-encoding", "content-length", "server", "date"):
                self.send_header(name, value)
        self.send_header("Content-Length", length)
        self.send_header("Connection", "close")
        self.end_headers()

    def pass_on(self, body):
        answer, content = self.answer_of_moto(body)
        length = answer.getheader("Content-Length") if self.command == "HEAD" else len(content)
        self.begin(answer.status, answer.getheaders(), length)
        if self.command != "HEAD":
            self.wfile.write(content)

    def forbid(self, _body):
        content = b"" if self.command == "HEAD" else b"<Error><Code>AccessDenied</Code></Error>"
        self.begin(403, [], len(content))
        self.wfile.write(content)

    def hang(self, _body):
        """Says nothing."""
        self.server.s3.released.wait(120)

    def hang_in_the_middle(self, body):
        """Sends the first half of an object, and the rest when it is released."""
        answer, content = self.answer_of_moto(body)
        self.begin(answer.status, answer.getheaders(), len(content))
        half = len(content) // 2
        self.wfile.write(content[:half])
        self.wfile.flush()
        self.server.s3.released.wait(120)
        self.wfile.write(content[half:])

    def cut(self, body):
        """Sends the first half of an object, and goes away."""
        answer, content = self.answer_of_moto(body)
        self.begin(answer.status, answer.getheaders(), len(content))
        self.wfile.write(content[: len(content) // 2])

    def log_message(self, *arguments):
        logging.info(*arguments)

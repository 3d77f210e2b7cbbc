"""moto's S3, which takes any signature, behind a check that those of signed requests are right, made by botocore.

Prints the address when it listens.
"""

import hashlib
import io
import socketserver
import urllib.parse
import wsgiref.simple_server

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import moto.server

CREDENTIALS = botocore.credentials.Credentials("key", "secret")
APPLICATION = moto.server.DomainDispatcherApplication(moto.server.create_backend_app)


def is_signed_right(environ, body):
    """Whether the signature of a request is the one that botocore makes for the headers that it covers."""
    fields = dict(part.split("=", 1) for part in environ["HTTP_AUTHORIZATION"].split(" ", 1)[1].split(", "))
    scope = fields["Credential"].split("/")
    headers = {}
    for name in fields["SignedHeaders"].split(";"):
        variable = name.upper().replace("-", "_")
        headers[name] = environ.get("HTTP_" + variable, environ.get(variable, ""))
    # As it was sent: what is decoded could be encoded otherwise.
    url = f"http://{environ['HTTP_HOST']}{environ['RAW_PATH']}"
    request = botocore.awsrequest.AWSRequest(environ["REQUEST_METHOD"], url, headers, body)
    request.context["timestamp"] = headers["x-amz-date"]
    signer = botocore.auth.S3SigV4Auth(CREDENTIALS, "s3", scope[2])
    split = urllib.parse.urlsplit(url)
    request.params = dict(urllib.parse.parse_qsl(split.query, keep_blank_values=True))
    request.url = urllib.parse.urlunsplit(split._replace(query=""))
    expected = signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)
    hashed = hashlib.sha256(body).hexdigest()
    required = {"host", "x-amz-date", "x-amz-content-sha256"}
    return fields["Signature"] == expected and headers["x-amz-content-sha256"] == hashed and required <= set(headers)


def checked(environ, start_response):
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    if "HTTP_AUTHORIZATION" in environ and not is_signed_right(environ, body):
        start_response("403 Forbidden", [("Content-Type", "application/xml")])
        return [b"<Error><Code>SignatureDoesNotMatch</Code></Error>"]
    return APPLICATION(environ, start_response)


class Handler(wsgiref.simple_server.WSGIRequestHandler):
    def get_environ(self):
        return {**super().get_environ(), "RAW_PATH": self.path}


class Server(socketserver.ThreadingMixIn, wsgiref.simple_server.WSGIServer):
    daemon_threads = True


with wsgiref.simple_server.make_server("127.0.0.1", 0, checked, Server, Handler) as server:
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()

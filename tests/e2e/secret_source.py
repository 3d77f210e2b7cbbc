"""What a source that wants TLS and a password needs: certificates, and the Secrets Manager that holds the password."""

import json
import pathlib
import subprocess
import uuid

import boto3
from moto.server import ThreadedMotoServer

PASSWORD = "the-password-of-the-source"


def make_certificates(folder):
    """An authority, and a certificate that it has signed for a name that nobody uses; answers the authority's."""

    def openssl(*words):
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)

    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    openssl("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=authority", "-days", "2")
    openssl("req", *key, "-keyout", "source.key", "-out", "source.csr", "-subj", "/CN=source.example")
    (pathlib.Path(folder) / "names.cnf").write_text("subjectAltName=DNS:source.example\n")
    signed = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "names.cnf"]
    openssl("x509", "-req", "-in", "source.csr", *signed, "-out", "source.pem")
    return (pathlib.Path(folder) / "ca.pem").read_text()


class Secrets:
    """A Secrets Manager with one secret in it."""

    def __init__(self, secret):
        self.server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self.server.start()
        host, port = self.server.get_host_and_port()
        self.url = f"http://{host}:{port}"
        # Account and region as every user of it has them here.
        self.client = boto3.client(
            "secretsmanager",
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id="key",
            aws_secret_access_key="secret",
        )
        text = secret if isinstance(secret, str) else json.dumps(secret)
        self.arn = self.client.create_secret(Name=f"source-{uuid.uuid4()}", SecretString=text)["ARN"]

    @property
    def env(self):
        keys = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}
        return {"AWS_ENDPOINT_URL_SECRETS_MANAGER": self.url, **keys}

    def stop(self):
        self.server.stop()

"""Engines of a user's own, which are migrated from."""

import subprocess

import redis
from conftest import free_port, wait_for


class Source:
    """A redis of a user's own on this machine."""

    def __init__(self, folder, port=None, flags=(), program="redis-server", addresses=("127.0.0.1",), **more):
        self.port = port or free_port()
        # One that speaks TLS has no other port.
        plain = () if "--tls-port" in flags else ("--port", str(self.port))
        command = [program, *plain, "--bind", *addresses, "--save", "", *flags]
        self.process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
        self.cache = redis.Redis(port=self.port, decode_responses=True, retry=None, **more)
        wait_for(self.answers, what="the source's first answer")

    def answers(self):
        try:
            return self.cache.ping()
        except redis.ConnectionError:
            return False

    def kill(self):
        self.process.kill()
        self.process.wait(30)

    @property
    def endpoints(self):
        return [{"Address": "127.0.0.1", "Port": self.port}]

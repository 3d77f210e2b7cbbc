"""A client that writes and reads all the time, in a thread, while something is done to its cache."""

import threading
import time

import redis


class Writer:
    """Writes one key after the other, reads old ones between, and remembers what was acknowledged.

    A call that fails is repeated, as an application would; what is counted is what was answered.
    """

    def __init__(self, cache, prefix="live"):
        self.cache = cache
        self.prefix = prefix
        self.acknowledged = 0
        self.wrong = []
        self.errors = []
        self.longest_gap = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join(30)
        assert not self._thread.is_alive(), "the writer hangs"

    def key(self, number):
        return f"{self.prefix}{number}"

    def _run(self):
        last = time.monotonic()
        while not self._stop.is_set():
            number = self.acknowledged
            try:
                self.cache.set(self.key(number), number)
                self.acknowledged += 1
                old = (number * 7919) % (number + 1)
                found = self.cache.get(self.key(old))
                if found != str(old):
                    self.wrong.append((old, found))
            except (redis.RedisError, redis.exceptions.RedisClusterException) as error:
                self.errors.append(repr(error))
                continue
            except AttributeError as error:
                # redis-py does not look again when it is told to ask a node that it has not heard of.
                if "redis_connection" not in str(error):
                    raise
                self.cache.nodes_manager.initialize()
                continue
            now = time.monotonic()
            self.longest_gap = max(self.longest_gap, now - last)
            last = now

    def check(self, cache):
        """Everything that was acknowledged is there, and was when it was read."""
        with cache.pipeline(transaction=False) as pipeline:
            for number in range(self.acknowledged):
                pipeline.get(self.key(number))
            found = pipeline.execute()
        lost = [number for number, value in enumerate(found) if value != str(number)]
        assert self.acknowledged and not lost, f"{len(lost)} of {self.acknowledged} are lost, among them {lost[:5]}"
        assert not self.wrong, f"{len(self.wrong)} reads were wrong, among them {self.wrong[:5]}"

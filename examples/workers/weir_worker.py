"""Jobs of Weir in Python: one process takes many.

    from weir_worker import job, run

    @job("resize")
    def resize(data, job):
        job.progress(50, "half way")
        return {"width": 100}          # anything that json.dumps takes; an exception fails the attempt

    run()

    weir runner --worker resize='python3 resize.py'
    weir enqueue --type resize --data '{"file": "a.png"}'

Only the standard library is needed. What print() writes goes to the job's log, as does standard error.
"""

import asyncio
import inspect
import json
import os
import select
import sys
import threading
import traceback
from collections import deque

# Bytes of a result, a checkpoint or a value of the memory.
LIMIT = 1 << 20

_jobs = {}


class Job:
    """What a function is told of its job, and what it can tell of it."""

    def __init__(self, message, port):
        self.id = message["id"]
        self.type = message["type"]
        self.data = message.get("data")
        self.attempt = message.get("attempt", 1)
        self.run = message.get("run")
        self.key = message.get("key")
        # The units of indexed pools that are its own: {"gpu": [1]}.
        self.pools = message.get("pools", {})
        # Its trace and the span of this attempt, for the header `traceparent` of requests that it makes.
        self.traceparent = message.get("traceparent")
        # What an earlier attempt saved, or None.
        self.saved = message.get("checkpoint")
        # What jobs leave for one another.
        self.memory = Memory(self)
        self._port = port
        self._is_stopping = False
        self._callbacks = []

    def progress(self, percent, message=None):
        """Shows how far the job is, from 0 to 100."""
        self._say({"progress": percent, "message": message})

    def checkpoint(self, value):
        """Saves a value that the next attempt finds as `job.saved`, should this one not succeed."""
        line = _line({"taskId": self.id, "checkpoint": value})
        if len(line) > LIMIT:
            raise ValueError(f"the checkpoint has about {len(line)} bytes; {LIMIT} is the most")
        self._port.send(line)

    def log(self, text):
        self._say({"log": str(text)})

    @property
    def stopping(self):
        """Whether the runner wants the job to end soon, since it ends itself. Save a checkpoint then, and raise
        `Stopped`: the next attempt goes on elsewhere, and none is spent."""
        self._port.look()
        return self._is_stopping or self._port.is_over

    def on_stop(self, callback):
        """Calls `callback()`, in another thread, when the runner wants the job to end soon."""
        self._callbacks.append(callback)
        self._port.listen()

    def _stop(self):
        self._is_stopping = True
        for callback in self._callbacks:
            try:
                callback()
            except BaseException:
                traceback.print_exc()

    def _say(self, news):
        self._port.send(_line({"taskId": self.id, **news}))


class Memory:
    """Values under names: of the job's run, or of all where it has none or with `scope="global"`."""

    def __init__(self, job):
        self._job = job

    def get(self, name, default=None, scope=None):
        """The value; the run's own, else that of all."""
        entry = self._ask({"op": "get", "name": name, "scope": scope})
        return default if entry is None else entry["value"]

    def entry(self, name, scope=None):
        """The same with its version: {"name", "value", "version", "run"}, or None."""
        return self._ask({"op": "get", "name": name, "scope": scope})

    def set(self, name, value, if_version=None, if_absent=False, scope=None):
        """Sets a value, and returns its new version. Raises `Conflict` where somebody was faster."""
        request = {"op": "set", "name": name, "value": value, "ifVersion": if_version, "scope": scope}
        if if_absent:
            request["ifAbsent"] = True
        return self._ask(request)["version"]

    def delete(self, name, if_version=None, scope=None):
        """Returns whether there was such a value."""
        return self._ask({"op": "delete", "name": name, "ifVersion": if_version, "scope": scope})

    def list(self, scope=None):
        """All that the job reads, by name."""
        return {entry["name"]: entry["value"] for entry in self._ask({"op": "list", "scope": scope})}

    def _ask(self, request):
        line = _line({"taskId": self._job.id, "memory": {k: v for k, v in request.items() if v is not None}})
        if len(line) > LIMIT + 1024:
            raise ValueError(f"the value has about {len(line)} bytes; {LIMIT} is the most")
        reply = self._job._port.ask(line)
        if reply.get("conflict"):
            raise Conflict(reply["error"])
        if "error" in reply:
            raise ValueError(reply["error"])
        return reply["memory"]


class Final(Exception):
    """Raise it where another attempt would fail the same way."""


class Stopped(Exception):
    """Raise it where `job.stopping` is true and a checkpoint is saved."""


class Conflict(Exception):
    """Somebody else has changed the value."""


def job(type):
    """Registers a function for jobs of a type: `function(data)` or `function(data, job)`, also with `async def`."""

    def register(function):
        _jobs[type] = (function, _takes_job(function))
        return function

    return register


def run():
    """Takes jobs until the runner needs no more."""
    output = os.dup(1)
    # Standard output is for answers: what a job or a library prints goes to its log instead.
    sys.stdout.flush()
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    input = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    port = _Port(input, output)
    port.send(_line({"ready": True, "stop": True}))
    while (message := port.next_job()) is not None:
        _do(message, port)


class _Port:
    """The lines to and from the runner. One thread reads: the one that takes jobs, until somebody listens."""

    def __init__(self, input, output):
        self._input = input
        self._output = output
        self._rest = b""
        self._jobs = deque()
        self._replies = deque()
        self._job = None
        self._stops = set()
        self.is_over = False
        self._changed = threading.Condition()
        self._sending = threading.Lock()
        self._listener = None

    def send(self, line):
        with self._sending:
            while line:
                line = line[os.write(self._output, line) :]

    def ask(self, line):
        self._replies.clear()
        self.send(line)
        self._wait(self._replies)
        if not self._replies:
            raise EOFError("the runner is gone")
        return self._replies.popleft()

    def next_job(self):
        self._job = None
        self._wait(self._jobs)
        return self._jobs.popleft() if self._jobs else None

    def begin(self, job):
        self._job = job
        if job.id in self._stops:
            job._stop()
        self._stops.clear()

    def look(self):
        """Takes up what has come."""
        if not self._listener and not self.is_over and select.select([self._input], [], [], 0)[0]:
            self._take()

    def listen(self):
        if not self._listener:
            self._listener = threading.Thread(target=self._listen, daemon=True)
            self._listener.start()

    def _listen(self):
        while not self.is_over:
            self._take()

    def _wait(self, items):
        if self._listener:
            with self._changed:
                self._changed.wait_for(lambda: items or self.is_over)
        while not items and not self.is_over:
            self._take()

    def _take(self):
        chunk = os.read(self._input, 1 << 16)
        *lines, self._rest = (self._rest + chunk).split(b"\n") if b"\n" in chunk else (self._rest + chunk,)
        with self._changed:
            self.is_over = not chunk
            messages = [json.loads(line) for line in lines]
            self._jobs.extend(message for message in messages if "type" in message)
            self._replies.extend(message for message in messages if "memory" in message or "error" in message)
            self._changed.notify_all()
        for message in messages:
            job = self._job
            if "stop" in message:
                self._stops.add(message["id"])
                if job and job.id == message["id"]:
                    job._stop()


def _do(message, port):
    answer = {"taskId": message["id"]}
    try:
        if message["type"] not in _jobs:
            raise Final(f"this worker has no job '{message['type']}'; it has: {', '.join(sorted(_jobs))}")
        function, takes_job = _jobs[message["type"]]
        job = Job(message, port)
        port.begin(job)
        result = function(job.data, job) if takes_job else function(job.data)
        if inspect.isawaitable(result):
            result = asyncio.run(_await(result))
        answer["result"] = result
        line = _line(answer)
        if len(line) > LIMIT and (size := len(_line(result)) - 1) > LIMIT:
            raise Final(f"the result has {size} bytes; {LIMIT} is the most: leave its place instead")
    # Also what sys.exit() raises: the process has more jobs to do.
    except (Exception, SystemExit) as error:
        if not isinstance(error, Stopped):
            traceback.print_exc()
        answer.pop("result", None)
        answer["error"] = f"{type(error).__name__}: {error}"[:65536]
        if isinstance(error, Final):
            answer["error"] = str(error)[:65536]
            answer["final"] = True
        line = _line(answer)
    sys.stderr.flush()
    port.send(line)


async def _await(result):
    return await result


def _line(message):
    return json.dumps(message, allow_nan=False, separators=(",", ":")).encode() + b"\n"


def _takes_job(function):
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return True
    plain = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    return len(plain) > 1 or any(p.kind == p.VAR_POSITIONAL for p in parameters)

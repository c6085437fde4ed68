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

import json
import os
import sys
import traceback

_jobs = {}


class Job:
    """What a function is told of its job, and what it can tell of it."""

    def __init__(self, message, output):
        self.id = message["id"]
        self.type = message["type"]
        self.data = message.get("data")
        self.attempt = message.get("attempt", 1)
        self.run = message.get("run")
        self.key = message.get("key")
        # What an earlier attempt saved, or None.
        self.saved = message.get("checkpoint")
        self._output = output

    def progress(self, percent, message=None):
        """Shows how far the job is, from 0 to 100."""
        self._say({"progress": percent, "message": message})

    def checkpoint(self, value):
        """Saves a value that the next attempt finds as `job.saved`, should this one not succeed."""
        self._say({"checkpoint": value})

    def log(self, text):
        self._say({"log": str(text)})

    def _say(self, news):
        _write(self._output, {"taskId": self.id, **news})


class Final(Exception):
    """Raise it where another attempt would fail the same way."""


def job(type):
    """Registers a function for jobs of a type: `function(data)` or `function(data, job)`."""

    def register(function):
        _jobs[type] = (function, _takes_job(function))
        return function

    return register


def run():
    """Takes jobs until the runner needs no more."""
    output = os.fdopen(os.dup(1), "wb", buffering=0)
    # Standard output is for answers: what a job or a library prints goes to its log instead.
    sys.stdout.flush()
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    input = os.fdopen(os.dup(0), "rb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    _write(output, {"ready": True})
    for line in input:
        _do(json.loads(line), output)


def _do(message, output):
    answer = {"taskId": message["id"]}
    try:
        if message["type"] not in _jobs:
            raise Final(f"this worker has no job '{message['type']}'; it has: {', '.join(sorted(_jobs))}")
        function, takes_job = _jobs[message["type"]]
        data = message.get("data")
        answer["result"] = function(data, Job(message, output)) if takes_job else function(data)
        line = _line(answer)
    except Exception as error:
        traceback.print_exc()
        answer.pop("result", None)
        answer["error"] = f"{type(error).__name__}: {error}"
        if isinstance(error, Final):
            answer["error"] = str(error)
            answer["final"] = True
        line = _line(answer)
    sys.stderr.flush()
    _send(output, line)


def _line(message):
    return json.dumps(message, allow_nan=False, separators=(",", ":")).encode() + b"\n"


def _write(output, message):
    _send(output, _line(message))


def _send(output, line):
    while line:
        line = line[output.write(line) :]


def _takes_job(function):
    code = getattr(function, "__code__", None)
    return code is None or code.co_argcount > 1 or bool(code.co_flags & 0x04)

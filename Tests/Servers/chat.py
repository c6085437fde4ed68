"""An endpoint of chat completions that behaves as the real ones do, good and bad. The model's name says how.

Usage: chat.py LEDGER [CERTIFICATE KEY]. Prints its port. Each request becomes a line of JSON in the ledger.
"""

import http.server
import json
import ssl
import sys
import threading
import time

lock = threading.Lock()
counts = {}
ledger = open(sys.argv[1], "a", buffering=1)


def nth(name):
    """How often this was asked for, from 1."""
    with lock:
        counts[name] = counts.get(name, 0) + 1
        return counts[name]


PLAN = [
    {"id": "a", "agent": "researcher", "task": "Research topic A"},
    {"id": "b", "agent": "researcher", "task": "Research topic B"},
    {"id": "report", "agent": "writer", "task": "Write it up", "deps": ["a", "b"]},
]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def note(self, **entry):
        with lock:
            ledger.write(json.dumps({"time": time.time(), "path": self.path, **entry}) + "\n")

    def send(self, status, body, headers=()):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    # Plain requests.

    def do_GET(self):
        self.note(method=self.command, headers=dict(self.headers))
        path, _, query = self.path.partition("?")
        if path == "/to":
            self.send(302, {}, [("Location", query)])
        elif path == "/round":
            self.send(302, {}, [("Location", "/round")])
        elif path == "/big":
            self.send(200, b"x" * (2 << 20))
        elif path == "/endless":
            self.begin("text/plain")
            try:
                while True:
                    self.chunk("x" * 65536)
            except OSError:
                pass
        elif path == "/busy":
            if nth("/busy") < 3:
                self.send(503, {"wait": True}, [("Retry-After", query or "0")])
            else:
                self.send(200, {"ok": True})
        elif path == "/hang":
            time.sleep(600)
        elif path == "/cut":
            self.send_response(200)
            self.send_header("Content-Length", "100")
            self.end_headers()
            self.wfile.write(b"half")
            self.close_connection = True
        else:
            self.send(200, {"path": self.path, "headers": dict(self.headers)})

    do_HEAD = do_GET

    # Questions.

    def do_POST(self):
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if not self.path.split("?")[0].endswith("/chat/completions"):
            self.note(method=self.command, body=text, headers=dict(self.headers))
            return self.send(201, {"got": text, "headers": dict(self.headers)})
        body = json.loads(text)
        prompt = body["messages"][-1]["content"]
        model = body["model"]
        self.note(model=model, prompt=prompt, body=body, headers=dict(self.headers))
        self.streams = body.get("stream", False)
        getattr(self, "model_" + model.replace("-", "_"), self.model_echo)(prompt, nth(model))

    do_PUT = do_POST

    def begin(self, kind="text/event-stream"):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def chunk(self, text):
        data = text.encode()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def event(self, value):
        self.chunk("data: " + (value if isinstance(value, str) else json.dumps(value)) + "\n\n")

    def piece(self, text, finish=None):
        self.event({"choices": [{"index": 0, "delta": {"content": text} if text else {}, "finish_reason": finish}]})

    def answer(self, text, finish="stop"):
        usage = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
        if not self.streams:
            message = {"role": "assistant", "content": text}
            return self.send(200, {"choices": [{"message": message, "finish_reason": finish}], "usage": usage})
        self.begin()
        self.chunk(": keep alive\n\n")
        for start in range(0, len(text), 5):
            self.piece(text[start : start + 5])
        self.piece("", finish)
        self.event({"choices": [], "usage": usage})
        self.event("[DONE]")
        self.chunk("")
        self.close_connection = True

    def model_echo(self, prompt, n):
        self.answer("I was asked: " + prompt)

    def model_json(self, prompt, n):
        self.answer('```json\n{"score": 7}\n```')

    def model_busy(self, prompt, n):
        if n < 3:
            return self.send(429, {"error": {"message": "slow down"}}, [("Retry-After", "1")])
        self.answer("at last")

    def model_ill(self, prompt, n):
        if n < 2:
            return self.send(500, {"error": {"message": "we are ill"}})
        self.answer("well again")

    def model_wrong(self, prompt, n):
        self.send(400, {"error": {"message": "wrong, " + self.headers.get("Authorization", "nobody")}})

    def model_leak(self, prompt, n):
        self.answer("you are " + self.headers.get("Authorization", "nobody") + ", aren't you?")

    def model_hang(self, prompt, n):
        self.begin()
        self.piece("so far")
        time.sleep(600)

    def model_cut(self, prompt, n):
        if n > 1:
            return self.answer("whole")
        self.begin()
        self.piece("half an ans")
        self.close_connection = True

    def model_garbage(self, prompt, n):
        if n > 1:
            return self.answer("clean")
        self.begin()
        self.event('{"choices": [{"delta"')
        self.chunk("")

    def model_long(self, prompt, n):
        self.answer("and so on", finish="length")

    def model_words(self, prompt, n):
        self.answer("not JSON at all")

    def model_slow(self, prompt, n):
        self.begin()
        for _ in range(3000):
            self.piece("tick ")
            time.sleep(0.02)

    def model_planner(self, prompt, n):
        self.answer("Here is my plan:\n```json\n" + json.dumps(PLAN) + "\n```\nGood luck!")

    def model_mending(self, prompt, n):
        if "cannot be used" in prompt:
            return self.answer(json.dumps(PLAN))
        self.answer(json.dumps([{**PLAN[0], "agent": "resercher"}, {**PLAN[2], "deps": ["a", "z"]}]))

    def model_stubborn(self, prompt, n):
        self.answer("I would rather not.")


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
if len(sys.argv) > 3:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[2], sys.argv[3])
    server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_port, flush=True)
server.serve_forever()

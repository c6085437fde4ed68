"""The reference's workflow and many tasks, with worker hosts of the SDK. Usage: flows.py URL FOLDER FLOW"""
import collections, json, os, signal, subprocess, sys, time, urllib.error, urllib.request

URL, FOLDER, FLOW = sys.argv[1:4]
HERE = os.path.dirname(os.path.abspath(__file__))
TYPES = ["task-4-testing", "task-5-security", "task-6-architecture", "task-7-pattern"]
hosts = []


def get(path, method="GET", body=None):
    limit = time.monotonic() + 30
    while True:
        try:
            return ask(path, method, body)
        except (ConnectionError, urllib.error.URLError) as error:
            # The server may be on its way back.
            if isinstance(error, urllib.error.HTTPError) or time.monotonic() > limit:
                raise
            time.sleep(0.05)


def ask(path, method, body):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(URL + path, data=data, method=method, headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        text = answer.read().decode()
    return json.loads(text) if text.startswith(("{", "[")) else text


def host(*types):
    """A worker host in a group of its own, that is ready."""
    process = subprocess.Popen(
        [sys.executable, f"{HERE}/worker.py", URL, f"{FOLDER}/ledger", *types], start_new_session=True,
        stdout=open(f"{FOLDER}/host-{len(hosts)}.log", "wb"), stderr=subprocess.STDOUT)
    hosts.append(process)
    return process


def end(process):
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def polled(*types):
    """Until somebody asks for all of them."""
    limit = time.monotonic() + 60
    while not all(get(f"/api/tasks/queue/polldata?taskType={t}") for t in types):
        assert time.monotonic() < limit and all(h.poll() is None for h in hosts), "no worker asks"
        time.sleep(0.05)


def curl():
    """The reference's command, word for word."""
    text = open(os.environ["REFERENCE"]).read()
    command = text[text.index("curl -X POST"):text.index("}'", text.index("curl -X POST")) + 2]
    command = command.replace("localhost:8080", URL.removeprefix("http://").replace("127.0.0.1", "localhost"))
    return json.loads(subprocess.run(["bash", "-c", command], check=True, capture_output=True).stdout)


def ended(id, limit=60):
    stop = time.monotonic() + limit
    while True:
        found = get(f"/api/workflow/{id}")
        if found["status"] not in ("RUNNING", "PAUSED"):
            return found
        assert time.monotonic() < stop, found
        time.sleep(0.05)


def reference():
    host(*[f"{name}:2" for name in TYPES])
    polled(*TYPES)
    begun = time.time()
    answer = curl()
    assert answer["workflowId"] == answer["workflow_execution_id"] and answer["status"] == "RUNNING", answer
    found = ended(answer["workflowId"])
    assert found["status"] == "COMPLETED", found
    took = max(t["endTime"] for t in found["tasks"]) / 1000 - begun
    assert took < 3, took
    by_ref = {t["referenceTaskName"]: t for t in found["tasks"]}
    assert sorted(by_ref) == ["task_4", "task_5", "task_6", "task_7"]
    assert all(t["outputData"]["echo"] == {"task_id": int(ref[-1])} for ref, t in by_ref.items())
    print(f"took {took:.2f} s")


def partial():
    good = [f"{name}:2" for name in TYPES if name != "task-5-security"]
    host("task-5-security:0.1:once")
    host(*good)
    polled(*TYPES)
    id = curl()["workflowId"]
    found = ended(id)
    states = {t["referenceTaskName"]: t["status"] for t in found["tasks"]}
    assert found["status"] == "FAILED", found
    assert states == {"task_4": "COMPLETED", "task_5": "FAILED_WITH_TERMINAL_ERROR", "task_6": "COMPLETED",
                      "task_7": "COMPLETED"}, states
    assert found["endTime"] >= max(t["endTime"] for t in found["tasks"])
    get(f"/api/workflow/{id}/retry", "POST", {})
    found = ended(id)
    assert found["status"] == "COMPLETED" and len(found["tasks"]) == 5, found
    assert found["output"]["task_5"]["echo"] == {"task_id": 5}, found["output"]
    print("retried")


def many():
    count = int(os.environ.get("COUNT", "1000"))
    get("/api/metadata/taskdefs", "POST", [{"name": "many", "retryCount": 5, "retryDelaySeconds": 0,
                                            "responseTimeoutSeconds": 5}])
    get("/api/metadata/workflow?overwrite=true", "POST", {"name": "many", "version": 1, "tasks": [
        {"name": "many", "taskReferenceName": "m", "type": "SIMPLE", "inputParameters": {"n": "${workflow.input.n}"}}]})
    ids = [get("/api/workflow", "POST", {"name": "many", "input": {"n": n}}) for n in range(count)]
    first, _ = host("many:0.05"), host("many:0.05")
    ledger = f"{FOLDER}/ledger"
    limit = time.monotonic() + 300
    while True:
        assert time.monotonic() < limit, "the workers are too slow"
        lines = open(ledger).read().splitlines() if os.path.exists(ledger) else []
        if len(lines) >= count // 4 and len(lines[-1].split()) == 3:
            # Killed while it executes a task.
            _, pid, begun = lines[-1].split()
            if os.getpgid(int(pid)) == first.pid and time.time() - float(begun) < 0.03:
                break
        time.sleep(0.002)
    end(first)
    host("many:0.05")
    found = [ended(id, 300) for id in ids]
    assert all(w["status"] == "COMPLETED" for w in found)
    for n, workflow in enumerate(found):
        assert workflow["output"]["echo"] == {"n": n}, workflow["output"]
        done = [t for t in workflow["tasks"] if t["status"] == "COMPLETED"]
        assert len(done) == 1 and all(t["status"] == "TIMED_OUT" for t in workflow["tasks"] if t not in done), workflow
    handed = collections.Counter(line.split()[0] for line in open(ledger))
    twice = [id for id, times in handed.items() if times > 1]
    assert not twice, f"handed out twice: {twice}"
    again = sum(len(w["tasks"]) - 1 for w in found)
    assert again, "the worker had no task when it was killed"
    print(f"{count} completed, {again} tried again after the kill, {len(handed)} begun")


def survive():
    """The server is killed and started again by whoever started this."""
    get("/api/metadata/taskdefs", "POST", [{"name": "s", "retryCount": 9, "retryDelaySeconds": 0,
                                            "responseTimeoutSeconds": 3}])
    get("/api/metadata/workflow", "POST", {"name": "s", "version": 1, "tasks": [
        {"name": "s", "taskReferenceName": "one", "type": "SIMPLE"},
        {"name": "s", "taskReferenceName": "two", "type": "SIMPLE", "inputParameters": {"before": "${one.taskId}"}}]})
    ids = [get("/api/workflow", "POST", {"name": "s"}) for _ in range(100)]
    host("s:0.05")
    for id in ids:
        found = ended(id, 120)
        assert found["status"] == "COMPLETED", found
        done = [t for t in found["tasks"] if t["status"] == "COMPLETED"]
        assert [t["referenceTaskName"] for t in done] == ["one", "two"], found
        assert done[1]["outputData"]["echo"] == {"before": done[0]["taskId"]}
    print("survived")


try:
    {"survive": survive, "reference": reference, "partial": partial, "many": many}[FLOW]()
finally:
    for process in hosts:
        end(process)

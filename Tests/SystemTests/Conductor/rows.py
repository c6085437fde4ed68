"""The rows of Conductor's contract, with the official SDK against a running server.

Usage: rows.py URL   (the server's, without /api). Prints a line for each row that holds; ends with 1 on the first that
does not.
"""
import json, sys, time, urllib.error, urllib.request, uuid

from conductor.client.configuration.configuration import Configuration
from conductor.client.orkes_clients import OrkesClients
from conductor.client.http.models import (
    SkipTaskRequest, StartWorkflowRequest, TaskDef, TaskResult, WorkflowDef, WorkflowTask, RerunWorkflowRequest)
from conductor.client.http.rest import ApiException

BASE = sys.argv[1]
configuration = Configuration(server_api_url=BASE + "/api")
clients = OrkesClients(configuration)
metadata, workflows, tasks = (
    clients.get_metadata_client(), clients.get_workflow_client(), clients.get_task_client())


def http(method, path, body=None, raw=None):
    data = raw if raw is not None else None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(BASE + path, data=data, method=method, headers={"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request) as answer:
            text = answer.read().decode()
            status = answer.status
    except urllib.error.HTTPError as error:
        text, status = error.read().decode(), error.code
    try:
        return status, json.loads(text)
    except ValueError:
        return status, text


def refused(status, body):
    try:
        body()
    except ApiException as error:
        assert error.status == status, f"{error.status} instead of {status}: {error.body}"
        assert error.message or error.body
        return
    raise AssertionError(f"nothing was refused, expected {status}")


def simple(name, ref=None, **more):
    return {"name": name, "taskReferenceName": ref or name, "type": "SIMPLE", **more}


def define(name, tasks, **more):
    definition = {"name": name, "version": 1, "schemaVersion": 2, "tasks": tasks, **more}
    status, body = http("POST", "/api/metadata/workflow?overwrite=True", definition)
    assert status == 200, body
    return name


def start(name, input=None, **more):
    return workflows.start_workflow(StartWorkflowRequest(name=name, version=1, input=input or {}, **more))


def poll(name, **more):
    task = tasks.poll_task(name, worker_id="w1", **more)
    return task if task is not None and task.task_id else None


def finish(task, status="COMPLETED", output=None, **more):
    return tasks.update_task(TaskResult(
        task_id=task.task_id, workflow_instance_id=task.workflow_instance_id, worker_id="w1", status=status,
        output_data=output or {}, **more))


def work(name, output=None, status="COMPLETED", **more):
    task = poll(name)
    assert task is not None, f"there is no {name}"
    finish(task, status, output, **more)
    return task


def status(id):
    return workflows.get_workflow(id, include_tasks=True).status


def by_ref(id):
    return {t.reference_task_name: t for t in workflows.get_workflow(id, include_tasks=True).tasks}


def until(what, condition, limit=20):
    end = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.02)


def polls(type, worker):
    return any(poll["workerId"] == worker for poll in http("GET", f"/api/tasks/queue/polldata?taskType={type}")[1])


rows = []


def row(function):
    rows.append(function)
    return function


@row
def task_definitions_are_kept():
    metadata.register_task_def(TaskDef(name="t-def", retry_count=1, retry_delay_seconds=0, response_timeout_seconds=5))
    found = metadata.get_task_def("t-def")
    assert found.name == "t-def" and found.retry_count == 1 and found.response_timeout_seconds == 5, found
    metadata.update_task_def(TaskDef(name="t-def", retry_count=2))
    assert metadata.get_task_def("t-def").retry_count == 2
    refused(404, lambda: metadata.update_task_def(TaskDef(name="t-unknown")))
    assert any(d.name == "t-def" for d in metadata.get_all_task_defs())
    metadata.unregister_task_def("t-def")
    refused(404, lambda: metadata.get_task_def("t-def"))
    refused(404, lambda: metadata.unregister_task_def("t-def"))
    assert http("POST", "/api/metadata/taskdefs", [{"name": "t", "retryCount": -1}])[0] == 400
    assert http("POST", "/api/metadata/taskdefs",
                [{"name": "t", "timeoutSeconds": 5, "responseTimeoutSeconds": 9}])[0] == 400


@row
def workflow_definitions_are_kept_by_version():
    one = WorkflowDef(name="w-def", version=1, tasks=[WorkflowTask(name="a", task_reference_name="a")])
    metadata.register_workflow_def(one, overwrite=True)
    refused(409, lambda: metadata.register_workflow_def(one, overwrite=False))
    two = WorkflowDef(name="w-def", version=2, tasks=[WorkflowTask(name="a", task_reference_name="a")])
    metadata.update_workflow_def(two, overwrite=True)
    assert metadata.get_workflow_def("w-def").version == 2
    assert metadata.get_workflow_def("w-def", version=1).version == 1
    assert len([d for d in metadata.get_all_workflow_defs() if d.name == "w-def"]) == 2
    metadata.unregister_workflow_def("w-def", 2)
    assert metadata.get_workflow_def("w-def").version == 1
    refused(404, lambda: metadata.get_workflow_def("w-none"))


@row
def bad_definitions_are_refused_with_what_is_wrong():
    code, body = http("POST", "/api/metadata/workflow", {"name": "bad", "tasks": [simple("a", "x"), simple("b", "x")]})
    assert code == 400 and body["validationErrors"] and "unique" in body["validationErrors"][0]["message"], body
    assert http("POST", "/api/metadata/workflow", {"name": "bad", "tasks": []})[0] == 400
    assert http("POST", "/api/metadata/workflow", {"tasks": [simple("a")]})[0] == 400
    code, body = http("POST", "/api/metadata/workflow", raw=b"{nonsense")
    assert code == 400 and body["message"], body
    code, body = http("POST", "/api/metadata/workflow", {"name": "bad", "tasks": [
        {"name": "i", "taskReferenceName": "i", "type": "INLINE", "inputParameters": {}}]})
    assert code == 400 and "INLINE" in json.dumps(body), body


@row
def errors_have_their_status_and_a_message():
    refused(404, lambda: workflows.get_workflow("no-such"))
    refused(404, lambda: start("no-such"))
    assert http("GET", "/api/nowhere")[0] == 404
    assert http("PATCH", "/api/tasks")[0] == 405
    assert http("POST", "/api/token")[0] == 404
    assert http("GET", "/health")[0] == 200
    code, body = http("GET", "/api/tasks/poll/batch/x?timeout=9999")
    assert code == 400 and body["status"] == 400, body
    code, body = http("POST", "/api/workflow", {"name": "x", "priority": 100})
    assert code == 400, body


@row
def tasks_run_in_sequence_with_their_values():
    name = define("seq", [
        simple("s1", inputParameters={"n": "${workflow.input.n}", "text": "n is ${workflow.input.n}!",
                                      "deep": [{"x": "${workflow.input.list[1]}"}], "none": "${workflow.input.no}"}),
        simple("s2", inputParameters={"got": "${s1.output.value}", "ref": "${s1.taskId}"}),
    ], outputParameters={"all": "${s2.output}", "first": "${s1.output.value.deep}"})
    big = 2 ** 60 + 1
    id = start(name, {"n": big, "list": [1, {"a": None, "b": True, "c": 1.5, "ü": "✓ 😀"}]}, correlation_id="c1")
    uuid.UUID(id)
    task = poll("s1")
    assert task.input_data == {"n": big, "text": f"n is {big}!", "none": None,
                               "deep": [{"x": {"a": None, "b": True, "c": 1.5, "ü": "✓ 😀"}}]}, task.input_data
    assert task.status == "IN_PROGRESS" and task.poll_count == 1 and task.workflow_instance_id == id
    assert poll("s1") is None and poll("s2") is None
    finish(task, output={"value": {"deep": [1, big, "x"], "flag": False}})
    second = poll("s2")
    assert second.input_data == {"got": {"deep": [1, big, "x"], "flag": False}, "ref": task.task_id}
    finish(second, output={"done": True})
    found = workflows.get_workflow(id)
    assert found.status == "COMPLETED" and found.correlation_id == "c1"
    assert found.output == {"all": {"done": True}, "first": [1, big, "x"]}, found.output
    assert [t.seq for t in found.tasks] == [1, 2] and all(t.status == "COMPLETED" for t in found.tasks)
    assert found.end_time >= found.start_time > 0


@row
def a_late_or_double_answer_is_taken_and_dropped():
    id = start(define("late", [simple("late-t")]))
    task = poll("late-t")
    finish(task, output={"n": 1})
    assert finish(task, "FAILED", {"n": 2}) == task.task_id
    assert status(id) == "COMPLETED" and by_ref(id)["late-t"].output_data == {"n": 1}
    refused(404, lambda: finish(TaskResultTask("00000000-0000-4000-8000-000000000000", id)))
    code, _ = http("POST", "/api/tasks/update-v2", {"taskId": "gone", "workflowInstanceId": "gone", "status": "COMPLETED"})
    assert code == 204, code


class TaskResultTask:
    def __init__(self, task_id, workflow):
        self.task_id, self.workflow_instance_id = task_id, workflow


@row
def an_update_brings_the_next_task_of_its_type():
    define("v2", [simple("v2-t")])
    first, second = start("v2"), start("v2")
    task = poll("v2-t")
    code, body = http("POST", "/api/tasks/update-v2", {
        "taskId": task.task_id, "workflowInstanceId": task.workflow_instance_id, "status": "COMPLETED", "workerId": "w1"})
    assert code == 200 and body["taskType"] == "v2-t" and body["inputData"] == {}, body
    code, body = http("POST", "/api/tasks/update-v2", {
        "taskId": body["taskId"], "workflowInstanceId": body["workflowInstanceId"], "status": "COMPLETED"})
    assert code == 204, body
    assert status(first) == status(second) == "COMPLETED"


@row
def a_poll_is_held_until_there_is_a_task():
    define("held", [simple("held-t")])
    begun = time.monotonic()
    assert tasks.batch_poll_tasks("held-t", worker_id="w", count=3, timeout_in_millisecond=300) in (None, [])
    assert 0.25 < time.monotonic() - begun < 3
    for _ in range(3):
        start("held")
    assert len(tasks.batch_poll_tasks("held-t", worker_id="w", count=2, timeout_in_millisecond=3000)) == 2
    import threading
    found = []
    define("waited", [simple("waited-t")])
    waiter = threading.Thread(target=lambda: found.extend(
        http("GET", "/api/tasks/poll/batch/waited-t?workerid=held&count=1&timeout=5000")[1]))
    waiter.start()
    until("the poll", lambda: polls("waited-t", "held"))
    begun = time.monotonic()
    start("waited")
    waiter.join()
    assert len(found) == 1 and time.monotonic() - begun < 2


@row
def a_task_goes_back_whose_poller_died_while_it_waited():
    import socket
    id = start(define("dead", [simple("dead-1"), simple("dead-2")]))
    host, port = BASE.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(
            f"GET /api/tasks/poll/batch/dead-2?workerid=dead&count=1&timeout=4000 HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n"
            .encode())
        until("the poll", lambda: polls("dead-2", "dead"))
    work("dead-1")
    task = None

    def again():
        nonlocal task
        task = poll("dead-2")
        return task is not None
    until("the task of the dead", again)
    finish(task)
    assert status(id) == "COMPLETED" and task.poll_count == 1


@row
def a_task_goes_back_whose_poller_died_with_the_answer_unread():
    import select, socket
    metadata.register_task_def(TaskDef(name="unread-t", retry_count=0, response_timeout_seconds=3600))
    id = start(define("unread", [simple("unread-t")]))
    host, port = BASE.removeprefix("http://").split(":")

    def request(connection):
        connection.sendall(
            f"GET /api/tasks/poll/unread-t?workerid=dead HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
        assert select.select([connection], [], [], 10)[0], "there is no answer"

    # A process that is killed closes its connections with what it has not read.
    with socket.create_connection((host, int(port))) as connection:
        request(connection)
    until("the task", lambda: by_ref(id)["unread-t"].status == "SCHEDULED")
    # One that has read it may close its connection, and work.
    with socket.create_connection((host, int(port))) as connection:
        request(connection)
        while b'"taskId"' not in connection.recv(65536):
            pass
    # Held for a while, and answered at once if the task had gone back.
    assert tasks.batch_poll_tasks("unread-t", worker_id="w", count=1, timeout_in_millisecond=500) in (None, [])
    task = by_ref(id)["unread-t"]
    assert task.status == "IN_PROGRESS" and task.poll_count == 1, task
    finish(task)
    assert status(id) == "COMPLETED"


@row
def tasks_are_skipped():
    id = start(define("skip", [simple("skip-1"), simple("skip-2"), simple("skip-3")]))
    workflows.skip_task_from_workflow(id, "skip-2", SkipTaskRequest(task_output={"n": 1}))
    refused(409, lambda: workflows.skip_task_from_workflow(id, "skip-1", SkipTaskRequest()))
    refused(404, lambda: workflows.skip_task_from_workflow(id, "nowhere", SkipTaskRequest()))
    work("skip-1")
    work("skip-3")
    assert status(id) == "COMPLETED" and by_ref(id)["skip-2"].status == "SKIPPED" and poll("skip-2") is None


@row
def signals_reach_the_task_that_waits():
    id = start(define("signal", [
        {"name": "s1", "taskReferenceName": "s1", "type": "WAIT"}, {"name": "s2", "taskReferenceName": "s2", "type": "HUMAN"},
        simple("s3", "s3", inputParameters={"a": "${s1.output.a}", "b": "${s2.output.b}"})]))
    api = tasks.taskResourceApi
    api.signal_workflow_task_async(id, "COMPLETED", {"a": 1})
    answer = api.signal_workflow_task_sync(id, "COMPLETED", {"b": 2}, return_strategy="TARGET_WORKFLOW")
    assert answer.target_workflow_id == id and answer.response_type in ("TARGET_WORKFLOW",), answer
    assert work("s3").input_data == {"a": 1, "b": 2}
    assert status(id) == "COMPLETED"
    refused(404, lambda: api.signal_workflow_task_async(id, "COMPLETED", {}))
    assert http("POST", f"/api/tasks/{id}/COMPLETED/signal/sync?returnStrategy=X", {})[0] == 400


@row
def a_task_that_nobody_asks_for_times_out():
    metadata.register_task_def(TaskDef(name="unasked-t", retry_count=0, poll_timeout_seconds=1))
    id = start(define("unasked", [simple("unasked-t")]))
    until("the end", lambda: status(id) == "TIMED_OUT")
    assert by_ref(id)["unasked-t"].status == "TIMED_OUT"


@row
def no_more_are_handed_out_than_the_rate_allows():
    metadata.register_task_def(TaskDef(
        name="rate-t", rate_limit_per_frequency=2, rate_limit_frequency_in_seconds=2))
    ids = [start(define("rate", [simple("rate-t")])) for _ in range(3)]
    first = tasks.batch_poll_tasks("rate-t", worker_id="w", count=5, timeout_in_millisecond=100)
    assert len(first) == 2, first
    assert poll("rate-t") is None
    # Held until there is room, without anything happening meanwhile.
    begun = time.monotonic()
    third = tasks.batch_poll_tasks("rate-t", worker_id="w", count=5, timeout_in_millisecond=5000)
    assert len(third) == 1 and time.monotonic() - begun < 4, third
    for task in first + third:
        finish(task)
    assert all(status(id) == "COMPLETED" for id in ids)


@row
def a_workflow_has_its_time_and_another_follows_its_failure():
    define("after", [{"name": "n", "taskReferenceName": "n", "type": "SET_VARIABLE", "inputParameters": {}}])
    id = start(define("timed", [simple("timed-t")], timeoutSeconds=1, timeoutPolicy="TIME_OUT_WF", failureWorkflow="after"))
    until("the end", lambda: status(id) == "TIMED_OUT")
    follower = workflows.get_workflow(id).output["conductor.failure_workflow"]
    found = workflows.get_workflow(follower)
    assert found.status == "COMPLETED" and found.input["workflowId"] == id and found.input["failureStatus"] == "TIMED_OUT"
    id = start(define("alert", [simple("alert-t")], timeoutSeconds=1, timeoutPolicy="ALERT_ONLY"))
    later = start("timed")
    until("a later end by the same time", lambda: status(later) == "TIMED_OUT")
    work("alert-t")
    assert status(id) == "COMPLETED"


@row
def logs_are_kept_in_order():
    start(define("logs", [simple("log-t")]))
    task = poll("log-t")
    tasks.add_task_log(task.task_id, 'first "quoted" ü')
    tasks.add_task_log(task.task_id, "second")
    finish(task, logs=[{"log": "third", "taskId": task.task_id, "createdTime": int(time.time())}])
    lines = tasks.get_task_logs(task.task_id)
    assert [line.log for line in lines] == ['first "quoted" ü', "second", "third"], lines
    assert all(line.created_time > 10 ** 12 for line in lines)


@row
def a_failed_task_is_tried_again_after_its_delay():
    metadata.register_task_def(TaskDef(name="retry-t", retry_count=2, retry_delay_seconds=1, retry_logic="FIXED"))
    id = start(define("retry", [simple("retry-t")]))
    first = work("retry-t", status="FAILED", reason_for_incompletion="no luck")
    assert poll("retry-t") is None
    task = None

    def again():
        nonlocal task
        task = poll("retry-t")
        return task is not None
    until("the second attempt", again)
    assert task.retry_count == 1 and task.retried_task_id == first.task_id and task.task_id != first.task_id
    found = workflows.get_workflow(id)
    assert [t.status for t in found.tasks] == ["FAILED", "IN_PROGRESS"] and found.tasks[0].retried
    finish(task)
    assert status(id) == "COMPLETED"


@row
def backoff_grows():
    for logic, factor, delays in [("LINEAR_BACKOFF", 1, [1, 2]), ("EXPONENTIAL_BACKOFF", 1, [1, 2])]:
        name = "backoff-" + logic.lower()
        metadata.register_task_def(TaskDef(
            name=name, retry_count=2, retry_delay_seconds=1, retry_logic=logic, backoff_scale_factor=factor))
        id = start(define(name, [simple(name)]))
        for delay in delays:
            begun = time.monotonic()
            failed = work(name, status="FAILED")
            until("the next attempt", lambda: (t := by_ref(id)[name]).status == "SCHEDULED" and queue_size(name) == 1)
            assert time.monotonic() - begun > delay - 0.2, (logic, delay)
        work(name)
        assert status(id) == "COMPLETED"


def queue_size(name):
    return tasks.get_queue_size_for_task(name)


@row
def without_attempts_left_the_workflow_fails():
    metadata.register_task_def(TaskDef(name="fatal-t", retry_count=0))
    id = start(define("fatal", [
        {"name": "f", "taskReferenceName": "f", "type": "FORK_JOIN",
         "forkTasks": [[simple("fatal-t")], [simple("other-t")]]},
        {"name": "j", "taskReferenceName": "j", "type": "JOIN", "joinOn": ["fatal-t", "other-t"]}]))
    work("fatal-t", status="FAILED", reason_for_incompletion="broken")
    found = workflows.get_workflow(id)
    assert found.status == "FAILED" and "broken" in found.reason_for_incompletion
    assert "fatal-t" in (found.failed_reference_task_names or [])
    assert by_ref(id)["other-t"].status == "CANCELED" and poll("other-t") is None
    id = start("fatal")
    work("fatal-t", status="FAILED_WITH_TERMINAL_ERROR")
    assert status(id) == "FAILED"


@row
def an_optional_task_may_fail():
    metadata.register_task_def(TaskDef(name="opt-t", retry_count=0))
    id = start(define("optional", [simple("opt-t", optional=True), simple("opt-after")]))
    work("opt-t", status="FAILED")
    assert by_ref(id)["opt-t"].status == "COMPLETED_WITH_ERRORS"
    work("opt-after")
    assert status(id) == "COMPLETED"


@row
def a_silent_worker_loses_its_task():
    metadata.register_task_def(TaskDef(
        name="silent-t", retry_count=1, retry_delay_seconds=0, response_timeout_seconds=1))
    id = start(define("silent", [simple("silent-t")]))
    lost = poll("silent-t")
    assert lost.response_timeout_seconds == 1
    until("the time out", lambda: len(workflows.get_workflow(id).tasks) == 2)
    assert workflows.get_workflow(id).tasks[0].status == "TIMED_OUT"
    until("the second attempt", lambda: queue_size("silent-t") == 1)
    finish(lost, output={"who": "late"})
    task = poll("silent-t")
    for _ in range(4):
        time.sleep(0.5)
        http("POST", "/api/tasks", {"taskId": task.task_id, "workflowInstanceId": id, "status": "IN_PROGRESS",
                                    "extendLease": True})
    finish(task, output={"who": "in time"})
    found = workflows.get_workflow(id)
    assert found.status == "COMPLETED" and found.output == {"who": "in time"}, found.output
    # The last attempt's silence ends the workflow.
    metadata.register_task_def(TaskDef(name="mute-t", retry_count=0, response_timeout_seconds=1))
    id = start(define("mute", [simple("mute-t")]))
    poll("mute-t")
    until("the end", lambda: status(id) == "TIMED_OUT")


@row
def a_task_in_progress_comes_back_later():
    id = start(define("callback", [simple("back-t")]))
    task = poll("back-t")
    finish(task, "IN_PROGRESS", {"step": 1}, callback_after_seconds=1)
    assert by_ref(id)["back-t"].status == "SCHEDULED" and poll("back-t") is None
    until("the call back", lambda: queue_size("back-t") == 1)
    again = poll("back-t")
    assert again.task_id == task.task_id and again.poll_count == 2 and again.output_data == {"step": 1}
    finish(again)
    assert status(id) == "COMPLETED"


@row
def forks_join():
    name = define("fork", [
        {"name": "f", "taskReferenceName": "f", "type": "FORK_JOIN",
         "forkTasks": [[simple("fa1"), simple("fa2")], [simple("fb")]]},
        {"name": "j", "taskReferenceName": "j", "type": "JOIN", "joinOn": ["fa2", "fb"]},
        simple("fend", inputParameters={"a": "${j.output.fa2.v}", "b": "${fb.output.v}"})])
    id = start(name)
    found = by_ref(id)
    assert found["f"].task_type == "FORK" and found["f"].status == "COMPLETED"
    assert found["j"].status == "IN_PROGRESS" and found["fa1"].status == found["fb"].status == "SCHEDULED"
    work("fa1")
    work("fb", {"v": 2})
    assert by_ref(id)["j"].status == "IN_PROGRESS"
    work("fa2", {"v": 1})
    assert work("fend").input_data == {"a": 1, "b": 2}
    assert status(id) == "COMPLETED" and by_ref(id)["j"].output_data == {"fa2": {"v": 1}, "fb": {"v": 2}}


@row
def switches_choose():
    name = define("switch", [
        {"name": "s", "taskReferenceName": "s", "type": "SWITCH", "evaluatorType": "value-param", "expression": "k",
         "inputParameters": {"k": "${workflow.input.k}"},
         "decisionCases": {"a": [simple("sw-a")], "empty": []}, "defaultCase": [simple("sw-d")]},
        simple("sw-end")])
    for key, task in [("a", "sw-a"), ("zzz", "sw-d"), ("empty", None)]:
        id = start(name, {"k": key})
        if task:
            work(task)
        work("sw-end")
        found = by_ref(id)
        assert status(id) == "COMPLETED" and found["s"].output_data["selectedCase"] == key
        assert ("sw-d" in found) == (key == "zzz")


@row
def variables_and_terminate():
    name = define("vars", [
        {"name": "v", "taskReferenceName": "v", "type": "SET_VARIABLE", "inputParameters": {"x": "${workflow.input.x}"}},
        {"name": "t", "taskReferenceName": "t", "type": "TERMINATE", "inputParameters": {
            "terminationStatus": "FAILED", "terminationReason": "as asked", "workflowOutput": {"x": "${workflow.variables.x}"}}},
        simple("never")])
    id = start(name, {"x": [1, 2]})
    found = workflows.get_workflow(id)
    assert found.status == "FAILED" and found.output == {"x": [1, 2]} and found.variables == {"x": [1, 2]}
    assert found.reason_for_incompletion == "as asked" and poll("never") is None


@row
def loops_go_round():
    name = define("loop", [
        {"name": "l", "taskReferenceName": "l", "type": "DO_WHILE", "inputParameters": {},
         "loopCondition": "if ( $.l.iteration < 3 ) { true; } else { false; }",
         "loopOver": [simple("lt", inputParameters={"before": "${lt.output.n}"})]},
        simple("lend", inputParameters={"n": "${lt.output.n}"})])
    id = start(name)
    for number in [1, 2, 3]:
        task = work("lt", {"n": number})
        assert task.reference_task_name == f"lt__{number}" and task.iteration == number
    assert work("lend").input_data == {"n": 3}
    found = by_ref(id)["l"]
    assert found.output_data["iteration"] == 3 and found.output_data["2"] == {"lt": {"n": 2}}, found.output_data


@row
def waits_wait():
    name = define("wait", [
        {"name": "w", "taskReferenceName": "w", "type": "WAIT", "inputParameters": {"duration": "1s"}},
        {"name": "h", "taskReferenceName": "h", "type": "WAIT", "inputParameters": {}}])
    id = start(name)
    until("the wait", lambda: by_ref(id)["w"].status == "COMPLETED", 10)
    assert by_ref(id)["h"].status == "IN_PROGRESS"
    tasks.update_task_by_ref_name(id, "h", "COMPLETED", {"by": "hand"})
    found = workflows.get_workflow(id)
    assert found.status == "COMPLETED" and found.output == {"result": {"by": "hand"}}, (found.status, found.output)


@row
def workflows_within_workflows():
    define("child", [simple("child-t")], outputParameters={"r": "${child-t.output.r}"})
    name = define("parent", [{
        "name": "p", "taskReferenceName": "p", "type": "SUB_WORKFLOW", "inputParameters": {"a": 1},
        "subWorkflowParam": {"name": "child", "version": 1}}], outputParameters={"r": "${p.output.r}"})
    id = start(name)
    child = by_ref(id)["p"].sub_workflow_id
    assert workflows.get_workflow(child).input == {"a": 1}
    work("child-t", {"r": 7})
    assert status(id) == "COMPLETED" and workflows.get_workflow(id).output == {"r": 7}
    id = start(name)
    workflows.terminate_workflow(id, "enough")
    assert status(by_ref(id)["p"].sub_workflow_id) == "TERMINATED" and poll("child-t") is None


@row
def pause_and_resume():
    id = start(define("pause", [simple("pa1"), simple("pa2")]))
    workflows.pause_workflow(id)
    workflows.pause_workflow(id)
    assert status(id) == "PAUSED"
    work("pa1")
    assert status(id) == "PAUSED" and poll("pa2") is None
    workflows.resume_workflow(id)
    work("pa2")
    assert status(id) == "COMPLETED"
    refused(409, lambda: workflows.pause_workflow(id))
    refused(409, lambda: workflows.resume_workflow(id))


@row
def terminate():
    id = start(define("term", [simple("te1"), simple("te2")]))
    task = poll("te1")
    workflows.terminate_workflow(id, "not needed")
    workflows.terminate_workflow(id, "not needed")
    found = workflows.get_workflow(id)
    assert found.status == "TERMINATED" and found.reason_for_incompletion == "not needed"
    assert found.tasks[0].status == "CANCELED"
    finish(task)
    assert status(id) == "TERMINATED"
    done = start(define("term-done", [simple("td")]))
    work("td")
    refused(409, lambda: workflows.terminate_workflow(done, "too late"))


@row
def retry_goes_on_where_it_failed():
    metadata.register_task_def(TaskDef(name="rt2", retry_count=0))
    id = start(define("retry-wf", [simple("rt1"), simple("rt2"), simple("rt3")]))
    refused(409, lambda: workflows.retry_workflow(id))
    work("rt1", {"n": 1})
    failed = work("rt2", status="FAILED")
    assert status(id) == "FAILED"
    workflows.retry_workflow(id)
    found = workflows.get_workflow(id)
    assert found.status == "RUNNING" and not found.reason_for_incompletion and found.last_retried_time > 0
    assert poll("rt1") is None
    again = work("rt2")
    assert again.task_id != failed.task_id and again.retry_count == 1
    work("rt3")
    assert status(id) == "COMPLETED"
    refused(409, lambda: workflows.retry_workflow(id))


@row
def restart_begins_anew():
    name = define("restart", [simple("re1")])
    id = start(name, {"k": 1})
    first = work("re1")
    workflows.restart_workflow(id)
    found = workflows.get_workflow(id)
    assert found.status == "RUNNING" and len(found.tasks) == 1 and found.input == {"k": 1}
    refused(409, lambda: workflows.restart_workflow(id))
    assert work("re1").task_id != first.task_id
    define("restart", [simple("re2")])
    workflows.restart_workflow(id, use_latest_def=True)
    work("re2")
    assert status(id) == "COMPLETED"


@row
def rerun_from_a_task():
    id = start(define("rerun", [simple("rr1"), simple("rr2", inputParameters={"i": "${rr1.output.i}"}), simple("rr3")]))
    work("rr1", {"i": 1})
    second = work("rr2")
    work("rr3")
    assert workflows.rerun_workflow(id, RerunWorkflowRequest(re_run_from_task_id=second.task_id,
                                                            task_input={"i": 9})) == id
    found = workflows.get_workflow(id)
    assert found.status == "RUNNING" and [t.reference_task_name for t in found.tasks] == ["rr1", "rr2"]
    again = work("rr2")
    assert again.task_id == second.task_id and again.input_data == {"i": 9}
    work("rr3")
    assert status(id) == "COMPLETED"
    refused(400, lambda: workflows.rerun_workflow(id, RerunWorkflowRequest(re_run_from_task_id="nothing")))
    workflows.rerun_workflow(id, RerunWorkflowRequest(workflow_input={"new": True}))
    assert workflows.get_workflow(id).input == {"new": True} and poll("rr1") is not None


@row
def remove_forgets():
    id = start(define("remove", [simple("rm")]))
    workflows.delete_workflow(id)
    refused(404, lambda: workflows.get_workflow(id))
    assert poll("rm") is None


@row
def search_finds():
    name = define("search", [simple("se")])
    ids = [start(name, {"mark": f"needle{i}"}, correlation_id=f"corr {i}") for i in range(3)]
    work("se")
    found = workflows.search(query=f"workflowType = '{name}'")
    assert {s.workflow_id for s in found.results} == set(ids)
    assert [s.workflow_id for s in workflows.search(query=f"workflowType='{name}' AND status = 'COMPLETED'").results] == [ids[0]]
    assert len(workflows.search(query=f"status IN (RUNNING,PAUSED) AND workflowType = {name}").results) == 2
    assert [s.workflow_id for s in workflows.search(query="correlationId = 'corr 1'").results] == [ids[1]]
    assert [s.workflow_id for s in workflows.search(query=f"workflowId = '{ids[2]}'").results] == [ids[2]]
    assert [s.workflow_id for s in workflows.search(free_text="needle2").results] == [ids[2]]
    assert len(workflows.search(query="workflowType = 'sea*'", size=2).results) == 2
    assert workflows.search(query=f"workflowType = {name} AND startTime > {int(time.time() * 1000) + 60000}").results == []
    summary = workflows.search(query=f"workflowId = '{ids[0]}'").results[0]
    assert json.loads(summary.input) == {"mark": "needle0"} and summary.start_time.endswith("Z")
    found = workflows.get_by_correlation_ids(name, ["corr 0", "corr 9"], include_completed=True, include_tasks=False)
    assert [w.workflow_id for w in found["corr 0"]] == [ids[0]] and found["corr 9"] == []
    code, body = http("PUT", "/api/workflow/bulk/pause", ids)
    assert code == 200 and sorted(body["bulkSuccessfulResults"]) == sorted(ids[1:]) and ids[0] in body["bulkErrorResults"], body
    assert http("POST", "/api/workflow/bulk/terminate?reason=x", ids[1:])[0] == 200 and status(ids[1]) == "TERMINATED"


@row
def execute_waits_for_the_end():
    from conductor.client.workflow.conductor_workflow import ConductorWorkflow
    from conductor.client.workflow.executor.workflow_executor import WorkflowExecutor
    from conductor.client.workflow.task.set_variable_task import SetVariableTask
    executor = WorkflowExecutor(configuration)
    flow = ConductorWorkflow(executor=executor, name="exec-inline", version=1)
    variables = SetVariableTask(task_ref_name="sv")
    variables.input_parameters.update({"a": "${workflow.input.a}"})
    flow >> variables
    flow.output_parameters({"a": "${workflow.variables.a}"})
    run = flow.execute(workflow_input={"a": 5}, wait_for_seconds=5)
    assert run.status == "COMPLETED" and run.output == {"a": 5}, run
    define("exec-slow", [simple("exec-t")])
    code, body = http("POST", "/api/workflow/execute/exec-slow/1?requestId=r1&waitForSeconds=1&waitUntilTaskRef=None", {"input": {}})
    assert code == 200 and body["status"] == "RUNNING" and body["requestId"] == "r1", body
    assert http("GET", f"/api/workflow/{body['workflowId']}/status?includeOutput=true")[1]["status"] == "RUNNING"


@row
def inline_definitions_and_domains():
    definition = WorkflowDef(name="inline", version=1, tasks=[WorkflowTask(name="in-t", task_reference_name="in-t")])
    id = start("inline", workflow_def=definition, task_to_domain={"in-t": "blue"})
    assert poll("in-t") is None
    task = poll("in-t", domain="blue")
    assert task.domain == "blue"
    finish(task)
    assert status(id) == "COMPLETED"
    refused(404, lambda: metadata.get_workflow_def("inline"))
    data = tasks.get_task_poll_data("in-t")
    assert any(p.worker_id == "w1" and p.last_poll_time > 0 for p in data), data


@row
def no_more_at_once_than_the_definition_says():
    metadata.register_task_def(TaskDef(name="few-t", concurrent_exec_limit=2))
    define("few", [simple("few-t")])
    for _ in range(5):
        start("few")
    held = tasks.batch_poll_tasks("few-t", worker_id="w", count=5, timeout_in_millisecond=100)
    assert len(held) == 2 and poll("few-t") is None
    finish(held[0])
    assert poll("few-t") is not None and poll("few-t") is None


@row
def keys_start_one_workflow_only():
    name = define("idem", [simple("idem-t")])
    body = {"name": name, "idempotencyKey": "k1", "idempotencyStrategy": "RETURN_EXISTING"}
    first = http("POST", "/api/workflow", body)
    assert http("POST", "/api/workflow", body) == first and first[0] == 200
    assert http("POST", "/api/workflow", {**body, "idempotencyStrategy": "FAIL"})[0] == 409
    poll("idem-t")


@row
def start_delay_and_dynamic_tasks():
    name = define("dynamic", [
        {"name": "df", "taskReferenceName": "df", "type": "FORK_JOIN_DYNAMIC", "dynamicForkTasksParam": "list",
         "dynamicForkTasksInputParamName": "inputs",
         "inputParameters": {"list": "${workflow.input.list}", "inputs": "${workflow.input.inputs}"}},
        {"name": "dj", "taskReferenceName": "dj", "type": "JOIN"},
        {"name": "d", "taskReferenceName": "d", "type": "DYNAMIC", "dynamicTaskNameParam": "which",
         "inputParameters": {"which": "${workflow.input.which}"}, "startDelay": 1}])
    id = start(name, {"which": "dyn-x", "inputs": {"r1": {"a": 1}},
                      "list": [{"name": "dyn-y", "taskReferenceName": r, "type": "SIMPLE"} for r in ["r1", "r2"]]})
    assert work("dyn-y").input_data == {"a": 1}
    work("dyn-y")
    assert poll("dyn-x") is None
    until("the delay", lambda: queue_size("dyn-x") == 1)
    work("dyn-x")
    assert status(id) == "COMPLETED"


@row
def a_workflow_within_itself_ends():
    define("ouroboros", [{"name": "o", "taskReferenceName": "o", "type": "SUB_WORKFLOW",
                          "subWorkflowParam": {"name": "ouroboros"}}])
    id = start("ouroboros")
    assert status(id) == "FAILED", status(id)


@row
def http_tasks_are_executed_by_runners():
    name = define("http", [
        {"name": "call", "taskReferenceName": "call", "type": "HTTP", "inputParameters": {
            "http_request": {"uri": BASE + "/api/metadata/taskdefs/${workflow.input.name}", "method": "GET",
                             "readTimeOut": 10000}}},
        simple("http-after", inputParameters={"status": "${call.output.response.statusCode}",
                                              "retries": "${call.output.response.body.retryCount}"})])
    metadata.register_task_def(TaskDef(name="known", retry_count=7))
    id = start(name, {"name": "known"})
    until("the answer", lambda: queue_size("http-after") == 1)
    assert work("http-after").input_data == {"status": 200, "retries": 7}
    assert status(id) == "COMPLETED"
    id = start(name, {"name": "unknown"})
    until("the end", lambda: status(id) == "FAILED")
    assert by_ref(id)["call"].status == "FAILED" and "404" in by_ref(id)["call"].reason_for_incompletion
    assert by_ref(id)["call"].output_data["response"]["statusCode"] == 404, by_ref(id)["call"].output_data


wanted = sys.argv[2:]
failed = []
for function in rows:
    if wanted and function.__name__ not in wanted:
        continue
    try:
        function()
        print("holds:", function.__name__, flush=True)
    except Exception as error:
        import traceback
        traceback.print_exc()
        failed.append(function.__name__)
        print("FAILS:", function.__name__, flush=True)
sys.exit(1 if failed else 0)

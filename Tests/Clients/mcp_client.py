"""A client of the Model Context Protocol, with the official SDK, for tests.

    mcp_client.py tour SERVER…          every kind of request; what is wrong ends it with an error
    mcp_client.py tour-legacy SERVER…   the same in a revision with a handshake
    mcp_client.py converse SERVER…      the reference's conversation; lines of JSON, one for each poll
    mcp_client.py start SERVER…         only begins the conversation; prints the run's id
    mcp_client.py poll RUN SERVER…      goes on with it, in a new connection

SERVER is a URL, or a command with its arguments. The agents wait for the file $GATE, which is made once all of them were
seen at work.
"""

import asyncio
import json
import os
import sys
import time

from mcp import Client, StdioServerParameters

PACE = float(os.environ.get("PACE", "0.2"))
GATE = os.environ.get("GATE")
TASKS = [4, 5, 6, 7]


def connect(words, **more):
    server = words[0] if words[0].startswith("http") else StdioServerParameters(command=words[0], args=words[1:])
    return Client(server, **more)


def say(**members):
    print(json.dumps(members), flush=True)


def content(result):
    assert not result.is_error, result.content[0].text
    assert json.loads(result.content[0].text) == result.structured_content
    return result.structured_content


async def start(client):
    answer = content(
        await client.call_tool("execute_conductor_workflow", {"task_ids": TASKS, "parallel": True})
    )
    assert [task["task_id"] for task in answer["tasks"]] == TASKS, answer
    assert answer["status"] == "RUNNING", answer
    return answer


async def poll(client, run):
    while True:
        status = content(await client.call_tool("get_conductor_workflow_status", {"workflow_execution_id": run}))
        say(status=status)
        if status["is_over"]:
            return
        percents = [task["percent"] for task in status["tasks"]]
        if GATE and all(0 < percent < 100 for percent in percents) and percents[0] == 40:
            open(GATE, "w").close()
        await asyncio.sleep(PACE)


async def failure(client, name, arguments):
    """The text of a call that must fail as a result, not as an error of the protocol."""
    result = await client.call_tool(name, arguments)
    assert result.is_error, f"{name} {arguments} did not fail: {result.content}"
    return result.content[0].text


async def refusal(awaitable):
    """The error of the protocol that the request must have."""
    try:
        answer = await awaitable
    except Exception as error:
        return str(error)
    raise AssertionError(f"this was not refused: {answer}")


async def tour(words, mode):
    begun = time.monotonic()
    async with connect(words, mode=mode) as client:
        assert time.monotonic() - begun < 20, "the handshake waits for something"
        expected = "2025-11-25" if mode == "legacy" else "2026-07-28"
        assert client.protocol_version == expected, client.protocol_version
        assert client.server_info.name == "weir"
        if mode == "legacy":
            await client.send_ping()
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert list(tools)[:2] == ["execute_conductor_workflow", "get_conductor_workflow_status"], list(tools)
        assert len(tools) == 11, list(tools)
        assert tools["get_conductor_workflow_status"].annotations.read_only_hint
        assert not tools["execute_conductor_workflow"].annotations.read_only_hint
        assert tools["cancel"].annotations.destructive_hint
        resources = [str(resource.uri) for resource in (await client.list_resources()).resources]
        assert "weir://workflows/template-03-parallel-execution" in resources, resources
        text = (await client.read_resource(resources[2])).contents[0].text
        assert "task_id: 4" in text, text
        assert "no resource" in await refusal(client.read_resource("weir://runs/999"))
        assert [prompt.name for prompt in (await client.list_prompts()).prompts] == ["run_and_watch"]
        prompt = await client.get_prompt("run_and_watch", {"task_ids": "4, 5"})
        assert "4, 5" in prompt.messages[0].content.text

        listed = content(await client.call_tool("list_workflows"))["workflows"]
        assert listed[0]["task_ids"] == TASKS, listed
        checked = content(await client.call_tool("validate_workflow", {"text": "steps: 4"}))
        assert not checked["valid"] and checked["faults"][0]["line"] == 1, checked

        job = content(await client.call_tool("enqueue_job", {"command": "echo", "arguments": ["a 'b'"]}))["job_id"]
        for _ in range(600):
            detail = content(await client.call_tool("get_job", {"job_id": job}))
            if detail["job"]["state"] == "succeeded":
                break
            await asyncio.sleep(0.1)
        assert detail["job"]["result"] == "a 'b'", detail
        assert content(await client.call_tool("get_logs", {"job_id": job}))["text"] == "a 'b'\n"
        jobs = content(await client.call_tool("list_jobs", {"state": "succeeded", "limit": 1}))
        assert [row["id"] for row in jobs["jobs"]] == [job], jobs
        rows = content(await client.call_tool("query_history", {"sql": "SELECT id, state FROM job_history"}))
        assert rows["rows"] == [[job, "succeeded"]], rows

        assert "only SELECT" in await failure(client, "query_history", {"sql": "DELETE FROM jobs"})
        assert "has a task 99" in await failure(client, "execute_conductor_workflow", {"task_ids": [99]})
        assert "whole numbers" in await failure(client, "execute_conductor_workflow", {"task_ids": []})
        assert "no run 999" in await failure(
            client, "get_conductor_workflow_status", {"workflow_execution_id": "999"}
        )
        assert "success is final" in await failure(client, "retry", {"job_id": job})
        assert "no tool" in await refusal(client.call_tool("make_coffee", {}))
        await waiting(client)
    say(tour="done")


async def waiting(client):
    """Progress while a call waits, and giving such a call up."""
    told = []

    async def hear(progress, total, message):
        told.append(progress)

    call = {"task_ids": [4, 6], "parallel": True, "wait_for_completion": True}
    status = content(await client.call_tool("execute_conductor_workflow", call, progress_callback=hear))
    assert status["is_over"] and status["progress"] == 100, status
    assert told and told == sorted(set(told)) and max(told) < 100, told

    given_up = asyncio.ensure_future(client.call_tool("execute_conductor_workflow", call))
    while True:
        rows = content(await client.call_tool("query_history", {"sql": "SELECT max(id), count(*) FROM run_history"}))
        if rows["rows"][0][1] == 2:
            break
        await asyncio.sleep(0.05)
    given_up.cancel()
    await client.list_tools()
    run = str(rows["rows"][0][0])
    answer = content(await client.call_tool("get_conductor_workflow_status", {"workflow_execution_id": run}))
    assert answer["status"] in ("RUNNING", "COMPLETED", "FAILED"), answer
    stopped = content(await client.call_tool("cancel", {"workflow_execution_id": run}))
    assert stopped["outcome"] in ("requested", "already_over"), stopped


async def main():
    verb, words = sys.argv[1], sys.argv[2:]
    if verb in ("tour", "tour-legacy"):
        return await tour(words, "legacy" if verb == "tour-legacy" else "auto")
    if verb == "poll":
        async with connect(words[1:]) as client:
            return await poll(client, words[0])
    async with connect(words) as client:
        answer = await start(client)
        say(started=answer)
        if verb == "converse":
            await poll(client, answer["workflow_execution_id"])


asyncio.run(main())

"""A worker host of the official SDK. Usage: worker.py URL LEDGER TYPE[:SECONDS[:once]] ...

Writes a line into LEDGER for each task that it begins, and goes on until it is killed. With `once`, the first task fails.
"""
import ctypes, os, sys, time

from conductor.client.automator.task_handler import TaskHandler
from conductor.client.configuration.configuration import Configuration
from conductor.client.http.models import Task, TaskResult
from conductor.client.http.models.task_result_status import TaskResultStatus
from conductor.client.worker.worker import Worker

# Each process of a host dies with the one that started it, however that ends.
ctypes.CDLL(None).prctl(1, 9)


class Execute:
    """Workers live in processes that are started anew, so this is data, not a closure."""

    def __init__(self, seconds, fails, ledger):
        self.seconds, self.fails, self.ledger = seconds, fails, ledger
        self.__name__ = "execute"

    def __call__(self, task: Task) -> TaskResult:
        with open(self.ledger, "a") as file:
            file.write(f"{task.task_id} {os.getpid()} {time.time()}\n")
        time.sleep(self.seconds)
        status = TaskResultStatus.FAILED_WITH_TERMINAL_ERROR if self.fails else TaskResultStatus.COMPLETED
        self.fails = False
        return TaskResult(task_id=task.task_id, workflow_instance_id=task.workflow_instance_id, status=status,
                          output_data={"echo": task.input_data, "type": task.task_def_name})


if __name__ == "__main__":
    url, ledger, *types = sys.argv[1:]
    workers = []
    for text in types:
        name, seconds, fails, *_ = (text + "::").split(":")
        worker = Worker(task_definition_name=name, execute_function=Execute(float(seconds or 0), bool(fails), ledger))
        worker.thread_count = 4
        worker.poll_interval = 50
        workers.append(worker)
    with TaskHandler(workers=workers, configuration=Configuration(server_api_url=url + "/api"),
                     scan_for_annotated_workers=False) as handler:
        handler.start_processes()
        print("ready", flush=True)
        handler.join_processes()

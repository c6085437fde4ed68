# Jobs in Python, for:  weir runner --worker resize='python3 examples/workers/jobs.py'
from weir_worker import job, run


@job("resize")
def resize(data, job):
    for percent in (25, 50, 75):
        job.progress(percent, f"{data['file']} at {percent} %")
    return {"file": data["file"], "width": data.get("width", 100)}


@job("noop")
def noop(data):
    return None


run()

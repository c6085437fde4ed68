"""Asks every route that only reads, and compares each answer with what the server's own description says of it."""
import json
import sys
import urllib.error
import urllib.request

import jsonschema

url = sys.argv[1]


def ask(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url + path, data=data, method=method, headers={"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.headers["Content-Type"], answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers["Content-Type"], error.read()


document = json.loads(ask("GET", "/v1/openapi.json")[2])
assert document["openapi"].startswith("3.1"), document["openapi"]
bodies = json.loads(sys.argv[2])  # by "METHOD path": the path to ask, and the body to send
problem = document["components"]["schemas"]["Problem"]
names = {}
checked = 0
for path, operations in document["paths"].items():
    for method, operation in operations.items():
        key = f"{method.upper()} {path}"
        assert operation["operationId"] not in names, f"{key} and {names[operation['operationId']]} have one name"
        names[operation["operationId"]] = key
        placed = [part["name"] for part in operation.get("parameters", []) if part["in"] == "path"]
        assert all("{" + name + "}" in path for name in placed), key
        (status, response), = [(s, r) for s, r in operation["responses"].items() if s[:2] == "20" and s != "206"]
        (kind, content), = response["content"].items()
        jsonschema.Draft202012Validator.check_schema(content["schema"])
        if key not in bodies:
            continue
        target, body = bodies[key]
        found, type_, answer = ask(method.upper(), target, body)
        assert str(found) == status, f"{key}: {found} {answer[:300]}"
        assert type_.startswith(kind), f"{key}: {type_}"
        if kind == "application/json":
            jsonschema.validate(json.loads(answer), content["schema"])
        checked += 1
missing = set(bodies) - set(names.values())
assert not missing, f"not described: {missing}"
for path in ["/v1/jobs/999", "/v1/runs/999", "/v1/jobs?limit=x", "/v1/nothing"]:
    found, type_, answer = ask("GET", path)
    assert found in (400, 404) and type_ == "application/problem+json", (path, found, type_)
    jsonschema.validate(json.loads(answer), problem)
print(checked, "of", len(names))

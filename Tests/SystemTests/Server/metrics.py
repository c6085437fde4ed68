"""Reads /metrics as Prometheus does: metrics.py URL. Complains of what `promtool check metrics` complains of, and prints each
histogram as NAME COUNT, for those with no labels but `le`."""

import math
import re
import sys
import urllib.request

from prometheus_client.parser import text_string_to_metric_families


def complaints(family):
    name, kind = family.name, family.type
    if not family.documentation:
        yield "no HELP"
    if kind == "unknown":
        yield "no TYPE"
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        yield "a name of other characters"
    if kind == "gauge" and name.endswith("_total"):
        yield "a gauge that ends like a counter"
    if kind in ("gauge", "counter") and name.endswith(("_bucket", "_count", "_sum")):
        yield "ends like a part of a histogram"
    if re.search(r"_(ms|milliseconds|minutes|kb|kib|mb|percent)(_|$)", name):
        yield "no base unit"
    if len({(sample.name, tuple(sorted(sample.labels.items()))) for sample in family.samples}) != len(family.samples):
        yield "a series is there twice"
    for sample in family.samples:
        if kind == "counter" and not sample.name.endswith("_total"):
            yield f"{sample.name}: a counter ends with _total"
        if kind != "gauge" and not sample.value >= 0:
            yield f"{sample.name}: {sample.value}"
    if kind == "histogram":
        yield from histogram_complaints(family)


def histogram_complaints(family):
    groups = {}
    for sample in family.samples:
        labels = tuple(sorted(item for item in sample.labels.items() if item[0] != "le"))
        groups.setdefault(labels, {}).setdefault(sample.name.removeprefix(family.name), []).append(sample)
    for labels, parts in groups.items():
        if set(parts) != {"_bucket", "_sum", "_count"}:
            yield f"{labels}: it has {set(parts)}"
            continue
        bounds = [float(sample.labels["le"]) for sample in parts["_bucket"]]
        counts = [sample.value for sample in parts["_bucket"]]
        if bounds != sorted(set(bounds)) or bounds[-1] != math.inf:
            yield f"{labels}: bounds {bounds}"
        if counts != sorted(counts):
            yield f"{labels}: fewer in a larger bucket: {counts}"
        if counts[-1] != parts["_count"][0].value:
            yield f"{labels}: {counts[-1]} in all buckets, {parts['_count'][0].value} counted"
        if not labels:
            print(family.name, int(counts[-1]))


def main():
    with urllib.request.urlopen(sys.argv[1]) as answer:
        kind, text = answer.headers["Content-Type"], answer.read().decode()
    found = []
    if not kind.startswith("text/plain; version=0.0.4"):
        found.append(f"Content-Type: {kind}")
    if not text.endswith("\n"):
        found.append("no line feed at the end")
    families = list(text_string_to_metric_families(text))
    if len({family.name for family in families}) != len(families):
        found.append("a figure is in several places")
    for family in families:
        found += [f"{family.name}: {complaint}" for complaint in complaints(family)]
    for complaint in found:
        print(complaint, file=sys.stderr)
    return 1 if found else 0


sys.exit(main())

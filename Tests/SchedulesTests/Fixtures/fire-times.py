"""Fire times by brute force over local minutes, with Python's own zones: an oracle for cron in time zones.

PYTHONTZPATH=$PWD/zoneinfo:/usr/share/zoneinfo python3 fire-times.py > fire-times.tsv
"""
import random, sys
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo
random.seed(20261121)
UTC = timezone.utc
RANGES = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 7)]
NAMES = {3: "jan feb mar apr may jun jul aug sep oct nov dec".split(), 4: "sun mon tue wed thu fri sat".split()}

def parse(field, kind):
    low, high = RANGES[kind]
    values = set()
    for entry in field.lower().split(","):
        base, _, step = entry.partition("/")
        def number(word):
            return NAMES[kind].index(word) + low if word.isalpha() else int(word)
        if base == "*": a, b = low, (6 if kind == 4 else high)
        elif "-" in base: a, b = map(number, base.split("-"))
        else: a = b = number(base)
        values |= set(range(a, b + 1, int(step or 1)))
    return {v % 7 for v in values} if kind == 4 else values

class Cron:
    def __init__(self, text):
        self.fields = text.split()
        self.sets = [parse(f, k) for k, f in enumerate(self.fields)]
        self.both = self.fields[2][0] == "*" or self.fields[4][0] == "*"
        self.interval = self.fields[0][0] == "*" or self.fields[1][0] == "*" or len(self.sets[1]) == 24
    def day(self, d):
        if d.month not in self.sets[3]: return False
        m, w = d.day in self.sets[2], d.isoweekday() % 7 in self.sets[4]
        return (m and w) if self.both else (m or w)
    def minutes(self, d):
        for h in sorted(self.sets[1]):
            for m in sorted(self.sets[0]):
                yield d.replace(hour=h, minute=m)

def exists(local, zone):
    return local.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) == local

def instants(local, zone, interval):
    """Moments (seconds) that a local time stands for."""
    if exists(local, zone):
        first = int(local.replace(tzinfo=zone, fold=0).timestamp())
        second = int(local.replace(tzinfo=zone, fold=1).timestamp())
        return sorted({first, second}) if interval else [first]
    if interval: return []
    # The end of the gap: the first moment whose offset is the later one.
    before = int(local.replace(tzinfo=zone, fold=0).timestamp()) - 86400 * 2
    after = before + 86400 * 4
    offset = lambda t: datetime.fromtimestamp(t, zone).utcoffset()
    old = offset(before)
    low, high = before, after
    while high - low > 1:
        middle = (low + high) // 2
        if offset(middle) == old: low = middle
        else: high = middle
    return [high]

def fires(cron, zone, start, count):
    found, day, limit = set(), datetime.fromtimestamp(start, zone).replace(tzinfo=None, hour=0, minute=0, second=0), 0
    day -= timedelta(days=2)
    after_enough = 0
    for _ in range(366 * 9):
        if cron.day(day):
            for local in cron.minutes(day):
                found |= {t for t in instants(local, zone, cron.interval) if t > start}
        day += timedelta(days=1)
        if len(found) >= count:
            after_enough += 1
            if after_enough > 3: break
    return sorted(found)[:count]

def field(kind, dense):
    low, high = RANGES[kind]
    r = random.random()
    if r < (0.6 if kind >= 2 else dense): return "*"
    if r < 0.7 and kind < 2: return "*/" + str(random.choice([5, 7, 10, 15, 20, 25]) if kind == 0 else random.choice([2, 3, 5]))
    if r < 0.8:
        a = random.randint(low, high - 1); b = random.randint(a + 1, high)
        return f"{a}-{b}" + (f"/{random.randint(1, 5)}" if random.random() < .5 else "")
    if kind in NAMES and r < 0.9: return random.choice(NAMES[kind])
    return ",".join(str(v) for v in sorted(random.sample(range(low, high + 1), random.randint(1, 3))))

ZONES = "Europe/Berlin America/New_York Australia/Lord_Howe America/Sao_Paulo Asia/Kathmandu Africa/Casablanca Pacific/Apia Europe/Dublin America/St_Johns UTC".split()
fixed = ["30 2 * * *", "0 2 * * *", "15,45 1-3 * * *", "0 * * * *", "*/5 * * * *", "*/20 1,2 * * *", "0 */2 * * *", "0 0 * * *", "30 1 * * *", "0 3 29 2 *", "0 0 13 * fri", "0 12 */2 * mon", "59 23 31 12 *", "0 0 1 1 7", "5 0-23 * * *"]
def special(zone):
    """A moment shortly before a change of the zone's clock, from 2000 on, or any."""
    t = random.randint(946684800, 4102444800)
    offset = lambda t: datetime.fromtimestamp(t, zone).utcoffset()
    for step in range(400):
        if offset(t) != offset(t + 86400):
            low, high = t, t + 86400
            while high - low > 1:
                middle = (low + high) // 2
                if offset(middle) == offset(low): low = middle
                else: high = middle
            return high + random.choice([-7200, -3601, -1800, -1, 0, 1, 59, 1800, 3599])
        t += 86400
    return t
print("# cron TAB zone TAB after TAB the next fire times, in seconds of Unix time")
for zone_name in ZONES:
    zone = ZoneInfo(zone_name)
    for n in range(45):
        text = fixed[n] if n < len(fixed) else " ".join(field(k, .35) for k in range(5))
        cron = Cron(text)
        start = special(zone) if n % 3 else random.randint(946684800, 4102444800)
        times = fires(cron, zone, start, 6)
        if len(times) < 2: continue
        print(text, zone_name, start, " ".join(map(str, times)), sep="\t")

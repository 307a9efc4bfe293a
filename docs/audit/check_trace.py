#!/usr/bin/env python3
"""Re-performs the traces that `attain trace RUN` wrote, without Attain: every step is computed anew from those it names,
with exact fractions, and every aggregate from its members. What the fields mean is written in docs/trace.md.

With --run, payouts.csv and earnings.csv are compared row by row, their totals and hashes with manifest.json, and the plan
files are looked up where the steps say they stand; with --data, each cell is compared with its data file. The exit status
is 0 when nothing is false and 1 when something is; the first false step is named.
"""
import argparse, collections, csv, datetime, functools, hashlib, json, os, re, sys, time
from fractions import Fraction

NUMBER, ZERO, DAY = re.compile(r"-?\d+(\.\d+|/[1-9]\d*)?\Z"), Fraction(0), datetime.timedelta(days=1)
WORDS = ("text", "choice", "currency", "date", "period")  # units whose values are words
day = functools.lru_cache(maxsize=1 << 14)(datetime.date.fromisoformat)


class NotSo(Exception):
    """Something that the trace says and that is not so."""


def shown(what):
    """A key, an amount, a number or words, for people."""
    if isinstance(what, list) and what and isinstance(what[0], dict):
        return ", ".join(f"{part['part']} {part['value']}" for part in what)
    if isinstance(what, dict):
        return f"{what['text']} {what['unit']}"
    if isinstance(what, Fraction):
        places = next((places for places in range(19) if 10 ** places % what.denominator == 0), None)
        if places:
            digits = f"{abs(what.numerator) * 10 ** places // what.denominator:0{places + 1}d}"
            return "-" * (what < 0) + digits[:-places] + "." + digits[-places:]
    return {None: "missing", True: "yes", False: "no"}.get(what, what) if what is None or isinstance(what, bool) else str(what)


def need(holds, *why):
    if not holds:
        raise NotSo(" ".join(map(shown, why)))


# ---- values: fractions, truths, words; None is missing ----

@functools.lru_cache(maxsize=1 << 16)
def parsed(text, unit):
    if unit == "yes/no":
        return text == "yes"
    return Fraction(text) if unit not in WORDS and NUMBER.match(text) else text


def value(amount):
    return None if amount is None else parsed(amount["text"], amount["unit"])


def text(formula):
    return formula["value"] and formula["value"]["text"]


def order(amount):
    """What a value is ordered by: numbers, days of periods, bytes of words; a missing one comes first."""
    found = value(amount)
    if isinstance(found, str):
        found = amount["first"] if amount["unit"] == "period" else found.encode()
    return found is not None, found


def rounded(number, places, mode):
    """The six modes of rounding."""
    units, rest = divmod(number * 10 ** places, 1)  # rest lies between 0 and 1
    nearest, away, half = units + (rest > Fraction(1, 2)), units + (number > 0), rest == Fraction(1, 2)
    modes = {"half up": away if half else nearest, "half even": units + units % 2 if half else nearest, "up": away,
             "down": units + (number < 0), "floor": units, "ceiling": units + 1}
    return Fraction(modes[mode] if rest else units, 10 ** places)


def months_later(date, months):
    """The same day so many months later, or the last day of a month that is too short."""
    month = date.year * 12 + date.month - 1 + int(months)
    first, after = [datetime.date(at // 12, at % 12 + 1, 1) for at in (month, month + 1)]
    return min(first + (date.day - 1) * DAY, after - DAY)


def months_between(a, b):
    """The most months that can be added to the first day without passing the second."""
    months = (b.year - a.year) * 12 + b.month - a.month
    return Fraction(months - (months_later(a, months) > b))


def later(period, found, count):
    """Whether a period is so many later; of periods that are no months, only that it lies on that side."""
    first, end, start = day(period["first"]), day(period["last"]) + DAY, day(found["first"])
    months = (end.year - first.year) * 12 + end.month - first.month
    regular = first.day == end.day == 1
    need(months_later(first, count * months) == start if regular else (start > first) == (count > 0) or not count,
         found["text"], "is not", count, "after", period["text"])


def parts(key):
    """The texts of a key; those of a key of several columns one by one."""
    texts = []
    for part in key:
        several = json.loads(part["value"]) if part["value"].startswith('["') else []
        texts += parts([{"value": one} for one in several]) if several else [part["value"]]
    return texts


def reduced(op, values):
    if op == "count":
        return Fraction(len(values))
    if None in values:
        return None
    if op in ("any", "all"):
        return {"any": any, "all": all}[op](values)
    if op == "sum" or not values:
        return sum(values, ZERO) if op == "sum" else None
    return {"largest": max, "smallest": min, "average": lambda all: sum(all) / len(all)}.get(op, lambda all: all[0])(values)


# ---- operations: (formula, values of its operands) ----

def given(compute):
    return lambda f, values: None if None in values else compute(f, *values)


def compare(holds):
    return given(lambda f, *_: holds(*(order(one["value"]) for one in f["operands"])))


def plus(f, a, b, sign=1):
    """A sum; a date by days or months, a period by periods; the days between two dates."""
    of, by = (one["value"] for one in f["operands"])
    if not isinstance(a, str):
        return a + sign * b
    if isinstance(b, str):
        return Fraction((day(a) - day(b)).days)
    if of["unit"] == "date":
        return str(day(a) + sign * int(b) * DAY if by["unit"] == "days" else months_later(day(a), sign * b))
    if f["value"]:
        later(of, f["value"], sign * b)
    return value(f["value"])


def logic(decides):
    def operation(f, values):
        need(len(values) == (2 if values[0] is not None and values[0] is not decides else 1), "another operand decided")
        return values[-1]
    return operation


def period_of(f, values):
    found = f["value"]
    need(not found or found["first"] <= values[0] <= found["last"], values[0], "is not in", found and found["text"])
    return value(found)


def coarser(f, values):
    fine, found = f["operands"][0]["value"], f["value"]
    need(not found or found["first"] <= fine["first"] and fine["last"] <= found["last"], fine, "is not in", found)
    return value(found)


def back(f, values):
    if values[0] and f["value"]:
        later(f["operands"][0]["value"], f["value"], -f["places_back"])
    return value(f["value"])


def of_period(side):
    return lambda f, values: values[0] and f["operands"][0]["value"][side]


def days_active(f, values):
    period, active = f["operands"][0]["value"], f["active"]
    within, inside = active["within"], active["inside"]
    if not period or not within or inside and text(inside) != "yes":
        return period and ZERO
    need(period["first"] <= within["first"] and within["last"] <= period["last"], "days outside", period["text"])
    first = max(within["first"], active["from"] and text(active["from"]) or "")
    last = min(within["last"], active["to"] and text(active["to"]) or "9999-12-31")
    return Fraction(max(0, (day(last) - day(first)).days + 1))


def level(f, values):
    chain = zip(f["operands"], f["operands"][1:])
    need(all(text(above["at"][0]) == text(below) for below, above in chain), "the chain of managers is broken")
    return Fraction(len(values) - 1)


OPERATIONS = {
    "plus": given(plus), "minus": given(lambda f, a, b: plus(f, a, b, -1)), "negate": given(lambda f, a: -a),
    "times": given(lambda f, a, b: a * b), "of": given(lambda f, a, b: a * b), "over": given(lambda f, a, b: a / b),
    "equal": compare(lambda a, b: a == b), "not_equal": compare(lambda a, b: a != b), "less": compare(lambda a, b: a < b),
    "less_or_equal": compare(lambda a, b: a <= b), "greater": compare(lambda a, b: a > b),
    "greater_or_equal": compare(lambda a, b: a >= b), "not": given(lambda f, a: not a), "and": logic(False), "or": logic(True),
    "exists": lambda f, values: values[0] is not None, "level": level, "days_active": days_active,
    "minimum": given(lambda f, *_: value(min((one["value"] for one in f["operands"]), key=order))),
    "maximum": given(lambda f, *_: value(max((one["value"] for one in f["operands"]), key=order))),
    "round": given(lambda f, a: rounded(a, f["rounded"]["places"], f["rounded"]["mode"])), "period_of": period_of,
    "own_period_of": period_of, "coarser": coarser, "back": back, "first_day": of_period("first"), "last_day": of_period("last"),
    "days_in": lambda f, values: values[0] and Fraction((day(f["operands"][0]["value"]["last"]) - day(f["operands"][0]["value"]["first"])).days + 1),
    "months_between": given(lambda f, a, b: months_between(day(a), day(b))),
}


class Checker:
    def __init__(self):
        self.steps, self.lists, self.count, self.false, self.step = {}, {}, collections.Counter(), [], None
        self.cells, self.modes, self.rows, self.absent, self.used = {}, {}, {}, {}, set()

    # ---- formulas, in the row of a key ----

    def formula(self, f, key):
        self.count["formulas"] += 1
        found, said = getattr(self, f["node"] + "_")(f, key), value(f["value"])
        if found != said or type(found) is not type(said):
            raise NotSo(f"`{f['text']}` ({f.get('op', f['node'])}) is {shown(found)}, and not {shown(said)}")
        return said

    def all(self, formulas, key):
        return [self.formula(one, key) for one in formulas]

    def earlier(self, id):
        need(id in self.steps, "step", id, "does not stand above")
        return self.steps[id]

    def made_of(self, key):
        """A credit's formula stands on the row of which it was made; the key of the credit names that one too."""
        return self.step["kind"] == "credit" and key is self.step["key"]

    def constant_(self, f, key):
        literal = re.fullmatch(r"([\d,]+(?:\.\d+)?)(%?)", f["text"])
        if literal and f["value"] and f["value"]["unit"] in ("number", "percent", "integer"):
            number = Fraction(literal[1].replace(",", "")) / (100 if literal[2] else 1)
            need(number == value(f["value"]), "the constant", f["text"], "is not", f["value"]["text"])
        return value(f["value"])

    def key_(self, f, key):
        need(self.made_of(key) or key[f["part"]]["value"] == text(f), text(f), "is not in the key", key)
        return value(f["value"])

    def row_(self, f, key):
        at, said = tuple(map(str, self.all(f["at"], key))), value(f["value"])
        known = self.rows.setdefault((f["of"], at), said) if isinstance(said, bool) else said
        need(known == said and (isinstance(said, bool) or said is None or text(f) == text(f["at"][0])), "row", at, "is another one")
        return said

    def present_(self, f, key):
        return all(self.all(f["conditions"], key)) if f["conditions"] else value(f["value"])

    def missing_(self, f, key):
        return None

    def absent_(self, f, key):
        self.all(f["at"], key)
        self.absent.setdefault((f["of"], tuple(map(text, f["at"]))), self.step)

    def is_read(self, step, own, at, key):
        """That a step is one of the row that it is read of: of a key, or of the row itself."""
        wanted = key if at is None else [text(one) for one in at]
        fits = own == key if at is None else [part["value"] for part in own] == wanted
        need(fits or at is None and self.made_of(key) and set(parts(own)) <= set(parts(key)),
             f"`{step['name']}` is read of", own, "and not of", wanted)

    def step_(self, f, key):
        step = self.earlier(f["step"])
        self.all(f.get("at") or [], key)
        self.is_read(step, step["key"], f.get("at"), key)
        need(f["value"] == step["value"], f"`{f['text']}` is", step["value"], "in its own step, and not", f["value"])
        return value(step["value"])

    def version_(self, f, key):
        asked = f["day"] and self.formula(f["day"], key)
        self.all(f["at"], key)
        if not f["step"]:
            return None
        step = self.earlier(f["step"])
        self.is_read(step, step["key"][:-2], f["at"], key)
        first, last = [part["value"] for part in step["key"][-2:]]
        need(not asked or first <= asked and (not last or asked <= last), "the version from", first, "does not hold on", asked)
        return value(step["value"])

    def operation_(self, f, key):
        for side in ("from", "to", "inside") if f.get("active") else ():
            if f["active"][side]:
                self.formula(f["active"][side], key)
        return OPERATIONS[f["op"]](f, self.all(f["operands"], key))

    def if_(self, f, key):
        holds = self.formula(f["condition"], key)
        need(f["then"] == (holds is True) and (f["taken"] is None) == (holds is None), "the condition is", holds, "and the other branch was taken")
        return f["taken"] and self.formula(f["taken"], key)

    def default_(self, f, key):
        asked = self.formula(f["asked"], key)
        need((f["instead"] is None) == (asked is not None), "the default was taken and should not be, or the other way")
        return asked if asked is not None else self.formula(f["instead"], key)

    def previous_(self, f, key):
        if not f["step"]:
            return f["starting"] and self.formula(f["starting"], key)
        step, (own, before) = self.earlier(f["step"]), f["periods"]
        need(day(before["last"]) + DAY == day(own["first"]), before["text"], "is not the period before", own["text"])
        wanted = [before["text"] if part["value"] == own["text"] else part["value"] for part in key]
        need([part["value"] for part in step["key"]] == wanted, "the value before is that of", step["key"])
        return value(step["value"])

    # ---- aggregates and orders ----

    def considered(self, f, key, rows):
        """All rows that were considered are there once: the members, each of this group and under the conditions, and those left out."""
        out, keys = f.get("left_out", []), set()
        need(f.get("considered", len(rows)) == len(rows) + len(out), f.get("considered"), "rows were considered;", len(rows), "members and",
             len(out), "left out are there")
        first_group = [text(one) for one in rows[0].get("group", [])] if rows else []
        of = [part["value"] for part in key] or first_group
        for one in rows + out:
            keys.add(json.dumps(one["key"]))
        need(len(keys) == len(rows) + len(out), "a row stands there twice")
        for one in rows:
            group, left = [text(part) for part in one.get("group", [])], iter(of)
            self.all(one.get("group", []), one["key"])
            for place, part in enumerate(group):  # a period in place of which a window stands is in no group
                inside = part in parts(key) if self.made_of(key) else next(left, None) or True if place == f.get("team") else part in left
                need(inside, one["key"], "falls to", group, "and not to", of)
            holds = all(self.all(one.get("where", []), one["key"]))
            need(holds or f.get("op", "").startswith("running") and not one["taken"], one["key"], "counts and should not")
            window = f.get("window")
            need(not window or (window["first"] or "") <= one["date"] <= window["last"], one["key"], "is outside the window")
        for one in out:
            need(self.formula(one["condition"], one["key"]) is not True, one["key"], "is left out and should not be")
        if (f.get("window") or {}).get("bounds"):
            said = [f["window"][side] for side in ("first", "last") if f["window"][side]]
            need(self.all(f["window"]["bounds"], key) == said, "the window is another one")
        self.count["aggregates"] += 1
        self.count["members"] += len(rows)

    def list_of(self, f, key, place=None):
        """The rows of a list that several steps use; the one that asks is at its place."""
        need(f["list"] in self.lists, "list", f["list"], "does not stand above")
        rows, place = self.lists[f["list"]], place or f.get("place")
        need(not place or rows[place - 1]["key"] == key, "place", place, "of the list is that of another row")
        return rows

    def aggregate_(self, f, key):
        if f.get("list"):
            rows = [one for one in self.list_of(f, key) if one["place"] <= self.step["first"][0]]
            need(f["considered"] == len(rows), "other members than those of the first rows")
        else:
            rows = f["members"]
            self.considered(f, key, rows)
            for one in rows:
                if one["value"]:
                    self.formula(one["value"], one["key"])
        return reduced(f["op"], [one["value"] and value(one["value"]["value"]) for one in rows])

    def ordered_(self, f, key):
        op, rows = f["op"].replace("running_", ""), f["members"]
        if f.get("list"):
            rows = self.list_of(f, key)
            if op == "rank":
                return self.rank(f, rows)
            rows = rows[:f["place"] - bool(f.get("before"))]
        else:
            self.considered(f, key, rows)
            for place, one in enumerate(rows):
                self.all(one["by"] + ([one["value"]] if one.get("value") else []), one["key"])
                need(not place or self.stands(rows[place - 1], one, f["largest_first"]), one["key"], "stands in the wrong place")
            if op in ("rank", "order"):
                return None
            if op == f["op"]:
                taken = {"first": [0], "last": [len(rows) - 1]}.get(op, range(f.get("top") or 0))
                need(all(one["taken"] == (place in taken) for place, one in enumerate(rows)), "other rows are taken")
        return reduced(op, [one["value"] and value(one["value"]["value"]) if "value" in one else None for one in rows if one["taken"]])

    def stands(self, one, other, largest_first):
        a, b = [[order(by["value"]) for by in row["by"]] for row in (one, other)]
        if a != b:
            return a[0] > b[0] if largest_first and a[0] != b[0] else a < b
        for x, y in zip(parts(one["key"]), parts(other["key"])):
            if x != y:  # numbers, or bytes; rules and choices stand as the plan has them
                return int(x) < int(y) if x.isdigit() and y.isdigit() else x.encode() < y.encode() or one["key"][0]["part"] == "Credit"

    def rank(self, f, rows):
        values = [order(one["by"][0]["value"]) for one in rows]
        before = values.index(values[f["place"] - 1])
        return {"shared": Fraction(before + 1), "dense": Fraction(len(set(values[:before])) + 1), "first": Fraction(f["place"])}.get(f["ties"])

    def pooled_(self, f, key):
        self.formula(f["rank"], key)
        values = [order(one["by"][0]["value"]) for one in self.list_of(f["rank"], key)]
        places = [at + 1 for at, one in enumerate(values) if one == values[f["rank"]["place"] - 1]]
        need(places == [value(one["input"]["value"]) for one in f["prizes"]], "the prizes are not those of the places", places)
        return sum(self.all(f["prizes"], key), ZERO) / len(places)

    def allocate_(self, f, key):
        if f.get("list"):
            self.formula(f["amount"], key)
            return Fraction(self.list_of(f, key)[f["place"] - 1]["part"])
        amount, rows = value(f["amount"]["value"]), f["receivers"]
        self.considered(f, key, rows)
        weights = [(self.formula(one["weight"], one["key"]) or ZERO) if "weight" in one else 1 for one in rows]
        due = [amount * weight / (sum(weights) or 1) for weight in weights]
        shares = [rounded(one, f["places"], "down" if f["rest"] == "largest" else f["mode"]) for one in due]
        left, unit = amount - sum(shares), Fraction(1 if amount > 0 else -1, 10 ** f["places"])
        if f["rest"] == "largest":
            for at in sorted(range(len(due)), key=lambda at: (-abs(due[at] - shares[at]), at))[:int(left / unit)]:
                shares[at] += unit
        else:
            shares[[at for at, weight in enumerate(weights) if weight][0 if f["rest"] == "first" else -1]] += left
        need(shares == [Fraction(one["part"]) for one in rows], "the parts should be", [str(one) for one in shares])
        return amount

    def increase_(self, f, key):
        rows, place = self.list_of(f, key, f["position"]), f["position"]
        after, before = [f[side] and self.earlier(f[side]) for side in ("after", "before")]
        need(len(rows) == f["of"] and (before is None) == (place == 1 or after is None), "its place in the order is another one")
        for step, count in ((after, place), (before, place - 1)):
            need(not step or step.get("first", [count, f["of"]]) == [count, f["of"]] and step["name"] == after["name"],
                 "it is not the value with the first", count, "of", f["of"])
            need(not step or [part["value"] for part in step["key"]] == list(map(text, rows[0]["group"])), "it shares in another row")
        found = value(after["value"]) if after else None, value(before["value"]) if before else ZERO
        return None if None in found else found[0] - found[1]

    def days_(self, f, key):
        period, spans, total = f["period"] and self.formula(f["period"], key) and f["period"]["value"], [], ZERO
        for run in f["runs"] + f.get("others", []):
            asked = [self.formula(one, self.person(one) or key) for one in run.get("because", [])]
            since, until = (asked[-2:] + [None, None])[:2] if isinstance((asked or [None])[-1], (str, type(None))) else (None, None)
            there = False not in asked and not (since and run["from"] < since) and not (until and until < run["to"])
            need(there == (run in f["runs"]) or not asked, "the days from", run["from"], "count and should not, or the other way")
            need(run["days"] == (day(run["to"]) - day(run["from"])).days + 1, "the days from", run["from"], "are miscounted")
            spans.append((run["from"], run["to"]))
            if run.get("value"):
                number = self.formula(run["value"], key)
                total = None if None in (number, total) else total + number * run["days"]
        spans.sort()
        within = f.get("within")
        need(not within or spans and (spans[0][0], spans[-1][1]) == (within["first"], within["last"])
             and all(day(a[1]) + DAY == day(b[0]) for a, b in zip(spans, spans[1:])), "days are left out")
        number = Fraction(sum(run["days"] for run in f["runs"]))
        if f["op"] == "average":
            return total / number if number and total is not None else None
        if f["op"] == "count":
            return number if f["value"] else None
        return f["runs"][-1]["to"] if f["runs"] else period["last"] if period else value(f["value"])

    def person(self, f):
        """The row of which it is asked whether a person is there: that of the first cell which is read without a key."""
        if f["node"] == "step" and f.get("at") is None:
            return self.earlier(f["step"])["key"]
        below = (one for part in f.values() for one in (part if isinstance(part, list) else [part]) if isinstance(one, dict) and "node" in one)
        return next(filter(None, map(self.person, below)), None)

    # ---- tables and currencies ----

    def lies(self, rows, amount):
        """The row in which a value lies: the last whose start it has reached, or the one that names it."""
        named = [place for place, row in enumerate(rows) if amount["text"] in row.get("values", [])]
        reached = lambda row: (order(amount) > order(row["start"]) or not row.get("above") and order(amount) == order(row["start"])) if "start" in row \
            else row["row"].endswith("otherwise") if row.get("values") else True
        return named[-1] if named else max((place for place, row in enumerate(rows) if reached(row)), default=None)

    def table_(self, f, key):
        for one in f.get("chosen", []):
            self.formula(one["input"], key)
            taken = [place for place, row in enumerate(one["rows"]) if row["taken"]]
            need(not one["rows"] or not one["input"]["value"] or taken == [self.lies(one["rows"], one["input"]["value"])], "another row is chosen")
        number, bands = self.formula(f["input"], key), f["bands"]
        rates = [value(band["rate"]) for band in bands]
        for band in bands:
            said = self.all([band["data"]["start"], band["data"]["value"]], band["data"]["key"]) if band.get("data") else None
            need(not said or said == [value(band["start"]), value(band["rate"])], band["row"], "is not as its row says")
        self.count["tables"] += 1
        if number is None or not bands:
            return None
        if f["kind"] == "marginal":
            return self.slices(bands, rates, number)
        at = self.lies(bands, f["input"]["value"])
        need([place for place, band in enumerate(bands) if band["taken"]] == [at], "the input lies in", bands[at]["row"])
        if f["kind"] == "retroactive":
            return number * rates[at]
        level = f["kind"] == "step" or at + 1 == len(bands) or "start" not in bands[at]
        need(level == (f.get("line") is None), "the input lies on another line")
        if level:
            return rates[at]
        x, y = value(bands[at]["start"]), value(bands[at + 1]["start"])
        need([value(f["line"][side]) for side in ("from", "to", "value_from", "value_to")] == [x, y, rates[at], rates[at + 1]], "the line is another one")
        return rates[at] + (rates[at + 1] - rates[at]) * (number - x) / (y - x)

    def slices(self, bands, rates, number):
        starts, total = [value(band.get("start")) for band in bands], ZERO
        if bands[0].get("data"):
            starts[0] = max(starts[0], ZERO)
        for at, (band, start, rate) in enumerate(zip(bands, starts, rates)):
            part = number if at == 0 and number < 0 else ZERO if start is None else max(min([number] + starts[at + 1:at + 2]) - start, ZERO)
            said = (value(band["part"]), value(band["gives"])) if part else (part, part)
            need(band["taken"] == (part != 0) and said == (part, part * rate), band["row"], "has", part, "in it, which gives", part * rate)
            total += part * rate
        return total

    def convert_(self, f, key):
        amount, _ = self.formula(f["amount"], key), self.all(f["rates"] + ([f["to"]] if f.get("to") else []), key)
        if amount is None or f["value"] is None:
            return None
        sides = f["amount"]["value"]["unit"], f["value"]["unit"]
        for side in sides if sides[0] != sides[1] and amount else ():
            rates = [rate for rate in f["rates"] if side in [part["value"] for part in self.earlier(rate["step"])["key"]]]
            home = f["rates"] and f["rates"][0]["value"]["unit"].startswith(side + " ")
            need(len(rates) == (0 if home else 1), "there is no rate of", side)
            amount = amount if home else amount * value(rates[0]["value"]) if side == sides[0] else amount / value(rates[0]["value"])
        return amount

    # ---- steps, payouts ----

    def check(self, step):
        self.step, key, said = step, step["key"], value(step["value"])
        for condition in step.get("where", []):
            need(self.formula(condition, key) is True, f"`{condition['text']}` does not hold")
        found = self.formula(step["formula"], key) if step.get("formula") else said
        if step.get("rounding"):
            kept = step["rounding"]
            need(found == Fraction(kept["exact"]), "before rounding it is", found, "and not", kept["exact"])
            found = rounded(found, kept["places"], kept["mode"])
            mode = self.modes.setdefault((step["name"], str(step["plan"])), kept["mode"])
            need(mode == kept["mode"], "it is rounded", kept["mode"], "here and", mode, "elsewhere")
        need(found == said, "it is", found, "and not", said)
        if step["kind"] == "list":
            self.lists[step["id"]] = step["formula"].get("receivers") or step["formula"].get("members", [])
        if step.get("data"):
            cell = tuple(step["data"][part] for part in ("file", "row", "column"))
            known = self.cells.setdefault(cell, (step["value"], step["name"]))
            need(known[0] == step["value"] or known[1] != step["name"], "the cell has", known[0], "elsewhere")

    def fail(self, step, why):
        """Keeps what is false, with the place in the plan or the data at which its step stands."""
        place = step.get("data") or step.get("plan") or {}
        place = ":".join(str(place[part]) for part in ("file", "line", "row", "column") if part in place)
        of = f" of {shown(step['key'])}" if step.get("key") else ""
        self.false.append(f"{step.get('name')}{of} ({place}): {why}\n      step {step.get('id')}")

    def add(self, raw):
        step = json.loads(raw)
        self.count["steps"] += 1
        self.count["kind " + step["kind"]] += 1
        try:
            need(hashlib.sha256(raw[:7] + raw[71:].rstrip(b"\n")).hexdigest() == step["id"], "its id is not the hash of what it says")
            need(step["id"] not in self.steps, "the step stands there twice")
            self.check(step)
        except NotSo as error:
            self.fail(step, error)
        except (KeyError, TypeError, ValueError, IndexError, AttributeError, ArithmeticError) as error:
            self.fail(step, f"it cannot be computed: {error!r}")
        self.steps[step["id"]] = {part: step[part] for part in ("id", "kind", "name", "key", "value", "first", "plan") if part in step}

    def told(self, line):
        """A payout or an earning is the value of its step, for its person and period, and no other has that step."""
        try:
            step = self.earlier(line["step"])
            need(step["value"] and Fraction(line["amount"]) == value(step["value"]), "its step gives", step["value"], "and not", line["amount"])
            key = [part["value"] for part in step["key"]]
            need(step["name"] == line["name"] and (len(key) != 2 or line.get("source") or key == [line["person"], line["period"]])
                 and step["value"]["unit"] == (line["currency"] or step["value"]["unit"]), "its step is that of", step["name"], step["key"])
            need(line["step"] not in self.used, "its step is that of another one")
            self.used.add(line["step"])
        except NotSo as error:
            self.false.append(f"{line['line']} {line['name']} of {line['person']} in {line['period']}: {error}\n      step {line['step']}")


# ---- the run folder and the data ----

def sha256(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def against_run(checker, run, opening, lines):
    say, at = checker.false.append, lambda name: os.path.join(run, name)
    with open(at("manifest.json"), encoding="utf-8") as file, open(at("manifest.sha256"), encoding="utf-8") as hash_file:
        manifest, hashes = json.load(file), {opening["run"], sha256(at("manifest.json")), hash_file.read().split()[0]}
    if len(hashes) != 1:
        say("manifest.json: the trace is of another run, or the manifest was changed")
    whole = not (opening["person"] or opening["period"] or opening["plan"])
    fields = ("plan", "person", "period", "name", "source", "amount", "currency")
    for name, kind, word in (("payouts.csv", "payout", "pay"), ("earnings.csv", "earning", "earn")):
        if {manifest["output_files"][name]["sha256"], opening["outputs"][name]} != {sha256(at(name))}:
            say(f"{name}: not as the run wrote it")
        with open(at(name), encoding="utf-8", newline="") as file:
            rows = [{**row, "name": row.get("name") or row.get("component")} for row in csv.DictReader(file)]
        stored, traced = (collections.Counter(tuple(one.get(field, "") for field in fields) for one in all)
                          for all in (rows, (one for one in lines if one["line"] == kind)))
        for row in sorted(traced - stored) + (sorted(stored - traced) if whole else []):
            say(f"{name}: {', '.join(filter(None, row))} is in the {'trace' if row in traced - stored else 'file'} alone")
        sums, said = collections.Counter(), {}
        for row in rows:
            sums[row["plan"], row["name"], row["currency"]] += Fraction(row["amount"])
        for plan, entry in manifest["plans"].items():
            said.update({(plan, of, unit): Fraction(total) for of, units in entry["totals"][word].items() for unit, total in units.items()})
        for of in sorted(set(sums) | set(said)):
            if sums[of] != said.get(of, 0):
                say(f"{name}: {' '.join(of)} adds up to {sums[of]}, and manifest.json says {said.get(of)}")
        print(f"  {name}: {len(rows):,} rows, {sum((traced & stored).values()):,} with a trace; by the manifest's totals")
        for of, total in sorted(sums.items()):
            cents = int(abs(rounded(total, 2, "half up")) * 100)
            print(f"    {of[0]} {of[1]}  {'-' * (total < 0)}{cents // 100:,}.{cents % 100:02d} {of[2]}")
    texts, count = {}, 0
    for step in checker.steps.values():
        if step["kind"] == "formula":
            place, path = step["plan"], at("plan/" + step["plan"]["file"])
            if path not in texts:
                with open(path, encoding="utf-8") as file:
                    texts[path] = file.read().split("\n")
            count += 1
            if not texts[path][place["line"] - 1][place["column"] - 1:].startswith(step["name"]):
                checker.fail(step, "the plan has something else there")
    print(f"  plan: {count:,} definitions stand where their steps say")


def against_data(checker, folder, opening):
    """Compares cells with CSV files, as far as their text says their value; counts those in another form."""
    files, same, other, say = {}, 0, 0, checker.false.append
    for (name, row, column), (amount, _) in sorted(checker.cells.items()):
        path = os.path.join(folder, name)
        if name not in files:
            if opening["data_files"].get(name) != sha256(path):
                say(f"{name}: not the file that the run read")
            with open(path, encoding="utf-8-sig", newline="", errors="replace") as file:
                head = file.readline()
                files[name] = list(csv.reader([head] + file.readlines(), delimiter=max(",;\t|", key=head.count))) if name.endswith("v") else None
        if files[name] is None:
            other += 1
            continue
        found, said = files[name][row - 1][files[name][0].index(column)].strip(), value(amount)
        bare = re.sub(r"[^\d.\-]", "", found)
        number = Fraction(bare) if NUMBER.match(bare) else None
        if isinstance(said, Fraction):
            fits = number is not None and (number == said or amount["unit"] == "percent" and number == said * 100)
        else:
            fits = found == (amount or {"text": ""})["text"] or isinstance(said, bool) and (found.lower() in ("yes", "true", "1")) == said
        same, other = same + fits, other + (not fits)
        if not fits and (isinstance(said, Fraction) or amount is None or not found):
            say(f"{name}:{row} {column}: the file has `{found}`, the trace {amount and amount['text']}")
    print(f"  data: {same:,} cells are as the files have them" + (f", {other:,} stand there in another form" if other else ""))


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("trace", help="what `attain trace RUN` wrote; - for standard input")
    options.add_argument("--run", help="the run folder")
    options.add_argument("--data", help="the folder of the data files")
    args = options.parse_args()
    sys.setrecursionlimit(100_000)
    begun, checker, opening, lines, end = time.process_time(), Checker(), {}, [], {}
    say, count = checker.false.append, checker.count
    with open(args.trace, "rb") if args.trace != "-" else sys.stdin.buffer as file:
        for raw in file:
            if raw.startswith(b'{"id":"'):
                checker.add(raw)
                continue
            line = json.loads(raw)
            if line["line"] == "trace":
                opening = line
            elif line["line"] == "end":
                end = line
            else:
                lines.append(line)
                checker.told(line)
    there = {(step["name"], tuple(part["value"] for part in step["key"])) for step in checker.steps.values() if "first" not in step}
    for asked in sorted(checker.absent.keys() & there):
        checker.fail(checker.absent[asked], f"`{asked[0]}` of {asked[1]} is said to be missing, and is there")
    told = collections.Counter(one["line"] for one in lines)
    if opening.get("format") != 2:
        say("the file is no trace of format 2, which this checker reads")
    if [end.get(part) for part in ("steps", "payouts", "earnings")] != [count["steps"], told["payout"], told["earning"]]:
        say(f"the file is not whole: {count['steps']} steps, {told['payout']} payouts and {told['earning']} earnings; its last line says {end}")
    spent = time.process_time() - begun
    kinds = ", ".join(f"{number:,} {kind[5:]}" for kind, number in sorted(count.items()) if kind.startswith("kind "))
    print(f"{os.path.basename(args.trace)}: {count['steps']:,} steps recomputed ({kinds})")
    print(f"  {count['formulas']:,} formulas; {count['aggregates']:,} aggregates and orders of {count['members']:,} members; "
          f"{count['tables']:,} tables; {len(checker.cells):,} cells of data")
    print(f"  {told['payout']:,} payouts and {told['earning']:,} earnings are compared with their steps")
    if args.run and opening:
        against_run(checker, args.run, opening, lines)
    if args.data and opening:
        against_data(checker, args.data, opening)
    print(f"  {spent:.1f} s of computing, {count['steps'] / max(spent, 0.001):,.0f} steps a second")
    for number, words in enumerate(checker.false[:10]):
        print(("then  " if number else "FALSE ") + words)
    print(f"{len(checker.false)} false")
    return 1 if checker.false else 0


if __name__ == "__main__":
    sys.exit(main())

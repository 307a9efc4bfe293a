#!/usr/bin/env python3
"""Re-performs the traces that `attain trace RUN` wrote, without Attain and without any other library.

    check_trace.py TRACE.jsonl [--run RUN] [--data DIR]

Every step is computed anew from those it names, with exact fractions; every aggregate from its members. With --run the
payouts and earnings are compared with payouts.csv and earnings.csv, their totals and hashes with manifest.json, and the
places in the plan with the plan files; with --data each cell with the data file it came from. The exit status is 0 when
nothing is false, 1 when something is. What each field means is written in docs/trace.md.
"""
import argparse, collections, csv, datetime, hashlib, json, os, re, sys, time
from fractions import Fraction

NUMBER = re.compile(r"-?\d+(\.\d+|/[1-9]\d*)?\Z")
PLAIN = ("text", "choice", "currency", "date", "period")      # units whose values are words
ONE = datetime.timedelta(days=1)


class False_(Exception):
    """Something that the trace says and that is not so."""


def need(holds, *words):
    if not holds:
        raise False_(" ".join(str(word) for word in words))


def value(amount):
    """The value of an amount: a fraction, a truth, a word, or None when missing."""
    if amount is None:
        return None
    text, unit = amount["text"], amount["unit"]
    if unit == "yes/no":
        return text == "yes"
    return Fraction(text) if unit not in PLAIN and NUMBER.match(text) else text


def day(text):
    return datetime.date.fromisoformat(text)


def later(date, months):
    """The same day so many months later, or the last day of a month that is too short."""
    month = date.year * 12 + date.month - 1 + months
    first = datetime.date(month // 12, month % 12 + 1, 1)
    following = datetime.date((month + 1) // 12, (month + 1) % 12 + 1, 1)
    return min(first + (date.day - 1) * ONE, following - ONE)


def rounded(number, places, mode):
    """The six modes of docs/language.md."""
    units, rest = divmod(number * 10 ** places, 1)               # rest lies in [0, 1)
    half, away = Fraction(1, 2), units + 1 if number > 0 else units
    up = {"half up": away if rest == half else units + (rest > half),
          "half even": units + units % 2 if rest == half else units + (rest > half),
          "down": units if number > 0 else units + 1, "up": away, "floor": units, "ceiling": units + 1}[mode]
    return Fraction(up if rest else units, 10 ** places)


def ordering(amount):
    """What a value is ordered by; a missing one comes first."""
    found = value(amount)
    if isinstance(found, str):
        found = amount["first"] if amount["unit"] == "period" else found.encode()
    return (found is not None, found)


def words(key):
    """The texts of a key, the parts of a key of several columns one by one."""
    for part in key:
        parts = json.loads(part["value"]) if part["value"].startswith('["') else [part["value"]]
        yield from words([{"value": text} for text in parts]) if len(parts) > 1 else parts


def key_text(key):
    return ", ".join(f"{part['part']} {part['value']}" for part in key)


def in_key_order(one, other):
    """Whether two keys may stand in this order: as numbers or as bytes, where their texts decide."""
    for a, b in zip(words(one), words(other)):
        if a != b:                                               # the order of rules and choices is the plan's
            return int(a) < int(b) if a.isdigit() and b.isdigit() else a.encode() < b.encode() or len(list(words(one))) > 3
    return True


def reduce(op, values):
    if op == "count":
        return Fraction(len(values))
    if any(one is None for one in values):
        return None
    if op in ("any", "all"):
        return any(values) if op == "any" else all(values)
    if op == "sum":
        return sum(values, Fraction(0))
    if not values:
        return None
    if op == "average":
        return sum(values, Fraction(0)) / len(values)
    return {"largest": max, "smallest": min, "first": lambda all: all[0], "last": lambda all: all[0]}[op](values)


class Checker:
    def __init__(self):
        self.steps, self.lists, self.count, self.false = {}, {}, collections.Counter(), []
        self.cells, self.modes, self.rows, self.absent, self.used = {}, {}, {}, {}, set()
        self.step = None

    # ---- formulas ----

    def formula(self, f, key):
        """The value of a formula in the row of a key; false where it is not what the formula says."""
        self.count["formulas"] += 1
        found, said = getattr(self, "n_" + f["node"])(f, key), value(f["value"])
        need(found == said and type(found) is type(said), f"`{f['text']}` ({f['node']}) is {found}, not {said}")
        return said

    def all(self, formulas, key):
        return [self.formula(one, key) for one in formulas]

    def earlier(self, id):
        need(id in self.steps, "step", id, "is not there above")
        return self.steps[id]

    def n_constant(self, f, key):
        literal = re.fullmatch(r"([\d,]+(?:\.\d+)?)(%?)", f["text"])
        if literal and f["value"]["unit"] in ("number", "percent", "integer"):
            number = Fraction(literal[1].replace(",", "")) / (100 if literal[2] else 1)
            need(number == value(f["value"]), "the constant", f["text"], "is not", f["value"]["text"])
        self.count["constants"] += 1
        return value(f["value"])

    def n_key(self, f, key):
        if not self.of_credit(key):
            need(key[f["part"]]["value"] == f["value"]["text"], f["value"]["text"], "is no part of the key", key_text(key))
        return value(f["value"])

    def of_credit(self, key):
        """A credit's formula stands on the row of which it was made, which its key names among others."""
        return self.step["kind"] == "credit" and key is self.step["key"]

    def n_row(self, f, key):
        at = self.all(f["at"], key)
        if not f["value"] or f["value"]["unit"] != "yes/no":
            need(not f["value"] or f["value"]["text"] == f["at"][0]["value"]["text"], "another row than", at)
        else:
            asked = f["of"], tuple(map(str, at))
            need(self.rows.setdefault(asked, value(f["value"])) == value(f["value"]), "row", asked, "is and is not there")
        return value(f["value"])

    def n_present(self, f, key):
        return all(self.all(f["conditions"], key)) if f["conditions"] else value(f["value"])

    def n_missing(self, f, key):
        return None

    def n_absent(self, f, key):
        at = self.all(f["at"], key)
        self.absent.setdefault((f["of"], tuple(one["value"] and one["value"]["text"] for one in f["at"])), self.step)
        return None

    def same_key(self, step, at, key):
        own = [part["value"] for part in step["key"]]
        if at is not None:
            need(own == [one["value"] and one["value"]["text"] for one in at], f"`{step['name']}` is read of",
                 key_text(step["key"]), "and not of", [one["value"] and one["value"]["text"] for one in at])
        elif self.of_credit(key):
            need(set(words(step["key"])) <= set(words(key)), f"`{step['name']}` of {key_text(step['key'])} is no row of it")
        else:
            need(step["key"] == key, f"`{step['name']}` is read of {key_text(step['key'])} and not of {key_text(key)}")

    def n_step(self, f, key):
        step = self.earlier(f["step"])
        self.all(f.get("at") or [], key)
        self.same_key(step, f.get("at"), key)
        need((f["value"] or step["value"]) == step["value"], f"`{f['text']}` is {step['value']} in its own step")
        return value(step["value"])

    def n_operation(self, f, key):
        return getattr(self, "o_" + f["op"])(f, key, self.all(f["operands"], key))

    def arithmetic(self, f, key, values, compute):
        need(len(values) == 2, "two operands are needed")
        return None if None in values else compute(*values)

    def moved(self, f, values, sign):
        """A date by days or months, a period by periods."""
        (of, by), amount = values, f["operands"][0]["value"]
        if amount["unit"] == "date":
            days = f["operands"][1]["value"]["unit"] == "days"
            return (day(of) + sign * int(by) * ONE if days else later(day(of), sign * int(by))).isoformat()
        return self.shifted(amount, f["value"], sign * by)

    def shifted(self, period, found, count):
        """A period so many places later; of periods that are no months only that the days fit is seen."""
        if found:
            first, end = day(period["first"]), day(period["last"]) + ONE
            months = (end.year - first.year) * 12 + end.month - first.month
            if first.day == end.day == 1:
                need(later(first, int(count) * months) == day(found["first"]), found["text"], "is not", count, "later")
            else:
                need((day(found["first"]) > first) == (count > 0) or not count, found["text"], "lies elsewhere")
        return value(found)

    def o_plus(self, f, key, values):
        plus = lambda a, b: self.moved(f, values, 1) if isinstance(a, str) else a + b
        return self.arithmetic(f, key, values, plus)

    def o_minus(self, f, key, values):
        def minus(a, b):
            if isinstance(a, str) and isinstance(b, str):
                return Fraction((day(a) - day(b)).days)
            return self.moved(f, values, -1) if isinstance(a, str) else a - b
        return self.arithmetic(f, key, values, minus)

    def o_times(self, f, key, values):
        return self.arithmetic(f, key, values, lambda a, b: a * b)

    o_of = o_times

    def o_over(self, f, key, values):
        need(len(values) < 2 or values[1] != 0, "division by zero")
        return self.arithmetic(f, key, values, lambda a, b: a / b)

    def o_negate(self, f, key, values):
        return None if values[0] is None else -values[0]

    def compared(self, f, values, holds):
        a, b = [ordering(one["value"]) for one in f["operands"]]
        return None if None in values else holds(a, b)

    def o_equal(self, f, key, values): return self.compared(f, values, lambda a, b: a == b)
    def o_not_equal(self, f, key, values): return self.compared(f, values, lambda a, b: a != b)
    def o_less(self, f, key, values): return self.compared(f, values, lambda a, b: a < b)
    def o_less_or_equal(self, f, key, values): return self.compared(f, values, lambda a, b: a <= b)
    def o_greater(self, f, key, values): return self.compared(f, values, lambda a, b: a > b)
    def o_greater_or_equal(self, f, key, values): return self.compared(f, values, lambda a, b: a >= b)

    def extreme(self, f, values, pick):
        return None if None in values else value(pick((one["value"] for one in f["operands"]), key=ordering))

    def o_minimum(self, f, key, values): return self.extreme(f, values, min)
    def o_maximum(self, f, key, values): return self.extreme(f, values, max)

    def o_round(self, f, key, values):
        return None if values[0] is None else rounded(values[0], f["rounded"]["places"], f["rounded"]["mode"])

    def logic(self, values, decides):
        need(len(values) == (2 if values[0] is not decides and values[0] is not None else 1), "another operand was asked")
        return values[-1]

    def o_and(self, f, key, values):
        return self.logic(values, False)

    def o_or(self, f, key, values):
        return self.logic(values, True)

    def o_not(self, f, key, values):
        return None if values[0] is None else not values[0]

    def o_exists(self, f, key, values):
        return values[0] is not None

    def o_level(self, f, key, values):
        for below, above in zip(f["operands"], f["operands"][1:]):
            need(above["at"][0]["value"]["text"] == below["value"]["text"], "the chain of managers is broken")
        return Fraction(len(values) - 1)

    def o_period_of(self, f, key, values):
        if f["value"]:
            need(f["value"]["first"] <= values[0] <= f["value"]["last"], values[0], "is not in", f["value"]["text"])
        return value(f["value"])

    o_own_period_of = o_period_of

    def o_coarser(self, f, key, values):
        fine, coarse = f["operands"][0]["value"], f["value"]
        if fine and coarse:
            need(coarse["first"] <= fine["first"] and fine["last"] <= coarse["last"], fine, "is not in", coarse)
        return value(coarse)

    def o_back(self, f, key, values):
        return self.shifted(f["operands"][0]["value"], f["value"], -f["places_back"]) if values[0] else None

    def o_first_day(self, f, key, values):
        return values[0] and f["operands"][0]["value"]["first"]

    def o_last_day(self, f, key, values):
        return values[0] and f["operands"][0]["value"]["last"]

    def o_days_in(self, f, key, values):
        period = f["operands"][0]["value"]
        return period and Fraction((day(period["last"]) - day(period["first"])).days + 1)

    def o_days_active(self, f, key, values):
        active, period = f["active"], f["operands"][0]["value"]
        for side in ("from", "to", "inside"):
            if active[side]:
                self.formula(active[side], key)
        within, inside = active["within"], active["inside"]
        if not period or not within or inside and value(inside["value"]) is not True:
            return period and Fraction(0)
        need(period["first"] <= within["first"] and within["last"] <= period["last"], "days outside", period["text"])
        said = [active[side] and active[side]["value"] and active[side]["value"]["text"] for side in ("from", "to")]
        first, last = max(within["first"], said[0] or ""), min(within["last"], said[1] or "9999-12-31")
        return Fraction(max(0, (day(last) - day(first)).days + 1))

    def o_months_between(self, f, key, values):
        if None in values:
            return None
        (a, b), sign = sorted(map(day, values)), 1 if values[0] <= values[1] else -1
        months = (b.year - a.year) * 12 + b.month - a.month
        if sign > 0:
            return Fraction(months - (later(a, months) > b))
        months = -((b.year - a.year) * 12 + b.month - a.month) - 1
        while later(b, months + 1) <= a:
            months += 1
        return Fraction(months)

    def n_if(self, f, key):
        holds = self.formula(f["condition"], key)
        need(f["then"] == (holds is True), "the condition is", holds, "and the other branch was taken")
        need((f["taken"] is None) == (holds is None), "a branch was taken without a condition")
        return f["taken"] and self.formula(f["taken"], key)

    def n_default(self, f, key):
        asked = self.formula(f["asked"], key)
        need((f["instead"] is not None) == (asked is None), "the default was taken where it should not, or was not")
        return asked if asked is not None else self.formula(f["instead"], key)

    # ---- rows ----

    def member(self, f, one, key):
        """What every row of an aggregate, an order or a sharing out must be: of this group, under its conditions."""
        group, own = [g["value"] and g["value"]["text"] for g in one.get("group", [])], one["key"]
        self.all(one.get("group", []), own)
        theirs = [part["value"] for part in key] if key else group
        left = iter(theirs if not self.of_credit(key) else words(key))
        for place, text in enumerate(group):                    # in a window the period is no part of the group
            need(place == f.get("team") or self.of_credit(key) and text in set(words(key)) or text in left,
                 key_text(own), "falls to", group, "and not to", theirs)
            if place == f.get("team"):
                next(left, None)
        if f.get("window"):
            need((f["window"]["first"] or "") <= one["date"] <= f["window"]["last"], key_text(own), "is outside the window")
        self.count["members"] += 1

    def considered(self, f, key):
        """The members of a node and those left out are all rows that were considered, each once."""
        members, out = f["members"], f.get("left_out", [])
        need(f["considered"] == len(members) + len(out), f["considered"], "rows were considered, and", len(members), "and",
             len(out), "are there")
        keys = {json.dumps(one["key"]) for one in members + out}
        need(len(keys) == f["considered"], "a row stands twice")
        for one in out:
            need(self.formula(one["condition"], one["key"]) is not True, key_text(one["key"]), "is left out and need not be")
        if f.get("window") and f["window"].get("bounds"):
            bounds = [value(b["value"]) for b in f["window"]["bounds"] if self.formula(b, key) or True]
            need(([f["window"]["first"]] if f["window"]["first"] else []) + [f["window"]["last"]] == bounds, "other days")
        self.count["aggregates"] += 1

    def holds(self, one):
        return all(self.all(one.get("where", []), one["key"]))

    def listed(self, f, key):
        """The list that a node takes its rows from, and its own row in it."""
        need(f["list"] in self.lists, "list", f["list"], "is not there above")
        members = self.lists[f["list"]]
        if f.get("place"):
            need(members[f["place"] - 1]["key"] == key, "place", f["place"], "is that of another row")
        return members

    def n_aggregate(self, f, key):
        if f.get("list"):
            first = self.step["first"][0]
            members = [one for one in self.listed(f, key) if one["place"] <= first]
            need(f["considered"] == len(members), "other members than the first", first)
        else:
            members = f["members"]
            self.considered(f, key)
            for one in members:
                self.member(f, one, key)
                need(self.holds(one), key_text(one["key"]), "counts and should not")
                if one["value"]:
                    self.formula(one["value"], one["key"])
        return reduce(f["op"], [value(one["value"]["value"]) if one["value"] else None for one in members])

    def n_ordered(self, f, key):
        if f.get("list"):
            members, place = self.listed(f, key), f["place"]
            if f["op"] == "rank":
                return self.rank(f, members, place)
            upto = members[:place - 1 if f.get("before") else place]
            return reduce(f["op"][8:], [one.get("value") and value(one["value"]["value"]) for one in upto if one["taken"]])
        members, running = f["members"], f["op"].startswith("running")
        self.considered(f, key)
        for place, one in enumerate(members):
            self.member(f, one, key)
            self.all(one["by"] + ([one["value"]] if one.get("value") else []), one["key"])
            need(self.holds(one) == (one["taken"] if running else True), key_text(one["key"]), "counts and should not")
            if place:
                self.in_order(members[place - 1], one, f["largest_first"])
        if f["op"] in ("rank", "order"):
            return None
        if not running:
            wanted = {"first": {0}, "last": {len(members) - 1}}.get(f["op"]) or set(range(f.get("top") or 0))
            need(all(one["taken"] == (place in wanted) for place, one in enumerate(members)), "other rows are taken")
        taken = [one.get("value") and value(one["value"]["value"]) for one in members if one["taken"]]
        return reduce(f["op"].replace("running_", ""), taken)

    def in_order(self, one, other, largest_first):
        a, b = [[ordering(by["value"]) for by in row["by"]] for row in (one, other)]
        if largest_first and a[0] != b[0]:
            a, b = b, a
        need(a < b or a == b and in_key_order(one["key"], other["key"]), key_text(other["key"]), "stands before",
             key_text(one["key"]), "in this order")

    def rank(self, f, members, place):
        values = [ordering(one["by"][0]["value"]) for one in members]
        before = values.index(values[place - 1])
        found = {"shared": before, "pooled": before, "dense": len(set(values[:before])), "first": place - 1}[f["ties"]]
        return Fraction(found + 1) if f["ties"] != "pooled" else None

    def n_pooled(self, f, key):
        self.formula(f["rank"], key)
        members, place = self.listed(f["rank"], key), f["rank"]["place"]
        values = [ordering(one["by"][0]["value"]) for one in members]
        places = [number + 1 for number, one in enumerate(values) if one == values[place - 1]]
        prizes = self.all(f["prizes"], key)
        need(places == [value(one["input"]["value"]) for one in f["prizes"]], "the prizes are not those of", places)
        return sum(prizes, Fraction(0)) / len(prizes)

    def n_allocate(self, f, key):
        amount = self.formula(f["amount"], key if f.get("list") else [])if f.get("list") else value(f["amount"]["value"])
        if f.get("list"):
            members = self.listed(f, key)
            return Fraction(members[f["place"] - 1]["part"])
        for one in f["receivers"]:
            self.member(f, one, key)
            if one.get("weight"):
                self.formula(one["weight"], one["key"])
        self.count["aggregates"] += 1
        weights = [value(one["weight"]["value"]) or 0 if "weight" in one else 1 for one in f["receivers"]]
        due = [amount * weight / (sum(weights) or 1) for weight in weights]
        parts = [rounded(one, f["places"], "down" if f["rest"] == "largest" else f["mode"]) for one in due]
        left, unit = amount - sum(parts), Fraction(1 if amount > 0 else -1, 10 ** f["places"])
        if f["rest"] == "largest":
            lost = sorted(range(len(due)), key=lambda place: (-abs(due[place] - parts[place]), place))
            for place in lost[:int(left / unit)]:
                parts[place] += unit
        else:
            heirs = [place for place, weight in enumerate(weights) if weight]
            parts[heirs[0 if f["rest"] == "first" else -1]] += left
        need(parts == [Fraction(one["part"]) for one in f["receivers"]], "the parts are", [str(part) for part in parts])
        return amount

    def n_increase(self, f, key):
        after, before = [f[side] and self.earlier(f[side]) for side in ("after", "before")]
        need((before is None) == (f["position"] == 1 or after is None), "what it is less is not there")
        members = self.listed(f, key)
        need(len(members) == f["of"] and members[f["position"] - 1]["key"] == key, "its place is another one")
        for step, count in ((after, f["position"]), (before, f["position"] - 1)):
            if step:
                need(step.get("first", [count, f["of"]]) == [count, f["of"]], "it is not that of the first", count, "rows")
                group = [one["value"]["text"] for one in members[0]["group"]]
                need([part["value"] for part in step["key"]] == group, "it is the share of another row")
        need(not (after and before) or after["name"] == before["name"], "it is the difference of two things")
        values = [value(after["value"]) if after else None, value(before["value"]) if before else Fraction(0)]
        return None if None in values else values[0] - values[1]

    def n_previous(self, f, key):
        if not f["step"]:
            return f["starting"] and self.formula(f["starting"], key)
        step, (own, before) = self.earlier(f["step"]), f["periods"]
        need(day(before["last"]) + ONE == day(own["first"]), before["text"], "is not the period before", own["text"])
        expected = [before["text"] if part["value"] == own["text"] else part["value"] for part in key]
        need([part["value"] for part in step["key"]] == expected, "the value before is that of", key_text(step["key"]))
        return value(step["value"])

    def n_version(self, f, key):
        asked = f["day"] and self.formula(f["day"], key)
        at = self.all(f["at"], key)
        if not f["step"]:
            return None
        step = self.earlier(f["step"])
        self.same_key({**step, "key": step["key"][:-2]}, f["at"], key)
        first, last = [part["value"] for part in step["key"][-2:]]
        need(not asked or first <= asked and (not last or asked <= last), "the version does not hold on", asked)
        return value(step["value"])

    def n_days(self, f, key):
        period = f["period"] and self.formula(f["period"], key) and f["period"]["value"]
        spans, total = [], Fraction(0)
        for runs, counts in ((f["runs"], True), (f.get("others", []), False)):
            for run in runs:
                asked = [value(one["value"]) for one in run.get("because", []) if self.formula(one, self.person(one, key)) or True]
                need(not counts or False not in asked, "days from", run["from"], "count and should not")
                need(int(run["days"]) == (day(run["to"]) - day(run["from"])).days + 1, "the days are miscounted")
                spans.append((run["from"], run["to"]))
                if counts and run.get("value"):
                    number = self.formula(run["value"], key)
                    total = None if number is None or total is None else total + number * run["days"]
        spans.sort()
        if f.get("within"):
            need(spans and spans[0][0] == f["within"]["first"] and spans[-1][1] == f["within"]["last"]
                 and all(day(a[1]) + ONE == day(b[0]) for a, b in zip(spans, spans[1:])), "days are left out")
        number = sum(run["days"] for run in f["runs"])
        if f["op"] == "average":
            return total / number if number and total is not None else None
        if f["op"] == "count":
            return Fraction(number) if f["value"] else None
        return f["runs"][-1]["to"] if f["runs"] else period["last"] if period else value(f["value"])

    def person(self, f, key):
        """The row of which it is asked whether a person is there, by the first cell that is read of it."""
        for one in self.below(f):
            if one["node"] == "step" and one.get("at") is None:
                return self.earlier(one["step"])["key"]
        return key

    def below(self, f):
        yield f
        for part in f.values():
            for one in part if isinstance(part, list) else [part]:
                if isinstance(one, dict) and "node" in one:
                    yield from self.below(one)

    # ---- tables and currencies ----

    def lies(self, rows, amount):
        """The row of a table in which a value lies."""
        found, text = None, amount["text"]
        for place, row in enumerate(rows):
            if row.get("values"):
                found = place if text in row["values"] else found
            elif "start" not in row:
                found = place
            else:
                start, own = ordering(row["start"]), ordering(amount)
                found = place if own > start or own == start and not row.get("above") else found
        return found

    def n_table(self, f, key):
        self.count["tables"] += 1
        for one in f.get("chosen", []):
            self.formula(one["input"], key)
            if one["rows"]:
                taken = [place for place, row in enumerate(one["rows"]) if row["taken"]]
                need(not one["input"]["value"] or taken == [self.lies(one["rows"], one["input"]["value"])], "another row is chosen")
        number, bands = self.formula(f["input"], key), f["bands"]
        for band in bands:
            if band.get("data"):
                start, rate = self.all([band["data"]["start"], band["data"]["value"]], band["data"]["key"])
                need(start == value(band["start"]) and rate == value(band["rate"]), band["row"], "is not as its row says")
        if number is None or not bands:
            return None
        taken = [place for place, band in enumerate(bands) if band["taken"]]
        rates = [value(band["rate"]) for band in bands]
        if f["kind"] == "marginal":
            return self.slices(bands, rates, number)
        reached = self.lies(bands, f["input"]["value"])
        need(taken == [reached], "the input lies in", reached is not None and bands[reached]["row"])
        if f["kind"] == "retroactive":
            return number * rates[reached]
        level = f["kind"] == "step" or reached + 1 == len(bands) or "start" not in bands[reached]
        need(level == (f.get("line") is None), "the line is missing, or should be")
        if level:
            return rates[reached]
        x, y = [value(bands[reached + next]["start"]) for next in (0, 1)]
        line = [value(f["line"][side]) for side in ("from", "to", "value_from", "value_to")]
        need(line == [x, y, rates[reached], rates[reached + 1]], "the line has other points")
        return rates[reached] + (rates[reached + 1] - rates[reached]) * (number - x) / (y - x)

    def slices(self, bands, rates, number):
        starts, total = [value(band.get("start")) for band in bands], Fraction(0)
        if bands[0].get("data") and starts[0] < 0:
            starts[0] = Fraction(0)
        for place, band in enumerate(bands):
            below_zero = place == 0 and number < 0
            end = min([number] + starts[place + 1:place + 2])
            part = number if below_zero else Fraction(0) if starts[place] is None else max(end - starts[place], Fraction(0))
            need(band["taken"] == (part != 0), band["row"], "is taken and should not be, or the other way")
            if part:
                said = value(band["part"]), value(band["gives"])
                need(said == (part, part * rates[place]), band["row"], "has", part, "in it, which gives", part * rates[place])
            total += part * rates[place]
        return total

    def n_convert(self, f, key):
        amount = self.formula(f["amount"], key)
        rates = self.all(f["rates"], key)
        if f.get("to"):
            self.formula(f["to"], key)
        if amount is None or f["value"] is None:
            return None
        sides = [f["amount"]["value"]["unit"], f["value"]["unit"]]
        if sides[0] == sides[1] or amount == 0:
            return amount
        for side in sides:
            for rate in f["rates"]:
                if side in [part["value"] for part in self.earlier(rate["step"])["key"]]:
                    found = value(rate["value"])
                    amount = amount * found if side == sides[0] else amount / found
                    break
            else:                                               # the currency in which the rates are
                need(f["rates"] and all(rate["value"]["unit"].startswith(side + " ") for rate in f["rates"]), "no rate of", side)
        need(len(f["rates"]) in (1, 2), "too many rates")
        return amount

    # ---- steps ----

    def one(self, step, id):
        """A step: its formula, its conditions, its rounding."""
        self.step, key = step, step["key"]
        for condition in step.get("where", []):
            need(self.formula(condition, key) is True, f"`{condition['text']}` does not hold")
        found, said = value(step["value"]), value(step["value"])
        if step.get("formula"):
            found = self.formula(step["formula"], key)
        if step.get("rounding"):
            kept = step["rounding"]
            need(found == Fraction(kept["exact"]), "the value before rounding is", found, "and not", kept["exact"])
            found = rounded(found, kept["places"], kept["mode"])
            mode = self.modes.setdefault((step["name"], str(step["plan"])), (kept["mode"]))
            need(mode == kept["mode"], "it is rounded", kept["mode"], "here and", mode, "elsewhere")
        need(found == said, "it is", found, "and not", said)
        if step["kind"] == "list":
            node = step["formula"]
            self.lists[id] = node["receivers"] if node["node"] == "allocate" else node["members"]
        if step.get("data"):
            cell = step["data"]
            known = self.cells.setdefault((cell["file"], cell["row"], cell["column"]), (step["value"], step["name"]))
            need(known[0] == step["value"] or known[1] != step["name"], "the cell has", known[0], "elsewhere")

    def fail(self, step, why):
        place = step.get("data") or step.get("plan") or {}
        where = ":".join(str(place[part]) for part in ("file", "line", "row", "column") if part in place)
        self.false.append(f"{step.get('name')} of {key_text(step.get('key', []))} ({where}): {why}\n    step {step.get('id')}")

    def line(self, raw):
        if not raw.startswith(b'{"id":"'):
            return json.loads(raw)
        step = json.loads(raw)
        self.count["steps"] += 1
        self.count["steps: " + step["kind"]] += 1
        try:
            content = raw[:7] + raw[71:].rstrip(b"\n")
            need(hashlib.sha256(content).hexdigest() == step["id"], "its id is not the hash of what it says")
            need(step["id"] not in self.steps, "the step stands twice")
            self.one(step, step["id"])
        except False_ as error:
            self.fail(step, error)
        except (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError) as error:
            self.fail(step, f"it cannot be computed: {error!r}")
        kept = {part: step[part] for part in ("name", "key", "value", "first", "plan", "data", "kind") if part in step}
        self.steps[step["id"]] = kept
        return None

    def told(self, step, line):
        """A payout or an earning: its step has this value, for this person and period, and serves no other."""
        need(step["value"] and Fraction(line["amount"]) == value(step["value"]), "the step gives",
             step["value"] and step["value"]["text"], "and not", line["amount"])
        need(step["name"] == line["name"] and step["value"]["unit"] in (line["currency"] or step["value"]["unit"]), "another value")
        known = list(words(step["key"]))
        need(len(known) != 2 or {line["person"], line["period"]} <= set(known) or line.get("source"), "another row:", known)
        need(line["step"] not in self.used, "its step is that of another one")
        self.used.add(line["step"])


# ---- the run folder and the data ----

def sha256(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def against_run(checker, run, opening, lines, say):
    """The rows of payouts.csv and earnings.csv each have a trace; the manifest has their totals and hashes."""
    with open(os.path.join(run, "manifest.json"), encoding="utf-8") as file:
        manifest = json.load(file)
    if sha256(os.path.join(run, "manifest.json")) != opening["run"]:
        say("manifest.json: the trace is of another run")
    if open(os.path.join(run, "manifest.sha256")).read().split()[0] != opening["run"]:
        say("manifest.sha256: not the hash of manifest.json")
    for name, kind, totals in (("payouts.csv", "payout", "pay"), ("earnings.csv", "earning", "earn")):
        path, fields = os.path.join(run, name), ["plan", "person", "period", "name", "source", "amount", "currency"]
        if sha256(path) != manifest["output_files"][name]["sha256"] or opening["outputs"][name] != sha256(path):
            say(f"{name}: not as the run wrote it")
        with open(path, encoding="utf-8", newline="") as file:
            rows = [{**row, "name": row.get("name") or row.get("component")} for row in csv.DictReader(file)]
        stored = collections.Counter(tuple(row.get(field, "") for field in fields) for row in rows)
        traced = collections.Counter(tuple(one.get(field, "") for field in fields) for one in lines if one["line"] == kind)
        whole = not (opening["person"] or opening["period"] or opening["plan"])
        for row in (traced - stored) + (stored - traced if whole else collections.Counter()):
            say(f"{name}: {', '.join(filter(None, row))}: in the {'trace' if row in traced - stored else 'file'} alone")
        sums = collections.Counter()
        for row in rows:
            sums[row["plan"], row["name"], row["currency"]] += Fraction(row["amount"])
        said = {(plan, of, unit): Fraction(total) for plan, entry in manifest["plans"].items()
                for of, units in entry["totals"][totals].items() for unit, total in units.items()}
        for of in sorted(set(sums) | set(said)):
            if sums[of] != said.get(of, 0):
                say(f"{name}: {' '.join(of)} adds up to {sums[of]}, and manifest.json says {said.get(of)}")
        print(f"  {name}: {len(rows):,} rows, {sum((traced & stored).values()):,} of them traced")
        for (plan, of, unit), total in sorted(sums.items()):
            print(f"    {plan} {of}: {float(total):,.2f} {unit}")
    texts, checked = {}, 0
    for step in checker.steps.values():
        place = step.get("plan")
        if step["kind"] == "formula" and place:
            path = os.path.join(run, "plan", place["file"])
            if path not in texts:
                texts[path] = open(path, encoding="utf-8").read().split("\n") if os.path.exists(path) else None
            checked += 1
            line = texts[path][place["line"] - 1][place["column"] - 1:] if texts[path] else step["name"]
            if not line.startswith(step["name"]):
                checker.fail(step, "the plan has something else there")
    print(f"  plan: {checked:,} steps stand where the plan defines them")


def against_data(checker, folder, opening, say):
    """The cells of CSV files as the trace has them, as far as their text says them; how many could not be compared."""
    files, same, other = {}, 0, 0
    for (name, row, column), (amount, _) in sorted(checker.cells.items(), key=str):
        path = os.path.join(folder, name)
        if name not in files:
            if opening["data_files"].get(name) != sha256(path):
                say(f"{name}: not the file that the run read")
            with open(path, encoding="utf-8-sig", newline="") as file:
                first = file.readline()
                sign = max(",;\t|", key=first.count)
                files[name] = list(csv.reader([first] + file.readlines(), delimiter=sign)) if name.endswith("v") else None
        table = files[name]
        if table is None:
            other += 1
            continue
        text = table[row - 1][table[0].index(column)].strip()
        plain = text.replace(",", "").replace(" ", "")
        bare = re.sub(r"[^\d.\-]", "", plain)
        said = value(amount)
        if amount is None or isinstance(said, (str, bool)):
            fits = text == (amount or {"text": ""})["text"] or amount is not None and said in (text.lower() == "yes",)
        else:
            number = Fraction(bare) if NUMBER.match(bare) else None
            fits = number is not None and (number == said or amount["unit"] == "percent" and number == said * 100)
        same, other = same + fits, other + (not fits)
        if not fits and (isinstance(said, Fraction) and NUMBER.match(plain.rstrip("%")) or text == "" or amount is None):
            say(f"{name}:{row} {column}: the file has `{text}`, the trace {amount and amount['text']}")
    print(f"  data: {same:,} cells are as the files have them" + (f", {other:,} in another form" if other else ""))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trace", help="what `attain trace RUN` wrote; - for standard input")
    parser.add_argument("--run", help="the run folder")
    parser.add_argument("--data", help="the folder of the data files")
    args = parser.parse_args()
    sys.setrecursionlimit(100_000)
    begun, checker, opening, lines, end = time.monotonic(), Checker(), None, [], None
    say = checker.false.append
    with open(args.trace, "rb") if args.trace != "-" else sys.stdin.buffer as file:
        for raw in file:
            line = checker.line(raw)
            if line is None:
                continue
            if line["line"] == "trace":
                opening = line
                need(line["format"] == 2, "this checker reads format 2, not", line["format"])
            elif line["line"] == "end":
                end = line
            else:
                lines.append(line)
                try:
                    checker.told(checker.earlier(line["step"]), line)
                except False_ as error:
                    say(f"{line['line']} {line['name']} of {line['person']} in {line['period']}: {error}\n    step {line['step']}")
    spent = time.monotonic() - begun
    there = {(step["name"], tuple(part["value"] for part in step["key"])) for step in checker.steps.values() if "first" not in step}
    for asked in checker.absent.keys() & there:
        checker.fail(checker.absent[asked], f"{asked} is said to be missing, and is there")
    counts = collections.Counter(one["line"] for one in lines)
    said = end and (end["steps"], end["payouts"], end["earnings"])
    if said != (checker.count["steps"], counts["payout"], counts["earning"]):
        say(f"the file is not whole: {checker.count['steps']} steps, {counts['payout']} payouts, {counts['earning']} earnings, and its last line says {said}")
    kinds = ", ".join(f"{number:,} {kind[7:]}" for kind, number in sorted(checker.count.items()) if kind.startswith("steps: "))
    print(f"{os.path.basename(args.trace)}: {checker.count['steps']:,} steps recomputed ({kinds})")
    print(f"  {checker.count['formulas']:,} formulas; {checker.count['aggregates']:,} aggregates and orders with "
          f"{checker.count['members']:,} members; {checker.count['tables']:,} tables; {len(checker.cells):,} cells of data")
    print(f"  {counts['payout']:,} payouts and {counts['earning']:,} earnings are the values of their steps")
    if args.run:
        against_run(checker, args.run, opening, lines, say)
    if args.data:
        against_data(checker, args.data, opening, say)
    print(f"  {spent:.1f} s, {checker.count['steps'] / max(spent, 0.001):,.0f} steps a second")
    for number, words_ in enumerate(checker.false[:10], 1):
        print(("FALSE " if number == 1 else "then  ") + words_)
    print(f"{len(checker.false)} false")
    return 1 if checker.false else 0


if __name__ == "__main__":
    sys.exit(main())

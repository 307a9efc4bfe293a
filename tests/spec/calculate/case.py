"""What all calculated cases share: rounding, how values print, and how a case is written."""

import csv
import io
import os
from fractions import Fraction

FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MODES = ["half up", "half even", "down", "up", "floor", "ceiling"]


def rounded(value, places, mode="half up"):
    """A fraction as an integer of units of the last place."""
    scaled = Fraction(value) * 10**places
    whole, rest = divmod(abs(scaled.numerator), scaled.denominator)
    negative = scaled < 0
    twice = 2 * rest
    if mode == "half up":
        more = twice >= scaled.denominator
    elif mode == "half even":
        more = twice > scaled.denominator or (twice == scaled.denominator and whole % 2 == 1)
    elif mode == "down":
        more = False
    elif mode == "up":
        more = rest > 0
    elif mode == "floor":
        more = rest > 0 and negative
    else:
        more = rest > 0 and not negative
    units = whole + (1 if more else 0)
    return -units if negative else units


def named(value, places, mode="half up"):
    """A value as it is once it has a name."""
    return Fraction(rounded(value, places, mode), 10**places)


def number(value, places, mode="half up"):
    """A number as it prints, with all its places."""
    units = rounded(value, places, mode)
    sign = "-" if units < 0 else ""
    if places == 0:
        return f"{sign}{abs(units)}"
    return f"{sign}{abs(units) // 10**places}.{abs(units) % 10**places:0{places}d}"


def usd(value, mode="half up"):
    return number(value, 2, mode)


def percent(value):
    """A percentage prints the decimals it needs; its ratio has six places."""
    text = number(named(value, 6) * 100, 4).rstrip("0").rstrip(".")
    return f"{text}%"


class Chance:
    """Numbers that are the same on every machine."""

    def __init__(self, seed):
        self.state = seed

    def below(self, count):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 33) % count

    def of(self, many):
        return many[self.below(len(many))]


class Case:
    """A case being written; `about` says what it shows and how it was calculated."""

    def __init__(self, path, about, plan, fragment=False):
        self.path = path
        self.text = f"{about.strip()}\n\n=== {'fragment' if fragment else 'plan'}\n{plan.strip()}\n"
        self.expected = []
        self.stopped = []

    def given(self, record, header, rows):
        self.text += f"=== given {record}\n{table(header.split(','), rows)}"
        return self

    def expect(self, name, of, period, value):
        of = of if isinstance(of, str) else "|".join(of)
        self.expected.append(["value" if value is not None else "none", name, of, period, value or ""])
        return self

    def expect_sum(self, name, of, period, value):
        self.expected.append(["sum", name, of, period, value])
        return self

    def stops(self, code, record="", key=""):
        self.stopped.append([code, record, key])
        return self

    def problem(self, code, line):
        self.text += f"=== problems\n{table(['code', 'file', 'line'], [[code, 'case.plan', str(line)]])}"
        return self

    def finished(self):
        text = self.text
        if self.expected:
            text += "=== expect\n" + table(["what", "name", "of", "in", "value"], self.expected)
        if self.stopped:
            text += "=== stops\n" + table(["code", "record", "key"], self.stopped)
        return text


def table(header, rows):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def plan(records, definitions, people="Seller", effective="2026-01-01 to 2026-12-31", more=""):
    """A whole file: its records, a plan block, its definitions."""
    entries = "".join(f"  {line}\n" for line in more.split("\n") if line)
    return (
        f"edition 1\n{records.strip()}\nplan p {{\n  effective {effective}\n  currency  USD\n"
        f"  people    {people}\n{entries}}}\n{definitions.strip()}\n"
    )


SELLER = "record Seller { key id text }"
SALE = """record Sale {
  key id  text
  seller  Seller
  sold    date?
  amount  USD
  to seller
  on sold
}"""

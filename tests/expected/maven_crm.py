"""What `plans/maven_crm` must pay, calculated apart: exact fractions, plain loops, no code of Attain's.

    python3 tests/expected/maven_crm.py FOLDER

prints a line `agent,quarter,commission,growth_share,payout` for each agent and quarter.
"""

import csv
import sys
from fractions import Fraction as F

BANDS = [(F(0), F(5, 100)), (F(50_000), F(75, 1000)), (F(90_000), F(10, 100))]
QUARTERS = ["2017-Q1", "2017-Q2", "2017-Q3", "2017-Q4"]


def cents(value):
    """Half away from zero."""
    sign, size = (-1 if value < 0 else 1), abs(value) * 100
    return F(sign * ((2 * size.numerator + size.denominator) // (2 * size.denominator)), 100)


def commission(booked):
    ends = [start for start, _ in BANDS[1:]] + [None]
    parts = [max(F(0), (booked if end is None else min(booked, end)) - start) * rate for (start, rate), end in zip(BANDS, ends)]
    return cents(sum(parts))


def shared(pool, weights):
    """In proportion; each part down to a cent, and the cents left to those that lost most, then by name."""
    total = sum(weights.values())
    if pool == 0:
        return {name: F(0) for name in weights}
    due = {name: pool * 100 * weight / total for name, weight in weights.items()}
    parts = {name: share.numerator // share.denominator for name, share in due.items()}
    left = int(pool * 100) - sum(parts.values())
    for name in sorted(due, key=lambda name: (parts[name] - due[name], name.encode()))[:left]:
        parts[name] += 1
    return {name: F(part, 100) for name, part in parts.items()}


def rows(folder, name):
    with open(f"{folder}/{name}", encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def main(folder):
    office = {row["sales_agent"]: row["regional_office"] for row in rows(folder, "sales_teams.csv")}
    booked = {(agent, quarter): F(0) for agent in office for quarter in QUARTERS}
    paid = dict(booked)
    won = [row for row in rows(folder, "sales_pipeline.csv") if row["deal_stage"] == "Won"]
    for row in sorted(won, key=lambda row: (row["close_date"], row["opportunity_id"].encode())):
        key = row["sales_agent"], f"2017-Q{(int(row['close_date'][5:7]) + 2) // 3}"
        before = commission(booked[key])
        booked[key] += F(row["close_value"])
        paid[key] += commission(booked[key]) - before
    growth = {key: F(0) for key in booked}
    for name in set(office.values()):
        last = None
        for quarter in QUARTERS:
            own = {agent: booked[agent, quarter] for agent in office if office[agent] == name}
            total = sum(own.values())
            pool = F(0) if last is None else cents(max(F(0), total - last) * F(2, 100))
            for agent, part in shared(pool, own).items():
                growth[agent, quarter] = part
            last = total
    for agent, quarter in sorted(booked, key=lambda key: (key[0].encode(), key[1])):
        own = paid[agent, quarter], growth[agent, quarter]
        print(",".join([agent, quarter, *(money(part) for part in (*own, sum(own)))]))


def money(value):
    assert value >= 0 and (value * 100).denominator == 1
    return f"{int(value * 100) // 100}.{int(value * 100) % 100:02}"


if __name__ == "__main__":
    main(sys.argv[1])

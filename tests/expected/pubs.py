"""What `plans/pubs` must pay, calculated apart: exact fractions, plain loops, no code of Attain's.

    python3 tests/expected/pubs.py FOLDER

prints a line `author,year,payout` for each author and year.
"""

import csv
import sys
from fractions import Fraction as F


def cents(value):
    """Half away from zero."""
    sign, size = (-1 if value < 0 else 1), abs(value) * 100
    return F(sign * ((2 * size.numerator + size.denominator) // (2 * size.denominator)), 100)


def rows(folder, name):
    with open(f"{folder}/{name}", encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def royalty(bands, copies):
    """Each slice at its own rate, from its first copy up to the one before the next slice."""
    total = F(0)
    for (start, rate), (end, _) in zip(bands, bands[1:] + [(None, None)]):
        top = copies if end is None else min(copies, end)
        total += max(0, top - start) * rate
    return total


def main(folder):
    schedule = {}
    for row in rows(folder, "roysched.csv"):
        start = max(0, int(row["lorange"]) - 1)
        schedule.setdefault(row["title_id"], []).append((start, F(row["royalty"]) / 100))
    schedule = {title: sorted(bands) for title, bands in schedule.items()}
    titles = {row["title_id"]: row for row in rows(folder, "titles.csv")}
    for title, row in titles.items():
        if row["ytd_sales"]:
            # The rate printed with the title is that of its last copy.
            reached = [rate for start, rate in schedule[title] if int(row["ytd_sales"]) > start][-1]
            assert reached == F(row["royalty"]) / 100, title
    sold = {title: int(row["ytd_sales"] or 0) for title, row in titles.items()}
    first = {}
    for title, row in titles.items():
        price = row["price"]
        first[title] = cents(F(price) * royalty(schedule[title], sold[title])) if price else F(0)
    in_all = dict(first)
    for row in sorted(rows(folder, "sales.csv"), key=lambda row: (row["ord_date"], row["stor_id"], row["ord_num"])):
        title, price = row["title_id"], titles[row["title_id"]]["price"]
        before = royalty(schedule[title], sold[title])
        sold[title] += int(row["qty"])
        in_all[title] += cents(F(price) * (royalty(schedule[title], sold[title]) - before))
    paid = {}
    for row in rows(folder, "authors.csv"):
        paid.update({(row["au_id"], year): F(0) for year in ("FY1992", "FY1993", "FY1994")})
    for row in rows(folder, "titleauthor.csv"):
        author, title, part = row["au_id"], row["title_id"], F(row["royaltyper"]) / 100
        advance = cents(part * F(titles[title]["advance"] or 0))
        opening = max(F(0), cents(part * first[title]) - advance)
        closing = max(F(0), cents(part * in_all[title]) - advance) - opening
        paid[author, "FY1992"] += opening
        paid[author, "FY1994"] += closing
    for author, year in sorted(paid):
        units = int(paid[author, year] * 100)
        print(f"{author},{year},{units // 100}.{units % 100:02}")


if __name__ == "__main__":
    main(sys.argv[1])

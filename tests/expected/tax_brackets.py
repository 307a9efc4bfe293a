"""What `plans/tax_brackets` must come to, calculated apart: exact fractions, plain loops, no code of Attain's.

    python3 tests/expected/tax_brackets.py FOLDER RETURNS

prints a line `year,status,bracket,due` for each bracket of the data, with what is due on the income at which it begins, and a
line `filer,year,due` for each return.
"""

import csv
import sys
from fractions import Fraction as F


def cents(value):
    """Half away from zero."""
    size = value * 100
    units = (2 * size.numerator + size.denominator) // (2 * size.denominator)
    return f"{units // 100}.{units % 100:02}"


def rows(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def tax(brackets, income):
    total = F(0)
    for row in brackets:
        lower, upper = F(row["lower_bound"]), F(row["upper_bound"]) if row["upper_bound"] else income
        total += max(F(0), min(income, upper) - lower) * F(row["marginal_rate"])
    return total


def main(folder, returns):
    tables = {}
    data = rows(f"{folder}/us_federal_income_brackets.csv")
    for row in data:
        tables.setdefault((row["year"], row["filing_status"]), []).append(row)
    for row in data:
        year, status = row["year"], row["filing_status"]
        print(f"FY{year},{status},{row['bracket']},{cents(tax(tables[year, status], F(row['lower_bound'])))}")
    for row in rows(returns):
        print(f"{row['filer']},FY{row['year']},{cents(tax(tables[row['year'], row['status']], F(row['income'])))}")


if __name__ == "__main__":
    main(*sys.argv[1:])

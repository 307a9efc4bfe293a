"""Dates, fiscal periods, periods of one's own, schedules, who is there on which day, versions."""

from calendar import monthrange
from datetime import date, timedelta
from fractions import Fraction as F

from case import SALE, SELLER, Case, named, plan, usd

DAY = timedelta(days=1)
MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
          "December"]


def cases():
    return [*dates(), *years(), *own_periods(), *schedules(), *presence(), *versions()]


def moved(day, months):
    """The same day so many months later, or the last one of a month too short for it."""
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def complete_months(start, end):
    """The most months that can be added to the earlier day without passing the later."""
    if end < start:
        return -complete_months(end, start)
    count = 0
    while moved(start, count + 1) <= end:
        count += 1
    return count


def dates():
    records = SELLER + "\nrecord Move {\n  key id  text\n  day  date\n  steps months\n  last days\n  to_day date\n}"
    body = """measure later for each Move = day + steps
measure earlier for each Move = day - steps
measure days_on for each Move = day + last
measure apart for each Move = to_day - day
measure complete for each Move = months from day to to_day
measure of_month for each Move = month of day
measure month_on for each Move = month of day + steps
"""
    days = ["2026-01-28", "2026-01-29", "2026-01-30", "2026-01-31", "2024-01-31", "2024-02-29", "2023-02-28", "2026-03-31",
            "2026-12-31", "2000-02-29", "1900-02-28", "2100-02-28", "2026-08-30"]
    steps = [0, 1, 2, 11, 12, 13, 48, -1, -12]
    ends = ["2026-02-28", "2026-02-27", "2026-03-01", "2024-02-29", "2028-02-29", "2025-12-31"]
    rows = []
    for index, day in enumerate(days):
        for number, by in enumerate(steps):
            end = ends[(index + number) % len(ends)]
            rows.append([f"m{index:02}{number}", day, str(by), str([0, 1, 30, 365, -31][(index + number) % 5]), end])
    case = Case("dates/short-months", "By months a date keeps its day, or takes the last day of a month too short for it, in leap years and "
                "others. Complete months are the most that can be added to the earlier day without passing the later.", plan(records, body))
    case.given("Move", "id,day,steps,last,to_day", rows)
    for key, day, by, last, end in rows:
        day, end, by = date.fromisoformat(day), date.fromisoformat(end), int(by)
        case.expect("later", key, "", moved(day, by).isoformat())
        case.expect("earlier", key, "", moved(day, -by).isoformat())
        case.expect("days_on", key, "", (day + int(last) * DAY).isoformat())
        case.expect("apart", key, "", str((end - day).days))
        case.expect("complete", key, "", str(complete_months(day, end)))
        case.expect("of_month", key, "", day.isoformat()[:7])
        case.expect("month_on", key, "", moved(day.replace(day=1), by).isoformat()[:7])
    yield case


class Fiscal:
    """A fiscal year that starts in a month, by the year in which it ends."""

    def __init__(self, first):
        self.first = first

    def place(self, day):
        """The fiscal year and how many months of it lie before the day's."""
        gone = (day.month - self.first) % 12
        begin = day.year if day.month >= self.first else day.year - 1
        return (begin if self.first == 1 else begin + 1), gone

    def span(self, day, months):
        """First and last day of the period of so many months in which a day lies."""
        year, gone = self.place(day)
        begin = date(year if self.first == 1 else year - 1, self.first, 1)
        start = moved(begin, gone // months * months)
        return start, moved(start, months) - DAY


def years():
    records = SELLER + "\n" + SALE.replace("date?", "date")
    body = """measure of_quarter for each Sale = quarter of sold
measure of_half for each Sale = half of sold
measure of_year for each Sale = year of sold
measure quarter_begins for each Sale = start of quarter
measure quarter_ends for each Sale = end of quarter
measure half_begins for each Sale = start of half
measure year_ends for each Sale = end of year
measure quarter_days for each Sale = days in quarter
measure year_days for each Sale = days in year
measure next_quarter for each Sale = quarter of sold + 1
"""
    some = ["2023-12-31", "2024-01-01", "2024-02-29", "2024-03-31", "2024-04-01", "2024-06-30", "2024-07-01", "2024-09-30",
            "2024-10-01", "2024-11-30", "2025-01-31", "2025-02-28", "2025-03-01", "2025-05-31", "2025-08-15", "2025-12-01"]
    rows = [[f"d{index:02}", day] for index, day in enumerate(some)]
    for first, name in enumerate(MONTHS, 1):
        fiscal = Fiscal(first)
        case = Case(f"periods/year-starts-{first:02}-{name.lower()}", f"A fiscal year from {name} on has the number of the calendar year "
                    "in which it ends.", plan(records, body, effective="2023-01-01 to 2026-12-31", more=f"year      starts {name}"))
        case.given("Sale", "id,sold", rows)
        for key, text in rows:
            day = date.fromisoformat(text)
            year, gone = fiscal.place(day)
            quarter, half, whole = (fiscal.span(day, months) for months in (3, 6, 12))
            after, after_gone = fiscal.place(quarter[1] + DAY)
            case.expect("of_quarter", key, "", f"{year}-Q{gone // 3 + 1}")
            case.expect("of_half", key, "", f"{year}-H{gone // 6 + 1}")
            case.expect("of_year", key, "", f"FY{year}")
            case.expect("quarter_begins", key, "", quarter[0].isoformat())
            case.expect("quarter_ends", key, "", quarter[1].isoformat())
            case.expect("half_begins", key, "", half[0].isoformat())
            case.expect("year_ends", key, "", whole[1].isoformat())
            case.expect("quarter_days", key, "", str((quarter[1] - quarter[0]).days + 1))
            case.expect("year_days", key, "", str((whole[1] - whole[0]).days + 1))
            case.expect("next_quarter", key, "", f"{after}-Q{after_gone // 3 + 1}")
        yield case


def own_periods():
    records = "periods turn for each Seller every {every} from joined\nrecord Seller {{\n  key id  text\n  joined  date?\n}}"
    body = "measure ends for each Seller, turn = end of turn\nmeasure length for each Seller, turn = days in turn"
    joined = [["a", "2025-08-31"], ["b", "2024-02-29"], ["c", "2026-01-01"], ["d", "2026-12-31"], ["e", "2027-01-01"], ["f", ""]]
    for every, step in [("1 month", 1), ("6 months", 6), ("2 quarters", 6), ("1 year", 12)]:
        case = Case(f"periods/own-{every.replace(' ', '-')}", "Periods that begin on each one's own day; on the last day of a month that is too "
                    "short. Those that touch the plan's dates are there, and there is none before the first.",
                    plan(records.format(every=every), body)).given("Seller", "id,joined", joined)
        for key, text in joined:
            if not text:
                case.expect("ends", key, "", None)
                continue
            first, number = date.fromisoformat(text), 0
            while moved(first, number * step) <= date(2026, 12, 31):
                start, end = moved(first, number * step), moved(first, (number + 1) * step) - DAY
                number += 1
                if end < date(2026, 1, 1):
                    continue
                case.expect("ends", key, start.isoformat(), end.isoformat())
                case.expect("length", key, start.isoformat(), str((end - start).days + 1))
        yield case
    records = "periods cycle every 14 days from 2025-12-29\n" + SELLER + "\n" + SALE
    case = Case("periods/every-14-days", "A row lies in the cycle of its day; a cycle that begins before the plan is there where it reaches into it.",
                plan(records, "measure booked for each Seller, cycle = sum of Sale.amount", more="pay       cycle"))
    rows = [["d1", "s", "2025-12-28", "1.00"], ["d2", "s", "2025-12-29", "2.00"], ["d3", "s", "2026-01-11", "4.00"],
            ["d4", "s", "2026-01-12", "8.00"], ["d5", "s", "2026-12-31", "16.00"], ["d6", "s", "2026-01-25", "32.00"]]
    case.given("Seller", "id", [["s"]]).given("Sale", "id,seller,sold,amount", rows)
    for number in range(27):
        start = date(2025, 12, 29) + 14 * number * DAY
        if start > date(2026, 12, 31):
            break
        inside = [F(amount) for _, _, sold, amount in rows if start <= date.fromisoformat(sold) < start + 14 * DAY]
        case.expect("booked", "s", start.isoformat(), usd(sum(inside, F(0))))
    yield case


def schedules():
    records = SELLER + """
record Contract {
  key id  text
  signed  date?
  term    integer
  amount  USD
}"""
    body = """let part for each Contract, month from signed for term months = allocate amount evenly rest to last
measure instalment for each Contract, month from signed for term months = part
measure equal for each Contract, month from signed for term months = allocate amount evenly
measure in_month for each Contract, month = part or 0
measure in_all for each Contract = sum of part
"""
    rows = [["c1", "2026-01-31", "7", "1000.00"], ["c2", "2025-11-30", "3", "0.05"], ["c3", "2026-11-01", "4", "-10.00"],
            ["c4", "", "5", "0.00"], ["c5", "2026-06-15", "1", "33.33"]]
    case = Case("schedules/months-of-a-contract", "A row for each month from the one in which the date lies, also outside the plan. With the rest to "
                "the last, each part is rounded; else the cents that are left go to the first ones.", plan(records, body))
    case.given("Contract", "id,signed,term,amount", rows)
    for key, signed, term, amount in rows:
        if not signed:
            case.expect("instalment", key, "2026-01", None).expect("in_month", key, "2026-01", "0.00")
            continue
        term, cents = int(term), int(F(amount) * 100)
        sign = -1 if cents < 0 else 1
        each = int(named(F(cents, term) / 100, 2) * 100)
        whole, left = divmod(abs(cents), term)
        for number in range(term):
            month = moved(date.fromisoformat(signed).replace(day=1), number)
            part = F(each if number < term - 1 else cents - each * (term - 1), 100)
            case.expect("instalment", key, month.isoformat()[:7], usd(part))
            case.expect("equal", key, month.isoformat()[:7], usd(F(sign * (whole + (1 if number < left else 0)), 100)))
            if month.year == 2026:
                case.expect("in_month", key, month.isoformat()[:7], usd(part))
        case.expect("in_all", key, "", amount)
    yield case


def presence():
    records = """record Seller {
  key id  text
  role    AE | SE
  hired   date
  left    date?
  active from hired to left
}"""
    body = """measure here for each Seller, month = days active in month
measure in_quarter for each Seller, quarter = days active in quarter
measure due for each Seller, quarter = 9,000 USD * days active in quarter / days in quarter
"""
    rows = [["a", "AE", "2020-01-01", ""], ["b", "AE", "2026-02-15", "2026-02-15"], ["c", "AE", "2026-01-31", "2026-03-01"],
            ["d", "AE", "2027-05-01", ""], ["e", "AE", "2025-01-01", "2025-12-31"], ["f", "AE", "2026-12-31", ""],
            ["g", "SE", "2020-01-01", ""], ["h", "AE", "2026-03-31", "2026-04-01"]]
    case = Case("people/join-and-leave", "The days of a period inside the plan (16 January 2026 to 15 January 2027) and from the first day to the "
                "last, both included, of those whom the plan has.",
                plan(records, body, people="Seller where role = AE", effective="2026-01-16 to 2027-01-15"))
    case.given("Seller", "id,role,hired,left", rows)
    for key, role, hired, left in rows:
        if role != "AE":
            case.expect("here", key, "2026-01", None)
            continue
        def days(start, end):
            start = max(start, date(2026, 1, 16), date.fromisoformat(hired))
            end = min(end, date(2027, 1, 15), date.fromisoformat(left) if left else date.max)
            return max(0, (end - start).days + 1)
        for number in range(13):
            month = moved(date(2026, 1, 1), number)
            case.expect("here", key, month.isoformat()[:7], str(days(month, moved(month, 1) - DAY)))
        for number in range(5):
            start = moved(date(2026, 1, 1), 3 * number)
            end = moved(start, 3) - DAY
            name = f"{start.year}-Q{(start.month + 2) // 3}"
            case.expect("in_quarter", key, name, str(days(start, end)))
            case.expect("due", key, name, usd(F(9000) * days(start, end) / ((end - start).days + 1)))
    yield case


def versions():
    for word, last in [("to", True), ("until", False)]:
        records = f"""record Seller {{
  key id  text
  goal    USD
  since   date?
  ends    date?
  versioned from since {word} ends
}}
record Visit {{
  key id  text
  seller  Seller
  day     date
  to seller
  on day
}}"""
        body = """measure goal_then for each Visit as USD? = seller.goal
measure here for each Seller, month = days active in month
measure mean for each Seller, month where days active in month > 0 =
  average of goal over days
measure last_goal for each Seller, month where days active in month > 0 =
  goal
"""
        rows = [["a", "100.00", "", "2026-02-14"], ["a", "250.00", "2026-02-15" if last else "2026-02-14", "2026-04-30"],
                ["a", "70.00", "2026-06-01", ""], ["b", "10.00", "2026-03-31", "2026-03-31" if last else "2026-04-01"]]
        kind = "inclusive" if last else "exclusive"
        case = Case(f"versions/{kind}-end", f"`{word}`: the day named is {'the last on which a version holds' if last else 'the first on which it no longer holds'}; "
                    "on the days of a gap there is none.", plan(records, body))
        case.given("Seller", "id,goal,since,ends", rows)
        some = ["2026-02-13", "2026-02-14", "2026-02-15", "2026-04-29", "2026-04-30", "2026-05-01", "2026-05-31", "2026-06-01",
                "2026-12-31", "2025-01-01", "2026-03-30", "2026-03-31", "2026-04-01"]
        visits = [[f"{key}{index:02}", key, day] for key in "ab" for index, day in enumerate(some)]
        case.given("Visit", "id,seller,day", visits)

        def goal(key, day):
            for own, amount, since, ends in rows:
                begins = date.fromisoformat(since) if since else date.min
                stops = (date.fromisoformat(ends) if last else date.fromisoformat(ends) - DAY) if ends else date.max
                if own == key and begins <= day <= stops:
                    return F(amount)
            return None

        for visit, key, day in visits:
            found = goal(key, date.fromisoformat(day))
            case.expect("goal_then", visit, "", None if found is None else usd(found))
        for key in "ab":
            for number in range(12):
                start = moved(date(2026, 1, 1), number)
                days = [start + index * DAY for index in range((moved(start, 1) - start).days)]
                there = [goal(key, day) for day in days if goal(key, day) is not None]
                name = start.isoformat()[:7]
                case.expect("here", key, name, str(len(there)))
                case.expect("mean", key, name, usd(sum(there) / len(there)) if there else None)
                case.expect("last_goal", key, name, usd(there[-1]) if there else None)
        yield case
    overlap = """record Seller {
  key id  text
  goal    USD
  since   date?
  ends    date?
  versioned from since to ends
}"""
    yield Case("versions/overlap-of-one-day", "Behind `to` stands a day on which the version still holds, so the next one begins a day later.",
               plan(overlap, "measure in_the_end for each Seller as USD? = goal")).given(
                   "Seller", "id,goal,since,ends",
                   [["a", "1.00", "", "2026-02-14"], ["a", "2.00", "2026-02-14", ""]]).stops("E0516")

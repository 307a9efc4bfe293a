"""Many rows to one: aggregates, windows, order, sharing out, credits, increase, balances, hierarchies."""

from datetime import date
from fractions import Fraction as F

from calendars import DAY, moved
from case import SALE, SELLER, Case, Chance, named, plan, usd

QUARTERS = ["2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4"]


def cases():
    return [*aggregates(), *windows(), *order(), *sharing(), *credits(), *increase(), *balances(), *hierarchies()]


def sales(seed, count, sellers="abc", first=date(2025, 6, 1), days=700, blanks=True):
    """Sales on days all over, some with the same amount, some without a day."""
    chance = Chance(seed)
    rows = []
    for index in range(count):
        sold = "" if blanks and chance.below(9) == 8 else (first + chance.below(days) * DAY).isoformat()
        amount = chance.of(["100.00", "100.00", "250.50", "0.01", "-40.00", f"{chance.below(900)}.{chance.below(90) + 10}"])
        rows.append([f"d{(index * 7) % 101:03}", chance.of(sellers), sold, amount])
    return rows


def quarter(day):
    return f"{day.year}-Q{(day.month + 2) // 3}"


def of(rows, seller, inside):
    return [row for row in rows if row[1] == seller and row[2] and inside(date.fromisoformat(row[2]))]


def amounts(rows):
    return [F(row[3]) for row in rows]


def aggregates():
    body = """measure booked for each Seller, quarter = sum of Sale.amount
measure deals for each Seller, quarter = count of Sale
measure mean for each Seller, quarter as USD? = average of Sale.amount
measure best for each Seller, quarter as USD? = largest Sale.amount
measure least for each Seller, quarter as USD? = smallest Sale.amount
measure any_back for each Seller, quarter = any (Sale.amount < 0)
measure all_large for each Seller, quarter = all (Sale.amount >= 100 USD)
measure large for each Seller, quarter = sum of Sale.amount where amount >= 100 USD
measure in_all = sum of Sale.amount
measure of_seller for each Seller = count of Sale
"""
    rows = sales(11, 40)
    case = Case("aggregates/many-to-one", "Sales fall to their seller and to the quarter of their day. One without a day is in no quarter, and is counted "
                "where none is asked for. Without rows sum and count are 0, any is no, all is yes, the others are missing.",
                plan(SELLER + "\n" + SALE, body)).given("Seller", "id", [["a"], ["b"], ["c"], ["z"]]).given("Sale", "id,seller,sold,amount", rows)
    for seller in "abcz":
        for name in QUARTERS:
            found = amounts(of(rows, seller, lambda day: quarter(day) == name))
            case.expect("booked", seller, name, usd(sum(found, F(0))))
            case.expect("deals", seller, name, str(len(found)))
            case.expect("mean", seller, name, usd(sum(found) / len(found)) if found else None)
            case.expect("best", seller, name, usd(max(found)) if found else None)
            case.expect("least", seller, name, usd(min(found)) if found else None)
            case.expect("any_back", seller, name, "yes" if any(one < 0 for one in found) else "no")
            case.expect("all_large", seller, name, "yes" if all(one >= 100 for one in found) else "no")
            case.expect("large", seller, name, usd(sum((one for one in found if one >= 100), F(0))))
        case.expect("of_seller", seller, "", str(sum(row[1] == seller for row in rows)))
    case.expect("in_all", "", "", usd(sum(amounts(rows))))
    yield case


def windows():
    body = """measure to_year for each Seller, month = sum of Sale.amount year to date
measure to_quarter for each Seller, month = sum of Sale.amount quarter to date
measure ever for each Seller, month = count of Sale to date
measure three for each Seller, month = sum of Sale.amount over the last 3 months
measure two_quarters for each Seller, month = sum of Sale.amount over the last 2 quarters
measure year_ago for each Seller, month = sum of Sale.amount a year ago
measure half_ago for each Seller, month = count of Sale 6 months ago
measure to_year_ago for each Seller, month = sum of Sale.amount year to date a year ago
"""
    for first in (1, 4, 11):
        rows = sales(23 + first, 60, first=date(2024, 9, 1), days=900)
        case = Case(f"windows/year-from-month-{first:02}", "The days of each window end with the reader's month, and count sales before the plan, too. The year "
                    "and the quarter are the fiscal ones.",
                    plan(SELLER + "\n" + SALE, body, more=f"year      starts {['January', '', '', 'April', '', '', '', '', '', '', 'November'][first - 1]}"))
        case.given("Seller", "id", [["a"], ["b"], ["c"]]).given("Sale", "id,seller,sold,amount", rows)
        for seller in "abc":
            for number in range(12):
                start = moved(date(2026, 1, 1), number)
                end = moved(start, 1) - DAY
                year = moved(start, -((start.month - first) % 12))
                of_quarter = moved(start, -((start.month - first) % 12 % 3))

                def between(begin, stop):
                    return amounts(of(rows, seller, lambda day: begin <= day <= stop))

                name = start.isoformat()[:7]
                case.expect("to_year", seller, name, usd(sum(between(year, end), F(0))))
                case.expect("to_quarter", seller, name, usd(sum(between(of_quarter, end), F(0))))
                case.expect("ever", seller, name, str(len(between(date.min, end))))
                case.expect("three", seller, name, usd(sum(between(moved(start, -2), end), F(0))))
                case.expect("two_quarters", seller, name, usd(sum(between(moved(of_quarter, -3), end), F(0))))
                before, before_end = moved(start, -12), moved(start, -11) - DAY
                case.expect("year_ago", seller, name, usd(sum(between(before, before_end), F(0))))
                case.expect("half_ago", seller, name, str(len(between(moved(start, -6), moved(start, -5) - DAY))))
                case.expect("to_year_ago", seller, name, usd(sum(between(moved(year, -12), before_end), F(0))))
        yield case


PRIZES = [F(1000), F(600), F(200), F(0)]


def order():
    body = """rates prize by place, step {
  from 1  1,000 USD
  from 2    600 USD
  from 3    200 USD
  from 4      0 USD
}
measure shared for each Entry = rank of score within league ties shared
measure dense for each Entry = rank of score within league ties dense
measure by_joined for each Entry = rank of score within league ties first by joined, key
measure from_below for each Entry = rank of score within league ties shared lowest first
measure of_all for each Entry = rank of score within plan ties shared
measure of_positive for each Entry as integer? = rank of score within league where score > 0 USD ties dense
measure pooled for each Entry = prize(rank of score within league ties pooled)
measure so_far for each Entry = running sum of score within league by joined, key
measure before for each Entry = running sum of score within league by joined, key before
measure number for each Entry = running count of Entry within league by joined, key
"""
    records = SELLER + """
choice League = North | South
record Entry {
  key id  text
  league  League
  score   USD
  joined  date
}"""
    scores = {"North": ["500.00", "300.00", "300.00", "100.00", "300.00", "500.00", "0.00"],
              "South": ["70.00", "70.00", "70.00", "70.00", "70.00"], }
    chance = Chance(5)
    rows = []
    for league, some in scores.items():
        for index, score in enumerate(some):
            rows.append([f"{league[0].lower()}{(index * 3) % 7}", league, score, f"2026-03-0{1 + chance.below(3)}"])
    rows[-1][2] = "-1.00"
    case = Case("order/places-and-ties", "Equal ones share the best of their places (shared), and no place stays empty (dense), or stand in an order of their own; pooled "
                "prizes are the average of the places that they take together. Running sums go by day, then by key.",
                plan(records, body.replace("within league", "within League"))).given("Entry", "id,league,score,joined", rows)
    for key, league, score, joined in rows:
        score = F(score)
        group = [(F(own), day, other) for other, of_league, own, day in rows if of_league == league]
        better = sum(own > score for own, _, _ in group)
        equal = sum(own == score for own, _, _ in group)
        case.expect("shared", key, "", str(better + 1))
        case.expect("dense", key, "", str(len({own for own, _, _ in group if own > score}) + 1))
        case.expect("by_joined", key, "", str(better + 1 + sum(own == score and (day, other) < (joined, key) for own, day, other in group)))
        case.expect("from_below", key, "", str(sum(own < score for own, _, _ in group) + 1))
        case.expect("of_all", key, "", str(sum(F(row[2]) > score for row in rows) + 1))
        case.expect("of_positive", key, "", str(len({own for own, _, _ in group if own > score and own > 0}) + 1) if score > 0 else None)
        places = range(better, better + equal)
        case.expect("pooled", key, "", usd(sum(PRIZES[min(place, 3)] for place in places) / equal))
        ahead = [own for own, day, other in group if (day, other) < (joined, key)]
        case.expect("so_far", key, "", usd(sum(ahead, F(0)) + score))
        case.expect("before", key, "", usd(sum(ahead, F(0))))
        case.expect("number", key, "", str(len(ahead) + 1))
    yield case
    body = """measure best_two for each Seller, quarter = sum of Sale.amount top 2 by amount, key
measure least_two for each Seller, quarter = sum of Sale.amount top 2 by amount, key lowest first
measure opening for each Seller, quarter as USD? = first Sale.amount by sold, key
measure latest for each Seller, quarter as USD? = last Sale.amount by sold, key
measure mean_of_three for each Seller, quarter as USD? = average of Sale.amount top 3 by amount, key where amount > 0 USD
"""
    rows = sales(31, 40, days=580)
    case = Case("order/first-last-top", "What stands first in `top` is taken largest first, equal ones by their keys upwards; `first` and `last` go upwards.",
                plan(SELLER + "\n" + SALE, body)).given("Seller", "id", [["a"], ["b"], ["c"]]).given("Sale", "id,seller,sold,amount", rows)
    for seller in "abc":
        for name in QUARTERS:
            found = of(rows, seller, lambda day: quarter(day) == name)
            down = sorted(found, key=lambda row: (-F(row[3]), row[0]))
            up = sorted(found, key=lambda row: (F(row[3]), row[0]))
            time = sorted(found, key=lambda row: (row[2], row[0]))
            three = amounts([row for row in down if F(row[3]) > 0][:3])
            case.expect("best_two", seller, name, usd(sum(amounts(down[:2]), F(0))))
            case.expect("least_two", seller, name, usd(sum(amounts(up[:2]), F(0))))
            case.expect("opening", seller, name, usd(F(time[0][3])) if time else None)
            case.expect("latest", seller, name, usd(F(time[-1][3])) if time else None)
            case.expect("mean_of_three", seller, name, usd(sum(three) / len(three)) if three else None)
    yield case


def largest_remainder(amount, weights):
    """Parts in cents: each towards zero, the cents left to those that lost most, then by key."""
    sign, cents = (-1 if amount < 0 else 1), abs(amount) * 100
    total = sum(weights.values())
    due = {key: cents * weight / total for key, weight in weights.items()}
    parts = {key: share.numerator // share.denominator for key, share in due.items()}
    left = int(cents) - sum(parts.values())
    for key in sorted(due, key=lambda key: (parts[key] - due[key], key))[:left]:
        parts[key] += 1
    return {key: F(sign * part, 100) for key, part in parts.items()}


def rest_to(amount, weights, last, mode="half up"):
    total, keys = sum(weights.values()), sorted(weights)
    parts = {key: named(amount * weights[key] / total, 2, mode) for key in keys}
    weighty = [key for key in keys if weights[key] > 0]
    receiver = weighty[-1] if last else weighty[0]
    parts[receiver] = amount - sum(part for key, part in parts.items() if key != receiver)
    return parts


def sharing():
    records = """record Pool { key id text
  amount USD }
record Seller {
  key id  text
  pool    Pool
  weight  number(3)
}"""
    body = """measure largest for each Seller = allocate pool.amount by weight
measure even for each Seller = allocate pool.amount evenly
measure to_last for each Seller = allocate pool.amount by weight rest to last
measure to_first for each Seller = allocate pool.amount by weight rest to first
measure down_to_last for each Seller rounded down = allocate pool.amount evenly rest to last
measure added for each Pool = sum of largest
"""
    pools = [["p1", "1000.00"], ["p2", "-1000.01"], ["p3", "0.05"], ["p4", "100.01"], ["p5", "0.00"]]
    weights = {"p1": ["1.000"] * 7, "p2": ["2.500", "0.000", "1.250", "1.250", "3.000"], "p3": ["1.000"] * 3 + ["0.000"] * 3,
               "p4": ["0.333", "0.333", "0.334"], "p5": ["0.000", "5.000"]}
    rows = [[f"{pool}{'gcaebdf'[index]}", pool, weight] for pool, some in weights.items() for index, weight in enumerate(some)]
    case = Case("sharing-out/remainders", "The parts add up to the amount. The cents left go to the parts that lost most, equal ones by key; or what is left goes to "
                "the last or the first one with a weight, in order of the keys.", plan(records, body)).given("Pool", "id,amount", pools)
    case.given("Seller", "id,pool,weight", rows)
    for pool, amount in pools:
        amount = F(amount)
        own = {key: F(weight) for key, of_pool, weight in rows if of_pool == pool}
        even = {key: F(1) for key in own}
        for name, parts in [("largest", largest_remainder(amount, own)), ("even", largest_remainder(amount, even)),
                            ("to_last", rest_to(amount, own, True)), ("to_first", rest_to(amount, own, False)),
                            ("down_to_last", rest_to(amount, even, True, "down"))]:
            assert sum(parts.values()) == amount
            for key, part in parts.items():
                case.expect(name, key, "", usd(part))
        case.expect("added", pool, "", usd(amount))
    yield case


def credits():
    records = """record Seller {
  key id  text
  role    AE | SE
}
record Deal {
  key id  text
  owner   Seller?
  closed  date?
  amount  USD
  to owner
  on closed
}
record Split {
  key deal    Deal
  key seller  Seller
  share       percent
  to seller
}"""
    body = """credit direct for each Deal where amount <> 0 USD {
  amount Deal.amount
}
credit shared for each Deal {
  to each Split
  amount Deal.amount * share
}
measure credits = count of Credit
measure booked for each Seller, month = sum of direct.amount
measure of_deal for each Deal = sum of shared.amount
earn tenth for each Credit = 10% of Credit.amount
"""
    deals = [["in", "a", "2026-01-01", "100.05"], ["last", "a", "2026-12-31", "7.00"], ["pending", "a", "", "1000.00"],
             ["nobody", "", "2026-05-05", "2000.00"], ["stranger", "s", "2026-05-05", "4000.00"], ["before", "a", "2025-12-31", "8000.00"],
             ["after", "a", "2027-01-01", "16000.00"], ["nothing", "b", "2026-06-30", "0.00"], ["back", "b", "2026-06-30", "-0.05"]]
    splits = [["in", "a", "33.3333%"], ["in", "b", "66.6667%"], ["last", "s", "50%"], ["last", "b", "50%"], ["pending", "a", "100%"]]
    people = {"a", "b"}
    case = Case("credits/who-is-credited", "No credit comes of a row without a date or a person, of a person outside the plan, of a day outside it (the first and the "
                "last are inside), or where the condition does not hold. Each credit is rounded as its own.",
                plan(records, body, people="Seller where role = AE")).given("Seller", "id,role", [["a", "AE"], ["b", "AE"], ["s", "SE"]])
    case.given("Deal", "id,owner,closed,amount", deals).given("Split", "deal,seller,share", splits)

    def inside(day):
        return day and date(2026, 1, 1) <= date.fromisoformat(day) <= date(2026, 12, 31)

    made = [("direct", key, owner, closed, F(amount)) for key, owner, closed, amount in deals
            if owner in people and inside(closed) and F(amount) != 0]
    by_key = {deal[0]: deal for deal in deals}
    for deal, seller, share in splits:
        _, _, closed, amount = by_key[deal]
        if seller in people and inside(closed):
            made.append(("shared", deal, seller, closed, named(F(amount) * F(share[:-1]) / 100, 2)))
    case.expect("credits", "", "", str(len(made)))
    for seller in "ab":
        for number in range(12):
            name = f"2026-{number + 1:02}"
            own = [one for one in made if one[2] == seller and one[3][:7] == name]
            case.expect("booked", seller, name, usd(sum((one[4] for one in own if one[0] == "direct"), F(0))))
            case.expect_sum("tenth", seller, name, usd(sum((named(one[4] / 10, 2) for one in own), F(0))))
    for key, _, _, _ in deals:
        case.expect("of_deal", key, "", usd(sum((one[4] for one in made if one[0] == "shared" and one[1] == key), F(0))))
    case.expect("booked", "s", "2026-05", None)
    yield case


def tiers(value):
    """5% up to 300, 10% up to 500, 20% above; what is negative at 5%."""
    if value < 0:
        return value * F(5, 100)
    return min(value, F(300)) * F(5, 100) + max(F(0), min(value, F(500)) - 300) * F(10, 100) + max(F(0), value - 500) * F(20, 100)


def increase():
    records = SELLER + "\n" + SALE
    body = """rates tier by booked, marginal {
  from   0 USD   5%
  from 300 USD  10%
  from 500 USD  20%
}
credit direct for each Sale {
  amount Sale.amount
}
measure booked for each Seller, quarter = sum of Credit.amount
measure bonus for each Seller, quarter = if count of Credit >= 3 then 10 USD else 0 USD
let commission for each Seller, quarter = min(tier(booked) + bonus, 60 USD)
earn share for each Credit =
  (increase of commission by date, key) or 0
"""
    rows = sales(47, 50, days=500)
    case = Case("increase/shares-add-up", "Each credit gets what the quarter's commission (tiers, a bonus from the third credit on, a cap of 60) is more by it, on its day and then by "
                "key; the shares add up to it.", plan(records, body)).given("Seller", "id", [["a"], ["b"], ["c"]])
    case.given("Sale", "id,seller,sold,amount", rows)
    for seller in "abc":
        for index, name in enumerate(QUARTERS):
            own = sorted(of(rows, seller, lambda day: quarter(day) == name), key=lambda row: (row[2], row[0]))
            before, by_month = F(0), {f"2026-{3 * index + number:02}": F(0) for number in (1, 2, 3)}
            for count in range(1, len(own) + 1):
                booked = sum(amounts(own[:count]))
                after = named(min(tiers(booked) + (10 if count >= 3 else 0), F(60)), 2)
                case.expect("share", f"direct|{own[count - 1][0]}", "", usd(after - before))
                by_month[own[count - 1][2][:7]] += after - before
                before = after
            for month, share in by_month.items():
                case.expect_sum("share", seller, month, usd(share))
            case.expect("commission", seller, name, usd(before))
    yield case


def balances():
    records = SELLER + "\n" + SALE
    body = """measure earned for each Seller, month = 12.5% of sum of Sale.amount
balance owed for each Seller, month =
  max(0, previous owed + 20 USD - earned)
  starting at 35.50 USD
balance third for each Seller, month =
  (previous third + earned) / 3
  starting at 1 USD each year
pay payout for each Seller, month =
  earned + owed - previous owed
measure growth for each Seller, month as USD? = earned - previous earned
"""
    rows = sales(59, 40, first=date(2025, 10, 1), days=430, blanks=False)
    case = Case("balances/draws-and-previous", "Period by period, each value rounded as it is named. `each year` begins anew in January; before the first period there is nothing.",
                plan(records, body, effective="2025-10-01 to 2026-12-31"))
    case.given("Seller", "id", [["a"], ["b"], ["c"]]).given("Sale", "id,seller,sold,amount", rows)
    for seller in "abc":
        owed, third, last = F(71, 2), F(1), None
        for number in range(15):
            start = moved(date(2025, 10, 1), number)
            name = start.isoformat()[:7]
            earned = named(sum(amounts(of(rows, seller, lambda day: day.isoformat()[:7] == name)), F(0)) * F(125, 1000), 2)
            now = named(max(F(0), owed + 20 - earned), 2)
            third = named(((F(1) if start.month == 1 else third) + earned) / 3, 2)
            case.expect("earned", seller, name, usd(earned)).expect("owed", seller, name, usd(now)).expect("third", seller, name, usd(third))
            case.expect("payout", seller, name, usd(earned + now - owed))
            case.expect("growth", seller, name, None if last is None else usd(earned - last))
            owed, last = now, earned
    yield case


def hierarchies():
    records = """record Seller {
  key id   text
  role     AE | Manager | Out
  manager  Seller?  hierarchy
  goal     USD
}
""" + SALE.replace("date?", "date")
    body = """rates override by level, step {
  from 1  3%
  from 2  1.5%
  from 4  0%
}
credit above for each Sale {
  to managers of seller
  amount Sale.amount * override(level)
}
measure booked for each Seller, quarter = sum of Sale.amount
measure team for each Seller, quarter = sum of booked over team
measure direct for each Seller, quarter = sum of booked over reports
measure heads for each Seller = count of Seller over team
measure goals for each Seller = sum of Seller.goal over reports
measure overrides for each Seller, quarter = sum of above.amount
measure deep for each Seller = count of above where level >= 3
"""
    managers = {"top": "", "mid": "top", "out": "mid", "low": "out", "x": "low", "y": "mid", "alone": ""}
    roles = {"top": "Manager", "mid": "Manager", "out": "Out", "low": "Manager", "x": "AE", "y": "AE", "alone": "AE"}
    people = [key for key, role in roles.items() if role != "Out"]
    rows = sales(71, 40, sellers=list(managers), first=date(2026, 1, 1), days=365, blanks=False)
    case = Case("hierarchies/teams-and-managers", "A team is everyone below, at all levels; who is not of the plan still stands between the levels. Rows of the record count "
                "outsiders, definitions do not.", plan(records, body, people="Seller where role <> Out"))
    goals = {key: F(10 ** index) for index, key in enumerate(managers)}
    case.given("Seller", "id,role,manager,goal", [[key, roles[key], boss, usd(goals[key])] for key, boss in managers.items()])
    case.given("Sale", "id,seller,sold,amount", rows)

    def above(key):
        found, at = [], managers[key]
        while at:
            found.append(at)
            at = managers[at]
        return found

    below = {key: [other for other in managers if key in above(other)] for key in managers}
    for key in people:
        case.expect("heads", key, "", str(len(below[key])))
        case.expect("goals", key, "", usd(sum((goals[other] for other in managers if managers[other] == key), F(0))))
        credited = [(row, above(row[1]).index(key) + 1) for row in rows if key in above(row[1])]
        case.expect("deep", key, "", str(sum(level >= 3 for _, level in credited)))
        for name in QUARTERS:
            def booked(who):
                return sum(amounts(of(rows, who, lambda day: quarter(day) == name)), F(0))

            case.expect("team", key, name, usd(sum((booked(other) for other in below[key] if other in people), F(0))))
            case.expect("direct", key, name, usd(sum((booked(other) for other in people if managers[other] == key), F(0))))
            rate = {1: F(3, 100), 2: F(15, 1000), 3: F(15, 1000)}
            paid = [named(F(row[3]) * rate.get(level, F(0)), 2) for row, level in credited if quarter(date.fromisoformat(row[2])) == name]
            case.expect("overrides", key, name, usd(sum(paid, F(0))))
    yield case

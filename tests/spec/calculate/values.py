"""Rounding, exact arithmetic, exchange rates, tables of rates."""

from fractions import Fraction as F

from case import MODES, SELLER, Case, named, number, percent, plan, usd


def cases():
    return [*rounding(), *arithmetic(), *exchange(), *rates()]


TIES = ["0.0050", "0.0150", "0.0250", "-0.0050", "-0.0150", "-0.0250", "1.0049", "1.0051", "-1.0049", "-1.0051",
        "0.0000", "0.0001", "-0.0001", "0.9999", "-0.9999", "2.5000", "-2.5000", "0.0100", "-0.0100"]
NUMBERS = SELLER + "\nrecord Num {\n  key id  text\n  value  number(4)\n}"


def numbered():
    return [(f"n{index:02}", text) for index, text in enumerate(TIES)]


def rounding():
    body = "\n".join(
        f"measure in_{mode.replace(' ', '_')} for each Num as number(2) rounded {mode} = value" for mode in MODES)
    case = Case("rounding/six-modes", "The six modes, on ties and beside them, above and below zero: four places to two.",
                plan(NUMBERS, body)).given("Num", "id,value", numbered())
    for key, text in numbered():
        for mode in MODES:
            case.expect("in_" + mode.replace(" ", "_"), key, "", number(F(text), 2, mode))
    yield case
    body = """measure named for each Num as number(2) = value / 3
measure copied for each Num = value
measure doubled for each Num = value * 2
measure inner for each Num as number(4) = round(value, 2)
measure whole for each Num as number(4) = round(value)
measure lower for each Num as number(4) = floor(value, 1)
measure upper for each Num as number(4) = ceil(value, 1)
measure own for each Num as number(0) rounded up = value
"""
    for mode in MODES:
        case = Case(f"rounding/plan-{mode.replace(' ', '-')}",
                    f"`round {mode}` decides names and `round`, not `floor` and `ceil`, nor a definition that says its own.",
                    plan(NUMBERS, body, more=f"round     {mode}")).given("Num", "id,value", numbered())
        for key, text in numbered():
            value = F(text)
            case.expect("named", key, "", number(value / 3, 2, mode))
            case.expect("copied", key, "", number(value, 4))
            case.expect("doubled", key, "", number(value * 2, 6))
            case.expect("inner", key, "", number(named(value, 2, mode), 4))
            case.expect("whole", key, "", number(named(value, 0, mode), 4))
            case.expect("lower", key, "", number(named(value, 1, "floor"), 4))
            case.expect("upper", key, "", number(named(value, 1, "ceiling"), 4))
            case.expect("own", key, "", number(value, 0, "up"))
        yield case
    body = """measure dollars for each Num = value * 1 USD
measure yen for each Num = value * 1 JPY
measure dinars for each Num = value * 1 KWD
measure finer for each Num as USD(4) = value * 1 USD / 3
measure share for each Num as percent = value / 7
measure twice_rounded for each Num = dollars * 2
measure once_rounded for each Num = value * 1 USD * 2
"""
    case = Case("rounding/places-of-types", "Dollars have two places, yen none, dinars three, shares six of the ratio. A value that "
                "got a name is rounded before it is doubled.", plan(NUMBERS, body)).given("Num", "id,value", numbered())
    for key, text in numbered():
        value = F(text)
        case.expect("dollars", key, "", usd(value))
        case.expect("yen", key, "", number(value, 0))
        case.expect("dinars", key, "", number(value, 3))
        case.expect("finer", key, "", number(value / 3, 4))
        case.expect("share", key, "", percent(value / 7))
        case.expect("twice_rounded", key, "", usd(named(value, 2) * 2))
        case.expect("once_rounded", key, "", usd(value * 2))
    yield case


def arithmetic():
    records = SELLER + "\nrecord Sum {\n  key id  text\n  a  USD\n  b  USD\n  share  percent\n  count  integer\n}"
    body = """measure sevenths for each Sum = a / 7 * 7
measure net for each Sum = a - share of a
measure of_both for each Sum = (a + b) * share / 3
measure ratio for each Sum = a / b
let exact_ratio exact for each Sum = a / b
measure back for each Sum = b * exact_ratio
measure back_rounded for each Sum = b * ratio
measure each_one for each Sum = if count = 0 then 0 else a / count
measure least for each Sum = min(a, b, -share of a)
measure most for each Sum = max(a, b, 0)
measure reached for each Sum = a >= b
"""
    rows = [["s1", "100.00", "3.00", "12.5%", "7"], ["s2", "-0.01", "0.07", "33.3333%", "0"],
            ["s3", "99999.99", "-17.03", "0%", "-3"], ["s4", "1.00", "1.00", "250%", "6"]]
    case = Case("arithmetic/exact-fractions", "Within an expression nothing is rounded; the name rounds once. A ratio that got a name "
                "has six places, an exact one all.", plan(records, body)).given("Sum", "id,a,b,share,count", rows)
    for key, a, b, share, count in rows:
        a, b, share, count = F(a), F(b), F(share[:-1]) / 100, int(count)
        case.expect("sevenths", key, "", usd(a))
        case.expect("net", key, "", usd(a - share * a))
        case.expect("of_both", key, "", usd((a + b) * share / 3))
        case.expect("ratio", key, "", number(a / b, 6))
        case.expect("back", key, "", usd(a))
        case.expect("back_rounded", key, "", usd(b * named(a / b, 6)))
        case.expect("each_one", key, "", usd(F(0) if count == 0 else a / count))
        case.expect("least", key, "", usd(min(a, b, -share * a)))
        case.expect("most", key, "", usd(max(a, b, 0)))
        case.expect("reached", key, "", "yes" if a >= b else "no")
    yield case
    yield Case("arithmetic/division-by-zero", "A division by zero stops the computation, and names the row; no value stands for it.",
               plan(records, "measure ratio for each Sum = a / b")).given(
                   "Sum", "id,a,b", [["s1", "1.00", "2.00"], ["s2", "0.00", "0.00"]]).stops("E0401", "Sum", "s2")
    digits = Case("arithmetic/eighteen-digits", "A stored value has 18 digits at most, its decimals among them; between names there "
                  "may be more.", plan(records, "measure kept for each Sum = a * 1,000,000 / 1,000,000\nmeasure most for each Sum = a"))
    rows = [["s1", "9999999999999999.99"], ["s2", "-9999999999999999.99"]]
    digits.given("Sum", "id,a", rows)
    for key, a in rows:
        digits.expect("kept", key, "", a).expect("most", key, "", a)
    yield digits
    yield Case("arithmetic/nineteen-digits", "One cent more than 18 digits hold.",
               plan(records, "measure more for each Sum = a + 0.01 USD")).given(
                   "Sum", "id,a", [["s1", "9999999999999999.99"]]).stops("E0402", "Sum", "s1")


def exchange():
    records = SELLER + """
record Fx {
  key month     month
  key currency  currency
  rate          USD per currency
}
record Sale {
  key id    text
  sold      date
  amount    money in currency
  currency  currency
  dollars   USD
  on sold
}"""
    body = """measure in_usd for each Sale as USD = amount in USD using Fx at sold
measure in_eur for each Sale as EUR = amount in EUR using Fx at sold
measure in_jpy for each Sale as JPY = amount in JPY using Fx at sold
measure from_usd for each Sale as KWD = dollars in KWD using Fx at sold
measure there_and_back for each Sale as USD = (dollars in EUR using Fx at sold) in USD using Fx at sold
measure rounded_between for each Sale as USD = between in USD using Fx at sold
let between for each Sale as EUR = dollars in EUR using Fx at sold
"""
    fx = {("2026-01", "EUR"): "1.083333", ("2026-01", "JPY"): "0.006667", ("2026-01", "KWD"): "3.254321",
          ("2026-02", "EUR"): "1.1", ("2026-02", "JPY"): "0.007", ("2026-02", "KWD"): "3"}
    rows = [["d1", "2026-01-31", "100.00", "EUR", "100.00"], ["d2", "2026-02-01", "100.00", "EUR", "0.01"],
            ["d3", "2026-01-15", "12345", "JPY", "33.33"], ["d4", "2026-02-28", "1.001", "KWD", "-7.77"],
            ["d5", "2026-02-28", "-0.01", "USD", "1000000.01"]]
    case = Case("exchange-rates/mixed-currencies", "To the rate's currency it multiplies, away from it it divides, between two others it does "
                "both, exactly; only the name rounds. A currency into itself is as it was.", plan(records, body))
    case.given("Fx", "month,currency,rate", [[month, code, rate] for (month, code), rate in fx.items()])
    case.given("Sale", "id,sold,amount,currency,dollars", rows)
    for key, sold, amount, code, dollars in rows:
        def rate(currency, month=sold[:7]):
            return F(1) if currency == "USD" else F(fx[month, currency])
        amount, dollars = F(amount), F(dollars)
        case.expect("in_usd", key, "", usd(amount * rate(code)))
        case.expect("in_eur", key, "", number(amount if code == "EUR" else amount * rate(code) / rate("EUR"), 2))
        case.expect("in_jpy", key, "", number(amount if code == "JPY" else amount * rate(code) / rate("JPY"), 0))
        case.expect("from_usd", key, "", number(dollars / rate("KWD"), 3))
        case.expect("there_and_back", key, "", usd(dollars))
        case.expect("rounded_between", key, "", usd(named(dollars / rate("EUR"), 2) * rate("EUR")))
    yield case
    yield Case("exchange-rates/no-rate-of-that-month", "A missing rate is an error, and not that of another month.",
               plan(records, "measure in_usd for each Sale as USD = amount in USD using Fx at sold")).given(
                   "Fx", "month,currency,rate", [["2026-01", "EUR", "1.1"]]).given(
                   "Sale", "id,sold,amount,currency", [["d1", "2026-02-01", "1.00", "EUR"]]).stops("E0403", "Sale", "d1")


# Where each row begins, whether that itself is of it, and its rate.
BANDS = [(F(0), True, F(5, 100)), (F(100), True, F(10, 100)), (F(250), False, F(20, 100)), (F(1000), True, F(1, 100))]
BAND_ROWS = "  from      0 USD   5%\n  from    100 USD  10%\n  above   250 USD  20%\n  from  1,000 USD   1%"
INPUTS = ["0.00", "0.01", "99.99", "100.00", "100.01", "249.99", "250.00", "250.01", "999.99", "1000.00", "1000.01", "123456.78"]


def reached(value):
    """The rate of the last row that begins at the value or before it."""
    return [rate for start, inclusive, rate in BANDS if value > start or (inclusive and value == start)][-1]


def marginal(value):
    if value < 0:
        return value * BANDS[0][2]
    ends = [start for start, _, _ in BANDS[1:]] + [None]
    total = F(0)
    for (start, _, rate), end in zip(BANDS, ends):
        top = value if end is None else min(value, end)
        total += max(F(0), top - start) * rate
    return total


def rates():
    records = SELLER + "\nrecord Input {\n  key id  text\n  x  USD\n}"
    body = "".join(f"rates {kind}_rate by x, {kind} {{\n{BAND_ROWS}\n}}\n" for kind in ["step", "marginal", "retroactive"])
    body += """measure looked_up for each Input = step_rate(x)
measure sliced for each Input = marginal_rate(x)
measure whole for each Input = retroactive_rate(x)
measure above_first for each Input = marginal_rate(x) - marginal_rate(100 USD)
"""
    rows = [[f"i{index:02}", text] for index, text in enumerate(INPUTS)]
    case = Case("rates/at-and-around-bounds", "`from` has its bound, `above` has not. A slice of a marginal table has the same amount "
                "either way; a retroactive one pays all at the rate reached.", plan(records, body)).given("Input", "id,x", rows)
    for key, text in rows:
        value = F(text)
        case.expect("looked_up", key, "", percent(reached(value)))
        case.expect("sliced", key, "", usd(marginal(value)))
        case.expect("whole", key, "", usd(value * reached(value)))
        case.expect("above_first", key, "", usd(marginal(value) - marginal(F(100))))
    yield case
    body = f"rates marginal_rate by x, marginal {{\n{BAND_ROWS}\n}}\nmeasure sliced for each Input = marginal_rate(x)"
    case = Case("rates/marginal-below-zero", "What is negative continues the first rate.", plan(records, body))
    rows = [["n1", "-0.01"], ["n2", "-10.00"], ["n3", "-5000.00"], ["z", "0.00"]]
    case.given("Input", "id,x", rows)
    for key, text in rows:
        case.expect("sliced", key, "", usd(marginal(F(text))))
    yield case
    body = """rates below_rate by x, step {
  below 100 USD  1%
  from  100 USD  2%
}
rates line by x, linear {
  from   0 USD    0%
  from 100 USD   10%
  from 300 USD    6%
}
measure low for each Input = below_rate(x)
measure on_line for each Input = line(max(x, 0))
"""
    rows = [["a", "-100.00"], ["b", "0.00"], ["c", "33.33"], ["d", "99.99"], ["e", "100.00"], ["f", "150.00"],
            ["g", "299.99"], ["h", "300.00"], ["i", "9999.00"]]
    case = Case("rates/below-and-linear", "`below` takes everything under the next row. A line is drawn between two points, downwards too; "
                "behind the last it stays.", plan(records, body)).given("Input", "id,x", rows)
    for key, text in rows:
        value = F(text)
        held = max(value, F(0))
        line = held / 100 * F(10, 100) if held < 100 else F(6, 100) if held >= 300 else \
            F(10, 100) + (held - 100) / 200 * F(-4, 100)
        case.expect("low", key, "", percent(F(1, 100) if value < 100 else F(2, 100)))
        case.expect("on_line", key, "", percent(line))
    yield case
    yield Case("rates/below-the-first-row", "Below the first row there is no value.",
               plan(records, f"rates t by x, step {{\n  above 0 USD 1%\n}}\nmeasure v for each Input = t(x)")).given(
                   "Input", "id,x", [["ok", "0.01"], ["low", "0.00"]]).stops("E0404", "Input", "low")
    body = """rates multiple by attainment, marginal {
  from   0%   1
  from  50%   2
  from 100%   3.5
}
measure paid for each Input = 1,200 USD * multiple(x / 700 USD)
measure attained for each Input = x / 700 USD
"""
    rows = [["a", "0.00"], ["b", "350.00"], ["c", "350.01"], ["d", "700.00"], ["e", "1050.00"], ["f", "-70.00"]]
    case = Case("rates/marginal-over-a-ratio", "A marginal table over a ratio gives the ratio's slices times their multiples; the ratio is "
                "not rounded on the way.", plan(records, body)).given("Input", "id,x", rows)
    for key, text in rows:
        ratio = F(text) / 700
        slices = ratio if ratio < 0 else min(ratio, F(1, 2)) + 2 * max(F(0), min(ratio, F(1)) - F(1, 2)) \
            + F(7, 2) * max(F(0), ratio - 1)
        case.expect("paid", key, "", usd(1200 * slices))
        case.expect("attained", key, "", number(ratio, 6))
    yield case

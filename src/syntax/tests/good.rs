//! Plans that are right.

use super::show::shown;

macro_rules! accepts {
    ($($name:ident: $source:expr;)*) => {$(
        #[test]
        fn $name() {
            let text = shown($source);
            insta::assert_snapshot!(stringify!($name), text);
            assert!(!text.contains("\nE0"), "{text}");
        }
    )*};
}

accepts! {
    the_plan_of_the_language_page: include_str!("records.plan");
    the_whole_plan_of_the_design: include_str!("whole.plan");

    precedence: "\
let a = 1 + 2 * 3 - 4 / 5
let b = not x = 1 and y < 2 or z exists and not w
let c = 250% of quarter_target * 2 - -3 of x
let d = if a > 0 then b else if c then d else e + 1
let e = -x exists or 0
let f = amount in USD using Fx at closed + 1 or 0 USD
let g = a or b or 0
let h = (a = b) = yes
let i = f(x, (y + 1), if a then b else c) / g()
";
    constants: r#"
let a = f(1,250.00 USD, 50k USD, 1.2M USD, 5%, 1.25, 3 days, 0, 007)
let b = f(2026-03-31, 2026-03, 2026-Q1, 2026-H1, FY2026, "West", yes, no)
let c = f("a \"quoted\" text with \\ and # and “smart” ones", "")
let d = max(0, 100) + max(0,100)
let e = 5 of x
"#;
    aggregates: "\
let a = sum of bookings over team where kind = new and amount > 5 USD or 0
let b = count of Deal where (kind = new or kind = renewal) to engineer on paid.date over reports
let c = largest Deal.amount + smallest of (a + b) - average of sum of x
let d = any (x > 0) and all of Person.active or any
let e = sum of count of Deal on closed
let f = sum of x where count of y on z > 3
let g = previous draw + (increase of q by date, owner.name, key)
let h = start of quarter + days active in month * days in year - days
let i = min(first x by a, key, 3) + last of y.z by (end of month), key where c
let j = average of x top 3 by a, key lowest first where d and e
let k = running sum of x within Person, quarter by a, key where d before
let l = running count of Deal within plan by key
let m = t(rank of (a + b) within month where c ties first by d, key lowest first)
let n = rank of a within plan ties pooled + rank of b
let o = allocate pool by hours * 2 rest to last
let p = allocate a.b evenly
let last = first + last - rank * running of allocate
";
    heads: "\
earn a for each Person, quarter where role = AE as USD(4) rounded half even to owner.manager on end of quarter =
  b = c
let b exact for each Deal where sum of Credit.amount where rule = direct to owner =
  1
let c as number(8) = if x = 1 then 2 else 3
let d rounded down as percent = a
balance e for each Person, month = previous e + 1
  starting at 5 USD each year
let f for each Person where a > 0 as yes/no = # a comment
  sum of x on y = 3
let g for each Deal on closed = amount = 3 USD
let h for each Person
  where a >= 1
  on closed
  =
  2
";
    types: r#"
record R {
  key a text
  b yes/no?
  c days from "C C" total
  d number(8)?
  e percent(8) as 15
  f percent? as 0.15
  g percent as 15%
  h month in 2026
  i A | B |
    C
  j USD(4)?
  k USD per currency from "x" hierarchy
  total USD
  n number
}
record S { key Employee from "id"  bonus USD  to x  on y }
record T from "t.csv" { key Employee
}
choice One = A
"#;
    units: r#"
unit seat
unit box, boxes
record R {
  a seats
  b seats(2)? from "x"
  c USD(4) per seat
  d money in cur per seat
  per USD per unit
}
let a = f(3 seats, 2.50 USD per seat, 2 per box, 1 USD
  , 5 boxes per hour)
test "t" {
  given R { a 3 seats  c 2 USD per seat  b 1 seat  unit yes  d 3 per box  e 4 }
  given R {
    a | c
    3 seats | 2.50 USD per seat
  }
  expect a = 3 seats per box
}
"#;
    rates_rows: "\
rates a by x, retroactive {
  below 1,000 USD 1%
  from 1,000 USD 2%
  above 2,000 USD 3 USD
  from 100 seats -1.5
  from 2026-01-01 0
}
rates b by k, linear { new 100% renewal 40% otherwise 3 }
rates c by k, step {
}
rates g by a, k, m, step {
                    below 10%  from 10%
  from 10 seats new    1%         2%
  from 20       yes    Gold       no
  otherwise     no     3 USD      0
}
rates r from Schedule by copies, marginal {
  key title key state
  above lowest - 1  to highest
  value 2 * (rate)
}
rates s from Schedule by copies, step { from 5 value 6 }
";
    tests: r#"
test "t" {
  given Person { id "p1"  level 3  role AE  pay 5 USD  until 2026-01-01  active yes  seats 3 seats }
  given Person { }
  given Person {
    id "p2"
    pay -5.00 USD
    age 3 seats
  }
  given Deal {
    id | amount | note   # the head

    "d|1" |  | x       # a comment with | in it
    | -5.5% |
    "}" | 3 seats | 2026-Q1
  }
  given Solo {
    id
    "a"
    "b"
  }
  expect a.b of "p1", Platform in 2026-01-31 = new
  expect count of Deal of "x" = 3
  expect a = 3 expect b = yes
  expect error E0412
  expect none largest x
  expect any {
    id | any
    1  | no
  }
}
"#;
    documentation_and_comments: "\
# a file
## not directly above

## The first line.
##   The second.
let a = 1 # behind
  # inside
  + 2
### no documentation
let b = 1 ## behind
";
    tabs_and_line_ends: "\u{feff}let a\t=\r\n\tb\r\nlet c for each P where d =\r\n\te\r\nrecord R {\r\n\tkey\ta\ttext\r\n}\r\ntest \"t\" {\r\n\tgiven R {\r\n\t\ta\r\n\t\t\"x\"\r\n\t}\r\n}\r\n";
    case: "\
let a = case kind when new, old then 100% when 3 then 1 when gone then case else 2 * x
let b = case when x > 1 and y then z when not y then case b when c then d else e
let c = (case a + 1 when 5 days then 1) exists
let case = case + case
credit d for each Deal { amount case case when when then 1 on case }
let e = case
  when a then
    case
      when b then c
      else d
";
    credits: "\
credit overlay for each Deal where split_with exists and (a = b or c) {
  to split_with.manager
  on if a then b else c
  amount sum of Split.share where x = y
  on_time closed <= due
  note -3 * (4)
}
credit bare for each Deal { }
ensure a: 1 = 1
ensure b for each Person where x = 1 or y: sum of z
  > 3
";
}

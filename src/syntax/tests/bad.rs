//! Plans that are wrong, and what is said about them. Poor answers stay here in public until they are better.

use super::show::shown;

macro_rules! answers {
    ($($name:ident: $source:expr;)*) => {$(
        #[test]
        fn $name() {
            insta::assert_snapshot!(stringify!($name), shown($source));
        }
    )*};
}

answers! {
    signs_of_other_languages: "\
let a = x == 1
let b = x != 1
let c = x => 1
let d = x =< 1
let e = x ≥ 1 or x ≤ 2 or x ≠ 3
let f = a && b || !c
let g for each P where a == 1 && b != 2 =
  1
";
    money_and_percent: "\
let a = $1,000 + $5.50 USD - €3 + -$2
let b = 10 % of x
let c = 10 % + 5
test \"t\" {
  given P { a $1,000  b -10 % }
  expect a == $5
}
";
    spreadsheet_functions: "\
let a = IF(x > 1, 2, 3)
let b = if(x > 1, if(y, 1, 2), 3)
let c = If(x > 1, 2)
let d = SUM(Credit.amount) + AVERAGE(x)
let e = if (x) then 1 else 2
";
    if_without_its_parts: "\
let a = if x > 1 then 2
let b = if x > 1
let c = if (x, y)
let d = 1 + if x then y else z
let e = IF x THEN y ELSE z
let f = if x thn y else z
";
    word_processors: "let a = “West” + ‘East’\nlet b =\u{a0}1\nlet c = 1 – 2\n";
    merge_conflict: "\
let a = 1
<<<<<<< ours
let b = 1
||||||| base
let b = 0
=======
let b = 2
>>>>>>> theirs
let c = 1
";
    dates: "\
let a = 2026-02-30
let b = 3/31/2026
let c = 2026-13 + 2026-Q5 + 2026-q1
let d = 2026-1-5
plan p { effective 2026-01-01 to 2026-02-31 }
periods w from A.b to 2026-99-99
";
    numbers: "\
let a = 5x
let b = 1.2.3
let c = .5
let d = 1e5
let e = 5K USD
let f = 100USD
let g = 1_000
let h = 12345678901234567890123456789012
let i = 1,00
let j = 3m USD
";
    body_on_the_line_of_a_where: "\
let a for each P where x > 0 = b / c
let b for each P where x = 1 = b
let c for each P where x > 0
  = b
let d for each P where x > 0
let e for each P = sum of x where y = z w
";
    broken_item_in_the_middle: "\
let a = 1
let b = (2 +
let c = 3
record R {
  key a text
let d = 4
";
    not_an_item: "\
reccord R from \"x\" {
  key a text
}
lett x = 1
hello there
this is prose
let a =
b + 1
let c = 2
  indented
}
pay x = 1
Sum of x
=
";
    indented_from_the_start: "  let a = 1\n  let b = 2\nlet c = 1\n  let d = 2\n";
    closing_nothing: "}\nlet a = 1\n";
    broken_lines_of_a_record: "\
record R from \"x\" {
  key a text
  b
  c USD(x)
  d date from d
  e text from \"a\" from \"b\"
  control sum
  f percent as 10
  by text
  on closed
}
";
    broken_lines_of_a_plan: "\
plan p \"P\" {
  effective 2026-01-01 2026-12-31
  year starts Januar
  curency USD
  round half
  people Person where
  pay monthly
}
";
    broken_lines_of_a_credit: "\
credit c for each Deal {
  to owner to
  on closed
  amount deal_value *
  amount 2 3
  note a +
    + b)
    * c
}
";
    broken_lines_of_rates: "\
rates r by x, progressive {
  from 0% 1
  form 50% 2
  above 3
  from x 3
}
rates s by x {
  a 1
}
";
    broken_lines_of_a_test: "\
test \"t\" {
  given P {
    a | b
    1 | 2 | 3
    1
    1 + 2 | 3
    4 | 5
  }
  given Q {
    a | b c
    1 | 2
  }
  given R { a 1 b }
  expct x = 3
  expect x of \"p\" = y + 1
  expect sum x = 3
  expect z = 3
}
";
    texts: "\
let a = \"open
let b = \"a\\n\"
let c = 'West'
use records.plan
record R {
  key a text from \"x
  b text
}
";
    twice: "\
let a as USD as USD = 1
let b = sum of x over team over reports
credit c for each D { to a  to b }
test \"t\" { given P { a 1  a 2 } }
";
    reserved_names: "\
let by = 1
record in { key a text }
let a for each not = 1
";
    unfinished: "let\nlet a\nlet a =\nlet a for\nlet a for each P,\nensure e\nensure e x > 1\nedition\nuse\ntest\nrates\n";
    operators: "\
let a = 1 < 2 < 3
let b = a b
let c = (1, 2)
let d = * 3
let e = a + * b
let f = x.y(3)
let g = f(1,
let h = [1]
let i = a; b
let j = sum x
let k = sum of 3
let l = average of x over quarter
let m = increase of x
let n = a in USD using Fx
let o = previous 3
let p = days in 3
";
    lonely_brace: "\
record R {
  key a text
";
}

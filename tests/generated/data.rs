//! Data for the generated plans.

use super::choices::Choices;

const PEOPLE: [&str; 7] = ["p7", "b", "p10", "A", "é1", "a a", "Z-9"];
const QUARTERS: [&str; 5] = ["2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4", "2025-Q4"];
const DATES: [&str; 12] = [
    "2026-01-15",
    "2026-02-28",
    "2026-03-31",
    "2026-04-01",
    "2026-05-17",
    "2026-08-09",
    "2026-12-31",
    "2026-01-01",
    "2025-12-31",
    "2027-01-01",
    "2026-06-30",
    "2026-07-01",
];

/// The files of a small company.
pub fn data(choices: &mut Choices) -> Vec<(&'static str, String)> {
    let people = 1 + choices.below(5);
    let deals = choices.below(12);
    vec![
        ("people.csv", people_file(choices, people)),
        ("quotas.csv", quotas(choices, people)),
        ("deals.csv", deals_file(choices, people, deals)),
    ]
}

fn amount(choices: &mut Choices) -> String {
    match choices.below(8) {
        0 => "1000.00".to_owned(),
        1 => "0".to_owned(),
        2 => format!("-{}.{:02}", choices.below(3000), choices.below(100)),
        3 => "999999999999999.99".to_owned(),
        _ => format!("{}.{:02}", choices.below(20_000), choices.below(100)),
    }
}

fn people_file(choices: &mut Choices, count: usize) -> String {
    let mut file = "id,role,manager,annual_target,rate,hired,left\n".to_owned();
    for number in 0..count {
        let role = *choices.of(&["AE", "AE", "Manager", "SE"]);
        // A manager stands before those who report to them: no circle.
        let manager = if number > 0 && choices.below(3) > 0 { PEOPLE[choices.below(number)] } else { "" };
        let target = 1000 * choices.below(200);
        let rate = format!("{}.{}%", choices.below(40), choices.below(100));
        let hired = *choices.of(&["2019-04-01", "2026-02-15", "2026-04-01", "2027-01-01"]);
        let left = *choices.of(&["", "", "2027-03-01", "2028-03-31"]);
        let left = if hired == "2019-04-01" && choices.once_in(3) { "2026-05-08" } else { left };
        file += &format!("{},{role},{manager},{target}.50,{rate},{hired},{left}\n", PEOPLE[number]);
    }
    file
}

fn quotas(choices: &mut Choices, people: usize) -> String {
    let mut file = "person,quarter,amount\n".to_owned();
    for person in &PEOPLE[..people] {
        for quarter in QUARTERS {
            if choices.below(3) > 0 {
                file += &format!("{person},{quarter},{}\n", 500 * choices.below(60));
            }
        }
    }
    file
}

fn deals_file(choices: &mut Choices, people: usize, count: usize) -> String {
    let mut file = "id,owner,helper,share,closed,amount,cost,seats,kind,strategic\n".to_owned();
    for number in 0..count {
        // Keys in another order than the rows.
        let key = (number * 5) % 13;
        let owner = PEOPLE[choices.below(people)];
        let helper = if choices.once_in(2) { PEOPLE[choices.below(people)] } else { "" };
        let share = if choices.once_in(2) { format!("{}.5%", choices.below(100)) } else { String::new() };
        let closed = if choices.once_in(9) { "" } else { DATES[choices.below(DATES.len())] };
        let amount_text = amount(choices);
        let cost = if choices.once_in(2) { format!("{}.25", choices.below(900)) } else { String::new() };
        let seats = choices.below(30);
        let kind = *choices.of(&["new", "renewal", "expansion"]);
        let strategic = *choices.of(&["no", "yes"]);
        file += &format!("d{key},{owner},{helper},{share},{closed},{amount_text},{cost},{seats},{kind},{strategic}\n");
    }
    file
}

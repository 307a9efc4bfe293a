//! Aggregates over windows: the members of a group whose dates lie between two days of the reader's.

use super::Engine;
use super::reduce::{Event, reduce};
use super::selection::Selection;
use super::vector::Vector;
use crate::calendar::Date;
use crate::ids::ExprId;
use crate::table::{Fault, Rows, row_number};
use crate::types::expr::{Aggregate, Window};

/// Member rows with their dates, by group.
struct Dated {
    /// The key of each group.
    keys: Rows,
    /// By group: its members in order of their dates, then of their rows.
    members: Vec<Vec<(Date, u32)>>,
}

impl Engine<'_> {
    /// The results at rows of the reader's frame.
    pub fn windowed(
        &self,
        expr: ExprId,
        (aggregate, window): (&Aggregate, &Window),
        readers: &[u32],
        faults: &mut Vec<Fault>,
    ) -> Vector {
        let dated = self.dated(aggregate, window, faults);
        let groups = match &aggregate.over {
            None => readers.iter().map(|row| self.own_group(aggregate, &dated, *row)).collect(),
            Some(below) => self.groups_below(expr, (aggregate, below), &dated.keys, readers, faults),
        };
        let days = self.days(window, &Selection::new(aggregate.reader, readers), faults);
        let inside: Vec<Vec<u32>> = groups.iter().zip(days).map(|(groups, days)| dated.between(groups, days)).collect();
        // Each member in some window, once, is asked the conditions and for its value.
        let mut asked: Vec<u32> = inside.iter().flatten().copied().collect();
        asked.sort_unstable();
        asked.dedup();
        let asked = Selection::new(aggregate.members, asked);
        let counted = asked.pick(&self.standing(&aggregate.conditions, &asked, faults));
        let places = |members: &Vec<u32>| -> Vec<u32> {
            let place = |row: &u32| counted.rows.binary_search(row).ok().map(row_number);
            members.iter().filter_map(place).collect()
        };
        let inside: Vec<Vec<u32>> = inside.iter().map(places).collect();
        if let Some(taken) = &aggregate.taken {
            let taken = self.taken_members(taken, &counted, inside, faults);
            return self.reduced_taken(aggregate, &counted, &taken, faults);
        }
        let values = self.member_values(aggregate, &counted, faults);
        let mut events = Vec::new();
        for places in inside {
            events.push(Event::Reset);
            events.extend(places.into_iter().map(Event::Take));
            events.push(Event::Emit);
        }
        reduce(aggregate.op, values, &events)
    }

    /// All member rows that lead to a group and have a date.
    fn dated(&self, aggregate: &Aggregate, window: &Window, faults: &mut Vec<Fault>) -> Dated {
        let all = self.all_rows(aggregate.members);
        let keys = self.keys(&aggregate.group, &all, faults);
        let dates = self.eval(&window.date, &all, faults).dates();
        let (keys, groups) = keys.distinct();
        let mut members = vec![Vec::new(); keys.len()];
        for ((row, date), group) in all.rows.iter().zip(dates).zip(groups) {
            if let (Some(date), Some(group)) = (date, members.get_mut(group as usize)) {
                group.push((date, *row));
            }
        }
        members.iter_mut().for_each(|members| members.sort_unstable());
        Dated { keys, members }
    }

    fn own_group(&self, aggregate: &Aggregate, dated: &Dated, reader: u32) -> Vec<u32> {
        let key = aggregate.group_key(self.rows(aggregate.reader).key(reader));
        dated.keys.find(&key).into_iter().collect()
    }

    /// The first and last day of each reader's window.
    fn days(&self, window: &Window, at: &Selection, faults: &mut Vec<Fault>) -> Vec<(Option<Date>, Option<Date>)> {
        let first = match &window.first {
            Some(first) => self.eval(first, at, faults).dates(),
            None => vec![Some(Date::MIN); at.len()],
        };
        first.into_iter().zip(self.eval(&window.last, at, faults).dates()).collect()
    }
}

impl Dated {
    /// The members of some groups between two days, in order of their rows.
    fn between(&self, groups: &[u32], days: (Option<Date>, Option<Date>)) -> Vec<u32> {
        let (Some(first), Some(last)) = days else { return Vec::new() };
        let mut rows = Vec::new();
        for members in groups.iter().filter_map(|group| self.members.get(*group as usize)) {
            let begin = members.partition_point(|(date, _)| *date < first);
            let inside = members.iter().skip(begin).take_while(|(date, _)| *date <= last);
            rows.extend(inside.map(|(_, row)| *row));
        }
        rows.sort_unstable();
        rows
    }
}

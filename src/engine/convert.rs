//! Amounts in other currencies.

use super::Engine;
use super::keys::Keys;
use super::numbers::Numbers;
use super::read::NOWHERE;
use super::selection::{Selection, positions};
use super::vector::Vector;
use crate::ids::ExprId;
use crate::table::{Fault, FaultKind};
use crate::types::expr::{Arithmetic, Convert, Expr};
use crate::value::{Currency, Exact};

impl Engine<'_> {
    /// Amounts converted at the rates of their rows.
    pub fn convert(&self, convert: &Convert, expr: ExprId, at: &Selection, faults: &mut Vec<Fault>) -> Vector {
        let amounts = self.eval(&convert.amount, at, faults);
        let from = self.eval(&convert.from, at, faults).currencies();
        let to = self.eval(&convert.to, at, faults).currencies();
        let amounts = amounts.numbers();
        // What is in the currency already, and nothing, keep their amounts; what has no currency is missing.
        let keeps = |(zero, (from, to)): (Option<bool>, (&Option<Currency>, &Option<Currency>))| {
            let same = (*from)? == (*to)?;
            Some(zero? || same)
        };
        let kept: Vec<Option<bool>> = amounts.zeros().into_iter().zip(from.iter().zip(&to)).map(keeps).collect();
        let foreign = positions(kept.iter().map(|kept| *kept == Some(false)));
        let amounts = Vector::Numbers(amounts);
        let kept = (0..u32::MAX).zip(&kept).map(|(position, kept)| (*kept == Some(true)).then_some(position));
        let mut values = amounts.pick(kept);
        let amounts = amounts.pick(foreign.iter().copied().map(Some)).numbers();
        let of = |side: &[Option<Currency>]| -> Vec<Option<Currency>> {
            foreign.iter().map(|at| side.get(*at as usize).copied().flatten()).collect()
        };
        let here = at.pick(&foreign);
        if foreign.is_empty() {
            return values;
        }
        let key = self.key_vectors(convert, &here, faults);
        let (from, to) = (of(&from), of(&to));
        let all_home = to.iter().all(|currency| *currency == Some(convert.home));
        let from = self.rates_of(convert, expr, from, &key, &here, faults);
        let (mut converted, _) = Numbers::arithmetic(Arithmetic::Times, &amounts, &from);
        if !all_home {
            let to = self.rates_of(convert, expr, to, &key, &here, faults);
            let (quotients, zeros) = Numbers::arithmetic(Arithmetic::Over, &converted, &to);
            let fault = |position| here.fault(FaultKind::DivisionByZero, expr, position);
            faults.extend(zeros.into_iter().map(fault));
            converted = quotients;
        }
        values.put(foreign.iter().copied(), Vector::Numbers(converted));
        values
    }

    /// The parts of the keys of the rates' rows; none for the part that is the currency.
    fn key_vectors(&self, convert: &Convert, at: &Selection, faults: &mut Vec<Fault>) -> Vec<Option<Vector>> {
        let mut part = |part: &Expr| self.eval(part, at, faults);
        convert.key.iter().map(|key| key.as_ref().map(&mut part)).collect()
    }

    /// The rates of currencies: 1 for that of the rates themselves.
    fn rates_of(
        &self,
        convert: &Convert,
        expr: ExprId,
        currencies: Vec<Option<Currency>>,
        key: &[Option<Vector>],
        at: &Selection,
        faults: &mut Vec<Fault>,
    ) -> Numbers {
        let sought = |currency: &Option<Currency>| currency.filter(|currency| *currency != convert.home);
        let sought: Vec<Option<Currency>> = currencies.iter().map(sought).collect();
        let part = |part: &Option<Vector>| part.clone().unwrap_or_else(|| Vector::Currency(sought.clone()));
        let keys = Keys::new(key.iter().map(part).collect(), at.len());
        let frame = self.model.columns.at(convert.rate).frame;
        let rows = keys.find(self.rows(frame));
        for (position, (row, currency)) in rows.iter().zip(&sought).enumerate() {
            if let (NOWHERE, Some(currency)) = (*row, currency)
                && keys.is_whole(position)
            {
                faults.push(at.fault(FaultKind::MissingRate(*currency), expr, position));
            }
        }
        let mut rates = self.cells(expr, convert.rate, &rows, at, faults).numbers();
        let home = positions(currencies.iter().map(|currency| *currency == Some(convert.home)));
        if !home.is_empty() {
            let ones = Numbers::constant(&Exact::one(), home.len());
            rates.put(home.into_iter(), ones);
        }
        rates
    }
}

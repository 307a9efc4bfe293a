//! What the results of a plan add up to. Each share of them has sums of its own, which are merged into those of the whole.

use super::PlanRun;
use super::adding::TooLong;
use super::completeness::CompleteSums;
use super::flow_sums::FlowSums;
use super::flows::Payout;
use super::printed::Printed;
use super::reconcile::ReconciledSums;
use super::share::Share;
use super::summary::PlanSummary;
use crate::diagnostics::Diagnostic;
use crate::program::Program;
use crate::types::model::Word;
use crate::value::Fixed;

/// What results of a plan add up to.
#[derive(Default)]
pub(super) struct PlanSums {
    /// What is paid.
    pub paid: FlowSums,
    /// What is earned.
    pub earned: FlowSums,
    reconciled: ReconciledSums,
    complete: CompleteSums,
}

impl PlanSums {
    /// Of the rows of a share.
    pub fn of(run: &PlanRun<'_>, printed: &Printed<'_>, share: Share<'_>) -> Result<PlanSums, Diagnostic> {
        let flows = |word| FlowSums::of(run, printed, word, share);
        let ((paid, earned), (reconciled, complete)) = rayon::join(
            || rayon::join(|| flows(Word::Pay), || flows(Word::Earn)),
            || rayon::join(|| ReconciledSums::of(run, share), || CompleteSums::of(run, share)),
        );
        Ok(PlanSums {
            paid: paid?,
            earned: earned?,
            reconciled: reconciled?,
            complete: complete.map_err(TooLong::told)?,
        })
    }

    /// Adds those of another share.
    pub fn merge(&mut self, other: PlanSums) -> Result<(), Diagnostic> {
        let merged = self.paid.merge(other.paid).and_then(|()| self.earned.merge(other.earned));
        let merged = merged.and_then(|()| self.reconciled.merge(other.reconciled));
        merged.and_then(|()| self.complete.merge(other.complete)).map_err(TooLong::told)
    }

    /// The largest payout of the plan, with its amount.
    pub fn largest(&mut self, program: &Program) -> Option<(Fixed, Payout)> {
        self.paid.largest(&program.names.plan.name)
    }

    /// The sums as the summary of the plan.
    pub fn summary(self, program: &Program) -> Result<PlanSummary, Diagnostic> {
        Ok(PlanSummary {
            plan: program.names.plan.name.clone(),
            title: program.names.title.clone(),
            payouts: self.paid.totals(program),
            earnings: self.earned.totals(program),
            outside: self.earned.outside(program),
            periods: self.paid.periods(program),
            people_paid: self.paid.people(),
            reconciliation: self.reconciled.rows(program),
            completeness: self.complete.rows(program).map_err(TooLong::told)?,
        })
    }
}

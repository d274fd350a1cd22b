//! A plan of maintenance, checked before it is carried out: what each line does, what it risks, and which documented mistake
//! it is.
//!
//! Invariant: the plan is run on a copy of the cluster, and what is told of a line is counted there: at every moment of it, and
//! after any further loss at that moment. Work is bounded; a bound that was reached is told. In reading order: `plan` (a line,
//! and who reads it), `sets` (the further losses), `out`, `held` (who has the data of AP namespaces), `steady` (where no loss can do
//! harm, without trying), `settled` (losses counted, and counted again after a round of migrations), `watch` (the worst of a
//! line), `mistakes`, `facts` (which of them a line is), `found`, `harm` (what is out, and for how long), `check`, `order` (the
//! nearest order that is safe), `goal` (a plan for what somebody wants), `steps` (a plan that is a scenario).
//!
//! **What this module does not do**: reading a person's lines (the asinfo crate's), sentences (see `words::runbook`), how
//! likely a loss is.

mod check;
mod facts;
mod found;
mod goal;
mod harm;
mod held;
mod mistakes;
mod order;
mod out;
mod plan;
mod sets;
mod settled;
mod steady;
mod steps;
mod watch;

pub use check::check;
pub use found::{Checked, CheckedLine, Demand, Finding, Level, What, Wrong};
pub use goal::{Goal, Planned, Unplanned, plan_for};
pub use mistakes::{IfNotBack, Mistake, Told};
pub use order::{Change, MOST_ORDERS, Nearest, Orders, nearest};
pub use out::Out;
pub use plan::{Language, Line, Reading};
pub use sets::{MOST_SETS, TooMany};
pub use steps::{as_scenario, lines_of_steps};
pub use watch::{Back, Counts, Loss, Work};

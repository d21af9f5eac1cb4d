//! Whose turn it is in a tick, and what it could not begin.
//!
//! The kind of work that has had least of the tick goes next: least time, then fewest steps. So a
//! provider that lets every call wait takes its own share, and releases, mails and the lists keep
//! theirs.

use shared::statement::Statement;
use shared::store::{jobs, outbox};
use shared::time::Timestamp;

use super::allowance::Spent;
use super::lease::{CursorRow, Leased, MessageRow};
use super::stuck::Work;

/// Steps that a row of a kind takes at most while nobody else writes the same order, with the one that
/// puts it off or closes its case. PayPal's take the most: a token that has to be fetched, the order,
/// its capture, and the order again.
const STEPS_OF_PAYMENT: u32 = 17;
const STEPS_OF_EVENT: u32 = 11;
const STEPS_OF_MESSAGE: u32 = 4;
/// Of a reading that takes in nothing: a token, pages, what is known, and the cursor.
const STEPS_OF_CURSOR: u32 = 14;
const STEPS_OF_ORDER: u32 = 12;
const STEPS_OF_REMOVAL: u32 = 3;

/// One thing to do.
#[derive(Debug, Clone, Copy)]
pub(super) enum Task<'a> {
    /// A row that is put off by itself when it fails.
    Row(Work<'a>),
    /// A message to deliver.
    Message(&'a MessageRow),
    /// A list of events to read on.
    Cursor(&'a CursorRow),
}

impl Task<'_> {
    /// Makes what was taken until `until` due again, as if it had not been taken. What somebody else
    /// has changed meanwhile stays as it is.
    fn given_back(self, due: Timestamp, until: Timestamp) -> Statement {
        match self {
            Self::Row(work) => work.given_back(due, until),
            Self::Message(row) => outbox::MESSAGE_GIVEN_BACK.bind([
                row.kind.as_str().into(),
                row.dedupe_key.as_str().into(),
                due.into(),
                until.into(),
            ]),
            Self::Cursor(row) => jobs::MOVE_CURSOR.bind([
                row.provider.as_str().into(),
                row.position.as_str().into(),
                due.into(),
            ]),
        }
    }
}

/// What is left of one kind, oldest first.
struct Queue<'a> {
    tasks: std::vec::IntoIter<Task<'a>>,
    steps: u32,
    spent: Spent,
}

/// What is left of a tick's work.
pub(super) struct Turns<'a> {
    queues: Vec<Queue<'a>>,
}

impl<'a> Turns<'a> {
    /// Everything that was taken. Of kinds that have had the same, the first goes first.
    pub(super) fn of(leased: &'a Leased) -> Self {
        let mut turns = Self { queues: Vec::new() };
        turns.add(&leased.payments, STEPS_OF_PAYMENT, |row| {
            Task::Row(Work::Payment(row))
        });
        turns.add(&leased.events, STEPS_OF_EVENT, |row| {
            Task::Row(Work::Event(row))
        });
        turns.add(&leased.messages, STEPS_OF_MESSAGE, Task::Message);
        turns.add(&leased.cursors, STEPS_OF_CURSOR, Task::Cursor);
        turns.add(&leased.orders, STEPS_OF_ORDER, |row| {
            Task::Row(Work::Order(row))
        });
        turns.add(&leased.removals, STEPS_OF_REMOVAL, |row| {
            Task::Row(Work::Removal(row))
        });
        turns
    }

    fn add<T>(&mut self, rows: &'a [T], steps: u32, task: impl Fn(&'a T) -> Task<'a>) {
        let tasks: Vec<_> = rows.iter().map(task).collect();
        self.queues.push(Queue {
            tasks: tasks.into_iter(),
            steps,
            spent: Spent::default(),
        });
    }

    /// The next thing to do, among what may begin by its steps; and where to add what it takes.
    pub(super) fn next(&mut self, allows: impl Fn(u32) -> bool) -> Option<(Task<'a>, &mut Spent)> {
        let queues = self.queues.iter_mut();
        let next = queues
            .filter(|queue| !queue.tasks.as_slice().is_empty() && allows(queue.steps))
            .min_by_key(|queue| queue.spent)?;
        Some((next.tasks.next()?, &mut next.spent))
    }

    /// Gives back what was not begun: it was no try.
    pub(super) fn give_back(self, due: Timestamp, until: Timestamp) -> Vec<Statement> {
        let left = self.queues.into_iter().flat_map(|queue| queue.tasks);
        left.map(|task| task.given_back(due, until)).collect()
    }
}

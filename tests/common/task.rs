//! Requests that run at the same time: each goes on by one step to the outside at a time, in the
//! order that the test chooses.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use crate::TestWorld;

/// Work that stops before each of its steps to the outside.
pub struct Task<'w, T> {
    world: &'w TestWorld,
    work: Pin<Box<dyn Future<Output = T> + 'w>>,
    output: Option<T>,
}

impl<'w, T> Task<'w, T> {
    /// Work at this world's outside; it begins when it is told to go on.
    pub fn new(world: &'w TestWorld, work: impl Future<Output = T> + 'w) -> Self {
        Self {
            world,
            work: Box::pin(work),
            output: None,
        }
    }

    /// Takes the step that it stands before and goes on to the next; at first, goes on to the
    /// first. Returns whether it is done.
    pub fn go_on(&mut self) -> bool {
        if self.output.is_none() {
            self.world.take_turns(true);
            let polled = self
                .work
                .as_mut()
                .poll(&mut Context::from_waker(Waker::noop()));
            self.world.take_turns(false);
            if let Poll::Ready(output) = polled {
                self.output = Some(output);
            }
        }
        self.output.is_some()
    }

    /// Goes on until `steps` steps are taken and the next one is due.
    pub fn after_steps(mut self, steps: usize) -> Self {
        for _ in 0..=steps {
            assert!(!self.go_on(), "done before step {steps}");
        }
        self
    }

    /// Goes on to the end.
    pub fn finish(mut self) -> T {
        while !self.go_on() {}
        self.output.expect("it is done")
    }
}

/// Runs tasks at the same time. `pick` is given how many are left and says which goes on next.
pub fn at_once<T>(tasks: Vec<Task<'_, T>>, mut pick: impl FnMut(usize) -> usize) -> Vec<T> {
    let mut tasks: Vec<_> = tasks.into_iter().enumerate().collect();
    let mut outputs = Vec::new();
    while !tasks.is_empty() {
        let index = pick(tasks.len()) % tasks.len();
        if tasks[index].1.go_on() {
            let (place, task) = tasks.remove(index);
            outputs.push((place, task.finish()));
        }
    }
    outputs.sort_by_key(|(place, _)| *place);
    outputs.into_iter().map(|(_, output)| output).collect()
}

/// A schedule that looks random and is the same each time.
pub fn shuffled(seed: u64) -> impl FnMut(usize) -> usize {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    move |left| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).expect("31 bits") % left
    }
}

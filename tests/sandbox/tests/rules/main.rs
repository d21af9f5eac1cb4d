//! The rules that the sandbox plays, each as a sentence.

#[cfg(test)]
mod faults;
#[cfg(test)]
mod golden;
#[cfg(test)]
mod idempotency;
#[cfg(test)]
mod life;
#[cfg(test)]
mod lists;
#[cfg(test)]
mod mail;
#[cfg(test)]
mod paypal;
#[cfg(test)]
mod releases;
#[cfg(test)]
mod restart;
#[cfg(test)]
mod shapes;
#[cfg(test)]
mod strictness;
#[cfg(test)]
mod support;
#[cfg(test)]
mod webhooks;

//! Questions asked without waiting for the answers to those before.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

/// Begins every future in its order, then ends them in it.
pub(super) async fn in_order<T, E>(
    mut all: Vec<Pin<Box<impl Future<Output = Result<T, E>>>>>,
) -> Result<(), E> {
    let mut early = Vec::new();
    for work in &mut all {
        early.push(poll_fn(|context| Poll::Ready(work.as_mut().poll(context))).await);
    }
    for (work, early) in all.into_iter().zip(early) {
        match early {
            Poll::Ready(done) => done?,
            Poll::Pending => work.await?,
        };
    }
    Ok(())
}

//! What traces tell of one step of a plan: how long it took, and why it failed.

use std::fmt::{self, Debug, Display};

use tracing::{Instrument, field};

/// Does a step in a span of its own. The log needs none: it says which step failed.
pub(super) async fn traced<T, E: Display>(step: &impl Debug, act: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    let span = tracing::debug_span!(
        "step",
        otel.name = %Name(step),
        ?step,
        otel.status_code = field::Empty,
        error = field::Empty
    );
    let outcome = act.instrument(span.clone()).await;
    if let Err(error) = &outcome {
        span.record("otel.status_code", "ERROR");
        span.record("error", field::display(error));
    }
    outcome
}

/// The name of a step without what it is done to: few names in all, by which traces can be grouped.
struct Name<'a, S>(&'a S);

impl<S: Debug> Display for Name<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = format!("{:?}", self.0);
        let name = whole.split(|c: char| !c.is_alphanumeric()).next();
        f.write_str(name.unwrap_or_default())
    }
}

#[test]
fn a_name_is_without_what_the_step_is_done_to() {
    #[expect(dead_code, reason = "only how it is shown counts")]
    #[derive(Debug)]
    enum Step {
        Form,
        Start { node: u16 },
        Drop(Vec<u16>),
    }
    let names = [Step::Form, Step::Start { node: 1 }, Step::Drop(vec![2])].map(|step| Name(&step).to_string());
    assert_eq!(names, ["Form", "Start", "Drop"]);
}

//! Drawn shapes: the four states, the waiting mark, the logo. Meaning never rests on colour: each
//! state has its own shape and stands beside its word.

use super::words;
use maud::{Markup, html};
use model::statement::AdviceState;

/// Shape and word of a state, coloured.
pub(super) fn state(state: AdviceState) -> Markup {
    let class = match state {
        AdviceState::Avoid => "state state-avoid",
        AdviceState::Adjust => "state state-adjust",
        AdviceState::Standard => "state state-standard",
        AdviceState::NotKnown => "state state-unknown",
    };
    html! { span class=(class) { (state_shape(state)) (words::state(state)) } }
}

fn state_shape(state: AdviceState) -> Markup {
    html! {
        svg.shape viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false" {
            @match state {
                AdviceState::Avoid => rect x="2" y="2" width="12" height="12" rx="1" {},
                AdviceState::Adjust => path d="M8 1.5 15 14.5H1Z" {},
                AdviceState::Standard => circle cx="8" cy="8" r="6.5" {},
                AdviceState::NotKnown => {
                    circle.hollow cx="8" cy="8" r="5.5" fill="none" stroke-width="2" {}
                },
            }
        }
    }
}

/// The mark of a result that has not come: a clock with its word.
pub(super) fn waiting(word: &str) -> Markup {
    html! {
        span.state.state-waiting {
            svg.shape viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"
                focusable="false" {
                circle.hollow cx="8" cy="8" r="6" fill="none" stroke-width="2" {}
                path.hollow d="M8 4.5V8l2.5 1.5" fill="none" stroke-width="1.5" {}
            }
            (word)
        }
    }
}

/// The logo: two strands that meet, the sign for "of one descent".
pub(super) fn logo() -> Markup {
    html! {
        svg.logo viewBox="0 0 32 32" width="28" height="28" aria-hidden="true" focusable="false" {
            rect.logo-ground width="32" height="32" rx="8" {}
            path.logo-strand d="M10 5c0 8 12 14 12 22M22 5c0 8-12 14-12 22" {}
            path.logo-rung d="M12 9h8M12 23h8M14.5 16h3" {}
        }
    }
}

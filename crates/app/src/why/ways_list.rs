//! The nearest ways out of the explained partition, each with its risk and a button that takes it.
//!
//! Invariant: what is searched for is searched in slices, and nothing ticks when there is nothing to search. Not here: the search
//! (the scenario crate's `ways`), its words (see `ways`).

use rosterlab_engine::ClusterView;
use rosterlab_scenario::foresight::ways::{Search, Way};
use yew::prelude::*;

use crate::browser::{InSlices, use_effect_on};
use crate::page::Dispatch;
use crate::page::class_list::classes;
use crate::page::ear::on_press;
use crate::page::h::ui;
use crate::state::{Action, State};
use crate::text::thousands;
use crate::why::ways::{Answer, Standing, WaysAction, risk, status, title};

/// Searches for the ways that the page has to show, a slice at a time.
#[hook]
pub fn use_search(state: &State, dispatch: &Dispatch) {
    let timeline = state.timeline().clone();
    let namespace = state.namespace_name().to_owned();
    let dispatch = dispatch.clone();
    use_effect_on(state.quest(), move |quest| {
        quest.map(|quest| {
            let mut search: Option<Search> = None;
            InSlices::begin(move || {
                let search = search.get_or_insert_with(|| {
                    Search::new(timeline.cluster(), &namespace, quest.partition)
                });
                let is_done = search.advance(1);
                if is_done {
                    let answer = Answer::of(quest, search).into();
                    dispatch.dispatch(Action::Ways(WaysAction::Found(answer)));
                }
                is_done
            })
        })
    });
}

/// The part of the panel that says why.
pub fn ways(state: &State, dispatch: &Dispatch) -> Html {
    let standing = state.standing();
    let view = state.view();
    let found = match &standing {
        Standing::Found(answer) => &*answer.ways,
        _ => &[],
    };
    let lines = found.iter().enumerate().map(|(place, way)| line(place, way, view, dispatch));
    ui! {
        <div class="ways">
            <h3>{ "Nearest ways out" }</h3>
            <p class="ways-status" aria-live="polite">{ status(&standing, view) }</p>
            <ul class="way-list">{ for lines }</ul>
        </div>
    }
}

fn line(place: usize, way: &Way, view: &ClusterView, dispatch: &Dispatch) -> Html {
    let (class, glyph, words) = risk(way.risk);
    ui! {
        <li key={place} class="way">
            <button
                type="button"
                class="tool"
                data-action="take-way"
                data-way={place.to_string()}
                title="do this now, as the next steps of the timeline"
                onclick={on_press(dispatch, Action::Ways(WaysAction::Take(place)))}
            >
                { title(way, view) }
            </button>
            <span class={classes(&["way-risk", class])} data-risk={class}>
                <span aria-hidden="true">{ glyph }{ " " }</span>
                { words }
                <span class="dim">{ format_args!(" · {} active then", thousands(way.active)) }</span>
            </span>
        </li>
    }
}

//! Finding the partition of a key: type its set and itself, see digest and partition, go there.
//!
//! Invariant: the keys that are typed here are the fields' own. Not here: the digest (see `finder`).

use yew::prelude::*;

use crate::look::Look;
use crate::map::chosen::MapAction;
use crate::map::finder::KeyType;
use crate::page::Dispatch;
use crate::page::class_list::{classes, when};
use crate::page::ear::{Ear, key_of, on_press, value_of};
use crate::page::h::ui;
use crate::state::{Action, State};

/// Longest name of a set.
const MOST_SET_BYTES: &str = "63";

/// Fields, result and button.
pub fn finder(state: &State, dispatch: &Dispatch) -> Html {
    let typed = &state.map().finder;
    let found = typed.found();
    let is_bad = matches!(found, Some(Err(_)));
    let result = match found {
        None => ui! { { "A record’s set and key hash to its partition." } },
        Some(Err(why)) => ui! { { why } },
        Some(Ok(found)) => {
            let cell = state.cells().get(found.partition.index());
            let name = cell.map_or("", |cell| Look::of(cell).name());
            ui! {
                <>
                    { "Partition " }<b data-found="partition">{ found.partition.to_string() }</b>
                    { format_args!(", {name}; digest ") }
                    <span class="digest" data-found="digest">{ found.hex() }</span>
                </>
            }
        }
    };
    ui! {
        <div class="finder" role="group" aria-label="Find a key">
            <div class="finder-fields">
                { field("find-set", "Set", "none", typed.set.clone(), MapAction::FindSet, dispatch) }
                { field("find-key", "Key", "user-42", typed.key.clone(), MapAction::FindKey, dispatch) }
                { key_type(typed.kind, dispatch) }
                <button
                    type="button"
                    class="tool"
                    data-action="show-found"
                    title="show the partition of this key"
                    onclick={on_press(dispatch, Action::Map(MapAction::ShowFound))}
                >
                    { "Find" }
                </button>
            </div>
            <p class={classes(&["finder-result", when(is_bad, "bad")])}>{ result }</p>
        </div>
    }
}

fn field(
    id: &'static str,
    label: &'static str,
    placeholder: &'static str,
    value: String,
    action: fn(String) -> MapAction,
    dispatch: &Dispatch,
) -> Html {
    let oninput = Ear::new(dispatch, Action::Map(action(String::new())), |event, action| {
        let text = value_of(event)?;
        Some(Action::Map(match action {
            Action::Map(MapAction::FindSet(_)) => MapAction::FindSet(text),
            _ => MapAction::FindKey(text),
        }))
    });
    let onkeydown = Ear::new(dispatch, Action::Map(MapAction::ShowFound), |event, action| {
        (key_of(event) == "Enter").then_some(action)
    });
    ui! {
        <label key={id} class="finder-field">
            <span>{ label }</span>
            <input
                {id}
                type="text"
                class="text-field"
                maxlength={(id == "find-set").then_some(MOST_SET_BYTES)}
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                {placeholder}
                {value}
                {oninput}
                {onkeydown}
            />
        </label>
    }
}

fn key_type(chosen: KeyType, dispatch: &Dispatch) -> Html {
    let choice = |kind: KeyType| {
        let onchange = on_press(dispatch, Action::Map(MapAction::FindAs(kind)));
        ui! {
            <label key={kind.name()} class={classes(&["choice", when(kind == chosen, "on")])}>
                <input
                    type="radio"
                    name="key-type"
                    data-action="key-type"
                    data-key-type={kind.name()}
                    checked={kind == chosen}
                    {onchange}
                />
                { kind.name() }
            </label>
        }
    };
    ui! {
        <fieldset key="type" class="choices">
            <legend class="visually-hidden">{ "Type of the key" }</legend>
            { for KeyType::ALL.into_iter().map(choice) }
        </fieldset>
    }
}

//! The form that finds the partition of a record: a person types set and key, and sees digest and partition.
//!
//! Invariant: keys pressed in these fields belong to the fields. Not here: the digest (see `finder`).

use yew::prelude::*;

use crate::look::Look;
use crate::map::finder::KeyType;
use crate::map::state::MapAction;
use crate::page::Dispatch;
use crate::page::button::tool_button_with;
use crate::page::element::element;
use crate::state::{Action, State};

/// Longest name of a set.
const MOST_SET_BYTES: &str = "63";

/// Fields, result and button.
pub fn finder(state: &State, dispatch: &Dispatch) -> Html {
    let typed = &state.map.finder;
    let found = typed.found();
    let is_bad = matches!(found, Some(Err(_)));
    let result = match found {
        None => "A record’s set and key hash to its partition.".into(),
        Some(Err(why)) => why.into(),
        Some(Ok(found)) => {
            let cell = state.cells.get(found.partition.index());
            let name = cell.map_or("", |cell| Look::of(cell).name());
            html! {
                <>
                    { "Partition " }<b data-found="partition">{ found.partition.to_string() }</b>
                    { format!(", {name}; digest ") }
                    <span class="digest" data-found="digest">{ found.hex() }</span>
                </>
            }
        }
    };
    html! {
        <div class="finder" role="group" aria-label="Find a key">
            <div class="finder-fields">
                { field("find-set", "Set", "none", typed.set.clone(), MapAction::FindSet, dispatch) }
                { field("find-key", "Key", "user-42", typed.key.clone(), MapAction::FindKey, dispatch) }
                { key_type(typed.kind, dispatch) }
                { tool_button_with(
                    dispatch,
                    ("show-found", "Find".into()),
                    Some("show the partition of this key".into()),
                    false,
                    Action::Map(MapAction::ShowFound),
                ) }
            </div>
            <p class={classes!["finder-result", is_bad.then_some("bad")]}>{ result }</p>
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
    let oninput = dispatch.on_value::<InputEvent>(move |value| Some(Action::Map(action(value))));
    let onkeydown = dispatch.on_event(|event: KeyboardEvent| {
        (event.key() == "Enter").then_some(Action::Map(MapAction::ShowFound))
    });
    html! {
        <label key={id} class="finder-field">
            { element("span", "", label) }
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
        let onchange = dispatch.on(Action::Map(MapAction::FindAs(kind)));
        html! {
            <label key={kind.name()} class={classes!["choice", (kind == chosen).then_some("on")]}>
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
    html! {
        <fieldset key="type" class="choices">
            { element("legend", "visually-hidden", "Type of the key") }
            { for KeyType::ALL.into_iter().map(choice) }
        </fieldset>
    }
}

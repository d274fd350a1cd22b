//! The Clients tab: one record, written and read on every side of a split, in SC and beside it in AP.
//!
//! Invariant: what clients were told and the ground truth are shown apart; both come from the timeline (see `answers`). A
//! click does the same to every namespace of the tab.

use rosterlab_engine::{Mode, NodeId, PartitionId, ReadMode, SubClusterView};
use yew::prelude::*;

use crate::clients::answers::{Answer, MODES, Quality, Record, mode_name, mode_tip};
use crate::clients::state::ClientAction;
use crate::floor::card::ORPHAN_SIGN;
use crate::page::Dispatch;
use crate::page::button::{button_of, plain_button, tool_button_with};
use crate::page::element::{element, unspoken};
use crate::state::{Action, State};
use crate::text::list;
use crate::verdict::sides::sub_class;

/// The most answers that are listed for each side and namespace.
const MOST_ANSWERS: usize = 4;

/// The most sides that are listed.
const MOST_SIDES: usize = 8;

/// A namespace of the tab.
struct Column<'a> {
    place: usize,
    name: &'a str,
    mode: Mode,
    replication_factor: u8,
    record: Record,
}

impl Column<'_> {
    fn promise(&self) -> &'static str {
        if self.mode == Mode::Available { "AP" } else { "SC" }
    }
}

/// The panel.
pub fn clients_panel(state: &State, dispatch: &Dispatch) -> Html {
    let columns: Vec<Column> = state
        .client_namespaces()
        .into_iter()
        .filter_map(|place| {
            let settings = state.view.namespaces.get(place)?;
            Some(Column {
                place,
                name: &settings.name,
                mode: settings.mode,
                replication_factor: settings.replication_factor,
                record: state.client_record(place),
            })
        })
        .collect();
    let sides = &state.view.sub_clusters;
    let orphans = &state.view.orphans;
    let more = (sides.len() + orphans.len()).saturating_sub(MOST_SIDES);
    let room = MOST_SIDES.saturating_sub(sides.len());
    let both = columns.len() > 1;
    html! {
        <div class="clients">
            <div class="panel-head">
                <h2 id="clients-title">{ "One record, written and read" }</h2>
                { record_fields(state, dispatch) }
            </div>
            <div class="clients-tools">
                { modes(state, dispatch) }
                { cut_button(state, dispatch) }
                { element("span", "beside-room", beside_button(state, dispatch)) }
            </div>
            <div class={classes!["sides", both.then_some("both")]}>
                { for sides.iter().take(MOST_SIDES).enumerate().map(|(place, sub_cluster)| {
                    side(state, dispatch, &Side::of(place, sub_cluster), &columns)
                }) }
                { for orphans.iter().take(room).map(|node| {
                    side(state, dispatch, &Side::of_orphan(node), &columns)
                }) }
            </div>
            <p class="dim">
                { element("span", "", (more > 0).then(|| format!("{more} more sides are not listed."))) }
                { element("span", "", (sides.is_empty() && orphans.is_empty()).then_some("No node is up: no client reaches anything.")) }
            </p>
            { element("h3", "truth-title", "Ground truth") }
            <dl class="truths">{ for columns.iter().map(truth) }</dl>
            <p class="clients-note dim">
                { "SC answers error 11 rather than lose an acknowledged write. AP answers on every \
                   side of a split; when it heals, one version of a record is kept and the other \
                   side's acknowledged writes are lost." }
                { " " }{ element("span", "source", "documented") }
            </p>
        </div>
    }
}

/// The fields that choose the record.
fn record_fields(state: &State, dispatch: &Dispatch) -> Html {
    let strip = &state.clients;
    let partition = PartitionId::of_digest(&strip.digest());
    let field =
        |id: &'static str, label: &'static str, value: &str, action: fn(String) -> ClientAction| {
            let oninput =
                dispatch.on_value::<InputEvent>(move |value| Some(Action::Clients(action(value))));
            html! {
                <>
                    <label for={id}>{ label }</label>
                    <input
                        {id}
                        class="field id"
                        type="text"
                        spellcheck="false"
                        autocomplete="off"
                        value={value.to_owned()}
                        {oninput}
                    />
                </>
            }
        };
    html! {
        <div class="record-fields">
            { field("client-set", "set", &strip.set, ClientAction::TypeSet) }
            { field("client-key", "key", &strip.key, ClientAction::TypeKey) }
            { plain_button(
                dispatch,
                ("tool small", "client-partition"),
                (Some("show it on the map, with the reasons".into()), None),
                Action::ShowPartition(partition),
                format!("partition {partition}").into(),
            ) }
        </div>
    }
}

/// The choice of the read mode.
fn modes(state: &State, dispatch: &Dispatch) -> Html {
    let chosen = state.clients.mode;
    let radio = |mode: ReadMode| {
        let name = mode_name(mode);
        let onchange = dispatch.on(Action::Clients(ClientAction::Choose(mode)));
        html! {
            <label key={name} class="read-mode" title={mode_tip(mode)}>
                <input
                    type="radio"
                    name="read-mode"
                    data-mode={name}
                    checked={mode == chosen}
                    {onchange}
                />
                { name }
            </label>
        }
    };
    html! {
        <fieldset class="read-modes">
            { element("legend", "", "Read") }
            { for MODES.into_iter().map(radio) }
        </fieldset>
    }
}

/// The button that leads to a write in doubt.
fn cut_button(state: &State, dispatch: &Dispatch) -> Html {
    let cut = state.cut_master();
    let title = match &cut {
        Ok((master, _)) => format!(
            "cut {master}, the record's master, off from all others and write through it before \
             anybody has noticed: the write cannot be confirmed"
        ),
        Err(why) => format!("cut the record's master off and write through it — not now: {why}"),
    };
    let label = ("client-cut", "Cut the master off and write".into());
    let action = Action::Clients(ClientAction::CutAndWrite);
    tool_button_with(dispatch, label, Some(title.into()), cut.is_err(), action)
}

/// The button that adds a namespace of the other mode.
fn beside_button(state: &State, dispatch: &Dispatch) -> Option<Html> {
    let settings = state.beside()?;
    let promise = if settings.mode == Mode::Available { "AP" } else { "SC" };
    let label = format!("Beside: the same cluster in {promise}");
    let title = format!(
        "add a namespace {} with the same RF and do every step again, so that each fault hits both",
        settings.name
    );
    let action = Action::Clients(ClientAction::Beside);
    Some(tool_button_with(dispatch, ("beside", label.into()), Some(title.into()), false, action))
}

/// The side that a client reaches: a sub-cluster, or an orphan, which serves nothing.
struct Side<'a> {
    name: NodeId,
    nodes: &'a [NodeId],
    class: &'static str,
    is_orphan: bool,
}

impl<'a> Side<'a> {
    fn of(place: usize, sub_cluster: &'a SubClusterView) -> Self {
        let class = sub_class(place);
        Self { name: sub_cluster.principal, nodes: &sub_cluster.nodes, class, is_orphan: false }
    }

    fn of_orphan(node: &'a NodeId) -> Self {
        let nodes = std::slice::from_ref(node);
        Self { name: *node, nodes, class: "of-orphan", is_orphan: true }
    }
}

/// The client on one side: its buttons, and its latest answers in each namespace.
fn side(state: &State, dispatch: &Dispatch, side: &Side<'_>, columns: &[Column]) -> Html {
    let principal = side.name;
    let press = |name: &'static str, label: &'static str, action: ClientAction| {
        let label_of = Some(format!("{label} on {principal}’s side").into());
        let (names, action) = (("tool", name), Action::Clients(action));
        let button = plain_button(dispatch, names, (None, label_of), action, label.into());
        button_of("data-side", principal.to_string(), button)
    };
    let heard = columns.iter().map(|column| {
        let here = |answer: &&Answer| at(state, side, answer.from);
        let answers: Vec<&Answer> = column.record.answers.iter().filter(here).collect();
        let latest = answers.len().saturating_sub(MOST_ANSWERS);
        html! {
            <div key={column.place} class="heard" data-heard={column.name.to_owned()}>
                <h4>
                    { element("b", "", column.promise()) }{ " " }
                    { element("span", "id dim", column.name.to_owned()) }
                </h4>
                <ol>
                    { for answers[latest..].iter().rev().map(|answer| said(column.mode, answer)) }
                </ol>
                { element("p", "dim", answers.is_empty().then_some("nothing asked yet")) }
            </div>
        }
    });
    html! {
        <section
            key={principal.to_string()}
            class={classes!["side", side.class]}
            aria-label={format!("Client on {principal}’s side")}
        >
            <div key="head" class="side-head">
                <h3>
                    <span class={if side.is_orphan { "orphan-sign" } else { "sub-swatch" }} aria-hidden="true">
                        { side.is_orphan.then_some(ORPHAN_SIGN) }
                    </span>
                    { " Client on " }{ element("b", "id", principal.to_string()) }{ "’s side" }
                </h3>
                <p class="dim">
                    { if side.is_orphan { "an orphan: serves nothing".to_owned() } else { nodes(side.nodes) } }
                </p>
                <div class="side-tools">
                    { press("client-write", "Write", ClientAction::Write(principal)) }
                    { press("client-read", "Read", ClientAction::Read(principal)) }
                </div>
            </div>
            { for heard }
        </section>
    }
}

/// Whether a client that asked through this node is on this side now.
fn at(state: &State, side: &Side<'_>, from: Option<NodeId>) -> bool {
    match from {
        Some(node) => side.nodes.contains(&node),
        // A client that names no node reaches the sub-cluster with the highest principal.
        None => state.view.sub_clusters.first().is_some_and(|first| first.principal == side.name),
    }
}

/// The nodes by name, or their number.
fn nodes(all: &[NodeId]) -> String {
    const NAMED: usize = 6;
    if all.len() <= NAMED { list(all) } else { format!("{} nodes", all.len()) }
}

/// One answer.
fn said(mode: Mode, answer: &Answer) -> Html {
    let class = match answer.quality() {
        Quality::Good => "good",
        Quality::Doubtful => "doubtful",
        Quality::Refused => "refused",
        Quality::Stale => "stale",
    };
    let source = answer.source(mode).words();
    html! {
        <li key={answer.entry} class={classes!["answer", class]} title={source}>
            { unspoken("answer-sign", answer.glyph()) }
            <span>
                { element("b", "", answer.title()) }{ ": " }{ answer.words() }
                { element("span", "source", (source != "documented").then_some(source)) }
            </span>
        </li>
    }
}

/// The ground truth about the record in one namespace.
fn truth(column: &Column) -> Html {
    let Record { acknowledged, lost, .. } = &column.record;
    let last = acknowledged.map_or("none yet".to_owned(), |value| format!("value {value}"));
    let which = (!lost.is_empty()).then(|| {
        let value = if lost.len() == 1 { "value" } else { "values" };
        format!(" ({value} {})", list(lost))
    });
    let bad = (!lost.is_empty()).then_some("bad");
    html! {
        <div key={column.place} class={classes!["truth", bad]} data-truth={column.name.to_owned()}>
            <dt>
                { element("b", "", column.promise()) }{ " " }{ element("span", "id", column.name.to_owned()) }
                { element("span", "dim", format!(" RF {}", column.replication_factor)) }
            </dt>
            <dd>{ "last acknowledged: " }{ element("b", "", last) }</dd>
            <dd>
                { "acknowledged writes lost: " }
                <b data-lost={column.name.to_owned()}>{ lost.len() }</b>
                { element("span", "", which) }
            </dd>
        </div>
    }
}

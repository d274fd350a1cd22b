//! The class: a cluster with everything that was done to it.
//!
//! Invariant: a method that throws has changed nothing, and the playground stays usable. Arguments are decoded before the
//! timeline is borrowed, because decoding may run the caller's code, which may call other methods; such calls finish
//! first. Not here: anything but decoding, delegating and encoding.

use std::cell::{Ref, RefCell, RefMut};

use rosterlab_asinfo::log::{self, Level};
use rosterlab_engine::NodeId;
use rosterlab_scenario::foresight::what_if::{Question, what_if, what_if_lost};
use rosterlab_scenario::share::{Differs, Served};
use rosterlab_scenario::{
    Clock, Entry, Scenario, ScenarioError, Timeline, namespace_of, report, share,
};
use serde::{Serialize, Serializer};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::decode;
use crate::encode::encode_events;
use crate::encode::{encode, number, parsed};
use crate::explanation::ExplanationData;
use crate::fault::Fault;
use crate::view::View;

/// A cluster, what was done to it and what was undone.
#[wasm_bindgen]
#[derive(Clone, Debug)]
pub struct Playground {
    timeline: RefCell<Timeline>,
    pub(crate) title: String,
    about: Option<String>,
    differs: Option<Differs>,
    /// The author's text after each step, and the entries of the steps: texts are shown only while those are what was done.
    pub(crate) said: Vec<Option<String>>,
    pub(crate) course: Vec<Entry>,
}

/// One line of a node's log.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    node: NodeId,
    at_ms: f64,
    level: &'static str,
    text: String,
}

/// The results of two versions for one share link.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DiffersData<'a> {
    made_by: &'a str,
    then: Option<PerNamespace<'a>>,
    now: PerNamespace<'a>,
}

impl<'a> DiffersData<'a> {
    fn of(differs: &'a Differs) -> Self {
        let then = differs.then.as_deref().map(PerNamespace);
        Self { made_by: &differs.made_by, then, now: PerNamespace(&differs.now) }
    }
}

/// How many partitions are active in some sub-cluster, by namespace.
struct PerNamespace<'a>(&'a [Served]);

impl Serialize for PerNamespace<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|served| (&served.namespace, served.active)))
    }
}

/// The fault of a timeline that is too long for a share link.
pub(crate) fn share_link_too_long() -> Fault {
    let most = format!("a share link has at most {} steps", share::MOST_STEPS);
    let cause = format!("{most} (fewer for large clusters) and {} characters", share::MOST_BYTES);
    Fault::new("link-too-long", "", &cause)
}

#[wasm_bindgen]
impl Playground {
    /// A cluster as a scenario (an object, or the JSON text of a file) describes it, after its steps. An object may leave
    /// out `format` and `steps`. Expectations are not checked: `runScenario` does that.
    ///
    /// # Errors
    /// When the scenario is wrong, or one of its steps cannot be done, with its place.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_param_type = "ScenarioInput")] scenario: &JsValue,
    ) -> Result<Playground, JsValue> {
        let scenario = decode::scenario(scenario)?;
        decode::room()?;
        let timeline = scenario.timeline().map_err(Fault::from)?;
        let course = timeline.entries().to_vec();
        let said =
            (0..=course.len()).map(|at| scenario.said_after(at).map(str::to_owned)).collect();
        let Scenario { title, about, .. } = scenario;
        let timeline = RefCell::new(timeline);
        Ok(Self { timeline, title, about, differs: None, said, course })
    }

    /// The cluster of a share link. The link may come with an address before its `#`.
    ///
    /// # Errors
    /// When it is not a share link, or one of its steps cannot be done, with the character of the error.
    #[wasm_bindgen(js_name = fromLink)]
    pub fn from_link(
        #[wasm_bindgen(unchecked_param_type = "string")] link: &JsValue,
    ) -> Result<Playground, JsValue> {
        let text = decode::text(link, "link")?;
        let behind = text.rsplit_once('#').map_or(text.as_str(), |(_, link)| link);
        let before = text[..text.len() - behind.len()].chars().count();
        decode::room()?;
        let shared = share::read(behind).map_err(|error| Fault::in_link(error, before))?;
        let (timeline, differs) = (RefCell::new(shared.timeline), shared.differs);
        let (said, course) = (Vec::new(), Vec::new());
        Ok(Self { timeline, title: String::new(), about: None, differs, said, course })
    }

    /// The version that wrote the share link that this came from, and the results of both versions, if they differ; else
    /// `null`.
    ///
    /// # Errors
    /// Only through a bug of this package.
    #[wasm_bindgen(getter, unchecked_return_type = "Differs | null")]
    pub fn differs(&self) -> Result<JsValue, JsValue> {
        let differs = self.differs.as_ref().map(DiffersData::of);
        Ok(differs.map_or(Ok(JsValue::NULL), |differs| encode(&differs))?)
    }

    /// How many steps there are, undone ones included.
    ///
    /// # Errors
    /// When another call has not returned yet.
    #[wasm_bindgen(getter)]
    pub fn steps(&self) -> Result<usize, JsValue> {
        Ok(self.timeline()?.entries().len())
    }

    /// How many of them are done.
    ///
    /// # Errors
    /// When another call has not returned yet.
    #[wasm_bindgen(getter)]
    pub fn step(&self) -> Result<usize, JsValue> {
        Ok(self.timeline()?.position())
    }

    /// The names of the namespaces.
    ///
    /// # Errors
    /// When another call has not returned yet.
    #[wasm_bindgen(getter)]
    pub fn namespaces(&self) -> Result<Vec<String>, JsValue> {
        let timeline = self.timeline()?;
        Ok(timeline.setup().namespaces.iter().map(|settings| settings.name.clone()).collect())
    }

    /// Performs a command, written like a step of a scenario, and returns the events that followed. Undone steps are
    /// dropped.
    ///
    /// # Errors
    /// When the command is wrong, cannot be done now, or expects what does not hold; nothing has changed then.
    #[wasm_bindgen(unchecked_return_type = "Event[]")]
    pub fn apply(
        &self,
        #[wasm_bindgen(unchecked_param_type = "ReadonlyDeep<Command>")] command: &JsValue,
    ) -> Result<JsValue, JsValue> {
        let step = decode::step(command)?;
        Ok(encode_events(self.timeline_mut()?.do_step(&step).map_err(Fault::from)?)?)
    }

    /// What `apply` would throw, as data; `null` when it would succeed.
    ///
    /// # Errors
    /// When another call has not returned yet.
    #[wasm_bindgen(unchecked_return_type = "Fault | null")]
    pub fn check(
        &self,
        #[wasm_bindgen(unchecked_param_type = "ReadonlyDeep<Command>")] command: &JsValue,
    ) -> Result<JsValue, JsValue> {
        let checked = decode::step(command)
            .and_then(|step| self.timeline()?.check_step(&step).map_err(Fault::from));
        Ok(checked.err().map_or(Ok(JsValue::NULL), |fault| encode(&fault))?)
    }

    /// Lets simulated time pass, at most 10^12 ms, and returns the events that followed.
    ///
    /// # Errors
    /// When it is not a whole number of milliseconds.
    #[wasm_bindgen(unchecked_return_type = "Event[]")]
    pub fn advance(
        &self,
        #[wasm_bindgen(unchecked_param_type = "number")] ms: &JsValue,
    ) -> Result<JsValue, JsValue> {
        let entry = Entry::Pass { ms: decode::milliseconds(ms)? };
        let mut timeline = self.timeline_mut()?;
        let done = timeline.do_entry(entry);
        Ok(encode_events(done.map_err(|rejection| Fault::rejected("ms", &rejection))?)?)
    }

    /// The cluster as it is now, for a namespace, which can be left out when there is only one.
    ///
    /// # Errors
    /// When there is no such namespace, or several and none is named.
    #[wasm_bindgen(unchecked_return_type = "View")]
    pub fn view(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "string | null")] namespace: &JsValue,
    ) -> Result<JsValue, JsValue> {
        let namespace = decode::maybe_text(namespace, "namespace")?;
        let timeline = self.timeline()?;
        let namespace = namespace_in(&timeline, namespace.as_deref())?;
        Ok(encode(&View::of(&timeline.cluster().view(), namespace))?)
    }

    /// Why a partition is active, unavailable or dead, in the sub-cluster of a node, else in the one with the highest
    /// principal: every rule with the counts that it saw.
    ///
    /// # Errors
    /// When there is no such partition, namespace or node, or that node is in no cluster.
    #[wasm_bindgen(unchecked_return_type = "Explanation")]
    pub fn explain(
        &self,
        #[wasm_bindgen(unchecked_param_type = "number")] partition: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "string | null")] namespace: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "string | null")] on: &JsValue,
    ) -> Result<JsValue, JsValue> {
        let partition = decode::partition(partition)?;
        let namespace = decode::maybe_text(namespace, "namespace")?;
        let on = decode::maybe_node(on, "on")?;
        let timeline = self.timeline()?;
        let namespace = namespace_in(&timeline, namespace.as_deref())?;
        let cluster = timeline.cluster();
        let name = &cluster.setup().namespaces[namespace].name;
        let explanation = cluster.explain(name, partition, on);
        let explanation = explanation.map_err(|rejection| Fault::rejected("on", &rejection))?;
        Ok(encode(&ExplanationData::of(&explanation, cluster.setup().profile))?)
    }

    /// What the loss of running nodes would leave: of every set of a number of nodes (`{ lose: 2 }`), or of the given ones
    /// (`{ nodes: ["A101"] }`). Nothing changes.
    ///
    /// # Errors
    /// When that many, or these, cannot be lost, or there are more than 200,000 sets.
    #[wasm_bindgen(js_name = whatIf, unchecked_return_type = "Loss[]")]
    pub fn what_if(
        &self,
        #[wasm_bindgen(unchecked_param_type = "ReadonlyDeep<Losses>")] losses: &JsValue,
    ) -> Result<JsValue, JsValue> {
        let question = decode::losses(losses)?;
        decode::room()?;
        let timeline = self.timeline()?;
        let cluster = timeline.cluster();
        let namespaces = &cluster.setup().namespaces;
        let lost: Vec<_> = match question {
            Question::Any(lose) => what_if(cluster, lose).map_err(Fault::from)?.collect(),
            Question::These(nodes) => {
                let lost = what_if_lost(cluster, &nodes);
                vec![lost.map_err(|rejection| Fault::rejected_of(&nodes, &rejection))?]
            }
        };
        let lines: Vec<_> = lost.iter().map(|loss| report::loss_line(loss, namespaces)).collect();
        Ok(parsed(&format!("[{}]", lines.join(",")))?)
    }

    /// Undoes the last step; returns whether there was one.
    ///
    /// # Errors
    /// When another call has not returned yet.
    pub fn undo(&self) -> Result<bool, JsValue> {
        Ok(self.timeline_mut()?.undo())
    }

    /// Redoes the first undone step; returns whether there was one.
    ///
    /// # Errors
    /// When another call has not returned yet.
    pub fn redo(&self) -> Result<bool, JsValue> {
        Ok(self.timeline_mut()?.redo())
    }

    /// Goes to the moment after `n` steps; returns whether there are that many.
    ///
    /// # Errors
    /// When it is not a whole number.
    pub fn seek(
        &self,
        #[wasm_bindgen(unchecked_param_type = "number")] n: &JsValue,
    ) -> Result<bool, JsValue> {
        let position = decode::position(n, "n")?;
        Ok(self.timeline_mut()?.seek(position))
    }

    /// The lines of the servers' logs so far, or since a step, in the order of time within each step.
    ///
    /// # Errors
    /// When it is not a whole number.
    #[wasm_bindgen(unchecked_return_type = "LogLine[]")]
    pub fn log(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "number | null")] from: &JsValue,
    ) -> Result<JsValue, JsValue> {
        let is_there = !from.is_undefined() && !from.is_null();
        let from = if is_there { decode::position(from, "from")? } else { 0 };
        let lines = log::of_timeline(&*self.timeline()?, from);
        let lines = lines.iter().map(|line| Line {
            node: line.node,
            at_ms: number(line.time_ms),
            level: match line.level {
                Level::Info => "info",
                Level::Warning => "warning",
            },
            text: line.dated(Clock::default()),
        });
        Ok(encode(&lines.collect::<Vec<_>>())?)
    }

    /// The scenario of this cluster: its setup and the steps that are done.
    ///
    /// # Errors
    /// When another call has not returned yet.
    #[wasm_bindgen(js_name = toScenario, unchecked_return_type = "Scenario")]
    pub fn to_scenario(&self) -> Result<JsValue, JsValue> {
        let about = self.about.clone();
        let scenario = Scenario::from_timeline(&self.title, &*self.timeline()?);
        let scenario = Scenario { about, ..scenario };
        // The text of a file, parsed: a second writer of scenarios would only be more code.
        Ok(parsed(&scenario.to_json())?)
    }

    /// The share link of the steps that are done, to put behind the `#` of the page's address.
    ///
    /// # Errors
    /// When it would be too long.
    pub fn link(&self) -> Result<String, JsValue> {
        Ok(share::write(&*self.timeline()?).ok_or_else(share_link_too_long)?)
    }

    pub(crate) fn timeline(&self) -> Result<Ref<'_, Timeline>, Fault> {
        self.timeline.try_borrow().map_err(|_| busy())
    }

    fn timeline_mut(&self) -> Result<RefMut<'_, Timeline>, Fault> {
        decode::room()?;
        self.timeline.try_borrow_mut().map_err(|_| busy())
    }
}

/// No code of the caller runs while the timeline is borrowed, unless it has changed built-in objects.
fn busy() -> Fault {
    Fault::new("busy", "", "another call on this playground has not returned yet")
}

/// The index of a namespace, which may be left out when there is only one.
fn namespace_in(timeline: &Timeline, named: Option<&str>) -> Result<usize, Fault> {
    let named = namespace_of(timeline.setup(), named);
    // Its place is the argument's name, also when that was left out.
    let place = || "namespace".to_owned();
    Ok(named.map_err(|error| ScenarioError { place: place(), cause: error.cause })?)
}

// Finds elements for a locator of `page.mjs`, in the page. Open shadow roots belong to what is searched, as in Playwright.
//
// `chain` is a list of steps, each a kind with its values. Every step searches within what the one before has found.

const inside = (root) => {
  const all = [];
  const walk = (node) => {
    for (const child of node.children ?? []) {
      all.push(child);
      if (child.shadowRoot) walk(child.shadowRoot);
      walk(child);
    }
  };
  if (root.shadowRoot) walk(root.shadowRoot);
  walk(root);
  return all;
};

const textOf = (element) => (element.innerText ?? element.textContent ?? "").replace(/\s+/g, " ").trim();

const isIn = (text, wanted) =>
  typeof wanted === "string"
    ? text.toLowerCase().includes(wanted.toLowerCase())
    : new RegExp(wanted.source, wanted.flags).test(text);

const isShown = (element) => {
  // What closed details hide keeps its box.
  if (!element.checkVisibility({ visibilityProperty: true })) return false;
  const { width, height } = element.getBoundingClientRect();
  return width > 0 && height > 0;
};

/** The elements that have a role without naming it. */
const NATIVE = { button: "button", link: "a[href]" };

const STEPS = {
  css: (from, selector) => inside(from).filter((element) => element.matches(selector)),
  role: (from, role, name) =>
    inside(from)
      .filter((element) => element.matches(`[role="${role}"], ${NATIVE[role] ?? ":not(*)"}`))
      .filter((element) => name == null || isIn(element.getAttribute("aria-label") ?? textOf(element), name)),
  label: (from, text) =>
    inside(from).filter((element) => [...(element.labels ?? [])].some((label) => isIn(textOf(label), text))),
  text: (from, text) => {
    const hits = inside(from).filter((e) => !e.matches("script, style, title") && isIn(textOf(e), text));
    return hits.filter((hit) => !hits.some((other) => other !== hit && hit.contains(other)));
  },
};

const find = (chain) => {
  let found = [document];
  for (const [kind, value, more] of chain) {
    if (kind === "nth") found = [found.at(value)].filter(Boolean);
    else if (kind === "hasText") found = found.filter((element) => isIn(textOf(element), value));
    else found = [...new Set(found.flatMap((from) => STEPS[kind](from, value, more)))];
  }
  return found;
};

/** The innermost element at a point. */
const elementAt = ({ x, y }) => {
  let over = document.elementFromPoint(x, y);
  for (;;) {
    const inner = over?.shadowRoot?.elementFromPoint(x, y);
    if (!inner || inner === over) return over;
    over = inner;
  }
};

/** Keeps the next click from the page unless it comes to an element: that may have moved away. `hasMissed` then says so. */
const aim = (element) => {
  let isMissed = false;
  const kinds = ["pointerdown", "mousedown", "pointerup", "mouseup", "click"];
  const hear = (event) => {
    const path = event.composedPath();
    const isHit = path.includes(element) || path.some((over) => over.localName === "label" && over.control === element);
    // It may also move away while it is pressed; then the click comes to what both places have in common.
    if (event.type === "pointerdown") isMissed = !isHit;
    if (event.type === "click") isMissed ||= !isHit;
    if (!isMissed) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  for (const kind of kinds) addEventListener(kind, hear, true);
  window.hasMissed = () => {
    for (const kind of kinds) removeEventListener(kind, hear, true);
    return isMissed;
  };
};

/** Where to point at an element or press it, or why not. An element that is out of view or covered is scrolled to `block`. */
const target = (element, position, force, block, toPress) => {
  if (!isShown(element)) return { why: "it is not shown" };
  let box = element.getBoundingClientRect();
  const point = () => {
    const { x, y } = position ?? { x: box.width / 2, y: box.height / 2 };
    return { x: box.x + x, y: box.y + y };
  };
  const isOutside = ({ x, y }) => x < 0 || y < 0 || x >= innerWidth || y >= innerHeight;
  const isHit = () => {
    for (let over = elementAt(point()); over; over = over.parentNode ?? over.host) {
      if (over === element || (over.localName === "label" && over.control === element)) return true;
    }
    return false;
  };
  if (isOutside(point()) || (!force && !isHit())) {
    element.scrollIntoView({ block, inline: "center", behavior: "instant" });
    box = element.getBoundingClientRect();
  }
  if (!force && toPress && element.matches(":disabled, [aria-disabled=true], [aria-disabled=true] *")) return { why: "it is disabled" };
  if (!force && !isHit()) return { why: `over it lies ${elementAt(point())?.outerHTML.slice(0, 120)}` };
  return point();
};

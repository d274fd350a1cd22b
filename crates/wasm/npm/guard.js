// What stands between the bindings and the caller: one class of errors, and playgrounds that can be freed at any time.
//
// Invariant: whatever is thrown is a RosterlabError with a code. The package has this file twice, as a module and, written by
// the build, for `require`; so it imports nothing, and `export` begins a line.

/** What every function and method throws. */
export class RosterlabError extends Error {
  constructor(code, place, message, options) {
    super(message, options);
    // The object's own properties, so that nothing that others put on a prototype gets in their way.
    const value = { name: "RosterlabError", code, place };
    for (const key of Object.keys(value)) Object.defineProperty(this, key, { value: value[key], enumerable: true, configurable: true, writable: true });
  }
}

/** Whether a caught value is an error of this package, another copy's or another realm's too. */
export function isRosterlabError(error) {
  return typeof error === "object" && error !== null && error.name === "RosterlabError" && typeof error.code === "string";
}

/** The functions and the class of the bindings, behind the guard. */
export function guarded(bindings) {
  const { Playground: Raw } = bindings;
  /** How many calls of a playground have not returned yet. */
  const running = new WeakMap();
  /** Playgrounds that were freed while a call of theirs was running. */
  const freed = new WeakSet();
  /** Why the module cannot go on, once it has failed. */
  let failure;

  function asError(thrown) {
    if (isRosterlabError(thrown)) return new RosterlabError(thrown.code, thrown.place, thrown.message);
    // A trap leaves the module's memory in an unknown state.
    if (thrown instanceof WebAssembly.RuntimeError) failure = thrown;
    return new RosterlabError("internal", null, `the module has failed: ${thrown?.message ?? thrown}`, { cause: thrown });
  }

  function alive() {
    if (failure) throw new RosterlabError("internal", null, `the module has failed earlier: ${failure.message}`, { cause: failure });
  }

  function run(work) {
    alive();
    try {
      return work();
    } catch (thrown) {
      throw asError(thrown);
    }
  }

  class Playground extends Raw {
    constructor(scenario) {
      alive();
      try {
        super(scenario);
      } catch (thrown) {
        throw asError(thrown);
      }
    }

    static fromLink(link) {
      return Object.setPrototypeOf(run(() => Raw.fromLink(link)), (this ?? Playground).prototype);
    }

    free() {
      if (!this.__wbg_ptr || failure) return;
      if (running.get(this)) freed.add(this);
      else run(() => super.free());
    }
  }

  function call(playground, work) {
    if (!(playground instanceof Raw)) throw new RosterlabError("bad-input", "this", "this: it is not a playground");
    if (!playground.__wbg_ptr || freed.has(playground)) throw new RosterlabError("freed", null, "this playground was freed");
    const others = running.get(playground) ?? 0;
    running.set(playground, others + 1);
    try {
      return run(work);
    } finally {
      running.set(playground, others);
      if (others === 0 && freed.delete(playground)) playground.free();
    }
  }

  for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(Raw.prototype))) {
    if (name === "constructor" || name === "free" || name.startsWith("__")) continue;
    const { get, value } = property;
    if (get) property.get = function () { return call(this, () => get.call(this)); };
    else property.value = { [name](...args) { return call(this, () => value.apply(this, args)); } }[name];
    Object.defineProperty(Playground.prototype, name, property);
  }
  if (Symbol.dispose) Object.defineProperty(Playground.prototype, Symbol.dispose, { value: Playground.prototype.free, configurable: true, writable: true });

  const guard = (work) => (...args) => run(() => work(...args));
  return {
    AvailabilityCode: bindings.AvailabilityCode,
    Playground,
    RuleCode: bindings.RuleCode,
    runScenario: guard(bindings.runScenario),
    succession: guard(bindings.succession),
    verdictOf: guard(bindings.verdictOf),
    version: guard(bindings.version),
  };
}

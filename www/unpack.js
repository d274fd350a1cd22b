// Unpacks the app's module: LZMA, then every byte back to its place.
//
// `cargo xtask pack` sorted the bytes by what they are, each kind into a stream of its own; what kind
// a byte is follows from those before it. crates/xtask/src/pack.rs says how and why; the two change
// together. Any bytes come out as they went in; what a packed file cannot be is an Error.

const PROPERTIES = 1; // Literals by the top bit of the byte before; nothing by position.
const HEADER_BYTES = 13;

// Kinds of bytes.
const [OTHER, OPERATOR, BESIDE, SIZE, LOCALS, BLOCK, LABEL, CALL, READ, WRITE, OFFSET, INT, LONG, REST, KINDS] =
  Array(15).keys();

/** The module in a packed file, both `Uint8Array`s. */
export function unpack(packed) {
  return merged(unsqueezed(packed));
}

// LZMA as its specification has it, for the one set of properties that the packer writes.
function unsqueezed(packed) {
  const header = new DataView(packed.buffer, packed.byteOffset, HEADER_BYTES);
  if (header.getUint8(0) !== PROPERTIES || header.getUint32(9, true) !== 0) {
    throw new Error("this is no packed module");
  }
  const out = new Uint8Array(header.getUint32(5, true));

  // Chances that a bit is 0, of 2048: where each decision has its own.
  const STATES = 12;
  const LENGTH = 2 + 8 + 8 + 256;
  const IS_MATCH = 0;
  const IS_REPEATED = IS_MATCH + STATES;
  const IS_OLDER = IS_REPEATED + STATES;
  const IS_OLDER_THAN_1 = IS_OLDER + STATES;
  const IS_OLDER_THAN_2 = IS_OLDER_THAN_1 + STATES;
  const IS_LONG = IS_OLDER_THAN_2 + STATES;
  const NEW_LENGTH = IS_LONG + STATES;
  const REPEATED_LENGTH = NEW_LENGTH + LENGTH;
  const SLOTS = REPEATED_LENGTH + LENGTH;
  const FAR = SLOTS + 4 * 64;
  const ALIGNED = FAR + 128;
  const LITERALS = ALIGNED + 16;
  const chances = new Uint16Array(LITERALS + 2 * 0x300).fill(1024);

  let next = HEADER_BYTES + 5;
  let range = -1;
  let code = header.getUint8(0) && new DataView(packed.buffer, packed.byteOffset).getInt32(HEADER_BYTES + 1);

  const refill = () => {
    if (range >>> 24 === 0) {
      range <<= 8;
      code = (code << 8) | packed[next++];
    }
  };
  const bit = (at) => {
    const chance = chances[at];
    const bound = Math.imul(range >>> 11, chance);
    let value = 0;
    if (code >>> 0 < bound >>> 0) {
      range = bound;
      chances[at] = chance + ((2048 - chance) >> 5);
    } else {
      range = (range - bound) | 0;
      code = (code - bound) | 0;
      chances[at] = chance - (chance >> 5);
      value = 1;
    }
    refill();
    return value;
  };
  const tree = (at, bits) => {
    let node = 1;
    for (let i = 0; i < bits; i++) node = (node << 1) | bit(at + node);
    return node - (1 << bits);
  };
  const lowestFirst = (at, bits) => {
    let node = 1;
    let value = 0;
    for (let i = 0; i < bits; i++) {
      const b = bit(at + node);
      node = (node << 1) | b;
      value |= b << i;
    }
    return value;
  };
  const length = (at) =>
    bit(at) === 0 ? tree(at + 2, 3) : bit(at + 1) === 0 ? 8 + tree(at + 10, 3) : 16 + tree(at + 18, 8);
  const distance = (length) => {
    const slot = tree(SLOTS + Math.min(length, 3) * 64, 6);
    if (slot < 4) return slot;
    const bits = (slot >> 1) - 1;
    const start = (2 | (slot & 1)) << bits;
    if (slot < 14) return start + lowestFirst(FAR + start - slot - 1, bits);
    let middle = 0;
    for (let i = 4; i < bits; i++) {
      range >>>= 1;
      const b = code >>> 0 < range >>> 0 ? 0 : 1;
      if (b) code = (code - range) | 0;
      middle = (middle << 1) | b;
      refill();
    }
    return start + (middle << 4) + lowestFirst(ALIGNED, 4);
  };

  let state = 0;
  let [last, second, third, fourth] = [0, 0, 0, 0];
  let at = 0;
  while (at < out.length) {
    if (bit(IS_MATCH + state) === 0) {
      const literal = LITERALS + (at > 0 ? out[at - 1] >> 7 : 0) * 0x300;
      let node = 1;
      if (state >= 7) {
        // What a repetition would have brought tells of what it is not.
        let other = out[at - last - 1];
        let same;
        do {
          const expected = (other >> 7) & 1;
          other <<= 1;
          const b = bit(literal + ((1 + expected) << 8) + node);
          node = (node << 1) | b;
          same = b === expected;
        } while (same && node < 256);
      }
      while (node < 256) node = (node << 1) | bit(literal + node);
      out[at++] = node;
      state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
      continue;
    }
    let count;
    if (bit(IS_REPEATED + state) === 0) {
      [fourth, third, second] = [third, second, last];
      count = length(NEW_LENGTH);
      last = distance(count);
      state = state < 7 ? 7 : 10;
    } else {
      if (bit(IS_OLDER + state) === 0) {
        if (bit(IS_LONG + state) === 0) {
          out[at] = out[at - last - 1];
          at++;
          state = state < 7 ? 9 : 11;
          continue;
        }
      } else if (bit(IS_OLDER_THAN_1 + state) === 0) {
        [last, second] = [second, last];
      } else if (bit(IS_OLDER_THAN_2 + state) === 0) {
        [last, second, third] = [third, last, second];
      } else {
        [last, second, third, fourth] = [fourth, last, second, third];
      }
      count = length(REPEATED_LENGTH);
      state = state < 7 ? 8 : 11;
    }
    for (const end = at + count + 2; at < end; at++) out[at] = out[at - last - 1];
  }
  return out;
}

// The bytes in their places. A step for each byte says what the next one is.
function merged(sorted) {
  const view = new DataView(sorted.buffer);
  const number = (i) => view.getUint32(4 * i, true);
  const [length, codeStart, codeEnd] = [number(0), number(1), number(2)];
  const streams = [];
  let from = 4 * (3 + KINDS);
  for (let kind = 0; kind < KINDS; kind++) {
    streams.push(from);
    from += number(3 + kind);
  }
  if (from !== sorted.length) throw new Error("this packed module is damaged");

  const out = new Uint8Array(length);
  let at = 0;
  let bodyEnd = codeStart;
  let kind = OTHER;
  let then = OPERATOR; // What comes behind the value of this kind.
  let more = 0; // How many more of this kind follow.
  let times = 0; // How many more there are for each that the next value counts,
  let plus = -1; // and beside them; -1: it counts nothing, -2: it is the operator behind a prefix.
  let floatBytes = 0;
  let value = 0;
  let shift = 0;

  const readOperator = (operator) => {
    if (operator >= 0x28 && operator <= 0x3e) {
      kind = BESIDE;
      then = OFFSET;
    } else if (operator === 0x20) kind = READ;
    else if (operator === 0x21 || operator === 0x22) kind = WRITE;
    else if (operator === 0x41) kind = INT;
    else if (operator === 0x42) kind = LONG;
    else if (operator === 0x10) kind = CALL;
    else if (operator >= 2 && operator <= 4) kind = BLOCK;
    else if (operator >= 0x0c && operator <= 0x0e) {
      kind = LABEL;
      if (operator === 0x0e) [times, plus] = [1, 1];
    } else if (operator === 0x23 || operator === 0x24) kind = BESIDE;
    else if (operator === 0x11) kind = then = REST;
    else if (operator === 0x1c) {
      kind = REST;
      [times, plus] = [1, 0];
    } else if (operator === 0x43 || operator === 0x44) {
      kind = REST;
      floatBytes = operator === 0x43 ? 4 : 8;
    } else if (operator === 0xfc) {
      kind = REST;
      plus = -2;
    } else if ([0x25, 0x26, 0x3f, 0x40, 0xd0, 0xd2].includes(operator)) kind = REST;
  };
  const readValue = (byte) => {
    if (shift < 32) value |= (byte & 0x7f) << shift;
    shift += 7;
    if (byte >= 0x80) return;
    const read = value >>> 0;
    value = shift = 0;
    if (kind === SIZE) {
      bodyEnd = at + read;
      kind = LOCALS;
      [times, plus] = [2, 0];
      return;
    }
    if (plus === -1) more = Math.max(more - 1, 0);
    else if (plus === -2) more = read < 8 ? 0 : read < 15 && read % 2 === 0 ? 2 : 1;
    else more = (Math.imul(read, times) + plus) >>> 0;
    plus = -1;
    if (more === 0) {
      kind = then;
      then = OPERATOR;
    }
  };

  while (at < length) {
    if (at === bodyEnd) {
      [then, more, plus, floatBytes, value, shift] = [OPERATOR, 0, -1, 0, 0, 0];
      kind = at >= codeStart && at < codeEnd ? SIZE : OTHER;
    }
    const byte = sorted[streams[kind === BESIDE ? OPERATOR : kind]++];
    out[at++] = byte;
    if (kind === OPERATOR) readOperator(byte);
    else if (floatBytes > 0) {
      if (--floatBytes === 0) kind = OPERATOR;
    } else if (kind !== OTHER) readValue(byte);
  }
  return out;
}

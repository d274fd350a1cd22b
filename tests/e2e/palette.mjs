// Writes a picture as a PNG with a palette of 256 colours, a third of the size of one with all colours.
//
// It loses a little: colours that are close to each other become one. The comparison of screenshots tolerates more.

import { deflateSync } from "node:zlib";

const MAX_COLOURS = 256;

/** A PNG of RGBA pixels, without their opacity. */
export function withPalette({ width, height, data }) {
  const counts = new Map();
  const colourAt = (pixel) => (data[pixel * 4] << 16) | (data[pixel * 4 + 1] << 8) | data[pixel * 4 + 2];
  for (let pixel = 0; pixel < width * height; pixel += 1) counts.set(colourAt(pixel), (counts.get(colourAt(pixel)) ?? 0) + 1);
  const { palette, indexOf } = reduced([...counts].sort(([, a], [, b]) => b - a).map(([colour]) => colour));

  const lines = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) lines[y * (width + 1) + 1 + x] = indexOf.get(colourAt(y * width + x));
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // Eight bits a pixel, which are places in a palette.
  header.set([8, 3, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", header),
    chunk("PLTE", Buffer.from(palette.flatMap(channels))),
    chunk("IDAT", deflateSync(lines, { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

const channels = (colour) => [colour >> 16, (colour >> 8) & 255, colour & 255];

/** How far two colours are apart: the largest difference of a channel. */
function distance(one, other) {
  const [a, b] = [channels(one), channels(other)];
  return Math.max(...a.map((channel, at) => Math.abs(channel - b[at])));
}

/** A palette in which each colour has one that is near, and each colour's place in it. `colours` has the most frequent first. */
function reduced(colours) {
  for (let tolerance = 0; ; tolerance += 1) {
    const palette = [];
    const indexOf = new Map();
    for (const colour of colours) {
      let index = palette.findIndex((known) => distance(known, colour) <= tolerance);
      if (index < 0) index = palette.push(colour) - 1;
      if (index === MAX_COLOURS) break;
      indexOf.set(colour, index);
    }
    if (palette.length <= MAX_COLOURS) return { palette, indexOf };
  }
}

function chunk(type, content) {
  const body = Buffer.concat([Buffer.from(type), content]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** The checksum of PNG's chunks. */
function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

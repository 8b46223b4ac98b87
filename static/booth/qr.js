/**
 * QR codes (ISO/IEC 18004) for addresses: byte mode, error correction level M, versions 1 to 10 (213 bytes).
 * The matrix is tested against another implementation's, module by module.
 */

import { utf8 } from "./encoding.js";

// Per version: codewords of error correction a block; then blocks as [how many, data codewords].
const BLOCKS = [
  null,
  [10, [[1, 16]]],
  [16, [[1, 28]]],
  [26, [[1, 44]]],
  [18, [[2, 32]]],
  [24, [[2, 43]]],
  [16, [[4, 27]]],
  [18, [[4, 31]]],
  [22, [[2, 38], [2, 39]]],
  [22, [[3, 36], [2, 37]]],
  [26, [[4, 43], [1, 44]]],
];
const ALIGNMENT = [null, [], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34], [6, 22, 38], [6, 24, 42], [6, 26, 46], [6, 28, 50]];
const MASKS = [
  (row, column) => (row + column) % 2 === 0,
  (row) => row % 2 === 0,
  (_, column) => column % 3 === 0,
  (row, column) => (row + column) % 3 === 0,
  (row, column) => (Math.floor(row / 2) + Math.floor(column / 3)) % 2 === 0,
  (row, column) => ((row * column) % 2) + ((row * column) % 3) === 0,
  (row, column) => (((row * column) % 2) + ((row * column) % 3)) % 2 === 0,
  (row, column) => (((row + column) % 2) + ((row * column) % 3)) % 2 === 0,
];

/** @param {number} version @returns {number} codewords of data */
function capacity(version) {
  return BLOCKS[version][1].reduce((sum, [count, size]) => sum + count * size, 0);
}

/** The data with its mode, length, end and padding, as codewords. */
function dataCodewords(bytes, version) {
  const bits = [];
  const put = (value, length) => {
    for (let at = length - 1; at >= 0; at--) bits.push((value >> at) & 1);
  };
  put(4, 4);
  put(bytes.length, version < 10 ? 8 : 16);
  for (const byte of bytes) put(byte, 8);
  const room = capacity(version) * 8;
  put(0, Math.min(4, room - bits.length));
  put(0, (8 - (bits.length % 8)) % 8);
  for (let pad = 0xec; bits.length < room; pad ^= 0xec ^ 0x11) put(pad, 8);
  const words = [];
  for (let at = 0; at < bits.length; at += 8) words.push(parseInt(bits.slice(at, at + 8).join(""), 2));
  return words;
}

/** Product in the field of 256 elements of x^8 + x^4 + x^3 + x^2 + 1. */
function times(a, b) {
  let product = 0;
  for (let bit = 7; bit >= 0; bit--) {
    product = (product << 1) ^ (product & 0x80 ? 0x11d : 0);
    if ((b >> bit) & 1) product ^= a;
  }
  return product;
}

/** Reed–Solomon: `count` codewords of error correction. */
function correction(words, count) {
  let generator = [1];
  let root = 1;
  for (let at = 0; at < count; at++) {
    const next = [...generator, 0];
    generator.forEach((factor, place) => {
      next[place + 1] ^= times(factor, root);
    });
    generator = next;
    root = times(root, 2);
  }
  const rest = new Array(count).fill(0);
  for (const word of words) {
    const factor = word ^ rest.shift();
    rest.push(0);
    for (let at = 0; at < count; at++) rest[at] ^= times(generator[at + 1], factor);
  }
  return rest;
}

/** All codewords in the order in which they are drawn: blocks interleaved. */
function codewords(bytes, version) {
  const [count, groups] = BLOCKS[version];
  const data = dataCodewords(bytes, version);
  const blocks = [];
  for (const [many, size] of groups) for (let at = 0; at < many; at++) blocks.push(data.splice(0, size));
  const corrections = blocks.map((block) => correction(block, count));
  const woven = (lists) =>
    Array.from({ length: Math.max(...lists.map((list) => list.length)) }, (_, at) =>
      lists.filter((list) => at < list.length).map((list) => list[at])).flat();
  return [...woven(blocks), ...woven(corrections)];
}

/** Remainder code of the format (5 bits, 0x537) and version (6 bits, 0x1f25) information. */
function withRemainder(value, length, generator) {
  let rest = value;
  const degree = generator.toString(2).length - 1;
  for (let at = 0; at < degree; at++) rest = (rest << 1) ^ ((rest >> (degree - 1)) * generator);
  return { bits: (value << degree) | rest, length: length + degree };
}

/** A matrix with everything but the data; `null` where data go. */
function frame(version) {
  const size = version * 4 + 17;
  const matrix = Array.from({ length: size }, () => new Array(size).fill(null));
  const square = (row, column, radius, dark) => {
    for (let y = Math.max(0, row - radius); y <= Math.min(size - 1, row + radius); y++) {
      for (let x = Math.max(0, column - radius); x <= Math.min(size - 1, column + radius); x++) {
        matrix[y][x] = dark(Math.max(Math.abs(y - row), Math.abs(x - column)));
      }
    }
  };
  for (let at = 0; at < size; at++) matrix[6][at] = matrix[at][6] = at % 2 === 0;
  for (const [row, column] of [[3, 3], [3, size - 4], [size - 4, 3]]) square(row, column, 4, (d) => d !== 2 && d !== 4);
  for (const row of ALIGNMENT[version]) {
    for (const column of ALIGNMENT[version]) {
      const inFinder = (row === 6 && column === 6) || (row === 6 && column === size - 7) || (row === size - 7 && column === 6);
      if (!inFinder) square(row, column, 2, (d) => d !== 1);
    }
  }
  if (version >= 7) {
    const { bits } = withRemainder(version, 6, 0x1f25);
    for (let at = 0; at < 18; at++) {
      const [a, b] = [Math.floor(at / 3), size - 11 + (at % 3)];
      matrix[a][b] = matrix[b][a] = ((bits >> at) & 1) === 1;
    }
  }
  return matrix;
}

/** Writes level M and the mask; also reserves these places while data are laid. */
function writeFormat(matrix, mask) {
  const size = matrix.length;
  const bits = withRemainder(mask, 5, 0x537).bits ^ 0x5412; // level M is 00
  const bit = (at) => ((bits >> at) & 1) === 1;
  for (let at = 0; at < 15; at++) {
    if (at < 6) matrix[at][8] = bit(at);
    else if (at < 8) matrix[at + 1][8] = bit(at);
    else if (at === 8) matrix[8][7] = bit(at);
    else matrix[8][14 - at] = bit(at);
    if (at < 8) matrix[8][size - 1 - at] = bit(at);
    else matrix[size - 15 + at][8] = bit(at);
  }
  matrix[size - 8][8] = true;
}

/** The places of data modules, in the order in which bits are laid: two columns at a time, up and down. */
function* dataPlaces(matrix) {
  const size = matrix.length;
  let up = true;
  for (let right = size - 1; right > 0; right -= 2) {
    if (right === 6) right = 5;
    for (let step = 0; step < size; step++) {
      const row = up ? size - 1 - step : step;
      for (const column of [right, right - 1]) if (matrix[row][column] === null) yield [row, column];
    }
    up = !up;
  }
}

/** How hard a matrix is to read, by the standard's four rules. */
function penalty(matrix) {
  const size = matrix.length;
  const columns = matrix.map((_, at) => matrix.map((row) => row[at]));
  let points = 0;
  for (const line of [...matrix, ...columns]) {
    const text = line.map((dark) => (dark ? "1" : "0")).join("");
    for (const [run] of text.matchAll(/0{5,}|1{5,}/g)) points += run.length - 2;
    points += 40 * [...text.matchAll(/(?=10111010000|00001011101)/g)].length;
  }
  for (let row = 1; row < size; row++) {
    for (let column = 1; column < size; column++) {
      const four = [matrix[row][column], matrix[row - 1][column], matrix[row][column - 1], matrix[row - 1][column - 1]];
      if (four.every((dark) => dark === four[0])) points += 3;
    }
  }
  const dark = matrix.flat().filter(Boolean).length;
  return points + 10 * Math.floor(Math.abs((dark * 20) / (size * size) - 10));
}

/**
 * @param {string} text up to 213 bytes of UTF-8 @param {number} [mask] the easiest to read, if not given
 * @returns {boolean[][]} rows of modules, true for dark; throws RangeError on a longer text
 */
export function qrMatrix(text, mask) {
  const bytes = utf8(text);
  const fits = (version) => bytes.length + (version < 10 ? 2 : 3) <= capacity(version);
  const version = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].find(fits);
  if (version === undefined) throw new RangeError("too long for a QR code");
  const words = codewords(bytes, version);
  const draw = (chosen) => {
    const matrix = frame(version);
    writeFormat(matrix, chosen);
    let at = 0;
    for (const [row, column] of [...dataPlaces(matrix)]) {
      const bit = at < words.length * 8 && ((words[at >> 3] >> (7 - (at & 7))) & 1) === 1;
      matrix[row][column] = bit !== MASKS[chosen](row, column);
      at++;
    }
    return matrix;
  };
  if (mask !== undefined) return draw(mask);
  const drawn = MASKS.map((_, chosen) => draw(chosen));
  const points = drawn.map(penalty);
  return drawn[points.indexOf(Math.min(...points))];
}

/** @param {string} text @returns {SVGElement} the code with its quiet zone, for people who see (a link says the same) */
export function qrSvg(text) {
  const matrix = qrMatrix(text);
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  const edge = matrix.length + 8;
  svg.setAttribute("viewBox", `0 0 ${edge} ${edge}`);
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("shape-rendering", "crispEdges");
  const modules = matrix.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x + 4} ${y + 4}h1v1h-1z`] : [])));
  path.setAttribute("fill", "currentColor");
  path.setAttribute("d", modules.join(""));
  svg.append(path);
  return svg;
}

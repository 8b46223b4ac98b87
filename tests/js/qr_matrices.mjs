// Draws QR codes: reads [[text, mask], …] from standard input, writes their rows as strings of 0 and 1.

import { readFileSync } from "node:fs";

import { qrMatrix } from "../../static/booth/qr.js";

const drawn = JSON.parse(readFileSync(0, "utf8")).map(([text, mask]) =>
  qrMatrix(text, mask ?? undefined).map((row) => row.map((dark) => (dark ? "1" : "0")).join("")),
);
process.stdout.write(JSON.stringify(drawn));

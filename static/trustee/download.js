/** Fetching an archive: a few megabytes at a time into Blobs, which browsers put on disk where memory is short. */

import { ArchiveError } from "./errors.js";

const PIECE = 1 << 23;
const ATTEMPTS = 5;
const PAUSE = 500;

/**
 * @param {string} url of the archive, same origin @param {(done: number, total: number) => void} progress in bytes; the
 * total is 0 where the server does not say it
 * @returns {Promise<Blob>} a connection that breaks is taken up again where it broke; throws ArchiveError
 */
export async function download(url, progress) {
  const pieces = [];
  let have = 0;
  for (let attempt = 0; ; attempt++) {
    const before = have;
    try {
      const headers = have > 0 ? { Range: `bytes=${have}-` } : {};
      const answer = await fetch(url, { headers, cache: "no-store", credentials: "omit" });
      if (answer.status === 416 && have > 0) break;
      if (!answer.ok) throw new ArchiveError(`the server answers ${answer.status}`);
      if (answer.status !== 206 && have > 0) [pieces.length, have] = [0, 0];
      const total = have + Number(answer.headers.get("Content-Length") ?? 0);
      for await (const blob of pieceBlobs(answer.body.getReader())) {
        pieces.push(blob);
        have += blob.size;
        progress(have, total);
      }
      break;
    } catch (error) {
      if (error instanceof ArchiveError) throw error;
      if (have > before) attempt = 0;
      if (attempt === ATTEMPTS) throw new ArchiveError("the archive cannot be reached");
      await new Promise((resolve) => setTimeout(resolve, PAUSE * 2 ** attempt));
    }
  }
  return new Blob(pieces);
}

/** What a stream holds, in Blobs; what came before the stream broke is given too. */
async function* pieceBlobs(reader) {
  let held = [];
  let size = 0;
  let broken = null;
  for (;;) {
    let read;
    try {
      read = await reader.read();
    } catch (error) {
      broken = error;
      break;
    }
    if (read.done) break;
    held.push(read.value);
    size += read.value.length;
    if (size >= PIECE) {
      yield new Blob(held);
      [held, size] = [[], 0];
    }
  }
  if (size > 0) yield new Blob(held);
  if (broken !== null) throw broken;
}

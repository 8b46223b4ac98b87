/**
 * What was done with a key, by the public key: which tally was decrypted, so that a second, different one is refused (the
 * same as in egov_crypto/cli/memory.py, by other means), which setup was confirmed, so that no archive of another one is
 * decrypted, and which shuffles were made, so that none by somebody else passes for one's own. What is written down is durable before this answers, and no secret.
 */

import { VerificationError } from "./errors.js";

const DATABASE = "egov-trustee";
const STORE = "decrypted";

/** @typedef {{election: string, tally: string}} Mark fingerprint of the election, SHA-256 of the tally */

/**
 * Remembers that a key decrypts a tally of an election, unless it has decrypted another one.
 *
 * @param {string} publicKey @param {string} uuid of the election @param {Mark} mark
 * Throws VerificationError (`tally.second`); any other error means that this browser cannot remember, and then nothing
 * may be decrypted.
 */
export async function remember(publicKey, uuid, mark) {
  const database = await open();
  try {
    const before = await exchange(database, `${publicKey}/${uuid}`, mark);
    if (!same(before, mark)) throw new VerificationError("tally.second");
  } finally {
    database.close();
  }
}

/** @param {string} publicKey @param {string} uuid @param {Mark} mark throws as {@link remember}, and writes nothing */
export async function refuseSecond(publicKey, uuid, mark) {
  const database = await open();
  try {
    const store = database.transaction(STORE, "readonly").objectStore(STORE);
    const before = await answer(store.get(`${publicKey}/${uuid}`));
    if (before !== undefined && !same(before, mark)) throw new VerificationError("tally.second");
  } finally {
    database.close();
  }
}

/**
 * Remembers that the holder of a key confirms a setup, unless another one of this vote was confirmed.
 *
 * @param {string} publicKey @param {string} uuid of the vote @param {string} head hash of the archive's Setup event
 * Throws VerificationError (`setup.confirmed`); any other error means that this browser cannot remember.
 */
export async function rememberSetup(publicKey, uuid, head) {
  const database = await open();
  try {
    const before = await exchange(database, setupKey(publicKey, uuid), { head });
    if (before.head !== head) throw new VerificationError("setup.confirmed");
  } finally {
    database.close();
  }
}

/**
 * @param {string} publicKey @param {string} uuid of the vote
 * @returns {Promise<string|undefined>} hash of the Setup event that was confirmed here; undefined if none was
 */
export async function confirmedSetup(publicKey, uuid) {
  const database = await open();
  try {
    const store = database.transaction(STORE, "readonly").objectStore(STORE);
    return (await answer(store.get(setupKey(publicKey, uuid))))?.head;
  } finally {
    database.close();
  }
}

/**
 * Remembers a shuffle that was made by a key's owner, beside those made before (of two who shuffle at once one has to
 * begin again), unless they were of another tally.
 *
 * @param {string} publicKey @param {string} uuid of the vote @param {string} tally hash of its EncryptedTally event
 * @param {string} hash SHA-256 of the shuffle
 * Throws VerificationError (`shuffle.second`); any other error means that this browser cannot remember.
 */
export async function rememberShuffle(publicKey, uuid, tally, hash) {
  const database = await open();
  try {
    const place = shuffleKey(publicKey, uuid);
    const found = await exchange(database, place, { tally, hashes: [hash] }, (before) => {
      return before.tally === tally ? { tally, hashes: [...before.hashes, hash] } : before;
    });
    if (found.tally !== tally) throw new VerificationError("shuffle.second");
  } finally {
    database.close();
  }
}

/** @param {string} publicKey @param {string} uuid @returns {Promise<string[]>} the hashes of shuffles that were made here */
export async function shufflesOf(publicKey, uuid) {
  const database = await open();
  try {
    const store = database.transaction(STORE, "readonly").objectStore(STORE);
    return (await answer(store.get(shuffleKey(publicKey, uuid))))?.hashes ?? [];
  } finally {
    database.close();
  }
}

function shuffleKey(publicKey, uuid) {
  return `${publicKey}/${uuid}/shuffles`;
}

function setupKey(publicKey, uuid) {
  return `${publicKey}/${uuid}/setup`;
}

/** Reads and, where nothing is, writes, in one transaction: of two tabs one comes first. `change` is for what is there. */
function exchange(database, key, mark, change = (before) => before) {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(STORE, "readwrite", { durability: "strict" });
    const store = transaction.objectStore(STORE);
    let found = mark;
    const asked = store.get(key);
    asked.onsuccess = () => {
      if (asked.result !== undefined) found = change(asked.result);
      if (found !== asked.result) store.put(found, key);
    };
    transaction.oncomplete = () => resolve(found);
    transaction.onerror = () => reject(transaction.error);
    transaction.onabort = () => reject(transaction.error);
  });
}

function open() {
  const asked = indexedDB.open(DATABASE, 1);
  asked.onupgradeneeded = () => asked.result.createObjectStore(STORE);
  return answer(asked);
}

function answer(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("the memory of this browser is in use elsewhere"));
  });
}

function same(first, second) {
  return first.election === second.election && first.tally === second.tally;
}

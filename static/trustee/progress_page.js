/** How far it is, of what the page waits for, asked every second; in the end the page is loaded anew. */

const part = document.querySelector("[data-progress]");
const bar = part.querySelector("progress");
const said = part.querySelector(".egov-progress__said");
const heard = part.querySelector("[role=status]");
const PAUSE = 1000; // milliseconds
const SILENCE = 10_000; // between two times that it is said to those who hear the page
const PATIENCE = 30_000; // for an answer

let spoken = performance.now();
let left = false;

async function look() {
  if (left) return;
  try {
    const options = { credentials: "same-origin", cache: "no-store", redirect: "error" };
    const answer = await fetch(part.dataset.progress, { ...options, signal: AbortSignal.timeout(PATIENCE) });
    const told = answer.ok ? await answer.json() : null;
    if (left) return;
    // What the session's end or a refusal is, the page says; a server that is not there comes back.
    if (told === null && answer.status < 500) return location.reload();
    if (told !== null) show(told);
  } catch {
    // The line is interrupted: asked again.
  }
  setTimeout(look, PAUSE);
}

function show(told) {
  bar.max = told.total || 1;
  bar.value = told.done;
  said.textContent = told.said;
  if (performance.now() - spoken < SILENCE) return;
  spoken = performance.now();
  heard.textContent = told.said;
}

// Another file is on its way, which loading the page anew would break off.
document.addEventListener("submit", () => (left = true));
setTimeout(look, PAUSE);

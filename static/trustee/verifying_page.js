/** How far the file that was handed in is verified, asked every second; in the end the page is loaded anew. */

const part = document.getElementById("trustee-verifying");
const bar = part.querySelector("progress");
const said = part.querySelector(".egov-progress__said");
const PAUSE = 1000; // milliseconds

async function look() {
  try {
    const options = { credentials: "same-origin", cache: "no-store", redirect: "error" };
    const answer = await fetch(part.dataset.progress, options);
    const told = answer.ok ? await answer.json() : null;
    // What the session's end or a refusal is, the page says; a server that is not there comes back.
    if (told === null && answer.status < 500) return location.reload();
    if (told !== null) {
      bar.max = told.total || 1;
      bar.value = told.done;
      said.textContent = told.said;
    }
  } catch {
    // The line is interrupted: asked again.
  }
  setTimeout(look, PAUSE);
}

setTimeout(look, PAUSE);

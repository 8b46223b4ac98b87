// What every page does beyond HTML: GOV.UK Frontend's behaviours, the copy buttons of commands, the side panel, the keys
// of the office's queues, and what htmx brought in is said and focused.
// Pages work without it. Loaded as a module, so it runs after the page was read.

import { initAll } from "./vendor/govuk/govuk-frontend.min.js";

const announcements = document.getElementById("announcements");
const sidePanel = document.getElementById("side-panel");

/** Say something to people who hear the page instead of seeing it. */
function announce(text) {
  if (announcements) announcements.textContent = text.trim().replace(/\s+/g, " ");
}

/** Move the focus to something that is no control, so that it is read from there. */
function focusOn(element) {
  if (!element.hasAttribute("tabindex")) element.tabIndex = -1;
  element.focus();
}

/** Add a copy button to each command block in `root`; its two words come from the page, in the page's language. */
function addCopyButtons(root) {
  if (!navigator.clipboard) return;
  for (const block of root.querySelectorAll("[data-egov-copy]")) {
    if (block.querySelector(".egov-command__copy")) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "egov-command__copy";
    button.textContent = block.dataset.copy;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(block.querySelector("code").textContent);
      button.textContent = block.dataset.copied;
      announce(block.dataset.copied);
      setTimeout(() => {
        button.textContent = block.dataset.copy;
      }, 3000);
    });
    block.append(button);
  }
}

/**
 * Show the panel. It has a place in the browser's history: on a phone it is all one sees, and whoever goes back wants to
 * close it, not to leave the page below.
 */
function openPanel() {
  if (sidePanel.open) return;
  sidePanel.showModal();
  history.pushState({ panel: true }, "");
}

sidePanel?.addEventListener("close", () => {
  if (history.state?.panel) history.back();
});
addEventListener("popstate", () => {
  if (sidePanel?.open && !history.state?.panel) sidePanel.close();
});
// Back from a page that the panel led to, the page below was loaded anew, without the panel.
if (history.state?.panel && !sidePanel?.open) history.back();

const STEPS = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 };

/** In a queue, the arrow keys (or j and k) go from one line's link to the next; only while one of them has the focus. */
function walkQueue(event) {
  const queue = event.target.closest("[data-egov-queue]");
  const step = STEPS[event.key];
  if (!queue || !step || event.altKey || event.ctrlKey || event.metaKey) return;
  const links = [...queue.querySelectorAll("tbody th a")];
  const here = links.indexOf(event.target);
  const next = links[here + step];
  if (here < 0 || !next) return;
  event.preventDefault();
  next.focus();
}

/** Start the behaviours of what is in `scope`. */
function begin(scope = document) {
  // Counters of characters take their figures from Intl, by the language they stand in. Where a browser has no Kazakh
  // figures it writes 4,000, and the comma is the decimal sign there; Russian has the same figures as Kazakh. GOV.UK
  // Frontend looks at the language once, while it starts.
  const counters = document.documentElement.lang === "kk" ? scope.querySelectorAll("[data-module=govuk-character-count]") : [];
  for (const counter of counters) counter.lang = "ru";
  initAll({ scope });
  for (const counter of counters) counter.removeAttribute("lang");
  addCopyButtons(scope);
  // What the keys do is said where they do it.
  for (const hint of scope.querySelectorAll(".egov-queue__keys")) hint.hidden = false;
}

// A browser that runs this module is one that GOV.UK Frontend supports.
document.body.classList.add("js-enabled", "govuk-frontend-supported");
begin();
document.addEventListener("keydown", walkQueue);

// A fragment that htmx brought in gets the same behaviours as a page.
document.addEventListener("htmx:load", (event) => {
  if (event.target === document.body) return;
  begin(event.target);
});

// What changed is said; what a fragment marks as the place to go on from gets the focus.
document.addEventListener("htmx:afterSettle", (event) => {
  const changed = event.detail.elt;
  if (changed.id === "side-panel-content") {
    openPanel();
    const title = changed.querySelector("#side-panel-title");
    if (title) focusOn(title);
    return;
  }
  const said = changed.matches("[role=status]") ? changed : changed.querySelector("[role=status]");
  if (said) announce(said.textContent);
  const goOn = changed.querySelector("[data-egov-focus]");
  if (goOn) focusOn(goOn);
});

// A panel that cannot be fetched is a page to go to: there the reason is said.
for (const failure of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(failure, (event) => {
    const link = event.detail.elt;
    if (link.matches?.("a[data-egov-panel]")) window.location.assign(link.href);
  });
}

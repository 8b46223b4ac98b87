// What every page does beyond HTML: GOV.UK Frontend's behaviours and the copy buttons of commands.
// Pages work without it. Loaded as a module, so it runs after the page was read.

import { initAll } from "./vendor/govuk/govuk-frontend.min.js";

const announcements = document.getElementById("announcements");

/** Say something to people who hear the page instead of seeing it. */
function announce(text) {
  if (announcements) announcements.textContent = text;
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

// A browser that runs this module is one that GOV.UK Frontend supports.
document.body.classList.add("js-enabled", "govuk-frontend-supported");
initAll();
addCopyButtons(document);

// A fragment that htmx brought in gets the same behaviours as a page.
document.addEventListener("htmx:load", (event) => {
  if (event.target === document.body) return;
  initAll({ scope: event.target });
  addCopyButtons(event.target);
});

/** The page of one's voting code: copying and printing it. Showing and hiding it needs no script. */

const page = document.getElementById("credential-page");
const secret = page.querySelector("[data-secret]");

if (secret !== null) {
  const copy = secret.querySelector('[data-action="copy"]');
  const printing = secret.querySelector('[data-action="print"]');
  copy.hidden = !navigator.clipboard; // which browsers keep from pages without TLS
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(page.querySelector("#voting-code").textContent.trim());
    copy.textContent = secret.querySelector("[data-status]").textContent = copy.dataset.done;
  });
  printing.hidden = false;
  printing.addEventListener("click", () => print());

  // A browser that kept this page for "back" would show the code to whoever sits there next.
  addEventListener("pagehide", () => secret.replaceChildren());
  addEventListener("pageshow", ({ persisted }) => persisted && location.reload());
}

// On the page of a draft: who selects words is offered to comment on just these; contents are open where there is room.
// Without it the button at each provision does the same, and the form takes the words by hand.

const act = document.querySelector("[data-egov-act]");
const address = act?.dataset.egovAct;

/** The words of a provision's elements, as the server counts them: joined by line feeds. */
function pieces(section) {
  return [...section.querySelectorAll("[data-w]")].filter((element) => element.textContent !== "");
}

/** What of an element's text is inside a range, as [from, to) in UTF-16 units. */
function within(element, range) {
  if (!range.intersectsNode(element)) return null;
  const all = document.createRange();
  all.selectNodeContents(element);
  const before = all.cloneRange();
  const start = range.compareBoundaryPoints(Range.START_TO_START, all) > 0;
  const end = range.compareBoundaryPoints(Range.END_TO_END, all) < 0;
  if (start) before.setEnd(range.startContainer, range.startOffset);
  const from = start ? before.toString().length : 0;
  const inside = all.cloneRange();
  if (end) inside.setEnd(range.endContainer, range.endOffset);
  const to = end ? inside.toString().length : element.textContent.length;
  return from < to ? [from, to] : null;
}

/** The provision, the quote and where it begins (in code points) of a selection that lies in one provision; else null. */
function selected() {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  const node = range.commonAncestorContainer;
  const section = (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement)?.closest("section[id]");
  if (!section || !act.contains(section)) return null;
  let words = "";
  let from = -1;
  let to = -1;
  for (const element of pieces(section)) {
    if (words) words += "\n";
    const found = within(element, range);
    if (found) {
      if (from < 0) from = words.length + found[0];
      to = words.length + found[1];
    }
    words += element.textContent;
  }
  while (from < to && /\s/u.test(words[from])) from += 1;
  while (from < to && /\s/u.test(words[to - 1])) to -= 1;
  if (from < 0 || from >= to) return null;
  return {
    provision: section.id,
    quote: words.slice(from, to),
    start: [...words.slice(0, from)].length,
  };
}

// Beside the text there is room for the contents.
if (matchMedia("(min-width: 48.0625em)").matches) {
  for (const contents of document.querySelectorAll(".egov-act__contents > details")) contents.open = true;
}

if (address) {
  const link = document.createElement("a");
  link.className = "egov-act__selected";
  link.textContent = act.dataset.quote;
  link.hidden = true;
  act.after(link);
  document.addEventListener("selectionchange", () => {
    if (document.activeElement === link) return;
    const found = selected();
    link.hidden = !found;
    if (found) link.href = `${address}&${new URLSearchParams(found)}`;
  });
}

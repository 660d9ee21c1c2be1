// Keeps an open list fresh: fetches the page again and puts its <main> in the place
// of the old one. It leaves the page alone while somebody types, selects text or has
// a table open, and says so when there is no answer.
"use strict";
(() => {
  const main = () => document.getElementById("main");
  const seconds = Number(main().dataset.refresh);
  if (!(seconds > 0)) return;
  const stale = document.getElementById("stale");
  let answered = new Date();

  const busy = () => {
    const focus = document.activeElement;
    if (focus && focus !== document.body && main().contains(focus) && focus.matches("input, select, textarea, button")) return true;
    const selection = document.getSelection();
    if (selection && !selection.isCollapsed && main().contains(selection.anchorNode)) return true;
    return [...main().querySelectorAll("input")].some((i) => i.value !== i.defaultValue || i.checked !== i.defaultChecked);
  };

  // Where a link had the focus, the same link of the new page gets it.
  const refocus = (old) => {
    if (!old) return;
    const same = [...main().querySelectorAll("a[href]")].find((a) => a.getAttribute("href") === old);
    if (same) same.focus({ preventScroll: true });
  };

  const refresh = async () => {
    if (document.hidden || busy()) return;
    const address = new URL(location.href);
    for (const done of ["acked", "gone", "tried"]) address.searchParams.delete(done);
    try {
      const answer = await fetch(address, { cache: "no-store", redirect: "error", signal: AbortSignal.timeout(10000) });
      if (!answer.ok) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("main");
      if (!fresh) throw new Error("no content");
      if (page.documentElement.lang !== document.documentElement.lang) {
        // Another language was chosen in another window: all of the page is to be in it.
        if (!busy()) location.reload();
        return;
      }
      answered = new Date();
      stale.hidden = true;
      if (busy()) return;
      const focus = main().contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
      main().replaceWith(document.adoptNode(fresh));
      refocus(focus);
    } catch {
      stale.textContent = stale.dataset.text.replace("{}", answered.toLocaleTimeString(document.documentElement.lang));
      stale.hidden = false;
    }
  };

  const loop = async () => {
    await refresh();
    setTimeout(loop, seconds * 1000);
  };
  setTimeout(loop, seconds * 1000);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
})();

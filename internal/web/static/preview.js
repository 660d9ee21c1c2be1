// Says, while somebody types into the dialog of alarms, how often they would have been
// warned: fetches the page as its button Preview does, and takes over what it says.
"use strict";
(() => {
  const form = document.getElementById("dialog");
  if (!form) return;
  let waiting;
  let asking;

  const preview = async () => {
    asking?.abort();
    asking = new AbortController();
    const address = new URL(form.dataset.preview, location.href);
    address.search = new URLSearchParams([...new FormData(form), ["preview", "on"]]);
    try {
      const answer = await fetch(address, { cache: "no-store", redirect: "error", signal: asking.signal });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const output of form.querySelectorAll("[data-preview]")) {
        const fresh = page.getElementById(output.id);
        if (!fresh) continue;
        output.className = fresh.className;
        output.replaceChildren(...[...fresh.childNodes].map((n) => document.importNode(n, true)));
      }
    } catch { /* the next change asks again */ }
  };

  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(preview, 400);
  });
})();

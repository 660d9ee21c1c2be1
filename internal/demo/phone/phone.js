// Looks for news every second and puts them into the page. Without this script
// the page loads itself anew.
"use strict";

let shown = "";

// replace keeps where the reader was: the screen in focus, and how far each is
// scrolled.
function replace(old, news) {
  const focused = document.activeElement?.closest(".phone")?.getAttribute("aria-label");
  const scrolled = new Map();
  const written = new Map(); // fields that somebody is writing in go on in the new page
  for (const phone of old.querySelectorAll(".phone")) {
    const field = phone.querySelector(".write input[name=body]");
    if (field) written.set(phone.getAttribute("aria-label"), { field, focused: field === document.activeElement });
    scrolled.set(phone.getAttribute("aria-label"), phone.querySelector(".screen").scrollTop);
  }
  old.replaceWith(news);
  for (const phone of news.querySelectorAll(".phone")) {
    const label = phone.getAttribute("aria-label");
    const screen = phone.querySelector(".screen");
    screen.scrollTop = scrolled.get(label) ?? 0;
    const kept = written.get(label);
    const field = phone.querySelector(".write input[name=body]");
    if (kept && field) {
      field.replaceWith(kept.field);
      if (kept.focused) kept.field.focus({ preventScroll: true });
    } else if (label === focused) {
      screen.focus({ preventScroll: true });
    }
  }
}

async function look() {
  if (!document.hidden) {
    try {
      const answer = await fetch(location.pathname, { cache: "no-store" });
      if (answer.ok) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const news = page.getElementById("phones");
        if (news && news.innerHTML !== shown) {
          shown = news.innerHTML;
          replace(document.getElementById("phones"), news);
        }
      }
    } catch {
      // The server is restarting; the next look finds it again.
    }
  }
  setTimeout(look, 1000);
}

look();

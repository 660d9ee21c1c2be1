// Looks for news every second and puts them into the page. Without this script
// the page loads itself anew.
"use strict";

let shown = "";

async function look() {
  if (!document.hidden) {
    try {
      const answer = await fetch(location.pathname, { cache: "no-store" });
      if (answer.ok) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const news = page.getElementById("phones");
        if (news && news.innerHTML !== shown) {
          shown = news.innerHTML;
          const focused = document.activeElement?.closest(".phone")?.getAttribute("aria-label");
          document.getElementById("phones").replaceWith(news);
          if (focused) {
            document.querySelector(`.phone[aria-label=${JSON.stringify(focused)}] .screen`)?.focus();
          }
        }
      }
    } catch {
      // The server is restarting; the next look finds it again.
    }
  }
  setTimeout(look, 1000);
}

look();

// Keeps an open page fresh: asks for it again, says which parts of it are there, and
// puts what changed in their places. Whatever somebody has opened, chosen, typed or
// scrolled to stays, and so does the focus. It says so when there is no answer.
"use strict";
(() => {
  const main = () => document.getElementById("main");
  const seconds = Number(main().dataset.refresh);
  if (!(seconds > 0)) return;
  const stale = document.getElementById("stale");
  const told = ["acked", "gone", "later", "tried", "confirmed", "silenced"]; // what a form achieved is said once
  let answered = new Date();

  // Text that somebody selects to copy is not taken away.
  const selects = () => {
    const selection = document.getSelection();
    return selection && !selection.isCollapsed && main().contains(selection.anchorNode);
  };

  // Whether somebody has changed a field, or is about to.
  const touched = (field) => {
    if (field.matches("select")) return field === document.activeElement || field.selectedIndex !== Math.max([...field.options].findIndex((o) => o.defaultSelected), 0);
    if (field.matches("[type=checkbox], [type=radio]")) return field.checked !== field.defaultChecked;
    return field === document.activeElement || field.value !== field.defaultValue;
  };

  const renewAttributes = (live, fresh) => {
    const kept = (name) => (live.matches("details") && name === "open") || (live.dataset.all && name === "hidden") ||
      (live.matches("input") && (name === "value" || name === "checked") && touched(live));
    for (const { name } of [...live.attributes]) if (!fresh.hasAttribute(name) && !kept(name)) live.removeAttribute(name);
    for (const { name, value } of fresh.attributes) if (live.getAttribute(name) !== value && !kept(name)) live.setAttribute(name, value);
  };

  // A row that is chosen and leaves the page stays at the end of the list, so that the
  // choice is not lost; it says that it is no longer there.
  const hold = (row) => {
    const says = row.parentElement.dataset.left;
    if (!says || row.nodeType !== Node.ELEMENT_NODE || !row.querySelector("input[type=checkbox]:checked")) return false;
    if (!row.classList.contains("left")) {
      row.classList.add("left");
      const note = document.createElement("span");
      note.className = "sub note";
      note.textContent = says;
      row.querySelector("th").append(note);
      row.querySelector("[name=shown]")?.remove();
      delete row.dataset.hash; // it is not as it was
    }
    return true;
  };

  // Which of its neighbours an element is; empty for one that is told by its place.
  const nameOf = (node) => (node.nodeType === Node.ELEMENT_NODE ? node.dataset.part || node.id : "");

  // Makes live show what fresh does, and keeps the elements that are there.
  const renew = (live, fresh) => {
    if (live.nodeType !== Node.ELEMENT_NODE) {
      if (live.data !== fresh.data) live.data = fresh.data;
      return;
    }
    renewAttributes(live, fresh);
    if (live.matches("select, textarea") && touched(live)) return;
    const named = new Map();
    const hashed = new Map();
    let loose = [];
    for (const child of live.childNodes) {
      if (nameOf(child)) named.set(nameOf(child), child);
      else loose.push(child);
      if (child.dataset?.hash) hashed.set(child.dataset.hash, child);
    }
    const find = (wanted) => {
      if (wanted.dataset?.same) return hashed.get(wanted.dataset.same);
      if (nameOf(wanted)) return named.get(nameOf(wanted));
      const i = loose.findIndex((n) => n.nodeName === wanted.nodeName);
      const found = loose[i];
      loose = i < 0 ? loose : loose.slice(i + 1);
      return found;
    };
    const children = [];
    for (const wanted of [...fresh.childNodes]) {
      const found = find(wanted);
      if (!found && wanted.dataset?.same) {
        delete main().dataset.version; // it is not there any more: the next answer is to be whole
        continue;
      }
      if (found && !wanted.dataset?.same) renew(found, wanted);
      children.push(found ?? document.adoptNode(wanted));
    }
    const stays = new Set(children);
    for (const child of [...live.childNodes]) {
      if (stays.has(child)) continue;
      if (hold(child)) children.push(child);
      else child.remove();
    }
    let at = live.firstChild;
    for (const child of children) {
      if (child === at) at = at.nextSibling;
      else live.insertBefore(child, at);
    }
  };

  // Moving an element takes the focus from it, and from a field the place in its text.
  const focused = (work) => {
    const field = document.activeElement;
    let from, to;
    try { from = field.selectionStart; to = field.selectionEnd; } catch { /* a field without text */ }
    work();
    if (!field || field === document.activeElement || !main().contains(field)) return;
    field.focus({ preventScroll: true });
    try { if (from !== null && from !== undefined) field.setSelectionRange(from, to); } catch { /* likewise */ }
  };

  const asOf = (header) => {
    const [machine, ...text] = (header ?? "").split(" ");
    const time = main().querySelector(".asof time");
    if (!machine || !time) return;
    time.dateTime = machine;
    time.textContent = text.join(" ");
    const seen = main().querySelector(".asof [name=seen]");
    if (seen) seen.value = machine;
  };

  const refresh = async () => {
    if (document.hidden || selects()) return;
    const address = new URL(location.href);
    for (const name of told) address.searchParams.delete(name);
    const version = main().dataset.version;
    const headers = { "Brimwatch-Parts": !version ? "" : [...main().querySelectorAll("[data-hash]")].map((e) => e.dataset.hash).join(",") };
    if (version) headers["If-None-Match"] = version;
    try {
      const answer = await fetch(address, { cache: "no-store", redirect: "error", headers, signal: AbortSignal.timeout(10000) });
      if (!answer.ok && answer.status !== 304) throw new Error(String(answer.status));
      const language = answer.headers.get("Content-Language");
      if (language && language !== document.documentElement.lang) {
        // Another language was chosen in another window: all of the page is to be in it.
        if (![...main().querySelectorAll("input, select, textarea")].some(touched)) location.reload();
        return;
      }
      if (answer.status !== 304) {
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("main");
        if (!fresh) throw new Error("no content");
        if (selects()) return;
        focused(() => renew(main(), fresh));
      }
      asOf(answer.headers.get("Brimwatch-As-Of"));
      answered = new Date();
      stale.hidden = true;
      document.dispatchEvent(new Event("renewed"));
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

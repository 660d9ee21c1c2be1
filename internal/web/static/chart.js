// Makes the charts of Statistics answer: a cross-hair with the values of a moment by pointer,
// touch and arrow keys, a closer look by dragging, and fresh figures while the range ends
// now. All texts and places come from the server; without this script the charts are the same.
"use strict";
(() => {
  const root = () => document.getElementById("statistics");
  if (!root()) return;
  const stale = document.getElementById("stale");
  let cursor = null; // the moment of the cross-hair, in Unix seconds
  let chosen = null; // the other end of a range that is being chosen
  let dragging = false;
  let depth = 0; // how many closer looks Escape can go back
  let timer = 0;
  let answered = new Date();

  // Points of a chart: [place along, place of the highest, place of the average, moment, text].
  const points = new WeakMap();
  const pointsOf = (svg) => {
    if (!points.has(svg)) {
      const text = svg.dataset.values;
      points.set(svg, text ? text.split("|").map((p) => {
        const f = p.split(" ");
        return { x: +f[0], high: +f[1], mean: +f[2], at: +f[3], text: f.slice(4).join(" ") };
      }) : []);
    }
    return points.get(svg);
  };
  const plots = () => [...root().querySelectorAll(".plot")];
  const svgOf = (plot) => plot.querySelector("svg.chart");
  const nearest = (list, at) => {
    let low = 0;
    let high = list.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (list[middle].at < at) low = middle + 1; else high = middle;
    }
    return low > 0 && at - list[low - 1].at < list[low].at - at ? low - 1 : low;
  };
  const from = () => Number(root().dataset.from);
  const to = () => Number(root().dataset.to);

  const shape = (svg, name, attributes) => {
    const e = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [k, v] of Object.entries(attributes)) e.setAttribute(k, v);
    svg.append(e);
    return e;
  };
  const percent = (thousandths) => thousandths / 10 + "%";

  // Draws the cross-hair of all charts at the moment of the cursor.
  const draw = () => {
    for (const plot of plots()) {
      const svg = svgOf(plot);
      const readout = plot.closest("figure").querySelector(".readout");
      const summary = readout.previousElementSibling;
      svg.querySelector(".cross")?.remove();
      const list = pointsOf(svg);
      const shown = cursor !== null && list.length > 0;
      readout.hidden = !shown;
      summary.hidden = shown;
      if (!shown) continue;
      const i = nearest(list, cursor);
      const p = list[i];
      const g = shape(svg, "g", { class: "cross" });
      if (chosen !== null) {
        const q = list[nearest(list, chosen)];
        shape(g, "rect", { class: "choice", x: percent(Math.min(p.x, q.x)), width: percent(Math.abs(p.x - q.x)), y: 20, height: 188 });
      }
      shape(g, "line", { x1: percent(p.x), x2: percent(p.x), y1: 12, y2: 208 });
      if (p.mean !== p.high) shape(g, "circle", { class: "mean", cx: percent(p.x), cy: p.mean, r: 3.5 });
      shape(g, "circle", { cx: percent(p.x), cy: p.high, r: 4 });
      readout.textContent = p.text;
      plot.setAttribute("aria-valuenow", i);
      plot.setAttribute("aria-valuetext", p.text);
    }
  };

  const momentAt = (plot, clientX) => {
    const list = pointsOf(svgOf(plot));
    const box = plot.querySelector(".canvas").getBoundingClientRect();
    const x = Math.max(0, Math.min(1, (clientX - box.left) / box.width)) * 1000;
    if (!list.length) return null;
    let best = list[0];
    for (const p of list) if (Math.abs(p.x - x) < Math.abs(best.x - x)) best = p;
    return best.at;
  };

  // Takes a page in: all of Statistics, or its charts alone so that the form stays as it is.
  const take = (page, all) => {
    const fresh = page.getElementById("statistics");
    if (!fresh) throw new Error("no content");
    const focus = document.activeElement?.closest("[data-key]")?.dataset.key;
    const open = new Set([...root().querySelectorAll("[data-key] details[open]")].map((d) => d.closest("[data-key]").dataset.key));
    const marks = root().querySelector(".marks")?.open;
    const at = cursor; // to take a chart away takes its focus, and with that the cross-hair
    const before = all ? root() : document.getElementById("charts");
    const after = document.adoptNode(all ? fresh : page.getElementById("charts"));
    if (!all) for (const k of ["from", "to", "live"]) root().dataset[k] = fresh.dataset[k];
    before.replaceWith(after);
    cursor = at;
    for (const e of root().querySelectorAll("[data-key]")) {
      if (open.has(e.dataset.key)) e.querySelector("details").open = true;
    }
    if (marks !== undefined && root().querySelector(".marks")) root().querySelector(".marks").open = marks;
    equip();
    if (focus) [...root().querySelectorAll("[data-key]")].find((e) => e.dataset.key === focus)?.querySelector(".plot").focus({ preventScroll: true });
    draw();
  };

  const fetchPage = async (address) => {
    const answer = await fetch(address, { cache: "no-store", signal: AbortSignal.timeout(20000) });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!answer.ok && !page.getElementById("statistics")) throw new Error(String(answer.status));
    answered = new Date();
    if (stale) stale.hidden = true;
    return page;
  };
  const failed = () => {
    if (!stale) return;
    stale.textContent = stale.dataset.text.replace("{}", answered.toLocaleTimeString(document.documentElement.lang));
    stale.hidden = false;
  };

  // Shows another range.
  const show = async (begin, end) => {
    const address = new URL(location.href);
    for (const k of ["last", "step"]) address.searchParams.delete(k);
    address.searchParams.set("from", new Date(begin * 1000).toISOString().slice(0, 19) + "Z");
    address.searchParams.set("to", new Date(end * 1000).toISOString().slice(0, 19) + "Z");
    try {
      const page = await fetchPage(address);
      history.pushState({ closer: true }, "", address);
      depth++;
      chosen = null;
      take(page, true);
    } catch {
      location.assign(address);
    }
  };
  addEventListener("popstate", async () => {
    depth = Math.max(0, depth - 1);
    chosen = null;
    try {
      take(await fetchPage(location.href), true);
    } catch {
      location.reload();
    }
  });

  const choose = (a, b) => {
    const begin = Math.min(a, b);
    const end = Math.max(a, b);
    chosen = null;
    if (end - begin >= 60) show(begin, end); else draw();
  };

  const back = () => {
    if (chosen !== null) { chosen = null; dragging = false; draw(); return; }
    if (depth > 0) { history.back(); return; }
    cursor = null;
    draw();
  };

  const keys = (plot) => (event) => {
    const list = pointsOf(svgOf(plot));
    if (!list.length || event.altKey || event.ctrlKey || event.metaKey) return;
    const last = list.length - 1;
    const here = cursor === null ? last + 1 : nearest(list, cursor);
    const to = { ArrowLeft: here - 1, ArrowRight: here + 1, PageUp: here - 10, PageDown: here + 10, Home: 0, End: last }[event.key];
    if (to !== undefined) {
      if (event.shiftKey && chosen === null) chosen = cursor ?? list[last].at;
      if (!event.shiftKey) chosen = null;
      cursor = list[Math.max(0, Math.min(last, to))].at;
      draw();
    } else if (event.key === "Enter" && chosen !== null) {
      choose(chosen, cursor);
    } else if (event.key === "Escape") {
      back();
    } else return;
    event.preventDefault();
  };

  // A mouse that drags chooses a range; a finger that drags moves the cross-hair.
  const pointer = (plot) => {
    let began = 0;
    plot.addEventListener("pointerdown", (e) => {
      if (e.button !== 0) return;
      cursor = momentAt(plot, e.clientX);
      if (e.pointerType === "mouse") {
        dragging = true;
        began = e.clientX;
        chosen = null;
      }
      plot.setPointerCapture(e.pointerId);
      draw();
    });
    plot.addEventListener("pointermove", (e) => {
      if (e.pointerType !== "mouse" && !plot.hasPointerCapture(e.pointerId)) return;
      if (dragging && Math.abs(e.clientX - began) > 5 && chosen === null) chosen = momentAt(plot, began);
      cursor = momentAt(plot, e.clientX);
      draw();
    });
    plot.addEventListener("pointerup", () => {
      const drawn = dragging && chosen !== null;
      dragging = false;
      if (drawn) choose(chosen, cursor);
    });
    plot.addEventListener("pointercancel", () => { dragging = false; chosen = null; draw(); });
    plot.addEventListener("pointerleave", (e) => {
      if (dragging || e.pointerType !== "mouse" || document.activeElement === plot) return;
      cursor = null;
      draw();
    });
  };

  const equip = () => {
    for (const plot of plots()) {
      const list = pointsOf(svgOf(plot));
      plot.classList.add("live");
      if (!list.length) continue;
      plot.tabIndex = 0;
      plot.setAttribute("role", "slider");
      plot.setAttribute("aria-description", root().dataset.cursor);
      plot.setAttribute("aria-valuemin", 0);
      plot.setAttribute("aria-valuemax", list.length - 1);
      plot.setAttribute("aria-valuenow", list.length - 1);
      plot.setAttribute("aria-valuetext", list[list.length - 1].text);
      plot.addEventListener("keydown", keys(plot));
      plot.addEventListener("blur", () => { if (chosen === null) { cursor = null; draw(); } });
      pointer(plot);
    }
    clearTimeout(timer);
    const seconds = Number(root().dataset.live);
    if (seconds > 0) timer = setTimeout(refresh, seconds * 1000);
  };
  document.addEventListener("keydown", (e) => {
    if (e.key === "Escape" && !e.defaultPrevented && (chosen !== null || depth > 0) && !e.target.matches("input, select, textarea")) back();
  });

  const refresh = async () => {
    if (document.hidden || dragging || chosen !== null) {
      timer = setTimeout(refresh, 1000);
      return;
    }
    const address = location.href;
    try {
      const page = await fetchPage(address);
      if (page.documentElement.lang !== document.documentElement.lang) return location.reload();
      if (address === location.href && !dragging && chosen === null) return take(page, false);
    } catch {
      failed();
    }
    timer = setTimeout(refresh, Math.max(5, Number(root().dataset.live)) * 1000);
  };

  document.addEventListener("visibilitychange", () => {
    if (document.hidden || !(Number(root().dataset.live) > 0)) return;
    clearTimeout(timer);
    refresh();
  });

  const typing = () => root().querySelector("form").matches(":focus-within") ||
    [...root().querySelectorAll("form input, form option")].some((e) => e.tagName === "OPTION" ? e.selected !== e.defaultSelected : e.value !== e.defaultValue);

  // The server is told the viewer's time zone, and asked again where it did not know it.
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const known = document.cookie.split("; ").includes("brimwatch_zone=" + zone);
  if (zone && !known) {
    document.cookie = "brimwatch_zone=" + zone + "; path=/; max-age=31536000; samesite=lax";
    const shown = new URL(location.href).searchParams;
    if (!shown.has("zone") && document.cookie.includes("brimwatch_zone=")) fetchPage(location.href).then((page) => { if (!typing()) take(page, true); }, failed);
  }
  equip();
})();

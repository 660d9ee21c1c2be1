// Boxes that are chosen together: a box of all, and how many are chosen.
"use strict";
(() => {
  const boxes = (name) => [...document.querySelectorAll(`input[type=checkbox][name="${name}"]`)];
  const show = () => {
    for (const all of document.querySelectorAll("[data-all]")) {
      const list = boxes(all.dataset.all);
      const chosen = list.filter((b) => b.checked).length;
      all.hidden = false;
      all.checked = chosen > 0 && chosen === list.length;
      all.indeterminate = chosen > 0 && chosen < list.length;
    }
    for (const count of document.querySelectorAll("[data-count]")) {
      const chosen = boxes(count.dataset.count).filter((b) => b.checked).length;
      count.textContent = chosen ? count.dataset.text.replace("{}", chosen) : count.dataset.none ??= count.textContent;
    }
  };
  document.addEventListener("change", (event) => {
    const all = event.target.dataset?.all;
    if (all) for (const b of boxes(all)) b.checked = event.target.checked;
    show();
  });
  document.addEventListener("renewed", show);
  show();
})();

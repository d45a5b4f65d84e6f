// Keys of the inbox: j and k go through the items, Enter opens, a and r press the buttons of the
// item that has the focus. Everything is a link or a form and works without this; it is not loaded
// when keys are turned off (WCAG 2.1.4).
"use strict";
(() => {
  const list = document.querySelector("[data-keys=on]");
  if (!list) return;
  const items = [...list.querySelectorAll("article")];
  const current = () => items.findIndex((item) => item.contains(document.activeElement));
  const go = (step) => {
    const at = current();
    const next = at < 0 ? 0 : Math.min(Math.max(at + step, 0), items.length - 1);
    items[next].focus();
    items[next].scrollIntoView({ block: "nearest" });
  };
  const isTyping = (element) => ["INPUT", "SELECT", "TEXTAREA"].includes(element.tagName);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const item = items[current()];
    if (event.key === "j") go(1);
    else if (event.key === "k") go(-1);
    else if (event.key === "Enter" && item && item === document.activeElement) {
      item.querySelector("a[href]")?.click();
    } else if ((event.key === "a" || event.key === "r") && item) {
      item.querySelector(`[data-key=${event.key}]`)?.click();
    } else return;
    event.preventDefault();
  });
})();

// Comfort only: every page works without this file.
(() => {
  "use strict";
  const isTyping = (target) => target.closest("input, textarea, select, [contenteditable]");

  // The outline is folded on narrow screens, open beside the results on wide ones.
  if (matchMedia("(min-width: 62rem)").matches) {
    document.querySelectorAll("details[data-open-wide]").forEach((it) => { it.open = true; });
  }
  document.querySelector(".outline [aria-current]")?.scrollIntoView({ block: "nearest" });

  // Keys: "/" to the search box, "j" and "k" to the next and previous comment, Ctrl+S saves.
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "s") {
      const save = document.querySelector("[data-save]");
      if (save) { event.preventDefault(); save.click(); }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) { return; }
    const target = document.querySelector(`[data-shortcut="${CSS.escape(event.key)}"]`);
    if (!target) { return; }
    event.preventDefault();
    if (target.matches("input")) { target.focus(); target.select(); } else { target.click(); }
  });

  // What was typed and not sent is not lost by leaving the page; nothing is sent twice.
  let isChanged = false;
  document.querySelectorAll("form[data-guard]").forEach((form) => {
    form.addEventListener("input", () => { isChanged = true; });
  });
  addEventListener("beforeunload", (event) => { if (isChanged) { event.preventDefault(); } });
  document.querySelectorAll('form[method="post"]').forEach((form) => {
    let isSent = false;
    addEventListener("pageshow", () => { isSent = false; form.classList.remove("sent"); });
    form.addEventListener("submit", (event) => {
      if (isSent) { event.preventDefault(); return; }
      isSent = true;
      isChanged = false;
      form.classList.add("sent");
    });
  });
})();

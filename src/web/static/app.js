// Comfort only: every page works without this file.
(() => {
  "use strict";
  const isTyping = (target) => target.closest("input, textarea, select, [contenteditable]");

  // The outline is folded on narrow screens, open beside the results on wide ones.
  if (matchMedia("(min-width: 62rem)").matches) {
    document.querySelectorAll("details[data-open-wide]").forEach((it) => { it.open = true; });
  }
  document.querySelector(".outline [aria-current]")?.scrollIntoView({ block: "nearest" });

  // Keys: what the page "Phím tắt" lists.
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
    if (target.matches("input, textarea")) { target.focus(); if (target.matches("input")) { target.select(); } } else { target.click(); }
  });

  // What is typed into an answer is kept by the server after each pause, until it is saved. While the
  // server cannot be reached the page tries again, and warns before it is left.
  function keepWhatIsTyped(form) {
    const state = form.querySelector("[data-autosave-state]");
    const say = (text) => { if (state) { state.textContent = text; } };
    let timer = 0;
    let wanted = 0;
    let kept = 0;
    let isSent = false;
    const keep = async () => {
      clearTimeout(timer);
      if (isSent || kept === wanted) { return; }
      const now = wanted;
      try {
        const answer = await fetch(form.dataset.autosave, {
          method: "POST", body: new URLSearchParams(new FormData(form)), keepalive: true,
        });
        if (!answer.ok) { throw new Error(String(answer.status)); }
        kept = now;
        if (kept === wanted) {
          const at = new Date().toLocaleTimeString("vi-VN", { hour: "2-digit", minute: "2-digit" });
          say(`Đã giữ phần soạn dở lúc ${at}; chưa lưu thành câu trả lời.`);
        }
      } catch {
        say("Chưa giữ được phần đang soạn: không nối được với máy chủ. Trang đang thử lại.");
        timer = setTimeout(keep, 2000);
      }
    };
    form.addEventListener("input", () => {
      wanted += 1;
      clearTimeout(timer);
      timer = setTimeout(keep, 700);
    });
    form.addEventListener("submit", () => { isSent = true; clearTimeout(timer); });
    addEventListener("pageshow", () => { isSent = false; });
    addEventListener("pagehide", keep);
    addEventListener("beforeunload", (event) => {
      if (!isSent && kept !== wanted) { keep(); event.preventDefault(); }
    });
    // A stock phrase goes where the cursor is, and nothing typed is lost.
    document.querySelectorAll("a[data-phrase]").forEach((link) => {
      link.addEventListener("click", (event) => {
        const text = form.querySelector("textarea[name=text]");
        event.preventDefault();
        text.setRangeText(link.textContent, text.selectionStart, text.selectionEnd, "end");
        text.focus();
        form.dispatchEvent(new Event("input"));
      });
    });
  }

  // One mark for all that the page lists.
  document.querySelectorAll("[data-choose-all]").forEach((line) => {
    const all = line.querySelector("input");
    line.hidden = false;
    all.addEventListener("change", () => {
      const boxes = [...all.form.elements].filter((it) => it.name === "point");
      boxes.forEach((it) => { it.checked = all.checked; });
    });
  });

  // What was typed and not sent is not lost by leaving the page; nothing is sent twice.
  let isChanged = false;
  document.querySelectorAll("form[data-guard]").forEach((form) => {
    form.addEventListener("input", () => { isChanged = true; });
  });
  addEventListener("beforeunload", (event) => { if (isChanged) { event.preventDefault(); } });
  document.querySelectorAll("form[data-autosave]").forEach(keepWhatIsTyped);
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

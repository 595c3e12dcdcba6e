// The review page: photographs zoom together and open over the page, and there are shortcuts.
// Without this file, photographs open in a new tab, and everything else works as before.
"use strict";

(() => {
  const lightbox = document.getElementById("review-lightbox");
  const pair = document.querySelector(".review-pair");
  const links = [...document.querySelectorAll("a.review-photo")];
  if (lightbox) {
    const picture = lightbox.querySelector("img");
    for (const link of links) {
      link.addEventListener("click", (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        if (pair.classList.contains("is-zoomed")) return;
        picture.src = link.href;
        picture.alt = link.querySelector("img").alt;
        lightbox.showModal();
      });
    }
    lightbox.addEventListener("click", (event) => {
      if (event.target === lightbox || event.target === picture) lightbox.close();
    });
  }

  // All photographs at the same scale and position, to look for a scratch on both sides at once.
  const SCALE = 2.5;
  const zoomable = links.map((link) => link.querySelector("img"));
  const zoomButton = document.querySelector("[data-zoom]");
  const looked = { x: 50, y: 50 }; // percent of each photograph
  function look(x, y) {
    looked.x = Math.min(Math.max(x, 0), 100);
    looked.y = Math.min(Math.max(y, 0), 100);
    for (const image of zoomable) image.style.transformOrigin = `${looked.x}% ${looked.y}%`;
  }
  function zoom(on) {
    pair.classList.toggle("is-zoomed", on);
    zoomButton?.setAttribute("aria-pressed", String(on));
    for (const image of zoomable) image.style.transform = on ? `scale(${SCALE})` : "";
    look(50, 50);
  }
  pair?.addEventListener("pointermove", (event) => {
    const link = event.target.closest("a.review-photo");
    if (!link || !pair.classList.contains("is-zoomed")) return;
    const box = link.getBoundingClientRect();
    look(
      ((event.clientX - box.left) / box.width) * 100,
      ((event.clientY - box.top) / box.height) * 100,
    );
  });
  const STEP = 15; // percent
  const ARROWS = {
    ArrowLeft: [-STEP, 0],
    ArrowRight: [STEP, 0],
    ArrowUp: [0, -STEP],
    ArrowDown: [0, STEP],
  };
  zoomButton?.addEventListener("click", () => zoom(!pair.classList.contains("is-zoomed")));
  if (zoomButton) zoomButton.hidden = links.length === 0;

  const help = document.getElementById("review-help");
  const keys = document.getElementById("review-keys");
  const remembered = "review-keys-off";
  const areKeysOff = () => localStorage.getItem(remembered) !== null;
  if (keys) {
    keys.checked = !areKeysOff();
    keys.addEventListener("change", () => {
      if (keys.checked) localStorage.removeItem(remembered);
      else localStorage.setItem(remembered, "1");
    });
    document.querySelector(".review-keys").hidden = false;
  }
  // The page of a possible duplicate has no help: its few shortcuts are listed next to the box.
  document.querySelector(".review-help-button")?.addEventListener("click", () => help.showModal());

  let sent = false; // one decision per page, however often a key is pressed
  function press(button) {
    if (sent) return;
    sent = button.type === "submit";
    button.click();
  }
  window.addEventListener("pageshow", () => {
    sent = false;
  });

  // Letters of a Korean keyboard layout, for keyboards that do not report `event.code`.
  const HANGUL = { ㅊ: "c", ㄱ: "r", ㄲ: "r", ㄴ: "s", ㅜ: "n", ㅕ: "u", ㅋ: "z", ㅗ: "h" };
  function keyOf(event) {
    if (event.key === "?") return "h";
    const named = /^(?:Key|Digit|Numpad)(\w)$/.exec(event.code);
    return named ? named[1].toLowerCase() : (HANGUL[event.key] ?? event.key.toLowerCase());
  }

  document.addEventListener("keydown", (event) => {
    const field = event.target.closest("input:not([type=checkbox]), select, textarea");
    if (field && event.key === "Escape" && !event.isComposing) field.blur();
    if (field || event.target.closest("dialog") || areKeysOff()) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (ARROWS[event.key] && pair?.classList.contains("is-zoomed")) {
      const [across, down] = ARROWS[event.key];
      look(looked.x + across, looked.y + down);
      event.preventDefault();
      return;
    }
    if (event.repeat) return;
    const key = keyOf(event);
    if (/^[1-9]$/.test(key)) {
      const reason = document.querySelector(`option[data-number="${key}"]`);
      const reject = document.querySelector('[data-key="r"]');
      if (reason && reject) {
        reason.selected = true;
        press(reject);
      }
      return;
    }
    if (!/^[a-z]$/.test(key)) return;
    const target =
      document.querySelector(`[data-key="${key}"]`) ??
      (key === "n" ? document.querySelector('[data-key="s"]') : null);
    if (target) press(target);
  });
})();

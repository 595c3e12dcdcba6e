// The review page: photographs open over the page, and one key decides. Without this file
// photographs open in a tab of their own, and everything else works as before.
"use strict";

(() => {
  const lightbox = document.getElementById("review-lightbox");
  const picture = lightbox.querySelector("img");
  for (const link of document.querySelectorAll("a.review-photo")) {
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      picture.src = link.href;
      picture.alt = link.querySelector("img").alt;
      lightbox.showModal();
    });
  }
  lightbox.addEventListener("click", (event) => {
    if (event.target === lightbox || event.target === picture) lightbox.close();
  });

  const label = document.querySelector(".review-keys");
  const keys = document.getElementById("review-keys");
  const remembered = "review-keys-off";
  keys.checked = localStorage.getItem(remembered) === null;
  keys.addEventListener("change", () => {
    if (keys.checked) localStorage.removeItem(remembered);
    else localStorage.setItem(remembered, "1");
  });
  label.hidden = false;

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input:not([type=checkbox]), select, textarea, dialog");
    if (!keys.checked || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    // event.code, since a Korean keyboard gives a Hangul letter for the same key.
    const target = document.querySelector(`[data-key="${event.code.replace("Key", "").toLowerCase()}"]`);
    if (target && !event.repeat) target.click();
  });
})();

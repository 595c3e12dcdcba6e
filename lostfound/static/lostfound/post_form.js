// Photographs with previews and an order, presets for the day, and one click that sends a post once.
// The form works without this file.
"use strict";

document.querySelectorAll("[data-photos]").forEach((field) => {
  const input = field.querySelector('input[type="file"]');
  const list = field.querySelector("[data-previews]");
  const drop = field.querySelector(".drop");
  const none = field.querySelector("[data-without]");
  const words = field.dataset;
  const maxBytes = Number(words.maxBytes);
  let files = [];
  field.classList.add("enhanced");

  function show({ told = true } = {}) {
    const chosen = new DataTransfer();
    files.forEach((file) => chosen.items.add(file));
    input.files = chosen.files;
    list.replaceChildren(...files.map(preview));
    const kept = field.querySelectorAll(".previews.kept li").length;
    none.hidden = files.length + kept > 0;
    if (told) {
      field.dispatchEvent(new CustomEvent("photos", { detail: files, bubbles: true }));
    }
  }

  function preview(file, place) {
    const item = document.createElement("li");
    item.className = "preview";
    const image = document.createElement("img");
    image.alt = file.name;
    image.src = URL.createObjectURL(file);
    image.addEventListener("load", () => URL.revokeObjectURL(image.src));
    // A format that this browser cannot draw (HEIC) is shown by its name.
    image.addEventListener("error", () => {
      const name = document.createElement("div");
      name.className = "no-picture";
      name.textContent = file.name;
      image.replaceWith(name);
    });
    item.append(image);
    if (place === 0 && files.length > 1) {
      const cover = document.createElement("span");
      cover.className = "badge strong cover";
      cover.textContent = words.cover;
      item.append(cover);
    }
    if (file.size > maxBytes) {
      item.classList.add("refused");
      const why = document.createElement("p");
      why.textContent = words.tooLarge;
      item.append(why);
    }
    const buttons = document.createElement("div");
    buttons.className = "preview-buttons";
    if (place > 0) {
      buttons.append(button(words.forward, file, () => swap(place)));
    }
    buttons.append(
      button(words.remove, file, () => {
        files = files.filter((other) => other !== file);
        show();
        input.focus();
      }),
    );
    item.append(buttons);
    return item;
  }

  function button(label, file, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = label;
    made.setAttribute("aria-label", `${label}: ${file.name}`);
    made.addEventListener("click", act);
    return made;
  }

  function swap(place) {
    [files[place - 1], files[place]] = [files[place], files[place - 1]];
    show();
    list.children[place - 1].querySelector("button").focus();
  }

  function name(file) {
    return `${file.name}:${file.size}:${file.lastModified}`;
  }

  // A second choice adds to the first one: phones often give one photograph at a time.
  input.addEventListener("change", () => {
    const known = new Set(files.map(name));
    const added = [...input.files].filter((file) => !known.has(name(file)));
    if (added.length) {
      files = files.concat(added);
      show();
    }
  });
  // A draft that is taken up again brings its photographs.
  field.addEventListener("restore", (event) => {
    files = event.detail;
    show({ told: false });
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
  ["dragenter", "dragover"].forEach((kind) =>
    drop.addEventListener(kind, () => drop.classList.add("over")),
  );
  ["dragleave", "drop"].forEach((kind) =>
    drop.addEventListener(kind, () => drop.classList.remove("over")),
  );
});

document.querySelectorAll("[data-days]").forEach((group) => {
  const day = document.getElementById(group.dataset.days);
  group.hidden = false;
  function iso(daysAgo) {
    const when = new Date();
    when.setDate(when.getDate() - daysAgo);
    const local = new Date(when.getTime() - when.getTimezoneOffset() * 60_000);
    return local.toISOString().slice(0, 10);
  }
  function mark() {
    group.querySelectorAll("button").forEach((preset) => {
      preset.setAttribute("aria-pressed", String(day.value === iso(Number(preset.dataset.ago))));
    });
  }
  group.addEventListener("click", (event) => {
    const preset = event.target.closest("[data-ago]");
    if (preset) {
      day.value = iso(Number(preset.dataset.ago));
      day.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });
  day.addEventListener("change", mark);
  mark();
});

document.querySelectorAll("[data-post-form]").forEach((form) => {
  const button = form.querySelector("[data-busy]");
  const label = button.textContent;
  form.addEventListener("submit", (event) => {
    if (button.getAttribute("aria-disabled") === "true") {
      event.preventDefault();
      return;
    }
    button.setAttribute("aria-disabled", "true");
    button.textContent = button.dataset.busy;
  });
  // Back from the next page: the form may be sent again.
  window.addEventListener("pageshow", () => {
    button.removeAttribute("aria-disabled");
    button.textContent = label;
  });
  const wrong = form.querySelector('[aria-invalid="true"]');
  if (wrong) {
    wrong.focus();
  }
});

// Previews of chosen photographs, and one click that sends a post once. The form works without it.
"use strict";

document.querySelectorAll("[data-photos]").forEach((field) => {
  const input = field.querySelector('input[type="file"]');
  const list = field.querySelector("[data-previews]");
  const drop = field.querySelector(".drop");
  const maxBytes = Number(field.dataset.maxBytes);
  let files = [];
  field.classList.add("enhanced");

  function show() {
    const chosen = new DataTransfer();
    files.forEach((file) => chosen.items.add(file));
    input.files = chosen.files;
    list.querySelectorAll("img").forEach((image) => URL.revokeObjectURL(image.src));
    list.replaceChildren(...files.map(preview));
  }

  function preview(file) {
    const item = document.createElement("li");
    item.className = "preview";
    const image = document.createElement("img");
    image.alt = file.name;
    image.src = URL.createObjectURL(file);
    // A format that this browser cannot draw (HEIC) is shown by its name.
    image.addEventListener("error", () => {
      const name = document.createElement("div");
      name.className = "no-picture";
      name.textContent = file.name;
      image.replaceWith(name);
    });
    const remove = document.createElement("button");
    remove.type = "button";
    remove.textContent = field.dataset.remove;
    remove.setAttribute("aria-label", `${field.dataset.remove}: ${file.name}`);
    remove.addEventListener("click", () => {
      files = files.filter((other) => other !== file);
      show();
      input.focus();
    });
    item.append(image);
    if (file.size > maxBytes) {
      item.classList.add("refused");
      const why = document.createElement("p");
      why.textContent = field.dataset.tooLarge;
      item.append(why);
    }
    item.append(remove);
    return item;
  }

  // A second choice adds to the first one: phones often give one photograph at a time.
  input.addEventListener("change", () => {
    const known = new Set(files.map((file) => `${file.name}:${file.size}:${file.lastModified}`));
    files = files.concat(
      [...input.files].filter(
        (file) => !known.has(`${file.name}:${file.size}:${file.lastModified}`),
      ),
    );
    show();
  });
  ["dragenter", "dragover"].forEach((name) =>
    drop.addEventListener(name, () => drop.classList.add("over")),
  );
  ["dragleave", "drop"].forEach((name) =>
    drop.addEventListener(name, () => drop.classList.remove("over")),
  );
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

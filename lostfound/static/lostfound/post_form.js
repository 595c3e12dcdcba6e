// Photographs with previews and an order, date presets, and protection from double submission. The
// form works without this file.
"use strict";

document.querySelectorAll("[data-photos]").forEach((field) => {
  const input = field.querySelector('input[type="file"]');
  const list = field.querySelector("[data-previews]");
  const status = field.querySelector("[data-photos-status]");
  const drop = field.querySelector(".drop");
  const none = field.querySelector("[data-without]");
  const words = field.dataset;
  const maxBytes = Number(words.maxBytes);
  const most = Number(words.most);
  const sent = document.createElement("div"); // what is sent beside the files
  sent.hidden = true;
  field.append(sent);
  field.classList.add("enhanced");

  // In display order: `saved` ones belong to the post, a `token` stands for one that the server has
  // staged, and a `file` has not been sent yet.
  let photos = [...field.querySelectorAll(".previews.kept li")].map((item) => {
    const image = item.querySelector("img");
    const { saved, token, upload } = item.dataset;
    const isRemoved = item.querySelector('[name="remove_photos"]')?.checked ?? false;
    return { saved, token, upload: Number(upload), picture: image.src, name: image.alt, isRemoved };
  });
  field.querySelectorAll(".previews.kept, .previews.kept + .help").forEach((old) => old.remove());
  field.currentPhotos = () => photos;

  function show({ notify = true } = {}) {
    const chosen = new DataTransfer();
    photos.forEach((photo) => photo.file && chosen.items.add(photo.file));
    input.files = chosen.files;
    sent.replaceChildren(...photos.flatMap(namesSent));
    list.replaceChildren(...photos.map(preview));
    none.hidden = photos.some((photo) => !photo.isRemoved);
    if (notify) {
      field.dispatchEvent(new CustomEvent("photos"));
    }
  }

  function namesSent({ saved, token, isRemoved }) {
    if (isRemoved) {
      return [hidden("remove_photos", saved)];
    }
    const order = hidden("photo_order", saved ?? token ?? "new");
    return token ? [hidden("staged", token), order] : [order];
  }

  function hidden(name, value) {
    const made = document.createElement("input");
    Object.assign(made, { type: "hidden", name, value });
    return made;
  }

  function preview(photo, place) {
    const name = photo.file?.name ?? photo.name;
    const item = document.createElement("li");
    item.className = "preview";
    const image = document.createElement("img");
    image.alt = name;
    image.src = photo.file ? URL.createObjectURL(photo.file) : photo.picture;
    image.addEventListener("load", () => photo.file && URL.revokeObjectURL(image.src));
    // If the browser cannot show the format (HEIC), show the file's name.
    image.addEventListener("error", () => {
      const instead = document.createElement("div");
      instead.className = "no-picture";
      instead.textContent = name;
      image.replaceWith(instead);
    });
    item.append(image);
    const staying = photos.filter((other) => !other.isRemoved);
    if (staying[0] === photo && staying.length > 1) {
      const cover = document.createElement("span");
      cover.className = "badge strong cover";
      cover.textContent = words.cover;
      item.append(cover);
    }
    if (photo.file?.size > maxBytes) {
      item.classList.add("refused");
      const why = document.createElement("p");
      why.textContent = words.tooLarge;
      item.append(why);
    }
    const buttons = document.createElement("div");
    buttons.className = "preview-buttons";
    if (photo.isRemoved) {
      item.classList.add("removed");
      buttons.append(button(words.putBack, name, () => putBack(photo)));
    } else {
      // New ones come after the post's existing ones.
      if (place > 0 && Boolean(photo.saved) === Boolean(photos[place - 1].saved)) {
        buttons.append(button(words.forward, name, () => swap(place)));
      }
      buttons.append(button(words.remove, name, () => remove(photo)));
    }
    item.append(buttons);
    return item;
  }

  function button(label, name, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = label;
    made.setAttribute("aria-label", `${label}: ${name}`);
    made.addEventListener("click", act);
    return made;
  }

  function remove(photo) {
    if (photo.saved) {
      photo.isRemoved = true; // until it is saved, it can be put back
    } else {
      photos = photos.filter((other) => other !== photo);
    }
    status.textContent = "";
    show();
    input.focus();
  }

  function putBack(photo) {
    if (room() > 0) {
      photo.isRemoved = false;
    }
    status.textContent = photo.isRemoved ? words.tooMany : "";
    show();
  }

  function swap(place) {
    [photos[place - 1], photos[place]] = [photos[place], photos[place - 1]];
    show();
    list.children[place - 1].querySelector("button").focus();
  }

  function room() {
    return most - photos.filter((photo) => !photo.isRemoved).length;
  }

  function nameOf(file) {
    return `${file.name}:${file.size}:${file.lastModified}`;
  }

  // A second selection adds to the first, since phones often select one photograph at a time.
  input.addEventListener("change", () => {
    const known = new Set(photos.map((photo) => photo.file && nameOf(photo.file)));
    const added = [...input.files].filter((file) => !known.has(nameOf(file)));
    if (added.length) {
      status.textContent = added.length > room() ? words.tooMany : "";
      photos = photos.concat(added.slice(0, Math.max(0, room())).map((file) => ({ file })));
      show();
    }
  });
  // A restored draft brings its photographs; the post's own may have changed since.
  field.addEventListener("restore", (event) => {
    const now = new Map(photos.filter((one) => one.saved).map((one) => [one.saved, one]));
    const [mine, others] = [[], []];
    event.detail.forEach((photo) => {
      if (!photo.saved) {
        others.push(photo);
      } else if (now.has(photo.saved)) {
        mine.push({ ...now.get(photo.saved), isRemoved: photo.isRemoved });
        now.delete(photo.saved);
      }
    });
    photos = [...mine, ...now.values(), ...others];
    show({ notify: false });
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
  ["dragenter", "dragover"].forEach((kind) =>
    drop.addEventListener(kind, () => drop.classList.add("over")),
  );
  ["dragleave", "drop"].forEach((kind) =>
    drop.addEventListener(kind, () => drop.classList.remove("over")),
  );
  if (photos.length) {
    show({ notify: false });
  }
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
  // On Back, the browser restores the date without firing an event.
  window.addEventListener("pageshow", mark);
});

document.querySelectorAll("[data-post-form]").forEach((form) => {
  const button = form.querySelector("[data-busy]");
  const label = button.textContent;
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) {
      return; // another script has something to ask first
    }
    if (button.getAttribute("aria-disabled") === "true") {
      event.preventDefault();
      return;
    }
    button.setAttribute("aria-disabled", "true");
    button.textContent = button.dataset.busy;
  });
  // On Back, the form may be sent again.
  window.addEventListener("pageshow", () => {
    button.removeAttribute("aria-disabled");
    button.textContent = label;
  });
  const wrong = form.querySelector('[aria-invalid="true"]');
  if (wrong) {
    wrong.focus();
  }
});

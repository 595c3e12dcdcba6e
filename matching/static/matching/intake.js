// Suggests a category and a colour while a post is being written. The form works without it.
"use strict";

document.querySelectorAll("[data-intake]").forEach((panel) => {
  const form = panel.closest("form");
  const proposals = panel.querySelector("[data-proposals]");
  const busy = panel.querySelector("[data-looking]");
  const status = panel.querySelector("[data-status]");
  const hint = panel.querySelector("[data-proposals-hint]");
  const photos = form.querySelector('input[type="file"]');
  const PAUSE_MS = 900; // after the last keystroke
  const POLL_MS = 700;
  const GIVE_UP_MS = 20000;
  const EDGE_PX = 320; // the model looks at no more
  let timer = 0;
  let requested = ""; // the subject of the latest request
  let latest = 0;
  let mayReplace = false; // the shortcut was pressed, and an earlier choice was kept
  let isAwaited = false; // the shortcut was pressed before there were any suggestions

  function words() {
    return ["title", "description"].map((name) => form.elements[name]?.value.trim() ?? "");
  }

  // A photograph that the server has kept because the form had an error.
  function kept() {
    return form.querySelector('[data-photos] .preview img[src^="data:image"]');
  }

  // What the suggestions are for; the same is not requested twice.
  function subject() {
    const file = photos?.files[0];
    return JSON.stringify([...words(), file ? [file.name, file.size] : kept()?.src.length]);
  }

  // Only a small copy is uploaded; a format that this browser cannot decode is left out.
  async function smallPhoto() {
    const file = photos?.files[0] ?? kept();
    if (!file) {
      return null;
    }
    try {
      const bitmap = await createImageBitmap(file);
      const scale = Math.min(1, EDGE_PX / Math.max(bitmap.width, bitmap.height));
      const canvas = document.createElement("canvas");
      canvas.width = Math.max(1, Math.round(bitmap.width * scale));
      canvas.height = Math.max(1, Math.round(bitmap.height * scale));
      canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
      return await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
    } catch {
      return null;
    }
  }

  async function ask() {
    const [title, description] = words();
    const key = subject();
    if (key === requested || (title.length < 2 && !photos?.files[0] && !kept())) {
      return;
    }
    requested = key;
    latest += 1;
    const mine = latest;
    const body = new FormData();
    body.set("title", title);
    body.set("description", description);
    body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    const photo = await smallPhoto();
    if (photo) {
      body.set("photo", photo, "photo.jpg");
    }
    busy.hidden = !proposals.hidden;
    hint.hidden = true;
    try {
      let answer = await read(await fetch(panel.dataset.url, { method: "POST", body }));
      const until = Date.now() + GIVE_UP_MS;
      while (answer.status === "waiting" && Date.now() < until && mine === latest) {
        await new Promise((done) => setTimeout(done, POLL_MS));
        answer = await read(await fetch(answer.url));
      }
      if (mine === latest) {
        show(answer);
      }
    } catch {
      // No suggestions; the form still works by hand.
    } finally {
      if (mine === latest) {
        busy.hidden = true;
        hint.hidden = !proposals.hidden;
      }
    }
  }

  async function read(response) {
    if (!response.ok) {
      throw new Error(String(response.status));
    }
    return response.json();
  }

  function show(answer) {
    let any = false;
    ["category", "colour"].forEach((field) => {
      const line = proposals.querySelector(`[data-field="${field}"]`);
      const choices = answer[field] ?? [];
      line.querySelectorAll("button").forEach((button) => button.remove());
      line.append(...choices.map((choice) => chip(field, choice)));
      line.hidden = choices.length === 0;
      any = any || choices.length > 0;
    });
    proposals.hidden = !any;
    mayReplace = false;
    mark();
    if (any && isAwaited) {
      accept();
    }
  }

  function chip(field, choice) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "proposal";
    button.dataset.field = field;
    button.dataset.value = choice.value;
    const label = document.createElement("b");
    label.textContent = choice.label;
    const sure = document.createElement("span");
    sure.textContent = choice.sure;
    button.append(label, " ", sure);
    button.addEventListener("click", () => {
      choose(field, choice.value);
      status.textContent = panel.dataset.chosen.replace("{name}", choice.label);
    });
    return button;
  }

  function choose(field, value) {
    const control = form.elements[field];
    control.value = value; // a select, or the radio buttons of that name
    const changed =
      control instanceof RadioNodeList ? [...control].find((one) => one.checked) : control;
    changed?.dispatchEvent(new Event("change", { bubbles: true }));
  }

  // The shortcut selects the likeliest of both where nothing is selected; pressed again, it replaces
  // earlier choices. Pressed before there are suggestions, it waits for them.
  document.addEventListener("keydown", (event) => {
    if (!event.altKey || event.code !== "KeyA" || event.repeat) {
      return;
    }
    event.preventDefault();
    if (proposals.hidden) {
      isAwaited = true;
      status.textContent = panel.dataset.awaited;
    } else {
      accept();
    }
  });

  function accept() {
    isAwaited = false;
    const taken = [];
    let stays = false;
    ["category", "colour"].forEach((field) => {
      const first = proposals.querySelector(`.proposal[data-field="${field}"]`);
      const now = form.elements[field].value;
      if (!first || (now === first.dataset.value && !mayReplace)) {
        return;
      }
      if (now && !mayReplace) {
        stays = true;
        return;
      }
      taken.push([field, first]);
    });
    taken.forEach(([field, first]) => choose(field, first.dataset.value));
    const names = taken.map(([, first]) => first.querySelector("b").textContent);
    status.textContent = [
      names.length ? panel.dataset.chosen.replace("{name}", names.join(", ")) : "",
      stays ? (form.dataset.kept ?? "") : "",
    ].join(" ");
    mayReplace = stays;
  }

  function mark() {
    proposals.querySelectorAll("button").forEach((button) => {
      const chosen = form.elements[button.dataset.field].value === button.dataset.value;
      button.setAttribute("aria-pressed", String(chosen));
    });
  }

  function later() {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE_MS);
  }

  ["title", "description"].forEach((name) => form.elements[name]?.addEventListener("input", later));
  photos?.addEventListener("change", later);
  form.addEventListener("change", () => {
    mayReplace = false;
    mark();
  });
  // A form that comes back with an error has had its suggestions already.
  if (form.hasAttribute("data-bound") && form.elements.category?.value) {
    requested = subject();
  }
  // Reserve space for the suggestions now, so that nothing moves when they arrive.
  panel.classList.add("enhanced");
  hint.hidden = false;
  later();
});

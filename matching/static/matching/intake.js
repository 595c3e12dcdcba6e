// Proposes a category and a colour while a post is being written. The form works without it.
"use strict";

document.querySelectorAll("[data-intake]").forEach((panel) => {
  const form = panel.closest("form");
  const proposals = panel.querySelector("[data-proposals]");
  const busy = panel.querySelector("[data-looking]");
  const said = panel.querySelector("[data-said]");
  const hint = panel.querySelector("[data-proposals-hint]");
  const photos = form.querySelector('input[type="file"]');
  const PAUSE_MS = 900; // after the last key
  const POLL_MS = 700;
  const GIVE_UP_MS = 20000;
  const EDGE_PX = 320; // as much as the model looks at
  let timer = 0;
  let asked = "";
  let latest = 0;

  function words() {
    return ["title", "description"].map((name) => form.elements[name]?.value.trim() ?? "");
  }

  // Only a small copy leaves the phone; a format that this browser cannot draw is left out.
  async function smallPhoto() {
    const file = photos?.files[0];
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
    const file = photos?.files[0];
    const key = JSON.stringify([title, description, file && [file.name, file.size]]);
    if (key === asked || (title.length < 2 && !file)) {
      return;
    }
    asked = key;
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
      // Nothing is proposed; the form is filled in by hand as ever.
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
    mark();
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
      said.textContent = panel.dataset.chosen.replace("{name}", choice.label);
    });
    return button;
  }

  function choose(field, value) {
    const control = form.elements[field];
    control.value = value; // a select, or the radio buttons of that name
    const changed = control instanceof RadioNodeList ? [...control].find((one) => one.checked) : control;
    changed?.dispatchEvent(new Event("change", { bubbles: true }));
  }

  // One key takes the likeliest of both.
  document.addEventListener("keydown", (event) => {
    if (!event.altKey || event.code !== "KeyA" || proposals.hidden) {
      return;
    }
    event.preventDefault();
    const names = ["category", "colour"].flatMap((field) => {
      const first = proposals.querySelector(`.proposal[data-field="${field}"]`);
      if (!first) {
        return [];
      }
      choose(field, first.dataset.value);
      return [first.querySelector("b").textContent];
    });
    said.textContent = panel.dataset.chosen.replace("{name}", names.join(", "));
  });

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
  form.addEventListener("change", mark);
  // From now on the room for the proposals is there, so that nothing moves when they come.
  panel.classList.add("enhanced");
  hint.hidden = false;
  later();
});

// Makes a long select searchable by parts of names and synonyms. The select is still what is
// submitted, and works on its own without this file.
"use strict";

document.querySelectorAll("select[data-searchable]").forEach((select) => {
  const plain = (text) => text.trim().replace(/\s+/g, " ").toLowerCase();
  const words = select.dataset;
  const options = [...select.options].map((option) => ({
    value: option.value,
    label: option.textContent,
    group: option.parentElement.label ?? "",
    names: [option.textContent, ...(option.dataset.words ?? "").split("|")].map(plain),
    also: `${option.textContent} ${option.dataset.words ?? ""}`.toLowerCase(),
  }));
  const MOST = 60;
  const box = document.createElement("div");
  box.className = "choose";
  const input = document.createElement("input");
  input.type = "text";
  input.autocomplete = "off";
  input.id = `${select.id}_words`;
  const list = document.createElement("ul");
  list.id = `${select.id}_list`;
  list.setAttribute("role", "listbox");
  list.hidden = true;
  for (const [name, value] of Object.entries({
    role: "combobox",
    "aria-expanded": "false",
    "aria-controls": list.id,
    "aria-autocomplete": "list",
    placeholder: words.searchable,
  })) {
    input.setAttribute(name, value);
  }
  const label = document.querySelector(`label[for="${select.id}"]`);
  if (label) {
    label.htmlFor = input.id;
    list.setAttribute("aria-label", label.firstChild.textContent.trim());
  }
  if (select.getAttribute("aria-invalid")) {
    input.setAttribute("aria-invalid", "true");
  }
  const described = select.getAttribute("aria-describedby");
  if (described) {
    input.setAttribute("aria-describedby", described);
  }
  select.classList.add("chosen-from");
  select.tabIndex = -1;
  select.setAttribute("aria-hidden", "true");
  select.before(box);
  const status = document.createElement("p");
  status.className = "choose-status";
  status.setAttribute("role", "status");
  box.append(input, list, select);
  box.after(status);
  let active = -1;

  function current() {
    return options.find((option) => option.value === select.value) ?? options[0];
  }

  function settle() {
    input.value = current().value ? current().label : "";
    stand(false);
    close();
  }

  // Typed text that matches nothing stays until the person chooses something or clears it.
  function stand(standing) {
    input.toggleAttribute("data-standing", standing);
    status.textContent = standing ? words.pick : "";
  }

  function take(value) {
    if (select.value === value) {
      settle();
      return;
    }
    select.value = value;
    select.dispatchEvent(new Event("change", { bubbles: true }));
  }

  // Select the row if only one matches the typed text; never discard the text.
  function decide() {
    close();
    const typed = plain(input.value);
    if (!typed && !select.value) {
      input.removeAttribute("data-standing");
      return;
    }
    if (!typed || typed === plain(current().label)) {
      take(typed ? select.value : options[0].value);
      return;
    }
    const row = meant(typed);
    if (row) {
      take(row.value);
      return;
    }
    const text = input.value;
    const elsewhere = select.form?.elements[words.leftover];
    if (elsewhere && !elsewhere.value.trim()) {
      take(options[0].value);
      elsewhere.value = text.trim();
      elsewhere.dispatchEvent(new Event("input", { bubbles: true }));
      status.textContent = words.moved;
      return;
    }
    take(options[0].value);
    input.value = text;
    stand(true);
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function meant(typed) {
    const rows = options.filter((option) => option.value);
    const called = [
      rows.filter((option) => option.names[0] === typed),
      rows.filter((option) => option.names.includes(typed)),
      rows.filter((option) => typed.split(" ").every((part) => option.also.includes(part))),
    ];
    return called.find((fits) => fits.length === 1)?.[0];
  }

  function close() {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function show(typed) {
    const parts = typed.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = options.filter((option) => parts.every((part) => option.also.includes(part)));
    const rows = [];
    let group = "";
    fits.slice(0, MOST).forEach((option, number) => {
      if (option.group !== group) {
        group = option.group;
        const heading = document.createElement("li");
        heading.className = "choose-group";
        heading.setAttribute("role", "presentation");
        heading.textContent = group;
        rows.push(heading);
      }
      const row = document.createElement("li");
      row.id = `${list.id}_${number}`;
      row.setAttribute("role", "option");
      row.setAttribute("aria-selected", String(option.value === select.value));
      row.dataset.value = option.value;
      row.textContent = option.label;
      rows.push(row);
    });
    if (!fits.length) {
      const nothing = document.createElement("li");
      nothing.className = "choose-group";
      nothing.setAttribute("role", "presentation");
      nothing.textContent = words.nothing;
      rows.push(nothing);
    }
    list.replaceChildren(...rows);
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    move(parts.length && fits.length ? 0 : -1);
  }

  function rows() {
    return [...list.querySelectorAll('[role="option"]')];
  }

  function move(to) {
    const all = rows();
    active = all.length ? Math.max(-1, Math.min(to, all.length - 1)) : -1;
    all.forEach((row, number) => row.classList.toggle("active", number === active));
    if (active >= 0) {
      input.setAttribute("aria-activedescendant", all[active].id);
      all[active].scrollIntoView({ block: "nearest" });
    } else {
      input.removeAttribute("aria-activedescendant");
    }
  }

  function choose(row) {
    take(row.dataset.value);
  }

  input.addEventListener("focus", () => input.select());
  input.addEventListener("click", () => list.hidden && show(""));
  input.addEventListener("input", () => {
    stand(false);
    input.setAttribute("data-standing", ""); // until it is decided what they mean
    show(input.value);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) {
      return;
    }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) {
        show("");
      }
      move(active + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter" && !list.hidden) {
      event.preventDefault();
      if (active >= 0) {
        choose(rows()[active]);
      }
    } else if (event.key === "Escape" && !list.hidden) {
      event.stopPropagation();
      settle();
    }
  });
  input.addEventListener("blur", decide);
  input.addEventListener("settle", decide); // a draft brings its words
  select.form?.addEventListener("submit", (event) => {
    decide();
    if (input.hasAttribute("data-standing")) {
      event.preventDefault();
      input.focus();
    }
  });
  list.addEventListener("mousedown", (event) => event.preventDefault()); // keeps the focus
  list.addEventListener("click", (event) => {
    const row = event.target.closest('[role="option"]');
    if (row) {
      choose(row);
    }
  });
  select.addEventListener("change", settle);
  // Restored by Back. On the first load, somebody may already be typing.
  window.addEventListener("pageshow", (event) => event.persisted && settle());
  settle();
});

// A field for a signature; without a script, the name is typed.
const box = document.querySelector("[data-signature]");
const canvas = box.querySelector("canvas");
const field = document.querySelector("[name=signature]");
const most = 1000;

box.hidden = false;
const pad = new SignaturePad(canvas, { minWidth: 1, maxWidth: 2.5 });

// The canvas has as many pixels as it shows, but no more than the server accepts.
function resize() {
  const strokes = pad.toData();
  const scale = Math.min(window.devicePixelRatio || 1, most / canvas.offsetWidth);
  canvas.width = canvas.offsetWidth * scale;
  canvas.height = canvas.offsetHeight * scale;
  canvas.getContext("2d").scale(scale, scale);
  pad.fromData(strokes);
}

resize();
window.addEventListener("resize", resize);
box.querySelector("[data-clear]").addEventListener("click", () => {
  pad.clear();
  field.value = "";
});
field.form.addEventListener("submit", () => {
  field.value = pad.isEmpty() ? "" : pad.toDataURL("image/png");
});
